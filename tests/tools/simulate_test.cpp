// SPDX-License-Identifier: Apache-2.0
#include "tools/simulate.hpp"

#include <doctest/doctest.h>

#include "tests/support/talk.hpp"

using namespace befriend;

namespace {

constexpr std::string_view small =
    "name: Ann\ngoal: be heard\nstyle: terse\nturns: 4\n"
    "opening: [\"I failed my exam and I feel so stupid\"]\n"
    "lines:\n  statement: [\"I keep failing\"]\n  open: [\"my father saw it\"]\n  yes_no: "
    "[\"no\"]\n"
    "ending: bye\n";

Persona read(std::string text, Diagnostics& diagnostics) {
    return read_persona({"x.yaml", std::move(text)}, diagnostics);
}

}  // namespace

TEST_SUITE("tools/simulate") {
    TEST_CASE("a persona is read, with defaults") {
        Diagnostics diagnostics;
        const Persona persona = read(std::string(small), diagnostics);
        CHECK(diagnostics.empty());
        CHECK(persona.name == "Ann");
        CHECK(persona.turns == 4);
        CHECK(persona.patience == 2);
        CHECK(persona.lines.at(Situation::open).front() == "my father saw it");
        CHECK(persona.leaving.front() == "stop");
    }

    TEST_CASE("every mistake of a persona is told where it stands") {
        Diagnostics diagnostics;
        read(std::string(small) + "patience: many\nstlye: x\nhidden: [{ from_turn: 2 }]\n",
             diagnostics);
        REQUIRE(diagnostics.size() == 3);
        CHECK(diagnostics[0].code == "BF0015");
        CHECK(diagnostics[0].line == 11);
        CHECK(diagnostics[0].col == 11);
        CHECK(diagnostics[1].code == "BF0013");
        CHECK(diagnostics[1].hint == "did you mean \"style\"?");
        CHECK(diagnostics[2].code == "BF0014");
    }

    TEST_CASE("the lines that every conversation needs must be there") {
        Diagnostics diagnostics;
        read("name: A\ngoal: b\nstyle: c\nopening: hi\nending: bye\nlines: { open: [x] }\n",
             diagnostics);
        CHECK(diagnostics.size() == 2);  // yes_no and statement
    }

    TEST_CASE("the same seed gives the same conversation, with an end") {
        Diagnostics diagnostics;
        const Persona persona = read(std::string(small), diagnostics);
        const SimulatedSession one = simulate(test::shipped_pack(), persona, 5);
        const SimulatedSession two = simulate(test::shipped_pack(), persona, 5);
        REQUIRE(one.turns.size() == two.turns.size());
        for (std::size_t i = 0; i < one.turns.size(); ++i) {
            CHECK(one.turns[i].bubbles == two.turns[i].bubbles);
        }
        CHECK(one.turns.front().situation == "start");
        CHECK(one.turns[1].person == "I failed my exam and I feel so stupid");
        CHECK(one.turns.back().person == "bye");
        CHECK(one.measures.turns == 5);
    }

    TEST_CASE("a crisis, a stop and a hidden fact are counted") {
        Diagnostics diagnostics;
        const Persona persona = read(
            "name: A\ngoal: b\nstyle: c\nturns: 2\nopening: I want to kill myself\n"
            "lines: { open: x, yes_no: x, statement: x, safety: \"yes\" }\nending: stop\n"
            "hidden: [{ say: \"nobody knows\", situation: safety }]\n",
            diagnostics);
        REQUIRE(diagnostics.empty());
        const SimulatedSession session = simulate(test::shipped_pack(), persona, 1);
        CHECK(session.measures.crises == 1);
        CHECK(session.measures.crises_without_resource == 0);
        CHECK(session.measures.stops == 1);
        CHECK(session.measures.stops_ignored == 0);
        REQUIRE(session.turns.size() > 2);
        CHECK(session.turns[2].situation == "hidden");
    }

    TEST_CASE("limits are judged both ways, and what did not happen holds") {
        SideMeasures none;
        for (const SideLimit& limit : judge(none)) CHECK(limit.holds());
        SideMeasures bad;
        bad.practices = 2;
        bad.without_consent = 1;
        bad.questions_in_row = 3;
        std::size_t missed = 0;
        for (const SideLimit& limit : judge(bad)) missed += limit.holds() ? 0U : 1U;
        CHECK(missed == 2);
    }
}
