// SPDX-License-Identifier: Apache-2.0
#include "tools/reading_json.hpp"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace befriend {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 4> whom_names{"self", "other", "bot", "anyone"};
constexpr std::array<const char*, 4> time_names{"now", "past", "future", "hypothetical"};
constexpr std::array<const char*, 3> polarity_names{"asserted", "negated", "hedged"};

template <class Enum, std::size_t n>
const char* name(const std::array<const char*, n>& names, Enum value) {
    return names[static_cast<std::size_t>(value) % n];
}

json spans_json(const std::vector<Span>& spans) {
    json out = json::array();
    for (const Span& span : spans) {
        out.push_back({span.begin, span.end});
    }
    return out;
}

}  // namespace

std::string_view to_text(Whom whom) { return name(whom_names, whom); }
std::string_view to_text(Time time) { return name(time_names, time); }
std::string_view to_text(Polarity polarity) { return name(polarity_names, polarity); }

json reading_json(const Matcher& matcher, const Reading& reading, std::string_view text) {
    json slots = json::object();
    for (const CapturedSlot& slot : reading.slots) {
        if (slot.span.begin <= slot.span.end && slot.span.end <= text.size()) {
            slots[slot.name] =
                std::string(text.substr(slot.span.begin, slot.span.end - slot.span.begin));
        }
    }
    return {
        {"intent", std::string(matcher.intent_name(reading.intent))},
        {"score", std::round(static_cast<double>(reading.score) * 1000.0) / 1000.0},
        {"whom", name(whom_names, reading.whom)},
        {"quoted", reading.quoted},
        {"time", name(time_names, reading.time)},
        {"polarity", name(polarity_names, reading.polarity)},
        {"evidence", spans_json(reading.evidence)},
        {"pattern", std::string(matcher.pattern_place(reading.pattern))},
        {"slots", std::move(slots)},
    };
}

json safety_json(const SafetyVerdict& verdict) {
    if (verdict.findings.empty() && verdict.flags.empty() && verdict.rank == 0) {
        return nullptr;
    }
    json classes = json::array();
    for (const SafetyFinding& finding : verdict.findings) {
        json one{
            {"class", finding.class_name},
            {"level", finding.level},
            {"whom", name(whom_names, finding.whom)},
            {"time", name(time_names, finding.time)},
            {"polarity", name(polarity_names, finding.polarity)},
            {"evidence", spans_json(finding.evidence)},
        };
        if (finding.by_user) {
            one["by_user"] = true;
        }
        classes.push_back(std::move(one));
    }
    return {{"rank", verdict.rank},
            {"ask", verdict.ask},
            {"flags", verdict.flags},
            {"classes", std::move(classes)}};
}

}  // namespace befriend
