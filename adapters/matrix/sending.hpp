// SPDX-License-Identifier: Apache-2.0
//
// One way out for every event of ours: encrypted into an encrypted room, in plain text elsewhere,
// and never the one for the other.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "adapters/matrix/client.hpp"
#include "adapters/matrix/encryption.hpp"

namespace befriend::matrix {

// `encryption` may be null: then an encrypted room refuses. `txn` makes a repetition harmless.
boost::asio::awaitable<Answer> send_event(Client& client, Encryption* encryption, bool encrypted,
                                          std::string room, std::string type, std::string txn,
                                          std::string content);

}  // namespace befriend::matrix
