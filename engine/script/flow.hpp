// SPDX-License-Identifier: Apache-2.0
//
// What can only be seen in the whole graph of dialogs: loops that never wait, steps that nothing
// leads to, calls too deep, and the promises of the crisis dialogs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/script/dialog_compiler.hpp"

namespace befriend {

// Calls at most so deep; more is a maze for the person.
inline constexpr int deepest_call = 4;

void check_flow(const Pack& pack, ScriptPlaces& places);

// Dialogs that the engine enters by id (docs/script-reference.md, 6 and 7).
std::vector<std::string_view> engine_dialogs();

}  // namespace befriend
