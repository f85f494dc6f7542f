// SPDX-License-Identifier: Apache-2.0
//
// How far a measured share can be trusted.
#pragma once

#include <cmath>
#include <cstddef>

namespace befriend {

struct Interval {
    double low = 0, high = 0;
};

// Wilson's 95 % interval of part / whole; 0 to 1 when there is nothing to measure.
inline Interval wilson(std::size_t part, std::size_t whole) {
    if (whole == 0) return {0, 1};
    constexpr double z = 1.96;
    const double n = static_cast<double>(whole), p = static_cast<double>(part) / n;
    const double middle = p + z * z / (2 * n);
    const double reach = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return {(middle - reach) / (1 + z * z / n), (middle + reach) / (1 + z * z / n)};
}

}  // namespace befriend
