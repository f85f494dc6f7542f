// SPDX-License-Identifier: Apache-2.0
//
// How befriend looks on a terminal. Everything printed goes through printable(), so no text can
// drive the terminal. In plain mode: no colour, no drawing, one "befriend:" line a bubble.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/effect.hpp"

namespace befriend::terminal {

struct Look {
    bool plain = false;
    bool colour = true;
};

class Screen {
public:
    explicit Screen(Look look);

    const Look& look() const { return look_; }

    // A bubble of befriend's. The first of an answer is set off by an empty line.
    void say(const Say& say);
    void offer(const Offer& offer);
    void page(const ShowPage& page);
    // The end of an answer.
    void end_of_answer();
    // A line about the program, not of the conversation.
    void note(std::string_view text);
    // Text as it is, wrapped: traces, exports.
    void block(std::string_view text);
    // The line under a paced practice; drawn over itself. Nothing in plain mode.
    void countdown(std::string_view text);
    // Three dots while befriend "types".
    void dots();
    // Takes away the current line: prompt, countdown or dots.
    void clear_line();
    // Takes away the screen and what scrolled out of it.
    void clear_all();
    // Shows something that could stand on anybody's screen.
    void neutral_page();

    // What the person wrote, for the transcript only: it is on the screen already.
    void heard(std::string_view text);
    // The conversation since the start, as plain text.
    const std::string& transcript() const { return transcript_; }
    void forget_transcript();

private:
    void print(std::string_view text);
    void lines(std::string_view text, std::string_view style);
    void open_answer();

    Look look_;
    bool in_answer_ = false;
    std::string transcript_;
};

// Columns of the terminal on standard output; 80 when it does not say.
std::size_t columns();

}  // namespace befriend::terminal
