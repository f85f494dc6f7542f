// SPDX-License-Identifier: Apache-2.0
//
// Text that an author wrote, and places in it. Lines and columns count from 1; a column is a
// character (code point), not a byte, so that editors agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace befriend {

struct Position {
    std::uint32_t line = 1;
    std::uint32_t col = 1;

    friend bool operator==(const Position&, const Position&) = default;
    friend auto operator<=>(const Position&, const Position&) = default;
};

struct Source {
    std::string name;  // as shown in diagnostics
    std::string text;
};

// The text of a 1-based line without its line end; empty when there is no such line. The view lives
// as long as the source.
std::string_view line_at(const Source& source, std::uint32_t line);

// Position of a byte offset; offsets past the end give the end.
Position position_at(const Source& source, std::size_t offset);

}  // namespace befriend
