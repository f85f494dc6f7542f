// SPDX-License-Identifier: Apache-2.0
//
// Short replies are read against what was asked: "no" to "do you want to die?" and "no" to "are
// you safe?" are different answers, and "six and a half" answers only a scale.
#pragma once

#include <optional>

#include "intents/matcher.hpp"
#include "intents/understanding.hpp"

namespace befriend {

// Nothing when nothing was asked, or when the message does not answer it. For a crisis question the
// readings of `u` gain what the answer means (LABELS.md section 5).
std::optional<Answer> read_answer(const Matcher& matcher, Understanding& u, const Context& context);

}  // namespace befriend
