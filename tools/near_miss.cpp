// SPDX-License-Identifier: Apache-2.0
#include "tools/near_miss.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "engine/base/utf8.hpp"
#include "intents/matcher.hpp"
#include "tools/coverage.hpp"

namespace befriend {
namespace {

// Trying more words finds little more and takes longer: a sentence of ten words is read some
// three thousand times as it is.
constexpr std::size_t most_words = 150;
constexpr std::size_t longest_sentence = 40;  // words; longer ones are only tried without a word

constexpr std::size_t most_shown = 100;  // bytes of a pattern; its place is given, too

struct Word {
    std::size_t begin = 0;  // bytes
    std::size_t end = 0;
};

bool in_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '\'' || static_cast<unsigned char>(c) >= 0x80;
}

std::vector<Word> words_of(std::string_view text) {
    std::vector<Word> words;
    for (std::size_t i = 0; i < text.size();) {
        if (!in_word(text[i])) {
            ++i;
            continue;
        }
        const std::size_t begin = i;
        while (i < text.size() && in_word(text[i])) ++i;
        words.push_back({begin, i});
    }
    return words;
}

// Letters that two words share at their beginnings and ends: "allone" and "alone" share five.
std::size_t alike(std::string_view a, std::string_view b) {
    const std::size_t most = std::min(a.size(), b.size());
    std::size_t front = 0;
    while (front < most && a[front] == b[front]) ++front;
    std::size_t back = 0;
    while (back < most - front && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
    return front + back;
}

std::string quoted(std::string_view word) { return "\"" + std::string(word) + "\""; }

}  // namespace

NearMisses::NearMisses(const Pack& pack, const std::vector<Utterance>& rows)
    : pack_(pack), rows_(rows) {
    std::map<std::string, std::map<std::string, std::size_t>> counts;
    for (const Utterance& row : rows) {
        for (const Word word : words_of(row.text)) {
            ++frequency_[ascii_lower(row.text.substr(word.begin, word.end - word.begin))];
        }
        for (const std::string& label : row.labels) {
            for (const Word word : words_of(row.text)) {
                ++counts[label][ascii_lower(row.text.substr(word.begin, word.end - word.begin))];
            }
        }
    }
    for (const auto& [label, of] : counts) {
        std::vector<std::pair<std::size_t, std::string>> sorted;
        for (const auto& [word, count] : of) sorted.emplace_back(count, word);
        std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first > b.first : a.second < b.second;
        });
        for (std::size_t i = 0; i < std::min(sorted.size(), most_words); ++i) {
            words_[label].push_back(sorted[i].second);
        }
    }
}

std::vector<std::string> NearMisses::why(const Miss& miss) const {
    const Utterance& row = rows_[miss.row];
    std::vector<std::string> lines;
    for (const std::string& label : miss.expected) {
        if (!miss.heard.contains(label)) lines.push_back(why_missed(row, label));
    }
    for (const std::string& label : miss.heard) {
        if (!miss.expected.contains(label)) lines.push_back(why_heard(row, label));
    }
    return lines;
}

std::string NearMisses::why_missed(const Utterance& row, const std::string& label) const {
    const IntentId intent = pack_.matcher.find(label);
    if (intent == IntentId::none) return label + ": there is no such intent";
    Scratch scratch;
    Understanding heard;
    const Context context = context_of(row);

    scratch.explain = true;
    pack_.matcher.understand(row.text, context, scratch, heard);
    for (const HitTrace& hit : scratch.hits) {
        if (hit.intent == intent && hit.fate != "counts") {
            return label + ": " + pack_.matcher.pattern_place(hit.pattern) +
                   " fits, but: " + hit.fate;
        }
    }
    scratch.explain = false;

    // The pattern that hears the label in this text, if any does.
    const auto pattern_of = [&](const std::string& text) -> std::optional<std::uint32_t> {
        pack_.matcher.understand(text, context, scratch, heard);
        for (const Reading& reading : heard.readings) {
            if (reading.counts && reading.intent == intent) return reading.pattern;
        }
        return std::nullopt;
    };
    const auto found = [&](const std::string& how, std::uint32_t pattern) {
        return label + ": heard " + how + " (" + pack_.matcher.pattern_place(pattern) + ": " +
               beginning(pack_.matcher.pattern_source(pattern), most_shown) + ")";
    };
    const std::vector<Word> words = words_of(row.text);
    const auto word_text = [&](const Word& word) {
        return row.text.substr(word.begin, word.end - word.begin);
    };
    for (const Word& word : words) {
        std::string text = row.text;
        text.erase(word.begin, word.end - word.begin);
        if (const auto pattern = pattern_of(text)) {
            return found("without " + quoted(word_text(word)), *pattern);
        }
    }
    const auto known = words_.find(label);
    if (known == words_.end() || words.size() > longest_sentence) {
        return label + ": no word alone makes the difference";
    }
    // Of all exchanges that help: one that looks much like the word that stands there, a spelling
    // or an ending; else one for the rarest word, which the patterns are likely not to know.
    std::int64_t best_rank = std::numeric_limits<std::int64_t>::min();
    std::string best;
    for (const Word& word : words) {
        const std::string there = word_text(word);
        const std::string small = ascii_lower(there);
        const auto frequency = static_cast<std::int64_t>(frequency_.at(small));
        for (const std::string& instead : known->second) {
            const std::size_t shared = alike(small, instead);
            const bool similar = 2 * shared > std::max(small.size(), instead.size());
            const std::int64_t rank = similar ? static_cast<std::int64_t>(shared) : -frequency;
            if (instead == small || rank <= best_rank) continue;
            std::string text = row.text;
            text.replace(word.begin, word.end - word.begin, instead);
            if (const auto pattern = pattern_of(text)) {
                best_rank = rank;
                best = found("with " + quoted(instead) + " for " + quoted(there), *pattern);
            }
        }
    }
    if (!best.empty()) return best;
    for (const Word& word : words) {
        for (const std::string& more : known->second) {
            std::string text = row.text;
            text.insert(word.begin, more + " ");
            if (const auto pattern = pattern_of(text)) {
                return found("with " + quoted(more) + " before " + quoted(word_text(word)),
                             *pattern);
            }
        }
    }
    return label + ": no word alone makes the difference";
}

std::string NearMisses::why_heard(const Utterance& row, const std::string& label) const {
    Scratch scratch;
    const Understanding heard = pack_.matcher.understand(row.text, context_of(row), scratch);
    const IntentId intent = pack_.matcher.find(label);
    for (const Reading& reading : heard.readings) {
        if (!reading.counts || reading.intent != intent) continue;
        std::string evidence;
        for (const Span span : reading.evidence) {
            evidence += (evidence.empty() ? "" : " ") +
                        heard.text.substr(span.begin, span.end - span.begin);
        }
        return label + ": heard from " + quoted(evidence) + " (" +
               pack_.matcher.pattern_place(reading.pattern) + ": " +
               beginning(pack_.matcher.pattern_source(reading.pattern), most_shown) + ")";
    }
    return label + ": not from a pattern of its own";
}

}  // namespace befriend
