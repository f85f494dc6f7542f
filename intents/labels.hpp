// SPDX-License-Identifier: Apache-2.0
//
// Which readings become labels, and which label the next turn must answer: one priority list.
#pragma once

#include <cstdint>
#include <string_view>

#include "intents/catalogue.hpp"
#include "intents/understanding.hpp"

namespace befriend {

class Matcher;

// Place in the priority list, the most pressing first; what is not in it comes last. For crisis
// intents the level decides, see label_rank_of().
std::uint32_t label_rank(std::string_view intent, IntentKind kind);

// The same for a reading of a crisis intent at a level.
std::uint32_t label_rank_at(std::string_view intent, std::string_view level);

inline constexpr std::uint32_t never_primary = 1000;  // ranks from here on are labels only
inline constexpr std::uint32_t not_a_label = 2000;

// Fills primary, labels, feelings and topics from the readings.
void choose_labels(const Matcher& matcher, Understanding& u);

}  // namespace befriend
