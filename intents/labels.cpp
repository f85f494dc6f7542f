// SPDX-License-Identifier: Apache-2.0
#include "intents/labels.hpp"

#include <algorithm>
#include <array>

#include "intents/matcher.hpp"

namespace befriend {
namespace {

// The list of CONTENT.md 6.1, item 2; small talk and the plain controls in the order a reply needs.
struct Row {
    std::string_view intent;
    std::string_view level;  // empty: any
    std::uint32_t rank = 0;
};
constexpr Row crisis_rows[] = {
    {"crisis_medical", "past", never_primary + 5},
    {"crisis_medical", "none", never_primary + 9},
    {"crisis_medical", "ambiguous", 60},
    {"crisis_medical", "", 10},
    {"crisis_suicide", "imminent", 20},
    {"crisis_suicide", "active", 30},
    {"crisis_self_harm", "imminent", 25},
    {"crisis_self_harm", "now", 35},
    {"crisis_self_harm", "past", never_primary + 5},
    {"crisis_self_harm", "ambiguous", never_primary},
    {"crisis_self_harm", "none", never_primary + 9},
    {"crisis_self_harm", "", 35},
    {"crisis_abuse", "imminent", 38},
    {"crisis_abuse", "now", 40},
    {"crisis_abuse", "past", never_primary + 5},
    {"crisis_abuse", "ambiguous", never_primary},
    {"crisis_abuse", "none", never_primary + 9},
    {"crisis_abuse", "", 40},
    {"crisis_other", "imminent", 45},
    {"crisis_other", "past", never_primary + 5},
    {"crisis_other", "ambiguous", never_primary},
    {"crisis_other", "none", never_primary + 9},
    {"crisis_other", "", 50},
    {"crisis_suicide", "passive", 60},
    {"crisis_suicide", "past", never_primary + 5},
    {"crisis_suicide", "none", never_primary + 9},
    {"crisis_suicide", "ambiguous", never_primary},
    {"crisis_suicide", "", 60},
};
constexpr Row rows[] = {
    {"stop", "", 70},
    {"too_much", "", 80},
    {"help_now", "", 65},
    {"complaint", "", 90},
    {"profanity_at_bot", "", 92},
    {"clinical_concern", "", 100},
    {"are_you_human", "", 110},
    {"privacy", "", 111},
    {"asks_verdict", "", 112},
    {"asks_advice", "", 113},
    {"asks_normal", "", 114},
    {"learn", "", 115},
    {"repeat", "", 116},
    {"not_working", "", 117},
    {"switch_language", "", 118},
    {"block_complacency", "", 120},
    {"block_undeserving", "", 120},
    {"block_vulnerability", "", 120},
    {"self_judgement", "", 130},
    {"isolation", "", 130},
    {"over_identification", "", 130},
    {"avoidance", "", 130},
    {"origins", "", 140},
    {"threat", "", 150},
    {"drive", "", 150},
    {"other_person", "", 160},
    {"seeking_support", "", 170},
    {"soothing", "", 180},
    {"distress", "", 190},
    {"request_practice", "", 200},
    {"listen_only", "", 201},
    {"help", "", 202},
    {"change_topic", "", 203},
    {"pause", "", 204},
    {"skip", "", 205},
    {"back", "", 206},
    {"forget_that", "", 207},
    {"faster", "", 208},
    {"slower", "", 208},
    {"mood_report", "", 209},
    {"goodbye", "", 210},
    {"thanks", "", 211},
    {"greeting", "", 212},
    {"deny", "", 213},
    {"affirm", "", 214},
    {"unsure", "", 215},
    {"smalltalk", "", 216},
    {"gibberish", "", 217},
};

}  // namespace

std::uint32_t label_rank_at(std::string_view intent, std::string_view level) {
    for (const Row& row : crisis_rows) {
        if (row.intent == intent && (row.level.empty() || row.level == level)) return row.rank;
    }
    return level == "past" || level == "none" || level == "ambiguous" ? never_primary : 55;
}

std::uint32_t label_rank(std::string_view intent, IntentKind kind) {
    if (kind == IntentKind::crisis) return label_rank_at(intent, "");
    for (const Row& row : rows) {
        if (row.intent == intent) return row.rank;
    }
    switch (kind) {
        case IntentKind::content:
            return 185;
        case IntentKind::control:
            return 218;
        default:
            return not_a_label;  // flags, feelings, topics, signs
    }
}

void choose_labels(const Matcher& matcher, Understanding& u) {
    struct Candidate {
        std::uint32_t rank = 0;
        float score = 0;
        std::uint32_t last = 0;  // said last wins among equals
        IntentId intent = IntentId::none;
    };
    std::vector<Candidate> candidates;
    u.primary = IntentId::none;
    u.labels.clear();
    u.feelings.clear();
    u.topics.clear();
    for (const Reading& r : u.readings) {
        if (!r.counts) continue;
        const std::string& name = matcher.intent_name(r.intent);
        const IntentKind kind = matcher.kind(r.intent);
        if (kind == IntentKind::feeling || kind == IntentKind::topic) {
            const std::string_view prefix = kind == IntentKind::feeling ? "feeling_" : "topic_";
            std::string short_name = name.starts_with(prefix) ? name.substr(prefix.size()) : name;
            auto& list = kind == IntentKind::feeling ? u.feelings : u.topics;
            if (std::find(list.begin(), list.end(), short_name) == list.end())
                list.push_back(std::move(short_name));
            continue;
        }
        const std::uint32_t rank =
            kind == IntentKind::crisis ? label_rank_at(name, r.level) : matcher.rank(r.intent);
        if (rank >= not_a_label || r.level == "none") continue;
        Candidate c{rank, r.score, r.evidence.empty() ? 0 : r.evidence.back().end, r.intent};
        const auto same = std::find_if(candidates.begin(), candidates.end(),
                                       [&](const Candidate& x) { return x.intent == r.intent; });
        if (same == candidates.end())
            candidates.push_back(c);
        else if (c.rank < same->rank)
            *same = c;
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) {
                         if (a.rank != b.rank) return a.rank < b.rank;
                         if (a.score > b.score + 0.1f || b.score > a.score + 0.1f)
                             return a.score > b.score;
                         return a.last > b.last;
                     });
    for (const Candidate& c : candidates) {
        if (u.labels.size() < 4) u.labels.push_back(c.intent);
        if (u.primary == IntentId::none && c.rank < never_primary) u.primary = c.intent;
    }
    // The primary stands first.
    const auto at = std::find(u.labels.begin(), u.labels.end(), u.primary);
    if (at != u.labels.end()) std::rotate(u.labels.begin(), at, at + 1);
}

}  // namespace befriend
