// SPDX-License-Identifier: Apache-2.0
#include "intents/answer.hpp"

#include <algorithm>
#include <string_view>

namespace befriend {
namespace {

const Reading* counting(const Matcher& matcher, const Understanding& u, std::string_view intent) {
    const IntentId id = matcher.find(intent);
    if (id == IntentId::none) return nullptr;
    for (const Reading& r : u.readings) {
        if (r.counts && r.intent == id) return &r;
    }
    return nullptr;
}

// "yes", "no", "unsure" or nothing. The first of them that the person said decides, unless a
// later one takes it back ("yes. no wait, no").
std::string_view yes_no(const Matcher& matcher, const Understanding& u) {
    const Reading* yes = counting(matcher, u, "affirm");
    const Reading* no = counting(matcher, u, "deny");
    const Reading* unsure = counting(matcher, u, "unsure");
    if (yes && no) {
        if (unsure) return "unsure";
        return yes->score == no->score ? "unsure" : yes->score > no->score ? "yes" : "no";
    }
    if (unsure && !(yes && yes->score > unsure->score) && !(no && no->score > unsure->score))
        return "unsure";
    if (yes) return yes->polarity == Polarity::hedged ? "yes" : "yes";
    if (no) return "no";
    return {};
}

struct NumberWord {
    std::string_view word;
    double value = 0;
};
constexpr NumberWord number_words[] = {
    {"zero", 0}, {"nil", 0},  {"one", 1},     {"two", 2},     {"three", 3},
    {"four", 4}, {"five", 5}, {"six", 6},     {"seven", 7},   {"eight", 8},
    {"nine", 9}, {"ten", 10}, {"eleven", 11}, {"twelve", 12},
};

std::optional<double> number_of(std::string_view word) {
    for (const NumberWord& n : number_words) {
        if (n.word == word) return n.value;
    }
    if (word.empty() || word.find_first_not_of("0123456789.") != std::string_view::npos ||
        word.size() > 6)
        return {};
    double value = 0, scale = 0;
    for (const char c : word) {
        if (c == '.') {
            if (scale != 0) return {};
            scale = 1;
        } else if (scale == 0) {
            value = value * 10 + (c - '0');
        } else {
            scale /= 10;
            value += scale * (c - '0');
        }
    }
    return value;
}

std::string show(double value) {
    const long tenths = static_cast<long>(value * 10 + (value < 0 ? -0.5 : 0.5));
    std::string out = std::to_string(tenths / 10);
    if (tenths % 10) out += "." + std::to_string(tenths % 10);
    return out;
}

// "6", "six and a half", "7/10", "between 6 and 7", "none", "a little", "some", "a lot".
std::optional<double> scale_value(const Understanding& u, const Context& context) {
    std::vector<double> numbers;
    const std::size_t n = u.tokens.size();
    if (n > 25) return {};
    const auto word = [&](std::size_t i) {
        return i < n ? u.folded_word(u.tokens[i]) : std::string_view();
    };
    bool half = false, out_of = false;
    for (std::size_t i = 0; i < n; ++i) {
        if (word(i) == "half" && i && (word(i - 1) == "a" || numbers.size() == 1)) half = true;
        if (word(i) == "one" &&
            (word(i + 1) == "of" || word(i + 1) == "thing" || (i && word(i - 1) == "no")))
            continue;
        const auto value = number_of(word(i));
        if (!value) continue;
        const std::uint32_t begin = u.tokens[i].typed.begin;
        // "7/10", "7 out of 10": the second number is the top of the scale.
        const bool slash = begin && !numbers.empty() &&
                           (u.text[begin - 1] == '/' ||
                            (begin > 1 && u.text[begin - 1] == ' ' && u.text[begin - 2] == '/'));
        if (slash || (i && word(i - 1) == "of" && !numbers.empty())) {
            out_of = true;
            if (*value > 0 && *value != context.high && *value <= 100)
                numbers.back() = numbers.back() * context.high / *value;
            continue;
        }
        numbers.push_back(*value);
    }
    (void)out_of;
    if (numbers.size() == 1 || (numbers.size() == 2 && !half)) {
        double value = numbers.size() == 2 ? (numbers[0] + numbers[1]) / 2 : numbers[0];
        if (half && numbers.size() == 1) value += 0.5;
        // A negative sign typed before it.
        if (value < context.low || value > context.high) return {};
        return value;
    }
    if (!numbers.empty())
        return numbers.back() >= context.low && numbers.back() <= context.high
                   ? std::optional(numbers.back())
                   : std::nullopt;
    if (n > 8) return {};
    const std::string_view t = u.folded;
    const double span = context.high - context.low;
    const auto has = [&](std::string_view w) {
        for (std::size_t at = t.find(w); at != std::string_view::npos; at = t.find(w, at + 1)) {
            const bool left = at == 0 || t[at - 1] == ' ';
            const bool right = at + w.size() == t.size() || t[at + w.size()] == ' ';
            if (left && right) return true;
        }
        return false;
    };
    if (has("none") || has("not at all") || has("nothing") || has("zero") || has("never") ||
        has("no"))
        return context.low;
    if (has("a lot") || has("lots") || has("loads") || has("very much") || has("so much") ||
        has("extremely") || has("tons") || has("heaps") || has("strong"))
        return context.low + span * 0.8;
    if (has("a little") || has("little") || has("a bit") || has("bit") || has("slightly") ||
        has("tiny"))
        return context.low + span * 0.3;
    if (has("some") || has("medium") || has("middle") || has("halfway") || has("half") ||
        has("so so") || has("kinda") || has("sort of") || has("kind of") || has("in between") ||
        has("moderate"))
        return context.low + span * 0.5;
    if (has("completely") || has("totally") || has("maximum") || has("max") || has("fully"))
        return context.high;
    return {};
}

std::string fold(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto b = static_cast<unsigned char>(c);
        if (c >= 'A' && c <= 'Z')
            out += static_cast<char>(c + 32);
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || b >= 0x80)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

// A number of the list, the id, or words that only one label has.
std::optional<std::string> choice(const Understanding& u, const Context& context) {
    const std::size_t count = context.options.size();
    const std::string said = fold(u.text);
    if (count == 0 || said.empty()) return {};
    const auto label = [&](std::size_t i) {
        return fold(i < context.option_labels.size() ? context.option_labels[i]
                                                     : context.options[i]);
    };
    for (std::size_t i = 0; i < count; ++i) {
        if (said == fold(context.options[i]) || said == label(i)) return context.options[i];
    }
    static constexpr std::string_view ordinals[] = {"first",  "second", "third",
                                                    "fourth", "fifth",  "sixth"};
    if (u.tokens.size() <= 5) {
        for (const Token& t : u.tokens) {
            const std::string_view w = u.folded_word(t);
            const auto value = number_of(w);
            if (value && *value >= 1 && *value <= static_cast<double>(count))
                return context.options[static_cast<std::size_t>(*value) - 1];
            for (std::size_t k = 0; k < std::min(count, std::size(ordinals)); ++k) {
                if (w == ordinals[k]) return context.options[k];
            }
            if (w == "last" && u.tokens.size() <= 4) return context.options.back();
        }
    }
    // A longer message goes on telling; a word it shares with a label is chance.
    constexpr std::size_t longest_choice = 8;
    if (u.tokens.size() > longest_choice) return {};
    // Words shared with each label, those of several labels not counted.
    std::vector<int> shared(count, 0);
    static constexpr std::string_view small[] = {
        "a",   "an",   "the",  "i",    "of",   "to",  "it", "in",   "on",   "and",
        "or",  "my",   "me",   "is",   "be",   "for", "do", "not",  "here", "there",
        "now", "over", "this", "that", "with", "you", "so", "just", "we"};
    for (const Token& t : u.tokens) {
        const std::string_view w = u.folded_word(t);
        if (w.size() < 2 || std::find(std::begin(small), std::end(small), w) != std::end(small))
            continue;
        int owners = 0;
        std::size_t owner = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const std::string padded = " " + label(i) + " " + fold(context.options[i]) + " ";
            if (padded.find(" " + std::string(w) + " ") != std::string::npos ||
                (w.size() >= 4 && padded.find(" " + std::string(w)) != std::string::npos)) {
                ++owners;
                owner = i;
            }
        }
        if (owners == 1) ++shared[owner];
    }
    const auto best = std::max_element(shared.begin(), shared.end());
    if (*best == 0 || std::count(shared.begin(), shared.end(), *best) > 1) return {};
    return context.options[static_cast<std::size_t>(best - shared.begin())];
}

// "ok", "lol", "fine" answer no question that a life may hang on.
bool says_nothing(const Understanding& u) {
    static constexpr std::string_view words[] = {
        "ok",     "okay", "okey",    "k",        "kk",    "lol", "lmao", "haha",
        "hahaha", "fine", "alright", "all",      "right", "hm",  "hmm",  "hmmm",
        "mm",     "cool", "nice",    "whatever", "sure",  "got", "it"};
    return std::all_of(u.tokens.begin(), u.tokens.end(), [&](const Token& t) {
        return std::find(std::begin(words), std::end(words), u.folded_word(t)) != std::end(words);
    });
}

// The reading that a bare answer to the direct question stands for.
void answer_crisis(const Matcher& matcher, Understanding& u, std::string_view value) {
    const IntentId id = matcher.find("crisis_suicide");
    if (id == IntentId::none || u.tokens.empty()) return;
    Reading r;
    r.intent = id;
    r.score = 1;
    r.evidence = {{u.tokens.front().typed.begin, u.tokens.back().typed.end}};
    r.pattern = 0xFFFFFFFF;
    if (value == "yes") {
        r.level = "active";
        r.counts = true;
    } else if (value == "unsure") {
        r.level = "active";
        r.polarity = Polarity::hedged;
        r.counts = true;
    } else {
        r.level = "none";
        r.polarity = Polarity::negated;
    }
    u.readings.insert(r.counts ? u.readings.begin() : u.readings.end(), r);
}

}  // namespace

std::optional<Answer> read_answer(const Matcher& matcher, Understanding& u,
                                  const Context& context) {
    const std::string_view asked = context.asked;
    if (asked.empty() || u.tokens.empty()) return {};
    if (asked == "yes_no" || asked == "crisis") {
        const std::string_view value = yes_no(matcher, u);
        if (value.empty()) return {};
        if ((context.grave || asked == "crisis") && says_nothing(u)) return {};
        if (asked == "crisis") {
            // Words that say more than yes or no speak for themselves.
            bool said_more = false;
            for (const Reading& r : u.readings) {
                said_more =
                    said_more || (r.counts && matcher.kind(r.intent) == IntentKind::crisis &&
                                  (r.level == "passive" || r.level == "active" ||
                                   r.level == "imminent" || r.level == "now"));
            }
            if (value == "no" && said_more) return {};
            answer_crisis(matcher, u, value);
        }
        return Answer{std::string(asked), std::string(value)};
    }
    if (asked == "scale") {
        if (const auto value = scale_value(u, context)) return Answer{"scale", show(*value)};
        return {};
    }
    if (asked == "choice") {
        if (auto value = choice(u, context)) return Answer{"choice", std::move(*value)};
        return {};
    }
    if (asked == "words_to_other" || asked == "line" || asked == "open" || asked == "feeling") {
        for (const char* control : {"unsure", "stop", "skip", "back", "repeat", "help", "gibberish",
                                    "deny", "pause", "change_topic", "complaint", "too_much"}) {
            if (counting(matcher, u, control) && u.tokens.size() <= 12) return {};
        }
        std::string value = u.text;
        const auto begin = value.find_first_not_of(" \t\r\n");
        const auto end = value.find_last_not_of(" \t\r\n");
        value = begin == std::string::npos ? std::string() : value.substr(begin, end - begin + 1);
        return Answer{std::string(asked), std::move(value)};
    }
    return {};
}

}  // namespace befriend
