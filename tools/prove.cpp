// SPDX-License-Identifier: Apache-2.0
//
// befriend prove: searches conversations for one that breaks a property of the content.
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/base/json_line.hpp"
#include "engine/globals.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"
#include "tools/pack_option.hpp"
#include "tools/pattern_lab.hpp"
#include "tools/prove_search.hpp"
#include "tools/utterances.hpp"

namespace befriend {
namespace {

constexpr OptionSpec specs[] = {
    {"--states", "N", "stop after so many states (20000)"},
    {"--variants", "N", "conversations kept for each state, by what is known (1)"},
    {"--properties", "FILE", "what must hold (corpus/en/properties.yaml)"},
    {"--corpus", "FOLDER", "where the sentences are (corpus/en/utterances)"},
    {"--replay", "FILE", "play such a conversation and show the talk"},
    pack_option,
    json_option,
};

// In words, because numbers without them say nothing.
const std::vector<std::string>& assumptions() {
    static const std::vector<std::string> list{
        "one sentence stands for all that are understood alike; messages with several labels are "
        "left to befriend walk",
        "conversations that agree in place, safety memory, listening mode and deadline count as "
        "one "
        "state; slots, visits, cooldowns, the variety ring, seeds and the clock are those of the "
        "first conversation found, so a condition on them may go untried",
        "one-to-one conversation, timed steps on, no time longer than a deadline passes",
        "recognition is measured on the corpus and not a part of this"};
    return list;
}

// Sentences that ask for a practice or a page by its name.
std::vector<std::string> named_examples(const Catalogue& catalogue) {
    std::vector<std::string> texts;
    for (const IntentSpec& intent : catalogue.intents) {
        if (dialog_named_by(intent.name).empty()) continue;
        for (const Example& example : intent.examples) texts.push_back(example.text);
    }
    return texts;
}

std::string outcome_word(const Outcome& outcome) {
    switch (outcome.kind) {
        case Outcome::Kind::broken:
            return "BROKEN";
        case Outcome::Kind::reached:
            return "reached";
        case Outcome::Kind::not_reached:
            return "not shown";
        case Outcome::Kind::no_counterexample:
            return "no counter-example";
    }
    return "";
}

}  // namespace

constexpr CommandPage prove_page{
    .text =
        "Searches conversations breadth first through the engine itself, every input in every\n"
        "state, and looks for one that breaks a property. Prints the shortest, as lines that\n"
        "befriend prove --replay plays. It is a bounded search and says so: what it does not\n"
        "break is \"not shown\" in --json, with complete: false.\n",
    .options = specs,
    .notes =
        "Exit code: 0 nothing was found broken (which is no proof: what the search did not reach\n"
        "is only told), 1 something is broken, 2 wrong usage or a file that cannot be read.\n",
    .examples =
        "befriend prove\n"
        "befriend prove --pack my-pack --properties my-pack/properties.yaml --json\n"
        "befriend prove --replay broken.txt\n",
};

int run_prove(Arguments arguments) {
    const auto options = parse_options(arguments, specs);
    if (!options) return usage_error("prove", options.error().message);
    const auto states = options->number("--states", 20000);
    const auto variants = options->number("--variants", 1);
    if (!states || !variants || *states == 0 || *variants == 0 || !options->rest.empty())
        return usage_error(
            "prove", "--states and --variants take a number above 0; nothing else is expected");
    const auto pack = pack_or_complain("prove", options->get("--pack"), "en");
    if (!pack) return 2;

    if (options->has("--replay")) {
        const auto bytes = read_whole_file(options->get("--replay"));
        if (!bytes) return usage_error("prove", options->get("--replay") + ": cannot be read");
        std::fputs(replay(*pack, *bytes).c_str(), stdout);
        return 0;
    }

    const std::string file = options->get("--properties", "corpus/en/properties.yaml");
    const auto bytes = read_whole_file(file);
    if (!bytes) return usage_error("prove", file + ": cannot be read");
    const Source source{file, *bytes};
    Diagnostics diagnostics;
    const auto properties = read_properties(source, *pack, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics)
        std::fputs(render(diagnostic, source).c_str(), stderr);
    if (has_errors(diagnostics)) return 2;

    const std::string corpus = options->get("--corpus", "corpus/en/utterances");
    std::vector<std::string> texts;
    const auto tables = files_below({corpus}, ".tsv");
    if (!tables) return usage_error("prove", tables.error().message);
    for (const auto& table : *tables) {
        std::vector<Utterance> rows;
        const auto text = read_whole_file(table);
        if (!text) continue;
        const auto read = read_utterances(table.string(), *text, rows);
        if (!read) return usage_error("prove", read.error().message);
        for (Utterance& row : rows) texts.push_back(std::move(row.text));
    }

    const auto catalogue = catalogue_or_complain("prove", options->get("--pack"));
    if (!catalogue) return 2;
    for (std::string& text : named_examples(*catalogue)) texts.push_back(std::move(text));

    const auto began = std::chrono::steady_clock::now();
    const SearchResult found = search_conversations(
        *pack, properties, choose_sentences(*pack, texts), {*states, *variants});
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();

    std::size_t broken_count = 0;
    std::size_t not_reached_count = 0;
    nlohmann::json list = nlohmann::json::array();
    for (std::size_t i = 0; i < properties.size(); ++i) {
        const Outcome& outcome = found.outcomes[i];
        const bool broken = outcome.kind == Outcome::Kind::broken;
        const bool reached = outcome.kind == Outcome::Kind::reached;
        broken_count += broken ? 1 : 0;
        not_reached_count += outcome.kind == Outcome::Kind::not_reached ? 1 : 0;
        nlohmann::json entry{{"name", properties[i].name}, {"counterexample", nullptr}};
        entry["holds"] = broken    ? nlohmann::json(false)
                         : reached ? nlohmann::json(true)
                                   : nlohmann::json("not shown");
        if (broken) entry["counterexample"] = outcome.conversation;
        if (reached) entry["witness"] = outcome.conversation;
        list.push_back(std::move(entry));
        if (options->has("--json")) continue;
        std::printf("%-20s %s\n", outcome_word(outcome).c_str(), properties[i].name.c_str());
        if (!broken) continue;
        std::string lines;
        for (const Happening& line : outcome.conversation) lines += line + "\n";
        std::printf("%s", replay(*pack, lines).c_str());
    }
    if (options->has("--json")) {
        const nlohmann::json out{{"states", found.states},
                                 {"transitions", found.transitions},
                                 {"complete", false},
                                 {"broken", broken_count},
                                 {"not_reached", not_reached_count},
                                 {"exhausted", found.exhausted},
                                 {"places", found.places},
                                 {"sentences", found.sentences},
                                 {"seconds", seconds},
                                 {"assumptions", assumptions()},
                                 {"properties", std::move(list)}};
        std::puts(json_line(out).c_str());
        return broken_count == 0 ? 0 : 1;
    }
    std::printf("prove: %zu states, %zu transitions, %zu places, %zu sentences, %.1f s; %s\n",
                found.states, found.transitions, found.places, found.sentences, seconds,
                found.exhausted ? "no state was left" : "stopped at --states, states were left");
    std::printf("prove: %zu broken, %zu not reached; a bounded search, so complete is false\n",
                broken_count, not_reached_count);
    for (const std::string& line : assumptions()) std::printf("assumed: %s\n", line.c_str());
    return broken_count == 0 ? 0 : 1;
}

}  // namespace befriend
