// SPDX-License-Identifier: Apache-2.0
#include "tools/diagnostic_json.hpp"

#include <nlohmann/json.hpp>

namespace befriend {

nlohmann::json diagnostics_json(const Diagnostics& diagnostics) {
    nlohmann::json list = nlohmann::json::array();
    for (const Diagnostic& d : diagnostics) {
        list.push_back({{"code", d.code},
                        {"severity", severity_name(d.severity)},
                        {"file", d.file},
                        {"line", d.line},
                        {"col", d.col},
                        {"message", d.message},
                        {"hint", d.hint}});
    }
    return {{"diagnostics", std::move(list)}};
}

}  // namespace befriend
