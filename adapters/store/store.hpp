// SPDX-License-Identifier: Apache-2.0
//
// Where conversations are kept. One transaction a turn: the event's id, the session after the turn
// and what is to be delivered are stored together or not at all, so a crash at any moment loses
// and repeats nothing. The texts stored here are opaque to the store.
//
// Any thread may call any method.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/incoming.hpp"

namespace befriend {

// A session as stored. `version` counts its turns; a commit names the version it started from.
struct StoredSession {
    std::string state;
    std::uint64_t version = 0;
};

// Something to deliver. `seq` orders the items of a conversation; `id` is the same for every
// attempt, so that a transport can drop a repetition.
struct OutboxItem {
    std::uint64_t seq = 0;
    std::string id;
    std::string payload;
};

struct TurnRecord {
    std::string conversation;
    std::string event_id;
    std::vector<std::string> also;  // the other events of a gathered burst
    Instant at{};
    std::uint64_t from_version = 0;  // 0: the conversation is new
    std::string state;
    std::optional<Instant> deadline;  // when the conversation wants to be woken
    std::vector<OutboxItem> outbox;
    // The person asked to be forgotten: everything stored before goes, but for the ids of answered
    // events, which hold no words; the version goes on, so that no delivery's id comes twice.
    bool erase = false;
};

// A conversation with something still to do.
struct Waiting {
    std::string conversation;
    bool undelivered = false;
    std::optional<Instant> deadline;
};

enum class Committed : std::uint8_t {
    done,
    duplicate,  // one of the events was answered before: nothing was changed
    conflict,   // another program answered in between: load again and repeat the turn
};

class Store {
public:
    virtual ~Store() = default;

    virtual Result<std::optional<StoredSession>> load(const std::string& conversation) = 0;
    virtual Result<Committed> commit_turn(const TurnRecord& turn) = 0;
    // What was committed and not yet confirmed, in order.
    virtual Result<std::vector<OutboxItem>> pending(const std::string& conversation) = 0;
    // Confirms delivery of every item up to and including `seq`; their text is erased.
    virtual Result<void> delivered(const std::string& conversation, std::uint64_t seq) = 0;
    // Erases everything about the conversation, also from the file's free space.
    virtual Result<void> forget(const std::string& conversation) = 0;
    // Every conversation with undelivered items or a deadline, for the start of a program.
    virtual Result<std::vector<Waiting>> waiting() = 0;
    // Small texts that belong to no conversation; "" when never set.
    virtual Result<std::string> note(const std::string& key) = 0;
    virtual Result<void> set_note(const std::string& key, const std::string& value) = 0;
};

// An event id is remembered for so long: longer than any transport repeats a delivery.
inline constexpr std::chrono::hours event_memory{24 * 7};

}  // namespace befriend
