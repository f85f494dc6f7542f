// SPDX-License-Identifier: Apache-2.0
#include "adapters/terminal/trace_text.hpp"

#include <cstdio>

namespace befriend {
namespace {

constexpr const char* whom_names[] = {"self", "other", "bot", "anyone"};
constexpr const char* time_names[] = {"now", "past", "future", "hypothetical"};
constexpr const char* polarity_names[] = {"asserted", "negated", "hedged"};

std::string two_digits(float score) {
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, "%.2f", static_cast<double>(score));
    return buffer;
}

template <class Enum>
const char* word(const char* const* names, Enum value) {
    return names[static_cast<std::size_t>(value)];
}

void add_slots(std::string& out, const char* title,
               const std::map<std::string, std::string>& slots) {
    for (const auto& [name, value] : slots) {
        out += std::string("  ") + title + " " + name + ": " + value + "\n";
    }
}

}  // namespace

std::string trace_text(const Pack& pack, const Trace& trace) {
    std::string out;
    for (const Reading& reading : trace.heard) {
        out += "  heard " + std::string(pack.matcher.intent_name(reading.intent)) + " " +
               two_digits(reading.score) + (reading.counts ? "" : " (not used)") + ", " +
               word(whom_names, reading.whom) + ", " + word(time_names, reading.time) + ", " +
               word(polarity_names, reading.polarity) + ", " +
               std::string(pack.matcher.pattern_place(reading.pattern)) + "\n";
    }
    if (trace.heard.empty()) {
        out += "  heard nothing in particular\n";
    }
    if (trace.safety.rank > 0 || !trace.safety.findings.empty()) {
        out += "  safety rank " + std::to_string(trace.safety.rank) +
               (trace.safety.ask ? ", the direct question" : "") +
               (trace.safety.dialog.empty() ? "" : " -> " + trace.safety.dialog) + "\n";
    }
    for (const TraceStep& step : trace.steps) {
        out += "  " + step.rule + ": " + step.detail + "\n";
    }
    for (const std::string& problem : trace.problems) {
        out += "  problem: " + problem + "\n";
    }
    out += "  waits at " +
           (trace.at.empty() ? std::string("nothing: the conversation is closed") : trace.at) +
           "\n";
    return out;
}

std::string state_text(const Session& session) {
    std::string out = session.open ? "  open" : "  closed";
    out += ", " + std::to_string(session.turns) + " messages, safety level " +
           std::to_string(session.safety.rank) + "\n";
    for (const Frame& frame : session.stack) {
        out += "  in " + frame.dialog + "/" + frame.step + "\n";
        add_slots(out, "   ", frame.slots);
    }
    add_slots(out, "for now,", session.slots);
    add_slots(out, "kept,", session.person);
    if (session.listen_only) {
        out += "  listening only\n";
    }
    if (!session.country.empty()) {
        out += "  country: " + session.country + "\n";
    }
    return out;
}

}  // namespace befriend
