// SPDX-License-Identifier: Apache-2.0
//
// A Pack is everything befriend knows: the compiled dialogs, the matcher and the helplines.
// It never changes once built, so any number of conversations and threads share one
// (`shared_ptr<const Pack>`); a reload builds a new one and swaps the pointer.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/safety/resources.hpp"
#include "engine/script/model.hpp"
#include "intents/matcher.hpp"

namespace befriend {

// Lets a map keyed by string be asked with a string_view.
struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};

struct Pack {
    std::string language = "en";
    std::uint64_t content_hash =
        0;  // of all source files, names and bytes; part of the name on disk
    std::vector<std::string> files;  // SourceRef::file points here; paths as given to the loader
    std::vector<Dialog> dialogs;
    std::vector<Step> steps;
    std::vector<Line> lines;
    std::vector<Slot> slots;
    std::vector<Condition> conditions;
    Resources resources;
    Matcher matcher;

    // Filled by index_names() after compiling or loading.
    std::unordered_map<std::string, DialogId, StringHash, std::equal_to<>> dialog_by_name;
    std::vector<IntentId> global_intents;  // beside globals(); none: this pack does not know it
    void index_names();

    const Dialog& dialog(DialogId id) const { return dialogs[index(id)]; }
    const Step& step(StepId id) const { return steps[index(id)]; }
    const Line& line(LineId id) const { return lines[index(id)]; }
    const Slot& slot(SlotId id) const { return slots[index(id)]; }

    // `none` when there is no such dialog or step.
    DialogId find_dialog(std::string_view name) const;
    StepId find_step(DialogId dialog, std::string_view name) const;
};

}  // namespace befriend
