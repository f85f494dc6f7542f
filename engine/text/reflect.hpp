// SPDX-License-Identifier: Apache-2.0
//
// Giving people their own words back: finds the clause worth reflecting, turns its person round
// ("my boss ignored me" -> "your boss ignored you"), or takes a noun phrase out of it.
//
// The rule that matters: when in doubt there is no echo. Insults, crisis words, names, quotes,
// links, body numbers and anything with "you" in it are never said back. The texts then use a
// variation without the slot, which is always right.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "intents/reading.hpp"

namespace befriend {

// What understanding knows about places in the message; spans are bytes of the text.
struct ReflectHints {
    std::span<const Span> evidence;  // of readings that count
    std::span<const Span> feelings;  // of feeling words
    std::span<const Span> unsafe;    // crisis readings: a clause that touches one is never chosen
};

// The clause of `text` that is best to reflect, as typed without its closing punctuation, or
// nothing when no clause is fit. At most ten words.
std::optional<std::string> best_clause(std::string_view text, const ReflectHints& hints);

// Person turned round, ready to stand inside a sentence. Nothing when a token is not safe.
std::optional<std::string> turn_round(std::string_view clause);

// A noun phrase of the clause with its possessive turned round ("your exam"), or nothing.
std::optional<std::string> noun_phrase(std::string_view clause);

// True when these words may be said back as they are: printable, no insult, no crisis word, no
// link, no bracket or quote that could break out of the sentence around them.
bool safe_to_echo(std::string_view words);

// True when the whole message reads well between quotation marks: no question, no request, no
// "lol", nothing said to befriend.
bool quotable(std::string_view words);

// The person's own line as it may be kept and quoted: one line, trimmed, control characters
// dropped, at most 300 bytes on a character boundary. Quotes around the whole are taken off.
std::string keep_line(std::string_view words);

std::size_t count_words(std::string_view text);

}  // namespace befriend
