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

// What many commands take.
inline constexpr OptionSpec json_option{"--json", "", "one object on standard output"};
inline constexpr OptionSpec pack_option{"--pack", "FOLDER",
                                        "use the intents and dialogs of a folder"};
inline constexpr OptionSpec seed_option{"--seed", "N", "another choice among wordings (1)"};
inline constexpr OptionSpec language_option{"--language", "en", "the language of the content (en)"};

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
