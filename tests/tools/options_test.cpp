// SPDX-License-Identifier: Apache-2.0
#include "tools/options.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <set>

#include "tools/help.hpp"

using namespace befriend;

namespace {

constexpr OptionSpec specs[] = {{"--seed", "N", "a number"}, {"--json", "", "an object"}};

Result<Options> parsed(const std::vector<std::string>& words) {
    return parse_options(words, specs);
}

}  // namespace

TEST_SUITE("tools/options") {
    TEST_CASE("values come after a space or an equals sign, and a flag takes none") {
        CHECK(parsed({"--seed", "7"})->get("--seed") == "7");
        CHECK(parsed({"--seed=7"})->number("--seed", 1) == 7);
        CHECK(parsed({})->number("--seed", 1) == 1);
        CHECK_FALSE(parsed({"--seed", "seven"})->number("--seed", 1).has_value());
        CHECK(parsed({"--json"})->has("--json"));
        CHECK_FALSE(parsed({"--json=yes"}).has_value());
        CHECK_FALSE(parsed({"--seed"}).has_value());
    }

    TEST_CASE("what is no option is kept in order, and so is all behind two dashes") {
        const auto options = parsed({"one", "--json", "-", "--", "--seed"});
        CHECK(options->rest == std::vector<std::string>{"one", "-", "--seed"});
    }

    TEST_CASE("an unknown option names the nearest one") {
        CHECK(parsed({"--sede"}).error().message == "unknown option --sede; did you mean --seed?");
        CHECK(parsed({"--quite-different"}).error().message == "unknown option --quite-different");
    }

    TEST_CASE("every command has a page with a line for every option and an example") {
        std::set<std::string_view> names;
        for (const Command& command : commands()) {
            CAPTURE(command.name);
            CHECK(names.insert(command.name).second);
            CHECK_FALSE(command.summary.empty());
            REQUIRE(command.page != nullptr);
            CHECK_FALSE(command.page->text.empty());
            CHECK(command.page->examples.find("befriend " + std::string(command.name)) !=
                  std::string_view::npos);
            CHECK(command.page->examples.ends_with('\n'));
            std::set<std::string_view> options;
            for (const OptionSpec& option : command.page->options) {
                CAPTURE(option.name);
                CHECK(options.insert(option.name).second);
                CHECK(option.name.starts_with('-'));
                REQUIRE_FALSE(option.text.empty());
                CHECK_FALSE(option.text.ends_with('.'));
                CHECK(option.text.find('\n') == std::string_view::npos);
                CHECK(option.value.name != "VALUE");
            }
            const std::string page = help_page(command);
            CHECK(page.starts_with("Usage: befriend " + std::string(command.name)));
            CHECK(page.find("\nExample") != std::string::npos);
            for (std::size_t at = 0; at < page.size();) {
                const std::size_t end = page.find('\n', at);
                CAPTURE(page.substr(at, end - at));
                CHECK(end - at <= 100);
                at = end + 1;
            }
        }
    }
}
