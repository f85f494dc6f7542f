// SPDX-License-Identifier: Apache-2.0
//
// Reads dialogs/resources/*.yaml: one country a file, with its helplines. A number that is wrong
// is worse than none, so dates and certainty are checked here.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/safety/resources.hpp"
#include "engine/script/node.hpp"

namespace befriend {

// A line not verified for longer than this is warned about.
inline constexpr std::chrono::days oldest_line{180};

struct CountryFile {
    std::string path;
    ScriptNode root;
};

// The reports are by file. The international set comes last; when there is none, the resources are
// empty of it and the caller says so.
Resources compile_resources(std::span<const CountryFile* const> files,
                            std::optional<std::chrono::sys_days> today,
                            std::vector<Report>& reports);

}  // namespace befriend
