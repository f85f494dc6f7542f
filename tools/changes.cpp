// SPDX-License-Identifier: Apache-2.0
#include "tools/changes.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "intents/matcher.hpp"
#include "tools/parallel.hpp"

namespace befriend {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_vowel(char c) { return std::string_view("aeiouAEIOU").find(c) != std::string_view::npos; }

// The words of ASCII letters: [begin, end) in bytes.
std::vector<std::pair<std::size_t, std::size_t>> words_of(std::string_view text) {
    std::vector<std::pair<std::size_t, std::size_t>> words;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && is_letter(text[i])) continue;
        if (i > begin) words.emplace_back(begin, i);
        begin = i + 1;
    }
    return words;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
    }
}

// Two neighbouring letters of one long word change places.
std::string typos(std::string text, std::uint64_t seed, const Synonyms&) {
    auto words = words_of(text);
    std::erase_if(words, [](const auto& word) {
        constexpr std::size_t long_word = 7;
        return word.second - word.first < long_word;
    });
    if (!words.empty()) {
        const auto [begin, end] = words[seed % words.size()];
        const std::size_t at = begin + (end - begin) / 2;
        std::swap(text[at], text[at + 1]);
    }
    return text;
}

std::string upper_case(std::string text, std::uint64_t, const Synonyms&) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    }
    return text;
}

std::string endings(std::string text, std::uint64_t, const Synonyms&) {
    while (!text.empty() && (text.back() == '.' || text.back() == '!')) text.pop_back();
    return text + "...";
}

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

std::string small_letters(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (is_capital(c)) c = static_cast<char>(c + 32);
    return out;
}

// One word gives way to another of its list.
std::string synonyms(std::string text, std::uint64_t seed, const Synonyms& known) {
    const auto words = words_of(text);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto [begin, end] = words[(i + seed) % words.size()];
        std::string other = known.other(small_letters(text.substr(begin, end - begin)), seed);
        if (other.empty()) continue;
        if (is_capital(text[begin])) other[0] = static_cast<char>(other[0] - 32);
        return text.replace(begin, end - begin, other);
    }
    return text;
}

std::string curly_quotes(std::string text, std::uint64_t, const Synonyms&) {
    replace_all(text, "'", "\u2019");
    bool open = false;
    for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos;) {
        open = !open;
        text.replace(at, 1, open ? "\u201c" : "\u201d");
    }
    return text;
}

// One word drawn out: "so" becomes "sooo".
std::string elongation(std::string text, std::uint64_t seed, const Synonyms&) {
    auto words = words_of(text);
    std::erase_if(words, [&](const auto& word) {
        return word.second - word.first < 2 ||
               std::none_of(text.begin() + static_cast<std::ptrdiff_t>(word.first),
                            text.begin() + static_cast<std::ptrdiff_t>(word.second), is_vowel);
    });
    if (words.empty()) return text;
    std::size_t at = words[seed % words.size()].second - 1;
    while (!is_vowel(text[at])) --at;
    return text.insert(at, 2, text[at]);
}

std::string apostrophes(std::string text, std::uint64_t, const Synonyms&) {
    replace_all(text, "'", "");
    replace_all(text, "\u2019", "");
    return text;
}

// "A. B" becomes "B. A", and "A, B" becomes "B, A". After "but" and its like the order means
// something, so those stay.
std::string clauses(std::string text, std::uint64_t, const Synonyms&) {
    for (const std::string_view between : {". ", ", "}) {
        const std::size_t at = text.find(between);
        if (at == std::string::npos || at == 0 ||
            text.find(between, at + between.size()) != std::string::npos) {
            continue;
        }
        std::string first = text.substr(0, at);
        std::string second = text.substr(at + between.size());
        const auto bound = {"but", "so ", "and", "then", "because", "or ", "which", "not"};
        if (std::any_of(bound.begin(), bound.end(),
                        [&](const char* word) { return second.starts_with(word); })) {
            return text;
        }
        std::string end;
        while (!second.empty() && !is_letter(second.back()) &&
               static_cast<unsigned char>(second.back()) < 0x80) {
            end.insert(end.begin(), second.back());
            second.pop_back();
        }
        if (second.empty()) return text;
        return second + std::string(between) + first + end;
    }
    return text;
}

constexpr Change all_changes[] = {
    {"typos", "two letters of a long word change places", typos},
    {"case", "everything in capitals", upper_case},
    {"endings", "the sentence trails off", endings},
    {"synonyms", "a word for another of its word list", synonyms},
    {"quotes", "curly apostrophes and quotation marks", curly_quotes},
    {"elongation", "a word is drawn out", elongation},
    {"apostrophes", "apostrophes are left out", apostrophes},
    {"clauses", "two clauses change places", clauses},
};

double share(std::size_t same, std::size_t of) {
    return of == 0 ? 1.0 : static_cast<double>(same) / static_cast<double>(of);
}

std::set<std::string> labels_of(const Pack& pack, std::string_view text, const Utterance& row,
                                Scratch& scratch, Understanding& heard) {
    pack.matcher.understand(text, context_of(row), scratch, heard);
    std::set<std::string> labels;
    for (const IntentId label : heard.labels) {
        if (label != IntentId::none) labels.insert(pack.matcher.intent_name(label));
    }
    return labels;
}

}  // namespace

Synonyms::Synonyms(const Catalogue& catalogue) {
    std::map<std::string, std::size_t> lists_with;
    for (const Lexicon& list : catalogue.lexicons) {
        std::set<std::string> entries;
        for (const Lexicon::Entry& entry : list.entries) entries.insert(entry.text);
        for (const std::string& entry : entries) ++lists_with[entry];
    }
    for (const Lexicon& list : catalogue.lexicons) {
        std::vector<std::string> words;
        for (const Lexicon::Entry& entry : list.entries) {
            const bool one_word = std::ranges::all_of(
                entry.text, [](char c) { return is_letter(c) && !is_capital(c); });
            if (one_word && lists_with[entry.text] == 1) words.push_back(entry.text);
        }
        if (words.size() < 2) continue;
        for (const std::string& word : words) list_of_.emplace(word, lists_.size());
        lists_.push_back(std::move(words));
    }
}

std::string Synonyms::other(const std::string& word, std::uint64_t seed) const {
    const auto found = list_of_.find(word);
    if (found == list_of_.end()) return {};
    const std::vector<std::string>& list = lists_[found->second];
    const auto at = static_cast<std::size_t>(std::ranges::find(list, word) - list.begin());
    return list[(at + 1 + seed % (list.size() - 1)) % list.size()];
}

std::span<const Change> changes() { return all_changes; }

const Change* find_change(std::string_view name) {
    if (name == "swaps") name = "synonyms";
    const auto* found = std::find_if(std::begin(all_changes), std::end(all_changes),
                                     [&](const Change& change) { return change.name == name; });
    return found == std::end(all_changes) ? nullptr : found;
}

std::string change_names() {
    std::string names;
    for (const Change& change : all_changes) {
        names += (names.empty() ? "" : ", ") + std::string(change.name);
    }
    return names;
}

double Robustness::score() const { return share(same, changed); }
double Robustness::conversation_score() const { return share(conversations_same, conversations); }

Robustness robustness(const Pack& pack, const std::vector<Utterance>& rows, const Change& change,
                      const Synonyms& known, std::size_t jobs) {
    struct Outcome {
        bool changed = false;
        std::string differs{};
    };
    std::vector<Outcome> outcomes(rows.size());
    std::vector<Scratch> scratch(std::max<std::size_t>(jobs, 1));
    std::vector<Understanding> heard(scratch.size());
    in_parallel(rows.size(), jobs, change.name, [&](std::size_t i, std::size_t worker) {
        const Utterance& row = rows[i];
        const std::string text = change.apply(row.text, row.line, known);
        if (text == row.text) return;
        outcomes[i].changed = true;
        const auto before = labels_of(pack, row.text, row, scratch[worker], heard[worker]);
        const auto after = labels_of(pack, text, row, scratch[worker], heard[worker]);
        if (before == after) return;
        outcomes[i].differs = row.file + ":" + std::to_string(row.line) + ": " + text + ": heard " +
                              joined(after) + ", before " + joined(before);
    });
    Robustness result;
    result.change = change.name;
    for (Outcome& outcome : outcomes) {
        result.changed += outcome.changed ? 1U : 0U;
        result.same += outcome.changed && outcome.differs.empty() ? 1U : 0U;
        if (!outcome.differs.empty()) result.differing.push_back(std::move(outcome.differs));
    }
    return result;
}

}  // namespace befriend
