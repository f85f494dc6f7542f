// SPDX-License-Identifier: Apache-2.0
//
// The config and the store that `befriend run` and its companions work with.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/host/config.hpp"
#include "adapters/store/cipher.hpp"
#include "engine/base/result.hpp"

namespace befriend {

// Reads the file; when it has mistakes they are printed on standard error and the result is empty.
std::optional<Config> config_or_complain(std::string_view command, const std::string& file);

// The store's secret as the config gives it; nullopt: none.
Result<std::optional<StoreSecret>> store_secret(const Config& config);

}  // namespace befriend
