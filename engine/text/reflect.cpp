// SPDX-License-Identifier: Apache-2.0
#include "engine/text/reflect.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace befriend {
namespace {

constexpr std::size_t most_words = 10;  // longer clauses sound read out, not heard

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return is_upper(c) ? static_cast<char>(c + 32) : c; }

// A word of a clause: as typed, and folded to lower case with straight apostrophes.
struct Word {
    std::string_view raw;
    std::string folded;
    std::size_t begin = 0;
};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& sorted, std::string_view word) {
    return std::binary_search(sorted.begin(), sorted.end(), word);
}

template <std::size_t N>
constexpr std::array<std::string_view, N> sorted(std::array<std::string_view, N> words) {
    std::sort(words.begin(), words.end());
    return words;
}

// Never said back, whatever the sentence around them. Stems: a word that begins with one counts.
constexpr auto never_stems = sorted(std::to_array<std::string_view>({
    "abus",     "asshole",      "assault",   "attract",  "bastard",  "bitch",      "blade",
    "blam",     "bleed",        "blood",     "bulimi",   "bully",    "burden",     "calorie",
    "cancer",   "clown",        "coward",    "crap",     "crazy",    "creep",      "cretin",
    "cunt",     "cut",          "dead",      "death",    "defect",   "degenerate", "diagnos",
    "die",      "dirt",         "disgrac",   "disgust",  "drug",     "dumb",       "dying",
    "evil",     "fag",          "fail",      "fat",      "filth",    "fool",       "fraud",
    "freak",    "fuck",         "garbage",   "gross",    "hang",     "hate",       "hideous",
    "hopeless", "idiot",        "imbecil",   "impostor", "imposter", "incompeten", "inferior",
    "insan",    "insignifican", "jerk",      "junk",     "fault",    "kill",       "kms",
    "lame",     "lazy",         "loser",     "lunatic",  "mental",   "mess",       "mistake",
    "molest",   "monster",      "moron",     "murder",   "nigg",     "nobod",      "nothing",
    "nuisance", "obes",         "overdos",   "parasit",  "pathetic", "pig",        "pill",
    "poison",   "psycho",       "rap",       "repuls",   "retard",   "revolting",  "rotten",
    "rubbish",  "scum",         "selfish",   "sex",      "shit",     "sick",       "slut",
    "spastic",  "stab",         "starv",     "stink",    "stupid",   "suck",       "suicid",
    "terrible", "thick",        "trash",     "twat",     "ugly",     "unalive",    "unlov",
    "useless",  "vermin",       "vile",      "wank",     "waste",    "weak",       "weigh",
    "weird",    "whore",        "worthless", "wreck",    "wrist",
}));
// Innocent words that begin with one of the stems.
constexpr auto stem_exceptions = sorted(std::to_array<std::string_view>({
    "cute",        "cuts",      "deadline",  "deadlines", "died",    "diet",     "different",
    "differently", "difficult", "dinner",    "father",    "fathers", "father's", "failed",
    "failing",     "fails",     "foolish",   "hanging",   "hangout", "hated",    "mental",
    "message",     "messaged",  "messages",  "messaging", "missed",  "nobody",   "nothing",
    "pigeon",      "pillow",    "rapid",     "raped",     "sick",    "sickness", "sixth",
    "stable",      "weakness",  "weekend",   "weigh",     "weird",   "mistake",  "mistakes",
    "cancer",      "wrecked",   "drugstore", "hang",      "hanged",  "attract",  "lamented",
    "lament",      "bloody",    "bully",     "bullied",   "sextant", "terribly", "thicker",
    "killed",      "hates",
}));
// Taken back from the exceptions: on no account said back.
constexpr auto never_words = sorted(std::to_array<std::string_view>({
    "hanged",
    "hated",
    "hates",
    "killed",
    "mental",
    "raped",
    "weigh",
    "foolish",
    "weird",
    "hang",
    "wrecked",
}));

bool never_said_back(std::string_view word) {
    if (contains(never_words, word)) return true;
    if (contains(stem_exceptions, word)) return false;
    if (word.empty()) return false;
    // Only stems with the word's first letter can begin it.
    auto stem = std::lower_bound(never_stems.begin(), never_stems.end(), word.substr(0, 1));
    for (; stem != never_stems.end() && stem->front() == word.front(); ++stem)
        if (word.starts_with(*stem)) return true;
    return false;
}

// One-to-one turns of person and spelling. An empty second part: the clause is not safe.
struct Turn {
    std::string_view from, to;
};
constexpr auto turns = std::to_array<Turn>({
    {"i", "you"},
    {"me", "you"},
    {"my", "your"},
    {"mine", "yours"},
    {"myself", "yourself"},
    {"am", "are"},
    {"i'm", "you're"},
    {"im", "you're"},
    {"i've", "you've"},
    {"ive", "you've"},
    {"i'd", "you'd"},
    {"i'll", "you'll"},
    {"we", "you"},
    {"us", "you"},
    {"our", "your"},
    {"ours", "yours"},
    {"ourselves", "yourselves"},
    {"we're", "you're"},
    {"we've", "you've"},
    {"we'd", "you'd"},
    {"we'll", "you'll"},
    {"dont", "don't"},
    {"cant", "can't"},
    {"wont", "won't"},
    {"didnt", "didn't"},
    {"doesnt", "doesn't"},
    {"isnt", "isn't"},
    {"wasnt", "wasn't"},
    {"couldnt", "couldn't"},
    {"wouldnt", "wouldn't"},
    {"shouldnt", "shouldn't"},
    {"havent", "haven't"},
    {"hasnt", "hasn't"},
    {"hadnt", "hadn't"},
    {"arent", "aren't"},
    {"thats", "that's"},
    {"theres", "there's"},
    {"hes", "he's"},
    {"shes", "she's"},
    {"theyre", "they're"},
    {"gonna", "going to"},
    {"wanna", "want to"},
    {"gotta", "have to"},
    {"bc", "because"},
    {"cuz", "because"},
    {"ppl", "people"},
    {"smth", "something"},
    {"w", "with"},
    {"tmrw", "tomorrow"},
    {"rly", "really"},
    {"thx", ""},
    // slips of the fingers
    {"teh", "the"},
    {"jsut", "just"},
    {"cnat", "can't"},
    {"dont't", "don't"},
    {"wrok", "work"},
    {"gona", "going to"},
    {"sory", "sorry"},
    {"becuase", "because"},
    {"becasue", "because"},
    {"freind", "friend"},
    {"freinds", "friends"},
    {"stresed", "stressed"},
    {"tierd", "tired"},
    {"alot", "a lot"},
    {"definately", "definitely"},
    {"nobdy", "nobody"},
    {"everyting", "everything"},
    {"waht", "what"},
    {"hte", "the"},
    {"thier", "their"},
    {"realy", "really"},
    {"somthing", "something"},
    {"tommorow", "tomorrow"},
    {"tomorow", "tomorrow"},
    {"untill", "until"},
    {"wich", "which"},
    {"adn", "and"},
    {"taht", "that"},
    {"anymor", "anymore"},
    {"myslef", "yourself"},
    {"im'", ""},
    {"kinda", "kind of"},
    {"sorta", "sort of"},
    // "you" in the source, and words that read as something else once their apostrophe is lost
    {"you", ""},
    {"your", ""},
    {"yours", ""},
    {"yourself", ""},
    {"you're", ""},
    {"youre", ""},
    {"you've", ""},
    {"you'll", ""},
    {"u", ""},
    {"ur", ""},
    {"ya", ""},
    {"y'all", ""},
    {"ill", ""},
    {"id", ""},
    {"r", ""},
    {"befriend", ""},
    {"bot", ""},
    {"idk", ""},
    {"wtf", ""},
    {"omg", ""},
    {"please", ""},
    {"lets", ""},
    {"let's", ""},
    {"this", "this"},
});

// In words quoted as they are: said to befriend, or no word at all.
constexpr auto turns_away =
    sorted(std::to_array<std::string_view>({"you", "your", "u", "ur", "you're", "youre", "bot",
                                            "befriend", "lol", "lmao", "idk", "kms", "wtf"}));

// Words that may open a clause and mean nothing once it stands inside another sentence.
constexpr auto openers = sorted(std::to_array<std::string_view>({
    "actually", "also", "and",  "anyway",   "basically", "because",   "but",    "btw",    "cause",
    "cos",      "cuz",  "bc",   "even",     "fr",        "frankly",   "guess",  "haha",   "hey",
    "hi",       "hm",   "hmm",  "honestly", "honest",    "just",      "like",   "lol",    "man",
    "na",       "nah",  "ngl",  "no",       "now",       "oh",        "ok",     "okay",   "omg",
    "or",       "plus", "so",   "still",    "sure",      "tbh",       "then",   "though", "ugh",
    "um",       "well", "yeah", "yep",      "yes",       "literally", "lowkey",
}));
constexpr auto closers = sorted(std::to_array<std::string_view>({
    "fr",     "haha", "lol",    "lmao",     "ngl",      "though",    "tho",  "tbh",
    "too",    "and",  "but",    "so",       "or",       "because",   "xd",   "rn",
    "anyway", "idk",  "please", "honestly", "actually", "literally", "sigh",
}));
constexpr auto clause_breaks = sorted(std::to_array<std::string_view>({
    "although",
    "because",
    "bc",
    "but",
    "cos",
    "cuz",
    "except",
    "if",
    "so",
    "though",
    "when",
    "while",
    "whereas",
    "unless",
}));
constexpr auto subjects = sorted(std::to_array<std::string_view>({
    "he",  "her",      "his",       "i",      "i'd",     "i'll",    "i'm",    "i've",
    "im",  "it",       "it's",      "its",    "ive",     "my",      "nobody", "no",
    "our", "she",      "that",      "the",    "their",   "they",    "this",   "we",
    "you", "everyone", "everybody", "people", "someone", "nothing",
}));
constexpr auto nominatives = sorted(std::to_array<std::string_view>({
    "he",
    "i",
    "i'd",
    "i'll",
    "i'm",
    "i've",
    "im",
    "it",
    "it's",
    "its",
    "ive",
    "nobody",
    "she",
    "they",
    "we",
}));
// A clause that opens with one of these leans on another and says half a thing by itself.
constexpr auto subordinate = sorted(std::to_array<std::string_view>({
    "although",
    "if",
    "unless",
    "when",
    "whenever",
    "whereas",
    "while",
    "though",
    "until",
    "since",
    "than",
    "except",
}));
constexpr auto hypothetical = sorted(std::to_array<std::string_view>({
    "if",      "would", "could", "should", "wish", "maybe", "what",    "whether",
    "suppose", "guess", "think", "mean",   "how",  "why",   "who",     "where",
    "does",    "do",    "did",   "can",    "is",   "are",   "mustn't", "mustnt",
}));
constexpr auto concrete = sorted(std::to_array<std::string_view>({
    "today",  "yesterday", "tonight",   "morning",  "night",   "week",     "weekend",   "month",
    "year",   "years",     "days",      "hours",    "monday",  "tuesday",  "wednesday", "thursday",
    "friday", "saturday",  "sunday",    "work",     "school",  "home",     "office",    "class",
    "exam",   "test",      "interview", "meeting",  "party",   "hospital", "kitchen",   "church",
    "phone",  "job",       "boss",      "friend",   "friends", "mum",      "mom",       "dad",
    "sister", "brother",   "son",       "daughter", "wife",    "husband",  "partner",   "kids",
    "baby",   "dog",       "cat",       "team",     "teacher", "doctor",   "again",     "first",
    "last",   "three",     "two",
}));
// Function and everyday words that may stand capitalised at the start without being a name.
constexpr auto common_starts = sorted(std::to_array<std::string_view>({
    "a",         "all",       "am",       "an",         "another",    "always",   "any",
    "are",       "as",        "at",       "being",      "both",       "can",      "can't",
    "could",     "couldn't",  "did",      "didn't",     "do",         "don't",    "each",
    "every",     "everybody", "everyone", "everything", "feel",       "feeling",  "feels",
    "few",       "for",       "forgot",   "from",       "get",        "getting",  "go",
    "going",     "got",       "had",      "has",        "have",       "haven't",  "having",
    "he",        "he's",      "her",      "here",       "his",        "how",      "i",
    "i'd",       "i'll",      "i'm",      "i've",       "im",         "in",       "is",
    "it",        "it's",      "its",      "ive",        "last",       "life",     "lost",
    "made",      "me",        "messed",   "missed",     "more",       "most",     "my",
    "never",     "new",       "no",       "nobody",     "none",       "not",      "nothing",
    "on",        "one",       "only",     "other",      "our",        "out",      "over",
    "people",    "said",      "school",   "she",        "she's",      "should",   "since",
    "some",      "somebody",  "someone",  "something",  "such",       "than",     "that",
    "that's",    "the",       "their",    "there",      "there's",    "these",    "they",
    "they're",   "they've",   "things",   "this",       "those",      "three",    "to",
    "today",     "tomorrow",  "tonight",  "tried",      "trying",     "two",      "under",
    "up",        "was",       "wasn't",   "we",         "we'd",       "we'll",    "we're",
    "we've",     "went",      "were",     "what",       "whenever",   "which",    "who",
    "with",      "without",   "work",     "worked",     "working",    "would",    "yesterday",
    "couldn't",  "wouldn't",  "after",    "before",     "by",         "during",   "keep",
    "keeps",     "kept",      "thought",  "wish",       "want",       "wanted",   "need",
    "sometimes", "mum",       "mom",      "dad",        "everyone's", "nobody's", "people's",
    "again",     "once",      "too",      "much",       "failed",     "trying",   "dont",
    "cant",      "didnt",     "spent",    "woke",       "slept",      "cried",    "crying",
    "ate",       "saw",       "told",     "left",       "came",       "broke",    "ruined",
    "snapped",   "yelled",    "shouted",
}));
constexpr auto capital_ok = sorted(std::to_array<std::string_view>({
    "christmas",  "easter",    "ramadan",  "eid",       "english", "monday",  "tuesday",
    "wednesday",  "thursday",  "friday",   "saturday",  "sunday",  "mondays", "tuesdays",
    "wednesdays", "thursdays", "fridays",  "saturdays", "sundays", "january", "february",
    "march",      "april",     "may",      "june",      "july",    "august",  "september",
    "october",    "november",  "december", "dad",       "mum",     "mom",     "grandma",
    "grandpa",    "i",         "i'm",      "i've",      "i'd",     "i'll",    "im",
    "ive",        "tv",        "god",      "maths",     "math",
}));

std::vector<Word> split_words(std::string_view text) {
    std::vector<Word> words;
    for (std::size_t i = 0; i < text.size();) {
        while (i < text.size() && is_space(text[i])) ++i;
        std::size_t end = i;
        while (end < text.size() && !is_space(text[end])) ++end;
        if (end > i) {
            Word word{text.substr(i, end - i), {}, i};
            for (std::size_t k = 0; k < word.raw.size(); ++k) {
                if (word.raw.substr(k, 3) == "\xE2\x80\x99" ||
                    word.raw.substr(k, 3) == "\xE2\x80\x98") {
                    word.folded += '\'';
                    k += 2;
                } else {
                    word.folded += lower(word.raw[k]);
                }
            }
            words.push_back(std::move(word));
        }
        i = end;
    }
    return words;
}

// Letters (of any script), digits, and apostrophes or hyphens inside: a word that can be said.
bool plain_word(std::string_view folded) {
    if (folded.empty() || folded.front() == '\'' || folded.back() == '\'' || folded.front() == '-')
        return false;
    for (const char c : folded) {
        const auto byte = static_cast<unsigned char>(c);
        if (!is_lower(c) && !is_digit(c) && c != '\'' && c != '-' && byte < 0x80) return false;
    }
    // Beyond ASCII only Latin letters (lead bytes C3..C9): no emoji, no bidi or zero-width marks.
    for (std::size_t i = 0; i < folded.size(); ++i) {
        const auto byte = static_cast<unsigned char>(folded[i]);
        if (byte >= 0x80 && byte < 0xC0) continue;
        if (byte >= 0x80 && (byte < 0xC3 || byte > 0xC9)) return false;
    }
    return true;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

bool ends_clause(char c) {
    return c == '.' || c == '!' || c == '?' || c == ';' || c == ':' || c == ',' || c == '\n' ||
           c == '(' || c == ')';
}

// Half-open byte ranges of the clauses of the text. Before the clauses of a part comes the whole
// part ("he left and i stayed"): when it is short enough to be said back in one breath, it says
// more than its pieces.
std::vector<Span> clauses_of(std::string_view text) {
    std::vector<Span> parts;
    std::size_t begin = 0;
    const auto close = [&](std::size_t end) {
        if (end > begin)
            parts.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = text.substr(i, 3) == "\xE2\x80\x94" ||
                          text.substr(i, 3) == "\xE2\x80\x93" || text.substr(i, 3) == " - " ||
                          text.substr(i, 3) == "\xE2\x80\xA6";
        if (!ends_clause(text[i]) && !dash) continue;
        // "8.30", "example.org", "https://": not the end of anything.
        if ((text[i] == '.' || text[i] == ':') && i + 1 < text.size() && !is_space(text[i + 1]) &&
            !ends_clause(text[i + 1]))
            continue;
        close(i);
        begin = i + (dash ? 3 : 1);
    }
    close(text.size());
    // Then at conjunctions that open a clause of their own.
    std::vector<Span> clauses;
    for (const Span& part : parts) {
        const auto words = split_words(text.substr(part.begin, part.end - part.begin));
        std::uint32_t from = part.begin;
        for (std::size_t k = 1; k < words.size(); ++k) {
            const auto& word = words[k].folded;
            const bool new_subject =
                k + 1 < words.size() && contains(subjects, words[k + 1].folded);
            // "my dad and I had a fight", "between me and everyone": no clause of its own.
            const bool joined = k < 3 || (k >= 2 && words[k - 2].folded == "between");
            if (!contains(clause_breaks, word) && !(word == "and" && new_subject && !joined &&
                                                    contains(nominatives, words[k + 1].folded)))
                continue;
            if (word == "so" && !new_subject) continue;
            const auto at = static_cast<std::uint32_t>(part.begin + words[k].begin);
            clauses.push_back({from, at});
            from = at;
        }
        if (from != part.begin) clauses.push_back(part);
        clauses.push_back({from, part.end});
    }
    return clauses;
}

bool overlap(const Span& a, const Span& b) { return a.begin < b.end && b.begin < a.end; }
bool touches(std::span<const Span> spans, const Span& clause) {
    return std::any_of(spans.begin(), spans.end(),
                       [&](const Span& s) { return overlap(s, clause); });
}

// "no not like that", "no just from uni": the "no" answers something; "no energy left" has it as
// its own.
constexpr auto after_no = sorted(std::to_array<std::string_view>(
    {"actually", "and", "because", "but", "it's", "its", "just", "not", "really", "that's", "thats",
     "the", "you're", "my", "he's", "she's", "they're", "we're"}));

// Drops openers and closers; false when the rest cannot be reflected.
bool prepare(std::vector<Word>& words) {
    while (!words.empty() && contains(openers, words.front().folded) &&
           !(words.front().folded == "no" && words.size() > 1 &&
             !contains(nominatives, words[1].folded) && !contains(after_no, words[1].folded))) {
        words.erase(words.begin());
    }
    while (!words.empty() && contains(closers, words.back().folded)) words.pop_back();
    // "... i guess" hedges the whole, and reads as a claim about the listener once it is turned
    // round.
    static constexpr auto hedges =
        sorted(std::to_array<std::string_view>({"believe", "guess", "reckon", "suppose", "think"}));
    if (words.size() > 3 && contains(hedges, words.back().folded) &&
        words[words.size() - 2].folded == "i") {
        words.resize(words.size() - 2);
        while (!words.empty() && contains(closers, words.back().folded)) words.pop_back();
    }
    // "i guess", "i mean" and "i suppose" in front of a sentence of its own
    static constexpr auto leading =
        sorted(std::to_array<std::string_view>({"guess", "mean", "reckon", "suppose", "swear"}));
    if (words.size() > 4 && words[0].folded == "i" && contains(leading, words[1].folded) &&
        contains(subjects, words[2].folded))
        words.erase(words.begin(), words.begin() + 2);
    // "that nobody calls" stands inside a sentence that has its own "that".
    if (words.size() > 2 && words.front().folded == "that" &&
        contains(nominatives, words[1].folded))
        words.erase(words.begin());
    return words.size() >= 2 && words.size() <= most_words;
}

// Said about the talk or about nothing: "i don't know", "that's it", "it is". Giving it back tells
// nobody anything.
bool empty_phrase(const std::vector<Word>& words) {
    static constexpr auto phrases = sorted(std::to_array<std::string_view>({
        "he did",
        "he does",
        "he is",
        "i agree",
        "i am",
        "i am fine",
        "i am ok",
        "i am okay",
        "i can",
        "i can't",
        "i cant",
        "i could",
        "i did",
        "i didn't",
        "i do",
        "i don't",
        "i dont",
        "i don't care",
        "i dont care",
        "i don't get it",
        "i don't know",
        "i dont know",
        "i don't know how",
        "i don't know what",
        "i don't know why",
        "i don't mind",
        "i don't understand",
        "i don't want to",
        "i dunno",
        "i forget",
        "i get it",
        "i guess",
        "i guess so",
        "i have",
        "i haven't",
        "i hope so",
        "i know",
        "i know that",
        "i mean",
        "i mean it",
        "i mustn't grumble",
        "i said",
        "i said skip",
        "i see",
        "i suppose",
        "i suppose so",
        "i swear",
        "i think",
        "i think so",
        "i understand",
        "i will",
        "i wish",
        "i won't",
        "i would",
        "i'm fine",
        "i'm joking",
        "i'm kidding",
        "i'm not sure",
        "i'm ok",
        "i'm okay",
        "i'm serious",
        "i'm sorry",
        "im fine",
        "im joking",
        "im kidding",
        "im not sure",
        "im ok",
        "im serious",
        "im sorry",
        "it did",
        "it does",
        "it doesn't",
        "it is",
        "it was",
        "it's fine",
        "it's nothing",
        "it's ok",
        "it's okay",
        "its fine",
        "its ok",
        "its true",
        "it's true",
        "she did",
        "she does",
        "she is",
        "that is",
        "that is all",
        "that is it",
        "that was it",
        "that's all",
        "that's fine",
        "that's it",
        "that's ok",
        "that's true",
        "thats all",
        "thats fine",
        "thats it",
        "thats true",
        "they are",
        "they do",
        "that could work",
        "that works",
        "that one",
        "that helped",
        "this helps",
        "that helps",
        "that sucks",
        "we do",
        "we are",
    }));
    std::string joined;
    for (const Word& word : words) {
        if (!joined.empty()) joined += ' ';
        joined += word.folded;
    }
    return contains(phrases, joined);
}

// "the", "my" or "than" at the end: the clause was cut in the middle.
bool cut_off(const std::vector<Word>& words) {
    static constexpr auto ends = sorted(std::to_array<std::string_view>({
        "a",    "an",   "and",  "as",    "because", "every", "his",   "if",
        "its",  "my",   "of",   "or",    "our",     "than",  "the",   "their",
        "very", "your", "when", "where", "which",   "who",   "while", "am",
    }));
    // "that's petty isn't it", "he was right, huh": it asks
    static constexpr auto tags = sorted(std::to_array<std::string_view>(
        {"aren't", "didn't", "doesn't", "don't", "isn't", "wasn't"}));
    const bool asks = words.back().folded == "huh" || words.back().folded == "eh" ||
                      (words.size() > 3 && contains(tags, words[words.size() - 2].folded) &&
                       contains(nominatives, words.back().folded));
    return asks || contains(ends, words.back().folded);
}

// A word that can carry a statement. Endings stand for the regular ones.
bool verb_like(const std::vector<Word>& words, std::size_t i) {
    static constexpr auto verbs = sorted(std::to_array<std::string_view>({
        "ain't",    "am",      "are",     "aren't",  "arent", "ate",     "became",  "began",
        "blew",     "bought",  "broke",   "brought", "built", "burst",   "came",    "can",
        "can't",    "cannot",  "cant",    "caught",  "chose", "come",    "could",   "couldn't",
        "couldnt",  "cost",    "cut",     "deserve", "did",   "didn't",  "didnt",   "died",
        "do",       "does",    "doesn't", "doesnt",  "don't", "dont",    "drank",   "drove",
        "fell",     "felt",    "feel",    "fight",   "find",  "forgot",  "fought",  "found",
        "gave",     "get",     "give",    "go",      "got",   "grew",    "had",     "hadn't",
        "happen",   "has",     "hasn't",  "hasnt",   "have",  "haven't", "havent",  "heard",
        "held",     "hid",     "hit",     "hurt",    "is",    "isn't",   "isnt",    "keep",
        "kept",     "knew",    "know",    "laugh",   "lay",   "leave",   "left",    "lent",
        "let",      "lie",     "lied",    "live",    "look",  "lost",    "love",    "made",
        "make",     "matter",  "mean",    "meant",   "met",   "might",   "miss",    "move",
        "must",     "need",    "paid",    "pay",     "put",   "ran",     "rang",    "read",
        "said",     "sat",     "saw",     "say",     "see",   "seem",    "sent",    "shook",
        "shut",     "slept",   "sold",    "sound",   "spent", "split",   "spoke",   "stay",
        "stood",    "stuck",   "swore",   "take",    "talk",  "taught",  "tell",    "tend",
        "think",    "thought", "threw",   "told",    "took",  "treat",   "try",     "want",
        "was",      "wasn't",  "wasnt",   "wear",    "went",  "were",    "weren't", "will",
        "win",      "woke",    "won",     "won't",   "wont",  "wore",    "work",    "would",
        "wouldn't", "wouldnt", "wrote",   "call",    "ask",   "wait",    "stop",    "start",
        "help",     "run",     "sit",     "stare",   "hate",  "agree",   "should",  "shouldn't",
        "shouldnt", "may",     "cry",     "goes",    "gone",
    }));
    const std::string& word = words[i].folded;
    if (contains(verbs, word)) return true;
    if (word.size() > 3 && word.ends_with("ed")) return true;
    // "my husband snores", "the phone rings": a regular third person, not the first noun itself.
    return i >= 2 && word.size() > 3 && word.ends_with('s') && !word.ends_with("ss") &&
           !word.ends_with("'s") && !word.ends_with("us");
}

// "my cat's asleep", "she'll": the verb hides behind the apostrophe.
bool short_verb(std::string_view word) {
    return word.ends_with("'s") || word.ends_with("'re") || word.ends_with("'m") ||
           word.ends_with("'ve") || word.ends_with("'ll") || word.ends_with("'d");
}

// Something is said of somebody: not only "all of it", "the email i sent", "no just from uni".
bool states_something(const std::vector<Word>& words) {
    static constexpr auto people = sorted(std::to_array<std::string_view>(
        {"everybody", "everyone", "he", "i", "it", "nobody", "people", "ppl", "she", "somebody",
         "someone", "they", "we", "that", "this", "these", "those", "things", "life"}));
    static constexpr auto shortened = sorted(std::to_array<std::string_view>(
        {"hes", "im", "its", "ive", "shes", "thats", "theres", "theyre"}));
    if (words.size() < 2) return false;
    const std::string& first = words.front().folded;
    if (contains(shortened, first) || short_verb(first)) return words.size() >= 2;
    if (contains(nominatives, first) && first != "nobody" && first != "no") {
        static constexpr auto no_verb = sorted(std::to_array<std::string_view>(
            {"and", "in", "on", "at", "the", "a", "my", "with", "of", "to", "for", "or"}));
        return !contains(no_verb, words[1].folded) || words.size() > 4;
    }
    static constexpr auto times =
        sorted(std::to_array<std::string_view>({"every", "last", "these", "today", "yesterday"}));
    if (contains(times, first)) {
        // "last night i couldn't sleep", "these days i just work"
        for (std::size_t i = 1; i + 1 < words.size() && i <= 3; ++i)
            if (contains(nominatives, words[i].folded)) return true;
    }
    std::size_t found = 0, relative = 0;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (contains(nominatives, words[i].folded) && found == 0 && i + 1 < words.size()) {
            // "the email i sent": that verb belongs to "i"; the sentence needs another
            ++relative;
            if (!short_verb(words[i].folded) && !verb_like(words, i + 1)) ++found;
        }
        if (words[i - 1].folded == "to") continue;  // "no one to sit with"
        if (verb_like(words, i) ||
            (i == 1 && contains(people, first) && words[1].folded.ends_with('s')))
            ++found;
        if (i <= 2 && short_verb(words[i].folded) && i + 1 < words.size() &&
            !contains(people, words[i].folded))
            ++found;
        if (contains(nominatives, words[i].folded) && short_verb(words[i].folded)) ++found;
    }
    if (first == "no" && words[1].folded != "one" && found == 0) return false;
    return found > relative;
}

bool shouted(const std::vector<Word>& words) {
    std::size_t upper = 0, small = 0;
    for (const Word& word : words)
        for (const char c : word.raw) {
            upper += is_upper(c);
            small += is_lower(c);
        }
    return upper > small;
}

std::optional<std::string> turned(const std::vector<Word>& words) {
    const bool all_caps = shouted(words);
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const Word& word = words[i];
        const std::string& folded = word.folded;
        // "a terrible row": said of the event, not of anybody
        static constexpr auto events = sorted(std::to_array<std::string_view>(
            {"argument", "day", "days", "evening", "fight", "headache", "night", "nights", "row",
             "time", "week", "weekend", "year"}));
        const bool of_event =
            folded == "terrible" && i + 1 < words.size() && contains(events, words[i + 1].folded);
        if (!plain_word(folded) || (never_said_back(folded) && !of_event)) return std::nullopt;
        const bool capital = is_upper(word.raw.front()) && !all_caps;
        const bool common = i == 0 ? contains(common_starts, folded) || contains(capital_ok, folded)
                                   : contains(capital_ok, folded);
        if (capital && !common) return std::nullopt;  // a name, perhaps
        if (i > 0 && folded == words[i - 1].folded) return std::nullopt;
        std::string_view said = folded;
        const auto* turn = std::find_if(turns.begin(), turns.end(),
                                        [&](const Turn& t) { return t.from == folded; });
        if (turn != turns.end()) {
            if (turn->to.empty()) return std::nullopt;
            said = turn->to;
        }
        if (i == 0 && folded == "its") said = "it's";
        const std::string_view before =
            i > 0 ? std::string_view(words[i - 1].folded) : std::string_view();
        const bool after_i =
            before == "i" ||
            (i > 1 && words[i - 2].folded == "i" &&
             (before == "just" || before == "really" || before == "still" || before == "only"));
        if (folded == "was" && (after_i || before == "we")) said = "were";
        if ((folded == "wasn't" || folded == "wasnt") && after_i) said = "weren't";
        if (folded == "wrong" && i + 2 < words.size() && words[i + 1].folded == "with")
            return std::nullopt;
        if ((folded == "i" || folded == "am") && i + 1 == words.size())
            return std::nullopt;  // "than i", "who i am"
        if (folded == "am" && before != "i" &&
            !(i + 1 < words.size() && words[i + 1].folded == "i"))
            return std::nullopt;
        // A day or a language keeps its capital; everything else is lower case inside a sentence.
        std::string piece(said);
        if (capital && i > 0 && contains(capital_ok, folded) && turn == turns.end())
            piece = std::string(word.raw);
        if (!out.empty()) out += ' ';
        out += piece;
    }
    return out;
}

// "we argued about something stupid" -> "we argued": the words before "about" can stand alone when
// the rest cannot be said.
bool without_tail(std::vector<Word>& words) {
    static constexpr auto heads =
        sorted(std::to_array<std::string_view>({"about", "after", "before", "during", "over"}));
    for (std::size_t i = words.size(); i-- > 3;) {
        if (!contains(heads, words[i].folded)) continue;
        std::vector<Word> front(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(i));
        if (!turned(front)) continue;
        words = std::move(front);
        return true;
    }
    return false;
}

// A clause that reads as a statement of somebody: it has a subject before its second word is over.
bool has_subject(const std::vector<Word>& words) {
    static constexpr auto heads = sorted(std::to_array<std::string_view>({
        "a",      "an",       "all",       "both",      "everybody", "everyone", "everything",
        "he",     "he'd",     "he'll",     "he's",      "hes",       "her",      "his",
        "i",      "i'd",      "i'll",      "i'm",       "i've",      "im",       "it",
        "it'll",  "it's",     "its",       "ive",       "life",      "my",       "no",
        "nobody", "nothing",  "our",       "people",    "she",       "she's",    "shes",
        "some",   "somebody", "someone",   "something", "that",      "the",      "their",
        "there",  "there's",  "these",     "they",      "they're",   "theyre",   "they've",
        "things", "this",     "those",     "today",     "we",        "we're",    "we've",
        "work",   "school",   "yesterday", "last",      "every",     "mum",      "mom",
        "dad",    "ppl",      "two",       "three",     "half",      "most",     "she'd",
        "she'll", "they'd",   "they'll",   "we'd",      "we'll",     "that's",
    }));
    return contains(heads, words.front().folded);
}

// "the sound", "my shaky call": short, opened by a determiner, and no verb in sight.
bool lacks_verb(const std::vector<Word>& words) {
    static constexpr auto determiners = sorted(std::to_array<std::string_view>({
        "a",
        "all",
        "an",
        "both",
        "every",
        "half",
        "her",
        "his",
        "last",
        "most",
        "my",
        "no",
        "our",
        "some",
        "the",
        "their",
        "three",
        "two",
    }));
    if (words.size() > 3 || !contains(determiners, words.front().folded)) return false;
    if (words.size() < 3) return true;
    const std::string_view last = words.back().folded;
    const bool may_be_verb = last.ends_with("d") || last.ends_with("s") || last.ends_with("t") ||
                             last.ends_with("w") || last.ends_with("ing") || last.ends_with("ke");
    return last == "thing" || !may_be_verb;
}

bool is_question(const std::vector<Word>& words) {
    static constexpr auto asks = sorted(std::to_array<std::string_view>({
        "am",     "are", "can",  "could", "did",  "do",    "does",  "has", "have", "how",  "is",
        "should", "was", "were", "what",  "when", "where", "which", "who", "why",  "will", "would",
    }));
    return contains(asks, words.front().folded);
}

}  // namespace

std::size_t count_words(std::string_view text) {
    std::size_t count = 0;
    bool inside = false;
    for (const char c : text) {
        // A dash or an ellipsis on its own is no word.
        const auto byte = static_cast<unsigned char>(c);
        const bool part =
            is_lower(lower(c)) || is_digit(c) || c == '_' || (byte >= 0xC3 && byte != 0xE2);
        if (is_space(c)) {
            inside = false;
        } else if (part && !inside) {
            inside = true;
            ++count;
        }
    }
    return count;
}

std::optional<std::string> best_clause(std::string_view text, const ReflectHints& hints) {
    if (text.size() > 4000) text = text.substr(0, 4000);
    const auto clauses = clauses_of(text);
    int best_score = 0;
    std::optional<std::string> best;
    bool after_but = false;
    for (std::size_t n = 0; n < clauses.size(); ++n) {
        const Span& clause = clauses[n];
        auto words = split_words(text.substr(clause.begin, clause.end - clause.begin));
        if (words.empty()) continue;
        after_but = words.front().folded == "but";
        if (touches(hints.unsafe, clause) || contains(subordinate, words.front().folded)) continue;
        if (clause.end < text.size() && text[clause.end] == '?') continue;
        if (!prepare(words) || !has_subject(words) || is_question(words) || lacks_verb(words))
            continue;
        if (!turned(words) && !without_tail(words)) continue;
        if (empty_phrase(words) || cut_off(words) || !states_something(words)) continue;
        int score = 1;
        const bool whole = n + 1 < clauses.size() && clauses[n + 1].end == clause.end &&
                           clauses[n + 1].begin > clause.begin;
        if (whole) {
            score += 2;  // both halves of one thought
            after_but = after_but || std::any_of(words.begin(), words.end(),
                                                 [](const Word& w) { return w.folded == "but"; });
        }
        if (touches(hints.evidence, clause)) score += 3;
        if (touches(hints.feelings, clause)) score += 3;
        if (after_but) score += 2;
        if (clause.end == clauses.back().end) score += 2;
        const auto any = [&](const auto& list) {
            return std::any_of(words.begin(), words.end(),
                               [&](const Word& w) { return contains(list, w.folded); });
        };
        static constexpr auto self = sorted(std::to_array<std::string_view>(
            {"i", "i'd", "i'll", "i'm", "i've", "im", "ive", "me", "my", "myself", "we"}));
        if (any(self)) score += 1;
        if (any(concrete) || std::any_of(words.begin(), words.end(),
                                         [](const Word& w) { return is_digit(w.folded.front()); }))
            score += 1;
        if (any(hypothetical)) score -= 3;
        if (words.size() < 3) score -= 1;
        if (score > best_score) {
            best_score = score;
            const std::size_t from = words.front().begin;
            const std::size_t to = words.back().begin + words.back().raw.size();
            best = std::string(text.substr(clause.begin + from, to - from));
        }
    }
    return best;
}

std::optional<std::string> turn_round(std::string_view clause) {
    auto words = split_words(trim(clause));
    if (!words.empty()) {
        // Closing punctuation of the whole is not part of the last word.
        auto& last = words.back();
        while (!last.folded.empty() && ends_clause(last.folded.back())) {
            last.folded.pop_back();
            last.raw.remove_suffix(1);
        }
        if (last.folded.empty()) words.pop_back();
    }
    if (!prepare(words)) return std::nullopt;
    return turned(words);
}

std::optional<std::string> noun_phrase(std::string_view clause) {
    static constexpr auto determiners = sorted(std::to_array<std::string_view>(
        {"a", "an", "her", "his", "my", "our", "that", "the", "their", "this"}));
    static constexpr auto before_object = sorted(std::to_array<std::string_view>({
        "about", "after",  "at",      "before",   "by",     "during",  "for",    "forgot",
        "from",  "in",     "into",    "lost",     "miss",   "missed",  "of",     "on",
        "over",  "ruined", "through", "to",       "told",   "with",    "bombed", "blew",
        "quit",  "left",   "finish",  "finished", "called", "snapped",
    }));
    static constexpr auto ends = sorted(std::to_array<std::string_view>({
        "about",   "after",  "again",   "all",      "and",     "as",      "at",        "because",
        "before",  "but",    "by",      "during",   "for",     "from",    "he",        "i",
        "i'm",     "if",     "im",      "in",       "into",    "is",      "it",        "just",
        "last",    "now",    "of",      "off",      "on",      "or",      "out",       "over",
        "right",   "she",    "since",   "so",       "still",   "than",    "that",      "they",
        "this",    "to",     "today",   "tomorrow", "tonight", "too",     "up",        "was",
        "we",      "when",   "which",   "who",      "with",    "without", "yesterday", "are",
        "were",    "be",     "been",    "being",    "has",     "have",    "had",       "will",
        "would",   "can",    "could",   "do",       "does",    "did",     "not",       "me",
        "him",     "them",   "you",     "even",     "really",  "very",    "own",       "like",
        "anymore", "every",  "because", "cos",      "bc",      "cuz",     "lol",       "tbh",
        "down",    "there",  "here",    "more",     "much",    "way",     "whole",     "same",
        "point",   "kind",   "sort",    "lot",      "bit",     "thing",   "things",    "ever",
        "never",   "always",
    }));
    const auto words = split_words(trim(clause));
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (!contains(determiners, words[i].folded) ||
            !contains(before_object, words[i - 1].folded))
            continue;
        std::size_t end = i + 1;
        while (end < words.size() && end - i <= 3) {
            std::string_view word = words[end].folded;
            const bool stop = !word.empty() && ends_clause(word.back());
            if (!stop && (!plain_word(word) || contains(ends, word))) break;
            ++end;
            if (stop) break;
        }
        if (end == i + 1 || end - i > 3) continue;
        std::string phrase;
        bool safe = true;
        for (std::size_t k = i; k < end && safe; ++k) {
            std::string word = words[k].folded;
            while (!word.empty() && ends_clause(word.back())) word.pop_back();
            safe = plain_word(word) && !never_said_back(word) &&
                   !(k > i && is_upper(words[k].raw.front()));
            if (k == i)
                word = word == "my" || word == "our"                   ? "your"
                       : word == "a" || word == "an" || word == "this" ? "the"
                                                                       : word;
            if (!phrase.empty()) phrase += ' ';
            phrase += word;
        }
        if (safe) return phrase;
    }
    return std::nullopt;
}

bool quotable(std::string_view words) {
    const auto split = split_words(trim(words));
    if (split.size() < 2 || words.ends_with('?')) return false;
    // A question, a request or a joke put between quotation marks looks like an answer that was not
    // given.
    static constexpr auto asks = sorted(std::to_array<std::string_view>({
        "am",   "are",    "can",      "could", "did",   "do",     "does",   "don't",     "dont",
        "haha", "hahaha", "has",      "how",   "idc",   "idk",    "is",     "jk",        "kms",
        "let",  "let's",  "lets",     "lmao",  "lol",   "maybe",  "please", "should",    "skip",
        "stop", "tell",   "was",      "what",  "whats", "what's", "when",   "where",     "which",
        "who",  "why",    "will",     "would", "give",  "show",   "help",   "yes",       "no",
        "yeah", "ok",     "okay",     "nah",   "sorry", "thanks", "thank",  "something", "nothing",
        "same", "really", "whatever", "nvm",   "hm",    "hmm",
    }));
    if (contains(asks, split.front().folded) || contains(asks, split.back().folded)) return false;
    return std::none_of(split.begin(), split.end(),
                        [](const Word& w) { return contains(turns_away, w.folded); });
}

bool safe_to_echo(std::string_view words) {
    const auto split = split_words(words);
    if (split.empty()) return false;
    for (const Word& word : split) {
        std::string_view folded = word.folded;
        while (!folded.empty() && (ends_clause(folded.back()) || folded.back() == '-'))
            folded.remove_suffix(1);
        if (folded.empty()) continue;
        if (!plain_word(folded) || never_said_back(folded)) return false;
    }
    return true;
}

std::string keep_line(std::string_view words) {
    std::string out;
    bool gap = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto c = static_cast<unsigned char>(words[i]);
        if (c < 0x20 || c == 0x7F || c == ' ') {
            gap = true;
            continue;
        }
        if (c == 0xC2 && i + 1 < words.size() &&
            static_cast<unsigned char>(words[i + 1]) < 0xA0) {  // C1 controls
            ++i;
            gap = true;
            continue;
        }
        if (words.substr(i, 3) == "\xEF\xBF\xBD") {  // what could not be read is not said back
            i += 2;
            gap = true;
            continue;
        }
        if (gap && !out.empty()) out += ' ';
        gap = false;
        out += static_cast<char>(c);
    }
    constexpr std::size_t most = 300;
    if (out.size() > most) {
        std::size_t end = most;
        while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
        if (const auto space = out.rfind(' ', end); space != std::string::npos && space > most / 2)
            end = space;
        out.resize(end);
        out += "\xE2\x80\xA6";
    }
    const auto strip = [&](std::string_view open, std::string_view close) {
        if (out.size() > open.size() + close.size() && out.starts_with(open) &&
            out.ends_with(close)) {
            out = out.substr(open.size(), out.size() - open.size() - close.size());
        }
    };
    strip("\"", "\"");
    strip("'", "'");
    strip("\xE2\x80\x9C", "\xE2\x80\x9D");
    strip("\xE2\x80\x98", "\xE2\x80\x99");
    return out;
}

}  // namespace befriend
