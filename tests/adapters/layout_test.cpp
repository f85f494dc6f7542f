// SPDX-License-Identifier: Apache-2.0
#include "adapters/terminal/layout.hpp"

#include <doctest/doctest.h>

using befriend::terminal::display_width;
using befriend::terminal::printable;
using befriend::terminal::wrap;

TEST_SUITE("adapters/terminal/layout") {
    TEST_CASE("nothing that is printed can drive the terminal") {
        struct Row {
            std::string_view text;
            std::string_view printed;
        };
        for (const Row& row : {
                 Row{"plain words", "plain words"},
                 Row{"red \x1b[31mword\x1b[0m", "red word"},
                 Row{"title \x1b]0;owned\x07 gone", "title  gone"},
                 Row{"string \x1bPq\x1b\\ end", "string  end"},
                 Row{"cut off \x1b[", "cut off "},
                 Row{"lone \x1b", "lone "},
                 Row{"bell\x07 and \x08 back", "bell and  back"},
                 Row{"one\ttwo\r\nthree", "one two\nthree"},
                 Row{"c1 \xc2\x9b"
                     "31m",
                     "c1 31m"},
                 Row{"turned \xe2\x80\xae"
                     "abc",
                     "turned abc"},
                 Row{"broken \xff\xfe", "broken \xef\xbf\xbd\xef\xbf\xbd"},
                 Row{"caf\xc3\xa9 \xf0\x9f\x98\xad", "caf\xc3\xa9 \xf0\x9f\x98\xad"},
             }) {
            CAPTURE(row.text);
            CHECK(printable(row.text) == row.printed);
        }
        CHECK(printable(std::string_view("a\0b", 3)) == "ab");
    }

    TEST_CASE("width counts columns, not bytes or code points") {
        struct Row {
            std::string_view text;
            std::size_t width;
        };
        for (const Row& row : {
                 Row{"", 0}, Row{"hello", 5}, Row{"caf\xc3\xa9", 4},
                 Row{"cafe\xcc\x81", 4},                                  // combining accent
                 Row{"\xe4\xbd\xa0\xe5\xa5\xbd", 4},                      // two wide characters
                 Row{"\xf0\x9f\x98\xad", 2},                              // an emoji
                 Row{"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", 2},  // a family of two, joined
                 Row{"\xe2\x9d\xa4\xef\xb8\x8f", 2},                      // a heart made an emoji
             }) {
            CAPTURE(row.text);
            CHECK(display_width(row.text) == row.width);
        }
    }

    TEST_CASE("lines break at spaces and fit the window") {
        using Lines = std::vector<std::string>;
        CHECK(wrap("That was a rough thing to call yourself.", 20) ==
              Lines{"That was a rough", "thing to call", "yourself."});
        CHECK(wrap("one\ntwo", 20) == Lines{"one", "two"});
        CHECK(wrap("one\n\ntwo\n", 20) == Lines{"one", "", "two"});
        CHECK(wrap("aaaaaaaaaaaaaaaaaaaaaaaaa", 10) == Lines{"aaaaaaaaaa", "aaaaaaaaaa", "aaaaa"});
        CHECK(wrap("  indented line here", 12) == Lines{"  indented", "line here"});
        for (const std::string& line :
             wrap("\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd", 10)) {
            CHECK(display_width(line) <= 10);
        }
        CHECK(wrap("", 20).empty());
    }
}
