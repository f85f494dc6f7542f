// SPDX-License-Identifier: Apache-2.0
#include "adapters/matrix/settings.hpp"

#include <algorithm>

namespace befriend::matrix {
namespace {

// "example.org" of "@somebody:example.org".
std::string_view server_of(std::string_view user) {
    const std::size_t colon = user.find(':');
    return colon == std::string_view::npos ? std::string_view() : user.substr(colon + 1);
}

}  // namespace

bool fits_glob(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t after_star = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            after_star = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            // The last star takes one letter more; earlier ones never need to.
            p = star + 1;
            t = ++after_star;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') {
        ++p;
    }
    return p == pattern.size();
}

bool may_invite(const Settings& settings, std::string_view own_user, std::string_view inviter) {
    if (server_of(inviter).empty()) {
        return false;
    }
    switch (settings.invites) {
        case InvitePolicy::nobody:
            return false;
        case InvitePolicy::same_server:
            return server_of(inviter) == server_of(own_user);
        case InvitePolicy::allowlist:
            return std::any_of(
                settings.allow.begin(), settings.allow.end(),
                [&](const std::string& pattern) { return fits_glob(pattern, inviter); });
        case InvitePolicy::everyone:
            return true;
    }
    return false;
}

}  // namespace befriend::matrix
