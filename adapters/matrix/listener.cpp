// SPDX-License-Identifier: Apache-2.0
#include "adapters/matrix/listener.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "adapters/matrix/content.hpp"
#include "adapters/matrix/sending.hpp"

namespace befriend::matrix {

using boost::asio::awaitable;
using std::chrono::hours;

namespace {

// How much of what was missed is still answered.
constexpr hours backlog_age{24};
constexpr std::size_t backlog_most = 50;
// State changes and reactions fill pages, too: so many pages are read at most.
constexpr int backlog_pages = 10;

constexpr std::string_view no_longer_alone =
    "We are no longer alone in this room, so I have stopped here. What you told me before stays "
    "between us, and I will not bring it up here. I answer in this room when somebody mentions me.";
constexpr std::string_view encrypted_now =
    "This room is encrypted now, and this companion cannot read encrypted rooms.";

bool is_words(const Event& event) {
    return event.kind == Event::Kind::message || event.kind == Event::Kind::encrypted;
}

// A room that we have just come into shows what was said before. Only what came after the
// invitation was said to us.
void drop_before_invitation(std::vector<Event>& timeline, const std::string& own_user) {
    const auto invitation =
        std::find_if(timeline.rbegin(), timeline.rend(), [&](const Event& event) {
            return event.kind == Event::Kind::membership && event.state_key == own_user &&
                   event.text == "invite";
        });
    if (invitation != timeline.rend()) {
        timeline.erase(timeline.begin(), invitation.base());
    }
}

// Of what was missed, what is too old or too much is not answered.
void drop_stale(std::vector<Event>& timeline, Instant now) {
    std::erase_if(timeline, [&](const Event& event) {
        return is_words(event) && event.at + backlog_age < now;
    });
    std::size_t words = 0;
    const auto newest_words = std::find_if(timeline.rbegin(), timeline.rend(), [&](const Event& e) {
        return is_words(e) && ++words > backlog_most;
    });
    const auto keep_from = newest_words.base();
    timeline.erase(
        std::remove_if(timeline.begin(), keep_from, [](const Event& e) { return is_words(e); }),
        keep_from);
}

}  // namespace

// What was not stored comes again after the restart that this leads to.
void Listener::must(const Result<void>& stored) {
    if (!stored) {
        with_.log("not stored: " + stored.error().message);
        with_.failed();
    }
}

void Listener::hear(RoomNews news, Circumstances circumstances, Hold hold) {
    const std::string room = news.room;
    std::deque<Work>& queue = work_[room];
    queue.push_back({std::move(news), std::move(circumstances), std::move(hold)});
    if (queue.size() == 1) {
        with_.tasks.start(work(room));
    }
}

awaitable<void> Listener::work(std::string room) {
    // The one being handled stays in the queue, so that hear() starts no second worker.
    while (!work_[room].empty()) {
        Work next = std::move(work_[room].front());
        if (!with_.tasks.stopping()) {
            co_await handle(std::move(next));
        }
        if (with_.tasks.stopping()) {
            with_.failed();  // perhaps not all of it was heard
        }
        work_[room].pop_front();
    }
    work_.erase(room);
}

// Asks until there is an answer for good, or until we are stopping.
awaitable<Answer> Listener::patiently(Call call) {
    Backoff backoff(std::chrono::milliseconds(500), std::chrono::seconds(30));
    for (;;) {
        Answer answer = co_await call();
        if (!answer.later() || with_.tasks.stopping()) {
            co_return answer;
        }
        const auto wait = answer.after.count() > 0 ? answer.after : backoff.next();
        co_await with_.tasks.pause(wait);
    }
}

awaitable<void> Listener::handle(Work work) {
    Scene scene{work.news.room, work.circumstances, std::move(work.hold)};
    Room& room = with_.rooms.at(scene.room);
    const bool was_known = room.known;
    const bool was_direct = was_known && room.joined > 0 && room.is_direct();
    const Room before = room;
    for (const Event& event : work.news.state) {
        take_state(scene, event);
    }
    if (!co_await update_members(scene, work.news)) {
        co_return;  // we are alone there, or cannot read there: it is being left
    }
    const bool first_sync = scene.circumstances.since.empty();
    std::vector<Event> timeline;
    if (was_known) {
        RoomNews news = std::move(work.news);
        timeline = co_await with_missed(scene, std::move(news));
    } else {
        timeline = std::move(work.news.timeline);
        drop_before_invitation(timeline, scene.circumstances.reader.own_user);
        if (!first_sync && room.is_direct()) {
            co_await greet(scene);
        }
    }
    for (Event& event : timeline) {
        if (event.kind == Event::Kind::encrypted) {
            event = opened(scene, std::move(event));
        }
        if (!take_state(scene, event) && !first_sync) {
            co_await take(scene, std::move(event));
        }
    }
    Room& after = with_.rooms.at(scene.room);
    after.known = true;
    if (!was_known || !(after == before)) {
        must(with_.rooms.save(scene.room));
    }
    if (was_direct && !after.is_direct()) {
        co_await say(scene.room, no_longer_alone, "shared-" + scene.circumstances.since);
    }
}

// False when the room is to be left.
awaitable<bool> Listener::update_members(const Scene& scene, const RoomNews& news) {
    Room& room = with_.rooms.at(scene.room);
    room.joined = news.joined.value_or(room.joined);
    room.invited = news.invited.value_or(room.invited);
    if (room.joined == 0) {
        Call call = [this, id = scene.room] { return with_.client.joined_members(id); };
        const Answer members = co_await patiently(std::move(call));
        room.joined = static_cast<int>(read_joined_members(members).size());
        if (room.joined == 0) {
            co_return false;  // no longer ours to read, or we are stopping
        }
    }
    const Room& now = room;
    if (now.encrypted && !with_.encryption) {
        with_.log("left a room: it is encrypted and encryption is not available");
        with_.doorman.leave(scene.room, std::string(encrypted_now));
        co_return false;
    }
    if (now.joined == 1 && now.invited == 0) {
        with_.log("left a room: nobody else was there");
        with_.doorman.leave(scene.room, "");
        co_return false;
    }
    co_return true;
}

awaitable<void> Listener::greet(Scene scene) {
    Call call = [this, id = scene.room] { return with_.client.joined_members(id); };
    const Answer answer = co_await patiently(std::move(call));
    const std::string& own = scene.circumstances.reader.own_user;
    for (const std::string& person : read_joined_members(answer)) {
        if (person == own) {
            continue;
        }
        const std::string earlier = with_.rooms.direct(person);
        const bool moved = !earlier.empty() && with_.rooms.at(earlier).successor == scene.room;
        must(with_.rooms.set_direct(person, scene.room));
        if (moved) {
            continue;  // the same conversation, in the room that replaced the old one
        }
        Incoming start;
        start.kind = Incoming::Kind::start;
        start.conversation = conversation_of({person, "", ""});
        start.person = person;
        start.event_id = "start-" + scene.room;
        start.at = scene.circumstances.reader.now;
        tell(scene, std::move(start));
    }
}

// The timeline, with what lies in the gap before it.
awaitable<std::vector<Event>> Listener::with_missed(Scene scene, RoomNews news) {
    std::vector<Event> timeline = std::move(news.timeline);
    if (news.limited && !scene.circumstances.since.empty() && !news.before.empty()) {
        std::vector<Event> missed;  // newest first
        std::size_t words =
            static_cast<std::size_t>(std::count_if(timeline.begin(), timeline.end(), is_words));
        std::string from = news.before;
        for (int page = 0; page < backlog_pages && words < backlog_most && !from.empty(); ++page) {
            Call call = [this, &scene, from] {
                return with_.client.messages(scene.room, from, scene.circumstances.since,
                                             static_cast<int>(backlog_most));
            };
            const Answer answer = co_await patiently(std::move(call));
            auto read = read_page(answer.body, scene.circumstances.reader);
            if (!answer.good() || !read || read->events.empty()) {
                break;
            }
            words += static_cast<std::size_t>(
                std::count_if(read->events.begin(), read->events.end(), is_words));
            std::move(read->events.begin(), read->events.end(), std::back_inserter(missed));
            from = read->end;
        }
        std::reverse(missed.begin(), missed.end());
        std::move(timeline.begin(), timeline.end(), std::back_inserter(missed));
        timeline = std::move(missed);
    }
    if (news.limited || scene.circumstances.backlog) {
        drop_stale(timeline, scene.circumstances.reader.now);
    }
    co_return timeline;
}

// True when it was an event about the room itself.
bool Listener::take_state(const Scene& scene, const Event& event) {
    Room& room = with_.rooms.at(scene.room);
    switch (event.kind) {
        case Event::Kind::membership:
            if (with_.encryption) {
                must(with_.encryption->members_changed(scene.room));
            }
            return true;
        case Event::Kind::encryption:
            room.encrypted = true;
            if (with_.encryption) {
                must(with_.encryption->set_encrypted(scene.room));
            }
            return true;
        case Event::Kind::upgraded:
            if (room.successor.empty()) {
                room.successor = event.target;
                const std::size_t colon = event.sender.find(':');
                must(with_.doorman.moved(scene.room, event.target, event.sender.substr(colon + 1)));
            }
            return true;
        default:
            return false;
    }
}

// An encrypted event as it was written; one that waits for its key or is lost is ignored here.
Event Listener::opened(const Scene& scene, Event event) {
    Event nothing;
    if (!with_.encryption) {
        return nothing;
    }
    with_.rooms.at(scene.room).encrypted = true;
    const auto reading = with_.encryption->read(scene.room, event.raw);
    if (!reading) {
        must(reading.error());
        return nothing;
    }
    if (reading->kind != Reading::Kind::clear) {
        return nothing;
    }
    return read_event(std::string_view(reading->event), scene.circumstances.reader);
}

awaitable<void> Listener::take(Scene scene, Event event) {
    switch (event.kind) {
        case Event::Kind::message:
            co_await take_message(std::move(scene), std::move(event));
            break;
        case Event::Kind::edit:
        case Event::Kind::redaction:
            co_await take_change(std::move(scene), std::move(event));
            break;
        case Event::Kind::reaction:
            take_reaction(scene, event);
            break;
        default:
            break;  // an ignored one; events.hpp says why
    }
}

awaitable<Event> Listener::look_up(std::string room, std::string id, Reader reader) {
    Call call = [this, room, id] { return with_.client.event(room, id); };
    const Answer answer = co_await patiently(std::move(call));
    co_return answer.good() ? read_event(std::string_view(answer.body), reader) : Event{};
}

// In a group: when we are mentioned or replied to, or in a thread in which we talk with them.
awaitable<bool> Listener::is_for_us(const Scene& scene, const Event& event) {
    if (event.mentions_us) {
        co_return true;
    }
    if (!event.thread.empty() && with_.rooms.at(scene.room).talks_in(event.thread, event.sender)) {
        co_return true;
    }
    if (event.answers.empty()) {
        co_return false;
    }
    if (const Recent* const known = with_.recent.find(event.answers)) {
        co_return known->sender == scene.circumstances.reader.own_user;
    }
    const Event answered = co_await look_up(scene.room, event.answers, scene.circumstances.reader);
    co_return answered.sender == scene.circumstances.reader.own_user;
}

awaitable<void> Listener::take_message(Scene scene, Event event) {
    const bool direct = with_.rooms.at(scene.room).is_direct();
    if (!direct && !co_await is_for_us(scene, event)) {
        co_return;
    }
    Address address{event.sender, "", event.thread};
    if (!direct || !event.thread.empty()) {
        address.room = scene.room;
    }
    Room& room = with_.rooms.at(scene.room);
    if (!event.thread.empty() && !room.talks_in(event.thread, event.sender)) {
        room.threads.emplace_back(event.thread, event.sender);
    }
    if (direct) {
        must(with_.rooms.set_direct(event.sender, scene.room));
    }
    Incoming incoming;
    incoming.conversation = conversation_of(address);
    incoming.person = event.sender;
    incoming.event_id = event.id;
    incoming.parts.push_back(without_command(event.text));
    incoming.at = event.at;
    incoming.shared_room = !direct;
    with_.recent.add(event.id, {incoming.conversation, event.sender, false, false, {}});
    if (!direct || !event.thread.empty()) {
        answered_[incoming.conversation] = event.id;
    }
    tell(scene, std::move(incoming));
}

// An edit or a redaction of something that was said to us.
awaitable<void> Listener::take_change(Scene scene, Event event) {
    const bool direct = with_.rooms.at(scene.room).is_direct();
    std::string conversation;
    std::string author;
    if (const Recent* const known = with_.recent.find(event.target)) {
        conversation = known->conversation;
        author = known->sender;
    } else if (direct) {
        // After a restart: the homeserver knows who wrote it, also when the text is gone.
        const Event target = co_await look_up(scene.room, event.target, scene.circumstances.reader);
        author = target.sender;
        Address address{author, target.thread.empty() ? "" : scene.room, target.thread};
        conversation = conversation_of(address);
    }
    const bool edits = event.kind == Event::Kind::edit;
    // An edit is its author's; a redaction may come from whoever keeps order in the room.
    if (author.empty() || author == scene.circumstances.reader.own_user ||
        (edits && author != event.sender)) {
        co_return;
    }
    Incoming incoming;
    incoming.kind = edits ? Incoming::Kind::edit : Incoming::Kind::redaction;
    incoming.conversation = std::move(conversation);
    incoming.person = author;
    incoming.event_id = event.id;
    if (edits) {
        incoming.parts.push_back(event.text);
    }
    incoming.at = event.at;
    incoming.shared_room = !direct;
    tell(scene, std::move(incoming));
}

void Listener::take_reaction(const Scene& scene, const Event& event) {
    const Recent* const question = with_.recent.find(event.target);
    if (question == nullptr || question->sender != scene.circumstances.reader.own_user) {
        return;
    }
    const auto address = address_of(question->conversation);
    const auto meant = quick_answer(event.text, *question);
    // Somebody else's thumb is no answer.
    if (!meant || !address || address->person != event.sender) {
        return;
    }
    Incoming incoming;
    incoming.kind = meant->is_option ? Incoming::Kind::button : Incoming::Kind::message;
    incoming.conversation = question->conversation;
    incoming.person = event.sender;
    incoming.event_id = event.id;
    if (meant->is_option) {
        incoming.button = meant->text;
    } else {
        incoming.parts.push_back(meant->text);
    }
    incoming.at = event.at;
    incoming.shared_room = !with_.rooms.at(scene.room).is_direct();
    tell(scene, std::move(incoming));
}

void Listener::tell(const Scene& scene, Incoming incoming) {
    with_.tasks.start(receive(scene, std::move(incoming)));
}

awaitable<void> Listener::receive(Scene scene, Incoming incoming) {
    const std::string event = incoming.event_id;
    const bool is_message = incoming.kind == Incoming::Kind::message;
    if (is_message) {
        begin_typing(scene.room);
    }
    const auto taken = co_await with_.inbox.receive(std::move(incoming));
    if (!taken) {
        with_.failed();
    } else if (is_message) {
        mark_read(scene.room, event);
    }
}

std::string Listener::answered(const std::string& conversation) const {
    const auto found = answered_.find(conversation);
    return found == answered_.end() ? std::string() : found->second;
}

awaitable<void> Listener::say(std::string room, std::string_view text, std::string txn) {
    Destination place;
    place.as_notice = true;
    std::vector<std::string> contents = contents_of(text, place);
    const bool encrypted = with_.rooms.at(room).encrypted;
    const Answer sent = co_await send_event(with_.client, with_.encryption.get(), encrypted, room,
                                            "m.room.message", txn, contents.front());
    if (!sent.good()) {
        with_.log("a notice could not be sent: " + sent.why);
    }
}

awaitable<void> Listener::ask_again(std::string room, std::string txn) {
    co_await say(std::move(room), unreadable_sentence, std::move(txn));
}

void Listener::begin_typing(const std::string& room) {
    const auto now = std::chrono::steady_clock::now();
    const auto since = typing_.find(room);
    const bool shown = since != typing_.end() && now - since->second < typing_lasts / 2;
    if (with_.settings.typing && !shown) {
        typing_[room] = now;
        const auto write = [](Client& client, std::string where) -> awaitable<void> {
            co_await client.typing(std::move(where), true);
        };
        with_.tasks.start(write(with_.client, room));
    }
}

void Listener::spoke(const std::string& room, const std::string& conversation) {
    answered_.erase(conversation);
    if (typing_.erase(room) > 0) {
        const auto rest = [](Client& client, std::string where) -> awaitable<void> {
            co_await client.typing(std::move(where), false);
        };
        with_.tasks.start(rest(with_.client, room));
    }
}

// One receipt at a time per room, for the newest: it stands for all before it.
void Listener::mark_read(const std::string& room, const std::string& event) {
    if (!with_.settings.read_receipts || !event.starts_with('$')) {
        return;
    }
    const bool running = receipts_.contains(room);
    receipts_[room] = event;
    if (!running) {
        with_.tasks.start(send_receipts(room));
    }
}

awaitable<void> Listener::send_receipts(std::string room) {
    for (std::string sent; receipts_[room] != sent;) {
        sent = receipts_[room];
        co_await with_.client.read_up_to(room, sent);
    }
    receipts_.erase(room);
}

}  // namespace befriend::matrix
