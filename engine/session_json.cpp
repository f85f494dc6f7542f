// SPDX-License-Identifier: Apache-2.0
#include "engine/session_json.hpp"

#include <nlohmann/json.hpp>

#include "engine/base/json_line.hpp"

namespace befriend {
namespace {

using nlohmann::json;

constexpr std::string_view base64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The ring of said lines as text: six characters a hash, a third of what JSON numbers would take.
std::string ring_to_text(const std::vector<std::uint32_t>& ring) {
    std::string out;
    out.reserve(ring.size() * 6);
    for (const std::uint32_t hash : ring)
        for (int shift = 30; shift >= 0; shift -= 6) out += base64[(hash >> shift) & 63u];
    return out;
}

std::vector<std::uint32_t> ring_from_text(std::string_view text) {
    std::vector<std::uint32_t> ring;
    for (std::size_t i = 0; i + 6 <= text.size(); i += 6) {
        std::uint32_t hash = 0;
        for (std::size_t k = 0; k < 6; ++k) {
            const auto digit = base64.find(text[i + k]);
            if (digit == std::string_view::npos) return {};
            hash = hash << 6 | static_cast<std::uint32_t>(digit);
        }
        ring.push_back(hash);
    }
    return ring;
}

std::int64_t to_ms(Instant at) { return at.time_since_epoch().count(); }
Instant from_ms(std::int64_t ms) { return Instant(std::chrono::milliseconds(ms)); }

// Only what differs from a new session is written; so an idle session is small.
template <class T>
void put(json& into, const char* key, const T& value, const T& usual) {
    if (!(value == usual)) into[key] = value;
}
template <class T>
void get(const json& from, const char* key, T& value) {
    if (const auto found = from.find(key); found != from.end()) value = found->get<T>();
}
void put_time(json& into, const char* key, Instant at) {
    if (at != Instant{}) into[key] = to_ms(at);
}
void get_time(const json& from, const char* key, Instant& at) {
    if (const auto found = from.find(key); found != from.end())
        at = from_ms(found->get<std::int64_t>());
}

json frames_to_json(const std::vector<Frame>& stack) {
    const Frame usual;
    json out = json::array();
    for (const Frame& frame : stack) {
        json one = {{"dialog", frame.dialog}, {"step", frame.step}};
        put(one, "slots", frame.slots, usual.slots);
        put(one, "opening", frame.opening, usual.opening);
        put(one, "gives", frame.gives, usual.gives);
        put(one, "last_ask", frame.last_ask, usual.last_ask);
        put(one, "wait_on", frame.wait_on, usual.wait_on);
        put(one, "interrupt", frame.interrupt, usual.interrupt);
        put(one, "put_again", frame.put_again, usual.put_again);
        put(one, "pace_line", frame.pace_line, usual.pace_line);
        put(one, "pace_paused", frame.pace_paused, usual.pace_paused);
        out.push_back(std::move(one));
    }
    return out;
}

std::vector<Frame> frames_from_json(const json& from) {
    std::vector<Frame> stack;
    for (const json& one : from) {
        Frame frame;
        get(one, "dialog", frame.dialog);
        get(one, "step", frame.step);
        get(one, "slots", frame.slots);
        get(one, "opening", frame.opening);
        get(one, "gives", frame.gives);
        get(one, "last_ask", frame.last_ask);
        get(one, "wait_on", frame.wait_on);
        get(one, "interrupt", frame.interrupt);
        get(one, "put_again", frame.put_again);
        get(one, "pace_line", frame.pace_line);
        get(one, "pace_paused", frame.pace_paused);
        stack.push_back(std::move(frame));
    }
    return stack;
}

json safety_to_json(const SafetyState& s) {
    const SafetyState usual;
    json out = json::object();
    put(out, "rank", s.rank, usual.rank);
    put(out, "class", s.class_name, usual.class_name);
    put_time(out, "raised_at", s.raised_at);
    put(out, "asked", s.asked, usual.asked);
    put(out, "asked_person", s.asked_person, usual.asked_person);
    put_time(out, "asked_at", s.asked_at);
    put(out, "asked_times", s.asked_times, usual.asked_times);
    put(out, "short_answer_only", s.short_answer_only, usual.short_answer_only);
    put(out, "care_checked", s.care_checked, usual.care_checked);
    put(out, "ambiguous_before", s.ambiguous_before, usual.ambiguous_before);
    put(out, "crises", s.crises, usual.crises);
    put(out, "day_after_due", s.day_after_due, usual.day_after_due);
    put(out, "safe_for_now", s.safe_for_now, usual.safe_for_now);
    put(out, "caution_mind", s.caution_mind, usual.caution_mind);
    put(out, "caution_eating", s.caution_eating, usual.caution_eating);
    put(out, "minor", s.minor, usual.minor);
    put(out, "window", s.window, usual.window);
    return out;
}

SafetyState safety_from_json(const json& from) {
    SafetyState s;
    get(from, "rank", s.rank);
    get(from, "class", s.class_name);
    get_time(from, "raised_at", s.raised_at);
    get(from, "asked", s.asked);
    get(from, "asked_person", s.asked_person);
    get_time(from, "asked_at", s.asked_at);
    get(from, "asked_times", s.asked_times);
    get(from, "short_answer_only", s.short_answer_only);
    get(from, "care_checked", s.care_checked);
    get(from, "ambiguous_before", s.ambiguous_before);
    get(from, "crises", s.crises);
    get(from, "day_after_due", s.day_after_due);
    get(from, "safe_for_now", s.safe_for_now);
    get(from, "caution_mind", s.caution_mind);
    get(from, "caution_eating", s.caution_eating);
    get(from, "minor", s.minor);
    get(from, "window", s.window);
    return s;
}

}  // namespace

std::string to_json(const Session& s) {
    const Session usual;
    json out = {{"v", session_version}, {"seed", s.seed}};
    put(out, "draws", s.draws, usual.draws);
    put(out, "open", s.open, usual.open);
    put(out, "welcomed", s.welcomed, usual.welcomed);
    if (!s.stack.empty()) out["stack"] = frames_to_json(s.stack);
    if (!s.before.empty()) out["before"] = frames_to_json(s.before);
    put(out, "slots", s.slots, usual.slots);
    put(out, "person", s.person, usual.person);
    put(out, "visits", s.visits, usual.visits);
    put(out, "muted_until", s.muted_until, usual.muted_until);
    if (!s.said.empty()) out["said"] = ring_to_text(s.said);
    put(out, "last_bubble", s.last_bubble_hash, usual.last_bubble_hash);
    put(out, "last_opening", s.last_opening, usual.last_opening);
    if (json safety = safety_to_json(s.safety); !safety.empty()) out["safety"] = std::move(safety);
    if (s.deadline) out["deadline"] = {{"at", to_ms(s.deadline->at)}, {"kind", s.deadline->kind}};
    put(out, "turns", s.turns, usual.turns);
    put(out, "short_streak", s.short_streak, usual.short_streak);
    put(out, "questions_in_row", s.questions_in_row, usual.questions_in_row);
    put(out, "listen_only", s.listen_only, usual.listen_only);
    put(out, "country", s.country, usual.country);
    put(out, "rejected", s.rejected, usual.rejected);
    put_time(out, "last_at", s.last_at);
    put_time(out, "last_identity_at", s.last_identity_at);
    put(out, "reflect_rung", s.reflect_rung, usual.reflect_rung);
    return json_line(out);
}

Result<Session> session_from_json(std::string_view text) {
    // nlohmann reports what is wrong with a value by an exception; it ends here.
    try {
        const json from = json::parse(text);
        const int version = from.at("v").get<int>();
        if (version > session_version)
            return fail("the saved conversation is of version " + std::to_string(version) +
                        ", newer than this befriend (" + std::to_string(session_version) + ")");
        if (version < 1) return fail("the saved conversation has no version this befriend knows");
        Session s;
        get(from, "seed", s.seed);
        get(from, "draws", s.draws);
        get(from, "open", s.open);
        get(from, "welcomed", s.welcomed);
        if (from.contains("stack")) s.stack = frames_from_json(from["stack"]);
        if (from.contains("before")) s.before = frames_from_json(from["before"]);
        get(from, "slots", s.slots);
        get(from, "person", s.person);
        get(from, "visits", s.visits);
        get(from, "muted_until", s.muted_until);
        if (from.contains("said")) s.said = ring_from_text(from["said"].get<std::string>());
        get(from, "last_bubble", s.last_bubble_hash);
        get(from, "last_opening", s.last_opening);
        if (from.contains("safety")) s.safety = safety_from_json(from["safety"]);
        if (from.contains("deadline")) {
            Deadline deadline;
            get_time(from["deadline"], "at", deadline.at);
            get(from["deadline"], "kind", deadline.kind);
            s.deadline = deadline;
        }
        get(from, "turns", s.turns);
        get(from, "short_streak", s.short_streak);
        get(from, "questions_in_row", s.questions_in_row);
        get(from, "listen_only", s.listen_only);
        get(from, "country", s.country);
        get(from, "rejected", s.rejected);
        get_time(from, "last_at", s.last_at);
        get_time(from, "last_identity_at", s.last_identity_at);
        get(from, "reflect_rung", s.reflect_rung);
        return s;
    } catch (const json::exception& error) {
        return fail(std::string("the saved conversation cannot be read: ") + error.what());
    }
}

}  // namespace befriend
