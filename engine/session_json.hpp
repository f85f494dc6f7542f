// SPDX-License-Identifier: Apache-2.0
//
// Session <-> JSON, the form in which it is stored. One migration function a version; a file of a
// newer version is refused, never guessed at. docs/session-format.md shows an example.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/session.hpp"

namespace befriend {

std::string to_json(const Session& session);
Result<Session> session_from_json(std::string_view text);

}  // namespace befriend
