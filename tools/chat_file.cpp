// SPDX-License-Identifier: Apache-2.0
#include "tools/chat_file.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "adapters/host/effect_json.hpp"
#include "engine/base/diagnostic.hpp"
#include "engine/base/json_line.hpp"
#include "engine/base/utf8.hpp"
#include "engine/base/yaml.hpp"
#include "engine/session_json.hpp"
#include "engine/step.hpp"
#include "tools/files.hpp"

namespace befriend {
namespace {

constexpr std::string_view fence = "---";
constexpr int most_wakes = 1000;
constexpr std::chrono::seconds between_messages{1};

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
        text.remove_suffix(1);
    }
    return text;
}

std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') {
            out += " / ";
        } else {
            out += c;
        }
    }
    return out;
}

// ---- reading -----------------------------------------------------------------------------------

Result<bool> read_front(ChatFile& file, std::string_view text) {
    if (text.empty()) return true;  // a conversation may do without
    Diagnostics diagnostics;
    const Document document = parse_yaml({file.name, std::string(text)}, diagnostics);
    if (has_errors(diagnostics)) {
        return fail(render(diagnostics.front()));
    }
    const auto read = [&](const Json& map) -> Result<bool> {
        for (const auto& [key, value] : map.items()) {
            const std::string word = value.is_string() ? value.get<std::string>() : std::string();
            if (key == "given") {
                continue;
            }
            if (key == "seed") {
                const auto [end, problem] =
                    std::from_chars(word.data(), word.data() + word.size(), file.seed);
                if (problem != std::errc{} || end != word.data() + word.size()) {
                    return fail(file.name + ": seed is a whole number");
                }
            } else if (key == "clock") {
                const auto clock = parse_clock(word);
                if (!clock) {
                    return fail(file.name + ": clock is a time such as 2026-01-05T22:30:00+01:00");
                }
                file.clock = *clock;
            } else if (key == "memory" && value.is_object()) {
                for (const auto& [slot, words] : value.items()) {
                    file.memory[slot] = words.is_string() ? words.get<std::string>() : words.dump();
                }
            } else if (key == "memory") {
                // "none", "empty": the default
            } else if (key == "at") {
                file.at = word;
            } else if (key == "plain") {
                file.plain = word == "true" || word == "yes";
            } else if (key == "same_result_for") {
                std::vector<std::string> names{word};
                if (value.is_array()) {
                    names.clear();
                    for (const Json& one : value) names.push_back(one.get<std::string>());
                }
                for (std::string& name : names) {
                    if (find_change(name) == nullptr) {
                        return fail(file.name + ": same_result_for: unknown change \"" + name +
                                    "\"; there are " + change_names());
                    }
                    file.same_result_for.push_back(std::move(name));
                }
            } else if (key != "language" && key != "locale" && key != "about") {
                return fail(file.name + ": unknown key \"" + key + "\" in the front matter");
            }
        }
        return true;
    };
    if (!document.root.is_object()) {
        return true;
    }
    if (document.root.contains("given") && document.root["given"].is_object()) {
        auto given = read(document.root["given"]);
        if (!given) {
            return given;
        }
    }
    return read(document.root);
}

// ---- playing -----------------------------------------------------------------------------------

// One action of the file and the lines that speak about its answer.
struct Group {
    std::size_t first = 0;  // lines [first, last)
    std::size_t last = 0;
};

struct Answered {
    std::vector<Effect> effects;
    Trace trace;
    std::string text;  // what the readings' spans point into
};

// A helpline is said, or the page of them is shown.
bool shows_help(const Effect& effect) {
    const auto* say = std::get_if<Say>(&effect);
    const auto* page = std::get_if<ShowPage>(&effect);
    return (say != nullptr && say->resource) || (page != nullptr && page->what == Show::resources);
}

class Player {
public:
    Player(const Pack& pack, const ChatFile& file, const ChatHow& how)
        : pack_(pack), file_(file), how_(how), now_(file.clock.at) {
        session_.seed = file.seed;
        session_.person = file.memory;
        session_.welcomed = !file.memory.empty();
    }

    ChatRun play() {
        run_.now = file_.front;
        std::size_t i = 0;
        const auto& lines = file_.lines;
        const auto first_words = std::find_if(lines.begin(), lines.end(),
                                              [](const ChatLine& l) { return l.kind == '>'; });
        if (first_words == lines.end() || first_words->text != "/start") {
            Incoming incoming = event(Incoming::Kind::start);
            (void)take(std::move(incoming));
        }
        while (i < lines.size()) {
            const ChatLine& line = lines[i];
            if (line.kind == '>' || line.kind == '~') {
                const std::size_t begin = i;
                ++i;
                while (line.kind == '>' && i < lines.size() && lines[i].kind == '>' &&
                       !lines[i].text.starts_with("/") && !line.text.starts_with("/")) {
                    ++i;
                }
                const std::size_t end_of_action = i;
                while (i < lines.size() && lines[i].kind != '>' && lines[i].kind != '~') {
                    ++i;
                }
                act(begin, end_of_action, i);
            } else {
                if (line.kind != ' ' && line.kind != '#') {
                    run_.failures.push_back(place(line) + "nothing was said before this line");
                }
                write(line);
                ++i;
            }
        }
        return std::move(run_);
    }

private:
    std::string place(const ChatLine& line) const {
        return file_.name + ":" + std::to_string(line.number) + ": ";
    }
    void write(const ChatLine& line) {
        if (line.kind == ' ') {
            run_.now += '\n';
        } else if (line.kind == '#') {
            run_.now += line.text + "\n";
        } else {
            run_.now += std::string(1, line.kind) + " " + line.text + "\n";
        }
    }

    Incoming event(Incoming::Kind kind) {
        now_ += between_messages;
        Incoming incoming;
        incoming.kind = kind;
        incoming.conversation = "test";
        incoming.person = "person";
        incoming.event_id = "e" + std::to_string(++events_);
        incoming.at = now_;
        incoming.utc_offset = file_.clock.utc_offset;
        incoming.plain = file_.plain;
        return incoming;
    }

    Turn begin(const Incoming& incoming) {
        const std::size_t slash = file_.at.find('/');
        const DialogId dialog = pack_.find_dialog(file_.at.substr(0, slash));
        const StepId at = dialog == DialogId::none || slash == std::string::npos
                              ? StepId::none
                              : pack_.find_step(dialog, file_.at.substr(slash + 1));
        if (at == StepId::none) {
            run_.failures.push_back(file_.name + ": at: there is no step " + file_.at);
            return step(pack_, std::move(session_), incoming);
        }
        return step_at(pack_, std::move(session_), incoming, dialog, at);
    }

    Answered take(Incoming incoming) {
        if (how_.save_and_load) {
            auto loaded = session_from_json(to_json(session_));
            if (loaded) {
                if (!(*loaded == session_)) {
                    run_.failures.push_back(file_.name + ": the session changes when it is saved");
                }
                session_ = std::move(*loaded);
            } else {
                run_.failures.push_back(
                    file_.name + ": the saved session cannot be read: " + loaded.error().message);
            }
        }
        Answered answered;
        for (const std::string& part : incoming.parts) {
            answered.text += answered.text.empty() ? part : "\n" + part;
        }
        std::vector<std::string> stack;
        for (const Frame& frame : session_.stack) stack.push_back(frame.dialog);
        Turn turn = incoming.kind == Incoming::Kind::start && events_ == 1 && !file_.at.empty()
                        ? begin(incoming)
                        : step(pack_, std::move(session_), incoming);
        session_ = std::move(turn.session);
        answered.effects = std::move(turn.effects);
        answered.trace = std::move(turn.trace);
        run_.seen.add(pack_, stack, answered.trace);
        if (!answered.text.empty()) run_.seen.texts.insert(answered.text);
        if (std::ranges::any_of(answered.effects, shows_help))
            run_.seen.countries.insert(pack_.resources.country(session_.country).code);
        nlohmann::json effects = nlohmann::json::array();
        for (const Effect& effect : answered.effects) {
            effects.push_back(to_json(effect));
        }
        run_.effects.push_back(json_line(effects));
        return answered;
    }

    Answered wait(std::chrono::milliseconds lasts) {
        Answered all;
        const Instant until = now_ + lasts;
        for (int i = 0; i < most_wakes && session_.deadline && session_.deadline->at <= until;
             ++i) {
            now_ = std::max(now_, session_.deadline->at);
            Incoming incoming = deadline_incoming(session_);
            incoming.conversation = "test";
            incoming.at = now_;
            incoming.utc_offset = file_.clock.utc_offset;
            incoming.plain = file_.plain;
            incoming.event_id = "w" + std::to_string(++events_);
            Answered one = take(std::move(incoming));
            all.effects.insert(all.effects.end(), one.effects.begin(), one.effects.end());
            all.trace = std::move(one.trace);
        }
        now_ = until;
        all.trace.at = session_.stack.empty() || !session_.open
                           ? std::string()
                           : session_.stack.back().dialog + "/" + session_.stack.back().step;
        return all;
    }

    Answered answer(std::size_t begin, std::size_t end) {
        const ChatLine& line = file_.lines[begin];
        if (line.kind == '~') {
            const auto lasts = parse_wait(line.text);
            if (!lasts) {
                run_.failures.push_back(place(line) + "a wait is written like ~ 21 minutes");
                return {};
            }
            return wait(*lasts);
        }
        if (line.text == "/start") {
            return take(event(Incoming::Kind::start));
        }
        if (line.text.starts_with("/button ")) {
            Incoming incoming = event(Incoming::Kind::button);
            incoming.button = trim(std::string_view(line.text).substr(8));
            return take(std::move(incoming));
        }
        if (line.text.starts_with("/edit ")) {
            Incoming incoming = event(Incoming::Kind::edit);
            incoming.parts.emplace_back(trim(std::string_view(line.text).substr(6)));
            return take(std::move(incoming));
        }
        if (line.text == "/redact") {
            return take(event(Incoming::Kind::redaction));
        }
        Incoming incoming = event(Incoming::Kind::message);
        for (std::size_t i = begin; i < end; ++i) {
            const ChatLine& part = file_.lines[i];
            incoming.parts.push_back(changed(part));
        }
        return take(std::move(incoming));
    }

    std::string changed(const ChatLine& part) {
        if (how_.change == nullptr) return part.text;
        static const Synonyms none;
        std::string text = how_.change->apply(part.text, file_.seed + part.number,
                                              how_.known == nullptr ? none : *how_.known);
        run_.changed = run_.changed || text != part.text;
        return text;
    }

    void act(std::size_t begin, std::size_t end_of_action, std::size_t end) {
        const Answered answered = answer(begin, end_of_action);
        std::vector<std::string> said;
        for (const Effect& effect : answered.effects) {
            if (const auto* say = std::get_if<Say>(&effect)) {
                said.push_back(one_line(say->text));
            }
        }
        for (std::size_t i = begin; i < end_of_action; ++i) {
            write(file_.lines[i]);
        }
        std::vector<const ChatLine*> expected;
        for (std::size_t i = end_of_action; i < end; ++i) {
            if (file_.lines[i].kind == '<') expected.push_back(&file_.lines[i]);
        }
        const bool checks_words = !expected.empty() && !how_.only_meaning;
        if (checks_words && !how_.record) {
            check_words(expected, said);
        }
        bool written = false;
        const auto write_words = [&] {
            written = true;
            for (std::size_t k = 0; k < said.size(); ++k) {
                // A line that fits as it is written stays as it is.
                const bool keep =
                    !how_.record && k < expected.size() && fits(expected[k]->text, said[k]);
                run_.now += "< " + (keep ? expected[k]->text : said[k]) + "\n";
            }
        };
        if (how_.record) {
            write_words();
        }
        for (std::size_t i = end_of_action; i < end; ++i) {
            const ChatLine& line = file_.lines[i];
            if (line.kind == '<') {
                if (!written) write_words();
                continue;
            }
            if (line.kind == '?' && line.text.starts_with("via ")) {
                check_way(line, answered);
            } else if (line.kind == '?') {
                const std::string at = answered.trace.at.empty() ? "closed" : answered.trace.at;
                if (!place_fits(line.text, at)) {
                    run_.failures.push_back(place(line) + "expected to wait at " + line.text +
                                            ", waits at " + at);
                    run_.now += "? " + at + "\n";
                    continue;
                }
            } else if (line.kind == '=') {
                check_heard(line, answered);
            } else if (line.kind == '!') {
                check_effect(line, answered);
            }
            write(line);
        }
    }

    static bool fits(std::string_view expected, std::string_view said) {
        if (expected == "...") return true;
        if (expected.ends_with(" ...")) {
            return said.starts_with(expected.substr(0, expected.size() - 4));
        }
        return expected == said;
    }

    void check_words(const std::vector<const ChatLine*>& expected,
                     const std::vector<std::string>& said) {
        for (std::size_t k = 0; k < std::max(expected.size(), said.size()); ++k) {
            if (k >= expected.size()) {
                run_.failures.push_back(place(*expected.back()) +
                                        "one more bubble was said: " + said[k]);
            } else if (k >= said.size()) {
                run_.failures.push_back(place(*expected[k]) +
                                        "this was not said: " + expected[k]->text);
            } else if (!fits(expected[k]->text, said[k])) {
                run_.failures.push_back(place(*expected[k]) + "said instead: " + said[k]);
            }
        }
    }

    static bool place_fits(std::string_view expected, std::string_view at) {
        if (expected == at) return true;
        // "dialog" alone means any of its steps; a dot may stand for the slash.
        if (expected.find('/') == std::string_view::npos) {
            std::string slashed(expected);
            std::replace(slashed.begin(), slashed.end(), '.', '/');
            return slashed == at || at.starts_with(std::string(expected) + "/");
        }
        return false;
    }

    // The step that a line of the scripts belongs to; empty for the engine's own lines.
    std::string step_of(SourceRef at) const {
        const Step* owner = nullptr;
        for (const Step& one : pack_.steps) {
            const bool before = one.at.file == at.file && one.at.line <= at.line;
            if (before && (owner == nullptr || owner->at.line < one.at.line)) owner = &one;
        }
        return owner == nullptr ? std::string()
                                : pack_.dialog(owner->dialog).name + "/" + owner->name;
    }

    // The answer passes through a step: it says something there or waits there.
    void check_way(const ChatLine& line, const Answered& answered) {
        const std::string_view wanted = trim(std::string_view(line.text).substr(4));
        std::string way;
        const auto passes = [&](const std::string& place) {
            if (place.empty()) return false;
            way += (way.empty() ? "" : ", ") + place;
            return place == wanted;
        };
        for (const Effect& effect : answered.effects) {
            const auto* say = std::get_if<Say>(&effect);
            if (say != nullptr && passes(step_of(say->from))) return;
        }
        if (passes(answered.trace.at.empty() ? "closed" : answered.trace.at)) return;
        run_.failures.push_back(place(line) + "expected to come by " + std::string(wanted) +
                                ", came by " + way);
    }

    // The value of a slot, wherever it is kept; nullopt when it is not filled.
    std::optional<std::string> slot(const std::string& name) const {
        for (auto frame = session_.stack.rbegin(); frame != session_.stack.rend(); ++frame) {
            const auto found = frame->slots.find(name);
            if (found != frame->slots.end()) return found->second;
        }
        for (const auto* slots : {&session_.slots, &session_.person}) {
            const auto found = slots->find(name);
            if (found != slots->end()) return found->second;
        }
        return std::nullopt;
    }

    void check_heard(const ChatLine& line, const Answered& answered) {
        std::string_view rest = trim(line.text);
        const std::size_t space = rest.find(' ');
        const std::string_view intent = rest.substr(0, space);
        rest = space == std::string_view::npos ? std::string_view{} : trim(rest.substr(space));
        const Reading* found = nullptr;
        std::string heard;
        for (const Reading& reading : answered.trace.heard) {
            if (!reading.counts) continue;
            const std::string_view name = pack_.matcher.intent_name(reading.intent);
            if (name == intent) found = &reading;
            heard += (heard.empty() ? "" : ", ") + std::string(name);
        }
        if (intent == "none" && heard.empty()) return;
        if (found == nullptr) {
            run_.failures.push_back(place(line) + "expected to hear " + std::string(intent) +
                                    ", heard " + (heard.empty() ? "nothing" : heard));
            return;
        }
        const std::size_t equals = rest.find('=');
        if (equals == std::string_view::npos) return;
        const std::string name(rest.substr(0, equals));
        const std::string value(trim(rest.substr(equals + 1)));
        for (const CapturedSlot& captured : found->slots) {
            if (captured.name == name &&
                answered.text.substr(captured.span.begin,
                                     captured.span.end - captured.span.begin) == value) {
                return;
            }
        }
        if (slot(name) != value) {
            run_.failures.push_back(place(line) + "expected " + name + " to be \"" + value +
                                    "\", it is \"" + slot(name).value_or("") + "\"");
        }
    }

    void check_effect(const ChatLine& line, const Answered& answered) {
        std::string_view rest = trim(line.text);
        const std::size_t space = rest.find(' ');
        const std::string_view word = rest.substr(0, space);
        const std::string argument(space == std::string_view::npos ? std::string_view{}
                                                                   : trim(rest.substr(space)));
        const auto any = [&](auto fits_effect) {
            return std::any_of(answered.effects.begin(), answered.effects.end(), fits_effect);
        };
        const std::size_t equals = argument.find('=');
        const std::string name(trim(std::string_view(argument).substr(0, equals)));
        const bool has_value = equals != std::string::npos;
        const std::string value(has_value ? trim(std::string_view(argument).substr(equals + 1))
                                          : "");
        const auto last_question = [](const Effect& e) {
            const auto* say = std::get_if<Say>(&e);
            return say != nullptr && (say->asks || say->text.ends_with("?"));
        };
        bool good = true;
        if (word == "remember") {
            good = any([&](const Effect& e) {
                       const auto* remember = std::get_if<Remember>(&e);
                       return remember != nullptr && remember->slot == name;
                   }) &&
                   (!has_value || slot(name) == value);
        } else if (word == "slot") {
            good = has_value ? slot(name) == value : slot(name).has_value();
        } else if (word == "forget") {
            good = any([&](const Effect& e) {
                const auto* forget = std::get_if<Forget>(&e);
                return forget != nullptr &&
                       (argument.empty() || forget_name(forget->scope) == argument);
            });
        } else if (word == "show") {
            good = any([&](const Effect& e) {
                const auto* page = std::get_if<ShowPage>(&e);
                return page != nullptr && (argument.empty() || to_json(e)["show"] == argument);
            });
        } else if (word == "end") {
            good = any([&](const Effect& e) {
                const auto* end = std::get_if<End>(&e);
                return end != nullptr && (argument.empty() || end->reason == argument);
            });
        } else if (word == "offer") {
            good = any([&](const Effect& e) {
                const auto* offer = std::get_if<Offer>(&e);
                return offer != nullptr &&
                       (argument.empty() ||
                        std::any_of(offer->choices.begin(), offer->choices.end(),
                                    [&](const OfferChoice& c) { return c.id == argument; }));
            });
        } else if (word == "schedule") {
            good = any([&](const Effect& e) {
                const auto* schedule = std::get_if<Schedule>(&e);
                return schedule != nullptr && (argument.empty() || schedule->kind == argument);
            });
        } else if (word == "pause") {
            good = any([](const Effect& e) { return std::holds_alternative<Pause>(e); });
        } else if (word == "resource" || (word == "no" && argument == "resource")) {
            good = any(shows_help) == (word == "resource");
        } else if (word == "question" || (word == "no" && argument == "question")) {
            good = any(last_question) == (word == "question");
        } else if (word == "nothing") {
            good = answered.effects.empty();
        } else if (word == "says") {
            good = any([&](const Effect& e) {
                const auto* say = std::get_if<Say>(&e);
                return say != nullptr && one_line(say->text).find(argument) != std::string::npos;
            });
        } else if (word == "rank") {
            good = std::to_string(session_.safety.rank) == argument;
        } else {
            run_.failures.push_back(place(line) + "unknown effect \"" + std::string(word) +
                                    "\"; befriend test --help lists them");
            return;
        }
        if (!good) {
            std::string instead;
            for (const Effect& effect : answered.effects) {
                instead += "\n    " + json_line(to_json(effect));
            }
            run_.failures.push_back(place(line) + "this did not happen: " + line.text +
                                    "; the effects were:" + instead);
        }
    }

    const Pack& pack_;
    const ChatFile& file_;
    const ChatHow& how_;
    Session session_;
    Instant now_;
    ChatRun run_;
    int events_ = 0;
};

}  // namespace

Result<ChatFile> read_chat(std::string name, std::string_view bytes) {
    ChatFile file;
    file.name = std::move(name);
    file.clock = *parse_clock(default_clock);
    const std::string repaired = repair_utf8(bytes);
    std::string_view rest = repaired;
    std::uint32_t number = 0;
    bool in_front = false;
    bool content = false;
    std::string front;
    while (!rest.empty()) {
        std::string_view line = take_line(rest);
        ++number;
        if (line == fence && (in_front || (!content && file.lines.empty()))) {
            file.front += std::string(line) + "\n";
            in_front = !in_front;
            content = content || !in_front;
            continue;
        }
        if (in_front) {
            front += std::string(line) + "\n";
            file.front += std::string(line) + "\n";
            continue;
        }
        const std::string_view text = trim(line);
        if (text.empty()) {
            file.lines.push_back({' ', "", number});
            continue;
        }
        const char kind = text.front();
        if (kind == '#') {
            file.lines.push_back({'#', std::string(text), number});
        } else if (std::string_view("><=?!~").find(kind) != std::string_view::npos) {
            file.lines.push_back({kind, std::string(trim(text.substr(1))), number});
        } else {
            return fail(file.name + ":" + std::to_string(number) +
                        ": a line begins with one of > < = ? ! ~ #");
        }
    }
    if (in_front) {
        return fail(file.name + ": the front matter has no closing --- line");
    }
    const auto read = read_front(file, front);
    if (!read) {
        return read.error();
    }
    return file;
}

ChatRun play(const Pack& pack, const ChatFile& file, const ChatHow& how) {
    return Player(pack, file, how).play();
}

}  // namespace befriend
