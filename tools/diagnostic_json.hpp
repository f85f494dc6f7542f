// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics as the JSON that other programs rely on.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "engine/base/diagnostic.hpp"

namespace befriend {

// {"diagnostics": [{"code", "severity", "file", "line", "col", "message", "hint"}]}
nlohmann::json diagnostics_json(const Diagnostics& diagnostics);

}  // namespace befriend
