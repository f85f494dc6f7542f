// SPDX-License-Identifier: Apache-2.0
//
// The same work for many things, on several cores. Results are written to a place of their own for
// each index, so that they do not depend on how many workers there were.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace befriend {

// As many workers as the machine has cores, at least one.
std::size_t all_cores();

// Calls work(index, worker) once for each index below `count`, in any order; `worker` is below
// `jobs` and no two calls share one at the same time. Returns when all are done. The first
// exception ends the work and is thrown again here. While it lasts, a line "what: 12 of 34" stands
// on standard error when that is a terminal.
void in_parallel(std::size_t count, std::size_t jobs, std::string_view what,
                 const std::function<void(std::size_t index, std::size_t worker)>& work);

}  // namespace befriend
