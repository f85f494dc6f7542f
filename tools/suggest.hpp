// SPDX-License-Identifier: Apache-2.0
//
// Patterns that an intent lacks, mined from labelled sentences: short runs of words, with word
// lists in place of their words and at most one gap, that sentences of the intent share and others
// do not. What a candidate gains and breaks is told by the matcher itself.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "intents/catalogue.hpp"
#include "tools/utterances.hpp"

namespace befriend {

struct SuggestOptions {
    std::string intent;
    std::string label;         // what the rows call it; empty: as the intent
    std::size_t most = 10;     // patterns
    std::size_t support = 3;   // sentences not heard so far that each pattern must gain
    double alarm_cost = 3;     // sentences gained that one false alarm outweighs
    double least_sure = 2.33;  // log-odds in standard errors: by chance one in a hundred is higher
};

struct Suggestion {
    std::string like;
    float weight = 0;
    double log_odds = 0;              // of a row taken being of the intent, over all rows
    std::vector<std::size_t> gains;   // indices of rows that none before it gained
    std::vector<std::size_t> alarms;  // indices of rows newly read as the intent, wrongly
};

struct Suggestions {
    std::size_t candidates = 0;  // measured on the rows
    std::vector<Suggestion> chosen;
    LabelScore before, after;            // of the intent, with all patterns chosen
    LabelScore held_before, held_after;  // of the rows marked "held", which nothing is mined from
};

// The intent must be in the catalogue, which must compile.
Suggestions suggest_patterns(const Catalogue& catalogue, const std::vector<Utterance>& rows,
                             const SuggestOptions& options);

struct Extended {
    std::string text;
};

// The bytes of the intent's file with the patterns after its last one; every other byte stays. An
// Error when the patterns are not a list with one pattern a line.
Result<Extended> with_suggestions(std::string_view bytes, const IntentSpec& intent,
                                  std::span<const Suggestion> chosen);

}  // namespace befriend
