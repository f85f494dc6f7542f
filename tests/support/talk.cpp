// SPDX-License-Identifier: Apache-2.0
#include "tests/support/talk.hpp"

#include <doctest/doctest.h>

#include "tools/pack_source.hpp"

namespace befriend::test {

std::shared_ptr<const Pack> shared_pack() {
    static const std::shared_ptr<const Pack> pack = [] {
        Diagnostics diagnostics;
        PackOptions options;
        options.cache = false;
        return load_pack(options, diagnostics);
    }();
    return pack;
}

const Pack& shipped_pack() { return *shared_pack(); }

Talk::Talk(std::uint64_t seed) { session.seed = seed; }

std::vector<std::string> Talk::run(Incoming incoming) {
    incoming.conversation = "talk";
    if (incoming.person.empty()) incoming.person = "anna";
    incoming.event_id = "e" + std::to_string(event_++);
    if (incoming.at == Instant{}) incoming.at = now;
    incoming.plain = plain;
    turn_ = step(shipped_pack(), session, incoming);
    session = turn_.session;
    std::vector<std::string> bubbles;
    for (const Effect& effect : turn_.effects)
        if (const Say* say = std::get_if<Say>(&effect)) bubbles.push_back(say->text);
    return bubbles;
}

std::vector<std::string> Talk::start() {
    Incoming incoming;
    incoming.kind = Incoming::Kind::start;
    return run(std::move(incoming));
}

std::vector<std::string> Talk::say(std::string_view text) { return burst({std::string(text)}); }

std::vector<std::string> Talk::burst(std::vector<std::string> parts) {
    now += std::chrono::seconds(20);
    Incoming incoming;
    incoming.parts = std::move(parts);
    return run(std::move(incoming));
}

std::vector<std::string> Talk::edit(std::string_view text) {
    now += std::chrono::seconds(20);
    Incoming incoming;
    incoming.kind = Incoming::Kind::edit;
    incoming.parts = {std::string(text)};
    return run(std::move(incoming));
}

std::vector<std::string> Talk::from(std::string_view person, std::string_view text) {
    now += std::chrono::seconds(20);
    Incoming incoming;
    incoming.person = std::string(person);
    incoming.parts = {std::string(text)};
    return run(std::move(incoming));
}

std::vector<std::string> Talk::at(Instant when, std::string_view text) {
    Incoming incoming;
    incoming.at = when;
    incoming.parts = {std::string(text)};
    return run(std::move(incoming));
}

std::vector<std::string> Talk::wait(std::chrono::seconds seconds) {
    const Instant until = now + seconds;
    std::vector<std::string> bubbles;
    for (int guard = 0; guard < 1000 && session.deadline && session.deadline->at <= until;
         ++guard) {
        now = session.deadline->at;
        for (std::string& bubble : run(deadline_incoming(session)))
            bubbles.push_back(std::move(bubble));
    }
    now = until;
    return bubbles;
}

void Talk::go_to(std::string_view dialog, std::string_view step_name) {
    session.open = true;
    session.welcomed = true;
    session.stack.clear();
    Frame home;
    home.dialog = "home";
    home.step = "listen";
    session.stack.push_back(home);
    const DialogId id = shipped_pack().find_dialog(dialog);
    REQUIRE(id != DialogId::none);
    Frame frame;
    frame.dialog = std::string(dialog);
    frame.step = step_name.empty() ? shipped_pack().step(shipped_pack().dialog(id).first).name
                                   : std::string(step_name);
    frame.wait_on = true;
    if (dialog != "home") session.stack.push_back(frame);
}

bool Talk::ended() const {
    for (const Effect& effect : turn_.effects)
        if (std::holds_alternative<End>(effect)) return true;
    return false;
}

bool Talk::asked() const {
    for (const Effect& effect : turn_.effects)
        if (const Say* say = std::get_if<Say>(&effect);
            say != nullptr && say->text.find('?') != std::string::npos)
            return true;
    return false;
}

bool Talk::showed_help() const {
    for (const Effect& effect : turn_.effects)
        if (const Say* say = std::get_if<Say>(&effect);
            say != nullptr && say->safety && (say->resource || say->asks))
            return true;
    return false;
}

}  // namespace befriend::test
