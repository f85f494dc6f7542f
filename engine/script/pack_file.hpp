// SPDX-License-Identifier: Apache-2.0
//
// A compiled pack as bytes, so that a start does not compile. The header names the format, the
// engine and the content; anything that does not fit is refused, and the caller compiles anew.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/pack.hpp"

namespace befriend {

// Raised whenever a struct of the pack or the matcher changes, so that an old file is not misread.
inline constexpr std::uint32_t pack_format = 1;

std::string save_pack(const Pack& pack);

// Refuses a file that is damaged, of another format, or not of this content.
Result<Pack> read_pack(std::string_view bytes, std::uint64_t content_hash);

}  // namespace befriend
