// SPDX-License-Identifier: Apache-2.0
//
// Looking after a store's file, also while a bot has it open.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "adapters/store/cipher.hpp"
#include "engine/base/result.hpp"

namespace befriend {

// Copies the store into a new file, for its owner's eyes only. The copy is one moment of the
// store; what is encrypted stays so, and no key is needed. Turns go on meanwhile. An Error: the
// target exists, or one of the files cannot be used; then no target is left behind.
Result<void> back_up_store(const std::filesystem::path& file, const std::filesystem::path& target);

struct StoreReport {
    int schema = 0;
    bool encrypted = false;
    bool key_given = false;  // the texts were opened, too
    std::int64_t conversations = 0;
    std::int64_t undelivered = 0;
    std::int64_t deadlines = 0;
    std::vector<std::string> problems;  // empty: all is well
};

// Reads everything and changes nothing. An Error: the file cannot be opened at all, comes from
// another version, or the secret is another one.
Result<StoreReport> check_store(const std::filesystem::path& file,
                                const std::optional<StoreSecret>& secret);

}  // namespace befriend
