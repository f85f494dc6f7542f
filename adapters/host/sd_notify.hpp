// SPDX-License-Identifier: Apache-2.0
//
// Tells systemd how the service is: READY=1, STOPPING=1, RELOADING=1, WATCHDOG=1, STATUS=text.
// Without systemd it does nothing.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace befriend {

void sd_notify(std::string_view state);

// How often WATCHDOG=1 is to be sent (half of what systemd allows); nullopt: it does not watch.
std::optional<std::chrono::microseconds> sd_watchdog_interval();

}  // namespace befriend
