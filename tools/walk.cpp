// SPDX-License-Identifier: Apache-2.0
//
// befriend walk: thousands of random turns, each checked against what befriend promises in every
// state. The same seed walks the same way.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "adapters/host/effect_json.hpp"
#include "engine/base/json_line.hpp"
#include "engine/base/utf8.hpp"
#include "engine/session_json.hpp"
#include "engine/step.hpp"
#include "tools/commands.hpp"
#include "tools/content/embedded.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"
#include "tools/pack_option.hpp"
#include "tools/utterances.hpp"

namespace befriend {
namespace {

constexpr OptionSpec specs[] = {
    {"--turns", "N", "how many turns (10000)"},
    {"--seed", "N", "another walk (1)"},
    {"--corpus", "FOLDER", "where the sentences are (corpus/en/utterances)"},
    {"--pack", "FOLDER", "walk through the intents and dialogs of a folder"},
    json_option,
};

constexpr std::size_t most_faults = 5;  // enough to see a pattern
constexpr int rank_that_shows_help = 2;

// In whatever state: these need a help line or the direct question in that very turn.
constexpr std::string_view plain_crises[] = {
    "I want to kill myself",
    "i'm going to kill myself tonight",
    "I don't want to be alive anymore",
    "I have a plan to end my life",
    "I took all the pills just now",
    "i want to die",
    "I've been thinking about suicide",
    "I cut myself again tonight",
    "I'm standing on the bridge and I am going to jump",
    "he is hitting me right now",
};

constexpr std::string_view controls[] = {
    "stop",
    "help",
    "yes",
    "no",
    "idk",
    "skip",
    "back",
    "next",
    "pause",
    "why?",
    "resources",
    "just listen",
    "too much",
    "slower",
    "5",
    "0",
    "11",
    "thanks",
    "hello",
    "bye",
    "are you human",
    "privacy",
    "forget that",
    "forget everything",
    "undo",
    "that's not what I meant",
    "what should I do",
    "something else",
    "ok",
    "lol",
    "a practice",
    "teach me something",
    "repeat",
    "you're useless",
};

constexpr std::string_view hostile[] = {
    "",
    " ",
    "\n\n",
    std::string_view("\0\0\0", 3),
    "\xff\xfe\x80\xc0\xaf",
    "\x1b[2J\x1b]0;owned\x07",
    "{feeling|reflect} {0} {line}",
    "%s%n%d",
    "\xf0\x9f\x98\xad\xf0\x9f\x98\xad",
    "\xe2\x80\xae"
    "abc",
    "\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82",
    "\xe4\xbd\xa0\xe5\xa5\xbd",
    "'; drop table session; --",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "?!?!?!?!",
    "<b>hi</b>",
    "/start",
};

// Words of letters, digits and apostrophes, in lower case; other letters are taken as they are.
void words_of(std::string_view text, std::vector<std::string>& words) {
    std::string word;
    const auto finish = [&] {
        while (!word.empty() && word.back() == '\'') word.pop_back();
        if (!word.empty()) words.push_back(std::move(word));
        word.clear();
    };
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = decode(text, i);
        const char32_t c = point.value;
        if (c == 0x2019 || c == U'\'') {
            if (!word.empty()) word += '\'';
        } else if ((c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9')) {
            word += static_cast<char>(c);
        } else if (c >= U'A' && c <= U'Z') {
            word += static_cast<char>(c + 32);
        } else if (c >= 0xC0 && c < 0x2000 && c != 0xD7 && c != 0xF7) {
            word.append(text.substr(i, point.size));
        } else {
            finish();
        }
        i += point.size;
    }
    finish();
}

std::unordered_set<std::string> word_set(const std::vector<std::string>& words) {
    return {words.begin(), words.end()};
}

// Every word that the authors wrote: dialogs, helplines, feelings and topics.
std::unordered_set<std::string> authored_words(const Pack& pack) {
    std::vector<std::string> words;
    for (const Line& line : pack.lines) {
        for (const Variation& variation : line.of) words_of(variation.text.source, words);
    }
    for (const Step& step : pack.steps) {
        for (const Option& option : step.options) words_of(option.label.source, words);
    }
    for (const Country& country : pack.resources.countries) {
        words_of(country.emergency, words);
        words_of(country.code, words);
        for (const std::string& name : country.names) words_of(name, words);
        for (const HelpLine& line : country.lines) {
            for (const std::string* text : {&line.name, &line.number, &line.channel, &line.audience,
                                            &line.hours, &line.languages, &line.cost, &line.url}) {
                words_of(*text, words);
            }
        }
    }
    words_of(compiled_fallback_line(), words);
    // Names for feelings and topics stand in these files.
    for (const EmbeddedFile& file : embedded_files()) {
        if (file.path.find("feelings") != std::string_view::npos ||
            file.path.find("topics") != std::string_view::npos) {
            words_of(file.bytes, words);
        }
    }
    return word_set(words);
}

// Words that turning a sentence round may bring in.
constexpr std::string_view turned_words[] = {
    "you",    "your",   "yours",   "yourself", "are", "were", "you're", "you've", "you'd",
    "you'll", "aren't", "weren't", "the",      "a",   "an",   "being",  "having"};

struct Fault {
    std::string promise;
    std::string detail;
    std::vector<std::string> conversation;
};

class Walk {
public:
    Walk(const Pack& pack, std::vector<std::string> sentences, std::uint64_t seed)
        : pack_(pack),
          sentences_(std::move(sentences)),
          random_(seed),
          authored_(authored_words(pack)) {
        for (const std::string_view word : turned_words) authored_.emplace(word);
        for (const Line& line : pack.lines) {
            for (const Variation& variation : line.of)
                authored_text_ += fold(variation.text.source) + "\n";
        }
    }

    void run(std::uint64_t turns) {
        for (std::uint64_t turn = 0; turn < turns && faults.size() < most_faults; ++turn) {
            if (left_ == 0) begin();
            --left_;
            try {
                act();
            } catch (const std::exception& problem) {
                fault("nothing is thrown", problem.what());
            }
            ++turns_done;
            if (turns_done % 10000 == 0) {
                std::fprintf(stderr, "walk: %llu turns, %zu faults\n",
                             static_cast<unsigned long long>(turns_done), faults.size());
            }
        }
    }

    std::vector<Fault> faults;
    std::uint64_t turns_done = 0;
    std::uint64_t conversations = 0;
    std::uint64_t stops = 0;
    std::uint64_t crises = 0;
    std::uint64_t bubbles = 0;
    std::set<std::string> places;

private:
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
    bool chance(std::size_t percent) { return below(100) < percent; }

    void begin() {
        ++conversations;
        session_ = Session{};
        session_.seed = random_();
        session_.welcomed = chance(50);
        left_ = 5 + below(40);
        now_ =
            Instant{std::chrono::hours{24 * 365 * 55}} + std::chrono::minutes{below(60 * 24 * 365)};
        transcript_.clear();
        last_bubble_.clear();
        own_words_.clear();
        own_text_.clear();
        typed_braces_ = false;
        offered_.clear();
        plain_ = chance(20);
        shared_ = chance(5);
        event(Incoming::Kind::start, {});
    }

    std::string sentence() {
        const std::size_t dice = below(100);
        if (dice < 62 && !sentences_.empty()) return sentences_[below(sentences_.size())];
        if (dice < 90) return std::string(controls[below(std::size(controls))]);
        if (dice < 94) return std::string(plain_crises[below(std::size(plain_crises))]);
        if (dice < 98) return std::string(hostile[below(std::size(hostile))]);
        std::string noise;
        for (std::size_t i = below(200); i > 0; --i) noise += static_cast<char>(below(256));
        return noise;
    }

    void act() {
        const std::size_t dice = below(100);
        if (dice < 4) {
            event(Incoming::Kind::message, {"stop"});
        } else if (dice < 74) {
            event(Incoming::Kind::message, {sentence()});
        } else if (dice < 79) {
            std::vector<std::string> parts;
            for (std::size_t i = 2 + below(3); i > 0; --i) parts.push_back(sentence());
            event(Incoming::Kind::message, std::move(parts));
        } else if (dice < 86) {
            event(Incoming::Kind::button, {});
        } else if (dice < 94) {
            silence();
        } else if (dice < 96) {
            event(Incoming::Kind::edit, {sentence()});
        } else if (dice < 97) {
            event(Incoming::Kind::redaction, {});
        } else if (dice < 98) {
            event(Incoming::Kind::reaction, {});
        } else {
            event(Incoming::Kind::start, {});
        }
    }

    void silence() {
        now_ += std::chrono::minutes{1 + below(60)};
        if (!session_.deadline || session_.deadline->at > now_) return;
        Incoming incoming = deadline_incoming(session_);
        fill(incoming);
        take(incoming);
    }

    void event(Incoming::Kind kind, std::vector<std::string> parts) {
        now_ += std::chrono::seconds{1 + below(90)};
        Incoming incoming;
        incoming.kind = kind;
        incoming.parts = std::move(parts);
        if (kind == Incoming::Kind::button) {
            incoming.button =
                offered_.empty() || chance(10) ? "nonsense" : offered_[below(offered_.size())];
        }
        fill(incoming);
        take(incoming);
    }

    void fill(Incoming& incoming) {
        incoming.conversation = "walk";
        incoming.person = chance(2) ? "somebody else" : "person";
        incoming.event_id = "e" + std::to_string(++events_);
        incoming.at = now_;
        incoming.plain = plain_;
        incoming.shared_room = shared_;
        if (chance(30)) incoming.utc_offset = std::chrono::minutes{60};
    }

    static std::string fold(std::string_view text) {
        std::vector<std::string> words;
        words_of(text, words);
        std::string out = " ";
        for (const std::string& word : words) out += word + " ";
        return out;
    }

    void hear(const Incoming& incoming) {
        std::vector<std::string> words;
        std::string burst;
        for (const std::string& part : incoming.parts) {
            const std::string repaired = repair_utf8(part);
            words_of(repaired, words);
            burst += repaired + "\n";
            typed_braces_ = typed_braces_ || part.find_first_of("{}") != std::string::npos;
            for (const std::string& word : words) {
                own_words_.insert(word);
                // "i'm" and "im" are said back as "you're".
                own_words_.insert(word + "s");
                const std::size_t quote = word.find('\'');
                if (quote != std::string::npos) {
                    own_words_.insert(word.substr(0, quote));
                }
            }
        }
        own_text_ += fold(burst) + "\n";
    }

    std::string show(const Incoming& incoming) const {
        std::string out = "> ";
        switch (incoming.kind) {
            case Incoming::Kind::message:
                break;
            case Incoming::Kind::edit:
                out += "/edit ";
                break;
            case Incoming::Kind::button:
                return out + "/button " + incoming.button;
            case Incoming::Kind::start:
                return out + "/start";
            case Incoming::Kind::redaction:
                return out + "/redact";
            case Incoming::Kind::reaction:
                return "# a reaction";
            case Incoming::Kind::timer:
            case Incoming::Kind::silence:
                return "~ until the deadline";
        }
        for (const std::string& part : incoming.parts) {
            out +=
                nlohmann::json(part).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) +
                " ";
        }
        return out;
    }

    void fault(std::string promise, std::string detail) {
        if (faults.size() < most_faults) {
            faults.push_back({std::move(promise), std::move(detail), transcript_});
        }
        left_ = 0;
    }

    static bool ends_with_question(std::string_view text) {
        while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '"' ||
                                 text.back() == ')')) {
            text.remove_suffix(1);
        }
        return text.ends_with('?');
    }

    void take(const Incoming& incoming) {
        transcript_.push_back(show(incoming));
        hear(incoming);
        const Session before = session_;
        Turn turn = step(pack_, session_, incoming);
        session_ = std::move(turn.session);
        places.insert(turn.trace.at);
        check_saving();

        std::vector<const Say*> said;
        bool ended = false;
        bool help = false;
        bool asked = false;
        offered_.clear();
        for (const Effect& effect : turn.effects) {
            if (const auto* say = std::get_if<Say>(&effect)) {
                said.push_back(say);
                transcript_.push_back("< " + say->text);
                help = help || say->resource;
                asked = asked || say->asks || ends_with_question(say->text);
            } else if (const auto* page = std::get_if<ShowPage>(&effect)) {
                help = help || page->what == Show::resources;
            } else if (const auto* offer = std::get_if<Offer>(&effect)) {
                for (const OfferChoice& choice : offer->choices) offered_.push_back(choice.id);
            } else if (std::holds_alternative<End>(effect)) {
                ended = true;
            }
        }
        transcript_.push_back("? " + (turn.trace.at.empty() ? "closed" : turn.trace.at));

        const bool speaks = incoming.kind == Incoming::Kind::start ||
                            incoming.kind == Incoming::Kind::message ||
                            incoming.kind == Incoming::Kind::button;
        if (speaks && said.empty()) {
            fault("every message is answered", "no bubble");
        }
        check_stop(incoming, before, said, ended, asked);
        check_crisis(incoming, turn.trace, help, asked);
        for (const Say* say : said) check_bubble(*say);
        check_slots();
        const bool forgot =
            std::any_of(turn.effects.begin(), turn.effects.end(), [](const Effect& e) {
                const auto* forget = std::get_if<Forget>(&e);
                return forget != nullptr && forget->scope == ForgetScope::person;
            });
        if (forgot && !session_.person.empty()) {
            fault("forgetting erases what was kept", session_.person.begin()->first);
        }
    }

    void check_saving() {
        const std::string stored = to_json(session_);
        auto loaded = session_from_json(stored);
        if (!loaded) {
            fault("a session can be saved", loaded.error().message);
        } else if (!(*loaded == session_)) {
            fault("a session is the same after saving", stored);
        }
    }

    static bool says_stop(const Incoming& incoming) {
        return incoming.kind == Incoming::Kind::message && incoming.parts.size() == 1 &&
               incoming.parts[0] == "stop";
    }

    bool in_practice(const Session& session) const {
        return std::any_of(session.stack.begin(), session.stack.end(), [&](const Frame& frame) {
            const DialogId dialog = pack_.find_dialog(frame.dialog);
            return dialog != DialogId::none && pack_.dialog(dialog).kind == DialogKind::practice;
        });
    }

    void check_stop(const Incoming& incoming, const Session& before,
                    const std::vector<const Say*>& said, bool ended, bool asked) {
        if (!says_stop(incoming)) return;
        ++stops;
        if (asked) {
            fault("stop is not answered by a question", said.empty() ? "" : said.back()->text);
        }
        // In a practice the first stop ends the practice, a second one the conversation.
        const bool left_practice = in_practice(before) && !in_practice(session_);
        if (!ended && !left_practice) {
            fault("stop ends at once", before.stack.empty() ? "" : before.stack.back().dialog);
        }
    }

    void check_crisis(const Incoming& incoming, const Trace& trace, bool help, bool asked) {
        if (incoming.kind != Incoming::Kind::message && incoming.kind != Incoming::Kind::edit)
            return;
        const bool plain =
            incoming.parts.size() == 1 &&
            std::any_of(std::begin(plain_crises), std::end(plain_crises),
                        [&](std::string_view crisis) { return crisis == incoming.parts[0]; });
        const bool open = session_.open || incoming.kind == Incoming::Kind::message;
        if (!open || (trace.safety.rank < rank_that_shows_help && !plain)) return;
        ++crises;
        const bool direct_question = asked && !session_.safety.asked.empty();
        if (!help && !direct_question) {
            fault("a crisis is answered in that turn", "rank " + std::to_string(trace.safety.rank) +
                                                           ", no help line and no direct question");
        }
    }

    void check_bubble(const Say& say) {
        ++bubbles;
        if (say.text.empty()) fault("a bubble has words", "an empty one was said");
        if (!is_utf8(say.text)) fault("bubbles are UTF-8", say.text);
        if (say.text == last_bubble_) fault("no bubble comes twice in a row", say.text);
        last_bubble_ = say.text;
        if (!typed_braces_ && say.text.find_first_of("{}") != std::string::npos)
            fault("every text is filled in", say.text);
        std::vector<std::string> words;
        words_of(say.text, words);
        for (const std::string& word : words) {
            if (!authored_.contains(word) && !own_words_.contains(word)) {
                fault("every word is the authors' or this person's own",
                      "\"" + word + "\" in: " + say.text);
                return;
            }
        }
        check_quotes(say.text);
    }

    // What stands between quotation marks was written by this person, by an author, or is a draft
    // of both: at most a few pieces, each whole.
    void check_quotes(std::string_view text) {
        using Marks = std::pair<std::string_view, std::string_view>;
        for (const auto& [left, right] :
             {Marks{"\xe2\x80\x9c", "\xe2\x80\x9d"}, Marks{"\"", "\""}}) {
            std::size_t at = 0;
            while ((at = text.find(left, at)) != std::string_view::npos) {
                const std::size_t begin = at + left.size();
                const std::size_t end = text.find(right, begin);
                if (end == std::string_view::npos) break;
                if (pieces_of(fold(text.substr(begin, end - begin))) > most_pieces) {
                    fault("every quoted word is this person's own", std::string(text));
                    return;
                }
                at = end + right.size();
            }
        }
    }
    static constexpr std::size_t most_pieces = 4;

    // Into how few pieces the folded words fall that somebody wrote in that order.
    std::size_t pieces_of(const std::string& folded) const {
        std::size_t pieces = 0;
        std::size_t begin = 0;  // at the space before a word
        while (begin + 1 < folded.size()) {
            std::size_t longest = folded.find(' ', begin + 1);
            for (std::size_t end = longest; end != std::string::npos;
                 end = folded.find(' ', end + 1)) {
                const std::string piece = folded.substr(begin, end - begin + 1);
                if (own_text_.find(piece) == std::string::npos &&
                    authored_text_.find(piece) == std::string::npos) {
                    break;
                }
                longest = end;
            }
            begin = longest;
            ++pieces;
        }
        return pieces;
    }

    // A slot of words holds what this person wrote, whole and in that order.
    void check_slots() {
        for (const Frame& frame : session_.stack)
            check_slots_of(frame.slots, pack_.find_dialog(frame.dialog));
        check_slots_of(session_.slots, DialogId::none);
        check_slots_of(session_.person, DialogId::none);
    }

    void check_slots_of(const std::map<std::string, std::string>& slots, DialogId dialog) {
        for (const auto& [name, value] : slots) {
            const auto slot =
                std::find_if(pack_.slots.begin(), pack_.slots.end(), [&, n = &name](const Slot& s) {
                    return s.name == *n && (s.keep != Keep::dialog || s.owner == dialog);
                });
            if (slot == pack_.slots.end() ||
                (slot->type != SlotType::line && slot->type != SlotType::phrase)) {
                continue;
            }
            const std::string folded = fold(value);
            if (folded.size() > 1 && own_text_.find(folded) == std::string::npos &&
                authored_text_.find(folded) == std::string::npos) {
                fault("every slotted word is this person's own", name + ": " + value);
                return;
            }
        }
    }

    const Pack& pack_;
    std::vector<std::string> sentences_;
    std::mt19937_64 random_;
    std::unordered_set<std::string> authored_;
    std::string authored_text_;

    Session session_;
    Instant now_{};
    std::size_t left_ = 0;
    std::uint64_t events_ = 0;
    bool plain_ = false;
    bool shared_ = false;
    std::vector<std::string> offered_;
    std::vector<std::string> transcript_;
    std::string last_bubble_;
    std::unordered_set<std::string> own_words_;
    std::string own_text_;
    bool typed_braces_ = false;
};

}  // namespace

constexpr CommandPage walk_page{
    .text =
        "Talks at random, with sentences of the corpus, buttons, silences, edits and hostile\n"
        "bytes, and checks every turn: stop ends at once without a question; a crisis is\n"
        "answered in that turn by a help line or the direct question; no bubble comes twice\n"
        "in a row; every word in a bubble is the authors' or this person's own; the session\n"
        "survives saving; nothing is thrown.\n",
    .options = specs,
    .notes = "Exit code: 0 every promise was kept, 1 one was not: the conversation is printed.\n",
    .examples = "befriend walk --turns 100000 --seed 7\n",
};

int run_walk(Arguments arguments) {
    const auto options = parse_options(arguments, specs);
    if (!options) {
        return usage_error("walk", options.error().message);
    }
    const auto turns = options->number("--turns", 10000);
    const auto seed = options->number("--seed", 1);
    if (!turns || !seed || !options->rest.empty()) {
        return usage_error("walk",
                           "--turns and --seed take a whole number; nothing else is expected");
    }
    const auto pack = pack_or_complain("walk", options->get("--pack"), "en");
    if (!pack) {
        return 2;
    }
    const std::string corpus = options->get("--corpus", "corpus/en/utterances");
    std::vector<std::string> sentences;
    if (std::filesystem::exists(corpus)) {
        const auto tables = files_below({corpus}, ".tsv");
        std::vector<Utterance> rows;
        for (const auto& table : *tables) {
            const auto bytes = read_whole_file(table);
            if (bytes) {
                const auto read = read_utterances(table.string(), *bytes, rows);
                if (!read) return usage_error("walk", read.error().message);
            }
        }
        for (Utterance& row : rows) sentences.push_back(std::move(row.text));
    } else if (options->has("--corpus")) {
        return usage_error("walk", corpus + ": there is no such folder");
    }
    Walk walk(*pack, std::move(sentences), *seed);
    walk.run(*turns);
    if (options->has("--json")) {
        nlohmann::json faults = nlohmann::json::array();
        for (const Fault& fault : walk.faults) {
            faults.push_back({{"promise", fault.promise},
                              {"detail", fault.detail},
                              {"conversation", fault.conversation}});
        }
        const nlohmann::json out{{"turns", walk.turns_done},
                                 {"conversations", walk.conversations},
                                 {"bubbles", walk.bubbles},
                                 {"stops", walk.stops},
                                 {"crises", walk.crises},
                                 {"places", walk.places.size()},
                                 {"seed", *seed},
                                 {"faults", std::move(faults)}};
        std::puts(json_line(out).c_str());
    } else {
        for (const Fault& fault : walk.faults) {
            std::printf("broken: %s\n  %s\n", fault.promise.c_str(), fault.detail.c_str());
            const std::size_t from =
                fault.conversation.size() - std::min<std::size_t>(fault.conversation.size(), 16);
            for (std::size_t i = from; i < fault.conversation.size(); ++i) {
                std::printf("    %s\n", fault.conversation[i].c_str());
            }
        }
        std::printf(
            "walk: %llu turns in %llu conversations, %llu bubbles, %llu stops, %llu crises, %zu "
            "places; "
            "seed %llu: %s\n",
            static_cast<unsigned long long>(walk.turns_done),
            static_cast<unsigned long long>(walk.conversations),
            static_cast<unsigned long long>(walk.bubbles),
            static_cast<unsigned long long>(walk.stops),
            static_cast<unsigned long long>(walk.crises), walk.places.size(),
            static_cast<unsigned long long>(*seed),
            walk.faults.empty() ? "every promise was kept" : "promises were broken");
    }
    return walk.faults.empty() ? 0 : 1;
}

}  // namespace befriend
