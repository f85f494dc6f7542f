// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a file that an author wrote, where, and what to do about it. Loaders collect
// diagnostics beside their value and never stop at the first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/codes.hpp"
#include "engine/base/source.hpp"

namespace befriend {

enum class Severity : std::uint8_t { error, warning, note };

struct Diagnostic {
    std::string code;  // "BF0101"
    Severity severity = Severity::error;
    std::string file;
    std::uint32_t line = 1;
    std::uint32_t col = 1;
    std::uint32_t width = 1;  // characters to underline
    std::string message;
    std::string hint;

    friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

using Diagnostics = std::vector<Diagnostic>;

// "error", "warning" or "note"
std::string_view severity_name(Severity severity);

Diagnostic make_diagnostic(const Code& code, std::string_view file, Position at,
                           std::string message, std::string hint = {},
                           Severity severity = Severity::error);

bool has_errors(const Diagnostics& diagnostics);

// file:line:col: error[BF0101]: text, then the source line, a caret and the hint. Control
// characters of the source line are shown as spaces. Ends with a newline.
std::string render(const Diagnostic& diagnostic, const Source& source);

// Without the source line.
std::string render(const Diagnostic& diagnostic);

// The candidate most like `word`, for "did you mean"; empty when none is close.
std::string closest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace befriend
