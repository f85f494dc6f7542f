// SPDX-License-Identifier: Apache-2.0
//
// Which entries of the word lists made a pattern match in the tests. The compiled matcher knows
// lists only, so a second one, with a pattern for every entry, hears the same sentences: an entry
// was used where it is found inside the words that a counting pattern with its list took.
#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "intents/catalogue.hpp"
#include "intents/matcher.hpp"
#include "tools/coverage.hpp"

namespace befriend {

// The kind "words". `matcher` is compiled from `catalogue`.
CoverageKind entry_coverage(const Catalogue& catalogue, const Matcher& matcher,
                            const std::set<std::string>& texts, std::size_t jobs);

}  // namespace befriend
