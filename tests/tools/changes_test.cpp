// SPDX-License-Identifier: Apache-2.0
#include "tools/changes.hpp"

#include <doctest/doctest.h>

using namespace befriend;

namespace {

std::string with(std::string_view name, const std::string& text) {
    const Change* change = find_change(name);
    REQUIRE(change != nullptr);
    return change->apply(text, 0);
}

}  // namespace

TEST_SUITE("tools/changes") {
    TEST_CASE("each change alters what it names and leaves the rest") {
        struct Row {
            std::string_view change;
            const char* before;
            const char* after;
        };
        for (const Row& row : {
                 Row{"typos", "I feel worthless", "I feel wortlhess"},
                 Row{"typos", "I feel bad", "I feel bad"},
                 Row{"case", "I'm sad \u2019", "I'M SAD \u2019"},
                 Row{"endings", "I'm sad!!", "I'm sad..."},
                 Row{"synonyms", "nobody cares", "no one cares"},
                 Row{"synonyms", "it moms me", "it moms me"},
                 Row{"swaps", "nobody cares", "no one cares"},
                 Row{"quotes", "she said \"don't\"", "she said \u201cdon\u2019t\u201d"},
                 Row{"elongation", "so", "sooo"},
                 Row{"elongation", "hm", "hm"},
                 Row{"apostrophes", "I'm, I\u2019m", "Im, Im"},
                 Row{"clauses", "I hate this. I want out.", "I want out. I hate this."},
                 Row{"clauses", "when it rains, I cry", "I cry, when it rains"},
                 Row{"clauses", "I try, but I fail", "I try, but I fail"},
                 Row{"clauses", "a, b, c", "a, b, c"},
             }) {
            CAPTURE(row.change);
            CAPTURE(row.before);
            CHECK(with(row.change, row.before) == row.after);
        }
    }

    TEST_CASE("no change is undone by an empty or a strange text") {
        for (const Change& change : changes()) {
            CAPTURE(change.name);
            for (const std::string text :
                 {"", "'", ". ", ", ", "\"", "\xff\xfe", "...", "\u2019"}) {
                for (std::uint64_t seed = 0; seed < 3; ++seed) (void)change.apply(text, seed);
            }
            CHECK(find_change(change.name) == &change);
        }
        CHECK(find_change("weather") == nullptr);
    }

    TEST_CASE("the score is the share of the changed sentences that are heard alike") {
        Robustness result;
        CHECK(result.score() == 1.0);
        result.changed = 4;
        result.same = 3;
        CHECK(result.score() == 0.75);
    }
}
