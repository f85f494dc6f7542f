// SPDX-License-Identifier: Apache-2.0
//
// What a checked script compiles to: dialogs, steps, lines and conditions with indices instead of
// names. docs/script-reference.md gives the meaning of every field for authors; the comments here
// say only what an author does not see. Plain values, no behaviour; never changed after compiling.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/ids.hpp"
#include "intents/reading.hpp"

namespace befriend {

enum class DialogKind : std::uint8_t { talk, reframe, practice, learn, safety, repair };
enum class Keep : std::uint8_t { dialog, session, person };
enum class SlotType : std::uint8_t { line, phrase, number, choice, feeling, flag, count };
enum class Tone : std::uint8_t { warm, quiet, plain, urgent };
enum class Vary : std::uint8_t { no_repeat, in_order, once, random };
enum class Filter : std::uint8_t { none, reflect, noun };

// What `{x}` may stand for besides a slot.
enum class BuiltIn : std::uint8_t {
    none,
    clause,
    opening,
    words,
    feeling,
    guess,
    topic,
    wish,
    line,
    line_text,
    line_abuse,
    line_child,
    line_eating,
    line_poison,
    emergency,
    country,
};

// Where a bubble came from, for traces and diagnostics.
struct SourceRef {
    std::uint16_t file = 0;  // index into Pack::files
    std::uint32_t line = 0;  // 1-based
};

// One value to insert into a text: a slot, or a built-in when slot is none.
struct TextArg {
    SlotId slot = SlotId::none;
    BuiltIn built_in = BuiltIn::none;
    Filter filter = Filter::none;
    std::string name;  // as written, without the filter
};

// A text is pieces and values in turn: pieces[0] value[0] pieces[1] ... so pieces is one longer
// than args. A text with plural or select keeps its ICU source in `icu` and no pieces; there the
// argument of args[i] is named "a<i>" in the source.
struct Text {
    std::string source;      // as the author wrote it
    std::uint32_t hash = 0;  // FNV-1a of source: what the variety ring remembers
    std::vector<std::string> pieces;
    std::vector<TextArg> args;
    std::string icu;
};

struct Variation {
    Text text;
    ConditionId when = ConditionId::none;
    SourceRef at;
};

// One thing to say, in one or more variations.
struct Line {
    Vary vary = Vary::no_repeat;
    std::vector<Variation> of;
};

// A condition is a small expression in postfix order: operands push, operators pop.
struct ConditionNode {
    enum class Op : std::uint8_t {
        known,
        slot_text,
        slot_number,
        constant_text,
        constant_number,
        heard,
        visits,
        built_in,
        equal,
        not_equal,
        less,
        less_equal,
        greater,
        greater_equal,
        logical_not,
        logical_and,
        logical_or,
    };
    enum class Variable : std::uint8_t {
        rank,
        visits,
        turns,
        words,
        short_streak,
        questions_in_row,
        listen_only,
        minor,
        night,
        plain,
        shared_room,
        feeling_known,
        has_clause,
        first_session,
        after_crisis,
    };
    Op op = Op::built_in;
    Variable variable = Variable::rank;  // built_in
    SlotId slot = SlotId::none;          // known, slot_text, slot_number
    DialogId dialog = DialogId::none;    // visits(dialog)
    IntentId intent{};                   // heard(intent)
    std::int32_t number = 0;
    std::string text;
};
using Condition = std::vector<ConditionNode>;

struct Slot {
    std::string name;
    SlotType type = SlotType::line;
    Keep keep = Keep::dialog;
    DialogId owner = DialogId::none;  // keep: dialog only
    std::int32_t low = 0;
    std::int32_t high = 0;        // number: range; count: high = cap
    std::vector<std::string> of;  // choice
};

// `set: { slot: value }`: a constant, another slot's value, or a step up or down of a count.
struct Assignment {
    SlotId slot = SlotId::none;
    std::string text;            // constant
    SlotId from = SlotId::none;  // copy of a slot; wins over text
    std::int32_t add = 0;        // count: +1; wins over both when not 0
};

struct Move {
    enum class Kind : std::uint8_t { next, go, call, switch_to, end, close, again };
    Kind kind = Kind::next;
    StepId step = StepId::none;                    // go
    DialogId dialog = DialogId::none;              // call, switch_to
    std::vector<Assignment> with;                  // call, switch_to: slots of the called dialog
    std::vector<std::pair<SlotId, SlotId>> gives;  // call: (caller's slot, called dialog's slot)
};

struct Hear {
    enum class Kind : std::uint8_t { heard, answer, silence, fills, otherwise };
    Kind kind = Kind::otherwise;
    std::vector<IntentId> intents;  // heard
    bool any_whom = true;
    Whom whom = Whom::self;
    bool any_time = true;
    Time time = Time::now;
    bool any_polarity = true;  // default: not negated
    Polarity polarity = Polarity::asserted;
    std::string answer;  // "yes" | "no" | "unsure" | option id; empty: range
    std::int32_t low = 0;
    std::int32_t high = -1;
    std::chrono::seconds after{0};  // silence
    SlotId slot = SlotId::none;     // fills
    ConditionId when = ConditionId::none;
    LineId say = LineId::none;
    std::vector<Assignment> set;
    Move move;
    SourceRef at;
};

enum class Expects : std::uint8_t { open, yes_no, scale, choice, feeling, words_to_other, line };
enum class Question : std::uint8_t {
    none,
    suicide,
    plan,
    means,
    safe_tonight,
    injured,
    danger_now,
    is_private,
    country
};
enum class Meaning : std::uint8_t {
    nothing,
    denied,
    passive,
    active,
    imminent,
    unsafe,
    safe,
    injured,
    abuse_now
};
enum class Show : std::uint8_t { nothing, resources, picture, page };
enum class ForgetScope : std::uint8_t { nothing, slot, dialog, session, person };

struct Option {
    std::string id;
    Text label;
};

struct PaceLine {
    LineId say = LineId::none;
    std::chrono::seconds lasts{0};
};

struct Step {
    enum class Wait : std::uint8_t { none, ask, listen, pace };
    std::string name;
    DialogId dialog = DialogId::none;
    ConditionId when = ConditionId::none;
    std::vector<Assignment> set;
    ForgetScope forget = ForgetScope::nothing;
    SlotId forget_slot = SlotId::none;
    LineId say = LineId::none;
    Tone tone = Tone::warm;
    Show show = Show::nothing;
    LineId show_text = LineId::none;
    SlotId remember = SlotId::none;
    Wait wait = Wait::none;
    LineId ask = LineId::none;
    Expects expects = Expects::open;
    std::int32_t low = 0;
    std::int32_t high = 10;  // scale
    std::vector<Option> options;
    std::vector<Hear>
        hear;  // in the order of evaluation: answer|heard, fills, otherwise; silence anywhere
    StepId skip = StepId::none;  // none: the next step
    Question question = Question::none;
    Meaning yes_means = Meaning::nothing;
    Meaning no_means = Meaning::nothing;
    Meaning unsure_means = Meaning::nothing;
    std::vector<PaceLine> pace;
    Move move;  // when it does not wait
    SourceRef at;
};

struct Start {
    std::vector<IntentId> intents;
    bool any_whom = true;
    Whom whom = Whom::self;
    bool any_time = true;
    Time time = Time::now;
    ConditionId when = ConditionId::none;
    std::uint16_t cooldown_turns = 0;
};

struct Interrupt {
    Start on;
    DialogId call = DialogId::none;
    LineId back = LineId::none;
};

struct Dialog {
    std::string name;
    std::uint32_t version = 1;
    DialogKind kind = DialogKind::talk;
    bool needs_consent = false;
    std::string about;
    std::vector<std::pair<std::string, std::string>> renamed;  // old step -> new step
    std::vector<Start> starts;
    std::vector<Interrupt> interrupts;
    std::vector<SlotId> takes;    // slots that a caller may pass
    std::vector<SlotId> gives;    // and read back
    StepId first = StepId::none;  // its steps are [first, first + count) of Pack::steps
    std::uint16_t count = 0;
    SourceRef at;
};

}  // namespace befriend
