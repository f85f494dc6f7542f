// SPDX-License-Identifier: Apache-2.0
//
// What two patterns have in common, decided on the patterns themselves: each `like` without
// spelling tolerance is an automaton over words, so the shortest sentence in which both are found,
// or one is and the other is not, can be searched for.
//
// The model has words only: no punctuation, no `unless`, `max_words` or closing question mark. A
// witness should be run through the matcher before anybody relies on it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "intents/pattern.hpp"
#include "intents/tables.hpp"

namespace befriend {

enum class Decision : std::uint8_t { no, yes, open };  // open: the search grew over its budget

struct Meeting {
    Decision decision = Decision::open;
    std::string witness;  // words with spaces; why the decision is what it is
};

class Overlap {
public:
    // `tables` must hold every pattern that is asked about, so that all its words have symbols,
    // and outlive this.
    explicit Overlap(const Tables& tables) : tables_(tables) {}

    // Is there a sentence in which both are found, whatever words each takes? The witness is a
    // shortest one: where it is as long as both together, they have no word in common. "No" for two
    // that "^" or "$" hold apart, and where one of them is found nowhere, as in meet(a, a).
    Meeting meet(std::uint32_t a, std::uint32_t b, std::size_t budget = 200'000) const;

    // Is `b` found inside everything that `a` takes? The witness of a "no" is a shortest run of
    // words in which `a` is found and `b` is not. With `in_unless`, it is the `unless` of `b` that
    // is looked for: a pattern whose own unless is found in all it takes can never count.
    Meeting contains(std::uint32_t a, std::uint32_t b, bool in_unless = false,
                     std::size_t budget = 200'000) const;

private:
    const Tables& tables_;
};

}  // namespace befriend
