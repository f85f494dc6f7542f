// SPDX-License-Identifier: Apache-2.0
#include "tools/help.hpp"

#include <algorithm>

namespace befriend {
namespace {

constexpr std::size_t page_width = 100;
constexpr std::size_t widest_name = 24;  // a longer option stands on a line of its own

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(text.size(), width), ' ');
    return text;
}

// "  NAME   text", the text broken at words and set below itself.
void put_row(std::string& out, const std::string& name, std::string_view text, std::size_t column) {
    std::string line = padded("  " + name, column);
    if (line.size() > column) {
        out += line + "\n";
        line = std::string(column, ' ');
    }
    bool first = true;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!first && line.size() + 1 + word.size() > page_width) {
            out += line + "\n";
            line = std::string(column, ' ');
            first = true;
        }
        line += (first ? "" : " ") + std::string(word);
        first = false;
    }
    out += line + "\n";
}

void put_examples(std::string& out, std::string_view examples) {
    const bool one = std::count(examples.begin(), examples.end(), '\n') < 2;
    out += one ? "Example:\n" : "Examples:\n";
    while (!examples.empty()) {
        const std::size_t end = std::min(examples.find('\n'), examples.size());
        out += "  " + std::string(examples.substr(0, end)) + "\n";
        examples.remove_prefix(std::min(end + 1, examples.size()));
    }
}

std::string with_value(const OptionSpec& option) {
    return std::string(option.name) +
           (option.takes_value() ? " " + std::string(option.value.name) : "");
}

std::string with_line_break(std::string_view text) {
    return std::string(text) + (text.ends_with('\n') ? "" : "\n");
}

}  // namespace

std::string help_of_all() {
    std::string out =
        "befriend: a rule-based companion about self-compassion. Nothing leaves this machine.\n"
        "\n"
        "Usage: befriend [COMMAND] [OPTIONS]\n"
        "\n";
    std::size_t column = 0;
    for (const Command& command : commands()) column = std::max(column, command.name.size() + 5);
    for (const Command& command : commands())
        put_row(out, std::string(command.name), command.summary, column);
    out +=
        "\n"
        "  befriend COMMAND --help    options and examples of a command\n"
        "  befriend --version [--json]\n"
        "\n";
    put_examples(out,
                 "befriend                   chat\n"
                 "befriend chat --private    chat and keep nothing\n"
                 "befriend check             check every script\n"
                 "echo \"I'm such an idiot\" | befriend try --jsonl\n");
    return out;
}

std::string usage_line(const Command& command) {
    std::string out = "befriend " + std::string(command.name);
    if (!command.page->arguments.empty()) out += " " + std::string(command.page->arguments);
    if (!command.page->options.empty()) out += " [OPTIONS]";
    return out;
}

std::string help_page(const Command& command) {
    const CommandPage& page = *command.page;
    std::string out = "Usage: " + usage_line(command) + "\n\n" + with_line_break(page.text) + "\n";
    std::size_t column = 0;
    for (const OptionSpec& option : page.options) {
        if (const std::size_t size = with_value(option).size(); size <= widest_name)
            column = std::max(column, size + 5);
    }
    for (const OptionSpec& option : page.options)
        put_row(out, with_value(option), option.text, column);
    if (!page.options.empty()) out += "\n";
    if (!page.notes.empty()) out += with_line_break(page.notes) + "\n";
    put_examples(out, page.examples);
    return out;
}

}  // namespace befriend
