// SPDX-License-Identifier: Apache-2.0
#include "adapters/matrix/client.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "adapters/matrix/json.hpp"
#include "adapters/net/url.hpp"

namespace befriend::matrix {

using boost::asio::awaitable;
using nlohmann::json;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds usual{30'000};
// What a homeserver may need for a first sync, or for joining a room of another server.
constexpr milliseconds slow{120'000};
constexpr milliseconds longest_wait{600'000};

// Presence and ephemeral events are most of what a busy account is sent, and mean nothing to us.
// The timeline's limit is where back-filling begins; keys of devices are outside the filter.
constexpr std::string_view filter =
    R"({"presence":{"types":[]},"account_data":{"types":[]},)"
    R"("room":{"ephemeral":{"types":[]},"account_data":{"types":[]},)"
    R"("timeline":{"limit":20,"lazy_load_members":true},)"
    R"("state":{"types":["m.room.encryption","m.room.tombstone","m.room.member"],)"
    R"("lazy_load_members":true}}})";

std::string room_path(const std::string& room, std::string_view rest) {
    return "/_matrix/client/v3/rooms/" + percent_encoded(room) + std::string(rest);
}

}  // namespace

milliseconds retry_after(const HttpResponse& response) {
    const json body = parsed(response.body);
    const json* const told = find(body, "retry_after_ms");
    std::int64_t wait = 0;
    if (told != nullptr && told->is_number_integer()) {
        wait = told->get<std::int64_t>();
    } else {
        const std::string_view seconds = header(response, "retry-after");
        std::from_chars(seconds.data(), seconds.data() + seconds.size(), wait);
        wait = std::clamp<std::int64_t>(wait, 0, 600) * 1000;
    }
    return std::clamp(milliseconds(wait), milliseconds(0), longest_wait);
}

Result<std::unique_ptr<Client>> Client::open(boost::asio::any_io_executor executor,
                                             const std::string& homeserver,
                                             const std::string& ca_file) {
    HttpOptions options;
    options.ca_file = ca_file;
    auto http = HttpClient::open(std::move(executor), homeserver, std::move(options));
    if (!http) {
        return fail("matrix.homeserver \"" + homeserver + "\": " + http.error().message);
    }
    return std::unique_ptr<Client>(new Client(std::move(*http)));
}

awaitable<Result<HttpResponse>> Client::ask(HttpRequest request) {
    if (!account_.token.empty()) {
        request.headers.emplace_back("Authorization", "Bearer " + account_.token);
    }
    if (!request.body.empty()) {
        request.headers.emplace_back("Content-Type", "application/json");
    }
    co_return co_await http_->send(std::move(request));
}

awaitable<Answer> Client::call(std::string method, std::string target, std::string body,
                               milliseconds timeout) {
    HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    request.timeout = timeout;
    auto response = co_await ask(std::move(request));
    Answer answer;
    if (!response) {
        answer.why = response.error().message;
        co_return answer;
    }
    answer.status = response->status;
    if (!answer.good()) {
        answer.code = text_at(parsed(response->body), "errcode").substr(0, 100);
        answer.why = "status " + std::to_string(answer.status) +
                     (answer.code.empty() ? "" : " " + answer.code);
        answer.after = answer.status == 429 ? retry_after(*response) : milliseconds(0);
    }
    answer.body = std::move(response->body);
    co_return answer;
}

awaitable<Answer> Client::login(std::string user, std::string password, std::string device,
                                std::string device_name) {
    json body{{"type", "m.login.password"},
              {"identifier", {{"type", "m.id.user"}, {"user", user}}},
              {"password", password},
              {"initial_device_display_name", device_name}};
    if (!device.empty()) {
        body["device_id"] = device;
    }
    co_return co_await call("POST", "/_matrix/client/v3/login", line(body), usual);
}

awaitable<Answer> Client::whoami() {
    return call("GET", "/_matrix/client/v3/account/whoami", "", usual);
}

awaitable<Answer> Client::display_name() {
    return call("GET",
                "/_matrix/client/v3/profile/" + percent_encoded(account_.user) + "/displayname", "",
                usual);
}

awaitable<Answer> Client::sync(std::string since, milliseconds wait) {
    std::string target = "/_matrix/client/v3/sync?timeout=" + std::to_string(wait.count()) +
                         "&filter=" + percent_encoded(filter);
    if (!since.empty()) {
        target += "&since=" + percent_encoded(since);
    }
    return call("GET", std::move(target), "", wait + slow);
}

awaitable<Answer> Client::messages(std::string room, std::string from, std::string until,
                                   int most) {
    std::string target = room_path(
        room, "/messages?dir=b&limit=" + std::to_string(most) + "&from=" + percent_encoded(from));
    if (!until.empty()) {
        target += "&to=" + percent_encoded(until);
    }
    return call("GET", std::move(target), "", slow);
}

awaitable<Answer> Client::event(std::string room, std::string event) {
    return call("GET", room_path(room, "/event/" + percent_encoded(event)), "", usual);
}

awaitable<Answer> Client::joined_members(std::string room) {
    return call("GET", room_path(room, "/joined_members"), "", usual);
}

awaitable<Answer> Client::joined_rooms() {
    return call("GET", "/_matrix/client/v3/joined_rooms", "", usual);
}

awaitable<Answer> Client::send(std::string room, std::string type, std::string txn,
                               std::string content) {
    return call("PUT",
                room_path(room, "/send/" + percent_encoded(type) + "/" + percent_encoded(txn)),
                std::move(content), usual);
}

awaitable<Answer> Client::join(std::string room, std::string via) {
    std::string target = "/_matrix/client/v3/join/" + percent_encoded(room);
    if (!via.empty()) {
        target += "?server_name=" + percent_encoded(via) + "&via=" + percent_encoded(via);
    }
    return call("POST", std::move(target), "{}", slow);
}

awaitable<Answer> Client::leave(std::string room, std::string reason) {
    json body = json::object();
    if (!reason.empty()) {
        body["reason"] = reason;
    }
    Answer left = co_await call("POST", room_path(room, "/leave"), line(body), slow);
    if (left.good()) {
        co_await call("POST", room_path(room, "/forget"), "{}", usual);
    }
    co_return left;
}

awaitable<Answer> Client::typing(std::string room, bool on) {
    json body{{"typing", on}};
    if (on) {
        body["timeout"] = typing_lasts.count();
    }
    return call("PUT", room_path(room, "/typing/" + percent_encoded(account_.user)), line(body),
                usual);
}

awaitable<Answer> Client::read_up_to(std::string room, std::string event) {
    return call("POST", room_path(room, "/receipt/m.read/" + percent_encoded(event)), "{}", usual);
}

awaitable<Answer> Client::mark_direct(std::string user, std::string room) {
    const std::string target =
        "/_matrix/client/v3/user/" + percent_encoded(account_.user) + "/account_data/m.direct";
    Answer now = co_await call("GET", target, "", usual);
    if (!now.good() && now.status != 404) {
        co_return now;
    }
    json direct = now.good() ? parsed(now.body) : json::object();
    if (!direct.is_object()) {
        direct = json::object();
    }
    json& rooms = direct[user];
    if (!rooms.is_array()) {
        rooms = json::array();
    }
    if (std::find(rooms.begin(), rooms.end(), json(room)) != rooms.end()) {
        co_return now;
    }
    rooms.push_back(room);
    co_return co_await call("PUT", target, line(direct), usual);
}

Result<Account> read_login(const Answer& answer) {
    const json body = parsed(answer.body);
    Account account{text_at(body, "user_id"), text_at(body, "device_id"),
                    text_at(body, "access_token")};
    if (account.user.empty() || account.device.empty() || account.token.empty()) {
        return fail("the homeserver's answer to the login is incomplete");
    }
    return account;
}

std::optional<int> read_joined_rooms(const Answer& answer) {
    const json body = parsed(answer.body);
    const json* const rooms = find(body, "joined_rooms");
    if (!answer.good() || rooms == nullptr || !rooms->is_array()) {
        return std::nullopt;
    }
    return static_cast<int>(rooms->size());
}

std::vector<std::string> read_joined_members(const Answer& answer) {
    std::vector<std::string> users;
    const json body = parsed(answer.body);
    const json* const joined = find(body, "joined");
    if (answer.good() && joined != nullptr && joined->is_object()) {
        for (const auto& [user, profile] : joined->items()) {
            users.push_back(user);
        }
    }
    return users;
}

std::string read_sent(const Answer& answer) { return text_at(parsed(answer.body), "event_id"); }

}  // namespace befriend::matrix
