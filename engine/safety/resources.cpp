// SPDX-License-Identifier: Apache-2.0
#include "engine/safety/resources.hpp"

#include <algorithm>

namespace befriend {
namespace {

constexpr std::string_view international_line =
    "Helplines by country: findahelpline.com\nUS and Canada: call or text 988";
constexpr std::string_view international_text = "Text and chat lines: findahelpline.com";

const Country& fallback_country() {
    static const Country country{
        "international",
        {},
        "your local emergency number (112, 911, 999 or 000)",
        {HelpLine{"Find A Helpline", "findahelpline.com", "chat", "suicide", "", "", "",
                  "https://findahelpline.com", "", "", "A"}},
    };
    return country;
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool holds_words(std::string_view text, std::string_view words) {
    if (words.empty()) return false;
    for (auto at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1)) {
        const auto end = at + words.size();
        if ((at == 0 || !is_letter(text[at - 1])) && (end == text.size() || !is_letter(text[end])))
            return true;
    }
    return false;
}

bool is_address(std::string_view number) {
    return number.find('.') != std::string_view::npos &&
           std::ranges::any_of(number, [](char c) { return c >= 'a' && c <= 'z'; });
}

// "Samaritans: call 116 123", "Crisis Text Line: text HOME to 741741".
std::string describe(const HelpLine& line) {
    std::string how;
    if (is_address(line.number))
        how = line.channel == "chat" ? "chat at " : "";
    else if (line.channel == "text")
        how = "text ";
    else if (line.channel == "chat")
        how = "chat at ";
    else
        how = "call ";
    // A number that already says how ("text 988", "call or text 988") is not told twice.
    if (line.number.starts_with("text ") || line.number.starts_with("call ") ||
        line.number.starts_with("chat "))
        how.clear();
    std::string result = line.name + ": " + how + line.number;
    if (!line.hours.empty() && line.hours != "24/7") result += " (" + line.hours + ")";
    return result;
}

const HelpLine* find_line(const Country& country, std::string_view audience,
                          std::string_view channel) {
    const HelpLine* less_certain = nullptr;
    for (const HelpLine& line : country.lines) {
        if (line.audience != audience || (!channel.empty() && line.channel != channel)) continue;
        if (line.certainty != "B") return &line;
        if (less_certain == nullptr) less_certain = &line;
    }
    return less_certain;
}

const HelpLine* best_line(const Country& country, std::string_view audience,
                          std::string_view channel) {
    if (const HelpLine* line = find_line(country, audience, channel)) return line;
    // Somebody who asks for text or chat would rather have the right people by another way than
    // the wrong people by this one.
    if (audience != "suicide" && audience != "general") {
        if (const HelpLine* line = find_line(country, audience, {})) return line;
    }
    for (const std::string_view wider : {"suicide", "general"}) {
        if (const HelpLine* line = find_line(country, wider, channel)) return line;
    }
    for (const std::string_view wider : {"suicide", "general"}) {
        if (const HelpLine* line = find_line(country, wider, {})) return line;
    }
    return nullptr;
}

}  // namespace

const Country& Resources::country(std::string_view code) const {
    const auto found = std::ranges::find(countries, code, &Country::code);
    if (found != countries.end()) return *found;
    const auto international =
        std::ranges::find(countries, std::string_view("international"), &Country::code);
    return international == countries.end() ? fallback_country() : *international;
}

std::string Resources::find_country(std::string_view folded_text) const {
    const Country* best = nullptr;
    std::size_t longest = 0;
    for (const Country& each : countries) {
        for (const std::string& name : each.names) {
            // The longest name wins: "northern ireland" before "ireland".
            if (name.size() > longest && holds_words(folded_text, name)) {
                best = &each;
                longest = name.size();
            }
        }
    }
    return best == nullptr || best->code == "international" ? std::string{} : best->code;
}

std::string resource_line(const Resources& resources, std::string_view country_code,
                          std::string_view audience, std::string_view channel) {
    const Country& country = resources.country(country_code);
    // Where nobody knows the country yet, one country's line would leave most people with nothing.
    if (country.code == "international")
        return std::string(channel == "text" ? international_text : international_line);
    if (const HelpLine* line = best_line(country, audience, channel)) return describe(*line);
    return std::string(international_line);
}

std::string_view compiled_fallback_line() {
    return "Your local emergency number (112, 911, 999 or 000) \xC2\xB7 findahelpline.com \xC2\xB7 "
           "US and Canada: 988";
}

}  // namespace befriend
