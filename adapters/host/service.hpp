// SPDX-License-Identifier: Apache-2.0
//
// The loop of a bot: events of all transports come in, turns are taken and stored, answers go out.
//
// One conversation is one lane: its events wait in order, one turn runs at a time (messages of the
// same person that wait together become one turn), and its deliveries go out in order, each retried
// until the transport has it. Different conversations run side by side. Everything that matters is
// in the store, so the program may end at any moment: an event whose turn was not stored comes
// again, a delivery that was not confirmed goes out again with the same id.
//
// Turns run on a few threads, everything else on the thread of the io_context; only stop() and the
// constructor may be called from elsewhere.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "adapters/host/log.hpp"
#include "adapters/host/metrics.hpp"
#include "adapters/host/transport.hpp"
#include "adapters/store/store.hpp"

namespace boost::asio {
class io_context;
}

namespace befriend {

struct ServiceOptions {
    // Most messages in one turn: as many as a backlog after an outage may hold.
    std::size_t gather = 50;
    // A conversation with more deliveries under way takes no further turn until they went out.
    std::size_t undelivered = 40;
    std::chrono::milliseconds retry_first{1'000};
    std::chrono::milliseconds retry_most{300'000};
    // For finishing turns and delivering after stop().
    std::chrono::milliseconds stop_within{10'000};
    unsigned threads = 4;
};

class Service final : public Inbox {
public:
    // All that is given outlives the service; the io_context is run by one thread.
    Service(boost::asio::io_context& io, Host& host, Store& store, const Log& log,
            ServiceOptions options);
    ~Service() override;

    void add(std::unique_ptr<Transport> transport);

    // Delivers what was left, wakes what is due, runs the transports. Returns after stop(), or when
    // the last transport has ended: what was begun is finished within `stop_within`. An Error: a
    // transport ended with it, or the store could not be read at the start.
    boost::asio::awaitable<Result<void>> run();
    void stop();

    // Loads on a turn thread; the new pack is used from the next turn on. An Error is logged, and
    // the old pack goes on.
    boost::asio::awaitable<void> reload(std::function<Result<std::shared_ptr<const Pack>>()> load);

    boost::asio::awaitable<Result<void>> receive(Incoming incoming) override;
    Result<std::string> note(const std::string& key) override;
    Result<void> set_note(const std::string& key, const std::string& value) override;

    const Metrics& metrics() const;

private:
    struct Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace befriend
