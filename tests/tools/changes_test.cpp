// SPDX-License-Identifier: Apache-2.0
#include "tools/changes.hpp"

#include <doctest/doctest.h>

using namespace befriend;

namespace {

// "idiot" and "loser" stand for each other; "sad" is in two lists, "cry baby" is no word.
Synonyms known() {
    Diagnostics diagnostics;
    const Catalogue catalogue = load_catalogue({{"intents/en/words.yaml", R"(language: en
words:
  names: ["idiot", "loser", "cry baby", "sad"]
  moods: ["sad", "tense", "bitter", "=cross"]
)"}},
                                               diagnostics);
    REQUIRE_FALSE(has_errors(diagnostics));
    return Synonyms(catalogue);
}

std::string with(std::string_view name, const std::string& text) {
    const Change* change = find_change(name);
    REQUIRE(change != nullptr);
    return change->apply(text, 0, known());
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
                 Row{"synonyms", "I'm an idiot, loser", "I'm an loser, loser"},
                 Row{"synonyms", "Tense again", "Bitter again"},
                 Row{"synonyms", "sad, cross, idiots", "sad, cross, idiots"},
                 Row{"swaps", "my idiot self", "my loser self"},
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
                for (std::uint64_t seed = 0; seed < 3; ++seed)
                    (void)change.apply(text, seed, known());
            }
            CHECK(find_change(change.name) == &change);
        }
        CHECK(find_change("weather") == nullptr);
    }

    TEST_CASE("without word lists no word gives way to another") {
        CHECK(find_change("synonyms")->apply("an idiot", 0, Synonyms()) == "an idiot");
        CHECK(known().other("idiot", 7) == "loser");
        CHECK(known().other("sad", 0).empty());
    }

    TEST_CASE("the score is the share of the changed sentences that are heard alike") {
        Robustness result;
        CHECK(result.score() == 1.0);
        result.changed = 4;
        result.same = 3;
        CHECK(result.score() == 0.75);
    }
}
