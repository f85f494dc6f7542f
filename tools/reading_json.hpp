// SPDX-License-Identifier: Apache-2.0
//
// Readings and safety verdicts as the JSON that other programs rely on.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "engine/safety/gate.hpp"
#include "intents/matcher.hpp"

namespace befriend {

// `text` is what the evidence points into; slots come out as its words.
nlohmann::json reading_json(const Matcher& matcher, const Reading& reading, std::string_view text);
// null when there is nothing to tell.
std::string_view to_text(Whom whom);
std::string_view to_text(Time time);
std::string_view to_text(Polarity polarity);
nlohmann::json safety_json(const SafetyVerdict& verdict);

}  // namespace befriend
