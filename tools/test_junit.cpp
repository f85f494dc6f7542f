// SPDX-License-Identifier: Apache-2.0
//
// The report as JUnit XML. XML and HTML escape text alike.
#include "engine/base/utf8.hpp"
#include "tools/html.hpp"
#include "tools/test_report.hpp"

namespace befriend {
namespace {

std::string xml(std::string_view text) { return escape_html(repair_utf8(text)); }

struct Suite {
    std::string name;
    std::string cases{};
    std::size_t tests = 0;
    std::size_t failures = 0;

    // An empty failure passes.
    void add(std::string_view test, std::string_view failure, std::string_view detail = {}) {
        ++tests;
        cases += "    <testcase classname=\"befriend." + name + "\" name=\"" + xml(test) + "\"";
        if (failure.empty()) {
            cases += "/>\n";
            return;
        }
        ++failures;
        cases +=
            "><failure message=\"" + xml(failure) + "\">" + xml(detail) + "</failure></testcase>\n";
    }

    std::string text() const {
        return "  <testsuite name=\"" + name + "\" tests=\"" + std::to_string(tests) +
               "\" failures=\"" + std::to_string(failures) + "\" errors=\"0\">\n" + cases +
               "  </testsuite>\n";
    }
};

// The sentence about this measure among the failures; empty when it passed.
std::string about(const std::vector<std::string>& failures, const std::string& beginning) {
    for (const std::string& failure : failures) {
        if (failure.starts_with(beginning)) return failure;
    }
    return {};
}

}  // namespace

std::string report_junit(const TestReport& report) {
    Suite conversations{"conversations"};
    for (const ConversationResult& one : report.conversations) {
        std::string detail;
        for (const std::string& failure : one.failures) detail += failure + "\n";
        conversations.add(one.file, one.passed() ? std::string() : one.failures.front(),
                          detail + one.diff + "again: " + again_text(one) + "\n");
    }
    Suite cases{"cases"};
    cases.tests = report.cases - report.failed_cases.size();
    for (const std::string& failure : report.failed_cases) {
        cases.add(failure.substr(0, failure.find(": ")), failure);
    }
    Suite thresholds{"thresholds"};
    for (const auto& [name, floor] : report.wanted) {
        if (!report.reached.contains(name)) continue;
        thresholds.add(name, about(report.too_low, name + " is "));
    }
    Suite coverage{"coverage"};
    for (const std::string& kind : report.floors_asked) {
        coverage.add(kind, about(report.not_covered, "coverage of " + kind + " is "));
    }
    std::string suites;
    std::size_t tests = 0;
    std::size_t failures = 0;
    for (const Suite* suite : {&conversations, &cases, &thresholds, &coverage}) {
        suites += suite->text();
        tests += suite->tests;
        failures += suite->failures;
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"befriend test\" "
           "tests=\"" +
           std::to_string(tests) + "\" failures=\"" + std::to_string(failures) + "\">\n" + suites +
           "</testsuites>\n";
}

}  // namespace befriend
