// SPDX-License-Identifier: Apache-2.0
#include "engine/script/values.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace befriend;
using namespace std::chrono_literals;

TEST_SUITE("engine/script/values") {
    TEST_CASE("durations are a number and a unit") {
        CHECK(parse_duration("25 s") == 25s);
        CHECK(parse_duration("25s") == 25s);
        CHECK(parse_duration("20 minutes") == 20min);
        CHECK(parse_duration("1 hour") == 1h);
        for (const std::string bad :
             {"", "soon", "25", "s", "-3 s", "0 s", "3 weeks", "1 h 5 min", "99999999999 s"}) {
            CAPTURE(bad);
            CHECK_FALSE(parse_duration(bad));
        }
    }

    TEST_CASE("ranges go upwards") {
        const auto range = parse_range("0..10");
        REQUIRE(range);
        CHECK(range->low == 0);
        CHECK(range->high == 10);
        CHECK(parse_range("3 .. 3"));
        for (const std::string bad : {"10..0", "..", "0..", "0-10", "a..b"}) {
            CAPTURE(bad);
            CHECK_FALSE(parse_range(bad));
        }
    }

    TEST_CASE("expectations are words, and a scale has two ends") {
        CHECK(parse_expects("yes_no")->expects == Expects::yes_no);
        CHECK(parse_expects("scale 1..5")->scale.high == 5);
        for (const std::string bad : {"", "scale", "scale 5", "scale 5..5", "yes", "novel"}) {
            CAPTURE(bad);
            CHECK_FALSE(parse_expects(bad));
        }
    }

    TEST_CASE("names are snake_case") {
        CHECK(is_name("kind_words"));
        CHECK(is_name("p2_breathing"));
        for (const std::string bad : {"", "Kind", "2nd", "a b", "a-b", "_a", "é"}) {
            CAPTURE(bad);
            CHECK_FALSE(is_name(bad));
        }
    }

    TEST_CASE("turns are counted") {
        CHECK(parse_turns("10 turns") == 10);
        CHECK(parse_turns("1 turn") == 1);
        CHECK_FALSE(parse_turns("10"));
    }
}
