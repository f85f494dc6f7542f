// SPDX-License-Identifier: Apache-2.0
//
// What the labelled sentences must reach: corpus/<lang>/thresholds.yaml, a floor for each measure
// ("f1.isolation"), and a ceiling for those of the group "most".
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "tools/utterances.hpp"

namespace befriend {

using Thresholds = std::map<std::string, double>;  // "group.name" -> number

// Empty when there is no such file: none were written yet.
Result<Thresholds> read_thresholds(const std::string& file);

// The file's text for these.
std::string thresholds_text(const Thresholds& thresholds);

// What the scores give for each measure that thresholds may speak about.
Thresholds measures(const UtteranceScores& scores);

// One sentence for each measure that misses its threshold; measures without one pass.
std::vector<std::string> under_threshold(const Thresholds& reached, const Thresholds& wanted);

// `wanted` with every threshold raised to what was reached, less a small margin; none is lowered.
Thresholds raised(Thresholds wanted, const Thresholds& reached);

}  // namespace befriend
