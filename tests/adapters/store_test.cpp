// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "adapters/store/memory_store.hpp"
#include "adapters/store/sqlite_store.hpp"
#include "adapters/store/upkeep.hpp"

using namespace befriend;

namespace {

// A folder of its own, gone at the end of the test.
class Folder {
public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "befriend-XXXXXX").string();
        path = mkdtemp(pattern.data());
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::permissions(path, std::filesystem::perms::owner_all, ignored);
        std::filesystem::remove_all(path, ignored);
    }
    std::filesystem::path path;
};

std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

TurnRecord turn(std::string event, std::uint64_t from, std::string state) {
    TurnRecord record;
    record.conversation = "c";
    record.event_id = std::move(event);
    record.from_version = from;
    record.state = std::move(state);
    record.at = Instant{std::chrono::hours{1000}};
    record.outbox = {{from * 100, "c-" + std::to_string(from * 100), "first"},
                     {from * 100 + 1, "c-" + std::to_string(from * 100 + 1), "second"}};
    return record;
}

void keeps_its_promises(Store& store) {
    CHECK_FALSE(store.load("c").value().has_value());
    CHECK(store.commit_turn(turn("e1", 0, "one")).value() == Committed::done);
    CHECK(store.load("c").value()->state == "one");
    CHECK(store.load("c").value()->version == 1);
    CHECK(store.pending("c").value().size() == 2);

    // The same event again changes nothing, whatever it carries.
    CHECK(store.commit_turn(turn("e1", 1, "twice")).value() == Committed::duplicate);
    CHECK(store.load("c").value()->state == "one");
    CHECK(store.pending("c").value().size() == 2);

    // A turn that started from an older session is refused whole: its event stays unanswered.
    CHECK(store.commit_turn(turn("e2", 0, "stale")).value() == Committed::conflict);
    CHECK(store.load("c").value()->state == "one");
    CHECK(store.commit_turn(turn("e2", 1, "two")).value() == Committed::done);
    CHECK(store.load("c").value()->version == 2);

    // Confirming one item confirms those before it.
    const auto pending = store.pending("c").value();
    REQUIRE(pending.size() == 4);
    CHECK(pending[0].payload == "first");
    CHECK(store.delivered("c", pending[2].seq).has_value());
    REQUIRE(store.pending("c").value().size() == 1);
    CHECK(store.pending("c").value()[0].id == pending[3].id);

    // Conversations do not see each other.
    TurnRecord other = turn("e1", 0, "other");
    other.conversation = "d";
    CHECK(store.commit_turn(other).value() == Committed::done);
    CHECK(store.load("c").value()->state == "two");

    CHECK(store.forget("c").has_value());
    CHECK_FALSE(store.load("c").value().has_value());
    CHECK(store.pending("c").value().empty());
    CHECK(store.load("d").value()->state == "other");
    CHECK(store.commit_turn(turn("e1", 0, "anew")).value() == Committed::done);

    // A gathered burst: one known event refuses the whole turn.
    TurnRecord burst = turn("e2", 1, "burst");
    burst.also = {"e3", "e4"};
    burst.deadline = Instant{std::chrono::hours{1001}};
    CHECK(store.commit_turn(burst).value() == Committed::done);
    TurnRecord again = turn("e5", 2, "again");
    again.also = {"e4"};
    CHECK(store.commit_turn(again).value() == Committed::duplicate);
    CHECK(store.commit_turn(turn("e5", 2, "alone")).value() == Committed::done);

    // Who waits for something.
    CHECK(store.delivered("d", 1'000'000).has_value());
    CHECK(store.delivered("c", 1'000'000).has_value());
    CHECK(store.waiting().value().empty());
    TurnRecord later = turn("e6", 3, "later");
    later.deadline = Instant{std::chrono::hours{1002}};
    CHECK(store.commit_turn(later).value() == Committed::done);
    const auto waiting = store.waiting().value();
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0].conversation == "c");
    CHECK(waiting[0].undelivered);
    CHECK(waiting[0].deadline == Instant{std::chrono::hours{1002}});

    // Forgetting in a turn: what was stored goes, the version and the answered events stay.
    TurnRecord last = turn("e7", 4, "blank");
    last.erase = true;
    last.outbox.resize(1);
    CHECK(store.commit_turn(last).value() == Committed::done);
    CHECK(store.load("c").value()->version == 5);
    CHECK(store.load("c").value()->state == "blank");
    CHECK(store.pending("c").value().size() == 1);
    CHECK(store.commit_turn(turn("e6", 5, "twice")).value() == Committed::duplicate);

    CHECK(store.note("a.b").value().empty());
    CHECK(store.set_note("a.b", "one").has_value());
    CHECK(store.set_note("a.b", std::string("two\0three", 9)).has_value());
    CHECK(store.note("a.b").value() == std::string("two\0three", 9));
}

StoreSecret key_of(char c) {
    StoreSecret secret;
    secret.key = std::string(32, c);
    return secret;
}

void run_sql(const std::filesystem::path& file, const char* sql) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
    CHECK(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
}

}  // namespace

TEST_SUITE("adapters/store") {
    TEST_CASE("a store takes a turn whole or not at all, and each event once") {
        SUBCASE("in memory") {
            MemoryStore store;
            keeps_its_promises(store);
        }
        SUBCASE("in a file") {
            const Folder folder;
            const auto store = SqliteStore::open(folder.path / "a/b/befriend.db");
            REQUIRE(store.has_value());
            keeps_its_promises(**store);
        }
        SUBCASE("in an encrypted file") {
            const Folder folder;
            const auto store = SqliteStore::open(folder.path / "befriend.db", key_of('k'));
            REQUIRE(store.has_value());
            keeps_its_promises(**store);
        }
    }

    TEST_CASE("an encrypted file opens with its own secret only") {
        const Folder folder;
        const auto file = folder.path / "befriend.db";
        StoreSecret passphrase;
        passphrase.passphrase = "correct horse";
        StoreSecret other;
        other.passphrase = "battery staple";
        {
            const auto store = SqliteStore::open(file, passphrase);
            REQUIRE(store.has_value());
            CHECK((*store)->commit_turn(turn("e1", 0, "kept")).value() == Committed::done);
        }
        struct Row {
            std::optional<StoreSecret> secret;
            std::string_view words;
        };
        for (const Row& row : {Row{std::nullopt, "key was not given"}, Row{other, "not the one"},
                               Row{key_of('k'), "with a passphrase"}}) {
            const auto refused = SqliteStore::open(file, row.secret);
            REQUIRE_FALSE(refused.has_value());
            CAPTURE(refused.error().message);
            CHECK(refused.error().message.find(row.words) != std::string::npos);
        }
        const auto store = SqliteStore::open(file, passphrase);
        REQUIRE(store.has_value());
        CHECK((*store)->load("c").value()->state == "kept");
    }

    TEST_CASE("an encrypted file holds no word, and a forgotten conversation's key is gone") {
        const Folder folder;
        const auto file = folder.path / "befriend.db";
        const std::string secret = "a-sentence-that-nobody-else-writes";
        const auto everything = [&] { return bytes_of(file) + bytes_of(file.string() + "-wal"); };
        const auto store = SqliteStore::open(file, key_of('k'));
        REQUIRE(store.has_value());
        TurnRecord record = turn("an-event-id", 0, secret);
        record.conversation = "matrix:!room:example.org";
        record.outbox[0].payload = secret;
        CHECK((*store)->commit_turn(record).value() == Committed::done);
        CHECK((*store)->set_note("matrix.token", secret).has_value());
        for (const char* word : {secret.c_str(), "room:example.org", "an-event-id"}) {
            CAPTURE(word);
            CHECK(everything().find(word) == std::string::npos);
        }
        // The wrapped key itself, as the file holds it, is nowhere after forgetting.
        std::string wrapped;
        {
            sqlite3* database = nullptr;
            sqlite3_stmt* query = nullptr;
            REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
            REQUIRE(sqlite3_prepare_v2(database, "select wrapped from session_key", -1, &query,
                                       nullptr) == SQLITE_OK);
            REQUIRE(sqlite3_step(query) == SQLITE_ROW);
            wrapped.assign(static_cast<const char*>(sqlite3_column_blob(query, 0)), 64);
            sqlite3_finalize(query);
            sqlite3_close(database);
        }
        CHECK(everything().find(wrapped) != std::string::npos);
        CHECK((*store)->forget(record.conversation).has_value());
        CHECK(everything().find(wrapped) == std::string::npos);
    }

    TEST_CASE("a sealed text that was moved or changed does not open") {
        for (const char* sql :
             {"update session set state = (select state from session where session_id <> "
              "(select min(session_id) from session))",
              "update session set version = version + 1",
              "update session set state = cast(state as blob) || x'00'",
              "update outbox set payload = txn_id"}) {
            CAPTURE(sql);
            const Folder folder;
            const auto file = folder.path / "befriend.db";
            {
                const auto store = SqliteStore::open(file, key_of('k'));
                REQUIRE(store.has_value());
                CHECK((*store)->commit_turn(turn("e1", 0, "{}")).value() == Committed::done);
                TurnRecord other = turn("e1", 0, "{}");
                other.conversation = "d";
                CHECK((*store)->commit_turn(other).value() == Committed::done);
            }
            run_sql(file, sql);
            const auto store = SqliteStore::open(file, key_of('k'));
            REQUIRE(store.has_value());
            const bool read = (*store)->load("c").has_value() && (*store)->load("d").has_value() &&
                              (*store)->pending("c").has_value();
            CHECK_FALSE(read);
        }
    }

    TEST_CASE("a file of an older befriend is brought up to date, one of a newer is refused") {
        const Folder folder;
        const auto file = folder.path / "befriend.db";
        run_sql(file,
                "create table inbox(session_id text not null, event_id text not null, at_ms "
                "integer not null, primary key(session_id, event_id)) without rowid;"
                "create table session(session_id text primary key not null, version integer not "
                "null, state text not null) without rowid;"
                "create table outbox(session_id text not null, seq integer not null, txn_id text "
                "not null, payload text not null, primary key(session_id, seq)) without rowid;"
                "insert into session values('c', 3, 'old'); insert into inbox values('c','e3',9);"
                "insert into outbox values('c', 299, 'c-299', 'left'); pragma user_version = 1");
        {
            const auto store = SqliteStore::open(file);
            REQUIRE(store.has_value());
            CHECK((*store)->load("c").value()->state == "old");
            CHECK((*store)->commit_turn(turn("e3", 3, "x")).value() == Committed::duplicate);
            CHECK((*store)->commit_turn(turn("e4", 3, "new")).value() == Committed::done);
            CHECK((*store)->pending("c").value().front().payload == "left");
            CHECK((*store)->waiting().value().size() == 1);
        }
        // What is there already is not encrypted behind anybody's back.
        CHECK_FALSE(SqliteStore::open(file, key_of('k')).has_value());
        CHECK(check_store(file, {}).value().schema == 2);
        run_sql(file, "pragma user_version = 3");
        const auto newer = SqliteStore::open(file);
        REQUIRE_FALSE(newer.has_value());
        CHECK(newer.error().message.find("newer befriend") != std::string::npos);
    }

    TEST_CASE("turns of many threads are each kept whole") {
        const Folder folder;
        const auto file = folder.path / "befriend.db";
        const auto store = SqliteStore::open(file);
        REQUIRE(store.has_value());
        std::vector<std::thread> threads;
        for (int i = 0; i < 6; ++i) {
            threads.emplace_back([&, i] {
                for (std::uint64_t k = 0; k < 20; ++k) {
                    TurnRecord record = turn("e" + std::to_string(k), k, std::to_string(k));
                    record.conversation = "c" + std::to_string(i);
                    (void)(*store)->commit_turn(record);
                    (void)(*store)->commit_turn(record);  // a duplicate among the others
                }
            });
        }
        for (std::thread& thread : threads) thread.join();
        for (int i = 0; i < 6; ++i) {
            const auto session = (*store)->load("c" + std::to_string(i)).value();
            REQUIRE(session.has_value());
            CHECK(session->version == 20);
            CHECK(session->state == "19");
        }
    }

    TEST_CASE("a backup is whole and does not replace a file") {
        const Folder folder;
        const auto file = folder.path / "befriend.db";
        const auto copy = folder.path / "copy.db";
        const auto store = SqliteStore::open(file, key_of('k'));
        REQUIRE(store.has_value());
        CHECK((*store)->commit_turn(turn("e1", 0, "kept")).value() == Committed::done);
        CHECK(back_up_store(file, copy).has_value());
        CHECK_FALSE(back_up_store(file, copy).has_value());
        const auto second = SqliteStore::open(copy, key_of('k'));
        REQUIRE(second.has_value());
        CHECK((*second)->load("c").value()->state == "kept");
    }

    TEST_CASE("what was saved is there after a restart, for the owner's eyes only") {
        const Folder folder;
        const auto file = folder.path / "data" / "befriend.db";
        {
            const auto store = SqliteStore::open(file);
            REQUIRE(store.has_value());
            CHECK((*store)->commit_turn(turn("e1", 0, "kept")).value() == Committed::done);
            struct stat info{};
            for (const char* ending : {"", "-wal", "-shm", ".lock"}) {
                CAPTURE(ending);
                REQUIRE(stat((file.string() + ending).c_str(), &info) == 0);
                CHECK((info.st_mode & 0777) == 0600);
            }
            REQUIRE(stat(file.parent_path().c_str(), &info) == 0);
            CHECK((info.st_mode & 0777) == 0700);
        }
        const auto store = SqliteStore::open(file);
        REQUIRE(store.has_value());
        CHECK((*store)->load("c").value()->state == "kept");
        CHECK((*store)->commit_turn(turn("e1", 1, "again")).value() == Committed::duplicate);
    }

    TEST_CASE("a second program on the same file is told politely") {
        const Folder folder;
        const auto first = SqliteStore::open(folder.path / "befriend.db");
        REQUIRE(first.has_value());
        const auto second = SqliteStore::open(folder.path / "befriend.db");
        REQUIRE_FALSE(second.has_value());
        CHECK(second.error().message.find("already open") != std::string::npos);
        CHECK((*first)->commit_turn(turn("e1", 0, "fine")).value() == Committed::done);
    }

    TEST_CASE("a damaged file is left as it is") {
        const Folder folder;
        const auto file = folder.path / "befriend.db";
        const std::string damaged(8192, 'x');
        std::ofstream(file, std::ios::binary) << damaged;
        const auto store = SqliteStore::open(file);
        REQUIRE_FALSE(store.has_value());
        CHECK(store.error().message.find("damaged") != std::string::npos);
        CHECK(bytes_of(file) == damaged);
    }

    TEST_CASE("forgotten words are not in the file any more") {
        const Folder folder;
        const auto file = folder.path / "befriend.db";
        const auto store = SqliteStore::open(file);
        REQUIRE(store.has_value());
        const std::string secret = "a-sentence-that-nobody-else-writes";
        CHECK((*store)->commit_turn(turn("e1", 0, secret)).value() == Committed::done);
        const auto everything = [&] { return bytes_of(file) + bytes_of(file.string() + "-wal"); };
        CHECK(everything().find(secret) != std::string::npos);
        CHECK((*store)->forget("c").has_value());
        CHECK(everything().find(secret) == std::string::npos);
    }
}
