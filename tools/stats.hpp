// SPDX-License-Identifier: Apache-2.0
//
// How befriend speaks, measured: reading grade, common words, lengths, tone, variety. The limits
// and the words of the tone rules are a file, corpus/<lang>/language_limits.yaml.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/pack.hpp"
#include "tools/chat_file.hpp"

namespace befriend {

// Of one text or many together; values that a person fills in count as words, never as common or
// uncommon ones.
struct Prose {
    std::size_t words = 0;
    std::size_t sentences = 0;
    std::size_t syllables = 0;
    std::size_t judged = 0;  // words that can be common or not
    std::size_t common = 0;
    std::size_t longest = 0;  // words of the longest sentence

    void add(const Prose& other);
    // Flesch-Kincaid grade (Kincaid, Fishburne, Rogers and Chissom, 1975): US school years.
    double grade() const;
    double common_share() const;  // 1 when nothing could be judged
};

// Words that most readers know, with their endings.
class CommonWords {
public:
    CommonWords() = default;
    // `more`: a file with words and "#" comments.
    explicit CommonWords(std::string_view more);
    bool knows(std::string_view word) const;  // small letters, plain apostrophe
    std::size_t size() const { return words_.size(); }

private:
    std::set<std::string, std::less<>> words_;
};

// Small-letter words of a text with values as "x"; a number is no word here.
std::vector<std::string> words_of(std::string_view text);
std::size_t count_syllables(std::string_view word);
Prose measure(std::string_view sample, const CommonWords& common,
              std::vector<std::string>* uncommon = nullptr);

struct Limits {
    struct Rule {  // tone
        std::string name;
        std::string pattern;  // RE2, without regard to case
        std::string why;
        bool safety_only = false;
    };
    struct Allowed {
        std::string rule;
        std::string text;  // RE2: the sentence it may stand in
        std::string at;    // begins the id; empty: everywhere
        std::string reason;
    };
    struct Act {
        std::string name;
        std::vector<std::string> groups;
        std::size_t least = 5;
    };
    std::size_t sentence_words = 15;
    std::size_t sentence_words_learn = 20;
    std::size_t bubble_words = 45;
    std::size_t bubble_words_safety = 60;
    std::size_t bubble_words_least = 8;
    double grade = 6;
    double grade_learn = 8;
    double common = 0.95;
    double common_learn = 0.90;
    double reuse = 0.6;
    double without_question = 1.0 / 3;
    std::size_t questions_in_row = 2;
    std::size_t variety_turns = 10;
    std::vector<Rule> rules;
    std::vector<Allowed> allowed;
    std::vector<Act> acts;
    std::vector<std::string> inputs;                     // of the variety sessions
    std::set<std::string, std::less<>> other_languages;  // dialogs in no or another language
    std::map<std::string, std::size_t> most;  // rule -> findings accepted today; 0 when not there
};

// What is wrong with the file goes to `diagnostics`; the limits are then those of the issue.
Limits read_limits(const std::string& file, std::string_view bytes, Diagnostics& diagnostics);

struct LanguageFinding {
    std::string rule;
    std::string place;  // file:line
    std::string text;
    std::string detail;  // "19 words, 15 at most"
};

struct DialogStats {
    std::string name;
    std::string kind;
    std::size_t texts = 0;
    Prose prose;
};

struct LiveStats {
    std::size_t conversations = 0;
    std::size_t content_turns = 0;      // the person told something, no danger, nothing asked for
    std::size_t reusing = 0;            // answers with a content word of theirs
    std::size_t without_question = 0;   // content turns answered without one
    std::size_t longest_questions = 0;  // most question-ended answers in a row
    double words_per_bubble = 0;
};

struct LanguageStats {
    std::vector<DialogStats> dialogs;
    Prose all;
    std::map<std::string, std::size_t> forms;     // act -> different skeletons
    std::map<std::string, std::size_t> uncommon;  // word -> times
    LiveStats live;
    std::vector<LanguageFinding> findings;
};

// Everything that can be seen without talking.
LanguageStats measure_pack(const Pack& pack, const std::vector<DialogId>& dialogs,
                           const Limits& limits, const CommonWords& common);

// Plays conversation files and adds what the answers were like.
void measure_talks(const Pack& pack, const std::vector<ChatFile>& files, const Limits& limits,
                   LanguageStats& into);

// Three sessions of the same inputs: a bubble whose skeleton was there within the last turns.
void measure_variety(const Pack& pack, const Limits& limits, LanguageStats& into);

}  // namespace befriend
