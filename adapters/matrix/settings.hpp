// SPDX-License-Identifier: Apache-2.0
//
// What an operator decides about the Matrix account: the [matrix] table of the configuration.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace befriend::matrix {

enum class InvitePolicy : std::uint8_t { nobody, same_server, allowlist, everyone };

struct Settings {
    std::string homeserver;  // "https://matrix.example.org"
    std::string user;        // "@befriend:example.org", or its local part
    // One of the two. A token belongs to a device and is preferred.
    std::string password;
    std::string access_token;
    std::string device_name = "befriend";
    std::string ca_file;  // PEM, instead of the system's certificates

    InvitePolicy invites = InvitePolicy::nobody;
    // Patterns over whole user ids, * for any letters: "@*:example.org".
    std::vector<std::string> allow;
    int most_rooms = 500;
    int invites_per_minute = 20;
    bool refuse_openly = true;  // leave what we do not join, so that nobody waits

    // What `befriend matrix login` left (account.hpp): its login and its keys are used. Empty: no
    // encryption, and encrypted rooms are refused.
    std::string account;
    std::string passphrase;          // of the keys there; may be empty
    std::string recovery_file;       // empty: beside the folder
    bool cross_signed_only = false;  // write to and read from signed devices only

    bool typing = true;
    bool read_receipts = true;

    // How long the homeserver may hold a /sync that has nothing to tell.
    std::chrono::milliseconds poll{30'000};
};

// Whether `text` fits `pattern`, in which * stands for any letters and ? for one.
bool fits_glob(std::string_view pattern, std::string_view text);

// Whether an invitation by `inviter` is accepted by `settings`. `own_user` is a whole id.
bool may_invite(const Settings& settings, std::string_view own_user, std::string_view inviter);

}  // namespace befriend::matrix
