// SPDX-License-Identifier: Apache-2.0
//
// Botium: NAME.convo.txt (a conversation) and NAME.utterances.txt (a name, then a sentence a line).
#include <algorithm>
#include <filesystem>

#include "engine/script/values.hpp"
#include "tools/import.hpp"

namespace befriend {
namespace {

constexpr std::string_view convo_ending = ".convo.txt";

// What a line of a section may ask for that a .chat file has no word for.
constexpr std::string_view hooks[] = {
    "PAUSE", "WAITFORBOT", "BUTTONS",  "MEDIA",      "CARDS",
    "FORMS", "INCLUDE",    "ENTITIES", "TEXT_EXACT", "INTENT_CONFIDENCE"};

// "TEXT_CONTAINS_ANY", "SET_SCRIPTING_MEMORY": asserters and hooks are capitals with underscores.
// So are names of sentence lists, which are looked up first.
bool is_hook(const std::string& word) {
    return std::ranges::find(hooks, word) != std::end(hooks) ||
           (word.find('_') != std::string::npos && std::ranges::all_of(word, [](char c) {
                return c == '_' || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            }));
}

// What a press of a button says: "BUTTON payload|text", or the payload alone.
std::string button_text(std::string_view line) {
    const std::size_t bar = line.find('|');
    return std::string(trim(line.substr(bar == std::string_view::npos ? 0 : bar + 1)));
}

void import_convo(const std::string& file, const std::vector<std::string>& lines, Imported& into) {
    const std::string stem = std::filesystem::path(file).filename().string();
    std::string out = chat_front(lines.front());
    std::string section, spoken;
    std::uint32_t begin = 1;
    const auto close = [&] {
        if (section == "#me")
            out += "\n" + chat_person(spoken, file, begin, into);
        else
            out += chat_bubble(spoken);
        spoken.clear();
    };
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto number = static_cast<std::uint32_t>(i + 1);
        const std::string line(trim(lines[i]));
        if (line.empty()) continue;
        if (line.starts_with("#")) {
            close();
            section = line;
            begin = number;
            if (section != "#me" && section != "#bot") {
                into.warn(file, number, "the section " + section + " is left out");
                section.clear();
            }
            continue;
        }
        if (section.empty()) continue;
        const std::string word = line.substr(0, line.find(' '));
        if (section == "#bot" && word == "INTENT" && line.size() > word.size()) {
            out += "= " + our_label(trim(line.substr(word.size())), file, number, into) + "\n";
            continue;
        }
        // The name of a list of sentences stands for one of them.
        if (const std::string one = into.sentence_of(our_name(line)); !one.empty()) {
            spoken += one + "\n";
        } else if (section == "#me" && word == "BUTTON" && line.size() > word.size()) {
            spoken += button_text(std::string_view(line).substr(word.size())) + "\n";
        } else if (is_hook(word)) {
            into.warn(file, number, word + " has no counterpart and is left out");
        } else if (section == "#bot" && line.starts_with('!')) {
            into.warn(file, number, "what must not be said has no counterpart and is left out");
        } else if (section == "#bot" && line.starts_with('?')) {
            into.warn(file, number, "what may be said has no counterpart and is left out");
        } else {
            if (line.find('$') != std::string::npos)
                into.warn(file, number,
                          "the value of a variable is not known; it stays as written");
            spoken += line + "\n";
        }
    }
    close();
    into.add_chat(our_name(stem.substr(0, stem.size() - convo_ending.size())), std::move(out));
}

}  // namespace

void import_botium(const std::string& file, const std::string& text, ImportPass pass,
                   Imported& into) {
    const std::vector<std::string> lines = lines_of(text);
    if (lines.empty()) return into.warn(file, 1, "an empty file");
    const bool is_convo = file.ends_with(convo_ending);
    if (is_convo && pass == ImportPass::conversations) import_convo(file, lines, into);
    if (is_convo || pass == ImportPass::conversations) return;
    const std::string label = our_label(trim(lines.front()), file, 1, into);
    for (std::size_t i = 1; i < lines.size(); ++i) {
        if (!trim(lines[i]).empty())
            into.add_sentence(lines[i], label, file, static_cast<std::uint32_t>(i + 1));
    }
}

}  // namespace befriend
