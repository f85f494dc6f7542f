// SPDX-License-Identifier: Apache-2.0
//
// Reads a condition ("known(kind_words) and not night") into postfix order and checks that its two
// sides can be compared. docs/script-reference.md, section 5.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/script/faults.hpp"
#include "engine/script/model.hpp"

namespace befriend {

// What the names in one dialog stand for; `none` for an unknown name.
struct Names {
    const std::vector<Slot>* slots = nullptr;
    std::function<SlotId(std::string_view)> slot;
    std::function<DialogId(std::string_view)> dialog;
    std::function<IntentId(std::string_view)> intent;
    std::vector<std::string> slot_names;  // for "did you mean"
    const std::vector<std::string>* dialog_names = nullptr;
    const std::vector<std::string>* intent_names = nullptr;
};

struct ConditionProblem {
    Fault fault = Fault::condition_syntax;
    std::size_t offset = 0;
    std::size_t length = 1;
    std::string message;
    std::string hint;
};

// Stops at the first problem of this condition; the result is then empty.
Condition parse_condition(std::string_view text, const Names& names,
                          std::vector<ConditionProblem>& problems);

// Names that conditions know without a slot; no slot may be called so.
bool is_condition_variable(std::string_view name);

}  // namespace befriend
