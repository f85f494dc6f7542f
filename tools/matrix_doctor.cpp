// SPDX-License-Identifier: Apache-2.0
//
// befriend matrix doctor: asks the homeserver how the account stands, and says each remedy.
#include <sys/stat.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <utility>

#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/matrix_client.hpp"

namespace befriend {
namespace {

using boost::asio::awaitable;
using nlohmann::json;

// Tokens of two-factor and signed requests allow about this much; federation is stricter.
constexpr double clock_tolerance = 30;  // seconds
// The bot's long poll is 30 s; after three of them something is wrong.
constexpr double sync_tolerance = 120;  // seconds
// The machine keeps 50; below this many it has not uploaded for a while.
constexpr int few_one_time_keys = 10;

enum class Health { fine, unknown, warning, wrong };

struct Finding {
    std::string_view name;
    Health health = Health::fine;
    std::string what;
    std::string remedy;
};

struct Visit {
    const Options& options;
    const MatrixPlace& place;
    const matrix::SavedAccount& account;
    MatrixClient& client;
    std::vector<Finding> findings;

    void add(std::string_view name, Health health, std::string what, std::string remedy = {}) {
        findings.push_back({name, health, std::move(what), std::move(remedy)});
    }
};

std::string string_in(const json& object, std::initializer_list<std::string> path) {
    const json* at = &object;
    for (const std::string& key : path) {
        if (!at->is_object() || !at->contains(key)) return {};
        at = &at->at(key);
    }
    return at->is_string() ? at->get<std::string>() : std::string();
}

// Seconds by which our clock is ahead, from an HTTP date; nan when it is none.
double clock_ahead(const std::string& date) {
    std::tm parts = {};
    if (::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return NAN;
    return std::difftime(std::time(nullptr), ::timegm(&parts));
}

std::string seconds(double count) { return std::to_string(std::llround(count)) + " s"; }

awaitable<bool> look_at_server(Visit& visit) {
    const json nothing;
    const auto answer = co_await visit.client.call("GET", "/_matrix/client/versions", nothing, "");
    if (!answer || !answer->ok()) {
        visit.add("homeserver", Health::wrong,
                  visit.account.homeserver + ": " +
                      (answer ? answer->in_words() : answer.error().message),
                  "is the homeserver up, and its address right? Try " + visit.account.homeserver +
                      "/_matrix/client/versions in a browser");
        co_return false;
    }
    visit.add("homeserver", Health::fine, visit.account.homeserver + " answers");
    const double ahead = clock_ahead(answer->date);
    if (std::isnan(ahead)) {
        visit.add("clock", Health::unknown, "the homeserver does not tell its time");
    } else if (std::abs(ahead) > clock_tolerance) {
        visit.add(
            "clock", Health::wrong,
            seconds(std::abs(ahead)) + (ahead > 0 ? " ahead of" : " behind") + " the homeserver's",
            "set this machine's clock: timedatectl set-ntp true");
    } else {
        visit.add("clock", Health::fine,
                  "within " + seconds(clock_tolerance) + " of the homeserver's");
    }
    co_return true;
}

awaitable<bool> look_at_login(Visit& visit) {
    const json nothing;
    const auto answer = co_await visit.client.call("GET", "/_matrix/client/v3/account/whoami",
                                                   nothing, visit.account.access_token);
    if (!answer) {
        visit.add("login", Health::wrong, answer.error().message, "try again");
        co_return false;
    }
    const std::string again =
        "befriend matrix logout, then befriend matrix login; the recovery file signs the new "
        "device";
    if (!answer->ok()) {
        visit.add("login", Health::wrong, "the token is refused: " + answer->in_words(), again);
        co_return false;
    }
    const std::string user = string_in(answer->body, {"user_id"});
    const std::string device = string_in(answer->body, {"device_id"});
    if (user != visit.account.user_id || device != visit.account.device_id) {
        visit.add("login", Health::wrong,
                  "the token is of " + user + ", device " + device + ", not of " +
                      visit.account.user_id + ", device " + visit.account.device_id,
                  again);
        co_return false;
    }
    visit.add("login", Health::fine, user + ", device " + device);
    co_return true;
}

void look_at_store(Visit& visit, const json& device) {
    const std::string folder = matrix::keys_folder(visit.place.folder);
    const auto text = read_whole_file(folder + "/device.json");
    const json stored = text ? json::parse(*text, nullptr, false) : json();
    if (!stored.is_object()) {
        visit.add("device keys", Health::wrong, "there are none in " + folder,
                  "befriend matrix login makes them");
        return;
    }
    if (device.is_null()) {
        visit.add("device keys", Health::wrong, "the homeserver has none of this device",
                  "befriend matrix login uploads them");
        return;
    }
    const std::string& id = visit.account.device_id;
    const bool same =
        string_in(device, {"keys", "ed25519:" + id}) == string_in(stored, {"ed25519"}) &&
        string_in(device, {"keys", "curve25519:" + id}) == string_in(stored, {"curve25519"});
    if (same) {
        visit.add("device keys", Health::fine, "the homeserver's are those in the store");
    } else {
        visit.add("device keys", Health::wrong,
                  "the homeserver's are not those in the store (was the folder put back from an "
                  "old copy, or made anew?)",
                  "befriend matrix logout, then befriend matrix login; the recovery file signs the "
                  "new device");
    }
}

void look_at_signature(Visit& visit, const json& keys, const json& device) {
    const std::string& user = visit.account.user_id;
    const auto of_user = [&](const char* kind) {
        const json all = keys.value(kind, json::object());
        return all.is_object() ? all.value(user, json()) : json();
    };
    const json signing = of_user("self_signing_keys");
    if (of_user("master_keys").is_null() || !signing.is_object()) {
        visit.add("cross-signing", Health::wrong,
                  "the account has no identity: people see a red shield, and clients that exclude "
                  "insecure devices never give the bot a key",
                  "befriend matrix login makes one");
        return;
    }
    const json signing_keys = signing.value("keys", json::object());
    bool is_signed = false;
    for (const auto& [name, _] : signing_keys.items()) {
        is_signed = is_signed || !string_in(device, {"signatures", user, name}).empty();
    }
    if (is_signed) {
        visit.add("cross-signing", Health::fine, "the device is signed by the account's identity");
    } else {
        visit.add("cross-signing", Health::wrong,
                  "the device is not signed: people see a red shield, and clients that exclude "
                  "insecure devices never give the bot a key",
                  "befriend matrix login with the recovery file, or befriend matrix verify from a "
                  "session that has the identity, or befriend matrix login --replace-identity");
    }
}

awaitable<void> look_at_keys(Visit& visit) {
    json body;
    body["device_keys"] = {{visit.account.user_id, json::array()}};
    const auto answer = co_await visit.client.call("POST", "/_matrix/client/v3/keys/query",
                                                   std::move(body), visit.account.access_token);
    if (!answer || !answer->ok() || !answer->body.is_object()) {
        visit.add("device keys", Health::unknown,
                  answer ? answer->in_words() : answer.error().message, "try again");
        co_return;
    }
    const json all = answer->body.value("device_keys", json::object());
    const json own = all.value(visit.account.user_id, json::object());
    const json device = own.is_object() ? own.value(visit.account.device_id, json()) : json();
    look_at_store(visit, device);
    look_at_signature(visit, answer->body, device);

    json nothing = json::object();
    const auto count = co_await visit.client.call("POST", "/_matrix/client/v3/keys/upload",
                                                  std::move(nothing), visit.account.access_token);
    if (!count || !count->ok() || !count->body.is_object()) {
        visit.add("one-time keys", Health::unknown,
                  count ? count->in_words() : count.error().message);
        co_return;
    }
    const json counts = count->body.value("one_time_key_counts", json::object());
    const int left = counts.value("signed_curve25519", 0);
    const std::string said = std::to_string(left) + " on the homeserver";
    if (left < few_one_time_keys) {
        visit.add("one-time keys", left == 0 ? Health::wrong : Health::warning, said,
                  "the bot uploads more while it runs; befriend matrix login does it now");
    } else {
        visit.add("one-time keys", Health::fine, said);
    }
}

void look_at_recovery(Visit& visit) {
    struct stat about = {};
    if (::stat(visit.place.recovery.c_str(), &about) != 0) {
        visit.add("recovery file", Health::warning, "there is none at " + visit.place.recovery,
                  "name it with --recovery-file; without one a lost store means a new identity");
    } else if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        visit.add("recovery file", Health::wrong, "others can read " + visit.place.recovery,
                  "chmod 600 " + visit.place.recovery);
    } else {
        visit.add("recovery file", Health::fine,
                  visit.place.recovery + "; is there a copy elsewhere?");
    }
}

void look_at_sync(Visit& visit) {
    struct stat about = {};
    const std::string file = matrix::keys_folder(visit.place.folder) + "/last_sync";
    if (::stat(file.c_str(), &about) != 0) {
        visit.add("sync", Health::warning, "the bot has not synced yet", "befriend run");
        return;
    }
    const double age = std::difftime(std::time(nullptr), about.st_mtime);
    if (age > sync_tolerance) {
        visit.add("sync", Health::warning, "the last one was " + seconds(age) + " ago",
                  "is the bot running? See its log");
    } else {
        visit.add("sync", Health::fine, "the last one was " + seconds(age) + " ago");
    }
}

awaitable<void> look_at_rate_limit(Visit& visit) {
    if (!visit.options.has("--admin-token-file")) {
        visit.add("rate limit", Health::unknown, "not looked at", "give --admin-token-file");
        co_return;
    }
    const auto token = secret_from(visit.options.get("--admin-token-file"));
    if (!token) {
        visit.add("rate limit", Health::unknown, token.error().message);
        co_return;
    }
    const std::string target = "/_synapse/admin/v1/users/" +
                               percent_encoded(visit.account.user_id) + "/override_ratelimit";
    const json nothing;
    const auto answer = co_await visit.client.call("GET", target, nothing, *token);
    if (!answer || !answer->ok() || !answer->body.is_object()) {
        visit.add("rate limit", Health::unknown,
                  answer ? answer->in_words() : answer.error().message,
                  "the token must be an administrator's, and the homeserver Synapse");
        co_return;
    }
    const bool exempt = answer->body.contains("messages_per_second") &&
                        answer->body.value("messages_per_second", 1) == 0;
    if (exempt) {
        visit.add("rate limit", Health::fine, "the bot is exempt");
    } else {
        visit.add("rate limit", Health::warning,
                  "the homeserver slows the bot down like a person (Synapse: 10 messages at once, "
                  "then one in 5 s)",
                  "as an administrator: POST " + target +
                      " {\"messages_per_second\": 0, \"burst_count\": 0}");
    }
}

std::string_view word(Health health) {
    switch (health) {
        case Health::fine:
            return "ok";
        case Health::unknown:
            return "unknown";
        case Health::warning:
            return "warning";
        case Health::wrong:
            return "wrong";
    }
    return "";
}

int tell(const Visit& visit) {
    bool fine = true;
    json list = json::array();
    for (const Finding& one : visit.findings) {
        fine = fine && one.health != Health::wrong;
        list.push_back({{"check", one.name},
                        {"state", word(one.health)},
                        {"what", one.what},
                        {"remedy", one.remedy}});
    }
    if (visit.options.has("--json")) {
        const json result{{"user_id", visit.account.user_id},
                          {"device_id", visit.account.device_id},
                          {"fine", fine},
                          {"checks", std::move(list)}};
        std::puts(json_line(result).c_str());
        return fine ? 0 : 1;
    }
    for (const Finding& one : visit.findings) {
        std::printf("%-8s %-14s %s\n", std::string(word(one.health)).c_str(),
                    std::string(one.name).c_str(), one.what.c_str());
        if (!one.remedy.empty() && one.health != Health::fine) {
            std::printf("%-8s %-14s -> %s\n", "", "", one.remedy.c_str());
        }
    }
    return fine ? 0 : 1;
}

awaitable<int> doctor_work(Visit& visit) {
    bool well = co_await look_at_server(visit);
    if (well) well = co_await look_at_login(visit);
    if (well) {
        if (matrix::Crypto::available()) {
            co_await look_at_keys(visit);
            look_at_recovery(visit);
        } else {
            visit.add("encryption", Health::warning, "this befriend was built without it",
                      "apt-get install cargo-web rustc-web, and build again");
        }
        look_at_sync(visit);
        co_await look_at_rate_limit(visit);
    }
    co_return tell(visit);
}

}  // namespace

int matrix_doctor(const Options& options) {
    auto place = matrix_place(options);
    if (!place) return matrix_error(place.error().message, 2);
    auto account = matrix::read_account(place->folder);
    if (!account) {
        return matrix_error(account.error().message + "\n  log in: befriend matrix login", 2);
    }
    boost::asio::io_context io;
    auto client = MatrixClient::open(io, account->homeserver, options.get("--ca-file"));
    if (!client) return matrix_error(client.error().message, 2);
    Visit visit{options, *place, *account, **client, {}};
    return run_coroutine(io, doctor_work(visit));
}

}  // namespace befriend
