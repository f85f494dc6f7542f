// SPDX-License-Identifier: Apache-2.0
//
// What patterns and word lists compile to: flat arrays that load from disk by copying. Built by
// compile.cpp, run by matcher.cpp; nobody else needs this header.
//
// A word has a small set of symbols: one for each pattern word, inflection family and word list it
// belongs to. Patterns are one automaton over symbols; word lists with phrases are a trie over
// symbols that adds edges spanning several words.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/archive.hpp"
#include "engine/base/hash.hpp"
#include "intents/catalogue.hpp"

namespace befriend {

namespace symbol {
inline constexpr std::uint32_t none = 0, self = 1, other = 2, bot = 3, end = 4, skip = 5,
                               first_free = 6;
}

// 64 hash bits say cheaply that a state and a word have no symbol in common.
constexpr std::uint64_t symbol_bit(std::uint32_t s) { return 1ull << (s & 63); }

struct WordSlot {
    std::uint32_t hash = 0;
    std::uint32_t word = 0;  // index into words; 0: free
};

struct WordEntry {
    std::uint64_t classes = 0;  // word_class bits
    std::uint64_t mask = 0;     // symbol_bit of its symbols
    std::uint32_t text = 0;     // into pool
    std::uint32_t symbols = 0;  // into symbol_lists, sorted
    std::uint16_t symbol_count = 0;
    std::uint8_t length = 0;
    std::uint8_t expansion_count = 0;
    std::uint32_t expansion = 0;  // into expansions
};

// A 32-bit hash as a place in a table of any size.
constexpr std::uint32_t scale(std::uint32_t hash, std::size_t size) {
    return static_cast<std::uint32_t>(std::uint64_t{hash} * size >> 32);
}

// (state, symbol) -> targets.
struct EdgeSlot {
    std::uint32_t state = 0;
    std::uint32_t symbol = 0;  // 0: free
    std::uint32_t begin = 0;   // into targets; with count 1 the target itself
    std::uint32_t count = 0;
};

// A class of symbols: what one element of a pattern may be. Interned, sorted.
struct ClassEntry {
    std::uint64_t mask = 0;
    std::uint32_t begin = 0;  // into class_symbols
    std::uint32_t count = 0;
};

// From a state with few ways on: any symbol of the class leads to the target.
struct WayOn {
    std::uint32_t set = 0;  // class
    std::uint32_t target = 0;
};

struct StateEntry {
    std::uint64_t mask = 0;        // symbol_bit of everything that leads on
    std::uint32_t moves = 0;       // into moves
    std::uint32_t gaps = 0;        // into gap_list: gap states that are live whenever this one is
    std::uint32_t accepts = 0;     // into accept_list: patterns
    std::uint32_t any = 0;         // target on any word, 0: none
    std::uint16_t move_count = 0;  // hashed_moves: the ways on are in the edge table
    std::uint16_t gap_count = 0;
    std::uint16_t accept_count = 0;
    std::uint16_t most = 0;  // gap state: words it may pass, else 0
    std::uint32_t is_gap = 0;
    std::uint32_t crosses = 0;  // lives on over clause ends
};
inline constexpr std::uint32_t needs_symbol = 0x80000000u;
inline constexpr std::uint32_t gate_of_several = 0x80000000u;
inline constexpr std::uint16_t hashed_moves = 0xFFFF;

struct PhraseState {
    std::uint64_t mask = 0;
    std::uint32_t out = 0;  // into phrase_out: symbols it gives
    std::uint32_t out_count = 0;
};

// One instruction of a pattern's own program, run backwards from the end of a hit to find the
// words.
struct Instruction {
    enum class Op : std::uint32_t { accept, words, any, gap, start, end, split, jump, open, close };
    Op op = Op::accept;
    std::uint32_t a =
        0;  // words: class; gap: most words; split, jump: target; open, close: slot name
    std::uint32_t b = 0;  // gap: crosses; split: the other target
};

struct PatternEntry {
    std::uint32_t program = 0;  // into code; 0xFFFFFFFF: a regex
    std::uint32_t unless = 0xFFFFFFFF;
    std::uint32_t needs = 0;  // into need_list: classes of which a word must occur, besides the key
    std::uint32_t unless_needs = 0;  // the same for `unless`
    std::uint32_t unless_last =
        0xFFFFFFFF;  // class of the words that `unless` can end on; 0xFFFFFFFF: any
    std::uint32_t regex = 0xFFFFFFFF;
    std::uint32_t family = 0;  // unique over the catalogue
    std::uint32_t file = 0;
    std::uint32_t line = 0;
    std::uint32_t source = 0;  // into sources
    float weight = 1;
    std::uint16_t intent = 0;
    std::uint16_t max_words = 0;
    std::uint8_t whom = 0xFF;
    std::uint8_t time = 0xFF;
    std::uint8_t polarity = 0xFF;
    std::uint8_t level = 0;  // level_index
    std::uint8_t question = 0;
    std::uint8_t need_count = 0;
    std::uint8_t unless_need_count = 0;
    std::uint8_t attr_count = 0;
    std::uint32_t attrs = 0;  // into attr_list
};

// What one entry of the word weights says of one intent.
struct WeightRow {
    std::uint32_t set = 0;  // into weighed
    float weight = 0;
    std::uint32_t file = 0;
    std::uint32_t line = 0;
    std::uint32_t source = 0;  // into sources
};

// An intent that has word weights.
inline constexpr std::uint32_t weighs_any = 0xFFFFFFFF;
struct WeighedEntry {
    std::uint32_t intent = 0;  // or weighs_any
    float bias = 0;
    float threshold = 0;
};

struct IntentEntry {
    std::string name;
    IntentKind kind = IntentKind::content;
    std::uint8_t whom = 0;  // bits of Whom; 0: any
    std::uint16_t negated = 0xFFFF;
    float threshold = 0.5f;
    float beside = 0;  // the threshold when another content or crisis label counts
    std::vector<std::uint16_t> none_of;
    std::vector<std::uint16_t> any_of;
    std::uint32_t rank = 0;  // of labels.hpp: place in the priority list
};

template <>
inline constexpr bool is_flat<WordSlot> = true;
template <>
inline constexpr bool is_flat<WordEntry> = true;
template <>
inline constexpr bool is_flat<EdgeSlot> = true;
template <>
inline constexpr bool is_flat<StateEntry> = true;
template <>
inline constexpr bool is_flat<PhraseState> = true;
template <>
inline constexpr bool is_flat<Instruction> = true;
template <>
inline constexpr bool is_flat<PatternEntry> = true;
template <>
inline constexpr bool is_flat<WeightRow> = true;
template <>
inline constexpr bool is_flat<WeighedEntry> = true;
template <>
inline constexpr bool is_flat<ClassEntry> = true;
template <>
inline constexpr bool is_flat<WayOn> = true;
// What is copied byte for byte has no gaps between its fields, so that equal tables give equal
// bytes.
static_assert(sizeof(WordEntry) == 32 && sizeof(StateEntry) == 40 && sizeof(PatternEntry) == 60);

struct EdgeTable {
    std::vector<EdgeSlot> slots;
    std::vector<std::uint32_t> targets;

    // The table is not a power of two: a hash is scaled to its size, so that it stays small.
    static std::uint32_t place(std::uint32_t state, std::uint32_t sym, std::size_t size) {
        const std::uint64_t h = (std::uint64_t{state} * 0x9E3779B97F4A7C15ull) ^
                                (std::uint64_t{sym} * 0xD6E8FEB86659FD93ull);
        return scale(static_cast<std::uint32_t>(h >> 32), size);
    }
    const EdgeSlot* find(std::uint32_t state, std::uint32_t sym) const {
        for (std::size_t i = place(state, sym, slots.size());;) {
            const EdgeSlot& s = slots[i];
            if (s.symbol == sym && s.state == state) return &s;
            if (s.symbol == symbol::none) return nullptr;
            if (++i == slots.size()) i = 0;
        }
    }
};

struct Tables {
    std::string language = "en";
    std::string pool;
    std::vector<WordSlot> word_slots;
    std::vector<WordEntry> words;  // [0]: the unknown word
    std::vector<std::uint32_t> symbol_lists;
    std::vector<std::uint32_t> expansions;  // words
    std::vector<std::uint32_t>
        spelling;  // words, placed by the hash of each with one letter taken out; 0: free

    EdgeTable edges;
    std::vector<StateEntry> states;  // 0: root, live at every word; 1: start of the message
    std::vector<WayOn> moves;
    std::vector<ClassEntry> classes;
    std::vector<std::uint32_t> class_symbols;
    std::vector<std::uint32_t> gap_list;
    std::vector<std::uint32_t> accept_list;
    // A pattern can match only a sentence in which a word of its rarest element occurs (its key)
    // and one of each other element it needs. A state that serves few patterns is entered only
    // then.
    std::vector<std::uint32_t> gates;  // per state: 1 + the only pattern, gate_of_several | place
                                       // in gate_lists, 0: always open
    std::vector<std::uint32_t> gate_lists;  // count, patterns
    std::vector<std::uint32_t> key_begin;   // per symbol, one more at the end: into key_patterns
    std::vector<std::uint32_t> key_patterns;
    std::vector<std::uint32_t> need_list;  // classes; needs_symbol | symbol for a class of one
    bool crossing = false;                 // some pattern reaches over the ends of sentences
    EdgeTable phrase_edges;
    std::vector<PhraseState> phrases;  // 0: root
    std::vector<std::uint32_t> phrase_out;

    std::vector<Instruction> code;
    std::vector<PatternEntry> patterns;
    std::vector<std::uint32_t> attr_list;  // into names
    std::vector<std::string> names;        // slots and attributes
    std::vector<std::string> sources;
    std::vector<std::string> regexes;
    std::vector<std::uint32_t> regex_patterns;
    std::vector<std::uint16_t> regex_most_words;
    std::vector<std::string>
        regex_atoms;  // texts of which one must occur before a regex that has any is asked
    std::vector<std::uint32_t> regex_always;  // regexes without atoms
    std::vector<std::string> files;
    std::vector<IntentEntry> intents;

    // Word weights. A feature is an entry's word, phrase, list or intent; several intents may weigh
    // the same one.
    std::vector<WeighedEntry> weighed;
    std::vector<std::uint32_t> feature_of_symbol;  // per symbol: 1 + feature, 0: none
    std::vector<std::uint32_t> feature_of_intent;  // per intent: 1 + feature, 0: none
    std::vector<std::uint32_t> feature_rows;       // per feature, one more at the end: into rows
    std::vector<WeightRow> weight_rows;

    std::uint32_t find_word(std::string_view text) const {
        if (word_slots.empty()) return 0;
        const std::uint32_t h = static_cast<std::uint32_t>(hash_bytes(text));
        const std::uint32_t m = static_cast<std::uint32_t>(word_slots.size() - 1);
        for (std::uint32_t i = h & m;; i = (i + 1) & m) {
            const WordSlot& s = word_slots[i];
            if (s.word == 0) return 0;
            if (s.hash == h && word_text(s.word) == text) return s.word;
        }
    }
    std::uint32_t symbol_limit() const { return static_cast<std::uint32_t>(key_begin.size()); }
    std::string_view word_text(std::uint32_t w) const {
        return std::string_view(pool).substr(words[w].text, words[w].length);
    }
};

template <class A>
void fields(A& ar, EdgeTable& t) {
    ar(t.slots, t.targets);
}
template <class A>
void fields(A& ar, IntentEntry& i) {
    ar(i.name, i.kind, i.whom, i.negated, i.threshold, i.beside, i.none_of, i.any_of, i.rank);
}
template <class A>
void fields(A& ar, Tables& t) {
    ar(t.language, t.pool, t.word_slots, t.words, t.symbol_lists, t.expansions, t.spelling, t.edges,
       t.states, t.moves, t.classes, t.class_symbols, t.gap_list, t.accept_list, t.gates,
       t.gate_lists, t.key_begin, t.key_patterns, t.need_list, t.crossing, t.phrase_edges,
       t.phrases, t.phrase_out, t.code, t.patterns, t.attr_list, t.names, t.sources, t.regexes,
       t.regex_patterns, t.regex_most_words, t.regex_atoms, t.regex_always, t.files, t.intents,
       t.weighed, t.feature_of_symbol, t.feature_of_intent, t.feature_rows, t.weight_rows);
}

// "none" 1, "past" 2 ... in the order of danger; 0: no level.
inline constexpr std::string_view level_names[] = {"",        "none",   "past", "ambiguous",
                                                   "passive", "active", "now",  "imminent"};

Tables compile_tables(const Catalogue& catalogue, Diagnostics& diagnostics);

}  // namespace befriend
