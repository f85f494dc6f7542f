// SPDX-License-Identifier: Apache-2.0
#include "intents/pattern.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "intents/normalise.hpp"

namespace befriend {
namespace {

using Kind = PatternNode::Kind;

bool is_special(char c) {
    return std::string_view("()[]{}<>|&=@^$?").find(c) != std::string_view::npos;
}
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

PatternNode join(Kind kind, std::vector<PatternNode> parts, std::size_t offset) {
    if (parts.size() == 1) return std::move(parts.front());
    PatternNode node;
    node.kind = kind;
    node.offset = offset;
    node.parts = std::move(parts);
    return node;
}

class Parser {
public:
    Parser(std::string_view text, std::vector<PatternError>& errors)
        : text_(text), errors_(errors) {}

    Pattern run() {
        Pattern pattern;
        pattern_ = &pattern;
        pattern.root = alternatives(0, '\0');
        if (at_ < text_.size() && errors_.empty())
            fail(at_, std::string("\"") + text_[at_] + "\" closes nothing");
        return pattern;
    }

private:
    void fail(std::size_t offset, std::string message, std::string hint = {}) {
        if (errors_.empty()) errors_.push_back({offset, std::move(message), std::move(hint)});
        at_ = text_.size();
    }

    void spaces() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    }

    bool take(char c) {
        spaces();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    // x | y, or x & y directly inside ( ).
    PatternNode alternatives(int depth, char closer) {
        spaces();
        const std::size_t begin = at_;
        if (depth > 30) {
            fail(at_, "brackets nested more than 30 deep");
            return {};
        }
        std::vector<PatternNode> parts;
        char separator = '\0';
        while (true) {
            const std::size_t part_begin = at_;
            PatternNode part = sequence(depth, closer);
            if (part.kind == Kind::sequence && part.parts.empty()) {
                fail(part_begin, "nothing stands here",
                     "write a word, or mark what may be missing with [ ]");
                return {};
            }
            parts.push_back(std::move(part));
            spaces();
            if (at_ >= text_.size() || (text_[at_] != '|' && text_[at_] != '&')) break;
            if (separator != '\0' && separator != text_[at_]) {
                fail(at_, "| and & in one bracket",
                     "put the inner ones into brackets of their own: (a & (b|c))");
                return {};
            }
            separator = text_[at_];
            if (separator == '&' && closer != ')') {
                fail(at_, "& outside ( )", "write (a & b)");
                return {};
            }
            ++at_;
        }
        if (separator == '&' && parts.size() > 4) {
            fail(begin, "more than 4 parts in any order");
            return {};
        }
        return join(separator == '&' ? Kind::any_order : Kind::alternatives, std::move(parts),
                    begin);
    }

    PatternNode sequence(int depth, char closer) {
        spaces();
        const std::size_t begin = at_;
        std::vector<PatternNode> parts;
        while (true) {
            spaces();
            if (at_ >= text_.size()) break;
            const char c = text_[at_];
            if (c == '|' || c == '&' || c == ')' || c == ']' || c == '}') {
                if ((c == ')' || c == ']' || c == '}') && c != closer) {
                    fail(at_, std::string("\"") + c + "\" closes nothing");
                }
                break;
            }
            if (!element(parts, depth)) break;
        }
        PatternNode node;
        node.kind = Kind::sequence;
        node.offset = begin;
        if (parts.size() == 1) return std::move(parts.front());
        node.parts = std::move(parts);
        return node;
    }

    bool element(std::vector<PatternNode>& parts, int depth) {
        const std::size_t begin = at_;
        const char c = text_[at_];
        PatternNode node;
        node.offset = begin;
        switch (c) {
            case '(': {
                ++at_;
                node = alternatives(depth + 1, ')');
                if (errors_.empty() && !take(')')) fail(begin, "this ( is never closed");
                break;
            }
            case '[': {
                ++at_;
                node.kind = Kind::optional;
                node.parts.push_back(alternatives(depth + 1, ']'));
                if (errors_.empty() && !take(']')) fail(begin, "this [ is never closed");
                break;
            }
            case '{': {
                ++at_;
                const std::size_t colon = text_.find(':', at_);
                const std::string slot = name(at_);
                spaces();
                if (slot.empty() || colon == std::string_view::npos || at_ != colon) {
                    fail(begin, "a capture is written {slot: words}", "give it a name and a colon");
                    return false;
                }
                ++at_;
                node.kind = Kind::capture;
                node.text = slot;
                node.parts.push_back(alternatives(depth + 1, '}'));
                if (errors_.empty() && !take('}')) fail(begin, "this { is never closed");
                break;
            }
            case '<': {
                ++at_;
                node.kind = Kind::lexicon;
                node.text = name(at_);
                if (node.text.empty() || !take('>')) {
                    fail(begin, "a word list is written <name>");
                    return false;
                }
                break;
            }
            case '@': {
                ++at_;
                const std::string who = name(at_);
                if (who == "self")
                    node.kind = Kind::self;
                else if (who == "other")
                    node.kind = Kind::other;
                else if (who == "bot")
                    node.kind = Kind::bot;
                else {
                    fail(begin, "\"@" + who + "\" is not known",
                         "there are @self, @other and @bot");
                    return false;
                }
                break;
            }
            case '^':
                ++at_;
                node.kind = Kind::start;
                break;
            case '$':
                ++at_;
                node.kind = Kind::end;
                break;
            case '?':
                ++at_;
                spaces();
                if (depth != 0 || (at_ < text_.size() && text_[at_] != '$')) {
                    fail(begin, "\"?\" is not the last element",
                         "[x] makes x optional; a last ? asks for a question mark");
                    return false;
                }
                pattern_->question = true;
                return true;
            case '.':
                if (text_.substr(at_, 3) == "...") {
                    at_ += 3;
                    node.kind = Kind::gap;
                    std::size_t digits = at_;
                    while (digits < text_.size() &&
                           std::isdigit(static_cast<unsigned char>(text_[digits])))
                        ++digits;
                    if (digits == at_) {
                        node.most = default_gap;
                    } else {
                        int n = 0;
                        for (; at_ < digits; ++at_) n = std::min(1000, n * 10 + (text_[at_] - '0'));
                        if (n < 1 || n > default_gap) {
                            fail(begin, "a gap is of 1 to 8 words",
                                 "long gaps join words that have nothing to do with each other");
                            return false;
                        }
                        node.most = static_cast<std::uint16_t>(n);
                    }
                    break;
                }
                fail(begin, "a single \".\"", "a gap is written ... or ...3");
                return false;
            default:
                return word(parts, begin);
        }
        if (!errors_.empty()) return false;
        parts.push_back(std::move(node));
        return true;
    }

    bool word(std::vector<PatternNode>& parts, std::size_t begin) {
        bool exact = false;
        if (text_[at_] == '=') {
            exact = true;
            ++at_;
        }
        const std::size_t word_begin = at_;
        while (at_ < text_.size() && !is_space(text_[at_]) && !is_special(text_[at_]) &&
               text_.substr(at_, 3) != "...")
            ++at_;
        const std::string_view raw = text_.substr(word_begin, at_ - word_begin);
        const std::vector<std::string> folded = fold_words(raw);
        if (folded.empty()) {
            const std::string shown =
                raw.empty() ? std::string(text_.substr(begin, 1)) : std::string(raw);
            fail(begin, "\"" + shown + "\" is no word", "punctuation is not part of patterns");
            return false;
        }
        for (const std::string& one : folded) {
            PatternNode node;
            node.kind = Kind::word;
            node.text = one;
            node.exact = exact;
            node.offset = begin;
            parts.push_back(std::move(node));
        }
        return true;
    }

    std::string name(std::size_t& at) {
        spaces();
        const std::size_t begin = at;
        while (at < text_.size() &&
               (std::isalnum(static_cast<unsigned char>(text_[at])) || text_[at] == '_'))
            ++at;
        return std::string(text_.substr(begin, at - begin));
    }

    std::string_view text_;
    std::vector<PatternError>& errors_;
    Pattern* pattern_ = nullptr;
    std::size_t at_ = 0;
};

void write(const PatternNode& node, std::string& out) {
    const auto list = [&](std::string_view separator) {
        for (std::size_t i = 0; i < node.parts.size(); ++i) {
            if (i) out += separator;
            write(node.parts[i], out);
        }
    };
    switch (node.kind) {
        case Kind::word:
            out += (node.exact ? "=" : "") + node.text;
            break;
        case Kind::lexicon:
            out += "<" + node.text + ">";
            break;
        case Kind::self:
            out += "@self";
            break;
        case Kind::other:
            out += "@other";
            break;
        case Kind::bot:
            out += "@bot";
            break;
        case Kind::gap:
            out += "...";
            if (node.most == unlimited_gap)
                out += "*";
            else if (node.most != default_gap)
                out += std::to_string(node.most);
            break;
        case Kind::any_word:
            out += "*";
            break;
        case Kind::start:
            out += "^";
            break;
        case Kind::end:
            out += "$";
            break;
        case Kind::sequence:
            list(" ");
            break;
        case Kind::alternatives:
            out += "(";
            list("|");
            out += ")";
            break;
        case Kind::any_order:
            out += "(";
            list(" & ");
            out += ")";
            break;
        case Kind::optional:
            out += "[";
            if (node.parts[0].kind == Kind::alternatives) {
                const PatternNode& inner = node.parts[0];
                for (std::size_t i = 0; i < inner.parts.size(); ++i) {
                    if (i) out += "|";
                    write(inner.parts[i], out);
                }
            } else {
                write(node.parts[0], out);
            }
            out += "]";
            break;
        case Kind::capture:
            out += "{" + node.text + ": ";
            write(node.parts[0], out);
            out += "}";
            break;
    }
}

}  // namespace

Pattern parse_pattern(std::string_view text, std::vector<PatternError>& errors) {
    std::vector<PatternError> own;
    Pattern pattern = Parser(text, own).run();
    errors.insert(errors.end(), own.begin(), own.end());
    return pattern;
}

std::string to_text(const Pattern& pattern) {
    std::string out;
    write(pattern.root, out);
    if (pattern.question) out += " ?";
    return out;
}

}  // namespace befriend
