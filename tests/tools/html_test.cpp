// SPDX-License-Identifier: Apache-2.0
#include "tools/html.hpp"

#include <doctest/doctest.h>

using namespace befriend;

TEST_SUITE("tools/html") {
    TEST_CASE("text cannot become markup, in text or in an attribute") {
        CHECK(escape_html("<b a=\"1\" b='2'> & co") ==
              "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt; &amp; co");
        CHECK(escape_html("a\x01z\n") == "a\xEF\xBF\xBDz\n");
        CHECK(escape_html("caf\xC3\xA9") == "caf\xC3\xA9");
    }

    TEST_CASE("an id keeps what ids may hold") {
        CHECK(html_id("stop/first step") == "stop-first-step");
        CHECK(html_id("a_b.c-9") == "a_b.c-9");
    }

    TEST_CASE("a page fetches nothing and a script cannot end early") {
        HtmlPage page;
        page.title = "A & B";
        page.body = "<p>Hello</p>";
        page.script = "const s = '</script>';";
        const std::string html = html_page(page);
        CHECK(html.starts_with("<!DOCTYPE html>"));
        CHECK(html.find("<title>A &amp; B</title>") != std::string::npos);
        CHECK(html.find("http://") == std::string::npos);
        CHECK(html.find("https://") == std::string::npos);
        CHECK(html.find("'<\\/script>'") != std::string::npos);
        CHECK(html.find("<p>Hello</p>") < html.find("</main>"));
    }
}
