// SPDX-License-Identifier: Apache-2.0
//
// Learns word weights and says what they are worth: folds by group, chances of messages that a
// model has not seen, thresholds, and scores before and after.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/interval.hpp"
#include "tools/tune_fit.hpp"
#include "tools/tune_rows.hpp"
#include "tools/utterances.hpp"

namespace befriend {

// sha1(group) mod `folds`, so that other programs can cut the same folds.
std::uint32_t fold_of(std::string_view group, std::uint32_t folds);

struct TuneOptions {
    FitOptions fit{.sparse = 2.5, .shrink = 1, .rounds = 15};
    double own_weight = 0.5;  // of a row of our own corpus beside a stranger's
    // Patterns know the rows that they were written from. To see how messages fare that nobody
    // read, this share of the patterns is silenced when thresholds are chosen.
    double silenced = 0.3;
    std::uint32_t draws = 3;  // which patterns are silent
    double any_threshold = 0.8;
};

// What the patterns heard in a row, as far as the scores need it.
struct HeardLabels {
    std::vector<std::string> labels;
    std::vector<std::pair<std::string, std::string>> content;  // intent, place of its pattern
    bool crisis = false;                                       // some reading of a crisis
    bool none = true;                                          // no primary label
};

struct Problem {
    std::vector<TuneRow> rows;
    std::vector<std::uint32_t> fold;  // beside rows; own_fold: always learnt from
    std::vector<HeardLabels> heard;
    std::vector<SparseRow> features;
    std::vector<std::string> names;   // of features
    std::vector<std::string> labels;  // content intents that are learnt
};
inline constexpr std::uint32_t own_fold = 1000;

struct Model {
    std::vector<Fitted> of_label;  // beside Problem::labels; the last is for any of them
    std::vector<double> thresholds;
};

// Learns from every row whose `learn` is set, but those of fold `without`.
Model learn(const Problem& problem, std::uint32_t without, const TuneOptions& options);

using Chances = std::vector<std::vector<double>>;  // per row, per label and any
// Of the rows of each of the folds, by a model learnt without that fold.
Chances unseen_chances(const Problem& problem, const std::vector<std::uint32_t>& folds,
                       const TuneOptions& options);
// Of the rows of one fold, by this model.
Chances chances(const Problem& problem, std::uint32_t fold, const Model& model);

// Thresholds with the best micro-F1 over the rows of the folds.
std::vector<double> choose_thresholds(const Problem& problem, const Chances& chances,
                                      const std::vector<std::uint32_t>& folds,
                                      const TuneOptions& options);

// Counts that add up over groups.
struct Tally {
    std::vector<LabelScore> labels;  // beside Problem::labels
    std::size_t rows = 0;
    std::size_t none_heard = 0, none_right = 0;     // messages without a primary label
    std::size_t none_meant = 0;                     // rows labelled none
    std::size_t ordinary = 0, ordinary_spoilt = 0;  // of these: with a content label heard

    void add(const Tally& other);
    double micro() const;
    double macro() const;  // over labels with 15 rows and more
    double none_precision() const;
    double none_recall() const;
    double spoilt_per_1000() const;
};

struct Rule {
    const std::vector<double>* thresholds = nullptr;  // null: patterns alone
    double any_threshold = 0.8;
    double silenced = 0;
    std::uint32_t draw = 0;
};

// By group, so that a bootstrap can draw groups.
std::map<std::string, Tally> tally(const Problem& problem, const Chances& chances,
                                   const std::vector<std::uint32_t>& folds, const Rule& rule);
Tally sum(const std::map<std::string, Tally>& groups);

// 95 % by drawing groups 1,000 times; the same every time.
Interval bootstrap(const std::map<std::string, Tally>& groups, double (Tally::*measure)() const);

}  // namespace befriend
