// SPDX-License-Identifier: Apache-2.0
#include <unicode/uchar.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "engine/base/utf8.hpp"
#include "intents/english.hpp"
#include "intents/labels.hpp"
#include "intents/normalise.hpp"
#include "intents/tables.hpp"

namespace befriend {
namespace {

using Kind = PatternNode::Kind;
using Frontier = std::vector<std::uint32_t>;  // sorted states

constexpr std::size_t most_steps = 20000;  // of one pattern; more is a mistake
constexpr std::size_t most_gated =
    12;  // patterns that share a state and are still asked one by one
constexpr std::uint32_t root_state = 0, start_state = 1;

class EdgeBuilder {
public:
    void add(std::uint32_t state, std::uint32_t sym, std::uint32_t target) {
        auto& list = edges_[std::uint64_t{state} << 32 | sym];
        if (std::find(list.begin(), list.end(), target) == list.end()) list.push_back(target);
    }
    std::uint32_t only(std::uint32_t state, std::uint32_t sym) const {
        const auto found = edges_.find(std::uint64_t{state} << 32 | sym);
        return found == edges_.end() ? 0 : found->second.front();
    }
    const auto& all() const { return edges_; }

    EdgeTable finish() const {
        EdgeTable table;
        table.slots.resize(edges_.size() + edges_.size() / 2 + 4);
        for (const auto& [key, list] : edges_) {
            EdgeSlot slot;
            slot.state = static_cast<std::uint32_t>(key >> 32);
            slot.symbol = static_cast<std::uint32_t>(key);
            slot.count = static_cast<std::uint32_t>(list.size());
            if (list.size() == 1) {
                slot.begin = list[0];
            } else {
                slot.begin = static_cast<std::uint32_t>(table.targets.size());
                table.targets.insert(table.targets.end(), list.begin(), list.end());
            }
            std::size_t i = EdgeTable::place(slot.state, slot.symbol, table.slots.size());
            while (table.slots[i].symbol) i = i + 1 == table.slots.size() ? 0 : i + 1;
            table.slots[i] = slot;
        }
        return table;
    }

private:
    std::map<std::uint64_t, std::vector<std::uint32_t>>
        edges_;  // ordered: equal input, equal bytes
};

class Compiler {
public:
    Compiler(const Catalogue& catalogue, Diagnostics& diagnostics)
        : in_(catalogue), diagnostics_(diagnostics) {}

    Tables run() {
        t_.language = in_.language;
        t_.files = in_.files;
        t_.states.resize(2);
        t_.phrases.resize(1);
        t_.code.push_back({});  // 0 is no program
        frontier_id({root_state});
        frontier_id({start_state});
        for (const Lexicon& l : in_.lexicons) lexicons_.emplace(l.name, &l);
        english();
        relations();
        for (const IntentSpec& intent : in_.intents)
            intent_ids_.emplace(intent.name, static_cast<std::uint16_t>(intent_ids_.size()));
        // All symbols must exist before the rarest element of a pattern is looked for.
        for (const IntentSpec& intent : in_.intents) {
            for (const PatternSpec& p : intent.patterns) {
                needs(p.like.root);
                if (p.unless) needs(p.unless->root);
            }
        }
        weights();
        count_commonness();
        for (const IntentSpec& intent : in_.intents) add(intent);
        finish();
        return std::move(t_);
    }

private:
    struct Word {
        std::set<std::uint32_t> symbols;
        std::uint64_t classes = 0;
        std::vector<std::string> expansion;
    };

    // ---- words and symbols -------------------------------------------------------------------

    void english() {
        for (const ClassedWords& row : classed_words()) {
            std::string_view rest = row.words;
            while (!rest.empty()) {
                const auto space = rest.find(' ');
                const std::string word(rest.substr(0, space));
                rest =
                    space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
                if (row.inflected) {
                    for (const std::string& form : forms_of(word))
                        words_[form].classes |= row.classes;
                } else {
                    words_[word].classes |= row.classes;
                }
            }
        }
        for (const auto& [from, to] : contractions()) {
            std::vector<std::string> expansion = fold_words(to);
            for (const std::string& w : expansion) words_[w];
            words_[from].expansion = std::move(expansion);
        }
        std::string_view rest = common_words();
        while (!rest.empty()) {
            const auto space = rest.find(' ');
            for (const std::string& form : forms_of(rest.substr(0, space)))
                words_[form].classes |= word_class::common;
            rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
        }
        for (const char* w : {"ill", "id", "its"})
            words_[w];  // also "I will", "I would", "it is": the matcher decides by place
        for (const char* w : {"i", "me", "my", "mine", "myself"})
            words_[w].symbols.insert(symbol::self);
        for (const char* w : {"you", "your", "yours", "yourself"})
            words_[w].symbols.insert(symbol::bot);
        for (const char* w : {"he", "she", "they", "him", "her", "them", "his", "their", "people",
                              "someone", "somebody"})
            words_[w].symbols.insert(symbol::other);
        if (const auto skip = lexicons_.find("skip"); skip != lexicons_.end()) {
            for (const Lexicon::Entry& e : skip->second->entries) {
                const auto folded = fold_words(e.text);
                if (folded.size() == 1) words_[folded[0]].classes |= word_class::skip;
                if (folded.size() < 2) continue;
                std::vector<std::uint32_t> path;
                for (const std::string& w : folded) path.push_back(exact(w));
                phrase(path, symbol::skip);
            }
        }
    }

    // @other: a relation word with or without a determiner.
    void relations() {
        const auto found = lexicons_.find("relation");
        if (found == lexicons_.end()) return;
        std::vector<std::uint32_t> determiners;
        for (const char* d : {"my", "his", "her", "their", "our", "your", "a", "an", "the", "some",
                              "this", "that", "another", "one"})
            determiners.push_back(exact(d));
        for (const Lexicon::Entry& e : found->second->entries) {
            const auto folded = fold_words(e.text);
            if (folded.empty()) continue;
            std::vector<std::uint32_t> path;
            for (const std::string& w : folded) path.push_back(family(w));
            if (folded.size() == 1) {
                for (const std::string& form : forms_of(folded[0])) {
                    words_[form].classes |= word_class::relation;
                    words_[form].symbols.insert(symbol::other);
                }
            } else {
                phrase(path, symbol::other);
            }
            for (const std::uint32_t d : determiners) {
                std::vector<std::uint32_t> with{d};
                with.insert(with.end(), path.begin(), path.end());
                phrase(with, symbol::other);
            }
        }
    }

    std::uint32_t intern(const std::string& key, bool& fresh) {
        const auto [at, added] = symbols_.emplace(key, next_symbol_);
        fresh = added;
        if (added) ++next_symbol_;
        return at->second;
    }

    static std::string emoji_by_name(const std::string& word) {
        if (word.find('_') == std::string::npos) return word;
        std::string name = word;
        for (char& c : name)
            c = c == '_' ? ' ' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
        UErrorCode status = U_ZERO_ERROR;
        const UChar32 c = u_charFromName(U_UNICODE_CHAR_NAME, name.c_str(), &status);
        if (U_FAILURE(status)) return word;
        std::string out;
        append_utf8(out, static_cast<char32_t>(c));
        return out;
    }

    std::uint32_t family(const std::string& written) {
        const std::string word = emoji_by_name(written);
        bool fresh = false;
        const std::uint32_t s = intern(word, fresh);
        if (fresh) {
            for (const std::string& form : forms_of(word)) words_[form].symbols.insert(s);
        }
        return s;
    }

    std::uint32_t exact(const std::string& word) {
        bool fresh = false;
        const std::uint32_t s = intern("=" + word, fresh);
        if (fresh) words_[word].symbols.insert(s);
        return s;
    }

    std::uint32_t lexicon(const std::string& name) {
        bool fresh = false;
        const std::uint32_t s = intern("<" + name, fresh);
        if (fresh) {
            std::set<std::string> open;
            fill_lexicon(name, s, open);
        }
        return s;
    }

    void fill_lexicon(const std::string& name, std::uint32_t s, std::set<std::string>& open) {
        const auto found = lexicons_.find(name);
        if (found == lexicons_.end()) return;
        if (!open.insert(name).second) {
            complain(codes::recursive_lexicon, found->second->place,
                     "the word list \"" + name + "\" contains itself");
            return;
        }
        for (const Lexicon::Entry& e : found->second->entries) {
            if (e.text.starts_with('<') && e.text.ends_with('>')) {
                fill_lexicon(e.text.substr(1, e.text.size() - 2), s, open);
                continue;
            }
            std::vector<PatternError> errors;
            const Pattern p = parse_pattern(e.text, errors);
            const bool plain =
                p.root.kind == Kind::word ||
                (p.root.kind == Kind::sequence &&
                 std::all_of(p.root.parts.begin(), p.root.parts.end(),
                             [](const PatternNode& n) { return n.kind == Kind::word; }));
            if (!errors.empty() || !plain) {
                complain(codes::bad_entry, e.place, "\"" + e.text + "\" is not a word or a phrase",
                         "only words, with = for one exact form; brackets belong in patterns");
                continue;
            }
            if (p.root.kind == Kind::word) {
                const std::string word = emoji_by_name(p.root.text);
                if (p.root.exact)
                    words_[word].symbols.insert(s);
                else
                    for (const std::string& form : forms_of(word)) words_[form].symbols.insert(s);
                continue;
            }
            std::vector<std::uint32_t> path;
            for (const PatternNode& n : p.root.parts)
                path.push_back(n.exact ? exact(n.text) : family(n.text));
            if (path.size() > 12) {
                complain(codes::bad_entry, e.place, "a phrase of more than 12 words");
                continue;
            }
            phrase(path, s);
        }
        open.erase(name);
    }

    void phrase(const std::vector<std::uint32_t>& path, std::uint32_t s) {
        phrase_paths_[s].push_back(path);
        std::uint32_t at = 0;
        for (const std::uint32_t step : path) {
            std::uint32_t next = phrase_edges_.only(at, step);
            if (!next) {
                next = static_cast<std::uint32_t>(t_.phrases.size());
                t_.phrases.emplace_back();
                phrase_edges_.add(at, step, next);
                t_.phrases[at].mask |= symbol_bit(step);
            }
            at = next;
        }
        phrase_outs_[at].insert(s);
    }

    // ---- word weights ------------------------------------------------------------------------

    // The symbol of an entry that is words; a phrase has one of its own.
    std::uint32_t symbol_of(const std::string& text) {
        std::vector<PatternError> errors;
        const Pattern p = parse_pattern(text, errors);
        if (!errors.empty()) return symbol::none;
        if (p.root.kind == Kind::word || p.root.kind == Kind::lexicon) return single(p.root);
        if (p.root.kind != Kind::sequence) return symbol::none;
        std::vector<std::uint32_t> path;
        for (const PatternNode& n : p.root.parts) {
            const std::uint32_t s = single(n);
            if (s == symbol::none) return symbol::none;
            path.push_back(s);
        }
        bool fresh = false;
        const std::uint32_t s = intern("~" + text, fresh);
        if (fresh) phrase(path, s);
        return s;
    }

    void weights() {
        t_.feature_of_intent.assign(in_.intents.size(), 0);
        std::unordered_map<std::string, std::uint32_t> features;
        std::vector<std::vector<WeightRow>> rows;  // per feature
        for (const WordWeights& spec : in_.weights) {
            const auto intent = intent_ids_.find(spec.intent);
            const bool any = spec.intent == any_content;
            if (!any && (intent == intent_ids_.end() ||
                         in_.intents[intent->second].kind != IntentKind::content))
                continue;
            const auto set = static_cast<std::uint32_t>(t_.weighed.size());
            t_.weighed.push_back({any ? weighs_any : intent->second, spec.bias, spec.threshold});
            for (const WordWeights::Entry& e : spec.entries) {
                const auto [at, fresh] =
                    features.emplace(e.text, static_cast<std::uint32_t>(rows.size()));
                if (fresh) {
                    rows.emplace_back();
                    if (e.text.starts_with('@')) {
                        const auto other = intent_ids_.find(e.text.substr(1));
                        if (other != intent_ids_.end())
                            t_.feature_of_intent[other->second] = at->second + 1;
                    } else if (const std::uint32_t s = symbol_of(e.text)) {
                        if (t_.feature_of_symbol.size() <= s) t_.feature_of_symbol.resize(s + 1);
                        t_.feature_of_symbol[s] = at->second + 1;
                    }
                }
                const auto source = static_cast<std::uint32_t>(t_.sources.size());
                t_.sources.push_back(e.text);
                rows[at->second].push_back({set, e.weight, e.place.file, e.place.at.line, source});
            }
        }
        for (const auto& of_feature : rows) {
            t_.feature_rows.push_back(static_cast<std::uint32_t>(t_.weight_rows.size()));
            t_.weight_rows.insert(t_.weight_rows.end(), of_feature.begin(), of_feature.end());
        }
        t_.feature_rows.push_back(static_cast<std::uint32_t>(t_.weight_rows.size()));
    }

    // ---- the automaton -----------------------------------------------------------------------

    std::uint32_t frontier_id(const Frontier& f) {
        return frontiers_.emplace(f, static_cast<std::uint32_t>(frontiers_.size())).first->second;
    }

    // The one state that a frontier reaches by an element. Equal frontiers and equal elements share
    // it, which is what makes the automaton a trie wherever patterns begin alike.
    std::pair<std::uint32_t, bool> state(const Frontier& from, const std::string& element) {
        const std::string key = std::to_string(frontier_id(from)) + element;
        const auto [at, fresh] = states_.emplace(key, static_cast<std::uint32_t>(t_.states.size()));
        if (fresh) {
            t_.states.emplace_back();
            gaps_of_.resize(t_.states.size());
            moves_of_.resize(t_.states.size());
        }
        ++steps_;
        touched_.push_back(at->second);
        return {at->second, fresh};
    }

    static Frontier merge(Frontier a, const Frontier& b) {
        a.insert(a.end(), b.begin(), b.end());
        std::sort(a.begin(), a.end());
        a.erase(std::unique(a.begin(), a.end()), a.end());
        return a;
    }

    // A gap that nothing follows says nothing: the pattern ends before it.
    Frontier without_gaps(const Frontier& ends) const {
        Frontier out;
        for (const std::uint32_t e : ends) {
            if (const auto gap = sources_of_gap_.find(e); gap != sources_of_gap_.end())
                out = merge(std::move(out), without_gaps(gap->second));
            else
                out = merge(std::move(out), {e});
        }
        return out;
    }

    // The symbol of a node that is one word, list or person; 0 for the rest.
    std::uint32_t single(const PatternNode& n) {
        switch (n.kind) {
            case Kind::word:
                return n.exact ? exact(n.text) : family(n.text);
            case Kind::lexicon:
                return lexicon(n.text);
            case Kind::self:
                return symbol::self;
            case Kind::other:
                return symbol::other;
            case Kind::bot:
                return symbol::bot;
            case Kind::end:
                return symbol::end;
            default:
                return symbol::none;
        }
    }

    std::uint32_t set_id(const std::set<std::uint32_t>& set) {
        std::vector<std::uint32_t> list(set.begin(), set.end());
        const auto [at, fresh] = sets_.emplace(list, static_cast<std::uint32_t>(t_.classes.size()));
        if (fresh) {
            ClassEntry entry;
            entry.begin = static_cast<std::uint32_t>(t_.class_symbols.size());
            entry.count = static_cast<std::uint32_t>(list.size());
            for (const std::uint32_t s : list) {
                entry.mask |= symbol_bit(s);
                t_.class_symbols.push_back(s);
            }
            t_.classes.push_back(entry);
        }
        return at->second;
    }

    std::uint32_t need_of(const std::set<std::uint32_t>& set) {
        return set.size() == 1 ? needs_symbol | *set.begin() : set_id(set);
    }

    Frontier consume(const Frontier& from, const std::set<std::uint32_t>& set) {
        const std::uint32_t id = set_id(set);
        const auto [target, fresh] = state(from, "w" + std::to_string(id));
        if (fresh) {
            for (const std::uint32_t f : from) {
                moves_of_[f].push_back({id, target});
                t_.states[f].mask |= t_.classes[id].mask;
            }
        }
        return {target};
    }

    // ---- what a pattern cannot do without ----------------------------------------------------

    // Sets of symbols, of each of which a message must have one.
    std::vector<std::set<std::uint32_t>> needs(const PatternNode& n) {
        switch (n.kind) {
            case Kind::word:
            case Kind::lexicon:
            case Kind::self:
            case Kind::other:
            case Kind::bot:
                return {{single(n)}};
            case Kind::capture:
                return needs(n.parts[0]);
            case Kind::sequence:
            case Kind::any_order: {
                std::vector<std::set<std::uint32_t>> out;
                for (const PatternNode& part : n.parts) {
                    for (auto& set : needs(part)) out.push_back(std::move(set));
                }
                return out;
            }
            case Kind::alternatives: {
                std::set<std::uint32_t> all;
                for (const PatternNode& part : n.parts) {
                    const auto sets = needs(part);
                    if (sets.empty()) return {};
                    const auto& best = *std::min_element(sets.begin(), sets.end(),
                                                         [&](const auto& a, const auto& b) {
                                                             return commonness(a) < commonness(b);
                                                         });
                    all.insert(best.begin(), best.end());
                }
                return {all};
            }
            default:
                return {};
        }
    }

    static bool crosses(const PatternNode& n) {
        return n.crosses || n.kind == Kind::any_word ||
               std::any_of(n.parts.begin(), n.parts.end(), crosses);
    }

    // The symbols that a match can end on; false when it can end on anything, or be empty.
    bool last_words(const PatternNode& n, std::set<std::uint32_t>& out) {
        switch (n.kind) {
            case Kind::word:
            case Kind::lexicon:
            case Kind::self:
            case Kind::other:
            case Kind::bot:
                out.insert(single(n));
                return true;
            case Kind::capture:
                return last_words(n.parts[0], out);
            case Kind::sequence:
                for (auto part = n.parts.rbegin(); part != n.parts.rend(); ++part) {
                    if (part->kind == Kind::gap && part == n.parts.rbegin()) continue;
                    if (part->kind == Kind::optional) {
                        std::set<std::uint32_t> some;
                        if (!last_words(part->parts[0], some)) return false;
                        out.insert(some.begin(), some.end());
                        continue;
                    }
                    return last_words(*part, out);
                }
                return false;
            case Kind::alternatives:
            case Kind::any_order:
                return std::all_of(n.parts.begin(), n.parts.end(),
                                   [&](const PatternNode& part) { return last_words(part, out); });
            default:
                return false;
        }
    }

    // A guess of how often words of a set are written: small words most, then everyday words.
    double commonness(const std::set<std::uint32_t>& set) const {
        double sum = 0;
        for (const std::uint32_t s : set) {
            const auto found = common_.find(s);
            if (found != common_.end()) sum += found->second;
        }
        return sum;
    }
    void count_commonness() {
        std::unordered_map<std::string, double> of;
        for (const auto& [text, word] : words_) {
            double one = 0.3;
            if (word.classes & word_class::common) one = 2;
            if (word.classes & (word_class::raises | word_class::opens | word_class::reports |
                                word_class::moves_object))
                one = 10;
            if (word.classes & (word_class::function_word | word_class::auxiliary)) one = 60;
            if (word.classes & (word_class::self_subject | word_class::self_possessive)) one = 200;
            for (const std::uint32_t s : word.symbols) common_[s] += one;
        }
        // The examples are text of the kind that will come: what they hold often is common.
        std::unordered_map<std::string, std::uint32_t> written;
        for (const IntentSpec& intent : in_.intents) {
            for (const auto* list : {&intent.examples, &intent.not_examples}) {
                for (const Example& e : *list) {
                    for (const std::string& w : fold_words(e.text)) ++written[w];
                }
            }
        }
        for (const auto& [text, n] : written) {
            const auto word = words_.find(text);
            if (word == words_.end()) continue;
            for (const std::uint32_t s : word->second.symbols) common_[s] += 3.0 * n;
        }
        // Phrases are as rare as their rarest word; two passes settle phrases of lists.
        common_[symbol::other] += 60;
        for (const auto& [s, paths] : phrase_paths_) {
            for (const auto& path : paths) {
                double rarest = 1e9;
                for (const std::uint32_t step : path) {
                    const auto found = common_.find(step);
                    if (found != common_.end()) rarest = std::min(rarest, found->second);
                }
                common_[s] += rarest * 0.3;
            }
        }
    }

    Frontier gap(const Frontier& from, std::uint16_t most, bool crosses) {
        // A gap before anything else would be live everywhere and say nothing.
        Frontier rest;
        for (const std::uint32_t f : from) {
            if (f != root_state) rest.push_back(f);
        }
        if (rest.empty()) return from;
        const auto [target, fresh] = state(rest, "g" + std::to_string(most) + (crosses ? "x" : ""));
        if (fresh) {
            t_.states[target].is_gap = 1;
            t_.states[target].most = most;
            t_.states[target].crosses = crosses;
            for (const std::uint32_t f : rest) gaps_of_[f].push_back(target);
            sources_of_gap_[target] = rest;
        }
        Frontier out{target};
        if (rest.size() != from.size()) out = merge(out, {root_state});
        return out;
    }

    Frontier insert(const PatternNode& n, const Frontier& from) {
        if (steps_ > most_steps || from.empty()) return from;
        switch (n.kind) {
            case Kind::word:
            case Kind::lexicon:
            case Kind::self:
            case Kind::other:
            case Kind::bot:
            case Kind::end:
                return consume(from, {single(n)});
            case Kind::any_word: {
                const auto [target, fresh] = state(from, "*");
                if (fresh) {
                    for (const std::uint32_t f : from) t_.states[f].any = target;
                    t_.states[target].crosses = 1;
                }
                return {target};
            }
            case Kind::gap:
                return gap(from, n.most, n.crosses);
            case Kind::start:
                return from == Frontier{root_state} ? Frontier{start_state} : Frontier{};
            case Kind::capture:
                return insert(n.parts[0], from);
            case Kind::optional:
                return merge(insert(n.parts[0], from), from);
            case Kind::sequence: {
                Frontier f = from;
                for (const PatternNode& part : n.parts) f = insert(part, f);
                return f;
            }
            case Kind::alternatives: {
                std::set<std::uint32_t> words;
                Frontier out;
                for (const PatternNode& part : n.parts) {
                    if (const std::uint32_t s = single(part))
                        words.insert(s);
                    else
                        out = merge(std::move(out), insert(part, from));
                }
                if (!words.empty()) out = merge(std::move(out), consume(from, std::move(words)));
                return out;
            }
            case Kind::any_order: {
                std::vector<std::size_t> order(n.parts.size());
                for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
                Frontier out;
                do {
                    Frontier f = from;
                    for (std::size_t i = 0; i < order.size(); ++i) {
                        if (i) f = gap(f, any_order_gap, false);
                        f = insert(n.parts[order[i]], f);
                    }
                    out = merge(std::move(out), f);
                } while (std::next_permutation(order.begin(), order.end()));
                return out;
            }
        }
        return from;
    }

    // ---- the programs that find words, run from the end to the beginning ---------------------

    using Op = Instruction::Op;

    std::uint32_t emit(Op op, std::uint32_t a = 0, std::uint32_t b = 0) {
        t_.code.push_back({op, a, b});
        return static_cast<std::uint32_t>(t_.code.size() - 1);
    }
    std::uint32_t here() const { return static_cast<std::uint32_t>(t_.code.size()); }

    void emit_class(const std::vector<std::uint32_t>& set) {
        emit(Op::words, set_id(std::set<std::uint32_t>(set.begin(), set.end())));
    }

    std::uint32_t name(const std::string& text) {
        const auto found = std::find(t_.names.begin(), t_.names.end(), text);
        if (found != t_.names.end()) return static_cast<std::uint32_t>(found - t_.names.begin());
        t_.names.push_back(text);
        return static_cast<std::uint32_t>(t_.names.size() - 1);
    }

    template <class F>
    void branches(std::size_t n, F&& one) {
        std::vector<std::uint32_t> exits;
        for (std::size_t i = 0; i < n; ++i) {
            if (i + 1 < n) {
                const std::uint32_t split = emit(Op::split);
                t_.code[split].a = here();
                one(i);
                exits.push_back(emit(Op::jump));
                t_.code[split].b = here();
            } else {
                one(i);
            }
        }
        for (const std::uint32_t e : exits) t_.code[e].a = here();
    }

    void program(const PatternNode& n) {
        switch (n.kind) {
            case Kind::word:
            case Kind::lexicon:
            case Kind::self:
            case Kind::other:
            case Kind::bot:
                emit_class({single(n)});
                break;
            case Kind::any_word:
                emit(Op::any);
                break;
            case Kind::gap:
                emit(Op::gap, n.most, n.crosses);
                break;
            case Kind::start:
                emit(Op::start);
                break;
            case Kind::end:
                emit(Op::end);
                break;
            case Kind::capture: {
                const std::uint32_t slot = name(n.text);
                emit(Op::close, slot);
                program(n.parts[0]);
                emit(Op::open, slot);
                break;
            }
            case Kind::optional:
                branches(2, [&](std::size_t i) {
                    if (i == 0) program(n.parts[0]);
                });
                break;
            case Kind::sequence:
                for (auto part = n.parts.rbegin(); part != n.parts.rend(); ++part) program(*part);
                break;
            case Kind::alternatives: {
                std::vector<std::uint32_t> set;
                std::vector<const PatternNode*> rest;
                for (const PatternNode& part : n.parts) {
                    if (part.kind != Kind::end && single(part))
                        set.push_back(single(part));
                    else
                        rest.push_back(&part);
                }
                branches(rest.size() + (set.empty() ? 0 : 1), [&](std::size_t i) {
                    if (i < rest.size())
                        program(*rest[i]);
                    else
                        emit_class(set);
                });
                break;
            }
            case Kind::any_order: {
                std::vector<std::vector<std::size_t>> orders;
                std::vector<std::size_t> order(n.parts.size());
                for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
                do orders.push_back(order);
                while (std::next_permutation(order.begin(), order.end()));
                branches(orders.size(), [&](std::size_t k) {
                    for (std::size_t i = 0; i < order.size(); ++i) {
                        if (i) emit(Op::gap, any_order_gap, 0);
                        program(n.parts[orders[k][i]]);
                    }
                });
                break;
            }
        }
    }

    // A gap at either edge of a pattern says nothing and is left out.
    static void trim(PatternNode& n) {
        if (n.kind != Kind::sequence) return;
        const auto idle = [](const PatternNode& p) { return p.kind == Kind::gap && !p.crosses; };
        while (!n.parts.empty() && idle(n.parts.front())) n.parts.erase(n.parts.begin());
        while (!n.parts.empty() && idle(n.parts.back())) n.parts.pop_back();
    }

    std::uint32_t compile_program(PatternNode root) {
        trim(root);
        const std::uint32_t begin = here();
        program(root);
        emit(Op::accept);
        return begin;
    }

    // ---- intents -----------------------------------------------------------------------------

    void add(const IntentSpec& spec) {
        const std::uint16_t id = intent_ids_.at(spec.name);
        IntentEntry entry;
        entry.name = spec.name;
        entry.kind = spec.kind;
        for (const Whom w : spec.whom)
            entry.whom = static_cast<std::uint8_t>(entry.whom | 1u << static_cast<unsigned>(w));
        entry.threshold = spec.threshold;
        entry.beside = spec.beside;
        if (const auto found = intent_ids_.find(spec.negated); found != intent_ids_.end())
            entry.negated = found->second;
        for (const std::string& n : spec.only_if_none_of) {
            if (const auto found = intent_ids_.find(n); found != intent_ids_.end())
                entry.none_of.push_back(found->second);
        }
        for (const std::string& n : spec.only_if_any_of) {
            if (const auto found = intent_ids_.find(n); found != intent_ids_.end())
                entry.any_of.push_back(found->second);
        }
        entry.rank = label_rank(spec.name, spec.kind);
        for (const PatternSpec& p : spec.patterns) add(p, id);
        t_.intents.push_back(std::move(entry));
    }

    void add(const PatternSpec& spec, std::uint16_t intent) {
        PatternEntry p;
        p.intent = intent;
        p.weight = spec.weight;
        p.max_words = spec.max_words;
        p.file = spec.place.file;
        p.line = spec.place.at.line;
        p.source = static_cast<std::uint32_t>(t_.sources.size());
        t_.sources.push_back(spec.source);
        if (spec.whom) p.whom = static_cast<std::uint8_t>(*spec.whom);
        if (spec.time) p.time = static_cast<std::uint8_t>(*spec.time);
        if (spec.polarity) p.polarity = static_cast<std::uint8_t>(*spec.polarity);
        const auto* level = std::find(std::begin(level_names), std::end(level_names), spec.level);
        p.level = static_cast<std::uint8_t>(
            level == std::end(level_names) ? 0 : level - std::begin(level_names));
        p.question = spec.like.question;
        p.attrs = static_cast<std::uint32_t>(t_.attr_list.size());
        p.attr_count = static_cast<std::uint8_t>(spec.attrs.size());
        for (const std::string& a : spec.attrs) t_.attr_list.push_back(name(a));
        const auto id = static_cast<std::uint32_t>(t_.patterns.size());
        if (spec.family.empty()) {
            p.family = next_family_++;
        } else {
            const auto [at, fresh] =
                families_.emplace(std::to_string(intent) + ":" + spec.family, next_family_);
            if (fresh) ++next_family_;
            p.family = at->second;
        }
        if (spec.unless) {
            p.unless = compile_program(spec.unless->root);
            auto sets = needs(spec.unless->root);
            std::sort(sets.begin(), sets.end(),
                      [&](const auto& a, const auto& b) { return commonness(a) < commonness(b); });
            p.unless_needs = static_cast<std::uint32_t>(t_.need_list.size());
            for (std::size_t k = 0; k < std::min<std::size_t>(sets.size(), 3); ++k)
                t_.need_list.push_back(need_of(sets[k]));
            std::set<std::uint32_t> last;
            if (last_words(spec.unless->root, last)) p.unless_last = set_id(last);
            p.unless_need_count = static_cast<std::uint8_t>(t_.need_list.size() - p.unless_needs);
        }
        if (!spec.regex.empty()) {
            p.program = 0xFFFFFFFF;
            p.regex = static_cast<std::uint32_t>(t_.regexes.size());
            t_.regexes.push_back(spec.regex);
            t_.regex_patterns.push_back(id);
            t_.regex_most_words.push_back(spec.max_words);
        } else {
            PatternNode root = spec.like.root;
            trim(root);
            steps_ = 0;
            touched_.clear();
            const Frontier ends = without_gaps(insert(root, {root_state}));
            if (steps_ > most_steps) {
                complain(codes::pattern_too_big, spec.place, "",
                         "split it, or put the alternatives into a word list");
            } else if (std::find(ends.begin(), ends.end(), root_state) != ends.end() ||
                       std::find(ends.begin(), ends.end(), start_state) != ends.end()) {
                complain(codes::empty_pattern, spec.place,
                         "the pattern also matches nothing at all",
                         "something in it must not be optional");
            } else {
                for (const std::uint32_t e : ends) accepts_[e].push_back(id);
            }
            std::sort(touched_.begin(), touched_.end());
            touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
            served_.resize(t_.states.size());
            for (const std::uint32_t s : touched_) {
                if (served_[s].size() <= most_gated) served_[s].push_back(id);
            }
            auto sets = needs(root);
            std::sort(sets.begin(), sets.end(),
                      [&](const auto& a, const auto& b) { return commonness(a) < commonness(b); });
            if (crosses(root)) t_.crossing = true;
            if (sets.empty()) {
                for (const std::uint32_t s : touched_)
                    served_[s].resize(most_gated + 1);  // always open
            } else {
                for (const std::uint32_t s : sets[0]) keys_[s].push_back(id);
                p.needs = static_cast<std::uint32_t>(t_.need_list.size());
                for (std::size_t k = 1; k < std::min<std::size_t>(sets.size(), 5); ++k)
                    t_.need_list.push_back(need_of(sets[k]));
                p.need_count = static_cast<std::uint8_t>(t_.need_list.size() - p.needs);
            }
            p.program = compile_program(spec.like.root);
        }
        t_.patterns.push_back(p);
    }

    void complain(const Code& code, const Place& place, std::string message,
                  std::string hint = {}) {
        diagnostics_.push_back(make_diagnostic(code, in_.files[place.file], place.at,
                                               std::move(message), std::move(hint)));
    }

    // ---- flattening --------------------------------------------------------------------------

    void finish() {
        gaps_of_.resize(t_.states.size());
        moves_of_.resize(t_.states.size());
        served_.resize(t_.states.size());
        t_.gates.resize(t_.states.size());
        for (std::uint32_t s = 0; s < t_.states.size(); ++s) {
            const auto& serves = served_[s];
            if (serves.size() == 1) {
                t_.gates[s] = 1 + serves[0];
            } else if (serves.size() >= 2 && serves.size() <= most_gated) {
                t_.gates[s] = gate_of_several | static_cast<std::uint32_t>(t_.gate_lists.size());
                t_.gate_lists.push_back(static_cast<std::uint32_t>(serves.size()));
                t_.gate_lists.insert(t_.gate_lists.end(), serves.begin(), serves.end());
            }
            StateEntry& e = t_.states[s];
            const auto& moves = moves_of_[s];
            if (s != root_state && moves.size() <= 6) {
                e.moves = static_cast<std::uint32_t>(t_.moves.size());
                e.move_count = static_cast<std::uint16_t>(moves.size());
                t_.moves.insert(t_.moves.end(), moves.begin(), moves.end());
                continue;
            }
            e.move_count = hashed_moves;
            for (const WayOn& m : moves) {
                const ClassEntry& set = t_.classes[m.set];
                for (std::uint32_t k = 0; k < set.count; ++k)
                    edges_.add(s, t_.class_symbols[set.begin + k], m.target);
            }
        }
        t_.key_begin.assign(next_symbol_ + 1, 0);
        for (std::uint32_t s = 0; s < next_symbol_; ++s) {
            t_.key_begin[s] = static_cast<std::uint32_t>(t_.key_patterns.size());
            if (const auto found = keys_.find(s); found != keys_.end())
                t_.key_patterns.insert(t_.key_patterns.end(), found->second.begin(),
                                       found->second.end());
        }
        t_.key_begin[next_symbol_] = static_cast<std::uint32_t>(t_.key_patterns.size());
        t_.feature_of_symbol.resize(next_symbol_);
        for (std::size_t s = 0; s < t_.states.size(); ++s) {
            t_.states[s].gaps = static_cast<std::uint32_t>(t_.gap_list.size());
            t_.states[s].gap_count = static_cast<std::uint16_t>(gaps_of_[s].size());
            t_.gap_list.insert(t_.gap_list.end(), gaps_of_[s].begin(), gaps_of_[s].end());
            t_.states[s].accepts = static_cast<std::uint32_t>(t_.accept_list.size());
            if (const auto found = accepts_.find(static_cast<std::uint32_t>(s));
                found != accepts_.end()) {
                t_.states[s].accept_count = static_cast<std::uint16_t>(found->second.size());
                t_.accept_list.insert(t_.accept_list.end(), found->second.begin(),
                                      found->second.end());
            }
        }
        t_.edges = edges_.finish();
        t_.phrase_edges = phrase_edges_.finish();
        for (const auto& [at, set] : phrase_outs_) {
            t_.phrases[at].out = static_cast<std::uint32_t>(t_.phrase_out.size());
            t_.phrases[at].out_count = static_cast<std::uint32_t>(set.size());
            t_.phrase_out.insert(t_.phrase_out.end(), set.begin(), set.end());
        }
        // Words in alphabetical order, so that equal catalogues give equal bytes.
        std::map<std::string, const Word*> sorted;
        for (const auto& [text, word] : words_) {
            if (text.size() < 256) sorted.emplace(text, &word);
        }
        std::unordered_map<std::string, std::uint32_t> ids;
        t_.words.emplace_back();
        for (const auto& [text, word] : sorted) {
            WordEntry e;
            e.text = static_cast<std::uint32_t>(t_.pool.size());
            e.length = static_cast<std::uint8_t>(text.size());
            t_.pool += text;
            e.classes = word->classes;
            e.symbols = static_cast<std::uint32_t>(t_.symbol_lists.size());
            for (const std::uint32_t s : word->symbols) {
                t_.symbol_lists.push_back(s);
                e.mask |= symbol_bit(s);
            }
            e.symbol_count = static_cast<std::uint16_t>(word->symbols.size());
            ids.emplace(text, static_cast<std::uint32_t>(t_.words.size()));
            t_.words.push_back(e);
        }
        for (const auto& [text, word] : sorted) {
            WordEntry& e = t_.words[ids.at(text)];
            e.expansion = static_cast<std::uint32_t>(t_.expansions.size());
            e.expansion_count = static_cast<std::uint8_t>(word->expansion.size());
            for (const std::string& w : word->expansion) t_.expansions.push_back(ids.at(w));
        }
        t_.word_slots.resize(std::bit_ceil(t_.words.size() * 2 + 1));
        const auto m = static_cast<std::uint32_t>(t_.word_slots.size() - 1);
        for (std::uint32_t w = 1; w < t_.words.size(); ++w) {
            const auto h = static_cast<std::uint32_t>(hash_bytes(t_.word_text(w)));
            std::uint32_t i = h & m;
            while (t_.word_slots[i].word) i = (i + 1) & m;
            t_.word_slots[i] = {h, w};
        }
        // Spelling: words of patterns with five letters and more, each with one letter taken out.
        std::vector<std::pair<std::uint32_t, std::uint32_t>> deletes;  // hash, word
        for (std::uint32_t w = 1; w < t_.words.size(); ++w) {
            const std::string_view text = t_.word_text(w);
            if (t_.words[w].symbol_count == 0 || text.size() < 5 || !is_ascii(text) ||
                text.find('\'') != std::string_view::npos)
                continue;
            deletes.emplace_back(static_cast<std::uint32_t>(hash_bytes(text)), w);
            std::string shorter;
            for (std::size_t i = 0; i < text.size(); ++i) {
                if (i && text[i] == text[i - 1]) continue;
                shorter = text;
                shorter.erase(i, 1);
                deletes.emplace_back(static_cast<std::uint32_t>(hash_bytes(shorter)), w);
            }
        }
        t_.spelling.resize(deletes.size() + deletes.size() / 3 + 4);
        for (const auto& [hash, w] : deletes) {
            std::size_t i = scale(hash, t_.spelling.size());
            while (t_.spelling[i]) i = i + 1 == t_.spelling.size() ? 0 : i + 1;
            t_.spelling[i] = w;
        }
    }

    const Catalogue& in_;
    Diagnostics& diagnostics_;
    Tables t_;
    std::unordered_map<std::string, Word> words_;
    std::unordered_map<std::string, std::uint32_t> symbols_;
    std::uint32_t next_symbol_ = symbol::first_free;
    std::unordered_map<std::string, const Lexicon*> lexicons_;
    EdgeBuilder edges_, phrase_edges_;
    std::map<std::vector<std::uint32_t>, std::uint32_t> sets_;
    std::vector<std::vector<WayOn>> moves_of_{2};
    std::vector<std::uint32_t> touched_;  // states of the pattern being added
    std::vector<std::vector<std::uint32_t>>
        served_;  // per state: the patterns it serves, at most one more than most_gated
    std::map<std::uint32_t, std::vector<std::uint32_t>> keys_;
    std::unordered_map<std::uint32_t, double> common_;
    std::map<std::uint32_t, std::vector<std::vector<std::uint32_t>>> phrase_paths_;
    std::map<std::uint32_t, std::set<std::uint32_t>> phrase_outs_;
    std::map<Frontier, std::uint32_t> frontiers_;
    std::unordered_map<std::string, std::uint32_t> states_;
    std::vector<std::vector<std::uint32_t>> gaps_of_{2};
    std::map<std::uint32_t, Frontier> sources_of_gap_;
    std::map<std::uint32_t, std::vector<std::uint32_t>> accepts_;
    std::unordered_map<std::string, std::uint16_t> intent_ids_;
    std::unordered_map<std::string, std::uint32_t> families_;
    std::uint32_t next_family_ = 0;
    std::size_t steps_ = 0;
};

}  // namespace

Tables compile_tables(const Catalogue& catalogue, Diagnostics& diagnostics) {
    return Compiler(catalogue, diagnostics).run();
}

}  // namespace befriend
