// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/intents/support.hpp"

using namespace befriend;
using namespace befriend::test;

namespace {

const char* const yaml =
    "language: en\n"
    "words:\n"
    "  skip: [so, just, really, very, like, still, always, such]\n"
    "  relation: [sister, mother, mum, dad, boss, friend, brother, therapist]\n"
    "intents:\n"
    "  judged:\n"
    "    kind: content\n"
    "    whom: [self]\n"
    "    negated: soothing\n"
    "    patterns: [ { like: \"(worthless|useless|idiot|failure|hate myself|not good enough)\", "
    "weight: 1.0 } ]\n"
    "  soothing: { kind: content, patterns: [ { like: \"calm\", weight: 1.0 } ] }\n"
    "  crisis_suicide: { kind: crisis, whom: [self], patterns: [ { like: \"want to die\", weight: "
    "1.0, level: passive }, { like: \"kill myself\", weight: 1.0, level: active } ] }\n";

}  // namespace

TEST_SUITE("intents/clauses") {
    TEST_CASE("whom a statement is about") {
        const Matcher m = matcher_of(yaml);
        struct Row {
            const char* text;
            Whom whom;
        };
        for (const Row& row : {
                 Row{"I am worthless", Whom::self},
                 Row{"so worthless", Whom::self},
                 Row{"my sister is worthless", Whom::other},
                 Row{"my boss is such an idiot", Whom::other},
                 Row{"she thinks she is worthless", Whom::other},
                 Row{"you are useless", Whom::bot},
                 Row{"I think he is an idiot", Whom::other},
                 Row{"he makes me feel worthless", Whom::self},
                 Row{"my life is worthless", Whom::self},
                 Row{"my head says I am worthless", Whom::self},
                 Row{"the voice tells me \"you are worthless\"", Whom::self},
                 Row{"my dad told me I'm useless", Whom::other},
                 Row{"my dad says I'm useless and he's right", Whom::self},
                 Row{"I told my mum I am worthless", Whom::self},
                 Row{"when you feel worthless", Whom::anyone},
                 Row{"my mum left and I feel worthless", Whom::self},
                 Row{"I was late but my boss is an idiot", Whom::other},
                 Row{"Everyone says I'm useless", Whom::other},
                 Row{"he said \"you are useless\" again", Whom::other},
                 Row{"I feel like a \"failure\"", Whom::self},
                 Row{"she \"is an idiot and so on and so forth", Whom::other},
                 Row{"hate myself", Whom::self},
                 Row{"I love my sister but I am worthless", Whom::self},
                 Row{"the exam went badly, I'm an idiot", Whom::self},
             }) {
            CAPTURE(row.text);
            const Understanding u = m.understand(row.text);
            const Reading* r = reading_of(m, u, "judged");
            REQUIRE(r);
            CHECK(static_cast<int>(r->whom) == static_cast<int>(row.whom));
        }
    }

    TEST_CASE("what is denied, hedged or said") {
        const Matcher m = matcher_of(yaml);
        struct Row {
            const char* text;
            Polarity polarity;
        };
        for (const Row& row : {
                 Row{"I'm not worthless", Polarity::negated},
                 Row{"im not really worthless", Polarity::negated},
                 Row{"I don't feel worthless today", Polarity::negated},
                 Row{"I don't think I'm worthless", Polarity::negated},
                 Row{"it's not that I'm worthless", Polarity::negated},
                 Row{"I am not good enough", Polarity::asserted},
                 Row{"I can't help feeling worthless", Polarity::asserted},
                 Row{"I don't know why I'm so worthless", Polarity::asserted},
                 Row{"not sure why I feel worthless", Polarity::asserted},
                 Row{"not just sad but worthless", Polarity::asserted},
                 Row{"no, I'm worthless", Polarity::asserted},
                 Row{"no I am worthless", Polarity::asserted},
                 Row{"I'm not sad, I'm worthless", Polarity::asserted},
                 Row{"I never felt so worthless", Polarity::asserted},
                 Row{"nobody cares that I am worthless", Polarity::asserted},
                 Row{"maybe I'm worthless", Polarity::hedged},
                 Row{"I'm not sure if I'm worthless", Polarity::hedged},
                 Row{"I am not not worthless", Polarity::hedged},
                 Row{"aren't I just worthless", Polarity::asserted},
                 Row{"nothing but a failure", Polarity::asserted},
                 Row{"I was never an idiot", Polarity::negated},
             }) {
            CAPTURE(row.text);
            const Understanding u = m.understand(row.text);
            const Reading* r = reading_of(m, u, "judged");
            REQUIRE(r);
            CHECK(static_cast<int>(r->polarity) == static_cast<int>(row.polarity));
            CHECK(r->counts == (row.polarity != Polarity::negated));
        }
    }

    TEST_CASE("what is denied counts for the intent that `negated` names, with less weight") {
        const Matcher m = matcher_of(yaml);
        const Understanding u = m.understand("I'm not worthless");
        const Reading* r = reading_of(m, u, "soothing");
        REQUIRE(r);
        CHECK(r->counts);
        CHECK(r->score == doctest::Approx(0.6));
        CHECK(words_of(u, *r) == "worthless");
        CHECK_FALSE(heard(m, "my sister is not worthless", "soothing"));
        CHECK(heard(m, "I used to hate myself", "soothing"));
        CHECK_FALSE(heard(m, "I used to hate myself", "judged"));
        CHECK_FALSE(heard(m, "I hate myself, not any more", "judged"));
    }

    TEST_CASE("when it is") {
        const Matcher m = matcher_of(yaml);
        struct Row {
            const char* text;
            Time time;
        };
        for (const Row& row :
             {Row{"I am worthless", Time::now}, Row{"I was worthless", Time::past},
              Row{"I have felt worthless", Time::now}, Row{"years ago I was worthless", Time::past},
              Row{"I will be worthless", Time::future},
              Row{"I'm going to be a failure", Time::future},
              Row{"what if I am a failure", Time::hypothetical},
              Row{"if I fail, I will be worthless", Time::hypothetical},
              Row{"I have been worthless since I was 12", Time::now}}) {
            CAPTURE(row.text);
            const Understanding u = m.understand(row.text);
            const Reading* r = reading_of(m, u, "judged");
            REQUIRE(r);
            CHECK(static_cast<int>(r->time) == static_cast<int>(row.time));
        }
    }

    TEST_CASE("a crisis of long ago is past, a denied one is none, and neither hides one of now") {
        const Matcher m = matcher_of(yaml);
        Understanding u = m.understand("when I was a kid I wanted to die");
        const Reading* r = reading_of(m, u, "crisis_suicide");
        REQUIRE(r);
        CHECK(r->level == "past");
        CHECK(r->counts);
        CHECK(u.primary == IntentId::none);
        CHECK(u.labels.size() == 1);
        u = m.understand("I wanted to die a couple of days ago");
        r = reading_of(m, u, "crisis_suicide");
        REQUIRE(r);
        CHECK(r->level != "past");
        u = m.understand("it is hard to tell my family that I want to die");
        r = reading_of(m, u, "crisis_suicide");
        REQUIRE(r);
        CHECK(r->counts);
        CHECK_FALSE(r->quoted);
        u = m.understand("I don't want to die");
        r = reading_of(m, u, "crisis_suicide");
        REQUIRE(r);
        CHECK_FALSE(r->counts);
        u = m.understand(
            "I won't kill myself, but I keep thinking how I kill myself, and I want to die");
        int active = 0, passive = 0;
        for (const Reading& x : u.readings) {
            if (x.counts && x.level == "active") ++active;
            if (x.counts && x.level == "passive") ++passive;
        }
        CHECK(active == 1);
        CHECK(passive == 1);
    }
}
