// SPDX-License-Identifier: Apache-2.0
#include "engine/script/compile.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/script/flow.hpp"
#include "engine/script/pack_file.hpp"
#include "engine/script/schema.hpp"

using namespace befriend;

namespace {

SourceFile dialog(const std::string& name, const std::string& steps, const std::string& keys = {},
                  const std::string& kind = "talk") {
    return {"dialogs/en/" + name + ".yaml", "dialog: " + name + "\nversion: 1\nkind: " + kind +
                                                "\nabout: \"For a test.\"\n" + keys + "steps:\n" +
                                                steps};
}

const std::string says = "  - step: first\n    say: \"That sounds heavy.\"\n";

SourceFile intents() {
    return {"intents/en/test.yaml",
            "language: en\nintents:\n  unsure:\n    kind: control\n    about: \"Not sure.\"\n    "
            "patterns:\n      - { like: \"perhaps\", weight: 0.9 }\n"
            "    examples: [ \"perhaps\" ]\n"};
}

SourceFile international() {
    return {"dialogs/resources/international.yaml",
            "country: international\nnames: [elsewhere]\nemergency: \"112\"\nlines:\n"
            "  - { name: \"Find A Helpline\", number: findahelpline.com, channel: chat, audience: "
            "suicide, verified_on: 2026-11-01, certainty: A }\n"};
}

// The smallest whole pack: every dialog that the engine enters by name, all alike.
std::vector<SourceFile> whole_pack() {
    std::vector<SourceFile> files{intents(), international()};
    for (const std::string_view each : engine_dialogs()) {
        const std::string name(each);
        if (name == "home") {
            files.push_back(dialog(
                name,
                "  - step: listen\n    listen: open\n    hear:\n      - { otherwise: listen }\n"));
        } else if (name == "reminder") {
            files.push_back(dialog(
                name, says + "    end: true\n  - step: identity\n    say: \"A program.\"\n"));
        } else if (name == "pace_words") {
            std::string steps;
            for (const std::string step : {"skipped", "back", "slower", "faster", "paused"}) {
                steps += "  - step: " + step + "\n    say: \"All right.\"\n    end: true\n";
            }
            files.push_back(dialog(name, steps));
        } else if (name.starts_with("crisis_")) {
            files.push_back(dialog(name,
                                   "  - step: first\n    say: \"Please have {line} near.\"\n    "
                                   "end: true\n  - step: again\n    say: \"Still here: {line}.\"\n",
                                   "", "safety"));
        } else {
            files.push_back(dialog(name, says));
        }
    }
    std::ranges::sort(files, {}, &SourceFile::path);
    return files;
}

std::vector<std::string> told_by(const Diagnostics& diagnostics) {
    std::vector<std::string> result;
    for (const Diagnostic& d : diagnostics)
        result.push_back(d.code + " " + d.file + ":" + std::to_string(d.line) + ":" +
                         std::to_string(d.col));
    return result;
}

const Step& step_of(const Pack& pack, std::string_view dialog_name, std::string_view step_name) {
    return pack.step(pack.find_step(pack.find_dialog(dialog_name), step_name));
}

}  // namespace

TEST_SUITE("engine/script/compile") {
    TEST_CASE("a whole small pack compiles without a word") {
        const LoadedPack loaded = compile_pack(whole_pack());
        CAPTURE(told_by(loaded.diagnostics).size());
        for (const std::string& code : told_by(loaded.diagnostics)) MESSAGE(code);
        CHECK(loaded.diagnostics.empty());
        REQUIRE(loaded.pack);
        CHECK(loaded.pack->find_dialog("closing") != DialogId::none);
        CHECK(loaded.pack->find_dialog("nowhere") == DialogId::none);
        CHECK(loaded.pack->resources.countries.size() == 1);
        CHECK(loaded.pack->matcher.find("unsure") != IntentId::none);
    }

    TEST_CASE("everything that a dialog says arrives in the pack") {
        std::vector<SourceFile> files = whole_pack();
        files.push_back(dialog(
            "warm",
            "  - step: ask_it\n"
            "    if: \"turns > 2\"\n"
            "    set: { tries: +1, agreed: true, copy: { kind_words } }\n"
            "    say: { vary: in_order, of: [ \"One.\", { text: \"Two.\", if: \"night\" } ] }\n"
            "    tone: quiet\n"
            "    ask: \"How near, from 0 to 10?\"\n"
            "    expects: scale 0..10\n"
            "    skip: close\n"
            "    hear:\n"
            "      - { otherwise: close }\n"
            "      - { fills: strength, go: close }\n"
            "      - { silence: 20 minutes, end: conversation }\n"
            "      - { heard: unsure, whom: self, say: \"That is fine.\", again: true }\n"
            "      - { answer: 0..3, call: help }\n"
            "      - { answer: 7, switch: closing }\n"
            "  - step: close\n"
            "    forget: copy\n"
            "    say: \"So {topic|noun} it is, then {n, plural, one {# time} other {# times}}.\"\n"
            "    pace:\n"
            "      - { say: \"Breathe out.\", for: 25 s }\n",
            "starts:\n  - { heard: unsure, cooldown: 10 turns }\n"
            "needs: consent\n"
            "renamed: { opening: [ask_it] }\n"
            "slots:\n"
            "  tries: { type: count, max: 3 }\n"
            "  n: { type: number, range: 0..9 }\n"
            "  agreed: { type: flag, keep: session }\n"
            "  kind_words: { type: line, keep: person }\n"
            "  copy: { type: line }\n"
            "  strength: { type: number, range: 0..10 }\n",
            "practice"));
        // One variation needs values, so a plain one must stand beside it.
        std::string& text = files.back().bytes;
        const std::string one = "    say: \"So {topic|noun}";
        text.replace(text.find(one), std::string("    say: ").size(), "    say: [\"Then rest.\", ");
        const std::string end = "other {# times}}.\"";
        text.insert(text.find(end) + end.size(), "]");
        const LoadedPack loaded = compile_pack(files);
        for (const std::string& code : told_by(loaded.diagnostics)) MESSAGE(code);
        REQUIRE(loaded.pack);
        const Pack& pack = *loaded.pack;
        const Dialog& warm = pack.dialog(pack.find_dialog("warm"));
        CHECK(warm.needs_consent);
        CHECK(warm.kind == DialogKind::practice);
        CHECK(warm.starts.at(0).cooldown_turns == 10);
        CHECK(warm.renamed.at(0) == std::pair<std::string, std::string>("opening", "ask_it"));
        const Step& ask = step_of(pack, "warm", "ask_it");
        CHECK(ask.wait == Step::Wait::ask);
        CHECK(ask.tone == Tone::quiet);
        CHECK(ask.when != ConditionId::none);
        CHECK(ask.set.at(0).add == 1);
        CHECK(ask.set.at(1).text == "yes");
        CHECK(pack.slot(ask.set.at(2).from).name == "kind_words");
        CHECK(pack.line(ask.say).vary == Vary::in_order);
        CHECK(pack.line(ask.say).of.at(1).when != ConditionId::none);
        CHECK(pack.step(ask.skip).name == "close");
        // The order of the file does not matter; the order of evaluation is kept.
        std::vector<Hear::Kind> kinds;
        for (const Hear& hear : ask.hear) kinds.push_back(hear.kind);
        CHECK(kinds == std::vector{Hear::Kind::heard, Hear::Kind::answer, Hear::Kind::answer,
                                   Hear::Kind::silence, Hear::Kind::fills, Hear::Kind::otherwise});
        CHECK(ask.hear[0].move.kind == Move::Kind::again);
        CHECK_FALSE(ask.hear[0].any_whom);
        CHECK(ask.hear[1].low == 0);
        CHECK(ask.hear[1].high == 3);
        CHECK(ask.hear[1].move.kind == Move::Kind::call);
        CHECK(ask.hear[2].low == 7);
        CHECK(ask.hear[2].move.kind == Move::Kind::switch_to);
        CHECK(ask.hear[3].after == std::chrono::minutes(20));
        CHECK(ask.hear[3].move.kind == Move::Kind::close);
        const Step& close = step_of(pack, "warm", "close");
        CHECK(close.forget == ForgetScope::slot);
        CHECK(close.pace.at(0).lasts == std::chrono::seconds(25));
        const Text& complex = pack.line(close.say).of.at(1).text;
        CHECK(complex.icu == "So {a0} it is, then {a1, plural, one {# time} other {# times}}.");
        CHECK(complex.pieces.empty());
        CHECK(complex.args.at(0).built_in == BuiltIn::topic);
        CHECK(complex.args.at(0).filter == Filter::noun);
        CHECK(complex.args.at(1).slot != SlotId::none);
    }

    TEST_CASE("all errors of all files are told at once, in the order of the files") {
        std::vector<SourceFile> files = whole_pack();
        files.push_back(dialog("x_one", "  - step: first\n    say: Bare words\n    go: nowhere\n",
                               "starts: [ { heard: nobody } ]\n"));
        files.push_back(dialog("x_two", "  - step: first\n    shout: \"A\"\n    call: x_three\n"));
        const LoadedPack loaded = compile_pack(files);
        CHECK_FALSE(loaded.pack);
        CHECK(told_by(loaded.diagnostics) == std::vector<std::string>{
                                                 "BF0217 dialogs/en/x_one.yaml:5:20",
                                                 "BF0205 dialogs/en/x_one.yaml:8:10",
                                                 "BF0214 dialogs/en/x_one.yaml:9:9",
                                                 "BF0254 dialogs/en/x_two.yaml:1:9",
                                                 "BF0201 dialogs/en/x_two.yaml:7:5",
                                                 "BF0215 dialogs/en/x_two.yaml:8:11",
                                             });
    }

    TEST_CASE("what only a whole pack can lack") {
        std::vector<SourceFile> files = whole_pack();
        std::erase_if(
            files, [](const SourceFile& file) { return file.path == "dialogs/en/closing.yaml"; });
        std::erase_if(files, [](const SourceFile& file) {
            return file.path.starts_with("dialogs/resources");
        });
        CHECK(told_by(compile_pack(files).diagnostics) ==
              std::vector<std::string>{"BF0260 dialogs/en/closing.yaml:1:1",
                                       "BF0284 dialogs/resources/international.yaml:1:1"});
    }

    TEST_CASE("two files of one dialog or country") {
        std::vector<SourceFile> files = whole_pack();
        files.push_back({"dialogs/en/sub.yaml", dialog("closing", says).bytes});
        SourceFile again = international();
        again.path = "dialogs/resources/zz.yaml";
        files.push_back(again);
        CHECK(told_by(compile_pack(files).diagnostics) ==
              std::vector<std::string>{"BF0211 dialogs/en/sub.yaml:1:9",
                                       "BF0212 dialogs/en/sub.yaml:1:9",
                                       "BF0286 dialogs/resources/zz.yaml:1:10"});
    }

    TEST_CASE("calls go four deep and no deeper") {
        std::vector<SourceFile> files = whole_pack();
        const std::string start = "starts: [ { heard: unsure } ]\n";
        files.push_back(dialog("d1", "  - step: first\n    call: d2\n", start));
        files.push_back(dialog("d2", "  - step: first\n    call: d3\n"));
        files.push_back(dialog("d3", "  - step: first\n    call: d4\n"));
        files.push_back(dialog("d4", says));
        CHECK(compile_pack(files).pack);
        files.back() = dialog("d4", "  - step: first\n    call: d5\n");
        files.push_back(dialog("d5", says));
        CHECK(told_by(compile_pack(files).diagnostics) ==
              std::vector<std::string>{"BF0257 dialogs/en/d1.yaml:1:9"});
    }

    TEST_CASE("a circle through other dialogs that never waits is found") {
        std::vector<SourceFile> files = whole_pack();
        files.push_back(dialog("ring_a", "  - step: first\n    switch: ring_b\n",
                               "starts: [ { heard: unsure } ]\n"));
        files.push_back(dialog("ring_b", "  - step: first\n    switch: ring_a\n"));
        const Diagnostics found = compile_pack(files).diagnostics;
        REQUIRE(found.size() == 1);
        CHECK(found[0].code == "BF0255");
    }

    TEST_CASE("a circle through a called dialog that waits is allowed") {
        std::vector<SourceFile> files = whole_pack();
        files.push_back(
            dialog("round", "  - step: first\n    call: waits\n  - step: second\n    go: first\n",
                   "starts: [ { heard: unsure } ]\n"));
        files.push_back(dialog("waits",
                               "  - step: first\n    listen: open\n    hear:\n      - { otherwise: "
                               "true, end: true }\n"));
        CHECK(compile_pack(files).diagnostics.empty());
    }

    TEST_CASE("JSON files with the same shape load too") {
        std::vector<SourceFile> files = whole_pack();
        files.push_back(
            {"dialogs/en/from_json.json",
             R"({"dialog": "from_json", "version": 1, "kind": "talk", "about": "For a test.", "starts": [{"heard": "unsure"}],
                             "steps": [{"step": "first", "say": ["That sounds heavy.", {"text": "Still here.", "if": "turns > 2"}]}]})"});
        const LoadedPack loaded = compile_pack(files);
        for (const std::string& code : told_by(loaded.diagnostics)) MESSAGE(code);
        REQUIRE(loaded.pack);
        CHECK(loaded.pack->line(step_of(*loaded.pack, "from_json", "first").say).of.size() == 2);
    }

    TEST_CASE("any bytes as a file give diagnostics, never a crash") {
        for (const std::string& bytes :
             {std::string(), std::string("\0\0\0", 3), std::string("\xFF\xFE"), std::string("- [{"),
              std::string(5000, '['), std::string("steps: 3"),
              std::string("dialog: [1]\nslots: 3\nsteps: [1, [2], {step: {a: b}}]\n"),
              std::string("dialog: a\nslots: {x: 1, y: {type: choice}}\nstarts: [1]\ninterrupts: "
                          "{}\nrenamed: 3\ntakes: {a: b}\n")}) {
            const SourceFile file{"dialogs/en/a.yaml", bytes};
            const LoadedPack loaded = compile_pack({&file, 1});
            CHECK_FALSE(loaded.pack);
            CHECK_FALSE(loaded.diagnostics.empty());
        }
    }

    TEST_CASE("the same files give the same dialogs, byte for byte") {
        const std::vector<SourceFile> files = whole_pack();
        LoadedPack one = compile_pack(files);
        LoadedPack two = compile_pack(files);
        REQUIRE(one.pack);
        REQUIRE(two.pack);
        one.pack->matcher = Matcher{};
        two.pack->matcher = Matcher{};
        CHECK((save_pack(*one.pack) == save_pack(*two.pack)));
    }
}

TEST_SUITE("engine/script/pack_file") {
    TEST_CASE("a compiled pack comes back as it was saved") {
        const LoadedPack loaded = compile_pack(whole_pack());
        REQUIRE(loaded.pack);
        const std::string bytes = save_pack(*loaded.pack);
        const auto back = read_pack(bytes, loaded.pack->content_hash);
        REQUIRE(back.has_value());
        CHECK(save_pack(back.value()) == bytes);
        CHECK(back->find_dialog("closing") == loaded.pack->find_dialog("closing"));
        CHECK(back->matcher.find("unsure") == loaded.pack->matcher.find("unsure"));
    }

    TEST_CASE("a damaged or foreign pack is refused, whatever was done to it") {
        const LoadedPack loaded = compile_pack(whole_pack());
        REQUIRE(loaded.pack);
        const std::uint64_t hash = loaded.pack->content_hash;
        const std::string bytes = save_pack(*loaded.pack);
        CHECK_FALSE(read_pack(bytes, hash + 1).has_value());
        CHECK_FALSE(read_pack("", hash).has_value());
        CHECK_FALSE(
            read_pack("no pack at all, but long enough to hold a header", hash).has_value());
        CHECK_FALSE(read_pack(bytes + "x", hash).has_value());
        for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 97)
            CHECK_FALSE(read_pack(bytes.substr(0, size), hash).has_value());
        for (std::size_t at = 0; at < bytes.size(); at += 1 + bytes.size() / 211) {
            std::string broken = bytes;
            broken[at] = static_cast<char>(broken[at] ^ 0x41);
            CAPTURE(at);
            CHECK_FALSE(read_pack(broken, hash).has_value());
        }
    }
}

TEST_SUITE("engine/script/schema") {
    TEST_CASE("the JSON Schema names every key of every object") {
        const nlohmann::json schema = json_schema(dialog_schema());
        CHECK(schema.at("required") ==
              nlohmann::json({"dialog", "version", "kind", "about", "steps"}));
        for (const std::string_view name : {"step", "hear", "slot", "start", "interrupt", "option",
                                            "pace_line", "variation", "vary"}) {
            CAPTURE(name);
            REQUIRE(schema.at("$defs").contains(std::string(name)));
        }
        const nlohmann::json& step = schema.at("$defs").at("step");
        CHECK(step.at("additionalProperties") == false);
        CHECK(step.at("properties").contains("yes_means"));
        CHECK(step.at("properties").at("hear").at("items").at("$ref") == "#/$defs/hear");
        CHECK(json_schema(country_schema()).at("$defs").contains("helpline"));
    }
}
