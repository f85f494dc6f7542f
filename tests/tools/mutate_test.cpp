// SPDX-License-Identifier: Apache-2.0
#include "tools/mutate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "engine/script/compile.hpp"
#include "engine/script/pack_file.hpp"
#include "tools/pack_source.hpp"

using namespace befriend;

namespace {

Pack shipped() {
    CompileOptions options;
    options.forgiving = true;
    auto loaded = compile_pack(embedded_sources(), options);
    REQUIRE(loaded.pack.has_value());
    return std::move(*loaded.pack);
}

}  // namespace

TEST_SUITE("tools/mutate") {
    TEST_CASE("a pattern that a sentence rests on is missed by it, and comes back") {
        Pack pack = shipped();
        // A sentence and its one pattern, found by asking.
        Utterance row;
        row.file = "x.tsv";
        row.line = 3;
        row.text = "stop";
        Scratch scratch;
        scratch.explain = true;
        const RowReading before = read_row(pack, row, scratch);
        row.labels.assign(before.labels.begin(), before.labels.end());
        REQUIRE_FALSE(row.labels.empty());
        REQUIRE_FALSE(scratch.hits.empty());
        const std::size_t hits = scratch.hits.size();
        std::size_t noticed = 0;
        const Corpus corpus{{row}, {}, {}};
        const Baseline baseline(pack, corpus, {});
        for (const Mutant& mutant : all_mutants(pack)) {
            if (mutant.kind != MutantKind::drop_pattern ||
                std::none_of(scratch.hits.begin(), scratch.hits.end(),
                             [&](const HitTrace& h) { return h.pattern == mutant.owner; })) {
                continue;
            }
            if (baseline.noticed(pack, mutant) == "x.tsv:3") ++noticed;
        }
        if (hits == 1) CHECK(noticed == 1);
        CHECK(read_row(pack, row, scratch) == before);
    }

    TEST_CASE("a conversation notices a hear that is gone, and the pack is as before") {
        Pack pack = shipped();
        auto chat = read_chat("x.chat", "> I need to stop now\n! nothing\n");
        REQUIRE(chat.has_value());
        const Corpus corpus{{}, {}, {*chat}};
        const Baseline baseline(pack, corpus, {});
        const std::string bytes = save_pack(pack);
        const std::vector<Mutant> mutants = all_mutants(pack);
        for (const MutantKind kind : {MutantKind::drop_hear, MutantKind::negate_condition,
                                      MutantKind::drop_start, MutantKind::drop_set}) {
            const auto one = std::find_if(mutants.begin(), mutants.end(),
                                          [&](const Mutant& m) { return m.kind == kind; });
            REQUIRE(one != mutants.end());
            CHECK(baseline.noticed(pack, *one).empty());  // the conversation never passed
            CHECK(save_pack(pack) == bytes);
        }
    }

    TEST_CASE("what no test comes by is never reached, and nothing notices it") {
        Pack pack = shipped();
        Utterance row;
        row.file = "x.tsv";
        row.line = 1;
        row.text = "stop";
        Scratch scratch;
        const RowReading reading = read_row(pack, row, scratch);
        row.labels.assign(reading.labels.begin(), reading.labels.end());
        const Corpus corpus{{row}, {}, {}};
        const Baseline baseline(pack, corpus, {});
        std::size_t reached = 0;
        std::size_t passed_by = 0;
        for (const Mutant& mutant : all_mutants(pack)) {
            if (mutant.kind == MutantKind::drop_hear) {
                CHECK_FALSE(baseline.reached(pack, mutant));  // there is no conversation
            } else if (mutant.kind == MutantKind::drop_pattern) {
                ++(baseline.reached(pack, mutant) ? reached : passed_by);
                if (!baseline.reached(pack, mutant)) CHECK(baseline.noticed(pack, mutant).empty());
            }
        }
        CHECK(reached > 0);
        CHECK(passed_by > reached);
    }
}
