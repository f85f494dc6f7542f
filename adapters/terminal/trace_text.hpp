// SPDX-License-Identifier: Apache-2.0
//
// Why this reply, as text for a person: what was heard, which rule won, where it is written.
#pragma once

#include <string>

#include "engine/pack.hpp"
#include "engine/session.hpp"
#include "engine/trace.hpp"

namespace befriend {

std::string trace_text(const Pack& pack, const Trace& trace);
// Where the conversation is and what is remembered of it.
std::string state_text(const Session& session);

}  // namespace befriend
