// SPDX-License-Identifier: Apache-2.0
//
// Helplines by country, from dialogs/resources/*.yaml. Chosen by the country the person named,
// never by language; without a country the international set is shown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace befriend {

struct HelpLine {
    std::string name;
    std::string number;    // or a short web address
    std::string channel;   // call | text | chat
    std::string audience;  // suicide | abuse | child | eating | poison | general
    std::string hours;
    std::string languages;
    std::string cost;
    std::string url;
    std::string verified_on;  // YYYY-MM-DD
    std::string source;
    std::string certainty;  // A | A- | B ; C is refused by the checker
};

struct Country {
    std::string code;  // ISO 3166 alpha-2, lower case; "international" for the fallback
    std::vector<std::string> names;  // as people write them, folded
    std::string emergency;           // "911", "999 or 112"
    std::vector<HelpLine> lines;
};

struct Resources {
    std::vector<Country> countries;  // the international set is always present and last

    // The international set when the code is unknown or empty.
    const Country& country(std::string_view code) const;
    // The ISO code of a country named in folded text ("im in canada"), "" when none.
    std::string find_country(std::string_view folded_text) const;
};

// One line to show, for example "988 Lifeline: call or text 988". Never empty: falls back to the
// suicide and emotional support line, then to the international line, then to the compiled one.
std::string resource_line(const Resources& resources, std::string_view country_code,
                          std::string_view audience, std::string_view channel = {});

// What is said when every data file failed to load.
std::string_view compiled_fallback_line();

}  // namespace befriend
