// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tools/tune_learn.hpp"

using namespace befriend;

namespace {

// Forty rows: feature 0 tells, feature 1 is noise that both kinds have, feature 2 never occurs.
struct Sample {
    std::vector<SparseRow> rows;
    std::vector<std::uint32_t> which;
    std::vector<bool> ones;
    std::vector<double> weight;
};
Sample sample() {
    Sample s;
    for (std::uint32_t i = 0; i < 40; ++i) {
        SparseRow row;
        const bool one = i % 4 == 0;
        if (one || i == 1) row.emplace_back(0, 1.0F);
        if (i % 8 < 4) row.emplace_back(1, 1.0F);
        s.rows.push_back(row);
        s.which.push_back(i);
        s.ones.push_back(one);
        s.weight.push_back(1);
    }
    return s;
}

Problem problem() {
    Problem p;
    p.labels = {"low"};
    p.names = {"weep", "tea"};
    for (std::uint32_t i = 0; i < 60; ++i) {
        TuneRow row;
        row.group = "g" + std::to_string(i / 2);
        const bool low = i % 3 == 0;
        if (low) row.labels = {"low"};
        p.rows.push_back(row);
        p.fold.push_back(fold_of(row.group, 5));
        p.features.push_back({{low ? 0U : 1U, 1.0F}});
        HeardLabels heard;
        if (i % 6 == 0) {
            heard.labels = {"low"};
            heard.content = {{"low", "low.yaml:1"}};
            heard.none = false;
        }
        p.heard.push_back(heard);
    }
    return p;
}

const std::vector<std::uint32_t> all_folds{0, 1, 2, 3, 4};

}  // namespace

TEST_SUITE("tools/tune") {
    TEST_CASE("folds are cut by sha1, as other programs cut them") {
        CHECK(fold_of("abc", 5) == 2);
        CHECK(fold_of("", 5) == 0);
        CHECK(fold_of("fa805b92e130", 5) == 3);
        CHECK(fold_of(std::string(70, 'x'), 5) == 1);
    }

    TEST_CASE("a telling feature gets weight, noise and absent ones get none") {
        const Sample s = sample();
        const Fitted f = fit_logistic(s.rows, s.which, s.ones, s.weight, 3,
                                      {.sparse = 1.5, .shrink = 0.5, .rounds = 200});
        CHECK(f.weights[0] > 1.0);
        CHECK(std::abs(f.weights[1]) < 0.2);
        CHECK(f.weights[2] == 0);
        CHECK(f.bias < 0);
    }

    TEST_CASE("a stronger penalty gives fewer and smaller weights") {
        const Sample s = sample();
        const auto fit = [&](double sparse) {
            return fit_logistic(s.rows, s.which, s.ones, s.weight, 3, {.sparse = sparse});
        };
        CHECK(fit(1).weights[0] > fit(4).weights[0]);
        CHECK(fit(1000).weights[0] == 0);
        // Without weights the bias is the share of ones: 10 of 40.
        CHECK(fit(1000).bias == doctest::Approx(std::log(10.0 / 30.0)).epsilon(0.01));
    }

    TEST_CASE("fitting twice gives the same bits") {
        const Sample s = sample();
        const auto fit = [&] { return fit_logistic(s.rows, s.which, s.ones, s.weight, 3, {}); };
        CHECK(fit().weights == fit().weights);
        CHECK(fit().bias == fit().bias);
    }

    TEST_CASE("weights find what the patterns miss, on folds they were not fitted to") {
        const Problem p = problem();
        TuneOptions options;
        options.fit.sparse = 0.5;
        const Chances unseen = unseen_chances(p, all_folds, options);
        const std::vector<double> thresholds = choose_thresholds(p, unseen, all_folds, options);
        const Tally before = sum(tally(p, unseen, all_folds, {}));
        const Tally after = sum(tally(p, unseen, all_folds, {&thresholds, 2, 0, 0}));
        CHECK(before.micro() == doctest::Approx(2.0 / 3));  // ten of twenty
        CHECK(after.micro() == 1);
        CHECK(before.none_precision() == doctest::Approx(0.8));  // forty of fifty
        CHECK(after.none_precision() == 1);
        CHECK(after.spoilt_per_1000() == 0);
    }

    TEST_CASE("silencing a pattern makes its messages unheard") {
        const Problem p = problem();
        const Chances none(p.rows.size());
        const Tally silent = sum(tally(p, none, all_folds, {nullptr, 2, 1.0, 0}));
        CHECK(silent.micro() == 0);
        CHECK(silent.none_heard == p.rows.size());
    }

    TEST_CASE("an interval is the same every time and holds the value") {
        const Problem p = problem();
        const auto groups = tally(p, Chances(p.rows.size()), all_folds, {});
        const Interval a = bootstrap(groups, &Tally::micro), b = bootstrap(groups, &Tally::micro);
        CHECK(a.low == b.low);
        CHECK(a.high == b.high);
        CHECK(a.low < sum(groups).micro());
        CHECK(a.high > sum(groups).micro());
    }

    TEST_CASE("the interval of a share is Wilson's") {
        CHECK(wilson(8, 10).low == doctest::Approx(0.490).epsilon(0.002));
        CHECK(wilson(8, 10).high == doctest::Approx(0.943).epsilon(0.002));
        CHECK(wilson(0, 100).low == doctest::Approx(0));
        CHECK(wilson(0, 0).high == 1);
    }

    TEST_CASE("a table needs its columns and says which one is missing") {
        std::vector<TuneRow> rows;
        const auto read = read_table(
            "t.tsv", "id\tlabels\ttext\tgroup\n1\tlow,far\tI weep\tg1\n2\tnone\tTea\tg2\n", rows);
        REQUIRE(read.has_value());
        REQUIRE(rows.size() == 2);
        CHECK(rows[0].labels == std::vector<std::string>{"far", "low"});
        CHECK(rows[0].text == "I weep");
        CHECK(rows[1].labels.empty());
        const auto broken = read_table("t.tsv", "text\tlabels\nx\ty\n", rows);
        REQUIRE_FALSE(broken.has_value());
        CHECK(broken.error().message == "t.tsv:1: there is no column \"group\"");
        CHECK_FALSE(read_table("t.tsv", "text\tlabels\tgroup\nx\n", rows).has_value());
    }

    TEST_CASE("rare words, pairs and names of people are no features") {
        Diagnostics diagnostics;
        const Catalogue catalogue =
            load_catalogue({{"t.yaml",
                             "words:\n  dark: [gloom]\nintents:\n  low: { kind: content }\n"
                             "  feeling_sad: { kind: feeling }\n"}},
                           diagnostics);
        std::vector<TuneRow> rows;
        for (int i = 0; i < 4; ++i)
            rows.push_back(
                {.text = "Now Bertram weeps again " + std::string(i == 0 ? "rarely" : ""),
                 .labels = {},
                 .group = "g" + std::to_string(i),
                 .source = "",
                 .mined = ""});
        const TuneData data = tune_features(catalogue, rows, 3);
        const auto has = [&](const char* name) {
            return std::ranges::find(data.names, name) != data.names.end();
        };
        CHECK(has("weeps"));
        CHECK(has("weeps again"));
        CHECK(has("<dark>"));
        CHECK(has("@feeling_sad"));
        CHECK_FALSE(has("@low"));  // what patterns say of the intent itself
        CHECK_FALSE(has("bertram"));
        CHECK_FALSE(has("bertram weeps"));
        CHECK_FALSE(has("rarely"));
        CHECK(data.rows.size() == rows.size());
    }
}
