// SPDX-License-Identifier: Apache-2.0
#include "intents/english.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace befriend {
namespace {

std::vector<std::string> split(std::string_view words) {
    std::vector<std::string> out;
    while (!words.empty()) {
        const auto space = words.find_first_of(" \n");
        if (space != 0) out.emplace_back(words.substr(0, space));
        words = space == std::string_view::npos ? std::string_view() : words.substr(space + 1);
    }
    return out;
}

// Base form, then its irregular forms. A base here gets no regular -ed; -s and -ing are made
// unless the line ends with "!", which lists every form.
constexpr std::string_view irregular_lines[] = {
    "be am is are was were been being !",
    "have has had having !",
    "do does did done doing !",
    "go goes went gone going !",
    "say said",
    "make made",
    "get got gotten",
    "know knew known",
    "think thought",
    "take took taken",
    "see saw seen",
    "come came",
    "give gave given",
    "find found",
    "tell told",
    "feel felt",
    "leave left",
    "keep kept",
    "let let",
    "begin began begun",
    "show showed shown",
    "hear heard",
    "run ran",
    "hold held",
    "bring brought",
    "write wrote written",
    "sit sat",
    "stand stood",
    "lose lost",
    "pay paid",
    "meet met",
    "put put",
    "set set",
    "hit hit",
    "hurt hurt",
    "cut cut",
    "shut shut",
    "quit quit quitted",
    "cost cost",
    "let let",
    "read read",
    "spend spent",
    "grow grew grown",
    "win won",
    "teach taught",
    "buy bought",
    "send sent",
    "build built",
    "fall fell fallen",
    "sell sold",
    "draw drew drawn",
    "drive drove driven",
    "break broke broken",
    "choose chose chosen",
    "wear wore worn",
    "eat ate eaten",
    "drink drank drunk",
    "sleep slept",
    "wake woke woken waked",
    "speak spoke spoken",
    "forget forgot forgotten",
    "forgive forgave forgiven",
    "fight fought",
    "catch caught",
    "throw threw thrown",
    "hide hid hidden",
    "bite bit bitten",
    "beat beaten",
    "bleed bled",
    "freeze froze frozen",
    "shake shook shaken",
    "steal stole stolen",
    "swear swore sworn",
    "tear tore torn",
    "weep wept",
    "sink sank sunk",
    "drown drowned",
    "shrink shrank shrunk",
    "sing sang sung",
    "swim swam swum",
    "ring rang rung",
    "lead led",
    "feed fed",
    "flee fled",
    "deal dealt",
    "mean meant",
    "dream dreamed dreamt",
    "learn learned learnt",
    "burn burned burnt",
    "spill spilled spilt",
    "lie lied lay lain lying",
    "lay laid",
    "bend bent",
    "lend lent",
    "stick stuck",
    "strike struck stricken",
    "shoot shot",
    "seek sought",
    "hang hung hanged",
    "dig dug",
    "cling clung",
    "sting stung",
    "swing swung",
    "spin spun",
    "ride rode ridden",
    "rise rose risen",
    "fly flew flown",
    "blow blew blown",
    "understand understood",
    "become became",
    "overthink overthought",
    "overcome overcame",
    "overeat overate overeaten",
    "oversleep overslept",
    "withdraw withdrew withdrawn",
    "mistake mistook mistaken",
    "undo undid undone undoing",
    "redo redid redone",
    "upset upset",
    "split split",
    "spread spread",
    "bet bet",
    "burst burst",
    "creep crept",
    "sweep swept",
    "kneel knelt",
    "light lit lighted",
    "slide slid",
    "spit spat",
    "tread trod trodden",
    "bind bound",
    "grind ground",
    "wind wound",
    "arise arose arisen",
    "awake awoke awoken",
    "bear bore born borne",
    "swell swelled swollen",
    "prove proved proven",
    "relapse relapsed",
    "breed bred",
    "cast cast",
    "thrust thrust",
    "breastfeed breastfed",
    "die dies died dying dyin !",
    "tie ties tied tying !",
    "agree agrees agreed agreeing !",
    "free frees freed freeing !",
    "flee flees fled fleeing !",
    "man men !",
    "woman women !",
    "child children childs !",
    "kid kids kiddo !",
    "person persons !",
    "foot feet !",
    "tooth teeth !",
    "life lives !",
    "wife wives !",
    "knife knives !",
    "self selves !",
    "half halves !",
    "loaf loaves !",
    "thief thieves !",
    "mouse mice !",
    "grandchild grandchildren !",
    "stepchild stepchildren !",
    "fiance fiances !",
    "good better best goods !",
    "bad worse worst badly !",
    "far further furthest farther !",
    "well !",
    "little less least !",
    "much more most !",
    "many !",
    "will !",
    "can !",
    "may !",
    "shall !",
    "must !",
    "might !",
    "would !",
    "could !",
    "should !",
    "need needs needed needing !",
    "want wants wanted wanting wantin !",
    "bus buses !",
    "gas gases !",
    "news !",
    "mess messes messed messing !",
    "focus focuses focused focusing focussed !",
    "die dies died dying dyin !",
    "texte !",
    "program programs programmed programme programmes programming !",
    "ski skis skied skiing !",
    "panic panics panicked panicking !",
    "mimic mimics mimicked mimicking !",
    "picnic picnics !",
    "worry worries worried worrying !",
    "bully bullies bullied bullying !",
    "cry cries cried crying !",
    "try tries tried trying tryin !",
    "ass asses !",
    "this !",
    "his !",
    "thus !",
    "yes !",
    "always !",
    "perhaps !",
    "us !",
    "as !",
    "series !",
    "always !",
    "evening evenings !",
    "morning mornings !",
    "nothing !",
    "anything !",
    "something !",
    "everything !",
    "during !",
    "thing things !",
    "king kings !",
    "bed beds !",
    "red !",
    "wedding weddings !",
    "number numbers numbered !",
    "even !",
    "offer offers offered offering !",
    "being !",
    "been !",
    "was !",
    "were !",
    "is !",
    "are !",
    "am !",
    "had !",
    "has !",
    "did !",
    "does !",
    "done !",
    "went !",
    "gone !",
    "text texts texted texting !",
    "left !",
    "felt !",
    "lost !",
    "thought thoughts !",
    "saw !",
    "found !",
    "born !",
    "sick sicker sickest !",
    "mum mums mumma !",
    "new newer newest !",
};

// Words that never take an ending: pronouns, prepositions, small adverbs.
constexpr std::string_view uninflected =
    "i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his "
    "himself she her hers herself it its itself they them their "
    "theirs themselves this that these those who whom whose which what when where why how a an the "
    "and or but nor if so as than then because though although "
    "while until unless since before after during without within with to of in on at by for from "
    "into onto off over under up down out about above below "
    "between through across against around behind beside near not never no none nobody nothing "
    "nowhere anybody anyone anything somebody someone something everybody "
    "everyone everything all any some each every both either neither few many much more most less "
    "least other others another such same own just only even also too "
    "very really quite rather here there now again once twice always often sometimes usually ever "
    "yet still already soon later today tonight tomorrow yesterday maybe perhaps "
    "please yes yeah yep yup nope nah ok okay hi hello hey bye lol omg wtf idk tbh ngl kms kys rn "
    "af im oh ah um uh hmm else instead away back apart together alone enough almost "
    "ago anymore anyway like than via per except despite till will would can could shall should "
    "may might must let's per vs etc cannot somehow somewhat somewhere elsewhere "
    "everywhere anywhere forever whatever whenever wherever whoever however otherwise therefore "
    "indeed perhaps mad sad glad numb dumb";

// Adjectives and adverbs that take -er and -est.
constexpr std::string_view gradable =
    "sad mad glad dumb low high slow fast big small large short tall long thin fat weak strong old "
    "young cold hot warm cool hard soft dark bright light heavy deep shallow "
    "loud quiet calm kind mean nice rude cruel sick ill poor rich cheap safe rough tough tight "
    "loose smart stupid happy unhappy angry hungry lonely ugly lazy crazy silly easy busy "
    "heavy pretty funny scary messy dirty empty early late near close great bleak grim harsh sharp "
    "dull tired fine full clean clear simple gentle bitter sweet sour strange weird odd "
    "worthy guilty needy clumsy shaky sleepy weary moody grumpy cranky edgy jumpy touchy creepy "
    "skinny chubby healthy friendly lovely lively deadly costly wise brave proud shy blue "
    "rare fair pale sore dense wild quick thick rich sane lame slim plain drunk sober";

const std::unordered_set<std::string>& word_set(std::string_view words) {
    static std::map<const char*, std::unordered_set<std::string>> sets;
    auto& set = sets[words.data()];
    if (set.empty()) {
        for (auto& w : split(words)) set.insert(std::move(w));
    }
    return set;
}

bool vowel(char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; }

std::size_t syllables(std::string_view w) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
        const bool v = vowel(w[i]) || (w[i] == 'y' && i > 0);
        const bool before = i > 0 && (vowel(w[i - 1]) || (w[i - 1] == 'y' && i > 1));
        if (v && !before) ++n;
    }
    return n;
}

// Ends consonant-vowel-consonant: "stop" doubles its last letter before -ed and -ing.
bool doubles(std::string_view w) {
    if (w.size() < 3) return false;
    const char a = w[w.size() - 3], b = w[w.size() - 2], c = w.back();
    if (a == 'u' && w.size() > 3 && w[w.size() - 4] == 'q') return vowel(b) && !vowel(c);
    return !vowel(a) && (vowel(b) || b == 'y') && !vowel(c) && c != 'w' && c != 'x' && c != 'y';
}

void add_regular(const std::string& w, std::vector<std::string>& out, bool past) {
    const char last = w.back();
    const char before = w.size() > 1 ? w[w.size() - 2] : ' ';
    const bool hissing =
        last == 's' || last == 'x' || last == 'z' || w.ends_with("ch") || w.ends_with("sh");
    const bool consonant_y = last == 'y' && !vowel(before);
    const std::string stem_y = w.substr(0, w.size() - 1) + "i";
    // -s
    if (consonant_y)
        out.push_back(stem_y + "es");
    else if (hissing)
        out.push_back(w + (last == 'z' && before != 'z' ? "zes" : "es"));
    else if (last == 'o' && !vowel(before)) {
        out.push_back(w + "es");
        out.push_back(w + "s");
    } else
        out.push_back(w + "s");
    // -ing, -in' as typed in a hurry
    std::vector<std::string> stems;
    if (w.ends_with("ie"))
        stems.push_back(w.substr(0, w.size() - 2) + "y");
    else if (last == 'e' && before != 'e' && before != 'o' && before != 'y')
        stems.push_back(w.substr(0, w.size() - 1));
    else if (doubles(w)) {
        stems.push_back(w + last);
        if (syllables(w) > 1) stems.push_back(w);
    } else
        stems.push_back(w);
    for (const std::string& s : stems) {
        out.push_back(s + "ing");
        if (s.size() > 2) out.push_back(s + "in");
    }
    // -ed
    if (past) {
        if (last == 'e')
            out.push_back(w + "d");
        else if (consonant_y)
            out.push_back(stem_y + "ed");
        else
            for (const std::string& s : stems) out.push_back(s + "ed");
    }
}

void add_degrees(const std::string& w, std::vector<std::string>& out) {
    const char last = w.back();
    std::string stem = w;
    if (last == 'e')
        stem.pop_back();
    else if (last == 'y' && w.size() > 1 && !vowel(w[w.size() - 2]))
        stem = w.substr(0, w.size() - 1) + "i";
    else if (doubles(w) && syllables(w) == 1)
        stem += last;
    out.push_back(stem + "er");
    out.push_back(stem + "est");
}

// The other spelling of British and American pairs.
void add_spellings(std::vector<std::string>& out) {
    static const std::pair<std::string_view, std::string_view> stems[] = {
        {"colour", "color"},       {"honour", "honor"},      {"behaviour", "behavior"},
        {"favour", "favor"},       {"humour", "humor"},      {"neighbour", "neighbor"},
        {"labour", "labor"},       {"odour", "odor"},        {"rumour", "rumor"},
        {"harbour", "harbor"},     {"centre", "center"},     {"counsell", "counsel"},
        {"travell", "travel"},     {"cancell", "cancel"},    {"grey", "gray"},
        {"defence", "defense"},    {"programme", "program"}, {"fulfil", "fulfill"},
        {"judgement", "judgment"}, {"pyjama", "pajama"},     {"anaesth", "anesth"},
        {"mould", "mold"},         {"sceptic", "skeptic"},   {"mum", "mom"},
    };
    const std::size_t n = out.size();
    for (std::size_t i = 0; i < n; ++i) {
        const std::string w = out[i];
        for (const auto& [a, b] : stems) {
            if (a == "mum") continue;
            if (w.starts_with(a))
                out.push_back(std::string(b) + w.substr(a.size()));
            else if (w.starts_with(b))
                out.push_back(std::string(a) + w.substr(b.size()));
        }
        if (w.size() >= 7) {
            for (const auto& [from, to] :
                 {std::pair<std::string_view, std::string_view>{"is", "iz"},
                  {"iz", "is"},
                  {"ys", "yz"},
                  {"yz", "ys"}}) {
                for (const std::string_view tail : {"e", "es", "ed", "ing", "er", "ers", "ation"}) {
                    const std::string end = std::string(from) + std::string(tail);
                    if (w.ends_with(end))
                        out.push_back(w.substr(0, w.size() - end.size()) + std::string(to) +
                                      std::string(tail));
                }
            }
        }
    }
}

struct Irregular {
    std::vector<std::string> forms;
    bool complete = false;
};

const std::unordered_map<std::string, Irregular>& irregulars() {
    static const auto* const table = [] {
        auto* t = new std::unordered_map<std::string, Irregular>;
        for (const std::string_view line : irregular_lines) {
            std::vector<std::string> words = split(line);
            Irregular entry;
            if (words.back() == "!") {
                entry.complete = true;
                words.pop_back();
            }
            entry.forms = words;
            t->emplace(words.front(), std::move(entry));
        }
        return t;
    }();
    return *table;
}

// Irregular forms that are no base of their own: "was", "felt" stand for themselves alone.
const std::unordered_set<std::string>& irregular_forms() {
    static const auto* const set = [] {
        auto* s = new std::unordered_set<std::string>;
        for (const auto& [base, entry] : irregulars()) {
            for (const std::string& f : entry.forms) {
                if (!irregulars().contains(f)) s->insert(f);
            }
        }
        return s;
    }();
    return *set;
}

}  // namespace

std::vector<std::string> forms_of(std::string_view text) {
    const std::string word(text);
    std::vector<std::string> out{word};
    const bool letters = !word.empty() && std::all_of(word.begin(), word.end(),
                                                      [](char c) { return c >= 'a' && c <= 'z'; });
    if (const auto found = irregulars().find(word); found != irregulars().end()) {
        out.insert(out.end(), found->second.forms.begin(), found->second.forms.end());
        if (!found->second.complete) add_regular(word, out, false);
    } else if (!letters || word.size() < 3 || word_set(uninflected).contains(word)) {
        // itself alone
    } else if (irregular_forms().contains(word)) {
        // itself alone
    } else if (word.ends_with("ing") && word.size() > 5) {
        out.push_back(word + "s");
        out.push_back(word.substr(0, word.size() - 1));
    } else if (word.ends_with("ness") || word.ends_with("ly") || word.ends_with("ful") ||
               word.ends_with("less") || word.ends_with("ous")) {
        if (word.ends_with("ness")) out.push_back(word + "es");
    } else {
        add_regular(word, out, true);
    }
    if (letters && word_set(gradable).contains(word)) add_degrees(word, out);
    add_spellings(out);
    std::vector<std::string> unique;
    for (std::string& f : out) {
        if (std::find(unique.begin(), unique.end(), f) == unique.end())
            unique.push_back(std::move(f));
    }
    return unique;
}

const std::vector<ClassedWords>& classed_words() {
    namespace c = word_class;
    static const std::vector<ClassedWords> table = {
        {c::self_subject | c::function_word, "i we"},
        {c::self_object | c::function_word, "me myself us ourselves meself"},
        {c::self_possessive | c::function_word, "my mine our ours"},
        {c::other_subject | c::function_word, "he she they someone somebody"},
        {c::other_object | c::function_word, "him them himself herself themselves themself"},
        {c::other_possessive | c::function_word, "his her hers their theirs"},
        {c::you | c::function_word, "you yourself yourselves"},
        {c::your | c::function_word, "your yours"},
        {c::thing | c::function_word,
         "it itself this that these those there things stuff everything"},
        {c::everyone | c::function_word,
         "everyone everybody people nobody none one anyone anybody others"},
        {c::be | c::function_word, "be am is are was were been being"},
        {c::auxiliary | c::function_word,
         "have has had having do does did done doing will would can could shall should may might "
         "must"},
        {c::negator | c::function_word,
         "not never without neither nor cannot hardly barely scarcely"},
        {c::negator | c::short_negator | c::function_word, "no nothing"},
        {c::breaks | c::function_word,
         "but because if when although though while unless except whereas until whenever cause"},
        {c::joins | c::function_word, "and or so then plus"},
        {c::ends_scope | c::function_word,
         "just why what how who whom whose where whether which only"},
        {c::ends_scope | c::function_word, "but though except if"},
        {c::raises | c::opens, "think believe feel suppose imagine say mean", true},
        {c::raises, "want expect need", true},
        {c::raises | c::opens | c::function_word, "that like as"},
        {c::opens,
         "know guess wish hope bet worry fear realise realize notice swear admit see find hear "
         "decide seem pretend understand remember forget figure assume doubt afraid scared sure "
         "convinced certain glad sad sorry pray suspect",
         true},
        {c::opens | c::function_word,
         "maybe perhaps why how what where whether which who sometimes than since"},
        {c::reports,
         "say tell call shout yell scream text message ask claim remind mock tease think joke "
         "insist announce post write comment label declare",
         true},
        {c::voice,
         "head brain mind critic conscience voice thought ocd anxiety depression demon ego", true},
        {c::determiner | c::function_word,
         "the a an this that these those some every each all both any no"},
        {c::moves_object,
         "make let leave keep get have drive turn want need expect help watch see cause force",
         true},
        {c::hedge,
         "maybe perhaps possibly might probably guess wonder wondering unsure whether dunno"},
        {c::past_tense,
         "was were had did used felt went thought said got tried made told left kept"},
        {c::past_marker, "ago formerly previously"},
        {c::future, "will shall"},
        {c::hypothetical, "if would unless suppose supposing imagine hypothetically"},
        {c::since, "since still always again lately nowadays"},
        {c::voids_negator,
         "help stop believe shake escape deny ignore avoid quit unsee unhear fail"},
        {c::function_word,
         "to of in on at by for from into onto with about as than off out up down over under again "
         "too through after before during between around like be have get"},
        {c::noted, "used longer anymore more last back past when as going about"},
        {c::preposition, "to of in on at by for from into with about"},
        {c::clitic, "m s t ve re ll d"},
        {c::person_noun,
         "person guy girl boy man woman lady dude bloke lad men women girls boys guys kids "
         "stranger neighbour classmate victim celebrity actor singer character hero patient "
         "officer cop police"},
        {c::generic_you,
         "when if how like because whenever until before what than makes make where"},
    };
    return table;
}

const std::vector<std::pair<std::string, std::string>>& contractions() {
    static const auto* const table = [] {
        auto* t = new std::vector<std::pair<std::string, std::string>>;
        const auto add = [&](std::string_view from, std::string_view to) {
            t->emplace_back(from, to);
        };
        // With the apostrophe and without, where that is no other word.
        const auto both = [&](const std::string& from, std::string_view to, bool glued = true) {
            add(from, to);
            std::string bare;
            for (const char c : from) {
                if (c != '\'') bare += c;
            }
            if (glued) add(bare, to);
        };
        both("i'm", "i am");
        add("iam", "i am");
        both("i've", "i have");
        add("i'll", "i will");
        add("i'd", "i would");
        both("i'ma", "i am going to");
        add("imma", "i am going to");
        for (const std::string who : {"you", "they"}) {
            both(who + "'re", who + " are");
            both(who + "'ve", who + " have");
            both(who + "'ll", who + " will");
            both(who + "'d", who + " would");
        }
        add("we're", "we are");
        both("we've", "we have");
        add("we'll", "we will");
        add("we'd", "we would");
        for (const std::string who : {"he", "she", "it", "that", "there", "who", "what", "where",
                                      "how", "here", "when", "why"}) {
            both(who + "'s", who + " is", who != "it");
            add(who + "'ll", who + " will");
            add(who + "'d", who + " would");
        }
        for (const std::string who :
             {"everyone", "everybody", "someone", "somebody", "nobody", "anyone", "anybody",
              "everything", "nothing", "something", "one"}) {
            add(who + "'s", who + " is");
        }
        add("no-one", "no one");
        add("noone", "no one");
        add("let's", "let us");
        for (const std::string verb :
             {"do", "does", "did", "is", "are", "was", "were", "has", "have", "had", "would",
              "could", "should", "must", "need", "might"}) {
            both(verb + "n't", verb + " not");
            if (verb != "do") add(verb + "nt", verb + " not");
            add(verb + "'nt", verb + " not");
            add(verb + "n'", verb + " not");
        }
        add("dosent", "does not");
        add("doesent", "does not");
        add("dosnt", "does not");
        both("can't", "can not");
        add("ca n't", "can not");
        add("cannot", "can not");
        add("cant't", "can not");
        both("won't", "will not");
        both("shan't", "shall not");
        both("ain't", "is not");
        for (const std::string modal : {"would", "could", "should", "might", "must"})
            both(modal + "'ve", modal + " have");
        add("shoulda", "should have");
        add("coulda", "could have");
        add("woulda", "would have");
        add("musta", "must have");
        add("gonna", "going to");
        add("gunna", "going to");
        add("gona", "going to");
        add("wanna", "want to");
        add("wana", "want to");
        add("gotta", "have to");
        add("hafta", "have to");
        add("needa", "need to");
        add("tryna", "trying to");
        add("finna", "going to");
        add("boutta", "about to");
        add("oughta", "ought to");
        add("outta", "out of");
        add("lotta", "lot of");
        add("lemme", "let me");
        add("gimme", "give me");
        add("dunno", "do not know");
        add("idk", "i do not know");
        add("idek", "i do not even know");
        add("idc", "i do not care");
        add("idgaf", "i do not give a fuck");
        add("ik", "i know");
        add("ily", "i love you");
        add("iirc", "if i remember correctly");
        add("u", "you");
        add("ur", "your");
        add("urself", "yourself");
        add("ya", "you");
        add("yall", "you all");
        add("y'all", "you all");
        add("r", "are");
        add("ppl", "people");
        add("bc", "because");
        add("bcs", "because");
        add("bcz", "because");
        add("bcuz", "because");
        add("becuz", "because");
        add("becuase", "because");
        add("becouse", "because");
        add("beacuse", "because");
        add("cuz", "because");
        add("cuzz", "because");
        add("coz", "because");
        add("cos", "because");
        add("'cause", "because");
        add("rn", "right now");
        add("atm", "at the moment");
        add("bf", "boyfriend");
        add("gf", "girlfriend");
        add("bffs", "best friends");
        add("tmrw", "tomorrow");
        add("tmr", "tomorrow");
        add("tomoz", "tomorrow");
        add("2morrow", "tomorrow");
        add("2nite", "tonight");
        add("tonite", "tonight");
        add("2day", "today");
        add("b4", "before");
        add("gr8", "great");
        add("m8", "mate");
        add("l8r", "later");
        add("pls", "please");
        add("plz", "please");
        add("plss", "please");
        add("thx", "thanks");
        add("thnx", "thanks");
        add("thanx", "thanks");
        add("wat", "what");
        add("wut", "what");
        add("dont", "do not");
        add("alot", "a lot");
        add("incase", "in case");
        add("atleast", "at least");
        add("infact", "in fact");
        add("aswell", "as well");
        add("eachother", "each other");
        add("everytime", "every time");
        add("nvm", "never mind");
        add("nevermind", "never mind");
        add("smth", "something");
        add("sth", "something");
        add("sb", "somebody");
        add("sum1", "someone");
        add("evry1", "everyone");
        add("every1", "everyone");
        add("any1", "anyone");
        add("no1", "no one");
        add("f*ck", "fuck");
        add("f**k", "fuck");
        add("fck", "fuck");
        add("fuk", "fuck");
        add("f***ing", "fucking");
        add("f*cking", "fucking");
        add("f**king", "fucking");
        add("fkn", "fucking");
        add("fkin", "fucking");
        add("sh*t", "shit");
        add("sh1t", "shit");
        add("b*tch", "bitch");
        add("wether", "whether");
        add("wich", "which");
        add("thier", "their");
        add("teh", "the");
        add("freind", "friend");
        add("freinds", "friends");
        add("definately", "definitely");
        add("realy", "really");
        add("alway", "always");
        add("hav", "have");
        add("wen", "when");
        add("thru", "through");
        add("tho", "though");
        add("altho", "although");
        add("abt", "about");
        add("w", "with");
        add("n", "and");
        add("nd", "and");
        add("ofc", "of course");
        add("btw", "by the way");
        add("omw", "on my way");
        add("irl", "in real life");
        add("bday", "birthday");
        add("fam", "family");
        add("sry", "sorry");
        add("soz", "sorry");
        add("lil", "little");
        add("ystday", "yesterday");
        add("yday", "yesterday");
        add("mins", "minutes");
        add("hrs", "hours");
        add("yrs", "years");
        add("yr", "year");
        // One meaning a key: the first stays.
        std::set<std::string> seen;
        std::erase_if(*t, [&](const auto& pair) { return !seen.insert(pair.first).second; });
        return t;
    }();
    return *table;
}

}  // namespace befriend
