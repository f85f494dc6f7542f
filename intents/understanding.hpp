// SPDX-License-Identifier: Apache-2.0
//
// What befriend makes of one message: its words, its clauses, and every way to read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "intents/reading.hpp"

namespace befriend {

// What stands between a word and the one before it.
enum class Boundary : std::uint8_t {
    none,
    soft,  // comma, dash, line end, "but", "because", "and I": a clause ends
    hard,  // full stop, "!", "?": a sentence ends
};

namespace token_flag {
inline constexpr std::uint16_t skip = 1 << 0;  // may stand anywhere inside a pattern
inline constexpr std::uint16_t emoji = 1 << 1;
inline constexpr std::uint16_t corrected =
    1 << 2;  // one typing error away from the word it counts as
inline constexpr std::uint16_t capital = 1 << 3;  // typed with a capital first letter
inline constexpr std::uint16_t number = 1 << 4;
inline constexpr std::uint16_t quoted = 1 << 5;     // somebody else's words
inline constexpr std::uint16_t hedged = 1 << 6;     // after "maybe", "might", "not sure if"
inline constexpr std::uint16_t in_quotes = 1 << 7;  // between quotation marks
inline constexpr std::uint16_t unknown = 1 << 8;    // in no list at all
inline constexpr std::uint16_t expanded = 1
                                          << 9;  // a further word of a contraction ("am" of "I'm")
}  // namespace token_flag

// One word. A contraction gives several that share the bytes typed.
struct Token {
    Span typed;                      // bytes of Understanding::text
    std::uint32_t folded_begin = 0;  // of Understanding::folded
    std::uint32_t folded_end = 0;
    std::uint32_t word = 0;   // index into the matcher's dictionary, 0: not there
    std::uint16_t flags = 0;  // token_flag
    std::uint16_t clause = 0;
    Boundary before = Boundary::none;
    Whom person = Whom::self;    // whom a statement with this word is about
    std::uint16_t negator = 0;   // 1 + position of the negator whose scope this word is in, 0: none
    std::uint16_t negator2 = 0;  // a second one
};

struct Clause {
    std::uint32_t first = 0;  // tokens [first, last)
    std::uint32_t last = 0;
    Span typed;
    Whom person = Whom::self;  // of its subject
    Time time = Time::now;
    bool strong_past = false;  // "years ago", "used to", "when I was": not the past tense alone
    bool resolved = false;     // "used to", "no longer", "not any more"
    bool question = false;     // its sentence ends with "?"
};

// The reply to what was asked, when there is one. See answer.hpp.
struct Answer {
    std::string kind;   // "yes_no" | "scale" | "choice" | "crisis" | "feeling" | "words_to_other" |
                        // "line" | "open"
    std::string value;  // "yes", "no", "unsure", "6", "6.5", an option id, the words

    friend bool operator==(const Answer&, const Answer&) = default;
};

// What understanding may know besides the message.
struct Context {
    std::string_view asked;                  // as Answer::kind; empty: nothing was asked
    std::vector<std::string> options;        // choice: ids
    std::vector<std::string> option_labels;  // beside options; may be shorter
    std::vector<std::string> before;         // earlier messages of this person, oldest first
    double low = 0;                          // scale
    double high = 10;
    bool grave = false;  // a life may hang on the answer: "ok" and "lol" are none
};

struct Understanding {
    std::string text;    // as typed, malformed bytes replaced by U+FFFD
    std::string folded;  // its words after folding, one space between
    std::vector<Token> tokens;
    std::vector<Clause> clauses;
    std::vector<Reading> readings;  // counting ones first, best first
    IntentId primary = IntentId::none;
    std::vector<IntentId> labels;  // at most four, the primary first
    std::vector<std::string> feelings;
    std::vector<std::string> topics;
    std::optional<Answer> answer;

    std::string_view folded_word(const Token& t) const {
        return std::string_view(folded).substr(t.folded_begin, t.folded_end - t.folded_begin);
    }
};

}  // namespace befriend
