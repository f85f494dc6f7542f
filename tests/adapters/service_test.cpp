// SPDX-License-Identifier: Apache-2.0
#include "adapters/host/service.hpp"

#include <doctest/doctest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <deque>

#include "adapters/store/memory_store.hpp"
#include "tests/support/broken_store.hpp"
#include "tests/support/talk.hpp"

using namespace befriend;

namespace {

namespace asio = boost::asio;
using asio::awaitable;

Incoming message(std::string id, std::string text) {
    Incoming incoming;
    incoming.conversation = "fake:c";
    incoming.person = "p";
    incoming.event_id = std::move(id);
    incoming.parts.push_back(std::move(text));
    incoming.at = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return incoming;
}

// Hands over `events` one after the other and answers deliveries as `script` says, then "done".
class FakeTransport final : public Transport {
public:
    explicit FakeTransport(asio::io_context& io) : timer_(io) {}

    std::vector<Incoming> events;
    std::deque<Sent::Kind> script;
    bool fails = false;
    // What happened.
    std::vector<std::string> tried;
    std::vector<std::string> done;
    std::vector<bool> taken;

    std::string_view name() const override { return "fake"; }
    awaitable<Result<void>> run(Inbox& inbox) override {
        for (const Incoming& event : events) {
            Incoming copy = event;
            const Result<void> result = co_await inbox.receive(std::move(copy));
            taken.push_back(result.has_value());
        }
        if (fails) {
            co_return fail("the token is wrong");
        }
        co_return Result<void>();
    }
    awaitable<Sent> deliver(std::string, Delivery delivery) override {
        tried.push_back(delivery.id);
        // Takes a while, so that turns and deliveries overlap.
        timer_.expires_after(std::chrono::milliseconds{1});
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        Sent sent;
        if (!script.empty()) {
            sent.kind = script.front();
            script.pop_front();
        }
        if (sent.kind == Sent::Kind::done) done.push_back(delivery.id);
        co_return sent;
    }
    void stop() override {}

private:
    asio::steady_timer timer_;
};

struct Ran {
    Metrics metrics;
    Result<void> result;
};

// Runs a service with the transport until the transport has ended and all is delivered.
template <class Prepare, class Look>
Ran run(Store& store, const Prepare& prepare, const Look& look) {
    Host host(test::shared_pack(), store, 1);
    asio::io_context io(1);
    std::FILE* nowhere = std::fopen("/dev/null", "w");
    const Log log(nowhere, LogLevel::debug, "salt-of-sixteen-bytes");
    ServiceOptions options;
    options.retry_first = std::chrono::milliseconds{1};
    options.retry_most = std::chrono::milliseconds{4};
    Ran ran;
    {
        Service service(io, host, store, log, options);
        auto transport = std::make_unique<FakeTransport>(io);
        FakeTransport* seen = transport.get();
        prepare(*transport);
        service.add(std::move(transport));
        const auto body = [&]() -> awaitable<void> {
            ran.result = co_await service.run();
            io.stop();
        };
        asio::co_spawn(io, body(), asio::detached);
        io.run();
        ran.metrics = service.metrics();
        look(*seen);
    }
    std::fclose(nowhere);
    return ran;
}

}  // namespace

TEST_SUITE("adapters/service") {
    TEST_CASE("a delivery that is put off comes again with its id, and the next waits behind it") {
        MemoryStore store;
        const Ran ran = run(
            store,
            [](FakeTransport& transport) {
                transport.events = {message("e1", "hello"), message("e2", "I failed my exam")};
                transport.script = {Sent::Kind::retry, Sent::Kind::retry, Sent::Kind::done,
                                    Sent::Kind::retry};
            },
            [](const FakeTransport& transport) {
                REQUIRE(transport.done.size() >= 2);
                REQUIRE(transport.tried.size() == transport.done.size() + 3);
                CHECK(transport.tried[0] == transport.tried[1]);
                CHECK(transport.tried[1] == transport.tried[2]);
                CHECK(transport.tried[3] == transport.tried[4]);
                auto once = transport.tried;
                once.erase(std::unique(once.begin(), once.end()), once.end());
                CHECK(once == transport.done);
                CHECK(transport.taken == std::vector<bool>{true, true});
            });
        CHECK(ran.result.has_value());
        CHECK(ran.metrics.retries == 3);
        CHECK(ran.metrics.undelivered == 0);
        CHECK(store.pending("fake:c").value().empty());
    }

    TEST_CASE("a delivery refused for good is dropped, and the next goes out") {
        MemoryStore store;
        const Ran ran = run(
            store,
            [](FakeTransport& transport) {
                transport.events = {message("e1", "hello"), message("e2", "I failed my exam")};
                transport.script = {Sent::Kind::refused};
            },
            [](const FakeTransport& transport) {
                CHECK(transport.tried.size() == transport.done.size() + 1);
                CHECK(transport.tried[1] != transport.tried[0]);
            });
        CHECK(ran.metrics.refused == 1);
        CHECK(store.pending("fake:c").value().empty());
    }

    TEST_CASE("an event that could not be stored is not taken, says nothing, and may come again") {
        test::BrokenStore store;
        store.refusals = 1;
        const Ran ran = run(
            store,
            [](FakeTransport& transport) {
                transport.events = {message("e1", "hello"), message("e1", "hello"),
                                    message("e1", "hello")};
            },
            [](const FakeTransport& transport) {
                CHECK(transport.taken == std::vector<bool>{false, true, true});
                CHECK_FALSE(transport.done.empty());
            });
        CHECK(ran.metrics.store_errors == 1);
        CHECK(ran.metrics.turns == 1);
        CHECK(ran.metrics.duplicates == 1);
        CHECK(store.load("fake:c").value()->version == 1);
    }

    TEST_CASE("what was left over goes out at the next start, before what is new") {
        MemoryStore store;
        std::vector<std::string> left;
        {
            Host host(test::shared_pack(), store, 1);
            for (const Delivery& delivery : host.take(message("e1", "hello")).deliveries) {
                if (std::holds_alternative<Say>(delivery.effect)) left.push_back(delivery.id);
            }
        }
        REQUIRE_FALSE(left.empty());
        const Ran ran = run(
            store,
            [](FakeTransport& transport) { transport.events = {message("e2", "thank you")}; },
            [&](const FakeTransport& transport) {
                REQUIRE(transport.done.size() > left.size());
                CHECK(std::equal(left.begin(), left.end(), transport.done.begin()));
            });
        CHECK(ran.metrics.redelivered >= left.size());
    }

    TEST_CASE("a transport that only the operator can mend ends the service with its reason") {
        MemoryStore store;
        const Ran ran = run(
            store, [](FakeTransport& transport) { transport.fails = true; },
            [](const FakeTransport&) {});
        REQUIRE_FALSE(ran.result.has_value());
        CHECK(ran.result.error().message == "the token is wrong");
    }

    TEST_CASE("a log line is JSON and holds no name") {
        std::FILE* file = std::tmpfile();
        REQUIRE(file != nullptr);
        const Log log(file, LogLevel::info, "salt");
        log.write(LogLevel::debug, "unseen");
        log.write(
            LogLevel::info, "seen",
            {{"conversation", log.hashed("matrix:!room:example.org")}, {"count", std::int64_t{3}}});
        std::rewind(file);
        char line[400] = {};
        REQUIRE(std::fgets(line, sizeof line, file) != nullptr);
        const std::string text(line);
        CHECK(text.find("\"event\":\"seen\"") != std::string::npos);
        CHECK(text.find("\"count\":3") != std::string::npos);
        CHECK(text.find("example.org") == std::string::npos);
        CHECK(std::fgets(line, sizeof line, file) == nullptr);
        std::fclose(file);
        CHECK(log.hashed("a") == log.hashed("a"));
        CHECK(log.hashed("a") != Log(stderr, LogLevel::info, "other").hashed("a"));
    }
}
