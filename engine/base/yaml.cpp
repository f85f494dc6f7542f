// SPDX-License-Identifier: Apache-2.0
#include "engine/base/yaml.hpp"

#include <yaml.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/utf8.hpp"

namespace befriend {
namespace {

constexpr int deepest = 64;

std::string escape_pointer(std::string_view key) {
    std::string out;
    for (const char c : key) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

Position to_position(const yaml_mark_t& mark) {
    return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

std::string_view scalar_text(const yaml_event_t& event) {
    return {reinterpret_cast<const char*>(event.data.scalar.value), event.data.scalar.length};
}

class Composer {
public:
    Composer(Document& document, Diagnostics& diagnostics)
        : document_(document), diagnostics_(diagnostics) {
        yaml_parser_initialize(&parser_);
        yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
        const std::string& text = document_.source.text;
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                     text.size());
    }
    ~Composer() {
        drop();
        yaml_parser_delete(&parser_);
    }
    Composer(const Composer&) = delete;
    Composer& operator=(const Composer&) = delete;

    void run() {
        bool seen = false;
        while (next()) {
            if (event_.type == YAML_STREAM_END_EVENT) break;
            if (event_.type == YAML_DOCUMENT_START_EVENT) {
                if (seen) {
                    complain(codes::several_documents, to_position(event_.start_mark),
                             "a second document starts here",
                             "put it into a file of its own and remove the \"---\" line");
                    return;
                }
                seen = true;
                if (!next()) return;
                Json root = value("", {}, 0);
                if (broken_) return;
                document_.root = std::move(root);
            }
        }
        if (!broken_ && document_.root.is_null()) {
            complain(codes::empty_file, {1, 1}, "",
                     "write at least the first key, for example \"language: en\"", Severity::error);
        }
    }

private:
    void drop() {
        if (live_) yaml_event_delete(&event_);
        live_ = false;
    }

    bool next() {
        drop();
        if (broken_) return false;
        if (!yaml_parser_parse(&parser_, &event_)) {
            broken_ = true;
            document_.root = nullptr;
            std::string message = parser_.problem ? parser_.problem : "syntax error";
            if (parser_.context) message += std::string(" ") + parser_.context;
            const bool marked =
                parser_.error == YAML_SCANNER_ERROR || parser_.error == YAML_PARSER_ERROR;
            const Position at = marked ? to_position(parser_.problem_mark)
                                       : position_at(document_.source, parser_.problem_offset);
            complain(
                parser_.error == YAML_READER_ERROR ? codes::not_utf8 : codes::yaml_syntax, at,
                message,
                "text with : # & [ { @ ! or quotes inside needs double quotes around the whole");
            return false;
        }
        live_ = true;
        return true;
    }

    void complain(const Code& code, Position at, std::string message, std::string hint = {},
                  Severity severity = Severity::error) {
        diagnostics_.push_back(make_diagnostic(code, document_.source.name, at, std::move(message),
                                               std::move(hint), severity));
    }

    void check_anchor(const yaml_char_t* anchor, const yaml_char_t* tag_text, Position at) {
        if (anchor) {
            complain(codes::anchor, at, "an anchor (&name)",
                     "repeat the text, or quote it if the & is meant as text");
        }
        if (tag_text)
            complain(codes::tag, at, "a tag (!name)",
                     "remove it, or quote the text if the ! is meant as text");
    }

    // The current event becomes a value; `key` is where its key stands. Returns with that value's
    // last event current.
    Json value(const std::string& pointer, std::optional<Position> key, int depth) {
        const Position at = to_position(event_.start_mark);
        Mark mark;
        mark.key = key.value_or(at);
        mark.value = at;
        mark.end = to_position(event_.end_mark);
        Json result;
        if (depth > deepest) {
            complain(codes::too_deep, at, "", "a file this deep is a mistake");
            broken_ = true;
            return result;
        }
        switch (event_.type) {
            case YAML_ALIAS_EVENT:
                complain(codes::anchor, at, "an alias (*name)",
                         "repeat the text, or quote it if the * is meant as text");
                break;
            case YAML_SCALAR_EVENT: {
                const bool plain = event_.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
                const bool block = event_.data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
                                   event_.data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
                mark.quoting = plain ? Quoting::plain : block ? Quoting::block : Quoting::quoted;
                check_anchor(event_.data.scalar.anchor, event_.data.scalar.tag, at);
                const std::string_view text = scalar_text(event_);
                if (!(plain && text.empty())) result = std::string(text);  // `key:` alone is null
                break;
            }
            case YAML_SEQUENCE_START_EVENT: {
                check_anchor(event_.data.sequence_start.anchor, event_.data.sequence_start.tag, at);
                result = Json::array();
                std::size_t n = 0;
                while (next() && event_.type != YAML_SEQUENCE_END_EVENT) {
                    result.push_back(value(pointer + "/" + std::to_string(n++), {}, depth + 1));
                    if (broken_) return result;
                }
                if (!broken_) mark.end = to_position(event_.end_mark);
                break;
            }
            case YAML_MAPPING_START_EVENT: {
                check_anchor(event_.data.mapping_start.anchor, event_.data.mapping_start.tag, at);
                result = mapping(pointer, depth);
                if (!broken_) mark.end = to_position(event_.end_mark);
                break;
            }
            default:
                break;
        }
        document_.marks[pointer] = mark;
        return result;
    }

    Json mapping(const std::string& pointer, int depth) {
        Json::object_t entries;
        std::unordered_map<std::string, Position> seen;
        while (next() && event_.type != YAML_MAPPING_END_EVENT) {
            const Position key_at = to_position(event_.start_mark);
            if (event_.type != YAML_SCALAR_EVENT) {
                const bool alias = event_.type == YAML_ALIAS_EVENT;
                complain(alias ? codes::anchor : codes::key_not_text, key_at,
                         alias ? "an alias (*name) as a key" : "",
                         "did a text with [ or { lose its quotes?");
                value(pointer + "/?", key_at, depth + 1);
                if (broken_ || !next()) return entries;
                value(pointer + "/?", key_at, depth + 1);
                if (broken_) return entries;
                continue;
            }
            check_anchor(event_.data.scalar.anchor, event_.data.scalar.tag, key_at);
            std::string key(scalar_text(event_));
            const bool merge = key == "<<" && event_.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
            if (merge) complain(codes::merge_key, key_at, "a merge key (<<)", "write the keys out");
            const auto [first, fresh] = seen.emplace(key, key_at);
            if (!fresh) {
                Diagnostic d = make_diagnostic(codes::duplicate_key, document_.source.name, key_at,
                                               "the key \"" + key + "\" is already in line " +
                                                   std::to_string(first->second.line),
                                               "rename one of them, or join their values");
                d.width = static_cast<std::uint32_t>(key.size());
                diagnostics_.push_back(std::move(d));
            }
            if (!next()) return entries;
            const bool keep = fresh && !merge;
            Json child = value(keep ? pointer + "/" + escape_pointer(key) : pointer + "/?", key_at,
                               depth + 1);
            if (broken_) return entries;
            // Straight to the underlying vector: the map's own insert looks at every key.
            if (keep)
                static_cast<std::vector<std::pair<const std::string, Json>>&>(entries).emplace_back(
                    std::move(key), std::move(child));
        }
        return entries;
    }

    Document& document_;
    Diagnostics& diagnostics_;
    yaml_parser_t parser_{};
    yaml_event_t event_{};
    bool live_ = false;
    bool broken_ = false;
};

}  // namespace

const Mark& Document::mark(std::string_view pointer) const {
    static const Mark none;
    std::string at(pointer);
    while (true) {
        if (const auto found = marks.find(at); found != marks.end()) return found->second;
        if (at.empty()) return none;
        at.resize(at.rfind('/') == std::string::npos ? 0 : at.rfind('/'));
    }
}

Position position_in_scalar(const Document& document, std::string_view pointer,
                            std::size_t offset) {
    const Mark& mark = document.mark(pointer);
    if (mark.value.line != mark.end.line || mark.quoting == Quoting::block ||
        mark.quoting == Quoting::none) {
        return mark.value;
    }
    const std::string_view line = line_at(document.source, mark.value.line);
    std::size_t start = 0;
    for (std::uint32_t col = 1; col < mark.value.col && start < line.size(); ++col)
        start += decode(line, start).size;
    const std::size_t open = mark.quoting == Quoting::quoted ? 1 : 0;
    Position at = mark.value;
    at.col += static_cast<std::uint32_t>(open);
    for (std::size_t i = start + open; i < line.size() && i < start + open + offset;) {
        if (line[i] == '\\') return mark.value;
        i += decode(line, i).size;
        ++at.col;
    }
    return at;
}

Document parse_yaml(Source source, Diagnostics& diagnostics) {
    Document document;
    document.source = std::move(source);
    if (!is_utf8(document.source.text)) {
        std::size_t bad = 0;
        for (CodePoint c = decode(document.source.text, 0); c.good;
             c = decode(document.source.text, bad))
            bad += c.size;
        diagnostics.push_back(make_diagnostic(codes::not_utf8, document.source.name,
                                              position_at(document.source, bad), "",
                                              "save the file as UTF-8"));
        return document;
    }
    Composer(document, diagnostics).run();
    return document;
}

std::string_view Node::text() const {
    return value_->is_string() ? std::string_view(value_->get_ref<const std::string&>())
                               : std::string_view();
}

Node Node::at(std::string_view key) const {
    return {*document_, value_->at(std::string(key)), pointer_ + "/" + escape_pointer(key)};
}

Node Node::at(std::size_t i) const {
    return {*document_, value_->at(i), pointer_ + "/" + std::to_string(i)};
}

std::vector<std::pair<std::string, Node>> Node::items() const {
    std::vector<std::pair<std::string, Node>> out;
    if (!is_map()) return out;
    for (const auto& [key, child] : value_->items()) {
        out.emplace_back(key, Node(*document_, child, pointer_ + "/" + escape_pointer(key)));
    }
    return out;
}

std::vector<Node> Node::elements() const {
    std::vector<Node> out;
    if (value_->is_null()) return out;
    if (!is_list()) return {*this};
    for (std::size_t i = 0; i < size(); ++i) out.push_back(at(i));
    return out;
}

Diagnostic Node::complain(const Code& code, std::string message, std::string hint,
                          Severity severity) const {
    const Mark& here = mark();
    Diagnostic d = make_diagnostic(code, document_->source.name, here.value, std::move(message),
                                   std::move(hint), severity);
    if (here.end.line == here.value.line && here.end.col > here.value.col)
        d.width = here.end.col - here.value.col;
    return d;
}

Diagnostic Node::complain_key(const Code& code, std::string message, std::string hint,
                              Severity severity) const {
    Diagnostic d = make_diagnostic(code, document_->source.name, mark().key, std::move(message),
                                   std::move(hint), severity);
    const auto slash = pointer_.rfind('/');
    d.width = static_cast<std::uint32_t>(
        std::max<std::size_t>(1, pointer_.size() - (slash == std::string::npos ? 0 : slash + 1)));
    return d;
}

}  // namespace befriend
