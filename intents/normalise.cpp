// SPDX-License-Identifier: Apache-2.0
#include "intents/normalise.hpp"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "engine/base/utf8.hpp"
#include "intents/english.hpp"

namespace befriend {
namespace {

const icu::Normalizer2* folder() {
    static const icu::Normalizer2* const instance = [] {
        UErrorCode status = U_ZERO_ERROR;
        const icu::Normalizer2* n = icu::Normalizer2::getNFKCCasefoldInstance(status);
        return U_SUCCESS(status) ? n : nullptr;
    }();
    return instance;
}

void fold_append(std::string_view word, std::string& out) {
    const icu::Normalizer2* n = folder();
    if (!n) {
        out += word;
        return;
    }
    thread_local std::string folded;
    folded.clear();
    icu::StringByteSink<std::string> sink(&folded);
    UErrorCode status = U_ZERO_ERROR;
    n->normalizeUTF8(0, icu::StringPiece(word.data(), static_cast<std::int32_t>(word.size())), sink,
                     nullptr, status);
    if (U_FAILURE(status)) folded = word;
    // Apostrophes of every kind are one character.
    for (std::size_t i = 0; i < folded.size();) {
        const CodePoint c = decode(folded, i);
        switch (c.value) {
            case 0x2018:
            case 0x2019:
            case 0x201B:
            case 0x02BC:
            case 0x02B9:
            case 0x00B4:
            case '`':
                out += '\'';
                break;
            default:
                out.append(folded, i, c.size);
        }
        i += c.size;
    }
}

// What an ASCII byte or a code point is to the word cutter.
enum class Class : std::uint8_t {
    letter,
    digit,
    apostrophe,
    space,
    line,
    stop,
    question,
    comma,
    dash,
    dot,
    quote,
    quote_open,
    quote_close,
    nothing,
    mark,
    emoji,
    star
};

constexpr std::array<Class, 128> ascii_classes() {
    std::array<Class, 128> table{};
    for (std::size_t i = 0; i < 128; ++i) {
        const char c = static_cast<char>(i);
        Class k = Class::nothing;
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
            k = Class::letter;
        else if (c >= '0' && c <= '9')
            k = Class::digit;
        else if (c == '\'' || c == '`')
            k = Class::apostrophe;
        else if (c == ' ' || c == '\t')
            k = Class::space;
        else if (c == '\n' || c == '\r' || c == '\v' || c == '\f')
            k = Class::line;
        else if (c == '!' || c == ';')
            k = Class::stop;
        else if (c == '?')
            k = Class::question;
        else if (c == ',' || c == ':' || c == '(' || c == ')' || c == '[' || c == ']')
            k = Class::comma;
        else if (c == '-')
            k = Class::dash;
        else if (c == '.')
            k = Class::dot;
        else if (c == '"')
            k = Class::quote;
        else if (c == '*')
            k = Class::star;
        table[i] = k;
    }
    return table;
}
constexpr std::array<Class, 128> ascii_class = ascii_classes();

Class class_of(char32_t c) {
    if (c < 128) return ascii_class[c];
    switch (c) {
        case 0x2018:
        case 0x2019:
        case 0x201B:
        case 0x02BC:
        case 0x00B4:
            return Class::apostrophe;
        case 0x201C:
        case 0x201E:
        case 0x00AB:
            return Class::quote_open;
        case 0x201D:
        case 0x00BB:
            return Class::quote_close;
        case 0x2013:
        case 0x2014:
        case 0x2015:
        case 0x2012:
            return Class::comma;
        case 0x2010:
        case 0x2011:
        case 0xFF0D:
            return Class::dash;
        case 0x2026:
            return Class::comma;
        case 0xFF0C:
        case 0x3001:
        case 0x060C:
            return Class::comma;
        case 0x3002:
        case 0xFF01:
        case 0xFF0E:
        case 0x0964:
        case 0xFF1B:
            return Class::stop;
        case 0xFF1F:
        case 0x061F:
        case 0xBF:
            return Class::question;
        case 0x2028:
        case 0x2029:
        case 0x85:
            return Class::line;
        case 0x00A0:
        case 0x3000:
        case 0x202F:
            return Class::space;
        case 0x200B:
        case 0x200C:
        case 0x200D:
        case 0x2060:
        case 0xFEFF:
        case 0x00AD:
        case 0xFE0F:
        case 0xFE0E:
        case 0x180E:
            return Class::mark;
        case 0xFFFD:
            return Class::nothing;
        default:
            break;
    }
    const auto cp = static_cast<UChar32>(c);
    switch (u_charType(cp)) {
        case U_UPPERCASE_LETTER:
        case U_LOWERCASE_LETTER:
        case U_TITLECASE_LETTER:
        case U_MODIFIER_LETTER:
        case U_OTHER_LETTER:
        case U_LETTER_NUMBER:
            return Class::letter;
        case U_DECIMAL_DIGIT_NUMBER:
        case U_OTHER_NUMBER:
            return Class::digit;
        case U_NON_SPACING_MARK:
        case U_ENCLOSING_MARK:
        case U_COMBINING_SPACING_MARK:
        case U_FORMAT_CHAR:
            return Class::mark;
        case U_SPACE_SEPARATOR:
            return Class::space;
        default:
            break;
    }
    if (u_hasBinaryProperty(cp, UCHAR_EXTENDED_PICTOGRAPHIC) ||
        u_hasBinaryProperty(cp, UCHAR_REGIONAL_INDICATOR))
        return Class::emoji;
    return Class::nothing;
}

struct Emoticon {
    std::string_view typed;
    std::string_view emoji;
};
// Longest first within a first character.
constexpr Emoticon emoticons[] = {
    {":'-(", "😢"}, {":'(", "😢"}, {":-(", "🙁"}, {":((", "🙁"}, {":(", "🙁"},  {":-)", "🙂"},
    {":))", "🙂"},  {":)", "🙂"},  {":-/", "😕"}, {":/", "😕"},  {":D", "😃"},  {":-D", "😃"},
    {":P", "😛"},   {":p", "😛"},  {":|", "😐"},  {":o", "😮"},  {":O", "😮"},  {";)", "😉"},
    {";-)", "😉"},  {"=(", "🙁"},  {"=)", "🙂"},  {"<3", "❤"},   {"</3", "💔"},
};

}  // namespace

void cut_words(std::string_view text, WordCut& out) {
    out.words.clear();
    // ASCII words fold where they stand: `folded` begins as the text in small letters, and what
    // folds in another way is added behind it.
    out.folded.assign(text);
    for (char& c : out.folded) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    out.quote_marks = 0;
    Boundary pending = Boundary::none;
    bool question = false, space = true, in_quotes = false, single_quotes = false;
    std::uint32_t lines = 0;
    std::size_t i = 0, quote_began = 0;

    const auto raise = [&](Boundary b) {
        if (b > pending) pending = b;
    };
    const auto class_at = [&](std::size_t at) {
        return at < text.size() ? class_of(decode(text, at).value) : Class::space;
    };
    const auto is_wordy = [](Class k) {
        return k == Class::letter || k == Class::digit || k == Class::mark;
    };
    const auto emit = [&](std::size_t begin, std::size_t end, std::uint16_t flags) -> RawWord& {
        RawWord& w = out.words.emplace_back();
        w.typed = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
        w.flags = flags;
        if (in_quotes || single_quotes) w.flags |= token_flag::in_quotes;
        w.before = out.words.size() == 1 ? Boundary::none : pending;
        w.question_before = question;
        w.space_before = space;
        w.folded_begin = static_cast<std::uint32_t>(out.folded.size());
        pending = Boundary::none;
        question = space = false;
        lines = 0;
        return w;
    };
    const auto close = [&](RawWord& w) {
        w.folded_end = static_cast<std::uint32_t>(out.folded.size());
    };
    // A single quote opens only where one closes it again before long.
    const auto closes_later = [&](std::size_t from) {
        const std::size_t stop = std::min(text.size(), from + 240);
        for (std::size_t j = from; j < stop; ++j) {
            const CodePoint c = decode(text, j);
            if (class_of(c.value) == Class::apostrophe && j > from) {
                const bool after_word =
                    is_wordy(class_of(static_cast<unsigned char>(text[j - 1]) < 128
                                          ? static_cast<char32_t>(text[j - 1])
                                          : U'a')) ||
                    text[j - 1] == '.' || text[j - 1] == '!' || text[j - 1] == '?' ||
                    text[j - 1] == ',';
                if (after_word && !is_wordy(class_at(j + c.size))) return true;
            }
            j += c.size - 1;
        }
        return false;
    };

    while (i < text.size()) {
        const auto first = static_cast<unsigned char>(text[i]);
        if (first == ' ') {
            space = true;
            ++i;
            continue;
        }
        if (first < 128 &&
            (ascii_class[first] == Class::letter || ascii_class[first] == Class::digit)) {
            // The common case: a run of ASCII letters, digits and inner apostrophes.
            const std::size_t begin = i;
            bool plain = true, digits_only = true, ticks = false;
            while (i < text.size()) {
                const auto c = static_cast<unsigned char>(text[i]);
                if (c < 128 && ascii_class[c] <= Class::digit) {
                    digits_only = digits_only && ascii_class[c] == Class::digit;
                    ++i;
                    continue;
                }
                if (c >= 128) {
                    const CodePoint cp = decode(text, i);
                    const Class k = class_of(cp.value);
                    if (is_wordy(k) ||
                        (k == Class::apostrophe && is_wordy(class_at(i + cp.size)))) {
                        plain = false;
                        if (k == Class::letter) digits_only = false;
                        i += cp.size;
                        continue;
                    }
                    break;
                }
                const Class k = ascii_class[c];
                if (k == Class::apostrophe) {
                    if (!is_wordy(class_at(i + 1))) break;
                    ticks = ticks || c == '`';
                } else if (k == Class::dot || c == ',') {  // 6.5 and 1,000 are one word
                    if (!digits_only || class_at(i + 1) != Class::digit) break;
                } else if (k == Class::star) {  // f*ck
                    if (digits_only ||
                        (class_at(i + 1) != Class::letter && class_at(i + 1) != Class::star))
                        break;
                } else {
                    break;
                }
                ++i;
            }
            const std::string_view typed = text.substr(begin, i - begin);
            std::uint16_t flags = 0;
            if (first >= 'A' && first <= 'Z') flags |= token_flag::capital;
            if (digits_only) flags |= token_flag::number;
            RawWord& w = emit(begin, i, flags);
            if (plain) {
                w.folded_begin = static_cast<std::uint32_t>(begin);
                w.folded_end = static_cast<std::uint32_t>(i);
                if (ticks)
                    std::replace(out.folded.begin() + static_cast<std::ptrdiff_t>(begin),
                                 out.folded.begin() + static_cast<std::ptrdiff_t>(i), '`', '\'');
                continue;
            } else {
                fold_append(typed, out.folded);
            }
            close(w);
            continue;
        }
        const CodePoint c = decode(text, i);
        Class k = class_of(c.value);
        if ((k == Class::comma || k == Class::stop || c.value == '<' || c.value == '=') &&
            c.value < 128) {
            for (const Emoticon& e : emoticons) {
                if (text.substr(i, e.typed.size()) == e.typed &&
                    !(e.typed == ":/" && text.substr(i, 3) == "://") &&
                    !is_wordy(class_at(i + e.typed.size())) &&
                    (space || out.words.empty() || e.typed.back() == '(' ||
                     e.typed.back() == ')')) {
                    RawWord& w = emit(i, i + e.typed.size(), token_flag::emoji);
                    out.folded += e.emoji;
                    close(w);
                    i += e.typed.size();
                    k = Class::emoji;
                    break;
                }
            }
            if (k == Class::emoji) continue;
        }
        switch (k) {
            case Class::letter:
            case Class::digit: {  // a word that starts with a character outside ASCII
                const std::size_t begin = i;
                while (i < text.size()) {
                    const CodePoint d = decode(text, i);
                    const Class dk = class_of(d.value);
                    if (!is_wordy(dk) &&
                        !(dk == Class::apostrophe && is_wordy(class_at(i + d.size))))
                        break;
                    i += d.size;
                }
                RawWord& w = emit(begin, i,
                                  u_isupper(static_cast<UChar32>(c.value)) ? token_flag::capital
                                                                           : std::uint16_t{0});
                fold_append(text.substr(begin, i - begin), out.folded);
                close(w);
                if (w.folded_begin == w.folded_end) out.words.pop_back();
                continue;
            }
            case Class::emoji: {
                const std::size_t begin = i;
                const char32_t base = c.value;
                i += c.size;
                bool joined = false;
                while (i < text.size()) {
                    const CodePoint d = decode(text, i);
                    const bool tone = d.value >= 0x1F3FB && d.value <= 0x1F3FF;
                    if (d.value == 0x200D)
                        joined = true;
                    else if (d.value == 0xFE0F || d.value == 0xFE0E || d.value == 0x20E3 || tone) {
                    } else if (joined && class_of(d.value) == Class::emoji)
                        joined = false;
                    else if (d.value == base) {
                    }  // a row of the same is one
                    else
                        break;
                    i += d.size;
                }
                RawWord& w = emit(begin, i, token_flag::emoji);
                append_utf8(out.folded, base);
                close(w);
                continue;
            }
            case Class::apostrophe: {
                const bool opens = is_wordy(class_at(i + c.size));
                if (opens) {
                    // 'cause, 'em, 'til are words; another one may open a quotation.
                    const std::string_view rest = text.substr(i + c.size, 6);
                    const bool clipped = rest.starts_with("cause") || rest.starts_with("cuz") ||
                                         rest.starts_with("em ") || rest.starts_with("til ") ||
                                         rest.starts_with("bout") || rest.starts_with("cos ");
                    if (clipped && rest[0] == 'c') {
                        const std::size_t length = rest.starts_with("cause") ? 5 : 3;
                        RawWord& w = emit(i, i + c.size + length, 0);
                        out.folded += "because";
                        close(w);
                        i += c.size + length;
                        continue;
                    }
                    if (!clipped && !single_quotes &&
                        (space || out.words.empty() || pending != Boundary::none) &&
                        closes_later(i + c.size)) {
                        single_quotes = true;
                        ++out.quote_marks;
                        raise(Boundary::soft);
                    }
                } else if (single_quotes) {
                    single_quotes = false;
                    raise(Boundary::soft);
                }
                break;
            }
            case Class::quote:
            case Class::quote_open:
            case Class::quote_close: {
                const bool opening = k == Class::quote ? !in_quotes : k == Class::quote_open;
                in_quotes = opening;
                if (opening) quote_began = out.words.size();
                ++out.quote_marks;
                raise(Boundary::soft);
                break;
            }
            case Class::space:
                space = true;
                break;
            case Class::line:
                space = true;
                if (c.value == '\n') ++lines;
                raise(lines >= 2 ? Boundary::hard : Boundary::soft);
                break;
            case Class::stop:
                raise(Boundary::hard);
                break;
            case Class::question:
                raise(Boundary::hard);
                question = true;
                break;
            case Class::comma:
                raise(Boundary::soft);
                break;
            case Class::dash: {
                const bool inner = !space && is_wordy(class_at(i + 1));
                if (!inner) raise(Boundary::soft);
                break;
            }
            case Class::dot: {
                std::size_t j = i;
                while (j < text.size() && (text[j] == '.' || text[j] == ' ')) ++j;
                const auto dots = static_cast<std::size_t>(
                    std::count(text.begin() + static_cast<std::ptrdiff_t>(i),
                               text.begin() + static_cast<std::ptrdiff_t>(j), '.'));
                if (dots >= 2) {
                    raise(Boundary::soft);
                    space = true;
                    i = j;
                    continue;
                }
                raise(Boundary::hard);
                break;
            }
            default:
                break;
        }
        if (c.value == '*' && out.words.empty() && class_at(i + 1) == Class::letter) {
            // "*their": a correction of the message before. The star is a filler that regexes see.
            RawWord& w = emit(i, i + 1, token_flag::emoji);
            w.folded_begin = static_cast<std::uint32_t>(i);
            w.folded_end = w.folded_begin + 1;
        }
        if (c.value == '&' && space && class_at(i + 1) == Class::space) {
            RawWord& w = emit(i, i + 1, 0);
            out.folded += "and";
            close(w);
        }
        i += c.size;
    }
    out.question_at_end = question;
    // A mark that nothing closes opened nothing.
    if (in_quotes) {
        for (std::size_t k = quote_began; k < out.words.size(); ++k)
            out.words[k].flags =
                static_cast<std::uint16_t>(out.words[k].flags & ~token_flag::in_quotes);
    }
}

std::vector<std::string> fold_words(std::string_view text) {
    static const std::unordered_map<std::string, std::string> spelt_out(contractions().begin(),
                                                                        contractions().end());
    WordCut cut;
    cut_words(repair_utf8(text), cut);
    std::vector<std::string> out;
    for (const RawWord& w : cut.words) {
        std::string word = cut.folded.substr(w.folded_begin, w.folded_end - w.folded_begin);
        if (const auto found = spelt_out.find(word); found != spelt_out.end()) {
            std::string_view rest = found->second;
            while (!rest.empty()) {
                const auto space = rest.find(' ');
                out.emplace_back(rest.substr(0, space));
                rest =
                    space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
            }
            continue;
        }
        if (word.ends_with("'s")) word.resize(word.size() - 2);
        out.push_back(std::move(word));
    }
    return out;
}

}  // namespace befriend
