// SPDX-License-Identifier: Apache-2.0
//
// befriend man: the manual page (section 1), made of the table of commands.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/commands.hpp"
#include "tools/help.hpp"
#include "tools/options.hpp"

namespace befriend {
namespace {

// Text as roff shows it: no line is a request, a hyphen stays one, a backslash is one.
std::string roff(std::string_view text) {
    std::string out;
    bool line_begins = true;
    for (const char c : text) {
        if (line_begins && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else if (c == '\'') {
            out += "\\(aq";
        } else {
            out += c;
        }
        line_begins = c == '\n';
    }
    if (!out.ends_with('\n')) out += '\n';
    return out;
}

std::string as_it_stands(std::string_view text) {
    return ".RS 4\n.nf\n" + roff(text) + ".fi\n.RE\n";
}

std::string whole_page() {
    std::string out = ".TH BEFRIEND 1 \"\" \"befriend " + std::string(program_version) +
                      "\" \"User Commands\"\n"
                      ".SH NAME\n"
                      "befriend \\- a rule\\-based companion about self\\-compassion\n"
                      ".SH SYNOPSIS\n"
                      ".B befriend\n"
                      "[COMMAND] [OPTIONS]\n"
                      ".SH DESCRIPTION\n"
                      "Without a command befriend chats in this terminal. The other commands test\n"
                      "and show what it understands and says. Nothing leaves this machine.\n"
                      ".SH COMMANDS\n";
    for (const Command& command : commands()) {
        const CommandPage& page = *command.page;
        out += ".SS " + roff(usage_line(command));
        std::string_view text = page.text;
        while (!text.empty()) {
            const std::size_t end = text.find("\n\n");
            out += roff(text.substr(0, end)) + ".PP\n";
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
        }
        for (const OptionSpec& option : page.options) {
            std::string name(option.name);
            if (option.takes_value()) name += " " + std::string(option.value.name);
            out += ".TP\n.B " + roff(name) + roff(option.text);
        }
        if (!page.notes.empty()) out += ".PP\n" + as_it_stands(page.notes);
        out += ".PP\nExamples:\n" + as_it_stands(page.examples);
    }
    return out +
           ".SH EXIT STATUS\n"
           "0: fine. 1: findings, or failed tests. 2: wrong usage, or input that cannot be read.\n"
           ".SH ENVIRONMENT\n"
           ".TP\n.B NO_COLOR\nno colours when set.\n"
           ".TP\n.B XDG_DATA_HOME\nwhere conversations are kept (~/.local/share).\n"
           ".TP\n.B XDG_CACHE_HOME\nwhere compiled content is kept (~/.cache).\n";
}

constexpr OptionSpec specs[] = {json_option};

}  // namespace

constexpr CommandPage man_page{
    .text = "Prints the manual page.\n",
    .options = specs,
    .examples =
        "befriend man | man -l -\n"
        "befriend man > ~/.local/share/man/man1/befriend.1\n",
};

int run_man(Arguments arguments) {
    const auto options = parse_options(arguments, man_page.options);
    if (!options) return usage_error("man", options.error().message);
    if (!options->rest.empty()) return usage_error("man", "nothing else is expected");
    if (options->has("--json")) {
        std::puts(nlohmann::json{{"page", whole_page()}}.dump().c_str());
    } else {
        std::fputs(whole_page().c_str(), stdout);
    }
    return 0;
}

}  // namespace befriend
