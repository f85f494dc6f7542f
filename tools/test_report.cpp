// SPDX-License-Identifier: Apache-2.0
#include "tools/test_report.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/interval.hpp"

namespace befriend {
namespace {

void print_label(const char* name, const LabelScore& score) {
    std::printf("%-24s %9zu %6.2f %6.2f %6.2f\n", name, score.right + score.missed,
                score.precision(), score.recall(), score.f1());
}

void print_scores(const TestReport& report) {
    const UtteranceScores& scores = report.scores;
    std::printf("%-24s %9s %6s %6s %6s\n", "label", "sentences", "prec", "recall", "F1");
    for (const auto& [label, score] : scores.labels) print_label(label.c_str(), score);
    print_label("all", scores.all);
    if (scores.held.right + scores.held.missed > 0) print_label("held rows only", scores.held);
    for (const auto& [level, score] : scores.crisis_by_level) {
        const Interval recall = wilson(score.right, score.right + score.missed);
        std::printf("crisis, level %-10s %9zu %6s %6.2f  95 %%: %.2f to %.2f\n", level.c_str(),
                    score.right + score.missed, "", score.recall(), recall.low, recall.high);
    }
    const Interval alarms = wilson(scores.false_alarms, scores.ordinary);
    std::printf(
        "%zu of %zu sentences read exactly; %zu false alarms in %zu ordinary ones, 95 %%: %.1f to "
        "%.1f in 1,000\n",
        scores.exact, scores.rows, scores.false_alarms, scores.ordinary, 1000 * alarms.low,
        1000 * alarms.high);
    const std::vector<Confusion> pairs = worst_pairs(scores);
    for (std::size_t i = 0; i < std::min(report.misses_shown, pairs.size()); ++i) {
        std::printf("%6zu times %s was heard as %s\n", pairs[i].times, pairs[i].expected.c_str(),
                    pairs[i].heard.c_str());
    }
    for (std::size_t i = 0; i < report.misses_shown; ++i) {
        std::printf("  %s\n", miss_text(report, scores.misses[i]).c_str());
        for (const std::string& why : report.reasons[i]) std::printf("      %s\n", why.c_str());
    }
    if (scores.misses.size() > report.misses_shown) {
        std::printf("  ... and %zu more (--misses N shows them)\n",
                    scores.misses.size() - report.misses_shown);
    }
}

void print_robustness(const TestReport& report) {
    if (report.robustness.empty()) return;
    std::printf("%-24s %9s %6s %6s %14s %6s %6s\n", "change", "sentences", "alike", "score",
                "conversations", "alike", "score");
    for (const Robustness& one : report.robustness) {
        std::printf("%-24s %9zu %6zu %6.3f %14zu %6zu %6.3f\n", one.change.c_str(), one.changed,
                    one.same, one.score(), one.conversations, one.conversations_same,
                    one.conversation_score());
        for (std::size_t i = 0; i < std::min(report.misses_shown, one.differing.size()); ++i) {
            std::printf("  %s\n", one.differing[i].c_str());
        }
    }
}

void print_coverage(const TestReport& report) {
    if (report.lists_uncovered) {
        for (const CoverageKind& kind : report.coverage.kinds) {
            for (const Uncovered& one : kind.uncovered) {
                std::printf("%s: not covered (%s): %s\n", one.place.c_str(),
                            std::string(kind.name).c_str(), one.what.c_str());
            }
        }
    }
    std::printf("%-24s %9s %6s %6s\n", "coverage", "covered", "of", "%");
    const auto tell = [](const CoverageKind& kind) {
        std::printf("%-24s %9zu %6zu %6.1f\n", std::string(kind.name).c_str(), kind.covered,
                    kind.of, kind.percent());
    };
    for (const CoverageKind& kind : report.coverage.kinds) tell(kind);
    tell(report.coverage.all());
}

nlohmann::json interval_json(const Interval& i) { return {i.low, i.high}; }

nlohmann::json score_json(const LabelScore& score) {
    return {{"precision_95", interval_json(wilson(score.right, score.right + score.wrong))},
            {"recall_95", interval_json(wilson(score.right, score.right + score.missed))},
            {"n", score.right + score.missed},
            {"precision", score.precision()},
            {"recall", score.recall()},
            {"f1", score.f1()}};
}

nlohmann::json scores_json(const TestReport& report) {
    const UtteranceScores& scores = report.scores;
    nlohmann::json labels = nlohmann::json::object();
    for (const auto& [label, score] : scores.labels) labels[label] = score_json(score);
    nlohmann::json crisis = nlohmann::json::object();
    for (const auto& [level, score] : scores.crisis_by_level) {
        crisis[level] = {{"n", score.right + score.missed}, {"recall", score.recall()}};
    }
    nlohmann::json calibration = nlohmann::json::array();
    for (std::size_t i = 0; i < scores.calibration.size(); ++i) {
        calibration.push_back({{"from", static_cast<double>(i) / 10.0},
                               {"heard", scores.calibration[i].heard},
                               {"right", scores.calibration[i].right}});
    }
    nlohmann::json misses = nlohmann::json::array();
    for (std::size_t i = 0; i < report.misses_shown; ++i) {
        const Miss& miss = scores.misses[i];
        const Utterance& row = report.rows[miss.row];
        misses.push_back({{"file", row.file},
                          {"line", row.line},
                          {"text", row.text},
                          {"expected", miss.expected},
                          {"heard", miss.heard},
                          {"why", report.reasons[i]}});
    }
    nlohmann::json robustness = nlohmann::json::object();
    for (const Robustness& one : report.robustness) {
        robustness[one.change] = {{"changed", one.changed},
                                  {"same", one.same},
                                  {"score", one.score()},
                                  {"conversations",
                                   {{"changed", one.conversations},
                                    {"same", one.conversations_same},
                                    {"score", one.conversation_score()}}}};
    }
    return {{"rows", scores.rows},
            {"exact", scores.exact},
            {"precision", scores.all.precision()},
            {"recall", scores.all.recall()},
            {"f1", scores.all.f1()},
            {"held", score_json(scores.held)},
            {"confusion", scores.confusion},
            {"labels", std::move(labels)},
            {"crisis", std::move(crisis)},
            {"calibration", std::move(calibration)},
            {"ordinary", scores.ordinary},
            {"false_alarms", scores.false_alarms},
            {"misses", std::move(misses)},
            {"robustness", std::move(robustness)}};
}

nlohmann::json coverage_json(const TestReport& report) {
    const auto numbers = [](const CoverageKind& kind) {
        return nlohmann::json{
            {"covered", kind.covered}, {"of", kind.of}, {"percent", kind.percent()}};
    };
    nlohmann::json kinds = nlohmann::json::object();
    for (const CoverageKind& kind : report.coverage.kinds) {
        nlohmann::json one = numbers(kind);
        if (report.lists_uncovered) {
            one["uncovered"] = nlohmann::json::array();
            for (const Uncovered& what : kind.uncovered) {
                one["uncovered"].push_back({{"place", what.place}, {"what", what.what}});
            }
        }
        kinds[std::string(kind.name)] = std::move(one);
    }
    return {{"dialogs", report.coverage.dialogs},
            {"of", report.coverage.dialogs_of},
            {"not_reached", report.coverage.not_reached},
            {"all", numbers(report.coverage.all())},
            {"kinds", std::move(kinds)}};
}

}  // namespace

std::size_t TestReport::failed() const {
    return static_cast<std::size_t>(
        std::count_if(conversations.begin(), conversations.end(),
                      [](const ConversationResult& one) { return !one.passed(); }));
}

std::string miss_text(const TestReport& report, const Miss& miss) {
    const Utterance& row = report.rows[miss.row];
    return row.file + ":" + std::to_string(row.line) + ": " + row.text + ": expected " +
           joined(miss.expected) + ", heard " + joined(miss.heard);
}

std::string again_text(const ConversationResult& conversation) {
    return "befriend test " + conversation.file + " --seed " + std::to_string(conversation.seed);
}

void print_report(const TestReport& report) {
    for (const ConversationResult& one : report.conversations) {
        if (one.passed()) continue;
        std::fputs(one.diff.c_str(), stdout);
        for (const std::string& failure : one.failures) std::printf("%s\n", failure.c_str());
        std::printf("failed: %s (seed %s); again: %s\n\n", one.file.c_str(),
                    std::to_string(one.seed).c_str(), again_text(one).c_str());
    }
    for (const std::string& failure : report.failed_cases) std::printf("%s\n", failure.c_str());
    if (!report.rows.empty()) print_scores(report);
    print_robustness(report);
    print_coverage(report);
    for (const std::string& failure : report.too_low) std::printf("too low: %s\n", failure.c_str());
    for (const std::string& failure : report.not_covered) {
        std::printf("too low: %s\n", failure.c_str());
    }
    if (report.cases > 0) {
        std::printf("%zu cases passed, %zu failed\n", report.cases - report.failed_cases.size(),
                    report.failed_cases.size());
    }
    std::printf("%zu conversations passed, %zu failed; they reach %zu of %zu dialogs\n",
                report.conversations.size() - report.failed(), report.failed(),
                report.coverage.dialogs, report.coverage.dialogs_of);
}

nlohmann::json report_json(const TestReport& report) {
    nlohmann::json files = nlohmann::json::array();
    for (const ConversationResult& one : report.conversations) {
        files.push_back({{"file", one.file},
                         {"passed", one.passed()},
                         {"seed", one.seed},
                         {"failures", one.failures}});
    }
    return {{"utterances", scores_json(report)},
            {"conversations",
             {{"passed", report.conversations.size() - report.failed()},
              {"failed", report.failed()},
              {"files", std::move(files)}}},
            {"cases",
             {{"passed", report.cases - report.failed_cases.size()},
              {"failed", report.failed_cases.size()},
              {"failures", report.failed_cases}}},
            {"coverage", coverage_json(report)},
            {"under_threshold", report.too_low},
            {"not_covered", report.not_covered},
            {"seed", report.seed}};
}

}  // namespace befriend
