// SPDX-License-Identifier: Apache-2.0
#include "tools/utterances.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "engine/safety/gate.hpp"
#include "intents/matcher.hpp"
#include "tools/files.hpp"
#include "tools/parallel.hpp"

namespace befriend {
namespace {

std::vector<std::string> split(std::string_view text, std::string_view separators) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = text.find_first_of(separators);
        if (end != 0) {
            parts.emplace_back(text.substr(0, end));
        }
        if (end == std::string_view::npos) {
            break;
        }
        text.remove_prefix(end + 1);
    }
    return parts;
}

double ratio(std::size_t part, std::size_t whole) {
    return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
}

bool is_crisis(const std::string& label) { return label.starts_with("crisis_"); }

// What one sentence gave. Rows are heard side by side and added up one after the other.
struct HeardRow {
    struct Label {
        IntentId intent = IntentId::none;
        float score = 0;
        std::uint32_t pattern = 0;
    };
    std::vector<Label> labels;
    bool alarm = false;  // rank >= 2 or the direct question
};

HeardRow hear_row(const Pack& pack, const Utterance& row, Scratch& scratch, Understanding& heard) {
    pack.matcher.understand(row.text, context_of(row), scratch, heard);
    HeardRow result;
    for (const IntentId label : heard.labels) {
        if (label == IntentId::none) continue;
        const auto reading =
            std::find_if(heard.readings.begin(), heard.readings.end(),
                         [&](const Reading& r) { return r.counts && r.intent == label; });
        const bool found = reading != heard.readings.end();
        result.labels.push_back({label, found ? reading->score : 0.0F,
                                 found ? reading->pattern : HeardRow::Label{}.pattern});
    }
    const SafetyVerdict verdict = judge(pack.matcher, heard, SafetyState{}, Instant{});
    result.alarm = verdict.rank >= 2 || verdict.ask;
    return result;
}

void add_row(const Pack& pack, const Utterance& row, std::size_t number, const HeardRow& heard,
             UtteranceScores& scores) {
    const std::set<std::string> expected(row.labels.begin(), row.labels.end());
    std::set<std::string> labels;
    for (const HeardRow::Label& label : heard.labels) {
        const std::string& name = pack.matcher.intent_name(label.intent);
        labels.insert(name);
        scores.patterns.insert(label.pattern);
        Tenth& tenth = scores.calibration[std::min<std::size_t>(
            static_cast<std::size_t>(std::max(label.score, 0.0F) * 10.0F), 9)];
        ++tenth.heard;
        tenth.right += expected.contains(name) ? 1U : 0U;
    }
    ++scores.rows;
    scores.exact += labels == expected ? 1U : 0U;
    for (const std::string& label : expected) {
        LabelScore& score = scores.labels[label];
        const bool right = labels.contains(label);
        ++(right ? score.right : score.missed);
        ++(right ? scores.all.right : scores.all.missed);
        if (row.held) ++(right ? scores.held.right : scores.held.missed);
    }
    for (const std::string& label : labels) {
        if (!expected.contains(label)) {
            ++scores.labels[label].wrong;
            ++scores.all.wrong;
            if (row.held) ++scores.held.wrong;
        }
    }
    add_confusion(expected, labels, scores);
    if (std::any_of(expected.begin(), expected.end(), is_crisis)) {
        const bool found = std::any_of(labels.begin(), labels.end(), is_crisis) || heard.alarm;
        LabelScore& score = scores.crisis_by_level[row.level.empty() ? "all" : row.level];
        ++(found ? score.right : score.missed);
    } else {
        ++scores.ordinary;
        scores.false_alarms += heard.alarm ? 1U : 0U;
    }
    if (labels != expected) scores.misses.push_back({number, expected, labels});
}

}  // namespace

double LabelScore::precision() const { return ratio(right, right + wrong); }
double LabelScore::recall() const { return ratio(right, right + missed); }
double LabelScore::f1() const { return ratio(2 * right, 2 * right + missed + wrong); }

Result<bool> read_utterances(const std::string& name, std::string_view bytes,
                             std::vector<Utterance>& rows) {
    std::uint32_t number = 0;
    while (!bytes.empty()) {
        const std::string_view line = take_line(bytes);
        ++number;
        if (line.empty() || line.starts_with("# ") || line == "#" || line.starts_with("text\t")) {
            continue;
        }
        const std::size_t first = line.find('\t');
        if (first == std::string_view::npos) {
            return fail(name + ":" + std::to_string(number) +
                        ": a row is text, tab, labels, tab, note");
        }
        const std::size_t second = line.find('\t', first + 1);
        Utterance row;
        row.file = name;
        row.line = number;
        row.text = line.substr(0, first);
        row.labels =
            split(line.substr(first + 1, second == std::string_view::npos ? std::string_view::npos
                                                                          : second - first - 1),
                  ", |");
        std::erase(row.labels, "none");
        std::sort(row.labels.begin(), row.labels.end());
        if (second != std::string_view::npos) {
            for (const std::string& word : split(line.substr(second + 1), " ;\t")) {
                const std::size_t equals = word.find('=');
                const std::string key = word.substr(0, equals);
                const std::string value =
                    equals == std::string::npos ? "" : word.substr(equals + 1);
                if (key == "asked") {
                    row.asked = value;
                } else if (key == "options") {
                    row.options = split(value, ",|");
                } else if (key == "level") {
                    row.level = value;
                } else if (word == "held") {
                    row.held = true;
                }
            }
        }
        rows.push_back(std::move(row));
    }
    return true;
}

void add_confusion(const std::set<std::string>& expected, const std::set<std::string>& heard,
                   UtteranceScores& scores) {
    std::vector<std::string> missed;
    std::vector<std::string> wrong;
    std::set_difference(expected.begin(), expected.end(), heard.begin(), heard.end(),
                        std::back_inserter(missed));
    std::set_difference(heard.begin(), heard.end(), expected.begin(), expected.end(),
                        std::back_inserter(wrong));
    for (const std::string& label : expected) {
        if (heard.contains(label)) ++scores.confusion[label][label];
    }
    if (missed.empty() && wrong.empty()) {
        if (expected.empty()) ++scores.confusion["none"]["none"];
        return;
    }
    if (missed.empty()) missed.emplace_back("none");
    if (wrong.empty()) wrong.emplace_back("none");
    for (const std::string& label : missed) {
        for (const std::string& instead : wrong) {
            ++scores.confusion[label][instead];
        }
    }
}

std::vector<Confusion> worst_pairs(const UtteranceScores& scores) {
    std::vector<Confusion> pairs;
    for (const auto& [expected, row] : scores.confusion) {
        for (const auto& [heard, times] : row) {
            if (expected != heard) pairs.push_back({expected, heard, times});
        }
    }
    std::sort(pairs.begin(), pairs.end(), [](const Confusion& a, const Confusion& b) {
        return std::tie(b.times, a.expected, a.heard) < std::tie(a.times, b.expected, b.heard);
    });
    return pairs;
}

Context context_of(const Utterance& row) {
    Context context;
    context.asked = row.asked;
    context.options = row.options;
    context.option_labels = row.options;
    return context;
}

std::string joined(const std::set<std::string>& labels) {
    std::string out;
    for (const std::string& label : labels) {
        out += (out.empty() ? "" : ", ") + label;
    }
    return out.empty() ? "none" : out;
}

UtteranceScores measure(const Pack& pack, const std::vector<Utterance>& rows, std::size_t jobs) {
    std::vector<HeardRow> heard(rows.size());
    std::vector<Scratch> scratch(std::max<std::size_t>(jobs, 1));
    std::vector<Understanding> understood(scratch.size());
    in_parallel(rows.size(), jobs, "sentences", [&](std::size_t i, std::size_t worker) {
        heard[i] = hear_row(pack, rows[i], scratch[worker], understood[worker]);
    });
    UtteranceScores scores;
    for (std::size_t i = 0; i < rows.size(); ++i) add_row(pack, rows[i], i, heard[i], scores);
    return scores;
}

}  // namespace befriend
