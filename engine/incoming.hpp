// SPDX-License-Identifier: Apache-2.0
//
// What arrived. Time, place and language come in from outside, so that the same session and the
// same Incoming give the same Turn on every machine.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace befriend {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

struct Incoming {
    enum class Kind : std::uint8_t {
        start,
        message,
        edit,
        redaction,
        reaction,
        button,
        timer,
        silence
    };
    Kind kind = Kind::message;
    std::string conversation;
    std::string person;              // who wrote; a safety answer counts only from the person asked
    std::string event_id;            // unique in the conversation; the host refuses one it has seen
    std::vector<std::string> parts;  // a burst is several; any bytes are welcome
    std::string button;              // option id
    Instant at{};                    // when it was written
    std::optional<std::chrono::minutes>
        utc_offset;  // known only from the terminal or told by the person
    bool shared_room = false;
    bool plain = false;  // screen reader or pipe: no timed steps
};

}  // namespace befriend
