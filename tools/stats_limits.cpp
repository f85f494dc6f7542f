// SPDX-License-Identifier: Apache-2.0
#include <re2/re2.h>

#include <charconv>

#include "engine/base/codes.hpp"
#include "engine/base/yaml.hpp"
#include "tools/stats.hpp"

namespace befriend {
namespace {

struct Reader {
    Limits& limits;
    Diagnostics& diagnostics;

    std::string text(const Node& node, std::string_view key) const {
        return node.has(key) ? std::string(node.at(key).text()) : std::string();
    }

    // RE2 with its complaint at the place of the pattern.
    std::string pattern(const Node& node, std::string_view key) const {
        std::string source = text(node, key);
        const re2::RE2 compiled(source, re2::RE2::Quiet);
        if (!compiled.ok() && node.has(key))
            diagnostics.push_back(node.at(key).complain(codes::bad_value,
                                                        "not a pattern: " + compiled.error(),
                                                        "RE2 syntax, in single quotes"));
        return compiled.ok() ? source : std::string();
    }

    void number(const Node& node, double& into) const {
        const std::string_view written = node.text();
        double value = 0;
        const auto [end, error] =
            std::from_chars(written.data(), written.data() + written.size(), value);
        if (error != std::errc() || end != written.data() + written.size() || value < 0) {
            diagnostics.push_back(
                node.complain(codes::bad_value, "this must be a number", "for example 15"));
        } else {
            into = value;
        }
    }
    void number(const Node& node, std::size_t& into) const {
        auto value = static_cast<double>(into);
        number(node, value);
        into = static_cast<std::size_t>(value);
    }

    void limit(const std::string& name, const Node& node) const {
        if (name == "sentence_words") return number(node, limits.sentence_words);
        if (name == "sentence_words_learn") return number(node, limits.sentence_words_learn);
        if (name == "bubble_words") return number(node, limits.bubble_words);
        if (name == "bubble_words_safety") return number(node, limits.bubble_words_safety);
        if (name == "bubble_words_least") return number(node, limits.bubble_words_least);
        if (name == "grade") return number(node, limits.grade);
        if (name == "grade_learn") return number(node, limits.grade_learn);
        if (name == "common") return number(node, limits.common);
        if (name == "common_learn") return number(node, limits.common_learn);
        if (name == "reuse") return number(node, limits.reuse);
        if (name == "without_question") return number(node, limits.without_question);
        if (name == "questions_in_row") return number(node, limits.questions_in_row);
        if (name == "variety_turns") return number(node, limits.variety_turns);
        diagnostics.push_back(
            node.complain_key(codes::unknown_key, "there is no limit \"" + name + "\""));
    }

    void section(const std::string& name, const Node& node) const {
        if (name == "limits") {
            for (const auto& [key, value] : node.items()) limit(key, value);
        } else if (name == "most") {
            for (const auto& [key, value] : node.items()) number(value, limits.most[key]);
        } else if (name == "rules") {
            for (const Node& rule : node.elements())
                limits.rules.push_back({text(rule, "rule"), pattern(rule, "pattern"),
                                        text(rule, "why"), text(rule, "only") == "safety"});
        } else if (name == "allowed") {
            for (const Node& one : node.elements()) {
                limits.allowed.push_back({text(one, "rule"), pattern(one, "text"), text(one, "at"),
                                          text(one, "reason")});
                if (limits.allowed.back().reason.empty())
                    diagnostics.push_back(one.complain(
                        codes::missing_key, "an exception needs a reason", "add reason: \"...\""));
            }
        } else if (name == "acts") {
            for (const Node& act : node.elements()) {
                Limits::Act one{text(act, "act"), {}, 5};
                if (act.has("groups"))
                    for (const Node& group : act.at("groups").elements())
                        one.groups.emplace_back(group.text());
                if (act.has("least")) number(act.at("least"), one.least);
                limits.acts.push_back(std::move(one));
            }
        } else if (name == "other_languages") {
            for (const Node& dialog : node.elements())
                limits.other_languages.emplace(dialog.text());
        } else if (name == "inputs") {
            for (const Node& input : node.elements()) limits.inputs.emplace_back(input.text());
        } else {
            diagnostics.push_back(
                node.complain_key(codes::unknown_key, "there is no part \"" + name + "\"",
                                  "limits, rules, allowed, acts, inputs or most"));
        }
    }
};

}  // namespace

Limits read_limits(const std::string& file, std::string_view bytes, Diagnostics& diagnostics) {
    Limits limits;
    const Document document = parse_yaml({file, std::string(bytes)}, diagnostics);
    if (document.root.is_null()) return limits;
    const Reader reader{limits, diagnostics};
    for (const auto& [name, node] : Node(document).items()) reader.section(name, node);
    return limits;
}

}  // namespace befriend
