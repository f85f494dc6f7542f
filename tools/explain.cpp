// SPDX-License-Identifier: Apache-2.0
//
// befriend explain BF0230: the page of a diagnostic code.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/base/codes.hpp"
#include "engine/script/faults.hpp"
#include "tools/commands.hpp"
#include "tools/content/embedded.hpp"
#include "tools/options.hpp"

namespace befriend {
namespace {

struct Title {
    std::string code;
    std::string text;
};

std::vector<Title> all_titles() {
    std::vector<Title> result;
    for (const Code& code : all_codes) result.push_back({code_text(code), std::string(code.text)});
    for (const FaultEntry& entry : script_faults())
        result.push_back({fault_code(entry.fault), std::string(entry.title)});
    return result;
}

// "bf230", "230" and "BF0230" are one code.
std::string normal(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (text.starts_with("BF")) text.erase(0, 2);
    if (text.empty() || text.size() > 4 ||
        !std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; }))
        return {};
    return "BF" + std::string(4 - text.size(), '0') + text;
}

constexpr OptionSpec specs[] = {json_option};

// The page, or the code and its title when it has none yet.
std::string page_of(const Title& title) {
    const std::string name = "docs/diagnostics/" + title.code + ".md";
    const std::vector<EmbeddedFile> files = embedded_files();
    const auto found = std::ranges::find(files, std::string_view(name), &EmbeddedFile::path);
    if (found == files.end()) return title.code + ": " + title.text + "\n";
    return std::string(found->bytes);
}

nlohmann::json as_json(const Title& title) {
    return {{"code", title.code}, {"title", title.text}, {"text", page_of(title)}};
}

}  // namespace

constexpr CommandPage explain_page{
    .arguments = "[CODE...]",
    .text = "Prints the page of a diagnostic code. Without CODE: all codes, one a line.\n",
    .options = specs,
    .examples =
        "befriend explain\n"
        "befriend explain BF0230\n"
        "befriend explain 230 --json\n",
};

int run_explain(Arguments arguments) {
    const auto options = parse_options(arguments, explain_page.options);
    if (!options) return usage_error("explain", options.error().message);
    const std::vector<Title> titles = all_titles();
    const bool json = options->has("--json");
    std::vector<Title> wanted;
    for (const std::string& written : options->rest) {
        const auto title = std::ranges::find(titles, normal(written), &Title::code);
        if (title == titles.end())
            return usage_error("explain", "there is no code \"" + written + "\"");
        wanted.push_back(*title);
    }
    if (json && wanted.size() == 1) {
        std::puts(as_json(wanted.front()).dump().c_str());
    } else if (json) {
        nlohmann::json codes = nlohmann::json::array();
        for (const Title& title : wanted.empty() ? titles : wanted) codes.push_back(as_json(title));
        std::puts(nlohmann::json{{"codes", codes}}.dump().c_str());
    } else if (wanted.empty()) {
        for (const Title& title : titles)
            std::printf("%s  %s\n", title.code.c_str(), title.text.c_str());
    }
    for (const Title& title : wanted) {
        if (!json) std::fputs(page_of(title).c_str(), stdout);
    }
    return 0;
}

}  // namespace befriend
