// SPDX-License-Identifier: Apache-2.0
#include "engine/script/condition_parser.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace befriend;

namespace {

struct World {
    std::vector<Slot> slots;
    std::vector<std::string> dialogs{"home", "closing"};
    std::vector<std::string> intents{"unsure", "affirm"};
    Names names;

    World() {
        const auto add = [&](std::string name, SlotType type, std::int32_t low = 0,
                             std::int32_t high = 0, std::vector<std::string> of = {}) {
            Slot slot;
            slot.name = std::move(name);
            slot.type = type;
            slot.low = low;
            slot.high = high;
            slot.of = std::move(of);
            names.slot_names.push_back(slot.name);
            slots.push_back(std::move(slot));
        };
        add("kind_words", SlotType::line);
        add("strength", SlotType::number, 0, 10);
        add("tries", SlotType::count, 0, 3);
        add("way", SlotType::choice, 0, 0, {"near", "far"});
        add("agreed", SlotType::flag);
        names.slots = &slots;
        names.dialog_names = &dialogs;
        names.intent_names = &intents;
        names.slot = [this](std::string_view name) { return find<SlotId>(names.slot_names, name); };
        names.dialog = [this](std::string_view name) { return find<DialogId>(dialogs, name); };
        names.intent = [this](std::string_view name) { return find<IntentId>(intents, name); };
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    template <class Id>
    static Id find(const std::vector<std::string>& all, std::string_view name) {
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i] == name) return static_cast<Id>(i);
        }
        return Id::none;
    }
};

std::string to_text(const Condition& condition, const World& world) {
    using Op = ConditionNode::Op;
    std::string result;
    for (const ConditionNode& node : condition) {
        if (!result.empty()) result += ' ';
        switch (node.op) {
            case Op::known:
                result += "known:" + world.slots[index(node.slot)].name;
                break;
            case Op::slot_text:
                result += "text:" + world.slots[index(node.slot)].name;
                break;
            case Op::slot_number:
                result += "number:" + world.slots[index(node.slot)].name;
                break;
            case Op::constant_text:
                result += "'" + node.text + "'";
                break;
            case Op::constant_number:
                result += std::to_string(node.number);
                break;
            case Op::heard:
                result += "heard:" + world.intents[static_cast<std::size_t>(node.intent)];
                break;
            case Op::visits:
                result += "visits:" + world.dialogs[index(node.dialog)];
                break;
            case Op::built_in:
                result += "variable" + std::to_string(static_cast<int>(node.variable));
                break;
            case Op::equal:
                result += "==";
                break;
            case Op::not_equal:
                result += "!=";
                break;
            case Op::less:
                result += "<";
                break;
            case Op::less_equal:
                result += "<=";
                break;
            case Op::greater:
                result += ">";
                break;
            case Op::greater_equal:
                result += ">=";
                break;
            case Op::logical_not:
                result += "not";
                break;
            case Op::logical_and:
                result += "and";
                break;
            case Op::logical_or:
                result += "or";
                break;
        }
    }
    return result;
}

}  // namespace

TEST_SUITE("engine/script/condition_parser") {
    TEST_CASE("a condition becomes postfix") {
        const World world;
        struct Row {
            std::string text, expected;
        };
        for (const Row& row : {
                 Row{"known(kind_words)", "known:kind_words"},
                 Row{"not known(kind_words) and night", "known:kind_words not variable8 and"},
                 Row{"night or minor and plain", "variable8 variable7 variable9 and or"},
                 Row{"(night or minor) and plain", "variable8 variable7 or variable9 and"},
                 Row{"strength >= 4", "number:strength 4 >="},
                 Row{"4 <= strength", "4 number:strength <="},
                 Row{"way == near", "text:way 'near' =="},
                 Row{"way != 'far'", "text:way 'far' !="},
                 Row{"kind_words == \"be gentle\"", "text:kind_words 'be gentle' =="},
                 Row{"agreed", "text:agreed 'yes' =="},
                 Row{"agreed == no", "text:agreed 'yes' == not"},
                 Row{"heard(unsure)", "heard:unsure"},
                 Row{"visits(home) > 1", "visits:home 1 >"},
                 Row{"visits >= 1", "variable1 1 >="},
                 Row{"tries < strength", "number:tries number:strength <"},
                 Row{"not not night", "variable8 not not"},
             }) {
            CAPTURE(row.text);
            std::vector<ConditionProblem> problems;
            CHECK(to_text(parse_condition(row.text, world.names, problems), world) == row.expected);
            CHECK(problems.empty());
        }
    }

    TEST_CASE("a broken condition tells what is wrong, and where") {
        const World world;
        struct Row {
            std::string text;
            Fault fault;
            std::size_t offset;
        };
        for (const Row& row : {
                 Row{"", Fault::condition_syntax, 0},
                 Row{"night and", Fault::condition_syntax, 9},
                 Row{"(night", Fault::condition_syntax, 0},
                 Row{"night minor", Fault::condition_syntax, 6},
                 Row{"way = near", Fault::condition_syntax, 4},
                 Row{"way == 'near", Fault::condition_syntax, 7},
                 Row{"nigth", Fault::condition_name, 0},
                 Row{"turns > many", Fault::condition_name, 8},
                 Row{"near == far", Fault::condition_name, 0},
                 Row{"thinks(unsure)", Fault::condition_name, 0},
                 Row{"known(kind_wrods)", Fault::unknown_slot, 6},
                 Row{"heard(unsur)", Fault::unknown_intent, 6},
                 Row{"visits(hoome) > 0", Fault::unknown_dialog, 7},
                 Row{"kind_words > 3", Fault::condition_type, 13},
                 Row{"kind_words < 'b'", Fault::condition_type, 0},
                 Row{"strength", Fault::condition_type, 0},
                 Row{"kind_words", Fault::condition_type, 0},
                 Row{"night == 3", Fault::condition_type, 9},
                 Row{"strength == kind_words", Fault::condition_type, 12},
                 Row{"rank > 9", Fault::condition_never, 7},
                 Row{"strength >= 0", Fault::condition_never, 12},
                 Row{"way == neer", Fault::condition_never, 7},
             }) {
            CAPTURE(row.text);
            std::vector<ConditionProblem> problems;
            CHECK(parse_condition(row.text, world.names, problems).empty());
            REQUIRE(problems.size() == 1);
            CHECK(fault_code(problems[0].fault) == fault_code(row.fault));
            CHECK(problems[0].offset == row.offset);
        }
    }

    TEST_CASE("brackets without end do not exhaust the stack") {
        const World world;
        std::vector<ConditionProblem> problems;
        CHECK(parse_condition(std::string(100000, '('), world.names, problems).empty());
        CHECK(problems.size() == 1);
        std::string nots;
        for (int i = 0; i < 50000; ++i) nots += "not ";
        CHECK(parse_condition(nots + "night", world.names, problems).empty());
    }
}
