// SPDX-License-Identifier: Apache-2.0
#include "engine/script/prose.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "engine/text/reflect.hpp"

namespace befriend {
namespace {

struct Phrase {
    std::string_view words;
    std::string_view instead;
};

constexpr std::array hurtful{
    Phrase{"i know how you feel", "say what you heard; nobody knows that"},
    Phrase{"i understand how you feel", "say what you heard; nobody knows that"},
    Phrase{"at least", "it makes the pain smaller than it is"},
    Phrase{"calm down", "it tells somebody that they are wrong to be upset"},
    Phrase{"look on the bright side", "stay with what hurts first"},
    Phrase{"everything happens for a reason", "nobody can know that"},
    Phrase{"others have it worse", "pain is not compared"},
    Phrase{"other people have it worse", "pain is not compared"},
    Phrase{"it could be worse", "pain is not compared"},
    Phrase{"you should", "offer a choice instead"},
    Phrase{"don't say that", "whatever is said may be said"},
    Phrase{"good job", "name the effort instead"},
    Phrase{"i missed you", "it makes people feel guilty for being away"},
    Phrase{"cheer up", "stay with what hurts first"},
    Phrase{"stay positive", "stay with what hurts first"},
    Phrase{"i promise", "no promises of an outcome"},
    Phrase{"i'm always here", "a program is not always there"},
};

constexpr std::array never_in_safety{
    Phrase{"commit suicide", "say die by suicide"},
    Phrase{"committed suicide", "say died by suicide"},
    Phrase{"successful attempt", "say died by suicide"},
    Phrase{"failed attempt", "say survived"},
    Phrase{"so much to live for", "it argues with pain"},
    Phrase{"think of your family", "it blames"},
    Phrase{"selfish", "it blames"},
    Phrase{"attention", "it blames"},
};

// Small ASCII letters and plain apostrophes; a line end is a space.
std::string folded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i).starts_with("\u2019")) {
            result += '\'';
            i += 2;
        } else if (text[i] >= 'A' && text[i] <= 'Z') {
            result += static_cast<char>(text[i] - 'A' + 'a');
        } else {
            result += text[i] == '\n' ? ' ' : text[i];
        }
    }
    return result;
}

bool letter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

std::size_t find_phrase(std::string_view text, std::string_view phrase) {
    for (std::size_t at = text.find(phrase); at != std::string_view::npos;
         at = text.find(phrase, at + 1)) {
        const std::size_t end = at + phrase.size();
        if ((at == 0 || !letter(text[at - 1])) && (end == text.size() || !letter(text[end])))
            return at;
    }
    return std::string_view::npos;
}

void warn_phrases(const ScriptNode& node, const std::string& text, std::span<const Phrase> phrases,
                  Report& report) {
    for (const Phrase& phrase : phrases) {
        if (find_phrase(text, phrase.words) != std::string_view::npos) {
            report.add(Fault::hurtful_phrase, node.at,
                       "\"" + std::string(phrase.words) + "\" can hurt",
                       std::string(phrase.instead));
        }
    }
}

}  // namespace

void check_prose(const ScriptNode& node, const Message& message, DialogKind kind, bool bubble,
                 Report& report) {
    const bool safety = kind == DialogKind::safety;
    const std::size_t limit = safety ? most_words_safety : most_words;
    const std::size_t words = count_words(message.sample);
    if (bubble && words > limit) {
        report.add(
            Fault::too_long, node.at,
            std::to_string(words) + " words in one bubble, " + std::to_string(limit) + " at most",
            "say less, or put the rest into the next step");
    }
    if (count_questions(message.sample) > 1) {
        report.add(Fault::two_questions, node.at, "more than one question in one bubble",
                   "ask one thing a turn");
    }
    const std::string text = folded(message.sample);
    if (safety && text.find('!') != std::string::npos) {
        report.add(Fault::exclamation, node.at, "an exclamation mark shouts at somebody in danger",
                   "end on a full stop");
    }
    warn_phrases(node, text, hurtful, report);
    if (safety) warn_phrases(node, text, never_in_safety, report);
}

}  // namespace befriend
