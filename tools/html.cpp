// SPDX-License-Identifier: Apache-2.0
#include "tools/html.hpp"

namespace befriend {
namespace {

constexpr std::string_view shared_style = R"css(
:root{color-scheme:light dark;--ink:#1c2024;--paper:#fdfcfa;--soft:#f1eee8;--line:#cfc9be;
--accent:#1d5f8a;--bad:#a3231c;--good:#1f6b3a;--warn:#7a5200}
@media (prefers-color-scheme:dark){:root{--ink:#e8e6e1;--paper:#17191b;--soft:#23272a;--line:#454b50;
--accent:#8cc4ea;--bad:#ff9d94;--good:#8ed3a4;--warn:#e8c06a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1rem 1.25rem 4rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0}h2{font-size:1.25rem;margin:2rem 0 .5rem}
h3{font-size:1.05rem;margin:1.25rem 0 .25rem}
a{color:var(--accent)}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
table{border-collapse:collapse;margin:.5rem 0}caption{text-align:left;font-weight:600}
th,td{border:1px solid var(--line);padding:.25rem .5rem;text-align:left;vertical-align:top}
thead th{background:var(--soft)}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
code,pre{font-family:ui-monospace,monospace;font-size:.92em}pre{overflow-x:auto;background:var(--soft);padding:.5rem}
.quiet{opacity:.8;font-size:.9em}.bad{color:var(--bad)}.good{color:var(--good)}.warn{color:var(--warn)}
@media print{body{max-width:none;padding:0;font-size:10pt}.no-print{display:none}
h2,h3{break-after:avoid}tr,li{break-inside:avoid}}
)css";

// "</script" inside the script's text would end it early.
std::string closed_script(std::string_view script) {
    std::string result;
    for (std::size_t i = 0; i < script.size(); ++i) {
        result += script[i];
        if (script[i] == '<' && i + 1 < script.size() && script[i + 1] == '/') result += '\\';
    }
    return result;
}

}  // namespace

std::string escape_html(std::string_view text) {
    std::string result;
    result.reserve(text.size() + text.size() / 16);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '&') {
            result += "&amp;";
        } else if (c == '<') {
            result += "&lt;";
        } else if (c == '>') {
            result += "&gt;";
        } else if (c == '"') {
            result += "&quot;";
        } else if (c == '\'') {
            result += "&#39;";
        } else if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) {
            result += "\xEF\xBF\xBD";
        } else {
            result += c;
        }
    }
    return result;
}

std::string html_id(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        result += plain ? c : '-';
    }
    return result;
}

std::string html_page(const HtmlPage& page) {
    std::string result =
        "<!DOCTYPE html>\n<html lang=\"" + escape_html(page.language) +
        "\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>" +
        escape_html(page.title) + "</title>\n<style>";
    result += shared_style;
    result += page.style;
    result +=
        "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the "
        "content</a>\n<header><h1>";
    result += escape_html(page.title) + "</h1>\n";
    if (!page.subtitle.empty()) {
        result += "<p class=\"quiet\">" + escape_html(page.subtitle) + "</p>\n";
    }
    result += "</header>\n<main id=\"main\">\n" + page.body + "\n</main>\n";
    if (!page.script.empty()) {
        result += "<script>\n" + closed_script(page.script) + "\n</script>\n";
    }
    result += "</body>\n</html>\n";
    return result;
}

}  // namespace befriend
