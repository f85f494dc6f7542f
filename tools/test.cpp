// SPDX-License-Identifier: Apache-2.0
//
// befriend test: labelled sentences and conversations.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/base/yaml.hpp"
#include "tools/chat_file.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"
#include "tools/pack_option.hpp"
#include "tools/text_diff.hpp"
#include "tools/utterances.hpp"

namespace befriend {
namespace {

constexpr OptionSpec specs[] = {
    {"-k", "WORD", "only files whose path contains WORD"},
    {"--accept", "", "rewrite what befriend says in the conversations: read the diff aloud"},
    {"--raise", "", "raise the thresholds to what was reached, less a small margin"},
    {"--thresholds", "FILE", "what must be reached (corpus/en/thresholds.yaml)"},
    {"--seed", "N", "another seed than the files give"},
    {"--misses", "N", "show so many misread sentences and confused labels (10)"},
    {"--pack", "FOLDER", "test the intents and dialogs of a folder"},
    json_option,
};

struct ConversationResult {
    std::string file;
    std::vector<std::string> failures;
};

// A floor for each measure; measures that have none are reported only.
using Thresholds = std::map<std::string, double>;

Result<Thresholds> read_thresholds(const std::string& file) {
    Thresholds thresholds;
    auto bytes = read_whole_file(file);
    if (!bytes) {
        return thresholds;  // none were written yet
    }
    Diagnostics diagnostics;
    const Document document = parse_yaml({file, std::move(*bytes)}, diagnostics);
    if (has_errors(diagnostics)) {
        return fail(render(diagnostics.front()));
    }
    if (document.root.is_object()) {
        for (const auto& [group, values] : document.root.items()) {
            if (!values.is_object()) continue;
            for (const auto& [name, value] : values.items()) {
                try {
                    thresholds[group + "." + name] = std::stod(value.get<std::string>());
                } catch (const std::exception&) {
                    return fail(file + ": " + group + "." + name + " is not a number");
                }
            }
        }
    }
    return thresholds;
}

// So that one sentence more in the corpus does not fail everybody's tests.
constexpr double margin = 0.05;

double down(double value) { return std::floor(value * 100.0 + 1e-9) / 100.0; }

// The measures that thresholds speak about. All but false_alarms are floors.
Thresholds measures(const UtteranceScores& scores) {
    Thresholds reached;
    for (const auto& [label, score] : scores.labels) {
        // Fewer sentences than this say nothing about a label.
        if (score.right + score.missed >= 5) reached["f1." + label] = score.f1();
    }
    for (const auto& [level, score] : scores.crisis_by_level) {
        reached["crisis_recall." + level] = score.recall();
    }
    if (scores.ordinary > 0) {
        reached["most.false_alarms"] =
            static_cast<double>(scores.false_alarms) / static_cast<double>(scores.ordinary);
    }
    return reached;
}

std::string thresholds_text(const Thresholds& thresholds) {
    std::string out =
        "# What the labelled sentences must reach. Raised by `befriend test --raise`, lowered "
        "only\n"
        "# by hand and with a reason.\n";
    std::string group;
    for (const auto& [name, value] : thresholds) {
        const std::size_t dot = name.find('.');
        if (name.substr(0, dot) != group) {
            group = name.substr(0, dot);
            out += group + ":\n";
        }
        char number[32];
        std::snprintf(number, sizeof number, "%.4g", value);
        out += "  " + name.substr(dot + 1) + ": " + number + "\n";
    }
    return out;
}

std::vector<std::string> under_threshold(const Thresholds& reached, const Thresholds& wanted) {
    std::vector<std::string> failures;
    for (const auto& [name, floor] : wanted) {
        const auto found = reached.find(name);
        if (found == reached.end()) continue;
        const bool ceiling = name.starts_with("most.");
        if (ceiling ? found->second > floor + 1e-9 : found->second < floor - 1e-9) {
            char text[160];
            std::snprintf(text, sizeof text, "%s is %.3f, the threshold is %.3f", name.c_str(),
                          found->second, floor);
            failures.emplace_back(text);
        }
    }
    return failures;
}

void print_scores(const UtteranceScores& scores, std::size_t misses) {
    std::printf("%-24s %9s %6s %6s %6s\n", "label", "sentences", "prec", "recall", "F1");
    for (const auto& [label, score] : scores.labels) {
        std::printf("%-24s %9zu %6.2f %6.2f %6.2f\n", label.c_str(), score.right + score.missed,
                    score.precision(), score.recall(), score.f1());
    }
    std::printf("%-24s %9zu %6.2f %6.2f %6.2f\n", "all", scores.all.right + scores.all.missed,
                scores.all.precision(), scores.all.recall(), scores.all.f1());
    const std::size_t held = scores.held.right + scores.held.missed;
    if (held > 0) {
        std::printf("%-24s %9zu %6.2f %6.2f %6.2f\n", "held rows only", held,
                    scores.held.precision(), scores.held.recall(), scores.held.f1());
    }
    for (const auto& [level, score] : scores.crisis_by_level) {
        std::printf("crisis, level %-10s %9zu %6s %6.2f\n", level.c_str(),
                    score.right + score.missed, "", score.recall());
    }
    std::printf("%zu of %zu sentences read exactly; %zu false alarms in %zu ordinary ones\n",
                scores.exact, scores.rows, scores.false_alarms, scores.ordinary);
    const std::vector<Confusion> pairs = worst_pairs(scores);
    for (std::size_t i = 0; i < std::min(misses, pairs.size()); ++i) {
        std::printf("%6zu times %s was heard as %s\n", pairs[i].times, pairs[i].expected.c_str(),
                    pairs[i].heard.c_str());
    }
    for (std::size_t i = 0; i < std::min(misses, scores.worst.size()); ++i) {
        std::printf("  %s\n", scores.worst[i].c_str());
    }
    if (scores.worst.size() > misses) {
        std::printf("  ... and %zu more (--misses N shows them)\n", scores.worst.size() - misses);
    }
}

nlohmann::json scores_json(const UtteranceScores& scores) {
    nlohmann::json labels = nlohmann::json::object();
    for (const auto& [label, score] : scores.labels) {
        labels[label] = {{"n", score.right + score.missed},
                         {"precision", score.precision()},
                         {"recall", score.recall()},
                         {"f1", score.f1()}};
    }
    nlohmann::json crisis = nlohmann::json::object();
    for (const auto& [level, score] : scores.crisis_by_level) {
        crisis[level] = {{"n", score.right + score.missed}, {"recall", score.recall()}};
    }
    return {{"rows", scores.rows},
            {"exact", scores.exact},
            {"precision", scores.all.precision()},
            {"recall", scores.all.recall()},
            {"f1", scores.all.f1()},
            {"held",
             {{"n", scores.held.right + scores.held.missed},
              {"precision", scores.held.precision()},
              {"recall", scores.held.recall()},
              {"f1", scores.held.f1()}}},
            {"confusion", scores.confusion},
            {"labels", std::move(labels)},
            {"crisis", std::move(crisis)},
            {"ordinary", scores.ordinary},
            {"false_alarms", scores.false_alarms}};
}

// Plays one file in every way; adds the places it reached.
ConversationResult test_conversation(const Pack& pack, const ChatFile& file,
                                     const std::string& bytes, bool accept, bool quiet,
                                     std::set<std::string>& places) {
    ConversationResult result;
    result.file = file.name;
    const ChatRun plain = play(pack, file, {});
    const ChatRun saved = play(pack, file, {.save_and_load = true});
    places.insert(plain.places.begin(), plain.places.end());
    result.failures = plain.failures;
    if (plain.effects != saved.effects) {
        result.failures.push_back(file.name +
                                  ": saving and loading the session changes the answers");
    }
    for (const std::string& failure : saved.failures) {
        if (std::find(result.failures.begin(), result.failures.end(), failure) ==
            result.failures.end()) {
            result.failures.push_back(failure + " (after saving and loading)");
        }
    }
    for (const std::string& change : file.same_result_for) {
        ChatHow how;
        how.only_meaning = true;
        how.change = change;
        for (const std::string& failure : play(pack, file, how).failures) {
            result.failures.push_back(failure + " (with other " + change + ")");
        }
    }
    if (accept && plain.now != bytes) {
        const auto written = write_whole_file(file.name, plain.now);
        if (!written) {
            result.failures.push_back(written.error().message);
        } else {
            // What --accept cannot rewrite still fails: intents, effects and the ways of playing.
            auto again = read_chat(file.name, plain.now);
            if (again) result.failures = play(pack, *again, {}).failures;
            std::fprintf(stderr, "rewritten: %s\n", file.name.c_str());
        }
    } else if (!result.failures.empty() && !quiet) {
        std::fputs(unified_diff(file.name, bytes, plain.now).c_str(), stdout);
    }
    return result;
}

}  // namespace

constexpr CommandPage test_page{
    .arguments = "[PATHS]",
    .text =
        "Runs conversations (.chat) and labelled sentences (.tsv in a folder named\n"
        "utterances) below the paths; without paths, of corpus/en. Every conversation runs\n"
        "twice: as it is, and with the session saved and loaded before every turn.\n",
    .options = specs,
    .notes =
        "Lines of a conversation: > person, < befriend (\" ...\" at the end: begins so;\n"
        "\" / \": a line break), = intent [slot=value], ? dialog/step or closed, ~ 21 minutes,\n"
        "# comment, and effects:\n"
        "  ! remember SLOT[=VALUE]   ! slot NAME[=VALUE]   ! forget person   ! show resources\n"
        "  ! offer ID   ! schedule silence   ! pause   ! end stop   ! says WORDS   ! rank N\n"
        "  ! resource   ! no resource   ! question   ! no question   ! nothing\n"
        "\n"
        "Exit code: 0 all passed, 1 something failed, 2 something could not be read.\n",
    .examples =
        "befriend test\n"
        "befriend test -k isolation --accept\n"
        "befriend test corpus/en/utterances --misses 50\n",
};

int run_test(Arguments arguments) {
    const auto options = parse_options(arguments, specs);
    if (!options) {
        return usage_error("test", options.error().message);
    }
    const auto misses = options->number("--misses", 10);
    const auto seed = options->number("--seed", 0);
    if (!misses || !seed) {
        return usage_error("test", "--misses and --seed take a whole number");
    }
    const bool json = options->has("--json");
    const bool accept = options->has("--accept");
    const std::vector<std::string> paths =
        options->rest.empty() ? std::vector<std::string>{"corpus/en"} : options->rest;
    auto chats = files_below(paths, ".chat");
    auto tables = files_below(paths, ".tsv");
    if (!chats || !tables) {
        return usage_error("test", !chats ? chats.error().message : tables.error().message);
    }
    const std::string word = options->get("-k");
    const auto left_out = [&](const std::filesystem::path& file) {
        return file.string().find(word) == std::string::npos;
    };
    std::erase_if(*chats, left_out);
    std::erase_if(*tables, left_out);
    // Only tables of sentences: other files of the corpus have their own shape and tests.
    std::erase_if(*tables, [](const std::filesystem::path& file) {
        return file.parent_path().filename() != "utterances";
    });
    const auto pack = pack_or_complain("test", options->get("--pack"), "en");
    if (!pack) {
        return 2;
    }

    std::vector<Utterance> rows;
    for (const auto& table : *tables) {
        const auto bytes = read_whole_file(table);
        const auto read = bytes ? read_utterances(table.string(), *bytes, rows)
                                : Result<bool>(fail(table.string() + " cannot be read"));
        if (!read) {
            return usage_error("test", read.error().message);
        }
    }
    const UtteranceScores scores = measure(*pack, rows);
    const std::string thresholds_file = options->get("--thresholds", "corpus/en/thresholds.yaml");
    const auto thresholds = read_thresholds(thresholds_file);
    if (!thresholds) {
        return usage_error("test", thresholds.error().message);
    }
    const Thresholds reached = measures(scores);
    // A part of the corpus says nothing about the whole.
    const bool whole = options->rest.empty() && word.empty();
    std::vector<std::string> too_low;
    if (whole) {
        too_low = under_threshold(reached, *thresholds);
        if (options->has("--raise") && !rows.empty()) {
            Thresholds raised = *thresholds;
            for (const auto& [name, value] : reached) {
                const bool ceiling = name.starts_with("most.");
                const double rounded = ceiling ? std::ceil((value + margin / 10) * 1000.0) / 1000.0
                                               : down(std::max(0.0, value - margin));
                const auto [at, fresh] = raised.emplace(name, rounded);
                if (!fresh) {
                    at->second =
                        ceiling ? std::min(at->second, rounded) : std::max(at->second, rounded);
                }
            }
            const auto written = write_whole_file(thresholds_file, thresholds_text(raised));
            if (!written) {
                return usage_error("test", written.error().message);
            }
        }
    }

    std::size_t passed = 0;
    std::size_t failed = 0;
    std::set<std::string> places;
    nlohmann::json files = nlohmann::json::array();
    for (const auto& path : *chats) {
        const auto bytes = read_whole_file(path);
        auto file = bytes ? read_chat(path.string(), *bytes)
                          : Result<ChatFile>(fail(path.string() + " cannot be read"));
        if (!file) {
            return usage_error("test", file.error().message);
        }
        if (options->has("--seed")) {
            file->seed = *seed;
        }
        const ConversationResult result =
            test_conversation(*pack, *file, *bytes, accept, json, places);
        ++(result.failures.empty() ? passed : failed);
        files.push_back({{"file", result.file},
                         {"passed", result.failures.empty()},
                         {"seed", file->seed},
                         {"failures", result.failures}});
        if (!result.failures.empty() && !json) {
            for (const std::string& failure : result.failures) {
                std::printf("%s\n", failure.c_str());
            }
            std::printf("failed: %s (seed %llu); again: befriend test %s --seed %llu\n\n",
                        result.file.c_str(), static_cast<unsigned long long>(file->seed),
                        result.file.c_str(), static_cast<unsigned long long>(file->seed));
        }
    }
    std::set<std::string> dialogs;
    for (const std::string& place : places) {
        dialogs.insert(place.substr(0, place.find('/')));
    }
    std::vector<std::string> not_reached;
    for (const Dialog& dialog : pack->dialogs) {
        if (!dialogs.contains(dialog.name)) {
            not_reached.push_back(dialog.name);
        }
    }
    if (json) {
        nlohmann::json out{
            {"utterances", scores_json(scores)},
            {"conversations",
             {{"passed", passed}, {"failed", failed}, {"files", std::move(files)}}},
            {"coverage",
             {{"dialogs", dialogs.size()},
              {"of", pack->dialogs.size()},
              {"not_reached", not_reached}}},
            {"under_threshold", too_low},
            {"seed", options->has("--seed") ? *seed : 1},
        };
        std::puts(out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    } else {
        if (!rows.empty()) {
            print_scores(scores, static_cast<std::size_t>(*misses));
        }
        for (const std::string& failure : too_low) {
            std::printf("too low: %s\n", failure.c_str());
        }
        std::printf("%zu conversations passed, %zu failed; they wait in %zu of %zu dialogs\n",
                    passed, failed, dialogs.size(), pack->dialogs.size());
    }
    return failed > 0 || !too_low.empty() ? 1 : 0;
}

}  // namespace befriend
