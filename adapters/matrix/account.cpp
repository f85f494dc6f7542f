// SPDX-License-Identifier: Apache-2.0
#include "adapters/matrix/account.hpp"

#include <nlohmann/json.hpp>

#include "adapters/matrix/secret_file.hpp"
#include "engine/base/json_line.hpp"

namespace befriend::matrix {
namespace {

struct Field {
    const char* name;
    std::string SavedAccount::* value;
};
constexpr Field fields[] = {
    {"homeserver", &SavedAccount::homeserver},
    {"user_id", &SavedAccount::user_id},
    {"device_id", &SavedAccount::device_id},
    {"access_token", &SavedAccount::access_token},
};

}  // namespace

Result<SavedAccount> read_account(const std::string& folder) {
    const std::string path = account_file(folder);
    auto text = read_secret_file(path);
    if (!text) return text.error();
    const nlohmann::json parsed = nlohmann::json::parse(*text, nullptr, false);
    wipe(*text);
    SavedAccount account;
    for (const Field& field : fields) {
        if (!parsed.is_object() || !parsed.contains(field.name) ||
            !parsed.at(field.name).is_string()) {
            return fail(path + " has no " + field.name + "; log in again");
        }
        account.*field.value = parsed.at(field.name).get<std::string>();
    }
    return account;
}

Result<void> write_account(const std::string& folder, const SavedAccount& account) {
    nlohmann::json json;
    for (const Field& field : fields) json[field.name] = account.*field.value;
    return replace_secret_file(account_file(folder), json_line(json) + "\n");
}

}  // namespace befriend::matrix
