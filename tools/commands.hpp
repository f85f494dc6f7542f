// SPDX-License-Identifier: Apache-2.0
//
// The subcommands of `befriend`: one function each, in a file of the same name. Exit codes:
// 0 fine, 1 findings or failed tests, 2 wrong usage or unreadable input.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace befriend {

// What follows the command's name.
using Arguments = std::span<const std::string>;

struct Command {
    std::string_view name;
    std::string_view summary;  // one line for `befriend --help`
    int (*run)(Arguments);
};

// In the order of the help page.
const std::vector<Command>& commands();

// True when -h or --help is among the arguments; a command then prints its own page and returns 0.
bool wants_help(Arguments arguments);

// Prints "befriend NAME: MESSAGE" and where the help is, on standard error; returns 2.
int usage_error(std::string_view command, std::string_view message);

// The closest of the names, within two edits; empty when none is near.
std::string_view did_you_mean(std::string_view word, std::span<const std::string_view> names);

int run_chat(Arguments arguments);
int run_test(Arguments arguments);
int run_record(Arguments arguments);
int run_walk(Arguments arguments);
int run_check(Arguments arguments);
int run_try(Arguments arguments);
int run_schema(Arguments arguments);
int run_explain(Arguments arguments);

}  // namespace befriend
