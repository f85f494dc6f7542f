// SPDX-License-Identifier: Apache-2.0
//
// The help pages, made of the table of commands.
#pragma once

#include <string>

#include "tools/commands.hpp"

namespace befriend {

inline constexpr const char* program_version = "0.1.0";

// befriend --help
std::string help_of_all();

// befriend COMMAND --help
std::string help_page(const Command& command);

// "Usage" without the word: befriend record [FILE.chat] [OPTIONS]
std::string usage_line(const Command& command);

}  // namespace befriend
