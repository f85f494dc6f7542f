// SPDX-License-Identifier: Apache-2.0
//
// Turns parsed dialog files into the dialogs, steps and lines of a Pack, and reports every name
// that leads nowhere and every text that could go wrong on the way. What needs the whole graph
// (loops, depth, reach) is flow.hpp's business.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/pack.hpp"
#include "engine/script/node.hpp"

namespace befriend {

// A dialog file that could be read as a tree.
struct ScriptFile {
    std::string path;
    ScriptNode root;
};

struct IntentNames {
    std::function<IntentId(std::string_view)> find;
    std::vector<std::string> all;
};

// Where the compiled parts were written, for later checks.
struct ScriptPlaces {
    std::vector<const ScriptNode*> dialogs;  // by DialogId
    std::vector<std::size_t> files;          // by DialogId: index of its file
    std::vector<const ScriptNode*> steps;    // by StepId
    std::vector<Report> reports;             // by file
};

// Fills the dialogs, steps, lines, slots, conditions and files of `pack`. The files must outlive
// the result. Two files that define one dialog: the first counts.
ScriptPlaces compile_dialogs(std::span<const ScriptFile* const> files, const IntentNames& intents,
                             Pack& pack);

// dialogs/en/home.yaml -> home; a diagnostic code before the name is left out (BF0214_nowhere).
std::string dialog_name_of(std::string_view path);

}  // namespace befriend
