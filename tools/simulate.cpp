// SPDX-License-Identifier: Apache-2.0
//
// befriend simulate: seeded personas talk with the pack.
#include "tools/simulate.hpp"

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"
#include "tools/pack_option.hpp"

namespace befriend {
namespace {

constexpr OptionSpec simulate_options[] = {
    {"--sessions", "N", "conversations with each persona, seeds N, N+1 ... (3)"},
    {"--transcripts", "FOLDER", "write every conversation down as text"},
    seed_option,
    pack_option,
    json_option,
};

std::string transcript(const SimulatedSession& session) {
    std::string out = "# " + session.persona + ", seed " + std::to_string(session.seed) + "\n";
    for (const SimulatedTurn& turn : session.turns) {
        out += "\n";
        if (turn.situation != "start") out += "> " + turn.person + "\n";
        for (const std::string& bubble : turn.bubbles) {
            std::string line;
            for (const char c : bubble) line += c == '\n' ? std::string(" / ") : std::string(1, c);
            out += "< " + line + "\n";
        }
        out +=
            "# " + turn.situation + "; waits at " + (turn.at.empty() ? "closed" : turn.at) + "\n";
    }
    return out;
}

nlohmann::json measures_json(const SideMeasures& m) {
    nlohmann::json limits = nlohmann::json::array();
    bool passed = true;
    for (const SideLimit& limit : judge(m)) {
        passed = passed && limit.holds();
        limits.push_back({{"name", limit.name},
                          {"value", limit.value},
                          {limit.at_least ? "at_least" : "at_most", limit.limit},
                          {"holds", limit.holds()}});
    }
    return {{"passed", passed},
            {"sessions", m.sessions},
            {"turns", m.turns},
            {"practices", m.practices},
            {"stops", m.stops},
            {"crises", m.crises},
            {"slowest_resource_turns", m.slowest_resource},
            {"content_turns", m.content_turns},
            {"words_per_bubble", m.bubbles == 0 ? 0.0 : double(m.bubble_words) / m.bubbles},
            {"longest_bubble", m.longest_bubble},
            {"left_early", m.left_early},
            {"problems", m.problems},
            {"limits", std::move(limits)}};
}

void print_measures(const SideMeasures& m) {
    for (const SideLimit& limit : judge(m)) {
        std::printf("  %-6s %-36.*s %7.3f  (%s %.2f)\n", limit.holds() ? "ok" : "MISSED",
                    static_cast<int>(limit.name.size()), limit.name.data(), limit.value,
                    limit.at_least ? "at least" : "at most", limit.limit);
    }
    std::printf(
        "         %u sessions, %u turns, %u practices, %u stops, %u crises, %u left early\n",
        m.sessions, m.turns, m.practices, m.stops, m.crises, m.left_early);
}

bool passed(const SideMeasures& measures) {
    for (const SideLimit& limit : judge(measures)) {
        if (!limit.holds()) return false;
    }
    return true;
}

std::string file_stem(const Persona& persona) {
    return std::filesystem::path(persona.file).stem().string();
}

}  // namespace

constexpr CommandPage simulate_page{
    .arguments = "[PERSONA FILES]",
    .text =
        "Lets simulated people talk with befriend and measures what a reviewer would count:\n"
        "leave before a practice, stops that are honoured, answers that did not understand,\n"
        "repeats, questions, help lines after a crisis, the person's own words in the answer.\n"
        "Without files, all personas of corpus/en/personas. The same seed gives the same words.\n",
    .options = simulate_options,
    .notes =
        "docs/personas.md describes the files, docs/measuring.md the measures and limits.\n"
        "\n"
        "Exit code: 0 within every limit, 1 a limit was missed, 2 a file is broken.\n",
    .examples =
        "befriend simulate\n"
        "befriend simulate corpus/en/personas/tired_cook.yaml --sessions 1 --seed 7\n"
        "befriend simulate --transcripts /tmp/talks --json\n",
};

int run_simulate(Arguments arguments) {
    const auto options = parse_options(arguments, simulate_options);
    if (!options) return usage_error("simulate", options.error().message);
    const auto seed = options->number("--seed", 1);
    const auto sessions = options->number("--sessions", 3);
    if (!seed || !sessions || *sessions == 0 || *sessions > 10000) {
        return usage_error("simulate", "--seed and --sessions take a whole number");
    }
    const auto files = files_below(
        options->rest.empty() ? std::vector<std::string>{"corpus/en/personas"} : options->rest,
        ".yaml");
    if (!files) return usage_error("simulate", files.error().message);
    if (files->empty()) return usage_error("simulate", "there is no persona file (.yaml) there");

    std::vector<Persona> personas;
    bool broken = false;
    for (const auto& file : *files) {
        auto bytes = read_whole_file(file);
        if (!bytes) return usage_error("simulate", file.string() + " cannot be read");
        const Source source{file.string(), std::move(*bytes)};
        Diagnostics diagnostics;
        personas.push_back(read_persona(source, diagnostics));
        for (const Diagnostic& diagnostic : diagnostics) {
            std::fputs(render(diagnostic, source).c_str(), stderr);
        }
        broken = broken || has_errors(diagnostics);
    }
    if (broken) return 2;
    const auto pack = pack_or_complain("simulate", options->get("--pack"), "en");
    if (!pack) return 2;

    const std::string folder = options->get("--transcripts");
    if (!folder.empty()) {
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        if (error) return usage_error("simulate", folder + ": " + error.message());
    }
    SideMeasures all;
    nlohmann::json rows = nlohmann::json::array();
    for (const Persona& persona : personas) {
        SideMeasures own;
        for (std::uint64_t i = 0; i < *sessions; ++i) {
            const SimulatedSession session = simulate(*pack, persona, *seed + i);
            own.add(session.measures);
            if (folder.empty()) continue;
            const auto file = std::filesystem::path(folder) /
                              (file_stem(persona) + "." + std::to_string(session.seed) + ".txt");
            const auto written = write_whole_file(file, transcript(session));
            if (!written) return usage_error("simulate", written.error().message);
        }
        all.add(own);
        if (options->has("--json")) {
            nlohmann::json row = measures_json(own);
            row["file"] = persona.file;
            row["name"] = persona.name;
            rows.push_back(std::move(row));
        } else {
            std::printf("%s (%s)\n", persona.name.c_str(), persona.style.c_str());
            print_measures(own);
        }
    }
    if (options->has("--json")) {
        const nlohmann::json out{{"seed", *seed}, {"personas", rows}, {"all", measures_json(all)}};
        std::printf("%s\n", json_line(out).c_str());
    } else {
        std::printf("\nall\n");
        print_measures(all);
    }
    return passed(all) ? 0 : 1;
}

}  // namespace befriend
