// SPDX-License-Identifier: Apache-2.0
#include "tools/tune_fit.hpp"

#include <algorithm>
#include <cmath>

namespace befriend {
namespace {

double chance(double log_odds) { return 1 / (1 + std::exp(-log_odds)); }

}  // namespace

double Fitted::log_odds(const SparseRow& row) const {
    double sum = bias;
    for (const auto& [feature, value] : row) sum += weights[feature] * static_cast<double>(value);
    return sum;
}

Fitted fit_logistic(std::span<const SparseRow> rows, std::span<const std::uint32_t> which,
                    const std::vector<bool>& ones, std::span<const double> row_weight,
                    std::size_t features, const FitOptions& options) {
    Fitted out;
    out.weights.assign(features, 0);
    // The same data by feature: (place in `which`, value).
    std::vector<std::vector<std::pair<std::uint32_t, double>>> columns(features);
    for (std::uint32_t k = 0; k < which.size(); ++k)
        for (const auto& [feature, value] : rows[which[k]])
            columns[feature].emplace_back(k, static_cast<double>(value));
    std::vector<double> sum(which.size(), 0);  // log-odds so far
    std::vector<double> target(which.size()), weight(which.size());
    double total = 0, positive = 0;
    for (std::size_t k = 0; k < which.size(); ++k) {
        target[k] = ones[which[k]] ? 1 : 0;
        weight[k] = row_weight[which[k]];
        total += weight[k];
        positive += weight[k] * target[k];
    }
    if (positive <= 0 || positive >= total) {
        out.bias = positive <= 0 ? -8 : 8;
        return out;
    }
    const auto move = [&](double step, auto&& column, double& value) {
        value += step;
        for (const auto& [k, x] : column) sum[k] += step * x;
    };
    const double start = std::log(positive / (total - positive));
    for (double& s : sum) s = start;
    out.bias = start;
    for (int round = 0; round < options.rounds; ++round) {
        double furthest = 0;
        // A quarter bounds the curvature of the logistic loss, so no step overshoots.
        double slope = 0;
        for (std::size_t k = 0; k < sum.size(); ++k)
            slope += weight[k] * (target[k] - chance(sum[k]));
        const double bias_step = slope / (total / 4);
        for (double& s : sum) s += bias_step;
        out.bias += bias_step;
        furthest = std::abs(bias_step);
        for (std::size_t f = 0; f < features; ++f) {
            if (columns[f].empty()) continue;
            double gradient = 0, curvature = options.shrink;
            for (const auto& [k, x] : columns[f]) {
                const double p = chance(sum[k]);
                gradient += weight[k] * x * (target[k] - p);
                curvature += weight[k] * x * x * std::max(p * (1 - p), 0.05);
            }
            const double old = out.weights[f];
            const double goal = gradient - options.shrink * old + curvature * old;
            const double kept = std::max(std::abs(goal) - options.sparse, 0.0) / curvature;
            const double step = std::clamp((goal < 0 ? -kept : kept) - old, -1.0, 1.0);
            if (step == 0) continue;
            move(step, columns[f], out.weights[f]);
            furthest = std::max(furthest, std::abs(step));
        }
        if (furthest < options.close) break;
    }
    return out;
}

}  // namespace befriend
