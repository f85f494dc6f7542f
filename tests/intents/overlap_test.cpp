// SPDX-License-Identifier: Apache-2.0
#include "intents/overlap.hpp"

#include <doctest/doctest.h>

#include <string>

#include "tests/intents/support.hpp"

using namespace befriend;
using namespace befriend::test;

namespace {

// "a" and "b" as the only patterns, with the few word lists of the other tests.
Catalogue pair_of(const std::string& a, const std::string& b) {
    Diagnostics diagnostics;
    Catalogue catalogue =
        load_catalogue({{"test.yaml",
                         "language: en\nwords:\n  skip: [so, really]\n  bad: [idiot, failure, "
                         "\"waste of space\"]\n"
                         "intents:\n  a: { patterns: [ { like: \"" +
                             a + "\" } ] }\n  b: { patterns: [ { like: \"" + b + "\" } ] }\n"}},
                       diagnostics);
    REQUIRE_FALSE(has_errors(diagnostics));
    return catalogue;
}

}  // namespace

TEST_SUITE("intents/overlap") {
    TEST_CASE("two patterns meet in a shortest sentence that the matcher reads as both") {
        struct Row {
            const char* a;
            const char* b;
            Decision meets;
            const char* witness;  // null: any
        };
        for (const Row& row : {
                 Row{"hate myself", "i hate", Decision::yes, "i hate myself"},
                 Row{"be a <bad>", "waste of space", Decision::yes, nullptr},
                 Row{"hate ...3 myself", "how i", Decision::yes, nullptr},
                 Row{"left home", "cold tea", Decision::yes, nullptr},
                 Row{"^ left", "left $", Decision::yes, nullptr},
                 Row{"^ left", "^ right", Decision::no, ""},
                 Row{"left $", "right $", Decision::no, ""},
                 Row{"^ left $", "left home", Decision::no, ""},
             }) {
            CAPTURE(row.a);
            CAPTURE(row.b);
            const Catalogue catalogue = pair_of(row.a, row.b);
            Diagnostics diagnostics;
            const Tables tables = compile_tables(catalogue, diagnostics);
            const Meeting meeting = Overlap(tables).meet(0, 1);
            CHECK(meeting.decision == row.meets);
            CAPTURE(meeting.witness);
            if (row.witness) CHECK(meeting.witness == row.witness);
            if (row.meets != Decision::yes) continue;
            const Matcher matcher = Matcher::compile(catalogue, diagnostics);
            const Understanding u = matcher.understand(meeting.witness);
            CHECK(reading_of(matcher, u, "a") != nullptr);
            CHECK(reading_of(matcher, u, "b") != nullptr);
        }
    }

    TEST_CASE("a pattern contains another when it is found wherever the other is") {
        struct Row {
            const char* inner;
            const char* outer;
            Decision contained;
        };
        for (const Row& row : {
                 Row{"i hate myself", "hate myself", Decision::yes},
                 Row{"hate myself", "i hate myself", Decision::no},
                 Row{"be a failure", "a <bad>", Decision::yes},
                 Row{"a <bad>", "a failure", Decision::no},
                 Row{"hate ...2 myself", "hate ...4 myself", Decision::yes},
                 Row{"hate ...4 myself", "hate ...2 myself", Decision::no},
                 Row{"(left|right) home", "(right|left|straight) home", Decision::yes},
                 Row{"^ left", "left", Decision::yes},
                 Row{"left", "^ left", Decision::no},
                 Row{"left", "left $", Decision::no},
                 Row{"=hated", "hate", Decision::yes},
                 Row{"hate", "=hated", Decision::no},
             }) {
            CAPTURE(row.inner);
            CAPTURE(row.outer);
            const Catalogue catalogue = pair_of(row.inner, row.outer);
            Diagnostics diagnostics;
            const Tables tables = compile_tables(catalogue, diagnostics);
            const Meeting meeting = Overlap(tables).contains(0, 1);
            CAPTURE(meeting.witness);
            CHECK(meeting.decision == row.contained);
            if (meeting.decision != Decision::no) continue;
            const Matcher matcher = Matcher::compile(catalogue, diagnostics);
            const Understanding u = matcher.understand(meeting.witness);
            CHECK(reading_of(matcher, u, "a") != nullptr);
            CHECK(reading_of(matcher, u, "b") == nullptr);
        }
    }
}
