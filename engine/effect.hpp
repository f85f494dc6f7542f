// SPDX-License-Identifier: Apache-2.0
//
// What befriend can do in answer to a message. An adapter visits the variant and the compiler
// refuses a missing case. Effects are stored with the session before any of them is delivered.
#pragma once

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "engine/script/model.hpp"

namespace befriend {

// One bubble. `line` is where it comes from in the pack's files.
struct Say {
    std::string text;
    Tone tone = Tone::warm;
    SourceRef from;
    bool safety = false;  // said by the safety flow: never dropped when new text overtakes a reply
    bool resource = false;  // shows a helpline or an emergency number
    bool asks = false;      // ends on a question
};

struct OfferChoice {
    std::string id;
    std::string label;
};
// Choices for the question just said; answerable by tap, number, id or words.
struct Offer {
    std::vector<OfferChoice> choices;
};

// Leave this much silence before the next bubble (paced practices).
struct Pause {
    std::chrono::seconds lasts{0};
};

struct Remember {
    std::string slot;
    Keep keep = Keep::person;
};

struct Forget {
    ForgetScope scope = ForgetScope::nothing;
};

// Wake this conversation after so long with an Incoming of kind timer or silence. Replaces the
// deadline before it; any message cancels it.
struct Schedule {
    std::chrono::seconds in{0};
    std::string kind;  // "pace" | "silence"
};

struct ShowPage {
    Show what = Show::resources;
    std::string text;
};

struct End {
    std::string reason;  // "stop" | "goodbye"
};

using Effect = std::variant<Say, Offer, Pause, Remember, Forget, Schedule, ShowPage, End>;

}  // namespace befriend
