// SPDX-License-Identifier: Apache-2.0
//
// The one way to write dialog, intent and helpline files. Values, comments and the order of what
// has an order stay as they are; keys come in the order of the schema, prose stands in double
// quotes, a mapping or list in brackets that is wider than the page becomes lines of its own.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/diagnostic.hpp"
#include "engine/base/result.hpp"

namespace befriend {

// Characters; wide enough for a pattern with its weight and family, narrow enough to review.
inline constexpr std::size_t fmt_width = 120;

struct Formatted {
    std::string text;
};

// The text as it should be written. An Error, with what is wrong appended to `diagnostics` where a
// place is known: not YAML as befriend reads it, of no known kind, or (never seen, always checked)
// a text that would not mean the same.
Result<Formatted> format_yaml(std::string_view name, std::string_view text,
                              Diagnostics& diagnostics);

// The same for a conversation.
Result<Formatted> format_chat(std::string_view name, std::string_view text);

}  // namespace befriend
