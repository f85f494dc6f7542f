// SPDX-License-Identifier: Apache-2.0
//
// Decides about invitations and carries them out: joins what the policy allows, again and again
// when the homeserver is not ready, and leaves the rest. What it has begun is noted, so that a
// restart goes on with it: an invitation is told only once.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "adapters/host/transport.hpp"
#include "adapters/matrix/client.hpp"
#include "adapters/matrix/events.hpp"
#include "adapters/matrix/settings.hpp"
#include "adapters/matrix/tasks.hpp"

namespace befriend::matrix {

class Doorman {
public:
    // Everything given outlives the doorman.
    Doorman(const Settings& settings, Client& client, Inbox& inbox, Tasks& tasks,
            std::function<void(std::string)> log)
        : settings_(settings),
          client_(client),
          inbox_(inbox),
          tasks_(tasks),
          log_(std::move(log)) {}

    // Goes on with what a former run had begun.
    void resume();
    // An Error: it could not be noted; nothing was begun.
    Result<void> invited(const Invite& invite, bool can_encrypt);
    // A room was replaced by another: follow there, then leave the old one.
    Result<void> moved(const std::string& from, const std::string& to, const std::string& via);
    // Leaves a room, telling why.
    void leave(std::string room, std::string reason);

private:
    struct Join {
        std::string inviter;  // empty: a moved room
        bool direct = false;
        std::string from;    // the room that was replaced
        std::string via;     // a server that knows the room
        bool waits = false;  // the room that replaced another lets in only who is invited
    };

    Result<void> begin(const std::string& room, Join join);
    Result<void> save();
    boost::asio::awaitable<void> join(std::string room, Join join);
    boost::asio::awaitable<bool> has_place();
    boost::asio::awaitable<void> leave_room(std::string room, std::string reason);
    std::chrono::milliseconds until_turn();

    const Settings& settings_;
    Client& client_;
    Inbox& inbox_;
    Tasks& tasks_;
    std::function<void(std::string)> log_;
    std::map<std::string, Join> joining_;
    std::deque<std::chrono::steady_clock::time_point> joined_at_;  // of the last minute
};

}  // namespace befriend::matrix
