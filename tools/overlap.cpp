// SPDX-License-Identifier: Apache-2.0
//
// `befriend overlap`: what patterns have in common, each finding with a sentence that shows it.
#include "intents/overlap.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/diagnostic_json.hpp"
#include "tools/options.hpp"
#include "tools/parallel.hpp"
#include "tools/pattern_lab.hpp"
#include "tools/pattern_lint.hpp"

namespace befriend {
namespace {

using nlohmann::json;

constexpr OptionSpec overlap_options[] = {
    {"--all", "", "the patterns of every intent"},
    {"--lint", "", "warnings for authors instead: BF0117 to BF0120"},
    pack_option,
    {"--json", "",
     "{\"pairs\":[{\"a\", \"b\", \"relation\", \"witness\"}]}; diagnostics with --lint"},
};

struct Pair {
    std::string a, b, relation, witness;
};

std::string_view relation_name(HeldPattern::Relation relation) {
    switch (relation) {
        case HeldPattern::Relation::contains:
            return "contains";
        case HeldPattern::Relation::equal:
            return "equal";
        case HeldPattern::Relation::not_decided:
            return "not decided";
        case HeldPattern::Relation::empty:
            return "empty";
    }
    return {};
}

int print(const std::vector<Pair>& pairs, bool as_json, std::size_t defects) {
    if (as_json) {
        json list = json::array();
        for (const Pair& pair : pairs)
            list.push_back({{"a", pair.a},
                            {"b", pair.b},
                            {"relation", pair.relation},
                            {"witness", pair.witness}});
        const json out = {{"pairs", std::move(list)}, {"defects", defects}};
        std::puts(json_line(out).c_str());
    } else {
        for (const Pair& pair : pairs)
            std::printf("%s\n  %s\n  %s%s%s%s\n", pair.a.c_str(), pair.relation.c_str(),
                        pair.b.c_str(), pair.witness.empty() ? "" : "\n  \"", pair.witness.c_str(),
                        pair.witness.empty() ? "" : "\"");
    }
    if (defects) std::fprintf(stderr, "%zu sentences are not read as claimed: a defect\n", defects);
    return defects ? 1 : 0;
}

int two_patterns(const Catalogue& pack, const std::string& a, const std::string& b, bool as_json) {
    Diagnostics diagnostics;
    Catalogue both = with_only(pack, a, "", diagnostics);
    for (Diagnostic& d : diagnostics) std::fputs(render(d, {d.file, a}).c_str(), stderr);
    if (has_errors(diagnostics)) return 2;
    const Catalogue second = with_only(pack, b, "", diagnostics);
    for (Diagnostic& d : diagnostics) std::fputs(render(d, {d.file, b}).c_str(), stderr);
    if (has_errors(diagnostics)) return 2;
    const Matcher only_a = Matcher::compile(both, diagnostics);
    const Matcher only_b = Matcher::compile(second, diagnostics);
    both.intents[0].patterns.push_back(second.intents[0].patterns[0]);
    const Tables tables = compile_tables(both, diagnostics);
    for (const Diagnostic& d : diagnostics) std::fputs(render(d).c_str(), stderr);
    if (has_errors(diagnostics)) return 2;
    const Overlap overlap(tables);
    const Meeting meeting = overlap.meet(0, 1);
    const Meeting in_a = overlap.contains(1, 0), in_b = overlap.contains(0, 1);
    Scratch scratch;
    std::size_t defects = 0;
    const auto claim = [&](const Matcher& m, const std::string& text, bool expected) {
        if (matches(m, text, scratch) != expected) ++defects;
    };
    if (meeting.decision == Decision::yes) {
        claim(only_a, meeting.witness, true);
        claim(only_b, meeting.witness, true);
    }
    if (in_a.decision == Decision::no) {
        claim(only_b, in_a.witness, true);
        claim(only_a, in_a.witness, false);
    }
    if (in_b.decision == Decision::no) {
        claim(only_a, in_b.witness, true);
        claim(only_b, in_b.witness, false);
    }
    Pair pair{a, b, "not decided", meeting.witness};
    const auto nowhere = [&](std::uint32_t p) {
        return overlap.meet(p, p).decision == Decision::no;
    };
    if (meeting.decision == Decision::no)
        pair.relation = nowhere(0) || nowhere(1) ? "empty" : "disjoint";
    else if (in_a.decision == Decision::yes && in_b.decision == Decision::yes)
        pair.relation = "equal";
    else if (in_a.decision == Decision::yes)
        pair.relation = "contains";
    else if (in_b.decision == Decision::yes)
        pair = {b, a, "contains", meeting.witness};
    else if (meeting.decision == Decision::yes)
        pair.relation = "overlaps";
    return print({pair}, as_json, defects);
}

}  // namespace

constexpr CommandPage overlap_page{
    .arguments = "PATTERN PATTERN | INTENT | --all",
    .text =
        "Tells what two patterns have in common, with a shortest sentence that shows it: overlaps\n"
        "(both are found in it, whatever words each takes), contains (the first is found wherever\n"
        "the second is), equal, disjoint (no sentence has both), or empty (one is found nowhere).\n"
        "Of an intent: which of its patterns contain others.\n",
    .options = overlap_options,
    .notes =
        "--lint warns of a pattern that another makes idle (BF0117), one that its own unless "
        "always\n"
        "cancels (BF0118), two intents with equal patterns of equal weight (BF0119), and examples\n"
        "that are still read as their intent when they are denied (BF0120). `befriend check\n"
        "--strict` has them too.\n"
        "\n"
        "Spelling errors, punctuation and `unless` are left out of the search. A sentence that "
        "the\n"
        "matcher does not read as claimed is told as a defect, with exit code 1.\n",
    .examples =
        "befriend overlap \"hate ...3 myself\" \"i hate (me|myself)\"\n"
        "befriend overlap --lint self_judgement\n",
};

int run_overlap(Arguments arguments) {
    const auto options = parse_options(arguments, overlap_page.options);
    if (!options) return usage_error("overlap", options.error().message);
    const bool as_json = options->has("--json"), lint = options->has("--lint");
    const std::size_t given = options->rest.size();
    if (given > 2 || (given == 0) != options->has("--all"))
        return usage_error("overlap", "two patterns, one intent, or --all, please");
    const auto pack = catalogue_or_complain("overlap", options->get("--pack"));
    if (!pack) return 2;
    if (given == 2) return two_patterns(*pack, options->rest[0], options->rest[1], as_json);
    const std::string only = given ? options->rest[0] : "";
    if (given && std::ranges::find(pack->intents, only, &IntentSpec::name) == pack->intents.end())
        return usage_error("overlap", "there is no intent \"" + only + "\"");

    Diagnostics known;  // `befriend check` tells those
    const Matcher matcher = Matcher::compile(*pack, known);
    const PatternFindings found = compare_patterns(
        *pack, matcher,
        [&](const IntentSpec& intent) { return only.empty() || intent.name == only; }, all_cores());
    if (lint) {
        if (as_json) {
            std::puts(json_line(diagnostics_json(found.diagnostics)).c_str());
        } else {
            for (const Diagnostic& d : found.diagnostics) std::fputs(render(d).c_str(), stdout);
        }
        return found.diagnostics.empty() ? 0 : 1;
    }
    const auto place = [&](std::uint32_t pattern) {
        return matcher.pattern_place(pattern) + ": " + matcher.pattern_source(pattern);
    };
    std::vector<Pair> pairs;
    for (const HeldPattern& one : found.held)
        pairs.push_back({place(one.holder), place(one.held),
                         std::string(relation_name(one.relation)), one.witness});
    return print(pairs, as_json, 0);
}

}  // namespace befriend
