// SPDX-License-Identifier: Apache-2.0
//
// What the transport knows of rooms and of recent events. Rooms are kept across restarts in the
// host's notes; recent events are kept in memory only, up to a bound.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "adapters/host/transport.hpp"
#include "engine/effect.hpp"

namespace befriend::matrix {

struct Room {
    int joined = 0;   // members, with us; 0: not counted yet
    int invited = 0;  // may read what is said once they join
    bool encrypted = false;
    bool known = false;     // we were in it before this answer of /sync
    std::string successor;  // the room that replaced it
    // Threads in which we talk with somebody: (root, person), newest last.
    std::vector<std::pair<std::string, std::string>> threads;

    // Two people, one of them us: nobody else reads along.
    bool is_direct() const { return joined > 0 && joined + invited <= 2; }
    bool talks_in(std::string_view thread, std::string_view person) const;

    friend bool operator==(const Room&, const Room&) = default;
};

std::string to_note(const Room& room);
Room room_from_note(std::string_view note);

class Rooms {
public:
    explicit Rooms(Inbox& inbox) : inbox_(inbox) {}

    // The room as it is known; a new one is `known == false`. Stays in its place.
    Room& at(const std::string& id);
    Result<void> save(const std::string& id);
    Result<void> forget(const std::string& id);

    // The room in which this person last wrote to us alone; empty when there is none.
    std::string direct(const std::string& person);
    Result<void> set_direct(const std::string& person, const std::string& room);

private:
    Inbox& inbox_;
    std::map<std::string, Room> rooms_;
    std::map<std::string, std::string> direct_;
};

// The conversation a message belongs to. One person alone with us has one conversation, whatever
// the room, which an upgrade of the room survives; in a group and in a thread each person has one
// of their own (person x place).
struct Address {
    std::string person;
    std::string room;    // empty: the direct chat
    std::string thread;  // the root; empty: the main timeline

    friend bool operator==(const Address&, const Address&) = default;
};
std::string conversation_of(const Address& address);
std::optional<Address> address_of(std::string_view conversation);

// An event that a later one may point at.
struct Recent {
    std::string conversation;
    std::string sender;
    // Of our own ones:
    bool asks = false;
    bool safety = false;  // a reaction never answers a question of safety
    std::vector<OfferChoice> choices;
};

class RecentEvents {
public:
    explicit RecentEvents(std::size_t most) : most_(most) {}
    void add(const std::string& id, Recent recent);
    // nullptr when it is not known, or no longer. Valid until the next add().
    const Recent* find(const std::string& id) const;

private:
    std::size_t most_;
    std::unordered_map<std::string, Recent> events_;
    std::deque<std::string> order_;
};

// What a reaction to our question means: the id of an option (`is_option`), or "yes" or "no".
// nullopt: nothing.
struct QuickAnswer {
    bool is_option = false;
    std::string text;

    friend bool operator==(const QuickAnswer&, const QuickAnswer&) = default;
};
std::optional<QuickAnswer> quick_answer(std::string_view emoji, const Recent& question);

// "!stop" and the like as the words that mean it; other text as it is.
std::string without_command(std::string_view text);

}  // namespace befriend::matrix
