// SPDX-License-Identifier: Apache-2.0
#include "tools/transports.hpp"

#include <unistd.h>

#include "adapters/host/jsonl_transport.hpp"

namespace befriend {
namespace {

Result<std::unique_ptr<Transport>> make_jsonl(boost::asio::io_context& io, const Config&) {
    return make_jsonl_transport(io, STDIN_FILENO, STDOUT_FILENO);
}

constexpr TransportFactory factories[] = {
    {"jsonl", make_jsonl},
};

}  // namespace

std::span<const TransportFactory> transport_factories() { return factories; }

}  // namespace befriend
