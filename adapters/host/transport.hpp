// SPDX-License-Identifier: Apache-2.0
//
// The seam between the host and a way in and out of befriend: a transport hands events to an
// Inbox and sends what it is given. It knows nothing of sessions, turns or the store; the host
// knows nothing of rooms, sockets or tokens.
//
// Everything here runs on the one io_context of `befriend run`. Coroutines take what they need by
// value; give a value a name before `co_await` (docs/decisions, g++ 12).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/host/host.hpp"
#include "engine/base/result.hpp"
#include "engine/incoming.hpp"

namespace befriend {

// What became of one delivery.
struct Sent {
    enum class Kind : std::uint8_t {
        done,    // it is there: never sent again
        retry,   // not now: the host tries again, after its own back-off or after `after`
        refused  // never: the room is gone, the person blocked the bot; the host drops it
    };
    Kind kind = Kind::done;
    std::chrono::milliseconds after{0};  // retry: 0 leaves it to the host, else the server said so
    std::string why;                     // for the log: holds no text of the conversation
};

// What a transport hands events to. Implemented by the host's Service; outlives the transport.
class Inbox {
public:
    virtual ~Inbox() = default;

    // Returns once the turn is committed, or the event was a duplicate: only then may a transport
    // move its sync position on. Turns of one conversation run in the order of the calls. An
    // Error: the store failed or the service is stopping, and nothing was taken.
    virtual boost::asio::awaitable<Result<void>> receive(Incoming incoming) = 0;

    // The transport's own small state (sync token, which rooms are encrypted, device id),
    // encrypted at rest like sessions. Empty when never set. Keys begin with the transport's name
    // and a dot.
    virtual Result<std::string> note(const std::string& key) = 0;
    virtual Result<void> set_note(const std::string& key, const std::string& value) = 0;
};

class Transport {
public:
    virtual ~Transport() = default;

    // "matrix": its conversations are named "matrix:...". Lasts as long as the transport.
    virtual std::string_view name() const = 0;

    // Runs until stop(). An Error is one that only the operator can mend, such as a bad token;
    // everything else is retried inside, with back-off.
    virtual boost::asio::awaitable<Result<void>> run(Inbox& inbox) = 0;

    // Sends one delivery: a Say, an Offer (it belongs to the Say before it) or a ShowPage; the
    // other effects stay with the host. Called for one at a time and in order per conversation, for
    // several conversations at once. `delivery.id` is the idempotency key: the same at every
    // attempt. May be called while run() has not connected yet: answer `retry`.
    virtual boost::asio::awaitable<Sent> deliver(std::string conversation, Delivery delivery) = 0;

    // Takes nothing more and lets run() return. deliver() goes on working until the object ends.
    virtual void stop() = 0;
};

}  // namespace befriend
