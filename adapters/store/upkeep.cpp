// SPDX-License-Identifier: Apache-2.0
#include "adapters/store/upkeep.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "adapters/store/sqlite.hpp"
#include "engine/session_json.hpp"

namespace befriend {
namespace {

// A few at a time, so that a bot's turns get in between.
constexpr int pages_a_step = 256;
constexpr int pause_milliseconds = 5;

std::int64_t count(sqlite3* database, const char* sql) {
    Statement query(database, sql);
    return query.step() == SQLITE_ROW ? query.number(0) : -1;
}

// What is wrong with the texts of a row; empty when nothing is.
std::string check_conversation(const SqliteStore::Connection& connection, const std::string& row) {
    const auto session = connection.session(row);
    if (!session) {
        return session.error().message;
    }
    if (!*session || !session_from_json((*session)->state)) {
        return "A saved conversation cannot be read.";
    }
    const auto outbox = connection.outbox(row);
    return outbox ? std::string() : outbox.error().message;
}

}  // namespace

Result<void> back_up_store(const std::filesystem::path& file, const std::filesystem::path& target) {
    const auto source = SqliteStore::Connection::open(file, std::nullopt, false);
    if (!source) {
        return source.error();
    }
    const int made = ::open(target.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made < 0) {
        return fail(target.string() + " exists already or cannot be written.");
    }
    close(made);
    sqlite3* copy = nullptr;
    int code = sqlite3_open_v2(target.c_str(), &copy, SQLITE_OPEN_READWRITE, nullptr);
    if (code == SQLITE_OK) {
        sqlite3_backup* backup = sqlite3_backup_init(copy, "main", (*source)->database, "main");
        code = backup == nullptr ? sqlite3_errcode(copy) : SQLITE_OK;
        while (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED) {
            code = sqlite3_backup_step(backup, pages_a_step);
            if (code != SQLITE_DONE) {
                sqlite3_sleep(pause_milliseconds);
            }
        }
        sqlite3_backup_finish(backup);
        if (code == SQLITE_DONE) {
            // One file, without a log beside it.
            code = run_sql(copy, "pragma journal_mode = delete");
        }
    }
    sqlite3_close_v2(copy);
    if (code != SQLITE_OK) {
        std::error_code ignored;
        std::filesystem::remove(target, ignored);
        return fail("The copy could not be made (" + std::string(sqlite3_errstr(code)) + ").");
    }
    return {};
}

Result<StoreReport> check_store(const std::filesystem::path& file,
                                const std::optional<StoreSecret>& secret) {
    const auto opened = SqliteStore::Connection::open(file, secret, false);
    if (!opened) {
        return opened.error();
    }
    SqliteStore::Connection& connection = **opened;
    StoreReport report;
    sqlite3* database = connection.database;
    report.schema = schema_of(database);
    report.encrypted = count(database, "select count(*) from vault") > 0;
    report.key_given = connection.cipher.has_value();
    report.conversations = count(database, "select count(*) from session");
    report.undelivered = count(database, "select count(*) from outbox");
    report.deadlines =
        count(database, "select count(*) from session where deadline_ms is not null");
    {
        Statement integrity(database, "pragma integrity_check(20)");
        while (integrity.step() == SQLITE_ROW) {
            if (integrity.text(0) != "ok") {
                report.problems.push_back(integrity.text(0));
            }
        }
    }
    if (report.encrypted && !report.key_given) {
        return report;
    }
    std::vector<std::string> conversations;
    {
        Statement query(database, "select session_id from session");
        while (query.step() == SQLITE_ROW) {
            conversations.push_back(query.text(0));
        }
    }
    const std::int64_t shown = 20;
    std::int64_t unreadable = 0;
    for (const std::string& row : conversations) {
        const auto problem = check_conversation(connection, row);
        if (!problem.empty() && ++unreadable <= shown) {
            report.problems.push_back(problem);
        }
    }
    if (unreadable > shown) {
        report.problems.push_back(std::to_string(unreadable - shown) + " more conversations");
    }
    return report;
}

}  // namespace befriend
