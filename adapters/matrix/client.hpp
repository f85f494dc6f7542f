// SPDX-License-Identifier: Apache-2.0
//
// The calls of the Matrix client-server API that befriend makes, one function each. Nothing here
// retries or waits: who calls decides what a refusal means.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/net/http.hpp"
#include "engine/base/result.hpp"

namespace befriend::matrix {

// A typing notice ends by itself after this time, should we not come to take it back.
inline constexpr std::chrono::milliseconds typing_lasts{15'000};

// What came of one call.
struct Answer {
    int status = 0;                      // 0: no answer came
    std::string body;                    // JSON
    std::string code;                    // "M_FORBIDDEN", when the homeserver refused
    std::string why;                     // for the log: no token, no text of a conversation
    std::chrono::milliseconds after{0};  // 429: when to try again

    bool good() const { return status >= 200 && status < 300; }
    // It may work later: no connection, a busy or broken server.
    bool later() const { return status == 0 || status == 429 || status >= 500; }
    bool bad_token() const { return status == 401; }
};

// Who we are on the homeserver.
struct Account {
    std::string user;
    std::string device;
    std::string token;
};

class Client {
public:
    // An Error: the address or the certificates make no sense.
    static Result<std::unique_ptr<Client>> open(boost::asio::any_io_executor executor,
                                                const std::string& homeserver,
                                                const std::string& ca_file);

    // Used for every call from now on.
    void use(Account account) { account_ = std::move(account); }
    const Account& account() const { return account_; }

    // `device` may be empty for a new one. Read the answer with read_login().
    boost::asio::awaitable<Answer> login(std::string user, std::string password, std::string device,
                                         std::string device_name);
    boost::asio::awaitable<Answer> whoami();
    boost::asio::awaitable<Answer> display_name();
    // Waits up to `wait` for something new; a first sync may take a while longer.
    boost::asio::awaitable<Answer> sync(std::string since, std::chrono::milliseconds wait);
    // Backwards from `from`, not beyond `until` (a sync position).
    boost::asio::awaitable<Answer> messages(std::string room, std::string from, std::string until,
                                            int most);
    boost::asio::awaitable<Answer> event(std::string room, std::string event);
    boost::asio::awaitable<Answer> joined_members(std::string room);
    boost::asio::awaitable<Answer> joined_rooms();

    // `txn` makes a repetition harmless: the same one gives the first one's event again.
    boost::asio::awaitable<Answer> send(std::string room, std::string type, std::string txn,
                                        std::string content);
    boost::asio::awaitable<Answer> join(std::string room, std::string via = {});
    // Leaving and forgetting: the homeserver shows the room to us no more.
    boost::asio::awaitable<Answer> leave(std::string room, std::string reason);
    boost::asio::awaitable<Answer> typing(std::string room, bool on);
    // In the room and all its threads.
    boost::asio::awaitable<Answer> read_up_to(std::string room, std::string event);
    // Notes in the account data that these two have a direct chat in `room`.
    boost::asio::awaitable<Answer> mark_direct(std::string user, std::string room);

    // Any request with our token, for the encryption's own ones.
    boost::asio::awaitable<Result<HttpResponse>> ask(HttpRequest request);

    // Ends what is under way with status 0.
    void close() { http_->close(); }

private:
    explicit Client(std::unique_ptr<HttpClient> http) : http_(std::move(http)) {}
    boost::asio::awaitable<Answer> call(std::string method, std::string target, std::string body,
                                        std::chrono::milliseconds timeout);

    std::unique_ptr<HttpClient> http_;
    Account account_;
};

// An Error: the answer does not have what belongs to a login.
Result<Account> read_login(const Answer& answer);

// How many rooms we are in, and who is in one of them; empty when the answer says no such thing.
std::optional<int> read_joined_rooms(const Answer& answer);
std::vector<std::string> read_joined_members(const Answer& answer);
// The id of the event that a send made.
std::string read_sent(const Answer& answer);

// A number of milliseconds from "Retry-After: 3" or the body's retry_after_ms; 0 when neither is
// there. At most ten minutes.
std::chrono::milliseconds retry_after(const HttpResponse& response);

}  // namespace befriend::matrix
