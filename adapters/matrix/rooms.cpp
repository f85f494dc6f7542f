// SPDX-License-Identifier: Apache-2.0
#include "adapters/matrix/rooms.hpp"

#include <algorithm>
#include <array>

#include "adapters/matrix/json.hpp"

namespace befriend::matrix {
namespace {

using nlohmann::json;

constexpr std::size_t most_threads = 50;
constexpr std::string_view prefix = "matrix:";

struct Command {
    std::string_view name, words;
};
// The terminal's slash commands that make sense in a room, and the plain controls.
constexpr auto commands = std::to_array<Command>({
    {"stop", "stop"},
    {"help", "help"},
    {"forget", "forget everything"},
    {"resources", "resources"},
    {"why", "why did you say that?"},
    {"privacy", "what do you know about me"},
    {"pause", "pause"},
    {"skip", "skip"},
    {"back", "back"},
    {"next", "next"},
    {"repeat", "repeat"},
    {"undo", "undo"},
});

}  // namespace

bool Room::talks_in(std::string_view thread, std::string_view person) const {
    return std::any_of(threads.begin(), threads.end(), [&](const auto& talk) {
        return talk.first == thread && talk.second == person;
    });
}

std::string to_note(const Room& room) {
    json note{{"joined", room.joined}, {"invited", room.invited}};
    if (room.encrypted) {
        note["encrypted"] = true;
    }
    if (!room.successor.empty()) {
        note["successor"] = room.successor;
    }
    if (!room.threads.empty()) {
        note["threads"] = room.threads;
    }
    return line(note);
}

Room room_from_note(std::string_view note) {
    Room room;
    const json from = parsed(note);
    if (!from.is_object()) {
        return room;
    }
    const auto count = [&](const char* key) {
        const json* const found = find(from, key);
        return found != nullptr && found->is_number_integer() ? found->get<int>() : 0;
    };
    room.known = true;
    room.joined = count("joined");
    room.invited = count("invited");
    room.encrypted = true_at(from, "encrypted");
    room.successor = text_at(from, "successor");
    if (const json* const threads = find(from, "threads"); threads != nullptr) {
        for (const json& talk : *threads) {
            if (talk.is_array() && talk.size() == 2 && talk[0].is_string() && talk[1].is_string()) {
                room.threads.emplace_back(talk[0].get<std::string>(), talk[1].get<std::string>());
            }
        }
    }
    return room;
}

Room& Rooms::at(const std::string& id) {
    const auto found = rooms_.find(id);
    if (found != rooms_.end()) {
        return found->second;
    }
    const auto note = inbox_.note("matrix.room." + id);
    return rooms_.emplace(id, note ? room_from_note(*note) : Room{}).first->second;
}

Result<void> Rooms::save(const std::string& id) {
    Room& room = at(id);
    if (room.threads.size() > most_threads) {
        room.threads.erase(room.threads.begin(),
                           room.threads.end() - static_cast<std::ptrdiff_t>(most_threads));
    }
    return inbox_.set_note("matrix.room." + id, to_note(room));
}

Result<void> Rooms::forget(const std::string& id) {
    rooms_[id] = Room{};  // stays in its place: somebody may hold it
    return inbox_.set_note("matrix.room." + id, "");
}

std::string Rooms::direct(const std::string& person) {
    const auto found = direct_.find(person);
    if (found != direct_.end()) {
        return found->second;
    }
    const auto note = inbox_.note("matrix.direct." + person);
    return note ? direct_[person] = *note : std::string();
}

Result<void> Rooms::set_direct(const std::string& person, const std::string& room) {
    if (direct(person) == room) {
        return {};
    }
    const auto noted = inbox_.set_note("matrix.direct." + person, room);
    if (noted) {
        direct_[person] = room;
    }
    return noted;
}

std::string conversation_of(const Address& address) {
    std::string name = std::string(prefix) + address.person;
    // Ids have no spaces, so these cannot be mistaken for one another.
    if (!address.room.empty()) {
        name += " " + address.room;
    }
    if (!address.thread.empty()) {
        name += " " + address.thread;
    }
    return name;
}

std::optional<Address> address_of(std::string_view conversation) {
    if (!conversation.starts_with(prefix)) {
        return std::nullopt;
    }
    conversation.remove_prefix(prefix.size());
    Address address;
    for (std::string* part : {&address.person, &address.room, &address.thread}) {
        const std::size_t space = std::min(conversation.find(' '), conversation.size());
        *part = conversation.substr(0, space);
        conversation.remove_prefix(std::min(space + 1, conversation.size()));
    }
    return address.person.starts_with('@') ? std::optional(address) : std::nullopt;
}

void RecentEvents::add(const std::string& id, Recent recent) {
    if (id.empty() || !events_.insert_or_assign(id, std::move(recent)).second) {
        return;
    }
    order_.push_back(id);
    if (order_.size() > most_) {
        events_.erase(order_.front());
        order_.pop_front();
    }
}

const Recent* RecentEvents::find(const std::string& id) const {
    const auto found = events_.find(id);
    return found == events_.end() ? nullptr : &found->second;
}

std::optional<QuickAnswer> quick_answer(std::string_view emoji, const Recent& question) {
    if (question.safety) {
        return std::nullopt;
    }
    // "1" followed by the two marks that make a keycap of it.
    if (emoji.size() > 1 && emoji[0] >= '1' && emoji[0] <= '9' && emoji.ends_with("\u20e3")) {
        const auto number = static_cast<std::size_t>(emoji[0] - '1');
        return number < question.choices.size()
                   ? std::optional(QuickAnswer{true, question.choices[number].id})
                   : std::nullopt;
    }
    // Thumbs and marks, in any skin tone.
    const auto begins = [&](std::string_view with) { return emoji.starts_with(with); };
    const bool yes = begins("\U0001F44D") || begins("\u2705") || begins("\u2714");
    const bool no = begins("\U0001F44E") || begins("\u274C") || begins("\u2716");
    if (!yes && !no) {
        return std::nullopt;
    }
    const std::string word = yes ? "yes" : "no";
    if (question.choices.empty()) {
        return question.asks ? std::optional(QuickAnswer{false, word}) : std::nullopt;
    }
    const bool offered = std::any_of(question.choices.begin(), question.choices.end(),
                                     [&](const OfferChoice& choice) { return choice.id == word; });
    return offered ? std::optional(QuickAnswer{true, word}) : std::nullopt;
}

std::string without_command(std::string_view text) {
    if (!text.starts_with('!')) {
        return std::string(text);
    }
    std::string_view name = text.substr(1);
    while (!name.empty() && (name.back() == ' ' || name.back() == '\n')) {
        name.remove_suffix(1);
    }
    const auto found = std::find_if(commands.begin(), commands.end(),
                                    [&](const Command& command) { return command.name == name; });
    return std::string(found == commands.end() ? text : found->words);
}

}  // namespace befriend::matrix
