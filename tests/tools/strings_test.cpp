// SPDX-License-Identifier: Apache-2.0
#include "tools/strings.hpp"

#include <doctest/doctest.h>

#include "engine/step.hpp"
#include "tests/support/talk.hpp"

using namespace befriend;

namespace {

PoEntry entry(std::string context, std::string source, std::string translation = {}) {
    PoEntry result;
    result.context = std::move(context);
    result.source = std::move(source);
    result.translation = std::move(translation);
    return result;
}

// What befriend answers to a few messages, in one string.
std::string answers(const Pack& pack) {
    std::string result;
    Session session;
    int second = 0;
    for (const char* text : {"im such an idiot", "i forgot my sister's birthday", "stop"}) {
        Incoming incoming;
        incoming.conversation = "c";
        incoming.person = "anna";
        incoming.event_id = std::to_string(second);
        incoming.parts = {text};
        incoming.at = Instant{std::chrono::hours(24 * 20000) + std::chrono::seconds(++second)};
        Turn turn = step(pack, std::move(session), incoming);
        session = std::move(turn.session);
        CHECK(turn.trace.problems.empty());
        for (const Effect& effect : turn.effects)
            if (const Say* say = std::get_if<Say>(&effect)) result += say->text + "\n";
    }
    return result;
}

}  // namespace

TEST_SUITE("tools/strings") {
    TEST_CASE("a file written is read back the same, quotes, line ends and all") {
        std::vector<PoEntry> entries{
            entry("a/b/say/1", "Say \"hi\"\nthere\\", "Sag \u201ehallo\u201c\nda\\"),
            entry("a/b/say/2", "New", "Neu"), entry("c/d/ask/1", "Old?", "Alt?")};
        entries[0].references = {"dialogs/en/a.yaml:3"};
        entries[0].extracted = {"only when it is night"};
        entries[1].fuzzy = true;
        entries[1].previous = "Newer";
        entries[2].obsolete = true;
        Diagnostics diagnostics;
        std::vector<PoEntry> read = read_po("x.po", write_po(entries, "de"), diagnostics);
        CHECK(diagnostics.empty());
        for (PoEntry& one : read) one.line = 0;
        CHECK(read == entries);
    }

    TEST_CASE("a line that is no PO is told with its place") {
        Diagnostics diagnostics;
        read_po("x.po", "msgctxt \"a\"\nmsgid \"b\nmsgstr \"c\"\nwhat\n", diagnostics);
        REQUIRE(diagnostics.size() == 2);
        CHECK(diagnostics[0].line == 2);
        CHECK(diagnostics[1].line == 4);
    }

    TEST_CASE("placeholders must be those of the source") {
        CHECK(placeholder_problem("So {clause|reflect}.", "Also {clause|reflect}.").empty());
        CHECK(placeholder_problem("So {clause|reflect}.", "Also {clause}.").empty());
        CHECK(placeholder_problem("{line}", "Hier") == "{line} is missing");
        CHECK(placeholder_problem("Hi", "Hallo {line}") == "{line} is not in the source");
        CHECK(!placeholder_problem("{line}", "Hier: {line").empty());
        CHECK(!placeholder_problem("So {clause}.", "Also {clause|noun}.").empty());
    }

    TEST_CASE("an update keeps what is unchanged, follows what moved and doubts what changed") {
        const std::vector<PoEntry> old{
            entry("d/s/say/1", "One", "Eins"), entry("d/s/say/2", "Two", "Zwei"),
            entry("d/s/say/3", "Three", "Drei"), entry("d/s/say/4", "Four", "Vier")};
        const std::vector<PoEntry> merged =
            merge_strings({entry("d/s/say/1", "One"), entry("d/s/say/2", "Three"),
                           entry("d/s/say/4", "Fourth"), entry("d/s/say/5", "Five")},
                          old);
        REQUIRE(merged.size() == 5);
        CHECK(merged[0].translation == "Eins");
        CHECK(merged[1].translation == "Drei");
        CHECK_FALSE(merged[1].fuzzy);
        CHECK(merged[2].translation == "Vier");
        CHECK(merged[2].fuzzy);
        CHECK(merged[2].previous == "Four");
        CHECK(merged[3].translation.empty());
        CHECK(merged[4].source == "Two");
        CHECK(merged[4].obsolete);
    }

    TEST_CASE("the status counts every text once") {
        const Pack& pack = test::shipped_pack();
        std::vector<PoEntry> entries = pseudo_strings(pack);
        const std::size_t texts = entries.size();
        entries[0].translation.clear();
        entries[1].source = "something else";
        entries[2].fuzzy = true;
        entries[3].translation += " {nobody}";
        entries.back().obsolete = true;
        Diagnostics diagnostics;
        const StringsStatus status = strings_status(pack, "x.po", entries, diagnostics);
        CHECK(status.texts == texts);
        CHECK(status.missing == 2);
        CHECK(status.stale == 1);
        CHECK(status.fuzzy == 1);
        CHECK(status.broken == 1);
        CHECK(status.obsolete == 1);
        CHECK(status.translated == texts - 5);
        CHECK(diagnostics.size() == 2);
    }

    TEST_CASE("the test language keeps every placeholder and is at least a quarter longer") {
        CHECK(pseudo_text("Say *stop* to {name}.") == "Sááý *stop* töö {name}.");
        std::size_t source = 0;
        std::size_t pseudo = 0;
        for (const PoEntry& one : pseudo_strings(test::shipped_pack())) {
            CHECK(placeholder_problem(one.source, one.translation) == "");
            for (const char c : one.source)
                source += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
            for (const char c : one.translation)
                pseudo += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
        }
        CHECK(pseudo > source + source / 4);
    }

    TEST_CASE("a translated pack talks in the test language, and in English where it has nothing") {
        const Pack& pack = test::shipped_pack();
        const std::vector<PoEntry> entries = pseudo_strings(pack);
        const auto translated = translated_pack(pack, entries);
        REQUIRE(translated.has_value());
        const std::string said = answers(*translated);
        CHECK(said.find("öö") != std::string::npos);
        CHECK(said.find(" the ") == std::string::npos);
        const auto untouched = translated_pack(pack, {});
        REQUIRE(untouched.has_value());
        CHECK(answers(*untouched) == answers(pack));
    }

    TEST_CASE("a language name cannot leave its folder") {
        CHECK(is_language_name("pt-BR"));
        CHECK_FALSE(is_language_name("../de"));
        CHECK_FALSE(is_language_name(""));
    }
}
