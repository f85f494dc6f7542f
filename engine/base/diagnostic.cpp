// SPDX-License-Identifier: Apache-2.0
#include "engine/base/diagnostic.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace befriend {

std::string_view severity_name(Severity severity) {
    switch (severity) {
        case Severity::error:
            return "error";
        case Severity::warning:
            return "warning";
        case Severity::note:
            return "note";
    }
    return "error";
}

Diagnostic make_diagnostic(const Code& code, std::string_view file, Position at,
                           std::string message, std::string hint, Severity severity) {
    Diagnostic result;
    result.code = code_text(code);
    result.severity = severity;
    result.file = file;
    result.line = at.line;
    result.col = at.col;
    result.message = message.empty() ? std::string(code.text) : std::move(message);
    result.hint = std::move(hint);
    return result;
}

bool has_errors(const Diagnostics& diagnostics) {
    return std::ranges::any_of(diagnostics,
                               [](const Diagnostic& d) { return d.severity == Severity::error; });
}

std::string render(const Diagnostic& d) {
    std::string out = d.file + ":" + std::to_string(d.line) + ":" + std::to_string(d.col) + ": ";
    out += severity_name(d.severity);
    out += "[" + d.code + "]: " + d.message + "\n";
    return out;
}

std::string render(const Diagnostic& d, const Source& source) {
    std::string out = render(d);
    const std::string_view line = line_at(source, d.line);
    // Long lines are cut around the caret, so that it stays in view.
    constexpr std::uint32_t before = 60, room = 110;
    const std::uint32_t skip = d.col > before + 1 ? d.col - before - 1 : 0;
    std::string shown, caret;
    std::uint32_t col = 0;
    for (std::size_t i = 0; i < line.size();) {
        std::size_t end = i + 1;
        while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) ++end;
        ++col;
        if (col > skip && col <= skip + room) {
            const auto c = static_cast<unsigned char>(line[i]);
            if (c < 0x20 || c == 0x7F) {
                shown += ' ';
            } else {
                shown += line.substr(i, end - i);
            }
        }
        i = end;
    }
    if (!line.empty()) {
        const std::string number = std::to_string(d.line);
        caret.assign(d.col > skip ? d.col - skip - 1 : 0, ' ');
        caret += '^';
        const std::uint32_t last = std::min(d.col + d.width, col + 1);
        if (last > d.col + 1) caret.append(std::min<std::size_t>(last - d.col - 1, 60), '~');
        out += "  " + number + " | " + (skip ? "..." : "") + shown + "\n";
        out += "  " + std::string(number.size(), ' ') + " | " + (skip ? "   " : "") + caret + "\n";
    }
    if (!d.hint.empty()) out += "    hint: " + d.hint + "\n";
    return out;
}

std::string closest(std::string_view word, const std::vector<std::string>& candidates) {
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    // Two neighbours swapped count once, the commonest slip; so three rows are kept.
    std::vector<std::size_t> before, last, row;
    for (const std::string& candidate : candidates) {
        const std::size_t n = candidate.size();
        before.assign(n + 1, 0);
        last.resize(n + 1);
        row.resize(n + 1);
        std::iota(last.begin(), last.end(), std::size_t{0});
        for (std::size_t i = 1; i <= word.size(); ++i) {
            row[0] = i;
            for (std::size_t j = 1; j <= n; ++j) {
                row[j] = std::min({last[j] + 1, row[j - 1] + 1,
                                   last[j - 1] + (word[i - 1] == candidate[j - 1] ? 0u : 1u)});
                if (i > 1 && j > 1 && word[i - 1] == candidate[j - 2] &&
                    word[i - 2] == candidate[j - 1]) {
                    row[j] = std::min(row[j], before[j - 2] + 1);
                }
            }
            std::swap(before, last);
            std::swap(last, row);
        }
        if (last.back() < best_distance) {
            best_distance = last.back();
            best = candidate;
        }
    }
    return best;
}

}  // namespace befriend
