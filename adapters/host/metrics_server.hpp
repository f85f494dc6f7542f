// SPDX-License-Identifier: Apache-2.0
//
// A few pages over HTTP for the machine's own tools. It answers GET, one request a connection, and
// has no TLS: it belongs on the loopback address.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace boost::asio {
class io_context;
}

namespace befriend {

struct MetricsPage {
    int status = 404;
    std::string body;
};

// Listens until the io_context ends. `page` is called on its thread with the path. Gives the port,
// which the system chooses when `port` is 0. An Error: the address cannot be used.
Result<std::uint16_t> serve_metrics(boost::asio::io_context& io, const std::string& address,
                                    std::uint16_t port,
                                    std::function<MetricsPage(std::string_view path)> page);

}  // namespace befriend
