// SPDX-License-Identifier: Apache-2.0
//
// Two sentences in a language that befriend does not speak, for a danger it recognised there.
// Compiled in, so that no data file can lose them. Not yet reviewed by native speakers: SAFETY.md.
#pragma once

#include <string_view>

namespace befriend {

// By ISO 639-1 code; empty when there is none.
std::string_view crisis_sentences(std::string_view language);

}  // namespace befriend
