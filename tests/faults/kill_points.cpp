// SPDX-License-Identifier: Apache-2.0
//
// The test binary befriend_killable: dies with SIGKILL at the place that the environment names.
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>

#include "adapters/host/kill_point.hpp"

namespace befriend {

void kill_point(const char* name) {
    static std::mutex mutex;
    static int calls = 0;
    const char* wanted = std::getenv("BEFRIEND_KILL_AT");  // "after_commit:3"
    if (wanted == nullptr) return;
    const std::string_view text(wanted);
    const std::size_t colon = text.find(':');
    if (text.substr(0, colon) != name) return;
    const std::scoped_lock lock(mutex);
    if (++calls == std::atoi(wanted + colon + 1)) std::raise(SIGKILL);
}

}  // namespace befriend
