// SPDX-License-Identifier: Apache-2.0
//
// What the tools for pattern authors share: the intent files as values, a matcher for one pattern
// alone, and sentences made from a pattern.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "intents/catalogue.hpp"
#include "intents/matcher.hpp"

namespace befriend {

// The intents of the pack built in, with those of `folder` laid over them (empty: none). Mistakes
// in them are printed on standard error, and there is no catalogue then.
std::optional<Catalogue> catalogue_or_complain(std::string_view command, const std::string& folder);

// A catalogue with all word lists of `from` and one intent "pattern" that holds `like` alone, about
// anybody. Mistakes of the pattern are appended to `diagnostics`, placed in the pattern itself.
Catalogue with_only(const Catalogue& from, const std::string& like, const std::string& unless,
                    Diagnostics& diagnostics);
Catalogue with_only(const Catalogue& from, const PatternSpec& pattern);

// Makes sentences of a pattern. The same seed gives the same sentences. What it makes is likely to
// match, not certain: run the matcher before showing it to anybody.
class SentenceMaker {
public:
    SentenceMaker(const Catalogue& catalogue, std::uint64_t seed);

    // Empty when nothing can be made: a word list without entries, or a regular expression.
    std::string make(const PatternSpec& pattern);

private:
    std::uint32_t below(std::size_t limit);
    void add(const PatternNode& node, std::vector<std::string>& words);
    std::string lexicon_entry(const std::string& name, int depth);

    const Catalogue& catalogue_;
    std::uint64_t state_;
};

// True when the pattern itself matches, whatever becomes of it: denied, about others, in quotes.
bool matches(const Matcher& only, std::string_view sentence, Scratch& scratch);

}  // namespace befriend
