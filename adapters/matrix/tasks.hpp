// SPDX-License-Identifier: Apache-2.0
//
// The coroutines that a transport has running beside its loop: started here, counted, and waited
// for at the end, so that none of them outlives what it uses. All on one executor's one thread.
#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <exception>
#include <random>
#include <set>
#include <utility>

namespace befriend::matrix {

class Tasks {
public:
    explicit Tasks(boost::asio::any_io_executor executor)
        : executor_(std::move(executor)), changed_(executor_) {
        changed_.expires_at(std::chrono::steady_clock::time_point::max());
    }

    const boost::asio::any_io_executor& executor() const { return executor_; }
    std::size_t running() const { return running_; }
    bool stopping() const { return stopping_; }

    // The coroutine must end soon after stop(). An exception is a bug: it ends the program, which
    // begins again from what is stored.
    void start(boost::asio::awaitable<void> task) {
        ++running_;
        boost::asio::co_spawn(executor_, std::move(task), [this](std::exception_ptr bug) {
            --running_;
            changed_.cancel();
            if (bug) {
                std::rethrow_exception(bug);
            }
        });
    }

    // Waits until at most `most` are running.
    boost::asio::awaitable<void> until_at_most(std::size_t most) {
        boost::system::error_code ended;
        while (running_ > most) {
            co_await changed_.async_wait(
                boost::asio::redirect_error(boost::asio::use_awaitable, ended));
        }
    }

    // Sleeps for so long, or until stop().
    boost::asio::awaitable<void> pause(std::chrono::milliseconds time) {
        if (stopping_) {
            co_return;
        }
        boost::asio::steady_timer timer(executor_, time);
        boost::system::error_code ended;
        sleeping_.insert(&timer);
        co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ended));
        sleeping_.erase(&timer);
    }

    void stop() {
        stopping_ = true;
        for (boost::asio::steady_timer* timer : sleeping_) {
            timer->cancel();
        }
    }
    void begin() { stopping_ = false; }

private:
    boost::asio::any_io_executor executor_;
    boost::asio::steady_timer changed_;
    std::set<boost::asio::steady_timer*> sleeping_;
    std::size_t running_ = 0;
    bool stopping_ = false;
};

// How long to wait before the next attempt: doubling, up to a limit, spread by a quarter so that
// many clients of a server that comes back do not all come at once.
class Backoff {
public:
    Backoff(std::chrono::milliseconds first, std::chrono::milliseconds most)
        : first_(first), most_(most), next_(first) {}
    std::chrono::milliseconds next() {
        const auto now = next_;
        next_ = std::min(next_ * 2, most_);
        return now + now * static_cast<int>(random_() % 26) / 100;
    }
    void reset() { next_ = first_; }

private:
    std::chrono::milliseconds first_, most_, next_;
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace befriend::matrix
