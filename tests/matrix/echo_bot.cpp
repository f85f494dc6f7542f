// SPDX-License-Identifier: Apache-2.0
//
// A bot that says back what it is told, in encrypted rooms: adapters/matrix/encryption on a real
// homeserver without the rest of befriend. It tells what happens as lines of JSON.
//
// usage: befriend_matrix_echo ACCOUNT_FOLDER [signed-only]
// It runs until its standard input ends.
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "adapters/matrix/encryption.hpp"
#include "engine/base/json_line.hpp"
#include "tools/matrix_client.hpp"

namespace befriend {
namespace {

using boost::asio::awaitable;
using nlohmann::json;

void tell(const json& what) {
    std::puts(json_line(what).c_str());
    std::fflush(stdout);
}

// Notes in one file beside the account.
matrix::Notes file_notes(const std::string& folder) {
    const auto all = [folder] {
        std::ifstream in(folder + "/notes.json");
        std::stringstream text;
        text << in.rdbuf();
        json notes = json::parse(text.str(), nullptr, false);
        return notes.is_object() ? notes : json::object();
    };
    matrix::Notes notes;
    notes.read = [all](const std::string& key) {
        return Result<std::string>(all().value(key, std::string()));
    };
    notes.write = [all, folder](const std::string& key, const std::string& value) {
        json kept = all();
        kept[key] = value;
        std::ofstream(folder + "/notes.json") << json_line(kept);
        return Result<void>();
    };
    return notes;
}

struct Bot {
    MatrixClient& client;
    matrix::Encryption& encryption;
    const matrix::SavedAccount& account;
    matrix::Notes notes;
};

awaitable<std::vector<std::string>> members(Bot& bot, std::string room) {
    std::vector<std::string> users;
    const json nothing;
    const auto answer = co_await bot.client.call(
        "GET", "/_matrix/client/v3/rooms/" + percent_encoded(room) + "/joined_members", nothing,
        bot.account.access_token);
    if (!answer || !answer->ok()) co_return users;
    const json joined = answer->body.value("joined", json::object());
    for (const auto& [user, _] : joined.items()) users.push_back(user);
    co_return users;
}

awaitable<void> say(Bot& bot, std::string room, std::string text, std::string txn) {
    auto users = co_await members(bot, room);
    const json content{{"msgtype", "m.text"}, {"body", text}};
    const auto sent = co_await bot.encryption.send(room, std::move(users), "m.room.message",
                                                   json_line(content), txn);
    tell({{"sent", sent ? sent->status : 0}, {"why", sent ? "" : sent.error().message}});
}

awaitable<void> hear(Bot& bot, std::string room, std::string event) {
    const json clear = json::parse(event, nullptr, false);
    const json content = clear.value("content", json::object());
    if (clear.value("type", "") != "m.room.message" ||
        clear.value("sender", "") == bot.account.user_id) {
        co_return;
    }
    const std::string body = content.value("body", "");
    tell({{"heard", body}});
    co_await say(bot, room, "you said: " + body, "echo" + clear.value("event_id", ""));
}

awaitable<void> on_room(Bot& bot, std::string room, json timeline) {
    for (const json& event : timeline) {
        const std::string type = event.value("type", "");
        if (type == "m.room.encryption") {
            if (!bot.encryption.set_encrypted(room)) tell({{"failed", "note"}});
        } else if (type == "m.room.member") {
            if (!bot.encryption.members_changed(room)) tell({{"failed", "discard"}});
        } else if (type == "m.room.encrypted" && event.value("sender", "") != bot.account.user_id) {
            const auto reading = bot.encryption.read(room, json_line(event));
            if (!reading) {
                tell({{"failed", reading.error().message}});
            } else if (reading->kind == matrix::Reading::Kind::clear) {
                tell({{"signed_device", reading->signed_device}});
                co_await hear(bot, room, reading->event);
            } else {
                const bool waits = reading->kind == matrix::Reading::Kind::waiting;
                tell({{waits ? "waiting" : "refused", reading->why}});
            }
        }
    }
}

awaitable<Result<void>> sync_once(Bot& bot, std::string& since) {
    HttpRequest request;
    request.target = "/_matrix/client/v3/sync?timeout=2000";
    if (!since.empty()) request.target += "&since=" + percent_encoded(since);
    const matrix::Ask ask = bot.client.ask(bot.account.access_token);
    const auto response = co_await ask(std::move(request));
    if (!response) co_return response.error();
    const json body = json::parse(response->body, nullptr, false);
    if (!body.is_object() || !body.contains("next_batch")) co_return fail("no sync");
    auto late = co_await bot.encryption.on_sync(response->body);
    if (!late) co_return late.error();
    for (matrix::RoomEvent& one : *late) {
        tell({{"late", true}});
        co_await hear(bot, one.room, one.event);
    }
    const json rooms = body.value("rooms", json::object());
    const json invited = rooms.value("invite", json::object());
    for (const auto& [room, _] : invited.items()) {
        json nothing = json::object();
        const auto joined = co_await bot.client.call(
            "POST", "/_matrix/client/v3/rooms/" + percent_encoded(room) + "/join",
            std::move(nothing), bot.account.access_token);
        auto users = co_await members(bot, room);
        const auto known = co_await bot.encryption.track(std::move(users));
        tell({{"joined", joined && joined->ok() && known}});
    }
    const json joined = rooms.value("join", json::object());
    for (const auto& [room, news] : joined.items()) {
        const json timeline = news.value("timeline", json::object());
        json events = timeline.value("events", json::array());
        co_await on_room(bot, room, std::move(events));
    }
    since = body.at("next_batch").get<std::string>();
    co_return bot.notes.write("since", since);
}

awaitable<int> live(boost::asio::io_context& io, std::string folder, bool signed_only) {
    const auto account = matrix::read_account(folder);
    if (!account) co_return matrix_error(account.error().message);
    auto client = MatrixClient::open(io, account->homeserver, "");
    if (!client) co_return matrix_error(client.error().message);
    matrix::EncryptionOptions options;
    options.user_id = account->user_id;
    options.device_id = account->device_id;
    options.folder = matrix::keys_folder(folder);
    options.recovery_file = matrix::recovery_file(folder);
    options.cross_signed_only = signed_only;
    const char* passphrase = std::getenv("BEFRIEND_MATRIX_PASSPHRASE");
    options.passphrase = passphrase == nullptr ? "" : passphrase;
    options.log = [](const std::string& text) { tell({{"log", text}}); };
    const matrix::Notes notes = file_notes(folder);
    auto encryption = matrix::Encryption::open(io.get_executor(), std::move(options),
                                               (*client)->ask(account->access_token), notes);
    if (!encryption) co_return matrix_error(encryption.error().message);
    const auto ready = co_await (*encryption)->setup();
    if (!ready) co_return matrix_error(ready.error().message);
    Bot bot{**client, **encryption, *account, notes};
    auto since = notes.read("since");
    if (!since) co_return 1;
    tell({{"ready", true}, {"device_signed", ready->device_signed}});
    for (;;) {
        const auto synced = co_await sync_once(bot, *since);
        if (!synced) co_return matrix_error(synced.error().message);
        for (const std::string& room :
             bot.encryption.unreadable(std::chrono::steady_clock::now())) {
            co_await say(bot, room, std::string(matrix::unreadable_sentence),
                         "unreadable" + *since);
        }
    }
}

}  // namespace
}  // namespace befriend

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    boost::asio::io_context io;
    boost::asio::posix::stream_descriptor input(io, ::dup(STDIN_FILENO));
    char byte = 0;
    input.async_read_some(boost::asio::buffer(&byte, 1), [&](auto, auto) { io.stop(); });
    return befriend::run_coroutine(io, befriend::live(io, argv[1], argc > 2));
}
