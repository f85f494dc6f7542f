// SPDX-License-Identifier: Apache-2.0
#include "engine/safety/gate.hpp"

#include <algorithm>
#include <array>

namespace befriend {
namespace {

constexpr auto rank_decays_after = std::chrono::hours(24);
constexpr auto rank_forgotten_after = std::chrono::hours(24 * 7);
constexpr float counts_from = 0.5f;

struct LevelRank {
    std::string_view level;
    int rank;
};
constexpr auto level_ranks = std::to_array<LevelRank>({
    {"none", 0},
    {"past", 1},
    {"ambiguous", 1},
    {"passive", 2},
    {"active", 3},
    {"now", 3},
    {"imminent", 4},
});

int rank_of(std::string_view level) {
    const auto found = std::find_if(level_ranks.begin(), level_ranks.end(),
                                    [&](const LevelRank& l) { return l.level == level; });
    return found == level_ranks.end() ? 2 : found->rank;  // a level nobody knows is taken seriously
}

// Which finding speaks first among those of one rank: the body first, then the nearest danger.
int weight_of(const SafetyFinding& finding) {
    constexpr auto order = std::to_array<std::string_view>(
        {"crisis_other", "crisis_abuse", "crisis_self_harm", "crisis_suicide", "crisis_medical"});
    const auto found = std::find(order.begin(), order.end(), finding.class_name);
    return finding.rank * 10 + static_cast<int>(found - order.begin());
}

bool has(const std::vector<std::string>& attrs, std::string_view name) {
    return std::find(attrs.begin(), attrs.end(), name) != attrs.end();
}

std::string dialog_of(const SafetyFinding& finding, const SafetyVerdict& verdict,
                      const SafetyState& state) {
    if (!finding.language.empty()) return "crisis_language";
    if (finding.class_name == "crisis_medical") return finding.rank >= 2 ? "crisis_medical" : "";
    if (finding.class_name == "crisis_abuse") return finding.rank >= 2 ? "crisis_abuse" : "";
    if (finding.class_name == "crisis_other")
        return finding.rank < 2 ? "" : finding.by_user ? "crisis_harm" : "crisis_other";
    if (finding.intrusive && finding.rank <= 3) return "intrusive";
    if (finding.class_name == "crisis_self_harm" && finding.rank >= 2 && verdict.rank < 4)
        return "crisis_self_harm";
    if (finding.rank >= 4) return "crisis_imminent";
    if (finding.rank == 3) {
        const bool hedged_imminent =
            finding.level == "imminent" && finding.polarity == Polarity::hedged;
        return hedged_imminent ? "crisis_hedged_imminent" : "crisis_active";
    }
    if (finding.rank == 2) return "crisis_ask";
    if (finding.level == "past") return "crisis_past";
    if (finding.level == "ambiguous") return state.ambiguous_before ? "crisis_gentle" : "";
    return "";
}

}  // namespace

SafetyVerdict judge(const Matcher& matcher, const Understanding& heard, const SafetyState& state,
                    Instant) {
    SafetyVerdict verdict;
    bool fiction = false, idiom = false, settled = false;
    for (const Reading& reading : heard.readings) {
        const IntentKind kind = matcher.kind(reading.intent);
        if (kind != IntentKind::flag && kind != IntentKind::sign) continue;
        if (!reading.counts) continue;
        const std::string& name = matcher.intent_name(reading.intent);
        if (name == "despair")
            verdict.signals |= signal_despair;
        else if (name == "big_loss")
            verdict.signals |= signal_loss;
        else if (name == "intoxicated")
            verdict.signals |= signal_intoxicated;
        else if (name == "settled_calm")
            settled = true;
        else if (name == "crisis_denial")
            verdict.denial = true;
        else if (name == "fiction")
            fiction = true;
        else if (name == "death_idiom")
            idiom = true;
        else if (name == "user_age_minor")
            verdict.flags.push_back("minor");
        else if (name == "clinical_concern") {
            verdict.flags.push_back("clinical_concern");
            for (const std::string& attr : reading.attrs)
                if (verdict.clinical.empty()) verdict.clinical = attr;
        }
    }
    if (settled) verdict.signals |= signal_calm_after;
    std::uint32_t before = 0;
    for (const std::uint32_t signals : state.window) before |= signals;
    const bool despair = ((verdict.signals | before) & signal_despair) != 0;
    const bool loss = ((verdict.signals | before) & signal_loss) != 0;

    for (const Reading& reading : heard.readings) {
        if (matcher.kind(reading.intent) != IntentKind::crisis || reading.score < counts_from)
            continue;
        SafetyFinding finding;
        finding.class_name = matcher.intent_name(reading.intent);
        finding.level = reading.level.empty() ? "ambiguous" : reading.level;
        finding.whom = reading.whom;
        finding.time = reading.time;
        finding.polarity = reading.polarity;
        finding.evidence = reading.evidence;
        finding.by_user = has(reading.attrs, "by_user");
        finding.intrusive = has(reading.attrs, "intrusive");
        // A reading without a pattern is made from the answer to the direct question.
        finding.short_answer = matcher.pattern_place(reading.pattern).empty();
        for (const std::string& attr : reading.attrs)
            if (attr.starts_with("lang_")) finding.language = attr.substr(5);
        if (reading.polarity == Polarity::negated) {
            finding.level = "none";
            if (finding.class_name == "crisis_suicide") verdict.denial = true;
        } else if (!reading.counts && !reading.quoted) {
            continue;  // said of a person whom the class does not concern
        } else if (reading.level == "past") {
            finding.level = "past";  // what is over says so: "used to", "years ago"; "I wish I was
                                     // dead" is a past tense only in its form
        } else if (((reading.quoted && finding.class_name != "crisis_other") || fiction) &&
                   finding.level != "imminent" && finding.class_name != "crisis_abuse") {
            finding.level = "ambiguous";
            finding.polarity = Polarity::hedged;
        }
        if (finding.level == "ambiguous" && idiom && !despair) continue;
        finding.rank = rank_of(finding.level);
        if (finding.level == "imminent" && finding.polarity == Polarity::hedged) finding.rank = 3;
        if (finding.level == "ambiguous" && (despair || loss) &&
            finding.class_name == "crisis_suicide")
            finding.rank = 2;
        if (finding.level == "none" && despair) finding.rank = 1;
        if (finding.intrusive) verdict.flags.push_back("intrusive");
        if (finding.level == "ambiguous") verdict.signals |= signal_ambiguous;
        verdict.findings.push_back(std::move(finding));
    }
    std::stable_sort(
        verdict.findings.begin(), verdict.findings.end(),
        [](const SafetyFinding& a, const SafetyFinding& b) { return weight_of(a) > weight_of(b); });
    std::sort(verdict.flags.begin(), verdict.flags.end());
    verdict.flags.erase(std::unique(verdict.flags.begin(), verdict.flags.end()),
                        verdict.flags.end());

    if (!verdict.findings.empty()) verdict.rank = verdict.findings.front().rank;
    const bool denied_only = !verdict.findings.empty() && verdict.findings.front().level == "none";
    if (verdict.rank == 0 && (verdict.signals & signal_despair) != 0) verdict.rank = 1;
    for (const SafetyFinding& finding : verdict.findings) {
        if (finding.rank < 1) continue;
        verdict.dialog = dialog_of(finding, verdict, state);
        if (!verdict.dialog.empty()) break;
    }
    if (verdict.dialog.empty() && verdict.rank < 2) {
        if (!verdict.clinical.empty())
            verdict.dialog = "clinical_" + verdict.clinical;
        else if (verdict.rank == 1 && (verdict.signals & signal_despair) != 0 &&
                 !state.care_checked && (!denied_only || despair))
            verdict.dialog = "care_check";
    }
    verdict.ask = verdict.dialog == "crisis_ask" || verdict.dialog == "crisis_hedged_imminent" ||
                  verdict.dialog == "crisis_gentle" ||
                  (verdict.dialog == "crisis_language" && verdict.rank == 2);
    return verdict;
}

void remember_verdict(SafetyState& state, const SafetyVerdict& verdict, Instant at) {
    state.window[2] = state.window[1];
    state.window[1] = state.window[0];
    state.window[0] = verdict.signals;
    for (const SafetyFinding& finding : verdict.findings)
        if (finding.level == "ambiguous") state.ambiguous_before = true;
    for (const std::string& flag : verdict.flags)
        if (flag == "minor") state.minor = true;
    if (verdict.clinical == "psychosis" || verdict.clinical == "mania") state.caution_mind = true;
    if (verdict.clinical == "eating") state.caution_eating = true;
    // Danger to another person never sets the speaker's own level.
    const bool of_other = !verdict.findings.empty() &&
                          verdict.findings.front().class_name == "crisis_other" &&
                          !verdict.findings.front().by_user;
    if (of_other) return;
    if (verdict.rank < 2 && verdict.rank <= state.rank) return;
    if (verdict.rank >= 3 && state.rank < 3) {
        const bool recent = at - state.raised_at < rank_forgotten_after;
        state.crises = recent ? state.crises + 1 : 1;
        state.short_answer_only =
            !verdict.findings.empty() && verdict.findings.front().short_answer;
    } else if (verdict.rank >= 3 &&
               !(!verdict.findings.empty() && verdict.findings.front().short_answer)) {
        state.short_answer_only = false;
    }
    if (verdict.rank >= state.rank) {
        state.raised_at = at;
        state.safe_for_now = false;
        if (!verdict.findings.empty()) state.class_name = verdict.findings.front().class_name;
    }
    state.rank = std::max(state.rank, verdict.rank);
    if (state.rank >= 3) state.day_after_due = true;
}

bool held_back(const SafetyState& state, std::string_view dialog) {
    constexpr auto not_with_mind_signs = std::to_array<std::string_view>(
        {"caring_eyes", "drive_enough", "loop_map", "self_judgement_reframe", "warmup_other",
         "p19_warmup", "p6_letter", "p8_kind_figure", "p10_defusion", "p11_coach"});
    constexpr auto not_with_eating_signs = std::to_array<std::string_view>(
        {"drive_enough", "loop_map", "p12_savour", "p16_body_scan", "soothe_notice"});
    const auto in = [&](const auto& list) {
        return std::find(list.begin(), list.end(), dialog) != list.end();
    };
    return (state.caution_mind && in(not_with_mind_signs)) ||
           (state.caution_eating && in(not_with_eating_signs));
}

void decay(SafetyState& state, Instant now) {
    if (state.rank == 0) return;
    const auto elapsed = now - state.raised_at;
    if (elapsed >= rank_forgotten_after) {
        state.rank = 0;
        state.crises = 0;
        state.class_name.clear();
    } else if (elapsed >= rank_decays_after && state.rank > 1) {
        state.rank = 1;
    }
    if (elapsed >= rank_decays_after) state.asked.clear();
}

void apply_meaning(SafetyState& state, Meaning meaning, bool short_answer, Instant at) {
    const auto raise = [&](int rank) {
        if (rank >= 3 && state.rank < 3) {
            state.crises = at - state.raised_at < rank_forgotten_after ? state.crises + 1 : 1;
            state.short_answer_only = short_answer;
            state.day_after_due = true;
        }
        if (rank >= 4) state.short_answer_only = false;
        state.rank = std::max(state.rank, rank);
        state.raised_at = at;
        state.safe_for_now = false;
    };
    switch (meaning) {
        case Meaning::nothing:
            break;
        case Meaning::denied:
            // Believed. What was stated in full words is not taken back by a short "no".
            if (state.rank <= 2 || state.short_answer_only) state.rank = std::min(state.rank, 1);
            state.short_answer_only = false;
            break;
        case Meaning::passive:
            raise(2);
            break;
        case Meaning::active:
            raise(3);
            break;
        case Meaning::abuse_now:
            raise(3);
            break;
        case Meaning::imminent:
        case Meaning::unsafe:
        case Meaning::injured:
            raise(4);
            break;
        case Meaning::safe:
            state.safe_for_now = true;
            break;
    }
    state.asked.clear();
    state.asked_times = 0;
}

}  // namespace befriend
