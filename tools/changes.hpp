// SPDX-License-Identifier: Apache-2.0
//
// The same message as somebody else might type it: what is meant stays, how it is written changes.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/pack.hpp"
#include "intents/catalogue.hpp"
#include "tools/utterances.hpp"

namespace befriend {

// Which words may stand for each other: those of one word list of the pack, as far as they are in
// no other list, for a list says that its entries mean the same to every pattern that names it.
class Synonyms {
public:
    Synonyms() = default;  // none
    explicit Synonyms(const Catalogue& catalogue);

    // Another entry of the word's list, chosen by the seed; empty when there is none. The word is
    // in small letters.
    std::string other(const std::string& word, std::uint64_t seed) const;

private:
    std::vector<std::vector<std::string>> lists_;
    std::map<std::string, std::size_t> list_of_;
};

struct Change {
    std::string_view name;
    std::string_view text;  // what it does, one line
    // The same seed makes the same change. A text that cannot be changed comes back as it is.
    std::string (*apply)(std::string text, std::uint64_t seed, const Synonyms& known) = nullptr;
};

std::span<const Change> changes();

// nullptr when there is none; "swaps" is an older name of "synonyms".
const Change* find_change(std::string_view name);

// "typos, case, ..."
std::string change_names();

// How many sentences are heard alike before and after one change (right or wrong does not matter),
// and how many conversations that pass still mean the same.
struct Robustness {
    std::string change;
    std::size_t changed = 0;             // sentences that the change altered
    std::size_t same = 0;                // of these, heard with the same labels
    std::vector<std::string> differing;  // "file:line: changed text: heard ..., before ..."
    std::size_t conversations = 0;       // passing ones that the change altered
    std::size_t conversations_same = 0;  // of these, with the same intents, places and effects

    double score() const;  // of the sentences; 1 when nothing was changed
    double conversation_score() const;
};

// Of the sentences only.
Robustness robustness(const Pack& pack, const std::vector<Utterance>& rows, const Change& change,
                      const Synonyms& known, std::size_t jobs);

}  // namespace befriend
