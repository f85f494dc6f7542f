// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "adapters/store/sqlite.hpp"

namespace befriend {
namespace {

// Another program that holds the file for a moment (a backup, say) is waited for.
constexpr int busy_milliseconds = 2000;

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

// Makes the folder and the file for their owner alone, and takes the lock; the lock's descriptor.
Result<int> make_and_lock(const std::filesystem::path& file) {
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
        const bool full = errno == ENOSPC || errno == EDQUOT;
        return fail(sentence_for(full ? SQLITE_FULL : SQLITE_CANTOPEN, file.string()));
    }
    close(made);
    // A lock on the file itself would be dropped by SQLite's own opening and closing of it.
    const std::string lock_file = file.string() + ".lock";
    const int lock = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) {
        return fail(sentence_for(SQLITE_CANTOPEN, file.string()));
    }
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        close(lock);
        return fail(
            "befriend is already open with this memory somewhere else, so nothing is being saved "
            "here.");
    }
    return lock;
}

}  // namespace

SqliteStore::Connection::~Connection() {
    sqlite3_close_v2(database);
    if (lock >= 0) {
        close(lock);
    }
}

Error SqliteStore::Connection::error(int code) const { return fail(sentence_for(code, file)); }

Result<std::unique_ptr<SqliteStore::Connection>> SqliteStore::Connection::open(
    const std::filesystem::path& file, const std::optional<StoreSecret>& secret, bool for_writing) {
    auto connection = std::make_unique<Connection>();
    connection->file = file.string();
    if (for_writing) {
        const auto lock = make_and_lock(file);
        if (!lock) {
            return lock.error();
        }
        connection->lock = *lock;
    }
    const int way = for_writing ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    int code =
        sqlite3_open_v2(file.c_str(), &connection->database, way | SQLITE_OPEN_FULLMUTEX, nullptr);
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
    if (for_writing) {
        code = run_sql(database,
                       "pragma journal_mode = wal; pragma synchronous = full;"
                       "pragma secure_delete = on; pragma foreign_keys = on;"
                       "pragma temp_store = memory");
        if (code != SQLITE_OK) {
            return connection->error(code);
        }
    }
    const int found = schema_of(database);
    if (found < 0) {
        return connection->error(SQLITE_CORRUPT);
    }
    if (found > store_schema_version) {
        return fail("The saved conversation in " + file.string() +
                    " comes from a newer befriend, so it was left as it is and nothing new is "
                    "being saved.");
    }
    if (found < store_schema_version) {
        if (!for_writing) {
            return fail(file.string() +
                        " comes from an older befriend; the next start brings it up to date.");
        }
        code = bring_up_to_date(database, found);
        if (code != SQLITE_OK) {
            return connection->error(code);
        }
    }
    const auto opened = connection->open_vault(secret, for_writing);
    if (!opened) {
        return opened.error();
    }
    return connection;
}

Result<void> SqliteStore::Connection::open_vault(const std::optional<StoreSecret>& secret,
                                                 bool for_writing) {
    VaultRecord record;
    {
        Statement query(database, "select method, salt, rounds, memory, wrapped from vault");
        const int code = query.step();
        if (code == SQLITE_ROW) {
            record = {query.text(0), query.text(1), query.number(2), query.number(3),
                      query.text(4)};
        } else if (code != SQLITE_DONE) {
            return error(code);
        }
    }
    if (!record.method.empty()) {
        // Whoever only looks may look without the key.
        if (!secret && !for_writing) {
            return {};
        }
        if (!secret) {
            return fail(file + " is encrypted, and its key was not given.");
        }
        auto opened = Cipher::open(*secret, record);
        if (!opened) {
            return fail(file + ": " + opened.error().message + ".");
        }
        cipher = std::move(*opened);
        return {};
    }
    if (!secret) {
        return {};
    }
    {
        Statement any(database,
                      "select exists(select 1 from session) or exists(select 1 from note)"
                      " or exists(select 1 from inbox)");
        if (any.step() != SQLITE_ROW || any.number(0) != 0) {
            return fail(file +
                        " holds conversations that are not encrypted. Give no key, or begin with "
                        "a new file.");
        }
    }
    auto made = Cipher::create(*secret, record);
    if (!made) {
        return fail(file + ": " + made.error().message + ".");
    }
    Statement insert(database,
                     "insert into vault(only_one, method, salt, rounds, memory, wrapped) "
                     "values(1, ?1, ?2, ?3, ?4, ?5)");
    insert.bind(1, record.method).bind_bytes(2, record.salt).bind(3, record.rounds);
    insert.bind(4, record.memory).bind_bytes(5, record.wrapped);
    const int code = insert.step();
    if (code != SQLITE_DONE) {
        return error(code);
    }
    cipher = std::move(*made);
    return {};
}

std::string SqliteStore::Connection::row_of(const std::string& conversation) const {
    return cipher ? cipher->id(conversation) : conversation;
}

std::string SqliteStore::Connection::event_of(const std::string& row,
                                              const std::string& event) const {
    return cipher ? cipher->id(row + "/" + event) : event;
}

Result<std::optional<CipherKey>> SqliteStore::Connection::key_of(const std::string& row) const {
    if (!cipher) {
        return std::optional<CipherKey>{};
    }
    Statement query(database, "select wrapped from session_key where session_id = ?1");
    query.bind(1, row);
    const int code = query.step();
    if (code == SQLITE_DONE) {
        return std::optional<CipherKey>{};
    }
    if (code != SQLITE_ROW) {
        return error(code);
    }
    auto key = cipher->unwrap(query.text(0), row + "/key");
    if (!key) {
        return fail("The key of a saved conversation in " + file + " was changed.");
    }
    return key;
}

std::string SqliteStore::Connection::stored(const std::optional<CipherKey>& key,
                                            std::string_view plain,
                                            const std::string& place) const {
    return key ? seal(*key, plain, place) : std::string(plain);
}

Result<std::string> SqliteStore::Connection::plain(const std::optional<CipherKey>& key,
                                                   const std::string& text,
                                                   const std::string& place) const {
    if (!cipher) {
        return text;
    }
    auto opened = key ? unseal(*key, text, place) : std::nullopt;
    if (!opened) {
        return fail("A saved conversation in " + file +
                    " was changed by something else than befriend.");
    }
    return std::move(*opened);
}

int SqliteStore::Connection::write(const std::function<int(sqlite3*)>& change) {
    Job job{change};
    std::unique_lock queue_lock(queue_mutex_);
    queue_.push_back(&job);
    while (!job.done) {
        if (writing_) {
            written_.wait(queue_lock);
            continue;
        }
        // Whoever comes first writes for all who wait.
        writing_ = true;
        const std::vector<Job*> jobs = std::exchange(queue_, {});
        queue_lock.unlock();
        write_all(jobs);
        queue_lock.lock();
        writing_ = false;
        for (Job* written : jobs) {
            written->done = true;
        }
        written_.notify_all();
    }
    return job.code;
}

void SqliteStore::Connection::write_all(const std::vector<Job*>& jobs) {
    const std::scoped_lock database_lock(mutex);
    int code = run_sql(database, "begin immediate");
    for (Job* job : jobs) {
        if (code != SQLITE_OK) {
            break;
        }
        run_sql(database, "savepoint one");
        job->code = job->change(database);
        if (sqlite3_get_autocommit(database) != 0) {
            code = job->code == SQLITE_OK ? SQLITE_IOERR : job->code;  // all was undone
            break;
        }
        if (job->code != SQLITE_OK) {
            run_sql(database, "rollback to one");
        }
        run_sql(database, "release one");
    }
    if (code == SQLITE_OK) {
        code = run_sql(database, "commit");
    }
    if (code != SQLITE_OK) {
        run_sql(database, "rollback");
        for (Job* job : jobs) {
            job->code = code;
        }
    }
}

}  // namespace befriend
