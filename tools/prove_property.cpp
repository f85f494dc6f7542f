// SPDX-License-Identifier: Apache-2.0
#include "tools/prove_property.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "engine/base/codes.hpp"
#include "engine/base/yaml.hpp"
#include "engine/choose.hpp"

namespace befriend {
namespace {

using Kind = Incoming::Kind;

template <class Effect>
bool has_effect(const TurnView& v) {
    return std::any_of(v.turn.effects.begin(), v.turn.effects.end(),
                       [](const auto& e) { return std::holds_alternative<Effect>(e); });
}

template <class Test>
int count_says(const TurnView& v, Test test) {
    return static_cast<int>(
        std::count_if(v.turn.effects.begin(), v.turn.effects.end(), [&](const Effect& e) {
            const auto* say = std::get_if<Say>(&e);
            return say != nullptr && test(*say);
        }));
}

const Dialog* dialog_of(const Pack& pack, const Frame& frame) {
    const DialogId id = pack.find_dialog(frame.dialog);
    return id == DialogId::none ? nullptr : &pack.dialog(id);
}

bool holds_kind(const Pack& pack, const Session& session, DialogKind kind) {
    return std::any_of(session.stack.begin(), session.stack.end(), [&](const Frame& frame) {
        const Dialog* dialog = dialog_of(pack, frame);
        return dialog != nullptr && dialog->kind == kind;
    });
}

bool holds_dialog(const Session& session, const std::string& name) {
    return std::any_of(session.stack.begin(), session.stack.end(),
                       [&](const Frame& frame) { return frame.dialog == name; });
}

bool entered(const TurnView& v, auto test) {
    return std::any_of(v.turn.trace.steps.begin(), v.turn.trace.steps.end(),
                       [&](const TraceStep& step) {
                           if (step.rule != "enter") return false;
                           const DialogId id = v.pack.find_dialog(step.detail);
                           return id != DialogId::none && test(v.pack.dialog(id));
                       });
}

bool heard(const TurnView& v, std::string_view intent) {
    return std::any_of(
        v.turn.trace.heard.begin(), v.turn.trace.heard.end(), [&](const Reading& reading) {
            return reading.counts && v.pack.matcher.intent_name(reading.intent) == intent;
        });
}

bool waits(const TurnView& v) {
    const Session& session = v.turn.session;
    if (session.stack.empty()) return false;
    const DialogId dialog = v.pack.find_dialog(session.stack.back().dialog);
    if (dialog == DialogId::none) return false;
    const StepId step = v.pack.find_step(dialog, session.stack.back().step);
    return step != StepId::none && v.pack.step(step).wait != Step::Wait::none;
}

// The last bubble of the turn when it is a question.
std::string_view question_of(const TurnView& v) {
    std::string_view question;
    for (const Effect& effect : v.turn.effects) {
        if (const auto* say = std::get_if<Say>(&effect))
            question = say->asks ? std::string_view(say->text) : std::string_view();
    }
    return question;
}

bool repeats_bubble(const TurnView& v) {
    std::string_view last = v.last_bubble;
    for (const Effect& effect : v.turn.effects) {
        const auto* say = std::get_if<Say>(&effect);
        if (say == nullptr) continue;
        if (say->text == last) return true;
        last = say->text;
    }
    return false;
}

// Said by the person in this turn, whatever the engine made of it: an answer that is neither no nor
// a doubt, a yes, or a practice asked for.
bool consents(const TurnView& v) {
    if (v.incoming.kind == Kind::button) return true;
    if (v.incoming.kind != Kind::message) return false;
    if (heard(v, "affirm") || heard(v, "request_practice")) return true;
    const auto answers = [&](const TraceStep& done) {
        if (done.rule == "hear") return true;
        if (done.rule != "global") return false;
        // "intent -> dialog": a practice called by its name, and nothing else, is a yes to it.
        const std::size_t arrow = done.detail.rfind(' ');
        const DialogId id = v.pack.find_dialog(done.detail.substr(arrow + 1));
        return id != DialogId::none && v.pack.dialog(id).needs_consent;
    };
    const bool answered =
        std::any_of(v.turn.trace.steps.begin(), v.turn.trace.steps.end(), answers);
    return answered && !heard(v, "deny") && !heard(v, "unsure");
}

#define SAYS(test)                                        \
    +[](const TurnView& v, const std::string& a) -> int { \
        (void)v;                                          \
        (void)a;                                          \
        return static_cast<int>(test);                    \
    }

bool is_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Reads `not a and (rank >= 3 or in(x)) implies b`; implies binds loosest, then or, and, not.
class Parser {
public:
    explicit Parser(std::string_view text) { split(text); }

    bool parse(PropertyExpression& out) {
        out_ = &out;
        return implication() &&
               (at_ == words_.size() || refuse("\"" + words_[at_] + "\" is left over"));
    }
    std::string error;

private:
    void split(std::string_view text) {
        for (std::size_t i = 0; i < text.size();) {
            const unsigned char c = static_cast<unsigned char>(text[i]);
            if (std::isspace(c) != 0) {
                ++i;
                continue;
            }
            std::size_t end = i + 1;
            const auto wordy = [](unsigned char w) { return std::isalnum(w) != 0 || w == '_'; };
            if (wordy(c)) {
                while (end < text.size() && wordy(static_cast<unsigned char>(text[end]))) ++end;
            } else if (end < text.size() && text[end] == '=') {
                ++end;
            }
            words_.emplace_back(text.substr(i, end - i));
            i = end;
        }
    }
    bool refuse(std::string text) {
        if (error.empty()) error = std::move(text);
        return false;
    }
    bool take(std::string_view word) {
        if (at_ >= words_.size() || words_[at_] != word) return false;
        ++at_;
        return true;
    }
    void put(PropertyNode::Op op, std::string name = {}) {
        out_->push_back({op, 0, std::move(name), {}});
    }

    bool implication() {
        if (!disjunction()) return false;
        if (!take("implies")) return true;
        if (!implication()) return false;
        put(PropertyNode::Op::implies);
        return true;
    }
    bool disjunction() {
        if (!conjunction()) return false;
        while (take("or")) {
            if (!conjunction()) return false;
            put(PropertyNode::Op::either);
        }
        return true;
    }
    bool conjunction() {
        if (!claim()) return false;
        while (take("and")) {
            if (!claim()) return false;
            put(PropertyNode::Op::both);
        }
        return true;
    }
    bool claim() {
        if (take("not")) {
            if (!claim()) return false;
            put(PropertyNode::Op::negate);
            return true;
        }
        if (take("(")) return implication() && (take(")") || refuse("a ) is missing"));
        if (!value()) return false;
        for (const std::string_view sign : {">=", "<=", "==", "!=", ">", "<"}) {
            if (!take(sign)) continue;
            if (!value()) return false;
            put(PropertyNode::Op::compare, std::string(sign));
            return true;
        }
        return true;
    }
    bool value() {
        if (at_ >= words_.size()) return refuse("something is missing at the end");
        const std::string word = words_[at_++];
        if (is_number(word)) {
            PropertyNode node;
            std::from_chars(word.data(), word.data() + word.size(), node.number);
            out_->push_back(std::move(node));
            return true;
        }
        const auto found = std::find_if(predicates().begin(), predicates().end(),
                                        [&](const Predicate& p) { return p.name == word; });
        if (found == predicates().end()) return refuse("there is no predicate \"" + word + "\"");
        PropertyNode node{
            PropertyNode::Op::name, static_cast<int>(found - predicates().begin()), word, {}};
        if (found->takes_argument) {
            if (!take("(") || at_ >= words_.size())
                return refuse(word + " takes a name in brackets");
            node.argument = words_[at_++];
            if (!take(")")) return refuse("a ) is missing after " + word);
        }
        out_->push_back(std::move(node));
        return true;
    }

    std::vector<std::string> words_;
    std::size_t at_ = 0;
    PropertyExpression* out_ = nullptr;
};

// "within 2 turns of E: P" and the other four templates.
bool read_template(std::string_view text, Property& property, std::string& error) {
    const auto one = [&](std::string_view part, PropertyExpression& out) {
        Parser parser(part);
        if (parser.parse(out)) return true;
        error = parser.error;
        return false;
    };
    const auto after = [&](std::string_view word) {
        if (!text.starts_with(word)) return false;
        text.remove_prefix(word.size());
        return true;
    };
    if (after("always ")) return property.kind = Property::Kind::always, one(text, property.first);
    if (after("never ")) return property.kind = Property::Kind::never, one(text, property.first);
    if (after("can reach "))
        return property.kind = Property::Kind::can_reach, one(text, property.first);
    if (after("within ")) {
        property.kind = Property::Kind::within;
        const auto number = std::from_chars(text.data(), text.data() + text.size(), property.turns);
        text.remove_prefix(static_cast<std::size_t>(number.ptr - text.data()));
        const std::size_t colon = text.find(':');
        if (property.turns < 1 || property.turns > 9 || colon == std::string_view::npos ||
            !(after(" turns of ") || after(" turn of "))) {
            error = "write: within N turns of E: P, with N from 1 to 9";
            return false;
        }
        const std::size_t split = text.find(':');
        return one(text.substr(0, split), property.first) &&
               one(text.substr(split + 1), property.second);
    }
    const std::size_t before = text.find(" before ");
    if (before == std::string_view::npos) {
        error = "begin with always, never, within, can reach, or write: P before Q";
        return false;
    }
    property.kind = Property::Kind::before;
    return one(text.substr(0, before), property.first) &&
           one(text.substr(before + 8), property.second);
}

}  // namespace

const std::vector<Predicate>& predicates() {
    static const std::vector<Predicate> table{
        {"rank", "safety rank after the turn, 0 to 4", false, SAYS(v.turn.session.safety.rank)},
        {"rank_before", "safety rank before it", false, SAYS(v.before.safety.rank)},
        {"heard_rank", "rank that the gate gave this message", false,
         SAYS(v.turn.trace.safety.rank)},
        {"bubbles", "how many bubbles were said", false,
         SAYS(count_says(v, [](const Say&) { return true; }))},
        {"questions", "how many of them are questions", false,
         SAYS(count_says(v, [](const Say& s) { return s.asks; }))},
        {"says_resource", "shows a help line or emergency number", false,
         SAYS(count_says(v, [](const Say& s) { return s.resource; }) > 0 ||
              has_effect<ShowPage>(v))},
        {"asks_directly", "puts a safety question", false,
         SAYS(!v.turn.session.safety.asked.empty() &&
              v.turn.session.safety.asked_at != v.before.safety.asked_at &&
              count_says(v, [](const Say& say) { return say.asks; }) > 0)},
        {"in_safety", "a safety dialog is open after the turn", false,
         SAYS(holds_kind(v.pack, v.turn.session, DialogKind::safety))},
        {"question_open", "a safety question was open before the turn", false,
         SAYS(!v.before.safety.asked.empty())},
        {"ended", "the conversation was closed in this turn", false, SAYS(has_effect<End>(v))},
        {"open", "the conversation is open after the turn", false, SAYS(v.turn.session.open)},
        {"was_open", "and before it", false, SAYS(v.before.open)},
        {"waits", "waits at an ask, a listen or a paced step", false, SAYS(waits(v))},
        {"start", "the event is a start", false, SAYS(v.incoming.kind == Kind::start)},
        {"message", "a message", false, SAYS(v.incoming.kind == Kind::message)},
        {"edit", "an edit", false, SAYS(v.incoming.kind == Kind::edit)},
        {"timer", "a line of a timed practice that came due", false,
         SAYS(v.incoming.kind == Kind::timer)},
        {"silence", "a silence that came due", false, SAYS(v.incoming.kind == Kind::silence)},
        {"speaks", "a start, a message or a button", false,
         SAYS(v.incoming.kind == Kind::start || v.incoming.kind == Kind::message ||
              v.incoming.kind == Kind::button)},
        {"other_person", "written by somebody who was not asked", false, SAYS(v.other_person)},
        {"early", "sent before the open question was", false, SAYS(v.early)},
        {"listening", "in listening mode after the turn", false, SAYS(v.turn.session.listen_only)},
        {"was_listening", "and before it", false, SAYS(v.before.listen_only)},
        {"in_practice", "a practice is open after the turn", false,
         SAYS(holds_kind(v.pack, v.turn.session, DialogKind::practice))},
        {"in_learn", "a page to read is open after the turn", false,
         SAYS(holds_kind(v.pack, v.turn.session, DialogKind::learn))},
        {"was_in_practice", "and before it", false,
         SAYS(holds_kind(v.pack, v.before, DialogKind::practice))},
        {"was_in_safety", "a safety dialog was open before it", false,
         SAYS(holds_kind(v.pack, v.before, DialogKind::safety))},
        {"practice_started", "a dialog that needs consent was begun", false,
         SAYS(entered(v, [](const Dialog& d) { return d.needs_consent; }))},
        {"anchor_started", "the anchoring practice was begun", false,
         SAYS(entered(v, [](const Dialog& d) { return d.name == "p1_anchor"; }))},
        {"consents", "this message says yes, chooses, or asks for a practice", false,
         SAYS(consents(v))},
        {"same_bubble", "the same bubble twice in a row", false, SAYS(repeats_bubble(v))},
        {"same_question", "ends on the question that the turn before ended on", false,
         SAYS(!question_of(v).empty() && question_of(v) == v.last_question)},
        {"problem", "something could not be done as written", false,
         SAYS(!v.turn.trace.problems.empty())},
        {"heard", "heard(INTENT): a reading that counts", true, SAYS(heard(v, a))},
        {"only_heard", "only_heard(INTENT): and no other", true,
         SAYS(heard(v, a) && std::count_if(v.turn.trace.heard.begin(), v.turn.trace.heard.end(),
                                           [](const Reading& r) { return r.counts; }) == 1)},
        {"in", "in(DIALOG): it is open after the turn", true,
         SAYS(holds_dialog(v.turn.session, a))},
        {"was_in", "was_in(DIALOG): and before it", true, SAYS(holds_dialog(v.before, a))},
        {"at", "at(DIALOG): it is on top after the turn", true,
         SAYS(!v.turn.session.stack.empty() && v.turn.session.stack.back().dialog == a)},
        {"was_at", "was_at(DIALOG): and before it", true,
         SAYS(!v.before.stack.empty() && v.before.stack.back().dialog == a)},
        {"enters", "enters(DIALOG): begun in this turn", true,
         SAYS(entered(v, [&](const Dialog& d) { return d.name == a; }))},
    };
    return table;
}

std::vector<Property> read_properties(Source source, const Pack& pack, Diagnostics& diagnostics) {
    std::vector<Property> properties;
    const Document document = parse_yaml(std::move(source), diagnostics);
    if (document.root.is_null()) return properties;
    const Node root(document);
    if (!root.has("properties")) {
        diagnostics.push_back(root.complain(codes::unknown_key, "there is no list \"properties\""));
        return properties;
    }
    for (const Node& item : root.at("properties").elements()) {
        if (!item.has("name") || !item.has("holds")) {
            diagnostics.push_back(
                item.complain(codes::unknown_key, "a property has a name and a line \"holds\""));
            continue;
        }
        Property property;
        property.name = item.at("name").text();
        std::string error;
        if (!read_template(item.at("holds").text(), property, error)) {
            diagnostics.push_back(item.at("holds").complain(
                codes::unknown_key, error, "docs/proving.md lists templates and predicates"));
            continue;
        }
        for (const auto* part : {&property.first, &property.second}) {
            for (const PropertyNode& node : *part) {
                if (node.argument.empty()) continue;
                const bool intent = node.name == "heard" || node.name == "only_heard";
                if (intent ? pack.matcher.find(node.argument) == IntentId::none
                           : pack.find_dialog(node.argument) == DialogId::none) {
                    error = "there is no " + std::string(intent ? "intent" : "dialog") + " \"" +
                            node.argument + "\"";
                }
            }
        }
        if (!error.empty()) {
            diagnostics.push_back(item.at("holds").complain(codes::unknown_key, error));
            continue;
        }
        properties.push_back(std::move(property));
    }
    return properties;
}

int evaluate(const PropertyExpression& expression, const TurnView& view) {
    std::vector<int> stack;
    const auto pop = [&] {
        const int value = stack.back();
        stack.pop_back();
        return value;
    };
    for (const PropertyNode& node : expression) {
        using Op = PropertyNode::Op;
        switch (node.op) {
            case Op::number:
                stack.push_back(node.number);
                break;
            case Op::name:
                stack.push_back(
                    predicates()[static_cast<std::size_t>(node.number)].value(view, node.argument));
                break;
            case Op::negate:
                stack.back() = stack.back() == 0 ? 1 : 0;
                break;
            case Op::both:
            case Op::either:
            case Op::implies:
            case Op::compare: {
                const int right = pop();
                const int left = pop();
                const bool l = left != 0;
                const bool r = right != 0;
                bool value = false;
                if (node.op == Op::both) value = l && r;
                if (node.op == Op::either) value = l || r;
                if (node.op == Op::implies) value = !l || r;
                if (node.op == Op::compare) {
                    value = node.name == ">="   ? left >= right
                            : node.name == "<=" ? left <= right
                            : node.name == "==" ? left == right
                            : node.name == "!=" ? left != right
                            : node.name == ">"  ? left > right
                                                : left < right;
                }
                stack.push_back(value ? 1 : 0);
                break;
            }
        }
    }
    return stack.empty() ? 0 : stack.back();
}

Watched watch(const Property& property, const TurnView& view, std::uint8_t& state) {
    const auto is = [&](const PropertyExpression& e) { return evaluate(e, view) != 0; };
    switch (property.kind) {
        case Property::Kind::always:
            return {!is(property.first), false};
        case Property::Kind::never:
            return {is(property.first), false};
        case Property::Kind::can_reach:
            return {false, is(property.first)};
        case Property::Kind::before: {
            if (is(property.first)) state = 1;
            return {state == 0 && is(property.second), false};
        }
        case Property::Kind::within: {
            // state: turns that are left, this one included.
            if (state == 0 && is(property.first)) state = static_cast<std::uint8_t>(property.turns);
            if (state == 0) return {};
            if (is(property.second)) {
                state = 0;
                return {};
            }
            return {--state == 0, false};
        }
    }
    return {};
}

}  // namespace befriend
