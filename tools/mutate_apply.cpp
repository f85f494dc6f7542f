// SPDX-License-Identifier: Apache-2.0
//
// Lists the mutants of a pack, applies one and asks the tests.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "engine/globals.hpp"
#include "tools/mutate.hpp"
#include "tools/mutate_matcher.hpp"

namespace befriend {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(MutantKind::count)> kind_names{
    "drop-pattern",     "cut-weight",     "drop-unless",  "drop-hear",
    "swap-hears",       "swap-yes-no",    "drop-silence", "drop-set",
    "negate-condition", "drop-interrupt", "drop-start",   "drop-global"};

std::string place_of(const Pack& pack, SourceRef at) {
    return (at.file < pack.files.size() ? pack.files[at.file] : std::string("?")) + ":" +
           std::to_string(at.line);
}

bool same_move(const Move& a, const Move& b) {
    return a.kind == b.kind && a.step == b.step && a.dialog == b.dialog;
}

// nullopt for a mutant of the dialogs.
std::optional<PatternChange> pattern_change(MutantKind kind) {
    switch (kind) {
        case MutantKind::drop_pattern:
            return PatternChange::drop;
        case MutantKind::cut_weight:
            return PatternChange::cut;
        case MutantKind::drop_unless:
            return PatternChange::drop_unless;
        case MutantKind::drop_hear:
        case MutantKind::swap_hears:
        case MutantKind::swap_yes_no:
        case MutantKind::drop_silence:
        case MutantKind::drop_set:
        case MutantKind::negate_condition:
        case MutantKind::drop_interrupt:
        case MutantKind::drop_start:
        case MutantKind::drop_global:
        case MutantKind::count:
            return std::nullopt;
    }
    return std::nullopt;
}

void list_patterns(const Pack& pack, std::vector<Mutant>& out) {
    const std::vector<bool> has_unless = patterns_with_unless(pack.matcher);
    for (std::size_t i = 0; i < has_unless.size(); ++i) {
        const auto number = static_cast<std::uint32_t>(i);
        const auto add = [&](MutantKind kind) {
            out.push_back(
                {kind, pack.matcher.pattern_place(number), pack.matcher.pattern_source(number), i});
        };
        add(MutantKind::drop_pattern);
        add(MutantKind::cut_weight);
        if (has_unless[i]) add(MutantKind::drop_unless);
    }
}

std::string hear_text(const Pack& pack, const Hear& hear) {
    switch (hear.kind) {
        case Hear::Kind::heard: {
            std::string names;
            for (const IntentId id : hear.intents) {
                names += (names.empty() ? "" : ", ") + pack.matcher.intent_name(id);
            }
            return "heard: " + names;
        }
        case Hear::Kind::answer:
            return "answer: " + (hear.answer.empty()
                                     ? std::to_string(hear.low) + " to " + std::to_string(hear.high)
                                     : hear.answer);
        case Hear::Kind::silence:
            return "silence";
        case Hear::Kind::fills:
            return "fills: " + pack.slot(hear.slot).name;
        case Hear::Kind::otherwise:
            return "otherwise";
    }
    return {};
}

void list_steps(const Pack& pack, std::vector<Mutant>& out) {
    for (std::size_t s = 0; s < pack.steps.size(); ++s) {
        const Step& step = pack.steps[s];
        const auto add = [&](MutantKind kind, SourceRef at, std::string what, std::size_t item,
                             std::size_t inner = 0) {
            out.push_back({kind, place_of(pack, at),
                           pack.dialog(step.dialog).name + "/" + step.name + ": " + what, s, item,
                           inner, step.dialog});
        };
        for (std::size_t i = 0; i < step.set.size(); ++i) {
            add(MutantKind::drop_set, step.at, "set " + pack.slot(step.set[i].slot).name, i);
        }
        std::size_t yes = step.hear.size();
        std::size_t no = step.hear.size();
        for (std::size_t h = 0; h < step.hear.size(); ++h) {
            const Hear& hear = step.hear[h];
            const std::string text = hear_text(pack, hear);
            if (hear.kind == Hear::Kind::answer && hear.answer == "yes") yes = h;
            if (hear.kind == Hear::Kind::answer && hear.answer == "no") no = h;
            for (std::size_t i = 0; i < hear.set.size(); ++i) {
                add(MutantKind::drop_set, hear.at,
                    text + ", set " + pack.slot(hear.set[i].slot).name, h, i + 1);
            }
            if (hear.kind == Hear::Kind::silence) {
                add(MutantKind::drop_silence, hear.at, text, h);
                continue;
            }
            // A step without `otherwise` does not compile: `check` finds that one.
            if (hear.kind != Hear::Kind::otherwise) add(MutantKind::drop_hear, hear.at, text, h);
            if (h + 1 < step.hear.size() && step.hear[h + 1].kind != Hear::Kind::silence &&
                !same_move(hear.move, step.hear[h + 1].move)) {
                add(MutantKind::swap_hears, hear.at,
                    text + " goes where " + hear_text(pack, step.hear[h + 1]) + " does", h);
            }
        }
        if (yes < step.hear.size() && no < step.hear.size()) {
            add(MutantKind::swap_yes_no, step.hear[yes].at, "yes and no", yes, no);
        }
    }
}

void list_conditions(const Pack& pack, std::vector<Mutant>& out) {
    const auto add = [&](ConditionId id, SourceRef at, DialogId dialog, const std::string& what) {
        if (id == ConditionId::none) return;
        out.push_back(
            {MutantKind::negate_condition, place_of(pack, at), what, index(id), 0, 0, dialog});
    };
    for (const Step& step : pack.steps) {
        const std::string name = pack.dialog(step.dialog).name + "/" + step.name;
        add(step.when, step.at, step.dialog, name + ": when");
        for (const Hear& hear : step.hear) {
            add(hear.when, hear.at, step.dialog, name + ": when of " + hear_text(pack, hear));
        }
    }
    for (std::size_t d = 0; d < pack.dialogs.size(); ++d) {
        const auto id = static_cast<DialogId>(d);
        for (const Start& start : pack.dialogs[d].starts) {
            add(start.when, pack.dialogs[d].at, id, pack.dialogs[d].name + ": when of a start");
        }
    }
}

void list_dialogs(const Pack& pack, std::vector<Mutant>& out) {
    const auto names = [&](const Start& start) {
        std::string text;
        for (const IntentId id : start.intents) {
            text += (text.empty() ? "" : ", ") + pack.matcher.intent_name(id);
        }
        return text;
    };
    for (std::size_t d = 0; d < pack.dialogs.size(); ++d) {
        const Dialog& dialog = pack.dialogs[d];
        const auto add = [&](MutantKind kind, std::size_t i, const Start& start) {
            out.push_back({kind, place_of(pack, dialog.at), dialog.name + ": " + names(start), d, i,
                           0, static_cast<DialogId>(d)});
        };
        for (std::size_t i = 0; i < dialog.starts.size(); ++i) {
            add(MutantKind::drop_start, i, dialog.starts[i]);
        }
        for (std::size_t i = 0; i < dialog.interrupts.size(); ++i) {
            add(MutantKind::drop_interrupt, i, dialog.interrupts[i].on);
        }
    }
    for (std::size_t g = 0; g < pack.global_intents.size(); ++g) {
        if (pack.global_intents[g] == IntentId::none) continue;
        out.push_back({MutantKind::drop_global, "engine/globals.cpp:1",
                       "words that always work: " + std::string(globals()[g].intent), g});
    }
}

template <class T>
void erase_at(std::vector<T>& list, std::size_t i) {
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
}

void apply(Pack& pack, const Mutant& m) {
    switch (m.kind) {
        case MutantKind::drop_pattern:
        case MutantKind::cut_weight:
        case MutantKind::drop_unless:
            break;  // the matcher is swapped as a whole
        case MutantKind::drop_hear:
        case MutantKind::drop_silence:
            erase_at(pack.steps[m.owner].hear, m.item);
            break;
        case MutantKind::swap_hears: {
            auto& hear = pack.steps[m.owner].hear;
            std::swap(hear[m.item].move, hear[m.item + 1].move);
            break;
        }
        case MutantKind::swap_yes_no: {
            auto& hear = pack.steps[m.owner].hear;
            std::swap(hear[m.item].answer, hear[m.inner].answer);
            break;
        }
        case MutantKind::drop_set:
            if (m.inner == 0) {
                erase_at(pack.steps[m.owner].set, m.item);
            } else {
                erase_at(pack.steps[m.owner].hear[m.item].set, m.inner - 1);
            }
            break;
        case MutantKind::negate_condition: {
            ConditionNode node;
            node.op = ConditionNode::Op::logical_not;
            pack.conditions[m.owner].push_back(node);
            break;
        }
        case MutantKind::drop_interrupt:
            // Its number stands in sessions: it stays and hears nothing.
            pack.dialogs[m.owner].interrupts[m.item].on.intents.clear();
            break;
        case MutantKind::drop_start:
            erase_at(pack.dialogs[m.owner].starts, m.item);
            break;
        case MutantKind::drop_global:
            pack.global_intents[m.owner] = IntentId::none;
            break;
        case MutantKind::count:
            break;
    }
}

bool row_is_right(const Utterance& row, const RowReading& reading) {
    return reading.labels == std::set<std::string>(row.labels.begin(), row.labels.end());
}

using ByPattern = std::vector<std::vector<std::size_t>>;

// Adds `item` under every pattern that matched, and where the match was cancelled by `unless`.
void note_hits(const Scratch& scratch, std::size_t item, ByPattern& matched, ByPattern& cancelled) {
    const auto add = [&](std::vector<std::size_t>& items) {
        if (items.empty() || items.back() != item) items.push_back(item);
    };
    for (const HitTrace& hit : scratch.hits) {
        add(matched[hit.pattern]);
        if (hit.fate == "cancelled by unless") add(cancelled[hit.pattern]);
    }
}

// The mutants of entries of `hear:`, which matter only where a conversation waits.
bool changes_what_is_heard(const Mutant& mutant) {
    switch (mutant.kind) {
        case MutantKind::drop_hear:
        case MutantKind::swap_hears:
        case MutantKind::swap_yes_no:
        case MutantKind::drop_silence:
            return true;
        case MutantKind::drop_set:
            return mutant.inner > 0;
        case MutantKind::drop_pattern:
        case MutantKind::cut_weight:
        case MutantKind::drop_unless:
        case MutantKind::negate_condition:
        case MutantKind::drop_interrupt:
        case MutantKind::drop_start:
        case MutantKind::drop_global:
        case MutantKind::count:
            return false;
    }
    return false;
}

}  // namespace

std::string_view mutant_kind_name(MutantKind kind) {
    return kind_names[static_cast<std::size_t>(kind)];
}

std::vector<Mutant> all_mutants(const Pack& pack) {
    std::vector<Mutant> out;
    list_patterns(pack, out);
    list_steps(pack, out);
    list_conditions(pack, out);
    list_dialogs(pack, out);
    return out;
}

Baseline::Baseline(const Pack& pack, const Corpus& corpus, std::vector<SentenceCase> examples)
    : corpus_(corpus), examples_(std::move(examples)) {
    const std::size_t patterns = pack.matcher.pattern_count();
    matched_.resize(patterns);
    cancelled_.resize(patterns);
    Scratch scratch;
    scratch.explain = true;
    for (std::size_t i = 0; i < corpus.rows.size(); ++i) {
        const RowReading reading = read_row(pack, corpus.rows[i], scratch);
        row_right_.push_back(row_is_right(corpus.rows[i], reading));
        row_alarm_.push_back(reading.alarm());
        note_hits(scratch, i, matched_.rows, cancelled_.rows);
    }
    for (std::size_t i = 0; i < examples_.size(); ++i) {
        example_right_.push_back(holds(pack.matcher, examples_[i], scratch));
        note_hits(scratch, i, matched_.examples, cancelled_.examples);
    }
    for (std::size_t i = 0; i < corpus.chats.size(); ++i) {
        const ChatRun run = play(pack, corpus.chats[i], {});
        chat_passes_.push_back(run.failures.empty());
        std::set<std::string> dialogs;
        for (const std::string& place : run.seen.waited) {
            dialogs.insert(place.substr(0, place.find('/')));
            places_.insert(place);
        }
        chat_dialogs_.push_back(std::move(dialogs));
        for (const ChatLine& line : corpus.chats[i].lines) {
            if (line.kind != '>') continue;
            (void)pack.matcher.understand(line.text, {}, scratch);
            note_hits(scratch, i, matched_.chats, cancelled_.chats);
        }
    }
}

std::string Baseline::noticed_by_sentences(const Pack& pack, const Mutant& mutant) const {
    const Reach& where = reach(mutant.kind);
    Scratch scratch;
    for (const std::size_t i : where.examples[mutant.owner]) {
        if (example_right_[i] && !holds(pack.matcher, examples_[i], scratch)) {
            return examples_[i].place + ": " + examples_[i].text;
        }
    }
    for (const std::size_t i : where.rows[mutant.owner]) {
        const RowReading reading = read_row(pack, corpus_.rows[i], scratch);
        const bool worse = row_right_[i] && !row_is_right(corpus_.rows[i], reading);
        if (worse || (row_right_[i] && row_alarm_[i] != reading.alarm())) {
            return corpus_.rows[i].file + ":" + std::to_string(corpus_.rows[i].line);
        }
    }
    return {};
}

std::string Baseline::noticed_by_conversations(const Pack& pack,
                                               const std::vector<std::size_t>& which) const {
    for (const std::size_t i : which) {
        if (!chat_passes_[i]) continue;
        const ChatRun run = play(pack, corpus_.chats[i], {});
        if (!run.failures.empty()) return run.failures.front();
    }
    return {};
}

// Those that wait in the dialog come first, as the likeliest to notice. They are also the only ones
// that can notice a change of what is heard there.
std::vector<std::size_t> Baseline::chats_near(const Pack& pack, const Mutant& mutant) const {
    std::vector<std::size_t> order(corpus_.chats.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    if (mutant.dialog != DialogId::none) {
        const std::string& name = pack.dialog(mutant.dialog).name;
        const auto others = std::stable_partition(order.begin(), order.end(), [&](std::size_t i) {
            return chat_dialogs_[i].contains(name);
        });
        if (changes_what_is_heard(mutant)) order.erase(others, order.end());
    }
    return order;
}

bool Baseline::reached(const Pack& pack, const Mutant& mutant) const {
    if (pattern_change(mutant.kind)) {
        const Reach& where = reach(mutant.kind);
        return !where.rows[mutant.owner].empty() || !where.examples[mutant.owner].empty() ||
               !where.chats[mutant.owner].empty();
    }
    if (!changes_what_is_heard(mutant)) return true;
    const Step& step = pack.steps[mutant.owner];
    return places_.contains(pack.dialog(step.dialog).name + "/" + step.name);
}

std::string Baseline::noticed(Pack& pack, const Mutant& mutant) const {
    // Plain copies of what changes: a pack as a whole cannot be copied.
    if (const auto change = pattern_change(mutant.kind)) {
        if (!reached(pack, mutant)) return {};
        Matcher kept;
        std::swap(kept, pack.matcher);
        pack.matcher = with_changed_pattern(kept, mutant.owner, *change);
        std::string who = noticed_by_sentences(pack, mutant);
        if (who.empty())
            who = noticed_by_conversations(pack, reach(mutant.kind).chats[mutant.owner]);
        pack.matcher = std::move(kept);
        return who;
    }
    const std::vector<std::size_t> near = chats_near(pack, mutant);
    if (near.empty()) return {};
    const auto steps = pack.steps;
    const auto dialogs = pack.dialogs;
    const auto conditions = pack.conditions;
    const auto global_intents = pack.global_intents;
    apply(pack, mutant);
    std::string who = noticed_by_conversations(pack, near);
    pack.steps = steps;
    pack.dialogs = dialogs;
    pack.conditions = conditions;
    pack.global_intents = global_intents;
    return who;
}

}  // namespace befriend
