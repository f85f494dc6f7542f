// SPDX-License-Identifier: Apache-2.0
//
// `befriend match PATTERN SENTENCE`: whether and where a pattern matches, and what became of it.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/base/json_line.hpp"
#include "engine/base/utf8.hpp"
#include "tools/commands.hpp"
#include "tools/options.hpp"
#include "tools/pattern_lab.hpp"
#include "tools/reading_json.hpp"

namespace befriend {
namespace {

using nlohmann::json;

constexpr OptionSpec match_options[] = {
    {"--unless", "PATTERN", "cancels the match, as in an intent file"},
    pack_option,
    json_option,
};

// Carets under the bytes of the spans; one column a character, as a terminal shows most text.
std::string carets(std::string_view text, const std::vector<Span>& spans) {
    std::string line;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
        bool inside = false;
        for (const Span& s : spans) inside = inside || (i >= s.begin && i < s.end);
        line += inside ? '^' : ' ';
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

std::string tags(const Reading& r) {
    std::string out;
    out += to_text(r.whom);
    out += ", ";
    out += to_text(r.time);
    out += ", ";
    out += to_text(r.polarity);
    if (r.quoted) out += ", quoted";
    return out;
}

}  // namespace

constexpr CommandPage match_page{
    .arguments = "PATTERN SENTENCE",
    .text =
        "Tells whether and where a pattern matches a sentence, which words it captured, and what\n"
        "the sentence makes of it: denied, about somebody else, in quotes, over. Word lists of "
        "the\n"
        "pack may be used. Exit code 0: it matches, 1: it does not, 2: the pattern cannot be "
        "read.\n",
    .options = match_options,
    .examples =
        "befriend match \"@self be [a|an] {harsh: <harsh_noun>}\" \"I'm such an idiot\"\n"
        "befriend match \"hate ...3 myself\" \"I don't hate myself\"\n",
};

int run_match(Arguments arguments) {
    const auto options = parse_options(arguments, match_page.options);
    if (!options) return usage_error("match", options.error().message);
    if (options->rest.size() != 2) return usage_error("match", "a pattern and a sentence, please");
    const auto pack = catalogue_or_complain("match", options->get("--pack"));
    if (!pack) return 2;
    const std::string& like = options->rest[0];
    Diagnostics diagnostics;
    const Catalogue catalogue = with_only(*pack, like, options->get("--unless"), diagnostics);
    if (!has_errors(diagnostics)) {
        const Matcher matcher = Matcher::compile(catalogue, diagnostics);
        if (!has_errors(diagnostics)) {
            Scratch scratch;
            scratch.explain = true;
            const Understanding u = matcher.understand(options->rest[1], {}, scratch);
            const bool found = !u.readings.empty();
            if (options->has("--json")) {
                json readings = json::array(), fates = json::array();
                for (const Reading& r : u.readings)
                    readings.push_back(reading_json(matcher, r, u.text));
                for (const HitTrace& hit : scratch.hits) fates.push_back(hit.fate);
                const json out = {{"pattern", like},
                                  {"text", u.text},
                                  {"matches", found},
                                  {"readings", std::move(readings)},
                                  {"fates", std::move(fates)}};
                std::puts(json_line(out).c_str());
                return found ? 0 : 1;
            }
            std::printf("%s\n", u.text.c_str());
            for (const Reading& r : u.readings) {
                std::printf("%s\n%s: %s\n", carets(u.text, r.evidence).c_str(),
                            r.counts ? "matches" : "matches, but does not count", tags(r).c_str());
                for (const CapturedSlot& slot : r.slots)
                    std::printf(
                        "  %s = \"%s\"\n", slot.name.c_str(),
                        u.text.substr(slot.span.begin, slot.span.end - slot.span.begin).c_str());
            }
            for (const HitTrace& hit : scratch.hits) std::printf("  %s\n", hit.fate.c_str());
            if (!found && scratch.hits.empty()) std::puts("does not match");
            return found ? 0 : 1;
        }
    }
    for (const Diagnostic& d : diagnostics) std::fputs(render(d, {d.file, like}).c_str(), stderr);
    return 2;
}

}  // namespace befriend
