// SPDX-License-Identifier: Apache-2.0
#include "engine/safety/resources.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace befriend;

namespace {

HelpLine line(std::string name, std::string number, std::string channel, std::string audience) {
    HelpLine result;
    result.name = std::move(name);
    result.number = std::move(number);
    result.channel = std::move(channel);
    result.audience = std::move(audience);
    return result;
}

Resources two_countries() {
    Resources resources;
    resources.countries.push_back({"gb",
                                   {"uk", "england", "northern ireland"},
                                   "999 or 112",
                                   {line("Samaritans", "116 123", "call", "suicide"),
                                    line("Shout", "SHOUT to 85258", "text", "suicide"),
                                    line("Childline", "0800 1111", "call", "child")}});
    resources.countries.push_back(
        {"ie", {"ireland"}, "112 or 999", {line("Samaritans", "116 123", "call", "general")}});
    resources.countries.push_back(
        {"international",
         {},
         "112",
         {line("Find A Helpline", "findahelpline.com", "chat", "suicide")}});
    return resources;
}

}  // namespace

TEST_SUITE("engine/safety/resources") {
    TEST_CASE("a line is chosen by country, people and channel, and is never empty") {
        const Resources resources = two_countries();
        CHECK(resource_line(resources, "gb", "suicide") == "Samaritans: call 116 123");
        CHECK(resource_line(resources, "gb", "suicide", "text") == "Shout: text SHOUT to 85258");
        CHECK(resource_line(resources, "gb", "child", "text") == "Childline: call 0800 1111");
        CHECK(resource_line(resources, "gb", "poison") == "Samaritans: call 116 123");
        CHECK(resource_line(resources, "ie", "suicide", "text") == "Samaritans: call 116 123");
        for (const char* unknown : {"", "zz"}) {
            CHECK(resource_line(resources, unknown, "suicide").find("findahelpline.com") !=
                  std::string::npos);
            CHECK(resource_line(resources, unknown, "suicide").find("988") != std::string::npos);
        }
        CHECK_FALSE(resource_line(Resources{}, "gb", "suicide").empty());
        CHECK_FALSE(Resources{}.country("gb").emergency.empty());
        CHECK_FALSE(compiled_fallback_line().empty());
    }

    TEST_CASE("a country is found as people write it") {
        const Resources resources = two_countries();
        CHECK(resources.find_country("i am in northern ireland") == "gb");
        CHECK(resources.find_country("ireland") == "ie");
        CHECK(resources.find_country("i live in the uk, why") == "gb");
        CHECK(resources.find_country("my truck broke").empty());
        CHECK(resources.find_country("").empty());
    }
}
