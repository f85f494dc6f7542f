// SPDX-License-Identifier: Apache-2.0
//
// The pack of another revision: what git has of intents/ and dialogs/, in a folder of its own.
#pragma once

#include <filesystem>
#include <string>

#include "engine/base/result.hpp"

namespace befriend {

// The folder lives as long as this.
class RevisionFolder {
public:
    // Takes any name that git knows for a commit: HEAD~3, a tag, a branch, a hash. Reads the
    // repository of the working folder and leaves it as it is. The Error is a sentence.
    static Result<RevisionFolder> take(const std::string& revision);

    RevisionFolder(RevisionFolder&& other) noexcept;
    RevisionFolder& operator=(RevisionFolder&&) = delete;
    ~RevisionFolder();

    const std::filesystem::path& path() const { return path_; }

private:
    explicit RevisionFolder(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_;  // empty: moved away
};

}  // namespace befriend
