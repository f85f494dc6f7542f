// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <set>

#include "engine/step.hpp"
#include "engine/text/reflect.hpp"
#include "tools/spoken.hpp"
#include "tools/stats.hpp"

namespace befriend {
namespace {

// A message with fewer words holds little to say back.
constexpr std::size_t telling_words = 5;

struct Exchange {
    std::string person;
    std::vector<std::string> bubbles;
    std::uint32_t line = 0;  // of the person's message in the file
};

std::vector<Exchange> exchanges(std::string_view recorded) {
    std::vector<Exchange> result;
    bool answered = true;
    std::uint32_t number = 0;
    while (!recorded.empty()) {
        const auto end = std::min(recorded.find('\n'), recorded.size());
        const std::string_view line = recorded.substr(0, end);
        recorded.remove_prefix(std::min(end + 1, recorded.size()));
        ++number;
        if (line.starts_with("> /")) {
            result.push_back({});
            answered = true;
        } else if (line.starts_with("> ")) {
            if (answered) result.push_back({{}, {}, number});
            result.back().person += (answered ? "" : "\n") + std::string(line.substr(2));
            answered = false;
        } else if (line.starts_with("< ") && !result.empty()) {
            result.back().bubbles.emplace_back(line.substr(2));
            answered = true;
        }
    }
    return result;
}

// Words that say nothing about a matter.
bool is_content_word(const std::string& word) {
    static const std::set<std::string, std::less<>> small{
        "about",  "after", "again", "also",   "always", "because", "been",  "before", "being",
        "cannot", "could", "does",  "doing",  "dont",   "even",    "every", "from",   "have",
        "having", "here",  "into",  "just",   "like",   "more",    "much",  "myself", "never",
        "only",   "other", "over",  "really", "same",   "should",  "some",  "still",  "such",
        "than",   "that",  "them",  "then",   "there",  "these",   "they",  "thing",  "this",
        "those",  "very",  "want",  "were",   "what",   "when",    "where", "which",  "will",
        "with",   "would", "your",  "know",   "feel",   "yourself"};
    return word.size() >= 4 && word.find('\'') == std::string::npos && !small.contains(word);
}

bool reuses(const Exchange& exchange) {
    std::set<std::string> theirs;
    for (const std::string& word : words_of(exchange.person))
        if (is_content_word(word)) theirs.insert(word);
    return std::ranges::any_of(exchange.bubbles, [&](const std::string& bubble) {
        const std::vector<std::string> words = words_of(bubble);
        return std::ranges::any_of(words,
                                   [&](const std::string& word) { return theirs.contains(word); });
    });
}

bool ends_on_question(const Exchange& exchange) {
    if (exchange.bubbles.empty()) return false;
    const std::string& last = exchange.bubbles.back();
    const auto end = last.find_last_not_of(" \n");
    return end != std::string::npos && last[end] == '?';
}

// The person told something: no danger, no question, no control.
bool is_content(const Pack& pack, const Exchange& exchange) {
    if (exchange.bubbles.empty() || count_words(exchange.person) < telling_words) return false;
    const Understanding heard = pack.matcher.understand(exchange.person);
    return heard.primary != IntentId::none &&
           pack.matcher.kind(heard.primary) == IntentKind::content;
}

}  // namespace

void measure_talks(const Pack& pack, const std::vector<ChatFile>& files, const Limits& limits,
                   LanguageStats& into) {
    LiveStats& live = into.live;
    std::size_t bubbles = 0;
    std::size_t words = 0;
    for (const ChatFile& file : files) {
        ++live.conversations;
        ChatHow how;
        how.record = true;
        std::size_t questions = 0;
        for (const Exchange& exchange : exchanges(play(pack, file, how).now)) {
            for (const std::string& bubble : exchange.bubbles) {
                ++bubbles;
                words += count_words(bubble);
            }
            if (!is_content(pack, exchange)) {
                questions = 0;
                continue;
            }
            ++live.content_turns;
            if (reuses(exchange)) {
                ++live.reusing;
            }
            const bool asks = ends_on_question(exchange);
            if (!asks) ++live.without_question;
            questions = asks ? questions + 1 : 0;
            live.longest_questions = std::max(live.longest_questions, questions);
            if (questions == limits.questions_in_row + 1)
                into.findings.push_back({"questions_in_row", file.name, exchange.bubbles.back(),
                                         "after: " + exchange.person});
        }
    }
    if (bubbles > 0)
        live.words_per_bubble = static_cast<double>(words) / static_cast<double>(bubbles);
    if (live.content_turns == 0) return;
    const auto share = [&](std::size_t n) {
        return static_cast<double>(n) / static_cast<double>(live.content_turns);
    };
    const auto percent = [](double value) {
        return std::to_string(static_cast<int>(100 * value + 0.5)) + " %";
    };
    if (share(live.reusing) < limits.reuse)
        into.findings.push_back(
            {"reuse", "", "answers that use a word of the person's",
             percent(share(live.reusing)) + ", at least " + percent(limits.reuse)});
    if (share(live.without_question) < limits.without_question)
        into.findings.push_back({"without_question", "", "answers without a question",
                                 percent(share(live.without_question)) + ", at least " +
                                     percent(limits.without_question)});
}

void measure_variety(const Pack& pack, const Limits& limits, LanguageStats& into) {
    std::map<std::pair<std::uint16_t, std::uint32_t>, std::string> skeletons;
    std::set<std::string> spared;  // practice lines, helplines, what befriend is
    for (const Spoken& one : spoken(pack)) {
        const Text& text = text_of(pack, one);
        const DialogKind kind = pack.dialog(one.dialog).kind;
        skeletons.emplace(std::pair(one.at.file, one.at.line), text.source);
        if (kind == DialogKind::practice || kind == DialogKind::safety ||
            pack.dialog(one.dialog).name == "are_you_human")
            spared.insert(text.source);
    }
    constexpr int sessions = 3;
    Session session;
    session.seed = 1;
    Instant now{std::chrono::hours(24 * 20000) + std::chrono::hours(12)};
    int event = 0;
    const auto send = [&](Incoming incoming) {
        incoming.conversation = "variety";
        incoming.person = "anna";
        incoming.event_id = std::to_string(event++);
        now += std::chrono::seconds(30);
        incoming.at = now;
        Turn turn = step(pack, std::move(session), incoming);
        session = std::move(turn.session);
        return std::move(turn.effects);
    };
    std::deque<std::set<std::string>> recent;
    for (int i = 0; i < sessions; ++i) {
        now += std::chrono::hours(26);
        Incoming start;
        start.kind = Incoming::Kind::start;
        send(start);
        for (const std::string& input : limits.inputs) {
            Incoming incoming;
            incoming.parts = {input};
            std::set<std::string> said;
            for (const Effect& effect : send(incoming)) {
                const Say* say = std::get_if<Say>(&effect);
                if (say == nullptr || say->safety || say->resource) continue;
                const auto found = skeletons.find({say->from.file, say->from.line});
                if (found == skeletons.end() || spared.contains(found->second)) continue;
                const bool again = std::ranges::any_of(
                    recent, [&](const auto& turn) { return turn.contains(found->second); });
                if (again)
                    into.findings.push_back(
                        {"same_skeleton", place_name(pack, say->from), found->second,
                         "again within " + std::to_string(limits.variety_turns) +
                             " turns, session " + std::to_string(i + 1) + ", after: " + input});
                said.insert(found->second);
            }
            recent.push_back(std::move(said));
            if (recent.size() > limits.variety_turns) recent.pop_front();
        }
    }
}

}  // namespace befriend
