// SPDX-License-Identifier: Apache-2.0
//
// Every mistake a dialog, resource or pack file can hold, by a number that never changes its
// meaning. docs/diagnostics/BF<number>.md is the page of a code; a test keeps both in step.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace befriend {

enum class Fault : std::uint16_t {
    // The shape of a file.
    not_a_mapping = 200,
    unknown_key = 201,
    missing_key = 202,
    wrong_shape = 203,
    not_allowed = 204,
    unquoted_prose = 205,
    not_a_number = 206,
    bad_duration = 207,
    bad_name = 208,
    bad_expects = 209,
    language_differs = 210,
    file_name_differs = 211,
    duplicate_dialog = 212,
    duplicate_step = 213,
    // Names that nothing defines.
    unknown_step = 214,
    unknown_dialog = 215,
    unknown_slot = 216,
    unknown_intent = 217,
    unknown_option = 218,
    unknown_value = 219,
    unknown_filter = 220,
    duplicate_option = 221,
    slot_conflict = 222,
    not_taken = 223,
    not_given = 224,
    renamed_target = 225,
    reserved_name = 226,
    skip_target = 227,
    no_steps = 228,
    undeclared_pass = 229,
    // What is said.
    can_be_empty = 230,
    apostrophe_at_brace = 231,
    message_syntax = 232,
    two_questions = 233,
    too_long = 234,
    exclamation = 235,
    hurtful_phrase = 236,
    empty_text = 237,
    filter_misfit = 238,
    plural_misfit = 239,
    // Conditions and values.
    condition_syntax = 240,
    condition_name = 241,
    condition_type = 242,
    condition_never = 243,
    value_misfit = 244,
    slot_attributes = 245,
    remember_kept = 246,
    fills_misfit = 247,
    too_many_bubbles = 248,
    // Flow.
    no_otherwise = 250,
    two_moves = 251,
    no_trigger = 252,
    not_waiting = 253,
    dialog_unused = 254,
    endless_loop = 255,
    unreachable = 256,
    too_deep = 257,
    call_cycle = 258,
    switch_loses_values = 259,
    engine_dialog_missing = 260,
    no_again = 261,
    crisis_silent = 262,
    question_outside_safety = 263,
    question_without_meaning = 264,
    practice_without_consent = 265,
    pace_without_time = 266,
    answer_misfit = 267,
    outside_scale = 268,
    shadows_global = 269,
    options_misfit = 270,
    never_wins = 271,
    engine_step_missing = 272,
    needless_expects = 273,
    // Helplines.
    duplicate_line = 280,
    bad_date = 281,
    uncertain_line = 282,
    old_line = 283,
    no_international = 284,
    bad_country = 285,
    duplicate_country = 286,
    no_support_line = 287,
    // Packs.
    pack_damaged = 290,
    pack_version = 291,
    data_ignored = 292,
    cannot_read = 293,
};

struct FaultEntry {
    Fault fault;
    bool is_error;  // false: a warning
    std::string_view title;
};

// All of them, by number.
std::span<const FaultEntry> script_faults();
const FaultEntry& fault_entry(Fault fault);

// "BF0230".
std::string fault_code(Fault fault);

}  // namespace befriend
