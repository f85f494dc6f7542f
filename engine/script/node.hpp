// SPDX-License-Identifier: Apache-2.0
//
// A script file as a tree in which every key and value knows its place, and whether it was quoted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/script/faults.hpp"

namespace befriend {

// 1-based; line 0 stands for the file as a whole.
struct Spot {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint32_t length = 1;
};

struct ScriptNode {
    enum class Kind : std::uint8_t { scalar, list, map };
    enum class Style : std::uint8_t { plain, quoted, block };

    Kind kind = Kind::scalar;
    Style style = Style::plain;
    std::string text;  // scalar
    Spot at;
    std::vector<ScriptNode> keys;   // map: keys[i] belongs to items[i]
    std::vector<ScriptNode> items;  // list and map

    bool is_scalar() const { return kind == Kind::scalar; }
    bool is_list() const { return kind == Kind::list; }
    bool is_map() const { return kind == Kind::map; }
    // Nothing was written after "key:".
    bool is_nothing() const { return is_scalar() && style == Style::plain && text.empty(); }

    // The value of a key, null when absent or when this is no map. Lives as long as this node.
    const ScriptNode* find(std::string_view key) const;
    // The key itself, for pointing at it.
    const ScriptNode* find_key(std::string_view key) const;

    // Where byte `offset` of the scalar's text stands; the start of the scalar when not known.
    Spot inside(std::size_t offset, std::size_t length = 1) const;
};

struct Problem {
    Fault fault = Fault::not_a_mapping;
    Spot at;
    std::string message;
    std::string hint;
};

// Collects what is wrong in one file.
class Report {
public:
    void add(Fault fault, const Spot& at, std::string message, std::string hint = {});
    const std::vector<Problem>& problems() const { return problems_; }
    std::vector<Problem> take() { return std::move(problems_); }

private:
    std::vector<Problem> problems_;
};

}  // namespace befriend
