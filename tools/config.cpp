// SPDX-License-Identifier: Apache-2.0
//
// befriend config: what a bot's config may hold, and whether one is right.
#include "adapters/host/config.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/config_option.hpp"
#include "tools/diagnostic_json.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"

namespace befriend {
namespace {

using Type = ConfigKey::Type;

constexpr OptionSpec specs[] = {
    {"--explain", "", "the same as the word explain"},
    json_option,
};

std::string_view type_name(Type type) {
    switch (type) {
        case Type::number:
            return "number";
        case Type::flag:
            return "true or false";
        case Type::list:
            return "list of texts";
        case Type::secret:
            return "secret";
        case Type::text:
            break;
    }
    return "text";
}

void put(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

int check(const std::string& file, bool json) {
    auto bytes = read_whole_file(file);
    if (!bytes) {
        std::fprintf(stderr, "befriend config: %s cannot be read\n", file.c_str());
        return 2;
    }
    Diagnostics diagnostics;
    const Config config = Config::read(file, *bytes, diagnostics);
    if (!has_errors(diagnostics)) {
        const auto secret = store_secret(config);
        if (!secret) {
            diagnostics.push_back(
                make_diagnostic(codes::config_secret_unreadable, file, {}, secret.error().message));
        }
    }
    if (json) {
        put(json_line(diagnostics_json(diagnostics)) + "\n");
        return has_errors(diagnostics) ? 1 : 0;
    }
    const Source source{file, std::move(*bytes)};
    for (const Diagnostic& diagnostic : diagnostics) {
        put(render(diagnostic, source));
    }
    if (diagnostics.empty()) {
        put(file + ": nothing to correct\n");
    }
    return has_errors(diagnostics) ? 1 : 0;
}

std::string explained(const ConfigKey& key) {
    std::string text = "  " + std::string(key.name) + "  (" + std::string(type_name(key.type));
    if (key.type == Type::number) {
        text += " " + std::to_string(key.least) + " to " + std::to_string(key.most);
    }
    if (!key.words.empty()) {
        text += ": " + std::string(key.words);
    }
    if (key.type != Type::secret) {
        text +=
            key.otherwise.empty() ? ", default: empty" : ", default: " + std::string(key.otherwise);
    }
    text += ")\n      " + std::string(key.about) + "\n";
    if (key.type == Type::secret) {
        text += "      Given as " + std::string(key.name) + "_file = \"PATH\", as the credential " +
                std::string(key.section) + "." + std::string(key.name) + " of systemd, or as $" +
                environment_name(key) + ".\n";
    }
    return text;
}

int explain(bool json) {
    nlohmann::json all = nlohmann::json::array();
    for (const ConfigSection& section : config_sections()) {
        if (!json) {
            put("[" + std::string(section.name) + "]  " + std::string(section.about) + "\n");
        }
        for (const ConfigKey& key : config_keys()) {
            if (key.section != section.name) {
                continue;
            }
            if (!json) {
                put(explained(key));
                continue;
            }
            nlohmann::json row{{"table", key.section},
                               {"key", key.name},
                               {"type", type_name(key.type)},
                               {"default", key.otherwise},
                               {"about", key.about}};
            if (key.type == Type::number) {
                row["least"] = key.least;
                row["most"] = key.most;
            }
            all.push_back(std::move(row));
        }
        if (!json) {
            put("\n");
        }
    }
    if (json) {
        put(json_line({{"keys", std::move(all)}}) + "\n");
    }
    return 0;
}

int example(bool json) {
    put(json ? json_line({{"config", config_example()}}) + "\n" : config_example());
    return 0;
}

}  // namespace

constexpr CommandPage config_page{
    .arguments = "check FILE | explain | example",
    .text =
        "check reads a bot's config and names every mistake with its place. explain tells what\n"
        "every key is for. example prints a config with every key, ready to be edited.\n",
    .options = specs,
    .notes =
        "Exit code: 0 nothing to correct, 1 mistakes, 2 wrong usage or a file that cannot be "
        "read.\n",
    .examples =
        "befriend config example > befriend.toml\n"
        "befriend config check befriend.toml\n"
        "befriend config explain\n",
    .words = "check explain example",
};

int run_config(Arguments arguments) {
    const auto options = parse_options(arguments, specs);
    if (!options) {
        return usage_error("config", options.error().message);
    }
    const bool json = options->has("--json");
    const std::vector<std::string>& words = options->rest;
    if (words.empty() && options->has("--explain")) {
        return explain(json);
    }
    if (words.size() == 2 && words[0] == "check") {
        return check(words[1], json);
    }
    if (words.size() == 1 && words[0] == "explain") {
        return explain(json);
    }
    if (words.size() == 1 && words[0] == "example") {
        return example(json);
    }
    return usage_error("config", "say check FILE, explain or example");
}

}  // namespace befriend
