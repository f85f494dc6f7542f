// SPDX-License-Identifier: Apache-2.0
#include "tools/pattern_lab.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "tools/pack_source.hpp"

namespace befriend {
namespace {

constexpr std::string_view pattern_file = "pattern";

Catalogue words_of(const Catalogue& from) {
    Catalogue out;
    out.language = from.language;
    out.files = from.files;
    out.files.emplace_back(pattern_file);
    out.lexicons = from.lexicons;
    IntentSpec intent;
    intent.name = "pattern";
    intent.place.file = static_cast<std::uint32_t>(out.files.size() - 1);
    out.intents.push_back(std::move(intent));
    return out;
}

void check_lists(const PatternNode& node, const Catalogue& from, Diagnostics& diagnostics) {
    if (node.kind == PatternNode::Kind::lexicon) {
        std::vector<std::string> names;
        for (const Lexicon& list : from.lexicons) names.push_back(list.name);
        if (std::ranges::find(names, node.text) == names.end()) {
            const std::string near = closest(node.text, names);
            diagnostics.push_back(
                make_diagnostic(codes::unknown_lexicon, pattern_file,
                                {1, static_cast<std::uint32_t>(node.offset + 1)},
                                "there is no word list \"" + node.text + "\"",
                                near.empty() ? "" : "did you mean <" + near + ">?"));
        }
    }
    for (const PatternNode& part : node.parts) check_lists(part, from, diagnostics);
}

Pattern read_pattern(const std::string& text, const Catalogue& from, Diagnostics& diagnostics) {
    std::vector<PatternError> errors;
    Pattern pattern = parse_pattern(text, errors);
    for (const PatternError& error : errors)
        diagnostics.push_back(make_diagnostic(codes::pattern_syntax, pattern_file,
                                              {1, static_cast<std::uint32_t>(error.offset + 1)},
                                              error.message, error.hint));
    check_lists(pattern.root, from, diagnostics);
    return pattern;
}

// Words that may fill a gap: none of them is in the everyday patterns, starts a clause or denies.
constexpr std::string_view gap_words[] = {"this", "old", "blue", "table", "here"};
constexpr std::string_view selves[] = {"i", "me", "my", "myself"};
constexpr std::string_view others[] = {"she", "he", "they", "people", "someone"};
constexpr std::string_view bots[] = {"you", "your"};

// "i be a idiot" is "i am an idiot": the forms that a reader expects.
void conjugate(std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if ((words[i] == "a" || words[i] == "an") && i + 1 < words.size() && !words[i + 1].empty())
            words[i] = std::string_view("aeiou").find(words[i + 1][0]) != std::string_view::npos
                           ? "an"
                           : "a";
        if (words[i] != "be") continue;
        const std::string before = i ? words[i - 1] : "";
        static constexpr std::string_view bare[] = {"to",  "will", "would", "can",   "could",
                                                    "not", "may",  "must",  "might", "should"};
        if (before == "i")
            words[i] = "am";
        else if (before == "you" || before == "they" || before == "we" || before == "people")
            words[i] = "are";
        else if (!before.empty() && std::ranges::find(bare, before) == std::end(bare))
            words[i] = "is";
    }
}

}  // namespace

std::optional<Catalogue> catalogue_or_complain(std::string_view command,
                                               const std::string& folder) {
    Diagnostics diagnostics;
    const std::vector<Source> kept =
        intent_sources(folder.empty() ? embedded_sources() : folder_sources(folder, diagnostics));
    Catalogue catalogue = load_catalogue(kept, diagnostics);
    for (const Diagnostic& d : diagnostics) {
        if (d.severity != Severity::error) continue;
        const auto source = std::ranges::find(kept, d.file, &Source::name);
        std::fputs((source == kept.end() ? render(d) : render(d, *source)).c_str(), stderr);
    }
    if (!has_errors(diagnostics)) return catalogue;
    std::fprintf(stderr, "befriend %.*s: the intent files have mistakes.\n",
                 static_cast<int>(command.size()), command.data());
    return std::nullopt;
}

Catalogue with_only(const Catalogue& from, const std::string& like, const std::string& unless,
                    Diagnostics& diagnostics) {
    PatternSpec pattern;
    pattern.like = read_pattern(like, from, diagnostics);
    if (!unless.empty()) pattern.unless = read_pattern(unless, from, diagnostics);
    pattern.source = like;
    return with_only(from, pattern);
}

Catalogue with_only(const Catalogue& from, const PatternSpec& pattern) {
    Catalogue out = words_of(from);
    out.intents[0].patterns.push_back(pattern);
    out.intents[0].patterns[0].place.file = out.intents[0].place.file;
    return out;
}

SentenceMaker::SentenceMaker(const Catalogue& catalogue, std::uint64_t seed)
    : catalogue_(catalogue), state_(seed * 0x9E3779B97F4A7C15ull + 1) {}

std::uint32_t SentenceMaker::below(std::size_t limit) {
    // splitmix64: the same numbers on every machine.
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return limit ? static_cast<std::uint32_t>((z ^ (z >> 31)) % limit) : 0;
}

std::string SentenceMaker::lexicon_entry(const std::string& name, int depth) {
    const auto list = std::ranges::find(catalogue_.lexicons, name, &Lexicon::name);
    if (list == catalogue_.lexicons.end() || list->entries.empty() || depth > 8) return {};
    std::string text = list->entries[below(list->entries.size())].text;
    if (text.starts_with('<') && text.ends_with('>'))
        return lexicon_entry(text.substr(1, text.size() - 2), depth + 1);
    std::erase(text, '=');
    return text;
}

void SentenceMaker::add(const PatternNode& n, std::vector<std::string>& words) {
    using Kind = PatternNode::Kind;
    const auto one_of = [&](const auto& list) { words.emplace_back(list[below(std::size(list))]); };
    switch (n.kind) {
        case Kind::word:
            words.push_back(n.text);
            break;
        case Kind::lexicon:
            if (std::string entry = lexicon_entry(n.text, 0); !entry.empty())
                words.push_back(std::move(entry));
            break;
        case Kind::self:
            // The first word of a sentence is its subject more often than not.
            if (words.empty())
                words.emplace_back(selves[0]);
            else
                one_of(selves);
            break;
        case Kind::other:
            one_of(others);
            break;
        case Kind::bot:
            one_of(bots);
            break;
        case Kind::any_word:
            one_of(gap_words);
            break;
        case Kind::gap:
            // Mostly nothing: such sentences read best.
            for (std::uint32_t k = below(3) ? 0 : below(std::min<std::size_t>(n.most, 2) + 1u); k;
                 --k)
                one_of(gap_words);
            break;
        case Kind::start:
        case Kind::end:
            break;
        case Kind::optional:
            if (below(3) == 0) add(n.parts[0], words);
            break;
        case Kind::alternatives:
            add(n.parts[below(n.parts.size())], words);
            break;
        case Kind::sequence:
        case Kind::capture:
            for (const PatternNode& part : n.parts) add(part, words);
            break;
        case Kind::any_order: {
            std::vector<std::size_t> order(n.parts.size());
            for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
            for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[below(i)]);
            for (const std::size_t i : order) add(n.parts[i], words);
            break;
        }
    }
}

std::string SentenceMaker::make(const PatternSpec& pattern) {
    if (!pattern.regex.empty()) return {};
    std::vector<std::string> words;
    add(pattern.like.root, words);
    conjugate(words);
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    if (pattern.like.question && !text.empty()) text += '?';
    return text;
}

bool matches(const Matcher& only, std::string_view sentence, Scratch& scratch) {
    Understanding u;
    only.understand(sentence, {}, scratch, u);
    return !u.readings.empty();
}

}  // namespace befriend
