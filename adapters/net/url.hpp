// SPDX-License-Identifier: Apache-2.0
//
// What a base URL says, whether a proxy is in between, and how a value goes into a path.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace befriend {

struct Url {
    bool tls = false;
    std::string user_info;  // "user:password" as it stands in a proxy's URL
    std::string host;       // lower case; an IPv6 address without its brackets
    std::uint16_t port = 0;
    std::string path;  // no slash at the end; "" for the root

    friend bool operator==(const Url&, const Url&) = default;
};

// Reads http:// and https:// URLs without a query or a fragment.
Result<Url> parse_url(std::string_view text);

// host:port as a Host header and a CONNECT line have it; the scheme's own port is left out unless
// `always_port`.
std::string authority(const Url& url, bool always_port = false);

// The proxy for reaching `url`, by the variables HTTPS_PROXY or HTTP_PROXY and NO_PROXY, the
// lower-case spelling first. `environment` gives a variable's value, empty when unset.
Result<std::optional<Url>> proxy_for(const Url& url,
                                     const std::function<std::string(const char*)>& environment);

// For one segment of a path or one value of a query: everything but letters, digits and -._~ is
// escaped.
std::string percent_encoded(std::string_view text);

}  // namespace befriend
