// SPDX-License-Identifier: Apache-2.0
#include "tools/transports.hpp"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <utility>

#include "adapters/host/jsonl_transport.hpp"
#include "adapters/matrix/account.hpp"
#include "adapters/matrix/transport.hpp"

namespace befriend {
namespace {

Result<std::unique_ptr<Transport>> make_jsonl(boost::asio::io_context& io, const Config&,
                                              const Log&) {
    return make_jsonl_transport(io, STDIN_FILENO, STDOUT_FILENO);
}

Result<std::unique_ptr<Transport>> make_matrix(boost::asio::io_context& io, const Config& config,
                                               const Log& log) {
    auto settings = matrix_settings(config);
    if (!settings) {
        return settings.error();
    }
    return matrix::make_transport(
        io.get_executor(), std::move(*settings),
        [&log](const std::string& text) { log.write(LogLevel::info, "matrix", {{"what", text}}); });
}

constexpr TransportFactory factories[] = {
    {"matrix", make_matrix},
    {"jsonl", make_jsonl},
};

}  // namespace

Result<matrix::Settings> matrix_settings(const Config& config) {
    matrix::Settings settings;
    settings.homeserver = config.text("matrix.homeserver");
    settings.user = config.text("matrix.user");
    const auto password = config.secret("matrix.password");
    const auto token = config.secret("matrix.access_token");
    if (!password || !token) {
        return password ? token.error() : password.error();
    }
    settings.password = without_line_end(password->value_or(""));
    settings.access_token = without_line_end(token->value_or(""));
    settings.account = config.text("matrix.account");
    settings.recovery_file = config.text("matrix.recovery_file");
    settings.cross_signed_only = config.flag("matrix.cross_signed_only");
    const auto passphrase = config.secret("matrix.passphrase");
    if (!passphrase) {
        return passphrase.error();
    }
    settings.passphrase = without_line_end(passphrase->value_or(""));
    if (!settings.account.empty()) {
        const auto login = matrix::read_account(settings.account);
        if (!login) {
            return login.error();
        }
        settings.homeserver = login->homeserver;
        settings.user = login->user_id;
        settings.access_token = login->access_token;
        settings.password.clear();
    }
    settings.device_name = config.text("matrix.device_name");
    settings.ca_file = config.text("matrix.ca_file");
    const std::string policy = config.text("matrix.invites");
    settings.invites = policy == "same_server" ? matrix::InvitePolicy::same_server
                       : policy == "allowlist" ? matrix::InvitePolicy::allowlist
                       : policy == "everyone"  ? matrix::InvitePolicy::everyone
                                               : matrix::InvitePolicy::nobody;
    settings.allow = config.list("matrix.allow");
    settings.refuse_openly = config.flag("matrix.refuse_openly");
    settings.most_rooms = static_cast<int>(config.number("matrix.most_rooms"));
    settings.invites_per_minute = static_cast<int>(config.number("matrix.invites_per_minute"));
    settings.typing = config.flag("matrix.typing");
    settings.read_receipts = config.flag("matrix.read_receipts");
    if (settings.homeserver.empty()) {
        return fail("matrix.homeserver is missing");
    }
    if (settings.access_token.empty() && (settings.password.empty() || settings.user.empty())) {
        return fail("give matrix.access_token, or matrix.user and matrix.password");
    }
    return settings;
}

std::span<const TransportFactory> transport_factories() { return factories; }

}  // namespace befriend
