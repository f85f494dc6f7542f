// SPDX-License-Identifier: Apache-2.0
//
// What a homeserver sends, as plain values. This is the one place where Matrix JSON is read: bytes
// of strangers come in, and what comes out is complete and bounded, or ignored for a reason that
// has a name.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/incoming.hpp"

namespace befriend::matrix {

// Why an event leads to nothing.
enum class Ignored : std::uint8_t {
    nothing,         // it is not ignored
    own,             // an echo of what we sent
    notice,          // another program: two bots must not talk for ever
    not_text,        // pictures, voice, files
    malformed,       // a part that every event has is missing or of another type
    too_large,       // larger than a homeserver may pass on
    foreign_edit,    // an edit of somebody else's message
    no_replacement,  // an edit without its new text
    empty,           // no words
    not_for_us       // a type of event that means nothing to us
};
// "own echo", "a notice", ... for logs and metrics. Lasts for ever.
std::string_view in_words(Ignored why);

// One event of a room's timeline or state.
struct Event {
    enum class Kind : std::uint8_t {
        ignored,
        message,
        edit,        // `target` now says `text`
        redaction,   // `target` is to be forgotten
        reaction,    // `text` (an emoji) on `target`
        membership,  // of `state_key`: `text` is "join", "leave", "invite", "ban"
        upgraded,    // the room goes on in `target`
        encryption,  // from now on the room is encrypted
        encrypted    // `raw` is to be read by the encryption first
    };
    Kind kind = Kind::ignored;
    Ignored why = Ignored::nothing;
    std::string id;
    std::string sender;
    std::string text;  // valid UTF-8, at most `longest_text` bytes
    std::string target;
    std::string thread;   // the root, when it was written in a thread
    std::string answers;  // the event that it really replies to
    std::string state_key;
    bool mentions_us = false;
    bool direct = false;  // membership: the invitation was meant as a direct chat
    Instant at{};         // as its server says, but never later than now
    std::string raw;      // encrypted only

    friend bool operator==(const Event&, const Event&) = default;
};

// No person types more; what comes after is cut off. The rest of an event is bounded by the
// homeserver's limit of 64 KiB.
inline constexpr std::size_t longest_text = 16u << 10;
inline constexpr std::size_t largest_event = 128u << 10;

// Whom events are read for.
struct Reader {
    std::string own_user;
    std::string display_name;  // people write it in front of a message instead of a mention
    Instant now{};
};

Event read_event(const nlohmann::json& event, const Reader& reader);
// The same from text; `event` may be any bytes.
Event read_event(std::string_view event, const Reader& reader);

struct Invite {
    std::string room;
    std::string inviter;
    bool direct = false;
    bool encrypted = false;

    friend bool operator==(const Invite&, const Invite&) = default;
};

// What happened in a room that we are in.
struct RoomNews {
    std::string room;
    std::vector<Event> state;     // before the timeline
    std::vector<Event> timeline;  // oldest first
    bool limited = false;         // there is more between the last answer and this one
    std::string before;           // where that gap ends: for reading backwards
    std::optional<int> joined;    // members, when the number changed
    std::optional<int> invited;
};

// One answer of /sync.
struct SyncNews {
    std::string next;  // where the next one begins
    std::vector<RoomNews> rooms;
    std::vector<Invite> invites;
    std::vector<std::string> left;  // rooms that we are no longer in
};

// An Error: this is no answer of /sync. Single events that make no sense are ignored ones.
Result<SyncNews> read_sync(std::string_view body, const Reader& reader);

// One answer of /messages, newest first as it comes.
struct Page {
    std::vector<Event> events;
    std::string end;  // where to read on; empty at the beginning of the room
};
Result<Page> read_page(std::string_view body, const Reader& reader);

// Without the quoted lines ("> ...") that old clients put in front of a reply.
std::string without_quote(std::string_view body);
// Without our name at the beginning ("befriend: hello"), however it is written.
std::string without_our_name(std::string_view text, const Reader& reader);

}  // namespace befriend::matrix
