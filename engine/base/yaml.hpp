// SPDX-License-Identifier: Apache-2.0
//
// Reads the restricted YAML that authors write (and JSON, which is a part of it) into a JSON tree
// in which every scalar is a string, beside a table of where each key and value stands. What YAML
// can do and an author should not (anchors, tags, merge keys, duplicate keys, several documents)
// is a diagnostic. This is the only user of libyaml.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/diagnostic.hpp"
#include "engine/base/source.hpp"

namespace befriend {

using Json = nlohmann::ordered_json;  // keys keep the author's order

enum class Quoting : unsigned char { plain, quoted, block, none };  // none: a mapping or a list

struct Mark {
    Position key{};    // of the key in its mapping; of the value for list items and the root
    Position value{};  // of the value's first character (the quote, the `|`, the `{`)
    Position end{};    // just after the value
    Quoting quoting = Quoting::none;
};

struct Document {
    Source source;
    Json root;                                    // null when the file could not be read
    std::unordered_map<std::string, Mark> marks;  // by JSON pointer: "/steps/3/say"; "" is the root

    // The mark of a pointer, or of its nearest parent that has one.
    const Mark& mark(std::string_view pointer) const;
};

// Where character `offset` (bytes into the scalar's text) of a scalar stands. Exact for scalars on
// one line without escapes; otherwise the start of the scalar.
Position position_in_scalar(const Document& document, std::string_view pointer, std::size_t offset);

// Parses one file. Always returns a document; what is wrong is appended to `diagnostics`. After a
// syntax error the tree holds nothing; after the others it is complete but for what was refused.
Document parse_yaml(Source source, Diagnostics& diagnostics);

// A place in a document: the value and its pointer, for loaders that walk it and point at faults.
class Node {
public:
    Node(const Document& document, const Json& value, std::string pointer)
        : document_(&document), value_(&value), pointer_(std::move(pointer)) {}
    explicit Node(const Document& document) : Node(document, document.root, "") {}

    const Json& value() const { return *value_; }
    const std::string& pointer() const { return pointer_; }
    const Document& document() const { return *document_; }
    const Mark& mark() const { return document_->mark(pointer_); }
    Position key_position() const { return mark().key; }
    Position position() const { return mark().value; }

    bool is_map() const { return value_->is_object(); }
    bool is_list() const { return value_->is_array(); }
    bool is_text() const { return value_->is_string(); }
    std::size_t size() const { return value_->size(); }
    bool has(std::string_view key) const { return is_map() && value_->contains(key); }
    // The text of a scalar; empty for the rest. Lives as long as the document.
    std::string_view text() const;

    // Requires has(key), or a list and i < size().
    Node at(std::string_view key) const;
    Node at(std::size_t i) const;
    // (key, value) in the author's order; nothing for what is no mapping.
    std::vector<std::pair<std::string, Node>> items() const;
    // Of a list its items; of anything else itself alone. `null` gives nothing.
    std::vector<Node> elements() const;

    // A diagnostic at this value (or at its key), underlined over the value when on one line.
    Diagnostic complain(const Code& code, std::string message, std::string hint = {},
                        Severity severity = Severity::error) const;
    Diagnostic complain_key(const Code& code, std::string message, std::string hint = {},
                            Severity severity = Severity::error) const;

private:
    const Document* document_;
    const Json* value_;
    std::string pointer_;
};

}  // namespace befriend
