// SPDX-License-Identifier: Apache-2.0
//
// Text for a terminal: what may be printed, how wide it is, where lines break.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace befriend::terminal {

// What is safe to print: malformed UTF-8 becomes U+FFFD; escape sequences, control characters but
// the line break, and characters that turn the direction of text around are taken out.
std::string printable(std::string_view text);

// Columns that the text takes: 2 for wide characters and emoji, 0 for combining marks.
// Requires printable text without line breaks.
std::size_t display_width(std::string_view text);

// Lines of at most `width` columns, broken at spaces, or inside a word that is longer than a line.
// Line breaks of the text are kept. A width under 10 counts as 10.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace befriend::terminal
