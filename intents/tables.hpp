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
inline constexpr std::uint32_t none = 0, self = 1, other = 2, bot = 3, end = 4, skip = 5, first_free = 6;
}

// 64 hash bits say cheaply that a state and a word have no symbol in common.
constexpr std::uint64_t symbol_bit(std::uint32_t s) { return 1ull << (mix(s) >> 58); }

struct WordSlot {
    std::uint32_t hash = 0;
    std::uint32_t word = 0;  // index into words; 0: free
};

struct WordEntry {
    std::uint64_t classes = 0;      // word_class bits
    std::uint64_t mask = 0;         // symbol_bit of its symbols
    std::uint32_t text = 0;         // into pool
    std::uint32_t symbols = 0;      // into symbol_lists, sorted
    std::uint16_t symbol_count = 0;
    std::uint16_t length = 0;
    std::uint32_t expansion = 0;    // into expansions
    std::uint16_t expansion_count = 0;
    std::uint8_t starts_phrase = 0;
    std::uint8_t starts_pattern = 0;
};

// (state, symbol) -> targets.
struct EdgeSlot {
    std::uint32_t state = 0;
    std::uint32_t symbol = 0;  // 0: free
    std::uint32_t begin = 0;   // into targets; with count 1 the target itself
    std::uint32_t count = 0;
};

struct StateEntry {
    std::uint64_t mask = 0;
    std::uint32_t gaps = 0;         // into gap_list: gap states that are live whenever this one is
    std::uint32_t accepts = 0;      // into accept_list: patterns
    std::uint16_t gap_count = 0;
    std::uint16_t accept_count = 0;
    std::uint16_t most = 0;         // gap state: words it may pass, else 0
    std::uint8_t is_gap = 0;
    std::uint8_t crosses = 0;       // lives on over clause ends
    std::uint32_t any = 0;          // target on any word, 0: none
};

struct PhraseState {
    std::uint64_t mask = 0;
    std::uint32_t out = 0;          // into phrase_out: symbols it gives
    std::uint32_t out_count = 0;
};

// One instruction of a pattern's own program, run backwards from the end of a hit to find the words.
struct Instruction {
    enum class Op : std::uint32_t { accept, words, any, gap, start, end, split, jump, open, close };
    Op op = Op::accept;
    std::uint32_t a = 0;  // words: into class_symbols; gap: most words; split, jump: target; open, close: slot name
    std::uint32_t b = 0;  // words: count; gap: crosses; split: the other target
};

struct PatternEntry {
    std::uint32_t program = 0;      // into code; 0xFFFFFFFF: a regex
    std::uint32_t unless = 0xFFFFFFFF;
    std::uint32_t regex = 0xFFFFFFFF;
    std::uint32_t family = 0;       // unique over the catalogue
    std::uint32_t file = 0;
    std::uint32_t line = 0;
    std::uint32_t source = 0;       // into sources
    float weight = 1;
    std::uint16_t intent = 0;
    std::uint16_t max_words = 0;
    std::uint8_t whom = 0xFF;
    std::uint8_t time = 0xFF;
    std::uint8_t polarity = 0xFF;
    std::uint8_t level = 0;         // level_index
    std::uint8_t question = 0;
    std::uint8_t padding = 0;
    std::uint16_t attr_count = 0;
    std::uint32_t attrs = 0;        // into attr_list
};

struct IntentEntry {
    std::string name;
    IntentKind kind = IntentKind::content;
    std::uint8_t whom = 0;          // bits of Whom; 0: any
    std::uint16_t negated = 0xFFFF;
    float threshold = 0.5f;
    std::vector<std::uint16_t> none_of;
    std::vector<std::uint16_t> any_of;
    std::uint32_t rank = 0;         // of labels.hpp: place in the priority list
};

struct SpellingSlot {
    std::uint32_t hash = 0;   // of a word with one letter taken out
    std::uint32_t word = 0;   // 0: free; several slots may share a hash
};

template <> inline constexpr bool is_flat<WordSlot> = true;
template <> inline constexpr bool is_flat<WordEntry> = true;
template <> inline constexpr bool is_flat<EdgeSlot> = true;
template <> inline constexpr bool is_flat<StateEntry> = true;
template <> inline constexpr bool is_flat<PhraseState> = true;
template <> inline constexpr bool is_flat<Instruction> = true;
template <> inline constexpr bool is_flat<PatternEntry> = true;
template <> inline constexpr bool is_flat<SpellingSlot> = true;

struct EdgeTable {
    std::vector<EdgeSlot> slots;
    std::vector<std::uint32_t> targets;

    static std::uint32_t place(std::uint32_t state, std::uint32_t sym) {
        return static_cast<std::uint32_t>(mix(std::uint64_t{state} << 32 | sym));
    }
    const EdgeSlot* find(std::uint32_t state, std::uint32_t sym) const {
        const std::uint32_t m = static_cast<std::uint32_t>(slots.size() - 1);
        for (std::uint32_t i = place(state, sym) & m;; i = (i + 1) & m) {
            const EdgeSlot& s = slots[i];
            if (s.symbol == sym && s.state == state) return &s;
            if (s.symbol == symbol::none) return nullptr;
        }
    }
};

struct Tables {
    std::string language = "en";
    std::string pool;
    std::vector<WordSlot> word_slots;
    std::vector<WordEntry> words;           // [0]: the unknown word
    std::vector<std::uint32_t> symbol_lists;
    std::vector<std::uint32_t> expansions;  // words
    std::vector<SpellingSlot> spelling;

    EdgeTable edges;
    std::vector<StateEntry> states;         // 0: root, live at every word; 1: start of the message
    std::vector<std::uint32_t> gap_list;
    std::vector<std::uint32_t> accept_list;
    EdgeTable phrase_edges;
    std::vector<PhraseState> phrases;       // 0: root
    std::vector<std::uint32_t> phrase_out;

    std::vector<Instruction> code;
    std::vector<std::uint32_t> class_symbols;
    std::vector<PatternEntry> patterns;
    std::vector<std::uint32_t> attr_list;   // into names
    std::vector<std::string> names;         // slots and attributes
    std::vector<std::string> sources;
    std::vector<std::string> regexes;
    std::vector<std::uint32_t> regex_patterns;
    std::vector<std::string> files;
    std::vector<IntentEntry> intents;

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
    std::string_view word_text(std::uint32_t w) const { return std::string_view(pool).substr(words[w].text, words[w].length); }
};

template <class A>
void fields(A& ar, EdgeTable& t) { ar(t.slots, t.targets); }
template <class A>
void fields(A& ar, IntentEntry& i) { ar(i.name, i.kind, i.whom, i.negated, i.threshold, i.none_of, i.any_of, i.rank); }
template <class A>
void fields(A& ar, Tables& t) {
    ar(t.language, t.pool, t.word_slots, t.words, t.symbol_lists, t.expansions, t.spelling, t.edges, t.states, t.gap_list, t.accept_list,
       t.phrase_edges, t.phrases, t.phrase_out, t.code, t.class_symbols, t.patterns, t.attr_list, t.names, t.sources, t.regexes,
       t.regex_patterns, t.files, t.intents);
}

// "none" 1, "past" 2 ... in the order of danger; 0: no level.
inline constexpr std::string_view level_names[] = {"", "none", "past", "ambiguous", "passive", "active", "now", "imminent"};

Tables compile_tables(const Catalogue& catalogue, Diagnostics& diagnostics);

}  // namespace befriend
