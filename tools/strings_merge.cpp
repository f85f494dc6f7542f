// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "engine/base/hash.hpp"
#include "engine/script/message.hpp"
#include "engine/script/pack_file.hpp"
#include "tools/spoken.hpp"
#include "tools/strings.hpp"

namespace befriend {
namespace {

Diagnostic warning(const std::string& file, std::uint32_t line, std::string message,
                   std::string hint) {
    Diagnostic d;
    d.code = "BF0015";
    d.severity = Severity::warning;
    d.file = file;
    d.line = std::max(1U, line);
    d.col = 1;
    d.message = std::move(message);
    d.hint = std::move(hint);
    return d;
}

// The value that a placeholder of the translation stands for: that of the same name.
const TextArg* find_arg(const Text& source, std::string_view name) {
    const auto found = std::ranges::find(source.args, name, &TextArg::name);
    return found == source.args.end() ? nullptr : &*found;
}

// Requires that placeholder_problem() found nothing.
Text translated(const Text& source, std::string_view translation) {
    std::vector<MessageProblem> problems;
    Message message = parse_message(translation, problems);
    Text result;
    for (const MessageArg& arg : message.args) {
        TextArg made = *find_arg(source, arg.name);
        made.filter = arg.filter == "reflect" ? Filter::reflect
                      : arg.filter == "noun"  ? Filter::noun
                                              : Filter::none;
        result.args.push_back(std::move(made));
    }
    result.hash = fnv1a(message.source);
    result.source = std::move(message.source);
    result.pieces = std::move(message.pieces);
    result.icu = std::move(message.icu);
    return result;
}

bool usable(const PoEntry& entry) {
    return !entry.obsolete && !entry.fuzzy && !entry.translation.empty() &&
           placeholder_problem(entry.source, entry.translation).empty();
}

}  // namespace

std::vector<PoEntry> extract_strings(const Pack& pack) {
    std::vector<PoEntry> result;
    for (const Spoken& one : spoken(pack)) {
        PoEntry entry;
        entry.context = one.id();
        entry.source = text_of(pack, one).source;
        entry.references.push_back(place_name(pack, one.at));
        const std::string when = condition_words(pack, when_of(pack, one));
        if (!when.empty()) entry.extracted.push_back("only when " + when);
        if (!entry.source.empty()) result.push_back(std::move(entry));
    }
    return result;
}

std::vector<PoEntry> merge_strings(std::vector<PoEntry> fresh, const std::vector<PoEntry>& old) {
    std::map<std::string, const PoEntry*> by_context;
    std::map<std::string, std::vector<const PoEntry*>> by_source;
    for (const PoEntry& entry : old) {
        if (entry.translation.empty()) continue;
        by_context.emplace(entry.context, &entry);
        by_source[entry.source].push_back(&entry);
    }
    std::set<const PoEntry*> used;
    const auto take = [&](PoEntry& entry, const PoEntry& from) {
        entry.translation = from.translation;
        entry.notes = from.notes;
        entry.fuzzy = from.fuzzy;
        entry.previous = from.previous;
        used.insert(&from);
    };
    // First those whose source is unchanged, in place or moved; what is left is what was changed.
    std::vector<PoEntry*> open;
    for (PoEntry& entry : fresh) {
        const auto same = by_source.find(entry.source);
        if (same == by_source.end()) {
            open.push_back(&entry);
            continue;
        }
        const auto here = std::ranges::find(same->second, entry.context, &PoEntry::context);
        take(entry, here == same->second.end() ? *same->second.front() : **here);
    }
    for (PoEntry* entry : open) {
        const auto changed = by_context.find(entry->context);
        if (changed == by_context.end() || used.contains(changed->second)) continue;
        take(*entry, *changed->second);
        entry->fuzzy = true;
        if (entry->previous.empty()) entry->previous = changed->second->source;
    }
    for (const PoEntry& entry : old) {
        if (entry.translation.empty() || used.contains(&entry)) continue;
        fresh.push_back(entry);
        fresh.back().obsolete = true;
        fresh.back().references.clear();
        fresh.back().extracted.clear();
    }
    return fresh;
}

std::string placeholder_problem(std::string_view source, std::string_view translation) {
    std::vector<MessageProblem> ignored;
    const Message from = parse_message(source, ignored);
    std::vector<MessageProblem> problems;
    const Message to = parse_message(translation, problems);
    if (!problems.empty()) return problems.front().message;
    std::set<std::string> wanted;
    std::set<std::string> filters{""};
    for (const MessageArg& arg : from.args) {
        wanted.insert(arg.name);
        filters.insert(arg.filter);
    }
    std::set<std::string> found;
    for (const MessageArg& arg : to.args) {
        if (!wanted.contains(arg.name)) return "{" + arg.name + "} is not in the source";
        if (!filters.contains(arg.filter))
            return "the filter " + arg.filter + " is not in the source";
        found.insert(arg.name);
    }
    for (const std::string& name : wanted)
        if (!found.contains(name)) return "{" + name + "} is missing";
    return {};
}

StringsStatus strings_status(const Pack& pack, const std::string& file,
                             const std::vector<PoEntry>& entries, Diagnostics& diagnostics) {
    StringsStatus status;
    std::map<std::string, const PoEntry*> by_context;
    for (const PoEntry& entry : entries) {
        if (entry.obsolete) {
            ++status.obsolete;
        } else {
            by_context.emplace(entry.context, &entry);
        }
    }
    for (const PoEntry& text : extract_strings(pack)) {
        ++status.texts;
        const auto found = by_context.find(text.context);
        if (found == by_context.end() || found->second->translation.empty()) {
            ++status.missing;
            continue;
        }
        const PoEntry& entry = *found->second;
        const std::string problem = placeholder_problem(text.source, entry.translation);
        if (entry.fuzzy) {
            ++status.fuzzy;
        } else if (entry.source != text.source) {
            ++status.stale;
            diagnostics.push_back(warning(file, entry.line,
                                          "the source of " + text.context + " has changed",
                                          "befriend strings update marks it"));
        } else if (!problem.empty()) {
            ++status.broken;
            diagnostics.push_back(warning(file, entry.line, text.context + ": " + problem,
                                          "keep the placeholders of the source"));
        } else {
            ++status.translated;
        }
    }
    return status;
}

Result<Pack> translated_pack(const Pack& pack, const std::vector<PoEntry>& entries) {
    // A pack holds its matcher alone, so a copy goes through its stored form.
    const std::string bytes = save_pack(pack);
    auto copy = read_pack(bytes, pack.content_hash);
    if (!copy) return copy;
    std::map<std::string, const PoEntry*> by_context;
    for (const PoEntry& entry : entries)
        if (usable(entry)) by_context.emplace(entry.context, &entry);
    for (const Spoken& one : spoken(*copy)) {
        const auto found = by_context.find(one.id());
        Text& text = text_of(*copy, one);
        if (found != by_context.end() && found->second->source == text.source)
            text = translated(text, found->second->translation);
    }
    return copy;
}

std::string pseudo_text(std::string_view source) {
    static const std::map<char, std::string_view> accents{
        {'a', "áá"}, {'e', "éé"}, {'i', "íí"}, {'o', "öö"}, {'u', "üü"}, {'c', "ç"}, {'n', "ñ"},
        {'s', "š"},  {'y', "ý"},  {'A', "Á"},  {'E', "É"},  {'I', "Í"},  {'O', "Ö"}, {'U', "Ü"},
    };
    std::string result;
    int depth = 0;
    bool typed = false;  // between *asterisks*
    for (const char c : source) {
        if (c == '{') ++depth;
        if (c == '*' && depth == 0) typed = !typed;
        const auto accent = accents.find(c);
        if (depth == 0 && !typed && accent != accents.end()) {
            result += accent->second;
        } else {
            result += c;
        }
        if (c == '}') --depth;
    }
    return result;
}

std::vector<PoEntry> pseudo_strings(const Pack& pack) {
    std::vector<PoEntry> entries = extract_strings(pack);
    for (PoEntry& entry : entries) entry.translation = pseudo_text(entry.source);
    return entries;
}

bool is_language_name(std::string_view language) {
    return language.size() >= 2 && language.size() <= 16 &&
           std::ranges::all_of(language, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-';
           });
}

}  // namespace befriend
