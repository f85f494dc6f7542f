// SPDX-License-Identifier: Apache-2.0
#include "tools/text_diff.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace befriend {
namespace {

constexpr std::size_t context = 2;
constexpr std::size_t most_cells = 16'000'000;  // of the table: 4,000 lines against 4,000

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            break;
        }
        text.remove_prefix(end + 1);
    }
    return lines;
}

struct Edit {
    char sign = ' ';
    std::string_view line;
};

std::vector<Edit> edits_between(const std::vector<std::string_view>& a,
                                const std::vector<std::string_view>& b) {
    std::vector<Edit> edits;
    std::size_t first = 0;
    while (first < a.size() && first < b.size() && a[first] == b[first]) {
        edits.push_back({' ', a[first]});
        ++first;
    }
    const std::size_t n = a.size() - first;
    const std::size_t m = b.size() - first;
    if (n > 0 && m > most_cells / n) {
        for (std::size_t i = first; i < a.size(); ++i) edits.push_back({'-', a[i]});
        for (std::size_t j = first; j < b.size(); ++j) edits.push_back({'+', b[j]});
        return edits;
    }
    // Length of the longest common part of the rests from i and j on.
    std::vector<std::uint32_t> table((n + 1) * (m + 1), 0);
    const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& {
        return table[i * (m + 1) + j];
    };
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t j = m; j-- > 0;) {
            at(i, j) = a[first + i] == b[first + j] ? at(i + 1, j + 1) + 1
                                                    : std::max(at(i + 1, j), at(i, j + 1));
        }
    }
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < n || j < m) {
        if (i < n && j < m && a[first + i] == b[first + j]) {
            edits.push_back({' ', a[first + i]});
            ++i;
            ++j;
        } else if (i < n && (j == m || at(i + 1, j) >= at(i, j + 1))) {
            edits.push_back({'-', a[first + i]});
            ++i;
        } else {
            edits.push_back({'+', b[first + j]});
            ++j;
        }
    }
    return edits;
}

}  // namespace

std::string unified_diff(std::string_view name, std::string_view before, std::string_view after) {
    if (before == after) {
        return {};
    }
    const std::vector<Edit> edits = edits_between(lines_of(before), lines_of(after));
    std::vector<bool> shown(edits.size(), false);
    for (std::size_t k = 0; k < edits.size(); ++k) {
        if (edits[k].sign != ' ') {
            const std::size_t from = k - std::min(k, context);
            const std::size_t to = std::min(edits.size(), k + context + 1);
            std::fill(shown.begin() + static_cast<std::ptrdiff_t>(from),
                      shown.begin() + static_cast<std::ptrdiff_t>(to), true);
        }
    }
    std::string out = "--- " + std::string(name) + "\n+++ " + std::string(name) + " (now)\n";
    std::size_t line_a = 1;
    std::size_t line_b = 1;
    for (std::size_t k = 0; k < edits.size(); ++k) {
        if (shown[k] && (k == 0 || !shown[k - 1])) {
            std::size_t count_a = 0;
            std::size_t count_b = 0;
            for (std::size_t l = k; l < edits.size() && shown[l]; ++l) {
                count_a += edits[l].sign != '+' ? 1U : 0U;
                count_b += edits[l].sign != '-' ? 1U : 0U;
            }
            out += "@@ -" + std::to_string(line_a) + "," + std::to_string(count_a) + " +" +
                   std::to_string(line_b) + "," + std::to_string(count_b) + " @@\n";
        }
        if (shown[k]) {
            out += edits[k].sign;
            out += edits[k].line;
            out += '\n';
        }
        line_a += edits[k].sign != '+' ? 1U : 0U;
        line_b += edits[k].sign != '-' ? 1U : 0U;
    }
    return out;
}

}  // namespace befriend
