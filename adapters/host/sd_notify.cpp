// SPDX-License-Identifier: Apache-2.0
#include "adapters/host/sd_notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

namespace befriend {

void sd_notify(std::string_view state) {
    const char* path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    if (path == nullptr || (*path != '/' && *path != '@') ||
        std::strlen(path) >= sizeof address.sun_path) {
        return;
    }
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) {
        return;
    }
    address.sun_family = AF_UNIX;
    const std::size_t length = std::strlen(path);
    std::memcpy(address.sun_path, path, length);
    if (*path == '@') {
        address.sun_path[0] = '\0';  // an abstract name
    }
    (void)::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL,
                   reinterpret_cast<const sockaddr*>(&address),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
    ::close(socket);
}

std::optional<std::chrono::microseconds> sd_watchdog_interval() {
    const char* allowed = std::getenv("WATCHDOG_USEC");
    const char* process = std::getenv("WATCHDOG_PID");
    if (allowed == nullptr || (process != nullptr && std::to_string(::getpid()) != process)) {
        return std::nullopt;
    }
    const long long microseconds = std::strtoll(allowed, nullptr, 10);
    if (microseconds <= 0) {
        return std::nullopt;
    }
    return std::chrono::microseconds{microseconds / 2};
}

}  // namespace befriend
