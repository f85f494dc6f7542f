// SPDX-License-Identifier: Apache-2.0
#include "tools/coverage.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "intents/catalogue.hpp"
#include "tools/entry_coverage.hpp"

using namespace befriend;

namespace {

// One dialog "talk" of two steps: "ask" waits, with two branches and a silence; "done" speaks. A
// third step only moves on.
Pack small_pack() {
    Pack pack;
    pack.files = {"talk.yaml"};
    pack.lines = {
        Line{Vary::no_repeat, {{{}, ConditionId::none, {0, 3}}}},
        Line{Vary::no_repeat, {{{}, ConditionId::none, {0, 8}}, {{}, ConditionId::none, {0, 9}}}}};
    Dialog dialog;
    dialog.name = "talk";
    dialog.first = StepId{0};
    dialog.count = 3;
    dialog.at = {0, 1};
    dialog.interrupts.push_back({{}, DialogId{0}, LineId::none});
    Step ask;
    ask.name = "ask";
    ask.dialog = DialogId{0};
    ask.wait = Step::Wait::ask;
    ask.ask = LineId{0};
    ask.at = {0, 2};
    for (const auto& [kind, line] :
         {std::pair{Hear::Kind::answer, 4U}, std::pair{Hear::Kind::otherwise, 5U},
          std::pair{Hear::Kind::silence, 6U}}) {
        Hear hear;
        hear.kind = kind;
        hear.answer = "yes";
        hear.after = std::chrono::seconds{60};
        hear.at = {0, line};
        ask.hear.push_back(hear);
    }
    Step done;
    done.name = "done";
    done.dialog = DialogId{0};
    done.say = LineId{1};
    done.at = {0, 7};
    Step silent;
    silent.name = "silent";
    silent.dialog = DialogId{0};
    silent.at = {0, 10};
    pack.dialogs = {dialog};
    pack.steps = {ask, done, silent};
    pack.index_names();
    return pack;
}

Trace trace_of(std::vector<TraceStep> steps, std::string at) {
    Trace trace;
    trace.steps = std::move(steps);
    trace.at = std::move(at);
    return trace;
}

const CoverageKind& kind(const Coverage& coverage, std::string_view name) {
    return *std::find_if(coverage.kinds.begin(), coverage.kinds.end(),
                         [&](const CoverageKind& k) { return k.name == name; });
}

}  // namespace

TEST_SUITE("tools/coverage") {
    TEST_CASE("nothing is covered before anything was said") {
        const Coverage coverage = coverage_of(small_pack(), {});
        CHECK(coverage.all().covered == 0);
        CHECK(coverage.not_reached == std::vector<std::string>{"talk"});
        CHECK(kind(coverage, "steps").of == 2);  // the one that only moves on leaves no trace
        CHECK(kind(coverage, "branches").of == 2);
        CHECK(kind(coverage, "silences").of == 1);
        CHECK(kind(coverage, "variations").of == 3);
        CHECK(kind(coverage, "interrupts").of == 1);
    }

    TEST_CASE("a turn covers what its trace names, and no more") {
        const Pack pack = small_pack();
        Seen seen;
        seen.add(pack, {}, trace_of({{"say", "talk.yaml:3"}}, "talk/ask"));
        seen.add(pack, {"talk"}, trace_of({{"hear", "talk.yaml:4"}, {"say", "talk.yaml:9"}}, ""));
        const Coverage coverage = coverage_of(pack, seen);
        CHECK(coverage.not_reached.empty());
        CHECK(kind(coverage, "steps").percent() == 100.0);
        REQUIRE(kind(coverage, "branches").uncovered.size() == 1);
        CHECK(kind(coverage, "branches").uncovered[0].place == "talk.yaml:5");
        CHECK(kind(coverage, "branches").uncovered[0].what == "talk/ask: otherwise");
        REQUIRE(kind(coverage, "silences").uncovered.size() == 1);
        CHECK(kind(coverage, "silences").uncovered[0].what == "talk/ask: silence of 60 s");
        REQUIRE(kind(coverage, "variations").uncovered.size() == 1);
        CHECK(kind(coverage, "variations").uncovered[0].place == "talk.yaml:8");
        CHECK(kind(coverage, "interrupts").covered == 0);
    }

    TEST_CASE("an interrupt belongs to the open dialog that lists it") {
        const Pack pack = small_pack();
        Seen seen;
        seen.add(pack, {}, trace_of({{"interrupt", "talk"}}, ""));
        CHECK(kind(coverage_of(pack, seen), "interrupts").covered == 0);
        seen.add(pack, {"talk"}, trace_of({{"interrupt", "talk"}}, ""));
        CHECK(kind(coverage_of(pack, seen), "interrupts").covered == 1);
    }

    TEST_CASE("floors are read for all kinds or for one, and compared") {
        const auto floors = read_coverage_floors("10,steps=60.5");
        REQUIRE(floors.has_value());
        CHECK(floors->at("all") == 10.0);
        CHECK(floors->at("steps") == 60.5);
        for (const char* wrong : {"x", "steps", "steps=", "steps=101", "step=10", "-1", "10%"}) {
            CAPTURE(wrong);
            CHECK_FALSE(read_coverage_floors(wrong).has_value());
        }
        const Pack pack = small_pack();
        Seen seen;
        seen.waited.insert("talk/ask");
        const Coverage coverage = coverage_of(pack, seen);  // steps: 1 of 2
        CHECK(under_floors(coverage, {{"steps", 50.0}}).empty());
        CHECK(
            under_floors(coverage, {{"steps", 51.0}}) ==
            std::vector<std::string>{"coverage of steps is 50.0 % (1 of 2), --fail-under is 51 %"});
    }

    TEST_CASE("a country is covered when its helplines were shown") {
        Pack pack = small_pack();
        pack.resources.countries = {Country{"gb", {"united kingdom"}, "999", {}},
                                    Country{"international", {}, "112", {}}};
        Seen seen;
        seen.countries.insert("international");
        const CoverageKind locales = kind(coverage_of(pack, seen), "locales");
        CHECK(locales.covered == 1);
        REQUIRE(locales.uncovered.size() == 1);
        CHECK(locales.uncovered[0].place == "dialogs/resources/gb.yaml:1");
        CHECK(locales.uncovered[0].what == "en-gb: helplines of united kingdom");
    }

    TEST_CASE("an entry is used where a counting pattern took its words with its list") {
        Diagnostics diagnostics;
        const Catalogue catalogue = load_catalogue({{"intents/en/small.yaml", R"(language: en
words:
  kin: ["sister", "step brother", "=aunts", "<far_kin>"]
  far_kin: ["cousin"]
  idle: ["tea"]
intents:
  family_talk:
    kind: content
    patterns:
      - { like: "my <kin> shouts" }
      - { like: "with <idle> and <kin>", unless: "wrongly" }
)"}},
                                                   diagnostics);
        const Matcher matcher = Matcher::compile(catalogue, diagnostics);
        REQUIRE(diagnostics.empty());
        const auto uncovered = [&](std::set<std::string> texts) {
            std::string out;
            for (const Uncovered& one : entry_coverage(catalogue, matcher, texts, 2).uncovered)
                out += one.place + " " + one.what + "; ";
            return out;
        };
        CHECK(entry_coverage(catalogue, matcher, {}, 1).of == 6);
        // Outside a match nothing counts, nor what an unless cancelled.
        CHECK(uncovered({"sister tea aunts", "wrongly with tea and aunts"}) == uncovered({}));
        CHECK(uncovered({"my step brothers shouts", "my cousin shouts", "with tea and aunts"}) ==
              "intents/en/small.yaml:3:9 <kin>: sister; ");
        CHECK(uncovered({"my aunt shouts"}) == uncovered({}));
    }
}
