// SPDX-License-Identifier: Apache-2.0
//
// Simulated people: a persona file says who somebody is, what they write in which situation and
// how they take an answer; simulate() lets them talk with a pack and measures the side measures of
// a good conversation. docs/personas.md describes the format for those who write personas.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/base/source.hpp"
#include "engine/pack.hpp"

namespace befriend {

// What befriend just did, as far as a person who answers cares. Beside situation_names.
enum class Situation : std::uint8_t {
    statement,  // it said something and asked nothing
    open,
    yes_no,
    scale,
    choice,
    offer,     // a yes leads into a practice
    practice,  // in the middle of one
    safety,    // a question about danger
    count
};
std::string_view situation_name(Situation situation);

// Something the person tells only when asked, or late. Each condition that is given must hold.
struct HiddenFact {
    std::string say;
    std::uint32_t from_turn = 1;         // not before this turn; the first is 1
    std::optional<Situation> situation;  // only as the answer to this
    std::string after;                   // only when befriend's last answer holds these words
    bool after_fit = false;              // only after an answer that fits
};

struct Persona {
    std::string file;
    std::string name;
    std::string goal;
    std::string style;
    std::uint32_t turns = 12;    // messages before the ending
    std::uint32_t patience = 2;  // misfits that are borne; one more and the person leaves
    std::vector<std::string> opening;
    std::map<Situation, std::vector<std::string>> lines;
    std::vector<std::string> fit;     // said now and then after an answer that fits; may be empty
    std::vector<std::string> misfit;  // said after one that does not
    std::vector<HiddenFact> hidden;
    std::vector<std::string> ending;   // the last words when all went well
    std::vector<std::string> leaving;  // and when patience ran out; default "stop"
};

// Every mistake is told; with an error the persona must not be played.
Persona read_persona(Source source, Diagnostics& diagnostics);

struct SimulatedTurn {
    std::string person;
    std::string situation;  // what the person answered to; "opening", "hidden", "misfit", "ending"
    std::vector<std::string> bubbles;
    std::string at;  // "dialog/step", empty when closed
};

// Counts, so that sessions add up.
struct SideMeasures {
    std::uint32_t sessions = 0;
    std::uint32_t turns = 0;      // answers to a message
    std::uint32_t practices = 0;  // begun
    std::uint32_t without_consent = 0;
    std::uint32_t stops = 0;  // messages read as stop
    std::uint32_t stops_ignored = 0;
    std::uint32_t fallbacks = 0;  // turns in which it said that it did not understand
    std::uint32_t bubbles = 0;
    std::uint32_t bubble_words = 0;
    std::uint32_t longest_bubble = 0;
    std::uint32_t long_bubbles = 0;             // over 45 words, safety over 60
    std::uint32_t repeats = 0;                  // bubbles said before in the session
    std::uint32_t question_turns = 0;           // turns that end on a question
    std::uint32_t crowded_turns = 0;            // turns with more than one question
    std::uint32_t questions_in_row = 0;         // longest run of turns that end on one
    std::uint32_t crises = 0;                   // rank 2 or more was reached
    std::uint32_t crises_without_resource = 0;  // no help line in that answer or the next
    std::uint32_t slowest_resource = 0;         // in turns; 0: in the same answer
    std::uint32_t content_turns = 0;            // messages with a content intent, outside safety
    std::uint32_t reuse_turns = 0;              // of these, answers with a content word of theirs
    std::uint32_t left_early = 0;               // sessions that ran out of patience
    std::uint32_t problems = 0;                 // what the engine could not do as written

    void add(const SideMeasures& other);
};

struct SimulatedSession {
    std::string persona;
    std::uint64_t seed = 1;
    std::vector<SimulatedTurn> turns;
    SideMeasures measures;
};

// Equal arguments give equal sessions.
SimulatedSession simulate(const Pack& pack, const Persona& persona, std::uint64_t seed);

// A share or a count, with the limit that it has to keep.
struct SideLimit {
    std::string_view name;
    double value = 0;
    double limit = 0;
    bool at_least = false;  // otherwise at most
    bool holds() const { return at_least ? value >= limit : value <= limit; }
};
// What nothing was measured for holds.
std::vector<SideLimit> judge(const SideMeasures& measures);

}  // namespace befriend
