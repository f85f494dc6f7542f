// SPDX-License-Identifier: Apache-2.0
#include "adapters/host/service.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <exception>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "adapters/host/kill_point.hpp"

namespace befriend {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A changed clock or a machine that slept is noticed after so long.
constexpr std::chrono::seconds longest_sleep{30};
// A deadline whose turn could not be stored is tried again after so long.
constexpr std::chrono::seconds wake_again{5};

Instant now() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

// What a transport can show; the rest is for the host.
bool shows(const Effect& effect) {
    return std::holds_alternative<Say>(effect) || std::holds_alternative<Offer>(effect) ||
           std::holds_alternative<ShowPage>(effect);
}

// What a coroutine waits for; one waits at a time. It may wake without a ring: look again.
class Bell {
public:
    explicit Bell(asio::io_context& io) : timer_(io) {}
    void ring() { timer_.cancel(); }
    awaitable<void> wait() {
        timer_.expires_at(steady_clock::time_point::max());
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    // False when the time has come without a signal.
    awaitable<bool> wait_until(steady_clock::time_point end) {
        timer_.expires_at(end);
        const auto [problem] = co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        co_return static_cast<bool>(problem);
    }

private:
    asio::steady_timer timer_;
};

// An event between receive() and the end of its turn.
struct Event {
    Event(asio::io_context& io, Incoming what) : incoming(std::move(what)), finished(io) {}

    Incoming incoming;
    std::optional<Result<void>> result;
    Bell finished;

    void finish(Result<void> how) {
        result = std::move(how);
        finished.ring();
    }
};
using Events = std::vector<std::shared_ptr<Event>>;

struct Lane {
    std::string conversation;
    std::deque<std::shared_ptr<Event>> events;
    std::deque<Delivery> outbox;
    bool taking = false;
    bool sending = false;
    bool due = false;  // its deadline has come

    bool idle() const { return events.empty() && outbox.empty() && !taking && !sending && !due; }
};
using LanePointer = std::shared_ptr<Lane>;

bool gathers_with(const Incoming& first, const Incoming& next) {
    return first.kind == Incoming::Kind::message && next.kind == Incoming::Kind::message &&
           first.person == next.person && first.shared_room == next.shared_room &&
           first.plain == next.plain;
}

}  // namespace

struct Service::Loop {
    Loop(asio::io_context& io_, Host& host_, Store& store_, const Log& log_,
         ServiceOptions options_)
        : io(io_),
          host(host_),
          store(store_),
          log(log_),
          options(options_),
          pool(options_.threads),
          earlier(io_),
          changed(io_),
          rested(io_) {}
    ~Loop() { pool.join(); }

    asio::io_context& io;
    Host& host;
    Store& store;
    const Log& log;
    ServiceOptions options;
    asio::thread_pool pool;
    std::vector<std::unique_ptr<Transport>> transports;
    std::map<std::string, LanePointer, std::less<>> lanes;
    std::map<std::string, Instant, std::less<>> deadlines;
    std::set<std::pair<Instant, std::string>> by_time;  // the same, in order
    Bell earlier;                                       // the first deadline changed
    Bell changed;                                       // stop() was called, or something ended
    Bell rested;                                        // a lane has nothing to do
    Metrics metrics;
    std::optional<Error> failure;
    std::minstd_rand dice{std::random_device{}()};
    bool stopping = false;

    // Runs `work` on a turn thread and comes back.
    template <class T>
    awaitable<T> on_pool(std::function<T()> work) {
        co_await asio::post(asio::bind_executor(pool, asio::use_awaitable));
        std::optional<T> value;
        std::exception_ptr problem;
        try {
            value.emplace(work());
        } catch (...) {
            problem = std::current_exception();
        }
        co_await asio::post(io, asio::use_awaitable);
        if (problem) {
            std::rethrow_exception(problem);
        }
        co_return std::move(*value);
    }

    void spawn(awaitable<void> work) {
        asio::co_spawn(io, std::move(work), [this](std::exception_ptr problem) {
            if (problem) {
                fail_with(problem);
            }
        });
    }

    // A bug or no memory: the safest is to end and begin again from the store.
    void fail_with(const std::exception_ptr& problem) {
        try {
            std::rethrow_exception(problem);
        } catch (const std::exception& exception) {
            failure = fail(exception.what());
        } catch (...) {
            failure = fail("an unknown exception");
        }
        log.write(LogLevel::error, "failed", {{"why", failure->message}});
        options.stop_within = milliseconds{0};
        stop();
    }

    void stop() {
        if (stopping) {
            return;
        }
        stopping = true;
        log.write(LogLevel::info, "stopping");
        for (const auto& transport : transports) {
            transport->stop();
        }
        // What has not begun comes again after the start.
        for (const auto& [name, lane] : lanes) {
            for (const auto& event : std::exchange(lane->events, {})) {
                --metrics.waiting;
                event->finish(fail("befriend is stopping"));
            }
            lane->due = false;
        }
        earlier.ring();
        rested.ring();
        changed.ring();
    }

    LanePointer lane_of(const std::string& conversation) {
        LanePointer& lane = lanes[conversation];
        if (!lane) {
            lane = std::make_shared<Lane>();
            lane->conversation = conversation;
        }
        return lane;
    }

    void tidy(const Lane& lane) {
        if (lane.idle()) {
            const std::string name = lane.conversation;
            lanes.erase(name);
        }
        rested.ring();
        if (stopping) {
            changed.ring();
        }
    }

    Transport* transport_of(std::string_view conversation) const {
        const std::string_view name = conversation.substr(0, conversation.find(':'));
        for (const auto& transport : transports) {
            if (transport->name() == name) {
                return transport.get();
            }
        }
        return nullptr;
    }

    bool ready_for_turn(const Lane& lane) const {
        return !lane.events.empty() && lane.outbox.size() <= options.undelivered;
    }
    // A practice does not run on while nobody can hear it.
    static bool ready_for_wake(const Lane& lane) { return lane.due && lane.outbox.empty(); }

    // Starts what can be started.
    void pump(const LanePointer& lane) {
        if (!lane->taking && (ready_for_turn(*lane) || ready_for_wake(*lane))) {
            lane->taking = true;
            spawn(take_turns(lane));
        }
        if (!lane->sending && !lane->outbox.empty()) {
            lane->sending = true;
            spawn(send(lane));
        }
    }

    awaitable<void> take_turns(LanePointer lane) {
        // What a transport tells in one go, such as a backlog, shall find itself in one turn.
        co_await asio::post(io, asio::use_awaitable);
        for (;;) {
            if (ready_for_turn(*lane)) {
                Events events = gather(*lane);
                co_await take(lane, std::move(events));
            } else if (ready_for_wake(*lane)) {
                lane->due = false;
                co_await wake(lane);
            } else {
                break;
            }
        }
        lane->taking = false;
        tidy(*lane);
    }

    // The next event, with those behind it that belong together.
    Events gather(Lane& lane) {
        Events events;
        std::size_t parts = 0;
        while (!lane.events.empty()) {
            const auto& next = lane.events.front();
            parts += std::max<std::size_t>(next->incoming.parts.size(), 1);
            if (!events.empty() && (parts > options.gather ||
                                    !gathers_with(events.front()->incoming, next->incoming))) {
                break;
            }
            events.push_back(next);
            lane.events.pop_front();
            --metrics.waiting;
        }
        return events;
    }

    awaitable<void> take(LanePointer lane, Events events) {
        Incoming incoming = events.front()->incoming;
        std::vector<std::string> also;
        for (std::size_t i = 1; i < events.size(); ++i) {
            const Incoming& next = events[i]->incoming;
            incoming.parts.insert(incoming.parts.end(), next.parts.begin(), next.parts.end());
            incoming.at = std::max(incoming.at, next.at);
            also.push_back(next.event_id);
        }
        const auto start = steady_clock::now();
        std::function<Result<Reply>()> work = [this, &incoming, &also] {
            return host.take_stored(incoming, also);
        };
        Result<Reply> reply = co_await on_pool(std::move(work));
        if (reply && reply->duplicate && events.size() > 1) {
            // One of them was answered before; alone, each is taken or refused.
            for (std::shared_ptr<Event>& event : events) {
                Events one(1, event);
                co_await take(lane, std::move(one));
            }
            co_return;
        }
        if (reply && reply->duplicate) {
            ++metrics.duplicates;
        } else if (reply) {
            metrics.events += events.size();
            lane->due = false;  // any message cancels it
            taken(lane, *reply, steady_clock::now() - start);
        } else {
            store_failed(reply.error());
        }
        for (const auto& event : events) {
            event->finish(reply ? Result<void>() : Result<void>(reply.error()));
        }
    }

    awaitable<void> wake(LanePointer lane) {
        const auto start = steady_clock::now();
        std::function<Result<std::optional<Reply>>()> work = [this, lane] {
            return host.wake_stored(lane->conversation, now());
        };
        const Result<std::optional<Reply>> reply = co_await on_pool(std::move(work));
        if (!reply) {
            store_failed(reply.error());
            set_deadline(lane->conversation, now() + wake_again);
        } else if (*reply && !(*reply)->duplicate) {
            ++metrics.wakes;
            taken(lane, **reply, steady_clock::now() - start);
        }
    }

    // A turn is stored.
    void taken(const LanePointer& lane, const Reply& reply, steady_clock::duration time) {
        ++metrics.turns;
        metrics.turn_took(time);
        metrics.store_works = true;
        if (!reply.trouble.empty()) {
            log.write(LogLevel::warning, "trouble",
                      {{"conversation", log.hashed(lane->conversation)}, {"why", reply.trouble}});
        }
        log.write(
            LogLevel::debug, "turn",
            {{"conversation", log.hashed(lane->conversation)},
             {"deliveries", static_cast<std::int64_t>(reply.deliveries.size())},
             {"took_us", std::chrono::duration_cast<std::chrono::microseconds>(time).count()}});
        queue_deliveries(*lane, reply.deliveries);
        std::optional<Instant> at;
        if (reply.deadline) {
            at = reply.deadline->at;
        }
        set_deadline(lane->conversation, at);
        pump(lane);
    }

    void store_failed(const Error& error) {
        ++metrics.store_errors;
        metrics.store_works = false;
        log.write(LogLevel::error, "store_failed", {{"why", error.message}});
    }

    void queue_deliveries(Lane& lane, const std::vector<Delivery>& deliveries) {
        lane.outbox.insert(lane.outbox.end(), deliveries.begin(), deliveries.end());
        metrics.undelivered += deliveries.size();
    }

    awaitable<void> send(LanePointer lane) {
        Transport* transport = transport_of(lane->conversation);
        unsigned attempts = 0;
        while (!lane->outbox.empty() && transport != nullptr) {
            Delivery delivery = lane->outbox.front();
            if (shows(delivery.effect)) {
                Delivery copy = delivery;
                const Sent sent = co_await try_to_send(*transport, lane->conversation, copy);
                if (sent.kind == Sent::Kind::retry) {
                    const milliseconds pause = back_off(attempts++, sent.after);
                    put_off(*lane, sent, pause);
                    asio::steady_timer timer(io, pause);
                    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
                    continue;
                }
                attempts = 0;
                sent_out(*lane, sent);
                kill_point("after_send");
            }
            lane->outbox.pop_front();
            --metrics.undelivered;
            if (shows(delivery.effect) || lane->outbox.empty()) {
                std::function<bool()> work = [this, lane, &delivery] {
                    host.delivered(lane->conversation, delivery);
                    return true;
                };
                co_await on_pool(std::move(work));
                kill_point("after_mark");
            }
        }
        lane->sending = false;
        pump(lane);
        tidy(*lane);
    }

    awaitable<Sent> try_to_send(Transport& transport, std::string conversation, Delivery delivery) {
        Sent sent;
        try {
            sent = co_await transport.deliver(std::move(conversation), std::move(delivery));
        } catch (const std::exception& problem) {
            sent.kind = Sent::Kind::retry;
            sent.why = problem.what();
        }
        co_return sent;
    }

    // What the server asked for, or a pause that doubles up to the limit. The dice keep many
    // conversations from coming back at once.
    milliseconds back_off(unsigned attempts, milliseconds asked) {
        const milliseconds grown{options.retry_first.count() << std::min(attempts, 20U)};
        const milliseconds pause = asked.count() > 0 ? asked : std::min(grown, options.retry_most);
        std::uniform_int_distribution<std::int64_t> spread(0, pause.count() / 4);
        return pause + milliseconds{spread(dice)};
    }

    void put_off(const Lane& lane, const Sent& sent, milliseconds pause) {
        ++metrics.retries;
        log.write(LogLevel::warning, "delivery_put_off",
                  {{"conversation", log.hashed(lane.conversation)},
                   {"why", sent.why},
                   {"pause_ms", static_cast<std::int64_t>(pause.count())}});
    }

    void sent_out(const Lane& lane, const Sent& sent) {
        if (sent.kind == Sent::Kind::done) {
            ++metrics.delivered;
            return;
        }
        ++metrics.refused;
        log.write(LogLevel::warning, "delivery_refused",
                  {{"conversation", log.hashed(lane.conversation)}, {"why", sent.why}});
    }

    void set_deadline(const std::string& conversation, std::optional<Instant> at) {
        const auto found = deadlines.find(conversation);
        if (found != deadlines.end()) {
            by_time.erase({found->second, conversation});
            deadlines.erase(found);
        }
        if (at) {
            deadlines.emplace(conversation, *at);
            const auto placed = by_time.emplace(*at, conversation).first;
            if (placed == by_time.begin()) {
                earlier.ring();
            }
        }
        metrics.deadlines = deadlines.size();
    }

    awaitable<void> watch_deadlines() {
        while (!stopping) {
            const Instant time = now();
            while (!by_time.empty() && by_time.begin()->first <= time) {
                const std::string conversation = by_time.begin()->second;
                set_deadline(conversation, std::nullopt);
                const LanePointer lane = lane_of(conversation);
                lane->due = true;
                pump(lane);
            }
            auto sleep = steady_clock::duration(longest_sleep);
            if (!by_time.empty()) {
                sleep = std::min<steady_clock::duration>(sleep, by_time.begin()->first - time);
            }
            co_await earlier.wait_until(steady_clock::now() + sleep);
        }
    }

    // What the last run left.
    Result<void> resume() {
        const auto waiting = store.waiting();
        if (!waiting) {
            return waiting.error();
        }
        std::int64_t homeless = 0;
        for (const Waiting& one : *waiting) {
            if (transport_of(one.conversation) == nullptr) {
                ++homeless;
                continue;
            }
            set_deadline(one.conversation, one.deadline);
            if (one.undelivered) {
                const LanePointer lane = lane_of(one.conversation);
                const std::vector<Delivery> left = host.undelivered(one.conversation);
                metrics.redelivered += left.size();
                queue_deliveries(*lane, left);
                pump(lane);
            }
        }
        log.write(LogLevel::info, "resumed",
                  {{"undelivered", static_cast<std::int64_t>(metrics.redelivered)},
                   {"deadlines", static_cast<std::int64_t>(deadlines.size())},
                   {"of_other_transports", homeless}});
        return {};
    }

    awaitable<void> run_transport(Transport& transport, Inbox& inbox) {
        ++metrics.transports;
        log.write(LogLevel::info, "transport_started", {{"name", std::string(transport.name())}});
        const Result<void> result = co_await transport.run(inbox);
        --metrics.transports;
        if (!result) {
            failure = result.error();
            log.write(LogLevel::error, "transport_failed",
                      {{"name", std::string(transport.name())}, {"why", failure->message}});
        }
        if (metrics.transports == 0) {
            // Their last events are answered first; then there is nothing left to do.
            co_await quiet(steady_clock::now() + options.stop_within);
            stop();
        }
        changed.ring();
    }

    bool busy() const {
        return std::any_of(lanes.begin(), lanes.end(), [](const auto& lane) {
            return lane.second->taking || lane.second->sending;
        });
    }

    // All is answered and delivered, stop() was called, or the time is over.
    awaitable<void> quiet(steady_clock::time_point end) {
        bool in_time = true;
        while (in_time && busy() && !stopping) {
            in_time = co_await rested.wait_until(end);
        }
    }

    awaitable<Result<void>> run(Inbox& inbox) {
        if (const auto resumed = resume(); !resumed) {
            co_return resumed.error();
        }
        spawn(watch_deadlines());
        for (const auto& transport : transports) {
            spawn(run_transport(*transport, inbox));
        }
        while (!stopping) {
            co_await changed.wait();
        }
        const auto end = steady_clock::now() + options.stop_within;
        bool in_time = true;
        while (in_time && (busy() || metrics.transports > 0)) {
            in_time = co_await changed.wait_until(end);
        }
        log.write(LogLevel::info, "stopped",
                  {{"undelivered", static_cast<std::int64_t>(metrics.undelivered)}});
        co_return failure ? Result<void>(*failure) : Result<void>();
    }
};

Service::Service(asio::io_context& io, Host& host, Store& store, const Log& log,
                 ServiceOptions options)
    : loop_(std::make_unique<Loop>(io, host, store, log, options)) {}

Service::~Service() = default;

void Service::add(std::unique_ptr<Transport> transport) {
    loop_->transports.push_back(std::move(transport));
}

awaitable<Result<void>> Service::run() { return loop_->run(*this); }

void Service::stop() {
    Loop* loop = loop_.get();
    asio::post(loop->io, [loop] { loop->stop(); });
}

awaitable<void> Service::reload(std::function<Result<std::shared_ptr<const Pack>>()> load) {
    Loop& loop = *loop_;
    Result<std::shared_ptr<const Pack>> pack = fail("");
    try {
        pack = co_await loop.on_pool(std::move(load));
    } catch (const std::exception& problem) {
        pack = fail(problem.what());
    }
    if (!pack) {
        ++loop.metrics.reloads_refused;
        loop.log.write(LogLevel::error, "reload_refused", {{"why", pack.error().message}});
        co_return;
    }
    loop.host.use(std::move(*pack));
    ++loop.metrics.reloads;
    loop.log.write(LogLevel::info, "reloaded");
}

awaitable<Result<void>> Service::receive(Incoming incoming) {
    Loop& loop = *loop_;
    if (loop.stopping) {
        co_return fail("befriend is stopping");
    }
    // A clock that runs ahead, or a lie, must not move timers or let answered ids expire.
    incoming.at = std::min(incoming.at, now());
    const LanePointer lane = loop.lane_of(incoming.conversation);
    const auto event = std::make_shared<Event>(loop.io, std::move(incoming));
    lane->events.push_back(event);
    ++loop.metrics.waiting;
    loop.pump(lane);
    while (!event->result) {
        co_await event->finished.wait();
    }
    co_return *event->result;
}

Result<std::string> Service::note(const std::string& key) { return loop_->store.note(key); }

Result<void> Service::set_note(const std::string& key, const std::string& value) {
    return loop_->store.set_note(key, value);
}

const Metrics& Service::metrics() const {
    loop_->metrics.conversations = loop_->lanes.size();
    loop_->metrics.stopping = loop_->stopping;
    return loop_->metrics;
}

}  // namespace befriend
