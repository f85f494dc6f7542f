// SPDX-License-Identifier: Apache-2.0
//
// What the service counts, and the text that Prometheus reads. Only the io thread touches it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

namespace befriend {

struct Metrics {
    // Upper bounds in seconds; the last bucket has none.
    static constexpr std::array<double, 9> bounds{0.001, 0.0025, 0.005, 0.01, 0.025,
                                                  0.05,  0.1,    0.5,   2.5};

    std::uint64_t events = 0;      // taken by a turn
    std::uint64_t duplicates = 0;  // came again and were refused
    std::uint64_t turns = 0;
    std::uint64_t wakes = 0;  // turns of deadlines, among the turns
    std::uint64_t delivered = 0;
    std::uint64_t retries = 0;
    std::uint64_t refused = 0;
    std::uint64_t redelivered = 0;  // were in the outbox at the start
    std::uint64_t store_errors = 0;
    std::uint64_t reloads = 0;
    std::uint64_t reloads_refused = 0;
    std::array<std::uint64_t, bounds.size() + 1> turn_buckets{};
    double turn_seconds = 0;

    // As they are now.
    std::uint64_t waiting = 0;        // events whose turn has not begun
    std::uint64_t undelivered = 0;    // deliveries
    std::uint64_t deadlines = 0;      // conversations that want to be woken
    std::uint64_t conversations = 0;  // with something under way
    std::uint64_t transports = 0;     // that run
    bool stopping = false;
    bool store_works = true;

    void turn_took(std::chrono::nanoseconds time);
};

// Prometheus' text format, version 0.0.4.
std::string prometheus_text(const Metrics& metrics);

}  // namespace befriend
