// SPDX-License-Identifier: Apache-2.0
//
// One JSON object a line, for operators and their tools. A line never holds what somebody wrote or
// was told, nor the name of a conversation or person: hashed() gives a name that is the same
// within one store and leads nowhere else.
#pragma once

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace befriend {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

class Log {
public:
    struct Field {
        std::string_view name;
        std::variant<std::string, std::int64_t> value;
    };

    // `out` outlives the log. `salt` is secret and belongs to the store.
    Log(std::FILE* out, LogLevel least, std::string salt);

    // {"at":"2026-01-05T22:30:00.123Z","level":"info","event":"ready", fields...}. Any thread.
    void write(LogLevel level, std::string_view event,
               std::initializer_list<Field> fields = {}) const;

    // Twelve hexadecimal digits.
    std::string hashed(std::string_view name) const;

private:
    std::FILE* out_;
    LogLevel least_;
    std::string salt_;
};

}  // namespace befriend
