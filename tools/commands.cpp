// SPDX-License-Identifier: Apache-2.0
#include "tools/commands.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "tools/help.hpp"

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
        {"chat", "talk with befriend in this terminal", run_chat, &chat_page},
        {"run", "run a bot over the transports of a config file", run_run, &run_page},
        {"config", "check or explain the config of a bot", run_config, &config_page},
        {"store", "check or back up what a bot keeps", run_store, &store_page},
        {"check", "find every mistake in dialogs and intents", run_check, &check_page},
        {"try", "show how a message is understood", run_try, &try_page},
        {"test", "run the labelled sentences and the conversations", run_test, &test_page},
        {"record", "write a conversation down as a test", run_record, &record_page},
        {"walk", "talk at random for a long time and watch the promises", run_walk, &walk_page},
        {"prove", "search for a conversation that breaks a property", run_prove, &prove_page},
        {"diff", "show what changes between two packs", run_diff, &diff_page},
        {"mutate", "make small faults and see whether the tests notice", run_mutate, &mutate_page},
        {"simulate", "let simulated people talk and measure it", run_simulate, &simulate_page},
        {"graph", "draw the steps of dialogs as Mermaid, DOT or a page", run_graph, &graph_page},
        {"book", "write every sentence as a page to review and sign", run_book, &book_page},
        {"match", "tell whether and where a pattern matches", run_match, &match_page},
        {"sample", "print sentences that an intent or a pattern accepts", run_sample, &sample_page},
        {"overlap", "tell what patterns have in common", run_overlap, &overlap_page},
        {"suggest", "look for patterns that an intent lacks", run_suggest, &suggest_page},
        {"tune", "fit weights to labelled messages and measure them", run_tune, &tune_page},
        {"stats", "measure the language against its limits", run_stats, &stats_page},
        {"strings", "keep translations of what is said", run_strings, &strings_page},
        {"explain", "print the page of a diagnostic code", run_explain, &explain_page},
        {"schema", "print the JSON Schema of dialog files for editors", run_schema, &schema_page},
        {"fmt", "write the files in the one way", run_fmt, &fmt_page},
        {"init", "make a pack of your own to begin with", run_init, &init_page},
        {"import", "carry sentences and conversations of other systems over", run_import,
         &import_page},
        {"export", "write the labelled sentences for other systems", run_export, &export_page},
        {"matrix", "look after the bot's account on a Matrix homeserver", run_matrix, &matrix_page},
        {"completion", "print the completion of a shell", run_completion, &completion_page},
        {"man", "print the manual page", run_man, &man_page},
    };
    return table;
}

int run_command(const Command& command, Arguments arguments) {
    if (command.page != nullptr && wants_help(arguments)) {
        const std::string page = help_page(command);
        std::fwrite(page.data(), 1, page.size(), stdout);
        return 0;
    }
    return command.run(arguments);
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
