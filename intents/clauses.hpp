// SPDX-License-Identifier: Apache-2.0
//
// One pass over the words from left to right: where clauses begin, whom each word's statement is
// about, what is denied, what is somebody else's words, and when it is.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "intents/understanding.hpp"

namespace befriend {

struct ClauseInput {
    std::span<const std::uint64_t> classes;  // word_class bits of each token
    std::span<const std::uint8_t>
        question;  // 1 where the sentence before the token was closed by "?"
    bool question_at_end = false;
    bool to_other = false;  // asked for words to somebody else: only "I" is the speaker
};

// Fills clause, before, person, negators and flags of the tokens of `u`, and its clauses.
// `subjects[i]` becomes the position of the word that made the person of token i, or -1.
void find_clauses(const ClauseInput& in, Understanding& u, std::vector<std::int32_t>& subjects);

}  // namespace befriend
