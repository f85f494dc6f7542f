// SPDX-License-Identifier: Apache-2.0
//
// What befriend says, as the content of Matrix messages. The HTML is made of our own few tags
// around escaped text, so nothing that a person or a script wrote can become markup.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/effect.hpp"

namespace befriend::matrix {

// & < > " and ' as entities; control characters except tab and line feed are left out.
std::string escaped(std::string_view text);

// The text as HTML: line breaks, and *emphasis*. Empty when it has neither.
std::string html_of(std::string_view text);

// Parts of at most `most` bytes, cut after a paragraph, a line, a sentence, a word or a character,
// whichever comes first that leaves a part at least half full. Joined they are the text again.
std::vector<std::string> split(std::string_view text, std::size_t most);

// An event may have 64 KiB, and encryption makes it a third larger.
inline constexpr std::size_t longest_body = 30'000;

// In every message of ours: written by a program. Whoever reads it there does not answer, so two
// companions that are invited together do not talk for ever. (Matrix proposal 3955.)
inline constexpr const char* automated_key = "org.matrix.msc1767.automated";

// Where a message goes inside its room.
struct Destination {
    std::string thread;      // the root, empty: the main timeline
    std::string answers;     // the event it answers, for clients to show; may be empty
    std::string mentions;    // whom to notify; empty: nobody
    bool as_notice = false;  // in groups: programs do not answer a notice, clients show it quietly
};

// The contents (JSON) of the messages that deliver this effect; empty when it shows nothing.
std::vector<std::string> contents_of(const Effect& effect, const Destination& place);
// The same for one text.
std::vector<std::string> contents_of(std::string_view text, const Destination& place);

}  // namespace befriend::matrix
