// SPDX-License-Identifier: Apache-2.0
#include "engine/base/json_line.hpp"

#include <nlohmann/json.hpp>

namespace befriend {

std::string json_line(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace befriend
