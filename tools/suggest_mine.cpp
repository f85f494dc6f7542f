// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "intents/english.hpp"
#include "intents/matcher.hpp"
#include "tools/pattern_lab.hpp"
#include "tools/suggest.hpp"

namespace befriend {
namespace {

constexpr std::size_t longest = 4;          // written words, lists and @self of a candidate
constexpr std::size_t widest_gap = 3;       // words
constexpr std::size_t most_measured = 600;  // candidates that the matcher runs; more gain little
constexpr std::uint32_t none = 0xFFFFFFFF;

// A word of a row that a pattern may name: how it is written, and what it may be generalised to.
struct Item {
    std::uint32_t word = none;  // index into Vocabulary::names; none: a gap only may pass it
    bool self = false;
    bool denies = false;
    bool edge = true;      // a pattern may begin and end with it: no article, preposition, "and"
    bool content = false;  // carries a meaning of its own
    std::uint16_t clause = 0;
    std::vector<std::uint32_t> lists;
};

// What candidates are made of, each text once.
class Vocabulary {
public:
    explicit Vocabulary(const Catalogue& catalogue) {
        for (const Lexicon& list : catalogue.lexicons) {
            if (list.name == "skip") continue;
            const std::uint32_t id = number("<" + list.name + ">");
            for (const Lexicon::Entry& entry : list.entries) {
                std::string text = entry.text;
                const bool exact = text.starts_with('=');
                std::erase(text, '=');
                if (text.empty() || text.find_first_of(" <>") != std::string::npos) continue;
                for (const std::string& form :
                     exact ? std::vector<std::string>{text} : forms_of(text))
                    lists_[form].insert(id);
            }
        }
        self_ = number("@self");
    }

    std::uint32_t number(const std::string& text) {
        const auto [at, fresh] =
            numbers_.try_emplace(text, static_cast<std::uint32_t>(names_.size()));
        if (fresh) names_.push_back(text);
        return at->second;
    }
    const std::string& name(std::uint32_t id) const { return names_[id]; }
    std::uint32_t self() const { return self_; }
    bool is_list(std::uint32_t id) const { return names_[id].starts_with('<'); }

    // Must have seen every word first: "hated" is written "hate" only where "hate" is used as well.
    void learn(const Understanding& u) {
        for (const Token& t : u.tokens) seen_.emplace(u.folded_word(t));
    }
    void settle() {
        for (const ClassedWords& row : classed_words()) {
            for (std::string_view rest = row.words; !rest.empty();) {
                const std::size_t space = rest.find(' ');
                classes_[std::string(rest.substr(0, space))] |= row.classes;
                rest = space == std::string_view::npos ? "" : rest.substr(space + 1);
            }
        }
        for (const char* irregular : {"be", "have", "do", "go"}) seen_.emplace(irregular);
        for (const std::string& word : seen_) {
            for (const std::string& form : forms_of(word)) {
                if (form == word || !seen_.contains(form)) continue;
                std::string& base = bases_[form];
                if (base.empty() || base.size() < word.size()) base = word;
            }
        }
    }

    std::vector<Item> items(const Understanding& u) {
        static constexpr std::string_view selves[] = {"i", "me", "my", "mine", "myself"};
        static constexpr std::string_view deniers[] = {"not", "no", "never", "nothing", "nobody"};
        std::vector<Item> out;
        for (const Token& t : u.tokens) {
            if (t.flags & token_flag::skip) continue;
            Item item;
            item.clause = t.clause;
            const std::string word(u.folded_word(t));
            const bool plain =
                !(t.flags & (token_flag::emoji | token_flag::number | token_flag::quoted)) &&
                std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z'); });
            if (plain && !word.empty()) {
                const auto base = bases_.find(word);
                item.word = number(base == bases_.end() ? word : base->second);
                item.self = std::ranges::find(selves, word) != std::end(selves);
                item.denies = std::ranges::find(deniers, word) != std::end(deniers);
                const auto of = classes_.find(word);
                const std::uint64_t classes = of == classes_.end() ? 0 : of->second;
                item.edge = !(classes & (word_class::determiner | word_class::preposition |
                                         word_class::breaks | word_class::joins));
                item.content = !(classes & word_class::function_word) && item.edge && !item.self;
                if (const auto lists = lists_.find(word); lists != lists_.end())
                    item.lists.assign(lists->second.begin(), lists->second.end());
            }
            out.push_back(std::move(item));
        }
        return out;
    }

private:
    std::vector<std::string> names_;
    std::unordered_map<std::string, std::uint32_t> numbers_;
    std::unordered_map<std::string, std::set<std::uint32_t>> lists_;
    std::set<std::string> seen_;
    std::map<std::string, std::string> bases_;
    std::unordered_map<std::string, std::uint64_t> classes_;
    std::uint32_t self_ = 0;
};

// Up to four names and the place of the gap: 0 none, else before the name of this index.
struct Candidate {
    std::array<std::uint32_t, longest> names{none, none, none, none};
    std::uint8_t count = 0;
    std::uint8_t gap = 0;

    friend bool operator==(const Candidate&, const Candidate&) = default;
};

struct CandidateHash {
    std::size_t operator()(const Candidate& c) const {
        std::uint64_t h = c.gap + 1u;
        for (const std::uint32_t name : c.names) h = (h ^ name) * 0x9E3779B97F4A7C15ull;
        return static_cast<std::size_t>(h ^ (h >> 29));
    }
};

std::string spelt(const Candidate& c, const Vocabulary& words) {
    std::string out;
    for (std::size_t i = 0; i < c.count; ++i) {
        if (i > 0) out += ' ';
        if (i > 0 && i == c.gap) out += "..." + std::to_string(widest_gap) + " ";
        out += words.name(c.names[i]);
    }
    return out;
}

// Calls `found` with the runs of up to four items of one clause, with and without a gap, as they
// stand, with @self, and with one word list.
template <class Found>
void candidates_of(const std::vector<Item>& items, const Vocabulary& words, const Found& found) {
    std::array<const Item*, longest> run{};
    const auto variants = [&](std::size_t count, std::size_t gap) {
        Candidate plain;
        plain.count = static_cast<std::uint8_t>(count);
        plain.gap = static_cast<std::uint8_t>(gap);
        bool selves = false, content = false;
        if (!run[0]->edge || !run[count - 1]->edge) return;
        for (std::size_t i = 0; i < count; ++i) {
            content = content || run[i]->content;
            plain.names[i] = run[i]->word;
            selves = selves || run[i]->self;
        }
        if (!content) return;
        for (const bool self : {false, true}) {
            if (self && !selves) continue;
            Candidate c = plain;
            if (self)
                for (std::size_t i = 0; i < count; ++i)
                    if (run[i]->self) c.names[i] = words.self();
            if (!(self && count == 1)) found(c);
            for (std::size_t i = 0; i < count; ++i) {
                for (const std::uint32_t list : run[i]->lists) {
                    Candidate wider = c;
                    wider.names[i] = list;
                    found(wider);
                }
            }
        }
    };
    for (std::size_t begin = 0; begin < items.size(); ++begin) {
        for (std::size_t gap = 0; gap < longest; ++gap) {  // 0: no gap
            for (std::size_t passed = gap ? 1 : 0; passed <= (gap ? widest_gap : 0); ++passed) {
                bool whole = true;
                for (std::size_t i = 0; whole && i < longest; ++i) {
                    const std::size_t at = begin + i + (gap && i >= gap ? passed : 0);
                    if (at >= items.size() || items[at].clause != items[begin].clause) break;
                    if (items[at].word == none) break;
                    if (gap && i == gap)
                        for (std::size_t k = begin + i; k < at; ++k)
                            whole = whole && !items[k].denies;
                    run[i] = &items[at];
                    if (whole && i >= gap) variants(i + 1, gap);
                }
            }
        }
    }
}

struct Count {
    std::size_t misses = 0;  // rows of the intent that are not heard
    std::size_t right = 0;   // rows of the intent
    std::size_t wrong = 0;   // other rows
    std::size_t alarms = 0;  // other rows that are not read as the intent so far
    std::size_t last = none;
    std::uint64_t rows = 0;  // which ones, as a checksum
};

enum class Kind : std::uint8_t { heard, missed, wrong, quiet };

struct LogOdds {
    double value = 0;
    double error = 0;
};

// Half a row is added everywhere, so that few rows prove little.
LogOdds log_odds(std::size_t right, std::size_t wanted, std::size_t wrong, std::size_t others) {
    const double a = static_cast<double>(right) + 0.5,
                 b = static_cast<double>(wanted - right) + 0.5;
    const double c = static_cast<double>(wrong) + 0.5,
                 d = static_cast<double>(others - wrong) + 0.5;
    return {std::log(a / b) - std::log(c / d), std::sqrt(1 / a + 1 / b + 1 / c + 1 / d)};
}

struct Measured {
    std::string like;
    std::size_t size = 0;
    LogOdds odds;
    std::size_t right = 0, wrong = 0;
    std::vector<std::size_t> gains, alarms;
};

bool is_wanted(const Utterance& row, const std::string& label) {
    return std::ranges::find(row.labels, label) != row.labels.end();
}

Understanding understand(const Matcher& matcher, const Utterance& row, Scratch& scratch) {
    Context context;
    context.asked = row.asked;
    context.options = row.options;
    context.option_labels = row.options;
    return matcher.understand(row.text, context, scratch);
}

void add(LabelScore& score, bool wanted, bool heard) {
    score.right += wanted && heard;
    score.missed += wanted && !heard;
    score.wrong += !wanted && heard;
}

// The patterns of `texts`, each an intent of its own that is about whom `intent` is about.
Catalogue apart(const Catalogue& from, const IntentSpec& intent,
                const std::vector<std::string>& texts) {
    std::vector<PatternError> errors;
    PatternSpec first;
    first.like = parse_pattern(texts.front(), errors);
    Catalogue out = with_only(from, first);
    IntentSpec one = out.intents.front();
    one.whom = intent.whom;
    out.intents.clear();
    for (std::size_t i = 0; i < texts.size(); ++i) {
        one.name = std::to_string(i);
        one.patterns[0].like = parse_pattern(texts[i], errors);
        one.patterns[0].source = texts[i];
        out.intents.push_back(one);
    }
    return out;
}

// The best candidates by what their words promise; of those that stand in the same rows the
// shortest, and the shortest with a word list.
std::vector<std::string> promising(
    const std::unordered_map<Candidate, Count, CandidateHash>& counts, const Vocabulary& words,
    const SuggestOptions& options, std::size_t wanted, std::size_t others,
    std::map<std::string, std::size_t>& sizes) {
    struct Row {
        double value;
        double odds;
        std::size_t size;
        std::string like;
        std::uint64_t rows;
        bool list;
    };
    std::vector<Row> rows;
    for (const auto& [c, n] : counts) {
        if (n.misses < options.support) continue;
        const double value =
            static_cast<double>(n.misses) - options.alarm_cost * static_cast<double>(n.alarms);
        // The words are a guess only: a denial or another person may excuse some alarms.
        if (value < -options.alarm_cost) continue;
        const bool list = std::any_of(c.names.begin(), c.names.begin() + c.count,
                                      [&](std::uint32_t id) { return words.is_list(id); });
        rows.push_back({value, log_odds(n.right, wanted, n.wrong, others).value,
                        c.count + (c.gap ? 1u : 0u), spelt(c, words), n.rows, list});
    }
    std::ranges::sort(rows, [](const Row& a, const Row& b) {
        if (a.value != b.value) return a.value > b.value;
        if (a.odds != b.odds) return a.odds > b.odds;
        if (a.size != b.size) return a.size < b.size;
        return a.like.size() != b.like.size() ? a.like.size() < b.like.size() : a.like < b.like;
    });
    std::set<std::pair<std::uint64_t, bool>> told;
    std::vector<std::string> out;
    for (Row& row : rows) {
        if (out.size() == most_measured) break;
        if (!told.emplace(row.rows, row.list).second) continue;
        sizes[row.like] = row.size;
        out.push_back(std::move(row.like));
    }
    return out;
}

}  // namespace

Suggestions suggest_patterns(const Catalogue& catalogue, const std::vector<Utterance>& rows,
                             const SuggestOptions& options) {
    Suggestions result;
    const auto intent = std::ranges::find(catalogue.intents, options.intent, &IntentSpec::name);
    const std::string& label = options.label.empty() ? options.intent : options.label;
    Diagnostics diagnostics;
    const Matcher matcher = Matcher::compile(catalogue, diagnostics);
    const IntentId id = matcher.find(options.intent);

    // What is heard now.
    Scratch scratch;
    Vocabulary words(catalogue);
    std::vector<Kind> kinds(rows.size());
    std::size_t wanted = 0, others = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Understanding u = understand(matcher, rows[i], scratch);
        const bool heard = std::ranges::find(u.labels, id) != u.labels.end();
        const bool right = is_wanted(rows[i], label);
        add(rows[i].held ? result.held_before : result.before, right, heard);
        kinds[i] =
            right ? (heard ? Kind::heard : Kind::missed) : (heard ? Kind::wrong : Kind::quiet);
        if (rows[i].held) continue;
        words.learn(u);
        ++(right ? wanted : others);
    }
    words.settle();
    result.after = result.before;
    result.held_after = result.held_before;

    // Candidates come from the misses; the other rows only count against them or for them.
    std::unordered_map<Candidate, Count, CandidateHash> counts;
    for (const bool mining : {true, false}) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (rows[i].held || (kinds[i] == Kind::missed) != mining) continue;
            candidates_of(words.items(understand(matcher, rows[i], scratch)), words,
                          [&](const Candidate& c) {
                              const auto at = mining ? counts.try_emplace(c).first : counts.find(c);
                              if (at == counts.end() || at->second.last == i) return;
                              Count& n = at->second;
                              n.last = i;
                              n.rows += (i + 1) * 0x9E3779B97F4A7C15ull;
                              n.misses += mining;
                              n.right += mining || kinds[i] == Kind::heard;
                              n.wrong += kinds[i] == Kind::wrong || kinds[i] == Kind::quiet;
                              n.alarms += kinds[i] == Kind::quiet;
                          });
        }
        if (mining)
            std::erase_if(counts, [&](const auto& c) { return c.second.misses < options.support; });
    }
    std::map<std::string, std::size_t> sizes;
    const std::vector<std::string> texts = promising(counts, words, options, wanted, others, sizes);
    result.candidates = texts.size();
    if (texts.empty()) return result;

    // What the matcher makes of them.
    std::vector<Measured> measured(texts.size());
    {
        const Matcher candidates = Matcher::compile(apart(catalogue, *intent, texts), diagnostics);
        std::vector<std::size_t> index(candidates.intent_count(), none);
        for (std::size_t k = 0; k < texts.size(); ++k) {
            measured[k].like = texts[k];
            measured[k].size = sizes[texts[k]];
            const IntentId one = candidates.find(std::to_string(k));
            if (one != IntentId::none) index[static_cast<std::size_t>(one)] = k;
        }
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (rows[i].held) continue;
            std::set<std::size_t> taken;
            for (const Reading& r : understand(candidates, rows[i], scratch).readings)
                if (r.counts) taken.insert(index[static_cast<std::size_t>(r.intent)]);
            for (const std::size_t k : taken) {
                if (k == none) continue;
                Measured& m = measured[k];
                ++(is_wanted(rows[i], label) ? m.right : m.wrong);
                if (kinds[i] == Kind::missed) m.gains.push_back(i);
                if (kinds[i] == Kind::quiet) m.alarms.push_back(i);
            }
        }
    }
    for (Measured& m : measured) m.odds = log_odds(m.right, wanted, m.wrong, others);
    std::erase_if(measured, [&](const Measured& m) {
        return m.gains.size() < options.support || m.odds.value < options.least_sure * m.odds.error;
    });

    // The best one, then the best for what is left.
    std::set<std::size_t> gained, alarmed;
    const auto fresh = [](const std::vector<std::size_t>& all, const std::set<std::size_t>& known) {
        std::vector<std::size_t> out;
        std::ranges::copy_if(all, std::back_inserter(out),
                             [&](std::size_t row) { return !known.contains(row); });
        return out;
    };
    while (result.chosen.size() < options.most) {
        const Measured* best = nullptr;
        double most = 0;
        for (const Measured& m : measured) {
            const std::size_t gains = fresh(m.gains, gained).size();
            if (gains < options.support) continue;
            const double value =
                static_cast<double>(gains) -
                options.alarm_cost * static_cast<double>(fresh(m.alarms, alarmed).size());
            if (value <= 0 || value < most) continue;
            const auto order = [](const Measured& x) {
                return std::tuple(-x.odds.value, x.size, x.like.size(), x.like);
            };
            if (best == nullptr || value > most || order(m) < order(*best)) best = &m;
            most = value;
        }
        if (best == nullptr) break;
        Suggestion s;
        s.like = best->like;
        s.log_odds = best->odds.value;
        s.gains = fresh(best->gains, gained);
        s.alarms = fresh(best->alarms, alarmed);
        // The share of the rows taken that are right, two rows of doubt put in, in steps of 0.05.
        const double share = (static_cast<double>(best->right) + 1) /
                             (static_cast<double>(best->right + best->wrong) + 2);
        s.weight = std::clamp(static_cast<float>(std::round(share * 20) / 20), intent->threshold,
                              std::max(0.9f, intent->threshold));
        gained.insert(s.gains.begin(), s.gains.end());
        alarmed.insert(s.alarms.begin(), s.alarms.end());
        result.chosen.push_back(std::move(s));
    }
    if (result.chosen.empty()) return result;

    // All of them in their place, beside everything else that is heard.
    Catalogue together = catalogue;
    auto& list = together.intents[static_cast<std::size_t>(intent - catalogue.intents.begin())];
    std::vector<PatternError> errors;
    for (const Suggestion& s : result.chosen) {
        PatternSpec pattern;
        pattern.like = parse_pattern(s.like, errors);
        pattern.weight = s.weight;
        pattern.source = s.like;
        pattern.place = list.place;
        list.patterns.push_back(std::move(pattern));
    }
    const Matcher after = Matcher::compile(together, diagnostics);
    result.after = result.held_after = {};
    for (const Utterance& row : rows) {
        const Understanding u = understand(after, row, scratch);
        add(row.held ? result.held_after : result.after, is_wanted(row, label),
            std::ranges::find(u.labels, after.find(options.intent)) != u.labels.end());
    }
    return result;
}

}  // namespace befriend
