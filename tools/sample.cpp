// SPDX-License-Identifier: Apache-2.0
//
// `befriend sample INTENT|PATTERN`: sentences that an intent or a pattern accepts, each tried on
// the matcher before it is shown.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/options.hpp"
#include "tools/pattern_lab.hpp"

namespace befriend {
namespace {

using nlohmann::json;

constexpr std::size_t tries_each = 40;  // sentences made for one that is shown

constexpr OptionSpec sample_options[] = {
    {"-n", "N", "how many sentences (10)"},
    {"--seed", "N", "another choice (1); the same seed gives the same sentences"},
    pack_option,
    {"--json", "", "{\"of\":..., \"seed\":n, \"sentences\":[...], \"tried\":n}"},
};

bool counts(const Matcher& matcher, IntentId id, std::string_view text, Scratch& scratch) {
    const Understanding u = matcher.understand(text, {}, scratch);
    return std::ranges::any_of(u.readings,
                               [&](const Reading& r) { return r.counts && r.intent == id; });
}

}  // namespace

constexpr CommandPage sample_page{
    .arguments = "INTENT|PATTERN",
    .text =
        "Prints sentences that an intent or a pattern accepts. Each was read by the matcher "
        "before\n"
        "it is shown; of an intent those that count as it.\n",
    .options = sample_options,
    .examples =
        "befriend sample self_judgement -n 5\n"
        "befriend sample \"i be (a|an) <harsh_noun>\"\n",
};

int run_sample(Arguments arguments) {
    const auto options = parse_options(arguments, sample_page.options);
    if (!options) return usage_error("sample", options.error().message);
    const auto wanted = options->number("-n", 10), seed = options->number("--seed", 1);
    if (!wanted || !seed || *wanted > 10000)
        return usage_error("sample", "-n and --seed take whole numbers, -n up to 10000");
    if (options->rest.size() != 1)
        return usage_error("sample", "the name of one intent, or one pattern in quotes, please");
    const auto pack = catalogue_or_complain("sample", options->get("--pack"));
    if (!pack) return 2;
    const std::string& of = options->rest[0];
    const auto intent = std::ranges::find(pack->intents, of, &IntentSpec::name);
    const bool whole = intent != pack->intents.end();

    Diagnostics diagnostics;
    const Catalogue catalogue = whole ? *pack : with_only(*pack, of, "", diagnostics);
    Matcher matcher;
    if (!has_errors(diagnostics)) matcher = Matcher::compile(catalogue, diagnostics);
    if (has_errors(diagnostics)) {
        for (const Diagnostic& d : diagnostics) std::fputs(render(d, {d.file, of}).c_str(), stderr);
        return 2;
    }
    const std::vector<PatternSpec>& patterns =
        whole ? intent->patterns : catalogue.intents[0].patterns;
    const IntentId id = matcher.find(whole ? of : "pattern");
    SentenceMaker maker(catalogue, *seed);
    Scratch scratch;
    std::set<std::string> seen;
    std::vector<std::string> sentences;
    std::size_t tried = 0;
    // One pattern after the other, so that few sentences show many patterns.
    for (; sentences.size() < *wanted && tried < *wanted * tries_each && !patterns.empty();
         ++tried) {
        std::string text = maker.make(patterns[(tried * 7919 + *seed) % patterns.size()]);
        if (text.empty() || !seen.insert(text).second) continue;
        if (whole ? counts(matcher, id, text, scratch) : matches(matcher, text, scratch))
            sentences.push_back(std::move(text));
    }
    if (options->has("--json")) {
        const json out = {{"of", of}, {"seed", *seed}, {"sentences", sentences}, {"tried", tried}};
        std::puts(json_line(out).c_str());
    } else {
        for (const std::string& text : sentences) std::puts(text.c_str());
    }
    if (sentences.empty()) std::fputs("befriend sample: no sentence was found\n", stderr);
    return sentences.empty() ? 1 : 0;
}

}  // namespace befriend
