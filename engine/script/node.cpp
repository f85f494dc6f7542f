// SPDX-License-Identifier: Apache-2.0
#include "engine/script/node.hpp"

#include <algorithm>

namespace befriend {

const ScriptNode* ScriptNode::find(std::string_view key) const {
    if (!is_map()) return nullptr;
    const auto found = std::ranges::find(keys, key, &ScriptNode::text);
    return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

const ScriptNode* ScriptNode::find_key(std::string_view key) const {
    if (!is_map()) return nullptr;
    const auto found = std::ranges::find(keys, key, &ScriptNode::text);
    return found == keys.end() ? nullptr : &*found;
}

Spot ScriptNode::inside(std::size_t offset, std::size_t length) const {
    // Only a scalar on one line, without escapes, maps byte by byte.
    if (style == Style::block || text.find('\n') != std::string::npos || offset >= text.size())
        return at;
    Spot place = at;
    std::uint32_t characters = style == Style::quoted ? 1 : 0;
    for (std::size_t i = 0; i < offset; ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) ++characters;
        if (text[i] == '"' || text[i] == '\\') return at;
    }
    place.column += characters;
    place.length = static_cast<std::uint32_t>(
        std::max<std::size_t>(1, std::min(length, text.size() - offset)));
    return place;
}

void Report::add(Fault fault, const Spot& at, std::string message, std::string hint) {
    problems_.push_back({fault, at, std::move(message), std::move(hint)});
}

}  // namespace befriend
