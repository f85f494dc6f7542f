// SPDX-License-Identifier: Apache-2.0
//
// Lets a persona talk with a pack and counts.
#include <algorithm>
#include <cctype>
#include <chrono>
#include <set>

#include "engine/base/hash.hpp"
#include "engine/base/utf8.hpp"
#include "engine/step.hpp"
#include "tools/clock_option.hpp"
#include "tools/simulate.hpp"

namespace befriend {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t longest_calm = 45;    // words a bubble, CONTENT 1.2
constexpr std::uint32_t longest_safety = 60;  // where a help line is part of it
constexpr std::size_t shortest_content_word = 4;
constexpr std::size_t telling_words = 5;  // a message with fewer holds little to say back
// Long enough to pass for content and carrying none.
constexpr std::string_view empty_words[] = {
    "about", "also", "back",  "because", "been",  "does",  "doesn", "don't", "even",  "from",
    "have",  "it's", "i've",  "just",    "know",  "like",  "more",  "much",  "only",  "really",
    "some",  "that", "their", "them",    "then",  "there", "they",  "thing", "this",  "very",
    "want",  "well", "what",  "when",    "where", "which", "will",  "with",  "would", "your"};

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '\'' || byte >= 0x80) {
            word += static_cast<char>(std::tolower(byte));
        } else if (!word.empty()) {
            words.push_back(std::move(word));
            word.clear();
        }
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
}

// Close enough to tell that two words are forms of one: burning and burned, tries and try.
std::string stem(std::string word) {
    constexpr std::string_view endings[] = {"ing", "ied", "ies", "ed", "es", "ly", "s"};
    constexpr std::size_t least = 3;
    for (const std::string_view ending : endings) {
        if (!word.ends_with(ending) || word.size() < ending.size() + least) continue;
        word.resize(word.size() - ending.size());
        if (ending.front() == 'i' && ending != "ing") word += 'y';
        break;
    }
    const std::size_t n = word.size();
    if (n > least && word[n - 1] == word[n - 2]) word.pop_back();  // stopped
    if (word.size() > least && word.back() == 'e') word.pop_back();
    return word;
}

// Their stems.
std::set<std::string> content_words(std::string_view text) {
    std::set<std::string> out;
    for (std::string& word : words_of(text)) {
        if (word.size() >= shortest_content_word &&
            std::find(std::begin(empty_words), std::end(empty_words), word) ==
                std::end(empty_words)) {
            out.insert(stem(std::move(word)));
        }
    }
    return out;
}

// The lines of one kind in a shuffled order, anew only when all were used.
class Bag {
public:
    Bag(std::vector<std::string> lines, std::uint64_t seed)
        : lines_(std::move(lines)), seed_(seed) {}
    bool empty() const { return lines_.empty(); }
    const std::string& draw() {
        if (next_ % lines_.size() == 0) {
            for (std::size_t i = lines_.size(); i > 1; --i) {
                seed_ = seed_ * 6364136223846793005ULL + 1442695040888963407ULL;
                std::swap(lines_[i - 1], lines_[(seed_ >> 33) % i]);
            }
        }
        return lines_[next_++ % lines_.size()];
    }

private:
    std::vector<std::string> lines_;
    std::uint64_t seed_;
    std::size_t next_ = 0;
};

// What befriend answered, and what can be said about it.
struct Heard {
    std::vector<const Say*> said;
    std::string all;  // the bubbles in lower case
    bool question = false;
    bool resource = false;
    bool repeated = false;
    bool fallback = false;
    bool fits = false;
};

class Talk {
public:
    Talk(const Pack& pack, const Persona& persona, std::uint64_t seed)
        : pack_(pack), persona_(persona), seed_(seed) {
        session_.seed = seed;
        now_ = parse_clock(default_clock)->at;
        told_.resize(persona.hidden.size());
    }

    SimulatedSession play() {
        out_.persona = persona_.name;
        out_.seed = seed_;
        out_.measures.sessions = 1;
        send("", "start", Incoming::Kind::start);
        std::uint32_t misfits = 0;
        for (std::uint32_t turn = 1; turn <= persona_.turns; ++turn) {
            std::string situation;
            std::string line = turn == 1 ? draw("opening", persona_.opening) : "";
            if (turn == 1) {
                situation = "opening";
            } else {
                line = reply(turn, situation);
            }
            const Heard heard = send(line, situation, Incoming::Kind::message);
            if (misfit(heard) && ++misfits > persona_.patience) {
                ++out_.measures.left_early;
                send(draw("leaving", persona_.leaving), "leaving", Incoming::Kind::message);
                return std::move(out_);
            }
            if (out_.turns.back().at.empty() && turn < persona_.turns) break;
        }
        if (!out_.turns.back().at.empty()) {
            send(draw("ending", persona_.ending), "ending", Incoming::Kind::message);
        }
        settle();
        return std::move(out_);
    }

private:
    bool in_practice() const {
        return std::any_of(session_.stack.begin(), session_.stack.end(), [&](const Frame& frame) {
            const DialogId id = pack_.find_dialog(frame.dialog);
            return id != DialogId::none && pack_.dialog(id).kind == DialogKind::practice;
        });
    }

    const Step* waiting() const {
        if (!session_.open || session_.stack.empty()) return nullptr;
        const DialogId dialog = pack_.find_dialog(session_.stack.back().dialog);
        if (dialog == DialogId::none) return nullptr;
        const StepId step = pack_.find_step(dialog, session_.stack.back().step);
        return step == StepId::none ? nullptr : &pack_.step(step);
    }

    bool leads_to_practice(const Step& step) const {
        return std::any_of(step.hear.begin(), step.hear.end(), [&](const Hear& hear) {
            return hear.kind == Hear::Kind::answer && hear.move.dialog != DialogId::none &&
                   pack_.dialog(hear.move.dialog).kind == DialogKind::practice;
        });
    }

    Situation situation() const {
        if (!session_.safety.asked.empty()) return Situation::safety;
        const Step* step = waiting();
        if (step == nullptr) return Situation::statement;
        if (step->question != Question::none) return Situation::safety;
        if (step->wait == Step::Wait::pace) return Situation::practice;
        if (step->wait != Step::Wait::ask) return Situation::statement;
        if (pack_.dialog(step->dialog).kind == DialogKind::safety) return Situation::safety;
        if (leads_to_practice(*step)) return Situation::offer;
        switch (step->expects) {
            case Expects::yes_no:
                return Situation::yes_no;
            case Expects::scale:
                return Situation::scale;
            case Expects::choice:
                return Situation::choice;
            case Expects::open:
            case Expects::feeling:
            case Expects::words_to_other:
            case Expects::line:
                return in_practice() ? Situation::practice : Situation::open;
        }
        return Situation::open;
    }

    std::string draw(const std::string& name, const std::vector<std::string>& lines) {
        auto bag = bags_.find(name);
        if (bag == bags_.end()) {
            bag = bags_.emplace(name, Bag(lines, seed_ ^ fnv1a(name))).first;
        }
        return bag->second.empty() ? "..." : bag->second.draw();
    }

    std::string reply(std::uint32_t turn, std::string& why) {
        const Situation now = situation();
        // Danger and practice come before small print: a misfit there has its own lines.
        if (now != Situation::safety && misfit(last_) && !persona_.misfit.empty()) {
            why = "misfit";
            return draw("misfit", persona_.misfit);
        }
        for (std::size_t i = 0; i < persona_.hidden.size(); ++i) {
            const HiddenFact& fact = persona_.hidden[i];
            if (told_[i] || turn < fact.from_turn) continue;
            if (fact.situation && *fact.situation != now) continue;
            if (fact.after_fit && !last_.fits) continue;
            if (!fact.after.empty() &&
                last_.all.find(ascii_lower(fact.after)) == std::string::npos) {
                continue;
            }
            told_[i] = true;
            why = "hidden";
            return fact.say;
        }
        const bool free = now == Situation::statement || now == Situation::open;
        if (free && last_.fits && !persona_.fit.empty() && turn % 3 == 0) {
            why = "fit";
            return draw("fit", persona_.fit);
        }
        why = situation_name(now);
        return fill(draw(why, lines_for(now)));
    }

    const std::vector<std::string>& lines_for(Situation now) const {
        const auto has = [&](Situation s) {
            const auto found = persona_.lines.find(s);
            return found != persona_.lines.end() && !found->second.empty();
        };
        if (!has(now)) {
            const bool closed = now == Situation::offer || now == Situation::safety;
            now = closed ? Situation::yes_no : Situation::open;
        }
        return persona_.lines.at(now);
    }

    // {option}: one of the choices that were offered.
    std::string fill(std::string line) {
        constexpr std::string_view mark = "{option}";
        const std::size_t at = line.find(mark);
        if (at == std::string::npos) return line;
        const Step* step = waiting();
        std::string option = "1";
        if (step != nullptr && !step->options.empty()) {
            option = step->options[(seed_ + out_.turns.size()) % step->options.size()].label.source;
        }
        return line.replace(at, mark.size(), option);
    }

    static bool misfit(const Heard& heard) { return heard.repeated || heard.fallback; }

    Heard send(const std::string& line, const std::string& why, Incoming::Kind kind) {
        const bool was_in_practice = in_practice();
        const bool was_asked = waiting() != nullptr && waiting()->wait == Step::Wait::ask;
        const bool in_safety = session_.safety.rank >= 2;
        Incoming incoming;
        incoming.kind = kind;
        incoming.conversation = "simulated";
        incoming.person = "person";
        incoming.event_id = "e" + std::to_string(++events_);
        incoming.at = now_ += 20s;
        if (kind == Incoming::Kind::message) incoming.parts.push_back(line);
        Turn turn = step(pack_, std::move(session_), incoming);
        session_ = std::move(turn.session);

        Heard heard = listen(turn);
        SimulatedTurn shown{line, why, {}, turn.trace.at};
        for (const Say* say : heard.said) shown.bubbles.push_back(say->text);
        if (kind == Incoming::Kind::message) {
            count(line, why, turn, heard, was_in_practice, was_asked, in_safety);
        }
        out_.turns.push_back(std::move(shown));
        last_ = heard;
        last_.said.clear();  // they die with the turn
        return last_;
    }

    Heard listen(const Turn& turn) {
        Heard heard;
        for (const Effect& effect : turn.effects) {
            if (const auto* say = std::get_if<Say>(&effect)) {
                heard.said.push_back(say);
                heard.all += ascii_lower(say->text) + "\n";
                heard.resource = heard.resource || say->resource;
            }
        }
        heard.question = !heard.said.empty() && heard.said.back()->text.ends_with("?");
        heard.fallback =
            turn.trace.at.starts_with("unclear/") || turn.trace.at.starts_with("gibberish/");
        for (const Say* say : heard.said) {
            // Lines of a practice, help lines and safety questions are said again on purpose.
            const bool counts = !say->resource && !say->safety && !in_practice();
            if (!said_before_.insert(say->text).second && counts) heard.repeated = true;
        }
        return heard;
    }

    bool heard_name(const Turn& turn, std::string_view name) const {
        return std::any_of(turn.trace.heard.begin(), turn.trace.heard.end(), [&](const Reading& r) {
            return r.counts && pack_.matcher.intent_name(r.intent) == name;
        });
    }

    void count(const std::string& line, const std::string& why, const Turn& turn, Heard& heard,
               bool was_in_practice, bool was_asked, bool in_safety) {
        SideMeasures& m = out_.measures;
        ++m.turns;
        m.problems += static_cast<std::uint32_t>(turn.trace.problems.size());
        if (in_practice() && !was_in_practice) {
            ++m.practices;
            // Asked for, or a question was answered and not with a no.
            if (heard_name(turn, "deny") ||
                (!was_asked && !heard_name(turn, "asks_practice") && turn.trace.heard.empty())) {
                ++m.without_consent;
            }
        }
        if (heard_name(turn, "stop")) {
            ++m.stops;
            if (heard.question || (was_in_practice && in_practice())) ++m.stops_ignored;
        }
        if (heard.fallback) ++m.fallbacks;
        if (heard.repeated) ++m.repeats;
        std::uint32_t questions = 0;
        for (const Say* say : heard.said) {
            const auto words = static_cast<std::uint32_t>(words_of(say->text).size());
            ++m.bubbles;
            m.bubble_words += words;
            m.longest_bubble = std::max(m.longest_bubble, words);
            const bool safe = say->safety || say->resource;
            if (words > (safe ? longest_safety : longest_calm)) ++m.long_bubbles;
            questions +=
                static_cast<std::uint32_t>(std::count(say->text.begin(), say->text.end(), '?'));
        }
        if (questions > 1) ++m.crowded_turns;
        if (heard.question) ++m.question_turns;
        // What must be asked about danger is asked, and a row begins anew after it.
        const bool danger =
            in_safety || session_.safety.rank >= 2 || !session_.safety.asked.empty();
        row_ = danger ? 0 : std::min(row_ + 1, std::uint32_t{session_.questions_in_row});
        m.questions_in_row = std::max(m.questions_in_row, row_);
        count_crisis(heard.resource, in_safety);
        // A choice or a number has no words of their own.
        const bool own_words = why != "choice" && why != "scale" && why != "yes_no";
        count_reuse(line, turn, heard, in_safety || !own_words);
    }

    void count_crisis(bool resource, bool in_safety) {
        if (session_.safety.rank >= 2 && !in_safety) {
            ++out_.measures.crises;
            since_crisis_ = 0;
        } else if (since_crisis_) {
            ++*since_crisis_;
        }
        if (!since_crisis_) return;
        if (resource) {
            out_.measures.slowest_resource =
                std::max(out_.measures.slowest_resource, *since_crisis_);
            if (*since_crisis_ > 1) ++out_.measures.crises_without_resource;
            since_crisis_.reset();
        }
    }

    // A crisis that never saw a help line.
    void settle() {
        if (since_crisis_) ++out_.measures.crises_without_resource;
        since_crisis_.reset();
    }

    void count_reuse(const std::string& line, const Turn& turn, Heard& heard, bool leave_out) {
        const bool content = std::any_of(
            turn.trace.heard.begin(), turn.trace.heard.end(), [&](const Reading& reading) {
                return reading.counts && pack_.matcher.kind(reading.intent) == IntentKind::content;
            });
        const std::set<std::string> theirs = content_words(line);
        const std::set<std::string> ours = content_words(heard.all);
        const bool reuses = std::any_of(theirs.begin(), theirs.end(),
                                        [&](const std::string& w) { return ours.contains(w); });
        heard.fits = reuses && !misfit(heard);
        if (!content || leave_out || session_.safety.rank >= 2 || theirs.empty() ||
            words_of(line).size() < telling_words) {
            return;
        }
        ++out_.measures.content_turns;
        if (reuses) ++out_.measures.reuse_turns;
    }

    const Pack& pack_;
    const Persona& persona_;
    std::uint64_t seed_;
    Session session_;
    Instant now_{};
    SimulatedSession out_;
    std::map<std::string, Bag> bags_;
    std::vector<bool> told_;
    std::set<std::string> said_before_;
    Heard last_;
    std::uint32_t row_ = 0;
    std::optional<std::uint32_t> since_crisis_;
    int events_ = 0;
};

double share(std::uint32_t part, std::uint32_t whole, double of_none) {
    return whole == 0 ? of_none : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void SideMeasures::add(const SideMeasures& other) {
    for (const auto field :
         {&SideMeasures::sessions, &SideMeasures::turns, &SideMeasures::practices,
          &SideMeasures::without_consent, &SideMeasures::stops, &SideMeasures::stops_ignored,
          &SideMeasures::fallbacks, &SideMeasures::bubbles, &SideMeasures::bubble_words,
          &SideMeasures::long_bubbles, &SideMeasures::repeats, &SideMeasures::question_turns,
          &SideMeasures::crowded_turns, &SideMeasures::crises,
          &SideMeasures::crises_without_resource, &SideMeasures::content_turns,
          &SideMeasures::reuse_turns, &SideMeasures::left_early, &SideMeasures::problems}) {
        this->*field += other.*field;
    }
    for (const auto field : {&SideMeasures::longest_bubble, &SideMeasures::questions_in_row,
                             &SideMeasures::slowest_resource}) {
        this->*field = std::max(this->*field, other.*field);
    }
}

SimulatedSession simulate(const Pack& pack, const Persona& persona, std::uint64_t seed) {
    return Talk(pack, persona, seed).play();
}

std::vector<SideLimit> judge(const SideMeasures& m) {
    return {
        {"consent before practice", 1 - share(m.without_consent, m.practices, 0), 1, true},
        {"honoured stops", 1 - share(m.stops_ignored, m.stops, 0), 1, true},
        {"fallback turns", share(m.fallbacks, m.turns, 0), 0.15},
        {"turns with a repeated bubble", share(m.repeats, m.turns, 0), 0},
        {"turns with two questions", share(m.crowded_turns, m.turns, 0), 0},
        {"turns ending on a question", share(m.question_turns, m.turns, 0), 0.67},
        {"questions in a row", static_cast<double>(m.questions_in_row), 2},
        {"crises without a help line at once", static_cast<double>(m.crises_without_resource), 0},
        {"answers with the person's words", share(m.reuse_turns, m.content_turns, 1), 0.6, true},
        {"bubbles too long", share(m.long_bubbles, m.bubbles, 0), 0},
    };
}

}  // namespace befriend
