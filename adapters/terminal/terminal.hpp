// SPDX-License-Identifier: Apache-2.0
//
// One conversation in a terminal, or read from a pipe. Works in raw keys where somebody sits in
// front of it and in whole lines otherwise; says one kind line on Ctrl-C; hides on request.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "adapters/host/host.hpp"

namespace befriend::terminal {

struct Settings {
    bool plain = false;  // no colour, no drawing, no timing
    bool colour = true;
    bool typing_pause = true;
    bool trace = false;  // print why after every answer
    bool keeps = true;   // false: nothing is stored (--private, or no store could be opened)
    std::string conversation = "terminal";
    std::string save_folder;      // where /save and /export write without a file name
    std::optional<Beginning> at;  // begin here instead of with a welcome
    std::string first_note;  // said before the conversation: why nothing is saved, for instance
};

// Runs until the person leaves. Returns the exit code: 0 also for Ctrl-C and Ctrl-D.
int run(Host& host, std::shared_ptr<const Pack> pack, const Settings& settings);

}  // namespace befriend::terminal
