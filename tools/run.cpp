// SPDX-License-Identifier: Apache-2.0
//
// befriend run: a bot that people talk to over the transports of a config file.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "adapters/host/config.hpp"
#include "adapters/host/host.hpp"
#include "adapters/host/log.hpp"
#include "adapters/host/metrics_server.hpp"
#include "adapters/host/sd_notify.hpp"
#include "adapters/host/service.hpp"
#include "adapters/store/sqlite_store.hpp"
#include "tools/commands.hpp"
#include "tools/config_option.hpp"
#include "tools/help.hpp"
#include "tools/options.hpp"
#include "tools/pack_option.hpp"
#include "tools/transports.hpp"

namespace befriend {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using std::chrono::milliseconds;

constexpr OptionSpec specs[] = {
    {"--config", "FILE", "the config; befriend config example prints one to begin with"},
};

int refuse(const std::string& message) {
    std::fprintf(stderr, "befriend run: %s\n", message.c_str());
    return 2;
}

LogLevel level_named(const std::string& name) {
    return name == "debug"     ? LogLevel::debug
           : name == "warning" ? LogLevel::warning
           : name == "error"   ? LogLevel::error
                               : LogLevel::info;
}

// The pack of the config, checked and compiled. What keeps a pack from being run at all, such as a
// missing certificate, is one more Error here: at the start the program ends with it, at a reload
// the old pack goes on.
Result<std::shared_ptr<const Pack>> pack_to_run(const Config& config) {
    return load_checked_pack(config.text("pack.folder"), config.text("pack.language"));
}

// The log's names of conversations hang on this; it is made once and kept in the store.
Result<std::string> log_salt(Store& store) {
    auto salt = store.note("log.salt");
    if (!salt || !salt->empty()) {
        return salt;
    }
    std::random_device entropy;
    std::string made;
    for (int i = 0; i < 8; ++i) {
        made += std::to_string(entropy());
    }
    made.resize(32, '0');
    const auto kept = store.set_note("log.salt", made);
    if (!kept) {
        return kept.error();
    }
    return made;
}

ServiceOptions service_options(const Config& config) {
    ServiceOptions options;
    options.gather = static_cast<std::size_t>(config.number("limits.gather"));
    options.undelivered = static_cast<std::size_t>(config.number("limits.undelivered"));
    options.retry_first = milliseconds{config.number("limits.retry_first_ms")};
    options.retry_most = milliseconds{config.number("limits.retry_most_ms")};
    options.stop_within = std::chrono::seconds{config.number("limits.stop_seconds")};
    options.threads = static_cast<unsigned>(config.number("limits.threads"));
    return options;
}

MetricsPage page_of(std::string_view path, const Metrics& metrics) {
    if (path == "/metrics") {
        return {200, prometheus_text(metrics)};
    }
    if (path == "/healthz") {
        const bool well = !metrics.stopping && metrics.store_works && metrics.transports > 0;
        return {well ? 200 : 503, well                  ? "ok\n"
                                  : metrics.stopping    ? "stopping\n"
                                  : metrics.store_works ? "no transport runs\n"
                                                        : "the store refuses turns\n"};
    }
    return {404, "/healthz and /metrics are here\n"};
}

awaitable<void> watch_signals(asio::io_context& io, Service& service, const Config& config) {
    asio::signal_set signals(io, SIGTERM, SIGINT, SIGHUP);
    bool stopping = false;
    for (;;) {
        const auto [problem, signal] =
            co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
        if (problem) {
            co_return;
        }
        if (signal == SIGHUP) {
            sd_notify("RELOADING=1");
            std::function<Result<std::shared_ptr<const Pack>>()> load = [&config] {
                return pack_to_run(config);
            };
            co_await service.reload(std::move(load));
            sd_notify("READY=1");
            continue;
        }
        if (stopping) {
            io.stop();  // asked twice: at once, the store has everything
            co_return;
        }
        stopping = true;
        sd_notify("STOPPING=1");
        service.stop();
    }
}

// Shows systemd that the loop still turns.
awaitable<void> feed_watchdog(asio::io_context& io, std::chrono::microseconds interval) {
    asio::steady_timer timer(io);
    for (;;) {
        sd_notify("WATCHDOG=1");
        timer.expires_after(interval);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

awaitable<void> run_service(asio::io_context& io, Service& service, Result<void>& ended) {
    ended = co_await service.run();
    io.stop();
}

int serve(const Config& config, Store& store, const Log& log, std::shared_ptr<const Pack> pack) {
    std::random_device entropy;
    Host host(std::move(pack), store, (std::uint64_t{entropy()} << 32) ^ entropy());
    asio::io_context io(1);
    Service service(io, host, store, log, service_options(config));
    for (const TransportFactory& factory : transport_factories()) {
        if (!config.has(factory.name)) {
            continue;
        }
        auto transport = factory.make(io, config, log);
        if (!transport) {
            return refuse(std::string(factory.name) + ": " + transport.error().message);
        }
        service.add(std::move(*transport));
    }
    if (const std::int64_t port = config.number("metrics.port"); port != 0) {
        const auto listening = serve_metrics(
            io, config.text("metrics.address"), static_cast<std::uint16_t>(port),
            [&service](std::string_view path) { return page_of(path, service.metrics()); });
        if (!listening) {
            return refuse(listening.error().message);
        }
    }
    Result<void> ended;
    asio::co_spawn(io, run_service(io, service, ended), asio::detached);
    asio::co_spawn(io, watch_signals(io, service, config), asio::detached);
    if (const auto interval = sd_watchdog_interval()) {
        asio::co_spawn(io, feed_watchdog(io, *interval), asio::detached);
    }
    sd_notify("READY=1");
    log.write(LogLevel::info, "ready", {{"version", std::string(program_version)}});
    io.run();
    return ended ? 0 : 1;
}

}  // namespace

constexpr CommandPage run_page{
    .text =
        "Runs a bot: takes what people write over the transports that the config names, answers,\n"
        "and keeps everything in one store. It may be stopped or die at any moment: nothing is\n"
        "lost and nothing is said twice.\n",
    .options = specs,
    .notes =
        "SIGTERM and SIGINT finish what was begun and end; a second one ends at once. SIGHUP\n"
        "reads the pack anew; one with mistakes is refused and the old one goes on.\n"
        "The log is on standard error, a JSON object a line, without anybody's words.\n"
        "Exit code: 0 stopped, 1 a transport failed for good, 2 wrong usage or config, or the\n"
        "store cannot be used.\n",
    .examples =
        "befriend run --config befriend.toml\n"
        "befriend config example > befriend.toml\n",
};

int run_run(Arguments arguments) {
    const auto options = parse_options(arguments, specs);
    if (!options) {
        return usage_error("run", options.error().message);
    }
    if (!options->rest.empty()) {
        return usage_error("run", "what is \"" + options->rest.front() + "\"?");
    }
    if (!options->has("--config")) {
        return usage_error("run", "name the config: --config FILE");
    }
    const auto config = config_or_complain("run", options->get("--config"));
    if (!config) {
        return 2;
    }
    const auto secret = store_secret(*config);
    if (!secret) {
        return refuse(secret.error().message);
    }
    auto pack = pack_to_run(*config);
    if (!pack) {
        return refuse(pack.error().message);
    }
    const auto store = SqliteStore::open(config->text("store.file"), *secret);
    if (!store) {
        return refuse(store.error().message);
    }
    const auto salt = log_salt(**store);
    if (!salt) {
        return refuse(salt.error().message);
    }
    const Log log(stderr, level_named(config->text("log.level")), *salt);
    return serve(*config, **store, log, std::move(*pack));
}

}  // namespace befriend
