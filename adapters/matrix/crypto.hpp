// SPDX-License-Identifier: Apache-2.0
//
// The C++ face of the end-to-end encryption library (adapters/matrix/crypto): one account on one
// device, its keys and its sessions. It does no networking: it takes what the homeserver sent and
// tells which requests to make (encryption.hpp makes them).
//
// A Crypto may be used from any thread; its calls wait for each other. A call takes up to about a
// millisecond (SQLite). Two processes must never open the same folder: open() refuses the second.
// Built without encryption (BEFRIEND_MATRIX_E2EE=OFF), open() gives an Error.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.hpp"

extern "C" {
struct bmc_machine;
}

namespace befriend::matrix {

// One request to the homeserver that the machine wants made. Hand the body of the answer with
// status 200 back with Crypto::sent.
struct CryptoRequest {
    std::string id;
    std::string kind;    // "keys_upload", "keys_query", "to_device", "room_message", ...
    std::string method;  // "POST" or "PUT"
    std::string path;    // from "/_matrix" on, escaped
    std::string body;    // JSON
    // Only of "room_message": an event of a verification inside a room. In an encrypted room its
    // content must be encrypted first.
    std::string room;
    std::string type;
};

// A key that came: events of this session can be read now.
struct RoomKey {
    std::string room;
    std::string session;
};

struct SyncedKeys {
    std::vector<RoomKey> keys;
    std::vector<std::string> verifying;  // people from whom events of a verification came
};

// One event as it was written, or why not.
struct Decrypted {
    enum class Kind { clear, missing_key, untrusted_sender, broken };
    Kind kind = Kind::broken;
    std::string event;           // clear: the whole event, JSON
    bool signed_device = false;  // clear: the sender's device is signed by its owner
    std::string session;         // missing_key: which session is missing
    std::string
        withheld;     // missing_key: the code with which the sender kept it back, "m.unverified"
    std::string why;  // not clear: for the log; holds nothing of the message
};

struct CrossSigning {
    bool has_seeds = false;       // the three private keys are in the store
    bool identity_known = false;  // the homeserver has a public identity of this account
    bool device_signed = false;   // this device is signed by that identity: no red shield
};

// One interactive verification. `state`: "requested" (accept it), "ready" (start it), "started"
// (accept it), "waiting", "emoji" (compare, then confirm), "confirmed", "done", "cancelled".
struct Verification {
    struct Emoji {
        std::string symbol;
        std::string name;  // in English, as Element shows it
    };
    std::string flow;
    std::string user;
    std::string device;
    std::string room;  // empty for one between devices
    std::string state;
    std::vector<Emoji> emoji;  // seven when the state is "emoji"
    std::vector<int> numbers;  // three, for clients that show no emoji
    std::string why;           // cancelled: the reason
};

class Crypto {
public:
    // Whether the library was compiled in.
    static bool available();

    // Opens or creates the store in `folder`. An empty folder keeps everything in memory. The
    // passphrase encrypts what is stored; a wrong one is an Error.
    static Result<std::unique_ptr<Crypto>> open(const std::string& user, const std::string& device,
                                                const std::string& folder,
                                                const std::string& passphrase);
    ~Crypto();
    Crypto(const Crypto&) = delete;
    Crypto& operator=(const Crypto&) = delete;

    const std::string& user() const { return user_; }
    const std::string& device() const { return device_; }
    const std::string& curve25519() const { return curve25519_; }  // public, base64
    const std::string& ed25519() const { return ed25519_; }

    // Takes a whole /sync body. Call it with every one, before its timeline is read.
    Result<SyncedKeys> receive_sync(const std::string& body);
    Result<std::vector<CryptoRequest>> outgoing();
    Result<void> sent(const CryptoRequest& request, const std::string& body);

    // Follows the devices of these people from now on.
    Result<void> track(std::span<const std::string> users);
    // A request that asks for their keys at once.
    Result<CryptoRequest> query(std::span<const std::string> users);
    // The request that opens sessions with devices that lack one, if any does.
    Result<std::optional<CryptoRequest>> missing_sessions(std::span<const std::string> users);
    // The requests that give the room's present key to its members. Needed before every encrypt.
    Result<std::vector<CryptoRequest>> share_room_key(const std::string& room,
                                                      std::span<const std::string> users,
                                                      bool cross_signed_only);
    // Lets the next message begin with a new key.
    Result<void> discard_room_key(const std::string& room);
    // The content of m.room.encrypted for this one.
    Result<std::string> encrypt(const std::string& room, const std::string& type,
                                const std::string& content);
    // `event` is JSON. An Error: the store failed. What cannot be read is no Error.
    Result<Decrypted> decrypt(const std::string& room, const std::string& event,
                              bool cross_signed_only);

    // Cross-signing. Without `reset`, bootstrap publishes the identity that is in the store, or a
    // new one when there is none; its requests go out in order, and the homeserver may answer the
    // one of kind "signing_keys" with 401 (it wants the account's password).
    Result<CrossSigning> cross_signing();
    Result<std::vector<CryptoRequest>> bootstrap_cross_signing(bool reset);
    // The three private seeds as JSON: who has them can sign devices of this account.
    Result<std::string> export_seeds();
    // Query the account's own keys before. The request signs this device.
    Result<CryptoRequest> import_seeds(const std::string& seeds);

    // Interactive verification (SAS). Each action gives the requests to make.
    Result<std::vector<Verification>> verifications(const std::string& user);
    Result<std::vector<CryptoRequest>> request_verification(const std::string& user,
                                                            const std::string& device);
    // An event of a verification inside an unencrypted room; decrypt() sees the others itself.
    Result<void> verification_event(const std::string& room, const std::string& event);
    // Accepts a request ("requested") or a start ("started").
    Result<std::vector<CryptoRequest>> accept(const Verification& verification);
    Result<std::vector<CryptoRequest>> start(const Verification& verification);
    Result<std::vector<CryptoRequest>> confirm(const Verification& verification);
    Result<std::vector<CryptoRequest>> cancel(const Verification& verification);

private:
    Crypto() = default;

    bmc_machine* machine_ = nullptr;
    int lock_ = -1;  // holds the folder's lock file
    std::string user_, device_, curve25519_, ed25519_;
};

}  // namespace befriend::matrix
