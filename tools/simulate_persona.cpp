// SPDX-License-Identifier: Apache-2.0
//
// Reads persona files.
#include <algorithm>
#include <array>
#include <charconv>

#include "engine/base/yaml.hpp"
#include "tools/simulate.hpp"

namespace befriend {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Situation::count)> situation_names{
    "statement", "open", "yes_no", "scale", "choice", "offer", "practice", "safety"};

constexpr std::array<std::string_view, 12> keys{"name",     "goal",    "style",  "turns",
                                                "patience", "opening", "lines",  "fit",
                                                "misfit",   "hidden",  "ending", "leaving"};

std::optional<Situation> find_situation(std::string_view name) {
    const auto found = std::find(situation_names.begin(), situation_names.end(), name);
    if (found == situation_names.end()) return std::nullopt;
    return static_cast<Situation>(found - situation_names.begin());
}

void unknown(const Node& node, std::string_view key, const std::vector<std::string>& known,
             Diagnostics& diagnostics) {
    const std::string near = closest(key, known);
    std::string all;
    for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
    diagnostics.push_back(
        node.complain_key(codes::unknown_key, "\"" + std::string(key) + "\" has no meaning here",
                          near.empty() ? "one of: " + all : "did you mean \"" + near + "\"?"));
}

std::string text(const Node& node, Diagnostics& diagnostics) {
    if (node.is_text() && !node.text().empty()) return std::string(node.text());
    diagnostics.push_back(
        node.complain(codes::wrong_shape, "a text is expected here", "write some words"));
    return {};
}

std::vector<std::string> texts(const Node& node, Diagnostics& diagnostics) {
    std::vector<std::string> out;
    for (const Node& one : node.elements()) out.push_back(text(one, diagnostics));
    return out;
}

std::uint32_t number(const Node& node, std::uint32_t low, std::uint32_t high,
                     Diagnostics& diagnostics) {
    const std::string_view written = node.text();
    std::uint32_t value = 0;
    const auto [end, error] =
        std::from_chars(written.data(), written.data() + written.size(), value);
    if (error != std::errc{} || end != written.data() + written.size() || value < low ||
        value > high) {
        diagnostics.push_back(node.complain(
            codes::bad_value,
            "a whole number from " + std::to_string(low) + " to " + std::to_string(high),
            "for example " + std::to_string(low)));
        return low;
    }
    return value;
}

void read_lines(const Node& node, Persona& persona, Diagnostics& diagnostics) {
    if (!node.is_map()) {
        diagnostics.push_back(node.complain(codes::wrong_shape,
                                            "a mapping of situations to lines is expected",
                                            "for example:  open: [\"It's my job.\"]"));
        return;
    }
    for (const auto& [key, value] : node.items()) {
        const auto situation = find_situation(key);
        if (!situation) {
            unknown(value, key, {situation_names.begin(), situation_names.end()}, diagnostics);
            continue;
        }
        persona.lines[*situation] = texts(value, diagnostics);
    }
    for (const Situation needed : {Situation::open, Situation::yes_no, Situation::statement}) {
        if (persona.lines[needed].empty()) {
            diagnostics.push_back(node.complain(
                codes::missing_key,
                "lines for \"" + std::string(situation_name(needed)) + "\" are missing",
                "open, yes_no and statement are needed; the others fall back on them"));
        }
    }
}

HiddenFact read_fact(const Node& node, Diagnostics& diagnostics) {
    HiddenFact fact;
    if (!node.has("say")) {
        diagnostics.push_back(node.complain(codes::missing_key, "a hidden fact needs \"say\"",
                                            "{ say: \"words\", from_turn: 4 }"));
    }
    for (const auto& [key, value] : node.items()) {
        if (key == "say") {
            fact.say = text(value, diagnostics);
        } else if (key == "from_turn") {
            fact.from_turn = number(value, 1, 100, diagnostics);
        } else if (key == "situation") {
            fact.situation = find_situation(value.text());
            if (!fact.situation) {
                unknown(value, value.text(), {situation_names.begin(), situation_names.end()},
                        diagnostics);
            }
        } else if (key == "after") {
            fact.after = text(value, diagnostics);
        } else if (key == "after_fit") {
            fact.after_fit = value.text() == "true";
            if (value.text() != "true" && value.text() != "false") {
                diagnostics.push_back(value.complain(codes::bad_value, "true or false", "true"));
            }
        } else {
            unknown(value, key, {"say", "from_turn", "situation", "after", "after_fit"},
                    diagnostics);
        }
    }
    return fact;
}

}  // namespace

std::string_view situation_name(Situation situation) {
    return situation_names[static_cast<std::size_t>(situation)];
}

Persona read_persona(Source source, Diagnostics& diagnostics) {
    Persona persona;
    persona.file = source.name;
    const Document document = parse_yaml(std::move(source), diagnostics);
    const Node root(document);
    if (!root.is_map()) {
        if (!has_errors(diagnostics)) {
            diagnostics.push_back(root.complain(codes::wrong_shape, "a persona is a mapping",
                                                "docs/personas.md has an example"));
        }
        return persona;
    }
    for (const std::string_view needed : {"name", "goal", "style", "opening", "lines", "ending"}) {
        if (!root.has(needed)) {
            diagnostics.push_back(root.complain(codes::missing_key,
                                                "\"" + std::string(needed) + "\" is missing",
                                                "docs/personas.md tells what it is for"));
        }
    }
    for (const auto& [key, value] : root.items()) {
        if (key == "name") {
            persona.name = text(value, diagnostics);
        } else if (key == "goal") {
            persona.goal = text(value, diagnostics);
        } else if (key == "style") {
            persona.style = text(value, diagnostics);
        } else if (key == "turns") {
            persona.turns = number(value, 1, 100, diagnostics);
        } else if (key == "patience") {
            persona.patience = number(value, 0, 100, diagnostics);
        } else if (key == "opening") {
            persona.opening = texts(value, diagnostics);
        } else if (key == "lines") {
            read_lines(value, persona, diagnostics);
        } else if (key == "fit") {
            persona.fit = texts(value, diagnostics);
        } else if (key == "misfit") {
            persona.misfit = texts(value, diagnostics);
        } else if (key == "hidden") {
            for (const Node& fact : value.elements()) {
                persona.hidden.push_back(read_fact(fact, diagnostics));
            }
        } else if (key == "ending") {
            persona.ending = texts(value, diagnostics);
        } else if (key == "leaving") {
            persona.leaving = texts(value, diagnostics);
        } else {
            unknown(value, key, {keys.begin(), keys.end()}, diagnostics);
        }
    }
    if (persona.leaving.empty()) persona.leaving.emplace_back("stop");
    return persona;
}

}  // namespace befriend
