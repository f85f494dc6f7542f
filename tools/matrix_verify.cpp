// SPDX-License-Identifier: Apache-2.0
//
// befriend matrix verify: comparing emoji with a person on the terminal.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <optional>
#include <set>
#include <utility>

#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/matrix_client.hpp"

namespace befriend {
namespace {

using boost::asio::awaitable;
using matrix::Verification;
using nlohmann::json;

constexpr std::string_view sync_filter =
    R"({"presence":{"types":[]},"account_data":{"types":[]},"room":{"ephemeral":{"types":[]},)"
    R"("account_data":{"types":[]},"state":{"lazy_load_members":true},"timeline":{"limit":20}}})";

struct Run {
    const Options& options;
    matrix::Encryption& encryption;
    MatrixClient& client;
    const matrix::SavedAccount& account;
    std::string since;
    bool asked = false;  // a request of ours is out
    bool shown = false;
    std::vector<std::string> emoji;  // their names, once shown
};

// One /sync: keys to the machine, events of verifications out of the rooms.
awaitable<Result<void>> sync_once(Run& run) {
    std::string target =
        "/_matrix/client/v3/sync?timeout=" + std::string(run.since.empty() ? "0" : "3000") +
        "&filter=" + percent_encoded(std::string(sync_filter));
    if (!run.since.empty()) target += "&since=" + percent_encoded(run.since);
    const matrix::Ask ask = run.client.ask(run.account.access_token);
    HttpRequest request;
    request.target = std::move(target);
    const auto response = co_await ask(std::move(request));
    if (!response) co_return response.error();
    if (response->status != 200) {
        co_return fail("the homeserver answered " + std::to_string(response->status) + " to /sync");
    }
    const json body = json::parse(response->body, nullptr, false);
    if (!body.is_object() || !body.contains("next_batch")) co_return fail("no answer to /sync");
    const bool first = run.since.empty();
    const auto taken = co_await run.encryption.on_sync(response->body);
    if (!taken) co_return taken.error();
    run.since = body.at("next_batch").get<std::string>();
    const json rooms = body.value("rooms", json::object());
    const json joined = rooms.value("join", json::object());
    for (const auto& [room, news] : joined.items()) {
        const json timeline = news.value("timeline", json::object());
        const json events = timeline.value("events", json::array());
        for (const json& event : events) {
            const std::string type = event.value("type", "");
            const std::string sender = event.value("sender", "");
            if (sender == run.account.user_id) continue;
            if (type == "m.room.encrypted") {
                if (first) {  // whoever asked already is somebody whose devices are not known yet
                    std::vector<std::string> senders{sender};
                    const auto known = co_await run.encryption.track(std::move(senders));
                    if (!known) co_return known.error();
                }
                const auto reading = run.encryption.read(room, json_line(event));
                if (!reading) co_return reading.error();
            } else if (type.starts_with("m.key.verification.") || type == "m.room.message") {
                const auto seen =
                    co_await run.encryption.plain_verification(room, json_line(event));
                if (!seen) co_return seen.error();
            }
        }
    }
    co_return co_await run.encryption.pump();
}

void show(Run& run, const Verification& one) {
    for (const Verification::Emoji& emoji : one.emoji) run.emoji.push_back(emoji.name);
    if (run.options.has("--json")) return;
    std::printf("Compare with what %s sees:\n\n", one.user.c_str());
    for (const Verification::Emoji& emoji : one.emoji) {
        std::printf("    %s  %s\n", emoji.symbol.c_str(), emoji.name.c_str());
    }
    if (one.emoji.empty()) {
        for (const int number : one.numbers) std::printf("    %d\n", number);
    }
    std::printf("\n");
    std::fflush(stdout);
}

// nullopt: there is nobody to ask.
std::optional<bool> person_agrees(const Options& options) {
    if (options.has("--yes")) return true;
    if (::isatty(STDIN_FILENO) == 0) return std::nullopt;
    std::fputs("Are they the same, in the same order? [y/n] ", stdout);
    std::fflush(stdout);
    std::string line;
    std::getline(std::cin, line);
    return line == "y" || line == "yes" || line == "Y";
}

// Takes the next step of one verification; gives the exit code when it is over.
awaitable<Result<std::optional<int>>> advance(Run& run, Verification one) {
    matrix::Crypto& crypto = run.encryption.crypto();
    std::optional<int> over;
    Result<std::vector<matrix::CryptoRequest>> requests = std::vector<matrix::CryptoRequest>();
    if (one.state == "requested" || one.state == "started") {
        if (one.state == "requested" && !run.options.has("--json")) {
            std::printf("%s (device %s) asks to verify.\n", one.user.c_str(), one.device.c_str());
        }
        requests = crypto.accept(one);
    } else if (one.state == "ready" && run.asked) {
        requests = crypto.start(one);
    } else if (one.state == "emoji" && !run.shown) {
        run.shown = true;
        show(run, one);
        const auto agrees = person_agrees(run.options);
        if (!agrees) co_return fail("there is no terminal on which to compare the emoji");

        requests = *agrees ? crypto.confirm(one) : crypto.cancel(one);
    } else if (one.state == "done") {
        over = 0;
    } else if (one.state == "cancelled") {
        over = 1;
    }
    if (!requests) co_return requests.error();
    const auto made = co_await run.encryption.make(std::move(*requests));
    if (!made) co_return made.error();
    co_return over;
}

awaitable<Result<void>> ask_device(Run& run, std::string user, std::string device) {
    const std::vector<std::string> users{user};
    auto query = run.encryption.crypto().query(users);
    if (!query) co_return query.error();
    std::vector<matrix::CryptoRequest> first;
    first.push_back(std::move(*query));
    const auto known = co_await run.encryption.make(std::move(first));
    if (!known) co_return known.error();
    auto requests = run.encryption.crypto().request_verification(user, device);
    if (!requests) co_return requests.error();
    run.asked = true;
    co_return co_await run.encryption.make(std::move(*requests));
}

int finish(const Run& run, const Verification& one, int code) {
    if (run.options.has("--json")) {
        const json result{{"emoji", run.emoji}, {"user_id", one.user}, {"device_id", one.device},
                          {"state", one.state}, {"why", one.why},      {"verified", code == 0}};
        std::puts(json_line(result).c_str());
    } else if (code == 0) {
        std::printf("verified: %s now sees that this is really %s\n", one.user.c_str(),
                    run.account.user_id.c_str());
    } else {
        std::printf("not verified: %s\n", one.why.c_str());
    }
    return code;
}

awaitable<int> verify_work(boost::asio::io_context& io, const Options& options, MatrixPlace place,
                           matrix::SavedAccount account) {
    const auto wait = std::chrono::seconds(options.number("--wait", 300).value_or(300));
    const std::string user = options.get("--user");
    auto client = MatrixClient::open(io, account.homeserver, options.get("--ca-file"));
    if (!client) co_return matrix_error(client.error().message);
    matrix::EncryptionOptions more;
    auto encryption = open_encryption(io, **client, account, place, std::move(more));
    if (!encryption) co_return matrix_error(encryption.error().message);
    Run run{options, **encryption, **client, account, {}, false, false, {}};
    const auto ready = co_await run.encryption.setup();
    if (!ready) co_return matrix_error(ready.error().message);
    auto synced = co_await sync_once(run);
    if (!synced) co_return matrix_error(synced.error().message);
    if (options.has("--device")) {
        const auto asked = co_await ask_device(run, user, options.get("--device"));
        if (!asked) co_return matrix_error(asked.error().message);
    } else {
        std::fprintf(stderr,
                     "Waiting. In Element: open the profile of %s, then Verify, then compare "
                     "emoji.\n",
                     account.user_id.c_str());
    }
    const auto until = std::chrono::steady_clock::now() + wait;
    std::set<std::string> finished_before;  // flows that were over when we came
    bool first = true;
    while (std::chrono::steady_clock::now() < until) {
        std::set<std::string> people = run.encryption.verifying();
        if (!user.empty()) people = {user};
        for (const std::string& person : people) {
            const auto list = run.encryption.crypto().verifications(person);
            if (!list) co_return matrix_error(list.error().message);
            for (const Verification& one : *list) {
                if (first && (one.state == "done" || one.state == "cancelled")) {
                    finished_before.insert(one.flow);
                }
                if (finished_before.contains(one.flow)) continue;
                const auto over = co_await advance(run, one);
                if (!over) co_return matrix_error(over.error().message);
                if (*over) co_return finish(run, one, **over);
            }
        }
        first = false;
        synced = co_await sync_once(run);
        if (!synced) co_return matrix_error(synced.error().message);
    }
    co_return matrix_error("nobody finished a verification in time");
}

}  // namespace

int matrix_verify(const Options& options) {
    if (options.has("--device") && !options.has("--user")) {
        return usage_error("matrix", "--device needs --user");
    }
    if (!options.number("--wait", 300)) return usage_error("matrix", "--wait takes seconds");
    auto place = matrix_place(options);
    if (!place) return matrix_error(place.error().message, 2);
    auto account = matrix::read_account(place->folder);
    if (!account) return matrix_error(account.error().message, 2);
    boost::asio::io_context io;
    return run_coroutine(io, verify_work(io, options, std::move(*place), std::move(*account)));
}

}  // namespace befriend
