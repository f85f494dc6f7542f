// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "adapters/store/sqlite.hpp"

namespace befriend {
namespace {

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

// Deadlines that can be found, notes, and what encryption needs. `name` is the conversation's name
// when session_id is not.
constexpr const char* schema_2 = R"sql(
alter table session add column name blob;
alter table session add column deadline_ms integer;
create index session_deadline on session(deadline_ms) where deadline_ms is not null;
create table note(
    key text primary key not null,
    value blob not null) without rowid;
create table vault(
    only_one integer primary key check(only_one = 1),
    method text not null,
    salt blob not null,
    rounds integer not null,
    memory integer not null,
    wrapped blob not null);
create table session_key(
    session_id text primary key not null,
    wrapped blob not null) without rowid;
)sql";

// schemas[n] brings a file from version n to n + 1.
constexpr const char* schemas[] = {schema_1, schema_2};
static_assert(std::size(schemas) == store_schema_version);

}  // namespace

int schema_of(sqlite3* database) {
    Statement version(database, "pragma user_version");
    return version.step() == SQLITE_ROW ? static_cast<int>(version.number(0)) : -1;
}

int bring_up_to_date(sqlite3* database, int found) {
    int code = run_sql(database, "begin immediate");
    for (int version = found; code == SQLITE_OK && version < store_schema_version; ++version) {
        code = run_sql(database, schemas[version]);
    }
    if (code == SQLITE_OK) {
        const std::string end =
            "pragma user_version = " + std::to_string(store_schema_version) + "; commit";
        code = run_sql(database, end.c_str());
    }
    if (code != SQLITE_OK) {
        run_sql(database, "rollback");
    }
    return code;
}

}  // namespace befriend
