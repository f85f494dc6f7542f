// SPDX-License-Identifier: Apache-2.0
#include "adapters/host/config.hpp"

namespace befriend {
namespace {

using Type = ConfigKey::Type;

constexpr ConfigSection sections[] = {
    {"store", false, "Where conversations are kept."},
    {"pack", false, "What befriend understands and says."},
    {"limits", false, "How much at once, and for how long."},
    {"log", false, "What is written to standard error, a JSON object a line."},
    {"metrics", false, "Health and numbers over HTTP: /healthz and /metrics."},
    {"matrix", true, "A Matrix account that people write to (docs/running-a-bot.md)."},
    {"jsonl", true, "Lines of JSON on standard input and output, for your own program."},
};

constexpr ConfigKey keys[] = {
    {"store", "file", Type::text, "befriend.db", 0, 0, "",
     "The database. One program at a time may have it open."},
    {"store", "key", Type::secret, "", 0, 0, "",
     "Encrypts what is kept: 32 bytes, or 64 hexadecimal digits (openssl rand -hex 32)."},
    {"store", "passphrase", Type::secret, "", 0, 0, "",
     "Encrypts what is kept, instead of a key; the key is derived from it with Argon2id."},
    {"pack", "folder", Type::text, "", 0, 0, "",
     "A folder with intents/ and dialogs/ of your own, laid over what is built in."},
    {"pack", "language", Type::text, "en", 0, 0, "",
     "The language that is spoken: en, or one with dialogs/LANGUAGE.po in the folder."},
    {"limits", "gather", Type::number, "50", 1, 500, "",
     "So many messages of one person that wait together become one turn."},
    {"limits", "undelivered", Type::number, "40", 1, 10'000, "",
     "A conversation with more answers on their way waits before its next turn."},
    {"limits", "retry_first_ms", Type::number, "1000", 10, 60'000, "",
     "Pause before the first repetition of a failed delivery; it doubles each time."},
    {"limits", "retry_most_ms", Type::number, "300000", 10, 3'600'000, "",
     "The longest such pause, unless the server asks for more."},
    {"limits", "stop_seconds", Type::number, "10", 0, 600, "",
     "For finishing turns and delivering answers after SIGTERM."},
    {"limits", "threads", Type::number, "4", 1, 64, "",
     "Turns at once. They wait for the disk more than they compute."},
    {"log", "level", Type::text, "info", 0, 0, "debug|info|warning|error",
     "The least that is written. No level writes what anybody said."},
    {"metrics", "port", Type::number, "0", 0, 65'535, "",
     "The port on the loopback address; 0 opens none."},
    {"metrics", "address", Type::text, "127.0.0.1", 0, 0, "",
     "The numbers name nobody; still, leave them on the loopback address."},
    {"matrix", "homeserver", Type::text, "", 0, 0, "",
     "The homeserver's address, for example https://matrix.example.org."},
    {"matrix", "user", Type::text, "", 0, 0, "",
     "The account, for example @befriend:example.org. Needed with a password only."},
    {"matrix", "password", Type::secret, "", 0, 0, "",
     "Logs in once; the device and its token are kept in the store."},
    {"matrix", "access_token", Type::secret, "", 0, 0, "",
     "Instead of a password: the token of a device that nothing else uses."},
    {"matrix", "account", Type::text, "", 0, 0, "",
     "The folder of befriend matrix login: its login is used, and encrypted rooms can be read."},
    {"matrix", "passphrase", Type::secret, "", 0, 0, "",
     "Of the encryption keys in that folder, if they have one."},
    {"matrix", "recovery_file", Type::text, "", 0, 0, "",
     "The seeds of the account's identity; beside the folder when not named."},
    {"matrix", "cross_signed_only", Type::flag, "false", 0, 0, "",
     "Writes to and reads from devices signed by their owners only."},
    {"matrix", "device_name", Type::text, "befriend", 0, 0, "",
     "How the device is called in the account's list of sessions."},
    {"matrix", "ca_file", Type::text, "", 0, 0, "",
     "Certificates (PEM) to trust instead of the system's, for a homeserver of your own."},
    {"matrix", "invites", Type::text, "nobody", 0, 0, "nobody|same_server|allowlist|everyone",
     "Whose invitations are accepted."},
    {"matrix", "allow", Type::list, "", 0, 0, "",
     "For invites = \"allowlist\": user ids, * for any letters: \"@*:example.org\"."},
    {"matrix", "refuse_openly", Type::flag, "true", 0, 0, "",
     "Declines other invitations with a reason; false leaves them unanswered."},
    {"matrix", "most_rooms", Type::number, "500", 1, 100'000, "",
     "With so many rooms, further invitations are declined."},
    {"matrix", "invites_per_minute", Type::number, "20", 1, 10'000, "",
     "More invitations than this wait for the next minute."},
    {"matrix", "typing", Type::flag, "true", 0, 0, "", "Shows that an answer is being written."},
    {"matrix", "read_receipts", Type::flag, "true", 0, 0, "", "Shows what has been read."},
};

}  // namespace

std::span<const ConfigSection> config_sections() { return sections; }
std::span<const ConfigKey> config_keys() { return keys; }

}  // namespace befriend
