// SPDX-License-Identifier: Apache-2.0
//
// befriend export rasa: our labelled sentences as Rasa training data.
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/base/json_line.hpp"
#include "intents/catalogue.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"
#include "tools/pattern_lab.hpp"
#include "tools/utterances.hpp"

namespace befriend {
namespace {

namespace fs = std::filesystem;

constexpr OptionSpec specs[] = {
    {"-o", "FOLDER", "where to write nlu.yml"},
    {"--corpus", "FOLDER", "labelled sentences (corpus/en/utterances)"},
    {"--no-examples", "", "only the labelled sentences, not the examples of the intents"},
    pack_option,
    json_option,
};

// Brackets would mark an entity there.
bool can_stand(std::string_view text) { return text.find_first_of("[]\n") == std::string::npos; }

}  // namespace

constexpr CommandPage export_page{
    .arguments = "rasa",
    .text =
        "Writes the examples of the intents and the labelled sentences of the corpus as Rasa\n"
        "training data (nlu.yml, version 3.1). A sentence with several labels is written under\n"
        "each of them; sentences with none come under \"none\".\n",
    .options = specs,
    .examples = "befriend export rasa -o exported\n",
    .words = "rasa",
};

int run_export(Arguments arguments) {
    const auto options = parse_options(arguments, specs);
    if (!options) return usage_error("export", options.error().message);
    if (options->rest.size() != 1 || options->rest.front() != "rasa")
        return usage_error("export", "the format is rasa");
    if (!options->has("-o")) return usage_error("export", "say where to write: -o FOLDER");
    std::map<std::string, std::vector<std::string>> sentences;
    std::size_t count = 0, left_out = 0;
    const auto add = [&](const std::string& label, const std::string& text, const std::string& file,
                         std::uint32_t line) {
        if (!can_stand(text)) {
            std::fprintf(stderr, "%s:%u:1: warning: brackets mark entities there; left out: %s\n",
                         file.c_str(), line, text.c_str());
            ++left_out;
            return;
        }
        sentences[label].push_back(text);
        ++count;
    };
    if (!options->has("--no-examples")) {
        const auto catalogue = catalogue_or_complain("export", options->get("--pack"));
        if (!catalogue) return 2;
        for (const IntentSpec& intent : catalogue->intents) {
            for (const Example& e : intent.examples)
                add(intent.name, e.text, catalogue->files[e.place.file], e.place.at.line);
        }
    }
    const std::string corpus = options->get("--corpus", "corpus/en/utterances");
    std::vector<Utterance> rows;
    if (fs::exists(corpus) || options->has("--corpus")) {
        const auto tables = files_below({corpus}, ".tsv");
        if (!tables) return usage_error("export", tables.error().message);
        for (const fs::path& table : *tables) {
            const auto bytes = read_whole_file(table);
            if (!bytes) return usage_error("export", table.string() + " cannot be read");
            const auto read = read_utterances(table.string(), *bytes, rows);
            if (!read) return usage_error("export", read.error().message);
        }
    }
    for (const Utterance& row : rows) {
        if (row.labels.empty()) add("none", row.text, row.file, row.line);
        for (const std::string& label : row.labels) add(label, row.text, row.file, row.line);
    }
    std::string out = "version: \"3.1\"\nnlu:\n";
    for (const auto& [label, texts] : sentences) {
        out += "- intent: " + label + "\n  examples: |\n";
        for (const std::string& text : texts) out += "    - " + text + "\n";
    }
    const fs::path file = fs::path(options->get("-o")) / "nlu.yml";
    std::error_code problem;
    fs::create_directories(file.parent_path(), problem);
    const auto written = write_whole_file(file, out);
    if (!written) return usage_error("export", written.error().message);
    if (options->has("--json")) {
        const nlohmann::json summary{{"written", {file.generic_string()}},
                                     {"sentences", count},
                                     {"intents", sentences.size()},
                                     {"left_out", left_out}};
        std::puts(json_line(summary).c_str());
    } else {
        std::printf("%s: %zu sentences of %zu intents\n", file.generic_string().c_str(), count,
                    sentences.size());
    }
    return 0;
}

}  // namespace befriend
