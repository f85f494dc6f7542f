// SPDX-License-Identifier: Apache-2.0
//
// The transports that `befriend run` can start: a row each. A transport runs when its table stands
// in the config; its keys are rows of adapters/host/config_keys.cpp.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "adapters/host/config.hpp"
#include "adapters/host/log.hpp"
#include "adapters/host/transport.hpp"
#include "adapters/matrix/settings.hpp"

namespace boost::asio {
class io_context;
}

namespace befriend {

struct TransportFactory {
    std::string_view name;  // of the table in the config, and before the ':' of conversations
    // `io` and `log` outlive the transport. An Error is one for the operator: the transport cannot
    // be started with this config.
    Result<std::unique_ptr<Transport>> (*make)(boost::asio::io_context& io, const Config& config,
                                               const Log& log);
};

std::span<const TransportFactory> transport_factories();

// The [matrix] table, also for `befriend matrix ...`. An Error: something needed is missing.
Result<matrix::Settings> matrix_settings(const Config& config);

}  // namespace befriend
