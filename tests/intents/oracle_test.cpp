// SPDX-License-Identifier: Apache-2.0
//
// The compiled automaton against a naive matcher that walks the pattern tree, on thousands of
// random patterns and sentences.
#include <doctest/doctest.h>

#include <cstdint>
#include <set>

#include "intents/english.hpp"
#include "intents/pattern.hpp"
#include "tests/intents/support.hpp"

using namespace befriend;
using namespace befriend::test;

namespace {

using Kind = PatternNode::Kind;

struct Random {
    std::uint64_t s;
    std::uint64_t next() {
        s += 0x9E3779B97F4A7C15ull;
        std::uint64_t z = s;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(next() % n); }
};

// Where a partial match stands: the next word, and whether fillers may be passed from here.
enum class Mode : std::uint8_t { fresh, started, after_gap };
using Place = std::pair<std::uint32_t, Mode>;

class Naive {
public:
    explicit Naive(const Understanding& u)
        : u_(u), n_(static_cast<std::uint32_t>(u.tokens.size())) {}

    bool matches(const Pattern& p) const {
        for (std::uint32_t i = 0; i <= n_; ++i) {
            for (const Place& end : ends(p.root, {{i, Mode::fresh}})) {
                if (end.second != Mode::fresh) return true;
            }
        }
        return false;
    }

private:
    using Places = std::set<Place>;

    bool skip(std::uint32_t i) const { return u_.tokens[i].flags & token_flag::skip; }
    Boundary before(std::uint32_t i) const { return i < n_ ? u_.tokens[i].before : Boundary::none; }

    // Positions where the next written word may stand.
    std::vector<std::uint32_t> stands(Place from) const {
        std::vector<std::uint32_t> out;
        std::uint32_t q = from.first;
        if (from.second != Mode::started) return {q};
        for (;; ++q) {
            if (before(q) == Boundary::hard) break;
            out.push_back(q);
            if (q >= n_ || !skip(q)) break;
        }
        return out;
    }

    Places word(const std::vector<std::string>& forms, const Places& from) const {
        Places out;
        for (const Place& f : from) {
            for (const std::uint32_t q : stands(f)) {
                if (q >= n_) continue;
                if (f.second == Mode::after_gap && before(q) == Boundary::hard) continue;
                const std::string text(u_.folded_word(u_.tokens[q]));
                if (std::find(forms.begin(), forms.end(), text) != forms.end())
                    out.insert({q + 1, Mode::started});
            }
        }
        return out;
    }

    Places gap(std::uint32_t most, const Places& from) const {
        Places out;
        for (const Place& f : from) {
            if (f.second == Mode::fresh) {
                out.insert(f);
                continue;
            }
            out.insert({f.first, Mode::after_gap});
            std::uint32_t words = 0;
            bool soft = false;
            for (std::uint32_t q = f.first;; ++q) {
                if (before(q) == Boundary::hard) break;
                if (before(q) == Boundary::soft) soft = true;
                if (soft && words) break;
                out.insert({q, Mode::after_gap});
                if (q >= n_) break;
                if (!skip(q) && ++words > most) break;
            }
        }
        return out;
    }

    Places ends(const PatternNode& n, const Places& from) const {
        switch (n.kind) {
            case Kind::word:
                return word(n.exact ? std::vector<std::string>{n.text} : forms_of(n.text), from);
            case Kind::self:
                return word({"i", "me", "my", "mine", "myself"}, from);
            case Kind::bot:
                return word({"you", "your", "yours", "yourself"}, from);
            case Kind::lexicon: {
                Places out = word(merge(forms_of("idiot"), forms_of("failure")), from);
                for (const std::vector<std::string>& phrase :
                     {std::vector<std::string>{"waste", "of", "space"}, {"mess", "up"}}) {
                    Places at = from;
                    for (const std::string& w : phrase) at = word(forms_of(w), at);
                    out.insert(at.begin(), at.end());
                }
                return out;
            }
            case Kind::gap:
                return gap(n.most, from);
            case Kind::end: {
                Places out;
                for (const Place& f : from) {
                    for (const std::uint32_t q : stands(f)) {
                        if (q == n_ && f.second != Mode::fresh) out.insert({q, Mode::started});
                    }
                }
                return out;
            }
            case Kind::start: {
                Places out;
                for (const Place& f : from) {
                    bool fillers = f.second == Mode::fresh;
                    for (std::uint32_t i = 0; i < f.first; ++i) fillers = fillers && skip(i);
                    if (fillers) out.insert({f.first, Mode::started});
                }
                return out;
            }
            case Kind::capture:
                return ends(n.parts[0], from);
            case Kind::optional: {
                Places out = ends(n.parts[0], from);
                out.insert(from.begin(), from.end());
                return out;
            }
            case Kind::sequence: {
                Places at = from;
                for (const PatternNode& p : n.parts) at = ends(p, at);
                return at;
            }
            case Kind::alternatives: {
                Places out;
                for (const PatternNode& p : n.parts) {
                    const Places e = ends(p, from);
                    out.insert(e.begin(), e.end());
                }
                return out;
            }
            case Kind::any_order: {
                std::vector<std::size_t> order(n.parts.size());
                for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
                Places out;
                do {
                    Places at = from;
                    for (std::size_t i = 0; i < order.size(); ++i)
                        at = ends(n.parts[order[i]], i ? gap(any_order_gap, at) : at);
                    out.insert(at.begin(), at.end());
                } while (std::next_permutation(order.begin(), order.end()));
                return out;
            }
            default:
                return {};
        }
    }

    static std::vector<std::string> merge(std::vector<std::string> a,
                                          const std::vector<std::string>& b) {
        a.insert(a.end(), b.begin(), b.end());
        return a;
    }

    const Understanding& u_;
    std::uint32_t n_;
};

const char* const pattern_words[] = {"red", "green", "walk", "hate", "=walking", "so", "house"};
const char* const sentence_words[] = {
    "red",   "green",   "walks", "walking", "hated", "so",    "just", "house", "blue",
    "idiot", "messed",  "up",    "waste",   "of",    "space", "i",    "you",   "me",
    "but",   "because", "red,",  "green.",  "walk,", "blue,", "so,",  "house."};

std::string random_pattern(Random& r, int depth) {
    std::string out;
    const std::uint32_t n = 1 + r.below(4);
    for (std::uint32_t i = 0; i < n; ++i) {
        if (i) out += ' ';
        switch (depth > 2 ? r.below(7) : r.below(14)) {
            case 7:
                out +=
                    "(" + random_pattern(r, depth + 1) + "|" + random_pattern(r, depth + 1) + ")";
                break;
            case 8:
                out += "[" + random_pattern(r, depth + 1) + "]";
                break;
            case 9:
                out +=
                    "(" + random_pattern(r, depth + 1) + " & " + random_pattern(r, depth + 1) + ")";
                break;
            case 10:
                out += "..." + std::to_string(1 + r.below(4));
                break;
            case 11:
                out += "{x: " + random_pattern(r, depth + 1) + "}";
                break;
            case 12:
                out += "<bad>";
                break;
            case 13:
                out += r.below(2) ? "@self" : "@bot";
                break;
            default:
                out += pattern_words[r.below(static_cast<std::uint32_t>(std::size(pattern_words)))];
        }
    }
    return out;
}

}  // namespace

TEST_SUITE("intents/oracle") {
    TEST_CASE("the automaton and a naive matcher agree on random patterns and sentences") {
        Random r{20240601};
        // All patterns in one matcher, so that shared states are put to the test as well.
        std::vector<Pattern> patterns;
        std::vector<std::string> sources;
        std::string yaml =
            "language: en\nwords:\n  skip: [so, just]\n  bad: [idiot, failure, \"waste of space\", "
            "\"mess up\"]\nintents:\n";
        while (patterns.size() < 300) {
            std::string pattern = random_pattern(r, 0);
            if (r.below(6) == 0) pattern = "^ " + pattern;
            if (r.below(6) == 0) pattern += " $";
            std::vector<PatternError> errors;
            patterns.push_back(parse_pattern(pattern, errors));
            REQUIRE(errors.empty());
            yaml += "  it" + std::to_string(patterns.size() - 1) + ": { patterns: [ { like: \"" +
                    pattern + "\", whom: self, polarity: asserted } ] }\n";
            sources.push_back(std::move(pattern));
        }
        Diagnostics diagnostics;
        const Matcher m = matcher_of(yaml, &diagnostics);
        std::set<std::uint32_t> empty;  // patterns that also match nothing at all are refused
        for (const Diagnostic& d : diagnostics) empty.insert(d.line - 6);
        int compared = 0, matched = 0;
        for (int s = 0; s < 80; ++s) {
            std::string text;
            const std::uint32_t n = 1 + r.below(9);
            for (std::uint32_t i = 0; i < n; ++i)
                text +=
                    (i ? " " : "") + std::string(sentence_words[r.below(
                                         static_cast<std::uint32_t>(std::size(sentence_words)))]);
            const Understanding u = m.understand(text);
            std::set<std::string> got;
            for (const Reading& x : u.readings) {
                if (x.counts) got.insert(m.intent_name(x.intent));
            }
            const Naive naive(u);
            for (std::uint32_t k = 0; k < patterns.size(); ++k) {
                if (empty.contains(k)) continue;
                const bool expected = naive.matches(patterns[k]);
                ++compared;
                matched += expected;
                if (expected != got.contains("it" + std::to_string(k))) {
                    CAPTURE(sources[k]);
                    CAPTURE(text);
                    CHECK(expected == got.contains("it" + std::to_string(k)));
                }
            }
        }
        CHECK(compared > 10000);
        CHECK(matched > 500);
        MESSAGE(compared << " compared, " << matched << " matched");
    }
}
