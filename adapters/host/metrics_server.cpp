// SPDX-License-Identifier: Apache-2.0
#include "adapters/host/metrics_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <memory>
#include <utility>

namespace befriend {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;

constexpr std::size_t longest_request = 8192;
constexpr std::chrono::seconds patience{5};

using Pages = std::shared_ptr<const std::function<MetricsPage(std::string_view)>>;

std::string answer_to(const std::string& request, const Pages& pages) {
    // "GET /metrics HTTP/1.1"
    const std::string_view line = std::string_view(request).substr(0, request.find("\r\n"));
    const std::size_t end = line.find(' ', 4);
    MetricsPage page;
    if (!line.starts_with("GET ") || end == std::string_view::npos) {
        page.status = 405;
        page.body = "only GET\n";
    } else {
        const std::string_view target = line.substr(4, end - 4);
        page = (*pages)(target.substr(0, target.find('?')));
    }
    const char* words = page.status == 200   ? "OK"
                        : page.status == 404 ? "Not Found"
                        : page.status == 405 ? "Method Not Allowed"
                                             : "Service Unavailable";
    return "HTTP/1.1 " + std::to_string(page.status) + " " + words +
           "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: " +
           std::to_string(page.body.size()) + "\r\nConnection: close\r\n\r\n" + page.body;
}

awaitable<void> answer(tcp::socket socket, Pages pages) {
    // Whoever is slow is dropped.
    asio::steady_timer limit(socket.get_executor(), patience);
    limit.async_wait([&socket](boost::system::error_code problem) {
        if (!problem) {
            boost::system::error_code ignored;
            socket.close(ignored);
        }
    });
    std::string request;
    const auto [problem, size] =
        co_await asio::async_read_until(socket, asio::dynamic_buffer(request, longest_request),
                                        "\r\n\r\n", asio::as_tuple(asio::use_awaitable));
    if (!problem) {
        const std::string text = answer_to(request, pages);
        co_await asio::async_write(socket, asio::buffer(text), asio::as_tuple(asio::use_awaitable));
        boost::system::error_code ignored;
        socket.shutdown(tcp::socket::shutdown_both, ignored);
    }
    limit.cancel();
    // The timer's handler refers to the socket: let it run first.
    co_await asio::post(socket.get_executor(), asio::use_awaitable);
}

awaitable<void> listen(std::shared_ptr<tcp::acceptor> acceptor, Pages pages) {
    for (;;) {
        auto [problem, socket] =
            co_await acceptor->async_accept(asio::as_tuple(asio::use_awaitable));
        if (!problem) {
            asio::co_spawn(acceptor->get_executor(), answer(std::move(socket), pages),
                           asio::detached);
            continue;
        }
        if (problem == asio::error::operation_aborted) {
            co_return;
        }
        // Out of descriptors, say: try again in a while.
        asio::steady_timer pause(acceptor->get_executor(), std::chrono::seconds{1});
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

}  // namespace

Result<std::uint16_t> serve_metrics(asio::io_context& io, const std::string& address,
                                    std::uint16_t port,
                                    std::function<MetricsPage(std::string_view)> page) {
    boost::system::error_code problem;
    const auto ip = asio::ip::make_address(address, problem);
    if (problem) {
        return fail(address + " is no IP address");
    }
    const auto acceptor = std::make_shared<tcp::acceptor>(io);
    const tcp::endpoint place(ip, port);
    acceptor->open(place.protocol(), problem);
    if (!problem) {
        acceptor->set_option(tcp::acceptor::reuse_address(true), problem);
    }
    if (!problem) {
        acceptor->bind(place, problem);
    }
    if (!problem) {
        acceptor->listen(16, problem);
    }
    if (problem) {
        return fail("cannot listen on " + address + " port " + std::to_string(port) + ": " +
                    problem.message());
    }
    const auto pages =
        std::make_shared<const std::function<MetricsPage(std::string_view)>>(std::move(page));
    asio::co_spawn(io, listen(acceptor, pages), asio::detached);
    return acceptor->local_endpoint().port();
}

}  // namespace befriend
