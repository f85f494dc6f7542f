// SPDX-License-Identifier: Apache-2.0
//
// befriend init: a small pack of one's own that checks and tests at once, with comments that teach.
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"

namespace befriend {
namespace {

struct NewFile {
    std::string_view path;
    std::string_view text;
};

constexpr NewFile new_files[] = {
    {"intents/en/spilled_milk.yaml",
     R"yaml(# What is heard: somebody scolds themselves over a small household mishap.
language: en
words:
  small_mishap: [spill the milk, drop the plate, burn the toast, break the mug, lose the keys]
intents:
  spilled_milk:
    kind: content
    about: "Scolding oneself over a small mishap at home."
    whom: [self]  # it counts only when the person speaks of themselves
    patterns:
      # A word stands for all its forms: "spill" also hears "spilled". @self is I, me, my, myself.
      # `befriend try --explain "TEXT" --pack .` shows which pattern heard what.
      - { like: "@self <small_mishap>", weight: 0.9 }
    examples:  # each must be heard: befriend try --check spilled_milk --pack .
      - "I burned the toast again"
      - "i dropped the plate, typical me"
    not_examples:  # none of these may be heard
      - "my brother burned the toast"
)yaml"},
    {"dialogs/en/spilled_milk.yaml",
     R"yaml(# For somebody who is cross with themselves over a small mishap: a breath, and a kinder word.
dialog: spilled_milk  # the same name as the file
version: 1
kind: talk
about: "Stay with the person after a small mishap; find one kinder word for it."
starts:
  - { heard: spilled_milk, whom: self }
steps:
  - step: notice
    say:  # one of these is said, never the same twice running
      - "A small thing, and it can still spoil a morning."
      - "Mishaps like that happen in every kitchen. It's still annoying."
      - "Oh no. And then there's the cleaning up on top of it."
    ask:  # a question, then it waits
      - "If a friend had done that, what might you say to them?"
      - "What would you tell someone you like, standing there with the mess?"
      - "Say it happened to a good friend in your kitchen. What would you say?"
    expects: words_to_other
    hear:  # the first line that fits wins
      - { silence: 20 minutes, go: leave_it }
      - { otherwise: hand_it_back }
  - step: hand_it_back
    say:
      - "Those words would fit you too, if you like."
      - "You may keep a little of that for yourself."
      - "That's yours to borrow as well."
    end: true
  - step: leave_it
    say:
      - "We can leave it there."
      - "No need to find words for it."
      - "That's fine. It can rest."
    end: true
)yaml"},
    {"corpus/en/conversations/spilled_milk.chat",
     R"chat(---
given: { language: en, seed: 1 }
---
# > is the person, = what was heard, ? the place where it waits for an answer, ~ silence.
# A line that begins with < would be what befriend says, word for word: befriend record writes them.
> i burned the toast again
= spilled_milk
? spilled_milk/notice
! question
> that it's only toast
! no question
)chat"},
    {"corpus/en/utterances/spilled_milk.tsv",
     "text\tlabels\tnote\n"
     "i spilled the milk all over the floor\tspilled_milk\t\n"
     "I broke the mug my sister gave me\tspilled_milk\t\n"
     "my brother burned the toast\tnone\tsomebody else\n"},
};

}  // namespace

constexpr OptionSpec init_options[] = {
    {"--language", "en", "the language of the pack (en)"},
    json_option,
};

constexpr CommandPage init_page{
    .arguments = "FOLDER",
    .text =
        "Makes a folder with a pack of your own: one dialog, one intent, one conversation and\n"
        "some labelled sentences, with comments that explain them. The folder must be new or\n"
        "empty. What is built into befriend stays; the pack is laid over it.\n",
    .options = init_options,
    .examples =
        "befriend init my_pack\n"
        "befriend check --pack my_pack\n"
        "befriend test my_pack/corpus/en --pack my_pack\n"
        "befriend chat --private --pack my_pack\n",
};

int run_init(Arguments arguments) {
    namespace fs = std::filesystem;
    const auto options = parse_options(arguments, init_options);
    if (!options) return usage_error("init", options.error().message);
    if (options->rest.size() != 1) return usage_error("init", "name one folder");
    if (options->get("--language", "en") != "en")
        return usage_error(
            "init", "there is no language \"" + options->get("--language") + "\" yet, only en");
    const fs::path folder = options->rest.front();
    std::error_code problem;
    if (fs::exists(folder, problem) &&
        (!fs::is_directory(folder, problem) || !fs::is_empty(folder, problem))) {
        return usage_error("init", folder.string() + " is not empty; nothing was written");
    }
    nlohmann::json written = nlohmann::json::array();
    for (const NewFile& file : new_files) {
        const fs::path path = folder / file.path;
        fs::create_directories(path.parent_path(), problem);
        if (problem)
            return usage_error("init", path.parent_path().string() + ": " + problem.message());
        const auto done = write_whole_file(path, file.text);
        if (!done) return usage_error("init", done.error().message);
        written.push_back(path.generic_string());
    }
    if (options->has("--json")) {
        std::puts(json_line(nlohmann::json{{"files", written}}).c_str());
        return 0;
    }
    const std::string name = folder.generic_string();
    for (const auto& path : written) std::printf("%s\n", path.get<std::string>().c_str());
    std::printf(
        "\nNext:\n"
        "  befriend check --pack %s\n"
        "  befriend test %s/corpus/en --pack %s\n"
        "  befriend chat --private --pack %s\n",
        name.c_str(), name.c_str(), name.c_str(), name.c_str());
    return 0;
}

}  // namespace befriend
