// SPDX-License-Identifier: Apache-2.0
//
// One turn of the conversation, the heart of befriend.
#pragma once

#include <string>
#include <vector>

#include "engine/effect.hpp"
#include "engine/incoming.hpp"
#include "engine/pack.hpp"
#include "engine/session.hpp"
#include "engine/trace.hpp"

namespace befriend {

struct Turn {
    Session session;
    std::vector<Effect> effects;
    Trace trace;
};

// Answers one incoming event. Pure and total: reads no clock, disk, network or global, never
// throws, never fails; equal arguments give equal results on every platform. What could not be
// said as written becomes a kind fallback line and a problem in the trace.
Turn step(const Pack& pack, Session session, const Incoming& incoming);

// For authors: begins a conversation at a step, past the welcome, as if every consent had been
// given. `incoming` is a start.
Turn step_at(const Pack& pack, Session session, const Incoming& incoming, DialogId dialog,
             StepId at);

// The effects of the conversation's deadline, when it is due at or before `now`. Hosts call it by
// making an Incoming of kind timer or silence; see deadline_incoming().
Incoming deadline_incoming(const Session& session);

}  // namespace befriend
