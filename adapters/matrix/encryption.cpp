// SPDX-License-Identifier: Apache-2.0
#include "adapters/matrix/encryption.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "adapters/matrix/secret_file.hpp"
#include "engine/base/json_line.hpp"

namespace befriend::matrix {
namespace {

using boost::asio::awaitable;
using nlohmann::json;
using namespace std::chrono_literals;

constexpr auto patience = 60s;              // until a message without a key is spoken of
constexpr std::size_t waiting_limit = 200;  // the oldest goes first
constexpr int pump_rounds = 8;  // an answer may call for further requests; never for so many

const std::string encrypted_note = "matrix.encrypted_rooms";
const std::string waiting_note = "matrix.waiting_events";

std::string text(const json& object, const char* key) {
    if (!object.is_object()) return {};
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// What an answer other than 200 says; the path without ids, because those name people and rooms.
Error refused(const CryptoRequest& request, const HttpResponse& answer) {
    const json body = json::parse(answer.body, nullptr, false);
    std::string message = "the homeserver answered " + std::to_string(answer.status);
    if (!text(body, "errcode").empty()) message += " " + text(body, "errcode");
    if (!text(body, "error").empty()) message += " (" + text(body, "error") + ")";
    return fail(message + " to a request of kind " + request.kind);
}

std::string escaped(const std::string& segment) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : segment) {
        const auto byte = static_cast<unsigned char>(c);
        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
            c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
        } else {
            out += '%';
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
    }
    return out;
}

std::string room_path(const std::string& room) {
    return "/_matrix/client/v3/rooms/" + escaped(room);
}

HttpRequest http_request(std::string method, std::string target, std::string body) {
    HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    request.body = std::move(body);
    return request;
}

bool of_verification(const json& event) {
    if (text(event, "type").starts_with("m.key.verification.")) return true;
    return event.contains("content") &&
           text(event.at("content"), "msgtype") == "m.key.verification.request";
}

}  // namespace

// Lets one coroutine in at a time; the others wait in the order in which they came.
class Encryption::Lock {
public:
    explicit Lock(const boost::asio::any_io_executor& executor) : turn_(executor) {
        turn_.expires_at(std::chrono::steady_clock::time_point::max());
    }
    awaitable<void> take() {
        while (held_) co_await turn_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        held_ = true;
    }
    void give() {
        held_ = false;
        turn_.cancel_one();
    }
    // Gives the lock back at the end of the scope.
    struct Held {
        std::shared_ptr<Lock> lock;
        explicit Held(std::shared_ptr<Lock> taken) : lock(std::move(taken)) {}
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;
        ~Held() { lock->give(); }
    };

private:
    boost::asio::steady_timer turn_;
    bool held_ = false;
};

Encryption::Encryption(boost::asio::any_io_executor executor, EncryptionOptions options, Ask ask,
                       Notes notes)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      ask_(std::move(ask)),
      notes_(std::move(notes)),
      pumping_(std::make_shared<Lock>(executor_)) {}

Encryption::~Encryption() {
    wipe(options_.password);
    wipe(options_.passphrase);
}

Result<std::unique_ptr<Encryption>> Encryption::open(boost::asio::any_io_executor executor,
                                                     EncryptionOptions options, Ask ask,
                                                     Notes notes) {
    std::unique_ptr<Encryption> encryption(
        new Encryption(std::move(executor), std::move(options), std::move(ask), std::move(notes)));
    const EncryptionOptions& given = encryption->options_;
    auto crypto = Crypto::open(given.user_id, given.device_id, given.folder, given.passphrase);
    if (!crypto) return crypto.error();
    encryption->crypto_ = std::move(*crypto);
    if (!given.folder.empty()) {
        const json keys{{"user_id", given.user_id},
                        {"device_id", given.device_id},
                        {"curve25519", encryption->crypto_->curve25519()},
                        {"ed25519", encryption->crypto_->ed25519()}};
        const auto written =
            replace_secret_file(given.folder + "/device.json", json_line(keys) + "\n");
        if (!written) return written.error();
    }
    const auto loaded = encryption->load_notes();
    if (!loaded) return loaded.error();
    return encryption;
}

void Encryption::log(const std::string& said) const {
    if (options_.log) options_.log(said);
}

Result<void> Encryption::load_notes() {
    const auto rooms = notes_.read(encrypted_note);
    if (!rooms) return rooms.error();
    const auto waiting = notes_.read(waiting_note);
    if (!waiting) return waiting.error();
    // A note that cannot be read must not pass for "no room is encrypted".
    const json room_list = rooms->empty() ? json::array() : json::parse(*rooms, nullptr, false);
    if (!room_list.is_array()) return fail("the note " + encrypted_note + " cannot be read");
    for (const json& room : room_list) {
        if (room.is_string()) encrypted_.insert(room.get<std::string>());
    }
    const json events = waiting->empty() ? json::array() : json::parse(*waiting, nullptr, false);
    const auto now = std::chrono::steady_clock::now();
    for (const json& item : events) {
        waiting_.push_back({text(item, "room"), text(item, "session"), text(item, "event"), now});
        if (item.is_object() && item.value("told", false)) told_.insert(text(item, "room"));
    }
    waiting_loaded_ = !waiting_.empty();
    return {};
}

Result<void> Encryption::save_waiting() {
    json list = json::array();
    for (const Waiting& one : waiting_) {
        list.push_back({{"room", one.room},
                        {"session", one.session},
                        {"event", one.event},
                        {"told", told_.contains(one.room)}});
    }
    return notes_.write(waiting_note, json_line(list));
}

std::shared_ptr<Encryption::Lock> Encryption::lock_of(const std::string& room) {
    auto& lock = locks_[room];
    if (!lock) lock = std::make_shared<Lock>(executor_);
    return lock;
}

// ---- requests -----------------------------------------------------------------------------------

awaitable<Result<std::string>> Encryption::answered(CryptoRequest request) {
    HttpRequest http = http_request(request.method, request.path, request.body);
    const auto answer = co_await ask_(std::move(http));
    if (!answer) co_return answer.error();
    if (answer->status != 200) co_return refused(request, *answer);
    co_return answer->body;
}

awaitable<Result<void>> Encryption::make_one(CryptoRequest request) {
    if (request.kind == "room_message") co_return co_await make_in_room(std::move(request));
    const auto body = co_await answered(request);
    if (!body) co_return body.error();
    co_return crypto_->sent(request, *body);
}

awaitable<Result<void>> Encryption::make(std::vector<CryptoRequest> requests) {
    for (CryptoRequest& request : requests) {
        const auto made = co_await make_one(std::move(request));
        if (!made) co_return made.error();
    }
    co_return Result<void>();
}

awaitable<Result<bool>> Encryption::learn(std::string room) {
    if (is_encrypted(room)) co_return true;
    HttpRequest http = http_request("GET", room_path(room) + "/state/m.room.encryption", "");
    const auto answer = co_await ask_(std::move(http));
    if (!answer) co_return answer.error();
    if (answer->status == 404) co_return false;
    if (answer->status != 200) {
        co_return fail("the homeserver answered " + std::to_string(answer->status) +
                       " when asked whether a room is encrypted");
    }
    const auto noted = set_encrypted(room);
    if (!noted) co_return noted.error();
    co_return true;
}

// A verification inside a room: its events are encrypted like everything else there.
awaitable<Result<void>> Encryption::make_in_room(CryptoRequest request) {
    if (!in_room_.insert(request.id).second) co_return Result<void>();
    struct Out {  // whatever comes of it, it may be tried again
        std::set<std::string>& ids;
        std::string id;
        ~Out() { ids.erase(id); }
    } out{in_room_, request.id};
    const auto encrypted = co_await learn(request.room);
    if (!encrypted) co_return encrypted.error();
    if (!*encrypted) {
        const auto body = co_await answered(request);
        if (!body) co_return body.error();
        co_return crypto_->sent(request, *body);
    }
    HttpRequest http = http_request("GET", room_path(request.room) + "/joined_members", "");
    const auto members = co_await ask_(std::move(http));
    if (!members) co_return members.error();
    if (members->status != 200) co_return refused(request, *members);
    const json parsed = json::parse(members->body, nullptr, false);
    std::vector<std::string> joined;
    if (parsed.is_object() && parsed.contains("joined")) {
        for (const auto& [user, _] : parsed.at("joined").items()) joined.push_back(user);
    }
    const auto answer = co_await send(request.room, joined, request.type, request.body, request.id);
    if (!answer) co_return answer.error();
    if (answer->status != 200) co_return refused(request, *answer);
    co_return crypto_->sent(request, answer->body);
}

// One round of the machine's wishes; gives those that go into rooms, which need the pump again.
awaitable<Result<std::vector<CryptoRequest>>> Encryption::pump_once() {
    co_await pumping_->take();
    const Lock::Held held(pumping_);
    std::vector<CryptoRequest> in_rooms;
    for (int round = 0; round < pump_rounds; ++round) {
        auto requests = crypto_->outgoing();
        if (!requests) co_return requests.error();
        bool made_any = false;
        for (CryptoRequest& request : *requests) {
            if (request.kind == "room_message") {
                if (round == 0) in_rooms.push_back(std::move(request));
                continue;
            }
            const auto made = co_await make_one(std::move(request));
            if (!made) co_return made.error();
            made_any = true;
        }
        if (!made_any) break;
    }
    co_return in_rooms;
}

awaitable<Result<void>> Encryption::pump() {
    auto in_rooms = co_await pump_once();
    if (!in_rooms) co_return in_rooms.error();
    co_return co_await make(std::move(*in_rooms));
}

// ---- keys and identity --------------------------------------------------------------------------

awaitable<Result<void>> Encryption::query_self() {
    const std::vector<std::string> self{options_.user_id};
    auto request = crypto_->query(self);
    if (!request) co_return request.error();
    co_return co_await make_one(std::move(*request));
}

awaitable<Result<Setup>> Encryption::setup() {
    Setup setup;
    const auto pumped = co_await pump();
    if (!pumped) co_return pumped.error();
    const auto asked = co_await query_self();
    if (!asked) co_return asked.error();
    auto state = crypto_->cross_signing();
    if (!state) co_return state.error();

    Result<void> changed;
    if (options_.reset_identity) {
        changed = co_await publish_identity(true, setup);
        options_.reset_identity = !changed;  // once
    } else if (state->device_signed) {
        setup.device_signed = true;
        co_return setup;
    } else if (state->has_seeds) {  // a start that broke off
        changed = co_await publish_identity(false, setup);
    } else if (!options_.recovery_file.empty() && std::filesystem::exists(options_.recovery_file)) {
        changed = co_await import_identity();
    } else if (state->identity_known) {
        setup.remedy =
            "the account has an identity whose keys are not here: give its recovery file, or "
            "verify this device from a session that has them (befriend matrix verify), or replace "
            "the identity (befriend matrix login --replace-identity), which warns everybody who "
            "verified the account";
        co_return setup;
    } else {
        changed = co_await publish_identity(false, setup);
    }
    if (!changed) co_return changed.error();
    const auto again = co_await query_self();  // so that the machine sees its own signature
    if (!again) co_return again.error();
    state = crypto_->cross_signing();
    if (!state) co_return state.error();
    setup.device_signed = state->device_signed;
    if (!setup.device_signed) setup.remedy = "the homeserver did not keep the device's signature";
    co_return setup;
}

awaitable<Result<void>> Encryption::publish_identity(bool reset, Setup& setup) {
    auto requests = crypto_->bootstrap_cross_signing(reset);
    if (!requests) co_return requests.error();
    // The seeds are safe before anybody can see the identity.
    if (!options_.recovery_file.empty()) {
        if (reset) {
            const auto aside = set_aside(options_.recovery_file);
            if (!aside) co_return aside.error();
        }
        if (!std::filesystem::exists(options_.recovery_file)) {
            auto seeds = crypto_->export_seeds();
            if (!seeds) co_return seeds.error();
            const auto written = write_secret_file(options_.recovery_file, *seeds + "\n");
            wipe(*seeds);
            if (!written) co_return written.error();
            setup.seeds_written = true;
        }
    }
    for (CryptoRequest& request : *requests) {
        HttpRequest http = http_request(request.method, request.path, request.body);
        auto answer = co_await ask_(std::move(http));
        if (!answer) co_return answer.error();
        if (answer->status == 401 && request.kind == "signing_keys" && !options_.password.empty()) {
            json body = json::parse(request.body, nullptr, false);
            const json challenge = json::parse(answer->body, nullptr, false);
            body["auth"] = {{"type", "m.login.password"},
                            {"session", text(challenge, "session")},
                            {"identifier", {{"type", "m.id.user"}, {"user", options_.user_id}}},
                            {"password", options_.password}};
            HttpRequest with_password = http_request(request.method, request.path, json_line(body));
            answer = co_await ask_(std::move(with_password));
            if (!answer) co_return answer.error();
        }
        if (answer->status == 401 && request.kind == "signing_keys") {
            co_return fail(
                "the homeserver wants the account's owner to approve the new identity: give the "
                "password (befriend matrix login), or approve it in the account's settings");
        }
        if (answer->status != 200) co_return refused(request, *answer);
        const auto sent = crypto_->sent(request, answer->body);
        if (!sent) co_return sent.error();
    }
    co_return Result<void>();
}

awaitable<Result<void>> Encryption::import_identity() {
    auto seeds = read_secret_file(options_.recovery_file);
    if (!seeds) co_return seeds.error();
    auto request = crypto_->import_seeds(*seeds);
    wipe(*seeds);
    if (!request) {
        co_return fail("the recovery file " + options_.recovery_file +
                       " does not fit the account's identity (" + request.error().message + ")");
    }
    co_return co_await make_one(std::move(*request));
}

// ---- rooms --------------------------------------------------------------------------------------

Result<void> Encryption::set_encrypted(const std::string& room) {
    if (!encrypted_.insert(room).second) return {};
    json list = json::array();
    for (const std::string& one : encrypted_) list.push_back(one);
    return notes_.write(encrypted_note, json_line(list));
}

Result<void> Encryption::members_changed(const std::string& room) {
    if (!is_encrypted(room)) return {};
    return crypto_->discard_room_key(room);
}

awaitable<Result<void>> Encryption::track(std::vector<std::string> users) {
    const auto tracked = crypto_->track(users);
    if (!tracked) co_return tracked.error();
    co_return co_await pump();
}

// The file's time is what `befriend matrix doctor` looks at while the bot runs.
void Encryption::touch_last_sync() {
    constexpr auto often_enough = 10s;
    const auto now = std::chrono::steady_clock::now();
    if (options_.folder.empty() || (touched_ && now - *touched_ < often_enough)) return;
    touched_ = now;
    std::ofstream(options_.folder + "/last_sync") << '\n';
}

awaitable<Result<std::vector<RoomEvent>>> Encryption::on_sync(std::string body) {
    // Those that were given back last time have been handled by now.
    if (waiting_changed_) {
        const auto saved = save_waiting();
        if (!saved) co_return saved.error();
        waiting_changed_ = false;
    }
    const auto synced = crypto_->receive_sync(body);
    if (!synced) co_return synced.error();
    touch_last_sync();
    verifying_.insert(synced->verifying.begin(), synced->verifying.end());
    // What could not be sent is asked for again after the next sync.
    const auto pumped = co_await pump();
    if (!pumped) log("encryption: " + pumped.error().message);

    std::vector<RoomEvent> opened;
    if ((synced->keys.empty() && !waiting_loaded_) || waiting_.empty()) co_return opened;
    std::vector<Waiting> still;
    for (Waiting& one : waiting_) {
        const bool came = std::any_of(
            synced->keys.begin(), synced->keys.end(),
            [&](const RoomKey& key) { return key.room == one.room && key.session == one.session; });
        auto decrypted = came ? crypto_->decrypt(one.room, one.event, options_.cross_signed_only)
                              : Result<Decrypted>(Decrypted{});
        if (!came || !decrypted || decrypted->kind == Decrypted::Kind::missing_key) {
            still.push_back(std::move(one));
        } else if (decrypted->kind == Decrypted::Kind::clear) {
            told_.erase(one.room);
            opened.push_back({one.room, std::move(decrypted->event)});
        } else {
            log("encryption: a message whose key came late: " + decrypted->why);
        }
    }
    waiting_ = std::move(still);
    waiting_loaded_ = false;
    // Saved once the caller has handled them: after a crash they are found again, and the inbox
    // knows which of them it has had.
    waiting_changed_ = true;
    if (!opened.empty()) {
        log("encryption: keys came late for " + std::to_string(opened.size()) + " messages");
    }
    co_return opened;
}

Result<Reading> Encryption::read(const std::string& room, const std::string& event) {
    const auto noted = set_encrypted(room);
    if (!noted) return noted.error();
    auto decrypted = crypto_->decrypt(room, event, options_.cross_signed_only);
    if (!decrypted) return decrypted.error();
    if (decrypted->kind == Decrypted::Kind::missing_key) return keep(room, event, *decrypted);
    if (decrypted->kind != Decrypted::Kind::clear) {
        log("encryption: a message cannot be read: " + decrypted->why);
        return Reading{Reading::Kind::refused, {}, false, decrypted->why};
    }
    told_.erase(room);
    const json clear = json::parse(decrypted->event, nullptr, false);
    if (of_verification(clear)) verifying_.insert(text(clear, "sender"));
    return Reading{Reading::Kind::clear, std::move(decrypted->event), decrypted->signed_device, {}};
}

awaitable<Result<void>> Encryption::plain_verification(std::string room, std::string event) {
    const json parsed = json::parse(event, nullptr, false);
    if (!parsed.is_object() || !of_verification(parsed)) co_return Result<void>();
    // The machine ignores a request from somebody whose devices it does not know.
    const std::vector<std::string> sender{text(parsed, "sender")};
    auto query = crypto_->query(sender);
    if (!query) co_return query.error();
    const auto asked = co_await make_one(std::move(*query));
    if (!asked) co_return asked.error();
    verifying_.insert(sender.front());
    co_return crypto_->verification_event(room, event);
}

Reading Encryption::keep(const std::string& room, const std::string& event,
                         const Decrypted& decrypted) {
    const bool known = std::any_of(waiting_.begin(), waiting_.end(),
                                   [&](const Waiting& one) { return one.event == event; });
    std::string why = "its key has not come";
    if (!decrypted.withheld.empty()) {
        why += ": the sender's device keeps it back (" + decrypted.withheld + ")";
        if (decrypted.withheld == "m.unverified") {
            why += "; is this device signed? See befriend matrix doctor";
        }
    }
    if (!known) {
        log("encryption: a message waits, " + why);
        if (waiting_.size() >= waiting_limit) waiting_.erase(waiting_.begin());
        waiting_.push_back({room, decrypted.session, event, std::chrono::steady_clock::now()});
        const auto saved = save_waiting();
        if (!saved) log("encryption: " + saved.error().message);
    }
    return Reading{Reading::Kind::waiting, {}, false, std::move(why)};
}

std::vector<std::string> Encryption::unreadable(std::chrono::steady_clock::time_point now) {
    std::vector<std::string> rooms;
    for (const Waiting& one : waiting_) {
        if (now - one.since >= patience && told_.insert(one.room).second) {
            rooms.push_back(one.room);
        }
    }
    if (!rooms.empty()) {
        const auto saved = save_waiting();
        if (!saved) log("encryption: " + saved.error().message);
    }
    return rooms;
}

awaitable<Result<HttpResponse>> Encryption::send(std::string room, std::vector<std::string> members,
                                                 std::string type, std::string content,
                                                 std::string txn) {
    const auto lock = lock_of(room);
    co_await lock->take();
    const Lock::Held held(lock);
    const auto noted = set_encrypted(room);
    if (!noted) co_return noted.error();
    const auto tracked = co_await track(members);
    if (!tracked) co_return tracked.error();
    auto claim = crypto_->missing_sessions(members);
    if (!claim) co_return claim.error();
    if (claim->has_value()) {
        CryptoRequest request = std::move(**claim);
        const auto claimed = co_await make_one(std::move(request));
        if (!claimed) co_return claimed.error();
    }
    auto keys = crypto_->share_room_key(room, members, options_.cross_signed_only);
    if (!keys) co_return keys.error();
    const auto shared = co_await make(std::move(*keys));
    if (!shared) co_return shared.error();
    auto secret = crypto_->encrypt(room, type, content);
    if (!secret) co_return secret.error();
    HttpRequest http = http_request(
        "PUT", room_path(room) + "/send/m.room.encrypted/" + escaped(txn), std::move(*secret));
    co_return co_await ask_(std::move(http));
}

}  // namespace befriend::matrix
