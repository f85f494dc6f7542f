// SPDX-License-Identifier: Apache-2.0
//
// Small matchers for tests, and short questions to ask of them.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "intents/matcher.hpp"

namespace befriend::test {

inline Matcher matcher_of(std::string yaml, Diagnostics* found = nullptr) {
    Diagnostics diagnostics;
    const Catalogue catalogue = load_catalogue({{"test.yaml", std::move(yaml)}}, diagnostics);
    Matcher matcher = Matcher::compile(catalogue, diagnostics);
    if (found) *found = diagnostics;
    return matcher;
}

// One intent "it" with one pattern, about anybody, and a few word lists.
inline Matcher matcher_for_pattern(std::string_view pattern, std::string_view more = "") {
    return matcher_of(
        "language: en\n"
        "words:\n"
        "  skip: [so, just, really, very, like, \"kind of\"]\n"
        "  relation: [sister, mother, boss, friend, \"step mother\"]\n"
        "  bad: [idiot, failure, \"waste of space\", \"mess up\"]\n"
        "intents:\n"
        "  it:\n"
        "    kind: content\n"
        "    patterns: [ { like: \"" +
        std::string(pattern) + "\", weight: 1.0, whom: self, polarity: asserted" +
        std::string(more) + " } ]\n");
}

inline const Reading* reading_of(const Matcher& m, const Understanding& u,
                                 std::string_view intent) {
    const IntentId id = m.find(intent);
    for (const Reading& r : u.readings) {
        if (r.intent == id) return &r;
    }
    return nullptr;
}

inline bool heard(const Matcher& m, std::string_view text, std::string_view intent = "it") {
    const Understanding u = m.understand(text);
    const Reading* r = reading_of(m, u, intent);
    return r && r->counts;
}

inline std::string words_of(const Understanding& u, const Reading& r) {
    std::string out;
    for (const Span& s : r.evidence)
        out += (out.empty() ? "" : "+") + u.text.substr(s.begin, s.end - s.begin);
    return out;
}

}  // namespace befriend::test
