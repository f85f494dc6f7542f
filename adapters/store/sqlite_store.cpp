// SPDX-License-Identifier: Apache-2.0
#include "adapters/store/sqlite_store.hpp"

#include <utility>

#include "adapters/store/sqlite.hpp"

namespace befriend {
namespace {

std::int64_t milliseconds(Instant at) { return at.time_since_epoch().count(); }

// Runs a statement that gives no rows; SQLITE_OK when it did.
int done(Statement& statement) {
    const int code = statement.step();
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

// The places that sealed fields belong to.
std::string state_place(const std::string& row, std::uint64_t version) {
    return row + "/state/" + std::to_string(version);
}
std::string item_place(const std::string& row, std::uint64_t seq, const char* column) {
    return row + "/" + column + "/" + std::to_string(seq);
}

int erase_rows(sqlite3* database, const std::string& row, bool events_too) {
    for (const char* sql :
         {"delete from session where session_id = ?1", "delete from outbox where session_id = ?1",
          "delete from session_key where session_id = ?1",
          "delete from inbox where session_id = ?1"}) {
        if (!events_too && std::string_view(sql).find("inbox") != std::string_view::npos) {
            continue;
        }
        Statement erase(database, sql);
        erase.bind(1, row);
        if (const int code = done(erase); code != SQLITE_OK) {
            return code;
        }
    }
    return SQLITE_OK;
}

}  // namespace

SqliteStore::SqliteStore(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}

SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& file,
                                                       const std::optional<StoreSecret>& secret) {
    auto connection = Connection::open(file, secret, true);
    if (!connection) {
        return connection.error();
    }
    // What was forgotten just before the program died may still be in the log beside the file.
    run_sql((*connection)->database, "pragma wal_checkpoint(truncate)");
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(*connection)));
}

Result<std::optional<StoredSession>> SqliteStore::load(const std::string& conversation) {
    const std::scoped_lock lock(connection_->mutex);
    return connection_->session(connection_->row_of(conversation));
}

Result<std::optional<StoredSession>> SqliteStore::Connection::session(
    const std::string& row) const {
    Statement query(database, "select version, state from session where session_id = ?1");
    query.bind(1, row);
    const int code = query.step();
    if (code == SQLITE_DONE) {
        return std::optional<StoredSession>{};
    }
    if (code != SQLITE_ROW) {
        return error(code);
    }
    const auto key = key_of(row);
    if (!key) {
        return key.error();
    }
    StoredSession session;
    session.version = static_cast<std::uint64_t>(query.number(0));
    auto state = plain(*key, query.text(1), state_place(row, session.version));
    if (!state) {
        return state.error();
    }
    session.state = std::move(*state);
    return std::optional<StoredSession>{std::move(session)};
}

// Runs inside write(): the whole turn, or an SQLite code; `outcome` says what became of it.
static int write_turn(SqliteStore::Connection& connection, const TurnRecord& turn,
                      Committed& outcome) {
    sqlite3* database = connection.database;
    const std::string row = connection.row_of(turn.conversation);
    std::vector<const std::string*> events{&turn.event_id};
    for (const std::string& id : turn.also) {
        events.push_back(&id);
    }
    for (const std::string* event : events) {
        Statement insert(database,
                         "insert into inbox(session_id, event_id, at_ms) values(?1, ?2, ?3) "
                         "on conflict do nothing");
        insert.bind(1, row).bind(2, connection.event_of(row, *event));
        insert.bind(3, milliseconds(turn.at));
        if (const int code = done(insert); code != SQLITE_OK) {
            return code;
        }
        if (sqlite3_changes(database) == 0) {
            outcome = Committed::duplicate;
            return SQLITE_ABORT;
        }
    }
    std::uint64_t version = 0;
    {
        Statement query(database, "select version from session where session_id = ?1");
        query.bind(1, row);
        const int code = query.step();
        if (code != SQLITE_ROW && code != SQLITE_DONE) {
            return code;
        }
        version = code == SQLITE_ROW ? static_cast<std::uint64_t>(query.number(0)) : 0;
    }
    if (version != turn.from_version) {
        outcome = Committed::conflict;
        return SQLITE_ABORT;
    }
    ++version;
    if (turn.erase) {
        if (const int code = erase_rows(database, row, false); code != SQLITE_OK) {
            return code;
        }
    }
    std::optional<CipherKey> key;
    if (connection.cipher) {
        auto known = connection.key_of(row);
        if (!known) {
            return SQLITE_CORRUPT;
        }
        key = *known;
        if (!key) {
            key = connection.cipher->new_key();
            Statement insert(database,
                             "insert into session_key(session_id, wrapped) values(?1, ?2)");
            insert.bind(1, row).bind_bytes(2, connection.cipher->wrap(*key, row + "/key"));
            if (const int code = done(insert); code != SQLITE_OK) {
                return code;
            }
        }
    }
    {
        Statement upsert(database,
                         "insert into session(session_id, version, state, name, deadline_ms) "
                         "values(?1, ?2, ?3, ?4, ?5) on conflict(session_id) do update set "
                         "version = ?2, state = ?3, deadline_ms = ?5");
        upsert.bind(1, row).bind(2, static_cast<std::int64_t>(version));
        upsert.bind(3, connection.stored(key, turn.state, state_place(row, version)));
        if (key) {
            upsert.bind_bytes(4, connection.stored(key, turn.conversation, row + "/name"));
        }
        if (turn.deadline) {
            upsert.bind(5, milliseconds(*turn.deadline));
        }
        if (const int code = done(upsert); code != SQLITE_OK) {
            return code;
        }
    }
    for (const OutboxItem& item : turn.outbox) {
        Statement insert(
            database,
            "insert into outbox(session_id, seq, txn_id, payload) values(?1, ?2, ?3, ?4)");
        insert.bind(1, row).bind(2, static_cast<std::int64_t>(item.seq));
        insert.bind(3, connection.stored(key, item.id, item_place(row, item.seq, "txn")));
        insert.bind(4, connection.stored(key, item.payload, item_place(row, item.seq, "payload")));
        if (const int code = done(insert); code != SQLITE_OK) {
            return code;
        }
    }
    Statement old(database, "delete from inbox where session_id = ?1 and at_ms < ?2");
    old.bind(1, row).bind(2, milliseconds(turn.at - event_memory));
    return done(old);
}

Result<Committed> SqliteStore::commit_turn(const TurnRecord& turn) {
    Committed outcome = Committed::done;
    const int code =
        connection_->write([&](sqlite3*) { return write_turn(*connection_, turn, outcome); });
    if (outcome != Committed::done && code == SQLITE_ABORT) {
        return outcome;
    }
    if (code != SQLITE_OK) {
        return connection_->error(code);
    }
    if (turn.erase) {
        empty_log();
    }
    return Committed::done;
}

// Earlier versions of erased rows are still in the log beside the file: write it back, empty it.
void SqliteStore::empty_log() {
    const std::scoped_lock lock(connection_->mutex);
    run_sql(connection_->database, "pragma wal_checkpoint(truncate)");
}

Result<std::vector<OutboxItem>> SqliteStore::pending(const std::string& conversation) {
    const std::scoped_lock lock(connection_->mutex);
    return connection_->outbox(connection_->row_of(conversation));
}

Result<std::vector<OutboxItem>> SqliteStore::Connection::outbox(const std::string& row) const {
    const auto key = key_of(row);
    if (!key) {
        return key.error();
    }
    Statement query(database,
                    "select seq, txn_id, payload from outbox where session_id = ?1 order by seq");
    query.bind(1, row);
    std::vector<OutboxItem> items;
    int code = query.step();
    for (; code == SQLITE_ROW; code = query.step()) {
        const auto seq = static_cast<std::uint64_t>(query.number(0));
        auto id = plain(*key, query.text(1), item_place(row, seq, "txn"));
        auto payload = plain(*key, query.text(2), item_place(row, seq, "payload"));
        if (!id || !payload) {
            return id ? payload.error() : id.error();
        }
        items.push_back({seq, std::move(*id), std::move(*payload)});
    }
    if (code != SQLITE_DONE) {
        return error(code);
    }
    return items;
}

Result<void> SqliteStore::delivered(const std::string& conversation, std::uint64_t seq) {
    const int code = connection_->write([&](sqlite3* database) {
        Statement erase(database, "delete from outbox where session_id = ?1 and seq <= ?2");
        erase.bind(1, connection_->row_of(conversation)).bind(2, static_cast<std::int64_t>(seq));
        return done(erase);
    });
    if (code != SQLITE_OK) {
        return connection_->error(code);
    }
    return {};
}

Result<void> SqliteStore::forget(const std::string& conversation) {
    const int code = connection_->write([&](sqlite3* database) {
        return erase_rows(database, connection_->row_of(conversation), true);
    });
    if (code != SQLITE_OK) {
        return connection_->error(code);
    }
    empty_log();
    return {};
}

Result<std::vector<Waiting>> SqliteStore::waiting() {
    const std::scoped_lock lock(connection_->mutex);
    Statement query(connection_->database,
                    "select session_id, name, deadline_ms, "
                    "exists(select 1 from outbox o where o.session_id = s.session_id) "
                    "from session s where deadline_ms is not null or "
                    "exists(select 1 from outbox o where o.session_id = s.session_id)");
    std::vector<Waiting> all;
    int code = query.step();
    for (; code == SQLITE_ROW; code = query.step()) {
        Waiting one;
        one.conversation = query.text(0);
        if (connection_->cipher) {
            const std::string row = query.text(0);
            const auto key = connection_->key_of(row);
            if (!key) {
                return key.error();
            }
            auto name = connection_->plain(*key, query.text(1), row + "/name");
            if (!name) {
                return name.error();
            }
            one.conversation = std::move(*name);
        }
        if (!query.null(2)) {
            one.deadline = Instant{std::chrono::milliseconds{query.number(2)}};
        }
        one.undelivered = query.number(3) != 0;
        all.push_back(std::move(one));
    }
    if (code != SQLITE_DONE) {
        return connection_->error(code);
    }
    return all;
}

Result<std::string> SqliteStore::note(const std::string& key) {
    const std::scoped_lock lock(connection_->mutex);
    Statement query(connection_->database, "select value from note where key = ?1");
    query.bind(1, key);
    const int code = query.step();
    if (code == SQLITE_DONE) {
        return std::string();
    }
    if (code != SQLITE_ROW) {
        return connection_->error(code);
    }
    if (!connection_->cipher) {
        return query.text(0);
    }
    return connection_->plain(connection_->cipher->notes(), query.text(0), "note/" + key);
}

Result<void> SqliteStore::set_note(const std::string& key, const std::string& value) {
    const int code = connection_->write([&](sqlite3* database) {
        Statement upsert(database,
                         "insert into note(key, value) values(?1, ?2) "
                         "on conflict(key) do update set value = excluded.value");
        upsert.bind(1, key);
        upsert.bind_bytes(2, connection_->cipher
                                 ? seal(connection_->cipher->notes(), value, "note/" + key)
                                 : value);
        return done(upsert);
    });
    if (code != SQLITE_OK) {
        return connection_->error(code);
    }
    return {};
}

}  // namespace befriend
