// SPDX-License-Identifier: Apache-2.0
//
// Logistic regression on sparse rows, by cyclic coordinate descent: small, exact enough, and the
// same on every machine and run.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace befriend {

using SparseRow = std::vector<std::pair<std::uint32_t, float>>;  // feature, value

struct FitOptions {
    double sparse = 2;    // L1: how much evidence a weight needs before it is not 0
    double shrink = 1;    // L2: how strongly weights are held near 0
    int rounds = 40;      // over all features, at most
    double close = 1e-3;  // stops when no weight moves further
};

struct Fitted {
    double bias = 0;
    std::vector<double> weights;  // per feature

    double log_odds(const SparseRow& row) const;
};

// Fits P(row is one) over the rows `which`; `ones` and `row_weight` are beside `rows`. The bias is
// not penalised.
Fitted fit_logistic(std::span<const SparseRow> rows, std::span<const std::uint32_t> which,
                    const std::vector<bool>& ones, std::span<const double> row_weight,
                    std::size_t features, const FitOptions& options);

}  // namespace befriend
