// SPDX-License-Identifier: Apache-2.0
//
// Conversations in one SQLite file: every turn is on the disk before it is answered, erased text
// is overwritten, and only the owner can read the file.
//
// One program at a time: a second one on the same file gets an Error that says so.
#pragma once

#include <filesystem>
#include <memory>

#include "adapters/store/store.hpp"

namespace befriend {

class SqliteStore final : public Store {
public:
    // Opens or makes the file and its folder. The Error's message is a sentence for the person:
    // the folder cannot be written, the file is damaged (it is left as it is), another program
    // holds it, or it comes from a newer befriend.
    static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& file);
    ~SqliteStore() override;
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;

    Result<std::optional<StoredSession>> load(const std::string& conversation) override;
    Result<Committed> commit_turn(const TurnRecord& turn) override;
    Result<std::vector<OutboxItem>> pending(const std::string& conversation) override;
    Result<void> delivered(const std::string& conversation, std::uint64_t seq) override;
    Result<void> forget(const std::string& conversation) override;

private:
    struct Connection;  // sqlite3.h stays out of this header
    explicit SqliteStore(std::unique_ptr<Connection> connection);
    std::unique_ptr<Connection> connection_;
};

}  // namespace befriend
