// SPDX-License-Identifier: Apache-2.0
#include "adapters/matrix/crypto.hpp"

#if BEFRIEND_MATRIX_E2EE  // crypto_off.cpp is the other half

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "befriend_matrix_crypto.h"
#include "engine/base/json_line.hpp"

namespace befriend::matrix {
namespace {

using nlohmann::json;

// A reply of the library, taken over; `ok` when it is no error.
struct Reply {
    bool ok = false;
    json value;  // or the error
};

Reply take(char* raw) {
    const std::unique_ptr<char, void (*)(char*)> owned(raw, bmc_free);
    json parsed = json::parse(raw == nullptr ? "" : raw, nullptr, false);
    if (!parsed.is_object() || (!parsed.contains("ok") && !parsed.contains("error"))) {
        return {false, {{"code", "memory"}, {"message", "the crypto library gave no reply"}}};
    }
    if (parsed.contains("ok")) return {true, std::move(parsed["ok"])};
    return {false, std::move(parsed["error"])};
}

std::string text(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

Error refused(const Reply& reply) {
    return fail(text(reply.value, "code") + ": " + text(reply.value, "message"));
}

CryptoRequest request_of(const json& from) {
    CryptoRequest request;
    request.id = text(from, "id");
    request.kind = text(from, "kind");
    request.method = text(from, "method");
    request.path = text(from, "path");
    request.body = json_line(from.value("body", json::object()));
    request.room = text(from, "room_id");
    request.type = text(from, "type");
    return request;
}

Result<CryptoRequest> one(char* raw) {
    const Reply reply = take(raw);
    if (!reply.ok) return refused(reply);
    return request_of(reply.value);
}

Result<std::vector<CryptoRequest>> many(char* raw) {
    const Reply reply = take(raw);
    if (!reply.ok) return refused(reply);
    std::vector<CryptoRequest> requests;
    for (const json& item : reply.value) requests.push_back(request_of(item));
    return requests;
}

Result<void> done(char* raw) {
    const Reply reply = take(raw);
    if (!reply.ok) return refused(reply);
    return {};
}

std::string list_of(std::span<const std::string> users) {
    json list = json::array();
    for (const std::string& user : users) list.push_back(user);
    return json_line(list);
}

Result<std::vector<CryptoRequest>> act(const bmc_machine* machine, const Verification& verification,
                                       const char* action) {
    return many(bmc_verification_act(machine, verification.user.c_str(), verification.flow.c_str(),
                                     action));
}

// Creates the folder for the owner alone and takes its lock. -1 and errno when that failed.
Result<int> take_folder(const std::string& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (!failed) {
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
    }
    if (failed) return fail("cannot use the folder " + folder + ": " + failed.message());
    const int lock = ::open((folder + "/lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (lock >= 0 && ::flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
    const int why = errno;
    if (lock >= 0) ::close(lock);
    if (why == EWOULDBLOCK) {
        return fail("another program uses the keys in " + folder +
                    "; stop it first (one account, one device, one program)");
    }
    return fail("cannot lock the folder " + folder + ": " + std::generic_category().message(why));
}

}  // namespace

bool Crypto::available() { return true; }

Result<std::unique_ptr<Crypto>> Crypto::open(const std::string& user, const std::string& device,
                                             const std::string& folder,
                                             const std::string& passphrase) {
    std::unique_ptr<Crypto> crypto(new Crypto);
    if (!folder.empty()) {
        const Result<int> lock = take_folder(folder);
        if (!lock) return lock.error();
        crypto->lock_ = *lock;
    }
    const Reply reply = take(bmc_open(user.c_str(), device.c_str(), folder.c_str(),
                                      passphrase.c_str(), &crypto->machine_));
    if (!reply.ok) return refused(reply);
    crypto->user_ = user;
    crypto->device_ = device;
    crypto->curve25519_ = text(reply.value, "curve25519");
    crypto->ed25519_ = text(reply.value, "ed25519");
    return crypto;
}

Crypto::~Crypto() {
    bmc_close(machine_);
    if (lock_ >= 0) ::close(lock_);
}

Result<SyncedKeys> Crypto::receive_sync(const std::string& body) {
    const Reply reply = take(bmc_receive_sync(machine_, body.c_str()));
    if (!reply.ok) return refused(reply);
    SyncedKeys synced;
    for (const json& key : reply.value.at("room_keys")) {
        synced.keys.push_back({text(key, "room_id"), text(key, "session_id")});
    }
    for (const json& user : reply.value.at("verifying")) {
        synced.verifying.push_back(user.get<std::string>());
    }
    return synced;
}

Result<std::vector<CryptoRequest>> Crypto::outgoing() {
    return many(bmc_outgoing_requests(machine_));
}

Result<void> Crypto::sent(const CryptoRequest& request, const std::string& body) {
    return done(
        bmc_mark_request_as_sent(machine_, request.id.c_str(), request.kind.c_str(), body.c_str()));
}

Result<void> Crypto::track(std::span<const std::string> users) {
    return done(bmc_track_users(machine_, list_of(users).c_str()));
}

Result<CryptoRequest> Crypto::query(std::span<const std::string> users) {
    return one(bmc_query_keys(machine_, list_of(users).c_str()));
}

Result<std::optional<CryptoRequest>> Crypto::missing_sessions(std::span<const std::string> users) {
    const Reply reply = take(bmc_missing_sessions(machine_, list_of(users).c_str()));
    if (!reply.ok) return refused(reply);
    std::optional<CryptoRequest> request;
    if (!reply.value.is_null()) request = request_of(reply.value);
    return request;
}

Result<std::vector<CryptoRequest>> Crypto::share_room_key(const std::string& room,
                                                          std::span<const std::string> users,
                                                          bool cross_signed_only) {
    return many(
        bmc_share_room_key(machine_, room.c_str(), list_of(users).c_str(), cross_signed_only));
}

Result<void> Crypto::discard_room_key(const std::string& room) {
    return done(bmc_discard_room_key(machine_, room.c_str()));
}

Result<std::string> Crypto::encrypt(const std::string& room, const std::string& type,
                                    const std::string& content) {
    const Reply reply = take(bmc_encrypt(machine_, room.c_str(), type.c_str(), content.c_str()));
    if (!reply.ok) return refused(reply);
    return json_line(reply.value);
}

Result<Decrypted> Crypto::decrypt(const std::string& room, const std::string& event,
                                  bool cross_signed_only) {
    const Reply reply = take(bmc_decrypt(machine_, room.c_str(), event.c_str(), cross_signed_only));
    Decrypted decrypted;
    if (reply.ok) {
        decrypted.kind = Decrypted::Kind::clear;
        decrypted.event = json_line(reply.value.at("event"));
        // "Verified", or unverified for no worse reason than that nobody compared emoji.
        const json& trust = reply.value.at("trust");
        decrypted.signed_device =
            trust == "Verified" || (trust.is_object() && trust.contains("Unverified") &&
                                    trust.at("Unverified") == "UnverifiedIdentity");
        return decrypted;
    }
    const std::string code = text(reply.value, "code");
    if (code == "store" || code == "memory") return refused(reply);
    decrypted.why = code + ": " + text(reply.value, "message");
    if (code == "missing_room_key") {
        decrypted.kind = Decrypted::Kind::missing_key;
        decrypted.withheld = text(reply.value, "withheld");
        const json parsed = json::parse(event, nullptr, false);
        if (parsed.is_object() && parsed.contains("content") && parsed.at("content").is_object()) {
            decrypted.session = text(parsed.at("content"), "session_id");
        }
    } else if (code == "untrusted_sender") {
        decrypted.kind = Decrypted::Kind::untrusted_sender;
    }
    return decrypted;
}

Result<CrossSigning> Crypto::cross_signing() {
    const Reply reply = take(bmc_cross_signing_status(machine_));
    if (!reply.ok) return refused(reply);
    CrossSigning state;
    state.has_seeds = flag(reply.value, "has_seeds");
    state.identity_known = flag(reply.value, "identity_known");
    state.device_signed = flag(reply.value, "device_signed");
    return state;
}

Result<std::vector<CryptoRequest>> Crypto::bootstrap_cross_signing(bool reset) {
    return many(bmc_bootstrap_cross_signing(machine_, reset));
}

Result<std::string> Crypto::export_seeds() {
    const Reply reply = take(bmc_export_cross_signing(machine_));
    if (!reply.ok) return refused(reply);
    if (reply.value.is_null()) return fail("there is no identity to export");
    return json_line(reply.value);
}

Result<CryptoRequest> Crypto::import_seeds(const std::string& seeds) {
    return one(bmc_import_cross_signing(machine_, seeds.c_str()));
}

Result<std::vector<Verification>> Crypto::verifications(const std::string& user) {
    const Reply reply = take(bmc_verifications(machine_, user.c_str()));
    if (!reply.ok) return refused(reply);
    std::vector<Verification> list;
    for (const json& item : reply.value) {
        Verification& one = list.emplace_back();
        one.flow = text(item, "flow");
        one.user = text(item, "user");
        one.device = text(item, "device");
        one.room = text(item, "room");
        one.state = text(item, "state");
        one.why = text(item, "why");
        for (const json& emoji : item.value("emoji", json::array())) {
            one.emoji.push_back({text(emoji, "symbol"), text(emoji, "name")});
        }
        for (const json& number : item.value("numbers", json::array())) {
            one.numbers.push_back(number.get<int>());
        }
    }
    return list;
}

Result<std::vector<CryptoRequest>> Crypto::request_verification(const std::string& user,
                                                                const std::string& device) {
    return many(bmc_request_verification(machine_, user.c_str(), device.c_str()));
}

Result<void> Crypto::verification_event(const std::string& room, const std::string& event) {
    return done(bmc_verification_event(machine_, room.c_str(), event.c_str()));
}

Result<std::vector<CryptoRequest>> Crypto::accept(const Verification& verification) {
    return act(machine_, verification, "accept");
}
Result<std::vector<CryptoRequest>> Crypto::start(const Verification& verification) {
    return act(machine_, verification, "start");
}
Result<std::vector<CryptoRequest>> Crypto::confirm(const Verification& verification) {
    return act(machine_, verification, "confirm");
}
Result<std::vector<CryptoRequest>> Crypto::cancel(const Verification& verification) {
    return act(machine_, verification, "cancel");
}

}  // namespace befriend::matrix

#endif
