// SPDX-License-Identifier: Apache-2.0
//
// The safety gate: runs on every message, edit and burst, in every state, before any script.
// It decides from readings and the session's safety memory; what is recognised is a matter of
// intents/<lang>/safety*.yaml, what is done about it is here and provable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/session.hpp"
#include "intents/reading.hpp"
#include "intents/understanding.hpp"

namespace befriend {

enum Signal : std::uint32_t {
    signal_despair = 1u << 0,
    signal_loss = 1u << 1,
    signal_intoxicated = 1u << 2,
    signal_death_word = 1u << 3,
    signal_means_word = 1u << 4,
};

struct SafetyFinding {
    std::string class_name;  // crisis_suicide ...
    std::string level;       // none | past | ambiguous | passive | active | imminent | now
    int rank = 0;
    bool by_user = false;
    Whom whom = Whom::self;
    Time time = Time::now;
    Polarity polarity = Polarity::asserted;
    std::vector<Span> evidence;
};

// INTERFACES "safety object": findings is empty and flags too when there is nothing to tell.
struct SafetyVerdict {
    int rank = 0;       // of this message, with the window before it
    bool ask = false;   // the direct question would be asked now
    std::vector<std::string> flags;  // clinical_concern, minor, intrusive
    std::string clinical;            // eating | psychosis | mania | substance | medication | perinatal
    std::vector<SafetyFinding> findings;
    std::uint32_t signals = 0;
    std::string dialog;  // the safety dialog to enter for it; empty: none
};

// Judges one message. Reads nothing but its arguments; `state` is not changed.
SafetyVerdict judge(const Understanding& understanding, const SafetyState& state, Instant at);

}  // namespace befriend
