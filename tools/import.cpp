// SPDX-License-Identifier: Apache-2.0
//
// befriend import FORMAT: labelled sentences and conversations of other systems become ours. What
// cannot be carried over is told with file and line.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/base/utf8.hpp"
#include "engine/base/yaml.hpp"
#include "engine/script/values.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"

namespace befriend {
namespace {

namespace fs = std::filesystem;

constexpr OptionSpec specs[] = {
    {"-o", "FOLDER", "where to write; files there are never replaced"},
    {"--text", "COLUMN", "csv, tsv, jsonl: the column of the sentence (text)"},
    {"--label", "COLUMN", "csv, tsv, jsonl: the column of the label (label)"},
    json_option,
};

struct Warning {
    std::string file;
    std::uint32_t line = 1;
    std::string message;
};

// All that was read, in our shapes.
struct Imported {
    std::vector<std::pair<std::string, std::string>> sentences;  // text, labels
    std::map<std::string, std::vector<std::string>> words;
    std::map<std::string, std::string> chats;  // name -> the file
    std::vector<Warning> warnings;
    std::string problem;  // why nothing can be imported

    void warn(const std::string& file, std::uint32_t line, std::string message) {
        warnings.push_back({file, line, std::move(message)});
    }
};

std::string trimmed(std::string_view text) { return std::string(trim(text)); }

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

// "Ask.Name/first" is ask_name_first here.
std::string our_name(std::string_view theirs) {
    std::string out;
    for (const char c : theirs) {
        const auto u = static_cast<unsigned char>(c);
        if (std::isalnum(u) != 0 && u < 0x80) {
            out += static_cast<char>(std::tolower(u));
        } else if (!out.empty() && out.back() != '_') {
            out += '_';
        }
    }
    while (out.ends_with('_')) out.pop_back();
    if (out.empty() || std::isdigit(static_cast<unsigned char>(out.front())) != 0)
        out.insert(0, "x_");
    return out;
}

std::string label_of(const std::string& theirs, const std::string& file, std::uint32_t line,
                     Imported& into) {
    std::string name = our_name(theirs);
    if (name != theirs) into.warn(file, line, "\"" + theirs + "\" is called " + name + " here");
    return name;
}

void add_word(Imported& into, const std::string& list, const std::string& word) {
    auto& words = into.words[list];
    if (!word.empty() && std::ranges::find(words, word) == words.end()) words.push_back(word);
}

// ---- Rasa
// -----------------------------------------------------------------------------------------

// "fly to [Berlin](city)" and "[Berlin]{"entity": "city"}": the words stay, the marks become lists.
std::string without_entities(const std::string& text, const std::string& file, std::uint32_t line,
                             Imported& into) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t close = text[i] == '[' ? text.find(']', i) : std::string::npos;
        if (close != std::string::npos && close + 1 < text.size() &&
            (text[close + 1] == '(' || text[close + 1] == '{')) {
            const char last = text[close + 1] == '(' ? ')' : '}';
            const std::size_t end = text.find(last, close + 1);
            if (end != std::string::npos) {
                const std::string words = text.substr(i + 1, close - i - 1);
                std::string entity = text.substr(close + 2, end - close - 2);
                if (last == '}') {
                    const auto object = nlohmann::json::parse("{" + entity + "}", nullptr, false);
                    entity = object.is_object() ? object.value("entity", std::string()) : "";
                    for (const auto& [key, value] : object.items()) {
                        if (key != "entity")
                            into.warn(file, line, "the " + key + " of an entity is left out");
                    }
                }
                if (entity.empty()) {
                    into.warn(file, line, "an entity without a name; its words stay");
                } else {
                    add_word(into, label_of(entity, file, line, into), words);
                }
                out += words;
                i = end + 1;
                continue;
            }
        }
        out += text[i++];
    }
    return out;
}

void import_story(const Node& story, const std::string& file, Imported& into) {
    const std::string name = our_name(story.has("story")  ? story.at("story").text()
                                      : story.has("rule") ? story.at("rule").text()
                                                          : "story");
    std::string out = "---\ngiven: { language: en, seed: 1 }\n---\n";
    if (!story.has("steps")) return into.warn(file, story.position().line, "a story without steps");
    for (const Node& step : story.at("steps").elements()) {
        const std::uint32_t line = step.position().line;
        if (step.has("intent")) {
            const std::string label =
                label_of(std::string(step.at("intent").text()), file, line, into);
            std::string said = step.has("user") ? std::string(step.at("user").text()) : "";
            for (const auto& [text, labels] : into.sentences)
                if (said.empty() && labels == label) said = text;
            if (said.empty()) {
                into.warn(file, line, "no sentence is known for " + label);
                said = label;
            }
            out += "> " + said + "\n= " + label + "\n";
        } else if (step.has("user")) {
            out += "> " + without_entities(std::string(step.at("user").text()), file, line, into) +
                   "\n";
        } else if (step.has("action")) {
            out += "# there: " + std::string(step.at("action").text()) + "\n";
        } else if (step.has("bot")) {
            out += "< " + std::string(step.at("bot").text()) + "\n";
        } else {
            const auto keys = step.items();
            into.warn(file, line,
                      "the step \"" + (keys.empty() ? std::string("?") : keys.front().first) +
                          "\" has no counterpart and is left out");
        }
    }
    into.chats[name] = out;
}

void import_rasa(const std::string& file, const std::string& text, Imported& into) {
    Diagnostics diagnostics;
    const Document document = parse_yaml({file, text}, diagnostics);
    if (has_errors(diagnostics)) {
        into.problem = render(diagnostics.front(), Source{file, text});
        return;
    }
    const Node root(document);
    for (const auto& [key, node] : root.items()) {
        if (key == "nlu") {
            for (const Node& entry : node.elements()) {
                const std::uint32_t begin = entry.position().line;
                std::string kind, name;
                for (const char* one : {"intent", "synonym", "lookup", "regex"}) {
                    if (entry.has(one)) kind = one, name = entry.at(one).text();
                }
                if (kind.empty() || !entry.has("examples")) {
                    into.warn(file, begin, "an entry without examples is left out");
                    continue;
                }
                if (kind == "regex") {
                    into.warn(file, begin,
                              "the regular expression " + name +
                                  " is left out; write it as regex: in a pattern");
                    continue;
                }
                const std::string label = label_of(name, file, begin, into);
                const Node examples = entry.at("examples");
                std::vector<std::pair<std::string, std::uint32_t>> found;
                if (examples.is_list()) {
                    for (const Node& e : examples.elements())
                        found.emplace_back(
                            e.has("text") ? trimmed(e.at("text").text()) : trimmed(e.text()),
                            e.position().line);
                } else {
                    std::uint32_t line = examples.position().line;
                    for (const std::string& one : lines_of(examples.text())) {
                        ++line;
                        std::string said = trimmed(one);
                        if (said.empty()) continue;
                        if (!said.starts_with("-")) {
                            into.warn(file, line, "a line without \"- \" is left out");
                            continue;
                        }
                        found.emplace_back(trimmed(said.substr(1)), line);
                    }
                }
                if (kind == "synonym") add_word(into, label, name);
                for (const auto& [said, line] : found) {
                    if (kind == "intent") {
                        into.sentences.emplace_back(without_entities(said, file, line, into),
                                                    label);
                    } else {
                        add_word(into, label, said);
                    }
                }
            }
        } else if (key == "stories" || key == "rules") {
            for (const Node& story : node.elements()) import_story(story, file, into);
        } else if (key != "version") {
            into.warn(file, node.key_position().line, "\"" + key + "\" is left out");
        }
    }
}

// ---- Botium
// ---------------------------------------------------------------------------------------

void import_botium(const std::string& file, const std::string& text, Imported& into) {
    const std::vector<std::string> lines = lines_of(text);
    if (lines.empty()) return into.warn(file, 1, "an empty file");
    if (!file.ends_with(".convo.txt")) {  // the name of the intent, then a sentence a line
        const std::string label = label_of(trimmed(lines.front()), file, 1, into);
        for (std::size_t i = 1; i < lines.size(); ++i) {
            if (std::string said = trimmed(lines[i]); !said.empty())
                into.sentences.emplace_back(std::move(said), label);
        }
        return;
    }
    std::string out = "---\ngiven: { language: en, seed: 1 }\n---\n# " + trimmed(lines[0]) + "\n";
    std::string who;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto number = static_cast<std::uint32_t>(i + 1);
        const std::string line = trimmed(lines[i]);
        if (line.empty()) continue;
        if (line.starts_with("#")) {
            who = line;
            if (who != "#me" && who != "#bot")
                into.warn(file, number, "the section " + who + " is left out");
            continue;
        }
        const std::string word = line.substr(0, line.find(' '));
        static constexpr std::string_view hooks[] = {
            "INTENT", "PAUSE",      "BUTTONS",  "MEDIA",
            "CARDS",  "WAITFORBOT", "ENTITIES", "INTENT_CONFIDENCE"};
        if (who == "#bot" && word == "INTENT" && line.size() > word.size()) {
            out += "= " + label_of(trimmed(line.substr(word.size())), file, number, into) + "\n";
        } else if (std::ranges::find(hooks, word) != std::end(hooks)) {
            into.warn(file, number, word + " has no counterpart and is left out");
        } else if (who == "#me") {
            out += "> " + line + "\n";
        } else if (who == "#bot") {
            out += "< " + line + "\n";
        }
    }
    const std::string stem = fs::path(file).filename().string();
    into.chats[our_name(stem.substr(0, stem.size() - std::string(".convo.txt").size()))] = out;
}

// ---- tables
// ---------------------------------------------------------------------------------------

struct Row {
    std::vector<std::string> cells;
    std::uint32_t line = 1;
};

// RFC 4180: a cell in quotes may hold the separator, line breaks and doubled quotes.
std::vector<Row> read_table(std::string_view text, char separator) {
    std::vector<Row> rows;
    Row row;
    std::string cell;
    bool quoted = false, any = false;
    std::uint32_t line = 1;
    const auto end_row = [&] {
        row.cells.push_back(std::move(cell));
        cell.clear();
        if (any) rows.push_back(std::move(row));
        row = Row{{}, line};
        any = false;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') ++line;
        if (quoted) {
            if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
                cell += '"';
                ++i;
            } else if (c == '"') {
                quoted = false;
            } else {
                cell += c;
            }
        } else if (c == '"' && cell.empty() && separator == ',') {
            quoted = any = true;
        } else if (c == separator) {
            row.cells.push_back(std::move(cell));
            cell.clear();
            any = true;
        } else if (c == '\n') {
            end_row();
        } else if (c != '\r') {
            cell += c;
            any = true;
        }
    }
    if (any) end_row();
    return rows;
}

void import_table(const std::string& file, const std::string& text, char separator,
                  const Options& options, Imported& into) {
    const std::vector<Row> rows = read_table(text, separator);
    if (rows.empty()) return into.warn(file, 1, "an empty file");
    const auto column = [&](std::string_view option, const char* usual) {
        const std::string name = options.get(option, usual);
        const auto& head = rows.front().cells;
        const auto found = std::ranges::find(head, name);
        if (found == head.end())
            into.problem = file + ":1:1: there is no column \"" + name + "\"; name it with " +
                           std::string(option) + "\n";
        return static_cast<std::size_t>(found - head.begin());
    };
    const std::size_t said = column("--text", "text"), label = column("--label", "label");
    if (!into.problem.empty()) return;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const Row& row = rows[i];
        if (row.cells.size() <= std::max(said, label)) {
            into.warn(file, row.line, "a row that is too short is left out");
            continue;
        }
        into.sentences.emplace_back(row.cells[said],
                                    label_of(row.cells[label], file, row.line, into));
    }
}

void import_jsonl(const std::string& file, const std::string& text, const Options& options,
                  Imported& into) {
    const std::string said = options.get("--text", "text"), label = options.get("--label", "label");
    std::uint32_t number = 0;
    for (const std::string& line : lines_of(text)) {
        ++number;
        if (trim(line).empty()) continue;
        const auto object = nlohmann::json::parse(line, nullptr, false);
        if (!object.is_object() || !object.contains(said) || !object[said].is_string() ||
            !object.contains(label) || !object[label].is_string()) {
            into.warn(file, number,
                      "no object with \"" + said + "\" and \"" + label + "\"; left out");
            continue;
        }
        into.sentences.emplace_back(object[said].get<std::string>(),
                                    label_of(object[label].get<std::string>(), file, number, into));
    }
}

// ---- writing
// --------------------------------------------------------------------------------------

std::string one_line(std::string text) {
    for (char& c : text)
        if (c == '\t' || c == '\n' || c == '\r') c = ' ';
    return trimmed(text);
}

std::string in_yaml(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::map<std::string, std::string> files_to_write(const Imported& all) {
    std::map<std::string, std::string> out;
    if (!all.sentences.empty()) {
        std::string table = "text\tlabels\tnote\n";
        for (const auto& [text, label] : all.sentences)
            table += one_line(text) + "\t" + label + "\t\n";
        out["corpus/en/utterances/imported.tsv"] = std::move(table);
    }
    if (!all.words.empty()) {
        std::string yaml =
            "# Word lists that came with imported sentences.\nlanguage: en\nwords:\n";
        for (const auto& [name, words] : all.words) {
            yaml += "  " + name + ":\n";
            for (const std::string& word : words) yaml += "    - " + in_yaml(word) + "\n";
        }
        out["intents/en/imported.yaml"] = std::move(yaml);
    }
    for (const auto& [name, chat] : all.chats)
        out["corpus/en/conversations/" + name + ".chat"] = chat;
    return out;
}

}  // namespace

constexpr CommandPage import_page{
    .arguments = "rasa|botium|csv|tsv|jsonl FILES",
    .text =
        "Carries labelled sentences and conversations of other systems over: sentences to\n"
        "corpus/en/utterances/imported.tsv, word lists to intents/en/imported.yaml,\n"
        "conversations to corpus/en/conversations. What cannot be carried over is told.\n"
        "\n"
        "rasa: training data (nlu: intents with marked entities, synonyms, lookup tables) and\n"
        "stories. botium: NAME.convo.txt and NAME.utterances.txt. csv, tsv, jsonl: a column for\n"
        "the sentence and one for its label.\n",
    .options = specs,
    .examples =
        "befriend import rasa nlu.yml stories.yml -o my_pack\n"
        "befriend import botium greet.convo.txt greet.utterances.txt -o my_pack\n"
        "befriend import csv survey.csv --text answer --label topic -o my_pack\n",
    .words = "rasa botium csv tsv jsonl",
};

int run_import(Arguments arguments) {
    const auto options = parse_options(arguments, specs);
    if (!options) return usage_error("import", options.error().message);
    if (options->rest.size() < 2) return usage_error("import", "name a format and files");
    if (!options->has("-o")) return usage_error("import", "say where to write: -o FOLDER");
    const std::string format = options->rest.front();
    Imported all;
    for (std::size_t i = 1; i < options->rest.size(); ++i) {
        const std::string& file = options->rest[i];
        const auto bytes = read_whole_file(file);
        if (!bytes) return usage_error("import", file + " cannot be read");
        const std::string text = repair_utf8(*bytes);
        if (format == "rasa") {
            import_rasa(file, text, all);
        } else if (format == "botium") {
            import_botium(file, text, all);
        } else if (format == "csv" || format == "tsv") {
            import_table(file, text, format == "csv" ? ',' : '\t', *options, all);
        } else if (format == "jsonl") {
            import_jsonl(file, text, *options, all);
        } else {
            return usage_error("import", "the formats are rasa, botium, csv, tsv and jsonl");
        }
        if (!all.problem.empty()) {
            std::fputs(all.problem.c_str(), stderr);
            return 2;
        }
    }
    const auto files = files_to_write(all);
    const fs::path folder = options->get("-o");
    std::error_code problem;
    for (const auto& [name, text] : files) {
        if (fs::exists(folder / name, problem))
            return usage_error("import", (folder / name).string() + " exists; nothing was written");
    }
    nlohmann::json written = nlohmann::json::array();
    for (const auto& [name, text] : files) {
        fs::create_directories((folder / name).parent_path(), problem);
        const auto done = write_whole_file(folder / name, text);
        if (!done) return usage_error("import", done.error().message);
        written.push_back((folder / name).generic_string());
    }
    nlohmann::json warnings = nlohmann::json::array();
    for (const Warning& w : all.warnings) {
        std::fprintf(stderr, "%s:%u:1: warning: %s\n", w.file.c_str(), w.line, w.message.c_str());
        warnings.push_back({{"file", w.file}, {"line", w.line}, {"message", w.message}});
    }
    if (options->has("--json")) {
        const nlohmann::json out{{"written", written},
                                 {"sentences", all.sentences.size()},
                                 {"conversations", all.chats.size()},
                                 {"warnings", warnings}};
        std::puts(out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    } else {
        for (const auto& name : written) std::printf("%s\n", name.get<std::string>().c_str());
        std::printf("%zu sentences, %zu conversations, %zu warnings\n", all.sentences.size(),
                    all.chats.size(), all.warnings.size());
    }
    return 0;
}

}  // namespace befriend
