// SPDX-License-Identifier: Apache-2.0
//
// Labelled sentences: corpus/<lang>/utterances/*.tsv with text, labels and a note, separated by
// tabs. Labels are separated by commas or spaces; "none" is the empty set. Words of the note such
// as asked=yes_no, options=look,try and level=active are read; the rest is for people. A note with
// the word "held" marks a row that nobody wrote patterns from.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/pack.hpp"
#include "intents/understanding.hpp"

namespace befriend {

struct Utterance {
    std::string file;
    std::uint32_t line = 0;
    std::string text;
    std::vector<std::string> labels;  // sorted; empty for none
    std::string asked;
    std::vector<std::string> options;
    std::string level;
    bool held = false;
};

// Appends the rows of one file.
Result<bool> read_utterances(const std::string& name, std::string_view bytes,
                             std::vector<Utterance>& rows);

struct LabelScore {
    std::size_t right = 0;  // expected and heard
    std::size_t missed = 0;
    std::size_t wrong = 0;  // heard and not expected

    double precision() const;
    double recall() const;
    double f1() const;
};

// A row that was not read exactly.
struct Miss {
    std::size_t row = 0;  // into the rows that were measured
    std::set<std::string> expected;
    std::set<std::string> heard;
};

struct Tenth {
    std::size_t heard = 0;
    std::size_t right = 0;
};

struct UtteranceScores {
    std::size_t rows = 0;
    std::size_t exact = 0;  // every label right and none too many
    std::map<std::string, LabelScore> labels;
    LabelScore all;
    LabelScore held;  // of the rows marked "held", which are in `all` too
    // Expected, then heard: a label that was missed beside each that was heard instead. "none"
    // stands where nothing was expected or nothing was heard in its place. Right ones are on the
    // diagonal.
    std::map<std::string, std::map<std::string, std::size_t>> confusion;
    std::map<std::string, LabelScore> crisis_by_level;  // right and missed only
    std::size_t ordinary = 0;                           // rows without a crisis
    std::size_t false_alarms = 0;  // ordinary rows with rank >= 2 or the direct question
    std::vector<Miss> misses;      // in the order of the rows
    // How far scores can be believed: a place for each tenth, of all labels that were heard.
    std::array<Tenth, 10> calibration{};
    std::set<std::uint32_t> patterns;  // those that decided a label; Matcher::pattern_place()
};

struct Confusion {
    std::string expected;
    std::string heard;
    std::size_t times = 0;
};

// Adds one row to the matrix; both sets are sorted and empty for none.
void add_confusion(const std::set<std::string>& expected, const std::set<std::string>& heard,
                   UtteranceScores& scores);

// What is confused, the most frequent first, then by name.
std::vector<Confusion> worst_pairs(const UtteranceScores& scores);

// What understanding knows besides the sentence; points into the row.
Context context_of(const Utterance& row);

// "isolation, threat"; "none" for the empty set.
std::string joined(const std::set<std::string>& labels);

// The scores are the same for any number of jobs.
UtteranceScores measure(const Pack& pack, const std::vector<Utterance>& rows, std::size_t jobs = 1);

}  // namespace befriend
