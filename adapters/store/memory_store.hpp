// SPDX-License-Identifier: Apache-2.0
//
// A store that ends with the program: for --private, for tests and for machine use.
#pragma once

#include <map>
#include <mutex>
#include <set>

#include "adapters/store/store.hpp"

namespace befriend {

class MemoryStore : public Store {
public:
    Result<std::optional<StoredSession>> load(const std::string& conversation) override;
    Result<Committed> commit_turn(const TurnRecord& turn) override;
    Result<std::vector<OutboxItem>> pending(const std::string& conversation) override;
    Result<void> delivered(const std::string& conversation, std::uint64_t seq) override;
    Result<void> forget(const std::string& conversation) override;
    Result<std::vector<Waiting>> waiting() override;
    Result<std::string> note(const std::string& key) override;
    Result<void> set_note(const std::string& key, const std::string& value) override;

private:
    struct Kept {
        StoredSession session;
        std::map<std::string, Instant> events;
        std::vector<OutboxItem> outbox;
        std::optional<Instant> deadline;
    };
    std::mutex mutex_;
    std::map<std::string, std::string> notes_;
    std::map<std::string, Kept> conversations_;
};

}  // namespace befriend
