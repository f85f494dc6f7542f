// SPDX-License-Identifier: Apache-2.0
#include "tools/cases.hpp"

#include <algorithm>

#include "tools/files.hpp"

namespace befriend {
namespace {

std::vector<std::string_view> columns(std::string_view line) {
    std::vector<std::string_view> out;
    for (;;) {
        const std::size_t tab = line.find('\t');
        out.push_back(line.substr(0, tab));
        if (tab == std::string_view::npos) return out;
        line.remove_prefix(tab + 1);
    }
}

ChatFile step_case(const std::string& file, std::uint32_t line, std::string_view at,
                   std::string_view says, std::string_view via) {
    ChatFile chat;
    chat.name = file;
    chat.at = at;
    const bool waits = says.starts_with("~ ");
    chat.lines = {{waits ? '~' : '>', std::string(waits ? says.substr(2) : says), line},
                  {'?', "via " + std::string(via), line}};
    return chat;
}

}  // namespace

Result<bool> read_cases(const std::string& name, std::string_view bytes, Cases& cases) {
    std::size_t wide = 0;  // columns, by the heading
    std::uint32_t number = 0;
    while (!bytes.empty()) {
        const std::string_view line = take_line(bytes);
        ++number;
        if (line.empty() || line.starts_with("# ")) continue;
        const std::string place = name + ":" + std::to_string(number);
        if (wide == 0) {
            if (line != "expect\ttext" && line != "at\tsays\tvia") {
                return fail(place +
                            ": the heading is \"expect, text\" or \"at, says, via\", with tabs");
            }
            wide = columns(line).size();
            continue;
        }
        const auto cells = columns(line);
        if (cells.size() != wide ||
            std::any_of(cells.begin(), cells.end(), [](auto cell) { return cell.empty(); })) {
            return fail(place + ": a case has " + std::to_string(wide) +
                        " columns with tabs between, none of them empty");
        }
        if (wide == 3) {
            cases.steps.push_back(step_case(name, number, cells[0], cells[1], cells[2]));
            continue;
        }
        const bool wanted = !cells[0].starts_with('!');
        cases.sentences.push_back(
            {place, std::string(cells[0].substr(wanted ? 0 : 1)), std::string(cells[1]), wanted});
    }
    return true;
}

std::vector<SentenceCase> example_cases(const Catalogue& catalogue) {
    std::vector<SentenceCase> out;
    for (const IntentSpec& intent : catalogue.intents) {
        for (const bool wanted : {true, false}) {
            for (const Example& one : wanted ? intent.examples : intent.not_examples) {
                out.push_back(
                    {catalogue.files[one.place.file] + ":" + std::to_string(one.place.at.line),
                     intent.name, one.text, wanted});
            }
        }
    }
    return out;
}

bool holds(const Matcher& matcher, const SentenceCase& one, const Understanding& heard) {
    const IntentId id = matcher.find(one.intent);
    if (id == IntentId::none) return false;
    return std::any_of(heard.readings.begin(), heard.readings.end(), [&](const Reading& r) {
               return r.intent == id && (r.counts || (one.wanted && r.level == "none"));
           }) == one.wanted;
}

bool holds(const Matcher& matcher, const SentenceCase& one, Scratch& scratch) {
    return holds(matcher, one, matcher.understand(one.text, {}, scratch));
}

std::string failure_text(const Matcher& matcher, const SentenceCase& one) {
    const std::string start = one.place + ": ";
    if (matcher.find(one.intent) == IntentId::none) {
        return start + "there is no intent \"" + one.intent + "\"";
    }
    Scratch scratch;
    std::string labels;
    for (const IntentId label : matcher.understand(one.text, {}, scratch).labels) {
        labels += (labels.empty() ? "" : ", ") + matcher.intent_name(label);
    }
    return start + "\"" + one.text + (one.wanted ? "\" is not read as " : "\" is read as ") +
           one.intent + " (labels: " + (labels.empty() ? "none" : labels) + ")";
}

}  // namespace befriend
