// SPDX-License-Identifier: Apache-2.0
#include "engine/base/yaml.hpp"

#include <doctest/doctest.h>

#include "engine/base/archive.hpp"
#include "engine/base/utf8.hpp"

using namespace befriend;

namespace {
struct Sample {
    std::string name;
    std::vector<int> numbers;
    std::vector<std::string> texts;
    std::map<std::string, bool> flags;
    friend bool operator==(const Sample&, const Sample&) = default;
};
template <class A>
void fields(A& ar, Sample& s) {
    ar(s.name, s.numbers, s.texts, s.flags);
}
}  // namespace

TEST_SUITE("base/yaml") {
    TEST_CASE("what an author should not use is refused with a code") {
        struct Row {
            const char* text;
            const char* code;
        };
        for (const Row& row :
             {Row{"a: 1\na: 2\n", "BF0002"}, Row{"a: &x 1\n", "BF0003"}, Row{"a: *x\n", "BF0003"},
              Row{"a: !t x\n", "BF0004"}, Row{"<<: {a: b}\n", "BF0005"},
              Row{"a: 1\n---\nb: 2\n", "BF0006"}, Row{"? [a]\n: b\n", "BF0008"}, Row{"", "BF0009"},
              Row{"a: \xff\n", "BF0010"}, Row{"a: \"x\n", "BF0001"}, Row{"a: @x\n", "BF0001"}}) {
            CAPTURE(row.text);
            Diagnostics found;
            parse_yaml({"f", row.text}, found);
            REQUIRE(!found.empty());
            CHECK(found[0].code == row.code);
        }
        Diagnostics found;
        parse_yaml({"f", "a: " + std::string(200, '[') + std::string(200, ']')}, found);
        REQUIRE(!found.empty());
        CHECK(found[0].code == "BF0007");
    }

    TEST_CASE("scalars stay text, keys keep their order, and every value knows its place") {
        Diagnostics found;
        const Document d =
            parse_yaml({"f", "b: yes\na: [1, \"two\", {c: é}]\nd: |\n  text\n"}, found);
        CHECK(found.empty());
        CHECK(d.root.dump() == R"({"b":"yes","a":["1","two",{"c":"é"}],"d":"text\n"})");
        CHECK(d.mark("/a/1").value == Position{2, 8});
        CHECK(d.mark("/a/1").quoting == Quoting::quoted);
        CHECK(d.mark("/a/2/c").key == Position{2, 16});
        CHECK(d.mark("/b").quoting == Quoting::plain);
        CHECK(d.mark("/d").quoting == Quoting::block);
        CHECK(d.mark("/a/2/missing").value == Position{2, 15});
        CHECK(position_in_scalar(d, "/a/1", 2) == Position{2, 11});
    }

    TEST_CASE("JSON is read like YAML") {
        Diagnostics found;
        CHECK(parse_yaml({"f", R"({"a": {"b": [1, "x"]}})"}, found).root.dump() ==
              R"({"a":{"b":["1","x"]}})");
        CHECK(found.empty());
    }

    TEST_CASE("a diagnostic shows the line, a caret and a hint, and no control character") {
        Diagnostics found;
        const Document d = parse_yaml({"x.yaml", "a: 1\n\tq: 2\n"}, found);
        Diagnostic one =
            make_diagnostic(codes::bad_value, "x.yaml", {1, 4}, "no such thing", "say 2");
        CHECK(
            render(one, d.source) ==
            "x.yaml:1:4: error[BF0015]: no such thing\n  1 | a: 1\n    |    ^\n    hint: say 2\n");
        CHECK(render(one, {"x.yaml", "a: \x1b[31m"}).find('\x1b') == std::string::npos);
    }

    TEST_CASE("an archive gives back what was put in and survives any cut") {
        Sample in{"x", {1, -2, 3}, {"a", ""}, {{"y", true}, {"n", false}}}, out;
        std::string bytes;
        Writer w(bytes);
        w(in);
        Reader r(bytes);
        r(out);
        CHECK_FALSE(r.failed());
        CHECK(in == out);
        for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
            Sample broken;
            Reader short_reader(std::string_view(bytes).substr(0, cut));
            short_reader(broken);
            CHECK(short_reader.failed());
        }
        std::string huge(8, '\xff');
        std::vector<std::string> texts;
        Reader liar(huge);
        liar(texts);
        CHECK(liar.failed());
    }

    TEST_CASE("malformed bytes become U+FFFD and nothing else changes") {
        struct Row {
            std::string in;
            const char* out;
        };
        for (const Row& row :
             {Row{"abc", "abc"}, Row{"\xff", "\uFFFD"}, Row{"\xc3", "\uFFFD"},
              Row{"\xc3(", "\uFFFD("}, Row{"\xe2\x82", "\uFFFD"},
              Row{"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"}, Row{"\xc0\xaf", "\uFFFD\uFFFD"},
              Row{"\xf4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"}, Row{"é😭", "é😭"}}) {
            CHECK(repair_utf8(row.in) == row.out);
            CHECK(is_utf8(repair_utf8(row.in)));
        }
    }

    TEST_CASE("every code has a number of its own, in order") {
        for (std::size_t i = 1; i < all_codes.size(); ++i)
            CHECK(all_codes[i - 1].number < all_codes[i].number);
        CHECK(code_text(codes::yaml_syntax) == "BF0001");
    }
}
