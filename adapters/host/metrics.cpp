// SPDX-License-Identifier: Apache-2.0
#include "adapters/host/metrics.hpp"

#include <cstdio>
#include <string_view>

namespace befriend {
namespace {

void add(std::string& text, std::string_view name, std::string_view type, std::string_view help,
         std::uint64_t value) {
    text += "# HELP " + std::string(name) + " " + std::string(help) + "\n# TYPE " +
            std::string(name) + " " + std::string(type) + "\n" + std::string(name) + " " +
            std::to_string(value) + "\n";
}

std::string number(double value) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.9g", value);
    return digits;
}

}  // namespace

void Metrics::turn_took(std::chrono::nanoseconds time) {
    const double seconds = std::chrono::duration<double>(time).count();
    std::size_t bucket = 0;
    while (bucket < bounds.size() && seconds > bounds[bucket]) {
        ++bucket;
    }
    ++turn_buckets[bucket];
    turn_seconds += seconds;
}

std::string prometheus_text(const Metrics& m) {
    std::string text;
    add(text, "befriend_events_total", "counter", "Events taken by a turn.", m.events);
    add(text, "befriend_duplicates_total", "counter", "Events that came again.", m.duplicates);
    add(text, "befriend_turns_total", "counter", "Turns taken and stored.", m.turns);
    add(text, "befriend_wakes_total", "counter", "Turns of deadlines.", m.wakes);
    add(text, "befriend_delivered_total", "counter", "Deliveries confirmed.", m.delivered);
    add(text, "befriend_delivery_retries_total", "counter", "Deliveries put off.", m.retries);
    add(text, "befriend_delivery_refused_total", "counter", "Deliveries given up.", m.refused);
    add(text, "befriend_redelivered_total", "counter", "Deliveries left from before the start.",
        m.redelivered);
    add(text, "befriend_store_errors_total", "counter", "Turns the store refused.", m.store_errors);
    add(text, "befriend_reloads_total", "counter", "Packs taken into use.", m.reloads);
    add(text, "befriend_reloads_refused_total", "counter", "Packs refused for mistakes.",
        m.reloads_refused);
    add(text, "befriend_waiting_events", "gauge", "Events whose turn has not begun.", m.waiting);
    add(text, "befriend_undelivered", "gauge", "Deliveries on their way.", m.undelivered);
    add(text, "befriend_deadlines", "gauge", "Conversations to be woken.", m.deadlines);
    add(text, "befriend_conversations_active", "gauge", "Conversations with work under way.",
        m.conversations);
    add(text, "befriend_transports", "gauge", "Transports that run.", m.transports);
    text +=
        "# HELP befriend_turn_seconds Time of a turn, with its storing.\n"
        "# TYPE befriend_turn_seconds histogram\n";
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < m.turn_buckets.size(); ++i) {
        sum += m.turn_buckets[i];
        const std::string bound = i < Metrics::bounds.size() ? number(Metrics::bounds[i]) : "+Inf";
        text += "befriend_turn_seconds_bucket{le=\"" + bound + "\"} " + std::to_string(sum) + "\n";
    }
    text += "befriend_turn_seconds_sum " + number(m.turn_seconds) + "\n";
    text += "befriend_turn_seconds_count " + std::to_string(sum) + "\n";
    return text;
}

}  // namespace befriend
