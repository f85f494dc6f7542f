// SPDX-License-Identifier: Apache-2.0
#include "intents/word_weights.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/intents/support.hpp"

using namespace befriend;
using namespace befriend::test;

namespace {

const std::string intents =
    "language: en\n"
    "words:\n"
    "  skip: [so]\n"
    "  dark_word: [gloom, \"pitch black\"]\n"
    "intents:\n"
    "  low: { kind: content, whom: [self], patterns: [ { like: \"wretched\" } ] }\n"
    "  far: { kind: content, whom: [other], patterns: [ { like: \"forlorn\" } ] }\n"
    "  crisis_suicide: { kind: crisis, patterns: [ { like: \"the bridge\", level: active } ] }\n"
    "  stop: { kind: control, patterns: [ { like: \"enough\" } ] }\n"
    "  feeling_sad: { kind: feeling, patterns: [ { like: \"sad\", weight: 1.0 } ] }\n";

const std::string weights =
    "weights:\n"
    "  low:\n"
    "    bias: -2\n"
    "    threshold: 0.5\n"
    "    words:\n"
    "      \"weep\": 2.5\n"
    "      \"rainy day\": 3\n"
    "      \"<dark_word>\": 1.5\n"
    "      \"@feeling_sad\": 2\n"
    "      \"film\": -3\n"
    "      \"grey\": 1\n"
    "  far:\n"
    "    bias: -3\n"
    "    words: { \"lantern\": 4, \"grey\": 0.5 }\n";

}  // namespace

TEST_SUITE("intents/word_weights") {
    TEST_CASE("words are heard where no pattern speaks, and say where they stand") {
        const Matcher m = matcher_of(intents + weights);
        const Understanding u = m.understand("I was weeping on the bus");
        const Reading* r = reading_of(m, u, "low");
        REQUIRE(r != nullptr);
        CHECK(r->counts);
        CHECK(r->score == doctest::Approx(1 / (1 + std::exp(-0.5))));
        CHECK(r->polarity == Polarity::hedged);
        CHECK(words_of(u, *r) == "weeping");
        CHECK(m.pattern_place(r->pattern) == "test.yaml:16");
        CHECK(m.pattern_source(r->pattern) == "weep");
        CHECK(u.primary == m.find("low"));
    }

    TEST_CASE("phrases, word lists and readings count; words against take away") {
        const Matcher m = matcher_of(intents + weights);
        CHECK(heard(m, "another rainy day", "low"));
        CHECK_FALSE(heard(m, "rainy. day", "low"));
        CHECK_FALSE(heard(m, "all gloom", "low"));
        CHECK(heard(m, "all gloom and grey", "low"));
        CHECK(heard(m, "pitch black, sad", "low"));
        CHECK_FALSE(heard(m, "sad", "low"));  // no word that speaks is left to point at
        CHECK_FALSE(heard(m, "weep at a film", "low"));
    }

    TEST_CASE("denied and quoted words do not count") {
        const Matcher m = matcher_of(intents + weights);
        CHECK_FALSE(heard(m, "I did not weep", "low"));
        CHECK_FALSE(heard(m, "she said \"I weep\"", "low"));
    }

    TEST_CASE("what a pattern heard and gave up is not taken up again by its words") {
        const Matcher m = matcher_of(intents + weights);
        CHECK(heard(m, "grey rainy day", "low"));
        CHECK_FALSE(heard(m, "grey rainy day, I am not wretched", "low"));
        CHECK_FALSE(heard(m, "grey rainy day, he is wretched", "low"));
    }

    TEST_CASE("a pattern, a crisis and an answer keep the words silent") {
        const Matcher m = matcher_of(intents + weights);
        CHECK_FALSE(heard(m, "wretched by the lantern", "far"));
        CHECK(heard(m, "by the lantern", "far"));
        CHECK_FALSE(heard(m, "weep on the bridge", "low"));
        Context asked;
        asked.asked = "yes_no";
        Scratch scratch;
        const Understanding u = m.understand("I weep", asked, scratch);
        CHECK(reading_of(m, u, "low") == nullptr);
    }

    TEST_CASE("over the threshold of any the likeliest intent is heard") {
        const std::string any =
            "  any: { bias: -1, threshold: 0.5, words: { \"grey\": 1.5, \"film\": 9 } }\n";
        const Matcher without = matcher_of(intents + weights);
        const Matcher with = matcher_of(intents + weights + any);
        CHECK_FALSE(heard(without, "everything is grey", "low"));
        CHECK(heard(with, "everything is grey", "low"));
        CHECK_FALSE(heard(with, "everything is grey", "far"));
        CHECK_FALSE(heard(with, "a film", "low"));  // any alone has no word for it
    }

    TEST_CASE("readings of another person's pain are about another person") {
        const Matcher m = matcher_of(intents + weights);
        const Understanding u = m.understand("by the lantern");
        REQUIRE(reading_of(m, u, "far") != nullptr);
        CHECK(reading_of(m, u, "far")->whom == Whom::other);
        Context talk;
        talk.asked = "open";
        Scratch scratch;
        CHECK(reading_of(m, m.understand("by the lantern", talk, scratch), "far") == nullptr);
        CHECK(reading_of(m, m.understand("I weep", talk, scratch), "low") != nullptr);
    }

    TEST_CASE("weights survive saving and loading") {
        const Matcher m = matcher_of(intents + weights);
        std::string bytes;
        m.save(bytes);
        Matcher again;
        REQUIRE(again.load(bytes));
        for (const char* text : {"I was weeping", "pitch black, sad", "by the lantern"})
            CHECK(again.understand(text).readings == m.understand(text).readings);
    }

    TEST_CASE("every fault of the weights has its code and place") {
        struct Row {
            const char* yaml;
            const char* code;
            std::uint32_t line;
        };
        for (const Row& row : {
                 Row{"  lov: { words: { \"a\": 1 } }\n", "BF0103", 12},
                 Row{"  stop: { words: { \"a\": 1 } }\n", "BF0121", 12},
                 Row{"  crisis_suicide: { words: { \"a\": 1 } }\n", "BF0121", 12},
                 Row{"  low:\n    words:\n      \"<dark_wort>\": 1\n", "BF0102", 14},
                 Row{"  low:\n    words:\n      \"@feeling_bad\": 1\n", "BF0103", 14},
                 Row{"  low:\n    words:\n      \"(a|b)\": 1\n", "BF0110", 14},
                 Row{"  low:\n    words:\n      \"a\": much\n", "BF0015", 14},
                 Row{"  low:\n    words:\n      \"a\": 12\n", "BF0015", 14},
                 Row{"  low:\n    treshold: 1\n", "BF0013", 13},
                 Row{"  low: [a]\n", "BF0012", 12},
             }) {
            CAPTURE(row.yaml);
            Diagnostics found;
            matcher_of(intents + "weights:\n" + row.yaml, &found);
            REQUIRE(found.size() == 1);
            CHECK(found[0].code == row.code);
            CHECK(found[0].line == row.line);
        }
    }
}
