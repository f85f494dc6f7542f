// SPDX-License-Identifier: Apache-2.0
//
// The safety gate: runs on every message, edit and burst, in every state, before any script.
// It decides from readings and the session's safety memory. What is recognised is a matter of
// intents/<lang>/safety*.yaml and is measured on the corpus; what is done about it is here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/session.hpp"
#include "intents/matcher.hpp"
#include "intents/reading.hpp"
#include "intents/understanding.hpp"

namespace befriend {

// What the last messages held, kept as bits instead of text.
enum Signal : std::uint32_t {
    signal_despair = 1u << 0,
    signal_loss = 1u << 1,
    signal_intoxicated = 1u << 2,
    signal_calm_after = 1u << 3,
    signal_ambiguous = 1u << 4,
};

struct SafetyFinding {
    std::string
        class_name;  // crisis_suicide, crisis_self_harm, crisis_abuse, crisis_other, crisis_medical
    std::string level;  // none | past | ambiguous | passive | active | imminent | now
    int rank = 0;
    bool by_user = false;
    bool intrusive = false;
    bool short_answer = false;  // rests only on "yes" or "maybe" to the direct question
    Whom whom = Whom::self;
    Time time = Time::now;
    Polarity polarity = Polarity::asserted;
    std::vector<Span> evidence;
    std::string language;  // "fr" when recognised in another language
};

struct SafetyVerdict {
    int rank = 0;                    // of this message, read with the messages before it
    bool ask = false;                // the direct question would be asked now
    std::vector<std::string> flags;  // clinical_concern, minor, intrusive
    std::string clinical;  // eating | psychosis | mania | substance | medication | perinatal
    std::vector<SafetyFinding> findings;  // the weightiest first
    std::uint32_t signals = 0;
    bool denial = false;  // calmly says that there is no danger
    std::string dialog;   // the safety dialog that answers it; empty: none
};

// Judges one message. Reads nothing but its arguments.
SafetyVerdict judge(const Matcher& matcher, const Understanding& heard, const SafetyState& state,
                    Instant at);

// Remembers a judged message: raises the rank, moves the window, counts crises. Never lowers.
void remember_verdict(SafetyState& state, const SafetyVerdict& verdict, Instant at);

// True for a dialog that must not be opened for the rest of a session in which there were signs of
// psychosis or mania (no inner voices, imagery or praise of drive) or of an eating problem (no
// savouring, taste or striving).
bool held_back(const SafetyState& state, std::string_view dialog);

// Lowers the rank by elapsed time: from 2 and above to 1 after 24 hours, to 0 after 7 days.
void decay(SafetyState& state, Instant now);

// What an answer to an open safety question means for the level (docs/script-reference.md, 2).
void apply_meaning(SafetyState& state, Meaning meaning, bool short_answer, Instant at);

}  // namespace befriend
