// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/intents/support.hpp"

using namespace befriend;
using namespace befriend::test;

namespace {

const char* const yaml =
    "language: en\n"
    "words: { skip: [so] }\n"
    "intents:\n"
    "  a:\n"
    "    kind: content\n"
    "    patterns:\n"
    "      - { like: \"red\", weight: 0.4, family: colour }\n"
    "      - { like: \"green\", weight: 0.3, family: colour }\n"
    "      - { like: \"round\", weight: 0.4, family: shape }\n"
    "      - { like: \"red round\", weight: 0.3, family: both }\n"
    "      - { like: \"enormous\", weight: 1.0 }\n"
    "  b: { kind: content, only_if: { none_of: [a] }, patterns: [ { like: \"thing\", weight: 0.8 } "
    "] }\n"
    "  fallback: { kind: content, beside: 0.7, patterns: [ { like: \"dull\", weight: 0.6 }, "
    "{ like: \"dreary\", weight: 0.8 } ] }\n"
    "  feeling_sad: { kind: feeling, patterns: [ { like: \"sad\" } ] }\n"
    "  topic_work: { kind: topic, patterns: [ { like: \"work\" } ] }\n"
    "  stop: { kind: control, patterns: [ { like: \"stop\" } ] }\n"
    "  threat: { kind: content, patterns: [ { like: \"afraid\" } ] }\n"
    "  distress: { kind: content, patterns: [ { like: \"bad\" } ] }\n"
    "  self_judgement: { kind: content, patterns: [ { like: \"stupid\" } ] }\n"
    "  isolation: { kind: content, patterns: [ { like: \"alone\" } ] }\n";

float score(const Matcher& m, std::string_view text, std::string_view intent) {
    const Understanding u = m.understand(text);
    const Reading* r = reading_of(m, u, intent);
    return r ? r->score : 0;
}

}  // namespace

TEST_SUITE("intents/score") {
    TEST_CASE("families of evidence add up, near-duplicates do not") {
        const Matcher m = matcher_of(yaml);
        CHECK(score(m, "red", "a") == doctest::Approx(0.4));
        CHECK(score(m, "red and green", "a") == doctest::Approx(0.4));
        CHECK(score(m, "red and round", "a") == doctest::Approx(0.64));
        CHECK(score(m, "red round", "a") ==
              doctest::Approx(0.64));  // "red round" counts no word twice
        CHECK(score(m, "enormus", "a") == doctest::Approx(0.8));  // one typing error
        CHECK_FALSE(heard(m, "red", "a"));
        CHECK(heard(m, "red and round", "a"));
    }

    TEST_CASE("a fallback label needs more beside another content label") {
        const Matcher m = matcher_of(yaml);
        CHECK(heard(m, "a dull day", "fallback"));
        CHECK_FALSE(heard(m, "a dull day, afraid", "fallback"));
        CHECK(heard(m, "a dreary day, afraid", "fallback"));
        CHECK(heard(m, "a dull day, sad work, stop", "fallback"));  // no content label beside it
    }

    TEST_CASE("a label that is conditioned on another yields to it") {
        const Matcher m = matcher_of(yaml);
        CHECK(heard(m, "a thing", "b"));
        CHECK(heard(m, "a red thing", "b"));
        CHECK_FALSE(heard(m, "an enormous thing", "b"));
    }

    TEST_CASE(
        "labels follow the priority list, at most four, and feelings and topics stand apart") {
        const Matcher m = matcher_of(yaml);
        const Understanding u = m.understand("bad, afraid, stupid, alone, sad at work, stop");
        REQUIRE(u.labels.size() == 4);
        CHECK(m.intent_name(u.primary) == "stop");
        CHECK(m.intent_name(u.labels[0]) == "stop");
        CHECK(m.intent_name(u.labels[3]) == "threat");
        CHECK(u.feelings == std::vector<std::string>{"sad"});
        CHECK(u.topics == std::vector<std::string>{"work"});
        const Understanding later = m.understand("stupid and alone");
        CHECK(m.intent_name(later.primary) == "isolation");  // of equals the one said last
        CHECK(m.understand("nothing of it").primary == IntentId::none);
    }

    TEST_CASE("a matcher without intents hears nothing and finds the words") {
        const Matcher empty;
        const Understanding u = empty.understand("I'm here");
        CHECK(u.readings.empty());
        CHECK(u.tokens.size() == 2);
        CHECK(empty.find("a") == IntentId::none);
        CHECK(empty.intent_name(IntentId::none) == "none");
    }

    TEST_CASE("equal files compile to equal bytes") {
        std::string a, b;
        matcher_of(yaml).save(a);
        matcher_of(yaml).save(b);
        CHECK(a == b);
    }

    TEST_CASE("one scratch serves several matchers in turn") {
        const Matcher big = matcher_of(yaml);
        const Matcher small = matcher_for_pattern("stop");
        Scratch scratch;
        for (int i = 0; i < 3; ++i) {
            CHECK(small.understand("stop", {}, scratch).labels.size() == 1);
            CHECK(big.understand("red and round", {}, scratch).labels.size() == 1);
        }
    }

    TEST_CASE("a saved matcher reads the same after loading, and damaged bytes are refused") {
        const Matcher m = matcher_of(yaml);
        std::string bytes, again;
        m.save(bytes);
        Matcher loaded;
        REQUIRE(loaded.load(bytes));
        loaded.save(again);
        CHECK(bytes == again);
        for (const char* text : {"red and round", "enormus thing", "bad, afraid, stupid", ""}) {
            CAPTURE(text);
            CHECK(loaded.understand(text).readings == m.understand(text).readings);
        }
        for (std::size_t cut = 0; cut < bytes.size(); cut += 97) {
            Matcher broken;
            CHECK_FALSE(broken.load(std::string_view(bytes).substr(0, cut)));
            CHECK(broken.understand("red").readings.empty());
        }
        std::string other = bytes;
        other[4] = static_cast<char>(other[4] + 1);
        CHECK_FALSE(loaded.load(other));
    }
}
