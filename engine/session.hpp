// SPDX-License-Identifier: Apache-2.0
//
// What befriend remembers of one conversation: a plain value, saved as versioned JSON
// (session_json.hpp), under two kilobytes when idle. No transcript: of past messages it keeps only
// signal flags and the few words that slots and the variety ring need.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/incoming.hpp"
#include "engine/script/model.hpp"

namespace befriend {

inline constexpr int session_version = 1;

// One dialog being held; names, not indices, so that a saved session survives a script edit.
struct Frame {
    std::string dialog;
    std::string step;                          // where it waits, or will go on after a call
    std::map<std::string, std::string> slots;  // keep: dialog
    std::string opening;                       // clause of the message that started it, as typed
    std::vector<std::pair<std::string, std::string>> gives;  // (caller's slot, own slot) at the end
    std::string last_ask;  // step id of the ask before this one, for "back"
    bool wait_on = false;  // its caller goes on waiting when it ends; else goes to its next step
    std::int16_t interrupt = -1;  // which interrupt of the caller opened it, for `back:`
    bool put_again = false;       // at its end the caller's question is put again
    std::uint16_t pace_line = 0;  // next line of a paced step
    bool pace_paused = false;

    friend bool operator==(const Frame&, const Frame&) = default;
};

// The safety flow's own memory. It decays by elapsed time, never by one "no" (rank 3 and above to
// 1 after 24 hours, to 0 after 7 days).
struct SafetyState {
    int rank = 0;
    std::string class_name;  // of the rank
    Instant raised_at{};     // when the rank was last raised or confirmed
    std::string asked;       // the open safety question ("suicide", "plan", ...), empty: none
    std::string asked_person;
    Instant asked_at{};
    int asked_times = 0;             // how often the open question was put
    bool short_answer_only = false;  // the level rests on a short answer: can be taken back
    bool care_checked = false;       // the gentle level 1 check was made this session
    bool ambiguous_before = false;
    int crises = 0;  // times level 3 and above was reached within 7 days
    bool day_after_due = false;
    bool safe_for_now = false;
    bool caution_mind = false;  // psychosis or mania signs: no imagery, no voice, no drive praise
    bool caution_eating = false;
    bool minor = false;
    // Signals of the last three messages (bits: Signal in safety/gate.hpp), newest first.
    std::array<std::uint32_t, 3> window{};

    friend bool operator==(const SafetyState&, const SafetyState&) = default;
};

struct Deadline {
    Instant at{};
    std::string kind;  // "pace" | "silence"

    friend bool operator==(const Deadline&, const Deadline&) = default;
};

struct Session {
    int version = session_version;
    std::uint64_t seed = 1;     // drives every choice among variations
    std::uint32_t draws = 0;    // how many choices were made
    bool open = false;          // false: before the first message and after stop or goodbye
    bool welcomed = false;      // this person has seen the welcome once
    std::vector<Frame> stack;   // bottom is home
    std::vector<Frame> before;  // the stack before the last message, for /undo
    std::map<std::string, std::string> slots;     // keep: session, and person slots not yet kept
    std::map<std::string, std::string> person;    // kept after consent
    std::map<std::string, std::uint16_t> visits;  // dialog -> times entered this session
    std::map<std::string, std::uint16_t>
        muted_until;                  // dialog -> turn number when its offer may come again
    std::vector<std::uint32_t> said;  // ring of the last 256 line hashes, oldest first
    std::string last_bubble_hash;     // hex of the last bubble's text: no two running are the same
    std::string last_opening;         // first word of the last turn
    SafetyState safety;
    std::optional<Deadline> deadline;
    std::uint16_t turns = 0;
    std::uint16_t short_streak = 0;
    std::uint16_t questions_in_row = 0;
    bool listen_only = false;
    std::string country;   // told by the person
    std::string rejected;  // reading rejected by a correction, for this topic
    Instant last_at{};
    Instant last_identity_at{};  // when it last said that it is a program
    std::uint16_t reflect_rung =
        0;  // last rung of the reflection ladder, never three times the same

    friend bool operator==(const Session&, const Session&) = default;
};

}  // namespace befriend
