// SPDX-License-Identifier: Apache-2.0
//
// Small distinct types for the places of a pack, so that a step cannot be mistaken for a line.
// Each is an index into the vector of the same name in Pack; `none` means "there is none".
#pragma once

#include <cstddef>
#include <cstdint>

namespace befriend {

enum class DialogId : std::uint16_t { none = 0xFFFF };
enum class StepId : std::uint16_t { none = 0xFFFF };
enum class LineId : std::uint16_t { none = 0xFFFF };
enum class SlotId : std::uint16_t { none = 0xFFFF };
enum class ConditionId : std::uint16_t { none = 0xFFFF };

template <class Id>
constexpr std::size_t index(Id id) {
    return static_cast<std::size_t>(id);
}

}  // namespace befriend
