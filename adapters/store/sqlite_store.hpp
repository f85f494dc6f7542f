// SPDX-License-Identifier: Apache-2.0
//
// Conversations in one SQLite file: every turn is on the disk before it is answered, erased text
// is overwritten, and only the owner can read the file. With a secret, everything but counts, times
// and sizes is encrypted (cipher.hpp).
//
// One program at a time: a second one on the same file gets an Error that says so.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "adapters/store/cipher.hpp"
#include "adapters/store/store.hpp"

namespace befriend {

class SqliteStore final : public Store {
public:
    // Opens or makes the file and its folder. The Error's message is a sentence for the person:
    // the folder cannot be written, the file is damaged (it is left as it is), another program
    // holds it, it comes from a newer befriend, or the secret is missing or another. A new file
    // opened with a secret is encrypted from the start.
    static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& file,
                                                     const std::optional<StoreSecret>& secret = {});
    ~SqliteStore() override;
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;

    Result<std::optional<StoredSession>> load(const std::string& conversation) override;
    Result<Committed> commit_turn(const TurnRecord& turn) override;
    Result<std::vector<OutboxItem>> pending(const std::string& conversation) override;
    Result<void> delivered(const std::string& conversation, std::uint64_t seq) override;
    Result<void> forget(const std::string& conversation) override;
    Result<std::vector<Waiting>> waiting() override;
    Result<std::string> note(const std::string& key) override;
    Result<void> set_note(const std::string& key, const std::string& value) override;

    struct Connection;  // sqlite.hpp; sqlite3.h stays out of this header

private:
    void empty_log();
    explicit SqliteStore(std::unique_ptr<Connection> connection);
    std::unique_ptr<Connection> connection_;
};

}  // namespace befriend
