// SPDX-License-Identifier: Apache-2.0
//
// A JSON value as one line of UTF-8. Bytes that are no UTF-8 become U+FFFD, so nothing is thrown.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace befriend {

std::string json_line(const nlohmann::json& value);  // without the line's end

}  // namespace befriend
