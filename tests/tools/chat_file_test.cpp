// SPDX-License-Identifier: Apache-2.0
#include "tools/chat_file.hpp"

#include <doctest/doctest.h>

#include "tools/clock_option.hpp"
#include "tools/text_diff.hpp"
#include "tools/utterances.hpp"

using namespace befriend;

TEST_SUITE("tools/chat_file") {
    TEST_CASE("front matter and lines are read") {
        const auto file = read_chat("x.chat",
                                    "---\n"
                                    "given:\n"
                                    "  seed: 7\n"
                                    "  clock: \"2026-01-05T22:30:00+01:00\"\n"
                                    "  memory: { kind_words: \"well tried\" }\n"
                                    "same_result_for: [typos, case]\n"
                                    "---\n"
                                    "# somebody\n"
                                    "> hello\n"
                                    "> again\n"
                                    "\n"
                                    "< Hi ...\n"
                                    "? home/listen\n"
                                    "~ 21 minutes\n");
        REQUIRE(file.has_value());
        CHECK(file->seed == 7);
        CHECK(file->clock.utc_offset == std::chrono::minutes{60});
        CHECK(file->memory.at("kind_words") == "well tried");
        CHECK(file->same_result_for.size() == 2);
        REQUIRE(file->lines.size() == 7);
        CHECK(file->lines[1].kind == '>');
        CHECK(file->lines[1].text == "hello");
        CHECK(file->lines[1].number == 9);
        CHECK(file->lines[6].kind == '~');
    }

    TEST_CASE("a mistake in a conversation names its line") {
        const auto file = read_chat("x.chat", "> hello\nhm?\n");
        REQUIRE_FALSE(file.has_value());
        CHECK(file.error().message.starts_with("x.chat:2: "));
        CHECK_FALSE(read_chat("x.chat", "---\nseed: 1\n> hello\n").has_value());
        CHECK_FALSE(read_chat("x.chat", "---\nsede: 1\n---\n> hello\n").has_value());
    }

    TEST_CASE("times and durations are read") {
        const auto clock = parse_clock("2026-01-05T22:30:00+01:00");
        REQUIRE(clock.has_value());
        CHECK(clock->at == parse_clock("2026-01-05T21:30:00Z")->at);
        CHECK_FALSE(parse_clock("2026-01-05T21:30Z")->utc_offset.has_value());
        for (const char* wrong : {"", "yesterday", "2026-13-01", "2026-02-30", "2026-01-05T25:00",
                                  "2026-01-05T10:00x"}) {
            CAPTURE(wrong);
            CHECK_FALSE(parse_clock(wrong).has_value());
        }
        CHECK(parse_wait("21 minutes") == std::chrono::minutes{21});
        CHECK(parse_wait("90s") == std::chrono::seconds{90});
        CHECK(parse_wait("1 day") == std::chrono::hours{24});
        CHECK_FALSE(parse_wait("a while").has_value());
        CHECK_FALSE(parse_wait("-3 s").has_value());
    }

    TEST_CASE("a diff shows what changed and where") {
        CHECK(unified_diff("f", "a\nb\n", "a\nb\n").empty());
        CHECK(unified_diff("f", "1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\n4\nfive\n6\n7\n") ==
              "--- f\n+++ f (now)\n@@ -3,5 +3,5 @@\n 3\n 4\n-5\n+five\n 6\n 7\n");
        CHECK(unified_diff("f", "", "a\n") == "--- f\n+++ f (now)\n@@ -1,0 +1,1 @@\n+a\n");
    }

    TEST_CASE("labelled sentences are read with what the note says") {
        std::vector<Utterance> rows;
        const auto read = read_utterances("u.tsv",
                                          "# text\tlabels\tnote\n"
                                          "yes\taffirm\tasked=yes_no held\n"
                                          "im so dumb, only me\tself_judgement, isolation\t\n"
                                          "nice weather\tnone\n",
                                          rows);
        REQUIRE(read.has_value());
        REQUIRE(rows.size() == 3);
        CHECK(rows[0].asked == "yes_no");
        CHECK(rows[0].held);
        CHECK(rows[1].labels == std::vector<std::string>{"isolation", "self_judgement"});
        CHECK(rows[2].labels.empty());
        CHECK_FALSE(read_utterances("u.tsv", "no tab\n", rows).has_value());
    }

    TEST_CASE("a missed label is counted beside what was heard instead, the worst pair first") {
        UtteranceScores scores;
        add_confusion({"isolation"}, {"isolation"}, scores);
        add_confusion({"isolation", "shame"}, {"isolation", "guilt"}, scores);
        add_confusion({"shame"}, {"guilt"}, scores);
        add_confusion({"shame"}, {}, scores);
        add_confusion({}, {"guilt"}, scores);
        add_confusion({}, {}, scores);
        CHECK(scores.confusion["isolation"]["isolation"] == 2);
        CHECK(scores.confusion["none"]["none"] == 1);
        const std::vector<Confusion> pairs = worst_pairs(scores);
        REQUIRE(pairs.size() == 3);
        CHECK(pairs[0].expected == "shame");
        CHECK(pairs[0].heard == "guilt");
        CHECK(pairs[0].times == 2);
        CHECK(pairs[1].expected == "none");
        CHECK(pairs[2].heard == "none");
    }
}
