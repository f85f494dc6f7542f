// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/base/codes.hpp"
#include "tools/strings.hpp"

namespace befriend {
namespace {

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        switch (c) {
            case '"':
                result += "\\\"";
                break;
            case '\\':
                result += "\\\\";
                break;
            case '\n':
                result += "\\n";
                break;
            case '\t':
                result += "\\t";
                break;
            default:
                result += c;
        }
    }
    return result + "\"";
}

// One line, or a line for every line of the text.
std::string field(std::string_view key, std::string_view text, std::string_view prefix) {
    std::string result = std::string(prefix) + std::string(key) + " ";
    const auto inner = text.find('\n');
    if (inner == std::string_view::npos || inner + 1 == text.size())
        return result + quoted(text) + "\n";
    result += "\"\"\n";
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
        result += std::string(prefix) + quoted(text.substr(0, end)) + "\n";
        text.remove_prefix(end);
    }
    return result;
}

class Reader {
public:
    Reader(const std::string& file, Diagnostics& diagnostics)
        : file_(file), diagnostics_(diagnostics) {}

    std::vector<PoEntry> run(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto end = std::min(bytes.find('\n'), bytes.size());
            std::string_view line = bytes.substr(0, end);
            bytes.remove_prefix(std::min(end + 1, bytes.size()));
            if (line.ends_with('\r')) line.remove_suffix(1);
            ++number_;
            read(line);
        }
        flush();
        return std::move(entries_);
    }

private:
    void complain(std::string message) {
        Diagnostic d;
        d.code = "BF0015";
        d.file = file_;
        d.line = number_;
        d.col = 1;
        d.message = std::move(message);
        d.hint = "msgfmt -c tells what PO files may hold";
        diagnostics_.push_back(std::move(d));
    }

    void flush() {
        const bool header = entry_.source.empty() && entry_.context.empty();
        if (seen_ && !header) entries_.push_back(std::move(entry_));
        entry_ = {};
        into_ = nullptr;
        seen_ = false;
        translated_ = false;
    }

    void comment(std::string_view line) {
        if (translated_) flush();
        const auto rest = [&](std::size_t n) {
            return std::string(line.size() > n ? line.substr(n) : std::string_view());
        };
        if (line.starts_with("#. ")) {
            entry_.extracted.push_back(rest(3));
        } else if (line.starts_with("#: ")) {
            entry_.references.push_back(rest(3));
        } else if (line.starts_with("#,")) {
            entry_.fuzzy = entry_.fuzzy || line.find("fuzzy") != std::string_view::npos;
        } else if (line.starts_with("#| msgid ")) {
            into_ = &entry_.previous;
            text(line.substr(9));
        } else if (line.starts_with("#| \"")) {
            text(line.substr(3));
        } else if (!line.starts_with("#|")) {
            entry_.notes.push_back(rest(2));
        }
    }

    void read(std::string_view line) {
        while (line.starts_with(' ')) line.remove_prefix(1);
        if (line.empty()) return flush();
        if (line.starts_with("#~ ")) {
            line.remove_prefix(3);
            entry_.obsolete = true;
        } else if (line.starts_with('#')) {
            return comment(line);
        }
        if (line.starts_with('"')) return text(line);
        const auto key = [&](std::string_view name, std::string& into) {
            if (!line.starts_with(name)) return false;
            if (!seen_) entry_.line = number_;
            seen_ = true;
            into_ = &into;
            text(line.substr(name.size()));
            return true;
        };
        if (translated_ && (line.starts_with("msgctxt ") || line.starts_with("msgid "))) {
            const bool obsolete = entry_.obsolete;
            flush();
            entry_.obsolete = obsolete;
        }
        if (key("msgctxt ", entry_.context) || key("msgid ", entry_.source)) return;
        if (key("msgstr ", entry_.translation)) {
            translated_ = true;
            return;
        }
        complain("this is no line of a PO file");
    }

    void text(std::string_view quoted) {
        if (into_ == nullptr) return complain("a text without msgid or msgstr before it");
        if (quoted.size() < 2 || quoted.front() != '"' || quoted.back() != '"')
            return complain("a text stands between two quotation marks");
        quoted = quoted.substr(1, quoted.size() - 2);
        for (std::size_t i = 0; i < quoted.size(); ++i) {
            if (quoted[i] != '\\' || i + 1 == quoted.size()) {
                *into_ += quoted[i];
                continue;
            }
            const char c = quoted[++i];
            *into_ += c == 'n' ? '\n' : c == 't' ? '\t' : c;
        }
    }

    const std::string& file_;
    Diagnostics& diagnostics_;
    std::vector<PoEntry> entries_;
    PoEntry entry_;
    std::string* into_ = nullptr;  // the field of entry_ that a continuation belongs to
    std::uint32_t number_ = 0;
    bool seen_ = false;
    bool translated_ = false;
};

}  // namespace

std::vector<PoEntry> read_po(const std::string& file, std::string_view bytes,
                             Diagnostics& diagnostics) {
    return Reader(file, diagnostics).run(bytes);
}

std::string write_po(const std::vector<PoEntry>& entries, std::string_view language) {
    std::string result =
        "# What befriend says. Placeholders in {braces} stay as they are; words between "
        "*asterisks*\n"
        "# are typed by people and understood in English so far.\n"
        "msgid \"\"\nmsgstr \"\"\n\"Project-Id-Version: befriend\\n\"\n\"Language: " +
        std::string(language) +
        "\\n\"\n\"MIME-Version: 1.0\\n\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n"
        "\"Content-Transfer-Encoding: 8bit\\n\"\n";
    for (const PoEntry& entry : entries) {
        result += "\n";
        for (const std::string& note : entry.notes) result += "# " + note + "\n";
        for (const std::string& note : entry.extracted) result += "#. " + note + "\n";
        for (const std::string& place : entry.references) result += "#: " + place + "\n";
        if (entry.fuzzy) result += "#, fuzzy\n";
        if (!entry.previous.empty()) result += field("msgid", entry.previous, "#| ");
        const std::string_view prefix = entry.obsolete ? "#~ " : "";
        result += field("msgctxt", entry.context, prefix);
        result += field("msgid", entry.source, prefix);
        result += field("msgstr", entry.translation, prefix);
    }
    return result;
}

}  // namespace befriend
