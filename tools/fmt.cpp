// SPDX-License-Identifier: Apache-2.0
//
// befriend fmt: writes dialogs, intents, helplines and conversations in the one way.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/fmt_yaml.hpp"
#include "tools/options.hpp"
#include "tools/text_diff.hpp"

namespace befriend {
namespace {

constexpr OptionSpec specs[] = {
    {"--check", "", "write nothing; exit code 1 when a file would change"},
    {"--diff", "", "show what would change; write nothing"},
    {"--stdin", "", "format standard input to standard output (FILE: its name)"},
    json_option,
};

bool is_chat(std::string_view name, std::string_view text) {
    if (name.ends_with(".chat")) return true;
    if (name.ends_with(".yaml") || name.ends_with(".yml")) return false;
    return text.starts_with("---\ngiven") || text.starts_with(">") || text.starts_with("# >");
}

Result<Formatted> formatted(std::string_view name, std::string_view text,
                            Diagnostics& diagnostics) {
    return is_chat(name, text) ? format_chat(name, text) : format_yaml(name, text, diagnostics);
}

void print_mistakes(const Diagnostics& diagnostics, std::string_view name, std::string_view text) {
    for (const Diagnostic& d : diagnostics) {
        std::fputs(render(d, Source{std::string(name), std::string(text)}).c_str(), stderr);
    }
}

// The files that a folder holds for us; other YAML there is somebody else's.
Result<std::vector<std::string>> expand(std::vector<std::string> paths) {
    namespace fs = std::filesystem;
    if (paths.empty()) {
        for (const char* usual : {"dialogs", "intents", "corpus"})
            if (fs::is_directory(usual)) paths.emplace_back(usual);
        if (paths.empty())
            return fail("name files or folders: there is no dialogs, intents or corpus here");
    }
    std::vector<std::string> files;
    for (const std::string& path : paths) {
        if (!fs::is_directory(path)) {
            files.push_back(path);
            continue;
        }
        for (const std::string_view ending : {".yaml", ".yml", ".chat"}) {
            const auto found = files_below({path}, ending);
            if (!found) return found.error();
            for (const fs::path& file : *found) {
                const auto text = read_whole_file(file);
                const auto has = [&](std::string_view key) {
                    return text && (text->starts_with(key) ||
                                    text->find("\n" + std::string(key)) != std::string::npos);
                };
                if (ending == ".chat" || has("dialog:") || has("country:") || has("intents:") ||
                    has("words:"))
                    files.push_back(file.generic_string());
            }
        }
    }
    std::ranges::sort(files);
    files.erase(std::unique(files.begin(), files.end()), files.end());
    return files;
}

}  // namespace

constexpr CommandPage fmt_page{
    .arguments = "[FILES]",
    .text =
        "Writes dialog, intent and helpline files and conversations in the one way: the order of\n"
        "keys, quotes around prose, indentation, and lines of at most 120 columns for what stands\n"
        "in brackets. Comments and meaning stay; a file that cannot be read back to the same\n"
        "meaning is left alone. Without FILES: those below dialogs, intents and corpus.\n",
    .options = specs,
    .notes = "Exit code: 0 fine, 1 a file has mistakes or (--check, --diff) would change.\n",
    .examples =
        "befriend fmt dialogs/en/first_words.yaml\n"
        "befriend fmt --check\n"
        "befriend fmt --diff intents/en\n"
        "befriend fmt --stdin mine.yaml < mine.yaml\n",
};

int run_fmt(Arguments arguments) {
    const auto options = parse_options(arguments, specs);
    if (!options) return usage_error("fmt", options.error().message);
    if (options->has("--stdin")) {
        const std::string name = options->rest.empty() ? "standard input" : options->rest.front();
        const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
        Diagnostics diagnostics;
        const auto out = formatted(name, text, diagnostics);
        if (!out) {
            print_mistakes(diagnostics, name, text);
            std::fprintf(stderr, "befriend fmt: %s\n", out.error().message.c_str());
            return 1;
        }
        if (options->has("--diff")) {
            std::fputs(unified_diff(name, text, out->text).c_str(), stdout);
        } else if (!options->has("--check")) {
            std::fwrite(out->text.data(), 1, out->text.size(), stdout);
        }
        const bool looks = options->has("--check") || options->has("--diff");
        return looks && out->text != text ? 1 : 0;
    }
    const auto files = expand(options->rest);
    if (!files) return usage_error("fmt", files.error().message);
    const bool looks = options->has("--check") || options->has("--diff");
    nlohmann::json changed = nlohmann::json::array();
    nlohmann::json refused = nlohmann::json::array();
    bool unreadable = false;
    for (const std::string& file : *files) {
        const auto text = read_whole_file(file);
        if (!text) {
            std::fprintf(stderr, "befriend fmt: %s cannot be read\n", file.c_str());
            unreadable = true;
            continue;
        }
        Diagnostics diagnostics;
        const auto out = formatted(file, *text, diagnostics);
        if (!out) {
            print_mistakes(diagnostics, file, *text);
            std::fprintf(stderr, "befriend fmt: %s\n", out.error().message.c_str());
            refused.push_back(file);
            continue;
        }
        if (out->text == *text) continue;
        changed.push_back(file);
        if (!looks) {
            const auto written = write_whole_file(file, out->text);
            if (!written) {
                std::fprintf(stderr, "befriend fmt: %s\n", written.error().message.c_str());
                unreadable = true;
            }
        }
        if (options->has("--json")) continue;
        if (options->has("--diff")) {
            std::fputs(unified_diff(file, *text, out->text).c_str(), stdout);
        } else {
            std::printf("%s %s\n", looks ? "would change" : "formatted", file.c_str());
        }
    }
    if (options->has("--json")) {
        const nlohmann::json out{
            {"files", files->size()}, {"changed", changed}, {"refused", refused}};
        std::puts(json_line(out).c_str());
    }
    if (unreadable) return 2;
    return !refused.empty() || (looks && !changed.empty()) ? 1 : 0;
}

}  // namespace befriend
