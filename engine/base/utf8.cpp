// SPDX-License-Identifier: Apache-2.0
#include "engine/base/utf8.hpp"

#include <cstring>

namespace befriend {

CodePoint decode(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at);
    if (first < 0x80) return {first, 1, true};
    // The allowed range of the second byte excludes overlong forms, surrogates and > U+10FFFF.
    std::uint32_t length = 0;
    unsigned char low = 0x80, high = 0xBF;
    char32_t value = 0;
    if (first >= 0xC2 && first <= 0xDF) {
        length = 2;
        value = first & 0x1Fu;
    } else if (first >= 0xE0 && first <= 0xEF) {
        length = 3;
        value = first & 0x0Fu;
        if (first == 0xE0) low = 0xA0;
        if (first == 0xED) high = 0x9F;
    } else if (first >= 0xF0 && first <= 0xF4) {
        length = 4;
        value = first & 0x07u;
        if (first == 0xF0) low = 0x90;
        if (first == 0xF4) high = 0x8F;
    } else {
        return {0xFFFD, 1, false};
    }
    for (std::uint32_t i = 1; i < length; ++i) {
        if (at + i >= text.size() || byte(at + i) < low || byte(at + i) > high)
            return {0xFFFD, i, false};
        value = value << 6 | (byte(at + i) & 0x3Fu);
        low = 0x80;
        high = 0xBF;
    }
    return {value, length, true};
}

void append_utf8(std::string& out, char32_t c) {
    const auto put = [&out](char32_t v) {
        out += static_cast<char>(static_cast<unsigned char>(v));
    };
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | c >> 6);
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | c >> 12);
        put(0x80 | (c >> 6 & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3F));
        put(0x80 | (c >> 6 & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

bool is_ascii(std::string_view text) {
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        std::uint64_t v = 0;
        std::memcpy(&v, text.data() + i, 8);
        if (v & 0x8080808080808080ull) return false;
    }
    for (; i < text.size(); ++i) {
        if (static_cast<unsigned char>(text[i]) & 0x80) return false;
    }
    return true;
}

bool is_utf8(std::string_view text) {
    if (is_ascii(text)) return true;
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint c = decode(text, i);
        if (!c.good) return false;
        i += c.size;
    }
    return true;
}

void repair_utf8(std::string_view text, std::string& out) {
    if (is_utf8(text)) {
        out.assign(text);
        return;
    }
    out.clear();
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint c = decode(text, i);
        append_utf8(out, c.value);
        i += c.size;
    }
}

std::string repair_utf8(std::string_view text) {
    std::string out;
    repair_utf8(text, out);
    return out;
}

std::string ascii_lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return out;
}

}  // namespace befriend
