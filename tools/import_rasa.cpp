// SPDX-License-Identifier: Apache-2.0
//
// Rasa training data (nlu) and stories: https://rasa.com/docs/rasa/training-data-format
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/script/values.hpp"
#include "tools/import.hpp"

namespace befriend {
namespace {

// "fly to [Berlin](city)" and "[Berlin]{"entity": "city"}": the words stay, the marks become lists.
std::string without_entities(std::string_view text, const std::string& file, std::uint32_t line,
                             Imported& into) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t close = text[i] == '[' ? text.find(']', i) : std::string::npos;
        const char opens =
            close != std::string::npos && close + 1 < text.size() ? text[close + 1] : ' ';
        const char last = opens == '(' ? ')' : '}';
        const std::size_t end =
            opens == '(' || opens == '{' ? text.find(last, close + 1) : std::string::npos;
        if (end == std::string::npos) {
            out += text[i++];
            continue;
        }
        const std::string_view words = text.substr(i + 1, close - i - 1);
        std::string entity(text.substr(close + 2, end - close - 2));
        if (last == '}') {
            const auto object = nlohmann::json::parse("{" + entity + "}", nullptr, false);
            entity.clear();
            if (object.is_object()) {
                for (const auto& [key, value] : object.items()) {
                    if (key == "entity" && value.is_string())
                        entity = value.get<std::string>();
                    else
                        into.warn(file, line, "the " + key + " of an entity is left out");
                }
            }
        } else if (const std::size_t colon = entity.find(':'); colon != std::string::npos) {
            entity.resize(colon);  // [today](day:date), of older files
            into.warn(file, line, "the value of an entity is left out");
        }
        if (entity.empty()) {
            into.warn(file, line, "an entity without a name; its words stay");
        } else {
            into.add_word(our_label(entity, file, line, into), words);
        }
        out += words;
        i = end + 1;
    }
    return out;
}

struct Written {
    std::string text;
    std::uint32_t line = 1;
};

// "- one" a line in a block, or a list of texts or of {text: ...}.
std::vector<Written> examples_of(const Node& examples, const std::string& file, Imported& into) {
    std::vector<Written> out;
    if (examples.is_list()) {
        for (const Node& e : examples.elements()) {
            const Node text = e.has("text") ? e.at("text") : e;
            out.push_back({std::string(trim(text.text())), e.position().line});
        }
        return out;
    }
    std::uint32_t line = examples.position().line;
    for (const std::string& one : lines_of(examples.text())) {
        ++line;
        const std::string_view said = trim(one);
        if (said.empty()) continue;
        if (said.starts_with("-")) {
            out.push_back({std::string(trim(said.substr(1))), line});
        } else {
            into.warn(file, line, "a line without \"- \" is left out");
        }
    }
    return out;
}

void import_entry(const Node& entry, const std::string& file, Imported& into) {
    const std::uint32_t begin = entry.position().line;
    std::string kind, name;
    for (const char* one : {"intent", "synonym", "lookup", "regex"}) {
        if (entry.has(one)) kind = one, name = entry.at(one).text();
    }
    if (kind.empty() || !entry.has("examples"))
        return into.warn(file, begin, "an entry without examples is left out");
    if (kind == "regex") {
        into.warn(file, begin,
                  "the regular expression \"" + name +
                      "\" is left out; write it as regex: in a pattern of an intent");
        return;
    }
    const std::string label = our_label(name, file, begin, into);
    if (kind == "synonym") into.add_word(label, name);
    for (const auto& [said, line] : examples_of(entry.at("examples"), file, into)) {
        if (kind == "intent") {
            into.add_sentence(without_entities(said, file, line, into), label, file, line);
        } else {
            into.add_word(label, said);
        }
    }
}

void import_story(const Node& story, const std::string& file, Imported& into) {
    const std::string_view title = story.has("story")  ? story.at("story").text()
                                   : story.has("rule") ? story.at("rule").text()
                                                       : "story";
    if (!story.has("steps")) return into.warn(file, story.position().line, "a story without steps");
    std::string out = chat_front(title);
    for (const Node& written : story.at("steps").elements()) {
        const std::uint32_t line = written.position().line;
        const bool any_of = written.has("or") && !written.at("or").elements().empty();
        if (any_of) into.warn(file, line, "of the step \"or\" only the first is taken");
        const Node step = any_of ? written.at("or").elements().front() : written;
        const auto text = [&](const char* key) -> std::optional<std::string> {
            if (!step.has(key)) return std::nullopt;
            return std::string(step.at(key).text());
        };
        if (const auto user = text("user"))
            out += "\n" + chat_person(without_entities(*user, file, line, into), file, line, into);
        if (const auto intent = text("intent")) {
            const std::string label = our_label(*intent, file, line, into);
            if (!step.has("user")) {
                const std::string said = into.sentence_of(label);
                if (said.empty()) {
                    into.warn(file, line, "no sentence is known for " + label + "; left out");
                    continue;
                }
                out += "\n> " + said + "\n";
            }
            out += "= " + label + "\n";
        } else if (const auto bot = text("bot")) {
            out += chat_bubble(*bot);
        } else if (const auto action = text("action")) {
            out += "# there: " + *action + "\n";
        } else if (!step.has("user")) {
            const auto keys = step.items();
            into.warn(file, line,
                      "the step \"" + (keys.empty() ? std::string("?") : keys.front().first) +
                          "\" has no counterpart and is left out");
        }
    }
    into.add_chat(our_name(title), std::move(out));
}

}  // namespace

void import_rasa(const std::string& file, const std::string& text, ImportPass pass,
                 Imported& into) {
    Document document;
    if (!import_yaml(file, text, document, into)) return;
    const Node root(document);
    for (const auto& [key, node] : root.items()) {
        if (key == "nlu") {
            if (pass != ImportPass::sentences) continue;
            for (const Node& entry : node.elements()) import_entry(entry, file, into);
        } else if (key == "stories" || key == "rules") {
            if (pass != ImportPass::conversations) continue;
            for (const Node& story : node.elements()) import_story(story, file, into);
        } else if (key != "version") {
            into.warn(file, node.key_position().line, "\"" + key + "\" is left out");
        }
    }
}

}  // namespace befriend
