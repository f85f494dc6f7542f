// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/talk.hpp"
#include "tools/prove_search.hpp"

using namespace befriend;

namespace {

std::vector<Property> properties_of(const std::string& holds, Diagnostics& diagnostics) {
    const std::string text = "properties:\n  - name: it\n    holds: \"" + holds + "\"\n";
    return read_properties({"p.yaml", text}, test::shipped_pack(), diagnostics);
}

SearchResult search_for(const std::string& holds, std::vector<Happening> sentences = {}) {
    Diagnostics diagnostics;
    const auto properties = properties_of(holds, diagnostics);
    REQUIRE(diagnostics.empty());
    return search_conversations(test::shipped_pack(), properties, sentences, {60, 1});
}

}  // namespace

TEST_CASE("a broken property comes with its shortest conversation") {
    const auto found = search_for("never ended");
    REQUIRE(found.outcomes.at(0).kind == Outcome::Kind::broken);
    CHECK(found.outcomes[0].conversation == std::vector<Happening>{"> stop"});
}

TEST_CASE("what can be reached has a witness that replays") {
    const auto found = search_for("can reach in(crisis_active)", {"> I want to kill myself"});
    REQUIRE(found.outcomes.at(0).kind == Outcome::Kind::reached);
    std::string file;
    for (const Happening& line : found.outcomes[0].conversation) file += line + "\n";
    CHECK(replay(test::shipped_pack(), file).find("? crisis_active/") != std::string::npos);
}

TEST_CASE("within counts the turns in which it may still be kept") {
    CHECK(search_for("within 1 turn of start: bubbles > 0").outcomes[0].kind ==
          Outcome::Kind::no_counterexample);
    CHECK(search_for("within 2 turns of start: ended").outcomes[0].kind == Outcome::Kind::broken);
}

TEST_CASE("before wants the first thing first") {
    CHECK(search_for("start before ended").outcomes[0].kind == Outcome::Kind::broken);
    CHECK(search_for("bubbles > 0 before ended").outcomes[0].kind ==
          Outcome::Kind::no_counterexample);
}

TEST_CASE("a property with a mistake is refused at its place") {
    for (const char* holds :
         {"sometimes ended", "always endet", "always (ended", "always in(nowhere)",
          "within 0 turns of start: ended", "always ended ended"}) {
        Diagnostics diagnostics;
        CHECK(properties_of(holds, diagnostics).empty());
        REQUIRE(diagnostics.size() == 1);
        CHECK(diagnostics[0].line == 3);
    }
}

TEST_CASE("a hello during an open crisis does not go on with its questions") {
    test::Talk talk;
    talk.edit("I want to kill myself");
    const std::string waiting = talk.at_step();
    CHECK(waiting.starts_with("crisis_active/"));
    talk.start();
    CHECK(talk.at_step() == waiting);
    CHECK_FALSE(talk.asked());
}

TEST_CASE("the first hello asks nothing once something is open") {
    for (const char* opening : {"I want to kill myself", "my daughter is cutting herself"}) {
        test::Talk talk;
        talk.edit(opening);
        REQUIRE(talk.at_step().starts_with("crisis_"));
        CHECK_FALSE(talk.start().empty());
        CHECK_FALSE(talk.asked());
    }
}

TEST_CASE("a question that comes back is seen") {
    // Bubbles of one length that only the last turn's text tells apart.
    Diagnostics diagnostics;
    const auto property = properties_of("never same_question", diagnostics);
    REQUIRE(property.size() == 1);
    Turn turn;
    Say say;
    say.asks = true;
    say.text = "How was that for you, from where you are standing now?";
    turn.effects.emplace_back(say);
    const Session before;
    const Incoming incoming;
    std::uint8_t state = 0;
    TurnView view{test::shipped_pack(), before, incoming, turn, false, false, {}, say.text};
    CHECK(watch(property[0], view, state).broken);
    view.last_question = "Another one?";
    CHECK_FALSE(watch(property[0], view, state).broken);
}

TEST_CASE("a hello is answered without a question while only listening") {
    test::Talk talk;
    talk.start();
    talk.say("just listen please");
    REQUIRE(talk.session.listen_only);
    for (int turn = 0; turn < 6; ++turn) {
        CHECK_FALSE(talk.say("hi").empty());
        CHECK_FALSE(talk.asked());
        CHECK(talk.session.listen_only);
    }
}

TEST_CASE("a safety question waits for the person asked") {
    test::Talk talk;
    talk.say("goodbye world");
    const std::string waiting = talk.at_step();
    const int rank = talk.rank();
    for (const char* answer : {"yes", "no"}) {
        CHECK_FALSE(talk.from("somebody else", answer).empty());
        CHECK(talk.at_step() == waiting);
        CHECK(talk.rank() == rank);
    }
    talk.say("yes");
    CHECK(talk.at_step() != waiting);
}

TEST_CASE("only the person who answered takes a level back that rests on the answer") {
    test::Talk talk;
    talk.say("goodbye world");
    talk.say("yes");
    const int rank = talk.rank();
    REQUIRE(rank >= 3);
    talk.from("somebody else", "no, I meant the exam");
    CHECK(talk.rank() == rank);
}

TEST_CASE("a practice that is refused in a crisis leaves people instead of silence") {
    test::Talk talk;
    talk.edit("I want to kill myself");
    talk.say("why touch");
    REQUIRE(talk.at_step() == "learn_soothing/soothing");
    Incoming tap;
    tap.kind = Incoming::Kind::button;
    tap.button = "breathing";
    tap.person = "person";
    tap.at = talk.now;
    const Turn turn = step(test::shipped_pack(), talk.session, tap);
    CHECK(turn.trace.problems.empty());
    CHECK(std::any_of(turn.effects.begin(), turn.effects.end(), [](const Effect& e) {
        const auto* say = std::get_if<Say>(&e);
        return say != nullptr && say->resource;
    }));
}

TEST_CASE("undo never leaves the conversation between two steps") {
    test::Talk talk;
    talk.go_to("p3_touch", "backdraft");
    talk.say("undo");
    const auto slash = talk.at_step().find('/');
    REQUIRE(slash != std::string::npos);
    const Pack& pack = test::shipped_pack();
    const DialogId dialog = pack.find_dialog(talk.at_step().substr(0, slash));
    const StepId step = pack.find_step(dialog, talk.at_step().substr(slash + 1));
    REQUIRE(step != StepId::none);
    CHECK(pack.step(step).wait != Step::Wait::none);
}
