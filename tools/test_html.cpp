// SPDX-License-Identifier: Apache-2.0
//
// The report as one page. Colours only repeat what stands there as text.
#include <algorithm>
#include <cstdio>

#include "engine/base/utf8.hpp"
#include "tools/html.hpp"
#include "tools/test_report.hpp"

namespace befriend {
namespace {

constexpr std::string_view style = R"css(
.scroll{overflow-x:auto}.map th,.map td{padding:.1rem .3rem;font-size:.8rem}
.map thead th{writing-mode:vertical-rl;white-space:nowrap}
.map td{background:color-mix(in srgb,var(--bad) var(--heat),transparent)}
.map td.right{background:color-mix(in srgb,var(--good) var(--heat),transparent)}
)css";

constexpr std::size_t most_map_labels = 30;  // a wider table cannot be read
constexpr std::size_t hottest = 45;          // percent: text stays readable on it

std::string text(std::string_view plain) { return escape_html(repair_utf8(plain)); }

std::string number(double value, int digits) {
    char out[32];
    std::snprintf(out, sizeof out, "%.*f", digits, value);
    return out;
}

std::string cell(const std::string& value) { return "<td class=\"n\">" + value + "</td>"; }
std::string cell(std::size_t value) { return cell(std::to_string(value)); }
std::string row_head(std::string_view name) {
    return "<tr><th scope=\"row\">" + text(name) + "</th>";
}

std::string table(std::string_view caption, std::initializer_list<std::string_view> heads) {
    std::string out = "<table><caption>" + text(caption) + "</caption><thead><tr>";
    for (const std::string_view head : heads) out += "<th scope=\"col\">" + text(head) + "</th>";
    return out + "</tr></thead><tbody>\n";
}
constexpr std::string_view table_end = "</tbody></table>\n";

std::string verdict(const TestReport& report) {
    std::string out = report.good() ? "<p class=\"good\"><strong>Passed.</strong></p>\n"
                                    : "<p class=\"bad\"><strong>Failed.</strong></p>\n";
    out += "<ul>\n<li>" + std::to_string(report.conversations.size() - report.failed()) +
           " conversations passed, " + std::to_string(report.failed()) + " failed</li>\n<li>" +
           std::to_string(report.scores.exact) + " of " + std::to_string(report.scores.rows) +
           " sentences read exactly</li>\n<li>" + std::to_string(report.scores.false_alarms) +
           " false alarms in " + std::to_string(report.scores.ordinary) +
           " ordinary sentences</li>\n<li>" + number(report.coverage.all().percent(), 1) +
           " % of the content covered</li>\n";
    for (const auto* list : {&report.too_low, &report.not_covered}) {
        for (const std::string& one : *list) {
            out += "<li class=\"bad\">too low: " + text(one) + "</li>\n";
        }
    }
    return out + "</ul>\n";
}

std::string diff_lines(std::string_view diff) {
    std::string out;
    while (!diff.empty()) {
        const std::size_t end = diff.find('\n');
        const std::string_view line = diff.substr(0, end);
        diff.remove_prefix(end == std::string_view::npos ? diff.size() : end + 1);
        const std::string_view kind = line.starts_with('+')   ? "good"
                                      : line.starts_with('-') ? "bad"
                                                              : "";
        out += kind.empty() ? text(line)
                            : "<span class=\"" + std::string(kind) + "\">" + text(line) + "</span>";
        out += '\n';
    }
    return out;
}

std::string failed_cases(const TestReport& report) {
    if (report.failed_cases.empty()) return {};
    std::string out = "<h2>Failing cases</h2>\n<ul>\n";
    for (const std::string& failure : report.failed_cases) {
        out += "<li>" + text(failure) + "</li>\n";
    }
    return out + "</ul>\n";
}

std::string conversations(const TestReport& report) {
    if (report.failed() == 0) return {};
    std::string out = "<h2>Failing conversations</h2>\n";
    for (const ConversationResult& one : report.conversations) {
        if (one.passed()) continue;
        out += "<h3>" + text(one.file) + "</h3>\n<ul>\n";
        for (const std::string& failure : one.failures) out += "<li>" + text(failure) + "</li>\n";
        out += "</ul>\n";
        if (!one.diff.empty()) out += "<pre>" + diff_lines(one.diff) + "</pre>\n";
        out += "<p>Again: <code>" + text(again_text(one)) + "</code></p>\n";
    }
    return out;
}

std::string labels(const UtteranceScores& scores) {
    std::string out =
        "<h2>Labels</h2>\n" +
        table("How sentences were read", {"label", "sentences", "precision", "recall", "F1"});
    const auto line = [&](std::string_view name, const LabelScore& score) {
        out += row_head(name) + cell(score.right + score.missed) +
               cell(number(score.precision(), 2)) + cell(number(score.recall(), 2)) +
               cell(number(score.f1(), 2)) + "</tr>\n";
    };
    line("all", scores.all);
    if (scores.held.right + scores.held.missed > 0) line("held rows only", scores.held);
    for (const auto& [label, score] : scores.labels) line(label, score);
    out += table_end;
    out +=
        table("How far scores can be believed", {"score from", "labels heard", "right", "share"});
    for (std::size_t i = 0; i < scores.calibration.size(); ++i) {
        const Tenth& tenth = scores.calibration[i];
        if (tenth.heard == 0) continue;
        out +=
            row_head(number(static_cast<double>(i) / 10.0, 1)) + cell(tenth.heard) +
            cell(tenth.right) +
            cell(number(static_cast<double>(tenth.right) / static_cast<double>(tenth.heard), 2)) +
            "</tr>\n";
    }
    return out + std::string(table_end);
}

// The labels with the most confusions, in alphabetical order.
std::vector<std::string> map_labels(const UtteranceScores& scores) {
    std::map<std::string, std::size_t> times;
    for (const Confusion& pair : worst_pairs(scores)) {
        times[pair.expected] += pair.times;
        times[pair.heard] += pair.times;
    }
    std::vector<std::pair<std::size_t, std::string>> sorted;
    for (const auto& [label, count] : times) sorted.emplace_back(count, label);
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    if (sorted.size() > most_map_labels) sorted.resize(most_map_labels);
    std::vector<std::string> names;
    for (auto& [count, label] : sorted) names.push_back(std::move(label));
    std::sort(names.begin(), names.end());
    return names;
}

std::string confusions(const UtteranceScores& scores) {
    const std::vector<std::string> names = map_labels(scores);
    if (names.empty()) return {};
    std::string out =
        "<h2>Confusions</h2>\n<p>A row is what was expected, a column what was heard; each cell is "
        "the number of times. The labels with the most confusions are shown.</p>\n"
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Confusions\">"
        "<table class=\"map\"><caption>Expected, then heard</caption><thead><tr><td></td>";
    for (const std::string& name : names) out += "<th scope=\"col\">" + text(name) + "</th>";
    out += "</tr></thead><tbody>\n";
    for (const std::string& expected : names) {
        const auto row = scores.confusion.find(expected);
        std::size_t sum = 0;
        if (row != scores.confusion.end()) {
            for (const auto& [heard, times] : row->second) sum += times;
        }
        out += row_head(expected);
        for (const std::string& heard : names) {
            std::size_t times = 0;
            if (row != scores.confusion.end()) {
                const auto at = row->second.find(heard);
                if (at != row->second.end()) times = at->second;
            }
            if (times == 0) {
                out += "<td></td>";
                continue;
            }
            const std::size_t heat = std::max<std::size_t>(hottest * times / sum, 4);
            out += "<td class=\"n" + std::string(expected == heard ? " right" : "") +
                   "\" style=\"--heat:" + std::to_string(heat) + "%\">" + std::to_string(times) +
                   "</td>";
        }
        out += "</tr>\n";
    }
    return out + std::string(table_end) + "</div>\n";
}

std::string misses(const TestReport& report) {
    if (report.misses_shown == 0) return {};
    std::string out = "<h2>Misread sentences</h2>\n<p>" + std::to_string(report.misses_shown) +
                      " of " + std::to_string(report.scores.misses.size()) + ".</p>\n<ol>\n";
    for (std::size_t i = 0; i < report.misses_shown; ++i) {
        out += "<li>" + text(miss_text(report, report.scores.misses[i])) + "<ul>";
        for (const std::string& why : report.reasons[i]) out += "<li>" + text(why) + "</li>";
        out += "</ul></li>\n";
    }
    return out + "</ol>\n";
}

std::string robust(const TestReport& report) {
    if (report.robustness.empty()) return {};
    std::string out =
        "<h2>Robustness</h2>\n" + table("Heard alike after a change of wording",
                                        {"change", "sentences changed", "heard alike", "score",
                                         "conversations changed", "same meaning", "score"});
    for (const Robustness& one : report.robustness) {
        out += row_head(one.change) + cell(one.changed) + cell(one.same) +
               cell(number(one.score(), 3)) + cell(one.conversations) +
               cell(one.conversations_same) + cell(number(one.conversation_score(), 3)) + "</tr>\n";
    }
    return out + std::string(table_end);
}

std::string coverage(const Coverage& coverage) {
    std::string out =
        "<h2>Coverage</h2>\n" + table("What the tests used", {"kind", "covered", "of", "percent"});
    const auto line = [&](const CoverageKind& kind) {
        out += row_head(kind.name) + cell(kind.covered) + cell(kind.of) +
               cell(number(kind.percent(), 1)) + "</tr>\n";
    };
    for (const CoverageKind& kind : coverage.kinds) line(kind);
    line(coverage.all());
    out += table_end;
    for (const CoverageKind& kind : coverage.kinds) {
        if (kind.uncovered.empty()) continue;
        out += "<details><summary>" + std::to_string(kind.uncovered.size()) + " " +
               text(kind.name) + " that no test used</summary><ul>\n";
        for (const Uncovered& one : kind.uncovered) {
            out += "<li><code>" + text(one.place) + "</code> " + text(one.what) + "</li>\n";
        }
        out += "</ul></details>\n";
    }
    return out;
}

}  // namespace

std::string report_html(const TestReport& report) {
    HtmlPage page;
    page.title = "befriend test";
    page.subtitle = std::to_string(report.rows.size()) + " sentences and " +
                    std::to_string(report.conversations.size()) + " conversations";
    page.style = style;
    page.body = verdict(report) + failed_cases(report) + conversations(report);
    if (!report.rows.empty()) {
        page.body += labels(report.scores) + confusions(report.scores) + misses(report);
    }
    page.body += robust(report) + coverage(report.coverage);
    return html_page(page);
}

}  // namespace befriend
