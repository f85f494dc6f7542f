// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "adapters/matrix/content.hpp"
#include "adapters/matrix/rooms.hpp"
#include "adapters/matrix/settings.hpp"

using namespace befriend;
using namespace befriend::matrix;
using nlohmann::json;

TEST_SUITE("adapters/matrix/content") {
    TEST_CASE("nothing that was written becomes markup") {
        CHECK(escaped("<b>&\"'</b>") == "&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;");
        CHECK(escaped(std::string_view("a\0\x1b[31mb\tc\n", 11)) == "a[31mb\tc\n");
        CHECK(html_of("*<img src=x onerror=alert(1)>* & more") ==
              "<em>&lt;img src=x onerror=alert(1)&gt;</em> &amp; more");
        const json content =
            json::parse(contents_of("one\n</p><script>alert(1)</script>", Destination{}).front());
        CHECK(content["formatted_body"] ==
              "one<br>&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
        CHECK(content["body"] == "one\n</p><script>alert(1)</script>");
    }

    TEST_CASE("stars around words are emphasis, other stars are stars") {
        CHECK(html_of("say *help now* here") == "say <em>help now</em> here");
        CHECK(html_of("2 * 3 * 4").empty());
        CHECK(html_of("a ** b").empty());
        CHECK(html_of("*one\ntwo*") == "*one<br>two*");
        CHECK(html_of("plain").empty());
    }

    TEST_CASE("parts joined are the text, and none is too long or cut in a character") {
        std::string text;
        for (int i = 0; i < 300; ++i) {
            text += "Caf\u00e9 number " + std::to_string(i) + (i % 7 == 0 ? ".\n\n" : ". ");
        }
        for (const std::size_t most : {std::size_t{16}, std::size_t{100}, std::size_t{1000}}) {
            CAPTURE(most);
            std::string joined;
            for (const std::string& part : split(text, most)) {
                CHECK(part.size() <= most);
                CHECK((static_cast<unsigned char>(part.front()) & 0xC0) != 0x80);
                joined += part;
            }
            CHECK(joined == text);
        }
        CHECK(split("short", 10) == std::vector<std::string>{"short"});
        CHECK(split("First line.\n\nSecond.", 15).front() == "First line.\n\n");
        CHECK(split(std::string(25, 'x'), 10).size() == 3);
    }

    TEST_CASE("options are a numbered list") {
        Offer offer;
        offer.choices = {{"yes", "Yes, <gladly>"}, {"no", "Not now"}};
        const json content = json::parse(contents_of(Effect(offer), Destination{}).front());
        CHECK(content["body"] == "1. Yes, <gladly>\n2. Not now");
        CHECK(content["formatted_body"] == "<ol><li>Yes, &lt;gladly&gt;</li><li>Not now</li></ol>");
        CHECK(contents_of(Effect(Remember{}), Destination{}).empty());
    }

    TEST_CASE("a message goes into its thread, and notifies one person at most") {
        Destination place{"$root", "$asked", "@ann:here", true};
        const json content = json::parse(contents_of("Hello.", place).front());
        CHECK(content["msgtype"] == "m.notice");
        CHECK(content["m.relates_to"]["rel_type"] == "m.thread");
        CHECK(content["m.relates_to"]["event_id"] == "$root");
        CHECK(content["m.relates_to"]["m.in_reply_to"]["event_id"] == "$asked");
        CHECK(content["m.mentions"]["user_ids"] == json::array({"@ann:here"}));
        const json bare = json::parse(contents_of("Hello.", Destination{}).front());
        CHECK(bare["m.mentions"].empty());
        CHECK_FALSE(bare.contains("m.relates_to"));
    }
}

TEST_SUITE("adapters/matrix/settings") {
    TEST_CASE("a glob fits whole ids") {
        struct Row {
            std::string_view pattern, text;
            bool fits;
        };
        for (const Row& row :
             {Row{"@ann:here", "@ann:here", true}, Row{"@ann:here", "@ann:here.com", false},
              Row{"@*:here", "@ann:here", true}, Row{"@*:here", "@ann:nothere", false},
              Row{"*:*.org", "@a:x.example.org", true}, Row{"@a?n:here", "@ann:here", true},
              Row{"@a?n:here", "@an:here", false}, Row{"*", "", true}, Row{"", "", true},
              Row{"", "x", false}, Row{"*a*b*c", "xxaxxbxxc", true},
              Row{"*a*b*c", "xxaxxcxxb", false},
              Row{"*a*a*a*a*a*a*a*b", std::string_view("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), false}}) {
            CAPTURE(row.pattern);
            CAPTURE(row.text);
            CHECK(fits_glob(row.pattern, row.text) == row.fits);
        }
    }

    TEST_CASE("an invitation is accepted by the policy and nothing else") {
        struct Row {
            InvitePolicy policy;
            std::string_view inviter;
            bool accepted;
        };
        Settings settings;
        settings.allow = {"@*:friends.org", "@bob:there"};
        for (const Row& row : {Row{InvitePolicy::nobody, "@ann:here", false},
                               Row{InvitePolicy::same_server, "@ann:here", true},
                               Row{InvitePolicy::same_server, "@ann:here.evil.org", false},
                               Row{InvitePolicy::same_server, "@ann:evil:here", false},
                               Row{InvitePolicy::allowlist, "@x:friends.org", true},
                               Row{InvitePolicy::allowlist, "@bob:there", true},
                               Row{InvitePolicy::allowlist, "@bob:there.com", false},
                               Row{InvitePolicy::everyone, "@x:anywhere", true},
                               Row{InvitePolicy::everyone, "", false}}) {
            CAPTURE(row.inviter);
            settings.invites = row.policy;
            CHECK(may_invite(settings, "@friend:here", row.inviter) == row.accepted);
        }
    }
}

TEST_SUITE("adapters/matrix/rooms") {
    TEST_CASE("a conversation's name tells where it is held") {
        for (const Address& address :
             {Address{"@ann:here", "", ""}, Address{"@ann:here", "!room", ""},
              Address{"@ann:here", "!room:here", "$root"}}) {
            CHECK(address_of(conversation_of(address)) == address);
        }
        CHECK_FALSE(address_of("discord:1"));
        CHECK_FALSE(address_of("matrix:nobody"));
    }

    TEST_CASE("a room is the same after a restart") {
        Room room;
        room.joined = 3;
        room.invited = 1;
        room.known = true;
        room.encrypted = true;
        room.successor = "!new";
        room.threads = {{"$root", "@ann:here"}};
        CHECK(room_from_note(to_note(room)) == room);
        CHECK(room_from_note("") == Room{});
        CHECK(room_from_note("[1]") == Room{});
    }

    TEST_CASE("two alone are direct, whoever may read along makes it shared") {
        Room room;
        CHECK_FALSE(room.is_direct());  // not counted yet
        room.joined = 2;
        CHECK(room.is_direct());
        room.invited = 1;
        CHECK_FALSE(room.is_direct());
    }

    TEST_CASE("a reaction answers what was asked, and never a question of safety") {
        Recent asked;
        asked.asks = true;
        Recent safety = asked;
        safety.safety = true;
        Recent offered;
        offered.choices = {{"yes", "Yes"}, {"no", "No"}, {"later", "Later"}};
        Recent other;
        other.choices = {{"breath", "Breathe"}, {"talk", "Talk"}};
        const std::optional<QuickAnswer> nothing;
        const std::string up = "\U0001F44D";
        const std::string brown_down = "\U0001F44E\U0001F3FD";
        const std::string two = "2\ufe0f\u20e3";
        CHECK(quick_answer(up, asked) == QuickAnswer{false, "yes"});
        CHECK(quick_answer(brown_down, asked) == QuickAnswer{false, "no"});
        CHECK(quick_answer(up, offered) == QuickAnswer{true, "yes"});
        CHECK(quick_answer(two, other) == QuickAnswer{true, "talk"});
        CHECK(quick_answer("9\ufe0f\u20e3", other) == nothing);
        CHECK(quick_answer(up, other) == nothing);
        CHECK(quick_answer("\u2764\ufe0f", asked) == nothing);
        CHECK(quick_answer("", asked) == nothing);
        CHECK(quick_answer(up, Recent{}) == nothing);
        CHECK(quick_answer(up, safety) == nothing);
        safety.choices = offered.choices;
        CHECK(quick_answer(two, safety) == nothing);
    }

    TEST_CASE("commands are the words that mean them") {
        CHECK(without_command("!stop") == "stop");
        CHECK(without_command("!forget ") == "forget everything");
        CHECK(without_command("!weather in Rome") == "!weather in Rome");
        CHECK(without_command("stop") == "stop");
        CHECK(without_command("!") == "!");
    }

    TEST_CASE("only so many events are remembered") {
        RecentEvents recent(2);
        recent.add("$a", {"matrix:@a", "@a", false, false, {}});
        recent.add("$b", {"matrix:@b", "@b", false, false, {}});
        recent.add("$a", {"matrix:@a", "@a", false, false, {}});
        CHECK(recent.find("$a") != nullptr);
        recent.add("$c", {"matrix:@b", "@b", false, false, {}});
        CHECK(recent.find("$a") == nullptr);
        CHECK(recent.find("$b") != nullptr);
        CHECK(recent.find("") == nullptr);
    }
}
