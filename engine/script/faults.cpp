// SPDX-License-Identifier: Apache-2.0
#include "engine/script/faults.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace befriend {
namespace {

constexpr std::array table{
    FaultEntry{Fault::not_a_mapping, true, "The file holds no mapping"},
    FaultEntry{Fault::unknown_key, true, "Unknown key"},
    FaultEntry{Fault::missing_key, true, "A mandatory key is missing"},
    FaultEntry{Fault::wrong_shape, true, "Wrong shape of a value"},
    FaultEntry{Fault::not_allowed, true, "Not one of the allowed words"},
    FaultEntry{Fault::unquoted_prose, true, "Prose without quotes"},
    FaultEntry{Fault::not_a_number, true, "Not a whole number"},
    FaultEntry{Fault::bad_duration, true, "Not a duration"},
    FaultEntry{Fault::bad_name, true, "Not a name"},
    FaultEntry{Fault::bad_expects, true, "Not an expectation or range"},
    FaultEntry{Fault::language_differs, true, "The language differs from the folder"},
    FaultEntry{Fault::file_name_differs, true, "The dialog is not named like its file"},
    FaultEntry{Fault::duplicate_dialog, true, "Two dialogs of one name"},
    FaultEntry{Fault::duplicate_step, true, "Two steps of one name"},
    FaultEntry{Fault::unknown_step, true, "No such step"},
    FaultEntry{Fault::unknown_dialog, true, "No such dialog"},
    FaultEntry{Fault::unknown_slot, true, "No such slot"},
    FaultEntry{Fault::unknown_intent, true, "No such intent"},
    FaultEntry{Fault::unknown_option, true, "No such option"},
    FaultEntry{Fault::unknown_value, true, "Nothing of this name to insert"},
    FaultEntry{Fault::unknown_filter, true, "No such filter"},
    FaultEntry{Fault::duplicate_option, true, "Two options of one id"},
    FaultEntry{Fault::slot_conflict, true, "A shared slot is declared differently elsewhere"},
    FaultEntry{Fault::not_taken, true, "The called dialog does not take this slot"},
    FaultEntry{Fault::not_given, true, "The called dialog does not give this slot"},
    FaultEntry{Fault::renamed_target, true, "A renamed step leads nowhere"},
    FaultEntry{Fault::reserved_name, true, "The name is taken by the engine"},
    FaultEntry{Fault::skip_target, true, "Skip leads nowhere"},
    FaultEntry{Fault::no_steps, true, "A dialog without steps"},
    FaultEntry{Fault::undeclared_pass, true, "takes or gives names a slot that is not declared"},
    FaultEntry{Fault::can_be_empty, true, "Nothing might be left to say"},
    FaultEntry{Fault::apostrophe_at_brace, true, "An apostrophe next to a brace"},
    FaultEntry{Fault::message_syntax, true, "Broken braces in a text"},
    FaultEntry{Fault::two_questions, false, "More than one question in a turn"},
    FaultEntry{Fault::too_long, true, "A bubble with too many words"},
    FaultEntry{Fault::exclamation, true, "An exclamation mark in a safety dialog"},
    FaultEntry{Fault::hurtful_phrase, false, "A phrase that hurts"},
    FaultEntry{Fault::empty_text, true, "An empty text"},
    FaultEntry{Fault::filter_misfit, true, "This value cannot be filtered"},
    FaultEntry{Fault::plural_misfit, true, "plural needs a number"},
    FaultEntry{Fault::condition_syntax, true, "Broken condition"},
    FaultEntry{Fault::condition_name, true, "Unknown name in a condition"},
    FaultEntry{Fault::condition_type, true, "These two cannot be compared"},
    FaultEntry{Fault::condition_never, true, "A comparison with an impossible value"},
    FaultEntry{Fault::value_misfit, true, "The value does not fit the slot"},
    FaultEntry{Fault::slot_attributes, true, "These attributes do not fit the slot's type"},
    FaultEntry{Fault::remember_kept, true, "Only a person slot can be remembered"},
    FaultEntry{Fault::fills_misfit, true, "The answer cannot fill this slot"},
    FaultEntry{Fault::too_many_bubbles, false, "More than two bubbles in a turn"},
    FaultEntry{Fault::no_otherwise, true, "A waiting step without otherwise"},
    FaultEntry{Fault::two_moves, true, "Two moves at once"},
    FaultEntry{Fault::no_trigger, true, "A hear entry needs exactly one trigger"},
    FaultEntry{Fault::not_waiting, true, "Only a waiting step can have this key"},
    FaultEntry{Fault::dialog_unused, false, "Nothing leads to this dialog"},
    FaultEntry{Fault::endless_loop, true, "A loop that never waits"},
    FaultEntry{Fault::unreachable, true, "A step that nothing leads to"},
    FaultEntry{Fault::too_deep, true, "Calls deeper than four"},
    FaultEntry{Fault::call_cycle, false, "Dialogs that call each other in a circle"},
    FaultEntry{Fault::switch_loses_values, false, "A switch loses what the caller waits for"},
    FaultEntry{Fault::engine_dialog_missing, true, "A dialog that the engine needs is missing"},
    FaultEntry{Fault::no_again, true, "A crisis dialog without the step again"},
    FaultEntry{Fault::crisis_silent, true,
               "A crisis turn without a helpline or the direct question"},
    FaultEntry{Fault::question_outside_safety, true, "A safety question outside a safety dialog"},
    FaultEntry{Fault::question_without_meaning, true,
               "A safety question whose answers mean nothing"},
    FaultEntry{Fault::practice_without_consent, true, "A practice without consent"},
    FaultEntry{Fault::pace_without_time, true, "A timed line without a time"},
    FaultEntry{Fault::answer_misfit, true, "An answer that this step cannot get"},
    FaultEntry{Fault::outside_scale, true, "A range outside the scale"},
    FaultEntry{Fault::shadows_global, true, "This word belongs to the engine"},
    FaultEntry{Fault::options_misfit, true, "Options and choice belong together"},
    FaultEntry{Fault::never_wins, false, "A hear entry that can never win"},
    FaultEntry{Fault::engine_step_missing, true, "A step that the engine needs is missing"},
    FaultEntry{Fault::needless_expects, true, "expects without ask"},
    FaultEntry{Fault::duplicate_line, true, "A helpline listed twice"},
    FaultEntry{Fault::bad_date, true, "Not a date, or a date in the future"},
    FaultEntry{Fault::uncertain_line, true, "A helpline that nobody is sure of"},
    FaultEntry{Fault::old_line, false, "A helpline not verified for 180 days"},
    FaultEntry{Fault::no_international, true, "No international helplines"},
    FaultEntry{Fault::bad_country, true, "Not a country code"},
    FaultEntry{Fault::duplicate_country, true, "A country listed twice"},
    FaultEntry{Fault::no_support_line, true, "A country without a line for suicidal thoughts"},
    FaultEntry{Fault::pack_damaged, true, "A compiled pack is damaged"},
    FaultEntry{Fault::pack_version, true, "A compiled pack of another version"},
    FaultEntry{Fault::data_ignored, false, "The files of a pack are ignored"},
    FaultEntry{Fault::cannot_read, true, "A file cannot be read"},
};

static_assert(std::ranges::is_sorted(table, {}, &FaultEntry::fault));

}  // namespace

std::span<const FaultEntry> script_faults() { return table; }

const FaultEntry& fault_entry(Fault fault) {
    const auto found = std::ranges::lower_bound(table, fault, {}, &FaultEntry::fault);
    assert(found != table.end() && found->fault == fault && "every code is in the table");
    return *found;
}

std::string fault_code(Fault fault) {
    std::string digits = std::to_string(static_cast<unsigned>(fault));
    return "BF" + std::string(4 - digits.size(), '0') + digits;
}

}  // namespace befriend
