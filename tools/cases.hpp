// SPDX-License-Identifier: Apache-2.0
//
// Cases: what must not change by accident, a line each. A .tsv file in a folder named `cases` has
// one of two headings:
//
//     expect       text                        a sentence that is read as an intent,
//     isolation    nobody sat with me          or ("!isolation") must not be
//
//     at                          says         via
//     ask_leave/ask_again         not today    ask_leave/leave_it     the step that answers
//
// `says` is written like a `>` line of a .chat file, or "~ 21 minutes" for silence. `via` is any
// step that says something in the answer, or where the conversation waits after it. Every pattern
// and every entry of `hear:` has its case, so that `befriend mutate` finds a test for it; unlike
// the labelled sentences, cases say nothing about how well strangers are understood.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "intents/catalogue.hpp"
#include "intents/matcher.hpp"
#include "tools/chat_file.hpp"

namespace befriend {

// Also an example (wanted) or a counter-example of an intent file.
struct SentenceCase {
    std::string place;  // "file:line"
    std::string intent;
    std::string text;
    bool wanted = true;
};

struct Cases {
    std::vector<SentenceCase> sentences;
    std::vector<ChatFile> steps;  // conversations of one message
};

// Appends the cases of one file. The Error names file and line.
Result<bool> read_cases(const std::string& name, std::string_view bytes, Cases& cases);

// The examples and counter-examples of intent files.
std::vector<SentenceCase> example_cases(const Catalogue& catalogue);

// True when the sentence is read as the intent exactly if that is wanted. A denial is what a crisis
// intent is heard to be when its level is "none".
bool holds(const Matcher& matcher, const SentenceCase& one, const Understanding& heard);
bool holds(const Matcher& matcher, const SentenceCase& one, Scratch& scratch);

// "file:line: "text" is not read as isolation (labels: none)"
std::string failure_text(const Matcher& matcher, const SentenceCase& one);

}  // namespace befriend
