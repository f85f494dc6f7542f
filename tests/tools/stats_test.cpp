// SPDX-License-Identifier: Apache-2.0
#include "tools/stats.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/talk.hpp"
#include "tools/spoken.hpp"

using namespace befriend;

namespace {

const CommonWords& common() {
    static const CommonWords words("the a it is you cat sat on mat # quokka\nkind");
    return words;
}

LanguageStats measured(const std::string& dialog, const Limits& limits) {
    const Pack& pack = test::shipped_pack();
    return measure_pack(pack, {pack.find_dialog(dialog)}, limits, common());
}

}  // namespace

TEST_SUITE("tools/stats") {
    TEST_CASE("words and sentences are counted as people count them") {
        const Prose prose =
            measure("It\u2019s a cat. The cat sat on 2 mats\u2026 Really?\nYes", common());
        CHECK(prose.sentences == 4);
        CHECK(prose.words == 10);
        CHECK(prose.longest == 5);
    }

    TEST_CASE("a draft between asterisks ends with its full stop, an item of a list with its dot") {
        CHECK(measure("You could write: *It's hard.* Then your line.", common()).longest == 5);
        CHECK(measure("Which? 1 a plan for it \u00b7 2 being heard", common()).longest == 4);
    }

    TEST_CASE("a short plain sentence is easy and a long one with long words is not") {
        CHECK(measure("The cat sat on the mat.", common()).grade() < 1);
        CHECK(measure("Institutional considerations notwithstanding, organisational deliberations "
                      "necessitated extraordinary administrative reconsideration.",
                      common())
                  .grade() > 20);
        CHECK(Prose{}.grade() == 0);
    }

    TEST_CASE("syllables are those one hears") {
        for (const auto& [word, count] :
             std::vector<std::pair<std::string, std::size_t>>{{"cat", 1},
                                                              {"make", 1},
                                                              {"little", 2},
                                                              {"walked", 1},
                                                              {"wanted", 2},
                                                              {"banana", 3},
                                                              {"the", 1},
                                                              {"kindness", 2}}) {
            CAPTURE(word);
            CHECK(count_syllables(word) == count);
        }
    }

    TEST_CASE("common words have endings and short forms, values are not judged") {
        CHECK(common().knows("cats"));
        CHECK(common().knows("it's"));
        CHECK(common().knows("isn't"));
        CHECK_FALSE(common().knows("perspicacious"));
        CHECK_FALSE(common().knows("quokka"));  // in a comment
        std::vector<std::string> uncommon;
        const Prose prose = measure("x is the perspicacious cat", common(), &uncommon);
        CHECK(prose.judged == 4);
        CHECK(prose.common == 3);
        CHECK(uncommon == std::vector<std::string>{"perspicacious"});
    }

    TEST_CASE("limits are read, and a mistake in them is told with its place") {
        Diagnostics diagnostics;
        const Limits limits = read_limits("l.yaml",
                                          "limits: { sentence_words: 9 }\n"
                                          "rules:\n  - { rule: r, pattern: 'x' }\n"
                                          "most: { r: 3 }\n",
                                          diagnostics);
        CHECK(diagnostics.empty());
        CHECK(limits.sentence_words == 9);
        CHECK(limits.most.at("r") == 3);
        read_limits("l.yaml", "limits: { sentences: 9 }\nallowed:\n  - { rule: r, text: '(' }\n",
                    diagnostics);
        REQUIRE(diagnostics.size() == 3);
        CHECK(diagnostics[0].line == 1);
        CHECK(diagnostics[1].line == 3);
    }

    TEST_CASE("a rule finds its line, and an exception with a reason lets it stand") {
        Limits limits;
        limits.rules.push_back({"normal", "NORMAL is a wide", "why", false});
        const auto count = [](const LanguageStats& stats) {
            return std::ranges::count(stats.findings, std::string("normal"),
                                      &LanguageFinding::rule);
        };
        const LanguageStats found = measured("asks_normal", limits);
        REQUIRE(count(found) == 1);
        const auto finding =
            std::ranges::find(found.findings, std::string("normal"), &LanguageFinding::rule);
        CHECK(finding->place.starts_with("dialogs/en/asks_normal.yaml:"));
        limits.allowed.push_back({"normal", "wide place", "asks_normal/", "a picture"});
        CHECK(count(measured("asks_normal", limits)) == 0);
        limits.allowed.back().at = "stop/";
        CHECK(count(measured("asks_normal", limits)) == 1);
    }

    TEST_CASE("a sentence over the limit is found in the dialog that says it") {
        Limits limits;
        limits.sentence_words = 3;
        const LanguageStats stats = measured("asks_normal", limits);
        CHECK(std::ranges::count(stats.findings, std::string("long_sentence"),
                                 &LanguageFinding::rule) > 10);
        limits.sentence_words = 500;
        CHECK(std::ranges::count(measured("asks_normal", limits).findings,
                                 std::string("long_sentence"), &LanguageFinding::rule) == 0);
    }

    TEST_CASE("a dialog that is meant to be brief may be, and only that one") {
        Limits limits;
        const auto short_ones = [&] {
            return std::ranges::count(measured("stop", limits).findings,
                                      std::string("short_bubble"), &LanguageFinding::rule);
        };
        CHECK(short_ones() > 0);
        limits.allowed.push_back({"short_bubble", ".", "nod/", "a nod"});
        CHECK(short_ones() > 0);
        limits.allowed.push_back({"short_bubble", ".", "stop/", "stops at once"});
        CHECK(short_ones() == 0);
    }

    TEST_CASE("too few forms of an act are told, and a skeleton counts once") {
        const Pack& pack = test::shipped_pack();
        std::string unknown;
        Limits limits;
        limits.acts = {{"ending", {"stop/say/say"}, 1000}, {"nothing", {"no/such/group"}, 0}};
        const LanguageStats stats =
            measure_pack(pack, dialogs_named(pack, {}, unknown), limits, common());
        CHECK(stats.forms.at("ending") > 1);
        CHECK(stats.forms.at("nothing") == 0);
        CHECK(std::ranges::count(stats.findings, std::string("few_forms"),
                                 &LanguageFinding::rule) == 1);
    }

    TEST_CASE("a talk without anything said back falls below the share, one turn at a time") {
        const auto file = read_chat("t.chat",
                                    "---\ngiven: { language: en, seed: 1 }\n---\n> my boss yelled "
                                    "at me in front of everyone at the bakery\n"
                                    "> /start\n");
        REQUIRE(file.has_value());
        Limits limits;
        LanguageStats stats;
        measure_talks(test::shipped_pack(), {*file}, limits, stats);
        CHECK(stats.live.conversations == 1);
        CHECK(stats.live.content_turns == 1);
        limits.reuse = 2;  // no talk reaches it
        stats = {};
        measure_talks(test::shipped_pack(), {*file}, limits, stats);
        CHECK(std::ranges::count(stats.findings, std::string("reuse"), &LanguageFinding::rule) ==
              1);
    }

    TEST_CASE("saying the same again within the turns is found") {
        Limits limits;
        limits.inputs = std::vector<std::string>(30, "good morning");
        LanguageStats stats;
        measure_variety(test::shipped_pack(), limits, stats);
        CHECK(std::ranges::count(stats.findings, std::string("same_skeleton"),
                                 &LanguageFinding::rule) > 0);
    }
}
