// SPDX-License-Identifier: Apache-2.0
//
// From what happened in a room to what the host is told: who is meant, which conversation it
// belongs to, what was missed in between, and what an edit, a redaction or a reaction points at.
//
// The events of one room are handled in their order, rooms side by side.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/host/transport.hpp"
#include "adapters/matrix/client.hpp"
#include "adapters/matrix/doorman.hpp"
#include "adapters/matrix/encryption.hpp"
#include "adapters/matrix/events.hpp"
#include "adapters/matrix/rooms.hpp"
#include "adapters/matrix/settings.hpp"
#include "adapters/matrix/tasks.hpp"

namespace befriend::matrix {

// Held by everything that one answer of /sync has set going; the last one to let go moves the
// position on.
using Hold = std::shared_ptr<void>;

// Under what circumstances an answer of /sync came.
struct Circumstances {
    Reader reader;
    std::string since;     // where it began; empty: the first one of this account, ever
    bool backlog = false;  // the first one after a start or an outage
};

class Listener {
public:
    // Everything given outlives the listener.
    struct With {
        const Settings& settings;
        Client& client;
        Inbox& inbox;
        Tasks& tasks;
        Rooms& rooms;
        RecentEvents& recent;
        Doorman& doorman;
        std::function<void(std::string)> log;
        const std::unique_ptr<Encryption>& encryption;  // null: there is none
        std::function<void()> failed;  // something could not be stored: begin again from the note
    };
    explicit Listener(With with) : with_(std::move(with)) {}

    // Queues what happened in one room. Returns at once.
    void hear(RoomNews news, Circumstances circumstances, Hold hold);

    // Asks once for a message whose key did not come.
    boost::asio::awaitable<void> ask_again(std::string room, std::string txn);

    // For deliveries: the event that the conversation's next message answers; empty for none.
    std::string answered(const std::string& conversation) const;
    // Something was said: it has been answered, and we are no longer writing.
    void spoke(const std::string& room, const std::string& conversation);

private:
    struct Work {
        RoomNews news;
        Circumstances circumstances;
        Hold hold;
    };
    struct Scene {  // one piece of work, on its way
        std::string room;
        Circumstances circumstances;
        Hold hold;
    };

    using Call = std::function<boost::asio::awaitable<Answer>()>;

    boost::asio::awaitable<Answer> patiently(Call call);
    boost::asio::awaitable<void> work(std::string room);
    boost::asio::awaitable<void> handle(Work work);
    boost::asio::awaitable<bool> update_members(const Scene& scene, const RoomNews& news);
    boost::asio::awaitable<void> greet(Scene scene);
    boost::asio::awaitable<std::vector<Event>> with_missed(Scene scene, RoomNews news);
    boost::asio::awaitable<void> take(Scene scene, Event event);
    boost::asio::awaitable<void> take_message(Scene scene, Event event);
    boost::asio::awaitable<void> take_change(Scene scene, Event event);
    void take_reaction(const Scene& scene, const Event& event);
    bool take_state(const Scene& scene, const Event& event);
    boost::asio::awaitable<Event> look_up(std::string room, std::string id, Reader reader);
    boost::asio::awaitable<bool> is_for_us(const Scene& scene, const Event& event);
    Event opened(const Scene& scene, Event event);
    void tell(const Scene& scene, Incoming incoming);
    boost::asio::awaitable<void> receive(Scene scene, Incoming incoming);
    boost::asio::awaitable<void> say(std::string room, std::string_view text, std::string txn);
    void begin_typing(const std::string& room);
    void mark_read(const std::string& room, const std::string& event);
    boost::asio::awaitable<void> send_receipts(std::string room);
    void must(const Result<void>& stored);

    With with_;
    std::map<std::string, std::deque<Work>> work_;  // of the rooms that are being handled
    std::map<std::string, std::string> answered_;   // conversation -> event
    std::map<std::string, std::string> receipts_;   // room -> newest event that was taken
    std::map<std::string, std::chrono::steady_clock::time_point> typing_;  // room -> since
};

}  // namespace befriend::matrix
