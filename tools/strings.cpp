// SPDX-License-Identifier: Apache-2.0
//
// befriend strings: what befriend says as PO files, for people who translate.
#include "tools/strings.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"
#include "tools/pack_option.hpp"

namespace befriend {
namespace {

constexpr OptionSpec strings_options[] = {
    {"--language", "de", "the language translated into"},
    {"--file", "FILE", "the PO file (dialogs/LANGUAGE.po)"},
    {"-o", "FILE", "extract: write to this file instead of standard output"},
    pack_option,
    json_option,
};

struct Call {
    const Options& options;
    const Pack& pack;
    std::string language;
    std::string file;
};

int cannot(const std::string& message) {
    std::fprintf(stderr, "befriend strings: %s\n", message.c_str());
    return 2;
}

void tell(const Call& call, const StringsStatus& status, const Diagnostics& diagnostics) {
    if (call.options.has("--json")) {
        nlohmann::json list = nlohmann::json::array();
        for (const Diagnostic& d : diagnostics)
            list.push_back({{"file", d.file}, {"line", d.line}, {"message", d.message}});
        const nlohmann::json result = {{"file", call.file},
                                       {"texts", status.texts},
                                       {"translated", status.translated},
                                       {"fuzzy", status.fuzzy},
                                       {"missing", status.missing},
                                       {"stale", status.stale},
                                       {"broken", status.broken},
                                       {"obsolete", status.obsolete},
                                       {"findings", std::move(list)}};
        std::puts(json_line(result).c_str());
        return;
    }
    for (const Diagnostic& d : diagnostics) std::fputs(render(d).c_str(), stdout);
    std::printf(
        "%s: %zu texts: %zu translated, %zu fuzzy, %zu missing, %zu stale, %zu with wrong "
        "placeholders; %zu obsolete\n",
        call.file.c_str(), status.texts, status.translated, status.fuzzy, status.missing,
        status.stale, status.broken, status.obsolete);
}

int extract(const Call& call) {
    const std::vector<PoEntry> entries =
        call.language == pseudo_language ? pseudo_strings(call.pack) : extract_strings(call.pack);
    const std::string text = write_po(entries, call.language);
    if (!call.options.has("-o")) {
        std::fwrite(text.data(), 1, text.size(), stdout);
        return 0;
    }
    const std::string file = call.options.get("-o");
    if (const auto written = write_whole_file(file, text); !written)
        return cannot(written.error().message);
    if (call.options.has("--json"))
        std::puts(nlohmann::json{{"file", file}, {"texts", entries.size()}}.dump().c_str());
    return 0;
}

// False when the file is there and cannot be read as PO.
bool read_entries(const Call& call, std::vector<PoEntry>& entries, bool& exists) {
    const auto bytes = read_whole_file(call.file);
    exists = bytes.has_value();
    if (!exists) return true;
    Diagnostics diagnostics;
    entries = read_po(call.file, *bytes, diagnostics);
    for (const Diagnostic& d : diagnostics) std::fputs(render(d).c_str(), stderr);
    return !has_errors(diagnostics);
}

int update(const Call& call) {
    std::vector<PoEntry> old;
    bool exists = false;
    if (!read_entries(call, old, exists)) return 2;
    const std::vector<PoEntry> merged = merge_strings(extract_strings(call.pack), old);
    if (const auto written = write_whole_file(call.file, write_po(merged, call.language)); !written)
        return cannot(written.error().message);
    Diagnostics diagnostics;
    tell(call, strings_status(call.pack, call.file, merged, diagnostics), diagnostics);
    return 0;
}

int status(const Call& call) {
    std::vector<PoEntry> entries;
    bool exists = false;
    if (!read_entries(call, entries, exists)) return 2;
    if (!exists)
        return cannot(call.file + " cannot be read; befriend strings update --language " +
                      call.language + " begins it");
    Diagnostics diagnostics;
    const StringsStatus status = strings_status(call.pack, call.file, entries, diagnostics);
    tell(call, status, diagnostics);
    return status.translated == status.texts ? 0 : 1;
}

}  // namespace

constexpr CommandPage strings_page{
    .arguments = "extract|update|status",
    .text =
        "Keeps what befriend says in PO files, which translators' tools open.\n"
        "extract: a template of every text. update: begins the file of a language, or brings\n"
        "it up to date; translations are kept, those of a changed text are marked fuzzy.\n"
        "status: counts what is translated, fuzzy, missing, stale or has wrong placeholders.\n",
    .options = strings_options,
    .notes =
        "befriend chat --language de --pack . then speaks dialogs/de.po, English where it has\n"
        "nothing; --language en-XA is a test language made of accents.\n"
        "Exit code of status: 0 all translated, 1 not all, 2 a file that cannot be read.\n",
    .examples =
        "befriend strings extract -o befriend.pot\n"
        "befriend strings update --language de\n"
        "befriend strings status --language de --json\n",
    .words = "extract update status",
};

int run_strings(Arguments arguments) {
    const auto options = parse_options(arguments, strings_page.options);
    if (!options) return usage_error("strings", options.error().message);
    if (options->rest.size() != 1) return usage_error("strings", "one of extract, update, status");
    const std::string what = options->rest.front();
    const std::string language = options->get("--language", what == "extract" ? "en" : "");
    if (what != "extract" && what != "update" && what != "status")
        return usage_error("strings", "there is no " + what + ": extract, update or status");
    if (!is_language_name(language))
        return usage_error("strings", what + " needs --language, for example de or pt-BR");
    const auto pack = pack_or_complain("strings", options->get("--pack"), "en");
    if (!pack) return 2;
    const std::string folder = options->has("--pack") ? options->get("--pack") + "/" : "";
    const Call call{*options, *pack, language,
                    options->get("--file", folder + "dialogs/" + language + ".po")};
    return what == "extract" ? extract(call) : what == "update" ? update(call) : status(call);
}

}  // namespace befriend
