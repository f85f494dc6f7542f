// SPDX-License-Identifier: Apache-2.0
//
// The one table of what may stand in a dialog or helpline file. Validation and the JSON Schema for
// editors (`befriend schema`) both come from it, so they cannot drift apart.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/script/node.hpp"

namespace befriend {

enum class Shape : std::uint8_t {
    prose,        // quoted text
    line,         // prose, a list of variations, or an object with vary and of
    plain_text,   // any scalar: data such as a telephone number
    plain_texts,  // list of those
    name,         // snake_case
    names,        // one name or a list
    word,         // one of `words`
    integer,
    yes,       // true
    duration,  // 25 s
    turns,     // 10 turns
    condition,
    expects,
    range,       // 0..3
    value,       // a scalar, or { slot }
    values,      // { slot: value }
    name_pairs,  // { slot: slot }
    renames,     // { old: [new] }
    target,      // otherwise: a step, or true
    object,
    objects,     // list of `object`
    object_map,  // name -> `object`
};

struct ObjectSchema;

struct KeySchema {
    std::string_view key;
    Shape shape = Shape::prose;
    bool mandatory = false;
    std::string_view help;
    std::vector<std::string_view> words{};
    const ObjectSchema* object = nullptr;
};

struct ObjectSchema {
    std::string_view name;
    std::string_view help;
    std::vector<KeySchema> keys;

    const KeySchema* find(std::string_view key) const;
};

const ObjectSchema& dialog_schema();
const ObjectSchema& variation_schema();
const ObjectSchema& vary_schema();
const ObjectSchema& country_schema();

// Checks shapes, keys and words; names and meaning are the compiler's business.
void validate(const ScriptNode& node, const ObjectSchema& schema, Report& report);

// JSON Schema (2020-12) of a dialog file, or of a helpline file.
nlohmann::json json_schema(const ObjectSchema& schema);

}  // namespace befriend
