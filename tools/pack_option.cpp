// SPDX-License-Identifier: Apache-2.0
#include "tools/pack_option.hpp"

#include <cstdio>

#include "engine/base/diagnostic.hpp"
#include "tools/files.hpp"
#include "tools/pack_source.hpp"
#include "tools/strings.hpp"

namespace befriend {
namespace {

// Of dialogs/LANGUAGE.po in the folder, or here when there is none.
Result<std::vector<PoEntry>> read_translations(const std::string& folder,
                                               const std::string& language) {
    const std::string file = (folder.empty() ? "" : folder + "/") + "dialogs/" + language + ".po";
    const auto bytes = is_language_name(language) ? read_whole_file(file) : std::nullopt;
    if (!bytes) {
        return fail("there is no language \"" + language + "\" yet, only en: " + file +
                    " cannot be read.");
    }
    Diagnostics diagnostics;
    std::vector<PoEntry> translations = read_po(file, *bytes, diagnostics);
    std::string mistakes;
    for (const Diagnostic& diagnostic : diagnostics) mistakes += render(diagnostic);
    if (has_errors(diagnostics)) return fail(file + " has mistakes:\n" + mistakes);
    std::fputs(mistakes.c_str(), stderr);  // warnings
    return translations;
}

}  // namespace

Result<std::shared_ptr<const Pack>> load_checked_pack(const std::string& folder,
                                                      const std::string& language) {
    std::vector<PoEntry> translations;
    const bool translate = language != "en";
    if (translate && language != pseudo_language) {
        auto read = read_translations(folder, language);
        if (!read) return read.error();
        translations = std::move(*read);
    }
    PackOptions options;
    options.language = "en";  // what is understood, whatever is spoken
    options.folder = folder;
    Diagnostics diagnostics;
    auto pack = load_pack(options, diagnostics);
    // The content built in always gives a pack that talks; a folder that is asked for must be
    // right.
    if (!folder.empty() && has_errors(diagnostics)) {
        std::string mistakes;
        for (const Diagnostic& diagnostic : diagnostics) {
            if (diagnostic.severity == Severity::error) mistakes += render(diagnostic);
        }
        return fail("the files of " + folder + " have mistakes; befriend check --pack " + folder +
                    " explains them.\n" + mistakes);
    }
    if (!translate || !pack) return pack;
    if (language == pseudo_language) translations = pseudo_strings(*pack);
    auto translated = translated_pack(*pack, translations);
    if (!translated) return translated.error();
    return std::shared_ptr<const Pack>(std::make_shared<const Pack>(std::move(*translated)));
}

std::shared_ptr<const Pack> pack_or_complain(std::string_view command, const std::string& folder,
                                             const std::string& language) {
    auto pack = load_checked_pack(folder, language);
    if (!pack) {
        const std::string& message = pack.error().message;
        std::fprintf(stderr, "befriend %s: %s%s", std::string(command).c_str(), message.c_str(),
                     message.ends_with('\n') ? "" : "\n");
        return nullptr;
    }
    return std::move(*pack);
}

}  // namespace befriend
