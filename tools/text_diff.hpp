// SPDX-License-Identifier: Apache-2.0
//
// What changed between two texts, line by line, as people read it in reviews.
#pragma once

#include <string>
#include <string_view>

namespace befriend {

// A unified diff with two lines around each change; empty when the texts are equal. Texts of more
// than some thousand lines are compared from their first difference on.
std::string unified_diff(std::string_view name, std::string_view before, std::string_view after);

}  // namespace befriend
