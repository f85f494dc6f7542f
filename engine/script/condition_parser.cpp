// SPDX-License-Identifier: Apache-2.0
#include "engine/script/condition_parser.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "engine/base/diagnostic.hpp"
#include "engine/script/values.hpp"

namespace befriend {
namespace {

using Op = ConditionNode::Op;
using Variable = ConditionNode::Variable;

struct VariableName {
    std::string_view name;
    Variable variable;
    std::int32_t high;  // 0: yes or no
};

constexpr std::array variables{
    VariableName{"rank", Variable::rank, 4},
    VariableName{"visits", Variable::visits, 5},
    VariableName{"turns", Variable::turns, 50},
    VariableName{"words", Variable::words, 60},
    VariableName{"short_streak", Variable::short_streak, 5},
    VariableName{"questions_in_row", Variable::questions_in_row, 5},
    VariableName{"listen_only", Variable::listen_only, 0},
    VariableName{"minor", Variable::minor, 0},
    VariableName{"night", Variable::night, 0},
    VariableName{"plain", Variable::plain, 0},
    VariableName{"shared_room", Variable::shared_room, 0},
    VariableName{"feeling_known", Variable::feeling_known, 0},
    VariableName{"has_clause", Variable::has_clause, 0},
    VariableName{"first_session", Variable::first_session, 0},
    VariableName{"after_crisis", Variable::after_crisis, 0},
};

struct Token {
    enum class Kind { end, word, number, text, symbol };
    Kind kind = Kind::end;
    std::string_view text;  // of a string: without quotes
    std::size_t offset = 0;
};

// One side of a comparison, or a whole truth value.
struct Operand {
    enum class Kind { truth, number, slot_text, word };
    Kind kind = Kind::truth;
    Condition nodes;
    std::size_t offset = 0;
    std::size_t length = 1;
    bool constant = false;  // number
    std::int32_t low = 0;   // number: what it can be
    std::int32_t high = 0;
    SlotId slot = SlotId::none;  // slot_text
    std::string word;
    bool quoted = false;
};

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

class Parser {
public:
    Parser(std::string_view text, const Names& names, std::vector<ConditionProblem>& problems)
        : text_(text), names_(names), problems_(problems) {
        next();
    }

    Condition run() {
        auto result = any_of();
        if (result && token_.kind != Token::Kind::end) {
            return fail(Fault::condition_syntax, token_, "this was not expected here",
                        "join conditions with and, or"),
                   Condition{};
        }
        return result ? std::move(*result) : Condition{};
    }

private:
    using Maybe = std::optional<Condition>;

    std::nullopt_t fail(Fault fault, std::size_t offset, std::size_t length, std::string message,
                        std::string hint = {}) {
        if (!failed_)
            problems_.push_back({fault, offset, std::max<std::size_t>(1, length),
                                 std::move(message), std::move(hint)});
        failed_ = true;
        return std::nullopt;
    }
    std::nullopt_t fail(Fault fault, const Token& token, std::string message,
                        std::string hint = {}) {
        return fail(fault, token.offset, token.text.size(), std::move(message), std::move(hint));
    }

    void next() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
        token_ = {Token::Kind::end, {}, at_};
        if (at_ >= text_.size()) return;
        const std::size_t begin = at_;
        const char c = text_[at_];
        if (c == '\'' || c == '"') {
            const auto close = text_.find(c, at_ + 1);
            const std::size_t end = close == std::string_view::npos ? text_.size() : close;
            token_ = {Token::Kind::text, text_.substr(begin + 1, end - begin - 1), begin};
            at_ = std::min(end + 1, text_.size());
            if (close == std::string_view::npos)
                fail(Fault::condition_syntax, begin, 1, "this quotation mark is never closed");
            return;
        }
        if ((c >= '0' && c <= '9') || (c == '-' && at_ + 1 < text_.size() &&
                                       text_[at_ + 1] >= '0' && text_[at_ + 1] <= '9')) {
            ++at_;
            while (at_ < text_.size() && is_word_char(text_[at_])) ++at_;
            token_ = {Token::Kind::number, text_.substr(begin, at_ - begin), begin};
            return;
        }
        if (is_word_char(c)) {
            while (at_ < text_.size() && is_word_char(text_[at_])) ++at_;
            token_ = {Token::Kind::word, text_.substr(begin, at_ - begin), begin};
            return;
        }
        const bool two = at_ + 1 < text_.size() && text_[at_ + 1] == '=' &&
                         (c == '=' || c == '!' || c == '<' || c == '>');
        at_ += two ? 2 : 1;
        token_ = {Token::Kind::symbol, text_.substr(begin, at_ - begin), begin};
    }

    bool symbol(std::string_view text) const {
        return token_.kind == Token::Kind::symbol && token_.text == text;
    }
    bool keyword(std::string_view text) const {
        return token_.kind == Token::Kind::word && token_.text == text;
    }

    static void append(Condition& to, Condition&& from) {
        to.insert(to.end(), std::make_move_iterator(from.begin()),
                  std::make_move_iterator(from.end()));
    }
    static ConditionNode node(Op op) {
        ConditionNode result;
        result.op = op;
        return result;
    }

    Maybe any_of() { return chain("or", Op::logical_or, &Parser::all_of); }
    Maybe all_of() { return chain("and", Op::logical_and, &Parser::negation); }

    Maybe chain(std::string_view word, Op op, Maybe (Parser::*part)()) {
        auto left = (this->*part)();
        while (left && keyword(word)) {
            next();
            auto right = (this->*part)();
            if (!right) return std::nullopt;
            append(*left, std::move(*right));
            left->push_back(node(op));
        }
        return left;
    }

    Maybe negation() {
        if (!keyword("not")) return comparison();
        if (++depth_ > 32) return fail(Fault::condition_syntax, token_, "too many levels");
        next();
        auto inner = negation();
        --depth_;
        if (inner) inner->push_back(node(Op::logical_not));
        return inner;
    }

    Maybe comparison() {
        auto left = operand();
        if (!left) return std::nullopt;
        static constexpr std::array<std::pair<std::string_view, Op>, 6> operators{
            {{"==", Op::equal},
             {"!=", Op::not_equal},
             {"<", Op::less},
             {"<=", Op::less_equal},
             {">", Op::greater},
             {">=", Op::greater_equal}}};
        const auto found =
            std::ranges::find_if(operators, [&](const auto& each) { return symbol(each.first); });
        if (found == operators.end()) {
            if (symbol("="))
                return fail(Fault::condition_syntax, token_, "one = does not compare", "write ==");
            return truth(std::move(*left));
        }
        next();
        auto right = operand();
        if (!right) return std::nullopt;
        return compare(std::move(*left), found->second, std::move(*right));
    }

    // A condition on its own must be yes or no.
    Maybe truth(Operand operand) {
        if (operand.kind == Operand::Kind::truth) return std::move(operand.nodes);
        if (operand.kind == Operand::Kind::word) return unknown(operand);
        return fail(Fault::condition_type, operand.offset, operand.length,
                    "this is neither true nor false",
                    operand.kind == Operand::Kind::number ? "compare it: turns > 3"
                                                          : "write known(slot), or slot == value");
    }

    std::nullopt_t unknown(const Operand& operand) {
        std::vector<std::string> candidates = names_.slot_names;
        for (const VariableName& each : variables) candidates.emplace_back(each.name);
        const std::string near = closest(operand.word, candidates);
        return fail(Fault::condition_name, operand.offset, operand.length,
                    "conditions know no \"" + operand.word + "\"",
                    near.empty() ? "declare the slot, or see section 5 of the script reference"
                                 : "did you mean \"" + near + "\"?");
    }

    Maybe compare(Operand left, Op op, Operand right) {
        using Kind = Operand::Kind;
        // A word on the left and a slot on the right reads the other way round.
        if (left.kind == Kind::word && right.kind == Kind::slot_text &&
            (op == Op::equal || op == Op::not_equal)) {
            std::swap(left, right);
        }
        if (left.kind == Kind::word && !left.quoted) return unknown(left);
        const bool equality = op == Op::equal || op == Op::not_equal;
        if (left.kind == Kind::truth) {
            const bool yes =
                right.kind == Kind::word && (right.word == "true" || right.word == "yes");
            const bool no =
                right.kind == Kind::word && (right.word == "false" || right.word == "no");
            if (!equality || (!yes && !no)) {
                return fail(Fault::condition_type, right.offset, right.length,
                            "this is a yes or no, not compared with a value",
                            "write the name alone, or not before it");
            }
            if (no == (op == Op::equal)) left.nodes.push_back(node(Op::logical_not));
            return std::move(left.nodes);
        }
        if (left.kind == Kind::number) {
            if (right.kind == Kind::word && !right.quoted) return unknown(right);
            if (right.kind != Kind::number) {
                return fail(Fault::condition_type, right.offset, right.length,
                            "a number is compared with a number");
            }
            if (const auto bad = never(left, op, right)) {
                return fail(Fault::condition_never, right.offset, right.length, *bad);
            }
        } else if (left.kind == Kind::slot_text) {
            const Slot& slot = (*names_.slots)[index(left.slot)];
            if (right.kind != Kind::word) {
                return fail(Fault::condition_type, right.offset, right.length,
                            "\"" + slot.name + "\" holds words, not a number",
                            "compare it with a word, or ask known(" + slot.name + ")");
            }
            if (!equality) {
                return fail(Fault::condition_type, left.offset, left.length,
                            "words are only == or !=");
            }
            if (slot.type == SlotType::choice &&
                std::ranges::find(slot.of, right.word) == slot.of.end()) {
                const std::string near = closest(right.word, slot.of);
                std::vector<std::string_view> all(slot.of.begin(), slot.of.end());
                return fail(
                    Fault::condition_never, right.offset, right.length,
                    "\"" + slot.name + "\" is never \"" + right.word + "\"",
                    near.empty() ? "it is " + one_of(all) : "did you mean \"" + near + "\"?");
            }
            ConditionNode constant = node(Op::constant_text);
            constant.text = right.word;
            right.nodes = {std::move(constant)};
        } else {
            return fail(Fault::condition_type, left.offset, left.length,
                        "a comparison begins with a name");
        }
        append(left.nodes, std::move(right.nodes));
        left.nodes.push_back(node(op));
        return std::move(left.nodes);
    }

    // A comparison that the ranges already decide is a slip of the author.
    static std::optional<std::string> never(const Operand& left, Op op, const Operand& right) {
        if (right.constant == left.constant) return std::nullopt;
        const Operand& variable = left.constant ? right : left;
        const std::int32_t n = left.constant ? left.low : right.low;
        if (left.constant) {
            if (op == Op::less)
                op = Op::greater;
            else if (op == Op::less_equal)
                op = Op::greater_equal;
            else if (op == Op::greater)
                op = Op::less;
            else if (op == Op::greater_equal)
                op = Op::less_equal;
        }
        bool possible = true;
        switch (op) {
            case Op::equal:
            case Op::not_equal:
                possible = n >= variable.low && n <= variable.high;
                break;
            case Op::less:
                possible = n > variable.low && n <= variable.high;
                break;
            case Op::less_equal:
                possible = n >= variable.low && n < variable.high;
                break;
            case Op::greater:
                possible = n >= variable.low && n < variable.high;
                break;
            case Op::greater_equal:
                possible = n > variable.low && n <= variable.high;
                break;
            default:
                break;
        }
        if (possible) return std::nullopt;
        return "always the same: the value lies between " + std::to_string(variable.low) + " and " +
               std::to_string(variable.high);
    }

    std::optional<Operand> operand() {
        const Token token = token_;
        Operand result;
        result.offset = token.offset;
        result.length = token.text.size();
        if (failed_) return std::nullopt;
        if (token.kind == Token::Kind::number) {
            const auto value = parse_integer(token.text);
            if (!value) return fail(Fault::condition_syntax, token, "this is no whole number");
            next();
            result.kind = Operand::Kind::number;
            result.constant = true;
            result.low = result.high = *value;
            ConditionNode constant = node(Op::constant_number);
            constant.number = *value;
            result.nodes.push_back(std::move(constant));
            return result;
        }
        if (token.kind == Token::Kind::text) {
            next();
            result.kind = Operand::Kind::word;
            result.quoted = true;
            result.word = std::string(token.text);
            return result;
        }
        if (symbol("(")) {
            if (++depth_ > 32) return fail(Fault::condition_syntax, token, "too many levels");
            next();
            auto inner = any_of();
            --depth_;
            if (!inner) return std::nullopt;
            if (!symbol(")"))
                return fail(Fault::condition_syntax, token, "this bracket is never closed");
            next();
            result.nodes = std::move(*inner);
            return result;
        }
        if (token.kind != Token::Kind::word || token.text == "and" || token.text == "or" ||
            token.text == "not") {
            return fail(Fault::condition_syntax, token,
                        token.kind == Token::Kind::end ? "the condition ends too early"
                                                       : "a name or a number was expected here");
        }
        next();
        if (symbol("(")) return function(token);
        return name(token, std::move(result));
    }

    std::optional<Operand> function(const Token& called) {
        next();
        const Token argument = token_;
        if (argument.kind != Token::Kind::word)
            return fail(Fault::condition_syntax, argument, "a name was expected in the brackets");
        next();
        if (!symbol(")"))
            return fail(Fault::condition_syntax, token_, "a closing bracket was expected here");
        next();
        Operand result;
        result.offset = called.offset;
        result.length = token_.offset - called.offset;
        ConditionNode made;
        if (called.text == "known") {
            made.op = Op::known;
            made.slot = names_.slot(argument.text);
            if (made.slot == SlotId::none)
                return missing(Fault::unknown_slot, argument, "slot", names_.slot_names);
        } else if (called.text == "heard") {
            made.op = Op::heard;
            made.intent = names_.intent(argument.text);
            if (made.intent == IntentId::none)
                return missing(Fault::unknown_intent, argument, "intent", *names_.intent_names);
        } else if (called.text == "visits") {
            made.op = Op::visits;
            made.dialog = names_.dialog(argument.text);
            if (made.dialog == DialogId::none)
                return missing(Fault::unknown_dialog, argument, "dialog", *names_.dialog_names);
            result.kind = Operand::Kind::number;
            result.high = 5;
        } else {
            return fail(Fault::condition_name, called,
                        "conditions know no \"" + std::string(called.text) + "(...)\"",
                        "known(slot), heard(intent) or visits(dialog)");
        }
        result.nodes.push_back(std::move(made));
        return result;
    }

    std::nullopt_t missing(Fault fault, const Token& name, std::string_view what,
                           const std::vector<std::string>& all) {
        const std::string near = closest(name.text, all);
        return fail(fault, name,
                    "there is no " + std::string(what) + " \"" + std::string(name.text) + "\"",
                    near.empty() ? "" : "did you mean \"" + near + "\"?");
    }

    std::optional<Operand> name(const Token& token, Operand result) {
        ConditionNode made;
        const SlotId slot = names_.slot(token.text);
        if (slot != SlotId::none) {
            const Slot& known = (*names_.slots)[index(slot)];
            made.slot = slot;
            switch (known.type) {
                case SlotType::number:
                case SlotType::count:
                    made.op = Op::slot_number;
                    result.kind = Operand::Kind::number;
                    result.low = known.low;
                    result.high = known.high;
                    break;
                case SlotType::flag: {
                    // A flag's value is the word "yes" or "no".
                    made.op = Op::slot_text;
                    ConditionNode yes = node(Op::constant_text);
                    yes.text = "yes";
                    result.nodes = {std::move(made), std::move(yes), node(Op::equal)};
                    return result;
                }
                default:
                    made.op = Op::slot_text;
                    result.kind = Operand::Kind::slot_text;
                    result.slot = slot;
                    break;
            }
            result.nodes.push_back(std::move(made));
            return result;
        }
        const auto variable = std::ranges::find(variables, token.text, &VariableName::name);
        if (variable == variables.end()) {
            result.kind = Operand::Kind::word;
            result.word = std::string(token.text);
            return result;
        }
        made.op = Op::built_in;
        made.variable = variable->variable;
        if (variable->high > 0) {
            result.kind = Operand::Kind::number;
            result.high = variable->high;
        }
        result.nodes.push_back(std::move(made));
        return result;
    }

    std::string_view text_;
    const Names& names_;
    std::vector<ConditionProblem>& problems_;
    std::size_t at_ = 0;
    Token token_;
    bool failed_ = false;
    int depth_ = 0;
};

}  // namespace

Condition parse_condition(std::string_view text, const Names& names,
                          std::vector<ConditionProblem>& problems) {
    const std::size_t before = problems.size();
    Condition result = Parser(text, names, problems).run();
    if (problems.size() > before) result.clear();
    return result;
}

bool is_condition_variable(std::string_view name) {
    return std::ranges::find(variables, name, &VariableName::name) != variables.end();
}

}  // namespace befriend
