// SPDX-License-Identifier: Apache-2.0
//
// `befriend tune`: fits the word weights of intents/<lang>/word_weights.yaml to labelled messages
// and reports what they are worth on messages they were not fitted to.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"
#include "tools/pattern_lab.hpp"
#include "tools/tune_learn.hpp"

namespace befriend {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* corpus_folder = "corpus/en/utterances";
constexpr const char* weights_file = "intents/en/word_weights.yaml";
constexpr std::uint32_t folds_of_table = 5;
constexpr std::size_t least_rows = 15;  // of a label, before it gets weights
constexpr double least_weight = 0.1;    // less says nothing that a reader could see

constexpr OptionSpec tune_options[] = {
    {"--support", "N", "groups that must use a word or a pair of words (5)"},
    {"--sparse", "X", "how much evidence a weight needs to be kept, L1 (2.5)"},
    {"--shrink", "X", "how strongly weights are held near 0, L2 (1)"},
    {"--any", "X", "chance of any content from which the likeliest intent is heard (0.8)"},
    {"--hold", "K", "the fold of five that is not learnt from: 0 to 4 (4)"},
    {"--held-out", "", "measure that fold too: look once, at the end"},
    {"--write", "", "write intents/en/word_weights.yaml below --pack"},
    pack_option,
    json_option,
};

std::optional<double> decimal(const Options& options, std::string_view name, double otherwise) {
    if (!options.has(name)) return otherwise;
    const std::string text = options.get(name);
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size() || value < 0) return {};
    return value;
}

// ---- the file of weights -----------------------------------------------------------------------

std::string two_decimals(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
}

std::string weights_text(const Problem& problem, const Model& model, const TuneOptions& options) {
    std::string out =
        "# What single words, pairs of words, word lists and readings say of an intent where no "
        "pattern speaks:\n"
        "# log-odds, fitted by `befriend tune` to labelled messages (docs/measuring.md). 0.7 "
        "doubles the odds.\n"
        "# Edit by hand what a person knows better: take a line out, or give the intent a "
        "threshold of 1 to\n"
        "# silence it. `any` is content of whatever kind: over its threshold the likeliest intent "
        "is heard.\n"
        "language: en\n"
        "weights:\n";
    for (std::size_t l = 0; l < model.of_label.size(); ++l) {
        const bool any = l == problem.labels.size();
        const Fitted& of = model.of_label[l];
        out += "  " + (any ? std::string(any_content) : problem.labels[l]) + ":\n";
        out += "    bias: " + two_decimals(of.bias) + "\n";
        out += "    threshold: " + two_decimals(any ? options.any_threshold : model.thresholds[l]) +
               "\n";
        std::vector<std::size_t> order;
        for (std::size_t f = 0; f < of.weights.size(); ++f)
            if (std::abs(of.weights[f]) >= least_weight) order.push_back(f);
        std::ranges::stable_sort(
            order, [&](std::size_t a, std::size_t b) { return of.weights[a] > of.weights[b]; });
        out += order.empty() ? "    words: {}\n" : "    words:\n";
        for (const std::size_t f : order)
            out += "      \"" + problem.names[f] + "\": " + two_decimals(of.weights[f]) + "\n";
    }
    return out;
}

// ---- the problem -------------------------------------------------------------------------------

Result<bool> read_rows(const std::vector<std::string>& tables, Problem& problem) {
    for (const std::string& name : tables) {
        const auto bytes = read_whole_file(name);
        if (!bytes) return fail(name + ": this file cannot be read");
        const auto read = read_table(name, *bytes, problem.rows);
        if (!read) return read;
    }
    for (const TuneRow& row : problem.rows)
        problem.fold.push_back(fold_of(row.group, folds_of_table));
    if (!fs::is_directory(corpus_folder)) return true;  // a table alone will do
    const auto files = files_below({corpus_folder}, ".tsv");
    if (!files) return fail(files.error().message);
    std::vector<Utterance> own;
    for (const fs::path& file : *files) {
        const auto bytes = read_whole_file(file);
        if (!bytes) return fail(file.generic_string() + ": this file cannot be read");
        const auto read = read_utterances(file.generic_string(), *bytes, own);
        if (!read) return read;
    }
    for (Utterance& one : own) {
        // Held rows are kept aside everywhere; an answer means what was asked.
        if (one.held || !one.asked.empty()) continue;
        TuneRow row;
        row.text = std::move(one.text);
        row.labels = std::move(one.labels);
        row.group = one.file + ":" + std::to_string(one.line);
        problem.rows.push_back(std::move(row));
        problem.fold.push_back(own_fold);
    }
    return true;
}

void hear(const Catalogue& catalogue, std::size_t support, Problem& problem) {
    TuneData data = tune_features(catalogue, problem.rows, support);
    problem.names = std::move(data.names);
    problem.features = std::move(data.rows);
    Diagnostics diagnostics;
    const Matcher matcher = Matcher::compile(catalogue, diagnostics);
    for (const Understanding& u : data.heard) {
        HeardLabels& heard = problem.heard.emplace_back();
        heard.none = u.primary == IntentId::none;
        for (const IntentId label : u.labels)
            if (label != IntentId::none) heard.labels.push_back(matcher.intent_name(label));
        for (const Reading& r : u.readings) {
            const IntentKind kind = matcher.kind(r.intent);
            if (kind == IntentKind::crisis) heard.crisis = true;
            if (kind != IntentKind::content || !r.counts) continue;
            // The same whether the file is built in or in a folder.
            const std::string place = matcher.pattern_place(r.pattern);
            const std::size_t at = place.find("intents/");
            heard.content.emplace_back(matcher.intent_name(r.intent),
                                       place.substr(at == std::string::npos ? 0 : at));
        }
    }
    for (const IntentSpec& intent : catalogue.intents) {
        if (intent.kind != IntentKind::content) continue;
        std::size_t n = 0;
        for (const TuneRow& row : problem.rows)
            n += row.learn && std::ranges::find(row.labels, intent.name) != row.labels.end();
        if (n >= least_rows) problem.labels.push_back(intent.name);
    }
}

// ---- the report --------------------------------------------------------------------------------

struct Measure {
    const char* name;
    double (Tally::*of)() const;
};
constexpr Measure measures_shown[] = {
    {"micro_f1", &Tally::micro},
    {"macro_f1", &Tally::macro},
    {"none_precision", &Tally::none_precision},
    {"none_recall", &Tally::none_recall},
    {"spoilt_per_1000", &Tally::spoilt_per_1000},
};

using Groups = std::map<std::string, Tally>;

double rounded(double value) { return std::round(value * 1000) / 1000; }

json measures_json(const Groups& groups) {
    const Tally all = sum(groups);
    json out{{"rows", all.rows}, {"groups", groups.size()}};
    for (const Measure& m : measures_shown) {
        const Interval i = bootstrap(groups, m.of);
        out[m.name] = {
            {"value", rounded((all.*m.of)())}, {"low", rounded(i.low)}, {"high", rounded(i.high)}};
    }
    return out;
}

json comparison(const Problem& problem, const Chances& chances,
                const std::vector<std::uint32_t>& folds, const Model& model,
                const TuneOptions& options, double silenced) {
    const Rule before{nullptr, 2, silenced, 0};
    const Rule after{&model.thresholds, options.any_threshold, silenced, 0};
    const Groups was = tally(problem, chances, folds, before);
    const Groups is = tally(problem, chances, folds, after);
    json out{{"before", measures_json(was)}, {"after", measures_json(is)}};
    const Tally all_was = sum(was), all_is = sum(is);
    for (std::size_t l = 0; l < problem.labels.size(); ++l)
        out["labels"][problem.labels[l]] = {
            {"before", rounded(all_was.labels[l].f1())},
            {"after", rounded(all_is.labels[l].f1())},
            {"n", all_is.labels[l].right + all_is.labels[l].missed}};
    // By where a row comes from and how it was found.
    std::map<std::string, std::vector<std::size_t>> parts;
    for (std::size_t i = 0; i < problem.rows.size(); ++i) {
        if (std::ranges::find(folds, problem.fold[i]) == folds.end()) continue;
        const TuneRow& row = problem.rows[i];
        if (!row.source.empty()) parts["source " + row.source].push_back(i);
        if (!row.mined.empty())
            parts[row.mined == "-" ? "drawn at random" : "found by a keyword"].push_back(i);
    }
    for (const auto& [name, which] : parts) {
        const auto some = [&](const Rule& rule) {
            Problem part;
            part.labels = problem.labels;
            Chances of;
            for (const std::size_t i : which) {
                part.rows.push_back(problem.rows[i]);
                part.fold.push_back(0);
                part.heard.push_back(problem.heard[i]);
                of.push_back(chances[i]);
            }
            return sum(tally(part, of, {0}, rule)).micro();
        };
        out["parts"][name] = {{"before", rounded(some(before))},
                              {"after", rounded(some(after))},
                              {"n", which.size()}};
    }
    return out;
}

void print(const char* title, const json& compared) {
    std::printf("%s: %zu messages of %zu people or threads; 95 %% intervals\n", title,
                compared["before"]["rows"].get<std::size_t>(),
                compared["before"]["groups"].get<std::size_t>());
    for (const Measure& m : measures_shown) {
        std::printf("  %-16s", m.name);
        for (const char* when : {"before", "after"}) {
            const json& v = compared[when][m.name];
            const bool many = v["value"].get<double>() > 1;
            std::printf(many ? "  %s %.1f [%.1f, %.1f]" : "  %s %.3f [%.3f, %.3f]", when,
                        v["value"].get<double>(), v["low"].get<double>(), v["high"].get<double>());
        }
        std::printf("\n");
    }
    for (const char* list : {"labels", "parts"}) {
        if (!compared.contains(list)) continue;
        for (const auto& [name, v] : compared[list].items())
            std::printf("  %-56.56s %.3f -> %.3f  n %zu\n", name.c_str(), v["before"].get<double>(),
                        v["after"].get<double>(), v["n"].get<std::size_t>());
    }
}

}  // namespace

constexpr CommandPage tune_page{
    .arguments = "[TABLES]",
    .text =
        "Fits the word weights to labelled messages: what single words, pairs of words, word\n"
        "lists and readings say of each content intent, for messages in which no pattern speaks\n"
        "(docs/patterns.md). Reads corpus/en/utterances without its held rows, and tables (TSV\n"
        "with a heading: text, labels separated by commas, group, and source and mined if there\n"
        "are any). Rows of one group, a person or a thread, stay in one of five folds.\n"
        "\n"
        "The report compares the patterns alone with patterns and weights, on messages that the\n"
        "weights were not fitted to. Patterns were written from messages like these, so a second\n"
        "comparison silences three patterns in ten: that is how unread messages fare, and how the\n"
        "thresholds are chosen. Same input, same weights; it takes about a minute.\n",
    .options = tune_options,
    .examples =
        "befriend tune labelled.tsv\n"
        "befriend tune labelled.tsv --held-out --json\n"
        "befriend tune labelled.tsv --write --pack .\n",
};

int run_tune(Arguments arguments) {
    const auto options = parse_options(arguments, tune_page.options);
    if (!options) return usage_error("tune", options.error().message);
    const auto support = options->number("--support", 5), hold = options->number("--hold", 4);
    const auto sparse = decimal(*options, "--sparse", 2.5),
               shrink = decimal(*options, "--shrink", 1);
    const auto any = decimal(*options, "--any", 0.8);
    if (!support || *support == 0 || !sparse || !shrink || !any)
        return usage_error("tune",
                           "--support takes a whole number, --sparse, --shrink and --any decimals");
    if (!hold || *hold >= folds_of_table) return usage_error("tune", "--hold takes 0 to 4");
    if (options->rest.empty())
        return usage_error("tune", "a table of labelled messages, please: text, labels, group");
    const std::string folder = options->get("--pack");
    if (options->has("--write") && folder.empty())
        return usage_error("tune", "--write needs --pack FOLDER, in the repository --pack .");
    auto catalogue = catalogue_or_complain("tune", folder);
    if (!catalogue) return 2;
    catalogue->weights.clear();

    TuneOptions how;
    how.fit.sparse = *sparse;
    how.fit.shrink = *shrink;
    how.any_threshold = *any;
    Problem problem;
    const auto read = read_rows(options->rest, problem);
    if (!read) return usage_error("tune", read.error().message);
    const auto held = static_cast<std::uint32_t>(*hold);
    for (std::size_t i = 0; i < problem.rows.size(); ++i)
        problem.rows[i].learn = problem.fold[i] != held;
    hear(*catalogue, *support, problem);
    if (problem.labels.empty())
        return usage_error("tune", "no content intent has " + std::to_string(least_rows) + " rows");

    std::vector<std::uint32_t> open;
    for (std::uint32_t fold = 0; fold < folds_of_table; ++fold)
        if (fold != held) open.push_back(fold);
    const Chances unseen = unseen_chances(problem, open, how);
    Model model = learn(problem, held, how);
    model.thresholds = choose_thresholds(problem, unseen, open, how);

    json report{{"read", comparison(problem, unseen, open, model, how, 0)},
                {"silenced", comparison(problem, unseen, open, model, how, how.silenced)}};
    if (options->has("--held-out"))
        report["held_out"] =
            comparison(problem, chances(problem, held, model), {held}, model, how, 0);
    std::size_t weights = 0;
    for (const Fitted& one : model.of_label)
        weights += static_cast<std::size_t>(std::ranges::count_if(
            one.weights, [](double w) { return std::abs(w) >= least_weight; }));
    report["weights"] = weights;
    if (options->has("--write")) {
        const fs::path file = fs::path(folder) / weights_file;
        std::error_code problem_of_folder;  // writing tells of it
        fs::create_directories(file.parent_path(), problem_of_folder);
        const auto written = write_whole_file(file, weights_text(problem, model, how));
        if (!written) return usage_error("tune", written.error().message);
        report["written"] = file.generic_string();
    }
    if (options->has("--json")) {
        std::printf("%s\n", json_line(report).c_str());
        return 0;
    }
    print("Folds learnt in turn", report["read"]);
    print("The same, three patterns in ten silenced", report["silenced"]);
    if (report.contains("held_out")) print("Held-out fold", report["held_out"]);
    std::printf("%zu weights of %zu intents\n", weights, problem.labels.size());
    if (report.contains("written"))
        std::printf("written to %s\n", report["written"].get<std::string>().c_str());
    return 0;
}

}  // namespace befriend
