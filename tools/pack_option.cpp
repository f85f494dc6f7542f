// SPDX-License-Identifier: Apache-2.0
#include "tools/pack_option.hpp"

#include <cstdio>

#include "engine/base/diagnostic.hpp"
#include "tools/files.hpp"
#include "tools/pack_source.hpp"
#include "tools/strings.hpp"

namespace befriend {
namespace {

// Of dialogs/LANGUAGE.po in the folder, or here when there is none; false is told.
bool read_translations(std::string_view command, const std::string& folder,
                       const std::string& language, std::vector<PoEntry>& translations) {
    const std::string name(command);
    const std::string file = (folder.empty() ? "" : folder + "/") + "dialogs/" + language + ".po";
    const auto bytes = is_language_name(language) ? read_whole_file(file) : std::nullopt;
    if (!bytes) {
        std::fprintf(stderr,
                     "befriend %s: there is no language \"%s\" yet, only en: %s cannot be read.\n",
                     name.c_str(), language.c_str(), file.c_str());
        return false;
    }
    Diagnostics diagnostics;
    translations = read_po(file, *bytes, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics) std::fputs(render(diagnostic).c_str(), stderr);
    return !has_errors(diagnostics);
}

}  // namespace

std::shared_ptr<const Pack> pack_or_complain(std::string_view command, const std::string& folder,
                                             const std::string& language) {
    std::vector<PoEntry> translations;
    const bool translate = language != "en";
    if (translate && language != pseudo_language &&
        !read_translations(command, folder, language, translations))
        return nullptr;
    PackOptions options;
    options.language = "en";  // what is understood, whatever is spoken
    options.folder = folder;
    Diagnostics diagnostics;
    auto pack = load_pack(options, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics) {
        if (diagnostic.severity == Severity::error) {
            std::fputs(render(diagnostic).c_str(), stderr);
        }
    }
    // The content built in always gives a pack that talks; a folder that is asked for must be
    // right.
    if (!folder.empty() && has_errors(diagnostics)) {
        std::fprintf(
            stderr,
            "befriend %s: the files of %s have mistakes; befriend check --pack %s explains them.\n",
            std::string(command).c_str(), folder.c_str(), folder.c_str());
        return nullptr;
    }
    if (!translate || !pack) return pack;
    if (language == pseudo_language) translations = pseudo_strings(*pack);
    auto translated = translated_pack(*pack, translations);
    if (!translated) {
        std::fprintf(stderr, "befriend %s: %s\n", std::string(command).c_str(),
                     translated.error().message.c_str());
        return nullptr;
    }
    return std::make_shared<const Pack>(std::move(*translated));
}

}  // namespace befriend
