// SPDX-License-Identifier: Apache-2.0
#include "engine/globals.hpp"

#include <algorithm>
#include <array>

namespace befriend {
namespace {

using Act = Global::Act;
constexpr auto table = std::to_array<Global>({
    // These four cannot be shadowed by any file: whoever says them must be sure of the effect.
    {"stop", Act::stop, "stop", false, false},
    {"help_now", Act::enter, "crisis_help", false, false},
    {"too_much", Act::replace, "too_much", false, false},
    {"complaint", Act::enter, "complaint", false, false},
    {"correction", Act::enter, "correction", true, false, true},
    {"listen_only", Act::replace, "listening", true, false},
    {"undo", Act::undo, "undo", true, true},
    {"forget", Act::replace, "forget", true, true},
    {"forget_that", Act::enter, "forget_that", true, true},
    {"pause", Act::enter, "pause", true, true, true},
    {"repeat", Act::repeat, "repeat", true, true},
    {"skip", Act::skip, "", true, true},
    {"back", Act::back, "", true, true},
    {"next", Act::next, "", true, true, true},
    {"slower", Act::slower, "pace_words", true, true},
    {"faster", Act::faster, "pace_words", true, true},
    {"help", Act::ask_again, "help", true, true},
    {"resources", Act::ask_again, "resources", true, false},
    {"set_country", Act::country, "resources", true, true},
    {"privacy", Act::ask_again, "privacy", true, false},
    {"are_you_human", Act::ask_again, "are_you_human", true, false},
    {"why", Act::ask_again, "why", true, true, true},
    {"change_topic", Act::replace, "change_topic", true, true},
    {"request_practice", Act::practice, "practice_menu", true, false},
    {"learn", Act::learn, "learn_menu", true, false, true},
    {"not_working", Act::enter, "not_working", true, false},
    {"asks_verdict", Act::enter, "asks_verdict", true, false, true},
    {"asks_normal", Act::enter, "asks_normal", true, false, true},
    {"asks_advice", Act::enter, "asks_advice", true, false, true},
    {"profanity_at_bot", Act::enter, "profanity", true, true},
    {"gibberish", Act::enter, "gibberish", true, true},
    {"goodbye", Act::replace, "closing", true, true, true},
    {"smalltalk", Act::enter, "smalltalk", true, true, true},
    {"thanks", Act::enter, "thanks", true, true, true},
    {"greeting", Act::enter, "greeting", true, true, true},
});

struct Named {
    std::string_view intent, dialog;
};
constexpr auto named = std::to_array<Named>({
    {"practice_anchor", "p1_anchor"},
    {"practice_breathing", "p2_breathing"},
    {"practice_touch", "p3_touch"},
    {"practice_break", "p4_break"},
    {"practice_friend", "p5_friend"},
    {"practice_noting", "p9_noting"},
    {"practice_savour", "p12_savour"},
    {"practice_letter", "p6_letter"},
    {"practice_wishes", "p7_loving_kindness"},
    {"practice_figure", "p8_kind_figure"},
    {"practice_thought", "p10_defusion"},
    {"practice_coach", "p11_coach"},
    {"practice_values", "p13_values"},
    {"practice_giving", "p14_giving_receiving"},
    {"practice_rocking", "p15_affectionate_breathing"},
    {"practice_scan", "p16_body_scan"},
    {"practice_soften", "p17_soften_allow"},
    {"practice_firm", "p21_protective"},
    {"practice_warmup", "warmup_other"},
    {"practice_caring_eyes", "caring_eyes"},
    {"check_in", "check_in"},
});

}  // namespace

std::span<const Global> globals() { return table; }

std::string_view dialog_named_by(std::string_view intent) {
    const auto found = std::find_if(named.begin(), named.end(),
                                    [&](const Named& n) { return n.intent == intent; });
    if (found != named.end()) return found->dialog;
    return intent.starts_with("learn_") ? intent : std::string_view();
}

}  // namespace befriend
