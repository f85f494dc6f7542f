// SPDX-License-Identifier: Apache-2.0
//
// ICU MessageFormat for the few texts that need plural or select. Plain texts never come here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace befriend {

// Formats an English ICU message whose arguments are named a0, a1 ...; a value that is a whole
// number is passed as one, so that plural works. Nothing when ICU refuses it (the compiler has
// checked the syntax, so that would be a bug of ours, and the caller has a fallback).
std::optional<std::string> format_message(std::string_view source,
                                          const std::vector<std::string>& values);

}  // namespace befriend
