// SPDX-License-Identifier: Apache-2.0
//
// Signing in: which account, device and token to use, and whether they still work.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "adapters/host/transport.hpp"
#include "adapters/matrix/client.hpp"
#include "adapters/matrix/settings.hpp"
#include "adapters/matrix/tasks.hpp"

namespace befriend::matrix {

// The account noted by a former run; nothing in it when there is none.
Account noted_account(Inbox& inbox);

// Waits until the homeserver has accepted us, with back-off, or until `tasks` stops (then the
// account's token is empty). An Error: only the operator can help. The device of an earlier login
// is kept, so that encrypted rooms know it.
boost::asio::awaitable<Result<Account>> sign_in(Client& client, Inbox& inbox,
                                                const Settings& settings, Tasks& tasks,
                                                std::function<void(std::string)> log);

}  // namespace befriend::matrix
