// SPDX-License-Identifier: Apache-2.0
#include "adapters/matrix/doorman.hpp"

#include <utility>

#include "adapters/matrix/json.hpp"

namespace befriend::matrix {

using boost::asio::awaitable;
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr const char* note_key = "matrix.joining";
// A join over federation fails at first more often than not; after these attempts (about half an
// hour) the other server is not coming back for this.
constexpr int join_attempts = 14;
constexpr milliseconds first_wait = seconds(1);
constexpr milliseconds longest_wait = minutes(5);

constexpr std::string_view not_allowed = "This companion does not take invitations from here.";
constexpr std::string_view no_place = "This companion is in as many rooms as it can be.";
constexpr std::string_view no_encryption =
    "This companion cannot read encrypted rooms. Please invite it to a room without encryption.";

}  // namespace

void Doorman::resume() {
    joining_.clear();
    const auto note = inbox_.note(note_key);
    const json rooms = note ? parsed(*note) : json();
    if (!rooms.is_object()) {
        return;
    }
    for (const auto& [room, from] : rooms.items()) {
        Join known{text_at(from, "inviter"), true_at(from, "direct"), text_at(from, "from"),
                   text_at(from, "via")};
        joining_[room] = known;
        tasks_.start(join(room, std::move(known)));
    }
}

Result<void> Doorman::save() {
    json rooms = json::object();
    for (const auto& [room, join] : joining_) {
        rooms[room] = {{"inviter", join.inviter},
                       {"direct", join.direct},
                       {"from", join.from},
                       {"via", join.via}};
    }
    return inbox_.set_note(note_key, rooms.empty() ? "" : line(rooms));
}

Result<void> Doorman::begin(const std::string& room, Join wanted) {
    const auto known = joining_.find(room);
    if (known != joining_.end() && !known->second.waits) {
        return {};
    }
    if (known != joining_.end()) {
        wanted.from = known->second.from;
    }
    joining_[room] = wanted;
    const auto saved = save();
    if (!saved) {
        joining_.erase(room);
        return saved;
    }
    tasks_.start(join(room, std::move(wanted)));
    return {};
}

Result<void> Doorman::invited(const Invite& invite, bool can_encrypt) {
    const auto awaited = joining_.find(invite.room);
    const bool is_awaited = awaited != joining_.end() && awaited->second.waits;
    if (!is_awaited && !may_invite(settings_, client_.account().user, invite.inviter)) {
        log_("refused an invitation: the policy does not allow it");
        leave(invite.room, std::string(not_allowed));
        return {};
    }
    if (invite.encrypted && !can_encrypt) {
        log_("refused an invitation: the room is encrypted and encryption is not available");
        leave(invite.room, std::string(no_encryption));
        return {};
    }
    const std::size_t colon = invite.inviter.find(':');
    return begin(invite.room, {invite.inviter, invite.direct, "",
                               colon == std::string::npos ? "" : invite.inviter.substr(colon + 1)});
}

Result<void> Doorman::moved(const std::string& from, const std::string& to,
                            const std::string& via) {
    return begin(to, {"", false, from, via});
}

void Doorman::leave(std::string room, std::string reason) {
    if (settings_.refuse_openly) {
        tasks_.start(leave_room(std::move(room), std::move(reason)));
    }
}

// A flood of invitations is worked off slowly instead of being refused: among them may be people.
milliseconds Doorman::until_turn() {
    const Clock::time_point now = Clock::now();
    while (!joined_at_.empty() && now - joined_at_.front() > minutes(1)) {
        joined_at_.pop_front();
    }
    if (static_cast<int>(joined_at_.size()) < settings_.invites_per_minute) {
        joined_at_.push_back(now);
        return milliseconds(0);
    }
    return std::chrono::duration_cast<milliseconds>(joined_at_.front() + minutes(1) - now) +
           milliseconds(10);
}

awaitable<bool> Doorman::has_place() {
    const Answer answer = co_await client_.joined_rooms();
    const auto rooms = read_joined_rooms(answer);
    co_return !rooms || *rooms < settings_.most_rooms;
}

awaitable<void> Doorman::leave_room(std::string room, std::string reason) {
    Backoff backoff(first_wait, longest_wait);
    for (int attempt = 1; attempt <= join_attempts && !tasks_.stopping(); ++attempt) {
        const Answer left = co_await client_.leave(room, reason);
        if (!left.later()) {
            co_return;
        }
        const milliseconds wait = left.after.count() > 0 ? left.after : backoff.next();
        co_await tasks_.pause(wait);
    }
}

awaitable<void> Doorman::join(std::string room, Join wanted) {
    for (milliseconds wait = until_turn(); wait.count() > 0 && !tasks_.stopping();
         wait = until_turn()) {
        co_await tasks_.pause(wait);
    }
    const bool place = !wanted.from.empty() || co_await has_place();
    if (!place) {
        log_("refused an invitation: matrix.most_rooms is reached");
        leave(room, std::string(no_place));
    }
    Backoff backoff(first_wait, longest_wait);
    bool joined = false;
    for (int attempt = 1; place && !joined && attempt <= join_attempts; ++attempt) {
        if (tasks_.stopping()) {
            co_return;  // noted: the next run goes on
        }
        const Answer answer = co_await client_.join(room, wanted.via);
        joined = answer.good();
        if (joined) {
            break;
        }
        // 404 is also what a homeserver says that has not yet heard of the room.
        const bool hopeless = !answer.later() && answer.status != 404;
        log_("could not join a room: " + answer.why + (hopeless ? "; given up" : ""));
        if (hopeless && !wanted.from.empty()) {
            joining_[room].waits = true;  // an invitation will come, or not
            co_return;
        }
        if (hopeless) {
            break;
        }
        const milliseconds wait = answer.after.count() > 0 ? answer.after : backoff.next();
        co_await tasks_.pause(wait);
    }
    if (tasks_.stopping() && !joined && place) {
        co_return;
    }
    if (joined && wanted.direct) {
        co_await client_.mark_direct(wanted.inviter, room);
    }
    if (joined && !wanted.from.empty()) {
        co_await leave_room(wanted.from, "");
    }
    joining_.erase(room);
    (void)save();  // else the next run joins once more, which changes nothing
}

}  // namespace befriend::matrix
