// SPDX-License-Identifier: Apache-2.0
//
// A fault put in on purpose, to see which tool finds it (tests/faults/run.sh). Empty in every build
// but those of BEFRIEND_FAULTS; the branches on it are then not compiled in.
#pragma once

#include <string_view>

#ifndef BEFRIEND_FAULT
#define BEFRIEND_FAULT ""
#endif

namespace befriend {

constexpr std::string_view fault_inside = BEFRIEND_FAULT;

}  // namespace befriend
