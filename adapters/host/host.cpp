// SPDX-License-Identifier: Apache-2.0
#include "adapters/host/host.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <utility>

#include "adapters/host/effect_json.hpp"
#include "adapters/host/kill_point.hpp"
#include "engine/base/hash.hpp"
#include "engine/session_json.hpp"
#include "engine/step.hpp"

namespace befriend {
namespace {

// Sequence numbers come from the session's version, so a repeated turn gets the same ones.
constexpr std::uint64_t items_a_turn = 100;
// Another program answered in between: so often is the turn repeated before it is left unsaved.
constexpr int attempts = 5;

bool forgets(const std::vector<Effect>& effects) {
    return std::any_of(effects.begin(), effects.end(),
                       [](const Effect& effect) { return std::holds_alternative<Forget>(effect); });
}

bool forgets_everything(const std::vector<Effect>& effects) {
    return std::any_of(effects.begin(), effects.end(), [](const Effect& effect) {
        const auto* forget = std::get_if<Forget>(&effect);
        return forget != nullptr && forget->scope == ForgetScope::person;
    });
}

// The event's id is in the delivery's, so that a conversation that begins anew repeats none.
std::vector<Delivery> deliveries_of(const Incoming& incoming, std::uint64_t version,
                                    std::vector<Effect>& effects) {
    std::array<char, 20> prefix{};
    std::snprintf(prefix.data(), prefix.size(), "%016llx-",
                  static_cast<unsigned long long>(
                      hash_bytes(incoming.event_id, hash_bytes(incoming.conversation))));
    std::vector<Delivery> deliveries;
    for (Effect& effect : effects) {
        const std::uint64_t seq = version * items_a_turn + deliveries.size();
        deliveries.push_back({seq, prefix.data() + std::to_string(seq), std::move(effect)});
    }
    return deliveries;
}

}  // namespace

Host::Host(std::shared_ptr<const Pack> pack, Store& store, std::uint64_t seed)
    : store_(store), seed_(seed), pack_(std::move(pack)) {}

std::mutex& Host::turn_of(const std::string& conversation) {
    return turns_[std::hash<std::string>{}(conversation) % turns_.size()];
}

void Host::use(std::shared_ptr<const Pack> pack) {
    const std::scoped_lock lock(mutex_);
    pack_ = std::move(pack);
}

Result<Host::Loaded> Host::load(const std::string& conversation, std::string& trouble,
                                bool stored_or_nothing) {
    {
        const std::scoped_lock lock(mutex_);
        const auto found = unsaved_.find(conversation);
        if (found != unsaved_.end()) {
            return found->second;
        }
    }
    Loaded fresh;
    fresh.session.seed = seed_;
    auto stored = store_.load(conversation);
    if (!stored && stored_or_nothing) {
        return stored.error();
    }
    if (!stored) {
        trouble = stored.error().message;
        const std::scoped_lock lock(mutex_);
        sealed_[conversation] = true;
        unsaved_[conversation] = fresh;
        return fresh;
    }
    if (!*stored) {
        return fresh;
    }
    auto session = session_from_json((*stored)->state);
    if (!session) {
        // Never overwrite what another version of befriend may still be able to read.
        trouble =
            "The saved conversation could not be read, so it was left as it is and this one "
            "is not being saved.";
        const std::scoped_lock lock(mutex_);
        sealed_[conversation] = true;
        unsaved_[conversation] = fresh;
        return fresh;
    }
    return Loaded{std::move(*session), (*stored)->version};
}

Result<Committed> Host::store_turn(const TurnRecord& record, const Session& after,
                                   std::string& trouble, bool stored_or_nothing) {
    {
        const std::scoped_lock lock(mutex_);
        if (sealed_.contains(record.conversation)) {
            unsaved_[record.conversation] = {after, record.from_version};
            return Committed::done;
        }
    }
    const auto committed = store_.commit_turn(record);
    if (!committed && stored_or_nothing) {
        return committed.error();
    }
    const std::scoped_lock lock(mutex_);
    if (!committed) {
        if (!in_trouble_) {
            trouble = committed.error().message;
        }
        in_trouble_ = true;
        unsaved_[record.conversation] = {after, record.from_version};
        return Committed::done;
    }
    if (*committed == Committed::done) {
        if (in_trouble_) {
            trouble = "Saving works again.";
            in_trouble_ = false;
        }
        unsaved_.erase(record.conversation);
    }
    return *committed;
}

Reply Host::take(const Incoming& incoming) {
    const std::scoped_lock turn(turn_of(incoming.conversation));
    return std::move(*take_locked(incoming, {}));
}

Reply Host::begin_at(const Incoming& incoming, const Beginning& place) {
    const std::scoped_lock turn(turn_of(incoming.conversation));
    return std::move(*take_locked(incoming, {.place = &place}));
}

Result<Reply> Host::take_stored(const Incoming& incoming, const std::vector<std::string>& also) {
    const std::scoped_lock turn(turn_of(incoming.conversation));
    return take_locked(incoming, {.also = &also, .stored_or_nothing = true});
}

Result<Reply> Host::take_locked(const Incoming& incoming, const Manner& manner) {
    std::shared_ptr<const Pack> pack;
    {
        const std::scoped_lock lock(mutex_);
        pack = pack_;
    }
    for (int attempt = 1;; ++attempt) {
        Reply reply;
        const auto loaded = load(incoming.conversation, reply.trouble, manner.stored_or_nothing);
        if (!loaded) {
            return loaded.error();
        }
        const Loaded& before = *loaded;
        Turn turn = manner.place == nullptr ? step(*pack, before.session, incoming)
                                            : step_at(*pack, before.session, incoming,
                                                      manner.place->dialog, manner.place->step);
        const bool erased = forgets(turn.effects);
        TurnRecord record;
        record.conversation = incoming.conversation;
        record.event_id = incoming.event_id;
        if (manner.also != nullptr) {
            record.also = *manner.also;
        }
        record.at = incoming.at;
        record.from_version = before.version;
        record.state = to_json(turn.session);
        record.erase = forgets_everything(turn.effects);
        if (turn.session.deadline) {
            record.deadline = turn.session.deadline->at;
        }
        reply.deliveries = deliveries_of(incoming, before.version + 1, turn.effects);
        for (const Delivery& delivery : reply.deliveries) {
            record.outbox.push_back({delivery.seq, delivery.id, to_stored(delivery.effect)});
        }
        reply.trace = std::move(turn.trace);
        reply.deadline = turn.session.deadline;
        kill_point("before_commit");
        const auto committed =
            store_turn(record, turn.session, reply.trouble, manner.stored_or_nothing);
        kill_point("after_commit");
        if (!committed) {
            return committed.error();
        }
        if (*committed == Committed::duplicate) {
            Reply known;
            known.duplicate = true;
            return known;
        }
        if (*committed == Committed::conflict && attempt < attempts) {
            continue;
        }
        if (*committed == Committed::conflict) {
            reply.trouble =
                "Another program keeps answering in this conversation, so this turn "
                "was not saved.";
            if (manner.stored_or_nothing) {
                return fail(reply.trouble);
            }
        }
        if (!manner.stored_or_nothing) {
            keep_for_undo(incoming, before.session, erased);
        }
        return reply;
    }
}

void Host::keep_for_undo(const Incoming& incoming, const Session& before, bool erased) {
    const std::scoped_lock lock(mutex_);
    std::vector<Session>& history = before_[incoming.conversation];
    if (erased) {
        history.clear();
    } else if (incoming.kind == Incoming::Kind::message ||
               incoming.kind == Incoming::Kind::button) {
        if (history.size() == undo_depth) {
            history.erase(history.begin());
        }
        history.push_back(before);
    }
}

std::optional<Reply> Host::wake(const std::string& conversation, Instant now) {
    const std::scoped_lock turn(turn_of(conversation));
    return std::move(*wake_locked(conversation, now, false));
}

Result<std::optional<Reply>> Host::wake_stored(const std::string& conversation, Instant now) {
    const std::scoped_lock turn(turn_of(conversation));
    return wake_locked(conversation, now, true);
}

Result<std::optional<Reply>> Host::wake_locked(const std::string& conversation, Instant now,
                                               bool stored_or_nothing) {
    std::string trouble;
    const auto loaded = load(conversation, trouble, stored_or_nothing);
    if (!loaded) {
        return loaded.error();
    }
    const std::optional<Deadline>& deadline = loaded->session.deadline;
    if (!deadline || deadline->at > now) {
        return std::optional<Reply>{};
    }
    Incoming incoming = deadline_incoming(loaded->session);
    incoming.conversation = conversation;
    incoming.at = now;
    if (incoming.event_id.empty()) {
        incoming.event_id = "deadline-" + std::to_string(loaded->version) + "-" +
                            std::to_string(deadline->at.time_since_epoch().count());
    }
    auto reply = take_locked(incoming, {.stored_or_nothing = stored_or_nothing});
    if (!reply) {
        return reply.error();
    }
    return std::optional<Reply>{std::move(*reply)};
}

std::optional<Deadline> Host::deadline(const std::string& conversation) {
    std::string trouble;
    return load(conversation, trouble)->session.deadline;
}

std::vector<Delivery> Host::undelivered(const std::string& conversation) {
    std::vector<Delivery> deliveries;
    const auto pending = store_.pending(conversation);
    if (pending) {
        for (const OutboxItem& item : *pending) {
            if (auto effect = effect_from_stored(item.payload)) {
                deliveries.push_back({item.seq, item.id, std::move(*effect)});
            }
        }
    }
    return deliveries;
}

void Host::delivered(const std::string& conversation, const Delivery& delivery) {
    // A failure here means a repetition after a restart, never a loss; storing the next turn tells.
    (void)store_.delivered(conversation, delivery.seq);
}

Session Host::session(const std::string& conversation) {
    std::string trouble;
    return load(conversation, trouble)->session;
}

void Host::put(const std::string& conversation, const Session& session, Instant at) {
    std::string trouble;
    TurnRecord record;
    record.conversation = conversation;
    record.from_version = load(conversation, trouble)->version;
    record.event_id = "put-" + std::to_string(record.from_version) + "-" +
                      std::to_string(at.time_since_epoch().count());
    record.at = at;
    record.state = to_json(session);
    (void)store_turn(record, session, trouble);
}

bool Host::undo(const std::string& conversation, Instant at) {
    const std::scoped_lock turn(turn_of(conversation));
    std::string trouble;
    const Session now = load(conversation, trouble)->session;
    Session back;
    {
        const std::scoped_lock lock(mutex_);
        std::vector<Session>& history = before_[conversation];
        if (history.empty()) {
            return false;
        }
        back = std::move(history.back());
        history.pop_back();
    }
    back.safety = now.safety;
    back.said = now.said;
    back.draws = now.draws;
    back.last_bubble_hash = now.last_bubble_hash;
    back.deadline.reset();
    put(conversation, back, at);
    return true;
}

}  // namespace befriend
