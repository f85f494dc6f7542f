// SPDX-License-Identifier: Apache-2.0
#include <re2/re2.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "engine/script/message.hpp"
#include "engine/text/reflect.hpp"
#include "tools/spoken.hpp"
#include "tools/stats.hpp"

namespace befriend {
namespace {

std::string_view kind_name(DialogKind kind) {
    switch (kind) {
        case DialogKind::talk:
            return "talk";
        case DialogKind::reframe:
            return "reframe";
        case DialogKind::practice:
            return "practice";
        case DialogKind::learn:
            return "learn";
        case DialogKind::safety:
            return "safety";
        case DialogKind::repair:
            return "repair";
    }
    return "";
}

std::string one_digit(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

std::string at_most(std::size_t is, std::string_view what, std::size_t most) {
    return std::to_string(is) + " " + std::string(what) + ", " + std::to_string(most) + " at most";
}

// Whether a bubble of its own: the label of a choice and the lines of a paced practice are not.
bool is_bubble(SpokenRole role) {
    return role != SpokenRole::option && role != SpokenRole::pace && role != SpokenRole::show;
}

// The text without its values: two bubbles of one skeleton sound the same.
std::string skeleton(const Text& text) {
    if (text.pieces.empty()) return text.source;
    std::string result;
    for (const std::string& piece : text.pieces) result += (result.empty() ? "" : "{}") + piece;
    return result;
}

class Measurer {
public:
    Measurer(const Pack& pack, const Limits& limits, const CommonWords& common)
        : pack_(pack), limits_(limits), common_(common) {
        for (const Limits::Rule& rule : limits.rules) rules_.push_back(pattern(rule.pattern));
        for (const Limits::Allowed& one : limits.allowed) allowed_.push_back(pattern(one.text));
    }

    LanguageStats run(const std::vector<DialogId>& dialogs) {
        const std::set<DialogId> wanted(dialogs.begin(), dialogs.end());
        for (const DialogId id : dialogs) {
            const Dialog& dialog = pack_.dialog(id);
            of_dialog_[id] = result_.dialogs.size();
            result_.dialogs.push_back(
                {dialog.name, std::string(kind_name(dialog.kind)), 0, Prose{}});
        }
        std::map<std::string, std::set<std::string>> groups;
        for (const Spoken& one : spoken(pack_)) {
            groups[one.group].insert(skeleton(text_of(pack_, one)));
            if (!wanted.contains(one.dialog) ||
                limits_.other_languages.contains(pack_.dialog(one.dialog).name))
                continue;
            text(one);
            question_of_turn(one);
        }
        for (const DialogId id : dialogs) judge_dialog(id);
        if (dialogs.size() == pack_.dialogs.size()) acts(groups);
        return std::move(result_);
    }

private:
    static std::unique_ptr<re2::RE2> pattern(const std::string& source) {
        re2::RE2::Options options(re2::RE2::Quiet);
        options.set_case_sensitive(false);
        return std::make_unique<re2::RE2>(source, options);
    }

    void find(std::string rule, const Spoken& one, std::string detail) {
        result_.findings.push_back({std::move(rule), place_name(pack_, one.at),
                                    text_of(pack_, one).source, std::move(detail)});
    }

    void text(const Spoken& one) {
        const DialogKind kind = pack_.dialog(one.dialog).kind;
        std::vector<MessageProblem> ignored;  // the pack is compiled: there are none
        const std::string sample = parse_message(text_of(pack_, one).source, ignored).sample;
        std::vector<std::string> uncommon;
        const Prose prose = measure(sample, common_, &uncommon);
        for (const std::string& word : uncommon) ++result_.uncommon[word];
        DialogStats& dialog = result_.dialogs[of_dialog_.at(one.dialog)];
        ++dialog.texts;
        dialog.prose.add(prose);
        result_.all.add(prose);
        const std::size_t sentence =
            kind == DialogKind::learn ? limits_.sentence_words_learn : limits_.sentence_words;
        if (prose.longest > sentence)
            find("long_sentence", one, at_most(prose.longest, "words in a sentence", sentence));
        if (is_bubble(one.role)) bubble(one, kind, sample);
        tone(one, kind, sample);
    }

    // A clause or a line of the person's is about as long as they are on average; a helpline is not
    // shorter.
    std::size_t spoken_words(const Spoken& one, const std::string& sample) const {
        constexpr std::size_t words_said_back = 4;
        std::size_t words = count_words(sample);
        for (const TextArg& arg : text_of(pack_, one).args) {
            const bool line_of_theirs =
                arg.slot != SlotId::none && pack_.slot(arg.slot).type == SlotType::line;
            const bool words_of_theirs =
                arg.filter == Filter::reflect || arg.built_in == BuiltIn::clause ||
                arg.built_in == BuiltIn::words || arg.built_in == BuiltIn::opening;
            const bool helpline =
                arg.built_in >= BuiltIn::line && arg.built_in <= BuiltIn::line_poison;
            if (line_of_theirs || words_of_theirs || helpline) words += words_said_back - 1;
        }
        return words;
    }

    void bubble(const Spoken& one, DialogKind kind, const std::string& sample) {
        const std::size_t words = spoken_words(one, sample);
        const std::size_t most =
            kind == DialogKind::safety ? limits_.bubble_words_safety : limits_.bubble_words;
        if (words > most) find("long_bubble", one, at_most(words, "words", most));
        // A question after something said, and whatever befriend answers, may be short.
        if (one.role == SpokenRole::say && words < limits_.bubble_words_least &&
            pack_.step(one.step).ask == LineId::none &&
            !is_allowed("short_bubble", one.id(), sample))
            find("short_bubble", one,
                 std::to_string(words) + " words, at least " +
                     std::to_string(limits_.bubble_words_least));
    }

    void tone(const Spoken& one, DialogKind kind, const std::string& sample) {
        for (std::size_t i = 0; i < rules_.size(); ++i) {
            const Limits::Rule& rule = limits_.rules[i];
            if (rule.pattern.empty() || (rule.safety_only && kind != DialogKind::safety)) continue;
            if (!re2::RE2::PartialMatch(sample, *rules_[i])) continue;
            if (!is_allowed(rule.name, one.id(), sample)) find(rule.name, one, rule.why);
        }
    }

    bool is_allowed(std::string_view rule, const std::string& id, const std::string& sample) const {
        for (std::size_t i = 0; i < allowed_.size(); ++i) {
            const Limits::Allowed& one = limits_.allowed[i];
            if (one.rule == rule && id.starts_with(one.at) &&
                re2::RE2::PartialMatch(sample, *allowed_[i]))
                return true;
        }
        return false;
    }

    // What a step says and asks in one turn has one question at most.
    void question_of_turn(const Spoken& one) {
        if (one.role != SpokenRole::say || pack_.step(one.step).ask == LineId::none) return;
        std::vector<MessageProblem> ignored;
        if (count_questions(parse_message(text_of(pack_, one).source, ignored).sample) > 0)
            find("two_questions", one, "it asks, and the step asks after it");
    }

    void judge_dialog(DialogId id) {
        const Dialog& dialog = pack_.dialog(id);
        const Prose& prose = result_.dialogs[of_dialog_.at(id)].prose;
        const bool learn = dialog.kind == DialogKind::learn;
        const double grade = learn ? limits_.grade_learn : limits_.grade;
        const double common = learn ? limits_.common_learn : limits_.common;
        const auto find_dialog = [&](std::string rule, std::string detail) {
            result_.findings.push_back(
                {std::move(rule), place_name(pack_, dialog.at), dialog.name, std::move(detail)});
        };
        if (prose.grade() > grade)
            find_dialog("grade", one_digit(prose.grade()) + ", " + one_digit(grade) + " at most");
        if (prose.common_share() < common)
            find_dialog("uncommon_words", one_digit(100 * prose.common_share()) +
                                              " % common words, at least " +
                                              one_digit(100 * common) + " %");
    }

    void acts(const std::map<std::string, std::set<std::string>>& groups) {
        for (const Limits::Act& act : limits_.acts) {
            std::set<std::string> forms;
            for (const std::string& group : act.groups) {
                const auto found = groups.find(group);
                if (found != groups.end()) forms.insert(found->second.begin(), found->second.end());
            }
            result_.forms[act.name] = forms.size();
            if (forms.size() < act.least)
                result_.findings.push_back({"few_forms", "", act.name,
                                            std::to_string(forms.size()) + " forms, at least " +
                                                std::to_string(act.least)});
        }
    }

    const Pack& pack_;
    const Limits& limits_;
    const CommonWords& common_;
    std::vector<std::unique_ptr<re2::RE2>> rules_;
    std::vector<std::unique_ptr<re2::RE2>> allowed_;
    std::map<DialogId, std::size_t> of_dialog_;
    LanguageStats result_;
};

}  // namespace

LanguageStats measure_pack(const Pack& pack, const std::vector<DialogId>& dialogs,
                           const Limits& limits, const CommonWords& common) {
    return Measurer(pack, limits, common).run(dialogs);
}

}  // namespace befriend
