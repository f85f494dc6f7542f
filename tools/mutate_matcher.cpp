// SPDX-License-Identifier: Apache-2.0
#include "tools/mutate_matcher.hpp"

#include <string>

#include "engine/base/archive.hpp"
#include "intents/tables.hpp"

namespace befriend {
namespace {

// The matcher keeps its tables to itself; its saved form is format and version, then the tables.
constexpr std::size_t head_size = 2 * sizeof(std::uint32_t);
constexpr std::uint32_t no_pattern = 0xFFFFFFFF;

Tables tables_of(std::string_view saved) {
    Tables tables;
    Reader reader(saved.substr(head_size));
    reader(tables);
    return tables;
}

}  // namespace

std::vector<bool> patterns_with_unless(const Matcher& matcher) {
    std::string bytes;
    matcher.save(bytes);
    std::vector<bool> out;
    for (const PatternEntry& entry : tables_of(bytes).patterns) {
        out.push_back(entry.unless != no_pattern);
    }
    return out;
}

Matcher with_changed_pattern(const Matcher& matcher, std::size_t pattern, PatternChange change) {
    std::string bytes;
    matcher.save(bytes);
    Tables tables = tables_of(bytes);
    PatternEntry& entry = tables.patterns[pattern];
    switch (change) {
        case PatternChange::drop:
            entry.weight = 0;
            break;
        case PatternChange::cut:
            entry.weight /= 3;
            break;
        case PatternChange::drop_unless:
            entry.unless = no_pattern;
            entry.unless_need_count = 0;
            break;
    }
    bytes.resize(head_size);
    Writer writer(bytes);
    writer(tables);
    Matcher changed;
    changed.load(bytes);
    return changed;
}

}  // namespace befriend
