// SPDX-License-Identifier: Apache-2.0
//
// befriend stats: how befriend speaks, measured against the limits of the language file.
#include "tools/stats.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"
#include "tools/pack_option.hpp"
#include "tools/spoken.hpp"

namespace befriend {
namespace {

constexpr OptionSpec stats_options[] = {
    {"--strict", "", "exit 1 when there are more findings than the limits file accepts"},
    {"--all", "", "show every finding, not the first five of a kind"},
    {"--limits", "FILE", "limits and tone rules (corpus/en/language_limits.yaml)"},
    {"--words", "FILE", "further common words (corpus/en/common_words.txt)"},
    {"--conversations", "FOLDER", "what is played (corpus/en/conversations)"},
    {"--still", "", "do not play conversations"},
    pack_option,
    language_option,
    json_option,
};

constexpr std::size_t shown_findings = 5;
constexpr std::size_t shown_words = 30;

using Counts = std::map<std::string, std::size_t>;

Counts count_rules(const LanguageStats& stats) {
    Counts counts;
    for (const LanguageFinding& finding : stats.findings) ++counts[finding.rule];
    return counts;
}

std::size_t accepted(const Limits& limits, const std::string& rule) {
    const auto found = limits.most.find(rule);
    return found == limits.most.end() ? 0 : found->second;
}

bool is_over(const Limits& limits, const Counts& counts) {
    return std::ranges::any_of(
        counts, [&](const auto& count) { return count.second > accepted(limits, count.first); });
}

std::vector<std::pair<std::string, std::size_t>> most_uncommon(const LanguageStats& stats) {
    std::vector<std::pair<std::string, std::size_t>> words(stats.uncommon.begin(),
                                                           stats.uncommon.end());
    std::ranges::stable_sort(words,
                             [](const auto& a, const auto& b) { return a.second > b.second; });
    return words;
}

void print_findings(const LanguageStats& stats, const Limits& limits, bool all) {
    const Counts counts = count_rules(stats);
    for (const auto& [rule, count] : counts) {
        std::printf("\n%s: %zu (%zu accepted)\n", rule.c_str(), count, accepted(limits, rule));
        std::size_t shown = 0;
        for (const LanguageFinding& finding : stats.findings) {
            if (finding.rule != rule) continue;
            if (!all && shown == shown_findings) break;
            ++shown;
            std::printf("  %s%s%s  [%s]\n", finding.place.c_str(),
                        finding.place.empty() ? "" : ": ", finding.text.c_str(),
                        finding.detail.c_str());
        }
        if (shown < count) std::printf("  ... --all shows %zu more\n", count - shown);
    }
}

void print(const LanguageStats& stats, const Limits& limits, bool all) {
    std::printf("%-28s %-9s %6s %6s %9s %6s %8s\n", "dialog", "kind", "texts", "words", "sentences",
                "grade", "common %");
    const auto row = [](const std::string& name, const std::string& kind, std::size_t texts,
                        const Prose& prose) {
        std::printf("%-28s %-9s %6zu %6zu %9zu %6.1f %8.1f\n", name.c_str(), kind.c_str(), texts,
                    prose.words, prose.sentences, prose.grade(), 100 * prose.common_share());
    };
    std::size_t texts = 0;
    for (const DialogStats& dialog : stats.dialogs) {
        row(dialog.name, dialog.kind, dialog.texts, dialog.prose);
        texts += dialog.texts;
    }
    row("all", "", texts, stats.all);
    for (const auto& [act, forms] : stats.forms)
        std::printf("%-28s %zu forms\n", act.c_str(), forms);
    const LiveStats& live = stats.live;
    if (live.content_turns > 0) {
        const auto turns = static_cast<double>(live.content_turns);
        std::printf(
            "\n%zu conversations, %zu content turns: %.0f %% use the person's words, %.0f %% end "
            "without a question, at most %zu questions in a row; %.1f words a bubble\n",
            live.conversations, live.content_turns, 100 * static_cast<double>(live.reusing) / turns,
            100 * static_cast<double>(live.without_question) / turns, live.longest_questions,
            live.words_per_bubble);
    }
    const auto words = most_uncommon(stats);
    std::printf("\n%zu uncommon words:", words.size());
    for (std::size_t i = 0; i < words.size() && (all || i < shown_words); ++i)
        std::printf(" %s %zu", words[i].first.c_str(), words[i].second);
    std::puts("");
    print_findings(stats, limits, all);
}

nlohmann::json prose_json(const Prose& prose) {
    return {{"words", prose.words},
            {"sentences", prose.sentences},
            {"grade", prose.grade()},
            {"common", prose.common_share()},
            {"longest_sentence", prose.longest}};
}

void print_json(const LanguageStats& stats, const Limits& limits) {
    nlohmann::json dialogs = nlohmann::json::array();
    for (const DialogStats& dialog : stats.dialogs) {
        nlohmann::json row = prose_json(dialog.prose);
        row.update({{"dialog", dialog.name}, {"kind", dialog.kind}, {"texts", dialog.texts}});
        dialogs.push_back(std::move(row));
    }
    nlohmann::json findings = nlohmann::json::array();
    for (const LanguageFinding& finding : stats.findings)
        findings.push_back({{"rule", finding.rule},
                            {"place", finding.place},
                            {"text", finding.text},
                            {"detail", finding.detail}});
    const Counts counts = count_rules(stats);
    const LiveStats& live = stats.live;
    const nlohmann::json result = {{"dialogs", std::move(dialogs)},
                                   {"all", prose_json(stats.all)},
                                   {"forms", stats.forms},
                                   {"conversations",
                                    {{"played", live.conversations},
                                     {"content_turns", live.content_turns},
                                     {"reusing", live.reusing},
                                     {"without_question", live.without_question},
                                     {"most_questions_in_row", live.longest_questions},
                                     {"words_per_bubble", live.words_per_bubble}}},
                                   {"uncommon", stats.uncommon},
                                   {"counts", counts},
                                   {"accepted", limits.most},
                                   {"over", is_over(limits, counts)},
                                   {"findings", std::move(findings)}};
    std::puts(json_line(result).c_str());
}

// The file of an option, or the usual one when it is there.
struct Given {
    std::string name;
    std::string bytes;
    bool readable = true;
};

Given given(const Options& options, std::string_view option, std::string_view usual) {
    Given result{options.get(option, usual), {}, true};
    auto bytes = read_whole_file(result.name);
    result.readable = bytes.has_value() || !options.has(option);
    result.bytes = std::move(bytes).value_or("");
    if (!result.readable)
        std::fprintf(stderr, "befriend stats: %s cannot be read\n", result.name.c_str());
    return result;
}

// False when a file cannot be read.
bool play_all(const Pack& pack, const Options& options, const Limits& limits,
              LanguageStats& stats) {
    const std::string folder = options.get("--conversations", "corpus/en/conversations");
    const auto found = files_below({folder}, ".chat");
    if (!found) {
        if (!options.has("--conversations")) return true;
        std::fprintf(stderr, "befriend stats: %s\n", found.error().message.c_str());
        return false;
    }
    std::vector<ChatFile> files;
    for (const auto& path : *found) {
        const auto bytes = read_whole_file(path);
        auto file = read_chat(path.generic_string(), bytes.value_or(""));
        if (!file) {
            std::fprintf(stderr, "%s\n", file.error().message.c_str());
            return false;
        }
        files.push_back(std::move(*file));
    }
    measure_talks(pack, files, limits, stats);
    measure_variety(pack, limits, stats);
    return true;
}

}  // namespace

constexpr CommandPage stats_page{
    .arguments = "[DIALOG...]",
    .text =
        "Measures the language: words, sentences, reading grade (Flesch-Kincaid), common words,\n"
        "tone, lengths and number of forms for every dialog; and, over the conversations of the\n"
        "corpus, how often an answer uses the person's words, asks, or repeats itself. What is\n"
        "over a limit is told with file and line.\n",
    .options = stats_options,
    .examples =
        "befriend stats\n"
        "befriend stats caring_eyes --all\n"
        "befriend stats --strict --json\n",
};

int run_stats(Arguments arguments) {
    const auto options = parse_options(arguments, stats_page.options);
    if (!options) return usage_error("stats", options.error().message);
    const auto pack =
        pack_or_complain("stats", options->get("--pack"), options->get("--language", "en"));
    if (!pack) return 2;
    const Given limits_file = given(*options, "--limits", "corpus/en/language_limits.yaml");
    const Given words_file = given(*options, "--words", "corpus/en/common_words.txt");
    if (!limits_file.readable || !words_file.readable) return 2;
    Limits limits;
    if (!limits_file.bytes.empty()) {
        Diagnostics diagnostics;
        limits = read_limits(limits_file.name, limits_file.bytes, diagnostics);
        for (const Diagnostic& diagnostic : diagnostics)
            std::fputs(render(diagnostic).c_str(), stderr);
        if (has_errors(diagnostics)) return 2;
    }
    std::string unknown;
    const std::vector<DialogId> dialogs = dialogs_named(*pack, options->rest, unknown);
    if (!unknown.empty()) return usage_error("stats", "there is no dialog " + unknown);
    LanguageStats stats = measure_pack(*pack, dialogs, limits, CommonWords(words_file.bytes));
    if (options->rest.empty() && !options->has("--still") &&
        !play_all(*pack, *options, limits, stats))
        return 2;
    if (options->has("--json")) {
        print_json(stats, limits);
    } else {
        print(stats, limits, options->has("--all"));
    }
    return options->has("--strict") && is_over(limits, count_rules(stats)) ? 1 : 0;
}

}  // namespace befriend
