// SPDX-License-Identifier: Apache-2.0
//
// Properties of conversations: corpus/<lang>/properties.yaml, read into small expressions over one
// turn and a monitor that watches them along a conversation. docs/proving.md is the authors' view.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/base/source.hpp"
#include "engine/pack.hpp"
#include "engine/step.hpp"

namespace befriend {

// One turn as properties see it. Everything is borrowed for the time of one evaluation.
struct TurnView {
    const Pack& pack;
    const Session& before;
    const Incoming& incoming;
    const Turn& turn;
    bool other_person = false;         // written by somebody who was not asked
    bool early = false;                // sent before the open question was
    std::string_view last_bubble{};    // of the turn before
    std::string_view last_question{};  // of the turn before; empty: it asked nothing
};

// An expression in postfix order.
struct PropertyNode {
    enum class Op : std::uint8_t { number, name, negate, both, either, implies, compare };
    Op op = Op::number;
    int number = 0;
    std::string name;      // predicate, or the comparison sign
    std::string argument;  // in(ARGUMENT)
};
using PropertyExpression = std::vector<PropertyNode>;

struct Property {
    enum class Kind : std::uint8_t { always, never, within, before, can_reach };
    std::string name;
    Kind kind = Kind::always;
    int turns = 0;              // within
    PropertyExpression first;   // always/never/can reach P; within: E; before: P
    PropertyExpression second;  // within: P; before: Q
};

// What is wrong is appended to `diagnostics`; properties with mistakes are left out.
std::vector<Property> read_properties(Source source, const Pack& pack, Diagnostics& diagnostics);

int evaluate(const PropertyExpression& expression, const TurnView& view);

// Watches one property. `state` starts at 0 and belongs to the conversation; two conversations that
// differ in it only may still break the property differently, so it is part of a searched state.
struct Watched {
    bool broken = false;
    bool reached = false;  // can reach only
};
Watched watch(const Property& property, const TurnView& view, std::uint8_t& state);

// Names of all predicates with their meaning, for --help and docs.
struct Predicate {
    std::string_view name;
    std::string_view meaning;
    bool takes_argument = false;
    int (*value)(const TurnView&, const std::string& argument) = nullptr;
};
const std::vector<Predicate>& predicates();

}  // namespace befriend
