// SPDX-License-Identifier: Apache-2.0
//
// The simplest transport: lines of JSON in and out. For programs that bring their own network, and
// for tests of the host.
//
// In:  {"conversation":"a","id":"e1","text":"hello"}; instead of "text" also "start":true,
//      "parts":[...], "button":"id", "edit":"new text" or "redact":true. Optional: "person",
//      "at" (milliseconds since 1970), "shared_room", "plain".
//      {"hold":true} puts deliveries off until {"hold":false}.
// Out: {"taken":"e1","conversation":"a"} once the event is stored for good; {"error":...} when a
//      line could not be taken; {"deliver":"ID","conversation":"a","effect":{...}}.
#pragma once

#include <memory>

#include "adapters/host/transport.hpp"

namespace boost::asio {
class io_context;
}

namespace befriend {

// `in` is a pipe, a socket or a terminal: not a file. Both stay the caller's.
std::unique_ptr<Transport> make_jsonl_transport(boost::asio::io_context& io, int in, int out);

}  // namespace befriend
