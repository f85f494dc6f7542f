// SPDX-License-Identifier: Apache-2.0
//
// Small values written as words in a script: names, durations, ranges, expectations.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/script/model.hpp"

namespace befriend {

// snake_case: a letter, then letters, digits and underscores.
bool is_name(std::string_view text);

std::optional<std::int32_t> parse_integer(std::string_view text);

// "25 s", "20 minutes", "1 hour".
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

// "10 turns".
std::optional<std::uint16_t> parse_turns(std::string_view text);

struct Range {
    std::int32_t low = 0;
    std::int32_t high = 0;
};
// "0..3"; low <= high.
std::optional<Range> parse_range(std::string_view text);

struct Expectation {
    Expects expects = Expects::open;
    Range scale{0, 10};
};
// "yes_no", "scale 0..10", ...
std::optional<Expectation> parse_expects(std::string_view text);

// "a, b or c".
std::string one_of(std::span<const std::string_view> words);

std::string_view trim(std::string_view text);

}  // namespace befriend
