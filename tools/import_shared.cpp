// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>

#include "engine/base/diagnostic.hpp"
#include "engine/script/values.hpp"
#include "tools/import.hpp"

namespace befriend {

void Imported::warn(const std::string& file, std::uint32_t line, std::string message) {
    if (told_.insert(file + "\n" + message).second)
        warnings.push_back({file, line, std::move(message)});
}

void Imported::add_sentence(std::string_view text, const std::string& label,
                            const std::string& file, std::uint32_t line) {
    std::string said;
    for (const char c : text) {
        if (c == '\n' || c == '\r') {
            said += ' ';
        } else if (c == '\t') {
            said += ' ';
            warn(file, line, "a tab inside a sentence is written as a space");
        } else {
            said += c;
        }
    }
    said = std::string(trim(said));
    if (said.empty()) return warn(file, line, "a row without a sentence is left out");
    // Both would read as something else in a table of sentences.
    if (said.starts_with("# ") || said == "#" || said == "text") {
        warn(file, line, "\"" + said + "\" cannot stand in a table of sentences; left out");
        return;
    }
    const auto [place, is_new] = places_.emplace(said, sentences.size());
    if (is_new) sentences.emplace_back(said, std::set<std::string>());
    if (!label.empty() && label != "none") sentences[place->second].second.insert(label);
}

void Imported::add_word(const std::string& list, std::string_view word) {
    auto& entries = words[list];
    if (!word.empty() && std::ranges::find(entries, word) == entries.end())
        entries.emplace_back(word);
}

void Imported::add_chat(const std::string& name, std::string chat) {
    if (chat.find("\n> ") == std::string::npos) return;  // nobody says anything
    std::string free = name;
    for (int i = 2; chats.contains(free); ++i) free = name + "_" + std::to_string(i);
    chats[free] = std::move(chat);
}

std::string Imported::sentence_of(const std::string& label) const {
    for (const auto& [text, labels] : sentences) {
        if (labels.size() == 1 && *labels.begin() == label) return text;
    }
    return {};
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string line(text.substr(0, end));
        if (line.ends_with('\r')) line.pop_back();
        out.push_back(std::move(line));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string our_name(std::string_view theirs) {
    std::string out;
    bool was_small = false;
    for (const char c : theirs) {
        const auto u = static_cast<unsigned char>(c);
        if (u < 0x80 && std::isalnum(u) != 0) {
            if (std::isupper(u) != 0 && was_small) out += '_';  // HassTurnOn
            out += static_cast<char>(std::tolower(u));
        } else if (!out.empty() && out.back() != '_') {
            out += '_';
        }
        was_small = u < 0x80 && (std::islower(u) != 0 || std::isdigit(u) != 0);
    }
    while (out.ends_with('_')) out.pop_back();
    if (out.empty() || std::isdigit(static_cast<unsigned char>(out.front())) != 0)
        out.insert(0, "x_");
    return out;
}

std::string our_label(std::string_view theirs, const std::string& file, std::uint32_t line,
                      Imported& into) {
    std::string name = our_name(theirs);
    if (name != theirs)
        into.warn(file, line, "\"" + std::string(theirs) + "\" is called " + name + " here");
    return name;
}

std::string chat_person(std::string_view text, const std::string& file, std::uint32_t line,
                        Imported& into) {
    std::string out;
    for (const std::string& one : lines_of(text)) {
        const std::string said(trim(one));
        if (said.empty()) continue;
        if (said.starts_with('/')) {
            into.warn(file, line, "the event \"" + said + "\" has no counterpart and is left out");
        } else {
            out += "> " + said + "\n";
        }
    }
    return out;
}

std::string chat_bubble(std::string_view text) {
    std::string out;
    for (const std::string& one : lines_of(text)) {
        const std::string_view said = trim(one);
        if (!said.empty()) out += (out.empty() ? "< " : " / ") + std::string(said);
    }
    return out.empty() ? out : out + "\n";
}

std::string chat_front(std::string_view title) {
    return "---\ngiven: { language: en, seed: 1 }\n---\n# " + std::string(trim(title)) + "\n";
}

bool import_yaml(const std::string& file, const std::string& text, Document& document,
                 Imported& into) {
    Diagnostics diagnostics;
    document = parse_yaml({file, text}, diagnostics);
    if (!has_errors(diagnostics) && !document.root.is_object())
        into.problem = file + ":1:1: error: keys and values are expected here, as in \"nlu:\"\n";
    if (!has_errors(diagnostics)) return into.problem.empty();
    for (const Diagnostic& d : diagnostics) {
        if (d.severity == Severity::error) into.problem += render(d, Source{file, text});
    }
    return false;
}

}  // namespace befriend
