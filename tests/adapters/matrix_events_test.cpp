// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>

#include "adapters/matrix/content.hpp"
#include "adapters/matrix/events.hpp"

using namespace befriend;
using namespace befriend::matrix;
using nlohmann::json;

namespace {

const Reader reader{"@friend:here", "Befriend", Instant(std::chrono::milliseconds(1'000'000))};

json event(const std::string& type, json content) {
    return {{"event_id", "$one"},
            {"sender", "@ann:here"},
            {"type", type},
            {"origin_server_ts", 900'000},
            {"content", std::move(content)}};
}

json text(const std::string& body) {
    return event("m.room.message", {{"msgtype", "m.text"}, {"body", body}});
}

}  // namespace

TEST_SUITE("adapters/matrix/events") {
    TEST_CASE("a message is its sender, its words and its time") {
        const Event read = read_event(text("hello there"), reader);
        CHECK(read.kind == Event::Kind::message);
        CHECK(read.id == "$one");
        CHECK(read.sender == "@ann:here");
        CHECK(read.text == "hello there");
        CHECK(read.at == Instant(std::chrono::milliseconds(900'000)));
        CHECK_FALSE(read.mentions_us);
    }

    TEST_CASE("what is ignored is ignored for the reason that it has") {
        json own = text("hello");
        own["sender"] = "@friend:here";
        json no_id = text("hello");
        no_id.erase("event_id");
        json strange_id = text("hello");
        strange_id["event_id"] = "$a b";
        json no_time = text("hello");
        no_time["origin_server_ts"] = "yesterday";
        json no_content = text("hello");
        no_content["content"] = json::array();
        json body_is_number = event("m.room.message", {{"msgtype", "m.text"}, {"body", 7}});
        json bare_edit = event("m.room.message",
                               {{"msgtype", "m.text"},
                                {"body", "* x"},
                                {"m.relates_to", {{"rel_type", "m.replace"}, {"event_id", "$a"}}}});
        struct Row {
            json event;
            Ignored why;
        };
        for (const Row& row :
             {Row{own, Ignored::own},
              Row{event("m.room.message", {{"msgtype", "m.notice"}, {"body", "beep"}}),
                  Ignored::notice},
              Row{event("m.room.message",
                        json::parse(contents_of("Hello.", Destination{}).front())),
                  Ignored::notice},
              Row{event("m.room.message", {{"msgtype", "m.image"}, {"body", "cat.png"}}),
                  Ignored::not_text},
              Row{event("m.room.message", json::object()), Ignored::malformed},
              Row{body_is_number, Ignored::malformed}, Row{no_id, Ignored::malformed},
              Row{strange_id, Ignored::malformed}, Row{no_time, Ignored::malformed},
              Row{no_content, Ignored::malformed}, Row{json(3), Ignored::malformed},
              Row{text(std::string(200'000, 'a')), Ignored::too_large},
              Row{text(" \n "), Ignored::empty}, Row{bare_edit, Ignored::no_replacement},
              Row{event("m.reaction", json::object()), Ignored::malformed},
              Row{event("m.room.redaction", json::object()), Ignored::malformed},
              Row{event("org.example.poll", json::object()), Ignored::not_for_us}}) {
            CAPTURE(row.event.dump().substr(0, 200));
            const Event read = read_event(row.event, reader);
            CHECK(read.kind == Event::Kind::ignored);
            CHECK(in_words(read.why) == in_words(row.why));
        }
    }

    TEST_CASE("a clock that is ahead is set back to now") {
        json ahead = text("hello");
        ahead["origin_server_ts"] = 99'000'000;
        CHECK(read_event(ahead, reader).at == reader.now);
        ahead["origin_server_ts"] = -5;
        CHECK(read_event(ahead, reader).at == Instant{});
    }

    TEST_CASE("a long text is cut between two characters") {
        std::string body(longest_text - 1, 'a');
        body += "\u00e9 and more";
        const Event read = read_event(text(body), reader);
        CHECK(read.text == std::string(longest_text - 1, 'a'));
    }

    TEST_CASE("an edit is its new words, and names what it changes") {
        json edit = text("* I feel better");
        edit["content"]["m.new_content"] = {{"msgtype", "m.text"}, {"body", "I feel better"}};
        edit["content"]["m.relates_to"] = {{"rel_type", "m.replace"}, {"event_id", "$old"}};
        const Event read = read_event(edit, reader);
        CHECK(read.kind == Event::Kind::edit);
        CHECK(read.text == "I feel better");
        CHECK(read.target == "$old");
    }

    TEST_CASE("a redaction names its target in old and new room versions") {
        json old_kind = event("m.room.redaction", json::object());
        old_kind["redacts"] = "$gone";
        CHECK(read_event(old_kind, reader).target == "$gone");
        CHECK(read_event(event("m.room.redaction", {{"redacts", "$gone"}}), reader).target ==
              "$gone");
    }

    TEST_CASE("a reply is read without the lines it quotes") {
        CHECK(without_quote("> <@friend:here> hello\n> you\n\nI am here") == "I am here");
        CHECK(without_quote("no quote\n> here") == "no quote\n> here");
        CHECK(without_quote("> only a quote").empty());
        json reply = text("> <@friend:here> hi\n\nyes");
        CHECK(read_event(reply, reader).text == "> <@friend:here> hi\n\nyes");
        reply["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] = "$asked";
        CHECK(read_event(reply, reader).text == "yes");
        CHECK(read_event(reply, reader).answers == "$asked");
    }

    TEST_CASE("in a thread the fallback is no reply") {
        json threaded = text("and then");
        threaded["content"]["m.relates_to"] = {{"rel_type", "m.thread"},
                                               {"event_id", "$root"},
                                               {"is_falling_back", true},
                                               {"m.in_reply_to", {{"event_id", "$last"}}}};
        const Event read = read_event(threaded, reader);
        CHECK(read.thread == "$root");
        CHECK(read.answers.empty());
        threaded["content"]["m.relates_to"]["is_falling_back"] = false;
        CHECK(read_event(threaded, reader).answers == "$last");
    }

    TEST_CASE("we are mentioned by m.mentions, and by name only where it is missing") {
        json mentioned = text("what do you think?");
        mentioned["content"]["m.mentions"]["user_ids"] = {"@bob:here", "@friend:here"};
        CHECK(read_event(mentioned, reader).mentions_us);
        json named = text("befriend: what do you think?");
        CHECK(read_event(named, reader).mentions_us);
        CHECK(read_event(named, reader).text == "what do you think?");
        named["content"]["m.mentions"] = json::object();
        CHECK_FALSE(read_event(named, reader).mentions_us);
    }

    TEST_CASE("our name in front is no part of what is said") {
        struct Row {
            std::string_view text, rest;
        };
        for (const Row& row :
             {Row{"Befriend: I am sad", "I am sad"}, Row{"@friend:here: hi", "hi"},
              Row{"@friend:here hi", "hi"}, Row{"@friend, hi", "hi"}, Row{"friend: hi", "hi"},
              Row{"friend of mine left", "friend of mine left"},
              Row{"befriending is hard", "befriending is hard"}, Row{"Befriend", "Befriend"}}) {
            CAPTURE(row.text);
            CHECK(without_our_name(row.text, reader) == row.rest);
        }
    }

    TEST_CASE("an answer of sync is rooms, invitations and where to go on") {
        const json sync{
            {"next_batch", "s2"},
            {"rooms",
             {{"join",
               {{"!a:here",
                 {{"timeline",
                   {{"events", {text("hi"), json(1)}}, {"limited", true}, {"prev_batch", "p"}}},
                  {"summary", {{"m.joined_member_count", 3}, {"m.invited_member_count", -1}}}}},
                {"no room", json::object()}}},
              {"invite",
               {{"!b:here",
                 {{"invite_state",
                   {{"events",
                     {{{"type", "m.room.member"},
                       {"sender", "@ann:here"},
                       {"state_key", "@friend:here"},
                       {"content", {{"membership", "invite"}, {"is_direct", true}}}},
                      {{"type", "m.room.encryption"}, {"content", json::object()}}}}}}}}}},
              {"leave", {{"!c:here", json::object()}}}}}};
        const auto news = read_sync(sync.dump(), reader);
        REQUIRE(news.has_value());
        CHECK(news->next == "s2");
        REQUIRE(news->rooms.size() == 1);
        CHECK(news->rooms[0].timeline.size() == 2);
        CHECK(news->rooms[0].timeline[1].why == Ignored::malformed);
        CHECK(news->rooms[0].limited);
        CHECK(news->rooms[0].before == "p");
        CHECK(news->rooms[0].joined == 3);
        CHECK(news->rooms[0].invited == 0);
        const Invite invite{"!b:here", "@ann:here", true, true};
        CHECK(news->invites == std::vector<Invite>{invite});
        CHECK(news->left == std::vector<std::string>{"!c:here"});
    }

    TEST_CASE("no bytes make the reading fail in another way than by an Error") {
        json edit = text("* a");
        edit["content"]["m.new_content"] = {{"msgtype", "m.text"}, {"body", "a \u00e9"}};
        edit["content"]["m.relates_to"] = {{"rel_type", "m.replace"}, {"event_id", "$old"}};
        const json timeline{text("hi"), edit, event("m.room.redaction", {{"redacts", "$gone"}}),
                            event("m.room.encrypted", {{"algorithm", "x"}})};
        const std::string whole =
            json{{"next_batch", "s2"},
                 {"rooms",
                  {{"join", {{"!a:here", {{"timeline", {{"events", timeline}}}}}}},
                   {"invite", {{"!b:here", {{"invite_state", {{"events", timeline}}}}}}}}}}
                .dump();
        std::minstd_rand dice(7);
        int read = 0;
        for (int round = 0; round < 20'000; ++round) {
            std::string body = whole;
            for (unsigned changes = 1 + dice() % 4; changes > 0; --changes) {
                const std::size_t at = dice() % body.size();
                constexpr std::string_view bytes = "\"{}[]:,0nt\\\xc3\x00 ";
                switch (dice() % 3) {
                    case 0:
                        body[at] = bytes[dice() % bytes.size()];
                        break;
                    case 1:
                        body.erase(at, 1 + dice() % 20);
                        break;
                    default:
                        body.insert(at, body.substr(dice() % body.size(), dice() % 40));
                }
            }
            const auto news = read_sync(body, reader);
            read += news.has_value() ? 1 : 0;
            for (const RoomNews& room : news ? news->rooms : std::vector<RoomNews>{}) {
                for (const Event& one : room.timeline) {
                    // What is not ignored is complete.
                    const bool ignored = one.kind == Event::Kind::ignored;
                    CHECK((ignored || (one.id.starts_with('$') && one.sender.starts_with('@'))));
                    CHECK(one.at <= reader.now);
                    CHECK(one.text.size() <= longest_text);
                }
            }
        }
        CHECK(read > 1000);
    }

    TEST_CASE("what is no answer of sync is refused whole") {
        for (const char* body :
             {"", "null", "[]", "{\"next_batch\":7}", "{\"next_batch\":", "\xff"}) {
            CAPTURE(body);
            CHECK_FALSE(read_sync(body, reader).has_value());
        }
        // A deep nest must not be a deep recursion.
        CHECK_FALSE(read_sync(std::string(1'000'000, '['), reader).has_value());
    }
}
