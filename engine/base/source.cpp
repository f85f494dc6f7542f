// SPDX-License-Identifier: Apache-2.0
#include "engine/base/source.hpp"

#include <algorithm>

namespace befriend {

std::string_view line_at(const Source& source, std::uint32_t line) {
    std::string_view text = source.text;
    for (std::uint32_t n = 1; n < line; ++n) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) return {};
        text.remove_prefix(end + 1);
    }
    text = text.substr(0, text.find('\n'));
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

Position position_at(const Source& source, std::size_t offset) {
    Position at;
    offset = std::min(offset, source.text.size());
    for (std::size_t i = 0; i < offset; ++i) {
        const auto c = static_cast<unsigned char>(source.text[i]);
        if (c == '\n') {
            ++at.line;
            at.col = 1;
        } else if ((c & 0xC0) != 0x80) {
            ++at.col;
        }
    }
    return at;
}

}  // namespace befriend
