// SPDX-License-Identifier: Apache-2.0
//
// befriend matrix: everything about the bot's Matrix account that is not talking.
#include "tools/commands.hpp"
#include "tools/matrix_client.hpp"

namespace befriend {
namespace {

constexpr OptionSpec matrix_options[] = {
    {"--account", "FOLDER",
     "where the login and its keys are kept (~/.local/state/befriend/matrix)"},
    {"--recovery-file", "FILE", "the seeds of the account's identity (FOLDER-recovery.json)"},
    {"--passphrase-file", "FILE", "its first line encrypts the keys (BEFRIEND_MATRIX_PASSPHRASE)"},
    {"--homeserver", "URL", "login: the homeserver (asked of the user's server)"},
    {"--user", "@NAME:SERVER", "login: the bot's account; verify: with whom (anybody)"},
    {"--password-file", "FILE", "login: its first line is the password; - is standard input"},
    {"--device-name", "NAME", "login: how the device is called (befriend)"},
    {"--replace-identity", "", "login: make a new identity although there is one"},
    {"--device", "ID", "verify: ask this device of --user instead of waiting to be asked"},
    {"--yes", "", "verify: the emoji are the same, do not ask (for tests)"},
    {"--wait", "SECONDS", "verify: how long to wait for the other side (300)"},
    {"--admin-token-file", "FILE", "doctor: also look at the rate limit, which takes an admin"},
    {"--ca-file", "FILE", "trust these certificates (PEM) instead of the system's"},
    json_option,
};

struct Action {
    std::string_view name;
    int (*run)(const Options&);
};
constexpr Action actions[] = {
    {"login", matrix_login},
    {"doctor", matrix_doctor},
    {"verify", matrix_verify},
    {"logout", matrix_logout},
};

}  // namespace

constexpr CommandPage matrix_page{
    .arguments = "login|doctor|verify|logout",
    .text =
        "Looks after the bot's account on a Matrix homeserver.\n"
        "\n"
        "login   logs in, makes this device's keys, and signs them with the account's identity,\n"
        "        so that people see no warning. At the first time it writes the identity's seeds\n"
        "        to the recovery file: keep a copy elsewhere. Run again, it mends what is "
        "missing;\n"
        "        with the recovery file it signs a new device after the old one was lost.\n"
        "doctor  asks the homeserver and says what is wrong and what to do about it. It may run\n"
        "        beside the bot.\n"
        "verify  compares emoji with a person, who then sees a green shield. Stop the bot before.\n"
        "logout  gives the device up and removes its keys. The recovery file stays.\n"
        "\n"
        "docs/matrix-encryption.md explains keys, trust and the loss of a device.\n",
    .options = matrix_options,
    .notes = "Exit code: 0 fine, 1 something is wrong, 2 wrong usage.\n",
    .examples =
        "befriend matrix login --user @friend:example.org --password-file password.txt\n"
        "befriend matrix doctor\n"
        "befriend matrix doctor --admin-token-file admin.txt --json\n"
        "befriend matrix verify --user @anna:example.org\n"
        "befriend matrix logout\n",
    .words = "login doctor verify logout",
};

int run_matrix(Arguments arguments) {
    const auto options = parse_options(arguments, matrix_page.options);
    if (!options) return usage_error("matrix", options.error().message);
    if (options->rest.size() != 1) return usage_error("matrix", "login, doctor, verify or logout?");
    for (const Action& action : actions) {
        if (action.name == options->rest.front()) return action.run(*options);
    }
    return usage_error("matrix", "there is login, doctor, verify and logout");
}

}  // namespace befriend
