// SPDX-License-Identifier: Apache-2.0
//
// Cuts a message into words and folds each: Unicode NFKC and case, curly quotes, zero-width
// characters. Spans always point at the bytes as typed. What needs a dictionary (contractions,
// elongation, misspelling) is the matcher's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "intents/understanding.hpp"

namespace befriend {

// A word as it stands in the text, before the dictionary has seen it.
struct RawWord {
    Span typed;
    std::uint32_t folded_begin = 0;  // of the `folded` string given to cut_words
    std::uint32_t folded_end = 0;
    std::uint16_t flags = 0;  // token_flag: emoji, capital, number, in_quotes
    Boundary before = Boundary::none;
    bool question_before = false;  // the sentence before this word was closed by "?"
    bool space_before = true;
};

struct WordCut {
    std::vector<RawWord> words;
    std::string folded;  // holds the folded words; which bytes, the words say
    bool question_at_end = false;
    std::uint32_t quote_marks = 0;
};

// Requires valid UTF-8 (repair_utf8). Reuses the memory of `out`.
void cut_words(std::string_view text, WordCut& out);

// The folded words of a piece of pattern or lexicon, contractions spelt out.
std::vector<std::string> fold_words(std::string_view text);

}  // namespace befriend
