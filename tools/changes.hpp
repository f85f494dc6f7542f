// SPDX-License-Identifier: Apache-2.0
//
// The same message as somebody else might type it: what is meant stays, how it is written changes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/pack.hpp"
#include "tools/utterances.hpp"

namespace befriend {

struct Change {
    std::string_view name;
    std::string_view text;  // what it does, one line
    // The same seed makes the same change. A text that cannot be changed comes back as it is.
    std::string (*apply)(std::string text, std::uint64_t seed) = nullptr;
};

std::span<const Change> changes();

// nullptr when there is none; "swaps" is an older name of "synonyms".
const Change* find_change(std::string_view name);

// "typos, case, ..."
std::string change_names();

// How many sentences are heard alike before and after one change; right or wrong does not matter.
struct Robustness {
    std::string change;
    std::size_t changed = 0;             // sentences that the change altered
    std::size_t same = 0;                // of these, heard with the same labels
    std::vector<std::string> differing;  // "file:line: changed text: heard ..., before ..."

    double score() const;  // 1 when nothing was changed
};

Robustness robustness(const Pack& pack, const std::vector<Utterance>& rows, const Change& change,
                      std::size_t jobs);

}  // namespace befriend
