// SPDX-License-Identifier: Apache-2.0
//
// befriend diff: what changes between two packs, on the corpus.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/git_revision.hpp"
#include "tools/options.hpp"
#include "tools/pack_option.hpp"
#include "tools/replay.hpp"

namespace befriend {
namespace {

constexpr OptionSpec diff_options[] = {
    {"--rows", "N", "show so many sentences (20)"},
    json_option,
};

struct RowChange {
    const Utterance* row = nullptr;
    RowReading before;
    RowReading after;
};

struct LabelChange {
    std::size_t lost = 0;
    std::size_t gained = 0;
};

// The first turn that differs; `line` counts in the file as it plays on the old pack.
struct TurnChange {
    std::string file;
    std::string person;               // what was written before it
    std::vector<std::string> before;  // answer and place, as in a .chat file
    std::vector<std::string> after;
    bool passed_before = false;
    bool passed_after = false;
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

bool is_action(const std::string& line) { return line.starts_with("> ") || line.starts_with("~ "); }

// The answer that starts at or after `from`: up to the next thing that the person does.
std::vector<std::string> answer_from(const std::vector<std::string>& lines, std::size_t from) {
    std::vector<std::string> out;
    for (std::size_t i = from; i < lines.size() && !is_action(lines[i]); ++i) {
        if (lines[i].starts_with("< ") || lines[i].starts_with("? ")) out.push_back(lines[i]);
    }
    return out;
}

bool changed_turn(const Pack& before, const Pack& after, const ChatFile& file, TurnChange& out) {
    const ChatRun one = play(before, file, {.record = true});
    const ChatRun two = play(after, file, {.record = true});
    // Effects tell about bubbles and choices, the rewritten file about places.
    if (one.effects == two.effects && one.now == two.now) return false;
    const auto old_lines = lines_of(one.now);
    const auto new_lines = lines_of(two.now);
    const std::size_t least = std::min(old_lines.size(), new_lines.size());
    std::size_t at = 0;
    while (at < least && old_lines[at] == new_lines[at]) ++at;
    std::size_t begin = std::min(at, least == 0 ? 0 : least - 1);
    while (begin > 0 && !is_action(old_lines[begin])) --begin;
    out.file = file.name;
    out.person = old_lines.empty() ? "" : old_lines[begin];
    out.before = answer_from(old_lines, begin + 1);
    out.after = answer_from(new_lines, begin + 1);
    out.passed_before = play(before, file, {}).failures.empty();
    out.passed_after = play(after, file, {}).failures.empty();
    return true;
}

std::string describe(const RowReading& reading) {
    return joined(reading.labels) + " (rank " + std::to_string(reading.rank) +
           (reading.ask ? ", asks)" : ")");
}

nlohmann::json reading_object(const RowReading& reading) {
    return {{"labels", reading.labels}, {"rank", reading.rank}, {"ask", reading.ask}};
}

// A folder, a revision or the pack built in; nullptr when it cannot be read, which was told.
std::shared_ptr<const Pack> pack_named(const std::string& name) {
    if (name == "built-in") return pack_or_complain("diff", "", "en");
    if (std::filesystem::is_directory(name)) return pack_or_complain("diff", name, "en");
    const auto revision = RevisionFolder::take(name);
    if (!revision) {
        usage_error("diff", revision.error().message);
        return nullptr;
    }
    return pack_or_complain("diff", revision->path().string(), "en");
}

}  // namespace

constexpr CommandPage diff_page{
    .arguments = "OLD NEW [PATHS]",
    .text =
        "Replays the corpus on two packs and shows only what changes: sentences that are read\n"
        "differently, with totals per label, and for each conversation the first turn that\n"
        "differs, with both answers. OLD and NEW are folders with intents/ and dialogs/, git\n"
        "revisions (HEAD~3, a tag), or the word built-in. Without paths, the corpus of\n"
        "corpus/en as it lies in the working folder.\n",
    .options = diff_options,
    .notes = "Exit code: 0 nothing changes, 1 something does, 2 something cannot be read.\n",
    .examples =
        "befriend diff built-in .\n"
        "befriend diff HEAD .\n"
        "befriend diff HEAD~3 HEAD --rows 100\n"
        "befriend diff ../before . corpus/en/conversations\n",
};

int run_diff(Arguments arguments) {
    const auto options = parse_options(arguments, diff_options);
    if (!options) return usage_error("diff", options.error().message);
    const auto shown = options->number("--rows", 20);
    if (!shown) return usage_error("diff", "--rows takes a whole number");
    if (options->rest.size() < 2) return usage_error("diff", "two packs are needed: OLD NEW");
    const auto before = pack_named(options->rest[0]);
    const auto after = before ? pack_named(options->rest[1]) : nullptr;
    if (!before || !after) return 2;
    const auto corpus = read_corpus({options->rest.begin() + 2, options->rest.end()});
    if (!corpus) return usage_error("diff", corpus.error().message);

    std::vector<RowChange> rows;
    std::map<std::string, LabelChange> labels;
    Scratch scratch;
    Scratch other;  // buffers grow with the pack that used them
    for (const Utterance& row : corpus->rows) {
        RowChange change{&row, read_row(*before, row, scratch), read_row(*after, row, other)};
        if (change.before == change.after) continue;
        for (const std::string& label : change.before.labels) {
            if (!change.after.labels.contains(label)) ++labels[label].lost;
        }
        for (const std::string& label : change.after.labels) {
            if (!change.before.labels.contains(label)) ++labels[label].gained;
        }
        rows.push_back(std::move(change));
    }
    std::vector<TurnChange> turns;
    for (const ChatFile& file : corpus->chats) {
        TurnChange change;
        if (changed_turn(*before, *after, file, change)) turns.push_back(std::move(change));
    }

    if (options->has("--json")) {
        nlohmann::json out{
            {"utterances",
             {{"rows", corpus->rows.size()},
              {"changed", nlohmann::json::array()},
              {"labels", nlohmann::json::object()}}},
            {"conversations",
             {{"files", corpus->chats.size()}, {"changed", nlohmann::json::array()}}}};
        for (const RowChange& change : rows) {
            out["utterances"]["changed"].push_back({{"file", change.row->file},
                                                    {"line", change.row->line},
                                                    {"text", change.row->text},
                                                    {"expected", change.row->labels},
                                                    {"before", reading_object(change.before)},
                                                    {"after", reading_object(change.after)}});
        }
        for (const auto& [label, change] : labels) {
            out["utterances"]["labels"][label] = {{"lost", change.lost}, {"gained", change.gained}};
        }
        for (const TurnChange& change : turns) {
            out["conversations"]["changed"].push_back({{"file", change.file},
                                                       {"person", change.person},
                                                       {"before", change.before},
                                                       {"after", change.after},
                                                       {"passed_before", change.passed_before},
                                                       {"passed_after", change.passed_after}});
        }
        std::printf("%s\n", json_line(out).c_str());
    } else {
        for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), *shown); ++i) {
            std::printf("%s:%u: %s\n- %s\n+ %s\n", rows[i].row->file.c_str(), rows[i].row->line,
                        rows[i].row->text.c_str(), describe(rows[i].before).c_str(),
                        describe(rows[i].after).c_str());
        }
        if (rows.size() > *shown) {
            std::printf("... and %zu more (--rows N shows them)\n", rows.size() - *shown);
        }
        for (const auto& [label, change] : labels) {
            std::printf("%-24s %zu lost, %zu gained\n", label.c_str(), change.lost, change.gained);
        }
        for (const TurnChange& change : turns) {
            std::printf("\n%s%s\n  %s\n", change.file.c_str(),
                        change.passed_before && !change.passed_after   ? ": fails now"
                        : !change.passed_before && change.passed_after ? ": passes now"
                                                                       : "",
                        change.person.c_str());
            for (const std::string& line : change.before) std::printf("- %s\n", line.c_str());
            for (const std::string& line : change.after) std::printf("+ %s\n", line.c_str());
        }
        std::printf("%zu of %zu sentences and %zu of %zu conversations change\n", rows.size(),
                    corpus->rows.size(), turns.size(), corpus->chats.size());
    }
    return rows.empty() && turns.empty() ? 0 : 1;
}

}  // namespace befriend
