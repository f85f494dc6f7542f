// SPDX-License-Identifier: Apache-2.0
//
// Effects as JSON: the shape that `befriend chat --jsonl` prints, and the same with the flags that
// delivery needs for the outbox.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "engine/effect.hpp"

namespace befriend {

// {"say":..., "tone":...}, {"offer":[...]}, {"pause_s":n}, ... Malformed text becomes U+FFFD.
nlohmann::json to_json(const Effect& effect);

// For the outbox: one line of JSON that effect_from_stored() reads back, but for `Say::from`.
std::string to_stored(const Effect& effect);
std::optional<Effect> effect_from_stored(std::string_view stored);

std::string_view tone_name(Tone tone);
std::string_view forget_name(ForgetScope scope);

}  // namespace befriend
