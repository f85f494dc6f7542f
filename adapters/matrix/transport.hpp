// SPDX-License-Identifier: Apache-2.0
//
// befriend as a Matrix user: follows /sync, hands what people write to the host, and sends what
// the host gives back. One account, one device, one process.
//
// The one rule: the sync position that is kept (a note) moves on only when everything before it
// has been taken by the host. After a crash the homeserver tells the rest again, and the host
// knows the events that it has taken.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>

#include "adapters/host/transport.hpp"
#include "adapters/matrix/settings.hpp"

namespace befriend::matrix {

// Notes what an operator should know: ids and texts of conversations are never in it.
using Log = std::function<void(std::string)>;

std::unique_ptr<Transport> make_transport(boost::asio::any_io_executor executor, Settings settings,
                                          Log log);

}  // namespace befriend::matrix
