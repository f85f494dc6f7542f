// SPDX-License-Identifier: Apache-2.0
#include "adapters/store/sqlite_store.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <string_view>
#include <utility>

namespace befriend {
namespace {

// Raised when the tables change; migrate() brings an older file up to it.
constexpr int schema_version = 1;
// Another program that holds the file for a moment (a backup, say) is waited for.
constexpr int busy_milliseconds = 2000;

// Every key begins with the conversation, so the same tables can be spread over many machines.
constexpr const char* schema_1 = R"sql(
create table inbox(
    session_id text not null,
    event_id text not null,
    at_ms integer not null,
    primary key(session_id, event_id)) without rowid;
create table session(
    session_id text primary key not null,
    version integer not null,
    state text not null) without rowid;
create table outbox(
    session_id text not null,
    seq integer not null,
    txn_id text not null,
    payload text not null,
    primary key(session_id, seq)) without rowid;
)sql";

std::string sentence_for(int code, const std::string& file) {
    switch (code & 0xFF) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return "The saved conversation in " + file +
                   " is damaged, so it was left as it is and nothing new is being saved.";
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return file + " cannot be written to, so nothing new is being saved.";
        case SQLITE_FULL:
        case SQLITE_IOERR:
            return "There is no room on the disk, so nothing new is being saved; what was saved "
                   "before is safe.";
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return "Another program is using " + file + ", so nothing new is being saved.";
        default:
            return std::string("Saving did not work (") + sqlite3_errstr(code) +
                   "), so nothing new is being saved.";
    }
}

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
    // SQLITE_ROW, SQLITE_DONE or an error.
    int step() { return code_ == SQLITE_OK ? sqlite3_step(statement_) : code_; }
    std::string text(int column) const {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
        return bytes == nullptr ? std::string() : std::string(bytes, size);
    }
    std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }

private:
    sqlite3_stmt* statement_ = nullptr;
    int code_ = SQLITE_OK;
};

int run(sqlite3* database, const char* sql) {
    return sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
}

std::int64_t milliseconds(Instant at) { return at.time_since_epoch().count(); }

int migrate(sqlite3* database, int found) {
    int code = run(database, "begin immediate");
    if (code == SQLITE_OK && found < 1) {
        code = run(database, schema_1);
    }
    if (code == SQLITE_OK) {
        code = run(database, "pragma user_version = 1; commit");
    }
    static_assert(schema_version == 1, "add the step for the new version above");
    if (code != SQLITE_OK) {
        run(database, "rollback");
    }
    return code;
}

}  // namespace

struct SqliteStore::Connection {
    std::string file;
    int lock = -1;
    sqlite3* database = nullptr;
    std::mutex mutex;

    ~Connection() {
        sqlite3_close_v2(database);
        if (lock >= 0) {
            close(lock);
        }
    }

    Error error(int code) const { return fail(sentence_for(code, file)); }

    // Undoes the open transaction and gives the reason.
    Error undo(int code) {
        run(database, "rollback");
        return error(code);
    }
};

SqliteStore::SqliteStore(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}

SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& file) {
    auto connection = std::make_unique<Connection>();
    connection->file = file.string();

    std::error_code problem;
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    if (!std::filesystem::exists(folder, problem)) {
        std::filesystem::create_directories(folder, problem);
        if (problem) {
            return fail("The folder " + folder.string() +
                        " cannot be made, so nothing is being saved.");
        }
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, problem);
    }
    // Made here, so that SQLite's own files beside it inherit the permissions.
    const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (made < 0) {
        if (errno == ENOSPC || errno == EDQUOT) {
            return connection->error(SQLITE_FULL);
        }
        return connection->error(SQLITE_CANTOPEN);
    }
    close(made);
    // A lock on the file itself would be dropped by SQLite's own opening and closing of it.
    const std::string lock_file = file.string() + ".lock";
    connection->lock = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (connection->lock < 0) {
        return connection->error(SQLITE_CANTOPEN);
    }
    if (flock(connection->lock, LOCK_EX | LOCK_NB) != 0) {
        return fail(
            "befriend is already open with this memory in another window, so this window "
            "saves nothing.");
    }

    int code = sqlite3_open_v2(file.c_str(), &connection->database,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, nullptr);
    sqlite3* database = connection->database;
    if (code != SQLITE_OK) {
        return connection->error(code);
    }
    sqlite3_extended_result_codes(database, 1);
    sqlite3_busy_timeout(database, busy_milliseconds);
    {
        Statement check(database, "pragma quick_check(1)");
        code = check.step();
        if (code != SQLITE_ROW) {
            return connection->error(code);
        }
        if (check.text(0) != "ok") {
            return connection->error(SQLITE_CORRUPT);
        }
    }
    code = run(database,
               "pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on;"
               "pragma foreign_keys = on; pragma temp_store = memory");
    if (code != SQLITE_OK) {
        return connection->error(code);
    }
    int found = 0;
    {
        Statement version(database, "pragma user_version");
        code = version.step();
        if (code != SQLITE_ROW) {
            return connection->error(code);
        }
        found = static_cast<int>(version.number(0));
    }
    if (found > schema_version) {
        return fail("The saved conversation in " + file.string() +
                    " comes from a newer befriend, so it was left as it is and nothing new is "
                    "being saved.");
    }
    if (found < schema_version) {
        code = migrate(database, found);
        if (code != SQLITE_OK) {
            return connection->error(code);
        }
    }
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(connection)));
}

Result<std::optional<StoredSession>> SqliteStore::load(const std::string& conversation) {
    const std::scoped_lock lock(connection_->mutex);
    Statement query(connection_->database,
                    "select version, state from session where session_id = ?1");
    query.bind(1, conversation);
    const int code = query.step();
    if (code == SQLITE_ROW) {
        return std::optional<StoredSession>{
            StoredSession{query.text(1), static_cast<std::uint64_t>(query.number(0))}};
    }
    if (code == SQLITE_DONE) {
        return std::optional<StoredSession>{};
    }
    return connection_->error(code);
}

Result<Committed> SqliteStore::commit_turn(const TurnRecord& turn) {
    const std::scoped_lock lock(connection_->mutex);
    sqlite3* database = connection_->database;
    int code = run(database, "begin immediate");
    if (code != SQLITE_OK) {
        return connection_->error(code);
    }
    {
        Statement insert(database,
                         "insert into inbox(session_id, event_id, at_ms) values(?1, ?2, ?3) "
                         "on conflict do nothing");
        insert.bind(1, turn.conversation).bind(2, turn.event_id).bind(3, milliseconds(turn.at));
        code = insert.step();
        if (code != SQLITE_DONE) {
            return connection_->undo(code);
        }
    }
    if (sqlite3_changes(database) == 0) {
        run(database, "rollback");
        return Committed::duplicate;
    }
    {
        Statement upsert(database,
                         "insert into session(session_id, version, state) values(?1, 1, ?2) "
                         "on conflict(session_id) do update set version = version + 1, "
                         "state = excluded.state where session.version = ?3");
        upsert.bind(1, turn.conversation)
            .bind(2, turn.state)
            .bind(3, static_cast<std::int64_t>(turn.from_version));
        code = upsert.step();
        if (code != SQLITE_DONE) {
            return connection_->undo(code);
        }
    }
    if (sqlite3_changes(database) == 0) {
        run(database, "rollback");
        return Committed::conflict;
    }
    for (const OutboxItem& item : turn.outbox) {
        Statement insert(
            database,
            "insert into outbox(session_id, seq, txn_id, payload) values(?1, ?2, ?3, ?4)");
        insert.bind(1, turn.conversation)
            .bind(2, static_cast<std::int64_t>(item.seq))
            .bind(3, item.id)
            .bind(4, item.payload);
        code = insert.step();
        if (code != SQLITE_DONE) {
            return connection_->undo(code);
        }
    }
    {
        Statement old(database, "delete from inbox where session_id = ?1 and at_ms < ?2");
        old.bind(1, turn.conversation).bind(2, milliseconds(turn.at - event_memory));
        code = old.step();
        if (code != SQLITE_DONE) {
            return connection_->undo(code);
        }
    }
    code = run(database, "commit");
    if (code != SQLITE_OK) {
        return connection_->undo(code);
    }
    return Committed::done;
}

Result<std::vector<OutboxItem>> SqliteStore::pending(const std::string& conversation) {
    const std::scoped_lock lock(connection_->mutex);
    Statement query(connection_->database,
                    "select seq, txn_id, payload from outbox where session_id = ?1 order by seq");
    query.bind(1, conversation);
    std::vector<OutboxItem> items;
    int code = query.step();
    for (; code == SQLITE_ROW; code = query.step()) {
        items.push_back(
            {static_cast<std::uint64_t>(query.number(0)), query.text(1), query.text(2)});
    }
    if (code != SQLITE_DONE) {
        return connection_->error(code);
    }
    return items;
}

Result<void> SqliteStore::delivered(const std::string& conversation, std::uint64_t seq) {
    const std::scoped_lock lock(connection_->mutex);
    Statement erase(connection_->database,
                    "delete from outbox where session_id = ?1 and seq <= ?2");
    erase.bind(1, conversation).bind(2, static_cast<std::int64_t>(seq));
    const int code = erase.step();
    if (code != SQLITE_DONE) {
        return connection_->error(code);
    }
    return {};
}

Result<void> SqliteStore::forget(const std::string& conversation) {
    const std::scoped_lock lock(connection_->mutex);
    sqlite3* database = connection_->database;
    int code = run(database, "begin immediate");
    if (code != SQLITE_OK) {
        return connection_->error(code);
    }
    for (const char* sql :
         {"delete from session where session_id = ?1", "delete from outbox where session_id = ?1",
          "delete from inbox where session_id = ?1"}) {
        Statement erase(database, sql);
        erase.bind(1, conversation);
        code = erase.step();
        if (code != SQLITE_DONE) {
            return connection_->undo(code);
        }
    }
    code = run(database, "commit");
    if (code != SQLITE_OK) {
        return connection_->undo(code);
    }
    // Earlier versions of the rows are still in the log beside the file: write it back and empty
    // it.
    run(database, "pragma wal_checkpoint(truncate)");
    return {};
}

}  // namespace befriend
