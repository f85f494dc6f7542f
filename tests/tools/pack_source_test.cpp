// SPDX-License-Identifier: Apache-2.0
#include "tools/pack_source.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

using namespace befriend;
namespace fs = std::filesystem;

namespace {

// A folder of its own for each test, and a cache inside it.
class Folder {
public:
    Folder() {
        path_ = fs::temp_directory_path() / ("befriend_pack_test_" + std::to_string(::getpid()) +
                                             "_" + std::to_string(count_++));
        fs::create_directories(path_ / "dialogs" / "en");
        fs::create_directories(path_ / "cache");
        ::setenv("XDG_CACHE_HOME", (path_ / "cache").c_str(), 1);
    }
    ~Folder() {
        std::error_code error;
        fs::remove_all(path_, error);
        ::unsetenv("XDG_CACHE_HOME");
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    void write(const std::string& name, const std::string& bytes) const {
        fs::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << bytes;
    }
    const fs::path& path() const { return path_; }
    std::vector<fs::path> packs() const {
        std::vector<fs::path> result;
        if (!fs::exists(path_ / "cache" / "befriend")) return result;
        for (const auto& entry : fs::directory_iterator(path_ / "cache" / "befriend"))
            result.push_back(entry.path());
        return result;
    }

private:
    static inline int count_ = 0;
    fs::path path_;
};

const std::string own_dialog =
    "dialog: my_own\nversion: 1\nkind: talk\nabout: \"For a test.\"\nstarts:\n  - { heard: unsure "
    "}\nsteps:\n  - step: first\n    say: \"Hello from a folder.\"\n";

bool has_code(const Diagnostics& diagnostics, std::string_view code) {
    return std::ranges::any_of(diagnostics, [&](const Diagnostic& d) { return d.code == code; });
}

}  // namespace

TEST_SUITE("tools/pack_source") {
    TEST_CASE("the files built in compile without an error") {
        const LoadedPack loaded = compile_pack(embedded_sources());
        for (const Diagnostic& d : loaded.diagnostics) {
            if (d.severity == Severity::error) MESSAGE(render(d));
        }
        CHECK(loaded.pack.has_value());
    }

    TEST_CASE("a folder adds to what is built in") {
        const Folder folder;
        folder.write("dialogs/en/my_own.yaml", own_dialog);
        Diagnostics diagnostics;
        const auto pack = load_pack({"en", folder.path(), true}, diagnostics);
        REQUIRE(pack);
        CHECK(pack->find_dialog("my_own") != DialogId::none);
        CHECK(pack->find_dialog("home") != DialogId::none);
    }

    TEST_CASE("a folder cannot replace a safety dialog or a helpline") {
        const Folder folder;
        folder.write("dialogs/en/crisis_ask.yaml",
                     "dialog: crisis_ask\nversion: 9\nkind: talk\nabout: \"No.\"\nsteps:\n  - "
                     "step: first\n    say: \"Cheers.\"\n");
        folder.write("dialogs/resources/us.yaml", "country: us\nemergency: \"1\"\nlines: []\n");
        folder.write("intents/en/safety.yaml", "language: en\n");
        Diagnostics diagnostics;
        const auto pack = load_pack({"en", folder.path(), false}, diagnostics);
        REQUIRE(pack);
        CHECK(has_code(diagnostics, "BF0292"));
        const DialogId id = pack->find_dialog("crisis_ask");
        REQUIRE(id != DialogId::none);
        CHECK(pack->dialog(id).kind == DialogKind::safety);
        CHECK(pack->resources.country("us").emergency == "911");
    }

    TEST_CASE("broken files are told, and the dialogs built in are used") {
        const Folder folder;
        folder.write("dialogs/en/my_own.yaml", "dialog: my_own\nsteps: [");
        Diagnostics diagnostics;
        const auto pack = load_pack({"en", folder.path(), true}, diagnostics);
        REQUIRE(pack);
        CHECK(has_code(diagnostics, "BF0001"));
        CHECK(has_code(diagnostics, "BF0292"));
        CHECK(pack->find_dialog("my_own") == DialogId::none);
        CHECK(pack->find_dialog("home") != DialogId::none);
    }

    TEST_CASE("a folder that is not there is told") {
        Diagnostics diagnostics;
        const auto pack = load_pack({"en", "/nowhere/at/all", false}, diagnostics);
        REQUIRE(pack);
        CHECK(has_code(diagnostics, "BF0293"));
    }

    TEST_CASE("the compiled pack is kept, and a damaged one is replaced") {
        const Folder folder;
        folder.write("dialogs/en/my_own.yaml", own_dialog);
        Diagnostics diagnostics;
        const PackOptions options{"en", folder.path(), true};
        REQUIRE(load_pack(options, diagnostics));
        if (has_errors(diagnostics)) return;  // nothing is kept of a pack with errors
        REQUIRE(folder.packs().size() == 1);
        const fs::path kept = folder.packs().front();
        const auto size = fs::file_size(kept);
        fs::resize_file(kept, size / 2);
        const auto pack = load_pack(options, diagnostics);
        REQUIRE(pack);
        CHECK(pack->find_dialog("my_own") != DialogId::none);
        CHECK(folder.packs().size() == 1);
        CHECK(fs::file_size(kept) == size);
        // From the cache now.
        CHECK(load_pack(options, diagnostics)->find_dialog("my_own") != DialogId::none);
    }

    TEST_CASE("a cache that cannot be written does not matter") {
        const Folder folder;
        folder.write("cache/befriend", "a file where the folder should be");
        Diagnostics diagnostics;
        const auto pack = load_pack({"en", {}, true}, diagnostics);
        REQUIRE(pack);
        CHECK(pack->find_dialog("home") != DialogId::none);
    }
}
