// SPDX-License-Identifier: Apache-2.0
//
// Hashes that are the same on every platform and in every run: they are stored in packs and
// sessions. None resists an attacker who chooses keys; tables that hold a person's words are small.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace befriend {

constexpr std::uint32_t fnv1a(std::string_view text, std::uint32_t seed = 2166136261u) {
    for (const char c : text) seed = (seed ^ static_cast<unsigned char>(c)) * 16777619u;
    return seed;
}

// Mixes the bits of one number well enough for an open-addressing table.
constexpr std::uint64_t mix(std::uint64_t x) {
    x ^= x >> 32;
    x *= 0xD6E8FEB86659FD93ull;
    x ^= x >> 32;
    return x;
}

// 64-bit hash of bytes, read little-endian so that packs move between machines.
constexpr std::uint64_t hash_bytes(std::string_view text,
                                   std::uint64_t seed = 0x9E3779B97F4A7C15ull) {
    const char* p = text.data();
    std::size_t n = text.size();
    std::uint64_t h = seed ^ n;
    const auto step = [&h](std::uint64_t v) {
        h ^= v;
        h *= 0xD6E8FEB86659FD93ull;
        h ^= h >> 32;
    };
    const auto byte = [](const char* at) { return std::uint64_t{static_cast<unsigned char>(*at)}; };
    // Compilers make one load of this.
    const auto four = [&byte](const char* at) {
        return byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
    };
    for (; n >= 8; p += 8, n -= 8) step(four(p) | four(p + 4) << 32);
    if (n >= 4)
        step(four(p) | four(p + n - 4) << 32);
    else if (n)
        step(byte(p) | byte(p + n / 2) << 8 | byte(p + n - 1) << 16);
    return h;
}

}  // namespace befriend
