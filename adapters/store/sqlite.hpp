// SPDX-License-Identifier: Apache-2.0
//
// For the SQLite store's own files: statements, the schema, and the open database. Nobody else
// includes it.
#pragma once

#include <sqlite3.h>

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/store/cipher.hpp"
#include "adapters/store/sqlite_store.hpp"

namespace befriend {

// A prepared statement for one use.
class Statement {
public:
    Statement(sqlite3* database, const char* sql) {
        code_ = sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr);
    }
    ~Statement() { sqlite3_finalize(statement_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(int place, std::string_view text) {
        if (code_ == SQLITE_OK) {
            code_ = sqlite3_bind_text64(statement_, place, text.data(), text.size(),
                                        SQLITE_TRANSIENT, SQLITE_UTF8);
        }
        return *this;
    }
    Statement& bind(int place, std::int64_t number) {
        if (code_ == SQLITE_OK) {
            code_ = sqlite3_bind_int64(statement_, place, number);
        }
        return *this;
    }
    Statement& bind(int place, std::optional<std::int64_t> number) {
        return number ? bind(place, *number) : *this;  // what is not bound is null
    }
    Statement& bind_bytes(int place, std::string_view bytes) {
        if (code_ == SQLITE_OK) {
            code_ = sqlite3_bind_blob64(statement_, place, bytes.data(), bytes.size(),
                                        SQLITE_TRANSIENT);
        }
        return *this;
    }
    // SQLITE_ROW, SQLITE_DONE or an error.
    int step() { return code_ == SQLITE_OK ? sqlite3_step(statement_) : code_; }
    std::string text(int column) const {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
        return bytes == nullptr ? std::string() : std::string(bytes, size);
    }
    std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
    bool null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

private:
    sqlite3_stmt* statement_ = nullptr;
    int code_ = SQLITE_OK;
};

inline int run_sql(sqlite3* database, const char* sql) {
    return sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
}

// Raised when the tables change; bring_up_to_date() then brings older files up to it.
inline constexpr int store_schema_version = 2;
// Of the open file, or -1 when it cannot be read.
int schema_of(sqlite3* database);
// One transaction for all steps; an SQLite code.
int bring_up_to_date(sqlite3* database, int found);

struct SqliteStore::Connection {
    // For writing it takes the lock and brings the schema up to date; for reading it is a second
    // look at a file that another program may hold.
    static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& file,
                                                    const std::optional<StoreSecret>& secret,
                                                    bool for_writing);
    ~Connection();

    Error error(int code) const;

    // The row of a conversation: its name, or what stands for it when encrypted.
    std::string row_of(const std::string& conversation) const;
    std::string event_of(const std::string& row, const std::string& event) const;
    // nullopt: the conversation has no key yet, or the store is not encrypted. The caller holds
    // `mutex`.
    Result<std::optional<CipherKey>> key_of(const std::string& row) const;
    // Text as it is stored, and back. With no key it stays as it is.
    std::string stored(const std::optional<CipherKey>& key, std::string_view plain,
                       const std::string& place) const;
    Result<std::string> plain(const std::optional<CipherKey>& key, const std::string& text,
                              const std::string& place) const;

    // What a row holds. The caller holds `mutex`.
    Result<std::optional<StoredSession>> session(const std::string& row) const;
    Result<std::vector<OutboxItem>> outbox(const std::string& row) const;

    // Writes that come at once are committed together: one wait for the disk. `change` runs in a
    // savepoint of its own; returning anything but SQLITE_OK undoes it alone.
    int write(const std::function<int(sqlite3*)>& change);

    std::string file;
    int lock = -1;
    sqlite3* database = nullptr;
    std::mutex mutex;  // of the database and its transaction
    std::optional<Cipher> cipher;

private:
    struct Job {
        const std::function<int(sqlite3*)>& change;
        int code = SQLITE_OK;
        bool done = false;
    };
    void write_all(const std::vector<Job*>& jobs);
    Result<void> open_vault(const std::optional<StoreSecret>& secret, bool for_writing);

    std::mutex queue_mutex_;
    std::condition_variable written_;
    std::vector<Job*> queue_;
    bool writing_ = false;
};

}  // namespace befriend
