// SPDX-License-Identifier: Apache-2.0
#include "adapters/net/http.hpp"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdlib>
#include <deque>
#include <optional>
#include <set>

#include "adapters/net/url.hpp"

namespace befriend {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto checked = asio::as_tuple(asio::use_awaitable);

std::string environment(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

std::string base64(const std::string& bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    // The casts are OpenSSL's idea of bytes.
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) { return beast::iequals(a, b); }

// A line break in a value would begin a header of somebody else's choosing.
bool breaks_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

bool may_repeat(const std::string& method) { return method != "POST" && method != "PATCH"; }

std::string in_words(const error_code& ec) {
    if (ec == beast::error::timeout) {
        return "the server took too long";
    }
    if (ec == http::error::body_limit || ec == http::error::header_limit) {
        return "the server's answer is too large";
    }
    if (ec == asio::error::eof || ec == http::error::end_of_stream ||
        ec == http::error::partial_message || ec == asio::error::connection_reset) {
        return "the server closed the connection";
    }
    if (ec == asio::error::operation_aborted) {
        return "the request was stopped";
    }
    return ec.message();
}

struct Connection {
    Connection(const asio::any_io_executor& executor, asio::ssl::context& context)
        : stream(executor, context) {}

    beast::tcp_stream& tcp_layer() { return stream.next_layer(); }
    // Nothing is expected from an idle connection: bytes, or an end, mean it cannot be used.
    bool is_stale() {
        pollfd watched{tcp_layer().socket().native_handle(), POLLIN, 0};
        return poll(&watched, 1, 0) != 0;
    }

    asio::ssl::stream<beast::tcp_stream> stream;
    beast::flat_buffer buffer;
    Clock::time_point idle_since{};
};

// One request on one connection.
struct Exchange {
    error_code ec;
    bool began = false;  // a part of the answer arrived
    bool keep = false;   // the connection can be used again
    HttpResponse response;
};

template <class Stream>
asio::awaitable<Exchange> exchange(Stream& stream, beast::flat_buffer& buffer,
                                   const http::request<http::string_body>& request,
                                   const HttpOptions& options) {
    Exchange result;
    const auto [write_error, written] = co_await http::async_write(stream, request, checked);
    // A server may answer and close before it has read everything: what it says is worth reading.
    http::response_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(options.header_limit));
    parser.body_limit(options.body_limit);
    const auto [read_error, read] = co_await http::async_read(stream, buffer, parser, checked);
    result.began = read > 0 || buffer.size() > 0;
    if (read_error) {
        result.ec = result.began || !write_error ? read_error : write_error;
        co_return result;
    }
    auto message = parser.release();
    result.keep = message.keep_alive() && !write_error && buffer.size() == 0;
    result.response.status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
        result.response.headers.emplace_back(field.name_string(), field.value());
    }
    result.response.body = std::move(message.body());
    co_return result;
}

}  // namespace

std::string_view header(const HttpResponse& response, std::string_view name) {
    const auto found =
        std::find_if(response.headers.begin(), response.headers.end(),
                     [&](const auto& field) { return equals_ignoring_case(field.first, name); });
    return found == response.headers.end() ? std::string_view() : std::string_view(found->second);
}

struct HttpClient::State {
    State(asio::any_io_executor executor_, Url url_, HttpOptions options_)
        : executor(std::move(executor_)),
          url(std::move(url_)),
          options(std::move(options_)),
          tls(asio::ssl::context::tls_client) {}

    // Where the number of connections is at its limit, requests wait in order.
    struct Waiter {
        explicit Waiter(const asio::any_io_executor& executor) : timer(executor) {}
        asio::steady_timer timer;
        bool has_turn = false;
    };

    asio::awaitable<bool> take_turn(Clock::time_point deadline);
    void give_turn();
    std::unique_ptr<Connection> idle_connection();
    asio::awaitable<Result<std::unique_ptr<Connection>>> connect(Clock::time_point deadline);
    asio::awaitable<Result<void>> tunnel(Connection& connection);
    asio::awaitable<Exchange> run(Connection& connection,
                                  const http::request<http::string_body>& request);
    asio::awaitable<Result<HttpResponse>> send_in_turn(http::request<http::string_body> request,
                                                       bool repeatable, Clock::time_point deadline);

    asio::any_io_executor executor;
    Url url;
    std::optional<Url> proxy;
    HttpOptions options;
    asio::ssl::context tls;
    std::size_t under_way = 0;
    std::deque<Waiter*> waiting;
    std::vector<std::unique_ptr<Connection>> idle;
    std::set<Connection*> busy;
    bool closed = false;
};

asio::awaitable<bool> HttpClient::State::take_turn(Clock::time_point deadline) {
    if (under_way < options.connections) {
        ++under_way;
        co_return true;
    }
    Waiter waiter(executor);
    waiter.timer.expires_at(deadline);
    waiting.push_back(&waiter);
    co_await waiter.timer.async_wait(checked);
    if (!waiter.has_turn) {
        std::erase(waiting, &waiter);
    }
    co_return waiter.has_turn;
}

void HttpClient::State::give_turn() {
    if (waiting.empty()) {
        --under_way;
        return;
    }
    // The turn goes straight to the next one, so that nobody comes in between.
    Waiter* const next = waiting.front();
    waiting.pop_front();
    next->has_turn = true;
    next->timer.cancel();
}

std::unique_ptr<Connection> HttpClient::State::idle_connection() {
    while (!idle.empty()) {
        std::unique_ptr<Connection> connection = std::move(idle.back());
        idle.pop_back();
        if (Clock::now() - connection->idle_since < options.keep_idle && !connection->is_stale()) {
            return connection;
        }
    }
    return nullptr;
}

asio::awaitable<Result<void>> HttpClient::State::tunnel(Connection& connection) {
    http::request<http::empty_body> request(http::verb::connect, authority(url, true), 11);
    request.set(http::field::host, authority(url, true));
    if (!proxy->user_info.empty()) {
        request.set(http::field::proxy_authorization, "Basic " + base64(proxy->user_info));
    }
    const auto [write_error, written] =
        co_await http::async_write(connection.tcp_layer(), request, checked);
    if (write_error) {
        co_return fail("the proxy: " + in_words(write_error));
    }
    // Only the header: what follows it is the tunnel's.
    http::response_parser<http::empty_body> parser;
    parser.skip(true);
    const auto [read_error, read] = co_await http::async_read_header(
        connection.tcp_layer(), connection.buffer, parser, checked);
    if (read_error) {
        co_return fail("the proxy: " + in_words(read_error));
    }
    if (parser.get().result_int() / 100 != 2) {
        co_return fail("the proxy refused with status " +
                       std::to_string(parser.get().result_int()));
    }
    connection.buffer.clear();
    co_return Result<void>();
}

asio::awaitable<Result<std::unique_ptr<Connection>>> HttpClient::State::connect(
    Clock::time_point deadline) {
    const Url& first = proxy ? *proxy : url;
    tcp::resolver resolver(executor);
    // The system's resolver cannot be interrupted; it gives up by itself after some seconds.
    const auto [resolve_error, found] =
        co_await resolver.async_resolve(first.host, std::to_string(first.port), checked);
    if (resolve_error) {
        co_return fail("no address for " + first.host + ": " + resolve_error.message());
    }
    auto connection = std::make_unique<Connection>(executor, tls);
    Connection& made = *connection;
    busy.insert(&made);
    made.tcp_layer().expires_at(deadline);
    const auto [connect_error, endpoint] = co_await made.tcp_layer().async_connect(found, checked);
    if (connect_error) {
        busy.erase(&made);
        co_return fail("no connection to " + authority(first, true) + ": " +
                       in_words(connect_error));
    }
    error_code ignored;
    made.tcp_layer().socket().set_option(tcp::no_delay(true), ignored);
    if (proxy && url.tls) {
        const auto through = co_await tunnel(made);
        if (!through) {
            busy.erase(&made);
            co_return through.error();
        }
    }
    if (url.tls) {
        error_code not_an_address;
        asio::ip::make_address(url.host, not_an_address);
        if (not_an_address) {
            // Server name indication is for names only. Its old C cast is in OpenSSL's macro.
            SSL_ctrl(made.stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                     TLSEXT_NAMETYPE_host_name, url.host.data());
        }
        made.stream.set_verify_callback(asio::ssl::host_name_verification(url.host));
        const auto [tls_error] =
            co_await made.stream.async_handshake(asio::ssl::stream_base::client, checked);
        if (tls_error) {
            busy.erase(&made);
            co_return fail("no trusted connection to " + authority(url, true) + ": " +
                           in_words(tls_error));
        }
    }
    busy.erase(&made);
    co_return std::move(connection);
}

asio::awaitable<Exchange> HttpClient::State::run(Connection& connection,
                                                 const http::request<http::string_body>& request) {
    if (url.tls) {
        co_return co_await exchange(connection.stream, connection.buffer, request, options);
    }
    co_return co_await exchange(connection.tcp_layer(), connection.buffer, request, options);
}

asio::awaitable<Result<HttpResponse>> HttpClient::State::send_in_turn(
    http::request<http::string_body> request, bool repeatable, Clock::time_point deadline) {
    for (int attempt = 1;; ++attempt) {
        std::unique_ptr<Connection> connection = attempt == 1 ? idle_connection() : nullptr;
        const bool kept = connection != nullptr;
        if (!kept) {
            auto made = co_await connect(deadline);
            if (!made) {
                co_return made.error();
            }
            connection = std::move(*made);
        }
        if (closed) {
            co_return fail("the request was stopped");
        }
        busy.insert(connection.get());
        connection->tcp_layer().expires_at(deadline);
        Exchange result = co_await run(*connection, request);
        busy.erase(connection.get());
        if (result.ec) {
            const bool was_closed = kept && !result.began && result.ec != beast::error::timeout;
            if (was_closed && repeatable && !closed) {
                continue;
            }
            co_return fail(in_words(result.ec));
        }
        if (result.keep && !closed) {
            connection->tcp_layer().expires_never();
            connection->idle_since = Clock::now();
            idle.push_back(std::move(connection));
        }
        const int status = result.response.status;
        if (status >= 300 && status < 400 && status != 304) {
            co_return fail("the server redirects to another address (status " +
                           std::to_string(status) + "); use that address itself");
        }
        co_return std::move(result.response);
    }
}

HttpClient::HttpClient(std::shared_ptr<State> state) : state_(std::move(state)) {}

HttpClient::~HttpClient() { close(); }

Result<std::unique_ptr<HttpClient>> HttpClient::open(asio::any_io_executor executor,
                                                     std::string base_url, HttpOptions options) {
    auto url = parse_url(base_url);
    if (!url) {
        return url.error();
    }
    if (!url->user_info.empty()) {
        return fail("a URL of a server names no user");
    }
    auto state = std::make_shared<State>(std::move(executor), std::move(*url), std::move(options));
    if (state->options.use_proxy) {
        auto proxy = proxy_for(state->url, environment);
        if (!proxy) {
            return proxy.error();
        }
        state->proxy = std::move(*proxy);
    }
    error_code ec;
    state->tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                               asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                               asio::ssl::context::no_tlsv1_1,
                           ec);
    state->tls.set_verify_mode(asio::ssl::verify_peer, ec);
    if (!state->options.ca_file.empty()) {
        state->tls.load_verify_file(state->options.ca_file, ec);
        if (ec) {
            return fail("the certificates cannot be read: " + state->options.ca_file);
        }
    } else {
        state->tls.set_default_verify_paths(ec);
    }
    return std::unique_ptr<HttpClient>(new HttpClient(std::move(state)));
}

asio::awaitable<Result<HttpResponse>> HttpClient::send(HttpRequest request) {
    const std::shared_ptr<State> state = state_;
    const Clock::time_point deadline = Clock::now() + request.timeout;
    if (state->closed) {
        co_return fail("the request was stopped");
    }
    if (!request.target.starts_with('/') || breaks_line(request.target) ||
        request.target.find(' ') != std::string::npos || breaks_line(request.method)) {
        co_return fail("not a request that can be sent");
    }
    const bool through_proxy = state->proxy && !state->url.tls;
    http::request<http::string_body> message;
    message.version(11);
    message.method_string(request.method);
    message.target((through_proxy ? "http://" + authority(state->url) : std::string()) +
                   state->url.path + request.target);
    message.set(http::field::host, authority(state->url));
    message.set(http::field::user_agent, state->options.user_agent);
    if (through_proxy && !state->proxy->user_info.empty()) {
        message.set(http::field::proxy_authorization, "Basic " + base64(state->proxy->user_info));
    }
    for (const auto& [name, value] : request.headers) {
        if (breaks_line(name) || breaks_line(value)) {
            co_return fail("not a request that can be sent");
        }
        message.set(name, value);
    }
    message.body() = std::move(request.body);
    message.prepare_payload();
    if (!co_await state->take_turn(deadline)) {
        co_return fail(state->closed ? "the request was stopped"
                                     : "too many requests are under way");
    }
    Result<HttpResponse> result = fail("the request was stopped");
    if (!state->closed) {
        result =
            co_await state->send_in_turn(std::move(message), may_repeat(request.method), deadline);
    }
    state->give_turn();
    co_return result;
}

void HttpClient::close() {
    state_->closed = true;
    state_->idle.clear();
    for (Connection* connection : state_->busy) {
        connection->tcp_layer().cancel();
        error_code ignored;
        connection->tcp_layer().socket().close(ignored);
    }
    for (State::Waiter* waiter : state_->waiting) {
        waiter->timer.cancel();
    }
}

}  // namespace befriend
