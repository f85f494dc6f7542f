// SPDX-License-Identifier: Apache-2.0
#include "intents/answer.hpp"

#include <doctest/doctest.h>

#include "tests/intents/support.hpp"

using namespace befriend;
using namespace befriend::test;

namespace {

const char* const yaml =
    "language: en\n"
    "words: { skip: [so, just, really], relation: [mother] }\n"
    "intents:\n"
    "  affirm: { kind: control, patterns: [ { like: \"^ (yes|yeah|yep|ok|👍)\", max_words: 4 } ] "
    "}\n"
    "  deny: { kind: control, patterns: [ { like: \"^ (no|nope|nah)\", max_words: 4, polarity: "
    "asserted } ] }\n"
    "  unsure: { kind: control, patterns: [ { like: \"(do not know|maybe)\", max_words: 6, "
    "polarity: asserted } ] }\n"
    "  skip: { kind: control, patterns: [ { like: \"^ skip $\" } ] }\n"
    "  self_judgement: { kind: content, whom: [self], patterns: [ { like: \"idiot\" } ] }\n"
    "  crisis_suicide: { kind: crisis, whom: [self], patterns: [ { like: \"want to die\", level: "
    "passive } ] }\n";

std::string answered(const Matcher& m, const char* text, const char* asked,
                     std::vector<std::string> options = {}, std::vector<std::string> labels = {}) {
    Scratch scratch;
    Context context;
    context.asked = asked;
    context.options = std::move(options);
    context.option_labels = std::move(labels);
    const Understanding u = m.understand(text, context, scratch);
    return u.answer ? u.answer->kind + "=" + u.answer->value : "";
}

}  // namespace

TEST_SUITE("intents/answer") {
    TEST_CASE("short replies are read against what was asked") {
        const Matcher m = matcher_of(yaml);
        struct Row {
            const char* text;
            const char* asked;
            const char* answer;
        };
        for (const Row& row : {
                 Row{"yes", "yes_no", "yes_no=yes"},
                 Row{"nope", "yes_no", "yes_no=no"},
                 Row{"idk", "yes_no", "yes_no=unsure"},
                 Row{"the weather", "yes_no", ""},
                 Row{"👍", "yes_no", "yes_no=yes"},
                 Row{"6", "scale", "scale=6"},
                 Row{"six and a half", "scale", "scale=6.5"},
                 Row{"6.5", "scale", "scale=6.5"},
                 Row{"7/10", "scale", "scale=7"},
                 Row{"3 out of 5", "scale", "scale=6"},
                 Row{"none", "scale", "scale=0"},
                 Row{"a little", "scale", "scale=3"},
                 Row{"some", "scale", "scale=5"},
                 Row{"a lot", "scale", "scale=8"},
                 Row{"maybe a 4?", "scale", "scale=4"},
                 Row{"11", "scale", ""},
                 Row{"no idea what you mean by that my dear friend", "scale", ""},
                 Row{"between 6 and 7", "scale", "scale=6.5"},
                 Row{"You did what you could, love.", "words_to_other",
                     "words_to_other=You did what you could, love."},
                 Row{"skip", "words_to_other", ""},
                 Row{" a line ", "line", "line=a line"},
                 Row{"", "line", ""},
                 Row{"yes", "", ""},
             }) {
            CAPTURE(row.text);
            CHECK(answered(m, row.text, row.asked) == row.answer);
        }
    }

    TEST_CASE("a choice is heard by number, id or its words") {
        const Matcher m = matcher_of(yaml);
        const std::vector<std::string> ids{"look", "try_it", "heard"},
            labels{"Look at it together", "Try something small", "Just be heard"};
        CHECK(answered(m, "2", "choice", ids, labels) == "choice=try_it");
        CHECK(answered(m, "the first one", "choice", ids, labels) == "choice=look");
        CHECK(answered(m, "Just be heard", "choice", ids, labels) == "choice=heard");
        CHECK(answered(m, "something small please", "choice", ids, labels) == "choice=try_it");
        CHECK(answered(m, "try_it", "choice", ids, labels) == "choice=try_it");
        CHECK(answered(m, "bananas", "choice", ids, labels).empty());
        CHECK(answered(m, "2", "choice").empty());
    }

    TEST_CASE("a bare answer to the direct question is a reading of its own") {
        const Matcher m = matcher_of(yaml);
        Scratch scratch;
        Context context;
        context.asked = "crisis";
        const auto of = [&](const char* text) {
            const Understanding u = m.understand(text, context, scratch);
            const Reading* r = reading_of(m, u, "crisis_suicide");
            return r ? r->level + (r->polarity == Polarity::negated  ? " negated"
                                   : r->polarity == Polarity::hedged ? " hedged"
                                                                     : " asserted")
                     : std::string();
        };
        CHECK(of("yes") == "active asserted");
        CHECK(of("no") == "none negated");
        CHECK(of("idk") == "active hedged");
        CHECK(of("lol") == "");
        CHECK(of("ok") == "");
        CHECK(of("no but I want to die") == "passive asserted");
    }

    TEST_CASE("words to somebody else are not about the speaker, unless they say I") {
        const Matcher m = matcher_of(yaml);
        Scratch scratch;
        Context context;
        context.asked = "words_to_other";
        const auto judged = [&](const char* text) {
            const Understanding u = m.understand(text, context, scratch);
            return std::any_of(u.readings.begin(), u.readings.end(),
                               [](const Reading& r) { return r.counts; });
        };
        CHECK_FALSE(judged("you are no idiot, really, not an idiot at all"));
        CHECK_FALSE(judged("such an idiot"));
        CHECK(judged("I am an idiot"));
    }
}
