// SPDX-License-Identifier: Apache-2.0
//
// From the files that people write to the Pack that the engine runs. Every mistake in every file
// is told at once, in a stable order; with an error there is no pack.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/pack.hpp"

namespace befriend {

// intents/<lang>/*.yaml, dialogs/<lang>/*.yaml and dialogs/resources/*.yaml are told apart by
// their path, other files by their keys.
struct SourceFile {
    std::string path;
    std::string bytes;
};

struct CompileOptions {
    std::string language = "en";
    // Helplines are checked for their age when today is known.
    std::optional<std::chrono::sys_days> today;
    // A pack in spite of errors: what is broken is left out. Only for the files built in, where
    // some of it is better than silence.
    bool forgiving = false;
};

struct LoadedPack {
    std::optional<Pack> pack;
    Diagnostics diagnostics;
};

LoadedPack compile_pack(std::span<const SourceFile> files, const CompileOptions& options = {});

// Names and bytes of all files: what a compiled pack on disk is called by.
std::uint64_t hash_files(std::span<const SourceFile> files);

// Checks single files against a set of files that is taken as known and right: its dialogs, slots
// and intents may be named. Keeps the parsed set, so that many checks cost little.
class FileChecker {
public:
    FileChecker(std::span<const SourceFile> known, CompileOptions options);
    ~FileChecker();
    FileChecker(FileChecker&&) noexcept;
    FileChecker& operator=(FileChecker&&) noexcept;

    // A dialog of the known set with the same name is replaced by the file.
    Diagnostics check(std::span<const SourceFile> files) const;

private:
    struct Known;
    std::unique_ptr<const Known> known_;
};

}  // namespace befriend
