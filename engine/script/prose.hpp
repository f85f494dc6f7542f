// SPDX-License-Identifier: Apache-2.0
//
// What every bubble keeps to: short, one question, no phrase that hurts.
#pragma once

#include "engine/script/message.hpp"
#include "engine/script/model.hpp"
#include "engine/script/node.hpp"

namespace befriend {

// More words than these are not read by somebody who hurts (CONTENT: voice).
inline constexpr std::size_t most_words = 45;
inline constexpr std::size_t most_words_safety = 60;

// A page or picture may be longer than a bubble.
void check_prose(const ScriptNode& node, const Message& message, DialogKind kind, bool bubble,
                 Report& report);

}  // namespace befriend
