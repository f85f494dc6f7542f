// SPDX-License-Identifier: Apache-2.0
#include "tools/cases.hpp"

#include <doctest/doctest.h>

#include "tests/support/talk.hpp"

using namespace befriend;

TEST_SUITE("tools/cases") {
    TEST_CASE("sentences and steps are read, comments left out") {
        Cases cases;
        REQUIRE(
            read_cases("a.tsv", "# why\nexpect\ttext\nisolation\tno one\n!threat\thi\r\n", cases)
                .has_value());
        REQUIRE(read_cases("b.tsv", "at\tsays\tvia\na/b\thi\ta/c\na/b\t~ 3 minutes\ta/d\n", cases)
                    .has_value());
        REQUIRE(cases.sentences.size() == 2);
        CHECK(cases.sentences[0].place == "a.tsv:3");
        CHECK(cases.sentences[0].intent == "isolation");
        CHECK(cases.sentences[0].wanted);
        CHECK(cases.sentences[1].intent == "threat");
        CHECK(cases.sentences[1].text == "hi");
        CHECK_FALSE(cases.sentences[1].wanted);
        REQUIRE(cases.steps.size() == 2);
        CHECK(cases.steps[0].at == "a/b");
        CHECK(cases.steps[0].lines[0].kind == '>');
        CHECK(cases.steps[1].lines[0].kind == '~');
        CHECK(cases.steps[1].lines[0].text == "3 minutes");
    }

    TEST_CASE("what cannot be read is named by file and line") {
        Cases cases;
        const auto error = [&](std::string_view bytes) {
            const auto read = read_cases("a.tsv", bytes, cases);
            return read ? std::string() : read.error().message;
        };
        CHECK(error("text\tlabels\n").starts_with("a.tsv:1: the heading is"));
        CHECK(error("expect\ttext\nisolation\n").starts_with("a.tsv:2: a case has 2 columns"));
        CHECK(error("expect\ttext\n\tx\n").starts_with("a.tsv:2: a case has 2 columns"));
        CHECK(error("at\tsays\tvia\na/b\tx\ty\tz\n").starts_with("a.tsv:2: a case has 3 columns"));
        CHECK(error("").empty());
    }

    TEST_CASE("a case holds or says what was heard") {
        const Pack& pack = test::shipped_pack();
        Scratch scratch;
        CHECK(holds(pack.matcher, {"x:1", "goodbye", "goodbye", true}, scratch));
        CHECK(holds(pack.matcher, {"x:1", "goodbye", "a green door", false}, scratch));
        CHECK_FALSE(holds(pack.matcher, {"x:1", "goodbye", "goodbye", false}, scratch));
        CHECK_FALSE(holds(pack.matcher, {"x:1", "goodbye", "a green door", true}, scratch));
        CHECK(failure_text(pack.matcher, {"x:1", "goodbye", "a green door", true}) ==
              "x:1: \"a green door\" is not read as goodbye (labels: none)");
        CHECK_FALSE(holds(pack.matcher, {"x:1", "goodbyee", "bye", false}, scratch));
        CHECK(failure_text(pack.matcher, {"x:1", "goodbyee", "bye", false}) ==
              "x:1: there is no intent \"goodbyee\"");
    }

    TEST_CASE("a step's case fails where another step answers") {
        const Pack& pack = test::shipped_pack();
        Cases cases;
        REQUIRE(read_cases(
                    "s.tsv",
                    "at\tsays\tvia\nblock_complacency/test\tleave it\tblock_complacency/close_no\n"
                    "block_complacency/test\tleave it\tblock_complacency/which_thing\n",
                    cases)
                    .has_value());
        CHECK(play(pack, cases.steps[0], {}).failures.empty());
        const auto failures = play(pack, cases.steps[1], {}).failures;
        REQUIRE(failures.size() == 1);
        CHECK(
            failures[0].starts_with("s.tsv:3: expected to come by block_complacency/which_thing"));
    }
}
