// SPDX-License-Identifier: Apache-2.0
#include "tools/matrix_client.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <utility>

#include "adapters/matrix/client.hpp"
#include "engine/base/json_line.hpp"
#include "tools/files.hpp"

namespace befriend {
namespace {

using boost::asio::awaitable;
using nlohmann::json;

constexpr std::chrono::milliseconds longest_wait{60'000};  // for 429s, in all
constexpr std::chrono::milliseconds usual_wait{1'000};     // where a 429 does not say how long

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string default_folder() {
    const std::string state = environment("XDG_STATE_HOME");
    if (!state.empty()) return state + "/befriend/matrix";
    return environment("HOME") + "/.local/state/befriend/matrix";
}

std::string string_at(const json& object, const char* key) {
    if (!object.is_object() || !object.contains(key) || !object.at(key).is_string()) return {};
    return object.at(key).get<std::string>();
}

awaitable<Result<HttpResponse>> send_patiently(HttpClient& http, HttpRequest request) {
    std::chrono::milliseconds waited{0};
    for (;;) {
        HttpRequest again = request;
        auto response = co_await http.send(std::move(again));
        if (!response || response->status != 429 || waited >= longest_wait) co_return response;
        const auto told = matrix::retry_after(*response);
        const auto wait = told.count() == 0 ? usual_wait : std::min(told, longest_wait);
        waited += wait;
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, wait);
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
}

}  // namespace

Result<std::string> secret_from(const std::string& path) {
    std::string line;
    if (path == "-") {
        std::getline(std::cin, line);
    } else {
        std::ifstream file(path);
        if (!file) return fail("cannot read " + path);
        std::getline(file, line);
    }
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) return fail("the first line of " + path + " is empty");
    return line;
}

Result<MatrixPlace> matrix_place(const Options& options) {
    MatrixPlace place;
    place.folder = options.get("--account", default_folder());
    while (place.folder.size() > 1 && place.folder.back() == '/') place.folder.pop_back();
    place.recovery = options.get("--recovery-file", matrix::recovery_file(place.folder));
    if (options.has("--passphrase-file")) {
        auto passphrase = secret_from(options.get("--passphrase-file"));
        if (!passphrase) return passphrase.error();
        place.passphrase = std::move(*passphrase);
    } else {
        place.passphrase = environment("BEFRIEND_MATRIX_PASSPHRASE");
    }
    return place;
}

std::string MatrixAnswer::in_words() const {
    std::string words = std::to_string(status);
    if (!string_at(body, "errcode").empty()) words += " " + string_at(body, "errcode");
    if (!string_at(body, "error").empty()) words += " (" + string_at(body, "error") + ")";
    return words;
}

Result<std::unique_ptr<MatrixClient>> MatrixClient::open(boost::asio::io_context& io,
                                                         const std::string& homeserver,
                                                         const std::string& ca_file) {
    HttpOptions options;
    options.ca_file = ca_file;
    auto http = HttpClient::open(io.get_executor(), homeserver, std::move(options));
    if (!http) return http.error();
    auto client = std::make_unique<MatrixClient>();
    client->http_ = std::move(*http);
    return client;
}

awaitable<Result<MatrixAnswer>> MatrixClient::call(std::string method, std::string target,
                                                   json body, std::string token) {
    HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
    if (!body.is_null()) {
        request.headers.emplace_back("Content-Type", "application/json");
        request.body = json_line(body);
    }
    const auto response = co_await send_patiently(*http_, std::move(request));
    if (!response) co_return response.error();
    MatrixAnswer answer;
    answer.status = response->status;
    answer.body = json::parse(response->body, nullptr, false);
    if (answer.body.is_discarded()) answer.body = nullptr;
    answer.date = std::string(header(*response, "Date"));
    co_return answer;
}

matrix::Ask MatrixClient::ask(std::string token) {
    return [http = http_.get(), token = std::move(token)](HttpRequest request) {
        request.headers.emplace_back("Authorization", "Bearer " + token);
        request.timeout = std::chrono::seconds(60);
        return send_patiently(*http, std::move(request));
    };
}

Result<std::unique_ptr<matrix::Encryption>> open_encryption(boost::asio::io_context& io,
                                                            MatrixClient& client,
                                                            const matrix::SavedAccount& account,
                                                            const MatrixPlace& place,
                                                            matrix::EncryptionOptions more) {
    more.user_id = account.user_id;
    more.device_id = account.device_id;
    more.folder = matrix::keys_folder(place.folder);
    more.passphrase = place.passphrase;
    more.recovery_file = place.recovery;
    more.log = [](const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); };
    // Nothing to remember: a verification asks the homeserver about its room each time.
    matrix::Notes notes;
    notes.read = [](const std::string&) { return Result<std::string>(std::string()); };
    notes.write = [](const std::string&, const std::string&) { return Result<void>(); };
    return matrix::Encryption::open(io.get_executor(), std::move(more),
                                    client.ask(account.access_token), std::move(notes));
}

int run_coroutine(boost::asio::io_context& io, awaitable<int> work) {
    int code = 1;
    boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr failed, int result) {
        if (failed) std::rethrow_exception(failed);
        code = result;
        io.stop();
    });
    io.run();
    return code;
}

int matrix_error(const std::string& text, int code) {
    std::fprintf(stderr, "befriend matrix: %s\n", text.c_str());
    return code;
}

}  // namespace befriend
