// SPDX-License-Identifier: Apache-2.0
//
// Encryption as the Matrix client sees it: it carries the requests of Crypto over HTTP, in the
// order that keeps keys and messages together, and remembers which rooms are encrypted. The one
// rule: nothing goes out in plain text into a room that was ever seen encrypted.
//
// How the client uses it:
//   start:       open(), then setup() until it succeeds
//   every /sync: on_sync(body) first; then the timeline, each m.room.encrypted through read();
//                on_sync also gives back earlier events whose key has now come
//   room state:  m.room.encryption -> set_encrypted(room); m.room.member -> members_changed(room);
//                after joining -> track(members)
//   sending:     is_encrypted(room) ? send(...) : plain
//   now and then: unreadable(now) names the rooms in which to say `unreadable_sentence` once
//
// Everything runs on one io_context (one strand). Coroutines take their arguments by value.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/matrix/crypto.hpp"
#include "adapters/net/http.hpp"
#include "engine/base/result.hpp"

namespace befriend::matrix {

// What is said, encrypted, when a message stayed unreadable for a minute.
inline constexpr std::string_view unreadable_sentence =
    "I could not read your last message: the key for it did not reach me. Could you send it once "
    "more?";

// Makes one request with the account's token and gives the answer as it came. Retrying 429s is
// left to whoever gives this function.
using Ask = std::function<boost::asio::awaitable<Result<HttpResponse>>(HttpRequest)>;

// Where small things are kept across restarts (Inbox::note and set_note).
struct Notes {
    std::function<Result<std::string>(const std::string&)> read;
    std::function<Result<void>(const std::string&, const std::string&)> write;
};

struct EncryptionOptions {
    std::string user_id;
    std::string device_id;
    std::string folder;      // the crypto store: one process, one account, one device
    std::string passphrase;  // encrypts it
    // The seeds of the identity are written here once (0600) and read when the store is lost. Keep
    // it outside `folder`. Empty: they are not kept, and a lost store means a lost identity.
    std::string recovery_file;
    // The account's password, for homeservers that want it when an identity is published.
    std::string password;
    // Replaces an identity that exists: everybody who verified the account is warned.
    bool reset_identity = false;
    // Writes to and reads from devices that are signed by their owners only.
    bool cross_signed_only = false;
    // Notes what an operator should know. Holds no text of a conversation.
    std::function<void(std::string)> log;
};

// What setup() found.
struct Setup {
    bool device_signed = false;
    bool seeds_written = false;  // the recovery file was made now
    std::string remedy;          // when the device is not signed: what the operator can do
};

struct RoomEvent {
    std::string room;
    std::string event;  // JSON, as written
};

// A timeline event of type m.room.encrypted, read.
struct Reading {
    enum class Kind {
        clear,    // `event` is to be handled like any other
        waiting,  // its key is missing: it is kept, and on_sync gives it back when the key comes
        refused   // it can never be read
    };
    Kind kind = Kind::refused;
    std::string event;
    bool signed_device = false;
    std::string why;  // not clear: for the log
};

class Encryption {
public:
    // An Error: the store cannot be opened, or the program was built without encryption.
    static Result<std::unique_ptr<Encryption>> open(boost::asio::any_io_executor executor,
                                                    EncryptionOptions options, Ask ask,
                                                    Notes notes);
    ~Encryption();

    // Uploads the device's keys and sees that the device is signed. May be called again; does
    // nothing when all is well. An Error: the homeserver could not be asked; try again later.
    boost::asio::awaitable<Result<Setup>> setup();

    // Takes the whole body of a /sync answer. Gives events that waited for a key that has come, in
    // the order in which they were written. On an Error the same body is to be given again.
    boost::asio::awaitable<Result<std::vector<RoomEvent>>> on_sync(std::string body);

    // Reads one event of type m.room.encrypted (JSON). Verifications are handled on the way.
    Result<Reading> read(const std::string& room, const std::string& event);

    // An event (JSON) of a room that is not encrypted: handled when it belongs to a verification.
    boost::asio::awaitable<Result<void>> plain_verification(std::string room, std::string event);

    // Rooms in which a message has waited for its key for a minute: each is named once.
    std::vector<std::string> unreadable(std::chrono::steady_clock::time_point now);

    bool is_encrypted(const std::string& room) const { return encrypted_.contains(room); }
    // For good. An Error: it could not be remembered; do not go on.
    Result<void> set_encrypted(const std::string& room);
    // Somebody came or went: the next message begins with a new key.
    Result<void> members_changed(const std::string& room);
    // Asks the homeserver about a room that is not known as encrypted, and remembers a yes.
    boost::asio::awaitable<Result<bool>> learn(std::string room);
    // Follows the devices of these people and asks for their keys.
    boost::asio::awaitable<Result<void>> track(std::vector<std::string> users);

    // Encrypts `content` (JSON) of this type for the joined members and sends it. Gives the
    // homeserver's answer to the send, whatever its status; an Error: something before that
    // failed, nothing was sent, and the same call may be made again with the same `txn`.
    boost::asio::awaitable<Result<HttpResponse>> send(std::string room,
                                                      std::vector<std::string> members,
                                                      std::string type, std::string content,
                                                      std::string txn);

    Crypto& crypto() { return *crypto_; }
    // People from whom events of a verification came since the start.
    const std::set<std::string>& verifying() const { return verifying_; }
    // Makes these requests, in order.
    boost::asio::awaitable<Result<void>> make(std::vector<CryptoRequest> requests);
    // Makes what the machine wants made now.
    boost::asio::awaitable<Result<void>> pump();

private:
    class Lock;
    struct Waiting {
        std::string room;
        std::string session;
        std::string event;
        std::chrono::steady_clock::time_point since;
    };

    Encryption(boost::asio::any_io_executor executor, EncryptionOptions options, Ask ask,
               Notes notes);
    Result<void> load_notes();
    Result<void> save_waiting();
    void touch_last_sync();
    void log(const std::string& text) const;
    Reading keep(const std::string& room, const std::string& event, const Decrypted& decrypted);
    boost::asio::awaitable<Result<std::string>> answered(CryptoRequest request);
    boost::asio::awaitable<Result<void>> make_one(CryptoRequest request);
    boost::asio::awaitable<Result<void>> make_in_room(CryptoRequest request);
    boost::asio::awaitable<Result<std::vector<CryptoRequest>>> pump_once();
    boost::asio::awaitable<Result<void>> publish_identity(bool reset, Setup& setup);
    boost::asio::awaitable<Result<void>> import_identity();
    boost::asio::awaitable<Result<void>> query_self();
    std::shared_ptr<Lock> lock_of(const std::string& room);

    boost::asio::any_io_executor executor_;
    EncryptionOptions options_;
    Ask ask_;
    Notes notes_;
    std::unique_ptr<Crypto> crypto_;
    std::optional<std::chrono::steady_clock::time_point> touched_;
    std::set<std::string> encrypted_;
    std::vector<Waiting> waiting_;
    bool waiting_loaded_ = false;    // from the notes: their keys may be here already
    bool waiting_changed_ = false;   // since the note was written
    std::set<std::string> told_;     // rooms in which the sentence was said and nothing read since
    std::set<std::string> in_room_;  // ids of verification events on their way
    std::set<std::string> verifying_;
    std::map<std::string, std::shared_ptr<Lock>> locks_;
    std::shared_ptr<Lock> pumping_;
};

}  // namespace befriend::matrix
