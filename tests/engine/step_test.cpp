// SPDX-License-Identifier: Apache-2.0
#include "engine/step.hpp"

#include <doctest/doctest.h>

#include "engine/session_json.hpp"
#include "tests/support/talk.hpp"

using namespace befriend;
using befriend::test::shipped_pack;
using befriend::test::Talk;
using namespace std::chrono_literals;

namespace {

// Every place where the shipped dialogs wait for a person.
std::vector<const Step*> waiting_steps() {
    std::vector<const Step*> steps;
    for (const Step& step : shipped_pack().steps)
        if (step.wait != Step::Wait::none) steps.push_back(&step);
    return steps;
}

void put_at(Talk& talk, const Step& step) {
    talk.go_to(shipped_pack().dialog(step.dialog).name, step.name);
    if (step.wait == Step::Wait::pace) talk.session.stack.back().pace_line = 1;
}

}  // namespace

TEST_SUITE("engine/step") {
    TEST_CASE("the first turn says what this is, and the first message is answered") {
        Talk talk;
        const auto welcome = talk.start();
        REQUIRE_FALSE(welcome.empty());
        CHECK(welcome.front().find("computer program") != std::string::npos);
        CHECK_FALSE(talk.say("im such an idiot, nobody else messes up like this").empty());
    }

    TEST_CASE("without a start, the first answer still says that it is a program") {
        Talk talk;
        const auto bubbles = talk.say("hello");
        CHECK(bubbles.front().find("computer program") != std::string::npos);
    }

    TEST_CASE("stop ends at once and without a question, wherever the talk is") {
        for (const Step* step : waiting_steps()) {
            Talk talk;
            put_at(talk, *step);
            CAPTURE(talk.session.stack.back().dialog);
            CAPTURE(step->name);
            CHECK_FALSE(talk.say("stop").empty());
            CHECK_FALSE(talk.asked());
            if (!talk.ended()) {
                talk.say("stop");
                CHECK_FALSE(talk.asked());
            }
            CHECK(talk.ended());
            CHECK(talk.at_step().empty());
            // The next text opens anew.
            CHECK_FALSE(talk.say("hi").empty());
            CHECK_FALSE(talk.at_step().empty());
        }
    }

    TEST_CASE("a crisis is answered in that turn, wherever the talk is") {
        for (const Step* step : waiting_steps()) {
            for (const char* text : {"i want to kill myself", "i wish i could just not wake up",
                                     "i already took the pills"}) {
                Talk talk;
                put_at(talk, *step);
                CAPTURE(talk.session.stack.back().dialog);
                CAPTURE(step->name);
                CAPTURE(text);
                talk.say(text);
                CHECK(talk.showed_help());
                CHECK(talk.rank() >= 2);
                talk.say(text);  // and again, when it is said again
                CHECK(talk.showed_help());
            }
        }
    }

    TEST_CASE("a crisis in an edit or a burst is answered too") {
        Talk talk;
        talk.start();
        talk.say("bad day");
        talk.edit("i want to kill myself");
        CHECK(talk.showed_help());
        talk.say("stop");
        talk.edit("i want to kill myself");  // also after the conversation was closed
        CHECK(talk.showed_help());
        Talk other;
        other.start();
        other.burst({"hey", "so today was long", "honestly i want to die"});
        CHECK(other.showed_help());
    }

    TEST_CASE(
        "a no to the direct question is believed, from the person asked and only after it was "
        "put") {
        Talk talk;
        talk.start();
        talk.say("i wish i could just not wake up");
        REQUIRE(talk.rank() == 2);
        REQUIRE(talk.session.safety.asked == "suicide");
        SUBCASE("the person asked") {
            talk.say("no");
            CHECK(talk.rank() == 1);
        }
        SUBCASE("another person") {
            talk.from("bert", "no");
            CHECK(talk.rank() == 2);
        }
        SUBCASE("sent before the question") {
            talk.at(talk.now - 60s, "no");
            CHECK(talk.rank() == 2);
        }
        SUBCASE("lol is no answer") {
            talk.say("lol");
            CHECK(talk.rank() == 2);
        }
        SUBCASE("yes raises") {
            talk.say("yes");
            CHECK(talk.rank() >= 3);
            CHECK(talk.showed_help());
        }
    }

    TEST_CASE("a misheard yes can be taken back, words in full cannot") {
        Talk talk;
        talk.start();
        talk.say("i wish i could just not wake up");
        talk.say("yes");
        REQUIRE(talk.rank() == 3);
        talk.say("no, i meant i am just tired. i'm not suicidal");
        CHECK(talk.rank() == 1);
        Talk plain;
        plain.start();
        plain.say("i keep thinking about killing myself");
        REQUIRE(plain.rank() >= 3);
        plain.say("no, i'm not suicidal");
        CHECK(plain.rank() >= 3);
    }

    TEST_CASE("the rank falls with time, not with a word") {
        Talk talk;
        talk.start();
        talk.say("i keep thinking about killing myself");
        REQUIRE(talk.rank() == 3);
        talk.now += 25h;
        talk.say("hello");
        CHECK(talk.rank() == 1);
        talk.now += 24h * 8;
        talk.say("hello again");
        CHECK(talk.rank() == 0);
    }

    TEST_CASE("undo and forget never lower a crisis") {
        for (const char* text : {"undo", "forget everything", "forget that"}) {
            CAPTURE(text);
            Talk talk;
            talk.start();
            talk.say("i keep thinking about killing myself");
            talk.say(text);
            CHECK(talk.rank() >= 3);
        }
    }

    TEST_CASE("no practice begins without consent, and none at rank 2 and above") {
        for (const Dialog& dialog : shipped_pack().dialogs) {
            if (dialog.kind != DialogKind::practice) continue;
            CAPTURE(dialog.name);
            CHECK(dialog.needs_consent);
        }
        Talk talk;
        talk.start();
        talk.say("i keep thinking about killing myself");
        talk.say("can we do the breathing");
        CHECK(talk.at_step().find("p2_") == std::string::npos);
    }

    TEST_CASE(
        "the same session and message give the same turn, and a saved session goes on the same") {
        Talk one(7), two(7);
        for (const char* text :
             {"im such an idiot, nobody else messes up like this", "i forgot my mum's birthday",
              "look", "i'd say it happens", "yes", "idk", "skip", "help", "what is self compassion",
              "i am sad about my exam", "listen", "ok bye"}) {
            two.session = *session_from_json(to_json(two.session));
            CHECK(one.say(text) == two.say(text));
            CHECK(one.session == two.session);
        }
    }

    TEST_CASE("an idle session is small, however long the talk was") {
        Talk talk;
        talk.start();
        for (int i = 0; i < 200; ++i) {
            talk.say("i forgot my mum's birthday and i feel like an idiot");
            talk.say("nobody calls me since the divorce");
            talk.say("look");
        }
        talk.say("stop");
        talk.say("stop");
        CHECK(to_json(talk.session).size() <= 2048);
    }

    TEST_CASE("any bytes get a kind reply") {
        for (const std::string& text :
             {std::string("\xFF\xFE\x00\x01", 4), std::string(1 << 20, 'a'),
              std::string("\xF0\x9F\x98\xAD\xF0\x9F\x98\xAD"), std::string("\x1b[2J\x1b]0;x\x07"),
              std::string(), std::string("\xD0\xBF\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82")}) {
            Talk talk;
            talk.start();
            const auto bubbles = talk.say(text);
            REQUIRE_FALSE(bubbles.empty());
            for (const auto& bubble : bubbles) CHECK(bubble.find('\x1b') == std::string::npos);
        }
    }

    TEST_CASE("a paced practice runs on the clock, and any message pauses it") {
        Talk talk;
        talk.start();
        talk.say("can we do the breathing");
        for (int i = 0; i < 4 && !talk.session.deadline; ++i) talk.say("yes");
        REQUIRE(talk.session.deadline);
        CHECK_FALSE(talk.wait(5min).empty());
    }

    TEST_CASE("a session that names places which are gone finds its way home") {
        Talk talk;
        talk.start();
        talk.session.stack.push_back(Frame{});
        talk.session.stack.back().dialog = "no_such_dialog";
        talk.session.stack.back().step = "nowhere";
        CHECK_FALSE(talk.say("hello?").empty());
        CHECK_FALSE(talk.at_step().empty());
    }
}
