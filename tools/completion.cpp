// SPDX-License-Identifier: Apache-2.0
//
// befriend completion bash|zsh|fish: what the tab key offers, made of the table of commands.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/commands.hpp"
#include "tools/options.hpp"

namespace befriend {
namespace {

std::string words_of(std::string_view choices) {
    std::string out(choices);
    for (char& c : out) {
        if (c == '|') c = ' ';
    }
    return out;
}

enum class Takes { nothing_known, file, folder, words };

Takes takes(const OptionSpec& option) {
    const std::string_view name = option.value.name;
    if (name.find('|') != std::string_view::npos) return Takes::words;
    if (name == "FILE" || name == "FILES") return Takes::file;
    if (name == "FOLDER" || name == "DIR") return Takes::folder;
    return Takes::nothing_known;
}

std::string option_names(const CommandPage& page) {
    std::string out;
    for (const OptionSpec& option : page.options) out += std::string(option.name) + " ";
    return out + "--help";
}

std::string command_names() {
    std::string out;
    for (const Command& command : commands())
        out += (out.empty() ? "" : " ") + std::string(command.name);
    return out;
}

// For single quotes of a shell.
std::string in_quotes(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
    return out + "'";
}

std::string bash_script() {
    std::string out =
        "# Completion of befriend for bash: eval \"$(befriend completion bash)\"\n"
        "_befriend() {\n"
        "    local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
        "    local options='' words='' command=\"${COMP_WORDS[1]}\"\n"
        "    COMPREPLY=()\n"
        "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
        "        COMPREPLY=($(compgen -W \"" +
        command_names() +
        " --help --version\" -- \"$word\"))\n"
        "        return\n"
        "    fi\n"
        "    case \"$command $before\" in\n";
    for (const Command& command : commands()) {
        for (const OptionSpec& option : command.page->options) {
            if (!option.takes_value()) continue;
            out += "        '" + std::string(command.name) + " " + std::string(option.name) + "') ";
            switch (takes(option)) {
                case Takes::file:
                    out += "COMPREPLY=($(compgen -f -- \"$word\")); ";
                    break;
                case Takes::folder:
                    out += "COMPREPLY=($(compgen -d -- \"$word\")); ";
                    break;
                case Takes::words:
                    out += "COMPREPLY=($(compgen -W \"" + words_of(option.value.name) +
                           "\" -- \"$word\")); ";
                    break;
                case Takes::nothing_known:
                    break;
            }
            out += "return ;;\n";
        }
    }
    out +=
        "    esac\n"
        "    case \"$command\" in\n";
    for (const Command& command : commands()) {
        out += "        " + std::string(command.name) + ") options=\"" +
               option_names(*command.page) + "\" words=\"" + std::string(command.page->words) +
               "\" ;;\n";
    }
    out +=
        "    esac\n"
        "    case \"$word\" in\n"
        "        -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
        "        *) COMPREPLY=($(compgen -W \"$words\" -- \"$word\") $(compgen -f -- \"$word\")) "
        ";;\n"
        "    esac\n"
        "}\n"
        "complete -o filenames -F _befriend befriend\n";
    return out;
}

// In _arguments a colon and brackets of a description are escaped.
std::string zsh_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_script() {
    std::string out =
        "#compdef befriend\n"
        "# Completion of befriend for zsh: save as _befriend in a folder of $fpath.\n"
        "_befriend() {\n"
        "    local -a commands\n"
        "    commands=(\n";
    for (const Command& command : commands()) {
        out += "        " +
               in_quotes(std::string(command.name) + ":" + zsh_text(std::string(command.summary))) +
               "\n";
    }
    out +=
        "    )\n"
        "    if (( CURRENT == 2 )); then\n"
        "        _describe command commands\n"
        "        return\n"
        "    fi\n"
        "    shift words\n"
        "    (( CURRENT-- ))\n"
        "    case \"$words[1]\" in\n";
    for (const Command& command : commands()) {
        out += "        " + std::string(command.name) + ") _arguments";
        for (const OptionSpec& option : command.page->options) {
            std::string one = std::string(option.name) + "[" + zsh_text(option.text) + "]";
            if (option.takes_value()) {
                one += ":" + zsh_text(option.value.name) + ":";
                const Takes what = takes(option);
                if (what == Takes::file) one += "_files";
                if (what == Takes::folder) one += "_files -/";
                if (what == Takes::words) one += "(" + words_of(option.value.name) + ")";
            }
            out += " " + in_quotes(one);
        }
        out += " '--help[show the page of this command]'";
        if (!command.page->words.empty())
            out += " " + in_quotes("*:word:(" + std::string(command.page->words) + ")") + " ;;\n";
        else
            out += " '*:file:_files' ;;\n";
    }
    return out +
           "    esac\n"
           "}\n"
           "if [ \"$funcstack[1]\" = _befriend ]; then _befriend \"$@\"; else compdef _befriend "
           "befriend; fi\n";
}

std::string fish_script() {
    std::string out =
        "# Completion of befriend for fish: befriend completion fish | source\n"
        "complete -c befriend -n __fish_use_subcommand -l help -d 'list the commands'\n"
        "complete -c befriend -n __fish_use_subcommand -l version -d 'show the version'\n";
    for (const Command& command : commands()) {
        out += "complete -c befriend -f -n __fish_use_subcommand -a " + std::string(command.name) +
               " -d " + in_quotes(command.summary) + "\n";
    }
    for (const Command& command : commands()) {
        const std::string begin = "complete -c befriend -n '__fish_seen_subcommand_from " +
                                  std::string(command.name) + "'";
        for (const OptionSpec& option : command.page->options) {
            const bool is_long = option.name.starts_with("--");
            out += begin + (is_long ? " -l " : " -s ") +
                   std::string(option.name.substr(is_long ? 2 : 1));
            if (option.takes_value()) out += takes(option) == Takes::file ? " -r -F" : " -x";
            if (takes(option) == Takes::folder) out += " -a '(__fish_complete_directories)'";
            if (takes(option) == Takes::words)
                out += " -a " + in_quotes(words_of(option.value.name));
            out += " -d " + in_quotes(option.text) + "\n";
        }
        if (!command.page->words.empty())
            out += begin + " -f -a " + in_quotes(command.page->words) + "\n";
    }
    return out;
}

constexpr OptionSpec specs[] = {json_option};

}  // namespace

constexpr CommandPage completion_page{
    .arguments = "bash|zsh|fish",
    .text = "Prints what a shell needs to complete commands and options with the tab key.\n",
    .options = specs,
    .examples =
        "eval \"$(befriend completion bash)\"\n"
        "befriend completion zsh > ~/.zfunc/_befriend\n"
        "befriend completion fish | source\n",
    .words = "bash zsh fish",
};

int run_completion(Arguments arguments) {
    const auto options = parse_options(arguments, completion_page.options);
    if (!options) return usage_error("completion", options.error().message);
    const std::string shell = options->rest.size() == 1 ? options->rest.front() : "";
    std::string script;
    if (shell == "bash") {
        script = bash_script();
    } else if (shell == "zsh") {
        script = zsh_script();
    } else if (shell == "fish") {
        script = fish_script();
    } else {
        return usage_error("completion", "name one shell: bash, zsh or fish");
    }
    if (options->has("--json")) {
        std::puts(nlohmann::json{{"shell", shell}, {"script", script}}.dump().c_str());
    } else {
        std::fputs(script.c_str(), stdout);
    }
    return 0;
}

}  // namespace befriend
