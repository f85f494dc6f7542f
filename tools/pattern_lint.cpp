// SPDX-License-Identifier: Apache-2.0
#include "tools/pattern_lint.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "intents/overlap.hpp"
#include "tools/parallel.hpp"
#include "tools/pattern_lab.hpp"

namespace befriend {
namespace {

constexpr std::size_t samples_each = 10;  // of one pattern; enough to rule most others out
constexpr std::size_t tries_each = 30;
constexpr std::size_t search_budget = 20'000;  // states; few pairs that matter need more
// A general intent hears what its finer intents hear, too, so that a dialog may ask for either:
// its copies of their patterns are of this family and no rivals.
constexpr std::string_view copy_family = "finer";
constexpr std::size_t least_denied = 2;  // one denied example may be an odd sentence

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

bool same_unless(const PatternSpec& a, const PatternSpec& b) {
    if (!b.unless) return true;
    return a.unless && to_text(*a.unless) == to_text(*b.unless);
}

// Nothing that `a` says beyond its words would be lost with it.
bool same_tags(const PatternSpec& a, const PatternSpec& b) {
    return a.whom == b.whom && a.time == b.time && a.polarity == b.polarity && a.level == b.level &&
           a.attrs == b.attrs && b.max_words == a.max_words && b.like.question == a.like.question;
}

Diagnostic warning(const Code& code, const Catalogue& catalogue, const PatternSpec& pattern,
                   std::string message, std::string hint) {
    return make_diagnostic(code, catalogue.files[pattern.place.file], pattern.place.at,
                           std::move(message), std::move(hint), Severity::warning);
}

Diagnostic shadowed(const Catalogue& catalogue, const Matcher& matcher, const PatternSpec& pattern,
                    std::uint32_t by, const std::string& witness) {
    return warning(codes::shadowed_pattern, catalogue, pattern,
                   "never counts: " + matcher.pattern_place(by) + " takes all that it takes" +
                       (witness.empty() ? "" : ", as in \"" + witness + "\""),
                   "remove it, or give it more weight than the other");
}

// Compares one pattern at a time; a worker of its own each.
class Comparer {
public:
    Comparer(const Catalogue& catalogue, const Matcher& matcher, const Overlap& overlap,
             const std::vector<Named>& patterns, const IntentChoice& chosen)
        : catalogue_(catalogue),
          matcher_(matcher),
          overlap_(overlap),
          patterns_(patterns),
          chosen_(chosen) {}

    PatternFindings look_at(std::uint32_t a) {
        PatternFindings out;
        const auto& [intent, pattern] = patterns_[a];
        if (pattern->unless && inside(a, a, true) == Decision::yes) {
            out.held.push_back({a, a, HeldPattern::Relation::empty, ""});
            out.diagnostics.push_back(warning(codes::idle_pattern, catalogue_, *pattern,
                                              "its own `unless` cancels all that it takes",
                                              "narrow the unless, or remove the pattern"));
        }
        bool told_shadowed = false, told_rival = false;  // several may hold it: told once
        std::string witness;
        for (const std::uint32_t b : holders(a, witness)) {
            const auto& [other_intent, other] = patterns_[b];
            const bool rivals = other_intent != intent;
            if (rivals && !may_rival(a, b)) continue;
            if (!same_unless(*pattern, *other)) continue;
            const Decision holds = inside(a, b);
            if (holds == Decision::no) continue;
            const bool equal = holds == Decision::yes && same_unless(*other, *pattern) &&
                               inside(b, a) == Decision::yes;
            if (rivals && !equal) continue;
            out.held.push_back({b, a,
                                holds == Decision::open ? HeldPattern::Relation::not_decided
                                : equal                 ? HeldPattern::Relation::equal
                                                        : HeldPattern::Relation::contains,
                                witness});
            if (rivals && !std::exchange(told_rival, true)) {
                out.diagnostics.push_back(warning(
                    codes::rival_patterns, catalogue_, *pattern,
                    "\"" + witness + "\" is " + intent->name + " and " + other_intent->name +
                        " with equal weight (" + matcher_.pattern_place(b) + ")",
                    "give one of them a lower weight, or an unless; where one intent is finer than "
                    "the other and both should be heard: `family: finer` for the copy"));
            } else if (!rivals && holds == Decision::yes && other->weight >= pattern->weight &&
                       same_tags(*pattern, *other) && (!equal || b < a) &&
                       !std::exchange(told_shadowed, true)) {
                out.diagnostics.push_back(shadowed(catalogue_, matcher_, *pattern, b, witness));
            }
        }
        return out;
    }

private:
    Decision inside(std::uint32_t a, std::uint32_t b, bool in_unless = false) const {
        return overlap_.contains(a, b, in_unless, search_budget).decision;
    }

    // Equals that would lead to different places, told at the first of the two that was chosen.
    bool may_rival(std::uint32_t a, std::uint32_t b) const {
        const auto& [intent, pattern] = patterns_[a];
        const auto& [other_intent, other] = patterns_[b];
        return (a < b || !chosen_(*other_intent)) && pattern->weight == other->weight &&
               pattern->weight >= 0.5F && pattern->family != copy_family &&
               other->family != copy_family &&
               matcher_.rank(matcher_.find(intent->name)) !=
                   matcher_.rank(matcher_.find(other_intent->name));
    }

    // Which patterns took words of every sentence made from pattern `a`: only those can hold all
    // that `a` takes. `witness` is one of the sentences.
    std::vector<std::uint32_t> holders(std::uint32_t a, std::string& witness) {
        SentenceMaker maker(catalogue_, a + 1);
        std::set<std::uint32_t> common;
        std::size_t found = 0;
        scratch_.explain = true;
        for (std::size_t tries = 0; tries < tries_each && found < samples_each; ++tries) {
            const std::string text = maker.make(*patterns_[a].pattern);
            if (text.empty()) break;
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
            if (common.size() == 1) break;  // nothing but the pattern itself
        }
        common.erase(a);
        return {common.begin(), common.end()};
    }

    const Catalogue& catalogue_;
    const Matcher& matcher_;
    const Overlap& overlap_;
    const std::vector<Named>& patterns_;
    const IntentChoice& chosen_;
    Scratch scratch_;
    Understanding heard_;
};

// "I'm such an idiot" denied: "I am not such an idiot". Empty where "not" might mean something
// else: a negator reaches no further than its clause and the next subject.
std::string denied(const std::string& text) {
    for (const std::string_view begin : {"I'm ", "i'm ", "I am ", "i am "}) {
        if (!text.starts_with(begin)) continue;
        const std::string rest = text.substr(begin.size());
        if (rest.find_first_of(",.;!?") != std::string::npos) return {};
        const std::string spaced = " " + rest;
        if (spaced.find(" I") != std::string::npos || spaced.find(" i ") != std::string::npos ||
            spaced.find(" i'") != std::string::npos)
            return {};
        return "I am not " + rest;
    }
    return {};
}

// Examples that still count when somebody says that they are not so.
Diagnostics denied_examples(const Catalogue& catalogue, const Matcher& matcher,
                            const IntentChoice& chosen) {
    Diagnostics out;
    Scratch scratch;
    for (const IntentSpec& intent : catalogue.intents) {
        if (intent.kind != IntentKind::content || !chosen(intent)) continue;
        const IntentId id = matcher.find(intent.name);
        std::size_t still = 0, asked = 0;
        std::string witness;
        for (const Example& example : intent.examples) {
            const std::string text = denied(example.text);
            if (text.empty()) continue;
            ++asked;
            const Understanding u = matcher.understand(text, {}, scratch);
            if (std::ranges::none_of(u.readings,
                                     [&](const Reading& r) { return r.counts && r.intent == id; }))
                continue;
            if (still++ == 0) witness = text;
        }
        if (still < least_denied || still * 2 < asked) continue;  // a few say the same either way
        out.push_back(make_diagnostic(
            codes::denied_example, catalogue.files[intent.place.file], intent.place.at,
            "\"" + witness + "\" is still read as " + intent.name + " (" + std::to_string(still) +
                " of " + std::to_string(asked) + " denied examples)",
            "leave `polarity: asserted` off, or write the denied form with a pattern of its own",
            Severity::warning));
    }
    return out;
}

}  // namespace

PatternFindings compare_patterns(const Catalogue& catalogue, const Matcher& matcher,
                                 const IntentChoice& chosen, std::size_t jobs) {
    Diagnostics known;  // `befriend check` tells those
    const Tables tables = compile_tables(catalogue, known);
    const Overlap overlap(tables);
    const std::vector<Named> patterns = all_patterns(catalogue);
    std::vector<std::uint32_t> wanted;
    for (std::uint32_t a = 0; a < patterns.size(); ++a)
        if (chosen(*patterns[a].intent)) wanted.push_back(a);
    std::vector<Comparer> workers;
    for (std::size_t i = 0; i < std::max<std::size_t>(jobs, 1); ++i)
        workers.emplace_back(catalogue, matcher, overlap, patterns, chosen);
    std::vector<PatternFindings> parts(wanted.size());
    in_parallel(wanted.size(), jobs, "patterns", [&](std::size_t i, std::size_t worker) {
        parts[i] = workers[worker].look_at(wanted[i]);
    });
    PatternFindings all;
    for (PatternFindings& part : parts) {
        std::ranges::move(part.held, std::back_inserter(all.held));
        std::ranges::move(part.diagnostics, std::back_inserter(all.diagnostics));
    }
    std::ranges::move(denied_examples(catalogue, matcher, chosen),
                      std::back_inserter(all.diagnostics));
    return all;
}

Diagnostics quick_pattern_lints(const Catalogue& catalogue, const Matcher& matcher,
                                const IntentChoice& chosen) {
    Diagnostics out;
    std::uint32_t number = 0;
    for (const IntentSpec& intent : catalogue.intents) {
        std::map<std::string, std::uint32_t> first;  // a pattern as it is written
        const std::uint32_t begin = number;
        for (const PatternSpec& pattern : intent.patterns) {
            const std::uint32_t self = number++;
            if (!pattern.regex.empty() || !chosen(intent)) continue;
            const std::string unless = pattern.unless ? to_text(*pattern.unless) : "";
            const auto [at, fresh] = first.emplace(to_text(pattern.like) + "\n" + unless, self);
            if (fresh) continue;
            const PatternSpec& other = intent.patterns[at->second - begin];
            if (other.weight >= pattern.weight && same_tags(pattern, other))
                out.push_back(shadowed(catalogue, matcher, pattern, at->second, ""));
        }
    }
    std::ranges::move(denied_examples(catalogue, matcher, chosen), std::back_inserter(out));
    return out;
}

}  // namespace befriend
