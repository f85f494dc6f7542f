// SPDX-License-Identifier: Apache-2.0
//
// The intents, dialogs and helplines that were built into this binary.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace befriend {

struct EmbeddedFile {
    std::string_view path;   // relative to the project: "dialogs/en/home.yaml"
    std::string_view bytes;  // lives as long as the program
};

// In the order of their paths.
std::vector<EmbeddedFile> embedded_files();

}  // namespace befriend
