// SPDX-License-Identifier: Apache-2.0
//
// `befriend try`: what is understood of each line of the input, and what the safety gate makes of
// it. Lines are independent of each other.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/base/json_line.hpp"
#include "engine/safety/gate.hpp"
#include "intents/catalogue.hpp"
#include "intents/matcher.hpp"
#include "tools/cases.hpp"
#include "tools/commands.hpp"
#include "tools/diagnostic_json.hpp"
#include "tools/options.hpp"
#include "tools/pack_option.hpp"
#include "tools/pack_source.hpp"
#include "tools/reading_json.hpp"

namespace befriend {
namespace {

using nlohmann::json;

std::string quote(const std::string& text, const std::vector<Span>& spans) {
    std::string out;
    for (const Span& s : spans)
        out += (out.empty() ? "" : " ... ") + text.substr(s.begin, s.end - s.begin);
    return out;
}

json labels_json(const Matcher& matcher, const Understanding& u) {
    json labels = json::array();
    for (const IntentId id : u.labels) labels.push_back(matcher.intent_name(id));
    if (labels.empty()) labels.push_back("none");
    return labels;
}

json to_json(const Matcher& matcher, const Understanding& u, const SafetyVerdict& verdict) {
    json readings = json::array();
    for (const Reading& reading : u.readings)
        readings.push_back(reading_json(matcher, reading, u.text));
    json out = {{"text", u.text},
                {"primary", matcher.intent_name(u.primary)},
                {"labels", labels_json(matcher, u)},
                {"readings", std::move(readings)},
                {"safety", safety_json(verdict)},
                {"feelings", u.feelings},
                {"topics", u.topics},
                {"answer", nullptr}};
    if (u.answer) out["answer"] = {{"kind", u.answer->kind}, {"value", u.answer->value}};
    return out;
}

// As much of a pattern as is read; never half a letter.
std::string_view beginning_of(std::string_view text) {
    std::size_t n = std::min<std::size_t>(text.size(), 120);
    while (n > 0 && n < text.size() && (text[n] & 0xC0) == 0x80) --n;
    return text.substr(0, n);
}

void explain(const Matcher& matcher, const Understanding& u, const SafetyVerdict& verdict,
             const Scratch& scratch, std::ostream& out) {
    out << "\"" << u.text << "\"\n  words   ";
    for (const Token& t : u.tokens) {
        out << (t.before == Boundary::hard   ? " || "
                : t.before == Boundary::soft ? " | "
                                             : " ")
            << u.folded_word(t);
        if (t.flags & token_flag::skip) out << "~";
        if (t.flags & token_flag::corrected) out << "(spelling)";
        if (t.flags & token_flag::unknown) out << "?";
    }
    out << "\n  clauses ";
    for (const Clause& c : u.clauses) {
        out << " [" << u.text.substr(c.typed.begin, c.typed.end - c.typed.begin) << ": "
            << to_text(c.person) << ", " << to_text(c.time) << (c.strong_past ? " (long ago)" : "")
            << (c.resolved ? ", over" : "") << (c.question ? ", ?" : "") << "]";
    }
    out << "\n";
    std::string labels;
    for (const IntentId id : u.labels)
        labels += (labels.empty() ? "" : ", ") + matcher.intent_name(id);
    out << "  labels   " << (labels.empty() ? "none" : labels)
        << "   (primary: " << matcher.intent_name(u.primary) << ")\n";
    for (const Reading& r : u.readings) {
        char score[16];
        std::snprintf(score, sizeof score, "%.2f", static_cast<double>(r.score));
        out << "  " << (r.counts ? "+ " : "- ") << matcher.intent_name(r.intent) << " " << score
            << (r.level.empty() ? "" : " " + r.level) << "  \"" << quote(u.text, r.evidence)
            << "\"  " << to_text(r.whom) << ", " << to_text(r.time) << ", " << to_text(r.polarity)
            << (r.quoted ? ", quoted" : "") << "  " << matcher.pattern_place(r.pattern) << "\n";
        for (const HitTrace& h : scratch.hits) {
            if (h.intent != r.intent) continue;
            std::snprintf(score, sizeof score, "%.2f", static_cast<double>(h.weight));
            out << "      " << score << " " << (h.quality < 1 ? "x 0.8 " : "")
                << matcher.pattern_place(h.pattern) << "  \"" << quote(u.text, h.evidence) << "\"  "
                << h.fate << "  " << beginning_of(matcher.pattern_source(h.pattern)) << "\n";
        }
    }
    for (const HitTrace& h : scratch.hits) {
        const bool shown = std::any_of(u.readings.begin(), u.readings.end(),
                                       [&](const Reading& r) { return r.intent == h.intent; });
        if (shown) continue;
        out << "  - " << matcher.intent_name(h.intent) << "  " << matcher.pattern_place(h.pattern)
            << "  \"" << quote(u.text, h.evidence) << "\"  " << h.fate << "  "
            << beginning_of(matcher.pattern_source(h.pattern)) << "\n";
    }
    if (!u.feelings.empty() || !u.topics.empty()) {
        out << "  feelings";
        for (const auto& f : u.feelings) out << " " << f;
        out << "   topics";
        for (const auto& f : u.topics) out << " " << f;
        out << "\n";
    }
    if (u.answer) out << "  answer   " << u.answer->kind << " = " << u.answer->value << "\n";
    if (const json safety = safety_json(verdict); !safety.is_null())
        out << "  safety   rank " << verdict.rank
            << (verdict.ask ? ", asks the direct question" : "")
            << (verdict.dialog.empty() ? "" : " -> " + verdict.dialog) << "\n";
}

// Every example must be read as its intent and no counter-example may be.
int check_examples(const Catalogue& catalogue, const Matcher& matcher, Diagnostics& diagnostics,
                   const std::string& only) {
    Scratch scratch;
    int failures = 0, count = 0;
    for (const IntentSpec& intent : catalogue.intents) {
        if (!only.empty() && catalogue.files[intent.place.file].find(only) == std::string::npos &&
            intent.name != only)
            continue;
        for (const bool wanted : {true, false}) {
            for (const Example& e : wanted ? intent.examples : intent.not_examples) {
                ++count;
                if (holds(matcher, {"", intent.name, e.text, wanted}, scratch)) continue;
                ++failures;
                std::string got;
                for (const IntentId l : matcher.understand(e.text, {}, scratch).labels)
                    got += (got.empty() ? "" : ", ") + matcher.intent_name(l);
                diagnostics.push_back(make_diagnostic(
                    wanted ? codes::missed_example : codes::wrong_example,
                    catalogue.files[e.place.file], e.place.at,
                    "\"" + e.text + (wanted ? "\" is not read as " : "\" is read as ") +
                        intent.name + " (labels: " + (got.empty() ? "none" : got) + ")",
                    "", Severity::error));
            }
        }
    }
    std::cerr << count - failures << " of " << count << " examples right\n";
    return failures;
}

constexpr OptionSpec specs[] = {
    {"--jsonl", "",
     "one JSON object a line, in and out; a line in may be the message itself or {\"text\":..., "
     "\"asked\":..., \"options\":[...], \"before\":[...]}"},
    {"--json", "", "one object on standard output, for TEXT"},
    {"--explain", "",
     "the words, the patterns that fit with file and line, and what changed their score"},
    {"--check", "",
     "read the examples of the intents and tell which are read wrongly (TEXT: those of one file or "
     "intent)"},
    {"--pack", "FOLDER", "lay the intents and dialogs of a folder over those built in"},
};

struct Request {
    std::string text;
    std::string asked;
    Context context;
};

// A line that is an object with `text` may say what was asked and what came before.
Request read_request(const std::string& line, bool jsonl) {
    Request request;
    request.text = line;
    if (!jsonl || line.find('{') == std::string::npos) return request;
    const json object = json::parse(line, nullptr, false);
    if (!object.is_object() || !object.contains("text") || !object["text"].is_string())
        return request;
    request.text = object["text"].get<std::string>();
    if (object.contains("asked") && object["asked"].is_string())
        request.asked = object["asked"].get<std::string>();
    const auto list = [&](const char* key, std::vector<std::string>& into) {
        if (!object.contains(key) || !object[key].is_array()) return;
        for (const json& one : object[key])
            if (one.is_string()) into.push_back(one.get<std::string>());
    };
    list("options", request.context.options);
    list("before", request.context.before);
    return request;
}

// The gate's memory after the messages before this one.
SafetyState after(const Matcher& matcher, const std::vector<std::string>& before,
                  Scratch& scratch) {
    SafetyState state;
    Understanding u;
    for (const std::string& text : before) {
        matcher.understand(text, {}, scratch, u);
        remember_verdict(state, judge(matcher, u, state, Instant{}), Instant{});
    }
    return state;
}

}  // namespace

constexpr CommandPage try_page{
    .arguments = "[TEXT...]",
    .text = "Tells what is understood of each line of standard input, or of TEXT.\n",
    .options = specs,
    .examples =
        "befriend try --explain \"im such an idiot\"\n"
        "befriend try --json \"nobody calls\"\n"
        "printf 'nobody calls\\n' | befriend try --jsonl\n"
        "befriend try --check isolation\n",
};

int run_try(Arguments arguments) {
    const auto options = parse_options(arguments, specs);
    if (!options) return usage_error("try", options.error().message);
    const bool jsonl = options->has("--jsonl"), explains = options->has("--explain");
    const bool as_json = options->has("--json");
    const std::string folder = options->get("--pack");
    if (options->has("--check")) {
        Diagnostics diagnostics;
        const std::vector<Source> kept = intent_sources(
            folder.empty() ? embedded_sources() : folder_sources(folder, diagnostics));
        const Catalogue catalogue = load_catalogue(kept, diagnostics);
        const Matcher matcher = Matcher::compile(catalogue, diagnostics);
        check_examples(catalogue, matcher, diagnostics,
                       options->rest.empty() ? std::string() : options->rest.front());
        if (as_json) std::cout << json_line(diagnostics_json(diagnostics)) << std::endl;
        for (const Diagnostic& d : diagnostics) {
            if (as_json) break;
            const auto source = std::find_if(kept.begin(), kept.end(),
                                             [&](const Source& s) { return s.name == d.file; });
            std::cerr << (source == kept.end() ? render(d) : render(d, *source));
        }
        std::cerr << catalogue.intents.size() << " intents, " << matcher.pattern_count()
                  << " patterns, " << matcher.state_count() << " states, " << matcher.word_count()
                  << " words\n";
        return diagnostics.empty() ? 0 : 1;
    }

    if (as_json && options->rest.empty())
        return usage_error("try", "--json needs the TEXT; --jsonl reads lines");
    const auto pack = pack_or_complain("try", folder, "en");
    if (!pack) return 2;
    const Matcher& matcher = pack->matcher;
    Scratch scratch;
    scratch.explain = explains;
    Understanding u;
    const auto one = [&](const std::string& line) {
        Request request = read_request(line, jsonl);
        request.context.asked = request.asked;
        const SafetyState state = after(matcher, request.context.before, scratch);
        matcher.understand(request.text, request.context, scratch, u);
        const SafetyVerdict verdict = judge(matcher, u, state, Instant{});
        if (jsonl || as_json) {
            std::cout << json_line(to_json(matcher, u, verdict)) << std::endl;
        } else if (explains) {
            explain(matcher, u, verdict, scratch, std::cout);
        } else {
            std::string labels;
            for (const IntentId id : u.labels)
                labels += (labels.empty() ? "" : ", ") + matcher.intent_name(id);
            std::cout << (labels.empty() ? "none" : labels) << "\n";
            for (const Reading& r : u.readings) {
                if (!r.counts) continue;
                std::cout << "  " << matcher.intent_name(r.intent)
                          << (r.level.empty() ? "" : " " + r.level) << " " << r.score << " \""
                          << quote(u.text, r.evidence) << "\" " << matcher.pattern_place(r.pattern)
                          << "\n";
            }
            std::cout << std::flush;
        }
    };
    if (!options->rest.empty()) {
        std::string words;
        for (const std::string& word : options->rest) words += (words.empty() ? "" : " ") + word;
        one(words);
        return 0;
    }
    for (std::string line; std::getline(std::cin, line);) one(line);
    return 0;
}

}  // namespace befriend
