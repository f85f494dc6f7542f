// SPDX-License-Identifier: Apache-2.0
//
// What the matcher knows about English itself: contractions, inflections, and the small words that
// decide whom a clause is about, whether it is denied, and when. Content words live in the
// lexicons of intents/en.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace befriend {

// Classes of words that the clause pass reads. A word may have several.
namespace word_class {
inline constexpr std::uint64_t self_subject = 1ull << 0;      // i, we
inline constexpr std::uint64_t self_object = 1ull << 1;       // me, myself, us
inline constexpr std::uint64_t self_possessive = 1ull << 2;   // my, mine, our
inline constexpr std::uint64_t other_subject = 1ull << 3;     // he, she, they, someone
inline constexpr std::uint64_t other_object = 1ull << 4;      // him, them, herself
inline constexpr std::uint64_t other_possessive = 1ull << 5;  // his, their, her
inline constexpr std::uint64_t you = 1ull << 6;
inline constexpr std::uint64_t your = 1ull << 7;
inline constexpr std::uint64_t thing = 1ull << 8;      // it, this, that, there
inline constexpr std::uint64_t everyone = 1ull << 9;   // nobody, everyone, people
inline constexpr std::uint64_t relation = 1ull << 10;  // from the lexicon
inline constexpr std::uint64_t be = 1ull << 11;
inline constexpr std::uint64_t auxiliary = 1ull << 12;  // have, do, will, can ...
inline constexpr std::uint64_t negator = 1ull << 13;
inline constexpr std::uint64_t short_negator = 1ull << 14;  // no, nothing: scope of a few words
inline constexpr std::uint64_t breaks = 1ull << 15;         // but, because, if: a clause starts
inline constexpr std::uint64_t joins = 1ull << 16;  // and, or, so: a clause starts before a subject
inline constexpr std::uint64_t ends_scope = 1ull
                                            << 17;  // just, why, how: a negator reaches no further
inline constexpr std::uint64_t raises = 1ull
                                        << 18;      // think, feel: "don't think I am" denies "I am"
inline constexpr std::uint64_t opens = 1ull << 19;  // think, say, know: a subject may follow
inline constexpr std::uint64_t reports = 1ull << 20;  // say, tell, call: what follows is theirs
inline constexpr std::uint64_t voice = 1ull << 21;    // head, brain, critic: one's own inner voice
inline constexpr std::uint64_t determiner = 1ull << 22;  // the, a, this
inline constexpr std::uint64_t moves_object =
    1ull << 23;                                     // make, let, want: "makes me feel" is about me
inline constexpr std::uint64_t hedge = 1ull << 24;  // maybe, might
inline constexpr std::uint64_t past_tense = 1ull << 25;    // was, had, did
inline constexpr std::uint64_t past_marker = 1ull << 26;   // ago, formerly
inline constexpr std::uint64_t future = 1ull << 27;        // will, shall
inline constexpr std::uint64_t hypothetical = 1ull << 28;  // if, would
inline constexpr std::uint64_t since = 1ull << 29;         // still, since: goes on until now
inline constexpr std::uint64_t voids_negator = 1ull
                                               << 30;  // help, stop, believe: "can't help feeling"
inline constexpr std::uint64_t skip = 1ull << 31;      // from the lexicon
inline constexpr std::uint64_t function_word = 1ull << 32;  // carries no content of its own
inline constexpr std::uint64_t clitic = 1ull
                                        << 33;  // m, s, t, ve: the torn off end of a contraction
inline constexpr std::uint64_t person_noun = 1ull
                                             << 34;  // person, guy, woman: "this guy" is another
inline constexpr std::uint64_t common = 1ull << 35;  // an everyday word that is never "corrected"
inline constexpr std::uint64_t generic_you = 1ull
                                             << 36;  // when, if, how: "when you fail" is anyone
inline constexpr std::uint64_t preposition = 1ull << 37;
inline constexpr std::uint64_t noted =
    1ull << 38;  // part of a phrase that says when: "used to", "last year"
}  // namespace word_class

struct ClassedWords {
    std::uint64_t classes = 0;
    std::string_view words;  // separated by spaces
    bool inflected = false;  // each word stands for its forms
};
const std::vector<ClassedWords>& classed_words();

// "don't" -> "do not". Keys are folded; apostrophes are straight.
const std::vector<std::pair<std::string, std::string>>& contractions();

// Every form of a word that a pattern names: the word itself first, then inflections, then the
// other spelling (-ise, -ize; -our, -or). Words that never inflect give themselves alone.
std::vector<std::string> forms_of(std::string_view word);

// Everyday words, separated by spaces, so that none of them is taken for a misspelling.
std::string_view common_words();

}  // namespace befriend
