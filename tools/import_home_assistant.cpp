// SPDX-License-Identifier: Apache-2.0
//
// Home Assistant's intent files (https://github.com/home-assistant/hassil): sentences with
// [optional] and (a|b) parts, (a;b) in any order, {list} and <rule>; and their tests. Lists and
// rules are read first, from all files, because they are usually shared.
#include <cctype>
#include <charconv>
#include <optional>

#include "engine/script/values.hpp"
#include "intents/pattern.hpp"
#include "tools/import.hpp"

namespace befriend {
namespace {

constexpr std::size_t most_spellings = 24;  // of a word with brackets inside: "light[s]"
constexpr long most_numbers = 200;          // of a range that becomes a list
constexpr int most_depth = 20;              // of brackets and rules

struct Item;
using Sequence = std::vector<Item>;

struct Item {
    enum class Kind : std::uint8_t { word, choice, any_order, list, rule };
    Kind kind = Kind::word;
    std::string text;  // the word, or the name of the list or rule
    std::string slot;  // {list:slot}
    bool optional = false;
    bool glued = false;  // no space before it
    std::vector<Sequence> parts;
};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Throws nothing: after an error `error` says what is wrong and the rest is not read.
class Template {
public:
    explicit Template(std::string_view text) : text_(text) {}

    Sequence read() {
        Sequence all = sequence(0);
        if (at_ < text_.size()) fail(std::string("\"") + text_[at_] + "\" closes nothing");
        return all;
    }
    std::string error;

private:
    void fail(std::string message) {
        if (error.empty()) error = std::move(message);
        at_ = text_.size();
    }

    Sequence sequence(int depth) {
        Sequence out;
        if (depth > most_depth) {
            fail("the brackets are nested too deep");
            return out;
        }
        bool glued = false;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == ')' || c == ']' || c == '|' || c == ';') break;
            if (is_space(c)) {
                ++at_;
                glued = false;
                continue;
            }
            Item item;
            item.glued = glued;
            glued = true;
            if (c == '(' || c == '[') {
                bracket(item, depth);
                // "[the ]light": the space stands inside.
                const std::size_t inside = at_ >= 2 ? at_ - 2 : 0;
                if (at_ <= text_.size() && is_space(text_[inside])) glued = false;
            } else if (c == '{' || c == '<') {
                const std::size_t end = text_.find(c == '{' ? '}' : '>', at_);
                if (end == std::string_view::npos) {
                    fail(std::string("\"") + c + "\" is never closed");
                    break;
                }
                const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
                const std::size_t colon = inside.find(':');
                item.kind = c == '{' ? Item::Kind::list : Item::Kind::rule;
                item.text = trim(inside.substr(0, colon));
                item.slot =
                    colon == std::string_view::npos ? item.text : trim(inside.substr(colon + 1));
                at_ = end + 1;
            } else {
                while (at_ < text_.size() && !is_space(text_[at_]) &&
                       std::string_view("()[]{}<>|;").find(text_[at_]) == std::string_view::npos)
                    add_letter(item.text, text_[at_++]);
                if (at_ < text_.size() && (text_[at_] == '}' || text_[at_] == '>')) {
                    fail(std::string("\"") + text_[at_] + "\" closes nothing");
                    break;
                }
                if (item.text.empty()) continue;  // punctuation
            }
            out.push_back(std::move(item));
        }
        return out;
    }

    static void add_letter(std::string& word, char c) {
        const auto u = static_cast<unsigned char>(c);
        if (u >= 0x80 || std::isalnum(u) != 0 || c == '\'' || c == '-') word += c;
    }

    void bracket(Item& item, int depth) {
        const char opened = text_[at_++];
        const char closer = opened == '(' ? ')' : ']';
        item.kind = Item::Kind::choice;
        item.optional = opened == '[';
        if (at_ < text_.size() && is_space(text_[at_])) item.glued = false;  // "light[ on]"
        while (true) {
            item.parts.push_back(sequence(depth + 1));
            if (at_ < text_.size() && (text_[at_] == '|' || text_[at_] == ';')) {
                if (text_[at_] == ';') item.kind = Item::Kind::any_order;
                ++at_;
                continue;
            }
            break;
        }
        if (at_ >= text_.size() || text_[at_] != closer)
            return fail(std::string("\"") + opened + "\" is never closed");
        ++at_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

// Turns sentences into our patterns; a rule is written out where it is used.
class Writer {
public:
    Writer(const std::map<std::string, std::string>& rules, Imported& into)
        : rules_(rules), into_(into) {}

    std::string problem;  // why the sentence cannot be carried over
    bool has_example = true;

    std::string pattern(const Sequence& items) {
        std::string out;
        for (std::size_t i = 0; i < items.size();) {
            std::size_t end = i + 1;
            while (end < items.size() && items[end].glued && is_spelling(items[end]) &&
                   is_spelling(items[i]))
                ++end;
            const std::string one =
                end - i == 1
                    ? item(items[i])
                    : any_of(spellings({items.begin() + at(i), items.begin() + at(end)}), false);
            if (!one.empty()) out += (out.empty() ? "" : " ") + one;
            i = end;
        }
        return out;
    }

    // The shortest sentence, with the first of every choice.
    std::string example(const Sequence& items) {
        std::string out;
        for (const Item& one : items) {
            std::string words;
            if (one.kind == Item::Kind::word) {
                words = one.text;
            } else if (one.kind == Item::Kind::list) {
                const auto list = into_.words.find(our_name(one.text));
                if (list == into_.words.end() || list->second.empty())
                    has_example = false;
                else
                    words = list->second.front();
            } else if (one.kind == Item::Kind::rule) {
                words = example(rule(one.text));
                --depth_;
            } else if (one.kind == Item::Kind::any_order) {
                for (const Sequence& part : one.parts) words += " " + example(part);
            } else if (!one.optional) {
                words = example(one.parts.front());
            }
            words = trim(words);
            if (words.empty()) continue;
            out += (out.empty() || (one.glued && is_spelling(one)) ? "" : " ") + words;
        }
        return out;
    }

    // All spellings of a template without lists; cut off after so many.
    static std::vector<std::string> spellings(const Sequence& items) {
        std::vector<std::string> out{""};
        for (const Item& one : items) {
            std::vector<std::string> ways;
            if (one.kind == Item::Kind::word) ways.push_back(one.text);
            if (one.optional) ways.emplace_back();
            for (const Sequence& part : one.parts) {
                for (std::string& way : spellings(part)) ways.push_back(std::move(way));
            }
            std::vector<std::string> next;
            for (const std::string& before : out) {
                for (const std::string& way : ways) {
                    const bool apart = !before.empty() && !way.empty() && !one.glued;
                    if (next.size() < most_spellings)
                        next.push_back(before + (apart ? " " : "") + way);
                }
            }
            if (!ways.empty()) out = std::move(next);
        }
        return out;
    }

private:
    static std::ptrdiff_t at(std::size_t i) { return static_cast<std::ptrdiff_t>(i); }

    // Can it be part of a word? Everything below it is words.
    static bool is_spelling(const Item& one) {
        if (one.kind == Item::Kind::word) return true;
        if (one.kind != Item::Kind::choice) return false;
        for (const Sequence& part : one.parts) {
            for (const Item& inner : part) {
                if (!is_spelling(inner)) return false;
            }
        }
        return true;
    }

    static std::string any_of(const std::vector<std::string>& ways, bool optional) {
        std::string out;
        for (const std::string& way : ways) {
            if (trim(way).empty())
                optional = true;
            else
                out += (out.empty() ? "" : "|") + std::string(trim(way));
        }
        if (out.empty()) return out;
        return (optional ? "[" : "(") + out + (optional ? "]" : ")");
    }

    std::string item(const Item& one) {
        switch (one.kind) {
            case Item::Kind::word:
                return one.text;
            case Item::Kind::list: {
                const std::string name = our_name(one.text);
                if (!into_.words.contains(name)) {
                    problem = "the list {" + one.text + "} is not in these files";
                    return {};
                }
                return "{" + our_name(one.slot) + ": <" + name + ">}";
            }
            case Item::Kind::rule: {
                const Sequence items = rule(one.text);
                const std::string written = pattern(items);
                --depth_;
                // One bracket alone needs no other around it.
                return written.empty() || items.size() == 1 ? written : "(" + written + ")";
            }
            case Item::Kind::any_order:
            case Item::Kind::choice:
                break;
        }
        std::vector<std::string> ways;
        for (const Sequence& part : one.parts) ways.push_back(pattern(part));
        if (one.kind == Item::Kind::choice) return any_of(ways, one.optional);
        std::string out;
        const std::string_view between = ways.size() > 4 ? " " : " & ";
        if (ways.size() > 4) problem = "more than 4 parts in any order";
        for (const std::string& way : ways) out += (out.empty() ? "" : std::string(between)) + way;
        return (one.optional ? "[(" : "(") + out + (one.optional ? ")]" : ")");
    }

    // Goes one deeper: the caller comes back with --depth_.
    Sequence rule(const std::string& name) {
        const auto found = rules_.find(name);
        if (++depth_ > most_depth) {
            problem = "the rule <" + name + "> uses itself";
        } else if (found == rules_.end()) {
            problem = "the rule <" + name + "> is not in these files";
        } else {
            Template text(found->second);
            Sequence items = text.read();
            if (text.error.empty()) return items;
            problem = "in the rule <" + name + ">: " + text.error;
        }
        return {};
    }

    const std::map<std::string, std::string>& rules_;
    Imported& into_;
    int depth_ = 0;
};

void read_rules(const Node& node, std::map<std::string, std::string>& rules) {
    for (const auto& [name, text] : node.items()) rules[name] = text.text();
}

void read_list(const std::string& name, const Node& node, const std::string& file, Imported& into) {
    const std::uint32_t line = node.key_position().line;
    if (node.has("range")) {
        const Node range = node.at("range");
        const auto number = [&](const char* key, long otherwise) {
            long n = otherwise;
            if (range.has(key)) {
                const std::string_view text = range.at(key).text();
                std::from_chars(text.data(), text.data() + text.size(), n);
            }
            return n;
        };
        const long from = number("from", 0), to = number("to", 100);
        const long step = std::max(1L, number("step", 1));
        if (from < 0 || (to - from) / step > most_numbers)
            return into.warn(file, line, "the range {" + name + "} is too wide and is left out");
        const std::string list = our_label(name, file, line, into);
        for (long n = from; n <= to; n += step) into.add_word(list, std::to_string(n));
        return;
    }
    if (!node.has("values"))
        return into.warn(file, line, "the list {" + name + "} has no values and is left out");
    const std::string list = our_label(name, file, line, into);
    for (const Node& value : node.at("values").elements()) {
        const Node in = value.has("in") ? value.at("in") : value;
        Template text(in.text());
        const Sequence items = text.read();
        if (!text.error.empty()) {
            into.warn(file, in.position().line, text.error + "; the value is left out");
            continue;
        }
        for (const std::string& way : Writer::spellings(items)) into.add_word(list, trim(way));
    }
}

void read_tests(const Node& tests, const std::string& file, Imported& into) {
    for (const Node& test : tests.elements()) {
        if (!test.has("sentences") || !test.has("intent")) continue;
        const Node intent = test.at("intent");
        const Node name = intent.has("name") ? intent.at("name") : intent;
        const std::string label = our_label(name.text(), file, name.position().line, into);
        for (const Node& said : test.at("sentences").elements())
            into.add_sentence(said.text(), label, file, said.position().line);
    }
}

void read_intent(const std::string& label, const Node& data, const std::string& file,
                 Imported& into) {
    auto rules = into.rules;
    if (data.has("expansion_rules")) read_rules(data.at("expansion_rules"), rules);
    for (const auto& [key, node] : data.items()) {
        if (key != "sentences" && key != "expansion_rules" && key != "lists")
            into.warn(file, node.key_position().line, "\"" + key + "\" of an intent is left out");
    }
    if (!data.has("sentences")) return;
    for (const Node& sentence : data.at("sentences").elements()) {
        const std::uint32_t line = sentence.position().line;
        Template text(sentence.text());
        const Sequence items = text.read();
        Writer writer(rules, into);
        const std::string like = text.error.empty() ? writer.pattern(items) : "";
        const std::string example = text.error.empty() ? writer.example(items) : "";
        std::string problem = text.error.empty() ? writer.problem : text.error;
        std::vector<PatternError> errors;
        if (problem.empty()) parse_pattern(like, errors);
        if (!errors.empty()) problem = errors.front().message;
        if (problem.empty() && example.empty() && writer.has_example)
            problem = "every part of it may be missing";
        if (!problem.empty()) {
            into.warn(file, line, problem + "; left out: " + std::string(sentence.text()));
            continue;
        }
        into.patterns[label].push_back({like, writer.has_example ? example : ""});
    }
}

}  // namespace

void import_home_assistant(const std::string& file, const std::string& text, ImportPass pass,
                           Imported& into) {
    Document document;
    if (!import_yaml(file, text, document, into)) return;
    const Node root(document);
    const auto read_lists = [&](const Node& lists) {
        for (const auto& [name, list] : lists.items()) read_list(name, list, file, into);
    };
    for (const auto& [key, node] : root.items()) {
        if (key == "lists" && pass == ImportPass::sentences) {
            read_lists(node);
        } else if (key == "expansion_rules" && pass == ImportPass::sentences) {
            read_rules(node, into.rules);
        } else if (key == "tests" && pass == ImportPass::sentences) {
            read_tests(node, file, into);
        } else if (key == "intents") {
            for (const auto& [name, intent] : node.items()) {
                if (!intent.has("data")) continue;
                for (const Node& data : intent.at("data").elements()) {
                    if (pass == ImportPass::conversations)
                        read_intent(our_label(name, file, intent.key_position().line, into), data,
                                    file, into);
                    else if (data.has("lists"))
                        read_lists(data.at("lists"));
                }
            }
        } else if (key != "language" && key != "lists" && key != "expansion_rules" &&
                   key != "tests") {
            into.warn(file, node.key_position().line, "\"" + key + "\" is left out");
        }
    }
}

}  // namespace befriend
