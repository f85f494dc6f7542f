// SPDX-License-Identifier: Apache-2.0
//
// The subcommands of `befriend`: one function and one page each, in a file of the same name. The
// page is the only place where a command's options, texts and examples are written: `--help`, the
// completion of the shells and the man page are made of it. Exit codes: 0 fine, 1 findings or
// failed tests, 2 wrong usage or unreadable input.
//
// To add the command `weigh`:
// 1. tools/weigh.cpp defines, in namespace befriend,
//        constexpr OptionSpec weigh_options[] = {  // static, or in an unnamed namespace
//            {"--most", "N", "stop after so many sentences (10)"},  // takes a value
//            {"--all", "", "show every sentence"},                  // a flag
//            pack_option, json_option,                              // shared, tools/options.hpp
//        };
//        constexpr CommandPage weigh_page{
//            .arguments = "[PATHS]",
//            .text = "Weighs the sentences below the paths.\n",
//            .options = weigh_options,
//            .examples = "befriend weigh corpus/en --most 3\n",
//        };
//        int run_weigh(Arguments arguments) {  // --help was answered before it is called
//            const auto options = parse_options(arguments, weigh_page.options);
//            if (!options) return usage_error("weigh", options.error().message);
//            ...
//        }
// 2. below: extern const CommandPage weigh_page; int run_weigh(Arguments arguments);
// 3. commands.cpp: a row {"weigh", "one line", run_weigh, &weigh_page} where it belongs.
// tests/tools/options_test.cpp and tests/integration/authoring_test.py walk the table.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace befriend {

// What follows the command's name.
using Arguments = std::span<const std::string>;

// What the value of an option is called on the help page; empty for a flag. FILE and FOLDER are
// completed as paths and a|b|c as these words.
struct ValueName {
    std::string_view name = {};

    constexpr ValueName() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): so that tables stay tables
    constexpr ValueName(const char* written) : name(written) {}
    // NOLINTNEXTLINE(google-explicit-constructor)
    constexpr ValueName(bool takes_value) : name(takes_value ? "VALUE" : "") {}
};

struct OptionSpec {
    std::string_view name;  // with its dashes
    ValueName value = {};
    std::string_view text = {};  // one line, no capital, no full stop; a default in brackets

    constexpr bool takes_value() const { return !value.name.empty(); }
};

struct CommandPage {
    std::string_view arguments =
        {};                      // as in the usage line: "[FILE.chat]"; empty when there are none
    std::string_view text = {};  // what it does: paragraphs in lines of at most 86 columns
    std::span<const OptionSpec> options = {};
    std::string_view notes = {};     // after the options, printed as it stands
    std::string_view examples = {};  // command lines, each ending in a line break
    std::string_view words = {};  // for completion, the words an argument may be: "bash zsh fish"
};

struct Command {
    std::string_view name;
    std::string_view summary;  // one line for `befriend --help`
    int (*run)(Arguments) = nullptr;
    const CommandPage* page = nullptr;  // lives as long as the program
};

// In the order of the help page.
const std::vector<Command>& commands();

// Answers --help from the command's page, or runs it.
int run_command(const Command& command, Arguments arguments);

// True when -h or --help is among the arguments.
bool wants_help(Arguments arguments);

// Prints "befriend NAME: MESSAGE" and where the help is, on standard error; returns 2.
int usage_error(std::string_view command, std::string_view message);

// The closest of the names, within two edits; empty when none is near.
std::string_view did_you_mean(std::string_view word, std::span<const std::string_view> names);

extern const CommandPage chat_page;
int run_chat(Arguments arguments);
extern const CommandPage run_page;
int run_run(Arguments arguments);
extern const CommandPage config_page;
int run_config(Arguments arguments);
extern const CommandPage store_page;
int run_store(Arguments arguments);
extern const CommandPage check_page;
int run_check(Arguments arguments);
extern const CommandPage try_page;
int run_try(Arguments arguments);
extern const CommandPage test_page;
int run_test(Arguments arguments);
extern const CommandPage record_page;
int run_record(Arguments arguments);
extern const CommandPage walk_page;
int run_walk(Arguments arguments);
extern const CommandPage prove_page;
int run_prove(Arguments arguments);
extern const CommandPage explain_page;
int run_explain(Arguments arguments);
extern const CommandPage match_page;
int run_match(Arguments arguments);
extern const CommandPage sample_page;
int run_sample(Arguments arguments);
extern const CommandPage overlap_page;
int run_overlap(Arguments arguments);
extern const CommandPage suggest_page;
int run_suggest(Arguments arguments);
extern const CommandPage tune_page;
int run_tune(Arguments arguments);
extern const CommandPage schema_page;
int run_schema(Arguments arguments);
extern const CommandPage graph_page;
int run_graph(Arguments arguments);
extern const CommandPage book_page;
int run_book(Arguments arguments);
extern const CommandPage fmt_page;
int run_fmt(Arguments arguments);
extern const CommandPage import_page;
int run_import(Arguments arguments);
extern const CommandPage export_page;
int run_export(Arguments arguments);
extern const CommandPage init_page;
int run_init(Arguments arguments);
extern const CommandPage completion_page;
int run_completion(Arguments arguments);
extern const CommandPage man_page;
int run_man(Arguments arguments);
extern const CommandPage stats_page;
int run_stats(Arguments arguments);
extern const CommandPage strings_page;
int run_strings(Arguments arguments);
extern const CommandPage simulate_page;
int run_simulate(Arguments arguments);
extern const CommandPage diff_page;
int run_diff(Arguments arguments);
extern const CommandPage mutate_page;
int run_mutate(Arguments arguments);
extern const CommandPage matrix_page;
int run_matrix(Arguments arguments);

}  // namespace befriend
