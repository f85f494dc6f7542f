// SPDX-License-Identifier: Apache-2.0
//
// befriend record: writes down what befriend says as a conversation test.
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/base/json_line.hpp"
#include "tools/chat_file.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"
#include "tools/pack_option.hpp"

namespace befriend {
namespace {

constexpr OptionSpec specs[] = {
    {"-o", "FILE", "write there instead of standard output"},
    {"--seed", "N", "the seed of the conversation (1)"},
    pack_option,
    json_option,
};

}  // namespace

constexpr CommandPage record_page{
    .arguments = "[FILE.chat]",
    .text =
        "Plays a conversation and writes it with every bubble that befriend says. Reads a\n"
        ".chat file, or lines from standard input: each line is a message; \"~ 20 minutes\"\n"
        "waits.\n",
    .options = specs,
    .examples =
        "printf 'im such an idiot\\nyes\\n' | befriend record -o "
        "corpus/en/conversations/mine.chat\n"
        "befriend record draft.chat -o draft.chat\n",
};

int run_record(Arguments arguments) {
    const auto options = parse_options(arguments, specs);
    if (!options) {
        return usage_error("record", options.error().message);
    }
    if (options->rest.size() > 1) {
        return usage_error("record", "one conversation at a time");
    }
    const auto seed = options->number("--seed", 1);
    if (!seed) {
        return usage_error("record", "--seed takes a whole number");
    }
    std::string bytes;
    std::string name = "standard input";
    if (options->rest.empty()) {
        if (options->has("--seed")) {
            bytes = "---\ngiven: { seed: " + std::to_string(*seed) + " }\n---\n";
        }
        std::string line;
        bool first = true;
        while (std::getline(std::cin, line)) {
            if (line.empty()) continue;
            const char kind = line.front();
            // Turns are set off, so that two lines are two messages and not one burst.
            if (!first && kind != '#') bytes += "\n";
            const bool marked = kind == '>' || kind == '~' || kind == '#';
            bytes += (marked ? "" : "> ") + line + "\n";
            first = false;
        }
    } else {
        name = options->rest.front();
        auto read = read_whole_file(name);
        if (!read) {
            return usage_error("record", name + " cannot be read");
        }
        bytes = std::move(*read);
    }
    auto file = read_chat(name, bytes);
    if (!file) {
        return usage_error("record", file.error().message);
    }
    if (options->has("--seed")) {
        file->seed = *seed;
    }
    const auto pack = pack_or_complain("record", options->get("--pack"), "en");
    if (!pack) {
        return 2;
    }
    const ChatRun run = play(*pack, *file, {.record = true});
    if (options->has("-o")) {
        const auto written = write_whole_file(options->get("-o"), run.now);
        if (!written) {
            return usage_error("record", written.error().message);
        }
    } else if (!options->has("--json")) {
        std::fwrite(run.now.data(), 1, run.now.size(), stdout);
    }
    if (options->has("--json")) {
        const nlohmann::json out{{"chat", run.now},
                                 {"failures", run.failures},
                                 {"places", run.seen.waited},
                                 {"seed", file->seed}};
        std::puts(json_line(out).c_str());
    }
    for (const std::string& failure : run.failures) {
        std::fprintf(stderr, "%s\n", failure.c_str());
    }
    return run.failures.empty() ? 0 : 1;
}

}  // namespace befriend
