// SPDX-License-Identifier: Apache-2.0
//
// befriend test: labelled sentences and conversations.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/json_line.hpp"
#include "tools/cases.hpp"
#include "tools/changes.hpp"
#include "tools/chat_file.hpp"
#include "tools/commands.hpp"
#include "tools/entry_coverage.hpp"
#include "tools/files.hpp"
#include "tools/near_miss.hpp"
#include "tools/options.hpp"
#include "tools/pack_option.hpp"
#include "tools/parallel.hpp"
#include "tools/pattern_lab.hpp"
#include "tools/replay.hpp"
#include "tools/test_report.hpp"
#include "tools/text_diff.hpp"

namespace befriend {
namespace {

constexpr std::uint64_t most_jobs = 256;  // more help nobody and cost memory
constexpr std::string_view default_thresholds = "corpus/en/thresholds.yaml";
constexpr std::chrono::milliseconds between_looks{300};  // of --watch, at the files

constexpr OptionSpec specs[] = {
    {"-k", "WORD", "only files whose path contains WORD"},
    {"--accept", "", "rewrite what befriend says in the conversations: read the diff aloud"},
    {"--raise", "", "raise the thresholds to what was reached, less a small margin"},
    {"--thresholds", "FILE", "what must be reached (corpus/en/thresholds.yaml)"},
    {"--seed", "N", "another seed than the files give"},
    {"--misses", "N", "show so many misread sentences and confused labels (10)"},
    {"--coverage", "", "list what no test used, with file:line"},
    {"--fail-under", "N", "fail below N percent of coverage; or KIND=N,KIND=N"},
    {"--junit", "FILE", "write the results for a build server"},
    {"--html", "FILE", "write the results as a page for people"},
    {"--metamorphic", "LIST", "change what people write: is it heard alike? names, or all"},
    {"--watch", "", "run again whenever a file changes"},
    {"--jobs", "N", "work on so many cores (all)"},
    {"--pack", "FOLDER", "test the intents and dialogs of a folder"},
    json_option,
};

// A conversation as read, and the bytes it was read from.
struct Conversation {
    ChatFile file;
    std::string bytes;
};

// What the command line asks for, read and checked.
struct Plan {
    std::vector<Utterance> rows;
    std::vector<Conversation> conversations;
    Cases cases;
    Thresholds thresholds;
    std::map<std::string, double> floors;  // of coverage
    std::vector<const Change*> changes;    // of the sentences
    std::size_t jobs = 1;
    bool whole = true;  // the whole corpus: a part says nothing about the thresholds
};

// Plays one file in every way.
ConversationResult test_conversation(const Pack& pack, const Conversation& conversation,
                                     const Synonyms& known, bool accept, Seen& seen) {
    const ChatFile& file = conversation.file;
    ConversationResult result;
    result.file = file.name;
    result.seed = file.seed;
    const ChatRun plain = play(pack, file, {});
    const ChatRun saved = play(pack, file, {.save_and_load = true});
    seen = plain.seen;
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
        how.change = find_change(change);
        how.known = &known;
        for (const std::string& failure : play(pack, file, how).failures) {
            result.failures.push_back(failure + " (with other " + change + ")");
        }
    }
    if (accept && plain.now != conversation.bytes) {
        const auto written = write_whole_file(file.name, plain.now);
        if (!written) {
            result.failures.push_back(written.error().message);
        } else {
            // What --accept cannot rewrite still fails: intents, effects and the ways of playing.
            auto again = read_chat(file.name, plain.now);
            if (again) result.failures = play(pack, *again, {}).failures;
            result.rewritten = true;
        }
    } else if (!result.failures.empty()) {
        result.diff = unified_diff(file.name, conversation.bytes, plain.now);
    }
    return result;
}

Result<std::vector<const Change*>> read_changes(std::string_view list) {
    std::vector<const Change*> wanted;
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        const std::string_view name = list.substr(0, comma);
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
        if (name == "all") {
            for (const Change& change : changes()) wanted.push_back(&change);
        } else if (const Change* change = find_change(name)) {
            wanted.push_back(change);
        } else {
            return fail("--metamorphic takes names with commas between, or all; there are " +
                        change_names());
        }
    }
    return wanted;
}

std::vector<std::string> test_paths(const Options& options) {
    return options.rest.empty() ? std::vector<std::string>{"corpus/en"} : options.rest;
}

Result<Plan> read_plan(const Options& options) {
    Plan plan;
    const auto jobs = options.number("--jobs", all_cores());
    if (!jobs || *jobs < 1 || *jobs > most_jobs) {
        return fail("--jobs takes a whole number from 1 to " + std::to_string(most_jobs));
    }
    plan.jobs = static_cast<std::size_t>(*jobs);
    const auto seed = options.number("--seed", 0);
    if (!seed) return fail("--seed takes a whole number");
    auto floors = read_coverage_floors(options.get("--fail-under"));
    if (!floors) return floors.error();
    plan.floors = std::move(*floors);

    auto wanted_changes = read_changes(options.get("--metamorphic"));
    if (!wanted_changes) return wanted_changes.error();
    plan.changes = std::move(*wanted_changes);

    const std::vector<std::string> paths = test_paths(options);
    auto chats = files_below(paths, ".chat");
    if (!chats) return chats.error();
    auto tables = files_below(paths, ".tsv");
    if (!tables) return tables.error();
    const std::string word = options.get("-k");
    plan.whole = options.rest.empty() && word.empty();
    const auto left_out = [&](const std::filesystem::path& file) {
        return file.string().find(word) == std::string::npos;
    };
    std::erase_if(*chats, left_out);
    std::erase_if(*tables, left_out);
    const auto read = read_tables(*tables, plan.rows, plan.cases);
    if (!read) return read.error();
    for (const auto& path : *chats) {
        auto bytes = read_whole_file(path);
        if (!bytes) return fail(path.string() + " cannot be read");
        auto file = read_chat(path.string(), *bytes);
        if (!file) return file.error();
        if (options.has("--seed")) file->seed = *seed;
        plan.conversations.push_back({std::move(*file), std::move(*bytes)});
    }
    auto thresholds = read_thresholds(options.get("--thresholds", default_thresholds));
    if (!thresholds) return thresholds.error();
    plan.thresholds = std::move(*thresholds);
    return plan;
}

void test_cases(const Pack& pack, const Cases& cases, std::size_t jobs, TestReport& report,
                std::vector<Seen>& seen) {
    const std::size_t sentences = cases.sentences.size();
    report.cases = sentences + cases.steps.size();
    std::vector<std::vector<std::string>> failures(report.cases);
    std::vector<Scratch> scratch(jobs);
    in_parallel(report.cases, jobs, "cases", [&](std::size_t i, std::size_t worker) {
        if (i < sentences) {
            const SentenceCase& one = cases.sentences[i];
            const Understanding heard = pack.matcher.understand(one.text, {}, scratch[worker]);
            if (!holds(pack.matcher, one, heard)) {
                failures[i] = {failure_text(pack.matcher, one)};
            }
            for (const Reading& reading : heard.readings) {
                if (reading.counts) seen[worker].patterns.insert(reading.pattern);
            }
            seen[worker].texts.insert(one.text);
            return;
        }
        ChatRun run = play(pack, cases.steps[i - sentences], {});
        failures[i] = std::move(run.failures);
        seen[worker].add(run.seen);
    });
    for (auto& one : failures) {
        if (!one.empty()) report.failed_cases.push_back(std::move(one.front()));
    }
}

// Plays the conversations that pass with the changed sentences.
void conversation_robustness(const Pack& pack, const Plan& plan, const Change& change,
                             const Synonyms& known, const std::vector<ConversationResult>& results,
                             Robustness& into) {
    enum class Outcome : unsigned char { unchanged, same, other };
    std::vector<Outcome> outcomes(plan.conversations.size(), Outcome::unchanged);
    in_parallel(outcomes.size(), plan.jobs, change.name, [&](std::size_t i, std::size_t) {
        if (!results[i].passed()) return;
        ChatHow how;
        how.only_meaning = true;
        how.change = &change;
        how.known = &known;
        const ChatRun run = play(pack, plan.conversations[i].file, how);
        if (run.changed) outcomes[i] = run.failures.empty() ? Outcome::same : Outcome::other;
    });
    for (const Outcome outcome : outcomes) {
        into.conversations += outcome == Outcome::unchanged ? 0U : 1U;
        into.conversations_same += outcome == Outcome::same ? 1U : 0U;
    }
}

bool wants_words(const Options& options) {  // coverage of the word lists: costs as much as hearing
    return options.has("--coverage") || options.has("--fail-under") || options.has("--html");
}

// The word lists are needed for their coverage and to exchange words.
bool needs_lists(const Options& options, const Plan& plan) {
    const auto is_exchange = [](std::string_view name) {
        return find_change(name) == find_change("synonyms");
    };
    return wants_words(options) || std::ranges::any_of(plan.changes, is_exchange, &Change::name) ||
           std::ranges::any_of(plan.conversations, [&](const Conversation& one) {
               return std::ranges::any_of(one.file.same_result_for, is_exchange);
           });
}

// `catalogue`: the intent files where needs_lists(), or nullptr.
TestReport run_plan(const Pack& pack, const Catalogue* catalogue, Plan plan, const Options& options,
                    std::uint64_t misses) {
    TestReport report;
    report.seed = options.number("--seed", 1).value_or(1);
    report.rows = std::move(plan.rows);
    report.scores = measure(pack, report.rows, plan.jobs);
    report.misses_shown =
        static_cast<std::size_t>(std::min<std::uint64_t>(misses, report.scores.misses.size()));
    const NearMisses near(pack, report.rows);
    report.reasons.resize(report.misses_shown);
    in_parallel(
        report.misses_shown, plan.jobs, "misread sentences",
        [&](std::size_t i, std::size_t) { report.reasons[i] = near.why(report.scores.misses[i]); });
    const Synonyms known = catalogue == nullptr ? Synonyms() : Synonyms(*catalogue);
    for (const Change* change : plan.changes) {
        report.robustness.push_back(robustness(pack, report.rows, *change, known, plan.jobs));
    }
    report.lists_uncovered = options.has("--coverage");

    report.conversations.resize(plan.conversations.size());
    std::vector<Seen> seen(plan.jobs);
    const bool accept = options.has("--accept");
    in_parallel(plan.conversations.size(), plan.jobs, "conversations",
                [&](std::size_t i, std::size_t worker) {
                    Seen one;
                    report.conversations[i] =
                        test_conversation(pack, plan.conversations[i], known, accept, one);
                    seen[worker].add(one);
                });
    for (std::size_t i = 0; i < plan.changes.size(); ++i) {
        conversation_robustness(pack, plan, *plan.changes[i], known, report.conversations,
                                report.robustness[i]);
    }
    test_cases(pack, plan.cases, plan.jobs, report, seen);
    Seen all;
    for (const Seen& one : seen) all.add(one);
    all.patterns.insert(report.scores.patterns.begin(), report.scores.patterns.end());
    report.coverage = coverage_of(pack, all);
    if (catalogue != nullptr && wants_words(options)) {
        for (const Utterance& row : report.rows) all.texts.insert(row.text);
        report.coverage.kinds.push_back(
            entry_coverage(*catalogue, pack.matcher, all.texts, plan.jobs));
    }
    report.not_covered = under_floors(report.coverage, plan.floors);
    for (const auto& [kind, percent] : plan.floors) report.floors_asked.push_back(kind);

    report.reached = measures(report.scores);
    for (const Robustness& one : report.robustness) {
        report.reached["robustness." + one.change] = one.score();
    }
    if (plan.whole) {
        report.wanted = std::move(plan.thresholds);
        report.too_low = under_threshold(report.reached, report.wanted);
    }
    return report;
}

// Writes what an option names; false when that failed.
bool write_report(const Options& options, std::string_view option, const std::string& bytes) {
    const auto written = write_whole_file(options.get(option), bytes);
    if (!written) usage_error("test", written.error().message);
    return written.has_value();
}

int run_once(const Options& options) {
    const auto misses = options.number("--misses", 10);
    if (!misses) {
        return usage_error("test", "--misses takes a whole number");
    }
    auto plan = read_plan(options);
    if (!plan) {
        return usage_error("test", plan.error().message);
    }
    const auto pack = pack_or_complain("test", options.get("--pack"), "en");
    if (!pack) {
        return 2;
    }
    const bool whole = plan->whole;
    std::optional<Catalogue> catalogue;
    if (needs_lists(options, *plan)) {
        catalogue = catalogue_or_complain("test", options.get("--pack"));
        if (!catalogue) return 2;
    }
    const TestReport report =
        run_plan(*pack, catalogue ? &*catalogue : nullptr, std::move(*plan), options, *misses);
    for (const ConversationResult& one : report.conversations) {
        if (one.rewritten) std::fprintf(stderr, "rewritten: %s\n", one.file.c_str());
    }
    if (options.has("--raise") && whole && !report.rows.empty()) {
        const auto written =
            write_whole_file(options.get("--thresholds", default_thresholds),
                             thresholds_text(raised(report.wanted, report.reached)));
        if (!written) return usage_error("test", written.error().message);
    }
    if (options.has("--junit") && !write_report(options, "--junit", report_junit(report))) {
        return 2;
    }
    if (options.has("--html") && !write_report(options, "--html", report_html(report))) {
        return 2;
    }
    if (options.has("--json")) {
        std::puts(json_line(report_json(report)).c_str());
    } else {
        print_report(report);
    }
    return report.good() ? 0 : 1;
}

// Names, sizes and times of everything that a run reads: another text after any change.
std::string state_of_files(const Options& options) {
    std::vector<std::string> paths = test_paths(options);
    if (options.has("--pack")) paths.push_back(options.get("--pack"));
    std::string state;
    for (const std::string_view ending : {".chat", ".tsv", ".yaml"}) {
        const auto files = files_below(paths, ending);
        if (!files) continue;
        for (const auto& file : *files) {
            std::error_code gone;  // between the listing and here: a change, too
            const auto time = std::filesystem::last_write_time(file, gone);
            const auto size = std::filesystem::file_size(file, gone);
            state += file.string() + " " + std::to_string(time.time_since_epoch().count()) + " " +
                     std::to_string(size) + "\n";
        }
    }
    return state;
}

}  // namespace

constexpr CommandPage test_page{
    .arguments = "[PATHS]",
    .text =
        "Runs conversations (.chat), labelled sentences (.tsv in a folder named utterances)\n"
        "and cases (.tsv in a folder named cases) below the paths; without paths, of\n"
        "corpus/en. Every conversation runs twice: as it is, and with the session saved and\n"
        "loaded before every turn.\n",
    .options = specs,
    .notes =
        "Lines of a conversation: > person, < befriend (\" ...\" at the end: begins so;\n"
        "\" / \": a line break), = intent [slot=value], ? dialog/step or closed, ~ 21 minutes,\n"
        "# comment, and effects:\n"
        "  ! remember SLOT[=VALUE]   ! slot NAME[=VALUE]   ! forget person   ! show resources\n"
        "  ! offer ID   ! schedule silence   ! pause   ! end stop   ! says WORDS   ! rank N\n"
        "  ! resource   ! no resource   ! question   ! no question   ! nothing\n"
        "\n"
        "Changes of wording: typos, case, endings, synonyms (another entry of the pack's word\n"
        "list), quotes, elongation, apostrophes, clauses. A conversation that must stand some\n"
        "says so in front: same_result_for: [case, synonyms].\n"
        "\n"
        "Kinds of coverage: steps, branches, silences, interrupts, variations, patterns,\n"
        "locales (countries whose helplines were shown) and, with --coverage, --fail-under or\n"
        "--html, words (entries of the word lists); a number alone speaks of all together.\n"
        "\n"
        "Exit code: 0 all passed, 1 something failed, 2 something could not be read.\n",
    .examples =
        "befriend test\n"
        "befriend test -k isolation --accept\n"
        "befriend test corpus/en/utterances --misses 50\n"
        "befriend test --coverage --fail-under steps=60\n"
        "befriend test --junit results.xml --html results.html --jobs 2\n"
        "befriend test corpus/en/utterances --metamorphic typos,case\n"
        "befriend test --pack my_pack my_pack/corpus --watch\n",
};

int run_test(Arguments arguments) {
    const auto options = parse_options(arguments, specs);
    if (!options) {
        return usage_error("test", options.error().message);
    }
    if (!options->has("--watch")) return run_once(*options);
    for (;;) {
        const std::string before = state_of_files(*options);
        run_once(*options);
        std::fflush(stdout);
        std::fputs("watching; Ctrl+C ends\n", stderr);
        while (state_of_files(*options) == before) std::this_thread::sleep_for(between_looks);
    }
}

}  // namespace befriend
