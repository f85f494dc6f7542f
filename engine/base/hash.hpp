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
constexpr std::uint64_t hash_bytes(std::string_view text, std::uint64_t seed = 0x9E3779B97F4A7C15ull) {
    std::uint64_t h = seed ^ text.size();
    std::size_t i = 0;
    const auto step = [&h](std::uint64_t v) {
        h ^= v;
        h *= 0xD6E8FEB86659FD93ull;
        h ^= h >> 32;
    };
    const auto byte = [&](std::size_t k) { return std::uint64_t{static_cast<unsigned char>(text[k])}; };
    for (; i + 8 <= text.size(); i += 8) {
        step(byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24 | byte(i + 4) << 32 |
             byte(i + 5) << 40 | byte(i + 6) << 48 | byte(i + 7) << 56);
    }
    if (i < text.size()) {
        std::uint64_t v = 0;
        for (unsigned shift = 0; i < text.size(); ++i, shift += 8) v |= byte(i) << shift;
        step(v);
    }
    return h;
}

}  // namespace befriend
