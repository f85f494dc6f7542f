// SPDX-License-Identifier: Apache-2.0
#include "engine/script/message.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace befriend;

namespace {

// pieces and values in one string: [So ]{clause|reflect}[.]
std::string to_text(const Message& message) {
    if (!message.icu.empty()) return "icu " + message.icu;
    std::string result;
    for (std::size_t i = 0; i < message.pieces.size(); ++i) {
        result += "[" + message.pieces[i] + "]";
        if (i < message.args.size()) {
            result += "{" + message.args[i].name +
                      (message.args[i].filter.empty() ? "" : "|" + message.args[i].filter) + "}";
        }
    }
    return result;
}

}  // namespace

TEST_SUITE("engine/script/message") {
    TEST_CASE("a text becomes pieces and values") {
        struct Row {
            std::string text, expected;
        };
        for (const Row& row : {
                 Row{"That hurt.", "[That hurt.]"},
                 Row{"So {clause|reflect}.", "[So ]{clause|reflect}[.]"},
                 Row{"{ feeling | noun }", "[]{feeling|noun}[]"},
                 Row{"{a}{b}", "[]{a}[]{b}[]"},
                 Row{"I'm here, it's fine", "[I'm here, it's fine]"},
                 Row{"  a block scalar ends on a line end\n",
                     "[a block scalar ends on a line end]"},
                 Row{"it''s", "[it's]"},
                 Row{"", "[]"},
             }) {
            CAPTURE(row.text);
            std::vector<MessageProblem> problems;
            CHECK(to_text(parse_message(row.text, problems)) == row.expected);
            CHECK(problems.empty());
        }
    }

    TEST_CASE("plural and select stay with ICU, and their branches are not taken for values") {
        std::vector<MessageProblem> problems;
        const Message plural = parse_message(
            "{n, plural, one {# breath} other {# breaths with {name|noun}}}.", problems);
        CHECK(problems.empty());
        CHECK(to_text(plural) == "icu {a0, plural, one {# breath} other {# breaths with {a1}}}.");
        REQUIRE(plural.args.size() == 2);
        CHECK(plural.args[0].number);
        CHECK(plural.args[1].filter == "noun");
        const Message select = parse_message("{way, select, near {sure} other {later}}", problems);
        CHECK(problems.empty());
        CHECK(select.args.size() == 1);
        CHECK(select.args[0].select);
        CHECK(select.sample == "later");
    }

    TEST_CASE("a broken text tells where it breaks") {
        struct Row {
            std::string text;
            Fault fault;
            std::size_t offset;
        };
        for (const Row& row : {
                 Row{"So {clause is it.", Fault::message_syntax, 3},
                 Row{"So clause} it.", Fault::message_syntax, 9},
                 Row{"So {} it.", Fault::message_syntax, 3},
                 Row{"So {Big}.", Fault::message_syntax, 3},
                 Row{"{x|}", Fault::message_syntax, 3},
                 Row{"{n, plural, one {# breath}}", Fault::message_syntax, 0},
                 Row{"{n, number}", Fault::message_syntax, 4},
                 Row{"the '{word}' hurt", Fault::apostrophe_at_brace, 4},
                 Row{"{topic}'s weight", Fault::apostrophe_at_brace, 7},
             }) {
            CAPTURE(row.text);
            std::vector<MessageProblem> problems;
            const Message message = parse_message(row.text, problems);
            REQUIRE(problems.size() == 1);
            CHECK(problems[0].fault == row.fault);
            // ICU points into the middle of a plural; the begin of it is close enough there.
            if (row.offset != 0) CHECK(problems[0].offset == row.offset);
            CHECK(message.pieces.empty());
        }
    }

    TEST_CASE("questions are counted as a reader would") {
        CHECK(count_questions("How was it? And what did they say?") == 2);
        CHECK(count_questions("Would that be okay? Or later?") == 1);
        CHECK(count_questions("Erase it all? Yes or no?") == 1);
        CHECK(count_questions("Really??") == 1);
        CHECK(count_questions("No question.") == 0);
        CHECK(count_questions("Ask them: \u201CAre you safe?\u201D Would you?") == 1);
    }
}
