// SPDX-License-Identifier: Apache-2.0
#include "tools/entry_coverage.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "intents/pattern.hpp"
#include "tools/parallel.hpp"

namespace befriend {
namespace {

// The word list that an entry like "<parent>" stands for; empty for words.
std::string_view list_named_by(std::string_view entry) {
    if (!entry.starts_with('<') || !entry.ends_with('>')) return {};
    return entry.substr(1, entry.size() - 2);
}

class Lists {
public:
    explicit Lists(const Catalogue& catalogue) : catalogue_(catalogue) {
        for (std::size_t i = 0; i < catalogue.lexicons.size(); ++i)
            numbers_.emplace(catalogue.lexicons[i].name, i);
    }

    // The lists in a pattern, with those that they name.
    std::set<std::size_t> used_by(const PatternSpec& pattern) const {
        std::set<std::size_t> used;
        collect(pattern.like.root, used);
        return used;
    }

private:
    void collect(const PatternNode& node, std::set<std::size_t>& used) const {
        if (node.kind == PatternNode::Kind::lexicon) add(node.text, used);
        for (const PatternNode& part : node.parts) collect(part, used);
    }

    void add(std::string_view name, std::set<std::size_t>& used) const {
        const auto found = numbers_.find(name);
        if (found == numbers_.end() || !used.insert(found->second).second) return;
        for (const Lexicon::Entry& entry : catalogue_.lexicons[found->second].entries)
            if (const auto inner = list_named_by(entry.text); !inner.empty()) add(inner, used);
    }

    const Catalogue& catalogue_;
    std::map<std::string, std::size_t, std::less<>> numbers_;
};

// The catalogue with one intent, whose patterns are the entries in the order of the lists.
Catalogue entries_as_patterns(const Catalogue& from) {
    Catalogue out;
    out.language = from.language;
    out.files = from.files;
    out.lexicons = from.lexicons;
    IntentSpec intent;
    intent.name = "entry";
    for (const Lexicon& list : from.lexicons) {
        for (const Lexicon::Entry& entry : list.entries) {
            std::string written = entry.text;
            std::vector<PatternError> errors;
            Pattern like = parse_pattern(written, errors);
            if (!errors.empty()) {
                // Signs that mean something in patterns: in a list they only part words.
                for (char& c : written)
                    if (std::string_view("()[]{}|&^$<>@:.,?!\"*").find(c) != std::string_view::npos)
                        c = ' ';
                errors.clear();
                like = parse_pattern(written, errors);
            }
            PatternSpec pattern;
            if (errors.empty()) pattern.like = std::move(like);
            pattern.source = entry.text;
            pattern.place = entry.place;
            intent.patterns.push_back(std::move(pattern));
        }
    }
    out.intents.push_back(std::move(intent));
    return out;
}

bool inside(const std::vector<Span>& part, const std::vector<Span>& whole) {
    return std::ranges::all_of(part, [&](const Span& p) {
        return std::ranges::any_of(
            whole, [&](const Span& w) { return w.begin <= p.begin && p.end <= w.end; });
    });
}

}  // namespace

CoverageKind entry_coverage(const Catalogue& catalogue, const Matcher& matcher,
                            const std::set<std::string>& texts, std::size_t jobs) {
    const Lists lists(catalogue);
    std::vector<std::set<std::size_t>> lists_of;  // beside the matcher's patterns
    for (const IntentSpec& intent : catalogue.intents)
        for (const PatternSpec& pattern : intent.patterns)
            lists_of.push_back(lists.used_by(pattern));
    std::vector<std::size_t> list_of;  // beside the entries
    for (std::size_t i = 0; i < catalogue.lexicons.size(); ++i)
        list_of.insert(list_of.end(), catalogue.lexicons[i].entries.size(), i);

    Diagnostics known;  // an entry that cannot be compiled is found nowhere
    const Matcher entries = Matcher::compile(entries_as_patterns(catalogue), known);
    struct Worker {
        Scratch scratch, entry_scratch;
        Understanding heard, entry_heard;
        std::vector<bool> used;
    };
    std::vector<Worker> workers(std::max<std::size_t>(jobs, 1));
    for (Worker& worker : workers) {
        worker.scratch.explain = worker.entry_scratch.explain = true;
        worker.used.resize(list_of.size());
    }
    const std::vector<std::string> sentences(texts.begin(), texts.end());
    in_parallel(sentences.size(), jobs, "word lists", [&](std::size_t i, std::size_t number) {
        Worker& worker = workers[number];
        matcher.understand(sentences[i], {}, worker.scratch, worker.heard);
        entries.understand(sentences[i], {}, worker.entry_scratch, worker.entry_heard);
        for (const HitTrace& hit : worker.scratch.hits) {
            if (hit.fate != "counts" || hit.pattern >= lists_of.size()) continue;
            for (const HitTrace& entry : worker.entry_scratch.hits)
                if (entry.pattern < list_of.size() && !worker.used[entry.pattern] &&
                    lists_of[hit.pattern].contains(list_of[entry.pattern]) &&
                    inside(entry.evidence, hit.evidence))
                    worker.used[entry.pattern] = true;
        }
    });

    CoverageKind kind{"words", 0, 0, {}};
    std::size_t number = 0;
    for (const Lexicon& list : catalogue.lexicons) {
        for (const Lexicon::Entry& entry : list.entries) {
            const std::size_t at = number++;
            ++kind.of;
            if (std::ranges::any_of(workers, [&](const Worker& w) { return w.used[at]; })) {
                ++kind.covered;
            } else {
                kind.uncovered.push_back({catalogue.files[entry.place.file] + ":" +
                                              std::to_string(entry.place.at.line) + ":" +
                                              std::to_string(entry.place.at.col),
                                          "<" + list.name + ">: " + entry.text});
            }
        }
    }
    return kind;
}

}  // namespace befriend
