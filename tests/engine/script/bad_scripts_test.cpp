// SPDX-License-Identifier: Apache-2.0
//
// tests/scripts_bad: one fault a file, named by the code that must be found, and no other.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string>

#include "engine/base/codes.hpp"
#include "engine/script/compile.hpp"
#include "engine/script/faults.hpp"
#include "tools/pack_source.hpp"

using namespace befriend;
namespace fs = std::filesystem;

namespace {

const fs::path folder = fs::path(BEFRIEND_SOURCE_DIR) / "tests" / "scripts_bad";

CompileOptions fixed_day() {
    using namespace std::chrono;
    return {"en", sys_days{2026y / November / 25}};
}

std::vector<fs::path> bad_scripts() {
    std::vector<fs::path> result;
    for (const auto& entry : fs::directory_iterator(folder)) result.push_back(entry.path());
    std::ranges::sort(result);
    return result;
}

}  // namespace

TEST_SUITE("engine/script/bad_scripts") {
    TEST_CASE("every bad script gives exactly its code, at a place inside the file") {
        const FileChecker checker(embedded_sources(), fixed_day());
        const std::vector<fs::path> scripts = bad_scripts();
        CHECK(scripts.size() >= 60);
        for (const fs::path& path : scripts) {
            const std::string name = path.filename().string();
            CAPTURE(name);
            SourceFile file{path.generic_string(), {}};
            REQUIRE(read_file(path, file.bytes));
            const auto lines = static_cast<std::uint32_t>(1 + std::ranges::count(file.bytes, '\n'));
            const Diagnostics found = checker.check({&file, 1});
            CHECK_FALSE(found.empty());
            for (const Diagnostic& d : found) {
                CHECK(d.code == name.substr(0, 6));
                CHECK(d.line >= 1);
                CHECK(d.line <= lines);
                CHECK_FALSE(d.message.empty());
            }
        }
    }

    TEST_CASE("scripts broken at random places never stop the checker") {
        std::vector<std::string> seeds;
        for (const fs::path& path : bad_scripts()) REQUIRE(read_file(path, seeds.emplace_back()));
        const FileChecker checker({}, fixed_day());
        constexpr std::array<std::string_view, 12> scraps{
            "{",     "}",           "[",   "'", "\"", ": ", "- ", "\n  ", "{n, plural, other {",
            "if: (", "call: first", "\xFF"};
        std::uint32_t state = 20261125;
        const auto random = [&](std::size_t below) {
            state = state * 1664525U + 1013904223U;
            return static_cast<std::size_t>(state >> 8U) % std::max<std::size_t>(1, below);
        };
        for (int i = 0; i < 600; ++i) {
            std::string text = seeds[random(seeds.size())];
            for (std::size_t change = 0; change <= random(3); ++change) {
                const std::size_t at = random(text.size());
                if (random(2) == 0)
                    text.insert(at, scraps[random(scraps.size())]);
                else
                    text.erase(at, random(9));
            }
            const SourceFile file{
                i % 4 == 0 ? "dialogs/resources/zz.yaml" : "dialogs/en/broken.yaml", text};
            for (const Diagnostic& d : checker.check({&file, 1})) {
                CHECK(d.file == file.path);
                CHECK(d.line >= 1);
                CHECK(d.col >= 1);
            }
        }
    }

    TEST_CASE("nearly every code of a single file has a bad script") {
        // These need several files, or a file system.
        const std::set<Fault> whole{
            Fault::duplicate_dialog, Fault::too_deep,          Fault::engine_dialog_missing,
            Fault::no_international, Fault::duplicate_country, Fault::pack_damaged,
            Fault::pack_version,     Fault::data_ignored,      Fault::cannot_read};
        std::set<std::string> have;
        for (const fs::path& path : bad_scripts())
            have.insert(path.filename().string().substr(0, 6));
        for (const FaultEntry& entry : script_faults()) {
            CAPTURE(fault_code(entry.fault));
            CHECK((whole.contains(entry.fault) || have.contains(fault_code(entry.fault))));
        }
    }

    TEST_CASE("every code has a page, and every page a code") {
        const fs::path pages = fs::path(BEFRIEND_SOURCE_DIR) / "docs" / "diagnostics";
        std::set<std::string> codes;
        for (const Code& code : all_codes) codes.insert(code_text(code));
        for (const FaultEntry& entry : script_faults()) codes.insert(fault_code(entry.fault));
        CHECK(codes.size() == all_codes.size() + script_faults().size());
        for (const std::string& code : codes) {
            CAPTURE(code);
            std::string page;
            REQUIRE(read_file(pages / (code + ".md"), page));
            CHECK(page.starts_with("# " + code + ": "));
            CHECK(page.find("**What to do.**") != std::string::npos);
        }
        for (const auto& entry : fs::directory_iterator(pages)) {
            CAPTURE(entry.path().string());
            CHECK(codes.contains(entry.path().stem().string()));
        }
    }
}
