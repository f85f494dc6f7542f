// SPDX-License-Identifier: Apache-2.0
//
// Reads what befriend may say: ICU MessageFormat with our filters ({x|reflect}). Knows nothing of
// slots: names are resolved by the dialog compiler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/script/faults.hpp"
#include "engine/script/model.hpp"

namespace befriend {

struct MessageProblem {
    Fault fault = Fault::message_syntax;
    std::size_t offset = 0;  // bytes into the text
    std::string message;
    std::string hint;
};

struct MessageArg {
    std::string name;
    std::string filter;
    std::size_t offset = 0;
    bool number = false;  // plural: must be a number
    bool select = false;
};

struct Message {
    std::string source;               // trimmed
    std::vector<std::string> pieces;  // empty when `icu` is used
    std::vector<MessageArg> args;
    std::string icu;     // with plural or select; args[i] is "a<i>" there
    std::string sample;  // as it might look: values are "x", the longest branch of each plural
};

// `problems` gets what is wrong; the result is then still usable for further checks.
Message parse_message(std::string_view text, std::vector<MessageProblem>& problems);

// Sentences that end on a question mark; "??" is one, and neither an afterthought ("Or later?")
// nor a question inside curly quotes counts.
std::size_t count_questions(std::string_view sample);

}  // namespace befriend
