// SPDX-License-Identifier: Apache-2.0
#include "tools/config_option.hpp"

#include <cstdio>

#include "engine/base/diagnostic.hpp"
#include "tools/files.hpp"

namespace befriend {

std::optional<Config> config_or_complain(std::string_view command, const std::string& file) {
    const std::string name(command);
    auto bytes = read_whole_file(file);
    if (!bytes) {
        std::fprintf(stderr, "befriend %s: %s cannot be read\n", name.c_str(), file.c_str());
        return std::nullopt;
    }
    Diagnostics diagnostics;
    Config config = Config::read(file, *bytes, diagnostics);
    const Source source{file, std::move(*bytes)};
    for (const Diagnostic& diagnostic : diagnostics) {
        std::fputs(render(diagnostic, source).c_str(), stderr);
    }
    if (has_errors(diagnostics)) {
        return std::nullopt;
    }
    return config;
}

Result<std::optional<StoreSecret>> store_secret(const Config& config) {
    const auto key = config.secret("store.key");
    const auto passphrase = config.secret("store.passphrase");
    if (!key || !passphrase) {
        return key ? passphrase.error() : key.error();
    }
    if (*key && *passphrase) {
        return fail("the store has both a key and a passphrase: give one");
    }
    if (*key) {
        auto secret = secret_from_key_file(**key);
        if (!secret) {
            return secret.error();
        }
        return std::optional<StoreSecret>{std::move(*secret)};
    }
    if (*passphrase) {
        StoreSecret secret;
        secret.passphrase = without_line_end(**passphrase);
        return std::optional<StoreSecret>{std::move(secret)};
    }
    return std::optional<StoreSecret>{};
}

}  // namespace befriend
