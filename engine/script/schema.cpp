// SPDX-License-Identifier: Apache-2.0
#include "engine/script/schema.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/base/diagnostic.hpp"
#include "engine/script/values.hpp"

namespace befriend {
namespace {

std::vector<std::string_view> whoms() { return {"self", "other", "bot", "anyone"}; }

std::vector<std::string_view> times() { return {"now", "past", "future", "hypothetical"}; }

std::vector<std::string_view> meanings() {
    return {"nothing", "denied", "passive", "active",   "imminent",
            "unsafe",  "safe",   "injured", "abuse_now"};
}

const ObjectSchema& start_schema() {
    static const ObjectSchema schema{
        "start",
        "A reading that starts this dialog while the conversation is at home",
        {
            {"heard", Shape::names, true, "An intent, or a list of intents"},
            {"whom", Shape::word, false, "Whom the message is about (default: anybody)", whoms()},
            {"time", Shape::word, false, "When it happens (default: any time)", times()},
            {"if", Shape::condition, false, "Only when this holds"},
            {"cooldown", Shape::turns, false, "Not again for so long: 10 turns"},
        }};
    return schema;
}

const ObjectSchema& interrupt_schema() {
    static const ObjectSchema schema{
        "interrupt",
        "What is heard while this dialog waits, and the sub-dialog that answers it",
        {
            {"heard", Shape::names, true, "An intent, or a list of intents"},
            {"whom", Shape::word, false, "Whom the message is about (default: anybody)", whoms()},
            {"time", Shape::word, false, "When it happens (default: any time)", times()},
            {"if", Shape::condition, false, "Only when this holds"},
            {"call", Shape::name, true, "The dialog to call"},
            {"back", Shape::line, false,
             "Said when the called dialog has ended, before waiting on"},
        }};
    return schema;
}

const ObjectSchema& slot_schema() {
    static const ObjectSchema schema{
        "slot",
        "A variable of this dialog",
        {
            {"type",
             Shape::word,
             true,
             "What it holds",
             {"line", "phrase", "number", "choice", "feeling", "flag", "count"}},
            {"keep",
             Shape::word,
             false,
             "How long (default: dialog)",
             {"dialog", "session", "person"}},
            {"range", Shape::range, false, "number: the smallest and the largest, 0..10"},
            {"of", Shape::names, false, "choice: the possible ids"},
            {"max", Shape::integer, false, "count: where it stops"},
        }};
    return schema;
}

const ObjectSchema& option_schema() {
    static const ObjectSchema schema{
        "option",
        "One of several answers to choose from",
        {
            {"id", Shape::name, true, "What `answer:` and the slot call it"},
            {"label", Shape::prose, true, "What the person reads"},
        }};
    return schema;
}

const ObjectSchema& pace_schema() {
    static const ObjectSchema schema{
        "pace_line",
        "One line of a timed practice, and the silence after it",
        {
            {"say", Shape::line, true, "The line"},
            {"for", Shape::duration, false, "The time before the next line: 25 s"},
        }};
    return schema;
}

const ObjectSchema& hear_schema() {
    static const ObjectSchema schema{
        "hear",
        "What may be heard while the step waits, and what follows",
        {
            {"answer", Shape::plain_text, false,
             "yes, no, unsure, an option id, or a range such as 0..3"},
            {"heard", Shape::names, false, "An intent, or a list of intents"},
            {"whom", Shape::word, false, "Whom the message is about (default: anybody)", whoms()},
            {"time", Shape::word, false, "When it happens (default: any time)", times()},
            {"polarity",
             Shape::word,
             false,
             "default: not negated",
             {"asserted", "negated", "hedged"}},
            {"silence", Shape::duration, false, "Nothing was written for so long"},
            {"fills", Shape::name, false, "The message is an answer: its words go into this slot"},
            {"otherwise", Shape::target, false, "Anything else: the step to go to, or true"},
            {"if", Shape::condition, false, "Only when this holds"},
            {"say", Shape::line, false, "A bubble before moving"},
            {"set", Shape::values, false, "Slots to set"},
            {"go", Shape::name, false, "A step of this dialog"},
            {"call", Shape::name, false, "A sub-dialog, then the next step"},
            {"with", Shape::values, false, "Slots of the called dialog"},
            {"gives", Shape::name_pairs, false, "own slot: slot of the called dialog"},
            {"switch", Shape::name, false, "Another dialog replaces this one"},
            {"end",
             Shape::word,
             false,
             "true: this dialog ends; conversation: all of it",
             {"true", "conversation"}},
            {"again", Shape::yes, false, "Wait on; the question is not repeated"},
        }};
    return schema;
}

const ObjectSchema& step_schema() {
    static const ObjectSchema schema{
        "step",
        "One step; its keys act in this order",
        {
            {"step", Shape::name, true, "id, unique in the dialog"},
            {"if", Shape::condition, false, "When false the step is passed over"},
            {"set", Shape::values, false, "Slots to set: { slot: value, counter: +1 }"},
            {"forget", Shape::name, false, "A slot, or dialog, session, person"},
            {"say", Shape::line, false, "One bubble"},
            {"tone", Shape::word, false, "default: warm", {"warm", "quiet", "plain", "urgent"}},
            {"show",
             Shape::word,
             false,
             "What to show beside the bubbles",
             {"resources", "picture", "page"}},
            {"text", Shape::line, false, "The text of the picture or page"},
            {"remember", Shape::name, false,
             "A person slot that is kept from now on; ask consent first"},
            {"ask", Shape::line, false, "A question; then it waits for the person"},
            {"listen", Shape::expects, false, "Waits without saying more"},
            {"expects", Shape::expects, false,
             "yes_no, scale 0..10, choice, feeling, words_to_other, line or open"},
            {"options", Shape::objects, false, "What to choose from", {}, &option_schema()},
            {"hear",
             Shape::objects,
             false,
             "What may be heard, and what follows",
             {},
             &hear_schema()},
            {"skip", Shape::name, false, "Where skip goes (default: the next step)"},
            {"question",
             Shape::word,
             false,
             "The safety question asked here",
             {"suicide", "plan", "means", "safe_tonight", "injured", "danger_now", "private",
              "country"}},
            {"yes_means", Shape::word, false, "What a yes says about safety", meanings()},
            {"no_means", Shape::word, false, "What a no says about safety", meanings()},
            {"unsure_means", Shape::word, false, "What an unsure answer says about safety",
             meanings()},
            {"call", Shape::name, false, "A sub-dialog, then the next step"},
            {"with", Shape::values, false, "Slots of the called dialog"},
            {"gives", Shape::name_pairs, false, "own slot: slot of the called dialog"},
            {"pace", Shape::objects, false, "A timed practice", {}, &pace_schema()},
            {"go", Shape::name, false, "A step of this dialog"},
            {"switch", Shape::name, false, "Another dialog replaces this one"},
            {"end",
             Shape::word,
             false,
             "true: this dialog ends; conversation: all of it",
             {"true", "conversation"}},
        }};
    return schema;
}

const ObjectSchema& line_schema() {
    static const ObjectSchema schema{
        "helpline",
        "One helpline",
        {
            {"name", Shape::plain_text, true, "The service"},
            {"number", Shape::plain_text, true, "A number, or a short web address"},
            {"channel", Shape::word, true, "How to reach it", {"call", "text", "chat"}},
            {"audience",
             Shape::word,
             true,
             "Whom it is for",
             {"suicide", "abuse", "child", "eating", "poison", "general"}},
            {"hours", Shape::plain_text, false, "When it answers"},
            {"languages", Shape::plain_text, false, "Languages spoken there"},
            {"cost", Shape::plain_text, false, "What a call costs"},
            {"url", Shape::plain_text, false, "Web page"},
            {"verified_on", Shape::plain_text, true, "YYYY-MM-DD"},
            {"source", Shape::plain_text, false, "Where this was read"},
            {"certainty",
             Shape::word,
             true,
             "A, A- or B; C may not be shipped",
             {"A", "A-", "B", "C"}},
        }};
    return schema;
}

// ---- validation ----

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

void wrong_shape(const ScriptNode& node, std::string_view key, std::string_view wanted,
                 Report& report) {
    report.add(Fault::wrong_shape, node.at, in_quotes(key) + " must be " + std::string(wanted));
}

void check_name(const ScriptNode& node, std::string_view key, Report& report) {
    if (!node.is_scalar()) return wrong_shape(node, key, "one name", report);
    if (!is_name(node.text)) {
        report.add(Fault::bad_name, node.at, in_quotes(node.text) + " is no name",
                   "names are snake_case: small letters, digits and _ , a letter first");
    }
}

void check_prose(const ScriptNode& node, Report& report) {
    if (node.style == ScriptNode::Style::plain && !node.text.empty()) {
        report.add(Fault::unquoted_prose, node.at, "this text stands without quotes",
                   "put it in \"double quotes\": # : & [ { change its meaning otherwise");
    } else if (trim(node.text).empty()) {
        report.add(Fault::empty_text, node.at, "this text is empty");
    }
}

void check_line(const ScriptNode& node, std::string_view key, Report& report);

void check_variations(const ScriptNode& list, Report& report) {
    if (list.items.empty())
        report.add(Fault::empty_text, list.at, "this list holds nothing to say");
    for (const ScriptNode& item : list.items) {
        if (item.is_scalar()) {
            check_prose(item, report);
        } else if (item.is_map()) {
            validate(item, variation_schema(), report);
        } else {
            report.add(Fault::wrong_shape, item.at,
                       "a variation is a text or { text: \"...\", if: ... }");
        }
    }
}

void check_line(const ScriptNode& node, std::string_view, Report& report) {
    if (node.is_scalar()) return check_prose(node, report);
    if (node.is_list()) return check_variations(node, report);
    // { text:, if: } alone is a list of one.
    if (node.find("text") != nullptr) return validate(node, variation_schema(), report);
    validate(node, vary_schema(), report);
    if (const ScriptNode* of = node.find("of"); of != nullptr && of->is_list())
        check_variations(*of, report);
}

void check_word(const ScriptNode& node, const KeySchema& key, Report& report) {
    if (!node.is_scalar()) return wrong_shape(node, key.key, "one word", report);
    if (std::ranges::find(key.words, node.text) != key.words.end()) return;
    const std::vector<std::string> words(key.words.begin(), key.words.end());
    const std::string near = closest(node.text, words);
    report.add(Fault::not_allowed, node.at,
               in_quotes(key.key) + " cannot be " + in_quotes(node.text),
               near.empty() ? "it is " + one_of(key.words) : "did you mean \"" + near + "\"?");
}

void check_value(const ScriptNode& node, std::string_view key, Report& report) {
    if (node.is_scalar()) return;
    // { slot } is a flow mapping with one key and no value.
    if (node.is_map() && node.keys.size() == 1 && node.items.front().is_nothing()) return;
    wrong_shape(node, key, "a value, or { slot }", report);
}

void check_key(const ScriptNode& node, const KeySchema& key, Report& report) {
    switch (key.shape) {
        case Shape::prose:
            if (!node.is_scalar()) return wrong_shape(node, key.key, "a text", report);
            return check_prose(node, report);
        case Shape::line:
            return check_line(node, key.key, report);
        case Shape::plain_text:
            if (!node.is_scalar() || node.text.empty())
                wrong_shape(node, key.key, "a text", report);
            return;
        case Shape::plain_texts:
            if (!node.is_list()) return wrong_shape(node, key.key, "a list of texts", report);
            for (const ScriptNode& item : node.items) {
                if (!item.is_scalar()) wrong_shape(item, key.key, "a list of texts", report);
            }
            return;
        case Shape::name:
            return check_name(node, key.key, report);
        case Shape::names:
            if (node.is_scalar()) return check_name(node, key.key, report);
            if (!node.is_list() || node.items.empty())
                return wrong_shape(node, key.key, "a name or a list of names", report);
            for (const ScriptNode& item : node.items) check_name(item, key.key, report);
            return;
        case Shape::word:
            return check_word(node, key, report);
        case Shape::integer:
            if (!node.is_scalar() || !parse_integer(node.text)) {
                report.add(Fault::not_a_number, node.at,
                           in_quotes(key.key) + " must be a whole number");
            }
            return;
        case Shape::yes:
            if (!node.is_scalar() || node.text != "true")
                wrong_shape(node, key.key, "true", report);
            return;
        case Shape::duration:
            if (!node.is_scalar() || !parse_duration(node.text)) {
                report.add(Fault::bad_duration, node.at, in_quotes(node.text) + " is no duration",
                           "write 25 s, 20 minutes or 1 hour");
            }
            return;
        case Shape::turns:
            if (!node.is_scalar() || !parse_turns(node.text)) {
                report.add(Fault::bad_duration, node.at,
                           in_quotes(node.text) + " is no number of turns", "write 10 turns");
            }
            return;
        case Shape::condition:
            if (!node.is_scalar())
                return wrong_shape(node, key.key, "a condition such as \"known(slot)\"", report);
            return;
        case Shape::expects:
            if (!node.is_scalar() || !parse_expects(node.text)) {
                report.add(Fault::bad_expects, node.at,
                           in_quotes(node.text) + " cannot be expected",
                           "yes_no, scale 0..10, choice, feeling, words_to_other, line or open");
            }
            return;
        case Shape::range:
            if (!node.is_scalar() || !parse_range(node.text)) {
                report.add(Fault::bad_expects, node.at, in_quotes(node.text) + " is no range",
                           "write 0..10");
            }
            return;
        case Shape::value:
            return check_value(node, key.key, report);
        case Shape::values:
            if (!node.is_map())
                return wrong_shape(node, key.key, "a mapping { slot: value }", report);
            for (const ScriptNode& item : node.items) check_value(item, key.key, report);
            return;
        case Shape::name_pairs:
            if (!node.is_map())
                return wrong_shape(node, key.key, "a mapping { my_slot: its_slot }", report);
            for (const ScriptNode& item : node.items) check_name(item, key.key, report);
            return;
        case Shape::renames:
            if (!node.is_map())
                return wrong_shape(node, key.key, "a mapping { old_step: [new_step] }", report);
            for (const ScriptNode& item : node.items) {
                if (!item.is_scalar() && !item.is_list())
                    wrong_shape(item, key.key, "a mapping { old_step: [new_step] }", report);
            }
            return;
        case Shape::target:
            if (!node.is_scalar()) return wrong_shape(node, key.key, "a step, or true", report);
            if (node.text != "true") check_name(node, key.key, report);
            return;
        case Shape::object:
            return validate(node, *key.object, report);
        case Shape::objects:
            if (!node.is_list()) return wrong_shape(node, key.key, "a list", report);
            for (const ScriptNode& item : node.items) validate(item, *key.object, report);
            return;
        case Shape::object_map:
            if (!node.is_map()) return wrong_shape(node, key.key, "a mapping of names", report);
            for (std::size_t i = 0; i < node.items.size(); ++i) {
                check_name(node.keys[i], key.key, report);
                validate(node.items[i], *key.object, report);
            }
            return;
    }
}

// ---- JSON Schema ----

using nlohmann::json;

json scalar(std::string_view pattern) {
    return {{"type", {"string", "number", "boolean"}}, {"pattern", pattern}};
}

json name_type() { return {{"type", "string"}, {"pattern", "^[a-z][a-z0-9_]*$"}}; }

json reference_to(std::string_view name) { return {{"$ref", "#/$defs/" + std::string(name)}}; }

json list_of(json item) { return {{"type", "array"}, {"items", std::move(item)}}; }

json object_type(const ObjectSchema& schema, json& definitions);

json key_type(const KeySchema& key, json& definitions) {
    const auto define = [&](const ObjectSchema& schema) {
        const std::string name(schema.name);
        if (!definitions.contains(name)) {
            definitions[name] = json::object();  // breaks a recursion
            definitions[name] = object_type(schema, definitions);
        }
        return reference_to(name);
    };
    switch (key.shape) {
        case Shape::prose:
            return {{"type", "string"}, {"minLength", 1}};
        case Shape::line: {
            const json variation = {{"anyOf", {{{"type", "string"}}, define(variation_schema())}}};
            return {{"anyOf",
                     {{{"type", "string"}},
                      list_of(variation),
                      define(variation_schema()),
                      define(vary_schema())}}};
        }
        case Shape::plain_text:
            return {{"type", {"string", "number", "boolean"}}};
        case Shape::plain_texts:
            return list_of({{"type", {"string", "number"}}});
        case Shape::name:
            return name_type();
        case Shape::names:
            return {{"anyOf", {name_type(), list_of(name_type())}}};
        case Shape::word: {
            json words = json::array();
            for (const std::string_view word : key.words) {
                words.push_back(word);
                if (word == "true") words.push_back(true);
            }
            return {{"enum", std::move(words)}};
        }
        case Shape::integer:
            return {{"type", "integer"}};
        case Shape::yes:
            return {{"const", true}};
        case Shape::duration:
            return scalar("^[0-9]+ ?(s|seconds?|min|minutes?|h|hours?|days?)$");
        case Shape::turns:
            return scalar("^[0-9]+ ?turns?$");
        case Shape::condition:
            return {{"type", "string"}};
        case Shape::expects:
            return scalar(
                "^(yes_no|scale -?[0-9]+ ?\\.\\. "
                "?[0-9]+|choice|feeling|words_to_other|line|open)$");
        case Shape::range:
            return scalar("^-?[0-9]+ ?\\.\\. ?-?[0-9]+$");
        case Shape::value:
            return json::object();
        case Shape::values:
            return {{"type", "object"}};
        case Shape::name_pairs:
            return {{"type", "object"}, {"additionalProperties", name_type()}};
        case Shape::renames:
            return {{"type", "object"},
                    {"additionalProperties", {{"anyOf", {name_type(), list_of(name_type())}}}}};
        case Shape::target:
            return {{"anyOf", {name_type(), {{"const", true}}}}};
        case Shape::object:
            return define(*key.object);
        case Shape::objects:
            return list_of(define(*key.object));
        case Shape::object_map:
            return {{"type", "object"}, {"additionalProperties", define(*key.object)}};
    }
    return json::object();
}

json object_type(const ObjectSchema& schema, json& definitions) {
    json properties = json::object();
    json mandatory = json::array();
    for (const KeySchema& key : schema.keys) {
        json type = key_type(key, definitions);
        type["description"] = key.help;
        properties[std::string(key.key)] = std::move(type);
        if (key.mandatory) mandatory.push_back(key.key);
    }
    json result = {{"type", "object"},
                   {"description", schema.help},
                   {"properties", std::move(properties)},
                   {"additionalProperties", false}};
    if (!mandatory.empty()) result["required"] = std::move(mandatory);
    return result;
}

}  // namespace

const KeySchema* ObjectSchema::find(std::string_view key) const {
    const auto found = std::ranges::find(keys, key, &KeySchema::key);
    return found == keys.end() ? nullptr : &*found;
}

const ObjectSchema& variation_schema() {
    static const ObjectSchema schema{"variation",
                                     "One way to say it",
                                     {
                                         {"text", Shape::prose, true, "The words"},
                                         {"if", Shape::condition, false, "Only when this holds"},
                                     }};
    return schema;
}

const ObjectSchema& vary_schema() {
    static const ObjectSchema schema{"vary",
                                     "Several ways to say it, and how to choose",
                                     {
                                         {"vary",
                                          Shape::word,
                                          true,
                                          "How to choose",
                                          {"no_repeat", "in_order", "once", "random"}},
                                         {"of", Shape::line, true, "The variations"},
                                     }};
    return schema;
}

const ObjectSchema& dialog_schema() {
    static const ObjectSchema schema{
        "dialog",
        "A dialog file of befriend: one dialog",
        {
            {"dialog", Shape::name, true, "id, same as the file name"},
            {"language", Shape::plain_text, false, "The language of the folder"},
            {"version", Shape::integer, true, "Raised when steps change"},
            {"kind",
             Shape::word,
             true,
             "What kind of dialog it is",
             {"talk", "reframe", "practice", "learn", "safety", "repair"}},
            {"about", Shape::prose, true, "One sentence for authors and reviewers"},
            {"needs", Shape::word, false, "Entered only after the person said yes", {"consent"}},
            {"renamed", Shape::renames, false, "{ old_step: [new_step] }"},
            {"starts", Shape::objects, false, "What starts it at home", {}, &start_schema()},
            {"slots", Shape::object_map, false, "Its variables", {}, &slot_schema()},
            {"takes", Shape::names, false, "Slots that a caller may pass"},
            {"gives", Shape::names, false, "Slots that a caller may read back"},
            {"interrupts", Shape::objects, false, "What may interrupt it", {}, &interrupt_schema()},
            {"steps", Shape::objects, true, "Its steps, run top to bottom", {}, &step_schema()},
        }};
    return schema;
}

const ObjectSchema& country_schema() {
    static const ObjectSchema schema{
        "country",
        "A helpline file of befriend: one country",
        {
            {"country", Shape::plain_text, true,
             "ISO 3166 code in small letters, or international"},
            {"names", Shape::plain_texts, false, "How people write its name"},
            {"emergency", Shape::plain_text, true, "The emergency number"},
            {"lines", Shape::objects, true, "Its helplines", {}, &line_schema()},
        }};
    return schema;
}

void validate(const ScriptNode& node, const ObjectSchema& schema, Report& report) {
    if (!node.is_map()) {
        report.add(Fault::wrong_shape, node.at,
                   "a " + std::string(schema.name) + " must be a mapping of keys");
        return;
    }
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
        const ScriptNode& key = node.keys[i];
        const KeySchema* known = schema.find(key.text);
        if (known == nullptr) {
            std::vector<std::string> names;
            std::vector<std::string_view> all;
            for (const KeySchema& each : schema.keys) {
                names.emplace_back(each.key);
                all.push_back(each.key);
            }
            const std::string near = closest(key.text, names);
            report.add(Fault::unknown_key, key.at,
                       "a " + std::string(schema.name) + " has no key " + in_quotes(key.text),
                       near.empty() ? "it has " + one_of(all) : "did you mean \"" + near + "\"?");
        } else if (node.items[i].is_nothing()) {
            report.add(Fault::wrong_shape, node.items[i].at, in_quotes(key.text) + " has no value",
                       "write a value, or leave the key out");
        } else {
            check_key(node.items[i], *known, report);
        }
    }
    for (const KeySchema& key : schema.keys) {
        if (key.mandatory && node.find(key.key) == nullptr) {
            report.add(Fault::missing_key, node.at,
                       "this " + std::string(schema.name) + " has no " + in_quotes(key.key),
                       std::string(key.help));
        }
    }
}

json json_schema(const ObjectSchema& schema) {
    json definitions = json::object();
    json result = object_type(schema, definitions);
    result["$schema"] = "https://json-schema.org/draft/2020-12/schema";
    result["title"] = schema.help;
    result["$defs"] = std::move(definitions);
    return result;
}

}  // namespace befriend
