// SPDX-License-Identifier: Apache-2.0
#include "tools/thresholds.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/base/diagnostic.hpp"
#include "engine/base/yaml.hpp"
#include "tools/files.hpp"

namespace befriend {
namespace {

// So that one sentence more in the corpus does not fail everybody's tests.
constexpr double margin = 0.05;

double down(double value) { return std::floor(value * 100.0 + 1e-9) / 100.0; }

}  // namespace

Result<Thresholds> read_thresholds(const std::string& file) {
    Thresholds thresholds;
    auto bytes = read_whole_file(file);
    if (!bytes) {
        return thresholds;  // none were written yet
    }
    Diagnostics diagnostics;
    const Document document = parse_yaml({file, std::move(*bytes)}, diagnostics);
    if (has_errors(diagnostics)) {
        return fail(render(diagnostics.front()));
    }
    if (document.root.is_object()) {
        for (const auto& [group, values] : document.root.items()) {
            if (!values.is_object()) continue;
            for (const auto& [name, value] : values.items()) {
                try {
                    thresholds[group + "." + name] = std::stod(value.get<std::string>());
                } catch (const std::exception&) {
                    return fail(file + ": " + group + "." + name + " is not a number");
                }
            }
        }
    }
    return thresholds;
}

Thresholds measures(const UtteranceScores& scores) {
    Thresholds reached;
    for (const auto& [label, score] : scores.labels) {
        // Fewer sentences than this say nothing about a label.
        if (score.right + score.missed >= 5) reached["f1." + label] = score.f1();
    }
    for (const auto& [level, score] : scores.crisis_by_level) {
        reached["crisis_recall." + level] = score.recall();
    }
    if (scores.ordinary > 0) {
        reached["most.false_alarms"] =
            static_cast<double>(scores.false_alarms) / static_cast<double>(scores.ordinary);
    }
    return reached;
}

std::string thresholds_text(const Thresholds& thresholds) {
    std::string out =
        "# What the labelled sentences must reach. Raised by `befriend test --raise`, lowered "
        "only\n"
        "# by hand and with a reason.\n";
    std::string group;
    for (const auto& [name, value] : thresholds) {
        const std::size_t dot = name.find('.');
        if (name.substr(0, dot) != group) {
            group = name.substr(0, dot);
            out += group + ":\n";
        }
        char number[32];
        std::snprintf(number, sizeof number, "%.4g", value);
        out += "  " + name.substr(dot + 1) + ": " + number + "\n";
    }
    return out;
}

std::vector<std::string> under_threshold(const Thresholds& reached, const Thresholds& wanted) {
    std::vector<std::string> failures;
    for (const auto& [name, floor] : wanted) {
        const auto found = reached.find(name);
        if (found == reached.end()) continue;
        const bool ceiling = name.starts_with("most.");
        if (ceiling ? found->second > floor + 1e-9 : found->second < floor - 1e-9) {
            char text[160];
            std::snprintf(text, sizeof text, "%s is %.3f, the threshold is %.3f", name.c_str(),
                          found->second, floor);
            failures.emplace_back(text);
        }
    }
    return failures;
}

Thresholds raised(Thresholds wanted, const Thresholds& reached) {
    for (const auto& [name, value] : reached) {
        const bool ceiling = name.starts_with("most.");
        const double rounded = ceiling ? std::ceil((value + margin / 10) * 1000.0) / 1000.0
                                       : down(std::max(0.0, value - margin));
        const auto [at, fresh] = wanted.emplace(name, rounded);
        if (!fresh) {
            at->second = ceiling ? std::min(at->second, rounded) : std::max(at->second, rounded);
        }
    }
    return wanted;
}

}  // namespace befriend
