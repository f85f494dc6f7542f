// SPDX-License-Identifier: Apache-2.0
#include "tools/suggest.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace befriend;

namespace {

const std::string tiny =
    "language: en\n"
    "words:\n"
    "  skip: [just, really]\n"
    "  place: [attic, cellar, garage, shed]\n"
    "intents:\n"
    "  hiding:  # what follows is kept\n"
    "    kind: content\n"
    "    whom: [self]\n"
    "    patterns:\n"
    "      # the first\n"
    "      - { like: \"hide away\", weight: 1.0,\n"
    "          family: hide }\n"
    "  # the end\n"
    "\n"
    "  other:\n"
    "    patterns:\n"
    "      - { like: \"zebra\" }\n";

Catalogue catalogue_of(const std::string& bytes) {
    Diagnostics diagnostics;
    Catalogue catalogue = load_catalogue({{"tiny.yaml", bytes}}, diagnostics);
    REQUIRE_FALSE(has_errors(diagnostics));
    return catalogue;
}

std::vector<Utterance> rows_of(std::string_view tsv) {
    std::vector<Utterance> rows;
    REQUIRE(read_utterances("rows.tsv", tsv, rows).has_value());
    return rows;
}

Suggestions suggest(std::string_view tsv, std::size_t support = 3) {
    SuggestOptions options;
    options.intent = "hiding";
    options.support = support;
    return suggest_patterns(catalogue_of(tiny), rows_of(tsv), options);
}

// Ordinary sentences, so that words of every day are seen to be such.
const std::string ordinary =
    "i went to the shop\tnone\ni like the cat\tnone\nwe had tea\tnone\nmy mum called\tnone\n"
    "the rain came\tnone\ni read a book\tnone\nmy dog barks\tnone\nthe shop was shut\tnone\n"
    "i bought milk\tnone\nthe bus was late\tnone\nwe sang songs\tnone\nmy bike is blue\tnone\n"
    "i cut the bread\tnone\na bird sang\tnone\nhis van is big\tnone\nwe play chess\tnone\n"
    "i swim a lot\tnone\nher aunt paints\tnone\ni paint the big door\tnone\n";

}  // namespace

TEST_SUITE("tools/suggest") {
    TEST_CASE("words that only missed sentences share become a pattern, in their base form") {
        const Suggestions found = suggest(
            "i vanish from the party\thiding\nthen i vanished\thiding\nvanishing is my "
            "way\thiding\n"
            "i want to vanish\thiding\ni hide away\thiding\n" +
            ordinary);
        CHECK(found.before.missed == 4);
        REQUIRE(found.chosen.size() == 1);
        CHECK(found.chosen[0].like == "vanish");
        CHECK(found.chosen[0].gains.size() == 4);
        CHECK(found.chosen[0].alarms.empty());
        CHECK(found.after.missed == 0);
        CHECK(found.after.wrong == 0);
    }

    TEST_CASE("a word list stands for its words when no word of it is said often enough") {
        const Suggestions found = suggest(
            "i sat in the attic\thiding\ni sat in the cellar\thiding\ni sat in a garage\thiding\n"
            "i sat in my shed\thiding\ni sat in the sun\tnone\ni sat in the train\tnone\n"
            "we sat in the park\tnone\n" +
            ordinary);
        REQUIRE(found.chosen.size() == 1);
        CHECK(found.chosen[0].like.find("<place>") != std::string::npos);
        CHECK(found.chosen[0].gains.size() == 4);
    }

    TEST_CASE("a gap joins what other words stand between") {
        const Suggestions found = suggest(
            "i lock the big door\thiding\ni lock my door\thiding\ni lock every old door\thiding\n"
            "i lock the car\tnone\ni lock a bike\tnone\ni lock the desk\tnone\nthe door is "
            "red\tnone\nmy door is wide\tnone\na lock costs a lot\tnone\n"
            "the lock is old\tnone\nthe door of the shop\tnone\nthat lock was cheap\tnone\n" +
            ordinary);
        REQUIRE_FALSE(found.chosen.empty());
        CHECK(found.chosen[0].like == "lock ...3 door");
    }

    TEST_CASE("no pattern below the floor of support, none that breaks more than it gains") {
        CHECK(suggest("i vanish\thiding\nthen i vanished\thiding\n" + ordinary).chosen.empty());
        CHECK(suggest("i vanish\thiding\nthen i vanished\thiding\n" + ordinary, 2).chosen.size() ==
              1);
        const Suggestions found = suggest(
            "vanish i say\thiding\nwe vanish here\thiding\nvanish once more\thiding\n"
            "the keys vanish\tnone\nvanish cream is good\tnone\nships vanish there\tnone\n" +
            ordinary);
        for (const Suggestion& s : found.chosen) CHECK(s.like.find("vanish") == std::string::npos);
    }

    TEST_CASE("sentences kept aside are measured and never mined") {
        const Suggestions found = suggest(
            "i vanish\thiding\theld\nthen i vanished\thiding\theld\nvanishing again\thiding\theld\n"
            "i hide away\thiding\n" +
            ordinary);
        CHECK(found.chosen.empty());
        CHECK(found.held_before.missed == 3);
    }

    TEST_CASE("chosen patterns go after the last one and every other byte stays") {
        const Catalogue catalogue = catalogue_of(tiny);
        Suggestion s;
        s.like = "vanish";
        s.weight = 0.8f;
        const auto written = with_suggestions(tiny, catalogue.intents[0], {&s, 1});
        REQUIRE(written.has_value());
        const std::string line = "      - { like: \"vanish\", weight: 0.8 }\n";
        const std::size_t at = written->text.find(line);
        REQUIRE(at != std::string::npos);
        CHECK(written->text.substr(0, at).ends_with("family: hide }\n"));
        std::string rest = written->text;
        CHECK(rest.erase(at, line.size()) == tiny);
        CHECK(catalogue_of(written->text).intents[0].patterns.size() == 2);
    }

    TEST_CASE("patterns in one line are left to their author") {
        const std::string flow = "intents:\n  hiding: { patterns: [ { like: \"hide\" } ] }\n";
        Suggestion s;
        s.like = "vanish";
        CHECK_FALSE(with_suggestions(flow, catalogue_of(flow).intents[0], {&s, 1}).has_value());
    }
}
