// SPDX-License-Identifier: Apache-2.0
//
// One logged-in account on one device, as `befriend matrix login` leaves it for the bot:
//   FOLDER/account.json   homeserver, user, device, access token (0600)
//   FOLDER/keys/          the crypto store, used by one program at a time
//   FOLDER/keys/device.json   the device's public keys, for `befriend matrix doctor`
//   FOLDER/keys/last_sync     touched when a /sync was taken
// The recovery file with the identity's seeds lies elsewhere; by default FOLDER-recovery.json.
#pragma once

#include <string>

#include "engine/base/result.hpp"

namespace befriend::matrix {

struct SavedAccount {
    std::string homeserver;  // base URL, "https://matrix.example.org"
    std::string user_id;
    std::string device_id;
    std::string access_token;
};

inline std::string account_file(const std::string& folder) { return folder + "/account.json"; }
inline std::string keys_folder(const std::string& folder) { return folder + "/keys"; }
inline std::string recovery_file(const std::string& folder) { return folder + "-recovery.json"; }

// An Error when there is none, when others may read it, or when a part is missing.
Result<SavedAccount> read_account(const std::string& folder);
// In place of one that exists.
Result<void> write_account(const std::string& folder, const SavedAccount& account);

}  // namespace befriend::matrix
