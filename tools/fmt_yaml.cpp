// SPDX-License-Identifier: Apache-2.0
#include "tools/fmt_yaml.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "engine/base/utf8.hpp"
#include "engine/base/yaml.hpp"
#include "engine/script/schema.hpp"
#include "engine/script/values.hpp"

namespace befriend {
namespace {

// ---- the keys of intent files, in their order
// ----------------------------------------------------

KeySchema key(std::string_view name, Shape shape, const ObjectSchema* object = nullptr) {
    return {name, shape, false, "", {}, object};
}

const ObjectSchema& pattern_schema() {
    static const ObjectSchema schema{
        "pattern",
        "",
        {key("like", Shape::prose), key("regex", Shape::prose), key("weight", Shape::value),
         key("family", Shape::value), key("level", Shape::name), key("whom", Shape::name),
         key("time", Shape::name), key("polarity", Shape::name), key("max_words", Shape::value),
         key("attr", Shape::names), key("attrs", Shape::names), key("unless", Shape::prose)}};
    return schema;
}

const ObjectSchema& only_if_schema() {
    static const ObjectSchema schema{
        "only_if", "", {key("none_of", Shape::names), key("any_of", Shape::names)}};
    return schema;
}

const ObjectSchema& intent_schema() {
    static const ObjectSchema schema{
        "intent",
        "",
        {key("kind", Shape::name), key("about", Shape::prose), key("whom", Shape::names),
         key("negated", Shape::name), key("only_if", Shape::object, &only_if_schema()),
         key("threshold", Shape::value), key("patterns", Shape::objects, &pattern_schema()),
         key("examples", Shape::line), key("not_examples", Shape::line)}};
    return schema;
}

const ObjectSchema& weights_schema() {
    static const ObjectSchema schema{
        "weights",
        "",
        {key("bias", Shape::value), key("threshold", Shape::value), key("words", Shape::values)}};
    return schema;
}

const ObjectSchema& intents_schema() {
    static const ObjectSchema schema{"intent file",
                                     "",
                                     {key("language", Shape::name), key("words", Shape::values),
                                      key("intents", Shape::object_map, &intent_schema()),
                                      key("weights", Shape::object_map, &weights_schema())}};
    return schema;
}

// Objects that are a section of the file and never stand in braces.
bool is_section(const ObjectSchema* object) {
    if (object == nullptr) return false;
    static constexpr std::string_view sections[] = {"dialog", "step",    "country",    "helpline",
                                                    "intent", "weights", "intent file"};
    return std::ranges::find(sections, object->name) != std::end(sections);
}

bool is_prose(Shape shape) {
    return shape == Shape::prose || shape == Shape::line || shape == Shape::condition;
}

bool is_word(Shape shape) {
    return shape == Shape::name || shape == Shape::names || shape == Shape::word ||
           shape == Shape::name_pairs;
}

// ---- the tree
// -------------------------------------------------------------------------------------

struct Item {
    enum class Kind : unsigned char { nothing, scalar, list, map };
    Kind kind = Kind::nothing;
    std::string key;  // of an entry of a mapping, as it is written
    std::string text;
    Quoting quoting = Quoting::plain;
    bool braces = false;       // written in [ ] or { }
    Position begin, end;       // end: of scalars and of what stands in brackets
    std::uint32_t column = 1;  // of the entry: its key, or its dash
    std::vector<Item> items;
    const ObjectSchema* object = nullptr;
    Shape shape = Shape::value;
    // Comments; an empty line is an empty string.
    std::vector<std::string> before;
    std::string behind;             // on the line of the value, or of the key
    std::vector<std::string> last;  // behind the last entry
    bool commented = false;         // something inside has a comment

    bool is_collection() const { return kind == Kind::list || kind == Kind::map; }
};

struct Comment {
    Position at;
    std::string text;  // empty: an empty line
    bool own_line = true;
};

std::string double_quoted(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out = "\"";
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint c = decode(text, i);
        if (c.value == '"' || c.value == '\\') {
            out += '\\';
            out += static_cast<char>(c.value);
        } else if (c.value == '\n') {
            out += "\\n";
        } else if (c.value == '\t') {
            out += "\\t";
        } else if (c.value < 0x20 || c.value == 0x7F) {
            out += "\\x";
            out += digits[c.value / 16];
            out += digits[c.value % 16];
        } else if (c.value == 0x85 || c.value == 0x2028 || c.value == 0x2029 ||
                   c.value == 0xFEFF) {  // line breaks and marks that nobody sees
            out += "\\u";
            for (int shift = 12; shift >= 0; shift -= 4) out += digits[(c.value >> shift) & 15];
        } else {
            out.append(text.substr(i, c.size));
        }
        i += c.size;
    }
    return out + "\"";
}

std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string scalar_text(const Item& item) {
    if (item.quoting == Quoting::plain && !is_prose(item.shape)) return item.text;
    // Words that other readers of YAML take for true and false keep their quotes.
    static constexpr std::string_view odd[] = {"yes",   "no",   "on", "off", "true",
                                               "false", "null", "y",  "n"};
    if (is_word(item.shape) && is_name(item.text) &&
        std::ranges::find(odd, item.text) == std::end(odd))
        return item.text;
    return double_quoted(item.text);
}

std::string unescaped(std::string_view pointer_part) {
    std::string out;
    for (std::size_t i = 0; i < pointer_part.size(); ++i) {
        if (pointer_part[i] == '/') {
            out += "~1";
        } else if (pointer_part[i] == '~') {
            out += "~0";
        } else {
            out += pointer_part[i];
        }
    }
    return out;
}

class Reader {
public:
    explicit Reader(const Document& document) : document_(document) {
        const std::string& text = document.source.text;
        std::size_t begin = 0;
        while (begin < text.size()) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            std::size_t stop = end;
            if (stop > begin && text[stop - 1] == '\r') --stop;
            lines_.push_back(std::string_view(text).substr(begin, stop - begin));
            begin = end + 1;
        }
        covered_.resize(lines_.size());
        for (std::size_t i = 0; i < lines_.size(); ++i) covered_[i].resize(lines_[i].size());
    }

    Item read(const ObjectSchema* root) {
        Item item = value(document_.root, "", root, Shape::object);
        return item;
    }

    // Every comment and empty line, after read().
    std::vector<Comment> comments() const {
        std::vector<Comment> out;
        for (std::uint32_t n = 1; n <= lines_.size(); ++n) {
            const std::string_view line = lines_[n - 1];
            const auto& covered = covered_[n - 1];
            const std::size_t first = line.find_first_not_of(" \t");
            if (first == std::string_view::npos) {
                if (!in_block(n)) out.push_back({{n, 1}, "", true});
                continue;
            }
            for (std::size_t i = first; i < line.size(); ++i) {
                if (line[i] != '#' || covered[i]) continue;
                if (i != 0 && line[i - 1] != ' ' && line[i - 1] != '\t') continue;
                std::string text(line.substr(i));
                while (text.ends_with(' ') || text.ends_with('\t')) text.pop_back();
                out.push_back({{n, static_cast<std::uint32_t>(width_of(line.substr(0, i))) + 1},
                               std::move(text),
                               i == first});
                break;
            }
        }
        return out;
    }

private:
    std::size_t byte_of(Position at) const {
        if (at.line == 0 || at.line > lines_.size()) return 0;
        const std::string_view line = lines_[at.line - 1];
        std::size_t i = 0;
        for (std::uint32_t col = 1; col < at.col && i < line.size(); ++col)
            i += decode(line, i).size;
        return i;
    }

    char char_at(Position at) const {
        if (at.line == 0 || at.line > lines_.size()) return '\0';
        const std::size_t i = byte_of(at);
        return i < lines_[at.line - 1].size() ? lines_[at.line - 1][i] : '\0';
    }

    void cover(Position begin, Position end) {
        for (std::uint32_t n = begin.line; n <= end.line && n <= lines_.size(); ++n) {
            auto& line = covered_[n - 1];
            const std::size_t from = n == begin.line ? byte_of(begin) : 0;
            const std::size_t to = n == end.line ? byte_of(end) : line.size();
            for (std::size_t i = from; i < to && i < line.size(); ++i) line[i] = true;
        }
    }

    bool in_block(std::uint32_t line) const {
        return std::ranges::any_of(
            blocks_, [&](const auto& b) { return line > b.first && line < b.second; });
    }

    // A key as it stands in the file: quoted keys stay quoted.
    std::string key_text(const std::string& key, Position at) {
        const char first = char_at(at);
        if (first != '"' && first != '\'') return key;
        const std::string_view line = lines_[at.line - 1];
        const std::size_t begin = byte_of(at);
        std::size_t end = begin + 1;
        while (end < line.size() && line[end] != first) end += line[end] == '\\' ? 2u : 1u;
        for (std::size_t i = begin; i <= end && i < line.size(); ++i)
            covered_[at.line - 1][i] = true;
        return double_quoted(key);
    }

    Item value(const Json& json, const std::string& pointer, const ObjectSchema* object,
               Shape shape) {
        Item item;
        item.object = object;
        item.shape = shape;
        const Mark& mark = document_.mark(pointer);
        item.begin = mark.value;
        item.end = mark.end;
        item.quoting = mark.quoting;
        if (json.is_null()) {
            item.begin = item.end = mark.key;
            return item;
        }
        if (json.is_string()) {
            item.kind = Item::Kind::scalar;
            item.text = json.get<std::string>();
            cover(mark.value, mark.end);
            if (item.quoting == Quoting::block) blocks_.push_back({mark.value.line, mark.end.line});
            return item;
        }
        const char first = char_at(mark.value);
        item.braces = first == '[' || first == '{';
        if (json.is_array()) {
            item.kind = Item::Kind::list;
            const Shape inside = shape == Shape::objects ? Shape::object : shape;
            std::size_t n = 0;
            for (const Json& one : json) {
                const std::string at = pointer + "/" + std::to_string(n++);
                Item child = value(one, at, is_prose(shape) ? nullptr : object, inside);
                child.column = item.braces ? child.begin.col : mark.value.col;
                item.items.push_back(std::move(child));
            }
            return item;
        }
        item.kind = Item::Kind::map;
        if (shape == Shape::line) {  // a variation, or how to choose among several
            item.object = json.contains("text") ? &variation_schema() : &vary_schema();
            item.shape = shape = Shape::object;
        }
        for (const auto& [key, one] : json.items()) {
            const std::string at = pointer + "/" + unescaped(key);
            const Mark& place = document_.mark(at);
            const KeySchema* known = nullptr;
            if (shape == Shape::object && item.object != nullptr) known = item.object->find(key);
            Item child;
            if (shape == Shape::object_map) {
                child = value(one, at, item.object, Shape::object);
            } else if (known != nullptr) {
                child = value(one, at, known->object, known->shape);
            } else {
                child = value(one, at, nullptr, shape == Shape::object ? Shape::value : shape);
            }
            child.column = place.key.col;
            child.key = key_text(key, place.key);
            child.begin = place.key;
            item.items.push_back(std::move(child));
        }
        return item;
    }

    const Document& document_;
    std::vector<std::string_view> lines_;
    std::vector<std::vector<bool>> covered_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> blocks_;
};

// ---- comments
// -------------------------------------------------------------------------------------

// Gives every comment to the entry that it stands before, behind or at the end of.
class Attacher {
public:
    explicit Attacher(Item& root) : root_(root) { visit(root, nullptr); }

    void attach(const std::vector<Comment>& comments) {
        for (const Comment& comment : comments) {
            if (comment.text.empty()) continue;
            if (comment.own_line || !behind(comment)) before(comment);
        }
    }

    // Empty lines go before the entry that follows.
    void blanks(const std::vector<Comment>& comments) {
        for (const Comment& comment : comments) {
            if (!comment.text.empty()) continue;
            Entry* next = after(comment.at);
            if (next == nullptr || next->item == &root_) continue;
            if (inside_braces(comment.at) != nullptr) continue;
            // Before the comments that stand directly above the entry.
            auto& lines = next->item->before;
            std::size_t i = 0;
            while (i < lines.size() && next->lines[i] < comment.at.line) ++i;
            lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(i), "");
            next->lines.insert(next->lines.begin() + static_cast<std::ptrdiff_t>(i),
                               comment.at.line);
        }
    }

private:
    struct Entry {
        Item* item;
        Item* parent;
        std::vector<std::uint32_t> lines{};  // of item->before
    };

    void visit(Item& item, Item* parent) {
        entries_.push_back({&item, parent});
        for (Item& child : item.items) visit(child, &item);
    }

    Entry* after(Position at) {
        for (Entry& entry : entries_)
            if (entry.parent != nullptr && entry.item->begin.line > at.line) return &entry;
        return nullptr;
    }

    Item* inside_braces(Position at) {
        Item* found = nullptr;
        for (Entry& entry : entries_) {
            Item& item = *entry.item;
            if (item.is_collection() && item.braces && item.begin < at && at < item.end)
                found = &item;
        }
        return found;
    }

    bool behind(const Comment& comment) {
        Item* found = nullptr;
        for (Entry& entry : entries_) {
            Item& item = *entry.item;
            if (entry.parent == nullptr || item.begin.line > comment.at.line) continue;
            const bool whole = item.kind == Item::Kind::scalar || item.braces;
            const bool here = whole ? item.end.line == comment.at.line && item.end <= comment.at &&
                                          item.quoting != Quoting::block
                                    : !item.key.empty() && item.begin.line == comment.at.line;
            if (!here) continue;
            // The outermost thing of the line that is complete; a key only without one.
            if (found == nullptr || !whole) found = &item;
        }
        if (found == nullptr || !found->behind.empty()) return false;
        found->behind = comment.text;
        return true;
    }

    void before(const Comment& comment) {
        Entry* next = after(comment.at);
        Item* braces = inside_braces(comment.at);
        if (braces != nullptr && (next == nullptr || !(next->item->begin < braces->end))) {
            braces->last.push_back(comment.text);
            return;
        }
        if (braces == nullptr) {
            // Deeper than what follows: it belongs to the end of what came before.
            Item* previous = nullptr;
            for (Entry& entry : entries_) {
                if (entry.parent != nullptr && entry.item->begin.line < comment.at.line)
                    previous = entry.item;
            }
            const std::uint32_t least = next == nullptr ? 0 : next->item->column;
            Item* owner = nullptr;
            for (Item* at = previous; at != nullptr; at = parent_of(at)) {
                if (!at->is_collection() || at->braces || at->items.empty()) continue;
                const std::uint32_t column = at->items.front().column;
                if (column <= least && next != nullptr) break;
                if (column <= comment.at.col) {
                    owner = at;
                    break;
                }
            }
            if (owner == nullptr && next == nullptr) owner = &root_;
            if (owner != nullptr && (next == nullptr || next->parent != owner)) {
                owner->last.push_back(comment.text);
                return;
            }
        }
        next->item->before.push_back(comment.text);
        next->lines.push_back(comment.at.line);
    }

    Item* parent_of(Item* item) {
        for (Entry& entry : entries_)
            if (entry.item == item) return entry.parent;
        return nullptr;
    }

    Item& root_;
    std::vector<Entry> entries_;
};

bool mark_commented(Item& item) {
    item.commented = !item.last.empty();
    for (Item& child : item.items) {
        const bool inside = mark_commented(child);
        const bool here =
            !child.behind.empty() ||
            std::ranges::any_of(child.before, [](const std::string& s) { return !s.empty(); });
        item.commented = item.commented || inside || here;
    }
    return item.commented;
}

void sort_keys(Item& item) {
    for (Item& child : item.items) sort_keys(child);
    if (item.kind != Item::Kind::map || item.object == nullptr || item.shape != Shape::object)
        return;
    const auto rank = [&](const Item& child) {
        const KeySchema* key = item.object->find(child.key);
        return key == nullptr ? item.object->keys.size()
                              : static_cast<std::size_t>(key - item.object->keys.data());
    };
    // What stood above the first key stays at the top: the line that says whom a dialog is for.
    std::vector<std::string> top;
    if (!item.items.empty()) top.swap(item.items.front().before);
    std::stable_sort(item.items.begin(), item.items.end(),
                     [&](const Item& a, const Item& b) { return rank(a) < rank(b); });
    if (!top.empty()) {
        auto& first = item.items.front().before;
        first.insert(first.begin(), top.begin(), top.end());
    }
}

// ---- writing
// --------------------------------------------------------------------------------------

// In one line; nothing when it cannot stand in one.
std::optional<std::string> in_line(const Item& item) {
    switch (item.kind) {
        case Item::Kind::nothing:
            return "";
        case Item::Kind::scalar:
            if (item.quoting == Quoting::block) return std::nullopt;
            return scalar_text(item);
        case Item::Kind::list:
        case Item::Kind::map:
            break;
    }
    if (item.commented || (!item.braces && !item.items.empty()) ||
        (item.kind == Item::Kind::map && is_section(item.object) && item.shape == Shape::object))
        return std::nullopt;
    const bool map = item.kind == Item::Kind::map;
    std::string out = map ? "{" : "[";
    for (std::size_t i = 0; i < item.items.size(); ++i) {
        const Item& child = item.items[i];
        const auto text = in_line(child);
        if (!text) return std::nullopt;
        out += i > 0 ? ", " : map ? " " : "";
        if (map) {
            out += child.key;
            if (child.kind != Item::Kind::nothing) out += ": ";
        }
        out += *text;
    }
    return out + (map && !item.items.empty() ? " }" : map ? "}" : "]");
}

class Writer {
public:
    std::string write(const Item& root) {
        entries(root, 0);
        rest(root, 0);
        return std::move(out_);
    }

private:
    void comment_lines(const std::vector<std::string>& lines, std::size_t indent) {
        for (const std::string& line : lines) {
            if (!line.empty()) {
                out_ += std::string(indent, ' ') + line + "\n";
            } else if (!out_.empty() && !out_.ends_with("\n\n") && !opens_) {
                out_ += "\n";
            }
            opens_ = false;
        }
    }

    void rest(const Item& item, std::size_t indent) { comment_lines(item.last, indent); }

    void end_line(const Item& item) {
        if (!item.behind.empty()) out_ += "  " + item.behind;
        out_ += "\n";
        opens_ = false;
    }

    std::size_t column() const {
        const std::size_t line = out_.rfind('\n');
        return width_of(std::string_view(out_).substr(line == std::string::npos ? 0 : line + 1));
    }

    void entries(const Item& item, std::size_t indent, bool first_is_begun = false) {
        for (const Item& child : item.items) {
            if (!first_is_begun) {
                comment_lines(child.before, indent);
                out_ += std::string(indent, ' ');
            }
            first_is_begun = false;
            if (item.kind == Item::Kind::map) {
                out_ += child.key + ":";
            } else {
                out_ += "-";
            }
            value(child, indent, item.kind == Item::Kind::list);
        }
    }

    // After "key:" or "-".
    void value(const Item& item, std::size_t indent, bool after_dash) {
        if (item.kind == Item::Kind::nothing) return end_line(item);
        if (item.kind == Item::Kind::scalar && item.quoting == Quoting::block)
            return block(item, indent);
        const auto line = in_line(item);
        const bool narrow = line && column() + 1 + width_of(*line) <= fmt_width;
        // A pattern is read, and compared with those beside it, as one line, however long.
        const bool pattern = item.object == &pattern_schema();
        if (line && (narrow || pattern || item.kind == Item::Kind::scalar || item.items.empty())) {
            out_ += " " + *line;
            return end_line(item);
        }
        if (line && item.kind == Item::Kind::list && !is_prose(item.shape) &&
            std::ranges::all_of(item.items,
                                [](const Item& i) { return i.kind == Item::Kind::scalar; }))
            return filled(item, indent);
        const std::size_t inside = indent + 2;
        if (after_dash && item.kind == Item::Kind::map && item.items.front().before.empty() &&
            item.behind.empty()) {
            out_ += " ";
            entries(item, inside, true);
        } else {
            end_line(item);
            opens_ = true;
            entries(item, inside);
        }
        rest(item, inside);
    }

    // [a, b,
    //   c]
    void filled(const Item& item, std::size_t indent) {
        out_ += " [";
        bool begins = true;
        for (std::size_t i = 0; i < item.items.size(); ++i) {
            const std::string word =
                scalar_text(item.items[i]) + (i + 1 < item.items.size() ? "," : "]");
            if (!begins && column() + 1 + width_of(word) > fmt_width) {
                out_ += "\n" + std::string(indent + 2, ' ');
                begins = true;
            }
            out_ += (begins ? "" : " ") + word;
            begins = false;
        }
        end_line(item);
    }

    void block(const Item& item, std::size_t indent) {
        const std::string& text = item.text;
        const std::size_t last = text.find_last_not_of('\n');
        // A text that a block cannot hold, or that has one line only.
        if (last == std::string::npos || text.front() == ' ' || text.front() == '\n' ||
            text.find_first_of("\t\r") != std::string::npos ||
            text.find(" \n") != std::string::npos || text.find('\n') == std::string::npos) {
            out_ += " " + double_quoted(text);
            return end_line(item);
        }
        const std::size_t breaks = text.size() - last - 1;
        out_ += breaks == 0 ? " |-" : breaks == 1 ? " |" : " |+";
        end_line(item);
        std::string_view rest_of(text);
        if (breaks > 0) rest_of.remove_suffix(1);
        while (true) {
            const std::size_t end = rest_of.find('\n');
            const std::string_view line = rest_of.substr(0, end);
            if (!line.empty()) out_ += std::string(indent + 2, ' ') + std::string(line);
            out_ += "\n";
            if (end == std::string_view::npos) break;
            rest_of.remove_prefix(end + 1);
        }
    }

    std::string out_;
    bool opens_ = true;  // nothing was written below the last key: no empty line here
};

const ObjectSchema* kind_of(const Json& root) {
    if (!root.is_object()) return nullptr;
    if (root.contains("dialog")) return &dialog_schema();
    if (root.contains("country")) return &country_schema();
    if (root.contains("intents") || root.contains("words") || root.contains("weights"))
        return &intents_schema();
    return nullptr;
}

std::vector<std::string> sorted_comments(const std::vector<Comment>& comments) {
    std::vector<std::string> out;
    for (const Comment& comment : comments)
        if (!comment.text.empty()) out.push_back(comment.text);
    std::ranges::sort(out);
    return out;
}

// Without the order of keys.
nlohmann::json unordered(const Json& tree) { return nlohmann::json::parse(tree.dump()); }

}  // namespace

Result<Formatted> format_yaml(std::string_view name, std::string_view text,
                              Diagnostics& diagnostics) {
    const auto read = [&](std::string_view bytes) {
        return parse_yaml({std::string(name), std::string(bytes)}, diagnostics);
    };
    const std::string file(name);
    const Document document = read(text);
    if (has_errors(diagnostics)) return fail(file + " has mistakes; nothing was changed");
    const ObjectSchema* kind = kind_of(document.root);
    if (kind == nullptr) return fail(file + " is no dialog, intent or helpline file");
    Reader reader(document);
    Item root = reader.read(kind);
    const std::vector<Comment> comments = reader.comments();
    Attacher attacher(root);
    attacher.attach(comments);
    attacher.blanks(comments);
    mark_commented(root);
    sort_keys(root);
    std::string out = Writer().write(root);

    const Document again = read(out);
    if (has_errors(diagnostics)) return fail(file + " could not be formatted; nothing was changed");
    Reader second(again);
    (void)second.read(kind);
    if (unordered(document.root) != unordered(again.root) ||
        sorted_comments(comments) != sorted_comments(second.comments())) {
        return fail(file + " could not be formatted without changing it; nothing was changed");
    }
    return Formatted{std::move(out)};
}

}  // namespace befriend
