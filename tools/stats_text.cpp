// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "intents/english.hpp"
#include "tools/stats.hpp"

namespace befriend {
namespace {

// Bytes of other scripts are letters; the marks among them were taken out before.
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_vowel(char c) {
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Curly apostrophes and quotation marks as plain ones, dashes as spaces.
std::string plain_marks(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view rest = text.substr(i);
        if (rest.starts_with("\u2019") || rest.starts_with("\u2018")) {
            result += '\'';
            i += 2;
        } else if (rest.starts_with("\u2026")) {
            result += "...";
            i += 2;
        } else if (rest.starts_with("\u201c") || rest.starts_with("\u201d") ||
                   rest.starts_with("\u2013") || rest.starts_with("\u2014") ||
                   rest.starts_with("\u2192") || rest.starts_with("\u2022")) {
            result += ' ';
            i += 2;
        } else if (rest.starts_with("\u00b7")) {
            result += '\n';  // the items of a numbered list are read one by one
            i += 1;
        } else {
            result += text[i];
        }
    }
    return result;
}

}  // namespace

void Prose::add(const Prose& other) {
    words += other.words;
    sentences += other.sentences;
    syllables += other.syllables;
    judged += other.judged;
    common += other.common;
    longest = std::max(longest, other.longest);
}

double Prose::grade() const {
    if (words == 0 || sentences == 0) return 0;
    const auto n = static_cast<double>(words);
    return 0.39 * n / static_cast<double>(sentences) + 11.8 * static_cast<double>(syllables) / n -
           15.59;
}

double Prose::common_share() const {
    return judged == 0 ? 1 : static_cast<double>(common) / static_cast<double>(judged);
}

CommonWords::CommonWords(std::string_view more) {
    const auto add = [this](std::string_view word) {
        words_.emplace(word);
        for (std::string& form : forms_of(word)) words_.insert(std::move(form));
    };
    for (const std::string& word : words_of(common_words())) add(word);
    while (!more.empty()) {
        const auto end = std::min(more.find('\n'), more.size());
        std::string_view line = more.substr(0, end);
        line = line.substr(0, std::min(line.find('#'), line.size()));
        for (const std::string& word : words_of(line)) add(word);
        more.remove_prefix(std::min(end + 1, more.size()));
    }
}

bool CommonWords::knows(std::string_view word) const {
    if (words_.contains(word)) return true;
    const auto apostrophe = word.find('\'');
    if (apostrophe == std::string_view::npos) return false;
    // can't, it's, they've: the word before the ending.
    if (word.ends_with("n't")) return words_.contains(word.substr(0, word.size() - 3));
    return words_.contains(word.substr(0, apostrophe));
}

std::vector<std::string> words_of(std::string_view text) {
    const std::string marks = plain_marks(text);
    std::vector<std::string> result;
    std::string word;
    bool number = false;
    const auto flush = [&] {
        while (!word.empty() && word.back() == '\'') word.pop_back();
        if (!word.empty() && !number) result.push_back(word);
        word.clear();
        number = false;
    };
    for (const char c : marks) {
        if (is_letter(c) || is_digit(c) || (c == '\'' && !word.empty())) {
            word += small(c);
            number = number || is_digit(c);
        } else {
            flush();
        }
    }
    flush();
    return result;
}

// Groups of vowels, without a silent e: right for nine words in ten, which is enough for a grade
// over a whole dialog.
std::size_t count_syllables(std::string_view word) {
    std::size_t count = 0;
    bool before = false;
    for (const char c : word) {
        const bool vowel = is_vowel(c);
        if (vowel && !before) ++count;
        before = vowel;
    }
    const bool silent = word.size() > 2 && word.ends_with('e') && !word.ends_with("le") &&
                        !is_vowel(word[word.size() - 2]);
    const bool silent_ed = word.size() > 3 && word.ends_with("ed") &&
                           word[word.size() - 3] != 't' && word[word.size() - 3] != 'd' &&
                           !is_vowel(word[word.size() - 3]);
    if ((silent || silent_ed) && count > 1) --count;
    return std::max<std::size_t>(1, count);
}

Prose measure(std::string_view sample, const CommonWords& common,
              std::vector<std::string>* uncommon) {
    Prose result;
    const std::string marks = plain_marks(sample);
    std::size_t begin = 0;
    const auto sentence = [&](std::size_t end) {
        const std::vector<std::string> words =
            words_of(std::string_view(marks).substr(begin, end - begin));
        begin = end;
        if (words.empty()) return;
        ++result.sentences;
        result.words += words.size();
        result.longest = std::max(result.longest, words.size());
        for (const std::string& word : words) {
            result.syllables += count_syllables(word);
            if (word == "x") continue;  // a value
            ++result.judged;
            if (common.knows(word)) {
                ++result.common;
            } else if (uncommon != nullptr) {
                uncommon->push_back(word);
            }
        }
    };
    for (std::size_t i = 0; i < marks.size(); ++i) {
        const char c = marks[i];
        const bool stop = c == '.' || c == '!' || c == '?' || c == '\n';
        const bool last = i + 1 == marks.size() || marks[i + 1] == ' ' || marks[i + 1] == '\n' ||
                          marks[i + 1] == '\'' || marks[i + 1] == '"' || marks[i + 1] == '*';
        if (c == '\n' || (stop && last)) sentence(i + 1);
    }
    sentence(marks.size());
    return result;
}

}  // namespace befriend
