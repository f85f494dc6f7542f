// SPDX-License-Identifier: Apache-2.0
//
// The intent files of one language, read and checked: what docs/patterns.md describes, as values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/base/source.hpp"
#include "intents/pattern.hpp"
#include "intents/reading.hpp"

namespace befriend {

enum class IntentKind : std::uint8_t { content, control, crisis, flag, feeling, topic, sign };

// Where an author wrote something.
struct Place {
    std::uint32_t file = 0;  // index into Catalogue::files
    Position at;
};

struct PatternSpec {
    Pattern like;
    std::string regex;  // instead of `like`
    std::optional<Pattern> unless;
    float weight = 1.0f;
    std::string family;  // empty: the pattern is its own family
    std::optional<Whom> whom;
    std::optional<Time> time;
    std::optional<Polarity> polarity;
    std::string level;
    std::uint16_t max_words = 0;  // 0: no limit
    std::vector<std::string> attrs;
    Place place;
    std::string source;  // as written
};

struct Example {
    std::string text;
    Place place;
};

struct IntentSpec {
    std::string name;
    IntentKind kind = IntentKind::content;
    std::string about;
    std::vector<Whom> whom;  // empty: any
    std::string negated;     // intent that a denial is evidence for
    std::vector<std::string> only_if_none_of;
    std::vector<std::string> only_if_any_of;
    float threshold = 0.5f;
    float beside = 0;  // what it needs when another content or crisis label counts
    std::vector<PatternSpec> patterns;
    std::vector<Example> examples;
    std::vector<Example> not_examples;
    Place place;
};

struct Lexicon {
    std::string name;
    struct Entry {
        std::string text;
        Place place;
    };
    std::vector<Entry> entries;
    Place place;
};

// What words alone say of an intent. They are asked only where no pattern of a content or crisis
// intent counts.
struct WordWeights {
    std::string intent;      // or any_content
    float bias = 0;          // log-odds of the intent before any word is seen
    float threshold = 0.5f;  // probability from which on it is heard
    struct Entry {
        std::string text;  // "word", "two words", "<word_list>" or "@intent"
        float weight = 0;  // log-odds
        Place place;
    };
    std::vector<Entry> entries;
    Place place;
};

// In the place of an intent: how likely a message is of any content intent at all. Over its
// threshold the likeliest intent is heard even where none reaches its own.
inline constexpr std::string_view any_content = "any";

struct Catalogue {
    std::string language = "en";
    std::vector<std::string> files;
    std::vector<Lexicon> lexicons;
    std::vector<IntentSpec> intents;
    std::vector<WordWeights> weights;
};

// Reads all files of a language together. Errors are collected; what could be read is kept.
Catalogue load_catalogue(std::vector<Source> files, Diagnostics& diagnostics);

// "content", "crisis", ...
std::string_view kind_name(IntentKind kind);

}  // namespace befriend
