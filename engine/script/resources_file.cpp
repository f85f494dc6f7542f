// SPDX-License-Identifier: Apache-2.0
#include "engine/script/resources_file.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "engine/script/schema.hpp"
#include "engine/script/values.hpp"

namespace befriend {
namespace {

std::string text_of(const ScriptNode& node, std::string_view key) {
    const ScriptNode* found = node.find(key);
    return found != nullptr && found->is_scalar() ? std::string(trim(found->text)) : std::string{};
}

std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = parse_integer(text.substr(0, 4));
    const auto month = parse_integer(text.substr(5, 2));
    const auto day = parse_integer(text.substr(8, 2));
    if (!year || !month || !day || *month < 1 || *day < 1) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days{date};
}

bool is_country_code(std::string_view code) {
    if (code == "international") return true;
    return code.size() == 2 &&
           std::ranges::all_of(code, [](char c) { return c >= 'a' && c <= 'z'; });
}

std::string folded(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

// Lines of one file that nobody has looked at for long; told once a file.
struct OldLines {
    std::size_t lines = 0;
    std::chrono::days days{0};
    Spot first;
};

HelpLine read_line(const ScriptNode& node, std::optional<std::chrono::sys_days> today,
                   OldLines& old, Report& report) {
    HelpLine line;
    line.name = text_of(node, "name");
    line.number = text_of(node, "number");
    line.channel = text_of(node, "channel");
    line.audience = text_of(node, "audience");
    line.hours = text_of(node, "hours");
    line.languages = text_of(node, "languages");
    line.cost = text_of(node, "cost");
    line.url = text_of(node, "url");
    line.verified_on = text_of(node, "verified_on");
    line.source = text_of(node, "source");
    line.certainty = text_of(node, "certainty");
    if (line.certainty == "C") {
        report.add(Fault::uncertain_line, node.find("certainty")->at,
                   "nobody is sure of this line, and somebody may call it",
                   "verify it on the service's own pages, or leave it out");
    }
    if (const ScriptNode* date_node = node.find("verified_on");
        date_node != nullptr && date_node->is_scalar()) {
        const auto date = parse_date(line.verified_on);
        if (!date) {
            report.add(Fault::bad_date, date_node->at, "\"" + line.verified_on + "\" is no date",
                       "YYYY-MM-DD");
        } else if (today && *date > *today) {
            report.add(Fault::bad_date, date_node->at, "this date lies in the future");
        } else if (today && *today - *date > oldest_line) {
            if (old.lines++ == 0) old.first = date_node->at;
            old.days = std::max(old.days, *today - *date);
        }
    }
    return line;
}

}  // namespace

Resources compile_resources(std::span<const CountryFile* const> files,
                            std::optional<std::chrono::sys_days> today,
                            std::vector<Report>& reports) {
    Resources result;
    reports.assign(files.size(), Report{});
    std::map<std::string, std::string> defined;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const ScriptNode& root = files[i]->root;
        Report& report = reports[i];
        validate(root, country_schema(), report);
        if (!root.is_map()) continue;
        Country country;
        country.code = text_of(root, "country");
        country.emergency = text_of(root, "emergency");
        const ScriptNode* code = root.find("country");
        if (code == nullptr) continue;
        if (!is_country_code(country.code)) {
            report.add(Fault::bad_country, code->at, "\"" + country.code + "\" is no country code",
                       "two small letters such as ca, or international");
        }
        const auto [first, fresh] = defined.emplace(country.code, files[i]->path);
        if (!fresh) {
            report.add(Fault::duplicate_country, code->at,
                       "\"" + country.code + "\" is already in " + first->second);
            continue;
        }
        if (const ScriptNode* names = root.find("names"); names != nullptr) {
            for (const ScriptNode& name : names->items)
                country.names.push_back(folded(trim(name.text)));
        }
        std::set<std::string> seen;
        OldLines old;
        if (const ScriptNode* lines = root.find("lines"); lines != nullptr && lines->is_list()) {
            for (const ScriptNode& node : lines->items) {
                if (!node.is_map()) continue;
                HelpLine line = read_line(node, today, old, report);
                if (!seen.insert(line.number + "/" + line.channel + "/" + line.audience).second) {
                    report.add(Fault::duplicate_line, node.at, "this line is listed twice",
                               "remove one of them");
                }
                country.lines.push_back(std::move(line));
            }
        }
        if (old.lines > 0) {
            report.add(Fault::old_line, old.first,
                       std::to_string(old.lines) + (old.lines == 1 ? " line" : " lines") +
                           " not verified for up to " + std::to_string(old.days.count()) + " days",
                       "look at the service's own pages, then change the date");
        }
        const bool supports = std::ranges::any_of(country.lines, [](const HelpLine& line) {
            return line.audience == "suicide" || line.audience == "general";
        });
        if (!supports) {
            report.add(Fault::no_support_line, code->at, "no line for suicidal thoughts here",
                       "add one with audience: suicide or general");
        }
        result.countries.push_back(std::move(country));
    }
    std::ranges::stable_sort(result.countries, {}, [](const Country& country) {
        return std::pair(country.code == "international", country.code);
    });
    return result;
}

}  // namespace befriend
