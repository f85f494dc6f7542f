// SPDX-License-Identifier: Apache-2.0
//
// UTF-8 without surprises: what is malformed becomes U+FFFD before anything else looks at it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace befriend {

// One code point read from text[at], with its length in bytes. Malformed input gives U+FFFD and the
// number of bytes to skip (at least 1). Requires at < text.size().
struct CodePoint {
    char32_t value = 0;
    std::uint32_t size = 1;
    bool good = true;
};
CodePoint decode(std::string_view text, std::size_t at);

void append_utf8(std::string& out, char32_t c);

bool is_utf8(std::string_view text);

// `text` with each malformed sequence replaced by U+FFFD.
std::string repair_utf8(std::string_view text);
// The same into a string whose memory is reused.
void repair_utf8(std::string_view text, std::string& out);

// True when no byte is above 0x7F.
bool is_ascii(std::string_view text);

// A to Z in lower case, every other byte as it is, whatever the locale.
std::string ascii_lower(std::string_view text);

}  // namespace befriend
