// SPDX-License-Identifier: Apache-2.0
#include "adapters/store/memory_store.hpp"

#include <algorithm>

namespace befriend {

Result<std::optional<StoredSession>> MemoryStore::load(const std::string& conversation) {
    const std::scoped_lock lock(mutex_);
    const auto found = conversations_.find(conversation);
    if (found == conversations_.end()) {
        return std::optional<StoredSession>{};
    }
    return std::optional<StoredSession>{found->second.session};
}

Result<Committed> MemoryStore::commit_turn(const TurnRecord& turn) {
    const std::scoped_lock lock(mutex_);
    const auto found = conversations_.find(turn.conversation);
    const std::uint64_t version = found == conversations_.end() ? 0 : found->second.session.version;
    if (found != conversations_.end() && found->second.events.contains(turn.event_id)) {
        return Committed::duplicate;
    }
    if (version != turn.from_version) {
        return Committed::conflict;
    }
    Kept& kept = conversations_[turn.conversation];
    std::erase_if(kept.events,
                  [&](const auto& event) { return event.second < turn.at - event_memory; });
    kept.events.emplace(turn.event_id, turn.at);
    kept.session = {turn.state, version + 1};
    kept.outbox.insert(kept.outbox.end(), turn.outbox.begin(), turn.outbox.end());
    return Committed::done;
}

Result<std::vector<OutboxItem>> MemoryStore::pending(const std::string& conversation) {
    const std::scoped_lock lock(mutex_);
    const auto found = conversations_.find(conversation);
    return found == conversations_.end() ? std::vector<OutboxItem>{} : found->second.outbox;
}

Result<void> MemoryStore::delivered(const std::string& conversation, std::uint64_t seq) {
    const std::scoped_lock lock(mutex_);
    const auto found = conversations_.find(conversation);
    if (found != conversations_.end()) {
        std::erase_if(found->second.outbox,
                      [seq](const OutboxItem& item) { return item.seq <= seq; });
    }
    return {};
}

Result<void> MemoryStore::forget(const std::string& conversation) {
    const std::scoped_lock lock(mutex_);
    conversations_.erase(conversation);
    return {};
}

}  // namespace befriend
