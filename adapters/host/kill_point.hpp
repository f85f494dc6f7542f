// SPDX-License-Identifier: Apache-2.0
//
// Where tests let the program die, to see that nothing is lost or said twice. In the product these
// are empty; only the test binary `befriend_killable` is built with BEFRIEND_KILL_POINTS.
#pragma once

namespace befriend {

#ifdef BEFRIEND_KILL_POINTS
// Ends the process with SIGKILL when $BEFRIEND_KILL_AT is "NAME:N" and this is the Nth call.
void kill_point(const char* name);
#else
inline void kill_point(const char*) {}
#endif

}  // namespace befriend
