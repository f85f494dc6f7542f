// SPDX-License-Identifier: Apache-2.0
//
// One way to understand a message: which intent, how sure, about whom, and which words say so.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace befriend {

enum class IntentId : std::uint16_t { none = 0xFFFF };

// Bytes [begin, end) of the text as the person typed it (malformed bytes already U+FFFD).
struct Span {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    friend bool operator==(const Span&, const Span&) = default;
};

// Sorts spans and makes one of those that overlap or touch.
void merge_spans(std::vector<Span>& spans);

enum class Whom : std::uint8_t { self, other, bot, anyone };
enum class Time : std::uint8_t { now, past, future, hypothetical };
enum class Polarity : std::uint8_t { asserted, negated, hedged };

struct CapturedSlot {
    std::string name;
    Span span;

    friend bool operator==(const CapturedSlot&, const CapturedSlot&) = default;
};

struct Reading {
    IntentId intent = IntentId::none;
    float score = 0;
    bool counts = false;  // a label: over the threshold, not negated, the person fits
    Whom whom = Whom::self;
    bool quoted = false;
    Time time = Time::now;
    Polarity polarity = Polarity::asserted;
    std::vector<Span> evidence;  // never empty
    std::uint32_t pattern = 0;   // best pattern; Matcher::pattern_place() gives "file:line"
    std::vector<CapturedSlot> slots;
    std::string level;  // crisis only: none | past | ambiguous | passive | active | imminent | now
    std::vector<std::string> attrs;  // intrusive, by_user, eating ...
    std::uint16_t clause = 0;        // of its head word

    friend bool operator==(const Reading&, const Reading&) = default;
};

}  // namespace befriend
