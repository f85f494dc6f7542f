// SPDX-License-Identifier: Apache-2.0
#include "adapters/matrix/content.hpp"

#include <array>
#include <variant>

#include "adapters/matrix/json.hpp"

namespace befriend::matrix {
namespace {

using nlohmann::json;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t'; }

// Where "*words*" that begins at `open` ends; npos when that star is only a star.
std::size_t emphasis_end(std::string_view text, std::size_t open) {
    const std::size_t close = text.find('*', open + 1);
    if (close == std::string_view::npos || close == open + 1 || is_space(text[open + 1]) ||
        is_space(text[close - 1]) ||
        text.substr(open, close - open).find('\n') != std::string_view::npos) {
        return std::string_view::npos;
    }
    return close;
}

json message(std::string_view body, const std::string& html, const Destination& place) {
    json content{{"msgtype", place.as_notice ? "m.notice" : "m.text"}, {"body", body}};
    content[automated_key] = true;
    if (!html.empty()) {
        content["format"] = "org.matrix.custom.html";
        content["formatted_body"] = html;
    }
    json relation;
    if (!place.thread.empty()) {
        relation["rel_type"] = "m.thread";
        relation["event_id"] = place.thread;
        relation["is_falling_back"] = true;
        relation["m.in_reply_to"] = {
            {"event_id", place.answers.empty() ? place.thread : place.answers}};
    } else if (!place.answers.empty()) {
        relation["m.in_reply_to"] = {{"event_id", place.answers}};
    }
    if (!relation.is_null()) {
        content["m.relates_to"] = std::move(relation);
    }
    // Always there: without it clients look for names in the text and notify whoever has one.
    content["m.mentions"] = json::object();
    if (!place.mentions.empty()) {
        content["m.mentions"]["user_ids"] = json::array({place.mentions});
    }
    return content;
}

struct Contents {
    const Destination& place;

    std::vector<std::string> operator()(const Say& say) const {
        return contents_of(say.text, place);
    }
    std::vector<std::string> operator()(const Offer& offer) const {
        std::string body;
        std::string html = "<ol>";
        int number = 0;
        for (const OfferChoice& choice : offer.choices) {
            if (number++ > 0) {
                body += '\n';
            }
            body += std::to_string(number) + ". " + choice.label;
            html += "<li>" + escaped(choice.label) + "</li>";
        }
        html += "</ol>";
        return number == 0 ? std::vector<std::string>{}
                           : std::vector<std::string>{line(message(body, html, place))};
    }
    std::vector<std::string> operator()(const ShowPage& page) const {
        return contents_of(page.text, place);
    }
    // These show nothing: time is kept by the conversation's deadline.
    std::vector<std::string> operator()(const Pause&) const { return {}; }
    std::vector<std::string> operator()(const Remember&) const { return {}; }
    std::vector<std::string> operator()(const Forget&) const { return {}; }
    std::vector<std::string> operator()(const Schedule&) const { return {}; }
    std::vector<std::string> operator()(const End&) const { return {}; }
};

}  // namespace

std::string escaped(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\'':
                result += "&#39;";
                break;
            default:
                if (static_cast<unsigned char>(c) >= ' ' || c == '\t' || c == '\n') {
                    result += c;
                }
        }
    }
    return result;
}

std::string html_of(std::string_view text) {
    std::string html;
    bool marked = false;
    std::size_t begin = 0;
    const auto plain_until = [&](std::size_t end) {
        html += escaped(text.substr(begin, end - begin));
        begin = end;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n') {
            plain_until(i);
            html += "<br>";
            begin = i + 1;
            marked = true;
        } else if (text[i] == '*') {
            const std::size_t close = emphasis_end(text, i);
            if (close != std::string_view::npos) {
                plain_until(i);
                html += "<em>" + escaped(text.substr(i + 1, close - i - 1)) + "</em>";
                begin = close + 1;
                i = close;
                marked = true;
            }
        }
    }
    plain_until(text.size());
    return marked ? html : std::string();
}

std::vector<std::string> split(std::string_view text, std::size_t most) {
    constexpr auto ends = std::to_array<std::string_view>({"\n\n", "\n", ". ", " "});
    std::vector<std::string> parts;
    while (text.size() > most) {
        std::size_t cut = 0;
        for (const std::string_view end : ends) {
            const std::size_t found = text.rfind(end, most - end.size());
            if (found != std::string_view::npos && found + end.size() >= most / 2) {
                cut = found + end.size();
                break;
            }
        }
        if (cut == 0) {
            cut = most;
            while (cut > 1 && is_continuation(text[cut])) {
                --cut;
            }
        }
        parts.emplace_back(text.substr(0, cut));
        text.remove_prefix(cut);
    }
    parts.emplace_back(text);
    return parts;
}

std::vector<std::string> contents_of(std::string_view text, const Destination& place) {
    std::vector<std::string> contents;
    for (const std::string& part : split(text, longest_body)) {
        // HTML of a long text would double the event.
        const std::string html = text.size() > longest_body / 3 ? "" : html_of(part);
        contents.push_back(line(message(part, html, place)));
    }
    return contents;
}

std::vector<std::string> contents_of(const Effect& effect, const Destination& place) {
    return std::visit(Contents{place}, effect);
}

}  // namespace befriend::matrix
