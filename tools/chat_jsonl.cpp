// SPDX-License-Identifier: Apache-2.0
#include "tools/chat_jsonl.hpp"

#include <cmath>
#include <exception>
#include <istream>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <utility>

#include "adapters/host/effect_json.hpp"
#include "engine/base/json_line.hpp"
#include "tools/reading_json.hpp"

namespace befriend {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string conversation = "jsonl";
// Between two messages; nothing is said at the same instant as what it answers.
constexpr seconds between_messages{1};
// A wait is bounded so that a practice that never ends cannot make it one.
constexpr int most_wakes = 10'000;
constexpr double longest_wait = 100.0 * 366 * 24 * 3600;

class Stream {
public:
    Stream(Host& host, std::shared_ptr<const Pack> pack, const JsonlSettings& settings)
        : host_(host),
          pack_(std::move(pack)),
          trace_(settings.trace),
          at_step_(settings.at),
          problem_(settings.problem),
          now_(settings.clock.at),
          utc_offset_(settings.clock.utc_offset),
          left_over_(host.undelivered(conversation)) {}

    json answer(const std::string& line) {
        const json input = json::parse(line, nullptr, false);
        if (input.is_discarded()) {
            return {{"error", "this line is not JSON"}};
        }
        if (!input.is_object()) {
            return {{"error", "a line is an object such as {\"text\":\"...\"}"}};
        }
        if (input.contains("wait_s")) {
            return wait(input["wait_s"]);
        }
        auto incoming = read(input);
        if (!incoming) {
            return {{"error",
                     "expected one of start, text, parts, wait_s, button, edit or redact, with a "
                     "fitting value"}};
        }
        now_ += between_messages;
        incoming->at = now_;
        const bool starts = incoming->kind == Incoming::Kind::start;
        if (at_step_ && !starts) {
            Incoming start = *incoming;
            start.kind = Incoming::Kind::start;
            start.parts.clear();
            start.event_id += "-begin";
            const Reply unseen = host_.begin_at(start, *std::exchange(at_step_, std::nullopt));
            if (!unseen.deliveries.empty()) {
                host_.delivered(conversation, unseen.deliveries.back());
            }
        }
        const Reply reply = at_step_
                                ? host_.begin_at(*incoming, *std::exchange(at_step_, std::nullopt))
                                : host_.take(*incoming);
        json out = object();
        if (reply.duplicate) {
            out["duplicate"] = true;
            return out;
        }
        add(out, reply, std::nullopt);
        std::string text;
        for (const std::string& part : incoming->parts) {
            text += text.empty() ? part : "\n" + part;
        }
        describe(out, reply, text);
        return out;
    }

    // The printed lines were flushed: nothing of them is delivered again.
    void confirm() {
        if (last_) {
            host_.delivered(conversation, *last_);
            last_.reset();
        }
    }

private:
    std::optional<Incoming> read(const json& input) {
        Incoming incoming;
        incoming.conversation = conversation;
        incoming.person = "person";
        incoming.event_id =
            "e" + std::to_string(now_.time_since_epoch().count()) + "-" + std::to_string(++events_);
        incoming.utc_offset = utc_offset_;
        if (const auto id = input.find("id"); id != input.end() && id->is_string()) {
            incoming.event_id = id->get<std::string>();
        }
        if (const auto who = input.find("person"); who != input.end() && who->is_string()) {
            incoming.person = who->get<std::string>();
        }
        incoming.plain = flag(input, "plain");
        incoming.shared_room = flag(input, "shared_room");
        if (flag(input, "start")) {
            incoming.kind = Incoming::Kind::start;
            return incoming;
        }
        if (const auto text = input.find("text"); text != input.end()) {
            if (!text->is_string()) {
                return std::nullopt;
            }
            incoming.parts.push_back(text->get<std::string>());
            return incoming;
        }
        if (const auto parts = input.find("parts"); parts != input.end()) {
            if (!parts->is_array() || parts->empty()) {
                return std::nullopt;
            }
            for (const json& part : *parts) {
                if (!part.is_string()) {
                    return std::nullopt;
                }
                incoming.parts.push_back(part.get<std::string>());
            }
            return incoming;
        }
        if (const auto button = input.find("button"); button != input.end()) {
            if (!button->is_string()) {
                return std::nullopt;
            }
            incoming.kind = Incoming::Kind::button;
            incoming.button = button->get<std::string>();
            return incoming;
        }
        if (const auto edit = input.find("edit"); edit != input.end()) {
            incoming.kind = Incoming::Kind::edit;
            if (edit->is_string()) {
                incoming.parts.push_back(edit->get<std::string>());
            } else if (edit->is_object() && edit->contains("text") && (*edit)["text"].is_string()) {
                incoming.parts.push_back((*edit)["text"].get<std::string>());
            } else {
                return std::nullopt;
            }
            return incoming;
        }
        if (input.contains("redact")) {
            incoming.kind = Incoming::Kind::redaction;
            return incoming;
        }
        return std::nullopt;
    }

    static bool flag(const json& input, const char* key) {
        const auto found = input.find(key);
        return found != input.end() && found->is_boolean() && found->get<bool>();
    }

    // An answer with nothing in it yet.
    static json object() {
        return {{"effects", json::array()},
                {"at", nullptr},
                {"heard", json::array()},
                {"safety", nullptr},
                {"problems", json::array()}};
    }

    json wait(const json& amount) {
        if (!amount.is_number() || !(amount.get<double>() >= 0) ||
            amount.get<double>() > longest_wait) {
            return {{"error", "wait_s is a number of seconds, 0 or more"}};
        }
        const Instant from = now_;
        const Instant until = from + milliseconds{std::llround(amount.get<double>() * 1000.0)};
        json out = object();
        for (int i = 0; i < most_wakes; ++i) {
            const auto deadline = host_.deadline(conversation);
            if (!deadline || deadline->at > until) {
                break;
            }
            now_ = std::max(now_, deadline->at);
            const auto reply = host_.wake(conversation, now_);
            if (!reply) {
                break;
            }
            add(out, *reply, now_ - from);
            describe(out, *reply, {});
        }
        now_ = until;
        if (at_.empty()) {
            at_ = where();
        }
        out["at"] = at_.empty() ? json() : json(at_);
        return out;
    }

    void add(json& out, const Reply& reply, std::optional<milliseconds> since) {
        for (const Delivery& delivery : std::exchange(left_over_, {})) {
            // Stored before the program ended and never printed.
            json effect = to_json(delivery.effect);
            effect["redelivered"] = true;
            out["effects"].push_back(std::move(effect));
        }
        for (const Delivery& delivery : reply.deliveries) {
            json effect = to_json(delivery.effect);
            if (since) {
                effect["at_s"] = in_seconds(*since);
            }
            out["effects"].push_back(std::move(effect));
            last_ = delivery;
        }
        if (!problem_.empty()) {
            out["problems"].push_back(std::exchange(problem_, {}));
        }
        if (!reply.trouble.empty()) {
            out["problems"].push_back(reply.trouble);
        }
        for (const std::string& problem : reply.trace.problems) {
            out["problems"].push_back(problem);
        }
    }

    static json in_seconds(milliseconds time) {
        if (time.count() % 1000 == 0) {
            return time.count() / 1000;
        }
        return static_cast<double>(time.count()) / 1000.0;
    }

    void describe(json& out, const Reply& reply, std::string_view text) {
        at_ = reply.trace.at;
        out["at"] = at_.empty() ? json() : json(at_);
        json heard = json::array();
        for (const Reading& reading : reply.trace.heard) {
            heard.push_back(reading_json(pack_->matcher, reading, text));
        }
        out["heard"] = std::move(heard);
        out["safety"] = safety_json(reply.trace.safety);
        if (trace_) {
            json steps = json::array();
            for (const TraceStep& step : reply.trace.steps) {
                steps.push_back({{"rule", step.rule}, {"detail", step.detail}});
            }
            out["trace"] = std::move(steps);
        }
    }

    // Where the conversation waits, when no turn has said so yet.
    std::string where() {
        const Session session = host_.session(conversation);
        if (!session.open || session.stack.empty()) {
            return {};
        }
        return session.stack.back().dialog + "/" + session.stack.back().step;
    }

    Host& host_;
    std::shared_ptr<const Pack> pack_;
    bool trace_;
    std::optional<Beginning> at_step_;
    std::string problem_;
    Instant now_;
    std::optional<std::chrono::minutes> utc_offset_;
    std::vector<Delivery> left_over_;
    std::optional<Delivery> last_;
    std::string at_;
    std::uint64_t events_ = 0;
};

}  // namespace

int chat_jsonl(Host& host, std::shared_ptr<const Pack> pack, const JsonlSettings& settings,
               std::istream& in, std::ostream& out) {
    Stream stream(host, std::move(pack), settings);
    std::string line;
    while (std::getline(in, line)) {
        json answer;
        try {
            answer = stream.answer(line);
        } catch (const std::exception& problem) {
            answer = {{"error", problem.what()}};
        }
        out << json_line(answer) << '\n' << std::flush;
        if (!out) {
            return 0;  // nobody reads any more
        }
        stream.confirm();
    }
    return 0;
}

}  // namespace befriend
