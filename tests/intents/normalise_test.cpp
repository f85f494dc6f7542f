// SPDX-License-Identifier: Apache-2.0
#include "intents/normalise.hpp"

#include <doctest/doctest.h>

#include "engine/base/utf8.hpp"
#include "tests/intents/support.hpp"

using namespace befriend;
using namespace befriend::test;

TEST_SUITE("intents/normalise") {
    TEST_CASE("spellings of the same words fold alike") {
        const Matcher m = matcher_for_pattern("worthless");
        struct Row {
            std::string text;
            std::string folded;
        };
        for (const Row& row : {Row{"I'm", "i am"},
                               Row{"I’m", "i am"},
                               Row{"im", "i am"},
                               Row{"i m", "i am"},
                               Row{"IM", "i am"},
                               Row{"don't", "do not"},
                               Row{"dont", "do not"},
                               Row{"don t", "do not"},
                               Row{"can't", "can not"},
                               Row{"cannot", "can not"},
                               Row{"cant", "can not"},
                               Row{"he's", "he is"},
                               Row{"i've", "i have"},
                               Row{"gonna", "going to"},
                               Row{"wanna", "want to"},
                               Row{"gotta", "have to"},
                               Row{"idk", "i do not know"},
                               Row{"u", "you"},
                               Row{"ur", "your"},
                               Row{"ppl", "people"},
                               Row{"bc", "because"},
                               Row{"rn", "right now"},
                               Row{"noone", "no one"},
                               Row{"no-one", "no one"},
                               Row{"sooo", "so"},
                               Row{"noooo", "no"},
                               Row{"worthlesssss", "worthless"},
                               Row{"ｗｏｒｔｈｌｅｓｓ", "worthless"},
                               Row{"wor\u200bthless", "worthless"},
                               Row{"𝔀𝓸𝓻𝓽𝓱𝓵𝓮𝓼𝓼", "worthless"},
                               Row{"self-harm", "self harm"},
                               Row{"ill be fine", "i will be fine"},
                               Row{"i feel ill today", "i feel ill today"},
                               Row{"and id rather", "and i would rather"},
                               Row{"6.5", "6.5"},
                               Row{"👍🏽", "👍"},
                               Row{":(", "🙁"},
                               Row{"<3", "❤"},
                               Row{"you & me", "you and me"},
                               Row{"'cause i", "because i"},
                               Row{"f*ck", "fuck"},
                               Row{"*their", "* their"},
                               Row{"", ""},
                               Row{"?!", ""}}) {
            CAPTURE(row.text);
            CHECK(m.understand(row.text).folded == row.folded);
        }
    }

    TEST_CASE("every word points at the bytes typed") {
        const Matcher m = matcher_for_pattern("worthless");
        for (const char* text :
             {"Ｉ’m so 𝔀𝓸𝓻𝓽𝓱𝓵𝓮𝓼𝓼, “really” 😭😭 don’t", "a\xffz b\xc3", "i m  i ve", "x\u200by"}) {
            CAPTURE(text);
            const Understanding u = m.understand(text);
            CHECK(is_utf8(u.text));
            std::uint32_t last = 0;
            for (const Token& t : u.tokens) {
                CHECK(t.typed.begin < t.typed.end);
                CHECK(t.typed.end <= u.text.size());
                CHECK(t.typed.begin >= last);
                CHECK(is_utf8(
                    std::string_view(u.text).substr(t.typed.begin, t.typed.end - t.typed.begin)));
                last = t.typed.begin;
            }
        }
    }

    TEST_CASE("a message of any bytes has an understanding") {
        const Matcher m = matcher_for_pattern("i be (sad|worthless)");
        std::string nul = "i am sad";
        nul[4] = '\0';
        CHECK_NOTHROW(m.understand(nul));
        CHECK(m.understand(std::string("\xF0\x9F", 2)).text == "\xEF\xBF\xBD");
        std::string emoji;
        for (int i = 0; i < 5000; ++i) emoji += "😭🙁";
        CHECK(m.understand(emoji).tokens.size() == 10000);
        std::string long_word(1 << 20, 'a');
        CHECK(m.understand(long_word).tokens.size() == 1);
        std::string many;
        while (many.size() < (1 << 20)) many += "I am sad, but not really. ";
        const Understanding u = m.understand(many);
        CHECK(heard(m, many));
        CHECK(u.tokens.size() > 200000);
        std::string controls;
        for (int i = 1; i < 256; ++i) controls += static_cast<char>(i);
        CHECK(is_utf8(m.understand(controls).text));
        CHECK(m.understand("\x1b[2J\x1b]0;x\x07i am sad").labels.size() == 1);
    }
}
