// SPDX-License-Identifier: Apache-2.0
#include "engine/text/reflect.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

using namespace befriend;

namespace {

std::string reflected(std::string_view message, const ReflectHints& hints = {}) {
    const auto clause = best_clause(message, hints);
    if (!clause) return "-";
    return turn_round(*clause).value_or("-");
}

}  // namespace

TEST_SUITE("engine/reflect") {
    TEST_CASE("every message of the reflection list comes back as a person would say it") {
        std::ifstream file(BEFRIEND_SOURCE_DIR "/corpus/en/reflect.tsv");
        REQUIRE(file.good());
        std::string row;
        std::getline(file, row);  // header
        std::size_t rows = 0, without = 0;
        while (std::getline(file, row)) {
            const auto tab = row.find('\t');
            REQUIRE(tab != std::string::npos);
            const std::string message = row.substr(0, tab);
            CAPTURE(message);
            const std::string got = reflected(message);
            CHECK(got == row.substr(tab + 1));
            ++rows;
            without += got == "-";
        }
        CHECK(rows >= 300);
        CHECK(without * 100 <= rows * 35);  // at most 35 % without a slot
    }

    TEST_CASE("a clause with danger or an insult in it is never said back") {
        const std::string text = "my boss shouted at me, and i want to disappear";
        const Span danger{24, 46};
        CHECK(reflected(text, {{}, {}, {&danger, 1}}) == "your boss shouted at you");
        CHECK(reflected("i am such an idiot") == "-");
        CHECK(reflected("i feel like killing time") == "-");
        CHECK(reflected("i'm a fat pig") == "-");
    }

    TEST_CASE("words with evidence and feeling win over the rest") {
        const std::string text = "the bus was full. nobody spoke to me. i bought milk";
        const Span evidence{18, 36};
        CHECK(reflected(text, {{&evidence, 1}, {}, {}}) == "nobody spoke to you");
    }

    TEST_CASE("names, links, quotes and bidi marks are never echoed") {
        for (const std::string_view text :
             {"i told Anna about it", "i saw https://example.org/x", "he said \"useless\" to me",
              "i am \xE2\x80\xAEtired", "i {n} feel it", "i feel <b>bad</b>",
              "my boss \x1b[31m shouted"}) {
            CAPTURE(text);
            CHECK(reflected(text) == "-");
        }
        CHECK(safe_to_echo("it is what it is"));
        CHECK_FALSE(safe_to_echo("\x1b[2J"));
        CHECK_FALSE(safe_to_echo("i am worthless"));
    }

    TEST_CASE(
        "a noun phrase is taken from behind a preposition or verb, with its possessive turned") {
        struct Row {
            std::string_view text, phrase;
        };
        for (const Row& row : {Row{"i feel so bad about my exam", "your exam"},
                               Row{"i lost my job in march", "your job"},
                               Row{"i was rude to my sister", "your sister"},
                               Row{"my boss ignored me", "-"}, Row{"about my stupid face", "-"}}) {
            CAPTURE(row.text);
            CHECK(noun_phrase(row.text).value_or("-") == row.phrase);
        }
    }

    TEST_CASE("a kept line is one clean line of at most 300 bytes") {
        CHECK(keep_line("  you did\n your best \x1b[2J ") == "you did your best [2J");
        CHECK(keep_line("\"it happens\"") == "it happens");
        const std::string longest = keep_line(std::string(1000, 'a') + "\xC3\xA9");
        CHECK(longest.size() <= 303);
        CHECK(keep_line("").empty());
    }
}
