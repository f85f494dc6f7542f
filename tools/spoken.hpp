// SPDX-License-Identifier: Apache-2.0
//
// Every text that a pack can say, one by one, and the conditions of a script in plain words: what
// `book`, `graph`, `stats` and `strings` have in common.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/pack.hpp"

namespace befriend {

enum class SpokenRole : std::uint8_t { say, ask, option, pace, reply, show, back };

// One variation of one line, or the label of one option. Places in the pack, no pointers into it.
struct Spoken {
    SpokenRole role = SpokenRole::say;
    DialogId dialog = DialogId::none;
    StepId step = StepId::none;  // none: said when an interrupt comes back
    std::string group;  // "stop/first/say", "stop/first/reply.2": its variations belong together
    std::size_t number = 1;      // of the variation in the group, from 1
    LineId line = LineId::none;  // none: an option
    std::size_t index = 0;       // into Line::of or Step::options
    int hear = -1;               // reply: index into Step::hear
    SourceRef at;

    std::string id() const { return group + "/" + std::to_string(number); }
};

// In the order of dialogs, steps and variations.
std::vector<Spoken> spoken(const Pack& pack);

const Text& text_of(const Pack& pack, const Spoken& spoken);
Text& text_of(Pack& pack, const Spoken& spoken);
// The `if` of this variation; none for an option.
ConditionId when_of(const Pack& pack, const Spoken& spoken);

std::string_view role_name(SpokenRole role);
// "dialogs/en/stop.yaml:12"; the file alone when the line is not known.
std::string place_name(const Pack& pack, const SourceRef& at);

// "the safety rank is at least 2 and a clause of theirs can be said back"; "" for none.
std::string condition_words(const Pack& pack, ConditionId id);
// "a person says something heard as isolation, about themselves".
std::string start_words(const Pack& pack, const Start& start);
// "they answer yes", "they are silent for 2 minutes", "anything else".
std::string hear_words(const Pack& pack, const Hear& hear);
// "goes to step kind_words", "calls dialog p1_anchor"; "goes on" for the next step.
std::string move_words(const Pack& pack, const Move& move);

// The dialogs called so; all when `names` is empty. A name that is none is put into `unknown`.
std::vector<DialogId> dialogs_named(const Pack& pack, const std::vector<std::string>& names,
                                    std::string& unknown);

}  // namespace befriend
