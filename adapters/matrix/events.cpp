// SPDX-License-Identifier: Apache-2.0
#include "adapters/matrix/events.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/matrix/content.hpp"
#include "adapters/matrix/json.hpp"

namespace befriend::matrix {
namespace {

using nlohmann::json;

constexpr auto words = std::to_array<std::string_view>(
    {"nothing", "own echo", "a notice", "not text", "malformed", "too large", "a foreign edit",
     "an edit without text", "no words", "not for us"});

// Ids are written into paths and notes: what is longer than the specification allows is no id.
constexpr std::size_t longest_id = 255;

bool is_id(const std::string& text, std::string_view sigils) {
    return text.size() > 1 && text.size() <= longest_id &&
           sigils.find(text.front()) != std::string_view::npos &&
           std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
}

std::string id_at(const json& from, const char* key, std::string_view sigils) {
    std::string found = text_at(from, key);
    return is_id(found, sigils) ? found : std::string();
}

Event ignored(Event event, Ignored why) {
    event.kind = Event::Kind::ignored;
    event.why = why;
    return event;
}

std::string cut(std::string text) {
    if (text.size() > longest_text) {
        std::size_t end = longest_text;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
            --end;  // not in the middle of a character
        }
        text.resize(end);
    }
    return text;
}

bool has_words(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") != std::string_view::npos;
}

bool mentions(const json& content, const std::string& body, const Reader& reader) {
    const json* const mentioned = find(content, "m.mentions");
    if (mentioned != nullptr) {
        const json* const users = find(*mentioned, "user_ids");
        return users != nullptr && users->is_array() &&
               std::any_of(users->begin(), users->end(), [&](const json& user) {
                   return user.is_string() && user.get_ref<const std::string&>() == reader.own_user;
               });
    }
    // Clients from before m.mentions: the whole id, or our name in front.
    return body.find(reader.own_user) != std::string::npos ||
           without_our_name(body, reader).size() < body.size();
}

Event read_relation(Event event, const json& content) {
    const json* const relation = find(content, "m.relates_to");
    if (relation == nullptr) {
        return event;
    }
    const std::string type = text_at(*relation, "rel_type");
    const std::string reply = text_at(*relation, "m.in_reply_to", "event_id");
    if (type == "m.thread") {
        event.thread = id_at(*relation, "event_id", "$");
    }
    // In a thread the reply is mostly for clients that know no threads.
    if (is_id(reply, "$") && !(type == "m.thread" && true_at(*relation, "is_falling_back"))) {
        event.answers = reply;
    }
    return event;
}

Event read_text(Event event, const json& content, const Reader& reader) {
    const std::string type = text_at(content, "msgtype");
    if (type == "m.notice" || true_at(content, automated_key)) {
        return ignored(std::move(event), Ignored::notice);
    }
    const json* const body = find(content, "body");
    if (type.empty() || body == nullptr || !body->is_string()) {
        return ignored(std::move(event), Ignored::malformed);
    }
    if (type != "m.text" && type != "m.emote") {
        return ignored(std::move(event), Ignored::not_text);
    }
    const std::string& said = body->get_ref<const std::string&>();
    if (said.size() > largest_event) {
        return ignored(std::move(event), Ignored::too_large);
    }
    event.mentions_us = mentions(content, said, reader);
    const bool replies = find(content, "m.relates_to", "m.in_reply_to") != nullptr;
    event.text = cut(without_our_name(replies ? without_quote(said) : std::string(said), reader));
    if (!has_words(event.text)) {
        return ignored(std::move(event), Ignored::empty);
    }
    return event;
}

Event read_message(Event event, const json& content, const Reader& reader) {
    if (event.sender == reader.own_user) {
        return ignored(std::move(event), Ignored::own);
    }
    if (text_at(content, "m.relates_to", "rel_type") == "m.replace") {
        event.kind = Event::Kind::edit;
        event.target = id_at(*find(content, "m.relates_to"), "event_id", "$");
        const json* const after = find(content, "m.new_content");
        if (event.target.empty() || after == nullptr) {
            return ignored(std::move(event), Ignored::no_replacement);
        }
        return read_text(std::move(event), *after, reader);
    }
    event.kind = Event::Kind::message;
    event = read_relation(std::move(event), content);
    return read_text(std::move(event), content, reader);
}

Event read_checked(Event event, const std::string& type, const json& content, const json& whole,
                   const Reader& reader) {
    const bool own = event.sender == reader.own_user;
    if (type == "m.room.message") {
        return read_message(std::move(event), content, reader);
    }
    if (type == "m.room.encrypted") {
        if (own) {
            return ignored(std::move(event), Ignored::own);
        }
        event.kind = Event::Kind::encrypted;
        event.raw = line(whole);
        return event;
    }
    if (type == "m.room.redaction") {
        // Room versions from 11 on have the target in the content.
        event.kind = Event::Kind::redaction;
        event.target = id_at(content, "redacts", "$");
        if (event.target.empty()) {
            event.target = id_at(whole, "redacts", "$");
        }
        return event.target.empty() ? ignored(std::move(event), Ignored::malformed) : event;
    }
    if (type == "m.reaction") {
        if (own) {
            return ignored(std::move(event), Ignored::own);
        }
        const json* const relation = find(content, "m.relates_to");
        if (relation == nullptr || text_at(*relation, "rel_type") != "m.annotation") {
            return ignored(std::move(event), Ignored::malformed);
        }
        event.kind = Event::Kind::reaction;
        event.target = id_at(*relation, "event_id", "$");
        event.text = text_at(*relation, "key").substr(0, longest_id);
        return event.target.empty() ? ignored(std::move(event), Ignored::malformed) : event;
    }
    if (whole.contains("state_key")) {
        event.state_key = text_at(whole, "state_key").substr(0, longest_id);
        if (type == "m.room.member") {
            event.kind = Event::Kind::membership;
            event.text = text_at(content, "membership").substr(0, longest_id);
            event.direct = true_at(content, "is_direct");
            return event;
        }
        if (type == "m.room.encryption") {
            event.kind = Event::Kind::encryption;
            return event;
        }
        if (type == "m.room.tombstone") {
            event.kind = Event::Kind::upgraded;
            event.target = id_at(content, "replacement_room", "!");
            return event.target.empty() ? ignored(std::move(event), Ignored::malformed) : event;
        }
    }
    return ignored(std::move(event), Ignored::not_for_us);
}

void read_events(const json& from, const Reader& reader, std::vector<Event>& into) {
    const json* const events = find(from, "events");
    if (events == nullptr || !events->is_array()) {
        return;
    }
    into.reserve(into.size() + events->size());
    for (const json& event : *events) {
        into.push_back(read_event(event, reader));
    }
}

std::optional<int> number_at(const json& from, const char* key) {
    const json* const found = find(from, "summary", key);
    if (found == nullptr || !found->is_number_integer()) {
        return std::nullopt;
    }
    return static_cast<int>(std::clamp<std::int64_t>(found->get<std::int64_t>(), 0, 1'000'000));
}

RoomNews read_room(const std::string& room, const json& from, const Reader& reader) {
    RoomNews news;
    news.room = room;
    if (const json* const state = find(from, "state")) {
        read_events(*state, reader, news.state);
    }
    if (const json* const timeline = find(from, "timeline")) {
        read_events(*timeline, reader, news.timeline);
        news.limited = true_at(*timeline, "limited");
        news.before = text_at(*timeline, "prev_batch");
    }
    news.joined = number_at(from, "m.joined_member_count");
    news.invited = number_at(from, "m.invited_member_count");
    return news;
}

Invite read_invite(const std::string& room, const json& from, const Reader& reader) {
    Invite invite;
    invite.room = room;
    const json* const events = find(from, "invite_state", "events");
    if (events == nullptr || !events->is_array()) {
        return invite;
    }
    for (const json& event : *events) {
        const std::string type = text_at(event, "type");
        if (type == "m.room.encryption") {
            invite.encrypted = true;
        } else if (type == "m.room.member" && text_at(event, "state_key") == reader.own_user &&
                   text_at(event, "content", "membership") == "invite") {
            invite.inviter = id_at(event, "sender", "@");
            invite.direct = true_at(event, "content", "is_direct");
        }
    }
    return invite;
}

}  // namespace

std::string_view in_words(Ignored why) { return words.at(static_cast<std::size_t>(why)); }

Event read_event(const json& event, const Reader& reader) {
    Event result;
    if (!event.is_object()) {
        return ignored(std::move(result), Ignored::malformed);
    }
    result.id = id_at(event, "event_id", "$");
    result.sender = id_at(event, "sender", "@");
    const std::string type = text_at(event, "type");
    const json* const content = find(event, "content");
    const json* const at = find(event, "origin_server_ts");
    if (result.id.empty() || result.sender.empty() || type.empty() || content == nullptr ||
        !content->is_object() || at == nullptr || !at->is_number_integer()) {
        return ignored(std::move(result), Ignored::malformed);
    }
    // A clock that is ahead, or a lie: an answer must not seem to come after its question.
    const Instant said{
        std::chrono::milliseconds(std::max<std::int64_t>(at->get<std::int64_t>(), 0))};
    result.at = std::min(said, reader.now);
    return read_checked(std::move(result), type, *content, event, reader);
}

Event read_event(std::string_view event, const Reader& reader) {
    if (event.size() > largest_event) {
        return ignored({}, Ignored::too_large);
    }
    return read_event(parsed(event), reader);
}

Result<SyncNews> read_sync(std::string_view body, const Reader& reader) {
    const json answer = parsed(body);
    SyncNews news;
    news.next = text_at(answer, "next_batch");
    if (news.next.empty()) {
        return fail("the homeserver's answer to /sync is none");
    }
    if (const json* const joined = find(answer, "rooms", "join");
        joined != nullptr && joined->is_object()) {
        for (const auto& [room, from] : joined->items()) {
            if (is_id(room, "!")) {
                news.rooms.push_back(read_room(room, from, reader));
            }
        }
    }
    if (const json* const invited = find(answer, "rooms", "invite");
        invited != nullptr && invited->is_object()) {
        for (const auto& [room, from] : invited->items()) {
            if (is_id(room, "!")) {
                news.invites.push_back(read_invite(room, from, reader));
            }
        }
    }
    if (const json* const left = find(answer, "rooms", "leave");
        left != nullptr && left->is_object()) {
        for (const auto& [room, from] : left->items()) {
            if (is_id(room, "!")) {
                news.left.push_back(room);
            }
        }
    }
    return news;
}

Result<Page> read_page(std::string_view body, const Reader& reader) {
    const json answer = parsed(body);
    const json* const chunk = find(answer, "chunk");
    if (chunk == nullptr || !chunk->is_array()) {
        return fail("the homeserver's answer to /messages is none");
    }
    Page page;
    for (const json& event : *chunk) {
        page.events.push_back(read_event(event, reader));
    }
    page.end = text_at(answer, "end");
    return page;
}

std::string without_quote(std::string_view body) {
    if (!body.starts_with("> ")) {
        return std::string(body);
    }
    while (body.starts_with("> ") || body.starts_with(">\n")) {
        const std::size_t end = body.find('\n');
        if (end == std::string_view::npos) {
            return {};
        }
        body.remove_prefix(end + 1);
    }
    if (body.starts_with('\n')) {
        body.remove_prefix(1);
    }
    return std::string(body);
}

std::string without_our_name(std::string_view text, const Reader& reader) {
    const auto same = [](char a, char b) {
        const auto lower = [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        };
        return lower(a) == lower(b);
    };
    const std::string_view whole = reader.own_user;
    const std::string_view local = whole.substr(0, whole.find(':'));
    const std::string_view bare = local.substr(std::min<std::size_t>(1, local.size()));
    // The longest first: "@befriend" is the beginning of "@befriend:example.org".
    for (const std::string_view name :
         {whole, std::string_view(reader.display_name), local, bare}) {
        if (name.empty() || text.size() <= name.size() ||
            !std::equal(name.begin(), name.end(), text.begin(), same)) {
            continue;
        }
        std::string_view rest = text.substr(name.size());
        // A name alone may be the beginning of a sentence or of another word.
        if (rest.front() != ':' && rest.front() != ',' &&
            !(name.front() == '@' && rest.front() == ' ')) {
            continue;
        }
        rest.remove_prefix(1);
        const std::size_t begin = std::min(rest.find_first_not_of(' '), rest.size());
        return std::string(rest.substr(begin));
    }
    return std::string(text);
}

}  // namespace befriend::matrix
