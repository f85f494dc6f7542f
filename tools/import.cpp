// SPDX-License-Identifier: Apache-2.0
//
// befriend import FORMAT: labelled sentences and conversations of other systems become ours. What
// cannot be carried over is told with file and line.
#include "tools/import.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/base/json_line.hpp"
#include "engine/base/utf8.hpp"
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

// A reader of one file. Those of tables have everything in the first pass.
using Reader = void (*)(const std::string& file, const std::string& text, ImportPass pass,
                        const ImportColumns& columns, Imported& into);

struct Format {
    std::string_view name;
    Reader read = nullptr;
};

constexpr Format formats[] = {
    {"rasa", [](const auto& file, const auto& text, ImportPass pass, const ImportColumns&,
                Imported& into) { import_rasa(file, text, pass, into); }},
    {"botium", [](const auto& file, const auto& text, ImportPass pass, const ImportColumns&,
                  Imported& into) { import_botium(file, text, pass, into); }},
    {"home-assistant", [](const auto& file, const auto& text, ImportPass pass, const ImportColumns&,
                          Imported& into) { import_home_assistant(file, text, pass, into); }},
    {"csv",
     [](const auto& file, const auto& text, ImportPass pass, const ImportColumns& columns,
        Imported& into) {
         if (pass == ImportPass::sentences) import_table(file, text, ',', columns, into);
     }},
    {"tsv",
     [](const auto& file, const auto& text, ImportPass pass, const ImportColumns& columns,
        Imported& into) {
         if (pass == ImportPass::sentences) import_table(file, text, '\t', columns, into);
     }},
    {"jsonl",
     [](const auto& file, const auto& text, ImportPass pass, const ImportColumns& columns,
        Imported& into) {
         if (pass == ImportPass::sentences) import_jsonl(file, text, columns, into);
     }},
};

std::string in_quotes(std::string_view text) { return json_line(nlohmann::json(text)); }

std::string intent_file(const Imported& all) {
    std::string yaml = "# Imported: word lists, and intents with their patterns.\nlanguage: en\n";
    if (!all.words.empty()) yaml += "words:\n";
    for (const auto& [name, words] : all.words) {
        yaml += "  " + name + ":\n";
        for (const std::string& word : words) yaml += "    - " + in_quotes(word) + "\n";
    }
    if (!all.patterns.empty()) yaml += "intents:\n";
    for (const auto& [name, patterns] : all.patterns) {
        yaml += "  " + name + ":\n    kind: content\n    about: \"Imported.\"\n    patterns:\n";
        for (const ImportedPattern& one : patterns)
            yaml += "      - { like: " + in_quotes(one.like) + ", weight: 0.9 }\n";
        std::set<std::string> examples;
        for (const ImportedPattern& one : patterns) {
            if (!one.example.empty()) examples.insert(one.example);
        }
        if (!examples.empty()) yaml += "    examples:\n";
        for (const std::string& one : examples) yaml += "      - " + in_quotes(one) + "\n";
    }
    return yaml;
}

// Path below the folder -> bytes.
std::map<std::string, std::string> files_to_write(const Imported& all) {
    std::map<std::string, std::string> out;
    if (!all.sentences.empty()) {
        std::string table = "text\tlabels\tnote\n";
        for (const auto& [text, labels] : all.sentences) {
            std::string joined;
            for (const std::string& label : labels) joined += (joined.empty() ? "" : ",") + label;
            table += text + "\t" + (joined.empty() ? "none" : joined) + "\t\n";
        }
        out["corpus/en/utterances/imported.tsv"] = std::move(table);
    }
    if (!all.words.empty() || !all.patterns.empty())
        out["intents/en/imported.yaml"] = intent_file(all);
    for (const auto& [name, chat] : all.chats)
        out["corpus/en/conversations/" + name + ".chat"] = chat;
    return out;
}

}  // namespace

constexpr CommandPage import_page{
    .arguments = "rasa|botium|home-assistant|csv|tsv|jsonl FILES",
    .text =
        "Carries labelled sentences and conversations of other systems over: sentences to\n"
        "corpus/en/utterances/imported.tsv, word lists to intents/en/imported.yaml,\n"
        "conversations to corpus/en/conversations. What cannot be carried over is told.\n"
        "\n"
        "rasa: training data (nlu: intents with marked entities, synonyms, lookup tables) and\n"
        "stories. botium: NAME.convo.txt and NAME.utterances.txt. home-assistant: intents with\n"
        "their sentences, lists and expansion rules, which become patterns, and tests. csv, tsv,\n"
        "jsonl: a column for the sentence and one for its label; \"a, b\" are two labels.\n",
    .options = specs,
    .examples =
        "befriend import rasa nlu.yml stories.yml -o my_pack\n"
        "befriend import botium greet.convo.txt greet.utterances.txt -o my_pack\n"
        "befriend import home-assistant light.yaml _common.yaml -o my_pack\n"
        "befriend import csv survey.csv --text answer --label topic -o my_pack\n",
    .words = "rasa botium home-assistant csv tsv jsonl",
};

int run_import(Arguments arguments) {
    const auto options = parse_options(arguments, specs);
    if (!options) return usage_error("import", options.error().message);
    if (options->rest.size() < 2) return usage_error("import", "name a format and files");
    if (!options->has("-o")) return usage_error("import", "say where to write: -o FOLDER");
    const auto format = std::ranges::find(formats, options->rest.front(), &Format::name);
    if (format == std::end(formats))
        return usage_error("import",
                           "there is no format \"" + options->rest.front() +
                               "\"; rasa, botium, home-assistant, csv, tsv and jsonl are known");
    const ImportColumns columns{.text = options->get("--text", "text"),
                                .label = options->get("--label", "label")};
    std::vector<std::pair<std::string, std::string>> inputs;  // name, text
    for (std::size_t i = 1; i < options->rest.size(); ++i) {
        const std::string& file = options->rest[i];
        const auto bytes = read_whole_file(file);
        if (!bytes) return usage_error("import", file + " cannot be read");
        std::string text = repair_utf8(*bytes);
        if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // spreadsheets begin so
        inputs.emplace_back(file, std::move(text));
    }
    Imported all;
    for (const ImportPass pass : {ImportPass::sentences, ImportPass::conversations}) {
        for (const auto& [file, text] : inputs) {
            format->read(file, text, pass, columns, all);
            if (all.problem.empty()) continue;
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
    for (const ImportWarning& w : all.warnings) {
        std::fprintf(stderr, "%s:%u:1: warning: %s\n", w.file.c_str(), w.line, w.message.c_str());
        warnings.push_back({{"file", w.file}, {"line", w.line}, {"message", w.message}});
    }
    if (options->has("--json")) {
        const nlohmann::json out{{"written", written},
                                 {"sentences", all.sentences.size()},
                                 {"conversations", all.chats.size()},
                                 {"warnings", warnings}};
        std::puts(json_line(out).c_str());
    } else {
        for (const auto& name : written) std::printf("%s\n", name.get<std::string>().c_str());
        std::printf("%zu sentences, %zu conversations, %zu warnings\n", all.sentences.size(),
                    all.chats.size(), all.warnings.size());
    }
    return 0;
}

}  // namespace befriend
