// SPDX-License-Identifier: Apache-2.0
#include "intents/pattern.hpp"

#include <doctest/doctest.h>

#include "tests/intents/support.hpp"

using namespace befriend;
using namespace befriend::test;

TEST_SUITE("intents/pattern") {
    TEST_CASE("a pattern is written back in one spelling, which reads the same again") {
        for (const char* text :
             {"i be (a|an) {x: <bad>|fool}", "=hate ...3 (myself|my life)", "^ [please|pls] stop $",
              "(a & b c & <bad>)", "why ... me ?", "@self @other @bot ...8 word", "{a: {b: x} y}",
              "[a [b] c]", "(a|b (c|d))"}) {
            CAPTURE(text);
            std::vector<PatternError> errors;
            const Pattern once = parse_pattern(text, errors);
            REQUIRE(errors.empty());
            const std::string written = to_text(once);
            const Pattern twice = parse_pattern(written, errors);
            CHECK(errors.empty());
            CHECK(to_text(twice) == written);
        }
    }

    TEST_CASE("what is wrong with a pattern is said at its place") {
        struct Row {
            const char* text;
            std::size_t offset;
        };
        for (const Row& row :
             {Row{"a (b", 2}, Row{"a b)", 3}, Row{"a [b", 2}, Row{"<bad", 0}, Row{"@me", 0},
              Row{"{x y}", 0}, Row{"a | ", 3}, Row{"a .. b", 2}, Row{"a ...9 b", 2},
              Row{"a ? b", 2}, Row{"(a & b | c)", 7}, Row{"(a & b & c & d & e)", 1},
              Row{"a ! b", 2}, Row{"", 0}, Row{"()", 1}}) {
            CAPTURE(row.text);
            std::vector<PatternError> errors;
            parse_pattern(row.text, errors);
            REQUIRE(errors.size() == 1);
            CHECK(errors[0].offset == row.offset);
            CHECK(!errors[0].message.empty());
        }
    }

    TEST_CASE("brackets nested without end are refused, not followed") {
        std::vector<PatternError> errors;
        parse_pattern(std::string(5000, '('), errors);
        CHECK(errors.size() == 1);
    }

    TEST_CASE("every element of the language matches what docs/patterns.md says") {
        struct Row {
            const char* pattern;
            const char* text;
            bool matches;
        };
        for (const Row& row : {
                 Row{"hate", "she hates it", true},
                 Row{"hate", "hating", true},
                 Row{"hate", "hated", true},
                 Row{"hate", "hat", false},
                 Row{"be", "they were", true},
                 Row{"go", "we went", true},
                 Row{"child", "children", true},
                 Row{"cry", "I cried", true},
                 Row{"stop", "stopping", true},
                 Row{"=hate", "she hates it", false},
                 Row{"=hate", "Hate!", true},
                 Row{"i be (sad|so tired)", "I'm sad", true},
                 Row{"i be (sad|tired out)", "im tired out", true},
                 Row{"i be (sad|tired out)", "im tired", false},
                 Row{"i be [a|an] fool", "I am fool", true},
                 Row{"i be [a|an] fool", "I am a fool", true},
                 Row{"i be [a|an] fool", "I am the fool", false},
                 Row{"(lose & key)", "my keys are all lost", true},
                 Row{"(lose & key)", "lost the key", true},
                 Row{"(lose & key)", "lost. the key", false},
                 Row{"(lose & key)", "lost a b c d e f key", true},
                 Row{"(lose & key)", "lost a b c d e f g key", false},
                 Row{"ruin ...2 everything", "ruined just about everything", true},
                 Row{"ruin ...2 everything", "ruined my whole life everything", false},
                 Row{"ruin ...3 everything", "ruined my, well, everything", false},
                 Row{"ruin everything", "ruined, everything", true},
                 Row{"ruin everything", "ruined. everything", false},
                 Row{"ruin ... everything", "ruined a b c d e f g h everything", true},
                 Row{"ruin ... everything", "ruined a b c d e f g h i everything", false},
                 Row{"i be <bad>", "I'm such an idiot", false},
                 Row{"i be [such] [a|an] <bad>", "I'm such a waste of space", true},
                 Row{"i <bad>", "I messed up", true},
                 Row{"i <bad>", "I really messed so up", true},
                 Row{"i be {x: <bad>}", "i am failure", true},
                 Row{"@self be sad", "me is sad", true},
                 Row{"@other be sad", "she is sad", true},
                 Row{"@other be sad", "my sister is sad", true},
                 Row{"@other be sad", "sister is sad", true},
                 Row{"@other be sad", "the step mother is sad", true},
                 Row{"@other be sad", "I am sad", false},
                 Row{"@bot be sad", "you are sad", true},
                 Row{"^ @other be sad", "my boss is sad", true},
                 Row{"^ stop $", "Stop!", true},
                 Row{"^ stop $", "please stop", false},
                 Row{"^ stop $", "just stop 😭", true},
                 Row{"^ stop", "stop it now", true},
                 Row{"stop $", "don't stop", true},
                 Row{"stop $", "stop it", false},
                 Row{"why me ?", "why me?", true},
                 Row{"why me ?", "why me", false},
                 Row{"why me ?", "why me. ok?", false},
                 Row{"why me ?", "why me, of all people?", true},
                 Row{"i hate myself", "I really just hate, like, myself", true},
                 Row{"i be so sad", "i am sad", false},
                 Row{"i be so sad", "i am so sad", true},
                 Row{"i be sad", "i am kind of sad", true},
                 Row{"i be ...1 sad", "i am kind of very quite sad", true},
                 Row{"not good enough", "I'm not good enough", true},
                 Row{"can not stop", "I can't stop", true},
                 Row{"can't stop", "I cannot stop", true},
                 Row{"😭", "well 😭😭😭", true},
                 Row{"loudly_crying_face", "😭", true},
                 Row{"colour", "colors", true},
                 Row{"apologise", "apologized", true},
                 Row{"worthless", "so worthles", true},
                 Row{"worthless", "wortless", true},
                 Row{"worthless", "worhtless", true},
                 Row{"worthless", "worth less", false},
                 Row{"angry", "hungry", false},
             }) {
            CAPTURE(row.pattern);
            CAPTURE(row.text);
            Diagnostics diagnostics;
            const Matcher m = matcher_for_pattern(row.pattern);
            CHECK(heard(m, row.text) == row.matches);
        }
    }

    TEST_CASE("max_words, unless and their scope") {
        const Matcher few = matcher_for_pattern("stop", ", max_words: 3");
        CHECK(heard(few, "stop it please"));
        CHECK_FALSE(heard(few, "please stop all of it"));
        const Matcher unless = matcher_for_pattern("kill", ", unless: \\\"(movie|game)\\\"");
        const Matcher scoped = matcher_for_pattern("kill", ", unless: \"(movie|game)\"");
        CHECK_FALSE(heard(scoped, "he kills them in the movie"));
        CHECK(heard(scoped, "I liked the movie. it kills me"));
        CHECK(heard(scoped, "I liked the movie, but it kills me"));
    }

    TEST_CASE("a capture gives the words as typed") {
        const Matcher m = matcher_for_pattern("i be [a|an] {what: ...2 <bad>}");
        const Understanding u = m.understand("Well, I’m A Total IDIOT today");
        const Reading* r = reading_of(m, u, "it");
        REQUIRE(r);
        REQUIRE(r->slots.size() == 1);
        CHECK(r->slots[0].name == "what");
        CHECK(u.text.substr(r->slots[0].span.begin,
                            r->slots[0].span.end - r->slots[0].span.begin) == "Total IDIOT");
        CHECK(words_of(u, *r) == "I’m A+IDIOT");
    }
}
