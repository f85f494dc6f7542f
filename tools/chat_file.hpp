// SPDX-License-Identifier: Apache-2.0
//
// Conversation tests: .chat files that a writer can read aloud.
//
//     ---
//     given: { seed: 3, clock: "2026-01-05T22:30:00+01:00", memory: { kind_words: "well tried" } }
//     ---
//     # Somebody who calls themselves a name.
//     > im such an idiot             what the person writes; several in a row are one burst
//     < That was a rough thing ...   the bubbles of the answer, all of them; " ..." = begins with
//     = self_judgement               an intent that was heard; slot=value: a word that was kept
//     ? self_judgement_reframe/acknowledge    where it waits; "closed" after an end
//     ? via home/listen                       a step that says something, or where it waits
//     ! remember kind_words          an effect, see `befriend test --help`
//     ~ 21 minutes                   silence
//
// A line break inside a bubble is written " / ". `> /start`, `> /button ID`, `> /edit TEXT` and
// `> /redact` are events instead of messages; without a `> /start` the welcome comes first, unseen.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/pack.hpp"
#include "tools/changes.hpp"
#include "tools/clock_option.hpp"
#include "tools/coverage.hpp"

namespace befriend {

struct ChatLine {
    char kind = ' ';  // > < = ? ! ~ #, or a space for an empty line
    std::string text;
    std::uint32_t number = 1;
};

struct ChatFile {
    std::string name;
    std::string front;  // the front matter as written, with its --- lines
    std::uint64_t seed = 1;
    ClockStart clock;
    std::map<std::string, std::string> memory;  // what was kept of the person before
    bool plain = false;
    std::string at;                            // begin at this dialog/step, past the welcome
    std::vector<std::string> same_result_for;  // names that find_change() knows
    std::vector<ChatLine> lines;
};

// The Error names file and line.
Result<ChatFile> read_chat(std::string name, std::string_view bytes);

struct ChatRun {
    std::vector<std::string> failures;  // "file:line: what was expected"
    std::string now;                    // the file as it would have to be written to pass
    std::vector<std::string> effects;   // one JSON line a turn, to compare two runs
    Seen seen;                          // for coverage
    bool changed = false;               // ChatHow::change altered what the person wrote
};

struct ChatHow {
    bool save_and_load = false;       // the session goes through its stored form before every turn
    bool record = false;              // write a `<` line for every bubble, asked for or not
    bool only_meaning = false;        // check = ? ! and not the wording
    const Change* change = nullptr;   // done to the person's lines
    const Synonyms* known = nullptr;  // for that change; nullptr: none
};

ChatRun play(const Pack& pack, const ChatFile& file, const ChatHow& how);

}  // namespace befriend
