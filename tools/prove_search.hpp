// SPDX-License-Identifier: Apache-2.0
//
// Searches conversations breadth first: from a start, every input of an alphabet in every state,
// through the product's own step(). States that agree in place, safety memory and monitors count as
// one, whatever words were said on the way (docs/decisions/0008-search-before-proof.md says what
// that leaves open). Deterministic: equal arguments give equal results.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/prove_property.hpp"

namespace befriend {

// One thing that can happen, as a line of a replay file: "> text", "@ text" (another person),
// "^ text" (sent before the open question), "> /button id", "> /start", "> /edit text", ">
// /redact",
// "~" (until the deadline).
using Happening = std::string;

// Sentences, one for each way of being understood, the shortest first found; so that each is a
// witness that the matcher confirms.
std::vector<Happening> choose_sentences(const Pack& pack, const std::vector<std::string>& from);

// Makes the event of a line at `now`, moving `now` on. Nothing when it cannot happen in that state
// (no deadline runs) or when the line is no happening.
struct Event {
    Incoming incoming;
    bool other_person = false;
    bool early = false;
};
std::optional<Event> make_event(const Session& session, const Happening& line, Instant& now);

struct SearchLimits {
    std::size_t states = 20000;
    std::size_t variants = 1;  // conversations kept for each state that differ in what is known
};

struct Outcome {
    enum class Kind : std::uint8_t { no_counterexample, broken, reached, not_reached };
    Kind kind = Kind::no_counterexample;
    std::vector<Happening> conversation;  // the shortest found: a counter-example, or the witness
};

struct SearchResult {
    std::size_t states = 0;
    std::size_t transitions = 0;
    std::size_t sentences = 0;
    std::size_t places = 0;         // dialog/step where it waited
    bool exhausted = false;         // no state was left unexplored
    std::vector<Outcome> outcomes;  // one a property
};

SearchResult search_conversations(const Pack& pack, const std::vector<Property>& properties,
                                  const std::vector<Happening>& sentences, SearchLimits limits);

// Plays a replay file and returns the talk as it goes, one line a bubble.
std::string replay(const Pack& pack, std::string_view file);

}  // namespace befriend
