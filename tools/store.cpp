// SPDX-License-Identifier: Apache-2.0
//
// befriend store: looks after the file in which a bot or the terminal keeps conversations.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "adapters/host/config.hpp"
#include "adapters/store/upkeep.hpp"
#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"

namespace befriend {
namespace {

constexpr OptionSpec specs[] = {
    {"--to", "FILE", "with backup: the new file"},
    {"--key-file", "FILE", "with check: the key of an encrypted store"},
    {"--passphrase-file", "FILE", "with check: the passphrase of an encrypted store"},
    json_option,
};

int refuse(const std::string& message) {
    std::fprintf(stderr, "befriend store: %s\n", message.c_str());
    return 2;
}

void put(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

Result<std::optional<StoreSecret>> secret_of(const Options& options) {
    for (const char* name : {"--key-file", "--passphrase-file"}) {
        if (!options.has(name)) {
            continue;
        }
        const std::string file = options.get(name);
        const auto bytes = read_whole_file(file);
        if (!bytes) {
            return fail(file + " cannot be read");
        }
        if (std::string_view(name) == "--key-file") {
            auto secret = secret_from_key_file(*bytes);
            if (!secret) {
                return secret.error();
            }
            return std::optional<StoreSecret>{std::move(*secret)};
        }
        StoreSecret secret;
        secret.passphrase = without_line_end(*bytes);
        return std::optional<StoreSecret>{std::move(secret)};
    }
    return std::optional<StoreSecret>{};
}

int back_up(const std::string& file, const Options& options) {
    const std::string target = options.get("--to");
    if (target.empty()) {
        return usage_error("store", "backup needs --to FILE");
    }
    const auto done = back_up_store(file, target);
    if (!done) {
        return refuse(done.error().message);
    }
    put(options.has("--json") ? json_line({{"backup", target}}) + "\n"
                              : target + ": copied from " + file + "\n");
    return 0;
}

int check(const std::string& file, const Options& options) {
    const auto secret = secret_of(options);
    if (!secret) {
        return refuse(secret.error().message);
    }
    const auto report = check_store(file, *secret);
    if (!report) {
        return refuse(report.error().message);
    }
    if (options.has("--json")) {
        put(json_line({{"schema", report->schema},
                       {"encrypted", report->encrypted},
                       {"texts_read", report->key_given || !report->encrypted},
                       {"conversations", report->conversations},
                       {"undelivered", report->undelivered},
                       {"deadlines", report->deadlines},
                       {"problems", report->problems}}) +
            "\n");
        return report->problems.empty() ? 0 : 1;
    }
    for (const std::string& problem : report->problems) {
        put(file + ": error: " + problem + "\n");
    }
    put(file + ": " + std::to_string(report->conversations) + " conversations, " +
        std::to_string(report->undelivered) + " deliveries under way, " +
        std::to_string(report->deadlines) + " deadlines, schema " + std::to_string(report->schema) +
        "\n");
    if (report->encrypted && !report->key_given) {
        put("Encrypted: the texts were not read. Give the key to check them, too.\n");
    }
    return report->problems.empty() ? 0 : 1;
}

}  // namespace

constexpr CommandPage store_page{
    .arguments = "check FILE | backup FILE --to COPY",
    .text =
        "check reads a store and says whether it is whole. backup copies it, also while a bot\n"
        "has it open; what is encrypted stays encrypted.\n",
    .options = specs,
    .notes =
        "Exit code: 0 fine, 1 the store is damaged, 2 wrong usage, a file that cannot be used, or\n"
        "another key.\n",
    .examples =
        "befriend store check befriend.db\n"
        "befriend store check befriend.db --key-file store.key --json\n"
        "befriend store backup befriend.db --to befriend.copy.db\n",
    .words = "check backup",
};

int run_store(Arguments arguments) {
    const auto options = parse_options(arguments, specs);
    if (!options) {
        return usage_error("store", options.error().message);
    }
    const std::vector<std::string>& words = options->rest;
    if (words.size() == 2 && words[0] == "check") {
        return check(words[1], *options);
    }
    if (words.size() == 2 && words[0] == "backup") {
        return back_up(words[1], *options);
    }
    return usage_error("store", "say check FILE, or backup FILE --to COPY");
}

}  // namespace befriend
