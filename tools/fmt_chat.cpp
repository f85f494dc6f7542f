// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "engine/base/utf8.hpp"
#include "tools/chat_file.hpp"
#include "tools/fmt_yaml.hpp"

namespace befriend {
namespace {

bool same_lines(const ChatFile& a, const ChatFile& b) {
    std::size_t j = 0;
    char last = ' ';
    for (const ChatLine& line : a.lines) {
        const char before = std::exchange(last, line.kind);
        if (line.kind == ' ' && before == ' ') continue;  // several empty lines are one
        if (j < b.lines.size() && b.lines[j].kind == line.kind && b.lines[j].text == line.text) {
            ++j;
        } else if (line.kind != ' ') {
            return false;
        }
    }
    return j == b.lines.size();
}

}  // namespace

Result<Formatted> format_chat(std::string_view name, std::string_view text) {
    const std::string file(name);
    if (!is_utf8(text)) return fail(file + " is not UTF-8; nothing was changed");
    const auto read = read_chat(file, text);
    if (!read) return read.error();
    std::string out = read->front;
    bool blank = true;  // no empty line at the beginning
    for (const ChatLine& line : read->lines) {
        if (line.kind == ' ') {
            if (!blank) out += "\n";
            blank = true;
            continue;
        }
        blank = false;
        if (line.kind == '#') {
            out += line.text + "\n";
        } else {
            out += std::string(1, line.kind) + (line.text.empty() ? "" : " ") + line.text + "\n";
        }
    }
    while (out.ends_with("\n\n")) out.pop_back();
    const auto again = read_chat(file, out);
    if (!again || again->front != read->front || !same_lines(*read, *again))
        return fail(file + " could not be formatted without changing it; nothing was changed");
    return Formatted{std::move(out)};
}

}  // namespace befriend
