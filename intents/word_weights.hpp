// SPDX-License-Identifier: Apache-2.0
//
// What words alone say, for messages in which no pattern of a content or crisis intent speaks. Each
// intent with weights is a logistic score: a bias, plus the weight of each word, phrase, word list
// and reading that the message has. Crises, flags and controls never have weights.
#pragma once

#include <cstdint>
#include <vector>

#include "intents/matcher.hpp"
#include "intents/understanding.hpp"

namespace befriend {

struct Tables;

// Keeps of the hits those that speak for the person, each feature once, sorted by feature: words
// that are denied or somebody else's do not count.
void keep_speaking(const Understanding& u, std::vector<WordHit>& hits);

// The readings that have a weight, as hits: feelings, topics and signs that count, and content that
// patterns only hint at.
void add_readings(const Tables& tables, const Understanding& u, std::vector<WordHit>& hits);

// Adds a reading for each intent whose score reaches its threshold, with the words that speak for
// it as evidence and the row of the strongest as its pattern; where none does and `any` reaches its
// own, for the likeliest. Intents that a pattern heard and gave up, as denied, somebody else's or
// cancelled (`refused`), stay out, and with `self_only` those about other people. Returns the
// intents added.
std::vector<IntentId> weigh_words(const Tables& tables, const std::vector<WordHit>& hits,
                                  const std::vector<std::uint16_t>& refused, bool self_only,
                                  Understanding& u);

}  // namespace befriend
