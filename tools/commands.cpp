// SPDX-License-Identifier: Apache-2.0
#include "tools/commands.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace befriend {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] =
                std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1] ? 1 : 0)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

}  // namespace

const std::vector<Command>& commands() {
    static const std::vector<Command> table{
        {"chat", "talk with befriend in this terminal", run_chat},
        {"check", "find every mistake in dialogs and intents", run_check},
        {"try", "show how a message is understood", run_try},
        {"test", "run the labelled sentences and the conversations", run_test},
        {"record", "write a conversation down as a test", run_record},
        {"walk", "talk at random for a long time and watch the promises", run_walk},
        {"explain", "print the page of a diagnostic code", run_explain},
        {"schema", "print the JSON Schema of dialog files for editors", run_schema},
    };
    return table;
}

bool wants_help(Arguments arguments) {
    for (const std::string& argument : arguments) {
        if (argument == "--") {
            return false;
        }
        if (argument == "-h" || argument == "--help") {
            return true;
        }
    }
    return false;
}

int usage_error(std::string_view command, std::string_view message) {
    std::fprintf(stderr, "befriend %.*s: %.*s\nbefriend %.*s --help shows the usage.\n",
                 static_cast<int>(command.size()), command.data(), static_cast<int>(message.size()),
                 message.data(), static_cast<int>(command.size()), command.data());
    return 2;
}

std::string_view did_you_mean(std::string_view word, std::span<const std::string_view> names) {
    std::string_view best;
    std::size_t least = 3;  // more than two edits is a guess, not a slip
    for (const std::string_view name : names) {
        const std::size_t distance = edit_distance(word, name);
        if (distance < least && distance < name.size()) {
            least = distance;
            best = name;
        }
    }
    return best;
}

}  // namespace befriend
