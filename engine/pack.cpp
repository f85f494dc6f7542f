// SPDX-License-Identifier: Apache-2.0
#include "engine/pack.hpp"

#include "engine/globals.hpp"

namespace befriend {

void Pack::index_names() {
    global_intents.clear();
    for (const Global& global : globals()) global_intents.push_back(matcher.find(global.intent));
    dialog_by_name.clear();
    for (std::size_t i = 0; i < dialogs.size(); ++i)
        dialog_by_name.emplace(dialogs[i].name, static_cast<DialogId>(i));
}

DialogId Pack::find_dialog(std::string_view name) const {
    const auto found = dialog_by_name.find(name);
    return found == dialog_by_name.end() ? DialogId::none : found->second;
}

StepId Pack::find_step(DialogId id, std::string_view name) const {
    if (id == DialogId::none) return StepId::none;
    const Dialog& held = dialog(id);
    for (std::size_t i = 0; i < held.count; ++i) {
        const auto at = static_cast<StepId>(index(held.first) + i);
        if (step(at).name == name) return at;
    }
    return StepId::none;
}

}  // namespace befriend
