// SPDX-License-Identifier: Apache-2.0
#include "adapters/matrix/session.hpp"

#include <utility>

#include "adapters/matrix/json.hpp"

namespace befriend::matrix {

using boost::asio::awaitable;
using nlohmann::json;

namespace {

constexpr const char* note_key = "matrix.account";
constexpr std::chrono::seconds first_wait{1};
constexpr std::chrono::seconds longest_wait{60};

struct Attempt {
    Account account;
    Answer answer;
    bool by_password = false;
};

awaitable<Attempt> attempt(Client& client, const Settings& settings, Account known) {
    Attempt made;
    if (!known.token.empty()) {
        client.use(known);
        made.answer = co_await client.whoami();
        if (made.answer.good()) {
            const json body = parsed(made.answer.body);
            known.user = text_at(body, "user_id");
            known.device = text_at(body, "device_id");
            made.account = std::move(known);
            co_return made;
        }
        if (!made.answer.bad_token() || settings.password.empty()) {
            co_return made;
        }
    }
    client.use({});
    made.by_password = true;
    made.answer =
        co_await client.login(settings.user, settings.password, known.device, settings.device_name);
    if (made.answer.good()) {
        if (auto account = read_login(made.answer)) {
            made.account = std::move(*account);
        }
    }
    co_return made;
}

}  // namespace

Account noted_account(Inbox& inbox) {
    const auto note = inbox.note(note_key);
    const json from = note ? parsed(*note) : json();
    return {text_at(from, "user"), text_at(from, "device"), text_at(from, "token")};
}

awaitable<Result<Account>> sign_in(Client& client, Inbox& inbox, const Settings& settings,
                                   Tasks& tasks, std::function<void(std::string)> log) {
    Backoff backoff(first_wait, longest_wait);
    while (!tasks.stopping()) {
        Account known = noted_account(inbox);
        if (!settings.access_token.empty()) {
            known = {"", "", settings.access_token};
        }
        if (known.token.empty() && settings.password.empty()) {
            co_return fail("matrix: neither access_token nor password is given");
        }
        Attempt made = co_await attempt(client, settings, std::move(known));
        if (!made.account.token.empty()) {
            client.use(made.account);
            const json note{{"user", made.account.user},
                            {"device", made.account.device},
                            {"token", made.account.token}};
            const auto noted = settings.access_token.empty() ? inbox.set_note(note_key, line(note))
                                                             : Result<void>();
            if (!noted) {
                log("the login could not be kept: " + noted.error().message);
            }
            co_return std::move(made.account);
        }
        if (!made.answer.later()) {
            const std::string what = made.by_password ? "user and password" : "access token";
            co_return fail("matrix: the homeserver does not accept the " + what + " (" +
                           made.answer.why + "). Make a new one with: befriend matrix login");
        }
        log("the homeserver cannot be reached: " + made.answer.why);
        const auto wait = made.answer.after.count() > 0 ? made.answer.after : backoff.next();
        co_await tasks.pause(wait);
    }
    co_return Account{};
}

}  // namespace befriend::matrix
