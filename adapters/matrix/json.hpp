// SPDX-License-Identifier: Apache-2.0
//
// Looking into JSON of strangers: every look may find nothing, none throws.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace befriend::matrix {

// Never throws; `discarded` when the text is no JSON. Depth is bounded by the parser's own stack
// use: it keeps its state in a vector.
inline nlohmann::json parsed(std::string_view text) {
    return nlohmann::json::parse(text, nullptr, false);
}

// The value at a path of keys; nullptr when a part of the path is missing or no object.
template <class... Keys>
const nlohmann::json* find(const nlohmann::json& from, Keys... keys) {
    const nlohmann::json* at = &from;
    for (const char* key : {keys...}) {
        if (!at->is_object()) {
            return nullptr;
        }
        const auto next = at->find(key);
        if (next == at->end()) {
            return nullptr;
        }
        at = &*next;
    }
    return at;
}

template <class... Keys>
std::string text_at(const nlohmann::json& from, Keys... keys) {
    const nlohmann::json* const found = find(from, keys...);
    return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

template <class... Keys>
bool true_at(const nlohmann::json& from, Keys... keys) {
    const nlohmann::json* const found = find(from, keys...);
    return found != nullptr && found->is_boolean() && found->get<bool>();
}

// JSON as one line; bytes that are no UTF-8 become U+FFFD.
inline std::string line(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace befriend::matrix
