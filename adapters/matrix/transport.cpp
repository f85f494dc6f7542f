// SPDX-License-Identifier: Apache-2.0
#include "adapters/matrix/transport.hpp"

#include <deque>
#include <optional>
#include <utility>
#include <variant>

#include "adapters/matrix/account.hpp"
#include "adapters/matrix/client.hpp"
#include "adapters/matrix/content.hpp"
#include "adapters/matrix/doorman.hpp"
#include "adapters/matrix/encryption.hpp"
#include "adapters/matrix/events.hpp"
#include "adapters/matrix/json.hpp"
#include "adapters/matrix/listener.hpp"
#include "adapters/matrix/rooms.hpp"
#include "adapters/matrix/sending.hpp"
#include "adapters/matrix/session.hpp"
#include "adapters/matrix/tasks.hpp"

namespace befriend::matrix {
namespace {

using boost::asio::awaitable;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* position_key = "matrix.position";
constexpr std::size_t events_remembered = 20'000;
// With so many things under way, no further answer of /sync is asked for.
constexpr std::size_t most_under_way = 500;
constexpr seconds first_wait{1};
constexpr seconds longest_wait{60};

Instant now() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

class MatrixTransport final : public Transport {
public:
    MatrixTransport(boost::asio::any_io_executor executor, Settings settings, Log log)
        : settings_(std::move(settings)),
          log_(std::move(log)),
          tasks_(std::move(executor)),
          recent_(events_remembered) {}

    std::string_view name() const override { return "matrix"; }
    awaitable<Result<void>> run(Inbox& inbox) override;
    awaitable<Sent> deliver(std::string conversation, Delivery delivery) override;
    void stop() override;

private:
    // One answer of /sync; done when nothing holds it any more.
    struct Batch {
        std::string next;
        bool done = false;
    };
    // What lives from the first run() on.
    struct Parts {
        Parts(const MatrixTransport& of, Inbox& inbox_, std::unique_ptr<Client> client_,
              std::unique_ptr<Client> poll_, Tasks& tasks, RecentEvents& recent,
              std::function<void()> failed)
            : inbox(inbox_),
              client(std::move(client_)),
              poll(std::move(poll_)),
              rooms(inbox_),
              doorman(of.settings_, *client, inbox_, tasks, of.log_),
              listener({of.settings_, *client, inbox_, tasks, rooms, recent, doorman, of.log_,
                        encryption, std::move(failed)}) {}

        Inbox& inbox;
        std::unique_ptr<Client> client;
        std::unique_ptr<Client> poll;            // for /sync alone, so that it can be ended
        std::unique_ptr<Encryption> encryption;  // null: there is none
        Rooms rooms;
        Doorman doorman;
        Listener listener;
    };

    Result<void> open(Inbox& inbox);
    Result<void> open_encryption(const Account& account);
    awaitable<void> set_up_encryption();
    awaitable<Result<void>> decrypt_sync(std::string body, SyncNews& news, const Reader& reader);
    void ask_for_unreadable();
    awaitable<void> follow();
    awaitable<std::string> display_name();
    void take(SyncNews news, Circumstances circumstances);
    Hold hold(std::string next);
    void advance();
    awaitable<std::optional<Sent>> send_one(std::string room, std::string txn, std::string content,
                                            Recent recent);

    Settings settings_;
    Log log_;
    Tasks tasks_;
    RecentEvents recent_;
    std::optional<Parts> parts_;
    std::deque<std::shared_ptr<Batch>> batches_;
    std::map<std::string, bool> safety_asked_;  // conversation -> its last words were safety's
    bool failed_ = false;
    bool stopping_ = false;
    bool signed_in_ = false;
};

Result<void> MatrixTransport::open(Inbox& inbox) {
    auto client = Client::open(tasks_.executor(), settings_.homeserver, settings_.ca_file);
    if (!client) {
        return client.error();
    }
    auto poll = Client::open(tasks_.executor(), settings_.homeserver, settings_.ca_file);
    if (!poll) {
        return poll.error();
    }
    parts_.emplace(*this, inbox, std::move(*client), std::move(*poll), tasks_, recent_,
                   [this] { failed_ = true; });
    return {};
}

awaitable<Result<void>> MatrixTransport::run(Inbox& inbox) {
    const auto opened = open(inbox);
    if (!opened) {
        co_return opened.error();
    }
    Backoff backoff(first_wait, longest_wait);
    while (!stopping_) {
        const auto account = co_await sign_in(*parts_->client, inbox, settings_, tasks_, log_);
        if (!account) {
            co_return account.error();
        }
        if (account->token.empty()) {
            break;
        }
        parts_->poll->use(*account);
        const auto encryption = open_encryption(*account);
        if (!encryption) {
            co_return encryption.error();
        }
        co_await set_up_encryption();
        signed_in_ = true;
        log_("signed in");
        co_await follow();
        // Everything under way ends before it is begun again from what was stored.
        tasks_.stop();
        co_await tasks_.until_at_most(0);
        if (!stopping_) {
            tasks_.begin();
            co_await tasks_.pause(backoff.next());
        }
    }
    co_await tasks_.until_at_most(0);
    co_return Result<void>();
}

// An Error is the operator's to mend: a wrong passphrase, keys that another program uses.
Result<void> MatrixTransport::open_encryption(const Account& account) {
    if (settings_.account.empty() || !Crypto::available() || parts_->encryption) {
        return {};
    }
    EncryptionOptions options;
    options.user_id = account.user;
    options.device_id = account.device;
    options.folder = keys_folder(settings_.account);
    options.passphrase = settings_.passphrase;
    options.recovery_file = settings_.recovery_file.empty() ? recovery_file(settings_.account)
                                                            : settings_.recovery_file;
    options.cross_signed_only = settings_.cross_signed_only;
    options.log = log_;
    Ask ask = [client = parts_->client.get()](HttpRequest request) {
        return client->ask(std::move(request));
    };
    Notes notes;
    notes.read = [&inbox = parts_->inbox](const std::string& key) { return inbox.note(key); };
    notes.write = [&inbox = parts_->inbox](const std::string& key, const std::string& value) {
        return inbox.set_note(key, value);
    };
    auto opened =
        Encryption::open(tasks_.executor(), std::move(options), std::move(ask), std::move(notes));
    if (!opened) {
        return fail("matrix: " + opened.error().message);
    }
    parts_->encryption = std::move(*opened);
    return {};
}

awaitable<void> MatrixTransport::set_up_encryption() {
    Backoff backoff(first_wait, longest_wait);
    while (parts_->encryption && !tasks_.stopping()) {
        const auto ready = co_await parts_->encryption->setup();
        if (ready) {
            log_(ready->device_signed ? "encryption is ready"
                                      : "the device is not signed: " + ready->remedy);
            co_return;
        }
        log_("encryption: " + ready.error().message);
        co_await tasks_.pause(backoff.next());
    }
}

// Gives the keys of this answer to the machine, before anything of it is read. Messages whose keys
// came late are put in front of the news.
awaitable<Result<void>> MatrixTransport::decrypt_sync(std::string body, SyncNews& news,
                                                      const Reader& reader) {
    if (!parts_->encryption) {
        co_return Result<void>();
    }
    const auto late = co_await parts_->encryption->on_sync(std::move(body));
    if (!late) {
        co_return late.error();
    }
    std::vector<RoomNews> rooms;
    for (const RoomEvent& one : *late) {
        RoomNews& room = rooms.emplace_back();
        room.room = one.room;
        room.timeline.push_back(read_event(std::string_view(one.event), reader));
    }
    news.rooms.insert(news.rooms.begin(), std::make_move_iterator(rooms.begin()),
                      std::make_move_iterator(rooms.end()));
    co_return Result<void>();
}

void MatrixTransport::ask_for_unreadable() {
    if (!parts_->encryption) {
        return;
    }
    for (const std::string& room :
         parts_->encryption->unreadable(std::chrono::steady_clock::now())) {
        const auto stamp = now().time_since_epoch().count();
        tasks_.start(parts_->listener.ask_again(room, "unreadable-" + std::to_string(stamp)));
    }
}

awaitable<std::string> MatrixTransport::display_name() {
    const Answer answer = co_await parts_->client->display_name();
    co_return text_at(parsed(answer.body), "displayname");
}

// Follows /sync until stop(), until a token is no longer good, or until something could not be
// stored.
awaitable<void> MatrixTransport::follow() {
    failed_ = false;
    batches_.clear();
    const auto noted = parts_->inbox.note(position_key);
    if (!noted) {
        log_("the position could not be read: " + noted.error().message);
        failed_ = true;
        co_return;
    }
    std::string since = *noted;
    const auto own_name = co_await display_name();
    parts_->doorman.resume();
    Backoff backoff(first_wait, longest_wait);
    bool backlog = true;
    while (!tasks_.stopping() && !failed_) {
        const Answer answer =
            co_await parts_->poll->sync(since, backlog ? milliseconds(0) : settings_.poll);
        if (tasks_.stopping() || answer.bad_token()) {
            break;
        }
        Circumstances circumstances;
        circumstances.reader = {parts_->client->account().user, own_name, now()};
        circumstances.since = since;
        circumstances.backlog = backlog;
        auto news = answer.good() ? read_sync(answer.body, circumstances.reader)
                                  : Result<SyncNews>(fail(answer.why));
        if (!news) {
            log_("no answer to /sync: " + news.error().message);
            backlog = true;  // what comes next was written some time ago
            const auto wait = answer.after.count() > 0 ? answer.after : backoff.next();
            co_await tasks_.pause(wait);
            continue;
        }
        const auto keys = co_await decrypt_sync(answer.body, *news, circumstances.reader);
        if (!keys) {
            log_("encryption: " + keys.error().message);
            failed_ = true;
            break;
        }
        backoff.reset();
        backlog = false;
        since = news->next;
        take(std::move(*news), std::move(circumstances));
        ask_for_unreadable();
        co_await tasks_.until_at_most(most_under_way);
    }
}

void MatrixTransport::take(SyncNews news, Circumstances circumstances) {
    const Hold held = hold(news.next);
    for (const std::string& room : news.left) {
        if (!parts_->rooms.forget(room)) {
            failed_ = true;
        }
    }
    for (const Invite& invite : news.invites) {
        if (!parts_->doorman.invited(invite, parts_->encryption != nullptr)) {
            failed_ = true;
        }
    }
    for (RoomNews& room : news.rooms) {
        parts_->listener.hear(std::move(room), circumstances, held);
    }
}

Hold MatrixTransport::hold(std::string next) {
    auto batch = std::make_shared<Batch>();
    batch->next = std::move(next);
    batches_.push_back(batch);
    return Hold(nullptr, [this, batch](void*) {
        batch->done = true;
        advance();
    });
}

// Moves the kept position behind everything that is done.
void MatrixTransport::advance() {
    std::string position;
    while (!batches_.empty() && batches_.front()->done) {
        position = std::move(batches_.front()->next);
        batches_.pop_front();
    }
    if (position.empty() || failed_) {
        return;
    }
    const auto noted = parts_->inbox.set_note(position_key, position);
    if (!noted) {
        log_("the position could not be kept: " + noted.error().message);
        failed_ = true;
    }
}

awaitable<std::optional<Sent>> MatrixTransport::send_one(std::string room, std::string txn,
                                                         std::string content, Recent recent) {
    const bool encrypted = parts_->rooms.at(room).encrypted;
    const Answer answer =
        co_await send_event(*parts_->client, parts_->encryption.get(), encrypted, room,
                            "m.room.message", std::move(txn), std::move(content));
    if (answer.good()) {
        parts_->listener.spoke(room, recent.conversation);
        recent_.add(read_sent(answer), std::move(recent));
        co_return std::nullopt;
    }
    // A token that was refused is renewed by run().
    if (answer.later() || answer.bad_token()) {
        co_return Sent{Sent::Kind::retry, answer.after, answer.why};
    }
    co_return Sent{Sent::Kind::refused, milliseconds(0), answer.why};
}

awaitable<Sent> MatrixTransport::deliver(std::string conversation, Delivery delivery) {
    if (!signed_in_) {
        co_return Sent{Sent::Kind::retry, seconds(1), "not signed in yet"};
    }
    const auto address = address_of(conversation);
    if (!address) {
        co_return Sent{Sent::Kind::refused, milliseconds(0), "not a conversation of Matrix"};
    }
    const std::string room =
        address->room.empty() ? parts_->rooms.direct(address->person) : address->room;
    if (room.empty() || (parts_->rooms.at(room).encrypted && !parts_->encryption)) {
        co_return Sent{Sent::Kind::refused, milliseconds(0), "no room in which that can be said"};
    }
    Destination place;
    place.thread = address->thread;
    place.as_notice = !parts_->rooms.at(room).is_direct();
    if (place.as_notice || !place.thread.empty()) {
        place.answers = parts_->listener.answered(conversation);
        place.mentions = place.answers.empty() ? "" : address->person;
    }
    Recent recent;
    recent.conversation = conversation;
    recent.sender = parts_->client->account().user;
    if (const auto* const said = std::get_if<Say>(&delivery.effect)) {
        recent.asks = said->asks;
        recent.safety = said->safety;
        safety_asked_[conversation] = said->safety;
    } else if (const auto* const offer = std::get_if<Offer>(&delivery.effect)) {
        recent.choices = offer->choices;
        const auto asked = safety_asked_.find(conversation);
        // After a restart it is not known what was said before: then it counts as safety's.
        recent.safety = asked == safety_asked_.end() || asked->second;
    }
    int part = 0;
    for (std::string& content : contents_of(delivery.effect, place)) {
        std::string txn = delivery.id + (part == 0 ? "" : "-" + std::to_string(part));
        ++part;
        const auto problem = co_await send_one(room, std::move(txn), std::move(content), recent);
        if (problem) {
            co_return *problem;
        }
    }
    co_return Sent{};
}

void MatrixTransport::stop() {
    stopping_ = true;
    tasks_.stop();
    if (parts_) {
        parts_->poll->close();
    }
}

}  // namespace

std::unique_ptr<Transport> make_transport(boost::asio::any_io_executor executor, Settings settings,
                                          Log log) {
    return std::make_unique<MatrixTransport>(std::move(executor), std::move(settings),
                                             std::move(log));
}

}  // namespace befriend::matrix
