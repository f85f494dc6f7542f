// SPDX-License-Identifier: Apache-2.0
//
// `befriend suggest INTENT`: patterns for what the intent misses, with what each gains and breaks.
#include "tools/suggest.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"
#include "tools/pattern_lab.hpp"

namespace befriend {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* corpus_folder = "corpus/en/utterances";
constexpr std::size_t shown_rows = 3;  // of each kind; --json has all

constexpr OptionSpec suggest_options[] = {
    {"-n", "N", "how many patterns at most (10)"},
    {"--support", "N", "missed sentences that each pattern must gain (3)"},
    {"--label", "NAME", "what the sentences are labelled with (as the intent)"},
    {"--text-column", "COLUMN", "the sentences of a TSV with other columns: number or heading"},
    {"--label-column", "COLUMN", "their labels, separated by commas, spaces or |"},
    {"--write", "", "append the patterns to the intent's file below --pack; comments stay"},
    pack_option,
    json_option,
};

std::vector<std::string_view> cells(std::string_view line) {
    std::vector<std::string_view> out;
    while (true) {
        const std::size_t tab = line.find('\t');
        out.push_back(line.substr(0, tab));
        if (tab == std::string_view::npos) return out;
        line.remove_prefix(tab + 1);
    }
}

// From 0. A heading is looked for in the first line; a number counts from 1.
std::optional<std::size_t> column(const std::string& wanted, std::string_view first_line) {
    const auto headings = cells(first_line);
    for (std::size_t i = 0; i < headings.size(); ++i)
        if (headings[i] == wanted) return i;
    std::size_t number = 0;
    const auto [end, problem] =
        std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
    if (problem != std::errc{} || end != wanted.data() + wanted.size() || number == 0)
        return std::nullopt;
    return number - 1;
}

// The rows of a file with columns of its own, brought into the form that read_utterances reads.
Result<bool> read_columns(const std::string& name, std::string_view bytes,
                          const std::string& text_column, const std::string& label_column,
                          std::vector<Utterance>& rows) {
    const std::string_view first = bytes.substr(0, bytes.find_first_of("\r\n"));
    const auto text = column(text_column, first), label = column(label_column, first);
    if (!text || !label)
        return fail(name + ":1: there is no column \"" + (text ? label_column : text_column) +
                    "\"");
    const auto headings = cells(first);
    const auto is_heading = [&](const std::string& wanted) {
        return std::ranges::find(headings, wanted) != headings.end();
    };
    const bool has_headings = is_heading(text_column) || is_heading(label_column);
    std::uint32_t number = 0;
    while (!bytes.empty()) {
        const std::string_view line = take_line(bytes);
        if (++number == 1 && has_headings) continue;
        if (line.empty()) continue;
        const auto parts = cells(line);
        if (parts.size() <= std::max(*text, *label))
            return fail(name + ":" + std::to_string(number) + ": a row has " +
                        std::to_string(parts.size()) + " columns only");
        std::vector<Utterance> one;
        // "# " would be a comment there.
        if (const auto read = read_utterances(
                name, " " + std::string(parts[*text]) + "\t" + std::string(parts[*label]), one);
            !read)
            return read;
        for (Utterance& row : one) {
            row.line = number;
            row.text.erase(0, 1);
            rows.push_back(std::move(row));
        }
    }
    return true;
}

json score_json(const LabelScore& s) {
    return {{"precision", s.precision()}, {"recall", s.recall()}, {"f1", s.f1()},
            {"right", s.right},           {"missed", s.missed},   {"wrong", s.wrong}};
}

json rows_json(const std::vector<Utterance>& rows, const std::vector<std::size_t>& which) {
    json out = json::array();
    for (const std::size_t i : which)
        out.push_back({{"file", rows[i].file}, {"line", rows[i].line}, {"text", rows[i].text}});
    return out;
}

std::string score_text(const LabelScore& s) {
    char text[96];
    std::snprintf(text, sizeof text, "precision %.3f  recall %.3f  F1 %.3f", s.precision(),
                  s.recall(), s.f1());
    return text;
}

void print(const std::vector<Utterance>& rows, const SuggestOptions& options,
           const Suggestions& found) {
    const auto show = [&](const char* what, const std::vector<std::size_t>& which) {
        for (std::size_t k = 0; k < which.size() && k < shown_rows; ++k)
            std::printf("    %s %s:%u: %s\n", what, rows[which[k]].file.c_str(),
                        rows[which[k]].line, rows[which[k]].text.c_str());
    };
    for (const Suggestion& s : found.chosen) {
        std::printf(
            "- { like: \"%s\", weight: %.4g }\n  gains %zu, false alarms %zu, log-odds %.1f\n",
            s.like.c_str(), static_cast<double>(s.weight), s.gains.size(), s.alarms.size(),
            s.log_odds);
        show("+", s.gains);
        show("-", s.alarms);
    }
    if (found.chosen.empty())
        std::printf("No pattern gains %zu missed sentences without breaking others.\n",
                    options.support);
    const LabelScore& before = found.before;
    std::printf("%s: %zu sentences, %zu missed; %zu candidates measured\n", options.intent.c_str(),
                before.right + before.missed, before.missed, found.candidates);
    std::printf("before  %s\n", score_text(before).c_str());
    if (!found.chosen.empty()) std::printf("after   %s\n", score_text(found.after).c_str());
    const LabelScore& held = found.held_before;
    if (held.right + held.missed > 0)
        std::printf("kept aside, before  %s\nkept aside, after   %s\n", score_text(held).c_str(),
                    score_text(found.held_after).c_str());
}

}  // namespace

Result<Extended> with_suggestions(std::string_view bytes, const IntentSpec& intent,
                                  std::span<const Suggestion> chosen) {
    if (intent.patterns.empty()) return fail("the intent has no pattern yet to write after");
    std::vector<std::string_view> lines;
    for (std::string_view rest = bytes; !rest.empty();) {
        const std::size_t end = rest.find('\n');
        lines.push_back(rest.substr(0, end == std::string_view::npos ? end : end + 1));
        rest.remove_prefix(lines.back().size());
    }
    std::size_t last = 0;
    for (const PatternSpec& p : intent.patterns)
        last = std::max<std::size_t>(last, p.place.at.line);
    const auto indent = [](std::string_view line) { return line.find_first_not_of(' '); };
    const auto is_item = [&](std::string_view line) {
        const std::size_t at = indent(line);
        return at != std::string_view::npos && line.substr(at).starts_with("- ");
    };
    std::size_t at = std::min(last, lines.size());  // lines count from 1
    while (at > 0 && !is_item(lines[at - 1])) --at;
    if (at == 0) return fail("its patterns are not a list with one pattern a line");
    const std::size_t dash = indent(lines[at - 1]);
    // What belongs to the last pattern stands further to the right.
    while (at < lines.size()) {
        const std::size_t column = indent(lines[at]);
        if (column == std::string_view::npos || column <= dash || lines[at][column] == '\n') break;
        ++at;
    }
    std::string out;
    for (std::size_t i = 0; i < at; ++i) out += lines[i];
    if (!out.ends_with('\n')) out += '\n';
    for (const Suggestion& s : chosen) {
        char weight[16];
        std::snprintf(weight, sizeof weight, "%.4g", static_cast<double>(s.weight));
        out += std::string(dash, ' ') + "- { like: \"" + s.like + "\", weight: " + weight + " }\n";
    }
    for (std::size_t i = at; i < lines.size(); ++i) out += lines[i];
    return Extended{std::move(out)};
}

namespace {

// Appends the patterns to the intent's file; refuses what would not be read back as meant.
Result<bool> write(const Catalogue& pack, const IntentSpec& intent, const std::string& folder,
                   const std::vector<Suggestion>& chosen) {
    const fs::path file = pack.files[intent.place.file];
    const std::string inside = file.lexically_relative(folder).generic_string();
    if (inside.empty() || inside.starts_with(".."))
        return fail("the intent is built in: copy its file below " + folder + " to change it");
    if (intent.kind == IntentKind::crisis)
        return fail(
            "a pattern of a crisis needs a level: choose it and write the pattern yourself");
    const auto bytes = read_whole_file(file);
    if (!bytes) return fail(file.generic_string() + ": this file cannot be read");
    const auto text = with_suggestions(*bytes, intent, chosen);
    if (!text) return fail(file.generic_string() + ": " + text.error().message);
    Diagnostics diagnostics;
    const Catalogue read = load_catalogue({{file.generic_string(), text->text}}, diagnostics);
    const auto same = std::ranges::find(read.intents, intent.name, &IntentSpec::name);
    const std::size_t expected = intent.patterns.size() + chosen.size();
    if (same == read.intents.end() || same->patterns.size() != expected)
        return fail(file.generic_string() + ": the patterns do not fit after the last one");
    return write_whole_file(file, text->text);
}

}  // namespace

constexpr CommandPage suggest_page{
    .arguments = "INTENT [PATHS]",
    .text =
        "Looks for patterns that an intent lacks, in labelled sentences: files like those of\n"
        "corpus/en/utterances (which is read without PATHS), or any TSV with --text-column and\n"
        "--label-column. Candidates are runs of one to four words that missed sentences share,\n"
        "with @self and word lists in place of their words and up to one gap. Each is run by the\n"
        "matcher on all sentences: what it gains, what it breaks, and by how much a sentence it\n"
        "takes is likelier to be of the intent (log-odds). They are chosen one after the other,\n"
        "each for what those before it left; a false alarm weighs as much as three sentences\n"
        "gained. Sentences with the note \"held\" are kept aside and only measured.\n"
        "\n"
        "Read what is proposed before you keep it: a pattern may be right about these sentences\n"
        "and wrong about people.\n",
    .options = suggest_options,
    .examples =
        "befriend suggest avoidance\n"
        "befriend suggest threat --support 2 --write --pack .\n"
        "befriend suggest distress posts.tsv --text-column body --label-column mood --label sad\n",
};

int run_suggest(Arguments arguments) {
    const auto options = parse_options(arguments, suggest_page.options);
    if (!options) return usage_error("suggest", options.error().message);
    const auto most = options->number("-n", 10), support = options->number("--support", 3);
    if (!most || !support || *support == 0)
        return usage_error("suggest", "-n and --support take whole numbers, --support from 1");
    if (options->rest.empty()) return usage_error("suggest", "the name of an intent, please");
    if (options->has("--text-column") != options->has("--label-column"))
        return usage_error("suggest", "--text-column and --label-column go together");
    const std::string folder = options->get("--pack");
    if (options->has("--write") && folder.empty())
        return usage_error("suggest", "--write needs --pack FOLDER, in the repository --pack .");
    const auto pack = catalogue_or_complain("suggest", folder);
    if (!pack) return 2;
    SuggestOptions how{.intent = options->rest[0],
                       .label = options->get("--label"),
                       .most = *most,
                       .support = *support};
    const auto intent = std::ranges::find(pack->intents, how.intent, &IntentSpec::name);
    if (intent == pack->intents.end()) {
        std::vector<std::string_view> names;
        for (const IntentSpec& one : pack->intents) names.push_back(one.name);
        const std::string_view near = did_you_mean(how.intent, names);
        return usage_error("suggest",
                           "there is no intent \"" + how.intent + "\"" +
                               (near.empty() ? "" : "; did you mean " + std::string(near) + "?"));
    }

    std::vector<std::string> paths(options->rest.begin() + 1, options->rest.end());
    if (paths.empty()) paths.emplace_back(corpus_folder);
    const auto files = files_below(paths, ".tsv");
    if (!files) return usage_error("suggest", files.error().message);
    std::vector<Utterance> rows;
    for (const fs::path& file : *files) {
        const std::string name = file.generic_string();
        const auto bytes = read_whole_file(file);
        if (!bytes) return usage_error("suggest", name + ": this file cannot be read");
        const auto read = options->has("--text-column")
                              ? read_columns(name, *bytes, options->get("--text-column"),
                                             options->get("--label-column"), rows)
                              : read_utterances(name, *bytes, rows);
        if (!read) return usage_error("suggest", read.error().message);
    }
    const std::string& label = how.label.empty() ? how.intent : how.label;
    if (std::ranges::none_of(rows, [&](const Utterance& row) {
            return std::ranges::find(row.labels, label) != row.labels.end();
        }))
        return usage_error("suggest", "no sentence is labelled \"" + label + "\"");

    const Suggestions found = suggest_patterns(*pack, rows, how);
    json written = nullptr;
    if (options->has("--write") && !found.chosen.empty()) {
        const auto done = write(*pack, *intent, folder, found.chosen);
        if (!done) return usage_error("suggest", done.error().message);
        written = pack->files[intent->place.file];
    }
    if (!options->has("--json")) {
        print(rows, how, found);
        if (!written.is_null()) std::printf("written to %s\n", written.get<std::string>().c_str());
        return 0;
    }
    json patterns = json::array();
    for (const Suggestion& s : found.chosen)
        patterns.push_back({{"like", s.like},
                            {"weight", std::round(static_cast<double>(s.weight) * 100) / 100},
                            {"gain", s.gains.size()},
                            {"alarms", s.alarms.size()},
                            {"log_odds", s.log_odds},
                            {"examples", rows_json(rows, s.gains)},
                            {"false_alarms", rows_json(rows, s.alarms)}});
    const LabelScore& held = found.held_before;
    json kept = nullptr;
    if (held.right + held.missed > 0)
        kept = {{"before", score_json(held)}, {"after", score_json(found.held_after)}};
    const json out = {{"intent", how.intent},
                      {"candidates", found.candidates},
                      {"patterns", std::move(patterns)},
                      {"before", score_json(found.before)},
                      {"after", score_json(found.after)},
                      {"held", std::move(kept)},
                      {"written", std::move(written)}};
    std::puts(json_line(out).c_str());
    return 0;
}

}  // namespace befriend
