// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/store/memory_store.hpp"
#include "adapters/store/sqlite_store.hpp"

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
