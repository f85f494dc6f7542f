// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "adapters/matrix/account.hpp"
#include "adapters/matrix/encryption.hpp"
#include "adapters/matrix/secret_file.hpp"

using namespace befriend;
using namespace befriend::matrix;
using boost::asio::awaitable;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

constexpr const char* bot = "@bot:hs";
constexpr const char* room = "!room:hs";

struct Folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() /
                                 ("befriend-matrix-test-" + std::to_string(::getpid()));
    Folder() { std::filesystem::remove_all(path); }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string file(const char* name) const { return (path / name).string(); }
};

// A homeserver with nobody but the bot on it; knows its keys and lets `refuse` fail.
struct Server {
    boost::asio::io_context io;
    std::map<std::string, std::string> notes;
    std::vector<HttpRequest> requests;
    std::string refuse;  // a part of a path that answers 500
    json device, identity;

    std::string answer(const HttpRequest& request) {
        const json body = json::parse(request.body, nullptr, false);
        json reply = json::object();
        if (request.target.find("keys/upload") != std::string::npos) {
            if (body.contains("device_keys")) device = body.at("device_keys");
            reply["one_time_key_counts"] = {{"signed_curve25519", 50}};
        } else if (request.target.find("keys/query") != std::string::npos) {
            if (!device.is_null()) reply["device_keys"][bot]["DEVICE"] = device;
            for (const char* part : {"master_key", "self_signing_key", "user_signing_key"}) {
                if (!identity.is_null()) reply[std::string(part) + "s"][bot] = identity.at(part);
            }
        } else if (request.target.find("device_signing") != std::string::npos) {
            identity = body;
        } else if (request.target.find("signatures/upload") != std::string::npos) {
            for (const auto& [id, signed_object] : body.at(bot).items()) {
                json& target = id == "DEVICE" ? device : identity.at("master_key");
                target["signatures"].merge_patch(signed_object.at("signatures"));
            }
        } else if (request.target.find("/send/") != std::string::npos) {
            reply["event_id"] = "$sent";
        }
        return reply.dump();
    }

    Ask ask() {
        return [this](HttpRequest request) -> awaitable<Result<HttpResponse>> {
            requests.push_back(request);
            HttpResponse response;
            const bool fails = !refuse.empty() && request.target.find(refuse) != std::string::npos;
            response.status = fails ? 500 : 200;
            response.body = fails ? "{}" : answer(request);
            co_return response;
        };
    }
    Notes store() {
        Notes kept;
        kept.read = [this](const std::string& key) { return Result<std::string>(notes[key]); };
        kept.write = [this](const std::string& key, const std::string& value) {
            notes[key] = value;
            return Result<void>();
        };
        return kept;
    }
    Result<std::unique_ptr<Encryption>> open(std::string recovery = {}) {
        EncryptionOptions options;
        options.user_id = bot;
        options.device_id = "DEVICE";
        options.recovery_file = std::move(recovery);
        return Encryption::open(io.get_executor(), std::move(options), ask(), store());
    }
    int sends() const {
        int count = 0;
        for (const HttpRequest& request : requests) {
            count += request.target.find("/send/") != std::string::npos ? 1 : 0;
        }
        return count;
    }
    template <class T>
    T run(awaitable<T> work) {
        std::optional<T> result;
        boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr failed, T value) {
            REQUIRE(!failed);
            result = std::move(value);
        });
        io.restart();
        io.run();
        REQUIRE(result.has_value());
        return *result;
    }
};

// What somebody wrote who gave the bot no key.
std::string unreadable_event(const std::string& id) {
    auto anna = Crypto::open("@anna:hs", "A", "", "");
    REQUIRE(anna.has_value());
    const std::vector<std::string> herself{"@anna:hs"};
    REQUIRE((*anna)->share_room_key(room, herself, false).has_value());
    auto content = (*anna)->encrypt(room, "m.room.message", R"({"msgtype":"m.text","body":"x"})");
    REQUIRE(content.has_value());
    const json event{{"type", "m.room.encrypted"},
                     {"sender", "@anna:hs"},
                     {"event_id", id},
                     {"origin_server_ts", 1},
                     {"content", json::parse(*content)}};
    return event.dump();
}

}  // namespace

TEST_SUITE("adapters/matrix/encryption") {
    TEST_CASE("a message goes out encrypted, once the keys are with the homeserver") {
        if (!Crypto::available()) return;
        Server server;
        auto encryption = server.open();
        REQUIRE(encryption.has_value());
        const auto sent =
            server.run((*encryption)
                           ->send(room, {bot}, "m.room.message",
                                  R"({"msgtype":"m.text","body":"a secret"})", "t/1"));
        REQUIRE(sent.has_value());
        CHECK(sent->status == 200);
        const HttpRequest& last = server.requests.back();
        CHECK(last.method == "PUT");
        CHECK(last.target == "/_matrix/client/v3/rooms/%21room%3Ahs/send/m.room.encrypted/t%2F1");
        CHECK(last.body.find("ciphertext") != std::string::npos);
        CHECK(last.body.find("a secret") == std::string::npos);
        CHECK((*encryption)->is_encrypted(room));
    }

    TEST_CASE("nothing is sent while the keys cannot be given to the people") {
        if (!Crypto::available()) return;
        Server server;
        auto encryption = server.open();
        REQUIRE(encryption.has_value());
        server.refuse = "keys/query";
        const std::string content = R"({"msgtype":"m.text","body":"a secret"})";
        CHECK(!server.run(
            (*encryption)->send(room, {bot, "@anna:hs"}, "m.room.message", content, "t")));
        CHECK(server.sends() == 0);
        server.refuse.clear();
        const auto sent = server.run(
            (*encryption)->send(room, {bot, "@anna:hs"}, "m.room.message", content, "t"));
        CHECK(sent.has_value());
        CHECK(server.sends() == 1);
    }

    TEST_CASE("an encrypted room stays so after a restart, and a broken note is an error") {
        if (!Crypto::available()) return;
        Server server;
        {
            auto encryption = server.open();
            REQUIRE(encryption.has_value());
            CHECK(!(*encryption)->is_encrypted(room));
            REQUIRE((*encryption)->set_encrypted(room).has_value());
        }
        auto again = server.open();
        REQUIRE(again.has_value());
        CHECK((*again)->is_encrypted(room));
        server.notes["matrix.encrypted_rooms"] = "{half";
        CHECK(!server.open());
    }

    TEST_CASE(
        "an unreadable message waits, is spoken of once after a minute, and survives a restart") {
        if (!Crypto::available()) return;
        Server server;
        const auto now = std::chrono::steady_clock::now();
        {
            auto encryption = server.open();
            REQUIRE(encryption.has_value());
            const auto reading = (*encryption)->read(room, unreadable_event("$1"));
            REQUIRE(reading.has_value());
            CHECK(reading->kind == Reading::Kind::waiting);
            CHECK((*encryption)->is_encrypted(room));
            REQUIRE((*encryption)->read(room, unreadable_event("$2")).has_value());
            CHECK((*encryption)->unreadable(now + 59s).empty());
            CHECK((*encryption)->unreadable(now + 120s) == std::vector<std::string>{room});
            CHECK((*encryption)->unreadable(now + 600s).empty());
        }
        auto again = server.open();
        REQUIRE(again.has_value());
        CHECK((*again)->unreadable(std::chrono::steady_clock::now() + 600s).empty());
        CHECK(json::parse(server.notes["matrix.waiting_events"]).size() == 2);
    }

    TEST_CASE("the first start signs the device and leaves the seeds to their owner alone") {
        if (!Crypto::available()) return;
        Server server;
        const Folder folder;
        const std::string recovery = folder.file("recovery.json");
        auto encryption = server.open(recovery);
        REQUIRE(encryption.has_value());
        const auto setup = server.run((*encryption)->setup());
        REQUIRE(setup.has_value());
        CHECK(setup->device_signed);
        CHECK(setup->seeds_written);
        struct stat about = {};
        REQUIRE(::stat(recovery.c_str(), &about) == 0);
        CHECK((about.st_mode & 0777) == 0600);

        // The store is lost: another machine with the same seeds signs its device with them.
        server.device = nullptr;
        auto next = server.open(recovery);
        REQUIRE(next.has_value());
        const auto recovered = server.run((*next)->setup());
        REQUIRE(recovered.has_value());
        CHECK(recovered->device_signed);
        CHECK(!recovered->seeds_written);

        // Without the seeds the identity that exists is left alone.
        server.device = nullptr;
        const json before = server.identity;
        auto stranger = server.open(folder.file("nothing.json"));
        REQUIRE(stranger.has_value());
        const auto refused = server.run((*stranger)->setup());
        REQUIRE(refused.has_value());
        CHECK(!refused->device_signed);
        CHECK(!refused->remedy.empty());
        CHECK(server.identity == before);
        CHECK(!std::filesystem::exists(folder.file("nothing.json")));
    }

    TEST_CASE("a start that broke off before the identity was published is mended") {
        if (!Crypto::available()) return;
        Server server;
        const Folder folder;
        auto encryption = server.open(folder.file("recovery.json"));
        REQUIRE(encryption.has_value());
        server.refuse = "device_signing";
        CHECK(!server.run((*encryption)->setup()));
        server.refuse.clear();
        const auto setup = server.run((*encryption)->setup());
        REQUIRE(setup.has_value());
        CHECK(setup->device_signed);
    }

    TEST_CASE("secret files are the owner's alone and are never written over by mistake") {
        const Folder folder;
        const std::string path = folder.file("secret");
        REQUIRE(write_secret_file(path, "one").has_value());
        CHECK(!write_secret_file(path, "two"));
        CHECK(*read_secret_file(path) == "one");
        REQUIRE(replace_secret_file(path, "three").has_value());
        CHECK(*read_secret_file(path) == "three");
        ::chmod(path.c_str(), 0640);
        CHECK(!read_secret_file(path));
        REQUIRE(set_aside(path).has_value());
        REQUIRE(write_secret_file(path, "four").has_value());
        REQUIRE(set_aside(path).has_value());
        CHECK(std::filesystem::exists(path + ".old"));
        CHECK(std::filesystem::exists(path + ".old2"));
    }

    TEST_CASE("a login is found again, and one with a part missing is refused") {
        const Folder folder;
        const std::string place = folder.file("account");
        CHECK(!read_account(place));
        REQUIRE(write_account(place, {"https://hs", bot, "DEVICE", "token"}).has_value());
        const auto account = read_account(place);
        REQUIRE(account.has_value());
        CHECK(account->device_id == "DEVICE");
        REQUIRE(
            replace_secret_file(account_file(place), R"({"homeserver":"https://hs"})").has_value());
        CHECK(!read_account(place));
    }

    TEST_CASE("a program without encryption says how to get it") {
        if (Crypto::available()) return;
        const auto crypto = Crypto::open(bot, "DEVICE", "", "");
        REQUIRE(!crypto);
        CHECK(crypto.error().message.find("cargo-web") != std::string::npos);
    }
}
