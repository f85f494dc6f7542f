// SPDX-License-Identifier: Apache-2.0
#include "adapters/host/host.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "adapters/host/effect_json.hpp"
#include "adapters/store/memory_store.hpp"
#include "engine/session_json.hpp"
#include "tests/support/broken_store.hpp"
#include "tests/support/talk.hpp"

using namespace befriend;

namespace {

Incoming message(std::string id, std::string text) {
    Incoming incoming;
    incoming.conversation = "c";
    incoming.person = "p";
    incoming.event_id = std::move(id);
    incoming.parts.push_back(std::move(text));
    incoming.at = Instant{std::chrono::hours{1000}};
    return incoming;
}

std::size_t says(const Reply& reply) {
    std::size_t count = 0;
    for (const Delivery& delivery : reply.deliveries) {
        count += std::holds_alternative<Say>(delivery.effect) ? 1U : 0U;
    }
    return count;
}

}  // namespace

TEST_SUITE("adapters/host") {
    TEST_CASE("an event that comes twice is answered once") {
        MemoryStore store;
        Host host(test::shared_pack(), store, 1);
        CHECK(says(host.take(message("e1", "hello"))) >= 1);
        const Session after = host.session("c");
        const Reply again = host.take(message("e1", "hello"));
        CHECK(again.duplicate);
        CHECK(again.deliveries.empty());
        CHECK(host.session("c") == after);
    }

    TEST_CASE("what was answered and not shown is there after a restart") {
        MemoryStore store;
        std::vector<Delivery> first;
        {
            Host host(test::shared_pack(), store, 1);
            first = host.take(message("e1", "hello")).deliveries;
            REQUIRE_FALSE(first.empty());
        }
        Host host(test::shared_pack(), store, 1);
        const auto left = host.undelivered("c");
        REQUIRE(left.size() == first.size());
        for (std::size_t i = 0; i < left.size(); ++i) {
            CHECK(left[i].id == first[i].id);
            CHECK(to_json(left[i].effect) == to_json(first[i].effect));
        }
        host.delivered("c", left.back());
        CHECK(host.undelivered("c").empty());
    }

    TEST_CASE("when saving fails the conversation goes on, and says so once") {
        test::BrokenStore store;
        Host host(test::shared_pack(), store, 1);
        CHECK(host.take(message("e1", "hello")).trouble.empty());
        store.broken = true;
        const Reply first = host.take(message("e2", "I had a bad day"));
        CHECK(says(first) >= 1);
        CHECK(first.trouble == "There is no room on the disk.");
        const Reply second = host.take(message("e3", "my boss ignored me"));
        CHECK(says(second) >= 1);
        CHECK(second.trouble.empty());
        CHECK(host.session("c").turns >= 2);
        // What was saved before is unharmed.
        CHECK(store.load("c").value()->version == 1);
        store.broken = false;
        const Reply third = host.take(message("e4", "thanks"));
        CHECK(third.trouble == "Saving works again.");
        CHECK(session_from_json(store.load("c").value()->state).value() == host.session("c"));
    }

    TEST_CASE("a saved conversation that cannot be read is never overwritten") {
        MemoryStore store;
        TurnRecord record;
        record.conversation = "c";
        record.event_id = "from the future";
        record.state = "{\"v\":9999}";
        CHECK(store.commit_turn(record).value() == Committed::done);
        Host host(test::shared_pack(), store, 1);
        const Reply reply = host.take(message("e1", "hello"));
        CHECK(says(reply) >= 1);
        CHECK_FALSE(reply.trouble.empty());
        CHECK(host.take(message("e2", "still here")).trouble.empty());
        CHECK(store.load("c").value()->state == "{\"v\":9999}");
    }

    TEST_CASE("two messages at once are answered one after the other") {
        MemoryStore store;
        Host host(test::shared_pack(), store, 1);
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&host, i] {
                for (int k = 0; k < 10; ++k) {
                    host.take(
                        message("e" + std::to_string(i) + "-" + std::to_string(k), "hello there"));
                }
            });
        }
        for (std::thread& thread : threads) thread.join();
        CHECK(store.load("c").value()->version == 80);
    }

    TEST_CASE("undo goes back one message and never lowers the safety level") {
        MemoryStore store;
        Host host(test::shared_pack(), store, 1);
        host.take(message("e1", "hello"));
        const Session before = host.session("c");
        host.take(message("e2", "I want to kill myself"));
        const Session danger = host.session("c");
        CHECK(danger.safety.rank >= 3);
        CHECK(host.undo("c", Instant{std::chrono::hours{1001}}));
        const Session after = host.session("c");
        CHECK(after.stack == before.stack);
        CHECK(after.safety == danger.safety);
    }

    TEST_CASE("every effect survives the outbox") {
        const std::vector<Effect> effects{
            Say{"a \"quoted\" line\nand more", Tone::urgent, {}, true, true, true},
            Offer{{{"look", "look at it"}, {"try", "try something"}}},
            Pause{std::chrono::seconds{25}},
            Remember{"kind_words", Keep::person},
            Forget{ForgetScope::person},
            Schedule{std::chrono::seconds{1200}, "silence"},
            ShowPage{Show::picture, "a\n b"},
            End{"stop"},
        };
        for (const Effect& effect : effects) {
            const auto back = effect_from_stored(to_stored(effect));
            REQUIRE(back.has_value());
            CHECK(back->index() == effect.index());
            CHECK(to_stored(*back) == to_stored(effect));
        }
        for (const char* broken : {"", "{", "[]", "{}", "{\"say\":1}", "\xff", "{\"offer\":7}"}) {
            CAPTURE(broken);
            (void)effect_from_stored(broken);
        }
    }
}
