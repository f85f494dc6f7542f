// SPDX-License-Identifier: Apache-2.0
#include "engine/script/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace befriend {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Splits "25 s" and "25s" into a number and a word.
std::optional<std::pair<std::int32_t, std::string_view>> number_and_word(std::string_view text) {
    text = trim(text);
    std::size_t end = 0;
    while (end < text.size() && is_digit(text[end])) ++end;
    const auto number = parse_integer(text.substr(0, end));
    const std::string_view word = trim(text.substr(end));
    if (!number || word.empty()) return std::nullopt;
    return std::pair{*number, word};
}

}  // namespace

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 64 && is_lower(text.front()) &&
           std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

std::optional<std::int32_t> parse_integer(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    const auto parts = number_and_word(text);
    if (!parts || parts->first <= 0 || parts->first > 100000) return std::nullopt;
    struct Unit {
        std::string_view word;
        std::int32_t seconds;
    };
    static constexpr std::array units{
        Unit{"s", 1},        Unit{"second", 1},   Unit{"seconds", 1},  Unit{"min", 60},
        Unit{"minute", 60},  Unit{"minutes", 60}, Unit{"h", 3600},     Unit{"hour", 3600},
        Unit{"hours", 3600}, Unit{"day", 86400},  Unit{"days", 86400},
    };
    const auto unit = std::ranges::find(units, parts->second, &Unit::word);
    if (unit == units.end()) return std::nullopt;
    return std::chrono::seconds{static_cast<std::int64_t>(parts->first) * unit->seconds};
}

std::optional<std::uint16_t> parse_turns(std::string_view text) {
    const auto parts = number_and_word(text);
    if (!parts || parts->first < 0 || parts->first > 1000) return std::nullopt;
    if (parts->second != "turns" && parts->second != "turn") return std::nullopt;
    return static_cast<std::uint16_t>(parts->first);
}

std::optional<Range> parse_range(std::string_view text) {
    const auto dots = text.find("..");
    if (dots == std::string_view::npos) return std::nullopt;
    const auto low = parse_integer(trim(text.substr(0, dots)));
    const auto high = parse_integer(trim(text.substr(dots + 2)));
    if (!low || !high || *low > *high) return std::nullopt;
    return Range{*low, *high};
}

std::optional<Expectation> parse_expects(std::string_view text) {
    text = trim(text);
    if (text.starts_with("scale")) {
        const auto range = parse_range(trim(text.substr(5)));
        if (!range || range->low == range->high) return std::nullopt;
        return Expectation{Expects::scale, *range};
    }
    struct Word {
        std::string_view word;
        Expects expects;
    };
    static constexpr std::array words{
        Word{"open", Expects::open},     Word{"yes_no", Expects::yes_no},
        Word{"choice", Expects::choice}, Word{"feeling", Expects::feeling},
        Word{"line", Expects::line},     Word{"words_to_other", Expects::words_to_other},
    };
    const auto found = std::ranges::find(words, text, &Word::word);
    if (found == words.end()) return std::nullopt;
    return Expectation{found->expects, {0, 10}};
}

std::string one_of(std::span<const std::string_view> words) {
    std::string result;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) result += i + 1 == words.size() ? " or " : ", ";
        result += words[i];
    }
    return result;
}

std::string_view trim(std::string_view text) {
    const auto space = [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; };
    while (!text.empty() && space(text.front())) text.remove_prefix(1);
    while (!text.empty() && space(text.back())) text.remove_suffix(1);
    return text;
}

}  // namespace befriend
