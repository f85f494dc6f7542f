// SPDX-License-Identifier: Apache-2.0
//
// The pattern language of docs/patterns.md as a tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace befriend {

struct PatternNode {
    enum class Kind : std::uint8_t {
        word,     // text; exact: this form only
        lexicon,  // text is its name
        self,
        other,
        bot,
        gap,       // up to `most` words, inside the clause unless `crosses`
        any_word,  // exactly one word, whichever
        start,
        end,  // of the message
        sequence,
        alternatives,
        optional,
        any_order,
        capture,  // text is the slot, one part
    };
    Kind kind = Kind::sequence;
    std::string text;
    bool exact = false;
    bool crosses = false;
    std::uint16_t most = 0;  // gap; unlimited_gap: no limit
    std::size_t offset = 0;  // bytes into the pattern, for diagnostics
    std::vector<PatternNode> parts;

    friend bool operator==(const PatternNode&, const PatternNode&) = default;
};

inline constexpr std::uint16_t unlimited_gap = 0xFFFF;
inline constexpr std::uint16_t default_gap = 8;
inline constexpr std::uint16_t any_order_gap = 6;

struct Pattern {
    PatternNode root;
    bool question = false;  // a question mark closes the clause of its last word
};

struct PatternError {
    std::size_t offset = 0;
    std::string message;
    std::string hint;
};

// Reads a pattern. Errors are appended; the pattern is usable only when none was added.
Pattern parse_pattern(std::string_view text, std::vector<PatternError>& errors);

// The pattern as text again, in one canonical spelling. Parsing it gives an equal tree.
std::string to_text(const Pattern& pattern);

}  // namespace befriend
