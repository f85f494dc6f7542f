// SPDX-License-Identifier: Apache-2.0
//
// --clock and `clock:`: a date and time as 2026-01-05T22:30:00, with Z or an offset such as +02:00.
// Only a written offset tells befriend the local hour.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "engine/incoming.hpp"

namespace befriend {

struct ClockStart {
    Instant at{};
    std::optional<std::chrono::minutes> utc_offset;
};

// A Monday morning; the same for everybody who gives no other.
inline constexpr std::string_view default_clock = "2026-01-05T10:00:00Z";

std::optional<ClockStart> parse_clock(std::string_view text);

// "21 minutes", "20 s", "2 hours", "1 day"; nullopt when it is no duration.
std::optional<std::chrono::milliseconds> parse_wait(std::string_view text);

}  // namespace befriend
