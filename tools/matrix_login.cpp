// SPDX-License-Identifier: Apache-2.0
//
// befriend matrix login and logout.
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <utility>

#include "adapters/matrix/secret_file.hpp"
#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/matrix_client.hpp"

namespace befriend {
namespace {

using boost::asio::awaitable;
using nlohmann::json;

// Asks without showing what is typed.
Result<std::string> ask_password(const std::string& user) {
    if (::isatty(STDIN_FILENO) == 0) return fail("--password-file is needed (no terminal to ask)");
    std::fprintf(stderr, "Password of %s: ", user.c_str());
    termios before = {};
    ::tcgetattr(STDIN_FILENO, &before);
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    std::string password;
    std::getline(std::cin, password);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::fputc('\n', stderr);
    if (password.empty()) return fail("no password was typed");
    return password;
}

// "example.org" says where its homeserver is; without an answer it is the homeserver itself.
awaitable<Result<std::string>> find_homeserver(boost::asio::io_context& io, std::string user,
                                               std::string ca_file) {
    const auto colon = user.find(':');
    if (user.empty() || user.front() != '@' || colon == std::string::npos) {
        co_return fail("--user is written @name:server");
    }
    const std::string server = "https://" + user.substr(colon + 1);
    auto client = MatrixClient::open(io, server, ca_file);
    if (!client) co_return client.error();
    const json nothing;
    const auto answer = co_await (*client)->call("GET", "/.well-known/matrix/client", nothing, "");
    if (!answer || !answer->ok() || !answer->body.is_object()) co_return server;
    const json homeserver = answer->body.value("m.homeserver", json::object());
    if (!homeserver.is_object() || !homeserver.contains("base_url") ||
        !homeserver.at("base_url").is_string()) {
        co_return server;
    }
    co_return homeserver.at("base_url").get<std::string>();
}

struct Login {
    const Options& options;
    MatrixPlace place;
    std::string password;  // empty: not given
};

awaitable<Result<matrix::SavedAccount>> log_in(boost::asio::io_context& io, Login& login) {
    const std::string user = login.options.get("--user");
    if (user.empty()) co_return fail("--user @NAME:SERVER is needed");
    matrix::SavedAccount account;
    account.homeserver = login.options.get("--homeserver");
    if (account.homeserver.empty()) {
        auto found = co_await find_homeserver(io, user, login.options.get("--ca-file"));
        if (!found) co_return found.error();
        account.homeserver = std::move(*found);
    }
    while (account.homeserver.ends_with('/')) account.homeserver.pop_back();
    if (login.password.empty()) {
        auto typed = ask_password(user);
        if (!typed) co_return typed.error();
        login.password = std::move(*typed);
    }
    auto client = MatrixClient::open(io, account.homeserver, login.options.get("--ca-file"));
    if (!client) co_return client.error();
    json body;
    body["type"] = "m.login.password";
    body["identifier"] = {{"type", "m.id.user"}, {"user", user}};
    body["password"] = login.password;
    body["initial_device_display_name"] = login.options.get("--device-name", "befriend");
    const auto answer =
        co_await (*client)->call("POST", "/_matrix/client/v3/login", std::move(body), "");
    if (!answer) co_return answer.error();
    if (!answer->ok()) {
        co_return fail("the homeserver refuses the login: " + answer->in_words());
    }
    for (const auto& [key, value] :
         {std::pair{"user_id", &account.user_id}, std::pair{"device_id", &account.device_id},
          std::pair{"access_token", &account.access_token}}) {
        if (!answer->body.is_object() || !answer->body.contains(key) ||
            !answer->body.at(key).is_string()) {
            co_return fail(std::string("the answer to the login has no ") + key);
        }
        *value = answer->body.at(key).get<std::string>();
    }
    // Keys of another device are of no use to this one.
    std::error_code ignored;
    std::filesystem::remove_all(matrix::keys_folder(login.place.folder), ignored);
    const auto written = matrix::write_account(login.place.folder, account);
    if (!written) co_return written.error();
    co_return account;
}

void tell(const Login& login, const matrix::SavedAccount& account, const matrix::Setup& setup,
          bool encrypted) {
    if (login.options.has("--json")) {
        const json result{{"homeserver", account.homeserver},
                          {"user_id", account.user_id},
                          {"device_id", account.device_id},
                          {"account", login.place.folder},
                          {"encryption", encrypted},
                          {"device_signed", setup.device_signed},
                          {"recovery_file", login.place.recovery},
                          {"recovery_file_written", setup.seeds_written},
                          {"remedy", setup.remedy}};
        std::puts(json_line(result).c_str());
        return;
    }
    std::printf("logged in as %s, device %s\n", account.user_id.c_str(), account.device_id.c_str());
    if (!encrypted) {
        std::puts("built without encryption: encrypted rooms will be refused");
        return;
    }
    std::puts(setup.device_signed ? "the device is signed: people see no warning"
                                  : "the device is not signed: people see a red shield");
    if (!setup.remedy.empty()) std::printf("  %s\n", setup.remedy.c_str());
    if (setup.seeds_written) {
        std::printf(
            "the seeds of the account's identity are in %s\n"
            "  keep a copy elsewhere: with it a lost device is replaced without a warning\n",
            login.place.recovery.c_str());
    }
}

awaitable<int> login_work(boost::asio::io_context& io, Login& login) {
    auto account = matrix::read_account(login.place.folder);
    if (account && login.options.has("--user") && login.options.get("--user") != account->user_id) {
        co_return matrix_error(login.place.folder + " is logged in as " + account->user_id +
                                   "; befriend matrix logout first, or give another --account",
                               2);
    }
    if (!account) {
        if (std::filesystem::exists(matrix::account_file(login.place.folder))) {
            co_return matrix_error(account.error().message, 2);
        }
        account = co_await log_in(io, login);
        if (!account) co_return matrix_error(account.error().message);
    }
    matrix::Setup setup;
    if (!matrix::Crypto::available()) {
        tell(login, *account, setup, false);
        co_return 0;
    }
    auto client = MatrixClient::open(io, account->homeserver, login.options.get("--ca-file"));
    if (!client) co_return matrix_error(client.error().message);
    matrix::EncryptionOptions more;
    more.password = login.password;
    more.reset_identity = login.options.has("--replace-identity");
    auto encryption = open_encryption(io, **client, *account, login.place, std::move(more));
    if (!encryption) co_return matrix_error(encryption.error().message);
    const auto done = co_await (*encryption)->setup();
    if (!done) co_return matrix_error(done.error().message);
    tell(login, *account, *done, true);
    co_return done->device_signed ? 0 : 1;
}

awaitable<int> logout_work(boost::asio::io_context& io, const Options& options, MatrixPlace place,
                           matrix::SavedAccount account) {
    auto client = MatrixClient::open(io, account.homeserver, options.get("--ca-file"));
    if (!client) co_return matrix_error(client.error().message);
    const json nothing = json::object();
    const auto answer = co_await (*client)->call("POST", "/_matrix/client/v3/logout", nothing,
                                                 account.access_token);
    if (!answer) co_return matrix_error(answer.error().message);
    if (!answer->ok() && answer->status != 401) {  // 401: it was given up elsewhere
        co_return matrix_error("the homeserver refuses the logout: " + answer->in_words());
    }
    std::error_code wrong;
    std::filesystem::remove_all(matrix::keys_folder(place.folder), wrong);
    if (!wrong) std::filesystem::remove(matrix::account_file(place.folder), wrong);
    if (wrong) co_return matrix_error("cannot remove " + place.folder + ": " + wrong.message());
    if (options.has("--json")) {
        const json result{{"user_id", account.user_id}, {"device_id", account.device_id}};
        std::puts(json_line(result).c_str());
    } else {
        std::printf("logged %s out; the recovery file stays\n", account.user_id.c_str());
    }
    co_return 0;
}

}  // namespace

int matrix_login(const Options& options) {
    auto place = matrix_place(options);
    if (!place) return matrix_error(place.error().message, 2);
    Login login{options, std::move(*place), {}};
    if (options.has("--password-file")) {
        auto password = secret_from(options.get("--password-file"));
        if (!password) return matrix_error(password.error().message, 2);
        login.password = std::move(*password);
    }
    boost::asio::io_context io;
    const int code = run_coroutine(io, login_work(io, login));
    matrix::wipe(login.password);
    return code;
}

int matrix_logout(const Options& options) {
    auto place = matrix_place(options);
    if (!place) return matrix_error(place.error().message, 2);
    auto account = matrix::read_account(place->folder);
    if (!account) return matrix_error(account.error().message, 2);
    boost::asio::io_context io;
    return run_coroutine(io, logout_work(io, options, std::move(*place), std::move(*account)));
}

}  // namespace befriend
