// SPDX-License-Identifier: Apache-2.0
#include "adapters/host/config.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace befriend;

namespace {

// "BF0402 3:1" for every mistake.
std::vector<std::string> mistakes(std::string_view text) {
    Diagnostics diagnostics;
    (void)Config::read("b.toml", text, diagnostics);
    std::vector<std::string> found;
    for (const Diagnostic& d : diagnostics) {
        found.push_back(d.code + " " + std::to_string(d.line) + ":" + std::to_string(d.col));
    }
    return found;
}

}  // namespace

TEST_SUITE("adapters/config") {
    TEST_CASE("what the file does not say has its default") {
        Diagnostics diagnostics;
        const Config config =
            Config::read("b.toml", "[jsonl]\n[limits]\ngather = 7\n", diagnostics);
        CHECK(diagnostics.empty());
        CHECK(config.number("limits.gather") == 7);
        CHECK(config.number("limits.threads") == 4);
        CHECK(config.text("store.file") == "befriend.db");
        CHECK(config.has("jsonl"));
        CHECK_FALSE(config.has("metrics"));
    }

    TEST_CASE("every mistake is told with its place, in the order of the file") {
        struct Row {
            std::string_view text;
            std::vector<std::string> expected;
        };
        for (const Row& row : {
                 Row{"[jsonl]\n[store]\nfille = 'x'\n", {"BF0402 3:1"}},
                 Row{"[json]\n", {"BF0407 1:1", "BF0402 1:2"}},
                 Row{"jsonl = 1\n", {"BF0407 1:1", "BF0403 1:9"}},
                 Row{"[jsonl]\n[limits]\ngather = 0\nthreads = 65\n",
                     {"BF0404 3:10", "BF0404 4:11"}},
                 Row{"[jsonl]\n[limits]\ngather = 1.5\n", {"BF0403 3:10"}},
                 Row{"[jsonl]\n[log]\nlevel = true\n", {"BF0403 3:9"}},
                 Row{"[jsonl]\n[store]\nkey = 'abc'\n", {"BF0405 3:1"}},
                 Row{"[jsonl]\n[store]\nfile = 'a'\nfile = 'b'\n", {"BF0401 4:8"}},
                 Row{"\xff", {"BF0401 1:1"}},
             }) {
            CAPTURE(row.text);
            CHECK(mistakes(row.text) == row.expected);
        }
    }

    TEST_CASE("a secret comes from the environment, and is never a key of the file") {
        Diagnostics diagnostics;
        const Config config = Config::read("b.toml", "[jsonl]\n", diagnostics);
        CHECK_FALSE(config.secret("store.passphrase").value().has_value());
        setenv("BEFRIEND_STORE_PASSPHRASE", "correct horse", 1);
        CHECK(config.secret("store.passphrase").value().value() == "correct horse");
        unsetenv("BEFRIEND_STORE_PASSPHRASE");
    }

    TEST_CASE("the table is in order: every key has a section, a reason and a default that fits") {
        for (const ConfigKey& key : config_keys()) {
            CAPTURE(key.name);
            bool known = false;
            for (const ConfigSection& section : config_sections()) {
                known = known || section.name == key.section;
            }
            CHECK(known);
            CHECK(key.about.size() > 10);
            CHECK(key.about.ends_with("."));
            if (key.type == ConfigKey::Type::number) {
                const auto value = std::atoll(std::string(key.otherwise).c_str());
                CHECK(value >= key.least);
                CHECK(value <= key.most);
            }
        }
        CHECK(mistakes(config_example() + "[jsonl]\n").empty());
    }
}
