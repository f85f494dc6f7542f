// SPDX-License-Identifier: Apache-2.0
//
// A small HTTP/1.1 client for talking to one server: connections are kept open and reused, TLS
// certificates are verified, and everything has a limit.
//
// Redirects are refused, because a request carries a token that is for this server only.
// Compressed answers are not asked for. All calls come from the executor's one thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.hpp"

namespace befriend {

struct HttpRequest {
    std::string method = "GET";
    std::string target;  // path and query, percent-encoded; comes after the base URL's path
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    // For everything together: waiting for a free connection, connecting, sending, receiving.
    std::chrono::milliseconds timeout{30'000};
};

struct HttpResponse {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

// The first header of this name in any spelling; empty when there is none. Points into `response`.
std::string_view header(const HttpResponse& response, std::string_view name);

struct HttpOptions {
    std::string user_agent = "befriend";
    std::string ca_file;  // PEM, instead of the system's certificates
    // At once; further requests wait. A homeserver's worker takes about as many from one client.
    std::size_t connections = 16;
    std::size_t header_limit = 64u << 10;
    std::size_t body_limit = 64u << 20;  // the first sync of an account in large rooms
    // Servers and balancers drop idle connections after a minute or more.
    std::chrono::milliseconds keep_idle{50'000};
    bool use_proxy = true;  // what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say
};

class HttpClient {
public:
    // `base_url` is http:// or https:// with a host, and perhaps a port and a path. An Error: it is
    // not, the certificates cannot be read, or the proxy is of a kind that we do not speak.
    static Result<std::unique_ptr<HttpClient>> open(boost::asio::any_io_executor executor,
                                                    std::string base_url, HttpOptions options);
    ~HttpClient();

    // Any status of the server is a response, except for a redirect. An Error: no complete answer
    // came (refused, not trusted, too slow, too large); its text names neither target nor headers.
    // A request that is safe to repeat (not POST) is sent again by itself when a kept connection
    // turns out to be closed.
    boost::asio::awaitable<Result<HttpResponse>> send(HttpRequest request);

    // Ends what is under way with an Error, and refuses everything from now on.
    void close();

private:
    struct State;
    explicit HttpClient(std::shared_ptr<State> state);
    // Shared with the requests under way, which may outlast the client by a moment.
    std::shared_ptr<State> state_;
};

}  // namespace befriend
