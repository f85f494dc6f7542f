// SPDX-License-Identifier: Apache-2.0
#include "intents/catalogue.hpp"

#include <doctest/doctest.h>

#include "tests/intents/support.hpp"

using namespace befriend;
using namespace befriend::test;

TEST_SUITE("intents/catalogue") {
    TEST_CASE("every fault of an intent file has its code and place") {
        struct Row {
            const char* yaml;
            const char* code;
            std::uint32_t line;
            std::uint32_t col;
        };
        for (const Row& row : {
                 Row{"words:\n  a: [x]\n  a: [y]\n", "BF0002", 3, 3},
                 Row{"word:\n  a: [x]\n", "BF0013", 1, 1},
                 Row{"intents:\n  a: { kind: odd }\n", "BF0015", 2, 14},
                 Row{"intents:\n  a: { patterns: [ { like: \"x (y\" } ] }\n", "BF0101", 2, 31},
                 Row{"intents:\n  a: { patterns: [ { like: \"x <nix>\" } ] }\n", "BF0102", 2, 31},
                 Row{"intents:\n  a: { negated: b }\n", "BF0103", 2, 17},
                 Row{"intents:\n  a: { patterns: [ { like: \"[x]\" } ] }\n", "BF0106", 2, 28},
                 Row{"intents:\n  a: { patterns: [ { regex: \"(x\" } ] }\n", "BF0108", 2, 1},
                 Row{"intents:\n  a: { patterns: [ { like: x } ] }\n", "BF0111", 2, 28},
                 Row{"intents:\n  a: { patterns: [ { like: \"x\", level: active } ] }\n", "BF0114",
                     2, 40},
                 Row{"intents:\n  a: { patterns: [ { like: \"x\", weight: 2 } ] }\n", "BF0015", 2,
                     41},
                 Row{"intents:\n  a: { patterns: [ { weight: 1 } ] }\n", "BF0014", 2, 20},
                 Row{"words:\n  a: [x, x]\n", "BF0116", 2, 10},
                 Row{"words:\n  a: [\"<a>\"]\nintents:\n  i: { patterns: [ { like: \"<a>\" } ] }\n",
                     "BF0109", 2, 3},
                 Row{"words:\n  a: [\"(x|y)\"]\nintents:\n  i: { patterns: [ { like: \"<a>\" } ] "
                     "}\n",
                     "BF0110", 2, 7},
                 Row{"- x\n", "BF0012", 1, 1},
             }) {
            CAPTURE(row.yaml);
            Diagnostics found;
            matcher_of(row.yaml, &found);
            REQUIRE(found.size() >= 1);
            CHECK(found[0].code == row.code);
            CHECK(found[0].line == row.line);
            CHECK(found[0].col == row.col);
        }
    }

    TEST_CASE("one fault does not hide the next, and what is right still works") {
        Diagnostics found;
        const Matcher m = matcher_of(
            "intents:\n  a: { patterns: [ { like: \"x (\" }, { like: \"y [\" }, { like: \"zebra\" "
            "} ] }\n",
            &found);
        CHECK(found.size() == 2);
        CHECK(heard(m, "zebra", "a"));
    }

    TEST_CASE("names nearly right get a suggestion") {
        Diagnostics found;
        matcher_of(
            "words: { harsh_noun: [fool] }\nintents:\n  a: { patterns: [ { like: \"<harsh_nuon>\" "
            "} ] }\n",
            &found);
        REQUIRE(found.size() == 1);
        CHECK(found[0].hint == "did you mean <harsh_noun>?");
    }
}
