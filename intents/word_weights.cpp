// SPDX-License-Identifier: Apache-2.0
#include "intents/word_weights.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "intents/tables.hpp"

namespace befriend {
namespace {

bool speaks(const Token& t) { return !(t.flags & token_flag::quoted) && t.negator == 0; }

}  // namespace

void keep_speaking(const Understanding& u, std::vector<WordHit>& hits) {
    std::erase_if(hits, [&](const WordHit& h) {
        // "not want" holds its negator; what it denies is part of the phrase.
        for (std::uint32_t i = h.begin; i < h.end; ++i) {
            const Token& t = u.tokens[i];
            if (!speaks(t) && !(t.negator > h.begin && !(t.flags & token_flag::quoted)))
                return true;
        }
        return false;
    });
    std::stable_sort(hits.begin(), hits.end(),
                     [](const WordHit& a, const WordHit& b) { return a.feature < b.feature; });
    hits.erase(
        std::unique(hits.begin(), hits.end(),
                    [](const WordHit& a, const WordHit& b) { return a.feature == b.feature; }),
        hits.end());
}

void add_readings(const Tables& tables, const Understanding& u, std::vector<WordHit>& hits) {
    for (const Reading& r : u.readings) {
        const auto intent = static_cast<std::size_t>(r.intent);
        if (intent >= tables.feature_of_intent.size() || !tables.feature_of_intent[intent])
            continue;
        if (r.quoted || r.polarity == Polarity::negated) continue;
        const bool content = tables.intents[intent].kind == IntentKind::content;
        const bool hint = !r.counts && r.score < tables.intents[intent].threshold &&
                          (r.whom == Whom::self || r.whom == Whom::anyone);
        if (content ? !hint : !r.counts) continue;
        hits.push_back({tables.feature_of_intent[intent] - 1, 0, 0, r.score});
    }
}

namespace {

// The one intent that is about others though it hears of oneself, too ("I worry about her").
constexpr std::string_view other_person = "other_person";

bool about_others(const IntentEntry& intent) {
    const auto bit = [](Whom whom) { return 1u << static_cast<unsigned>(whom); };
    return intent.name == other_person ||
           (!(intent.whom & bit(Whom::self)) && (intent.whom & bit(Whom::other)));
}

// The reading of one weighed intent; no evidence when no word speaks for it.
Reading reading_of(const Tables& tables, const std::vector<WordHit>& hits, std::uint32_t set,
                   float chance, const Understanding& u) {
    const IntentEntry& intent = tables.intents[tables.weighed[set].intent];
    Reading r;
    r.intent = static_cast<IntentId>(tables.weighed[set].intent);
    r.score = chance;
    r.counts = true;
    r.polarity = Polarity::hedged;
    if (about_others(intent)) r.whom = Whom::other;
    float strongest = 0;
    for (const WordHit& h : hits) {
        if (h.begin == h.end) continue;
        for (std::uint32_t k = tables.feature_rows[h.feature];
             k < tables.feature_rows[h.feature + 1]; ++k) {
            const WeightRow& row = tables.weight_rows[k];
            if (row.set != set || row.weight <= 0) continue;
            r.evidence.push_back({u.tokens[h.begin].typed.begin, u.tokens[h.end - 1].typed.end});
            if (row.weight <= strongest) continue;
            strongest = row.weight;
            r.pattern = static_cast<std::uint32_t>(tables.patterns.size()) + k;
            r.clause = u.tokens[h.begin].clause;
        }
    }
    merge_spans(r.evidence);
    if (!r.evidence.empty()) r.time = u.clauses[r.clause].time;
    return r;
}

}  // namespace

std::vector<IntentId> weigh_words(const Tables& tables, const std::vector<WordHit>& hits,
                                  const std::vector<std::uint16_t>& refused, bool self_only,
                                  Understanding& u) {
    const std::size_t sets = tables.weighed.size();
    std::vector<float> chance(sets);
    for (std::size_t s = 0; s < sets; ++s) chance[s] = tables.weighed[s].bias;
    for (const WordHit& h : hits) {
        for (std::uint32_t k = tables.feature_rows[h.feature];
             k < tables.feature_rows[h.feature + 1]; ++k)
            chance[tables.weight_rows[k].set] += tables.weight_rows[k].weight * h.value;
    }
    std::vector<IntentId> added;
    const auto add = [&](std::size_t s) {
        Reading r = reading_of(tables, hits, static_cast<std::uint32_t>(s), chance[s], u);
        if (r.evidence.empty()) return;
        added.push_back(r.intent);
        u.readings.push_back(std::move(r));
    };
    std::size_t likeliest = sets;
    bool of_any = false;
    for (std::size_t s = 0; s < sets; ++s) {
        chance[s] = 1 / (1 + std::exp(-chance[s]));
        const bool over = chance[s] >= tables.weighed[s].threshold;
        if (tables.weighed[s].intent == weighs_any) {
            of_any = over;
            continue;
        }
        const std::uint32_t intent = tables.weighed[s].intent;
        if (self_only && about_others(tables.intents[intent])) continue;
        if (std::ranges::find(refused, intent) != refused.end()) continue;
        if (likeliest == sets || chance[s] > chance[likeliest]) likeliest = s;
        if (over) add(s);
    }
    if (added.empty() && of_any && likeliest < sets) add(likeliest);
    return added;
}

}  // namespace befriend
