// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <map>

#include "engine/base/yaml.hpp"
#include "tools/content/embedded.hpp"
#include "tools/files.hpp"
#include "tools/fmt_yaml.hpp"

using namespace befriend;

namespace {

std::string formatted(std::string_view text) {
    Diagnostics diagnostics;
    const auto out = format_yaml("mine.yaml", text, diagnostics);
    return out ? out->text : "refused: " + out.error().message;
}

const std::string head = "dialog: mine\nversion: 1\nkind: talk\nabout: \"For a test.\"\n";

}  // namespace

TEST_SUITE("tools/fmt") {
    TEST_CASE("every shipped file keeps its meaning, and formatting twice is formatting once") {
        std::size_t files = 0;
        for (const EmbeddedFile& file : embedded_files()) {
            if (!file.path.ends_with(".yaml")) continue;
            CAPTURE(file.path);
            Diagnostics diagnostics;
            const auto once = format_yaml(file.path, file.bytes, diagnostics);
            REQUIRE(once.has_value());
            const auto twice = format_yaml(file.path, once->text, diagnostics);
            REQUIRE(twice.has_value());
            CHECK(once->text == twice->text);
            const Document before =
                parse_yaml({std::string(file.path), std::string(file.bytes)}, diagnostics);
            const Document after = parse_yaml({std::string(file.path), once->text}, diagnostics);
            CHECK(nlohmann::json::parse(before.root.dump()) ==
                  nlohmann::json::parse(after.root.dump()));
            ++files;
        }
        CHECK(files > 100);
        const auto chats = files_below({BEFRIEND_SOURCE_DIR "/corpus/en/conversations"}, ".chat");
        REQUIRE(chats.has_value());
        for (const auto& chat : *chats) {
            CAPTURE(chat.string());
            const auto once = format_chat(chat.string(), *read_whole_file(chat));
            REQUIRE(once.has_value());
            CHECK(format_chat(chat.string(), once->text)->text == once->text);
        }
    }

    TEST_CASE("keys come in the order of the schema and prose in double quotes") {
        CHECK(
            formatted("# For whom.\nkind: talk\nabout: 'It''s a test.'\ndialog: \"mine\"\nversion: "
                      "1\nsteps:\n- say: 'Say \"no\".'\n  step: a\n") ==
            "# For whom.\ndialog: mine\nversion: 1\nkind: talk\nabout: \"It's a "
            "test.\"\nsteps:\n  - step: a\n    say: \"Say \\\"no\\\".\"\n");
    }

    TEST_CASE("what is wider than the page becomes lines of its own, what is not stays") {
        const std::string words(60, 'x');
        CHECK(formatted(head + "steps:\n  - { step: a, say: [\"" + words + "\",\"" + words +
                        "\"] }\n  - step: b\n    set: {a: b}\n") ==
              head + "steps:\n  - step: a\n    say:\n      - \"" + words + "\"\n      - \"" +
                  words + "\"\n  - step: b\n    set: { a: b }\n");
        CHECK(formatted("words:\n  many: [" + words + ", " + words + ", c]\n") ==
              "words:\n  many: [" + words + ",\n    " + words + ", c]\n");
    }

    TEST_CASE("comments stay where they stood") {
        const std::string text = head +
                                 "steps:  # all of them\n"
                                 "\n"
                                 "  # the first\n"
                                 "  - step: a  # short\n"
                                 "    say: \"a # b\"\n"
                                 "    hear:\n"
                                 "      - { heard: unsure }  # behind\n"
                                 "      # at the end of hear\n"
                                 "\n"
                                 "  # the second\n"
                                 "  - step: b\n"
                                 "    text: |\n"
                                 "      # no comment\n"
                                 "\n"
                                 "      but words\n"
                                 "# the last\n";
        std::string wanted = text;
        wanted.replace(wanted.find("steps:  # all of them\n\n"), 23, "steps:  # all of them\n");
        const std::string once = formatted(text);
        CHECK(once == wanted);
        CHECK(formatted(once) == once);
        // A comment inside brackets opens them.
        CHECK(formatted("words:\n  many: [a,\n    # why b\n    b]\n") ==
              "words:\n  many:\n    - a\n    # why b\n    - b\n");
    }

    TEST_CASE("a file with mistakes or of another kind is refused") {
        CHECK(formatted("dialog: [").starts_with("refused: mine.yaml has mistakes"));
        CHECK(formatted("dialog: a\ndialog: b\n").starts_with("refused: mine.yaml has mistakes"));
        CHECK(formatted("f1:\n  a: 1\n").starts_with("refused: mine.yaml is no dialog"));
    }

    TEST_CASE("a conversation keeps its lines; spaces around them go") {
        CHECK(
            format_chat(
                "a.chat",
                "---\nseed: 3\n---\n\n>  hello  \n<hi / there\n\n\n\n  # note\n~ 2 minutes\r\n\n\n")
                ->text == "---\nseed: 3\n---\n> hello\n< hi / there\n\n# note\n~ 2 minutes\n");
        CHECK_FALSE(format_chat("a.chat", "hello\n").has_value());
        CHECK_FALSE(format_chat("a.chat", "> \xff\n").has_value());
    }
}
