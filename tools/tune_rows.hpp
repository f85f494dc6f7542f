// SPDX-License-Identifier: Apache-2.0
//
// What `befriend tune` learns from: labelled messages as the words and phrases that the matcher
// finds in them.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.hpp"
#include "intents/catalogue.hpp"
#include "intents/matcher.hpp"

namespace befriend {

struct TuneRow {
    std::string text;
    std::vector<std::string> labels;  // sorted; empty for none
    std::string group;                // of one person or one thread: never in two folds
    std::string source;               // what results are reported by; may be empty
    std::string mined;                // how the row was found; "-" at random, may be empty
    bool learn = true;                // false: measured only
};

// Rows of a table with a heading: columns text, labels and group, and source and mined where there
// are any. An Error names the file.
Result<bool> read_table(const std::string& name, std::string_view bytes,
                        std::vector<TuneRow>& rows);

// The rows as features: index of a text in `names`, and its value.
struct TuneData {
    std::vector<std::string> names;  // entries as in the file of weights
    std::vector<std::vector<std::pair<std::uint32_t, float>>> rows;
    std::vector<Understanding> heard;  // by the patterns alone
};

// Words and pairs of words that at least `support` groups use, every word list but those of danger,
// and every feeling, topic and sign. Names of people and places are left out: words that are mostly
// written with a capital letter inside a sentence. `catalogue` without weights.
TuneData tune_features(const Catalogue& catalogue, const std::vector<TuneRow>& rows,
                       std::size_t support);

}  // namespace befriend
