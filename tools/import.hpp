// SPDX-License-Identifier: Apache-2.0
//
// What the readers of other systems' files give, in our shapes. Each reader takes one file; what it
// cannot carry over becomes a warning with its line, and what makes the file unusable a problem.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/yaml.hpp"

namespace befriend {

struct ImportWarning {
    std::string file;
    std::uint32_t line = 1;
    std::string message;
};

struct ImportedPattern {
    std::string like;
    std::string example;  // a sentence that it accepts; empty when none could be made
};

struct Imported {
    // A sentence occurs once, with all its labels; none: nothing is said by it.
    std::vector<std::pair<std::string, std::set<std::string>>> sentences;
    std::map<std::string, std::vector<std::string>> words;         // lists, in the order found
    std::map<std::string, std::vector<ImportedPattern>> patterns;  // by intent
    std::map<std::string, std::string> chats;                      // name -> the .chat file
    std::map<std::string, std::string> rules;  // Home Assistant: <rule> -> its template
    std::vector<ImportWarning> warnings;
    std::string problem;  // file:line:col: why nothing is imported

    // The same warning about a file is kept once.
    void warn(const std::string& file, std::uint32_t line, std::string message);
    // An empty or blank sentence is left out with a warning. `label` "none" or "" means no label.
    void add_sentence(std::string_view text, const std::string& label, const std::string& file,
                      std::uint32_t line);
    void add_word(const std::string& list, std::string_view word);
    // Under this name, or name_2, name_3 when it is taken; nothing when the person never speaks.
    void add_chat(const std::string& name, std::string chat);
    // The first sentence with this label and no other; empty when there is none.
    std::string sentence_of(const std::string& label) const;

private:
    std::map<std::string, std::size_t, std::less<>> places_;  // sentence -> its index
    std::set<std::string> told_;
};

// The columns of csv, tsv and jsonl.
struct ImportColumns {
    std::string text = "text";
    std::string label = "label";
};

// What is read of a file: sentences and lists first, of all files, so that conversations that come
// before them may use them.
enum class ImportPass : std::uint8_t { sentences, conversations };

void import_rasa(const std::string& file, const std::string& text, ImportPass pass, Imported& into);
void import_botium(const std::string& file, const std::string& text, ImportPass pass,
                   Imported& into);
void import_home_assistant(const std::string& file, const std::string& text, ImportPass pass,
                           Imported& into);
void import_table(const std::string& file, const std::string& text, char separator,
                  const ImportColumns& columns, Imported& into);
void import_jsonl(const std::string& file, const std::string& text, const ImportColumns& columns,
                  Imported& into);

// ---- what the readers share

// The lines without their ends.
std::vector<std::string> lines_of(std::string_view text);
// "Ask.Name/first" is ask_name_first here.
std::string our_name(std::string_view theirs);
// our_name, with a warning when the name changed.
std::string our_label(std::string_view theirs, const std::string& file, std::uint32_t line,
                      Imported& into);
// Several lines of a person are one burst; an event of the other system ("/greet") is left out.
std::string chat_person(std::string_view text, const std::string& file, std::uint32_t line,
                        Imported& into);
// One bubble; its line breaks become " / ".
std::string chat_bubble(std::string_view text);
// The begin of a .chat file.
std::string chat_front(std::string_view title);
// Parses, or sets into.problem and returns false.
bool import_yaml(const std::string& file, const std::string& text, Document& document,
                 Imported& into);

}  // namespace befriend
