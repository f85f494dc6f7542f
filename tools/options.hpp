// SPDX-License-Identifier: Apache-2.0
//
// Command line options: --name value, --name=value, --flag, and the rest.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "tools/commands.hpp"

namespace befriend {

struct OptionSpec {
    std::string_view name;  // with its dashes
    bool takes_value = false;
};

struct Options {
    std::map<std::string, std::string, std::less<>> values;  // name -> value, "" for a flag
    std::vector<std::string> rest;

    bool has(std::string_view name) const { return values.contains(name); }
    std::string get(std::string_view name, std::string_view otherwise = {}) const;
    // The whole value as a number; nullopt when it is none.
    std::optional<std::uint64_t> number(std::string_view name, std::uint64_t otherwise) const;
};

// An unknown option is an Error that names the nearest one. "--" ends the options.
Result<Options> parse_options(Arguments arguments, std::span<const OptionSpec> specs);

}  // namespace befriend
