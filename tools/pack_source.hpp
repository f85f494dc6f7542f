// SPDX-License-Identifier: Apache-2.0
//
// Where a pack comes from: the files built into the binary, together with those of a folder that
// the person names. The safety intents, safety dialogs and helplines built in always stay: a
// folder may add to them, never take away.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/pack.hpp"
#include "engine/script/compile.hpp"

namespace befriend {

struct PackOptions {
    std::string language = "en";
    std::filesystem::path folder;  // --pack DIR, with intents/ and dialogs/; empty: built in
    bool cache = true;             // keep the compiled pack in $XDG_CACHE_HOME/befriend
};

// Never null. When the folder's files are broken, `diagnostics` tells and the pack built in is
// returned. Reads the compiled pack from the cache when the files are unchanged.
std::shared_ptr<const Pack> load_pack(const PackOptions& options, Diagnostics& diagnostics);

std::vector<SourceFile> embedded_sources();
// Those that hold intents.
std::vector<Source> intent_sources(const std::vector<SourceFile>& files);

// The embedded files with those of a folder laid over them; what cannot be read is told.
std::vector<SourceFile> folder_sources(const std::filesystem::path& folder,
                                       Diagnostics& diagnostics);

// Of one file; false when it cannot be read.
bool read_file(const std::filesystem::path& path, std::string& bytes);

}  // namespace befriend
