// SPDX-License-Identifier: Apache-2.0
//
// One frame for every HTML page that a command writes: self-contained (no address is fetched),
// readable without script, on paper and in the dark.
#pragma once

#include <string>
#include <string_view>

namespace befriend {

// For text and for attribute values in double quotes. Control characters that HTML refuses become
// U+FFFD; the result is valid wherever the input is valid UTF-8.
std::string escape_html(std::string_view text);

// A name that may stand in id="" and after # of a link: letters, digits, '-', '_' and '.'.
std::string html_id(std::string_view text);

struct HtmlPage {
    std::string title;     // plain text; the page's only h1
    std::string subtitle;  // plain text below it; may be empty
    std::string body;      // HTML, inside <main>
    std::string style;     // CSS after the shared one; may be empty
    std::string script;    // inline script at the end of the page; may be empty
    std::string language = "en";
};

// The whole document. The colours of the frame are CSS variables: --ink, --paper, --soft, --line,
// --accent, --bad, --good, --warn; tables, code, details and links are styled.
std::string html_page(const HtmlPage& page);

}  // namespace befriend
