// SPDX-License-Identifier: Apache-2.0
//
// befriend check: every mistake in dialogs, intents and helplines, with its place, a caret and what
// to do about it.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "engine/base/diagnostic.hpp"
#include "engine/base/json_line.hpp"
#include "engine/script/compile.hpp"
#include "intents/catalogue.hpp"
#include "intents/matcher.hpp"
#include "tools/commands.hpp"
#include "tools/diagnostic_json.hpp"
#include "tools/options.hpp"
#include "tools/pack_source.hpp"
#include "tools/parallel.hpp"
#include "tools/pattern_lint.hpp"

namespace befriend {
namespace {

constexpr OptionSpec specs[] = {
    {"--pack", "FOLDER", "lay the files of a folder over those built in"},
    language_option,
    {"--quiet", "", "errors only, no warnings"},
    {"--strict", "", "compare all patterns too (some seconds); a warning of theirs fails"},
    json_option,
};

struct Colours {
    std::string_view error, warning, bold, dim, off;
};

Colours colours() {
    const char* no_color = std::getenv("NO_COLOR");
    const bool plain = (no_color != nullptr && *no_color != '\0') || ::isatty(STDOUT_FILENO) == 0;
    if (plain) return {};
    return {"\033[1;31m", "\033[1;33m", "\033[1m", "\033[2m", "\033[0m"};
}

void put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print(const Diagnostic& d, const std::map<std::string, Source>& sources,
           const Colours& colour) {
    const auto source = sources.find(d.file);
    std::string text = source == sources.end() ? render(d) : render(d, source->second);
    if (!colour.off.empty()) {
        // The first line is file:line:col: severity[code]: text.
        const std::string severity(severity_name(d.severity));
        const std::string tag = severity + "[" + d.code + "]";
        const auto at = text.find(tag);
        if (at != std::string::npos) {
            const std::string_view tint =
                d.severity == Severity::error ? colour.error : colour.warning;
            text.replace(at, tag.size(), std::string(tint) + tag + std::string(colour.off));
            text = std::string(colour.bold) + text.substr(0, at) + std::string(colour.off) +
                   text.substr(at);
        }
    }
    put(text);
    // render() with a source prints the hint itself.
    if (source == sources.end() && !d.hint.empty()) put("    hint: " + d.hint + "\n");
}

std::string counted(std::size_t n, std::string_view what) {
    return std::to_string(n) + " " + std::string(what) + (n == 1 ? "" : "s");
}

// A folder stands for every script in it.
std::vector<std::string> expand(const std::vector<std::string>& paths) {
    namespace fs = std::filesystem;
    std::vector<std::string> result;
    for (const std::string& path : paths) {
        std::error_code error;
        if (!fs::is_directory(path, error)) {
            result.push_back(path);
            continue;
        }
        std::vector<std::string> found;
        for (fs::recursive_directory_iterator at(path, error), end; !error && at != end;
             at.increment(error)) {
            const std::string extension = at->path().extension().string();
            if (extension == ".yaml" || extension == ".yml" || extension == ".json")
                found.push_back(at->path().generic_string());
        }
        std::ranges::sort(found);
        result.insert(result.end(), found.begin(), found.end());
    }
    return result;
}

std::chrono::sys_days today() {
    return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
}

// The patterns of the given files, in the catalogue of all; of all files when none is given.
Diagnostics pattern_lints(std::vector<SourceFile> known, const std::vector<SourceFile>& given,
                          bool strict) {
    for (const SourceFile& file : given) {
        const auto same = std::ranges::find(known, file.path, &SourceFile::path);
        if (same == known.end()) {
            known.push_back(file);
        } else {
            *same = file;
        }
    }
    Diagnostics found;
    const Catalogue catalogue = load_catalogue(intent_sources(known), found);
    const Matcher matcher = Matcher::compile(catalogue, found);
    if (has_errors(found)) return {};  // told already; with errors nothing can be compared
    const auto chosen = [&](const IntentSpec& intent) {
        return given.empty() || std::ranges::find(given, catalogue.files[intent.place.file],
                                                  &SourceFile::path) != given.end();
    };
    return strict ? compare_patterns(catalogue, matcher, chosen, all_cores()).diagnostics
                  : quick_pattern_lints(catalogue, matcher, chosen);
}

}  // namespace

constexpr CommandPage check_page{
    .arguments = "[FILE|FOLDER...]",
    .text =
        "Finds every mistake in dialogs, intents and helplines. Without FILE: everything\n"
        "built in, or everything with the files of --pack (a folder with intents/ and\n"
        "dialogs/) laid over it. With FILE: only these; the names that the rest defines are\n"
        "known.\n",
    .options = specs,
    .notes =
        "--strict looks for patterns that do nothing or fight each other: see befriend overlap\n"
        "--lint.\n"
        "\n"
        "Exit code: 0 no error, 1 errors (with --strict: or such a pattern), 2 wrong usage or a\n"
        "file that cannot be read.\n"
        "befriend explain BF0230 prints the page of a code.\n",
    .examples =
        "befriend check\n"
        "befriend check dialogs/en/first_words.yaml\n"
        "befriend check --strict\n"
        "befriend check --pack my_pack --quiet\n",
};

int run_check(Arguments arguments) {
    const auto options = parse_options(arguments, specs);
    if (!options) return usage_error("check", options.error().message);
    const CompileOptions compile{options->get("--language", "en"), today(), false};
    Diagnostics diagnostics;
    const std::string folder = options->get("--pack");
    std::vector<SourceFile> known =
        folder.empty() ? embedded_sources() : folder_sources(folder, diagnostics);
    bool unreadable = !folder.empty() && !std::filesystem::is_directory(folder);
    if (unreadable) std::fprintf(stderr, "befriend check: %s is no folder\n", folder.c_str());
    std::vector<SourceFile> given;
    for (const std::string& path : expand(options->rest)) {
        SourceFile file{path, {}};
        if (read_file(path, file.bytes)) {
            given.push_back(std::move(file));
        } else {
            std::fprintf(stderr, "befriend check: %s cannot be read\n", path.c_str());
            unreadable = true;
        }
    }
    if (unreadable) return 2;
    Diagnostics found;
    if (given.empty()) {
        found = compile_pack(known, compile).diagnostics;
    } else {
        found = FileChecker(known, compile).check(given);
    }
    diagnostics.insert(diagnostics.end(), found.begin(), found.end());
    const bool strict = options->has("--strict");
    std::size_t failing = 0;  // warnings that --strict does not let pass
    if (strict || !options->has("--quiet")) {
        const Diagnostics patterns = pattern_lints(known, given, strict);
        diagnostics.insert(diagnostics.end(), patterns.begin(), patterns.end());
        if (strict) failing = patterns.size();
    }
    if (options->has("--quiet") && !strict)
        std::erase_if(diagnostics,
                      [](const Diagnostic& d) { return d.severity != Severity::error; });
    if (options->has("--json")) {
        put(json_line(diagnostics_json(diagnostics)) + "\n");
        return has_errors(diagnostics) || failing > 0 ? 1 : 0;
    }
    std::map<std::string, Source> sources;
    for (std::vector<SourceFile>* files : {&given, &known}) {
        for (SourceFile& file : *files)
            sources.emplace(file.path, Source{file.path, std::move(file.bytes)});
    }
    const Colours colour = colours();
    std::size_t errors = 0;
    for (const Diagnostic& d : diagnostics) {
        print(d, sources, colour);
        if (d.severity == Severity::error) ++errors;
    }
    if (diagnostics.empty()) {
        std::printf("%s: nothing to correct\n",
                    counted(given.empty() ? sources.size() : given.size(), "file").c_str());
    } else {
        std::printf("%s, %s; befriend explain CODE tells more\n", counted(errors, "error").c_str(),
                    counted(diagnostics.size() - errors, "warning").c_str());
    }
    return errors + failing > 0 ? 1 : 0;
}

}  // namespace befriend
