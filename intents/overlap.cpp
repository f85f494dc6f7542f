// SPDX-License-Identifier: Apache-2.0
#include "intents/overlap.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "intents/english.hpp"

namespace befriend {
namespace {

using Op = Instruction::Op;
constexpr std::uint32_t nowhere = 0xFFFFFFFF;
constexpr std::uint32_t accepted = 0xFFFFFFFE;
constexpr std::uint32_t waiting = 0xFFFFFFFD;  // of meet(): its last word is further to the front
// A word of no list: what stands around a match, and in gaps where nothing else must.
constexpr std::uint32_t filler = 0;

// A place in a program run from the last word to the first, as the matcher runs it. `phrase` is
// the place within a phrase of a word list, `passed` the words that a gap has passed.
struct At {
    std::uint32_t pc = 0;
    std::uint32_t phrase = nowhere;
    std::uint16_t passed = 0;
    bool begun = false;  // a word has been taken: fillers may be passed over

    friend auto operator<=>(const At&, const At&) = default;
};
using Set = std::vector<At>;  // sorted, each once

// The phrases of the word lists of one class, spelt backwards.
struct PhraseTrie {
    struct Node {
        std::map<std::uint32_t, std::uint32_t> next;  // by symbol
        bool ends = false;
    };
    std::vector<Node> nodes{1};
};

// One program over the alphabet of a pair.
class Machine {
public:
    Machine(const Tables& t, std::uint32_t program) : t_(t), start_{program} {}

    At start() const { return start_; }

    // Every place that is reached without a word. `edge` is true before the first word (counted
    // from the end) and `first_edge` where no word is left in front.
    void close(const At& at, bool last_edge, bool first_edge, Set& out) const {
        if (at.pc == accepted || at.phrase != nowhere) {
            out.push_back(at);
            return;
        }
        const Instruction in = t_.code[at.pc];
        const auto go = [&](std::uint32_t pc) {
            At next = at;
            next.pc = pc;
            next.passed = 0;
            close(next, last_edge, first_edge, out);
        };
        switch (in.op) {
            case Op::accept: {
                At next = at;
                next.pc = accepted;
                next.passed = 0;
                out.push_back(next);
                break;
            }
            case Op::jump:
                go(in.a);
                break;
            case Op::split:
                go(in.a);
                go(in.b);
                break;
            case Op::open:
            case Op::close:
                go(at.pc + 1);
                break;
            case Op::end:
                if (last_edge) go(at.pc + 1);
                break;
            case Op::start:
                if (first_edge)
                    go(at.pc + 1);
                else
                    out.push_back(at);  // may come true when the words in front are fillers
                break;
            case Op::gap:
                out.push_back(at);
                go(at.pc + 1);
                break;
            case Op::words:
            case Op::any:
                out.push_back(at);
                break;
        }
    }

    // One word further to the front. Successors are not closed.
    void step(const At& at, std::uint32_t word, Set& out) {
        const WordEntry& e = t_.words[word];
        const bool skip = e.classes & word_class::skip;
        if (at.pc == accepted) return;
        if (at.phrase == nowhere && at.begun && skip) out.push_back(at);
        const Instruction in = t_.code[at.pc];
        At next = at;
        next.begun = true;
        next.passed = 0;
        next.phrase = nowhere;
        if (at.phrase == nowhere && in.op == Op::any) {
            next.pc = at.pc + 1;
            out.push_back(next);
        } else if (at.phrase == nowhere && in.op == Op::gap) {
            // Words that begin a clause end a gap.
            if (skip || (!in.b && (e.classes & word_class::breaks))) return;
            if (in.a != unlimited_gap && at.passed >= in.a) return;
            next.passed = in.a == unlimited_gap ? std::uint16_t{0}
                                                : static_cast<std::uint16_t>(at.passed + 1);
            next.pc = at.pc;
            out.push_back(next);
        } else if (in.op == Op::words) {
            if (at.phrase == nowhere && holds(in.a, e)) {
                next.pc = at.pc + 1;
                out.push_back(next);
            }
            const PhraseTrie& trie = phrases(in.a);
            const auto& node = trie.nodes[at.phrase == nowhere ? 0 : at.phrase];
            for (std::uint32_t k = 0; k < e.symbol_count; ++k) {
                const auto found = node.next.find(t_.symbol_lists[e.symbols + k]);
                if (found == node.next.end()) continue;
                next.phrase = found->second;
                next.pc = at.pc;
                out.push_back(next);
                if (trie.nodes[found->second].ends) {
                    next.phrase = nowhere;
                    next.pc = at.pc + 1;
                    out.push_back(next);
                }
            }
        }
    }

    // All symbols that the program can ask a word for.
    void symbols(std::uint32_t pc, std::set<std::uint32_t>& out) {
        for (; t_.code[pc].op != Op::accept; ++pc) {
            if (t_.code[pc].op != Op::words) continue;
            const ClassEntry& set = t_.classes[t_.code[pc].a];
            for (std::uint32_t k = 0; k < set.count; ++k)
                out.insert(t_.class_symbols[set.begin + k]);
            for (const PhraseTrie::Node& node : phrases(t_.code[pc].a).nodes)
                for (const auto& [symbol, next] : node.next) out.insert(symbol);
        }
    }

private:
    bool holds(std::uint32_t set_id, const WordEntry& e) const {
        const ClassEntry& set = t_.classes[set_id];
        if (!(set.mask & e.mask)) return false;
        const auto begin = t_.class_symbols.begin() + set.begin, end = begin + set.count;
        for (std::uint32_t k = 0; k < e.symbol_count; ++k)
            if (std::binary_search(begin, end, t_.symbol_lists[e.symbols + k])) return true;
        return false;
    }

    const PhraseTrie& phrases(std::uint32_t set_id) {
        const auto [at, fresh] = tries_.try_emplace(set_id);
        if (fresh) {
            const ClassEntry& set = t_.classes[set_id];
            const std::set<std::uint32_t> wanted(t_.class_symbols.begin() + set.begin,
                                                 t_.class_symbols.begin() + set.begin + set.count);
            std::vector<std::uint32_t> path;
            collect(0, wanted, path, at->second);
        }
        return at->second;
    }

    const std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>>& edges() {
        if (edges_.empty()) {
            edges_.resize(t_.phrases.size());
            for (const EdgeSlot& slot : t_.phrase_edges.slots)
                if (slot.symbol != symbol::none)
                    edges_[slot.state].emplace_back(slot.symbol, slot.begin);
            for (auto& list : edges_) std::ranges::sort(list);
        }
        return edges_;
    }

    void collect(std::uint32_t state, const std::set<std::uint32_t>& wanted,
                 std::vector<std::uint32_t>& path, PhraseTrie& trie) {
        const PhraseState& p = t_.phrases[state];
        for (std::uint32_t k = 0; k < p.out_count; ++k) {
            if (!wanted.contains(t_.phrase_out[p.out + k])) continue;
            std::uint32_t node = 0;
            for (auto symbol = path.rbegin(); symbol != path.rend(); ++symbol) {
                const auto [next, fresh] = trie.nodes[node].next.try_emplace(
                    *symbol, static_cast<std::uint32_t>(trie.nodes.size()));
                node = next->second;
                if (fresh) trie.nodes.emplace_back();
            }
            trie.nodes[node].ends = true;
            break;
        }
        for (const auto& [symbol, next] : edges()[state]) {
            path.push_back(symbol);
            collect(next, wanted, path, trie);
            path.pop_back();
        }
    }

    const Tables& t_;
    At start_;
    std::map<std::uint32_t, PhraseTrie> tries_;
    std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> edges_;
};

void tidy(Set& set) {
    std::ranges::sort(set);
    set.erase(std::unique(set.begin(), set.end()), set.end());
}

// One word for each way that words differ for these programs: the shortest, so that witnesses
// read well. The filler is the first.
std::vector<std::uint32_t> alphabet(const Tables& t, const std::set<std::uint32_t>& symbols) {
    std::map<std::vector<std::uint32_t>, std::uint32_t> kinds;
    for (std::uint32_t w = 1; w < t.words.size(); ++w) {
        const WordEntry& e = t.words[w];
        if (e.expansion_count || e.length == 0) continue;
        std::vector<std::uint32_t> kind{
            static_cast<std::uint32_t>((e.classes & word_class::skip) != 0),
            static_cast<std::uint32_t>((e.classes & word_class::breaks) != 0)};
        for (std::uint32_t k = 0; k < e.symbol_count; ++k)
            if (symbols.contains(t.symbol_lists[e.symbols + k]))
                kind.push_back(t.symbol_lists[e.symbols + k]);
        if (kind.size() == 2) continue;  // as good as the filler
        const auto [at, fresh] = kinds.try_emplace(std::move(kind), w);
        if (!fresh && e.length < t.words[at->second].length) at->second = w;
    }
    std::vector<std::uint32_t> out{filler};
    for (const auto& [kind, word] : kinds) out.push_back(word);
    return out;
}

// A search from the last word to the first keeps how it came to every place.
struct Step {
    std::uint32_t before = nowhere;
    std::uint32_t word = nowhere;
};

std::string spell(const Tables& t, const std::vector<Step>& steps, std::uint32_t at) {
    std::string out;
    for (; at != nowhere && steps[at].word != nowhere; at = steps[at].before) {
        if (!out.empty()) out += ' ';
        out += steps[at].word == filler ? "thing" : std::string(t.word_text(steps[at].word));
    }
    return out;
}

}  // namespace

Meeting Overlap::meet(std::uint32_t a, std::uint32_t b, std::size_t budget) const {
    const Tables& t = tables_;
    if (t.patterns[a].program == nowhere || t.patterns[b].program == nowhere) return {};
    Machine left(t, t.patterns[a].program), right(t, t.patterns[b].program);
    std::set<std::uint32_t> symbols;
    left.symbols(left.start().pc, symbols);
    right.symbols(right.start().pc, symbols);
    const std::vector<std::uint32_t> words = alphabet(t, symbols);

    // Words may stand behind a match and in front of it, so both wait, begin, and are done.
    const auto places = [](const Machine& m, const At& at, bool last_edge, bool first_edge,
                           Set& out) {
        if (at.pc != waiting) {
            m.close(at, last_edge, first_edge, out);
            return;
        }
        out.push_back(at);
        m.close(m.start(), last_edge, first_edge, out);
    };
    const auto pass = [](Machine& m, const At& at, std::uint32_t word, Set& out) {
        if (at.pc == waiting || at.pc == accepted)
            out.push_back(at);
        else
            m.step(at, word, out);
    };
    std::vector<std::pair<At, At>> queue;
    std::set<std::pair<At, At>> seen;
    std::vector<Step> steps;
    const auto reach = [&](const At& x, const At& y, Step step) {
        Set xs, ys;
        places(left, x, step.word == nowhere, false, xs);
        places(right, y, step.word == nowhere, false, ys);
        for (const At& p : xs)
            for (const At& q : ys)
                if (seen.emplace(p, q).second) {
                    queue.emplace_back(p, q);
                    steps.push_back(step);
                }
    };
    At wait;
    wait.pc = waiting;
    reach(wait, wait, {});
    std::size_t work = 0;
    Set xs, ys;
    for (std::uint32_t k = 0; k < queue.size(); ++k) {
        const auto [x, y] = queue[k];
        // The words so far may be all there is: then "^" holds.
        Set ends_x, ends_y;
        places(left, x, steps[k].word == nowhere, true, ends_x);
        places(right, y, steps[k].word == nowhere, true, ends_y);
        const auto is_end = [](const At& at) { return at.pc == accepted; };
        if (std::ranges::any_of(ends_x, is_end) && std::ranges::any_of(ends_y, is_end))
            return {Decision::yes, spell(t, steps, k)};
        for (const std::uint32_t word : words) {
            if (++work > budget * 20 || queue.size() > budget) return {};
            xs.clear();
            pass(left, x, word, xs);
            if (xs.empty()) continue;
            ys.clear();
            pass(right, y, word, ys);
            for (const At& p : xs)
                for (const At& q : ys) reach(p, q, {k, word});
        }
    }
    return {Decision::no, {}};
}

Meeting Overlap::contains(std::uint32_t a, std::uint32_t b, bool in_unless,
                          std::size_t budget) const {
    const Tables& t = tables_;
    const std::uint32_t other = in_unless ? t.patterns[b].unless : t.patterns[b].program;
    if (t.patterns[a].program == nowhere || other == nowhere) return {};
    Machine left(t, t.patterns[a].program), right(t, other);
    std::set<std::uint32_t> symbols;
    left.symbols(left.start().pc, symbols);
    right.symbols(other, symbols);
    const std::vector<std::uint32_t> words = alphabet(t, symbols);

    // `a` begins at the last word or after one filler, and ends likewise: what stands around a
    // match may be anything, so what needs an edge of the message must not rely on it.
    struct Cell {
        At at;
        bool after_filler = false;
        Set inside;  // where `b` may be, having begun anywhere so far
        bool operator<(const Cell& o) const {
            return std::tie(at, after_filler, inside) < std::tie(o.at, o.after_filler, o.inside);
        }
    };
    std::vector<Cell> queue;
    std::set<Cell> seen;
    std::vector<Step> steps;
    const auto done = [](const At& at) { return at.pc == accepted; };
    const auto closed = [&](const Set& set, bool last_edge, bool first_edge) {
        Set out;
        for (const At& at : set) right.close(at, last_edge, first_edge, out);
        right.close(right.start(), last_edge, first_edge, out);  // it may begin here, too
        tidy(out);
        return out;
    };
    const auto push = [&](const At& at, bool filler_after, const Set& inside, Step step) {
        Set xs;
        left.close(at, step.word == nowhere, false, xs);
        for (const At& x : xs) {
            Cell place{x, filler_after, inside};
            if (!seen.insert(place).second) continue;
            queue.push_back(std::move(place));
            steps.push_back(step);
        }
    };
    const Set at_end = closed({}, true, false);
    push(left.start(), false, at_end, {});
    std::size_t work = 0;
    for (std::uint32_t k = 0; k < queue.size(); ++k) {
        const Cell place = queue[k];
        const bool is_first = steps[k].word == nowhere;
        if (std::ranges::any_of(place.inside, done)) continue;  // found: nothing to show here
        Set ends;
        left.close(place.at, is_first, true, ends);
        if (std::ranges::any_of(ends, done)) {
            const Set last = closed(place.inside, is_first, true);
            if (std::ranges::none_of(last, done)) return {Decision::no, spell(t, steps, k)};
            // Only the edge lets `b` in. A word in front takes it away, unless `a` needs it, too.
            Set free;
            left.close(place.at, is_first, false, free);
            if (std::ranges::any_of(free, done)) {
                Set next;
                for (const At& at : place.inside) right.step(at, filler, next);
                const Set more = closed(next, false, true);
                if (std::ranges::none_of(more, done))
                    return {Decision::no, "thing " + spell(t, steps, k)};
            }
        }
        for (const std::uint32_t word : words) {
            if (++work > budget || queue.size() > budget / 10) return {};
            Set xs;
            left.step(place.at, word, xs);
            const bool behind = is_first && word == filler && place.at == left.start();
            if (xs.empty() && !behind) continue;
            Set next;
            for (const At& at : place.inside) right.step(at, word, next);
            const Set inside = closed(next, false, false);
            for (const At& x : xs) push(x, place.after_filler, inside, {k, word});
            // A word behind the match: "$" no longer holds for `b` unless `a` needs it.
            if (behind) {
                const Instruction first = t.code[left.start().pc];
                if (first.op != Op::end) push(left.start(), true, inside, {k, word});
            }
        }
    }
    return {Decision::yes, {}};
}

}  // namespace befriend
