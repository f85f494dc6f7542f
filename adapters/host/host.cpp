// SPDX-License-Identifier: Apache-2.0
#include "adapters/host/host.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "adapters/host/effect_json.hpp"
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

std::vector<Delivery> deliveries_of(const std::string& conversation, std::uint64_t version,
                                    std::vector<Effect>& effects) {
    std::vector<Delivery> deliveries;
    for (Effect& effect : effects) {
        const std::uint64_t seq = version * items_a_turn + deliveries.size();
        deliveries.push_back({seq, conversation + "-" + std::to_string(seq), std::move(effect)});
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

Host::Loaded Host::load(const std::string& conversation, std::string& trouble) {
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
    return {std::move(*session), (*stored)->version};
}

Committed Host::store_turn(const Incoming& incoming, const Loaded& before, const Session& after,
                           const std::vector<Delivery>& deliveries, std::string& trouble) {
    bool sealed = false;
    {
        const std::scoped_lock lock(mutex_);
        sealed = sealed_.contains(incoming.conversation);
        if (sealed) {
            unsaved_[incoming.conversation] = {after, before.version};
        }
    }
    if (sealed) {
        return Committed::done;
    }
    TurnRecord record;
    record.conversation = incoming.conversation;
    record.event_id = incoming.event_id;
    record.at = incoming.at;
    record.from_version = before.version;
    record.state = to_json(after);
    for (const Delivery& delivery : deliveries) {
        record.outbox.push_back({delivery.seq, delivery.id, to_stored(delivery.effect)});
    }
    const auto committed = store_.commit_turn(record);
    const std::scoped_lock lock(mutex_);
    if (!committed) {
        if (!in_trouble_) {
            trouble = committed.error().message;
        }
        in_trouble_ = true;
        unsaved_[incoming.conversation] = {after, before.version};
        return Committed::done;
    }
    if (*committed == Committed::done) {
        if (in_trouble_) {
            trouble = "Saving works again.";
            in_trouble_ = false;
        }
        unsaved_.erase(incoming.conversation);
    }
    return *committed;
}

Reply Host::take(const Incoming& incoming) {
    const std::scoped_lock turn(turn_of(incoming.conversation));
    return take_locked(incoming);
}

Reply Host::begin_at(const Incoming& incoming, const Beginning& place) {
    const std::scoped_lock turn(turn_of(incoming.conversation));
    return take_locked(incoming, &place);
}

Reply Host::take_locked(const Incoming& incoming, const Beginning* place) {
    std::shared_ptr<const Pack> pack;
    {
        const std::scoped_lock lock(mutex_);
        pack = pack_;
    }
    Reply reply;
    for (int attempt = 1;; ++attempt) {
        std::string trouble;
        const Loaded before = load(incoming.conversation, trouble);
        Turn turn = place == nullptr
                        ? step(*pack, before.session, incoming)
                        : step_at(*pack, before.session, incoming, place->dialog, place->step);
        const bool erased = forgets(turn.effects);
        const bool erased_all = forgets_everything(turn.effects);
        reply.deliveries = deliveries_of(incoming.conversation, before.version + 1, turn.effects);
        reply.trace = std::move(turn.trace);
        Committed committed = store_turn(incoming, before, turn.session, reply.deliveries, trouble);
        reply.trouble = std::move(trouble);
        if (committed == Committed::duplicate) {
            Reply known;
            known.duplicate = true;
            return known;
        }
        if (committed == Committed::conflict && attempt < attempts) {
            continue;
        }
        if (committed == Committed::conflict) {
            reply.trouble =
                "Another program keeps answering in this conversation, so this turn "
                "was not saved.";
        }
        if (erased_all && store_.forget(incoming.conversation)) {
            // What the session still holds (the open dialog, no words) is stored anew.
            Incoming again = incoming;
            again.event_id += "-after-forgetting";
            Loaded nothing;
            std::string second;
            store_turn(again, nothing, turn.session, reply.deliveries, second);
        }
        const std::scoped_lock lock(mutex_);
        std::vector<Session>& history = before_[incoming.conversation];
        if (erased) {
            history.clear();
        } else if (incoming.kind == Incoming::Kind::message ||
                   incoming.kind == Incoming::Kind::button) {
            if (history.size() == undo_depth) {
                history.erase(history.begin());
            }
            history.push_back(before.session);
        }
        return reply;
    }
}

std::optional<Reply> Host::wake(const std::string& conversation, Instant now) {
    const std::scoped_lock turn(turn_of(conversation));
    std::string trouble;
    const Loaded loaded = load(conversation, trouble);
    if (!loaded.session.deadline || loaded.session.deadline->at > now) {
        return std::nullopt;
    }
    Incoming incoming = deadline_incoming(loaded.session);
    incoming.conversation = conversation;
    incoming.at = now;
    if (incoming.event_id.empty()) {
        incoming.event_id = "deadline-" + std::to_string(loaded.version) + "-" +
                            std::to_string(loaded.session.deadline->at.time_since_epoch().count());
    }
    return take_locked(incoming);
}

std::optional<Deadline> Host::deadline(const std::string& conversation) {
    std::string trouble;
    return load(conversation, trouble).session.deadline;
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
    return load(conversation, trouble).session;
}

void Host::put(const std::string& conversation, const Session& session, Instant at) {
    std::string trouble;
    const Loaded before = load(conversation, trouble);
    Incoming incoming;
    incoming.conversation = conversation;
    incoming.event_id = "put-" + std::to_string(before.version) + "-" +
                        std::to_string(at.time_since_epoch().count());
    incoming.at = at;
    store_turn(incoming, before, session, {}, trouble);
}

bool Host::undo(const std::string& conversation, Instant at) {
    const std::scoped_lock turn(turn_of(conversation));
    std::string trouble;
    const Session now = load(conversation, trouble).session;
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
