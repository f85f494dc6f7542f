// SPDX-License-Identifier: Apache-2.0
//
// `befriend try`: what is understood of each line of the input.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/base/utf8.hpp"
#include "intents/catalogue.hpp"
#include "intents/matcher.hpp"
#include "tools/commands.hpp"

namespace befriend {
namespace {

using nlohmann::json;

const char* whom_name(Whom w) {
    switch (w) {
        case Whom::self: return "self";
        case Whom::other: return "other";
        case Whom::bot: return "bot";
        case Whom::anyone: return "anyone";
    }
    return "anyone";
}
const char* time_name(Time t) {
    switch (t) {
        case Time::now: return "now";
        case Time::past: return "past";
        case Time::future: return "future";
        case Time::hypothetical: return "hypothetical";
    }
    return "now";
}
const char* polarity_name(Polarity p) {
    switch (p) {
        case Polarity::asserted: return "asserted";
        case Polarity::negated: return "negated";
        case Polarity::hedged: return "hedged";
    }
    return "asserted";
}

json spans_json(const std::vector<Span>& spans) {
    json out = json::array();
    for (const Span& s : spans) out.push_back({s.begin, s.end});
    return out;
}

std::string quote(const std::string& text, const std::vector<Span>& spans) {
    std::string out;
    for (const Span& s : spans) out += (out.empty() ? "" : " ... ") + text.substr(s.begin, s.end - s.begin);
    return out;
}

// A stand-in until the safety gate answers: ranks by level, without the messages before.
json provisional_safety(const Matcher& matcher, const Understanding& u) {
    json classes = json::array();
    int rank = 0;
    bool any = false;
    for (const Reading& r : u.readings) {
        if (matcher.kind(r.intent) != IntentKind::crisis) continue;
        any = true;
        int of = 0;
        if (r.counts) {
            if (r.level == "past" || r.level == "ambiguous") of = 1;
            else if (r.level == "passive" || r.level.empty()) of = 2;
            else if (r.level == "active" || r.level == "now") of = 3;
            else if (r.level == "imminent") of = r.polarity == Polarity::hedged ? 3 : 4;
        }
        rank = std::max(rank, of);
        classes.push_back({{"class", matcher.intent_name(r.intent)}, {"level", r.level}, {"whom", whom_name(r.whom)}, {"time", time_name(r.time)},
                           {"polarity", polarity_name(r.polarity)}, {"evidence", spans_json(r.evidence)}});
    }
    if (!any) return nullptr;
    return {{"rank", rank}, {"ask", rank >= 2}, {"flags", json::array()}, {"classes", classes}};
}

json to_json(const Matcher& matcher, const Understanding& u) {
    json readings = json::array();
    for (const Reading& r : u.readings) {
        json slots = json::object();
        for (const CapturedSlot& s : r.slots) slots[s.name] = u.text.substr(s.span.begin, s.span.end - s.span.begin);
        json one = {{"intent", matcher.intent_name(r.intent)}, {"score", std::round(static_cast<double>(r.score) * 1000) / 1000}, {"counts", r.counts},
                    {"whom", whom_name(r.whom)}, {"quoted", r.quoted}, {"time", time_name(r.time)}, {"polarity", polarity_name(r.polarity)},
                    {"evidence", spans_json(r.evidence)}, {"pattern", matcher.pattern_place(r.pattern)}, {"slots", slots}};
        if (!r.level.empty()) one["level"] = r.level;
        if (!r.attrs.empty()) one["attrs"] = r.attrs;
        readings.push_back(std::move(one));
    }
    json labels = json::array();
    for (const IntentId id : u.labels) labels.push_back(matcher.intent_name(id));
    if (labels.empty()) labels.push_back("none");
    json out = {{"text", u.text}, {"primary", matcher.intent_name(u.primary)}, {"labels", labels}, {"readings", readings},
                {"safety", provisional_safety(matcher, u)}, {"feelings", u.feelings}, {"topics", u.topics}, {"answer", nullptr}};
    if (u.answer) out["answer"] = {{"kind", u.answer->kind}, {"value", u.answer->value}};
    return out;
}

void explain(const Matcher& matcher, const Understanding& u, const Scratch& scratch, std::ostream& out) {
    out << "\"" << u.text << "\"\n  words   ";
    for (const Token& t : u.tokens) {
        out << (t.before == Boundary::hard ? " || " : t.before == Boundary::soft ? " | " : " ") << u.folded_word(t);
        if (t.flags & token_flag::skip) out << "~";
        if (t.flags & token_flag::corrected) out << "(spelling)";
        if (t.flags & token_flag::unknown) out << "?";
    }
    out << "\n  clauses ";
    for (const Clause& c : u.clauses) {
        out << " [" << u.text.substr(c.typed.begin, c.typed.end - c.typed.begin) << ": " << whom_name(c.person) << ", " << time_name(c.time)
            << (c.strong_past ? " (long ago)" : "") << (c.resolved ? ", over" : "") << (c.question ? ", ?" : "") << "]";
    }
    out << "\n";
    std::string labels;
    for (const IntentId id : u.labels) labels += (labels.empty() ? "" : ", ") + matcher.intent_name(id);
    out << "  labels   " << (labels.empty() ? "none" : labels) << "   (primary: " << matcher.intent_name(u.primary) << ")\n";
    for (const Reading& r : u.readings) {
        char score[16];
        std::snprintf(score, sizeof score, "%.2f", static_cast<double>(r.score));
        out << "  " << (r.counts ? "+ " : "- ") << matcher.intent_name(r.intent) << " " << score << (r.level.empty() ? "" : " " + r.level) << "  \"" << quote(u.text, r.evidence)
            << "\"  " << whom_name(r.whom) << ", " << time_name(r.time) << ", " << polarity_name(r.polarity) << (r.quoted ? ", quoted" : "") << "  " << matcher.pattern_place(r.pattern) << "\n";
        for (const HitTrace& h : scratch.hits) {
            if (h.intent != r.intent) continue;
            std::snprintf(score, sizeof score, "%.2f", static_cast<double>(h.weight));
            out << "      " << score << " " << (h.quality < 1 ? "x 0.8 " : "") << matcher.pattern_place(h.pattern) << "  \"" << quote(u.text, h.evidence) << "\"  " << h.fate << "  "
                << matcher.pattern_source(h.pattern).substr(0, 120) << "\n";
        }
    }
    for (const HitTrace& h : scratch.hits) {
        const bool shown = std::any_of(u.readings.begin(), u.readings.end(), [&](const Reading& r) { return r.intent == h.intent; });
        if (shown) continue;
        out << "  - " << matcher.intent_name(h.intent) << "  " << matcher.pattern_place(h.pattern) << "  \"" << quote(u.text, h.evidence) << "\"  " << h.fate << "  "
            << matcher.pattern_source(h.pattern).substr(0, 120) << "\n";
    }
    if (!u.feelings.empty() || !u.topics.empty()) {
        out << "  feelings";
        for (const auto& f : u.feelings) out << " " << f;
        out << "   topics";
        for (const auto& f : u.topics) out << " " << f;
        out << "\n";
    }
    if (u.answer) out << "  answer   " << u.answer->kind << " = " << u.answer->value << "\n";
}

// Every example must be read as its intent and no counter-example may be.
int check_examples(const Catalogue& catalogue, const Matcher& matcher, Diagnostics& diagnostics, const std::string& only) {
    Scratch scratch;
    int failures = 0, count = 0;
    for (const IntentSpec& intent : catalogue.intents) {
        if (!only.empty() && catalogue.files[intent.place.file].find(only) == std::string::npos && intent.name != only) continue;
        const IntentId id = matcher.find(intent.name);
        for (const bool wanted : {true, false}) {
            for (const Example& e : wanted ? intent.examples : intent.not_examples) {
                ++count;
                const Understanding u = matcher.understand(e.text, {}, scratch);
                const bool heard = std::any_of(u.readings.begin(), u.readings.end(), [&](const Reading& r) { return r.intent == id && r.counts; });
                if (heard == wanted) continue;
                ++failures;
                std::string got;
                for (const IntentId l : u.labels) got += (got.empty() ? "" : ", ") + matcher.intent_name(l);
                diagnostics.push_back(make_diagnostic(wanted ? codes::missed_example : codes::wrong_example, catalogue.files[e.place.file], e.place.at,
                                                      "\"" + e.text + (wanted ? "\" is not read as " : "\" is read as ") + intent.name + " (labels: " + (got.empty() ? "none" : got) + ")",
                                                      "", Severity::error));
            }
        }
    }
    std::cerr << count - failures << " of " << count << " examples right\n";
    return failures;
}

constexpr const char* help_text =
    "usage: befriend try [--jsonl] [--explain] [--check [NAME]] [--intents DIR] [--no-spelling] [TEXT...]\n"
    "  reads lines from standard input (or the TEXT given) and tells what is understood of each\n"
    "  --jsonl        one JSON object a line, in and out\n"
    "  --explain      the words, the patterns that matched, and what changed their score\n"
    "  --check        all faults of the intent files, and their examples (NAME: one file or intent)\n"
    "  --intents DIR  where the intent files are (default intents/en)\n";

}  // namespace

int run_try(Arguments arguments) {
    bool jsonl = false, explains = false, check = false, spelling = true;
    std::string folder = "intents/en", words, only;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& a = arguments[i];
        if (a == "--jsonl") jsonl = true;
        else if (a == "--explain") explains = true;
        else if (a == "--check") {
            check = true;
            if (i + 1 < arguments.size() && !arguments[i + 1].starts_with("-")) only = arguments[++i];
        } else if (a == "--no-spelling") spelling = false;
        else if (a == "--intents" && i + 1 < arguments.size()) folder = arguments[++i];
        else if (a == "--help" || a == "-h") {
            std::cout << help_text;
            return 0;
        } else if (a.starts_with("--")) {
            std::cerr << "befriend try: unknown option " << a << "\n" << help_text;
            return 2;
        } else words += (words.empty() ? "" : " ") + a;
    }
    std::vector<Source> sources;
    std::error_code error;
    for (const auto& file : std::filesystem::directory_iterator(folder, error)) {
        if (file.path().extension() != ".yaml" && file.path().extension() != ".json") continue;
        std::ifstream in(file.path(), std::ios::binary);
        std::ostringstream bytes;
        bytes << in.rdbuf();
        sources.push_back({file.path().string(), bytes.str()});
    }
    if (error) {
        std::cerr << "befriend try: cannot read " << folder << ": " << error.message() << "\n";
        return 2;
    }
    std::sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) { return a.name < b.name; });
    const std::vector<Source> kept = sources;
    Diagnostics diagnostics;
    const auto begin = std::chrono::steady_clock::now();
    const Catalogue catalogue = load_catalogue(std::move(sources), diagnostics);
    Matcher matcher = Matcher::compile(catalogue, diagnostics);
    matcher.set_options({spelling});
    const auto show = [&] {
        for (const Diagnostic& d : diagnostics) {
            const auto source = std::find_if(kept.begin(), kept.end(), [&](const Source& s) { return s.name == d.file; });
            std::cerr << (source == kept.end() ? render(d) : render(d, *source));
        }
    };
    if (check) {
        check_examples(catalogue, matcher, diagnostics, only);
        show();
        std::cerr << catalogue.intents.size() << " intents, " << matcher.pattern_count() << " patterns, " << matcher.state_count() << " states, " << matcher.word_count() << " words, "
                  << std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count() << " ms\n";
        return diagnostics.empty() ? 0 : 1;
    }
    if (has_errors(diagnostics)) {
        show();
        std::cerr << "befriend try: going on without the faulty parts\n";
    }
    Scratch scratch;
    scratch.explain = explains;
    Understanding u;
    const auto one = [&](const std::string& line) {
        Context context;
        std::string text = line, asked;
        if (jsonl && line.find('{') != std::string::npos) {
            const json object = json::parse(line, nullptr, false);
            if (object.is_object() && object.contains("text") && object["text"].is_string()) {
                text = object["text"].get<std::string>();
                if (object.contains("asked") && object["asked"].is_string()) asked = object["asked"].get<std::string>();
                for (const char* key : {"options", "before"}) {
                    if (!object.contains(key) || !object[key].is_array()) continue;
                    for (const json& x : object[key]) {
                        if (x.is_string()) (key[0] == 'o' ? context.options : context.before).push_back(x.get<std::string>());
                    }
                }
            }
        }
        context.asked = asked;
        matcher.understand(text, context, scratch, u);
        if (jsonl) std::cout << to_json(matcher, u).dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
        else if (explains) explain(matcher, u, scratch, std::cout);
        else {
            std::string labels;
            for (const IntentId id : u.labels) labels += (labels.empty() ? "" : ", ") + matcher.intent_name(id);
            std::cout << (labels.empty() ? "none" : labels) << "\n";
            for (const Reading& r : u.readings) {
                if (r.counts) std::cout << "  " << matcher.intent_name(r.intent) << (r.level.empty() ? "" : " " + r.level) << " " << r.score << " \"" << quote(u.text, r.evidence) << "\" " << matcher.pattern_place(r.pattern) << "\n";
            }
            std::cout << std::flush;
        }
    };
    if (!words.empty()) {
        one(words);
        return 0;
    }
    for (std::string line; std::getline(std::cin, line);) one(line);
    return 0;
}

}  // namespace befriend
