// SPDX-License-Identifier: Apache-2.0
#include "engine/script/dialog_compiler.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "engine/base/diagnostic.hpp"
#include "engine/base/hash.hpp"
#include "engine/globals.hpp"
#include "engine/script/condition_parser.hpp"
#include "engine/script/message.hpp"
#include "engine/script/prose.hpp"
#include "engine/script/schema.hpp"
#include "engine/script/values.hpp"

namespace befriend {
namespace {

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string did_you_mean(std::string_view written, const std::vector<std::string>& all,
                         std::string otherwise = {}) {
    const std::string near = closest(written, all);
    return near.empty() ? std::move(otherwise) : "did you mean " + in_quotes(near) + "?";
}

// Position of a word in a table whose order is the enum's.
template <class Enum, std::size_t N>
Enum word_to(const std::array<std::string_view, N>& words, std::string_view word, Enum otherwise) {
    const auto found = std::ranges::find(words, word);
    return found == words.end() ? otherwise : static_cast<Enum>(found - words.begin());
}

constexpr std::array<std::string_view, 5> triggers{"answer", "heard", "silence", "fills",
                                                   "otherwise"};
constexpr std::array<std::string_view, 6> kind_words{"talk",  "reframe", "practice",
                                                     "learn", "safety",  "repair"};
constexpr std::array<std::string_view, 3> keep_words{"dialog", "session", "person"};
constexpr std::array<std::string_view, 7> type_words{"line",    "phrase", "number", "choice",
                                                     "feeling", "flag",   "count"};
constexpr std::array<std::string_view, 4> tone_words{"warm", "quiet", "plain", "urgent"};
constexpr std::array<std::string_view, 4> vary_words{"no_repeat", "in_order", "once", "random"};
constexpr std::array<std::string_view, 4> whom_words{"self", "other", "bot", "anyone"};
constexpr std::array<std::string_view, 4> time_words{"now", "past", "future", "hypothetical"};
constexpr std::array<std::string_view, 3> polarity_words{"asserted", "negated", "hedged"};
constexpr std::array<std::string_view, 4> show_words{"nothing", "resources", "picture", "page"};
constexpr std::array<std::string_view, 9> question_words{"none",       "suicide",      "plan",
                                                         "means",      "safe_tonight", "injured",
                                                         "danger_now", "private",      "country"};
constexpr std::array<std::string_view, 9> meaning_words{
    "nothing", "denied", "passive", "active", "imminent", "unsafe", "safe", "injured", "abuse_now"};
constexpr std::array<std::string_view, 16> built_in_words{
    "",          "clause", "opening",   "words",      "feeling",    "guess",       "topic",
    "wish",      "line",   "line_text", "line_abuse", "line_child", "line_eating", "line_poison",
    "emergency", "country"};

bool always_available(BuiltIn built_in) { return built_in >= BuiltIn::line; }

// The words of a person; only these can be turned round.
bool is_wording(const TextArg& arg, const std::vector<Slot>& slots) {
    if (arg.slot != SlotId::none) {
        const SlotType type = slots[index(arg.slot)].type;
        return type == SlotType::line || type == SlotType::phrase || type == SlotType::feeling;
    }
    return arg.built_in != BuiltIn::none && !always_available(arg.built_in);
}

bool is_number(SlotType type) { return type == SlotType::number || type == SlotType::count; }

std::vector<const ScriptNode*> elements(const ScriptNode* node) {
    std::vector<const ScriptNode*> result;
    if (node == nullptr || node->is_nothing()) return result;
    if (!node->is_list()) return {node};
    for (const ScriptNode& item : node->items) result.push_back(&item);
    return result;
}

std::string_view scalar(const ScriptNode* node) {
    return node != nullptr && node->is_scalar() ? std::string_view(node->text) : std::string_view{};
}

class Compiler {
public:
    Compiler(std::span<const ScriptFile* const> files, const IntentNames& intents, Pack& pack)
        : files_(files), intents_(intents), pack_(pack) {}

    ScriptPlaces run() {
        places_.reports.resize(files_.size());
        for (const ScriptFile* file : files_) pack_.files.push_back(file->path);
        for (std::size_t i = 0; i < files_.size(); ++i) check_shape(i);
        collect_dialogs();
        collect_slots();
        collect_steps();
        for (std::size_t i = 0; i < pack_.dialogs.size(); ++i)
            compile_dialog(static_cast<DialogId>(i));
        return std::move(places_);
    }

private:
    struct Scope {
        std::map<std::string, SlotId, std::less<>> slots;  // declared here
        std::map<std::string, StepId, std::less<>> steps;
        std::vector<std::string> step_names;
        std::vector<std::string> takes;
        std::vector<std::string> gives;
    };

    // ---- the outline of all files: what later names may refer to ----

    void check_shape(std::size_t file) {
        const ScriptNode& root = files_[file]->root;
        if (!root.is_map()) {
            places_.reports[file].add(Fault::not_a_mapping, root.at,
                                      "a dialog file is a mapping of keys",
                                      "begin with dialog: and the dialog's id");
            return;
        }
        validate(root, dialog_schema(), places_.reports[file]);
    }

    void collect_dialogs() {
        std::map<std::string, std::size_t> named;
        for (std::size_t i = 0; i < files_.size(); ++i) {
            const ScriptNode& root = files_[i]->root;
            if (!root.is_map()) continue;
            const std::string expected = dialog_name_of(files_[i]->path);
            const ScriptNode* name_node = root.find("dialog");
            std::string name(scalar(name_node));
            if (!is_name(name)) {
                if (!is_name(expected)) continue;
                name = expected;
            } else if (name != expected) {
                places_.reports[i].add(
                    Fault::file_name_differs, name_node->at,
                    "dialog " + in_quotes(name) + " stands in a file named " + in_quotes(expected),
                    "rename the file or the dialog");
            }
            const auto [first, fresh] = named.emplace(name, i);
            if (!fresh) {
                places_.reports[i].add(Fault::duplicate_dialog,
                                       (name_node != nullptr ? *name_node : root).at,
                                       "there is already a dialog " + in_quotes(name) + " in " +
                                           files_[first->second]->path,
                                       "rename one of them");
            }
        }
        for (const auto& [name, file] : named) {
            dialog_ids_.emplace(name, static_cast<DialogId>(pack_.dialogs.size()));
            dialog_names_.push_back(name);
            Dialog dialog;
            dialog.name = name;
            dialog.at = {static_cast<std::uint16_t>(file), files_[file]->root.at.line};
            const ScriptNode& root = files_[file]->root;
            dialog.kind = word_to(kind_words, scalar(root.find("kind")), DialogKind::talk);
            dialog.needs_consent = scalar(root.find("needs")) == "consent";
            dialog.about = std::string(trim(scalar(root.find("about"))));
            dialog.version =
                static_cast<std::uint32_t>(parse_integer(scalar(root.find("version"))).value_or(1));
            pack_.dialogs.push_back(std::move(dialog));
            places_.dialogs.push_back(&root);
            places_.files.push_back(file);
        }
        scopes_.resize(pack_.dialogs.size());
    }

    void collect_slots() {
        for (std::size_t d = 0; d < pack_.dialogs.size(); ++d) {
            const ScriptNode& root = *places_.dialogs[d];
            Report& report = report_of(d);
            const ScriptNode* slots = root.find("slots");
            if (slots != nullptr && slots->is_map()) {
                for (std::size_t i = 0; i < slots->keys.size(); ++i)
                    declare_slot(d, slots->keys[i], slots->items[i], report);
            }
            collect_passed(d, root.find("takes"), scopes_[d].takes, "takes", report);
            collect_passed(d, root.find("gives"), scopes_[d].gives, "gives", report);
        }
        for (std::size_t d = 0; d < pack_.dialogs.size(); ++d) {
            for (const std::string& name : scopes_[d].takes)
                pack_.dialogs[d].takes.push_back(scopes_[d].slots.find(name)->second);
            for (const std::string& name : scopes_[d].gives)
                pack_.dialogs[d].gives.push_back(scopes_[d].slots.find(name)->second);
        }
    }

    void collect_passed(std::size_t d, const ScriptNode* list, std::vector<std::string>& into,
                        std::string_view key, Report& report) {
        for (const ScriptNode* item : elements(list)) {
            if (!item->is_scalar() || !is_name(item->text)) continue;
            if (scopes_[d].slots.contains(item->text)) {
                into.push_back(item->text);
            } else {
                report.add(Fault::undeclared_pass, item->at,
                           in_quotes(key) + " names " + in_quotes(item->text) +
                               ", which this dialog does not declare",
                           "add it to slots");
            }
        }
    }

    void declare_slot(std::size_t d, const ScriptNode& key, const ScriptNode& node,
                      Report& report) {
        if (!is_name(key.text) || !node.is_map()) return;
        if (std::ranges::find(built_in_words, key.text) != built_in_words.end() ||
            is_condition_variable(key.text) || key.text == "and" || key.text == "or" ||
            key.text == "not" || key.text == "true" || key.text == "false" || key.text == "yes" ||
            key.text == "no") {
            report.add(Fault::reserved_name, key.at,
                       in_quotes(key.text) + " is a name of the engine's own",
                       "call the slot otherwise");
            return;
        }
        Slot slot;
        slot.name = key.text;
        slot.type = word_to(type_words, scalar(node.find("type")), SlotType::line);
        slot.keep = word_to(keep_words, scalar(node.find("keep")), Keep::dialog);
        const auto misplaced = [&](std::string_view attribute, bool fits) {
            const ScriptNode* at = node.find_key(attribute);
            if (at != nullptr && !fits) {
                report.add(Fault::slot_attributes, at->at,
                           "a " + std::string(scalar(node.find("type"))) + " has no " +
                               in_quotes(attribute),
                           "range belongs to number, of to choice, max to count");
            }
        };
        misplaced("range", slot.type == SlotType::number);
        misplaced("of", slot.type == SlotType::choice);
        misplaced("max", slot.type == SlotType::count);
        if (slot.type == SlotType::number) {
            const auto range = parse_range(scalar(node.find("range")));
            slot.low = range ? range->low : 0;
            slot.high = range ? range->high : 10;
        } else if (slot.type == SlotType::count) {
            slot.high = parse_integer(scalar(node.find("max"))).value_or(9);
        } else if (slot.type == SlotType::choice) {
            for (const ScriptNode* item : elements(node.find("of")))
                slot.of.emplace_back(scalar(item));
            if (slot.of.empty()) {
                report.add(Fault::slot_attributes, key.at, "a choice needs its ids",
                           "of: [first, second]");
            }
        }
        SlotId id = SlotId::none;
        if (slot.keep == Keep::dialog) {
            slot.owner = static_cast<DialogId>(d);
            id = add_slot(std::move(slot));
        } else if (const auto known = shared_.find(slot.name); known != shared_.end()) {
            id = known->second;
            check_same(pack_.slots[index(id)], slot, d, key, report);
        } else {
            const std::string name = slot.name;
            id = add_slot(std::move(slot));
            shared_.emplace(name, id);
            shared_by_.emplace(name, d);
        }
        scopes_[d].slots.insert_or_assign(key.text, id);
    }

    void check_same(const Slot& known, const Slot& slot, std::size_t, const ScriptNode& key,
                    Report& report) {
        if (known.type == slot.type && known.keep == slot.keep && known.low == slot.low &&
            known.high == slot.high && known.of == slot.of)
            return;
        std::string what =
            known.type != slot.type
                ? "type: " + std::string(type_words[static_cast<std::size_t>(known.type)])
            : known.keep != slot.keep
                ? "keep: " + std::string(keep_words[static_cast<std::size_t>(known.keep)])
                : "other values";
        report.add(Fault::slot_conflict, key.at,
                   "slot " + in_quotes(slot.name) + " is shared and has " + what + " in dialog " +
                       in_quotes(pack_.dialogs[shared_by_.find(slot.name)->second].name),
                   "declare it alike in every dialog, or give it another name");
    }

    SlotId add_slot(Slot slot) {
        const auto id = static_cast<SlotId>(pack_.slots.size());
        pack_.slots.push_back(std::move(slot));
        return id;
    }

    void collect_steps() {
        for (std::size_t d = 0; d < pack_.dialogs.size(); ++d) {
            Report& report = report_of(d);
            const ScriptNode* list = places_.dialogs[d]->find("steps");
            Dialog& dialog = pack_.dialogs[d];
            dialog.first = static_cast<StepId>(pack_.steps.size());
            for (const ScriptNode* node : elements(list)) {
                if (!node->is_map()) continue;
                const ScriptNode* name = node->find("step");
                Step step;
                step.dialog = static_cast<DialogId>(d);
                step.at = {dialog.at.file, node->at.line};
                if (name != nullptr && name->is_scalar()) {
                    step.name = name->text;
                    const auto [known, fresh] = scopes_[d].steps.emplace(
                        step.name, static_cast<StepId>(pack_.steps.size()));
                    if (!fresh) {
                        report.add(Fault::duplicate_step, name->at,
                                   "step " + in_quotes(step.name) + " is already in line " +
                                       std::to_string(pack_.steps[index(known->second)].at.line),
                                   "rename one of them");
                    }
                    scopes_[d].step_names.push_back(step.name);
                }
                pack_.steps.push_back(std::move(step));
                places_.steps.push_back(node);
                ++dialog.count;
            }
            if (dialog.count == 0 && list != nullptr && list->is_list()) {
                report.add(Fault::no_steps, list->at, "this dialog has no steps",
                           "begin with - step: ...");
            }
        }
    }

    // ---- one dialog ----

    Report& report_of(std::size_t d) { return places_.reports[places_.files[d]]; }

    void compile_dialog(DialogId id) {
        current_ = index(id);
        report_ = &report_of(current_);
        scope_ = &scopes_[current_];
        names_ = make_names();
        const ScriptNode& root = *places_.dialogs[current_];
        Dialog& dialog = pack_.dialogs[current_];
        if (const ScriptNode* language = root.find("language");
            language != nullptr && scalar(language) != pack_.language) {
            report_->add(Fault::language_differs, language->at,
                         "this pack is in " + in_quotes(pack_.language),
                         "move the file to dialogs/" + std::string(scalar(language)) + "/");
        }
        if (dialog.kind == DialogKind::practice && !dialog.needs_consent) {
            const ScriptNode* kind = root.find("kind");
            report_->add(Fault::practice_without_consent, (kind != nullptr ? *kind : root).at,
                         "a practice begins only after a yes", "add needs: consent");
        }
        compile_renamed(root.find("renamed"), dialog);
        for (const ScriptNode* node : elements(root.find("starts"))) {
            if (node->is_map()) dialog.starts.push_back(compile_start(*node));
        }
        for (const ScriptNode* node : elements(root.find("interrupts"))) {
            if (!node->is_map()) continue;
            Interrupt interrupt;
            interrupt.on = compile_start(*node);
            refuse_globals(node->find("heard"));
            interrupt.call = find_dialog(node->find("call"));
            interrupt.back = compile_line(node->find("back"), false);
            dialog.interrupts.push_back(std::move(interrupt));
        }
        for (std::size_t i = 0; i < dialog.count; ++i)
            compile_step(static_cast<StepId>(index(dialog.first) + i));
    }

    Names make_names() {
        Names names;
        names.slots = &pack_.slots;
        names.slot = [this](std::string_view name) { return find_slot(name); };
        names.dialog = [this](std::string_view name) {
            const auto found = dialog_ids_.find(name);
            return found == dialog_ids_.end() ? DialogId::none : found->second;
        };
        names.intent = [this](std::string_view name) { return intents_.find(name); };
        for (const auto& [name, id] : scope_->slots) names.slot_names.push_back(name);
        for (const auto& [name, id] : shared_) {
            if (!scope_->slots.contains(name)) names.slot_names.push_back(name);
        }
        names.dialog_names = &dialog_names_;
        names.intent_names = &intents_.all;
        return names;
    }

    void compile_renamed(const ScriptNode* node, Dialog& dialog) {
        if (node == nullptr || !node->is_map()) return;
        for (std::size_t i = 0; i < node->keys.size(); ++i) {
            const ScriptNode& old = node->keys[i];
            if (scope_->steps.contains(old.text)) {
                report_->add(Fault::renamed_target, old.at,
                             "step " + in_quotes(old.text) + " still exists, so it was not renamed",
                             "remove this line, or rename the step");
            }
            for (const ScriptNode* target : elements(&node->items[i])) {
                if (!target->is_scalar()) continue;
                if (scope_->steps.contains(target->text)) {
                    dialog.renamed.emplace_back(old.text, target->text);
                } else {
                    report_->add(Fault::renamed_target, target->at,
                                 "there is no step " + in_quotes(target->text),
                                 did_you_mean(target->text, scope_->step_names));
                }
            }
        }
    }

    Start compile_start(const ScriptNode& node) {
        Start start;
        start.intents = find_intents(node.find("heard"));
        if (const auto whom = scalar(node.find("whom")); !whom.empty() && whom != "anyone") {
            start.any_whom = false;
            start.whom = word_to(whom_words, whom, Whom::self);
        }
        if (const auto time = scalar(node.find("time")); !time.empty()) {
            start.any_time = false;
            start.time = word_to(time_words, time, Time::now);
        }
        start.when = compile_condition(node.find("if"));
        start.cooldown_turns = parse_turns(scalar(node.find("cooldown"))).value_or(0);
        return start;
    }

    // ---- names ----

    SlotId find_slot(std::string_view name) const {
        if (const auto own = scope_->slots.find(name); own != scope_->slots.end())
            return own->second;
        if (const auto shared = shared_.find(name); shared != shared_.end()) return shared->second;
        return SlotId::none;
    }

    SlotId need_slot(const ScriptNode& node) {
        const SlotId slot = find_slot(node.text);
        if (slot == SlotId::none) {
            report_->add(Fault::unknown_slot, node.at, "there is no slot " + in_quotes(node.text),
                         did_you_mean(node.text, names_.slot_names, "declare it under slots"));
        }
        return slot;
    }

    DialogId find_dialog(const ScriptNode* node) {
        if (node == nullptr || !node->is_scalar() || !is_name(node->text)) return DialogId::none;
        const auto found = dialog_ids_.find(node->text);
        if (found != dialog_ids_.end()) return found->second;
        report_->add(Fault::unknown_dialog, node->at, "there is no dialog " + in_quotes(node->text),
                     did_you_mean(node->text, dialog_names_));
        return DialogId::none;
    }

    StepId find_step(const ScriptNode& node, Fault fault = Fault::unknown_step) {
        const auto found = scope_->steps.find(node.text);
        if (found != scope_->steps.end()) return found->second;
        std::string hint = did_you_mean(node.text, scope_->step_names);
        if (hint.empty() && dialog_ids_.contains(node.text))
            hint = "a dialog has this name: switch: or call: leads there";
        report_->add(fault, node.at, "this dialog has no step " + in_quotes(node.text),
                     std::move(hint));
        return StepId::none;
    }

    std::vector<IntentId> find_intents(const ScriptNode* node) {
        std::vector<IntentId> result;
        for (const ScriptNode* item : elements(node)) {
            if (!item->is_scalar() || !is_name(item->text)) continue;
            const IntentId intent = intents_.find(item->text);
            if (intent == IntentId::none) {
                report_->add(Fault::unknown_intent, item->at,
                             "there is no intent " + in_quotes(item->text),
                             did_you_mean(item->text, intents_.all));
            } else {
                result.push_back(intent);
            }
        }
        return result;
    }

    void refuse_globals(const ScriptNode* heard) {
        for (const ScriptNode* item : elements(heard)) {
            const auto table = globals();
            const auto found =
                std::ranges::find(table, std::string_view(item->text), &Global::intent);
            if (found != table.end() && !found->shadowable) {
                report_->add(
                    Fault::shadows_global, item->at,
                    in_quotes(item->text) + " is answered by the engine, whatever a dialog hears",
                    "remove this entry");
            }
        }
    }

    // ---- conditions, texts, lines ----

    ConditionId compile_condition(const ScriptNode* node) {
        if (node == nullptr || !node->is_scalar()) return ConditionId::none;
        std::vector<ConditionProblem> problems;
        Condition condition = parse_condition(node->text, names_, problems);
        for (ConditionProblem& problem : problems) {
            report_->add(problem.fault, node->inside(problem.offset, problem.length),
                         std::move(problem.message), std::move(problem.hint));
        }
        if (condition.empty()) return ConditionId::none;
        const auto id = static_cast<ConditionId>(pack_.conditions.size());
        pack_.conditions.push_back(std::move(condition));
        return id;
    }

    // `plain` becomes false when the text cannot be said unless something is known.
    Text compile_text(const ScriptNode& node, bool& plain, bool bubble) {
        std::vector<MessageProblem> problems;
        Message message = parse_message(node.text, problems);
        for (MessageProblem& problem : problems) {
            report_->add(problem.fault, node.inside(problem.offset), std::move(problem.message),
                         std::move(problem.hint));
        }
        check_prose(node, message, pack_.dialogs[current_].kind, bubble, *report_);
        Text text;
        text.hash = fnv1a(message.source);
        for (const MessageArg& arg : message.args) {
            TextArg made = compile_arg(node, arg);
            if (!always_available(made.built_in)) plain = false;
            text.args.push_back(std::move(made));
        }
        text.source = std::move(message.source);
        text.pieces = std::move(message.pieces);
        text.icu = std::move(message.icu);
        return text;
    }

    TextArg compile_arg(const ScriptNode& node, const MessageArg& arg) {
        TextArg made;
        made.name = arg.name;
        made.slot = find_slot(arg.name);
        const Spot at = node.inside(arg.offset, arg.name.size());
        if (made.slot == SlotId::none) {
            made.built_in = word_to(built_in_words, arg.name, BuiltIn::none);
            if (made.built_in == BuiltIn::none) {
                std::vector<std::string> all = names_.slot_names;
                all.insert(all.end(), built_in_words.begin() + 1, built_in_words.end());
                report_->add(Fault::unknown_value, at,
                             "there is nothing called " + in_quotes(arg.name) + " to insert",
                             did_you_mean(arg.name, all, "declare it under slots"));
                return made;
            }
        }
        if (arg.number &&
            (made.slot == SlotId::none || !is_number(pack_.slots[index(made.slot)].type))) {
            report_->add(Fault::plural_misfit, at, in_quotes(arg.name) + " is no number",
                         "plural needs a slot of type number or count");
        }
        if (!arg.filter.empty()) {
            made.filter = arg.filter == "reflect" ? Filter::reflect
                          : arg.filter == "noun"  ? Filter::noun
                                                  : Filter::none;
            if (made.filter == Filter::none) {
                report_->add(Fault::unknown_filter,
                             node.inside(arg.offset + arg.name.size() + 1, arg.filter.size()),
                             "there is no filter " + in_quotes(arg.filter),
                             did_you_mean(arg.filter, {"reflect", "noun"}, "reflect or noun"));
            } else if (!is_wording(made, pack_.slots)) {
                report_->add(Fault::filter_misfit, at,
                             in_quotes(arg.name) + " holds no words of the person",
                             "write {" + arg.name + "}");
            }
        }
        return made;
    }

    // `must_speak`: an empty line would leave the person without a question.
    LineId compile_line(const ScriptNode* node, bool must_speak, bool bubble = true) {
        if (node == nullptr || node->is_nothing()) return LineId::none;
        Line line;
        const ScriptNode* list = node;
        if (node->is_map() && node->find("text") == nullptr) {
            line.vary = word_to(vary_words, scalar(node->find("vary")), Vary::no_repeat);
            list = node->find("of");
        }
        bool any_plain = false;
        for (const ScriptNode* item : elements(list)) {
            const ScriptNode* text = item->is_map() ? item->find("text") : item;
            if (text == nullptr || !text->is_scalar() || trim(text->text).empty()) continue;
            Variation variation;
            bool plain = true;
            variation.text = compile_text(*text, plain, bubble);
            variation.at = {static_cast<std::uint16_t>(places_.files[current_]), text->at.line};
            if (item->is_map()) {
                variation.when = compile_condition(item->find("if"));
                if (item->find("if") != nullptr) plain = false;
            }
            any_plain = any_plain || plain;
            line.of.push_back(std::move(variation));
        }
        if (line.of.empty()) return LineId::none;
        if (line.vary == Vary::once ? must_speak : !any_plain) {
            report_->add(Fault::can_be_empty, node->at,
                         line.vary == Vary::once
                             ? "a question said only once leaves silence the next time"
                             : "every variation here needs a value or a condition, so nothing "
                               "might be left to say",
                         line.vary == Vary::once ? "use no_repeat"
                                                 : "add a variation without braces and without if");
        }
        const auto id = static_cast<LineId>(pack_.lines.size());
        pack_.lines.push_back(std::move(line));
        return id;
    }

    bool line_asks(LineId id) const {
        if (id == LineId::none) return false;
        return std::ranges::any_of(pack_.lines[index(id)].of, [](const Variation& variation) {
            return count_questions(variation.text.source) > 0;
        });
    }

    // ---- values ----

    // Checks a constant for a slot and brings it into the form that the engine stores.
    std::string fit(const Slot& slot, const ScriptNode& node) {
        const std::string& value = node.text;
        const auto refuse = [&](std::string hint) {
            report_->add(Fault::value_misfit, node.at,
                         in_quotes(slot.name) + " cannot be " + in_quotes(value), std::move(hint));
            return value;
        };
        switch (slot.type) {
            case SlotType::flag:
                if (value == "yes" || value == "true") return "yes";
                if (value == "no" || value == "false") return "no";
                return refuse("a flag is yes or no");
            case SlotType::choice: {
                if (std::ranges::find(slot.of, value) != slot.of.end()) return value;
                std::vector<std::string_view> all(slot.of.begin(), slot.of.end());
                return refuse(
                    did_you_mean(value, slot.of, all.empty() ? "" : "it is " + one_of(all)));
            }
            case SlotType::number:
            case SlotType::count: {
                const auto number = parse_integer(value);
                if (!number || *number < slot.low || *number > slot.high) {
                    return refuse("a whole number from " + std::to_string(slot.low) + " to " +
                                  std::to_string(slot.high));
                }
                return std::to_string(*number);
            }
            default:
                return value;
        }
    }

    // The name in { slot }, written as a mapping without a value or as a quoted text.
    static std::optional<std::string> braced(const ScriptNode& node) {
        if (node.is_map() && node.keys.size() == 1) return node.keys.front().text;
        const std::string_view text = trim(node.text);
        if (node.is_scalar() && text.size() > 2 && text.front() == '{' && text.back() == '}') {
            const std::string_view name = trim(text.substr(1, text.size() - 2));
            if (is_name(name)) return std::string(name);
        }
        return std::nullopt;
    }

    Assignment compile_value(SlotId target, const ScriptNode& node) {
        Assignment made;
        made.slot = target;
        const Slot& slot = pack_.slots[index(target)];
        if (const auto name = braced(node)) {
            made.from = find_slot(*name);
            if (made.from == SlotId::none) {
                report_->add(Fault::unknown_slot, node.at, "there is no slot " + in_quotes(*name),
                             did_you_mean(*name, names_.slot_names, "declare it under slots"));
                return made;
            }
            const SlotType from = pack_.slots[index(made.from)].type;
            const bool words = slot.type == SlotType::line || slot.type == SlotType::phrase;
            if (!words && from != slot.type && !(is_number(from) && is_number(slot.type))) {
                report_->add(Fault::value_misfit, node.at,
                             in_quotes(*name) + " is a " +
                                 std::string(type_words[static_cast<std::size_t>(from)]) + ", " +
                                 in_quotes(slot.name) + " a " +
                                 std::string(type_words[static_cast<std::size_t>(slot.type)]));
            }
            return made;
        }
        if (!node.is_scalar()) return made;
        if (is_number(slot.type) && node.style == ScriptNode::Style::plain &&
            (node.text.starts_with('+') || node.text.starts_with('-')) && slot.low >= 0) {
            const auto change = parse_integer(node.text);
            if (change && *change != 0) {
                made.add = *change;
                return made;
            }
        }
        if (node.text.starts_with('+') && parse_integer(node.text) && !is_number(slot.type)) {
            report_->add(Fault::value_misfit, node.at,
                         in_quotes(slot.name) + " cannot be counted up",
                         "only number and count slots can");
            return made;
        }
        made.text = fit(slot, node);
        return made;
    }

    std::vector<Assignment> compile_set(const ScriptNode* node) {
        std::vector<Assignment> result;
        if (node == nullptr || !node->is_map()) return result;
        for (std::size_t i = 0; i < node->keys.size(); ++i) {
            const SlotId slot = need_slot(node->keys[i]);
            if (slot != SlotId::none) result.push_back(compile_value(slot, node->items[i]));
        }
        return result;
    }

    // ---- moves ----

    // Reads the one move among the given keys; `go_key` may be "otherwise" too.
    Move compile_move(const ScriptNode& node, std::span<const std::string_view> keys) {
        Move move;
        const ScriptNode* first = nullptr;
        std::string_view chosen;
        for (std::size_t i = 0; i < node.keys.size(); ++i) {
            const ScriptNode& key = node.keys[i];
            if (std::ranges::find(keys, key.text) == keys.end()) continue;
            if (key.text == "otherwise" && scalar(&node.items[i]) == "true") continue;
            if (first != nullptr) {
                report_->add(
                    Fault::two_moves, key.at,
                    in_quotes(key.text) + " and " + in_quotes(chosen) + " cannot both happen",
                    "keep one of them");
                continue;
            }
            first = &node.items[i];
            chosen = key.text;
        }
        const ScriptNode* with = node.find("with");
        const ScriptNode* gives = node.find("gives");
        if (chosen != "call") misplaced(node, "gives", "only with call");
        if (chosen != "call" && chosen != "switch")
            misplaced(node, "with", "only with call or switch");
        if (first == nullptr) return move;
        if (chosen == "go" || chosen == "otherwise") {
            move.kind = Move::Kind::go;
            if (first->is_scalar() && is_name(first->text)) move.step = find_step(*first);
        } else if (chosen == "end") {
            move.kind = scalar(first) == "conversation" ? Move::Kind::close : Move::Kind::end;
        } else if (chosen == "again") {
            move.kind = Move::Kind::again;
        } else if (chosen == "call" || chosen == "switch") {
            move.kind = chosen == "call" ? Move::Kind::call : Move::Kind::switch_to;
            move.dialog = find_dialog(first);
            if (move.dialog != DialogId::none) {
                move.with = compile_with(with, move.dialog);
                if (chosen == "call") move.gives = compile_gives(gives, move.dialog);
            }
        }
        return move;
    }

    void misplaced(const ScriptNode& node, std::string_view key, std::string hint) {
        if (const ScriptNode* at = node.find_key(key)) {
            report_->add(Fault::not_waiting, at->at, in_quotes(key) + " has no effect here",
                         std::move(hint));
        }
    }

    std::vector<Assignment> compile_with(const ScriptNode* node, DialogId called) {
        std::vector<Assignment> result;
        if (node == nullptr || !node->is_map()) return result;
        const Scope& scope = scopes_[index(called)];
        for (std::size_t i = 0; i < node->keys.size(); ++i) {
            const std::string& name = node->keys[i].text;
            if (std::ranges::find(scope.takes, name) == scope.takes.end()) {
                report_->add(Fault::not_taken, node->keys[i].at,
                             "dialog " + in_quotes(pack_.dialogs[index(called)].name) +
                                 " does not take " + in_quotes(name),
                             did_you_mean(name, scope.takes, "add it to its takes"));
                continue;
            }
            result.push_back(compile_value(scope.slots.find(name)->second, node->items[i]));
        }
        return result;
    }

    std::vector<std::pair<SlotId, SlotId>> compile_gives(const ScriptNode* node, DialogId called) {
        std::vector<std::pair<SlotId, SlotId>> result;
        if (node == nullptr || !node->is_map()) return result;
        const Scope& scope = scopes_[index(called)];
        for (std::size_t i = 0; i < node->keys.size(); ++i) {
            const SlotId own = need_slot(node->keys[i]);
            const std::string& name = node->items[i].text;
            if (std::ranges::find(scope.gives, name) == scope.gives.end()) {
                report_->add(Fault::not_given, node->items[i].at,
                             "dialog " + in_quotes(pack_.dialogs[index(called)].name) +
                                 " does not give " + in_quotes(name),
                             did_you_mean(name, scope.gives, "add it to its gives"));
                continue;
            }
            if (own != SlotId::none) result.emplace_back(own, scope.slots.find(name)->second);
        }
        return result;
    }

    // ---- steps ----

    void compile_step(StepId id) {
        const ScriptNode& node = *places_.steps[index(id)];
        Step step = std::move(pack_.steps[index(id)]);
        step.when = compile_condition(node.find("if"));
        step.set = compile_set(node.find("set"));
        compile_forget(node.find("forget"), step);
        step.say = compile_line(node.find("say"), false);
        step.tone = word_to(tone_words, scalar(node.find("tone")), Tone::warm);
        step.show = word_to(show_words, scalar(node.find("show")), Show::nothing);
        step.show_text = compile_line(node.find("text"), false, false);
        if (step.show == Show::nothing) misplaced(node, "text", "only with show");
        if (const ScriptNode* remember = node.find("remember");
            remember != nullptr && remember->is_scalar()) {
            step.remember = need_slot(*remember);
            if (step.remember != SlotId::none &&
                pack_.slots[index(step.remember)].keep != Keep::person) {
                report_->add(Fault::remember_kept, remember->at,
                             in_quotes(remember->text) + " is not a slot with keep: person",
                             "only those are kept after the session");
            }
        }
        static constexpr std::array<std::string_view, 4> moves{"call", "go", "switch", "end"};
        step.move = compile_move(node, moves);
        compile_wait(node, step);
        pack_.steps[index(id)] = std::move(step);
    }

    void compile_forget(const ScriptNode* node, Step& step) {
        if (node == nullptr || !node->is_scalar()) return;
        if (node->text == "dialog")
            step.forget = ForgetScope::dialog;
        else if (node->text == "session")
            step.forget = ForgetScope::session;
        else if (node->text == "person")
            step.forget = ForgetScope::person;
        else {
            step.forget = ForgetScope::slot;
            step.forget_slot = need_slot(*node);
        }
    }

    void compile_wait(const ScriptNode& node, Step& step) {
        static constexpr std::array<std::string_view, 7> last_keys{"ask", "listen", "pace", "call",
                                                                   "go",  "switch", "end"};
        static constexpr std::array<std::string_view, 3> wait_keys{"ask", "listen", "pace"};
        std::string_view wait;
        std::string_view move;
        for (const ScriptNode& key : node.keys) {
            if (std::ranges::find(last_keys, key.text) == last_keys.end()) continue;
            const bool waits = std::ranges::find(wait_keys, key.text) != wait_keys.end();
            // Two moves are already told by compile_move.
            if ((waits && (!wait.empty() || !move.empty())) || (!waits && !wait.empty())) {
                report_->add(Fault::two_moves, key.at,
                             in_quotes(key.text) + " and " + in_quotes(wait.empty() ? move : wait) +
                                 " cannot both end a step",
                             "put one of them into the next step");
            }
            if (waits && wait.empty()) wait = key.text;
            if (!waits && move.empty()) move = key.text;
        }
        if (wait.empty()) {
            for (const std::string_view key : {"expects", "options", "hear", "skip", "question",
                                               "yes_means", "no_means", "unsure_means"}) {
                misplaced(node, key, "only a step with ask or listen waits");
            }
            return;
        }
        if (wait == "pace") {
            step.wait = Step::Wait::pace;
            for (const std::string_view key :
                 {"expects", "options", "question", "yes_means", "no_means", "unsure_means"}) {
                misplaced(node, key, "only a step with ask or listen has an answer");
            }
            compile_pace(*node.find("pace"), step);
        } else {
            step.wait = wait == "ask" ? Step::Wait::ask : Step::Wait::listen;
            step.ask = wait == "ask" ? compile_line(node.find("ask"), true) : LineId::none;
            const ScriptNode* expects = node.find(wait == "ask" ? "expects" : "listen");
            if (wait == "ask" && expects == nullptr) {
                report_->add(Fault::missing_key, node.find_key("ask")->at, "ask needs expects",
                             "expects: open when anything may be said");
            }
            if (wait == "listen" && node.find("expects") != nullptr) {
                report_->add(Fault::needless_expects, node.find_key("expects")->at,
                             "listen itself says what is expected",
                             "write listen: " + std::string(scalar(node.find("expects"))));
            }
            if (const auto expectation = parse_expects(scalar(expects))) {
                step.expects = expectation->expects;
                step.low = expectation->scale.low;
                step.high = expectation->scale.high;
            }
            compile_options(node, step);
            if (wait == "ask" && line_asks(step.say)) {
                report_->add(Fault::two_questions, node.find("say")->at,
                             "this bubble asks too, just before the question",
                             "ask one thing a turn");
            }
        }
        compile_hear(node, step);
        compile_question(node, step);
        if (const ScriptNode* skip = node.find("skip"); skip != nullptr && skip->is_scalar())
            step.skip = find_step(*skip, Fault::skip_target);
    }

    void compile_pace(const ScriptNode& list, Step& step) {
        for (const ScriptNode* item : elements(&list)) {
            if (!item->is_map()) continue;
            PaceLine line;
            line.say = compile_line(item->find("say"), true);
            const ScriptNode* lasts = item->find("for");
            if (lasts == nullptr) {
                report_->add(Fault::pace_without_time, item->at, "this line has no time",
                             "for: 25 s");
            } else {
                line.lasts = parse_duration(scalar(lasts)).value_or(std::chrono::seconds{10});
            }
            step.pace.push_back(line);
        }
    }

    void compile_options(const ScriptNode& node, Step& step) {
        const ScriptNode* options = node.find("options");
        const bool choice = step.expects == Expects::choice;
        if (choice != (options != nullptr)) {
            report_->add(Fault::options_misfit,
                         (options != nullptr ? *node.find_key("options") : node).at,
                         choice ? "a choice needs options" : "options need expects: choice");
        }
        for (const ScriptNode* item : elements(options)) {
            const ScriptNode* id = item->find("id");
            const ScriptNode* label = item->find("label");
            if (id == nullptr || label == nullptr || !id->is_scalar() || !label->is_scalar())
                continue;
            if (std::ranges::find(step.options, id->text, &Option::id) != step.options.end()) {
                report_->add(Fault::duplicate_option, id->at,
                             "there are two options " + in_quotes(id->text));
            }
            bool plain = true;
            Option option;
            option.id = id->text;
            option.label = compile_text(*label, plain, true);
            if (!plain) {
                report_->add(Fault::can_be_empty, label->at,
                             "a label must be readable without knowing anything",
                             "write it without braces");
            }
            step.options.push_back(std::move(option));
        }
    }

    void compile_hear(const ScriptNode& node, Step& step) {
        const ScriptNode* list = node.find("hear");
        bool has_otherwise = false;
        for (const ScriptNode* item : elements(list)) {
            if (!item->is_map()) continue;
            Hear hear = compile_entry(*item, step);
            if (hear.kind == Hear::Kind::otherwise && item->find("if") == nullptr)
                has_otherwise = true;
            if (!has_trigger(*item)) continue;  // told; what it would do is unknown
            if (never_wins(hear, step.hear)) {
                report_->add(Fault::never_wins, item->at,
                             "an entry above always wins over this one",
                             "remove one of them, or add if:");
            }
            step.hear.push_back(std::move(hear));
        }
        if (!has_otherwise && step.wait != Step::Wait::pace) {
            const ScriptNode* at = node.find_key(step.wait == Step::Wait::ask ? "ask" : "listen");
            report_->add(Fault::no_otherwise, at->at,
                         "no otherwise: what happens when something unexpected is said?",
                         "end hear with - { otherwise: some_step }");
        }
        const auto rank = [](const Hear& hear) {
            switch (hear.kind) {
                case Hear::Kind::answer:
                case Hear::Kind::heard:
                    return 0;
                case Hear::Kind::silence:
                    return 1;
                case Hear::Kind::fills:
                    return 2;
                case Hear::Kind::otherwise:
                    return 3;
            }
            return 3;
        };
        std::ranges::stable_sort(step.hear, {}, rank);
    }

    static bool has_trigger(const ScriptNode& node) {
        return std::ranges::any_of(
            triggers, [&](std::string_view trigger) { return node.find(trigger) != nullptr; });
    }

    // True when one of the entries before it takes every message that this one would.
    static bool never_wins(const Hear& hear, const std::vector<Hear>& before) {
        return std::ranges::any_of(before, [&](const Hear& other) {
            if (other.kind != hear.kind || other.when != ConditionId::none) return false;
            switch (hear.kind) {
                case Hear::Kind::answer:
                    return hear.answer.empty() == other.answer.empty() &&
                           (hear.answer.empty() ? hear.low >= other.low && hear.high <= other.high
                                                : hear.answer == other.answer);
                case Hear::Kind::heard:
                    return other.any_whom && other.any_time && other.any_polarity &&
                           hear.any_polarity && !hear.intents.empty() &&
                           std::ranges::all_of(hear.intents, [&](IntentId id) {
                               return std::ranges::find(other.intents, id) != other.intents.end();
                           });
                case Hear::Kind::silence:
                    return other.after <= hear.after;
                case Hear::Kind::fills:
                case Hear::Kind::otherwise:
                    return true;
            }
            return false;
        });
    }

    Hear compile_entry(const ScriptNode& node, const Step& step) {
        static constexpr std::array<std::string_view, 6> moves{"go",  "call",  "switch",
                                                               "end", "again", "otherwise"};
        Hear hear;
        hear.at = {static_cast<std::uint16_t>(places_.files[current_]), node.at.line};
        std::vector<std::string_view> found;
        for (const std::string_view trigger : triggers) {
            if (node.find(trigger) != nullptr) found.push_back(trigger);
        }
        if (found.size() != 1) {
            report_->add(Fault::no_trigger, node.at,
                         found.empty() ? "this entry does not say what must be heard"
                                       : in_quotes(found[0]) + " and " + in_quotes(found[1]) +
                                             " cannot both be heard",
                         "answer, heard, silence, fills or otherwise: one of them");
        }
        const std::string_view trigger = found.empty() ? "otherwise" : found.front();
        const ScriptNode* what = node.find(trigger);
        if (trigger != "heard") {
            for (const std::string_view key : {"whom", "time", "polarity"})
                misplaced(node, key, "only with heard");
        }
        if (trigger == "heard") {
            hear.kind = Hear::Kind::heard;
            hear.intents = find_intents(what);
            refuse_globals(what);
            if (const auto whom = scalar(node.find("whom")); !whom.empty() && whom != "anyone") {
                hear.any_whom = false;
                hear.whom = word_to(whom_words, whom, Whom::self);
            }
            if (const auto time = scalar(node.find("time")); !time.empty()) {
                hear.any_time = false;
                hear.time = word_to(time_words, time, Time::now);
            }
            if (const auto polarity = scalar(node.find("polarity")); !polarity.empty()) {
                hear.any_polarity = false;
                hear.polarity = word_to(polarity_words, polarity, Polarity::asserted);
            }
        } else if (trigger == "answer") {
            hear.kind = Hear::Kind::answer;
            compile_answer(*what, step, hear);
        } else if (trigger == "silence") {
            hear.kind = Hear::Kind::silence;
            hear.after = parse_duration(scalar(what)).value_or(std::chrono::seconds{60});
        } else if (trigger == "fills") {
            hear.kind = Hear::Kind::fills;
            if (what->is_scalar()) {
                hear.slot = need_slot(*what);
                if (hear.slot != SlotId::none)
                    check_fills(*what, pack_.slots[index(hear.slot)], step);
            }
        }
        hear.when = compile_condition(node.find("if"));
        hear.say = compile_line(node.find("say"), false);
        hear.set = compile_set(node.find("set"));
        hear.move = compile_move(node, moves);
        return hear;
    }

    void compile_answer(const ScriptNode& node, const Step& step, Hear& hear) {
        if (!node.is_scalar()) return;
        const std::string_view value = trim(node.text);
        if (value == "unsure") {
            hear.answer = value;
            return;
        }
        switch (step.expects) {
            case Expects::yes_no:
                hear.answer = value;
                if (value != "yes" && value != "no") {
                    report_->add(Fault::answer_misfit, node.at,
                                 "yes_no is never answered " + in_quotes(value),
                                 "yes, no or unsure");
                }
                return;
            case Expects::scale: {
                const auto range = parse_range(value);
                const auto number = parse_integer(value);
                if (!range && !number) {
                    report_->add(Fault::answer_misfit, node.at,
                                 "a scale is never answered " + in_quotes(value),
                                 "a number, a range 0..3, or unsure");
                    return;
                }
                hear.low = range ? range->low : *number;
                hear.high = range ? range->high : *number;
                if (hear.low < step.low || hear.high > step.high) {
                    report_->add(Fault::outside_scale, node.at,
                                 in_quotes(value) + " lies outside the scale " +
                                     std::to_string(step.low) + ".." + std::to_string(step.high));
                }
                return;
            }
            case Expects::choice: {
                hear.answer = value;
                std::vector<std::string> ids;
                for (const Option& option : step.options) ids.push_back(option.id);
                if (std::ranges::find(ids, value) == ids.end()) {
                    report_->add(Fault::unknown_option, node.at,
                                 "there is no option " + in_quotes(value),
                                 did_you_mean(value, ids));
                }
                return;
            }
            default:
                report_->add(Fault::answer_misfit, node.at,
                             "only yes_no, scale and choice have such answers",
                             "use heard or fills, or change what the step expects");
        }
    }

    void check_fills(const ScriptNode& node, const Slot& slot, const Step& step) {
        bool fits = slot.type == SlotType::line || slot.type == SlotType::phrase;
        std::string hint = "a slot of type line or phrase";
        switch (step.expects) {
            case Expects::scale:
                hint = "a slot of type number with range " + std::to_string(step.low) + ".." +
                       std::to_string(step.high);
                fits = fits ||
                       (is_number(slot.type) && slot.low <= step.low && slot.high >= step.high);
                break;
            case Expects::choice:
                hint = "a slot of type choice with the same ids";
                fits = fits || (slot.type == SlotType::choice &&
                                std::ranges::all_of(step.options, [&](const Option& option) {
                                    return std::ranges::find(slot.of, option.id) != slot.of.end();
                                }));
                break;
            case Expects::feeling:
                hint = "a slot of type feeling";
                fits = fits || slot.type == SlotType::feeling;
                break;
            case Expects::yes_no:
                hint = "a slot of type flag";
                fits = fits || slot.type == SlotType::flag;
                break;
            default:
                break;
        }
        if (!fits) {
            report_->add(Fault::fills_misfit, node.at,
                         "an answer of this step does not fit " + in_quotes(slot.name), hint);
        }
    }

    void compile_question(const ScriptNode& node, Step& step) {
        const bool safety = pack_.dialogs[current_].kind == DialogKind::safety;
        const ScriptNode* question = node.find("question");
        step.question = word_to(question_words, scalar(question), Question::none);
        step.yes_means = word_to(meaning_words, scalar(node.find("yes_means")), Meaning::nothing);
        step.no_means = word_to(meaning_words, scalar(node.find("no_means")), Meaning::nothing);
        step.unsure_means =
            word_to(meaning_words, scalar(node.find("unsure_means")), Meaning::nothing);
        for (const std::string_view key : {"question", "yes_means", "no_means", "unsure_means"}) {
            const ScriptNode* at = node.find_key(key);
            if (at == nullptr) continue;
            if (!safety) {
                report_->add(Fault::question_outside_safety, at->at,
                             in_quotes(key) + " belongs to dialogs of kind safety",
                             "change the kind, or remove it");
                return;
            }
            if (key != "question" && question == nullptr) {
                report_->add(Fault::question_without_meaning, at->at,
                             in_quotes(key) + " without a question",
                             "add question: suicide (or plan, means ...)");
                return;
            }
        }
        if (question != nullptr && step.expects == Expects::yes_no &&
            (node.find("yes_means") == nullptr || node.find("no_means") == nullptr)) {
            report_->add(Fault::question_without_meaning, node.find_key("question")->at,
                         "what do yes and no say about safety?", "add yes_means and no_means");
        }
    }

    std::span<const ScriptFile* const> files_;
    const IntentNames& intents_;
    Pack& pack_;
    ScriptPlaces places_;
    std::map<std::string, DialogId, std::less<>> dialog_ids_;
    std::vector<std::string> dialog_names_;
    std::map<std::string, SlotId, std::less<>> shared_;
    std::map<std::string, std::size_t, std::less<>> shared_by_;
    std::vector<Scope> scopes_;
    // The dialog being compiled.
    std::size_t current_ = 0;
    Report* report_ = nullptr;
    Scope* scope_ = nullptr;
    Names names_;
};

}  // namespace

ScriptPlaces compile_dialogs(std::span<const ScriptFile* const> files, const IntentNames& intents,
                             Pack& pack) {
    return Compiler(files, intents, pack).run();
}

std::string dialog_name_of(std::string_view path) {
    if (const auto slash = path.find_last_of("/\\"); slash != std::string_view::npos)
        path.remove_prefix(slash + 1);
    if (const auto dot = path.find_last_of('.'); dot != std::string_view::npos)
        path = path.substr(0, dot);
    const bool coded =
        path.size() > 7 && path.starts_with("BF") && path[6] == '_' &&
        std::ranges::all_of(path.substr(2, 4), [](char c) { return c >= '0' && c <= '9'; });
    if (coded) path.remove_prefix(7);
    return std::string(path);
}

}  // namespace befriend
