// SPDX-License-Identifier: Apache-2.0
#include "tools/parallel.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

using namespace befriend;

TEST_SUITE("tools/parallel") {
    TEST_CASE("every index is worked on once, by a worker that exists") {
        for (const std::size_t jobs : {1U, 2U, 7U}) {
            for (const std::size_t count : {0U, 1U, 5U, 1000U}) {
                CAPTURE(jobs);
                CAPTURE(count);
                std::vector<int> times(count);
                std::atomic<bool> worker_exists{true};
                in_parallel(count, jobs, "tests", [&](std::size_t i, std::size_t worker) {
                    ++times[i];
                    if (worker >= jobs) worker_exists = false;
                });
                CHECK(times == std::vector<int>(count, 1));
                CHECK(worker_exists);
            }
        }
    }

    TEST_CASE("an exception of any worker ends the work and reaches the caller") {
        for (const std::size_t jobs : {1U, 3U}) {
            CHECK_THROWS_AS(in_parallel(500, jobs, "tests",
                                        [](std::size_t i, std::size_t) {
                                            if (i == 250) throw std::runtime_error("no");
                                        }),
                            std::runtime_error);
        }
    }
}
