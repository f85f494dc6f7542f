// SPDX-License-Identifier: Apache-2.0
#include "intents/matcher.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "engine/base/archive.hpp"
#include "engine/base/utf8.hpp"
#include "intents/answer.hpp"
#include "intents/clauses.hpp"
#include "intents/english.hpp"
#include "intents/labels.hpp"
#include "intents/normalise.hpp"
#include "intents/regexes.hpp"
#include "intents/tables.hpp"
#include "intents/word_weights.hpp"

namespace befriend {
namespace {

constexpr std::size_t ring_size = 32;  // a word list phrase spans fewer words than this
constexpr std::size_t most_hits =
    8;  // of one pattern in one message; enough to search past a denied one
constexpr std::uint32_t unless_reach = 10;  // words around a hit that `unless` looks at
constexpr float corrected_quality = 0.8f;
constexpr float denial_weight = 0.6f;  // of a denied reading as evidence for `negated:`
constexpr std::uint32_t no_program = 0xFFFFFFFF;

struct Item {
    std::uint32_t state = 0;
    std::uint16_t left = 0;  // gap state: words it may still pass
    bool fresh = false;      // has just taken a word, so it may accept
};

struct PhraseEdge {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t out = 0;  // into Tables::phrase_out
    std::uint32_t out_count = 0;
    std::uint64_t mask = 0;
    std::int32_t same_end = -1;  // next edge that ends there
    bool skip = false;           // may be passed over
};

struct Hit {
    std::uint32_t pattern = 0;
    std::uint32_t end = 0;    // token after its last
    std::uint32_t begin = 0;  // regex only
};

// A hit after its words are known and tagged.
struct Sign {
    std::uint32_t pattern = 0;
    std::uint32_t family = 0;
    std::uint16_t intent = 0;
    std::uint8_t level = 0;
    enum class Group : std::uint8_t { counts, negated, elsewhere } group = Group::counts;
    float weight = 0;  // times quality
    Whom whom = Whom::self;
    Time time = Time::now;
    Polarity polarity = Polarity::asserted;
    bool quoted = false;
    std::uint16_t clause = 0;
    std::uint32_t words = 0, word_count = 0;  // into evidence_words: tokens taken
    std::uint32_t slots = 0, slot_count = 0;  // into slots
    bool used = false;
    std::int32_t trace = -1;
};

struct SlotRange {
    std::uint32_t name = 0;
    std::uint32_t begin = 0;  // tokens
    std::uint32_t end = 0;
};

}  // namespace

struct Scratch::Buffers {
    WordCut cut;
    std::vector<std::uint64_t> classes;
    std::vector<std::uint8_t> question;
    std::vector<std::int32_t> subjects;
    std::vector<PhraseEdge> phrases;
    std::vector<std::uint32_t> phrase_first;  // per token, into phrases
    std::vector<std::int32_t> phrase_ending;  // per token, head of the list by end
    std::vector<std::vector<Item>> pending = std::vector<std::vector<Item>>(ring_size);
    std::vector<Item> live;
    std::vector<std::uint32_t> stamp;     // per state: tick when it was last live
    std::vector<std::uint32_t> stamp_at;  // per state: its place in `live`
    std::uint32_t tick = 0;
    std::vector<Hit> hits;
    std::vector<std::uint32_t> hit_stamp;  // per pattern: message number
    std::vector<std::uint16_t> hit_count;
    std::uint32_t message = 0;
    std::uint32_t sentence = 0;
    std::vector<std::uint32_t> present;      // per symbol: message in which it occurs
    std::vector<std::uint32_t> present_now;  // per symbol: sentence in which it occurs
    std::vector<std::uint32_t> candidate;    // per pattern: sentence that it could match
    std::vector<std::uint32_t> symbols;      // of the sentence, each once
    std::vector<std::uint32_t> hit_end;      // per pattern
    std::vector<Sign> signs;
    std::vector<std::uint32_t> words;  // evidence of all signs
    std::vector<SlotRange> slots;
    std::vector<Regexes::Hit> regex_hits;
    std::string key;
    // of one backward run
    std::vector<std::pair<std::uint32_t, std::uint32_t>> taken;
    std::vector<SlotRange> open_slots;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> kept_taken;
    std::vector<SlotRange> kept_slots;
    std::vector<std::uint32_t> members, counted;
    std::vector<std::uint16_t> intents;
    std::vector<std::uint16_t> refused;  // intents that a pattern heard and gave up
    std::vector<std::uint32_t> used_words;
    std::string correction;
};

Scratch::Scratch() : buffers_(std::make_unique<Buffers>()) {}
Scratch::~Scratch() = default;
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;

struct Matcher::Compiled {
    Tables t;
    Regexes regexes;
    std::unordered_map<std::string, std::uint16_t> by_name;

    void index() {
        by_name.clear();
        for (std::size_t i = 0; i < t.intents.size(); ++i)
            by_name.emplace(t.intents[i].name, static_cast<std::uint16_t>(i));
    }
};

namespace {

// One message through the tables.
class Run {
public:
    Run(const Tables& t, const Regexes& regexes, const MatcherOptions& options,
        const Context& context, Scratch& scratch, Understanding& u)
        : t_(t),
          regexes_(regexes),
          options_(options),
          context_(context),
          scratch_(scratch),
          b_(scratch.buffers()),
          u_(u) {}

    void run(std::string_view text) {
        repair_utf8(text, u_.text);
        u_.folded.clear();
        u_.tokens.clear();
        u_.readings.clear();
        scratch_.hits.clear();
        scratch_.word_hits.clear();
        cut_words(u_.text, b_.cut);
        tokens();
        ClauseInput in;
        in.classes = b_.classes;
        in.question = b_.question;
        in.question_at_end = b_.cut.question_at_end;
        in.to_other = context_.asked == "words_to_other";
        find_clauses(in, u_, b_.subjects);
        n_ = static_cast<std::uint32_t>(u_.tokens.size());
        phrases();
        automaton();
        regexes();
        signs();
        readings();
        if (n_ == 0) wordless();
    }

private:
    // "?!..." is gibberish, and says so even where there is no word that a pattern could name.
    void wordless() {
        const auto begin = u_.text.find_first_not_of(" \t\r\n");
        if (begin == std::string::npos) return;
        for (std::size_t i = 0; i < t_.intents.size(); ++i) {
            if (t_.intents[i].name != "gibberish") continue;
            Reading r;
            r.intent = static_cast<IntentId>(i);
            r.score = 1;
            r.counts = true;
            r.pattern = no_program;
            r.evidence = {
                {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(u_.text.size())}};
            u_.readings.push_back(std::move(r));
        }
    }

    const WordEntry& entry(std::uint32_t token) const { return t_.words[u_.tokens[token].word]; }
    bool skips(std::uint32_t token) const { return u_.tokens[token].flags & token_flag::skip; }
    Boundary before(std::uint32_t token) const {
        return token < n_ ? u_.tokens[token].before : Boundary::none;
    }

    // ---- words -------------------------------------------------------------------------------

    Token& push(const RawWord& raw, std::string_view folded, std::uint32_t word, bool first) {
        Token& t = u_.tokens.emplace_back();
        t.typed = raw.typed;
        t.flags = raw.flags;
        t.word = word;
        t.before = first ? raw.before : Boundary::none;
        if (!first) t.flags |= token_flag::expanded;
        if (!u_.folded.empty()) u_.folded += ' ';
        t.folded_begin = static_cast<std::uint32_t>(u_.folded.size());
        u_.folded += folded;
        t.folded_end = static_cast<std::uint32_t>(u_.folded.size());
        const std::uint64_t classes = t_.words.empty() ? 0 : t_.words[word].classes;
        if ((classes & word_class::skip) || (t.flags & token_flag::emoji))
            t.flags |= token_flag::skip;
        if (word == 0) t.flags |= token_flag::unknown;
        b_.classes.push_back(classes);
        b_.question.push_back(first && raw.question_before);
        return t;
    }

    void pop() {
        u_.folded.resize(u_.tokens.back().folded_begin ? u_.tokens.back().folded_begin - 1 : 0);
        u_.tokens.pop_back();
        b_.classes.pop_back();
        b_.question.pop_back();
    }

    void expand(const RawWord& raw, std::uint32_t word) {
        const WordEntry& e = t_.words[word];
        for (std::uint32_t k = 0; k < e.expansion_count; ++k) {
            const std::uint32_t w = t_.expansions[e.expansion + k];
            push(raw, t_.word_text(w), w, k == 0);
        }
    }

    [[gnu::noinline]] void tokens() {
        b_.classes.clear();
        b_.question.clear();
        const std::vector<RawWord>& raw_words = b_.cut.words;
        u_.tokens.reserve(raw_words.size() + 8);
        b_.classes.reserve(raw_words.size() + 8);
        b_.question.reserve(raw_words.size() + 8);
        u_.folded.reserve(b_.cut.folded.size() + raw_words.size() * 2 + 32);
        if (t_.words.empty()) {
            for (const RawWord& raw : raw_words) push(raw, folded(raw), 0, true);
            return;
        }
        for (std::size_t i = 0; i < raw_words.size(); ++i) {
            const RawWord& raw = raw_words[i];
            const std::string_view text = folded(raw);
            std::uint32_t word = t_.find_word(text);
            if (word) {
                const WordEntry& e = t_.words[word];
                if (e.expansion_count) {
                    expand(raw, word);
                    continue;
                }
                if ((e.classes & word_class::clitic) && i && torn(raw_words[i - 1], raw, text))
                    continue;
                if ((text == "ill" || text == "id" || text == "its") && glued(i, text)) {
                    b_.key = text == "ill" ? "i'll" : text == "id" ? "i'd" : "it's";
                    if (const std::uint32_t w = t_.find_word(b_.key);
                        w && t_.words[w].expansion_count) {
                        expand(raw, w);
                        continue;
                    }
                }
                push(raw, text, word, true);
                continue;
            }
            unknown(raw, text);
        }
    }

    std::string_view folded(const RawWord& raw) const {
        return std::string_view(b_.cut.folded)
            .substr(raw.folded_begin, raw.folded_end - raw.folded_begin);
    }

    // "i m", "don t": the two halves of a contraction.
    bool torn(const RawWord& left, const RawWord& raw, std::string_view text) {
        if (raw.before != Boundary::none || u_.tokens.empty()) return false;
        const std::string_view first = folded(left);
        if (u_.tokens.back().typed != left.typed || (u_.tokens.back().flags & token_flag::expanded))
            return false;
        b_.key.assign(first);
        b_.key += '\'';
        b_.key += text;
        const std::uint32_t w = t_.find_word(b_.key);
        if (!w || !t_.words[w].expansion_count) return false;
        pop();
        RawWord both = left;
        both.typed.end = raw.typed.end;
        expand(both, w);
        return true;
    }

    // "ill never", "id rather": a pronoun where a clause begins; elsewhere the word itself.
    bool glued(std::size_t i, std::string_view text) const {
        if (text == "its")
            return i + 1 < b_.cut.words.size() && folded(b_.cut.words[i + 1]) != "own";
        if (i + 1 >= b_.cut.words.size() || b_.cut.words[i + 1].before != Boundary::none)
            return false;
        if (i == 0 || b_.cut.words[i].before != Boundary::none) return true;
        namespace c = word_class;
        const std::uint64_t k = b_.classes.empty() ? 0 : b_.classes.back();
        const std::string_view w = u_.folded_word(u_.tokens.back());
        return (k & (c::breaks | c::joins)) ||
               ((k & c::opens) && w != "feel" && w != "felt" && w != "feeling" && w != "seem" &&
                w != "like") ||
               w == "then" || w == "maybe";
    }

    void unknown(const RawWord& raw, std::string_view text) {
        // don't-like endings that no list has: "mum's", "who'd".
        const auto apostrophe = text.rfind('\'');
        if (apostrophe != std::string_view::npos && apostrophe) {
            const std::string_view tail = text.substr(apostrophe + 1);
            const std::string_view stem = text.substr(0, apostrophe);
            std::string_view second;
            if (tail == "s")
                second = "is";
            else if (tail == "ll")
                second = "will";
            else if (tail == "re")
                second = "are";
            else if (tail == "ve")
                second = "have";
            else if (tail == "d")
                second = "would";
            else if (tail == "m")
                second = "am";
            else if (tail.empty())
                second = "";
            if (!second.empty() || tail.empty()) {
                const std::uint32_t word = t_.find_word(stem);
                if (word && t_.words[word].expansion_count)
                    expand(raw, word);
                else if (word)
                    push(raw, stem, word, true);
                else
                    guess(raw, stem);
                if (!second.empty()) {
                    Token& t = push(raw, second, t_.find_word(second), false);
                    // "my mum's" owns or is: the "is" counts where a pattern names it, else it is
                    // passed over.
                    if (tail == "s") t.flags |= token_flag::skip;
                    if (tail == "s") b_.classes.back() = word_class::function_word;
                }
                return;
            }
        }
        guess(raw, text);
    }

    void guess(const RawWord& raw, std::string_view text) {
        bool corrected = false;
        const std::uint32_t word = resolve(text, corrected);
        if (word && t_.words[word].expansion_count) {
            expand(raw, word);
            return;
        }
        Token& t = push(raw, word && !corrected ? t_.word_text(word) : text, word, true);
        if (corrected) t.flags |= token_flag::corrected;
    }

    std::uint32_t resolve(std::string_view text, bool& corrected) {
        std::string& s = b_.key;
        if (text.size() < 2 || text.size() > 64) return 0;
        // Elongation: runs of three and more, first as two letters, then as one; then double
        // letters.
        std::string two, one, single;
        bool run = false;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const std::size_t length = [&] {
                std::size_t k = i;
                while (k < text.size() && text[k] == text[i]) ++k;
                return k - i;
            }();
            const bool letter = text[i] >= 'a' && text[i] <= 'z';
            if (length >= 3 && letter) {
                run = true;
                two.append(2, text[i]);
                one += text[i];
            } else {
                two.append(length, text[i]);
                one.append(length, text[i]);
            }
            single.append(letter ? 1 : length, text[i]);
            i += length - 1;
        }
        if (run) {
            if (const std::uint32_t w = t_.find_word(one)) {
                // "goood" is good, not god: both are looked at, the doubled one first.
                if (const std::uint32_t w2 = t_.find_word(two)) return w2;
                return w;
            }
            if (const std::uint32_t w = t_.find_word(two)) return w;
            // Several runs, only some of which are doubled: one run at a time.
            for (std::size_t at = 0; at + 2 < text.size(); ++at) {
                if (text[at] != text[at + 1] || text[at] != text[at + 2]) continue;
                s.clear();
                for (std::size_t i = 0; i < text.size();) {
                    std::size_t k = i;
                    while (k < text.size() && text[k] == text[i]) ++k;
                    const std::size_t length = k - i;
                    s.append(length >= 3 ? (i == at ? 2 : 1) : length, text[i]);
                    i = k;
                }
                if (const std::uint32_t w = t_.find_word(s)) return w;
                while (at + 1 < text.size() && text[at + 1] == text[at]) ++at;
            }
        }
        if (text.size() > 3 && text[text.size() - 1] == text[text.size() - 2]) {
            s.assign(text.substr(0, text.size() - 1));
            if (const std::uint32_t w = t_.find_word(s)) return w;
        }
        if (!is_ascii(text)) return 0;
        // Digits for letters: "k1ll", "h8" stays.
        if (text.find_first_of("013457") != std::string_view::npos &&
            text.find_first_of("abcdefghijklmnopqrstuvwxyz") != std::string_view::npos) {
            s.assign(text);
            for (char& c : s) {
                switch (c) {
                    case '0':
                        c = 'o';
                        break;
                    case '1':
                        c = 'i';
                        break;
                    case '3':
                        c = 'e';
                        break;
                    case '4':
                        c = 'a';
                        break;
                    case '5':
                        c = 's';
                        break;
                    case '7':
                        c = 't';
                        break;
                    default:
                        break;
                }
            }
            if (const std::uint32_t w = t_.find_word(s)) return w;
        }
        if (run && single.size() > 3) {
            if (const std::uint32_t w = t_.find_word(single)) return w;
        }
        const std::string_view plain = run ? std::string_view(one) : text;
        if (!options_.spelling || plain.size() < 5) return 0;
        const std::uint32_t w = spelling(plain);
        corrected = w != 0;
        return w;
    }

    // The pattern word that is one insertion, deletion, replacement or swap away.
    std::uint32_t spelling(std::string_view typed) {
        std::uint32_t best = 0;
        int best_rank = 100;
        if (t_.spelling.empty()) return 0;
        const auto look = [&](std::string_view key) {
            const auto h = static_cast<std::uint32_t>(hash_bytes(key));
            for (std::size_t i = scale(h, t_.spelling.size()); t_.spelling[i];
                 i = i + 1 == t_.spelling.size() ? 0 : i + 1) {
                const std::uint32_t w = t_.spelling[i];
                const std::string_view wanted = t_.word_text(w);
                if (std::max(typed.size(), wanted.size()) < 6) continue;
                const int rank = error_rank(typed, wanted);
                if (rank < best_rank || (rank == best_rank && w < best)) {
                    best = w;
                    best_rank = rank;
                }
            }
        };
        look(typed);
        for (std::size_t i = 0; i < typed.size(); ++i) {
            if (i && typed[i] == typed[i - 1]) continue;
            b_.correction.assign(typed);
            b_.correction.erase(i, 1);
            look(b_.correction);
        }
        return best;
    }

    // How unlikely the slip is, 100 when it is more than one. First letters are seldom wrong.
    static int error_rank(std::string_view a, std::string_view b) {
        std::size_t i = 0;
        while (i < a.size() && i < b.size() && a[i] == b[i]) ++i;
        std::size_t j = 0;
        while (j < a.size() - i && j < b.size() - i && a[a.size() - 1 - j] == b[b.size() - 1 - j])
            ++j;
        const std::size_t ra = a.size() - i - j, rb = b.size() - i - j;
        int rank = 100;
        if (ra == 2 && rb == 2 && a[i] == b[i + 1] && a[i + 1] == b[i])
            rank = 1;
        else if (ra == 1 && rb == 0)
            rank = 2;
        else if (ra == 0 && rb == 1)
            rank = 2;
        else if (ra == 1 && rb == 1)
            rank = 3;
        if (rank < 100 && i == 0) return rank == 1 ? 5 : 100;
        // An ending is grammar more often than a slip: "friend" is not "fiend", "others" not
        // "other".
        if (rank == 3 && j == 0 && a.size() < 7) return 100;
        return rank;
    }

    // ---- phrases of word lists ---------------------------------------------------------------

    [[gnu::noinline]] void phrases() {
        b_.phrases.clear();
        b_.phrase_first.assign(n_ + 2, 0);
        b_.phrase_ending.assign(n_ + 2, -1);
        for (std::uint32_t i = 0; i < n_; ++i) {
            b_.phrase_first[i] = static_cast<std::uint32_t>(b_.phrases.size());
            if (!t_.words.empty() && (t_.phrases[0].mask & entry(i).mask)) walk(i, i, 0);
        }
        b_.phrase_first[n_] = b_.phrase_first[n_ + 1] =
            static_cast<std::uint32_t>(b_.phrases.size());
        for (std::size_t k = 0; k < b_.phrases.size(); ++k) {
            std::int32_t& head = b_.phrase_ending[b_.phrases[k].end];
            b_.phrases[k].same_end = head;
            head = static_cast<std::int32_t>(k);
        }
    }

    bool is_skip(const PhraseState& p) const {
        return std::find(t_.phrase_out.begin() + p.out, t_.phrase_out.begin() + p.out + p.out_count,
                         symbol::skip) != t_.phrase_out.begin() + p.out + p.out_count;
    }

    void walk(std::uint32_t begin, std::uint32_t at, std::uint32_t state) {
        if (at >= n_ || at - begin >= ring_size - 2) return;
        if (at > begin && before(at) == Boundary::hard) return;
        const WordEntry& e = entry(at);
        if (t_.phrases[state].mask & e.mask) {
            for (std::uint32_t k = 0; k < e.symbol_count; ++k) {
                const EdgeSlot* edge = t_.phrase_edges.find(state, t_.symbol_lists[e.symbols + k]);
                if (!edge) continue;
                const std::uint32_t next = edge->begin;
                const PhraseState& p = t_.phrases[next];
                if (p.out_count) {
                    std::uint64_t mask = 0;
                    for (std::uint32_t o = 0; o < p.out_count; ++o)
                        mask |= symbol_bit(t_.phrase_out[p.out + o]);
                    b_.phrases.push_back({begin, at + 1, p.out, p.out_count, mask, -1, is_skip(p)});
                }
                if (p.mask) walk(begin, at + 1, next);
            }
        }
        if (at > begin && skips(at)) walk(begin, at + 1, state);
    }

    // ---- the automaton -----------------------------------------------------------------------

    [[gnu::noinline]] void automaton() {
        b_.hits.clear();
        if (t_.states.empty()) return;
        // What other messages and other matchers left behind is older than this tick and message,
        // so it says nothing; the arrays only grow.
        const auto grow = [](auto& list, std::size_t size) {
            if (list.size() < size) list.resize(size, 0);
        };
        grow(b_.stamp, t_.states.size());
        grow(b_.stamp_at, t_.states.size());
        grow(b_.hit_stamp, t_.patterns.size());
        grow(b_.hit_count, t_.patterns.size());
        grow(b_.hit_end, t_.patterns.size());
        grow(b_.candidate, t_.patterns.size());
        grow(b_.present, t_.symbol_limit());
        grow(b_.present_now, t_.symbol_limit());
        if (b_.tick > 0xF0000000u) {
            std::fill(b_.stamp.begin(), b_.stamp.end(), 0u);
            b_.tick = 0;
        }
        if (++b_.message == 0) {
            std::fill(b_.hit_stamp.begin(), b_.hit_stamp.end(), 0u);
            std::fill(b_.present.begin(), b_.present.end(), 0u);
            b_.message = 1;
        }
        std::uint32_t sentence_end = 0;
        for (auto& list : b_.pending) list.clear();
        bool at_start = true;  // only fillers so far
        for (std::uint32_t p = 0; p <= n_; ++p) {
            std::vector<Item>& arrived = b_.pending[p % ring_size];
            const Boundary boundary = before(p);
            ++b_.tick;
            b_.live.clear();
            // No pattern reaches over the end of a sentence, so each sentence has its own
            // candidates.
            if (p == sentence_end && p < n_) {
                for (++sentence_end;
                     sentence_end < n_ && (t_.crossing || before(sentence_end) != Boundary::hard);
                     ++sentence_end) {
                }
                candidates(p, sentence_end);
            }
            for (const Item& item : arrived) {
                const StateEntry& s = t_.states[item.state];
                if (!s.crosses) {
                    if (boundary == Boundary::hard) {
                        if (item.fresh) accept(item.state, p);  // its last word ends a sentence
                        continue;
                    }
                    if (boundary == Boundary::soft && s.is_gap && item.left != s.most) continue;
                }
                activate(item, p, boundary);
            }
            arrived.clear();
            if (at_start) activate({1, 0, false}, p, boundary);
            if (p == n_) {
                // The end of the message is one more symbol.
                for (std::size_t k = 0; k < b_.live.size(); ++k) {
                    const std::uint32_t end_symbol = symbol::end;
                    take(b_.live[k].state, &end_symbol, 1, symbol_bit(symbol::end),
                         [&](std::uint32_t target) { accept(target, p); });
                }
                break;
            }
            const WordEntry& word = entry(p);
            const bool skip = skips(p);
            if (!skip) at_start = false;
            take_word(0, word, p + 1);
            const std::uint32_t phrase_begin = b_.phrase_first[p],
                                phrase_end = b_.phrase_first[p + 1];
            for (std::uint32_t k = phrase_begin; k < phrase_end; ++k) take_phrase(0, b_.phrases[k]);
            std::vector<Item>& next = b_.pending[(p + 1) % ring_size];
            for (std::size_t k = 0; k < b_.live.size(); ++k) {
                const Item item = b_.live[k];
                const StateEntry& s = t_.states[item.state];
                take_word(item.state, word, p + 1);
                for (std::uint32_t f = phrase_begin; f < phrase_end; ++f) {
                    take_phrase(item.state, b_.phrases[f]);
                    if (b_.phrases[f].skip && item.state != 1 && clear_inside(b_.phrases[f])) {
                        b_.pending[b_.phrases[f].end % ring_size].push_back(
                            {item.state, item.left, false});
                    }
                }
                if (s.any && open(s.any)) next.push_back({s.any, 0, true});
                if (skip) {
                    if (item.state != 1) next.push_back({item.state, item.left, false});
                } else if (s.is_gap && item.left > 0) {
                    next.push_back({item.state,
                                    s.most == unlimited_gap
                                        ? unlimited_gap
                                        : static_cast<std::uint16_t>(item.left - 1),
                                    false});
                }
            }
        }
    }

    // Which patterns the sentence of tokens [first, last) could match at all: see Tables::gates.
    [[gnu::noinline]] void candidates(std::uint32_t first, std::uint32_t last) {
        if (++b_.sentence == 0) {
            std::fill(b_.present_now.begin(), b_.present_now.end(), 0u);
            std::fill(b_.candidate.begin(), b_.candidate.end(), 0u);
            b_.sentence = 1;
        }
        b_.symbols.clear();
        const auto see = [&](std::uint32_t s) {
            if (b_.present_now[s] == b_.sentence) return;
            b_.present_now[s] = b_.sentence;
            b_.present[s] = b_.message;
            b_.symbols.push_back(s);
        };
        for (std::uint32_t i = first; i < last; ++i) {
            const WordEntry& e = entry(i);
            for (std::uint32_t k = 0; k < e.symbol_count; ++k) see(t_.symbol_lists[e.symbols + k]);
        }
        for (std::uint32_t f = b_.phrase_first[first]; f < b_.phrase_first[last]; ++f) {
            for (std::uint32_t k = 0; k < b_.phrases[f].out_count; ++k)
                see(t_.phrase_out[b_.phrases[f].out + k]);
        }
        for (const std::uint32_t s : b_.symbols) {
            for (std::uint32_t k = t_.key_begin[s]; k < t_.key_begin[s + 1]; ++k) {
                const std::uint32_t p = t_.key_patterns[k];
                if (b_.candidate[p] == b_.sentence) continue;
                const PatternEntry& e = t_.patterns[p];
                if (e.max_words && n_ > e.max_words) continue;
                if (has_all(e.needs, e.need_count, b_.present_now, b_.sentence))
                    b_.candidate[p] = b_.sentence;
            }
        }
    }

    bool has_all(std::uint32_t needs, std::uint32_t count, const std::vector<std::uint32_t>& stamps,
                 std::uint32_t stamp) const {
        for (std::uint32_t k = 0; k < count; ++k) {
            const std::uint32_t need = t_.need_list[needs + k];
            if (need & needs_symbol) {
                if (stamps[need & ~needs_symbol] != stamp) return false;
                continue;
            }
            const ClassEntry& set = t_.classes[need];
            const std::uint32_t* s = t_.class_symbols.data() + set.begin;
            bool found = false;
            for (std::uint32_t i = 0; i < set.count && !found; ++i) found = stamps[s[i]] == stamp;
            if (!found) return false;
        }
        return true;
    }

    bool open(std::uint32_t state) const {
        const std::uint32_t gate = t_.gates[state];
        if (gate == 0) return true;
        if (!(gate & gate_of_several)) return b_.candidate[gate - 1] == b_.sentence;
        const std::uint32_t* list = t_.gate_lists.data() + (gate & ~gate_of_several);
        for (std::uint32_t k = 1; k <= list[0]; ++k) {
            if (b_.candidate[list[k]] == b_.sentence) return true;
        }
        return false;
    }

    bool clear_inside(const PhraseEdge& phrase) const {
        for (std::uint32_t i = phrase.begin + 1; i < phrase.end; ++i) {
            if (before(i) != Boundary::none) return false;
        }
        return true;
    }

    void activate(Item item, std::uint32_t p, Boundary boundary) {
        const StateEntry& s = t_.states[item.state];
        // Over a comma a gap may pass no words at all: only written words cross.
        if (s.is_gap && boundary != Boundary::none && !s.crosses) item.left = 0;
        if (b_.stamp[item.state] == b_.tick) {
            Item& there = b_.live[b_.stamp_at[item.state]];
            if (item.left > there.left) there.left = item.left;
            if (item.fresh && !there.fresh) {
                there.fresh = true;
                accept(item.state, p);
                for (std::uint32_t k = 0; k < s.gap_count; ++k) {
                    const std::uint32_t gap = t_.gap_list[s.gaps + k];
                    if (open(gap)) activate({gap, t_.states[gap].most, false}, p, boundary);
                }
            }
            return;
        }
        b_.stamp[item.state] = b_.tick;
        b_.stamp_at[item.state] = static_cast<std::uint32_t>(b_.live.size());
        b_.live.push_back(item);
        if (item.fresh) accept(item.state, p);
        // A gap starts right after a word that was taken; it passes fillers by itself.
        if (!item.fresh && !s.is_gap && item.state != 1) return;
        for (std::uint32_t k = 0; k < s.gap_count; ++k) {
            const std::uint32_t gap = t_.gap_list[s.gaps + k];
            if (open(gap)) activate({gap, t_.states[gap].most, false}, p, boundary);
        }
    }

    // Follows every way that one of the symbols opens, to states whose gate is open.
    template <class F>
    void take(std::uint32_t state, const std::uint32_t* symbols, std::uint32_t count,
              std::uint64_t mask, F&& f) const {
        const StateEntry& s = t_.states[state];
        if (!(s.mask & mask)) return;
        if (s.move_count == hashed_moves) {
            for (std::uint32_t k = 0; k < count; ++k) {
                if (!(s.mask & symbol_bit(symbols[k]))) continue;
                const EdgeSlot* e = t_.edges.find(state, symbols[k]);
                if (!e) continue;
                if (e->count == 1) {
                    if (open(e->begin)) f(e->begin);
                    continue;
                }
                for (std::uint32_t i = 0; i < e->count; ++i) {
                    const std::uint32_t target = t_.edges.targets[e->begin + i];
                    if (open(target)) f(target);
                }
            }
            return;
        }
        for (std::uint32_t i = 0; i < s.move_count; ++i) {
            const WayOn& move = t_.moves[s.moves + i];
            if (!open(move.target)) continue;
            if (in_class(move.set, symbols, count, mask)) f(move.target);
        }
    }

    bool in_class(std::uint32_t set_id, const std::uint32_t* symbols, std::uint32_t count,
                  std::uint64_t mask) const {
        const ClassEntry& set = t_.classes[set_id];
        if (!(set.mask & mask)) return false;
        const std::uint32_t* begin = t_.class_symbols.data() + set.begin;
        const std::uint32_t* end = begin + set.count;
        // Both are sorted.
        if (set.count <= 16) {
            for (std::uint32_t k = 0; k < count && begin != end; ++k) {
                while (begin != end && *begin < symbols[k]) ++begin;
                if (begin != end && *begin == symbols[k]) return true;
            }
            return false;
        }
        for (std::uint32_t k = 0; k < count; ++k) {
            begin = std::lower_bound(begin, end, symbols[k]);
            if (begin == end) return false;
            if (*begin == symbols[k]) return true;
        }
        return false;
    }

    void take_word(std::uint32_t state, const WordEntry& word, std::uint32_t p) {
        std::vector<Item>& next = b_.pending[p % ring_size];
        take(state, t_.symbol_lists.data() + word.symbols, word.symbol_count, word.mask,
             [&](std::uint32_t target) { next.push_back({target, t_.states[target].most, true}); });
    }

    void take_phrase(std::uint32_t state, const PhraseEdge& phrase) {
        std::vector<Item>& next = b_.pending[phrase.end % ring_size];
        take(state, t_.phrase_out.data() + phrase.out, phrase.out_count, phrase.mask,
             [&](std::uint32_t target) { next.push_back({target, t_.states[target].most, true}); });
    }

    void accept(std::uint32_t state, std::uint32_t p) {
        const StateEntry& s = t_.states[state];
        for (std::uint32_t k = 0; k < s.accept_count; ++k) {
            const std::uint32_t pattern = t_.accept_list[s.accepts + k];
            const PatternEntry& e = t_.patterns[pattern];
            if (e.max_words && n_ > e.max_words) continue;
            if (e.question && (p == 0 || !u_.clauses[u_.tokens[p - 1].clause].question)) continue;
            if (b_.hit_stamp[pattern] != b_.message) {
                b_.hit_stamp[pattern] = b_.message;
                b_.hit_count[pattern] = 0;
            } else if (b_.hit_end[pattern] == p) {
                continue;
            }
            if (b_.hit_count[pattern] >= most_hits) continue;
            ++b_.hit_count[pattern];
            b_.hit_end[pattern] = p;
            b_.hits.push_back({pattern, p, 0});
        }
    }

    [[gnu::noinline]] void regexes() {
        regexes_.find(u_.folded, n_, t_.regex_most_words, b_.regex_hits);
        for (const Regexes::Hit& h : b_.regex_hits) {
            Hit hit;
            hit.pattern = t_.regex_patterns[h.regex];
            std::uint32_t i = 0;
            while (i < n_ && u_.tokens[i].folded_end <= h.begin) ++i;
            hit.begin = i;
            while (i < n_ && u_.tokens[i].folded_begin < h.end) ++i;
            hit.end = i;
            if (t_.patterns[hit.pattern].max_words && n_ > t_.patterns[hit.pattern].max_words)
                continue;
            if (hit.end > hit.begin) b_.hits.push_back(hit);
        }
    }

    // ---- which words a hit took --------------------------------------------------------------

    // Runs a program backwards from `at`, which is the token after the match. Fills taken (tokens
    // as ranges, last first) and open_slots. `low` is the first token it may take.
    bool back(std::uint32_t pc, std::uint32_t at, std::uint32_t end, std::uint32_t low) {
        for (;;) {
            if (fuel_ == 0) return false;
            --fuel_;
            const Instruction in = t_.code[pc];
            switch (in.op) {
                case Instruction::Op::accept:
                    return true;
                case Instruction::Op::jump:
                    pc = in.a;
                    continue;
                case Instruction::Op::split:
                    if (back(in.a, at, end, low)) return true;
                    pc = in.b;
                    continue;
                case Instruction::Op::start: {
                    for (std::uint32_t i = at; i-- > 0;) {
                        if (!skips(i)) return false;
                    }
                    ++pc;
                    continue;
                }
                case Instruction::Op::end: {
                    for (std::uint32_t i = at; i < n_; ++i) {
                        if (!skips(i)) return false;
                    }
                    ++pc;
                    continue;
                }
                case Instruction::Op::open: {
                    const std::size_t depth = b_.open_slots.size();
                    // The innermost unfinished slot of this name begins here.
                    for (std::size_t k = depth; k-- > 0;) {
                        if (b_.open_slots[k].name == in.a && b_.open_slots[k].begin == no_program) {
                            b_.open_slots[k].begin = at;
                            if (back(pc + 1, at, end, low)) return true;
                            b_.open_slots[k].begin = no_program;
                            return false;
                        }
                    }
                    ++pc;
                    continue;
                }
                case Instruction::Op::close: {
                    const std::size_t depth = b_.open_slots.size();
                    b_.open_slots.push_back({in.a, no_program, at});
                    if (back(pc + 1, at, end, low)) return true;
                    b_.open_slots.resize(depth);
                    return false;
                }
                case Instruction::Op::any: {
                    if (at <= low) return false;
                    b_.taken.emplace_back(at - 1, at);
                    if (back(pc + 1, at - 1, end, low)) return true;
                    b_.taken.pop_back();
                    return false;
                }
                case Instruction::Op::words: {
                    if (at <= low) return false;
                    if (at != end && before(at) == Boundary::hard) return false;
                    for (std::int32_t k = b_.phrase_ending[at]; k >= 0;
                         k = b_.phrases[static_cast<std::size_t>(k)].same_end) {
                        const PhraseEdge& f = b_.phrases[static_cast<std::size_t>(k)];
                        if (f.begin < low) continue;
                        if (!in_class(in.a, t_.phrase_out.data() + f.out, f.out_count, f.mask))
                            continue;
                        b_.taken.emplace_back(f.begin, f.end);
                        if (back(pc + 1, f.begin, end, low)) return true;
                        b_.taken.pop_back();
                    }
                    const WordEntry& e = entry(at - 1);
                    if (in_class(in.a, t_.symbol_lists.data() + e.symbols, e.symbol_count,
                                 e.mask)) {
                        b_.taken.emplace_back(at - 1, at);
                        if (back(pc + 1, at - 1, end, low)) return true;
                        b_.taken.pop_back();
                    }
                    // A filler between two written words, or after the last where "$" follows.
                    if (at == end && !end_anchored_) return false;
                    for (std::int32_t k = b_.phrase_ending[at]; k >= 0;
                         k = b_.phrases[static_cast<std::size_t>(k)].same_end) {
                        const PhraseEdge& f = b_.phrases[static_cast<std::size_t>(k)];
                        if (f.skip && f.begin >= low && clear_inside(f) &&
                            back(pc, f.begin, end, low))
                            return true;
                    }
                    if (skips(at - 1)) {
                        --at;
                        continue;
                    }
                    return false;
                }
                case Instruction::Op::gap: {
                    std::uint32_t passed = 0, i = at;
                    bool crossed = false;
                    for (;;) {
                        if (i != end && !in.b) {
                            if (before(i) == Boundary::hard) return false;
                            if (before(i) == Boundary::soft) crossed = true;
                        }
                        if (crossed && passed) return false;
                        if (back(pc + 1, i, end, low)) return true;
                        if (i <= low) return false;
                        std::uint32_t jump = i;
                        for (std::int32_t k = b_.phrase_ending[i]; k >= 0;
                             k = b_.phrases[static_cast<std::size_t>(k)].same_end) {
                            const PhraseEdge& f = b_.phrases[static_cast<std::size_t>(k)];
                            if (f.skip && f.begin >= low && clear_inside(f))
                                jump = std::min(jump, f.begin);
                        }
                        if (jump < i) {
                            i = jump;
                            continue;
                        }
                        if (!skips(i - 1)) {
                            if (in.a != unlimited_gap && passed >= in.a) return false;
                            ++passed;
                        }
                        --i;
                    }
                }
            }
        }
    }

    [[gnu::noinline]] bool trace_back(std::uint32_t program, std::uint32_t end, std::uint32_t low) {
        b_.taken.clear();
        b_.open_slots.clear();
        fuel_ = 20000;
        end_anchored_ = t_.code[program].op == Instruction::Op::end ||
                        t_.code[program].op == Instruction::Op::split;
        return back(program, end, end, low);
    }

    [[gnu::noinline]] bool found_in_clauses(std::uint32_t program, std::uint32_t last_set,
                                            std::uint32_t first, std::uint32_t last) {
        // Any place inside the clauses that the evidence touches; where nobody typed a comma for
        // many words, not farther than a clause would be long.
        const std::uint32_t low = std::max(u_.clauses[u_.tokens[first].clause].first,
                                           first < unless_reach ? 0 : first - unless_reach);
        const std::uint32_t high =
            std::min(u_.clauses[u_.tokens[last].clause].last, last + 1 + unless_reach);
        std::swap(b_.taken, b_.kept_taken);
        std::swap(b_.open_slots, b_.kept_slots);
        bool found = false;
        for (std::uint32_t end = low + 1; end <= high && !found; ++end) {
            if (last_set != no_program && !can_end(last_set, end)) continue;
            b_.taken.clear();
            b_.open_slots.clear();
            fuel_ = 4000;
            end_anchored_ = false;
            found = back(program, end, end, low);
        }
        std::swap(b_.taken, b_.kept_taken);
        std::swap(b_.open_slots, b_.kept_slots);
        return found;
    }

    bool can_end(std::uint32_t set, std::uint32_t end) const {
        const WordEntry& e = entry(end - 1);
        if (in_class(set, t_.symbol_lists.data() + e.symbols, e.symbol_count, e.mask)) return true;
        for (std::int32_t k = b_.phrase_ending[end]; k >= 0;
             k = b_.phrases[static_cast<std::size_t>(k)].same_end) {
            const PhraseEdge& f = b_.phrases[static_cast<std::size_t>(k)];
            if (in_class(set, t_.phrase_out.data() + f.out, f.out_count, f.mask)) return true;
        }
        return false;
    }

    bool content(std::uint32_t token) const {
        return !(b_.classes[token] & (word_class::function_word | word_class::skip));
    }

    // ---- hits become signs -------------------------------------------------------------------

    [[gnu::noinline]] void signs() {
        b_.signs.clear();
        b_.refused.clear();
        b_.words.clear();
        b_.slots.clear();
        std::sort(b_.hits.begin(), b_.hits.end(), [](const Hit& a, const Hit& b) {
            return a.pattern != b.pattern ? a.pattern < b.pattern : a.end < b.end;
        });
        for (const Hit& hit : b_.hits) sign(hit);
    }

    void note(const Sign& s, std::string fate) {
        if (!scratch_.explain) return;
        HitTrace trace;
        trace.pattern = s.pattern;
        trace.intent = static_cast<IntentId>(s.intent);
        trace.weight = t_.patterns[s.pattern].weight;
        trace.quality = trace.weight > 0 ? s.weight / trace.weight : 1;
        trace.evidence = spans(s);
        trace.whom = s.whom;
        trace.time = s.time;
        trace.polarity = s.polarity;
        trace.quoted = s.quoted;
        trace.fate = std::move(fate);
        scratch_.hits.push_back(std::move(trace));
    }

    std::vector<Span> spans(const Sign& s) const {
        std::vector<Span> out;
        for (std::uint32_t k = 0; k < s.word_count; ++k) {
            const std::uint32_t token = b_.words[s.words + k];
            const Span span = u_.tokens[token].typed;
            if (!out.empty() &&
                (span.begin <= out.back().end || (k && b_.words[s.words + k - 1] + 1 == token)))
                out.back().end = std::max(out.back().end, span.end);
            else
                out.push_back(span);
        }
        return out;
    }

    void sign(const Hit& hit) {
        const PatternEntry& p = t_.patterns[hit.pattern];
        Sign s;
        s.pattern = hit.pattern;
        s.family = p.family;
        s.intent = p.intent;
        s.level = p.level;
        s.words = static_cast<std::uint32_t>(b_.words.size());
        s.slots = static_cast<std::uint32_t>(b_.slots.size());
        if (p.program == no_program) {
            for (std::uint32_t i = hit.begin; i < hit.end; ++i) b_.words.push_back(i);
            b_.open_slots.clear();
        } else {
            if (!trace_back(p.program, hit.end, 0)) {
                b_.taken.clear();
                b_.open_slots.clear();
                if (hit.end == 0) return;
                b_.taken.emplace_back(hit.end - 1, hit.end);
            }
            for (std::size_t k = b_.taken.size(); k-- > 0;) {
                for (std::uint32_t i = b_.taken[k].first; i < b_.taken[k].second; ++i)
                    b_.words.push_back(i);
            }
        }
        s.word_count = static_cast<std::uint32_t>(b_.words.size()) - s.words;
        if (s.word_count == 0) return;
        const std::uint32_t first = b_.words[s.words], last = b_.words.back();
        // The head: the last content word of the capture, else of the evidence.
        std::uint32_t head = last;
        bool found = false;
        for (const SlotRange& slot : b_.open_slots) {
            if (slot.begin == no_program || slot.begin >= slot.end) continue;
            b_.slots.push_back(slot);
            for (std::uint32_t i = slot.end; i-- > slot.begin && !found;) {
                if (content(i)) {
                    head = i;
                    found = true;
                }
            }
        }
        s.slot_count = static_cast<std::uint32_t>(b_.slots.size()) - s.slots;
        for (std::uint32_t k = s.word_count; k-- > 0 && !found;) {
            if (content(b_.words[s.words + k])) {
                head = b_.words[s.words + k];
                found = true;
            }
        }
        const Token& h = u_.tokens[head];
        const Clause& clause = u_.clauses[h.clause];
        s.clause = h.clause;
        float quality = 1;
        for (std::uint32_t k = 0; k < s.word_count; ++k) {
            if (u_.tokens[b_.words[s.words + k]].flags & token_flag::corrected)
                quality = corrected_quality;
        }
        s.weight = p.weight * quality;

        s.whom = h.person;
        if (s.whom != Whom::self) {
            // "he hates me", "you make me sick": the speaker stands in the evidence after the
            // subject.
            const std::int32_t subject = b_.subjects[head];
            for (std::uint32_t k = 0; k < s.word_count; ++k) {
                const std::uint32_t i = b_.words[s.words + k];
                namespace c = word_class;
                if (static_cast<std::int32_t>(i) <= subject) continue;
                const bool mine = (b_.classes[i] & c::self_possessive) &&
                                  !(i + 1 < n_ && (b_.classes[i + 1] & c::relation));
                if ((b_.classes[i] & (c::self_subject | c::self_object)) || mine)
                    s.whom = Whom::self;
            }
        }
        s.quoted = h.flags & token_flag::quoted;
        if (s.quoted) s.whom = Whom::other;
        if (p.whom != 0xFF) s.whom = static_cast<Whom>(p.whom);

        s.time = clause.time;
        bool resolved = clause.resolved;
        if (p.time != 0xFF) {
            s.time = static_cast<Time>(p.time);
            resolved = false;
        }

        int open_negators = 0;
        std::uint32_t denier = 0;
        for (const std::uint16_t n : {h.negator, h.negator2}) {
            if (n == 0) continue;
            bool part = false;
            for (std::uint32_t k = 0; k < s.word_count; ++k)
                part = part || b_.words[s.words + k] == n - 1u;
            if (!part) {
                ++open_negators;
                denier = n - 1u;
            }
        }
        s.polarity = open_negators == 1                                       ? Polarity::negated
                     : (open_negators == 2 || (h.flags & token_flag::hedged)) ? Polarity::hedged
                                                                              : Polarity::asserted;
        if (p.polarity != 0xFF) {
            s.polarity = static_cast<Polarity>(p.polarity);
            if (s.polarity != Polarity::negated) resolved = false;
        }

        if (p.unless != no_program &&
            has_all(p.unless_needs, p.unless_need_count, b_.present, b_.message) &&
            found_in_clauses(p.unless, p.unless_last, first, last)) {
            note(s, "cancelled by unless");
            b_.refused.push_back(s.intent);
            b_.words.resize(s.words);
            b_.slots.resize(s.slots);
            return;
        }
        const IntentEntry& intent = t_.intents[s.intent];
        const bool fits = intent.whom == 0 || s.whom == Whom::anyone ||
                          (intent.whom & 1u << static_cast<unsigned>(s.whom)) ||
                          (intent.whom & 1u << static_cast<unsigned>(Whom::anyone));
        const bool crisis = intent.kind == IntentKind::crisis;
        if (crisis && s.polarity != Polarity::negated && p.time == 0xFF &&
            (resolved || (clause.strong_past && s.time == Time::past))) {
            s.level = 2;  // past
            s.time = Time::past;
            resolved = false;
        }
        if (intent.kind == IntentKind::topic) {
            note(s, "counts");  // a topic is one, whoever and whatever is said of it
        } else if (s.polarity == Polarity::negated) {
            s.group = Sign::Group::negated;
            note(s, p.polarity != 0xFF
                        ? "a denial"
                        : "denied by \"" + std::string(u_.folded_word(u_.tokens[denier])) + "\"");
        } else if (!fits) {
            s.group = Sign::Group::elsewhere;
            note(s, s.quoted              ? "somebody else's words"
                    : s.whom == Whom::bot ? "about befriend"
                                          : "about somebody else");
        } else if (resolved && !crisis) {
            s.group = Sign::Group::negated;
            s.time = Time::past;
            note(s, "over: \"used to\" or \"no longer\"");
        } else {
            note(s, quality < 1 ? "counts, spelling corrected" : "counts");
        }
        b_.signs.push_back(s);
    }

    // ---- signs become readings ---------------------------------------------------------------

    struct Scored {
        float score = 0;
        std::uint32_t best = 0;  // sign
    };

    // Noisy-or over families, each with its best sign; words count once.
    bool score(std::uint16_t intent, Sign::Group group, std::uint8_t level, Scored& out,
               std::vector<std::uint32_t>& members) {
        members.clear();
        bool own = false;
        for (std::uint32_t k = 0; k < b_.signs.size(); ++k) {
            const Sign& s = b_.signs[k];
            if (s.intent != intent || s.group != group || s.level < level) continue;
            own = own || s.level == level;
            members.push_back(k);
        }
        if (!own) return false;
        if (members.size() > 1)
            std::stable_sort(members.begin(), members.end(), [&](std::uint32_t a, std::uint32_t b) {
                const Sign& x = b_.signs[a];
                const Sign& y = b_.signs[b];
                const bool mine_x = x.level == level, mine_y = y.level == level;
                if (x.weight != y.weight) return x.weight > y.weight;
                return mine_x && !mine_y;
            });
        float rest = 1;
        b_.used_words.clear();
        std::vector<std::uint32_t>& counted = b_.counted;
        counted.clear();
        bool first = true;
        for (const std::uint32_t k : members) {
            const Sign& s = b_.signs[k];
            bool again = false;
            for (const std::uint32_t c : counted) again = again || b_.signs[c].family == s.family;
            if (again) continue;
            bool overlaps = false, any = false;
            for (std::uint32_t w = 0; w < s.word_count; ++w) {
                const std::uint32_t token = b_.words[s.words + w];
                if (!content(token)) continue;
                any = true;
                overlaps = overlaps || std::find(b_.used_words.begin(), b_.used_words.end(),
                                                 token) != b_.used_words.end();
            }
            if (!any && !counted.empty()) {
                for (std::uint32_t w = 0; w < s.word_count; ++w)
                    overlaps = overlaps || std::find(b_.used_words.begin(), b_.used_words.end(),
                                                     b_.words[s.words + w]) != b_.used_words.end();
            }
            if (overlaps) continue;
            for (std::uint32_t w = 0; w < s.word_count; ++w) {
                const std::uint32_t token = b_.words[s.words + w];
                if (content(token) || !any) b_.used_words.push_back(token);
            }
            rest *= 1 - std::min(1.0f, s.weight);
            counted.push_back(k);
            if (first || (s.level == level && b_.signs[out.best].level != level)) out.best = k;
            first = false;
        }
        out.score = 1 - rest;
        members = counted;
        return true;
    }

    Reading& make_reading(const Scored& scored, const std::vector<std::uint32_t>& members,
                          std::uint8_t level) {
        const Sign& best = b_.signs[scored.best];
        Reading& r = u_.readings.emplace_back();
        r.intent = static_cast<IntentId>(best.intent);
        r.score = scored.score;
        r.whom = best.whom;
        r.quoted = best.quoted;
        r.time = best.time;
        r.polarity = best.polarity;
        r.pattern = best.pattern;
        r.clause = best.clause;
        r.level = level_names[level];
        for (const std::uint32_t k : members) {
            const Sign& s = b_.signs[k];
            for (const Span& span : spans(s)) r.evidence.push_back(span);
            const PatternEntry& p = t_.patterns[s.pattern];
            for (std::uint32_t a = 0; a < p.attr_count; ++a) {
                const std::string& attr = t_.names[t_.attr_list[p.attrs + a]];
                if (std::find(r.attrs.begin(), r.attrs.end(), attr) == r.attrs.end())
                    r.attrs.push_back(attr);
            }
            for (std::uint32_t a = 0; a < s.slot_count; ++a) {
                const SlotRange& slot = b_.slots[s.slots + a];
                const bool has = std::any_of(
                    r.slots.begin(), r.slots.end(),
                    [&](const CapturedSlot& c) { return c.name == t_.names[slot.name]; });
                if (!has)
                    r.slots.push_back(
                        {t_.names[slot.name],
                         {u_.tokens[slot.begin].typed.begin, u_.tokens[slot.end - 1].typed.end}});
            }
        }
        merge_spans(r.evidence);
        return r;
    }

    [[gnu::noinline]] void readings() {
        std::vector<std::uint16_t>& intents = b_.intents;
        intents.clear();
        for (const Sign& s : b_.signs) {
            if (std::find(intents.begin(), intents.end(), s.intent) == intents.end())
                intents.push_back(s.intent);
        }
        std::vector<std::uint32_t>& members = b_.members;
        // What is denied is evidence for another intent.
        const std::size_t own_signs = b_.signs.size();
        for (std::size_t k = 0; k < intents.size(); ++k) {
            const std::uint16_t id = intents[k];
            const IntentEntry& intent = t_.intents[id];
            if (intent.negated == 0xFFFF) continue;
            Scored scored;
            bool any = false;
            for (std::uint32_t s = 0; s < own_signs; ++s)
                any =
                    any || (b_.signs[s].intent == id && b_.signs[s].group == Sign::Group::negated);
            if (!any || !score(id, Sign::Group::negated, 0, scored, members) ||
                scored.score < intent.threshold)
                continue;
            const Sign& denied = b_.signs[scored.best];
            const IntentEntry& other = t_.intents[intent.negated];
            const bool fits = denied.whom == Whom::anyone || intent.whom == 0 ||
                              (intent.whom & 1u << static_cast<unsigned>(denied.whom));
            if (!fits) continue;
            Sign s = denied;
            s.intent = intent.negated;
            s.family = 0x80000000u | id;
            s.level = 0;
            s.group = Sign::Group::counts;
            s.weight = denial_weight;
            s.polarity = Polarity::asserted;
            s.time = Time::now;
            s.slot_count = 0;
            b_.signs.push_back(s);
            if (std::find(intents.begin(), intents.end(), s.intent) == intents.end())
                intents.push_back(s.intent);
            note(s, "a denied " + intent.name + " counts for " + other.name);
        }
        for (const std::uint16_t id : intents) {
            const IntentEntry& intent = t_.intents[id];
            std::uint32_t levels[3] = {0, 0, 0};
            for (const Sign& s : b_.signs) {
                if (s.intent == id) levels[static_cast<std::size_t>(s.group)] |= 1u << s.level;
            }
            for (const Sign::Group group :
                 {Sign::Group::counts, Sign::Group::negated, Sign::Group::elsewhere}) {
                const std::uint32_t present = levels[static_cast<std::size_t>(group)];
                for (std::uint8_t level = 0; present >> level; ++level) {
                    if (!(present & 1u << level)) continue;
                    Scored scored;
                    if (!score(id, group, level, scored, members)) continue;
                    Reading& r = make_reading(scored, members, level);
                    r.counts = group == Sign::Group::counts && r.score >= intent.threshold - 1e-4f;
                }
            }
        }
        drop_by_company(intents);
        words_alone();
        std::stable_sort(u_.readings.begin(), u_.readings.end(),
                         [](const Reading& a, const Reading& b) {
                             if (a.counts != b.counts) return a.counts;
                             return a.score > b.score;
                         });
    }

    // Readings that do not count beside others: only_if and beside.
    void drop_by_company(const std::vector<std::uint16_t>& intents) {
        const auto counts = [&](std::uint16_t id) {
            return std::any_of(u_.readings.begin(), u_.readings.end(), [&](const Reading& r) {
                return r.counts && r.intent == static_cast<IntentId>(id);
            });
        };
        const auto has_company = [&](std::uint16_t id) {
            return std::any_of(u_.readings.begin(), u_.readings.end(), [&](const Reading& r) {
                const IntentKind kind = t_.intents[static_cast<std::size_t>(r.intent)].kind;
                return r.counts && r.intent != static_cast<IntentId>(id) && r.level != "none" &&
                       (kind == IntentKind::content || kind == IntentKind::crisis);
            });
        };
        const auto best_score = [&](std::uint16_t id) {
            float best = 0;
            for (const Reading& r : u_.readings) {
                if (r.counts && r.intent == static_cast<IntentId>(id))
                    best = std::max(best, r.score);
            }
            return best;
        };
        std::vector<std::uint16_t> dropped;
        for (const std::uint16_t id : intents) {
            const IntentEntry& intent = t_.intents[id];
            bool drop = std::any_of(intent.none_of.begin(), intent.none_of.end(), counts);
            if (!intent.any_of.empty() &&
                std::none_of(intent.any_of.begin(), intent.any_of.end(), counts))
                drop = true;
            if (intent.beside > intent.threshold && has_company(id) &&
                best_score(id) < intent.beside - 1e-4f)
                drop = true;
            if (drop) dropped.push_back(id);
        }
        for (Reading& r : u_.readings) {
            if (std::find(dropped.begin(), dropped.end(), static_cast<std::uint16_t>(r.intent)) !=
                dropped.end())
                r.counts = false;
        }
    }

    // Where no pattern says what the message is about, its words may: see word_weights.hpp.
    void words_alone() {
        if (t_.weighed.empty() || n_ == 0) return;
        // An answer to a plain question says what was asked, not what its words could mean alone.
        // In the middle of a talk "she" may be the cat that died: words alone start no talk of
        // others.
        const bool in_talk = context_.asked == "open";
        if (!context_.asked.empty() && !in_talk) return;
        const bool spoken =
            std::any_of(u_.readings.begin(), u_.readings.end(), [&](const Reading& r) {
                const IntentKind kind = t_.intents[static_cast<std::size_t>(r.intent)].kind;
                return (r.counts && kind == IntentKind::content) || kind == IntentKind::crisis;
            });
        if (spoken && !scratch_.weigh_always) return;
        std::vector<WordHit>& hits = scratch_.word_hits;
        const auto see = [&](std::uint32_t s, std::uint32_t begin, std::uint32_t end) {
            if (t_.feature_of_symbol[s])
                hits.push_back({t_.feature_of_symbol[s] - 1, begin, end, 1});
        };
        for (std::uint32_t i = 0; i < n_; ++i) {
            const WordEntry& e = entry(i);
            for (std::uint32_t k = 0; k < e.symbol_count; ++k)
                see(t_.symbol_lists[e.symbols + k], i, i + 1);
        }
        for (const PhraseEdge& f : b_.phrases) {
            for (std::uint32_t k = 0; k < f.out_count; ++k)
                see(t_.phrase_out[f.out + k], f.begin, f.end);
        }
        keep_speaking(u_, hits);
        add_readings(t_, u_, hits);
        if (!spoken) {
            std::vector<std::uint16_t>& added = b_.intents;
            added.clear();
            for (const Sign& s : b_.signs)
                if (s.group != Sign::Group::counts) b_.refused.push_back(s.intent);
            for (const IntentId id : weigh_words(t_, hits, b_.refused, in_talk, u_))
                added.push_back(static_cast<std::uint16_t>(id));
            drop_by_company(added);
        }
    }

    const Tables& t_;
    const Regexes& regexes_;
    const MatcherOptions& options_;
    const Context& context_;
    Scratch& scratch_;
    Scratch::Buffers& b_;
    Understanding& u_;
    std::uint32_t n_ = 0;
    std::uint32_t fuel_ = 0;
    bool end_anchored_ = false;
};

constexpr std::uint32_t pack_magic = 0x4D434642;  // "BFCM"
constexpr std::uint32_t pack_version = 4;

}  // namespace

Matcher::Matcher() : compiled_(std::make_unique<Compiled>()) {}
Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

Matcher Matcher::compile(const Catalogue& catalogue, Diagnostics& diagnostics) {
    Matcher m;
    m.compiled_->t = compile_tables(catalogue, diagnostics);
    const Tables& t = m.compiled_->t;
    for (const auto& [index, message] :
         Regexes::check(t.regexes, m.compiled_->t.regex_atoms, m.compiled_->t.regex_always)) {
        const PatternEntry& p = t.patterns[t.regex_patterns[index]];
        diagnostics.push_back(make_diagnostic(codes::bad_regex, t.files[p.file], {p.line, 1},
                                              message,
                                              "RE2 has no look-around and no back-references"));
    }
    m.compiled_->regexes.prepare(t.regexes, t.regex_atoms, t.regex_always);
    m.compiled_->index();
    return m;
}

void Matcher::understand(std::string_view text, const Context& context, Scratch& scratch,
                         Understanding& out) const {
    Run(compiled_->t, compiled_->regexes, options_, context, scratch, out).run(text);
    out.answer = read_answer(*this, out, context);
    choose_labels(*this, out);
}

Understanding Matcher::understand(std::string_view text, const Context& context,
                                  Scratch& scratch) const {
    Understanding out;
    understand(text, context, scratch, out);
    return out;
}

Understanding Matcher::understand(std::string_view text) const {
    Scratch scratch;
    return understand(text, {}, scratch);
}

IntentId Matcher::find(std::string_view name) const {
    const auto found = compiled_->by_name.find(std::string(name));
    return found == compiled_->by_name.end() ? IntentId::none
                                             : static_cast<IntentId>(found->second);
}

const std::string& Matcher::intent_name(IntentId id) const {
    static const std::string none = "none";
    const auto i = static_cast<std::size_t>(id);
    return i < compiled_->t.intents.size() ? compiled_->t.intents[i].name : none;
}

IntentKind Matcher::kind(IntentId id) const {
    const auto i = static_cast<std::size_t>(id);
    return i < compiled_->t.intents.size() ? compiled_->t.intents[i].kind : IntentKind::content;
}

std::uint32_t Matcher::rank(IntentId id) const {
    const auto i = static_cast<std::size_t>(id);
    return i < compiled_->t.intents.size() ? compiled_->t.intents[i].rank : not_a_label;
}

std::size_t Matcher::intent_count() const { return compiled_->t.intents.size(); }
std::size_t Matcher::pattern_count() const { return compiled_->t.patterns.size(); }
std::size_t Matcher::state_count() const { return compiled_->t.states.size(); }
std::size_t Matcher::word_count() const { return compiled_->t.words.size(); }

std::string Matcher::pattern_place(std::uint32_t pattern) const {
    const Tables& t = compiled_->t;
    const auto place = [&](const auto& p) {
        return t.files[p.file] + ":" + std::to_string(p.line);
    };
    if (pattern < t.patterns.size()) return place(t.patterns[pattern]);
    // Rows of the word weights are numbered after the patterns.
    pattern -= static_cast<std::uint32_t>(t.patterns.size());
    return pattern < t.weight_rows.size() ? place(t.weight_rows[pattern]) : std::string();
}

std::string Matcher::pattern_source(std::uint32_t pattern) const {
    const Tables& t = compiled_->t;
    if (pattern < t.patterns.size()) return t.sources[t.patterns[pattern].source];
    pattern -= static_cast<std::uint32_t>(t.patterns.size());
    return pattern < t.weight_rows.size() ? t.sources[t.weight_rows[pattern].source]
                                          : std::string();
}

void Matcher::save(std::string& out) const {
    Writer w(out);
    std::uint32_t magic = pack_magic, version = pack_version;
    w(magic, version, compiled_->t);
}

bool Matcher::load(std::string_view bytes) {
    auto fresh = std::make_unique<Compiled>();
    Reader r(bytes);
    std::uint32_t magic = 0, version = 0;
    r(magic, version);
    if (magic == pack_magic && version == pack_version)
        r(fresh->t);
    else
        r.fail();
    if (r.failed()) {
        compiled_ = std::make_unique<Compiled>();
        return false;
    }
    fresh->regexes.prepare(fresh->t.regexes, fresh->t.regex_atoms, fresh->t.regex_always);
    fresh->index();
    compiled_ = std::move(fresh);
    return true;
}

}  // namespace befriend
