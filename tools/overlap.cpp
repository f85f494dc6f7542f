// SPDX-License-Identifier: Apache-2.0
//
// `befriend overlap`: what patterns have in common, each finding with a sentence that shows it.
#include "intents/overlap.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/diagnostic_json.hpp"
#include "tools/options.hpp"
#include "tools/pattern_lab.hpp"

namespace befriend {
namespace {

using nlohmann::json;

constexpr std::size_t samples_each = 10;  // of one pattern; enough to rule most others out
constexpr std::size_t tries_each = 30;

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

struct Named {
    const IntentSpec* intent = nullptr;
    const PatternSpec* pattern = nullptr;
};

std::vector<Named> all_patterns(const Catalogue& catalogue) {
    std::vector<Named> out;  // in the order of the matcher's own numbers
    for (const IntentSpec& intent : catalogue.intents)
        for (const PatternSpec& pattern : intent.patterns) out.push_back({&intent, &pattern});
    return out;
}

std::string place_of(const Catalogue& catalogue, const PatternSpec& pattern) {
    return catalogue.files[pattern.place.file] + ":" + std::to_string(pattern.place.at.line) +
           ": " + pattern.source;
}

bool same_unless(const PatternSpec& a, const PatternSpec& b) {
    if (!b.unless) return true;
    return a.unless && to_text(*a.unless) == to_text(*b.unless);
}

// Nothing that `a` says beyond its words would be lost with it.
bool same_tags(const PatternSpec& a, const PatternSpec& b) {
    return a.whom == b.whom && a.time == b.time && a.polarity == b.polarity && a.level == b.level &&
           a.attrs == b.attrs && b.max_words == a.max_words && b.like.question == a.like.question;
}

class Finder {
public:
    Finder(const Catalogue& catalogue, const Tables& tables, const Matcher& matcher)
        : catalogue_(catalogue),
          matcher_(matcher),
          overlap_(tables),
          patterns_(all_patterns(catalogue)) {}

    const std::vector<Named>& patterns() const { return patterns_; }
    const Overlap& overlap() const { return overlap_; }

    // Which patterns took words of every sentence made from pattern `a`: only those can hold all
    // that `a` takes. `witness` is one of the sentences.
    std::vector<std::uint32_t> holders(std::uint32_t a, std::string& witness) {
        SentenceMaker maker(catalogue_, a + 1);
        std::set<std::uint32_t> common;
        std::size_t found = 0;
        for (std::size_t tries = 0; tries < tries_each && found < samples_each; ++tries) {
            const std::string text = maker.make(*patterns_[a].pattern);
            if (text.empty()) break;
            scratch_.explain = true;
            matcher_.understand(text, {}, scratch_, heard_);
            std::set<std::uint32_t> hit;
            for (const HitTrace& h : scratch_.hits)
                if (h.fate != "cancelled by unless") hit.insert(h.pattern);
            if (!hit.contains(a)) continue;
            if (found++ == 0) {
                common = std::move(hit);
                witness = text;
            } else {
                std::erase_if(common, [&](std::uint32_t p) { return !hit.contains(p); });
            }
        }
        common.erase(a);
        return {common.begin(), common.end()};
    }

    Scratch& scratch() { return scratch_; }

private:
    const Catalogue& catalogue_;
    const Matcher& matcher_;
    Overlap overlap_;
    std::vector<Named> patterns_;
    Scratch scratch_;
    Understanding heard_;
};

Diagnostic warning(const Code& code, const Catalogue& catalogue, const PatternSpec& pattern,
                   std::string message, std::string hint) {
    return make_diagnostic(code, catalogue.files[pattern.place.file], pattern.place.at,
                           std::move(message), std::move(hint), Severity::warning);
}

// Examples that still count when somebody says that they are not so.
void denied_examples(const Catalogue& catalogue, const Matcher& matcher, const std::string& only,
                     Diagnostics& diagnostics) {
    Scratch scratch;
    for (const IntentSpec& intent : catalogue.intents) {
        if (intent.kind != IntentKind::content || (!only.empty() && intent.name != only)) continue;
        const IntentId id = matcher.find(intent.name);
        const auto counts = [&](const std::string& text) {
            const Understanding u = matcher.understand(text, {}, scratch);
            return std::ranges::any_of(
                u.readings, [&](const Reading& r) { return r.counts && r.intent == id; });
        };
        std::size_t still = 0, asked = 0;
        std::string witness;
        for (const Example& example : intent.examples) {
            const bool plain =
                example.text.starts_with("I'm ") || example.text.starts_with("i am ");
            if (!plain || example.text.find_first_of(",.;!?") != std::string::npos) continue;
            const std::string denied =
                "I am not " +
                example.text.substr(example.text.find(' ') + (example.text[1] == ' ' ? 4 : 1));
            ++asked;
            if (!counts(denied)) continue;
            if (still++ == 0) witness = denied;
        }
        if (still == 0 || still * 2 < asked) continue;  // a few say the same either way
        diagnostics.push_back(make_diagnostic(
            codes::denied_example, catalogue.files[intent.place.file], intent.place.at,
            "\"" + witness + "\" is still read as " + intent.name + " (" + std::to_string(still) +
                " of " + std::to_string(asked) + " denied examples)",
            "leave `polarity: asserted` off, or write the denied form with a pattern of its own",
            Severity::warning));
    }
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
        "that are still read as their intent when they are denied (BF0120).\n"
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

    Diagnostics diagnostics;
    const Matcher matcher = Matcher::compile(*pack, diagnostics);
    const Tables tables = compile_tables(*pack, diagnostics);
    diagnostics.clear();  // `befriend check` tells those
    Finder finder(*pack, tables, matcher);
    const std::vector<Named>& patterns = finder.patterns();
    std::vector<Pair> pairs;
    for (std::uint32_t a = 0; a < patterns.size(); ++a) {
        const auto& [intent, pattern] = patterns[a];
        if (!only.empty() && intent->name != only) continue;
        if (isatty(2) && a % 50 == 0) std::fprintf(stderr, "\r%u of %zu", a, patterns.size());
        if (pattern->unless &&
            finder.overlap().contains(a, a, true, 20'000).decision == Decision::yes) {
            pairs.push_back({place_of(*pack, *pattern), place_of(*pack, *pattern), "empty", ""});
            diagnostics.push_back(warning(codes::idle_pattern, *pack, *pattern,
                                          "its own `unless` cancels all that it takes",
                                          "narrow the unless, or remove the pattern"));
        }
        std::string witness;
        for (const std::uint32_t b : finder.holders(a, witness)) {
            const auto& [other_intent, other] = patterns[b];
            const bool same_intent = other_intent == intent;
            const bool rivals = !same_intent && a < b && pattern->weight == other->weight &&
                                pattern->weight >= 0.5f &&
                                matcher.rank(matcher.find(intent->name)) !=
                                    matcher.rank(matcher.find(other_intent->name));
            if (!(same_intent || rivals) || !same_unless(*pattern, *other)) continue;
            const Decision inside = finder.overlap().contains(a, b, false, 20'000).decision;
            if (inside == Decision::no) continue;
            const bool equal =
                inside == Decision::yes && same_unless(*other, *pattern) &&
                finder.overlap().contains(b, a, false, 20'000).decision == Decision::yes;
            if (rivals && !equal) continue;
            pairs.push_back({place_of(*pack, *other), place_of(*pack, *pattern),
                             inside == Decision::open ? "not decided"
                             : equal                  ? "equal"
                                                      : "contains",
                             witness});
            if (rivals)
                diagnostics.push_back(warning(codes::rival_patterns, *pack, *pattern,
                                              "\"" + witness + "\" is " + intent->name + " and " +
                                                  other_intent->name + " with equal weight (" +
                                                  matcher.pattern_place(b) + ")",
                                              "give one of them a lower weight, or an unless"));
            else if (inside == Decision::yes && other->weight >= pattern->weight &&
                     same_tags(*pattern, *other) && (!equal || b < a))
                diagnostics.push_back(warning(codes::shadowed_pattern, *pack, *pattern,
                                              "never counts: " + matcher.pattern_place(b) +
                                                  " takes all that it takes, as in \"" + witness +
                                                  "\"",
                                              "remove it, or give it more weight than the other"));
        }
    }
    if (isatty(2)) std::fputs("\r\033[K", stderr);
    if (!lint) return print(pairs, as_json, 0);
    denied_examples(*pack, matcher, only, diagnostics);
    // A pattern that several others make idle is told once.
    std::set<std::pair<std::string, std::pair<std::uint32_t, std::uint32_t>>> told;
    std::erase_if(diagnostics, [&](const Diagnostic& d) {
        return !told.insert({d.code + d.file, {d.line, d.col}}).second;
    });
    if (as_json) {
        std::puts(json_line(diagnostics_json(diagnostics)).c_str());
    } else {
        for (const Diagnostic& d : diagnostics) std::fputs(render(d).c_str(), stdout);
    }
    return diagnostics.empty() ? 0 : 1;
}

}  // namespace befriend
