// SPDX-License-Identifier: Apache-2.0
#include "tools/tune_rows.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "intents/english.hpp"
#include "tools/files.hpp"

namespace befriend {
namespace {

std::vector<std::string_view> cells(std::string_view line, char separator) {
    std::vector<std::string_view> out;
    while (true) {
        const std::size_t end = line.find(separator);
        out.push_back(line.substr(0, end));
        if (end == std::string_view::npos) return out;
        line.remove_prefix(end + 1);
    }
}

// Plain lower-case words; what else people type says little and may say who they are.
bool plain(std::string_view word) {
    return word.size() >= 2 &&
           std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || c == '\''; });
}

// Words that say nothing by themselves; they may be half of a pair.
std::set<std::string> empty_words() {
    constexpr std::uint64_t empty = word_class::determiner | word_class::preposition |
                                    word_class::joins | word_class::clitic | word_class::thing |
                                    word_class::be | word_class::auxiliary;
    std::set<std::string> out;
    for (const ClassedWords& row : classed_words()) {
        if (!(row.classes & empty)) continue;
        std::string_view rest = row.words;
        for (const std::string_view word : cells(rest, ' ')) {
            if (!row.inflected)
                out.emplace(word);
            else
                for (const std::string& form : forms_of(word)) out.insert(form);
        }
    }
    for (const char* more : {"but", "because", "so", "than", "as"}) out.emplace(more);
    return out;
}

// How a word is used over all rows.
struct Use {
    std::size_t inside = 0;   // a sentence, not as its first word
    std::size_t capital = 0;  // of these, with a capital letter
};

// Everything that says a word in another form: "felt" is written "feel".
class BaseForms {
public:
    explicit BaseForms(const std::map<std::string, Use>& words) {
        for (const auto& [word, use] : words) {
            for (const std::string& form : forms_of(word)) {
                std::string& base = base_[form];
                if (base.empty() || word.size() < base.size()) base = word;
            }
        }
    }
    const std::string& of(const std::string& word) const {
        const auto found = base_.find(word);
        return found == base_.end() ? word : found->second;
    }

private:
    std::unordered_map<std::string, std::string> base_;
};

}  // namespace

Result<bool> read_table(const std::string& name, std::string_view bytes,
                        std::vector<TuneRow>& rows) {
    std::vector<std::string_view> heading;
    std::size_t number = 0;
    const auto column = [&](std::string_view wanted) {
        return static_cast<std::size_t>(std::ranges::find(heading, wanted) - heading.begin());
    };
    while (!bytes.empty()) {
        const std::string_view line = take_line(bytes);
        ++number;
        if (heading.empty()) {
            heading = cells(line, '\t');
            for (const char* needed : {"text", "labels", "group"})
                if (column(needed) == heading.size())
                    return fail(name + ":1: there is no column \"" + needed + "\"");
            continue;
        }
        if (line.empty()) continue;
        const auto parts = cells(line, '\t');
        if (parts.size() < heading.size())
            return fail(name + ":" + std::to_string(number) + ": a row has " +
                        std::to_string(parts.size()) + " columns only");
        const auto cell = [&](std::string_view wanted) {
            const std::size_t at = column(wanted);
            return at < parts.size() ? std::string(parts[at]) : std::string();
        };
        TuneRow row;
        row.text = cell("text");
        row.group = cell("group");
        row.source = cell("source");
        row.mined = cell("mined");
        const std::string labels = cell("labels");
        for (const std::string_view label : cells(labels, ','))
            if (!label.empty() && label != "none") row.labels.emplace_back(label);
        std::ranges::sort(row.labels);
        rows.push_back(std::move(row));
    }
    return true;
}

TuneData tune_features(const Catalogue& catalogue, const std::vector<TuneRow>& rows,
                       std::size_t support) {
    TuneData out;
    Diagnostics diagnostics;
    Scratch scratch;
    const Matcher plain_matcher = Matcher::compile(catalogue, diagnostics);
    out.heard.reserve(rows.size());
    std::map<std::string, Use> words;
    for (const TuneRow& row : rows) {
        out.heard.push_back(plain_matcher.understand(row.text, {}, scratch));
        if (!row.learn) continue;
        const Understanding& u = out.heard.back();
        for (std::size_t i = 0; i < u.tokens.size(); ++i) {
            const Token& t = u.tokens[i];
            if (!plain(u.folded_word(t))) continue;
            Use& use = words[std::string(u.folded_word(t))];
            if (i == 0 || t.before != Boundary::none) continue;
            ++use.inside;
            use.capital += (t.flags & token_flag::capital) ? 1U : 0U;
        }
    }
    const BaseForms bases(words);
    const std::set<std::string> empty = empty_words();
    const auto is_name = [&](const std::string& word) {
        const auto use = words.find(word);
        return use != words.end() && use->second.capital > 0 &&
               use->second.capital * 3 > use->second.inside;
    };
    std::map<std::string, std::set<std::string>> groups;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        if (!rows[r].learn) continue;
        const Understanding& u = out.heard[r];
        std::string before;
        for (std::size_t i = 0; i < u.tokens.size(); ++i) {
            std::string word(u.folded_word(u.tokens[i]));
            if (word != "i" && (!plain(word) || is_name(word))) {
                before.clear();
                continue;
            }
            word = bases.of(word);
            if (u.tokens[i].before != Boundary::none) before.clear();
            if (!empty.contains(word)) groups[word].insert(rows[r].group);
            if (!before.empty()) groups[before + " " + word].insert(rows[r].group);
            before = std::move(word);
        }
    }
    // Danger is the safety rules' to hear: its word lists are theirs. A sign, as of a loss, may
    // speak.
    const auto of_safety = [&](const Place& place) {
        return catalogue.files[place.file].find("/safety") != std::string::npos;
    };
    WordWeights all;
    const auto content =
        std::ranges::find(catalogue.intents, IntentKind::content, &IntentSpec::kind);
    if (content == catalogue.intents.end()) return out;
    all.intent = content->name;
    for (const auto& [text, used_by] : groups)
        if (used_by.size() >= support) all.entries.push_back({text, 0, content->place});
    for (const Lexicon& list : catalogue.lexicons)
        if (!of_safety(list.place)) all.entries.push_back({"<" + list.name + ">", 0, list.place});
    for (const IntentSpec& intent : catalogue.intents)
        if (intent.kind == IntentKind::feeling || intent.kind == IntentKind::topic ||
            intent.kind == IntentKind::sign)
            all.entries.push_back({"@" + intent.name, 0, content->place});
    for (const auto& entry : all.entries) out.names.push_back(entry.text);
    Catalogue weighed = catalogue;
    weighed.weights.assign(1, std::move(all));
    const Matcher matcher = Matcher::compile(weighed, diagnostics);
    scratch.weigh_always = true;
    Understanding u;
    for (const TuneRow& row : rows) {
        matcher.understand(row.text, {}, scratch, u);
        auto& features = out.rows.emplace_back();
        for (const WordHit& hit : scratch.word_hits) features.emplace_back(hit.feature, hit.value);
    }
    return out;
}

}  // namespace befriend
