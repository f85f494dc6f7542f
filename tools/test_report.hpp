// SPDX-License-Identifier: Apache-2.0
//
// What `befriend test` found, as a value, and the forms it is told in.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tools/changes.hpp"
#include "tools/coverage.hpp"
#include "tools/thresholds.hpp"
#include "tools/utterances.hpp"

namespace befriend {

struct ConversationResult {
    std::string file;
    std::uint64_t seed = 1;
    std::vector<std::string> failures;
    std::string diff;        // from the file to what happened; may be empty beside failures
    bool rewritten = false;  // by --accept

    bool passed() const { return failures.empty(); }
};

struct TestReport {
    std::vector<Utterance> rows;
    UtteranceScores scores;
    std::vector<ConversationResult> conversations;  // in the order of their paths
    std::size_t cases = 0;
    std::vector<std::string> failed_cases;  // "file:line: what is wrong"
    Coverage coverage;
    Thresholds reached;
    Thresholds wanted;                              // empty when only a part of the corpus ran
    std::vector<std::string> too_low;               // thresholds that were missed
    std::vector<std::string> not_covered;           // floors of coverage that were missed
    std::vector<std::string> floors_asked;          // kinds that --fail-under names
    std::size_t misses_shown = 0;                   // no more than there are
    std::vector<std::vector<std::string>> reasons;  // near_miss.hpp, beside the shown misses
    std::vector<Robustness> robustness;             // a change that was asked for each
    bool lists_uncovered = false;
    std::uint64_t seed = 1;

    std::size_t failed() const;  // conversations
    bool good() const {
        return failed() == 0 && failed_cases.empty() && too_low.empty() && not_covered.empty();
    }
};

// For people, on standard output.
void print_report(const TestReport& report);

nlohmann::json report_json(const TestReport& report);

// For build servers: a suite for conversations, cases, thresholds and coverage each.
std::string report_junit(const TestReport& report);

// One self-contained page for people.
std::string report_html(const TestReport& report);

// "file:line: text: expected ..., heard ..."
std::string miss_text(const TestReport& report, const Miss& miss);

// The command that plays this conversation again.
std::string again_text(const ConversationResult& conversation);

}  // namespace befriend
