// SPDX-License-Identifier: Apache-2.0
//
// The one file that a bot is set up with. Every key is a row of one table (config_keys.cpp) with
// its type, default, bounds and what it is for: the reader, `befriend config explain` and the
// example are made of it, so nothing drifts. A key without a row is refused.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/base/result.hpp"

namespace befriend {

struct ConfigKey {
    // secret: its value never stands in the file. The key NAME is given as NAME_file = "PATH", as
    // $CREDENTIALS_DIRECTORY/SECTION.NAME, or as $BEFRIEND_SECTION_NAME.
    enum class Type : std::uint8_t { text, number, flag, list, secret };

    std::string_view section;
    std::string_view name;
    Type type = Type::text;
    std::string_view otherwise;  // the default without quotes; of a list: "a|b"
    std::int64_t least = 0;      // numbers only, both included
    std::int64_t most = 0;
    std::string_view words;  // "a|b|c": the only texts (or list entries) allowed; empty: any
    std::string_view about;  // one or more sentences
};

struct ConfigSection {
    std::string_view name;
    bool transport = false;  // runs when its table is in the file
    std::string_view about;
};

// In the order in which they are explained.
std::span<const ConfigSection> config_sections();
std::span<const ConfigKey> config_keys();

// Where a secret may be given in the environment: BEFRIEND_STORE_KEY.
std::string environment_name(const ConfigKey& key);

class Config {
public:
    // Reads the bytes of `file`; every mistake becomes a diagnostic. With errors the result is of
    // no use. Secrets are looked for, not kept.
    static Config read(std::string_view file, std::string_view bytes, Diagnostics& diagnostics);

    // The table stands in the file, even if empty.
    bool has(std::string_view section) const;
    // "section.name"; what the file says or the default. The key is one of config_keys().
    std::string text(std::string_view key) const;
    std::int64_t number(std::string_view key) const;
    bool flag(std::string_view key) const;
    std::vector<std::string> list(std::string_view key) const;
    // nullopt: not given anywhere. An Error: the file cannot be read, or holds nothing. The bytes
    // are as they are in the file; without_line_end() takes the end off a password.
    Result<std::optional<std::string>> secret(std::string_view key) const;

private:
    std::set<std::string, std::less<>> sections_;
    std::map<std::string, std::string, std::less<>> values_;
    std::map<std::string, std::vector<std::string>, std::less<>> lists_;
};

// Without the "\n" or "\r\n" that an editor puts at the end of a file.
std::string without_line_end(std::string text);

// A file with every key at its default, in comments, ready to be edited.
std::string config_example();

}  // namespace befriend
