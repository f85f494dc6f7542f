// SPDX-License-Identifier: Apache-2.0
//
// befriend chat: the conversation itself, for people and, with --jsonl, for programs.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <random>
#include <string>

#include "adapters/host/host.hpp"
#include "adapters/store/memory_store.hpp"
#include "adapters/store/sqlite_store.hpp"
#include "adapters/terminal/terminal.hpp"
#include "tools/chat_jsonl.hpp"
#include "tools/clock_option.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"
#include "tools/pack_option.hpp"
#include "tools/prove_search.hpp"

namespace befriend {
namespace {

constexpr OptionSpec specs[] = {
    {"--private", "", "keep nothing"},
    {"--plain", "", "no colour, drawing or timing: for screen readers and pipes"},
    {"--no-pause", "", "answer without the short typing pause"},
    {"--trace", "", "show the rules behind every answer"},
    {"--store", "FILE", "keep the conversation in this file (:memory: keeps nothing)"},
    pack_option,
    {"--language", "en", "the language of the conversation"},
    {"--seed", "N", "choose among wordings in the same way every time"},
    {"--at", "DIALOG/STEP", "begin at a step"},
    {"--replay", "FILE", "show the talk that the lines of befriend prove lead to, and end"},
    {"--jsonl", "", "one JSON object in, one out, on a clock of its own"},
    {"--clock", "TIME", "with --jsonl: when it starts, for instance 2026-01-05T22:30:00+01:00"},
};

std::filesystem::path data_folder() {
    if (const char* xdg = std::getenv("XDG_DATA_HOME"); xdg != nullptr && *xdg == '/') {
        return std::filesystem::path(xdg) / "befriend";
    }
    if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
        return std::filesystem::path(home) / ".local/share/befriend";
    }
    return {};
}

// Opens the store; when that is not possible gives one in memory and says why in `trouble`.
std::unique_ptr<Store> open_store(const std::filesystem::path& file, std::string& trouble) {
    auto opened = SqliteStore::open(file);
    if (opened) {
        return std::move(*opened);
    }
    trouble = opened.error().message;
    return std::make_unique<MemoryStore>();
}

// "dialog/step", or a dialog for its first step; nullopt when there is no such place.
std::optional<Beginning> place_named(const Pack& pack, const std::string& name) {
    const std::size_t slash = name.find('/');
    Beginning place;
    place.dialog = pack.find_dialog(name.substr(0, slash));
    if (place.dialog == DialogId::none) {
        return std::nullopt;
    }
    place.step = slash == std::string::npos ? pack.dialog(place.dialog).first
                                            : pack.find_step(place.dialog, name.substr(slash + 1));
    if (place.step == StepId::none) {
        return std::nullopt;
    }
    return place;
}

}  // namespace

constexpr CommandPage chat_page{
    .text =
        "Talk with befriend in this terminal. The conversation goes on where it was left; it\n"
        "is kept in $XDG_DATA_HOME/befriend (or ~/.local/share/befriend), readable only by\n"
        "you.\n",
    .options = specs,
    .examples =
        "befriend chat --private\n"
        "printf 'nobody else messes up like this\\n' | befriend chat --private\n"
        "printf '{\"start\":true}\\n{\"text\":\"hello\"}\\n{\"wait_s\":1200}\\n' | befriend chat "
        "--jsonl\n"
        "befriend chat --replay broken.txt\n"
        "befriend chat --private --pack . --at self_judgement_reframe/ask_friend\n",
};

int run_chat(Arguments arguments) {
    const auto options = parse_options(arguments, specs);
    if (!options) {
        return usage_error("chat", options.error().message);
    }
    if (!options->rest.empty()) {
        return usage_error("chat", "what is \"" + options->rest.front() + "\"?");
    }
    const bool jsonl = options->has("--jsonl");
    std::random_device entropy;
    const auto seed =
        options->number("--seed", jsonl ? 1 : (std::uint64_t{entropy()} << 20) ^ entropy());
    if (!seed) {
        return usage_error("chat", "--seed takes a whole number");
    }
    const auto clock = parse_clock(options->get("--clock", default_clock));
    if (!clock) {
        return usage_error("chat", "--clock takes a time such as 2026-01-05T22:30:00+01:00");
    }
    const auto pack =
        pack_or_complain("chat", options->get("--pack"), options->get("--language", "en"));
    if (!pack) {
        return 2;
    }

    if (options->has("--replay")) {
        const auto lines = read_whole_file(options->get("--replay"));
        if (!lines) {
            return usage_error("chat", options->get("--replay") + ": cannot be read");
        }
        std::fputs(replay(*pack, *lines).c_str(), stdout);
        return 0;
    }

    std::string trouble;
    std::unique_ptr<Store> store;
    std::string file = options->get("--store", jsonl ? ":memory:" : "");
    const std::filesystem::path folder = data_folder();
    const bool keeps_nothing = options->has("--private") || file == ":memory:";
    if (keeps_nothing) {
        store = std::make_unique<MemoryStore>();
    } else if (!file.empty()) {
        store = open_store(file, trouble);
    } else if (!folder.empty()) {
        store = open_store(folder / "befriend.db", trouble);
    } else {
        trouble = "There is no home folder, so nothing is being saved.";
        store = std::make_unique<MemoryStore>();
    }

    Host host(pack, *store, *seed);
    terminal::Settings settings;
    std::optional<Beginning> at;
    if (options->has("--at")) {
        at = place_named(*pack, options->get("--at"));
        if (!at) {
            return usage_error(
                "chat", "there is no step \"" + options->get("--at") + "\"; write DIALOG/STEP");
        }
    }
    if (jsonl) {
        return chat_jsonl(host, pack, {*clock, options->has("--trace"), at, trouble}, std::cin,
                          std::cout);
    }
    settings.plain = options->has("--plain");
    const char* no_colour = std::getenv("NO_COLOR");
    const char* kind = std::getenv("TERM");
    settings.colour = (no_colour == nullptr || *no_colour == '\0') &&
                      !(kind != nullptr && std::string_view(kind) == "dumb");
    settings.plain = settings.plain || (kind != nullptr && std::string_view(kind) == "dumb");
    settings.typing_pause = !options->has("--no-pause");
    settings.trace = options->has("--trace");
    settings.keeps = !keeps_nothing && trouble.empty();
    settings.at = at;
    settings.first_note = trouble;
    settings.save_folder =
        keeps_nothing || !std::filesystem::is_directory(folder) ? "" : folder.string();
    return terminal::run(host, pack, settings);
}

}  // namespace befriend
