// SPDX-License-Identifier: Apache-2.0
//
// `befriend chat --jsonl`: one JSON line in, one JSON line out, on a clock that moves only when
// told to. Deterministic: the same lines and seed give the same bytes.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

#include "adapters/host/host.hpp"
#include "tools/clock_option.hpp"

namespace befriend {

struct JsonlSettings {
    ClockStart clock;
    bool trace = false;
    std::optional<Beginning> at;  // begin here: said on a start line, otherwise only waited at
    std::string problem;          // told in the first line's problems: why nothing is stored
};

// Runs until the end of `in`. Returns 0; a line that cannot be understood gives an object with
// "error" and the stream goes on.
int chat_jsonl(Host& host, std::shared_ptr<const Pack> pack, const JsonlSettings& settings,
               std::istream& in, std::ostream& out);

}  // namespace befriend
