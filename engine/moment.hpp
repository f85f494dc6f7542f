// SPDX-License-Identifier: Apache-2.0
//
// What texts and conditions may see while one turn is made: the pack, the session as it is at
// that point of the turn, and what this message gave. Lives for one call of step().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/incoming.hpp"
#include "engine/pack.hpp"
#include "engine/session.hpp"
#include "intents/understanding.hpp"

namespace befriend {

struct Moment {
    const Pack& pack;
    const Incoming& incoming;
    Session& session;
    const Understanding* heard = nullptr;  // null for start, timer and silence
    bool safety_text = false;              // crisis words in the message: nothing of it is echoed
    std::optional<std::string> clause;     // as typed; see best_clause()
    std::string_view feeling;              // named_feeling() of the message
    std::uint32_t word_count = 0;

    // The dialog on top of the stack; never called on an empty stack.
    Frame& frame() const { return session.stack.back(); }
};

// True when this message carries the label, as a reading that counts.
bool carries(const Understanding& heard, IntentId intent);
// The same by name; false when the pack has no such intent or nothing was heard.
bool carries(const Moment& moment, std::string_view intent);

// The feeling that the person named in this message, as befriend says it; empty when it was only
// read between the lines.
std::string_view named_feeling(const Understanding& heard);

// Value of a slot, "" when unknown. Dialog slots are read from the top frame.
std::string_view slot_value(const Moment& moment, SlotId slot);
void set_slot(Moment& moment, SlotId slot, std::string value);

// Evaluates a condition; `none` holds.
bool holds(const Moment& moment, ConditionId condition);

// Carries out `set:` in order.
void assign(Moment& moment, const std::vector<Assignment>& assignments);

// Fills in the text, or nothing when one of its values is unknown or not safe to say back.
std::optional<std::string> render(const Moment& moment, const Text& text);

// True when the text says back something of this message or of a slot.
bool echoes(const Text& text);

// Chooses among the variations that hold and can be filled: one not in the ring of recent lines
// if there is one, else the one said longest ago. Nothing when none is left (`once`, conditions).
struct Chosen {
    std::string text;
    std::size_t variation = 0;
    std::uint32_t hash = 0;
    SourceRef from;
    bool resource = false;  // shows a helpline or emergency number
    bool asks = false;      // ends on a question mark
};
std::optional<Chosen> choose_variation(Moment& moment, LineId line);

}  // namespace befriend
