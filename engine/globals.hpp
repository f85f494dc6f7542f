// SPDX-License-Identifier: Apache-2.0
//
// What a person can say at any time, whatever befriend has just asked, in one table. A message is
// looked up from the first row down. docs/script-reference.md, section 6, is the authors' view.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace befriend {

struct Global {
    enum class Act : std::uint8_t {
        stop,       // ends a practice, else the conversation; never answered with a question
        enter,      // holds `dialog`, then the waiting step waits on
        ask_again,  // as enter, and then its question is put again in other words
        replace,    // drops what was going on; `dialog` is held above home
        repeat,
        skip,
        back,
        undo,
        next,
        slower,
        faster,
        practice,  // the practice named, else `dialog`
        learn,     // the page named, else `dialog`
        country,   // remembers the country named
    };
    std::string_view intent;
    Act act = Act::enter;
    std::string_view dialog;
    bool shadowable = true;  // a step may hear it itself
    bool alone = false;      // only when the message carries nothing else
    bool to_a_friend =
        false;  // could be part of a kind line ("thank you for telling me"): then it is one
};

std::span<const Global> globals();

// The practice or page that a finer intent names: practice_breathing -> p2_breathing.
std::string_view dialog_named_by(std::string_view intent);

}  // namespace befriend
