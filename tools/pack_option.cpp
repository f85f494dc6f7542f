// SPDX-License-Identifier: Apache-2.0
#include "tools/pack_option.hpp"

#include <cstdio>

#include "engine/base/diagnostic.hpp"
#include "tools/pack_source.hpp"

namespace befriend {

std::shared_ptr<const Pack> pack_or_complain(std::string_view command, const std::string& folder,
                                             const std::string& language) {
    if (language != "en") {
        std::fprintf(stderr, "befriend %s: there is no language \"%s\" yet, only en.\n",
                     std::string(command).c_str(), language.c_str());
        return nullptr;
    }
    PackOptions options;
    options.language = language;
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
    return pack;
}

}  // namespace befriend
