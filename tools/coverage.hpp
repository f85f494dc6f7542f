// SPDX-License-Identifier: Apache-2.0
//
// What of a pack the tests used, and what no test has seen yet.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/pack.hpp"
#include "engine/trace.hpp"

namespace befriend {

// Collected from traces; adding is the same in any order.
struct Seen {
    std::set<std::string> waited;                               // dialog/step
    std::set<std::string> said;                                 // file:line of a wording
    std::set<std::string> heard;                                // file:line of an entry of `hear`
    std::set<std::pair<std::string, std::string>> interrupted;  // dialog, the dialog it called
    std::set<std::uint32_t> patterns;                           // that decided a reading
    std::set<std::string> texts;                                // what the person wrote
    std::set<std::string> countries;                            // whose helplines were shown

    // One turn; `stack` are the dialogs that were open when it began.
    void add(const Pack& pack, const std::vector<std::string>& stack, const Trace& trace);
    void add(const Seen& other);
};

struct Uncovered {
    std::string place;  // "file:line"
    std::string what;   // "home/listen: heard thanks"
};

struct CoverageKind {
    std::string_view name;  // a literal: "steps"
    std::size_t covered = 0;
    std::size_t of = 0;
    std::vector<Uncovered> uncovered;  // in the order of the pack

    double percent() const;  // 100 when there is nothing to cover
};

// Steps that say nothing and wait for nothing leave no trace and are not counted.
struct Coverage {
    // steps, branches, silences, interrupts, variations, patterns, locales; words where asked for
    std::vector<CoverageKind> kinds;
    std::size_t dialogs = 0;
    std::size_t dialogs_of = 0;
    std::vector<std::string> not_reached;  // dialogs

    CoverageKind all() const;  // of every kind together, without the list
};

// The first bytes of a text, cut between characters, with "..." where something is left out.
std::string beginning(const std::string& text, std::size_t most);

// Without the kind "words": entry_coverage.hpp.
Coverage coverage_of(const Pack& pack, const Seen& seen);

// The locale of the helplines of a country: "en-gb", "en" for the international ones.
std::string locale_name(const Pack& pack, const Country& country);

// "60" for all kinds together, "steps=80,patterns=50" for kinds of their own. The Error says what
// could be written.
Result<std::map<std::string, double>> read_coverage_floors(std::string_view text);

// One sentence for each floor that was missed.
std::vector<std::string> under_floors(const Coverage& coverage,
                                      const std::map<std::string, double>& floors);

}  // namespace befriend
