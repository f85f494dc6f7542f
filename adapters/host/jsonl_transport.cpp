// SPDX-License-Identifier: Apache-2.0
#include "adapters/host/jsonl_transport.hpp"

#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "adapters/host/effect_json.hpp"
#include "engine/base/json_line.hpp"

namespace befriend {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using nlohmann::json;

constexpr std::size_t longest_line = 1U << 20;
constexpr std::string_view prefix = "jsonl:";

std::string text_of(const json& object, const char* key, std::string otherwise = {}) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

bool flag_of(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

Instant time_of(const json& object) {
    const auto found = object.find("at");
    if (found != object.end() && found->is_number_integer()) {
        return Instant{std::chrono::milliseconds{found->get<std::int64_t>()}};
    }
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

// nullopt when the line is no event.
std::optional<Incoming> incoming_of(const json& line) {
    Incoming incoming;
    incoming.conversation = std::string(prefix) + text_of(line, "conversation");
    incoming.event_id = text_of(line, "id");
    incoming.person = text_of(line, "person", "person");
    incoming.at = time_of(line);
    incoming.shared_room = flag_of(line, "shared_room");
    incoming.plain = flag_of(line, "plain");
    if (incoming.conversation.size() == prefix.size() || incoming.event_id.empty()) {
        return std::nullopt;
    }
    if (line.contains("text")) {
        incoming.parts.push_back(text_of(line, "text"));
    } else if (line.contains("parts") && line["parts"].is_array()) {
        for (const json& part : line["parts"]) {
            incoming.parts.push_back(part.is_string() ? part.get<std::string>() : std::string());
        }
    } else if (line.contains("button")) {
        incoming.kind = Incoming::Kind::button;
        incoming.button = text_of(line, "button");
    } else if (line.contains("edit")) {
        incoming.kind = Incoming::Kind::edit;
        incoming.parts.push_back(text_of(line, "edit"));
    } else if (flag_of(line, "redact")) {
        incoming.kind = Incoming::Kind::redaction;
    } else if (flag_of(line, "start")) {
        incoming.kind = Incoming::Kind::start;
    } else {
        return std::nullopt;
    }
    return incoming;
}

class JsonlTransport final : public Transport {
public:
    JsonlTransport(asio::io_context& io, int in, int out)
        : io_(io), in_(io), from_(in), out_(out) {}

    std::string_view name() const override { return prefix.substr(0, prefix.size() - 1); }

    awaitable<Result<void>> run(Inbox& inbox) override {
        boost::system::error_code problem;
        in_.assign(::dup(from_), problem);
        if (problem) {
            co_return fail("the lines must come through a pipe: " + problem.message());
        }
        std::string bytes;
        while (!stopped_) {
            const auto [error, size] =
                co_await asio::async_read_until(in_, asio::dynamic_buffer(bytes, longest_line),
                                                '\n', asio::as_tuple(asio::use_awaitable));
            if (error == asio::error::not_found) {
                write({{"error", "a line is longer than a mebibyte"}});
                break;
            }
            if (error) {
                break;  // the end of the lines, or stop()
            }
            std::string line = bytes.substr(0, size);
            bytes.erase(0, size);
            // Not awaited: lines that come at once wait side by side, as they do in a chat room.
            asio::co_spawn(io_, hand_over(inbox, std::move(line)), asio::detached);
        }
        co_return Result<void>();
    }

    awaitable<Sent> deliver(std::string conversation, Delivery delivery) override {
        Sent sent;
        if (held_) {
            sent.kind = Sent::Kind::retry;
            sent.after = std::chrono::milliseconds{50};
            sent.why = "held";
            co_return sent;
        }
        json line{{"deliver", delivery.id}, {"conversation", conversation.substr(prefix.size())}};
        line["effect"] = to_json(delivery.effect);
        if (!write(line)) {
            sent.kind = Sent::Kind::retry;
            sent.why = "nobody reads the lines";
        }
        co_return sent;
    }

    void stop() override {
        stopped_ = true;
        boost::system::error_code ignored;
        in_.close(ignored);
    }

private:
    awaitable<void> hand_over(Inbox& inbox, std::string line) {
        const json object = json::parse(line, nullptr, false);
        if (object.is_object() && object.contains("hold")) {
            held_ = flag_of(object, "hold");
            co_return;
        }
        std::optional<Incoming> incoming =
            object.is_object() ? incoming_of(object) : std::optional<Incoming>();
        if (!incoming) {
            write({{"error", "a line is an object with conversation, id and text"}});
            co_return;
        }
        const std::string id = incoming->event_id;
        const std::string conversation = incoming->conversation.substr(prefix.size());
        const Result<void> taken = co_await inbox.receive(std::move(*incoming));
        if (taken) {
            write({{"taken", id}, {"conversation", conversation}});
        } else {
            write({{"error", taken.error().message}, {"id", id}});
        }
    }

    bool write(const json& object) const {
        const std::string line = json_line(object) + "\n";
        std::string_view left = line;
        while (!left.empty()) {
            const ssize_t written = ::write(out_, left.data(), left.size());
            if (written < 0 && errno == EINTR) {
                continue;
            }
            if (written <= 0) {
                return false;
            }
            left.remove_prefix(static_cast<std::size_t>(written));
        }
        return true;
    }

    asio::io_context& io_;
    asio::posix::stream_descriptor in_;
    int from_;
    int out_;
    bool held_ = false;
    bool stopped_ = false;
};

}  // namespace

std::unique_ptr<Transport> make_jsonl_transport(asio::io_context& io, int in, int out) {
    return std::make_unique<JsonlTransport>(io, in, out);
}

}  // namespace befriend
