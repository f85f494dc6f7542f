// SPDX-License-Identifier: Apache-2.0
//
// `befriend COMMAND`: chat when there is none.
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "tools/commands.hpp"
#include "tools/help.hpp"

namespace {

constexpr int interfaces = 1;  // docs/interfaces of the machine: raised when a contract changes

int print_version(befriend::Arguments rest) {
    if (rest.empty()) {
        std::printf("befriend %s\n", befriend::program_version);
        return 0;
    }
    if (rest.size() == 1 && rest[0] == "--json") {
        std::printf("{\"name\":\"befriend\",\"version\":\"%s\",\"interfaces\":%d}\n",
                    befriend::program_version, interfaces);
        return 0;
    }
    std::fputs("befriend --version takes nothing but --json\n", stderr);
    return 2;
}

int dispatch(befriend::Arguments arguments) {
    if (arguments.empty() || (arguments[0].starts_with("-") && arguments[0] != "-h" &&
                              arguments[0] != "--help" && arguments[0] != "--version")) {
        return befriend::run_command(befriend::commands().front(), arguments);
    }
    const std::string& word = arguments[0];
    const befriend::Arguments rest = arguments.subspan(1);
    if (word == "-h" || word == "--help" || word == "help") {
        std::fputs(befriend::help_of_all().c_str(), stdout);
        return 0;
    }
    if (word == "--version" || word == "version") {
        return print_version(rest);
    }
    std::vector<std::string_view> names;
    for (const befriend::Command& command : befriend::commands()) {
        if (command.name == word) {
            return befriend::run_command(command, rest);
        }
        names.push_back(command.name);
    }
    const std::string_view near = befriend::did_you_mean(word, names);
    std::fprintf(stderr, "befriend: there is no command \"%s\"%s%s%s\n", word.c_str(),
                 near.empty() ? "" : "; did you mean \"", std::string(near).c_str(),
                 near.empty() ? ". befriend --help lists them." : "\"?");
    return 2;
}

}  // namespace

int main(int count, char** values) {
    // A file that may not grow further and a reader that went away are errors to handle, not ends.
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
    const std::vector<std::string> arguments(values + (count > 0 ? 1 : 0), values + count);
    try {
        return dispatch(arguments);
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "befriend: something went wrong that should not have: %s\n",
                     problem.what());
        return 2;
    }
}
