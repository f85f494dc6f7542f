// SPDX-License-Identifier: Apache-2.0
#include "adapters/net/http.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "adapters/net/url.hpp"

using namespace befriend;

namespace {

// A server that gives one canned answer to each request, in the order of `answers`; an empty one
// closes the connection instead. Requests are kept.
class CannedServer {
public:
    explicit CannedServer(std::vector<std::string> answers) : answers_(std::move(answers)) {
        listener_ = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(listen(listener_, 8) == 0);
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~CannedServer() {
        shutdown(listener_, SHUT_RDWR);
        if (const int open = open_.exchange(-1); open >= 0) {
            shutdown(open, SHUT_RDWR);
        }
        thread_.join();
        close(listener_);
    }
    std::string url(const std::string& path = "") const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }
    int connections() const { return connections_; }
    // Only when nothing is under way.
    const std::vector<std::string>& requests() const { return requests_; }

private:
    void serve() {
        std::size_t next = 0;
        while (next < answers_.size()) {
            const int connection = accept(listener_, nullptr, nullptr);
            if (connection < 0) {
                return;
            }
            ++connections_;
            open_ = connection;
            while (next < answers_.size()) {
                std::string request;
                char byte = 0;
                while (!request.ends_with("\r\n\r\n") && recv(connection, &byte, 1, 0) == 1) {
                    request += byte;
                }
                if (!request.ends_with("\r\n\r\n")) {
                    break;
                }
                requests_.push_back(request);
                const std::string& answer = answers_[next++];
                if (answer.empty()) {
                    break;
                }
                send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
            }
            open_ = -1;
            close(connection);
        }
    }

    std::vector<std::string> answers_;
    std::vector<std::string> requests_;
    std::atomic<int> connections_{0};
    std::atomic<int> open_{-1};
    int listener_ = -1;
    unsigned port_ = 0;
    std::thread thread_;
};

std::string ok(const std::string& body, const std::string& more = "") {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more +
           "\r\n" + body;
}

struct Fixture {
    boost::asio::io_context io;
    std::unique_ptr<HttpClient> client;

    explicit Fixture(const std::string& url, HttpOptions options = {}) {
        options.use_proxy = false;
        auto opened = HttpClient::open(io.get_executor(), url, options);
        REQUIRE(opened.has_value());
        client = std::move(*opened);
    }
    std::vector<std::string> send(std::vector<HttpRequest> requests) {
        std::vector<std::string> answers(requests.size());
        for (std::size_t i = 0; i < requests.size(); ++i) {
            boost::asio::co_spawn(io, client->send(std::move(requests[i])),
                                  [&answers, i](std::exception_ptr, Result<HttpResponse> response) {
                                      answers[i] = response ? std::to_string(response->status) +
                                                                  " " + response->body
                                                            : "error: " + response.error().message;
                                  });
        }
        io.restart();
        io.run();
        return answers;
    }
    std::string send(HttpRequest request) {
        return send(std::vector<HttpRequest>{std::move(request)}).front();
    }
};

HttpRequest get(const std::string& target,
                std::chrono::milliseconds timeout = std::chrono::seconds(20)) {
    HttpRequest request;
    request.target = target;
    request.timeout = timeout;
    return request;
}

}  // namespace

TEST_SUITE("adapters/net/http") {
    TEST_CASE("a connection is kept and used again") {
        CannedServer server({ok("one"), ok("two")});
        Fixture fixture(server.url("/base/"));
        CHECK(fixture.send(get("/a")) == "200 one");
        CHECK(fixture.send(get("/b?c=d")) == "200 two");
        CHECK(server.connections() == 1);
        CHECK(server.requests()[0].starts_with("GET /base/a HTTP/1.1\r\n"));
        CHECK(server.requests()[1].starts_with("GET /base/b?c=d HTTP/1.1\r\n"));
        CHECK(server.requests()[1].find("Accept-Encoding") == std::string::npos);
    }

    TEST_CASE("a kept connection that was closed is replaced without a word") {
        CannedServer server({ok("one"), "", ok("two")});
        Fixture fixture(server.url());
        CHECK(fixture.send(get("/a")) == "200 one");
        CHECK(fixture.send(get("/b")) == "200 two");
        CHECK(server.connections() == 2);
    }

    TEST_CASE("what may not be done twice is not sent twice") {
        CannedServer server({ok("one"), "", ok("two")});
        Fixture fixture(server.url());
        CHECK(fixture.send(get("/a")) == "200 one");
        HttpRequest post = get("/b");
        post.method = "POST";
        CHECK(fixture.send(post) == "error: the server closed the connection");
    }

    TEST_CASE("a redirect is not followed, and says what to do") {
        CannedServer server(
            {"HTTP/1.1 302 Found\r\nLocation: http://evil/\r\nContent-Length: 0\r\n\r\n"});
        Fixture fixture(server.url());
        CHECK(fixture.send(get("/a")).starts_with("error: the server redirects"));
    }

    TEST_CASE("answers have a limit, in header and body") {
        HttpOptions options;
        options.body_limit = 1000;
        options.header_limit = 1000;
        CannedServer server({ok(std::string(1001, 'x'))});
        CHECK(Fixture(server.url(), options).send(get("/")) ==
              "error: the server's answer is too large");
        CannedServer talkative({ok("", "X-Long: " + std::string(1001, 'x') + "\r\n")});
        CHECK(Fixture(talkative.url(), options).send(get("/")) ==
              "error: the server's answer is too large");
    }

    TEST_CASE("a server that says nothing is not waited for") {
        CannedServer server(
            {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "never asked for"});
        Fixture fixture(server.url());
        CHECK(fixture.send(get("/a", std::chrono::milliseconds(50))) ==
              "error: the server took too long");
    }

    TEST_CASE("requests beyond the number of connections wait for their turn") {
        HttpOptions options;
        options.connections = 1;
        CannedServer server({ok("one"), ok("two"), ok("three")});
        Fixture fixture(server.url(), options);
        const std::vector<std::string> answers = fixture.send({get("/1"), get("/2"), get("/3")});
        CHECK(answers == std::vector<std::string>{"200 one", "200 two", "200 three"});
        CHECK(server.connections() == 1);
    }

    TEST_CASE("nobody writes headers through a value") {
        CannedServer server({});
        Fixture fixture(server.url());
        HttpRequest request = get("/a");
        request.headers.emplace_back("X-Name", "a\r\nAuthorization: mine");
        CHECK(fixture.send(request) == "error: not a request that can be sent");
        CHECK(fixture.send(get("/a b")) == "error: not a request that can be sent");
        CHECK(fixture.send(get("http://elsewhere/")) == "error: not a request that can be sent");
    }

    TEST_CASE("after close() nothing is sent") {
        CannedServer server({});
        Fixture fixture(server.url());
        fixture.client->close();
        CHECK(fixture.send(get("/a")) == "error: the request was stopped");
    }

    TEST_CASE("headers are found in any spelling") {
        HttpResponse response;
        response.headers = {{"Retry-After", "3"}};
        CHECK(header(response, "retry-after") == "3");
        CHECK(header(response, "retry") == "");
    }
}

TEST_SUITE("adapters/net/url") {
    TEST_CASE("a base URL is a scheme, a host, a port and a path") {
        struct Row {
            std::string_view text;
            Url url;
        };
        for (const Row& row :
             {Row{"https://Example.org", {true, "", "example.org", 443, ""}},
              Row{"http://localhost:8008/", {false, "", "localhost", 8008, ""}},
              Row{"HTTPS://[::1]:1/a/b/", {true, "", "::1", 1, "/a/b"}},
              Row{"http://me:secret@proxy:3128", {false, "me:secret", "proxy", 3128, ""}}}) {
            CAPTURE(row.text);
            const auto url = parse_url(row.text);
            REQUIRE(url.has_value());
            CHECK(*url == row.url);
        }
        for (const char* text :
             {"", "example.org", "ftp://a", "https://", "https://a:0", "https://a:x",
              "https://a:65536", "https://a?b", "https://a#b", "https://[::1", "https://a b"}) {
            CAPTURE(text);
            CHECK_FALSE(parse_url(text).has_value());
        }
    }

    TEST_CASE("a proxy is used unless the host is excepted") {
        std::map<std::string, std::string> variables{
            {"HTTPS_PROXY", "http://p:1"},
            {"http_proxy", "q:2"},
            {"NO_PROXY", "localhost, .inner.org,10.0.0.1"}};
        const auto proxy = [&](const char* url) {
            const auto found = proxy_for(*parse_url(url), [&](const char* name) {
                const auto at = variables.find(name);
                return at == variables.end() ? std::string() : at->second;
            });
            return !found ? "refused" : *found ? authority(**found, true) : "none";
        };
        CHECK(proxy("https://example.org") == "p:1");
        CHECK(proxy("http://example.org") == "q:2");
        CHECK(proxy("https://localhost:8448") == "none");
        CHECK(proxy("https://a.inner.org") == "none");
        CHECK(proxy("https://inner.org") == "none");
        CHECK(proxy("https://dinner.org") == "p:1");
        variables["no_proxy"] = "*";
        CHECK(proxy("https://example.org") == "none");
        variables.erase("no_proxy");
        variables["https_proxy"] = "socks5://p";
        CHECK(proxy("https://example.org") == "refused");
    }

    TEST_CASE("a value in a path stays one segment") {
        CHECK(percent_encoded("!a:b/c d%") == "%21a%3Ab%2Fc%20d%25");
        CHECK(percent_encoded("az-AZ_09.~") == "az-AZ_09.~");
    }
}
