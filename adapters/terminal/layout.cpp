// SPDX-License-Identifier: Apache-2.0
#include "adapters/terminal/layout.hpp"

#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

#include <algorithm>
#include <cstdint>

#include "engine/base/utf8.hpp"

namespace befriend::terminal {
namespace {

bool is_direction_control(char32_t c) {
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
           c == 0x200F || c == 0x061C;
}

// The end of the escape sequence that begins at `at`: CSI, OSC and other strings, two-byte ones.
std::size_t after_escape(std::string_view text, std::size_t at) {
    std::size_t i = at + 1;
    if (i >= text.size()) {
        return i;
    }
    const char kind = text[i];
    if (kind == '[') {
        for (++i; i < text.size() && static_cast<unsigned char>(text[i]) >= 0x20; ++i) {
            if (text[i] >= '@' && text[i] <= '~') {
                return i + 1;
            }
        }
        return i;
    }
    if (kind == ']' || kind == 'P' || kind == '^' || kind == '_' || kind == 'X') {
        for (++i; i < text.size() && text[i] != '\n'; ++i) {
            if (text[i] == '\a') {
                return i + 1;
            }
            if (text[i] == '\x1b' && i + 1 < text.size() && text[i + 1] == '\\') {
                return i + 2;
            }
        }
        return i;
    }
    return static_cast<unsigned char>(kind) >= 0x20 && static_cast<unsigned char>(kind) < 0x7F
               ? i + 1
               : i;
}

// Calls f(begin, end) for each grapheme cluster.
template <class Function>
void each_cluster(std::string_view text, Function f) {
    if (is_ascii(text)) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            f(i, i + 1);
        }
        return;
    }
    UErrorCode status = U_ZERO_ERROR;
    UText source = UTEXT_INITIALIZER;
    utext_openUTF8(&source, text.data(), static_cast<std::int64_t>(text.size()), &status);
    UBreakIterator* breaks = ubrk_open(UBRK_CHARACTER, "", nullptr, 0, &status);
    ubrk_setUText(breaks, &source, &status);
    if (U_SUCCESS(status)) {
        std::int32_t begin = ubrk_first(breaks);
        for (std::int32_t end = ubrk_next(breaks); end != UBRK_DONE; end = ubrk_next(breaks)) {
            f(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
            begin = end;
        }
    }
    ubrk_close(breaks);
    utext_close(&source);
}

std::size_t code_point_width(char32_t c) {
    const auto code = static_cast<UChar32>(c);
    switch (u_charType(code)) {
        case U_NON_SPACING_MARK:
        case U_ENCLOSING_MARK:
        case U_FORMAT_CHAR:
        case U_CONTROL_CHAR:
            return 0;
        default:
            break;
    }
    const auto width =
        static_cast<UEastAsianWidth>(u_getIntPropertyValue(code, UCHAR_EAST_ASIAN_WIDTH));
    return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

std::size_t cluster_width(std::string_view cluster) {
    std::size_t width = 0;
    for (std::size_t i = 0; i < cluster.size();) {
        const CodePoint point = decode(cluster, i);
        // The emoji selector makes a narrow symbol wide.
        width =
            std::max(width, point.value == 0xFE0F ? std::size_t{2} : code_point_width(point.value));
        i += point.size;
    }
    return width;
}

// Appends the words of one paragraph to `lines`.
void wrap_paragraph(std::string_view text, std::size_t width, std::vector<std::string>& lines) {
    std::string line;
    std::size_t used = 0;
    const auto finish = [&] {
        lines.push_back(line);
        line.clear();
        used = 0;
    };
    // Leading spaces are kept: pictures and addresses are indented.
    const std::size_t indent = std::min(text.find_first_not_of(' '), text.size());
    line.assign(indent, ' ');
    used = indent;
    bool first = true;
    std::size_t i = indent;
    while (i < text.size()) {
        const std::size_t spaces_end = std::min(text.find_first_not_of(' ', i), text.size());
        const std::size_t word_end = std::min(text.find(' ', spaces_end), text.size());
        const std::string_view spaces = text.substr(i, spaces_end - i);
        const std::string_view word = text.substr(spaces_end, word_end - spaces_end);
        i = word_end;
        if (word.empty()) {
            break;
        }
        const std::size_t columns = display_width(word);
        const std::size_t gap = first ? 0 : spaces.size();
        if (!first && used + gap + columns > width) {
            finish();
        } else if (!first) {
            line += spaces;
            used += gap;
        }
        first = false;
        if (columns <= width) {
            line += word;
            used += columns;
            continue;
        }
        each_cluster(word, [&](std::size_t begin, std::size_t end) {
            const std::string_view cluster = word.substr(begin, end - begin);
            const std::size_t more = cluster_width(cluster);
            if (used + more > width) {
                finish();
            }
            line += cluster;
            used += more;
        });
    }
    finish();
}

}  // namespace

std::string printable(std::string_view text) {
    const std::string repaired = repair_utf8(text);
    std::string out;
    out.reserve(repaired.size());
    for (std::size_t i = 0; i < repaired.size();) {
        const CodePoint point = decode(repaired, i);
        const char32_t c = point.value;
        if (c == 0x1B) {
            i = after_escape(repaired, i);
            continue;
        }
        if (c == U'\n') {
            out += '\n';
        } else if (c == U'\t') {
            out += ' ';
        } else if (c == 0x2028 || c == 0x2029) {
            out += '\n';
        } else if (c >= 0x20 && c != 0x7F && !(c >= 0x80 && c <= 0x9F) &&
                   !is_direction_control(c)) {
            out.append(repaired, i, point.size);
        }
        i += point.size;
    }
    return out;
}

std::size_t display_width(std::string_view text) {
    if (is_ascii(text)) {
        return text.size();
    }
    std::size_t width = 0;
    each_cluster(text, [&](std::size_t begin, std::size_t end) {
        width += cluster_width(text.substr(begin, end - begin));
    });
    return width;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
    width = std::max<std::size_t>(width, 10);
    std::vector<std::string> lines;
    while (true) {
        const std::size_t end = text.find('\n');
        wrap_paragraph(text.substr(0, end), width, lines);
        if (end == std::string_view::npos) {
            break;
        }
        text.remove_prefix(end + 1);
    }
    while (!lines.empty() && lines.back().empty()) {
        lines.pop_back();
    }
    return lines;
}

}  // namespace befriend::terminal
