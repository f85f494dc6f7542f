// SPDX-License-Identifier: Apache-2.0
#include "engine/script/message.hpp"

#include <unicode/messagepattern.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <optional>

#include "engine/script/values.hpp"
#include "engine/text/reflect.hpp"

namespace befriend {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// One pass over the text that rewrites filters away and names arguments a0, a1, ...; ICU then
// judges the result. Filters cannot be left to ICU, and a regular expression cannot tell the
// branch "{sure}" of a select from an argument of that name.
class MessageReader {
public:
    MessageReader(std::string_view text, Message& result, std::vector<MessageProblem>& problems)
        : text_(text), result_(result), problems_(problems) {}

    bool read() {
        std::string literal;
        const bool good = message(false, literal, result_.sample);
        if (!good) return false;
        if (at_ < text_.size()) return fail(at_, "this closing brace has no opening brace");
        result_.pieces.push_back(std::move(literal));
        return true;
    }

    const std::string& rewritten() const { return rewritten_; }
    bool complex() const { return complex_; }
    // The place in the text of byte `offset` of rewritten().
    std::size_t original(std::size_t offset) const {
        std::size_t best = 0;
        for (const auto& [out, in] : places_) {
            if (out > offset) break;
            best = in + (offset - out);
        }
        return std::min(best, text_.empty() ? 0 : text_.size() - 1);
    }

private:
    bool fail(std::size_t offset, std::string message, std::string hint = {}) {
        problems_.push_back({Fault::message_syntax, offset, std::move(message), std::move(hint)});
        return false;
    }

    void skip_space() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    }

    std::string_view word() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_word(text_[at_])) ++at_;
        return text_.substr(begin, at_ - begin);
    }

    void emit(std::string_view out, std::size_t from) {
        places_.emplace_back(rewritten_.size(), from);
        rewritten_ += out;
    }

    // Reads until the end, or (nested) until the closing brace of a branch.
    bool message(bool nested, std::string& literal, std::string& sample) {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '}') {
                if (nested) return true;
                return fail(at_, "this closing brace has no opening brace", "remove it");
            }
            if (c == '{') {
                if (!argument(nested, literal, sample)) return false;
                continue;
            }
            emit(text_.substr(at_, 1), at_);
            // Two apostrophes are one, as ICU has it.
            const bool second = c == '\'' && at_ > 0 && text_[at_ - 1] == '\'' && !literal.empty();
            if (!second) {
                literal += c;
                sample += c;
            }
            ++at_;
        }
        return nested ? fail(text_.size(), "a closing brace is missing") : true;
    }

    bool argument(bool nested, std::string& literal, std::string& sample) {
        const std::size_t open = at_;
        ++at_;
        skip_space();
        const std::size_t name_at = at_;
        const std::string_view name = word();
        if (!is_name(name)) {
            return fail(open, "after { comes the name of a slot or built-in",
                        "write {feeling}, {line}, {kind_words} ...");
        }
        MessageArg arg{std::string(name), {}, name_at, false, false};
        skip_space();
        if (at_ < text_.size() && text_[at_] == '|') {
            ++at_;
            skip_space();
            arg.filter = std::string(word());
            if (arg.filter.empty()) return fail(at_, "after | comes a filter", "reflect or noun");
            skip_space();
        }
        if (at_ >= text_.size()) return fail(open, "this brace is never closed", "add }");
        const std::string own = "a" + std::to_string(result_.args.size());
        if (text_[at_] == '}') {
            ++at_;
            emit("{" + own + "}", open);
            result_.args.push_back(std::move(arg));
            sample += 'x';
            if (!nested) {
                result_.pieces.push_back(std::move(literal));
                literal.clear();
            }
            return true;
        }
        if (text_[at_] != ',') {
            return fail(open, "this brace is not closed after the name",
                        "write {" + std::string(name) + "}");
        }
        ++at_;
        skip_space();
        const std::size_t type_at = at_;
        const std::string_view type = word();
        arg.number = type == "plural" || type == "selectordinal";
        arg.select = type == "select";
        if (!arg.number && !arg.select) {
            return fail(type_at, "\"" + std::string(type) + "\" is not supported here",
                        "plural or select");
        }
        complex_ = true;
        emit("{" + own + ", " + std::string(type), open);
        result_.args.push_back(std::move(arg));
        std::string longest;
        while (at_ < text_.size() && text_[at_] != '}') {
            if (text_[at_] != '{') {
                emit(text_.substr(at_, 1), at_);
                ++at_;
                continue;
            }
            emit("{", at_);
            ++at_;
            std::string branch_literal;
            std::string branch;
            if (!message(true, branch_literal, branch)) return false;
            if (count_words(branch) >= count_words(longest)) longest = branch;
            emit("}", at_);
            ++at_;
        }
        if (at_ >= text_.size()) return fail(open, "this brace is never closed", "add }");
        emit("}", at_);
        ++at_;
        sample += longest;
        return true;
    }

    std::string_view text_;
    Message& result_;
    std::vector<MessageProblem>& problems_;
    std::size_t at_ = 0;
    bool complex_ = false;
    std::string rewritten_;
    std::vector<std::pair<std::size_t, std::size_t>> places_;
};

// ICU reads '{ as the start of quoted text, so the person would see the brace and the name.
std::optional<std::size_t> apostrophe_at_brace(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\'') continue;
        const auto brace = [](char c) { return c == '{' || c == '}'; };
        if ((i + 1 < text.size() && brace(text[i + 1])) || (i > 0 && brace(text[i - 1]))) return i;
    }
    return std::nullopt;
}

}  // namespace

Message parse_message(std::string_view text, std::vector<MessageProblem>& problems) {
    Message result;
    const std::string_view trimmed = trim(text);
    const auto skipped = static_cast<std::size_t>(trimmed.data() - text.data());
    result.source = std::string(trimmed);
    const std::size_t before = problems.size();
    if (const auto at = apostrophe_at_brace(trimmed)) {
        problems.push_back({Fault::apostrophe_at_brace, *at,
                            "an apostrophe next to a brace makes the brace part of the words",
                            "use the curly apostrophe \u2019, or quotation marks \u201c{x}\u201d"});
    } else {
        MessageReader reader(trimmed, result, problems);
        if (reader.read()) {
            UErrorCode status = U_ZERO_ERROR;
            UParseError where{};
            const auto pattern = icu::UnicodeString::fromUTF8(reader.rewritten());
            const icu::MessagePattern parsed(pattern, &where, status);
            if (U_FAILURE(status)) {
                std::string prefix;
                pattern.tempSubStringBetween(0, std::clamp(where.offset, 0, pattern.length()))
                    .toUTF8String(prefix);
                problems.push_back({Fault::message_syntax, reader.original(prefix.size()),
                                    "ICU cannot read this text from here on",
                                    status == U_DEFAULT_KEYWORD_MISSING
                                        ? "plural and select need a branch other {...}"
                                        : ""});
            } else if (reader.complex()) {
                result.icu = reader.rewritten();
            }
        }
    }
    if (!result.icu.empty() || problems.size() > before) result.pieces.clear();
    if (result.sample.empty()) result.sample = result.source;
    for (std::size_t i = before; i < problems.size(); ++i) problems[i].offset += skipped;
    for (MessageArg& arg : result.args) arg.offset += skipped;
    return result;
}

std::size_t count_questions(std::string_view sample) {
    std::size_t questions = 0;
    std::size_t sentence = 0;  // where the current sentence begins
    bool cited = false;        // “inside curly quotes”: somebody else's question
    for (std::size_t i = 0; i < sample.size(); ++i) {
        const char c = sample[i];
        if (sample.substr(i).starts_with("\u201C")) cited = true;
        if (sample.substr(i).starts_with("\u201D")) cited = false;
        if (cited) continue;
        const bool last = i + 1 == sample.size() || is_space(sample[i + 1]);
        if (c == '?' && (i + 1 == sample.size() || sample[i + 1] != '?')) {
            const std::string_view asked = trim(sample.substr(sentence, i - sentence));
            // "Would that be okay? Or leave it?" and "... Yes or no?" still ask one thing.
            const bool more_of_it =
                questions > 0 && (asked.starts_with("Or ") || asked == "Yes or no");
            if (!more_of_it) ++questions;
        }
        if ((c == '?' || c == '.' || c == '!') && last) sentence = i + 1;
    }
    return questions;
}

}  // namespace befriend
