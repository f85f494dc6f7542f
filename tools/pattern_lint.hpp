// SPDX-License-Identifier: Apache-2.0
//
// Patterns that do nothing, or that fight each other: what one pattern holds of another, and the
// warnings for authors that follow from it (BF0117 to BF0120). Each has a sentence that shows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "intents/catalogue.hpp"
#include "intents/matcher.hpp"

namespace befriend {

// `holder` is found wherever `held` is. Numbers are the matcher's: the order of the catalogue.
struct HeldPattern {
    enum class Relation : std::uint8_t { contains, equal, not_decided, empty };
    std::uint32_t holder = 0;
    std::uint32_t held = 0;  // the same for `empty`: its own unless cancels all that it takes
    Relation relation = Relation::contains;
    std::string witness;  // a sentence in which both are found; none of an empty one
};

struct PatternFindings {
    std::vector<HeldPattern> held;
    Diagnostics diagnostics;
};

using IntentChoice = std::function<bool(const IntentSpec&)>;

// Compares the patterns of the chosen intents with those of the same intent and with their equals
// in intents of another rank. `matcher` is compiled from `catalogue`, which has no errors. The
// findings are the same for any number of jobs.
PatternFindings compare_patterns(const Catalogue& catalogue, const Matcher& matcher,
                                 const IntentChoice& chosen, std::size_t jobs);

// The part of it that costs next to nothing: BF0117 for patterns that are written alike, BF0120.
Diagnostics quick_pattern_lints(const Catalogue& catalogue, const Matcher& matcher,
                                const IntentChoice& chosen);

}  // namespace befriend
