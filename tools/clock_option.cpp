// SPDX-License-Identifier: Apache-2.0
#include "tools/clock_option.hpp"

#include <charconv>

namespace befriend {
namespace {

// Reads exactly `digits` digits off the front of `text`.
std::optional<int> digits(std::string_view& text, std::size_t count) {
    int value = 0;
    if (text.size() < count) {
        return std::nullopt;
    }
    const auto [end, problem] = std::from_chars(text.data(), text.data() + count, value);
    if (problem != std::errc{} || end != text.data() + count || value < 0) {
        return std::nullopt;
    }
    text.remove_prefix(count);
    return value;
}

bool skip(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

}  // namespace

std::optional<ClockStart> parse_clock(std::string_view text) {
    using namespace std::chrono;
    const auto year_number = digits(text, 4);
    if (!year_number || !skip(text, "-")) return std::nullopt;
    const auto month_number = digits(text, 2);
    if (!month_number || !skip(text, "-")) return std::nullopt;
    const auto day_number = digits(text, 2);
    if (!day_number) return std::nullopt;
    int hour_number = 0;
    int minute_number = 0;
    int second_number = 0;
    std::optional<minutes> offset;
    if (skip(text, "T ")) {
        const auto hour_read = digits(text, 2);
        if (!hour_read || !skip(text, ":")) return std::nullopt;
        const auto minute_read = digits(text, 2);
        if (!minute_read) return std::nullopt;
        hour_number = *hour_read;
        minute_number = *minute_read;
        if (skip(text, ":")) {
            const auto second_read = digits(text, 2);
            if (!second_read) return std::nullopt;
            second_number = *second_read;
        }
        if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
            const int sign = text.front() == '-' ? -1 : 1;
            text.remove_prefix(1);
            const auto offset_hours = digits(text, 2);
            if (!offset_hours) return std::nullopt;
            skip(text, ":");
            const auto offset_minutes = digits(text, 2);
            if (!offset_minutes) return std::nullopt;
            offset = minutes{sign * (*offset_hours * 60 + *offset_minutes)};
        } else {
            skip(text, "Z");
        }
    }
    const year_month_day date{year{*year_number}, month{static_cast<unsigned>(*month_number)},
                              day{static_cast<unsigned>(*day_number)}};
    if (!text.empty() || !date.ok() || hour_number > 23 || minute_number > 59 ||
        second_number > 60) {
        return std::nullopt;
    }
    ClockStart start;
    start.at = sys_days{date} + hours{hour_number} + minutes{minute_number} +
               seconds{second_number} - offset.value_or(minutes{0});
    start.utc_offset = offset;
    return start;
}

std::optional<std::chrono::milliseconds> parse_wait(std::string_view text) {
    using namespace std::chrono;
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    std::int64_t amount = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), amount);
    if (problem != std::errc{} || amount < 0) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    if (text.size() > 1 && text.back() == 's') text.remove_suffix(1);
    if (amount > 100 * 366 * 24 * 3600LL) return std::nullopt;
    if (text.empty() || text == "s" || text == "sec" || text == "second") return seconds{amount};
    if (text == "m" || text == "min" || text == "minute") return minutes{amount};
    if (text == "h" || text == "hour") return hours{amount};
    if (text == "d" || text == "day") return hours{24 * amount};
    return std::nullopt;
}

}  // namespace befriend
