// SPDX-License-Identifier: Apache-2.0
#include "engine/choose.hpp"

#include <algorithm>
#include <charconv>

#include "engine/fault.hpp"
#include "engine/safety/gate.hpp"

namespace befriend {
namespace {

bool has_content(const Moment& moment) {
    return std::any_of(moment.heard->labels.begin(), moment.heard->labels.end(), [&](IntentId id) {
        const IntentKind kind = moment.pack.matcher.kind(id);
        return kind == IntentKind::content || kind == IntentKind::crisis;
    });
}

bool negated_reading(const Understanding& heard, IntentId intent) {
    return std::any_of(heard.readings.begin(), heard.readings.end(), [&](const Reading& r) {
        return r.intent == intent && r.score >= 0.5f && r.polarity == Polarity::negated;
    });
}

template <class Rule>  // Hear or Start: intents with whom and time
bool reading_fits(const Moment& moment, const Rule& rule, IntentId intent) {
    return std::any_of(
        moment.heard->readings.begin(), moment.heard->readings.end(), [&](const Reading& r) {
            return r.intent == intent && r.counts &&
                   (rule.any_whom || r.whom == rule.whom || r.whom == Whom::anyone) &&
                   (rule.any_time || r.time == rule.time);
        });
}

template <class Rule>
bool any_fits(const Moment& moment, const Rule& rule) {
    return std::any_of(rule.intents.begin(), rule.intents.end(),
                       [&](IntentId intent) { return reading_fits(moment, rule, intent); });
}

// What answers "what would you tell a friend?" has more words than this; "ok bye x" and "thanks"
// are said to befriend.
constexpr std::uint32_t longest_aside = 3;

// "no, just listen": the message asks for something, and its "no" alone is not the answer.
bool asks_for_more(const Moment& moment) {
    return moment.word_count >= 3 &&
           (carries(moment, "listen_only") || carries(moment, "change_topic"));
}

bool is_bare_no(const Moment& moment, const Hear& hear) {
    return std::all_of(hear.intents.begin(), hear.intents.end(), [&](IntentId i) {
        const std::string& name = moment.pack.matcher.intent_name(i);
        return name == "deny" || name == "unsure";
    });
}

bool hear_fits(const Moment& moment, const Hear& hear) {
    if (!holds(moment, hear.when)) return false;
    if (hear.kind == Hear::Kind::heard) {
        if (is_bare_no(moment, hear) && asks_for_more(moment)) return false;
        if (!hear.any_polarity && hear.polarity == Polarity::negated)
            return std::any_of(hear.intents.begin(), hear.intents.end(),
                               [&](IntentId i) { return negated_reading(*moment.heard, i); });
        return any_fits(moment, hear);
    }
    if (hear.kind != Hear::Kind::answer || !moment.heard->answer) return false;
    const std::string& value = moment.heard->answer->value;
    if (!hear.answer.empty()) return value == hear.answer;
    std::int32_t number = 0;
    const char* end = value.data() + value.size();
    const auto parsed = std::from_chars(value.data(), end, number);
    if (parsed.ec != std::errc()) return false;
    return number >= hear.low && number <= hear.high;
}

// The label of the message that starts a dialog, by the one priority list: labels come in its
// order.
DialogId started(const Moment& moment) {
    for (const IntentId label : moment.heard->labels) {
        for (std::size_t d = 0; d < moment.pack.dialogs.size(); ++d) {
            const Dialog& dialog = moment.pack.dialogs[d];
            for (const Start& start : dialog.starts) {
                if (std::find(start.intents.begin(), start.intents.end(), label) ==
                    start.intents.end())
                    continue;
                if (held_back(moment.session.safety, dialog.name)) continue;
                if (!reading_fits(moment, start, label) || !holds(moment, start.when)) continue;
                if (moment.session.rejected == moment.pack.matcher.intent_name(label)) continue;
                const auto muted = moment.session.muted_until.find(dialog.name);
                if (muted != moment.session.muted_until.end() &&
                    moment.session.turns < muted->second)
                    continue;
                return static_cast<DialogId>(d);
            }
        }
    }
    return DialogId::none;
}

DialogId finer_dialog(const Moment& moment) {
    for (const Reading& reading : moment.heard->readings) {
        if (!reading.counts) continue;
        const std::string_view name =
            dialog_named_by(moment.pack.matcher.intent_name(reading.intent));
        if (name.empty()) continue;
        const DialogId dialog = moment.pack.find_dialog(name);
        if (dialog != DialogId::none) return dialog;
    }
    return DialogId::none;
}

std::optional<Choice> find_global(const Moment& moment, const Step* step, bool shadowable) {
    if constexpr (fault_inside == "global_dropped_in_interrupt") {
        for (const Frame& frame : moment.session.stack)
            if (frame.interrupt >= 0) return std::nullopt;
    }
    const bool content = has_content(moment);
    const bool own_words =
        step != nullptr && step->wait == Step::Wait::ask &&
        (step->expects == Expects::words_to_other || step->expects == Expects::line);
    const auto rows = globals();
    for (std::size_t i = 0; i < rows.size() && i < moment.pack.global_intents.size(); ++i) {
        const Global& global = rows[i];
        if (global.shadowable != shadowable) continue;
        const IntentId intent = moment.pack.global_intents[i];
        if (intent == IntentId::none || !carries(*moment.heard, intent)) continue;
        if (global.alone && content) continue;
        if (own_words && global.to_a_friend && moment.word_count > longest_aside) continue;
        Choice choice{Choice::Kind::global, &global, nullptr, -1, DialogId::none};
        if (global.act == Global::Act::practice || global.act == Global::Act::learn)
            choice.dialog = finer_dialog(moment);
        return choice;
    }
    // A practice or page asked for by its name alone. "breathe" may be a line for a friend or for
    // oneself; a whole request is none.
    const bool kind_line = own_words && (step->expects == Expects::words_to_other ||
                                         moment.word_count <= longest_aside);
    if (shadowable && !content && !kind_line) {
        const DialogId dialog = finer_dialog(moment);
        if (dialog != DialogId::none) {
            const auto act = moment.pack.dialog(dialog).kind == DialogKind::learn
                                 ? Global::Act::learn
                                 : Global::Act::practice;
            const auto row = std::find_if(rows.begin(), rows.end(),
                                          [&](const Global& g) { return g.act == act; });
            return Choice{Choice::Kind::global, &*row, nullptr, -1, dialog};
        }
    }
    return std::nullopt;
}

}  // namespace

bool is_answer(const Moment& moment, Expects expects) {
    if (moment.word_count == 0) return false;
    const Matcher& matcher = moment.pack.matcher;
    if (expects == Expects::scale || expects == Expects::choice)
        return moment.heard->answer && moment.heard->answer->value != "unsure";
    std::string_view text = moment.heard->text;
    while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.remove_suffix(1);
    if (text.ends_with('?') && expects != Expects::words_to_other && expects != Expects::line)
        return false;
    const bool own_words = expects == Expects::words_to_other || expects == Expects::line;
    bool control = false;
    for (const IntentId label : moment.heard->labels) {
        const IntentKind kind = matcher.kind(label);
        const std::string& name = matcher.intent_name(label);
        if (name == "gibberish" || name == "switch_language") return false;
        if (kind == IntentKind::content) return true;
        if (kind != IntentKind::control || name == "mood_report" || name == "smalltalk") continue;
        const auto rows = globals();
        const auto row = std::find_if(rows.begin(), rows.end(),
                                      [&](const Global& g) { return g.intent == name; });
        const bool friendly =
            own_words && row != rows.end() && row->to_a_friend && moment.word_count > longest_aside;
        const bool more_than_that = own_words && row == rows.end() &&
                                    dialog_named_by(name).empty() &&
                                    moment.word_count > 4;  // "no, you are fine as you are"
        control = control || !(friendly || more_than_that);
    }
    return !control;
}

Choice choose(const Moment& moment, const Step* step) {
    if (auto global = find_global(moment, step, false)) return *global;
    if (step != nullptr) {
        for (const Hear& hear : step->hear)
            if ((hear.kind == Hear::Kind::heard || hear.kind == Hear::Kind::answer) &&
                hear_fits(moment, hear))
                return {Choice::Kind::hear, nullptr, &hear, -1, DialogId::none};
    }
    if (auto global = find_global(moment, step, true)) return *global;

    // Interrupts of this dialog, then of its callers; one open at a time, none in listening mode,
    // and never out of words meant for somebody else.
    const auto& stack = moment.session.stack;
    const bool interrupted =
        std::any_of(stack.begin(), stack.end(), [](const Frame& f) { return f.interrupt >= 0; });
    const bool own_words = step != nullptr && (step->expects == Expects::words_to_other);
    if (!interrupted && !moment.session.listen_only && !own_words &&
        moment.session.safety.rank < 3 && !stack.empty()) {
        const DialogId dialog = moment.pack.find_dialog(stack.back().dialog);
        if (dialog != DialogId::none) {
            const auto& interrupts = moment.pack.dialog(dialog).interrupts;
            for (std::size_t i = 0; i < interrupts.size(); ++i) {
                const auto& name = moment.pack.dialog(interrupts[i].call).name;
                const auto muted = moment.session.muted_until.find(name);
                if (muted != moment.session.muted_until.end() &&
                    moment.session.turns < muted->second)
                    continue;
                if (any_fits(moment, interrupts[i].on) && holds(moment, interrupts[i].on.when))
                    return {Choice::Kind::interrupt, nullptr, nullptr, static_cast<std::int16_t>(i),
                            interrupts[i].call};
            }
        }
    }
    if (stack.size() == 1 && !moment.session.listen_only && moment.session.safety.rank < 3) {
        const DialogId dialog = started(moment);
        if (dialog != DialogId::none) return {Choice::Kind::start, nullptr, nullptr, -1, dialog};
    }
    if (step != nullptr) {
        for (const Hear& hear : step->hear)
            if (hear.kind == Hear::Kind::fills && holds(moment, hear.when) &&
                is_answer(moment, step->expects))
                return {Choice::Kind::hear, nullptr, &hear, -1, DialogId::none};
        for (const Hear& hear : step->hear)
            if (hear.kind == Hear::Kind::otherwise && holds(moment, hear.when))
                return {Choice::Kind::hear, nullptr, &hear, -1, DialogId::none};
    }
    return {};
}

}  // namespace befriend
