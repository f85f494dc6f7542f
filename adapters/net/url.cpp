// SPDX-License-Identifier: Apache-2.0
#include "adapters/net/url.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace befriend {
namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
    return result;
}

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Whether one entry of NO_PROXY names this host: itself, a parent domain, or everything.
bool excludes(std::string_view entry, const Url& url) {
    while (!entry.empty() && (entry.front() == ' ' || entry.front() == '.')) {
        entry.remove_prefix(1);
    }
    while (!entry.empty() && entry.back() == ' ') {
        entry.remove_suffix(1);
    }
    if (entry == "*") {
        return true;
    }
    if (entry.starts_with("*.")) {
        entry.remove_prefix(2);
    }
    const std::string name = lower(entry);
    if (name.empty()) {
        return false;
    }
    if (url.host == name || authority(url, true) == name) {
        return true;
    }
    return url.host.size() > name.size() && url.host.ends_with(name) &&
           url.host[url.host.size() - name.size() - 1] == '.';
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
    Url url;
    if (lower(text.substr(0, 8)) == "https://") {
        url.tls = true;
        text.remove_prefix(8);
    } else if (lower(text.substr(0, 7)) == "http://") {
        text.remove_prefix(7);
    } else {
        return fail("a URL begins with https:// or http://");
    }
    if (text.find_first_of("?# \t\r\n\\") != std::string_view::npos) {
        return fail("a URL of a server has no query, no fragment and no spaces");
    }
    const std::size_t slash = std::min(text.find('/'), text.size());
    std::string_view where = text.substr(0, slash);
    url.path = text.substr(slash);
    while (url.path.ends_with('/')) {
        url.path.pop_back();
    }
    if (const std::size_t at = where.rfind('@'); at != std::string_view::npos) {
        url.user_info = where.substr(0, at);
        where.remove_prefix(at + 1);
    }
    std::string_view port;
    if (where.starts_with('[')) {
        const std::size_t end = where.find(']');
        if (end == std::string_view::npos) {
            return fail("an IPv6 address in a URL ends with ]");
        }
        url.host = lower(where.substr(1, end - 1));
        port = where.substr(end + 1);
    } else {
        const std::size_t colon = std::min(where.find(':'), where.size());
        url.host = lower(where.substr(0, colon));
        port = where.substr(colon);
    }
    if (url.host.empty()) {
        return fail("a URL names a host");
    }
    url.port = url.tls ? https_port : http_port;
    if (!port.empty()) {
        port.remove_prefix(port.front() == ':' ? 1 : 0);
        const char* const end = port.data() + port.size();
        const auto read = std::from_chars(port.data(), end, url.port);
        if (read.ec != std::errc() || read.ptr != end || url.port == 0) {
            return fail("the port of a URL is a number up to 65535");
        }
    }
    return url;
}

std::string authority(const Url& url, bool always_port) {
    const bool v6 = url.host.find(':') != std::string::npos;
    std::string result = v6 ? "[" + url.host + "]" : url.host;
    if (always_port || url.port != (url.tls ? https_port : http_port)) {
        result += ":" + std::to_string(url.port);
    }
    return result;
}

Result<std::optional<Url>> proxy_for(const Url& url,
                                     const std::function<std::string(const char*)>& environment) {
    const auto value = [&](const char* small, const char* capital) {
        std::string found = environment(small);
        return found.empty() ? environment(capital) : found;
    };
    std::string proxy =
        url.tls ? value("https_proxy", "HTTPS_PROXY") : value("http_proxy", "HTTP_PROXY");
    if (proxy.empty()) {
        return std::optional<Url>();
    }
    const std::string except = value("no_proxy", "NO_PROXY");
    for (std::size_t begin = 0; begin <= except.size();) {
        const std::size_t comma = std::min(except.find(',', begin), except.size());
        if (excludes(std::string_view(except).substr(begin, comma - begin), url)) {
            return std::optional<Url>();
        }
        begin = comma + 1;
    }
    if (proxy.find("://") == std::string::npos) {
        proxy = "http://" + proxy;
    }
    auto parsed = parse_url(proxy);
    if (!parsed || parsed->tls) {
        return fail("the proxy named by the environment is not of the form http://host:port");
    }
    return std::optional<Url>(std::move(*parsed));
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        if (is_plain(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            result += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            result += '%';
            result += digits[byte >> 4];
            result += digits[byte & 15];
        }
    }
    return result;
}

}  // namespace befriend
