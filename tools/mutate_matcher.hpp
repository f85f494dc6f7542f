// SPDX-License-Identifier: Apache-2.0
//
// A matcher with one pattern changed, for mutants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "intents/matcher.hpp"

namespace befriend {

enum class PatternChange : std::uint8_t {
    drop,         // its weight becomes 0
    cut,          // its weight becomes a third: half of 1 would still be enough alone
    drop_unless,  // what it must not be together with
};

std::vector<bool> patterns_with_unless(const Matcher& matcher);

Matcher with_changed_pattern(const Matcher& matcher, std::size_t pattern, PatternChange change);

}  // namespace befriend
