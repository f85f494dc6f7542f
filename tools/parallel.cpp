// SPDX-License-Identifier: Apache-2.0
#include "tools/parallel.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace befriend {
namespace {

// Workers fetch this many indices at once, or fewer when there are few: often enough to end
// together, seldom enough not to wait for one another.
constexpr std::size_t most_at_once = 64;
constexpr std::size_t rounds = 8;

constexpr std::chrono::milliseconds between_pictures{100};

// One line that is written over and taken away at the end.
class Progress {
public:
    Progress(std::string_view what, std::size_t total)
        : what_(what), total_(total), shown_(isatty(STDERR_FILENO) != 0) {}
    ~Progress() {
        if (drawn_) std::fputs("\r\x1b[K", stderr);
    }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void show(std::size_t done) {
        const auto now = std::chrono::steady_clock::now();
        if (!shown_ || now - last_ < between_pictures) return;
        last_ = now;
        drawn_ = true;
        std::fprintf(stderr, "\r%s: %zu of %zu", what_.c_str(), done, total_);
        std::fflush(stderr);
    }

private:
    std::string what_;
    std::size_t total_;
    bool shown_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace

std::size_t all_cores() { return std::max(1U, std::thread::hardware_concurrency()); }

void in_parallel(std::size_t count, std::size_t jobs, std::string_view what,
                 const std::function<void(std::size_t index, std::size_t worker)>& work) {
    jobs = std::clamp<std::size_t>(jobs, 1, std::max<std::size_t>(count, 1));
    const std::size_t at_once = std::clamp<std::size_t>(count / (jobs * rounds), 1, most_at_once);
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> done{0};
    std::mutex guard;
    std::exception_ptr problem;
    const auto run = [&](std::size_t worker, Progress* progress) {
        for (;;) {
            const std::size_t begin = next.fetch_add(at_once);
            if (begin >= count) return;
            const std::size_t end = std::min(begin + at_once, count);
            try {
                for (std::size_t i = begin; i < end; ++i) work(i, worker);
            } catch (...) {
                const std::lock_guard lock(guard);
                if (!problem) problem = std::current_exception();
                next = count;
                return;
            }
            const std::size_t so_far = done += end - begin;
            if (progress != nullptr) progress->show(so_far);
        }
    };
    {
        Progress progress(what, count);
        std::vector<std::jthread> others;
        for (std::size_t worker = 1; worker < jobs; ++worker) {
            others.emplace_back(run, worker, nullptr);
        }
        run(0, &progress);
    }
    if (problem) std::rethrow_exception(problem);
}

}  // namespace befriend
