// SPDX-License-Identifier: Apache-2.0
#include "adapters/terminal/signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace befriend::terminal {
namespace {

constexpr std::array<int, 5> watched{SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT};
std::array<int, 2> pipe_ends{-1, -1};
std::array<struct sigaction, watched.size()> before{};

// A handler may only do what is safe at any instant: one write.
void on_signal(int number) {
    const int saved = errno;
    const char byte = static_cast<char>(number);
    [[maybe_unused]] const auto written = write(pipe_ends[1], &byte, 1);
    errno = saved;
}

}  // namespace

Signals::Signals() {
    if (pipe2(pipe_ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) {
        return;
    }
    struct sigaction action{};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < watched.size(); ++i) {
        sigaction(watched[i], &action, &before[i]);
    }
}

Signals::~Signals() {
    for (std::size_t i = 0; i < watched.size(); ++i) {
        sigaction(watched[i], &before[i], nullptr);
    }
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    pipe_ends = {-1, -1};
}

int Signals::descriptor() const { return pipe_ends[0]; }

Signals::Came Signals::take() {
    Came came;
    char byte = 0;
    while (read(pipe_ends[0], &byte, 1) == 1) {
        if (byte == SIGWINCH) {
            came.resize = true;
        } else if (byte == SIGCONT) {
            came.continued = true;
        } else {
            came.leave = true;
        }
    }
    return came;
}

}  // namespace befriend::terminal
