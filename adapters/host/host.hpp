// SPDX-License-Identifier: Apache-2.0
//
// Between a transport and the engine: an event comes in, one turn is taken and stored, and what is
// to be delivered comes out. Turns of one conversation run in order; an event id that was answered
// before is refused; time is what the caller says it is, so tests need no clock.
//
// When storing fails the conversation goes on from memory and `Reply::trouble` says so once.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "adapters/store/store.hpp"
#include "engine/effect.hpp"
#include "engine/incoming.hpp"
#include "engine/pack.hpp"
#include "engine/session.hpp"
#include "engine/trace.hpp"

namespace befriend {

struct Delivery {
    std::uint64_t seq = 0;
    std::string id;  // the same at every attempt: a transport's idempotency key. [0-9a-f-]
    Effect effect;
};

struct Reply {
    bool duplicate = false;  // the event was answered before; nothing else is set
    std::vector<Delivery> deliveries;
    Trace trace;
    std::string trouble;  // one sentence for the person: saving stopped, or works again
    std::optional<Deadline> deadline;  // when the conversation wants to be woken after this turn
};

// A step of the pack that the host was given.
struct Beginning {
    DialogId dialog = DialogId::none;
    StepId step = StepId::none;
};

class Host {
public:
    // `store` outlives the host. `seed` starts the choices of new conversations.
    Host(std::shared_ptr<const Pack> pack, Store& store, std::uint64_t seed);

    // Takes one turn. Any thread may call it; two calls for one conversation run one after the
    // other.
    Reply take(const Incoming& incoming);

    // For transports that deliver again what was not taken: when the store fails nothing happens,
    // the Error says why, and the same event may come again. `also` are the ids of further events
    // whose texts are among the parts. Nothing is kept for undo().
    Result<Reply> take_stored(const Incoming& incoming, const std::vector<std::string>& also = {});
    // wake() in the same way.
    Result<std::optional<Reply>> wake_stored(const std::string& conversation, Instant now);

    // Begins at a step, past the welcome: for authors. `incoming` is a start.
    Reply begin_at(const Incoming& incoming, const Beginning& place);

    // Fires the conversation's deadline when it is due at `now`; nullopt when none is. The turn's
    // time is `now`: after a long sleep the rest of a paced practice keeps its rhythm.
    std::optional<Reply> wake(const std::string& conversation, Instant now);

    // When the conversation wants to be woken, and for what.
    std::optional<Deadline> deadline(const std::string& conversation);

    // What was stored and never confirmed: the program ended between answering and showing.
    std::vector<Delivery> undelivered(const std::string& conversation);
    // Confirms everything up to and including this delivery.
    void delivered(const std::string& conversation, const Delivery& delivery);

    // The conversation as it stands; a new one when there is none.
    Session session(const std::string& conversation);
    // Goes back to before the person's last message: at most `undo_depth` times, never past a
    // forgetting, never below the safety level reached, never to wording said before.
    bool undo(const std::string& conversation, Instant at);
    static constexpr std::size_t undo_depth = 8;

    // A new pack for the turns that start from now on.
    void use(std::shared_ptr<const Pack> pack);

private:
    struct Loaded {
        Session session;
        std::uint64_t version = 0;
    };
    struct Manner {
        const Beginning* place = nullptr;
        const std::vector<std::string>* also = nullptr;
        bool stored_or_nothing = false;
    };

    std::mutex& turn_of(const std::string& conversation);
    Result<Loaded> load(const std::string& conversation, std::string& trouble,
                        bool stored_or_nothing = false);
    Result<Committed> store_turn(const TurnRecord& record, const Session& after,
                                 std::string& trouble, bool stored_or_nothing = false);
    void put(const std::string& conversation, const Session& session, Instant at);
    Result<Reply> take_locked(const Incoming& incoming, const Manner& manner);
    Result<std::optional<Reply>> wake_locked(const std::string& conversation, Instant now,
                                             bool stored_or_nothing);
    void keep_for_undo(const Incoming& incoming, const Session& before, bool erased);

    Store& store_;
    std::uint64_t seed_;

    std::array<std::mutex, 64> turns_;
    std::mutex mutex_;  // of what follows
    std::shared_ptr<const Pack> pack_;
    std::map<std::string, Loaded> unsaved_;  // conversations that could not be stored
    std::map<std::string, bool> sealed_;     // stored ones that cannot be read: never overwritten
    std::map<std::string, std::vector<Session>> before_;
    bool in_trouble_ = false;
};

}  // namespace befriend
