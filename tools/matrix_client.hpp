// SPDX-License-Identifier: Apache-2.0
//
// What the `befriend matrix` commands share: options, one homeserver to ask, and the encryption
// over it. Every command runs its coroutine to the end and returns its exit code.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "adapters/matrix/account.hpp"
#include "adapters/matrix/encryption.hpp"
#include "adapters/net/http.hpp"
#include "adapters/net/url.hpp"
#include "engine/base/result.hpp"
#include "tools/options.hpp"

namespace befriend {

struct MatrixPlace {
    std::string folder;      // see adapters/matrix/account.hpp
    std::string recovery;    // the file with the seeds
    std::string passphrase;  // of the crypto store
};

// From --account, --recovery-file and --passphrase-file, with their defaults.
Result<MatrixPlace> matrix_place(const Options& options);
// The first line of the file; "-" is standard input.
Result<std::string> secret_from(const std::string& path);

// An answer as status and JSON (null when it was none).
struct MatrixAnswer {
    int status = 0;
    nlohmann::json body;
    std::string date;  // the Date header

    bool ok() const { return status == 200; }
    // "403 M_FORBIDDEN (Invalid username or password)"
    std::string in_words() const;
};

class MatrixClient {
public:
    // `ca_file`: PEM, for homeservers with certificates of their own.
    static Result<std::unique_ptr<MatrixClient>> open(boost::asio::io_context& io,
                                                      const std::string& homeserver,
                                                      const std::string& ca_file);
    // `token` empty: without. 429 is waited for, up to a minute in all. `body` null: none.
    boost::asio::awaitable<Result<MatrixAnswer>> call(std::string method, std::string target,
                                                      nlohmann::json body, std::string token);
    // For Encryption.
    matrix::Ask ask(std::string token);

private:
    std::unique_ptr<HttpClient> http_;
};

// Opens the encryption of a logged-in account. Notes live in FOLDER/keys/notes.json; the bot keeps
// its own elsewhere.
Result<std::unique_ptr<matrix::Encryption>> open_encryption(boost::asio::io_context& io,
                                                            MatrixClient& client,
                                                            const matrix::SavedAccount& account,
                                                            const MatrixPlace& place,
                                                            matrix::EncryptionOptions more);

// Runs the coroutine to its end; an exception in it is a bug and ends the program.
int run_coroutine(boost::asio::io_context& io, boost::asio::awaitable<int> work);

int matrix_login(const Options& options);
int matrix_doctor(const Options& options);
int matrix_verify(const Options& options);
int matrix_logout(const Options& options);

// "befriend matrix: TEXT" on standard error; returns `code`.
int matrix_error(const std::string& text, int code = 1);

}  // namespace befriend
