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
std::string typos(std::string text, std::uint64_t seed) {
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

std::string upper_case(std::string text, std::uint64_t) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    }
    return text;
}

std::string endings(std::string text, std::uint64_t) {
    while (!text.empty() && (text.back() == '.' || text.back() == '!')) text.pop_back();
    return text + "...";
}

// The first of these that occurs as a word of its own.
std::string synonyms(std::string text, std::uint64_t) {
    constexpr std::pair<std::string_view, std::string_view> pairs[] = {
        {"really", "so"},          {"can't", "cannot"},      {"I'm", "I am"},
        {"i'm", "i am"},           {"don't", "do not"},      {"everyone", "everybody"},
        {"nobody", "no one"},      {"very", "really"},       {"mum", "mother"},
        {"mom", "mother"},         {"dad", "father"},        {"kids", "children"},
        {"awful", "terrible"},     {"horrible", "terrible"}, {"afraid", "scared"},
        {"scared", "afraid"},      {"stupid", "dumb"},       {"dumb", "stupid"},
        {"exhausted", "worn out"},
    };
    for (const auto& [from, to] : pairs) {
        const std::size_t at = text.find(from);
        if (at == std::string::npos) continue;
        const std::size_t end = at + from.size();
        if ((at > 0 && is_letter(text[at - 1])) || (end < text.size() && is_letter(text[end]))) {
            continue;
        }
        return text.replace(at, from.size(), to);
    }
    return text;
}

std::string curly_quotes(std::string text, std::uint64_t) {
    replace_all(text, "'", "\u2019");
    bool open = false;
    for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos;) {
        open = !open;
        text.replace(at, 1, open ? "\u201c" : "\u201d");
    }
    return text;
}

// One word drawn out: "so" becomes "sooo".
std::string elongation(std::string text, std::uint64_t seed) {
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

std::string apostrophes(std::string text, std::uint64_t) {
    replace_all(text, "'", "");
    replace_all(text, "\u2019", "");
    return text;
}

// "A. B" becomes "B. A", and "A, B" becomes "B, A". After "but" and its like the order means
// something, so those stay.
std::string clauses(std::string text, std::uint64_t) {
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
    {"synonyms", "a word for another that means the same", synonyms},
    {"quotes", "curly apostrophes and quotation marks", curly_quotes},
    {"elongation", "a word is drawn out", elongation},
    {"apostrophes", "apostrophes are left out", apostrophes},
    {"clauses", "two clauses change places", clauses},
};

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

double Robustness::score() const {
    return changed == 0 ? 1.0 : static_cast<double>(same) / static_cast<double>(changed);
}

Robustness robustness(const Pack& pack, const std::vector<Utterance>& rows, const Change& change,
                      std::size_t jobs) {
    struct Outcome {
        bool changed = false;
        std::string differs{};
    };
    std::vector<Outcome> outcomes(rows.size());
    std::vector<Scratch> scratch(std::max<std::size_t>(jobs, 1));
    std::vector<Understanding> heard(scratch.size());
    in_parallel(rows.size(), jobs, change.name, [&](std::size_t i, std::size_t worker) {
        const Utterance& row = rows[i];
        const std::string text = change.apply(row.text, row.line);
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
