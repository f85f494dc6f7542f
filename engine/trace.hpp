// SPDX-License-Identifier: Apache-2.0
//
// Why this reply: what was heard, which rule won, which variation was chosen. Holds spans and
// names for the person who asks "why"; adapters never log it.
#pragma once

#include <string>
#include <vector>

#include "engine/safety/gate.hpp"
#include "intents/reading.hpp"

namespace befriend {

struct TraceStep {
    std::string
        rule;  // "safety", "global", "hear", "interrupt", "fills", "otherwise", "start", "say", ...
    std::string detail;  // "help_now -> crisis_help", "dialogs/en/home.yaml:12", "variation 2 of 5"
};

struct Trace {
    std::vector<Reading> heard;
    SafetyVerdict safety;
    std::vector<TraceStep> steps;
    std::vector<std::string> problems;  // what could not be done as written
    std::string at;  // "dialog/step" where it waits, "" when the conversation is closed
};

}  // namespace befriend
