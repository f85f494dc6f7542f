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
    const auto answered = [&](const std::string& id) { return found->second.events.contains(id); };
    if (found != conversations_.end() &&
        (answered(turn.event_id) || std::ranges::any_of(turn.also, answered))) {
        return Committed::duplicate;
    }
    if (version != turn.from_version) {
        return Committed::conflict;
    }
    Kept& kept = conversations_[turn.conversation];
    std::erase_if(kept.events,
                  [&](const auto& event) { return event.second < turn.at - event_memory; });
    kept.events.emplace(turn.event_id, turn.at);
    for (const std::string& id : turn.also) {
        kept.events.emplace(id, turn.at);
    }
    if (turn.erase) {
        kept.outbox.clear();
    }
    kept.session = {turn.state, version + 1};
    kept.deadline = turn.deadline;
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

Result<std::vector<Waiting>> MemoryStore::waiting() {
    const std::scoped_lock lock(mutex_);
    std::vector<Waiting> all;
    for (const auto& [conversation, kept] : conversations_) {
        if (kept.deadline || !kept.outbox.empty()) {
            all.push_back({conversation, !kept.outbox.empty(), kept.deadline});
        }
    }
    return all;
}

Result<std::string> MemoryStore::note(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    const auto found = notes_.find(key);
    return found == notes_.end() ? std::string() : found->second;
}

Result<void> MemoryStore::set_note(const std::string& key, const std::string& value) {
    const std::scoped_lock lock(mutex_);
    notes_[key] = value;
    return {};
}

}  // namespace befriend
