// SPDX-License-Identifier: Apache-2.0
//
// A conversation with the shipped pack on a clock of its own, for tests that read like one.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/session.hpp"
#include "engine/step.hpp"

namespace befriend::test {

// The pack built into the binary; compiled once for all tests.
const Pack& shipped_pack();
std::shared_ptr<const Pack> shared_pack();  // the same

class Talk {
public:
    explicit Talk(std::uint64_t seed = 1);

    // Each returns the bubbles of the turn.
    std::vector<std::string> start();
    std::vector<std::string> say(std::string_view text);
    std::vector<std::string> burst(std::vector<std::string> parts);
    std::vector<std::string> edit(std::string_view text);
    std::vector<std::string> from(std::string_view person, std::string_view text);
    std::vector<std::string> at(Instant when, std::string_view text);
    // Lets time pass; what comes due is collected.
    std::vector<std::string> wait(std::chrono::seconds seconds);
    // Goes to a step of a dialog as if the talk had led there.
    void go_to(std::string_view dialog, std::string_view step = {});

    bool ended() const;  // the last turn closed the conversation
    bool asked() const;  // the last turn has a question mark
    bool showed_help()
        const;  // the last turn has a helpline or emergency number, or the direct question
    const std::string& at_step() const { return turn_.trace.at; }
    int rank() const { return session.safety.rank; }

    Session session;
    Instant now{std::chrono::hours(24 * 20000) + std::chrono::hours(12)};
    bool plain = false;

private:
    std::vector<std::string> run(Incoming incoming);
    Turn turn_;
    int event_ = 0;
};

}  // namespace befriend::test
