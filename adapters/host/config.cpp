// SPDX-License-Identifier: Apache-2.0
#include "adapters/host/config.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace befriend {
namespace {

using Type = ConfigKey::Type;

std::string full_name(const ConfigKey& key) {
    return std::string(key.section) + "." + std::string(key.name);
}

const ConfigKey* find_key(std::string_view full) {
    for (const ConfigKey& key : config_keys()) {
        if (full_name(key) == full) {
            return &key;
        }
    }
    return nullptr;
}

// The key of a section by the name that stands in the file: a secret's is NAME_file.
const ConfigKey* key_written(std::string_view section, std::string_view name) {
    for (const ConfigKey& key : config_keys()) {
        const std::string written =
            std::string(key.name) + (key.type == Type::secret ? "_file" : "");
        if (key.section == section && written == name) {
            return &key;
        }
    }
    return nullptr;
}

const ConfigKey* secret_named(std::string_view section, std::string_view name) {
    for (const ConfigKey& key : config_keys()) {
        if (key.section == section && key.name == name && key.type == Type::secret) {
            return &key;
        }
    }
    return nullptr;
}

std::vector<std::string> split(std::string_view words) {
    std::vector<std::string> all;
    while (!words.empty()) {
        const std::size_t bar = words.find('|');
        all.emplace_back(words.substr(0, bar));
        words = bar == std::string_view::npos ? std::string_view() : words.substr(bar + 1);
    }
    return all;
}

std::string_view type_words(Type type) {
    switch (type) {
        case Type::number:
            return "a whole number, without quotes";
        case Type::flag:
            return "true or false, without quotes";
        case Type::list:
            return "a list of texts in brackets";
        case Type::text:
        case Type::secret:
            break;
    }
    return "a text in quotes";
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

// Collects what is wrong with one file.
class Reader {
public:
    Reader(std::string_view file, Diagnostics& diagnostics)
        : file_(file), diagnostics_(diagnostics) {}

    void tell(const Code& code, const toml::source_region& where, std::string message,
              std::string hint = {}) {
        Position at{
            static_cast<std::uint32_t>(std::max<toml::source_index>(where.begin.line, 1)),
            static_cast<std::uint32_t>(std::max<toml::source_index>(where.begin.column, 1))};
        diagnostics_.push_back(
            make_diagnostic(code, file_, at, std::move(message), std::move(hint)));
    }

    void unknown(const toml::key& key, const std::string& what, std::vector<std::string> names) {
        const std::string near = closest(key.str(), names);
        tell(codes::config_unknown_key, key.source(), "there is no " + what,
             near.empty() ? "befriend config explain lists the keys"
                          : "did you mean \"" + near + "\"?");
    }

    // The value as text; nullopt when it is told.
    std::optional<std::string> scalar(const ConfigKey& key, const toml::node& node) {
        if (key.type == Type::number && node.is_integer()) {
            const std::int64_t number = **node.as_integer();
            if (number < key.least || number > key.most) {
                tell(codes::config_bad_value, node.source(),
                     full_name(key) + " lies between " + std::to_string(key.least) + " and " +
                         std::to_string(key.most));
                return std::nullopt;
            }
            return std::to_string(number);
        }
        if (key.type == Type::flag && node.is_boolean()) {
            return **node.as_boolean() ? "true" : "false";
        }
        const bool is_text = key.type != Type::number && key.type != Type::flag;
        if (is_text && node.is_string()) {
            const std::string& text = **node.as_string();
            const std::vector<std::string> allowed = split(key.words);
            if (!allowed.empty() && std::ranges::find(allowed, text) == allowed.end()) {
                const std::string near = closest(text, allowed);
                tell(codes::config_bad_value, node.source(),
                     full_name(key) + " is one of " + joined(allowed),
                     near.empty() ? "" : "did you mean \"" + near + "\"?");
                return std::nullopt;
            }
            return text;
        }
        tell(codes::config_wrong_type, node.source(),
             full_name(key) + " is " +
                 std::string(type_words(key.type == Type::list ? Type::text : key.type)));
        return std::nullopt;
    }

private:
    std::string_view file_;
    Diagnostics& diagnostics_;
};

std::vector<std::string> names_in(std::string_view section) {
    std::vector<std::string> names;
    for (const ConfigKey& key : config_keys()) {
        if (key.section == section) {
            names.push_back(std::string(key.name) + (key.type == Type::secret ? "_file" : ""));
        }
    }
    return names;
}

const ConfigSection* find_section(std::string_view name) {
    for (const ConfigSection& section : config_sections()) {
        if (section.name == name) {
            return &section;
        }
    }
    return nullptr;
}

}  // namespace

std::string environment_name(const ConfigKey& key) {
    std::string name = "BEFRIEND_" + std::string(key.section) + "_" + std::string(key.name);
    for (char& c : name) {
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return name;
}

Config Config::read(std::string_view file, std::string_view bytes, Diagnostics& diagnostics) {
    Config config;
    Reader reader(file, diagnostics);
    const toml::parse_result parsed = toml::parse(bytes);
    if (!parsed) {
        reader.tell(codes::config_syntax, parsed.error().source(),
                    std::string(parsed.error().description()));
        return config;
    }
    bool any_transport = false;
    for (const auto& [name, node] : parsed.table()) {
        const ConfigSection* section = find_section(name.str());
        if (section == nullptr) {
            std::vector<std::string> names;
            for (const ConfigSection& known : config_sections()) {
                names.emplace_back(known.name);
            }
            reader.unknown(name, "table [" + std::string(name.str()) + "]", names);
            continue;
        }
        if (!node.is_table()) {
            reader.tell(codes::config_wrong_type, node.source(),
                        std::string(name.str()) + " is a table: [" + std::string(name.str()) + "]");
            continue;
        }
        config.sections_.emplace(name.str());
        any_transport = any_transport || section->transport;
        for (const auto& [key_name, value] : *node.as_table()) {
            const ConfigKey* key = key_written(name.str(), key_name.str());
            if (key == nullptr) {
                if (const ConfigKey* secret = secret_named(name.str(), key_name.str())) {
                    reader.tell(codes::config_open_secret, key_name.source(),
                                "a secret does not belong in this file",
                                "write " + std::string(secret->name) + "_file = \"PATH\", or set " +
                                    environment_name(*secret));
                    continue;
                }
                reader.unknown(key_name,
                               "key \"" + std::string(key_name.str()) + "\" in [" +
                                   std::string(name.str()) + "]",
                               names_in(name.str()));
                continue;
            }
            if (key->type == Type::list) {
                const toml::array* array = value.as_array();
                if (array == nullptr) {
                    reader.tell(codes::config_wrong_type, value.source(),
                                full_name(*key) + " is " + std::string(type_words(Type::list)));
                    continue;
                }
                std::vector<std::string>& list = config.lists_[full_name(*key)];
                for (const toml::node& entry : *array) {
                    if (auto text = reader.scalar(*key, entry)) {
                        list.push_back(std::move(*text));
                    }
                }
                continue;
            }
            if (auto text = reader.scalar(*key, value)) {
                config.values_[full_name(*key)] = std::move(*text);
                if (key->type == Type::secret) {
                    const auto secret = config.secret(full_name(*key));
                    if (!secret) {
                        reader.tell(codes::config_secret_unreadable, value.source(),
                                    secret.error().message);
                    }
                }
            }
        }
    }
    if (!any_transport) {
        reader.tell(codes::config_no_transport, {}, "no transport is set up",
                    "add the table of one, such as [jsonl]");
    }
    std::ranges::stable_sort(diagnostics, {}, [](const Diagnostic& diagnostic) {
        return std::pair(diagnostic.line, diagnostic.col);
    });
    return config;
}

bool Config::has(std::string_view section) const { return sections_.contains(section); }

std::string Config::text(std::string_view key) const {
    const auto found = values_.find(key);
    if (found != values_.end()) {
        return found->second;
    }
    const ConfigKey* row = find_key(key);
    return row == nullptr ? std::string() : std::string(row->otherwise);
}

std::int64_t Config::number(std::string_view key) const {
    return std::strtoll(text(key).c_str(), nullptr, 10);
}

bool Config::flag(std::string_view key) const { return text(key) == "true"; }

std::vector<std::string> Config::list(std::string_view key) const {
    const auto found = lists_.find(key);
    if (found != lists_.end()) {
        return found->second;
    }
    const ConfigKey* row = find_key(key);
    return row == nullptr ? std::vector<std::string>() : split(row->otherwise);
}

Result<std::optional<std::string>> Config::secret(std::string_view key) const {
    const ConfigKey* row = find_key(key);
    if (row == nullptr) {
        return std::optional<std::string>{};
    }
    std::string file;
    if (const auto found = values_.find(key); found != values_.end()) {
        file = found->second;
    } else if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY"); folder != nullptr) {
        const std::string credential = std::string(folder) + "/" + std::string(key);
        struct stat info{};
        if (stat(credential.c_str(), &info) == 0) {
            file = credential;
        }
    }
    if (file.empty()) {
        const char* value = std::getenv(environment_name(*row).c_str());
        if (value == nullptr || *value == '\0') {
            return std::optional<std::string>{};
        }
        return std::optional<std::string>{value};
    }
    struct stat info{};
    std::ifstream in(file, std::ios::binary);
    if (!in || stat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
        return fail("the secret file " + file + " cannot be read");
    }
    if ((info.st_mode & 0007) != 0) {
        return fail("everybody on this machine can read " + file + ": chmod 600 it");
    }
    std::ostringstream bytes;
    bytes << in.rdbuf();
    std::string text = std::move(bytes).str();
    if (without_line_end(text).empty()) {
        return fail("the secret file " + file + " holds nothing");
    }
    return std::optional<std::string>{std::move(text)};
}

std::string without_line_end(std::string text) {
    if (text.ends_with('\n')) {
        text.pop_back();
    }
    if (text.ends_with('\r')) {
        text.pop_back();
    }
    return text;
}

std::string config_example() {
    std::string text;
    for (const ConfigSection& section : config_sections()) {
        text += (text.empty() ? "# " : "\n# ") + std::string(section.about) + "\n";
        text += section.transport ? "#[" + std::string(section.name) + "]\n"
                                  : "[" + std::string(section.name) + "]\n";
        for (const ConfigKey& key : config_keys()) {
            if (key.section != section.name) {
                continue;
            }
            text += "# " + std::string(key.about) + "\n";
            std::string value(key.otherwise);
            if (key.type == Type::text || key.type == Type::secret) {
                value = "\"" + value + "\"";
            } else if (key.type == Type::list) {
                std::string entries;
                for (const std::string& entry : split(key.otherwise)) {
                    entries += (entries.empty() ? "\"" : ", \"") + entry + "\"";
                }
                value = "[" + entries + "]";
            }
            text += "#" + std::string(key.name) + (key.type == Type::secret ? "_file" : "") +
                    " = " + value + "\n";
        }
    }
    return text;
}

}  // namespace befriend
