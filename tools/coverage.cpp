// SPDX-License-Identifier: Apache-2.0
#include "tools/coverage.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>

namespace befriend {
namespace {

enum Kind : std::size_t { steps, branches, silences, interrupts, variations, patterns, locales };
constexpr std::string_view kind_names[] = {"steps",      "branches", "silences", "interrupts",
                                           "variations", "patterns", "locales"};
constexpr std::string_view words_kind = "words";  // entry_coverage.hpp
constexpr std::string_view all_kinds = "all";
constexpr std::size_t most_shown = 60;  // bytes of a text that only has to be recognised

std::string place_of(const Pack& pack, SourceRef at) {
    return (at.file < pack.files.size() ? pack.files[at.file] : std::string("?")) + ":" +
           std::to_string(at.line);
}

std::string describe(const Pack& pack, const Hear& hear) {
    switch (hear.kind) {
        case Hear::Kind::heard: {
            std::string out = "heard";
            for (const IntentId intent : hear.intents) {
                out += " " + pack.matcher.intent_name(intent);
            }
            return out;
        }
        case Hear::Kind::answer:
            return hear.answer.empty()
                       ? "answer " + std::to_string(hear.low) + " to " + std::to_string(hear.high)
                       : "answer " + hear.answer;
        case Hear::Kind::silence:
            return "silence of " + std::to_string(hear.after.count()) + " s";
        case Hear::Kind::fills:
            return "fills " + pack.slot(hear.slot).name;
        case Hear::Kind::otherwise:
            return "otherwise";
    }
    return {};
}

bool said_any(const Pack& pack, const Seen& seen, LineId line) {
    if (line == LineId::none) return false;
    const auto& of = pack.line(line).of;
    return std::any_of(of.begin(), of.end(), [&](const Variation& variation) {
        return seen.said.contains(place_of(pack, variation.at));
    });
}

bool reached(const Pack& pack, const Seen& seen, const Step& step, const std::string& name) {
    return seen.waited.contains(name) || said_any(pack, seen, step.say) ||
           said_any(pack, seen, step.ask) ||
           std::any_of(step.hear.begin(), step.hear.end(), [&](const Hear& hear) {
               return seen.heard.contains(place_of(pack, hear.at));
           });
}

double share(std::size_t covered, std::size_t of) {
    return of == 0 ? 100.0 : 100.0 * static_cast<double>(covered) / static_cast<double>(of);
}

void count(CoverageKind& kind, bool covered, Uncovered what) {
    ++kind.of;
    if (covered) {
        ++kind.covered;
    } else {
        kind.uncovered.push_back(std::move(what));
    }
}

}  // namespace

void Seen::add(const Pack& pack, const std::vector<std::string>& stack, const Trace& trace) {
    if (!trace.at.empty()) waited.insert(trace.at);
    for (const TraceStep& step : trace.steps) {
        if (step.rule == "say") {
            said.insert(step.detail);
        } else if (step.rule == "hear" || step.rule == "fills" || step.rule == "otherwise") {
            heard.insert(step.detail);
        } else if (step.rule == "interrupt") {
            // The trace names the dialog that was called, not which open dialog let it in: the
            // innermost that lists it did.
            for (auto name = stack.rbegin(); name != stack.rend(); ++name) {
                const DialogId dialog = pack.find_dialog(*name);
                if (dialog == DialogId::none) continue;
                const auto& of = pack.dialog(dialog).interrupts;
                if (std::any_of(of.begin(), of.end(), [&](const Interrupt& interrupt) {
                        return pack.dialog(interrupt.call).name == step.detail;
                    })) {
                    interrupted.emplace(*name, step.detail);
                    break;
                }
            }
        }
    }
    for (const Reading& reading : trace.heard) {
        if (reading.counts) patterns.insert(reading.pattern);
    }
}

void Seen::add(const Seen& other) {
    waited.insert(other.waited.begin(), other.waited.end());
    said.insert(other.said.begin(), other.said.end());
    heard.insert(other.heard.begin(), other.heard.end());
    interrupted.insert(other.interrupted.begin(), other.interrupted.end());
    patterns.insert(other.patterns.begin(), other.patterns.end());
    texts.insert(other.texts.begin(), other.texts.end());
    countries.insert(other.countries.begin(), other.countries.end());
}

std::string beginning(const std::string& text, std::size_t most) {
    if (text.size() <= most) return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "...";
}

double CoverageKind::percent() const { return share(covered, of); }

CoverageKind Coverage::all() const {
    CoverageKind sum{all_kinds, 0, 0, {}};
    for (const CoverageKind& kind : kinds) {
        sum.covered += kind.covered;
        sum.of += kind.of;
    }
    return sum;
}

Coverage coverage_of(const Pack& pack, const Seen& seen) {
    Coverage result;
    for (const std::string_view name : kind_names) result.kinds.push_back({name, 0, 0, {}});
    const auto kind = [&](Kind which) -> CoverageKind& { return result.kinds[which]; };
    std::set<std::string> dialogs;
    for (const Step& step : pack.steps) {
        const std::string& dialog = pack.dialog(step.dialog).name;
        const std::string name = dialog + "/" + step.name;
        const bool seen_step = reached(pack, seen, step, name);
        if (seen_step) dialogs.insert(dialog);
        if (step.wait != Step::Wait::none || step.say != LineId::none) {
            count(kind(steps), seen_step, {place_of(pack, step.at), name});
        }
        for (const Hear& hear : step.hear) {
            const std::string place = place_of(pack, hear.at);
            count(kind(hear.kind == Hear::Kind::silence ? silences : branches),
                  seen.heard.contains(place), {place, name + ": " + describe(pack, hear)});
        }
    }
    for (const Dialog& dialog : pack.dialogs) {
        for (const Interrupt& interrupt : dialog.interrupts) {
            const std::string& called = pack.dialog(interrupt.call).name;
            count(kind(interrupts), seen.interrupted.contains({dialog.name, called}),
                  {place_of(pack, dialog.at), dialog.name + " interrupted by " + called});
        }
        if (!dialogs.contains(dialog.name)) result.not_reached.push_back(dialog.name);
    }
    for (const Line& line : pack.lines) {
        for (const Variation& variation : line.of) {
            const std::string place = place_of(pack, variation.at);
            count(kind(variations), seen.said.contains(place),
                  {place, beginning(variation.text.source, most_shown)});
        }
    }
    for (std::uint32_t i = 0; i < pack.matcher.pattern_count(); ++i) {
        count(
            kind(patterns), seen.patterns.contains(i),
            {pack.matcher.pattern_place(i), beginning(pack.matcher.pattern_source(i), most_shown)});
    }
    for (const Country& country : pack.resources.countries) {
        const std::string& of = country.names.empty() ? country.code : country.names.front();
        count(kind(locales), seen.countries.contains(country.code),
              {"dialogs/resources/" + country.code + ".yaml:1",
               locale_name(pack, country) + ": helplines of " + of});
    }
    result.dialogs = dialogs.size();
    result.dialogs_of = pack.dialogs.size();
    return result;
}

std::string locale_name(const Pack& pack, const Country& country) {
    return country.code == "international" ? pack.language : pack.language + "-" + country.code;
}

Result<std::map<std::string, double>> read_coverage_floors(std::string_view text) {
    std::map<std::string, double> floors;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        std::string_view part = text.substr(0, comma);
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        const std::size_t equals = part.find('=');
        std::string_view name = all_kinds;
        if (equals != std::string_view::npos) {
            name = part.substr(0, equals);
            part.remove_prefix(equals + 1);
        }
        double percent = 0;
        const auto [end, problem] =
            std::from_chars(part.data(), part.data() + part.size(), percent);
        const bool known =
            name == all_kinds || name == words_kind ||
            std::find(std::begin(kind_names), std::end(kind_names), name) != std::end(kind_names);
        if (!known || problem != std::errc{} || end != part.data() + part.size() || percent < 0 ||
            percent > 100) {
            return fail(
                "--fail-under takes a percentage, or KIND=PERCENTAGE with commas between; the "
                "kinds are steps, branches, silences, interrupts, variations, patterns, locales, "
                "words, all");
        }
        floors[std::string(name)] = percent;
    }
    return floors;
}

std::vector<std::string> under_floors(const Coverage& coverage,
                                      const std::map<std::string, double>& floors) {
    std::vector<std::string> failures;
    const auto compare = [&](const CoverageKind& kind) {
        const auto floor = floors.find(std::string(kind.name));
        if (floor == floors.end() || kind.percent() >= floor->second - 1e-9) return;
        char text[160];
        std::snprintf(text, sizeof text,
                      "coverage of %s is %.1f %% (%zu of %zu), --fail-under is %g %%",
                      floor->first.c_str(), kind.percent(), kind.covered, kind.of, floor->second);
        failures.emplace_back(text);
    };
    for (const CoverageKind& kind : coverage.kinds) compare(kind);
    compare(coverage.all());
    return failures;
}

}  // namespace befriend
