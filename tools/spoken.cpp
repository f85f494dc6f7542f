// SPDX-License-Identifier: Apache-2.0
#include "tools/spoken.hpp"

#include <algorithm>
#include <array>

namespace befriend {
namespace {

void add_line(const Pack& pack, LineId line, const Spoken& like, std::vector<Spoken>& into) {
    if (line == LineId::none) return;
    const Line& said = pack.line(line);
    for (std::size_t i = 0; i < said.of.size(); ++i) {
        Spoken one = like;
        one.line = line;
        one.index = i;
        one.number = i + 1;
        one.at = said.of[i].at;
        into.push_back(std::move(one));
    }
}

void add_step(const Pack& pack, DialogId dialog, StepId id, std::vector<Spoken>& into) {
    const Step& step = pack.step(id);
    const std::string base = pack.dialog(dialog).name + "/" + step.name + "/";
    Spoken one;
    one.dialog = dialog;
    one.step = id;
    const auto line = [&](SpokenRole role, std::string name, LineId which) {
        one.role = role;
        one.group = base + std::move(name);
        add_line(pack, which, one, into);
    };
    line(SpokenRole::say, "say", step.say);
    line(SpokenRole::show, "show", step.show_text);
    line(SpokenRole::ask, "ask", step.ask);
    for (std::size_t i = 0; i < step.options.size(); ++i) {
        Spoken option = one;
        option.role = SpokenRole::option;
        option.group = base + "option." + step.options[i].id;
        option.index = i;
        option.at = step.at;
        into.push_back(std::move(option));
    }
    for (std::size_t i = 0; i < step.pace.size(); ++i)
        line(SpokenRole::pace, "pace." + std::to_string(i + 1), step.pace[i].say);
    for (std::size_t i = 0; i < step.hear.size(); ++i) {
        one.hear = static_cast<int>(i);
        line(SpokenRole::reply, "reply." + std::to_string(i + 1), step.hear[i].say);
    }
}

// `self_judgement` as people read it.
std::string plain(std::string_view name) {
    std::string result(name);
    std::ranges::replace(result, '_', ' ');
    return result;
}

std::string quoted(std::string_view text) { return "\u201c" + std::string(text) + "\u201d"; }

std::string_view variable_words(ConditionNode::Variable variable) {
    using V = ConditionNode::Variable;
    switch (variable) {
        case V::rank:
            return "the safety rank";
        case V::visits:
            return "the number of times this was reached";
        case V::turns:
            return "the number of turns so far";
        case V::words:
            return "the number of words in their message";
        case V::short_streak:
            return "the number of short answers in a row";
        case V::questions_in_row:
            return "the number of questions asked in a row";
        case V::listen_only:
            return "they asked to be listened to only";
        case V::minor:
            return "they may be under age";
        case V::night:
            return "it is night";
        case V::plain:
            return "plain mode is on";
        case V::shared_room:
            return "others can read along";
        case V::feeling_known:
            return "a feeling is known";
        case V::has_clause:
            return "a clause of theirs can be said back";
        case V::first_session:
            return "this is the first session";
        case V::after_crisis:
            return "a crisis was open before";
    }
    return "";
}

struct Piece {
    std::string text;
    int strength = 3;  // 1 or, 2 and, 3 anything that needs no brackets
};

std::string_view operator_words(ConditionNode::Op op) {
    using Op = ConditionNode::Op;
    switch (op) {
        case Op::equal:
            return " is ";
        case Op::not_equal:
            return " is not ";
        case Op::less:
            return " is less than ";
        case Op::less_equal:
            return " is at most ";
        case Op::greater:
            return " is more than ";
        case Op::greater_equal:
            return " is at least ";
        case Op::logical_and:
            return " and ";
        case Op::logical_or:
            return " or ";
        default:
            return " ";
    }
}

std::string person_words(bool any_whom, Whom whom, bool any_time, Time time) {
    std::string result;
    if (!any_whom) {
        switch (whom) {
            case Whom::self:
                result += ", about themselves";
                break;
            case Whom::other:
                result += ", about somebody else";
                break;
            case Whom::bot:
                result += ", about befriend";
                break;
            case Whom::anyone:
                result += ", about people in general";
                break;
        }
    }
    if (!any_time) {
        switch (time) {
            case Time::now:
                result += ", of now";
                break;
            case Time::past:
                result += ", of the past";
                break;
            case Time::future:
                result += ", of the future";
                break;
            case Time::hypothetical:
                result += ", as a what-if";
                break;
        }
    }
    return result;
}

std::string intents_words(const Pack& pack, const std::vector<IntentId>& intents) {
    std::string result;
    for (std::size_t i = 0; i < intents.size(); ++i) {
        if (i > 0) result += i + 1 == intents.size() ? " or " : ", ";
        result += quoted(plain(pack.matcher.intent_name(intents[i])));
    }
    return result;
}

std::string duration_words(std::chrono::seconds seconds) {
    const auto n = seconds.count();
    const auto counted = [](auto value, std::string_view unit) {
        return std::to_string(value) + " " + std::string(unit) + (value == 1 ? "" : "s");
    };
    if (n % 3600 == 0 && n > 0) return counted(n / 3600, "hour");
    if (n % 60 == 0 && n > 0) return counted(n / 60, "minute");
    return counted(n, "second");
}

}  // namespace

std::vector<Spoken> spoken(const Pack& pack) {
    std::vector<Spoken> result;
    for (std::size_t d = 0; d < pack.dialogs.size(); ++d) {
        const auto dialog = static_cast<DialogId>(d);
        const Dialog& of = pack.dialogs[d];
        for (std::size_t s = 0; s < of.count; ++s)
            add_step(pack, dialog, static_cast<StepId>(index(of.first) + s), result);
        for (std::size_t i = 0; i < of.interrupts.size(); ++i) {
            Spoken one;
            one.role = SpokenRole::back;
            one.dialog = dialog;
            one.group = of.name + "/interrupt." + std::to_string(i + 1) + "/back";
            add_line(pack, of.interrupts[i].back, one, result);
        }
    }
    return result;
}

const Text& text_of(const Pack& pack, const Spoken& spoken) {
    if (spoken.line == LineId::none) return pack.step(spoken.step).options[spoken.index].label;
    return pack.line(spoken.line).of[spoken.index].text;
}

Text& text_of(Pack& pack, const Spoken& spoken) {
    if (spoken.line == LineId::none)
        return pack.steps[index(spoken.step)].options[spoken.index].label;
    return pack.lines[index(spoken.line)].of[spoken.index].text;
}

ConditionId when_of(const Pack& pack, const Spoken& spoken) {
    if (spoken.line == LineId::none) return ConditionId::none;
    return pack.line(spoken.line).of[spoken.index].when;
}

std::string_view role_name(SpokenRole role) {
    constexpr std::array<std::string_view, 7> names{
        "says", "asks", "offers", "leads through", "answers", "shows", "comes back with"};
    return names[static_cast<std::size_t>(role)];
}

std::string place_name(const Pack& pack, const SourceRef& at) {
    const std::string file = at.file < pack.files.size() ? pack.files[at.file] : "";
    return at.line == 0 ? file : file + ":" + std::to_string(at.line);
}

std::string condition_words(const Pack& pack, ConditionId id) {
    using Op = ConditionNode::Op;
    if (id == ConditionId::none) return {};
    std::vector<Piece> stack;
    const auto pop = [&] {
        Piece piece = stack.empty() ? Piece{} : std::move(stack.back());
        if (!stack.empty()) stack.pop_back();
        return piece;
    };
    for (const ConditionNode& node : pack.conditions[index(id)]) {
        const auto slot = [&] { return quoted(plain(pack.slot(node.slot).name)); };
        switch (node.op) {
            case Op::known:
                stack.push_back({slot() + " is known"});
                break;
            case Op::slot_text:
            case Op::slot_number:
                stack.push_back({slot()});
                break;
            case Op::constant_text:
                stack.push_back({quoted(node.text)});
                break;
            case Op::constant_number:
                stack.push_back({std::to_string(node.number)});
                break;
            case Op::heard:
                stack.push_back(
                    {quoted(plain(pack.matcher.intent_name(node.intent))) + " was heard"});
                break;
            case Op::visits:
                stack.push_back({"the number of visits to dialog " +
                                 (node.dialog == DialogId::none ? std::string("here")
                                                                : pack.dialog(node.dialog).name)});
                break;
            case Op::built_in:
                stack.push_back({std::string(variable_words(node.variable))});
                break;
            case Op::logical_not: {
                const Piece piece = pop();
                stack.push_back({"it is not so that " +
                                 (piece.strength < 3 ? "(" + piece.text + ")" : piece.text)});
                break;
            }
            default: {
                const Piece right = pop();
                const Piece left = pop();
                const int own = node.op == Op::logical_or ? 1 : node.op == Op::logical_and ? 2 : 3;
                const auto side = [own](const Piece& piece) {
                    return piece.strength < own ? "(" + piece.text + ")" : piece.text;
                };
                stack.push_back(
                    {side(left) + std::string(operator_words(node.op)) + side(right), own});
            }
        }
    }
    return stack.empty() ? "" : stack.back().text;
}

std::string start_words(const Pack& pack, const Start& start) {
    std::string result = "a person says something heard as " + intents_words(pack, start.intents) +
                         person_words(start.any_whom, start.whom, start.any_time, start.time);
    if (start.when != ConditionId::none) result += ", and " + condition_words(pack, start.when);
    if (start.cooldown_turns > 0)
        result += " (not again for " + std::to_string(start.cooldown_turns) + " turns)";
    return result;
}

std::string hear_words(const Pack& pack, const Hear& hear) {
    std::string result;
    switch (hear.kind) {
        case Hear::Kind::heard:
            result = "they say something heard as " + intents_words(pack, hear.intents) +
                     person_words(hear.any_whom, hear.whom, hear.any_time, hear.time);
            break;
        case Hear::Kind::answer:
            result = hear.answer.empty() ? "they answer " + std::to_string(hear.low) + " to " +
                                               std::to_string(hear.high)
                                         : "they answer " + quoted(plain(hear.answer));
            break;
        case Hear::Kind::silence:
            result = "they are silent for " + duration_words(hear.after);
            break;
        case Hear::Kind::fills:
            result = "they answer in their own words (kept as " +
                     quoted(hear.slot == SlotId::none ? "" : plain(pack.slot(hear.slot).name)) +
                     ")";
            break;
        case Hear::Kind::otherwise:
            result = "anything else";
            break;
    }
    if (hear.when != ConditionId::none) result += ", and " + condition_words(pack, hear.when);
    return result;
}

std::string move_words(const Pack& pack, const Move& move) {
    const auto dialog = [&] {
        return move.dialog == DialogId::none ? std::string() : pack.dialog(move.dialog).name;
    };
    switch (move.kind) {
        case Move::Kind::next:
            return "goes on";
        case Move::Kind::go:
            return "goes to step " + pack.step(move.step).name;
        case Move::Kind::call:
            return "calls dialog " + dialog() + " and comes back";
        case Move::Kind::switch_to:
            return "changes to dialog " + dialog();
        case Move::Kind::end:
            return "ends the dialog";
        case Move::Kind::close:
            return "closes the conversation";
        case Move::Kind::again:
            return "asks again";
    }
    return {};
}

std::vector<DialogId> dialogs_named(const Pack& pack, const std::vector<std::string>& names,
                                    std::string& unknown) {
    std::vector<DialogId> result;
    if (names.empty()) {
        for (std::size_t i = 0; i < pack.dialogs.size(); ++i)
            result.push_back(static_cast<DialogId>(i));
    }
    for (const std::string& name : names) {
        const DialogId id = pack.find_dialog(name);
        if (id == DialogId::none) {
            unknown = name;
            return {};
        }
        result.push_back(id);
    }
    return result;
}

}  // namespace befriend
