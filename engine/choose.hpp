// SPDX-License-Identifier: Apache-2.0
//
// Decides what a message does, and nothing else: which rule of the pack answers it. The order is
// fixed (docs/architecture.md): globals that nothing shadows, the waiting step's answers and heard
// entries, the other globals, interrupts, the dialogs' starts at home, `fills`, `otherwise`.
// The safety gate has been asked before this is called.
#pragma once

#include "engine/globals.hpp"
#include "engine/moment.hpp"

namespace befriend {

struct Choice {
    enum class Kind : std::uint8_t { global, hear, interrupt, start, nothing };
    Kind kind = Kind::nothing;
    const Global* global = nullptr;
    const Hear* hear = nullptr;
    std::int16_t interrupt = -1;       // index into the dialog's interrupts
    DialogId dialog = DialogId::none;  // start; practice or page of a global
};

// `step` is the waiting step of the top frame; null for none (a closed or lost place).
Choice choose(const Moment& moment, const Step* step);

// True when the message answers what was asked and its words may fill a slot: it is not a doubt,
// a question, gibberish or a control.
bool is_answer(const Moment& moment, Expects expects);

}  // namespace befriend
