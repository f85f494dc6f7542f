// SPDX-License-Identifier: Apache-2.0
//
// Tables of sentences and labels: CSV, TSV, and JSON lines.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/script/values.hpp"
#include "tools/import.hpp"

namespace befriend {
namespace {

struct Row {
    std::vector<std::string> cells;
    std::uint32_t line = 1;
};

// RFC 4180: a cell in quotes may hold the separator, line breaks and doubled quotes. In a TSV,
// too, because spreadsheets write it so; a quote inside a cell is a quote.
struct Table {
    std::vector<Row> rows;
    std::uint32_t unclosed = 0;  // the line of a quote that is never closed
};

Table read_table(std::string_view text, char separator) {
    Table table;
    Row row;
    std::string cell;
    bool quoted = false, any = false;
    std::uint32_t line = 1, opened = 0;
    const auto end_row = [&] {
        row.cells.push_back(std::move(cell));
        cell.clear();
        if (any) table.rows.push_back(std::move(row));
        row = Row{{}, line};
        any = false;
    };
    bool cell_begins = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') ++line;
        if (quoted) {
            if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
                cell += '"';
                ++i;
            } else if (c == '"') {
                quoted = false;
            } else {
                cell += c;
            }
            continue;
        }
        if (c == '"' && cell_begins) {
            quoted = any = true;
            opened = line;
            cell_begins = false;
        } else if (c == separator) {
            row.cells.push_back(std::move(cell));
            cell.clear();
            any = cell_begins = true;
        } else if (c == '\n') {
            end_row();
            cell_begins = true;
        } else if (c != '\r') {
            cell += c;
            any = true;
            cell_begins = false;
        }
    }
    if (any) end_row();
    if (quoted) table.unclosed = opened;
    return table;
}

std::string at(const std::string& file, std::uint32_t line) {
    return file + ":" + std::to_string(line) + ":1: ";
}

// "a, b", "a|b" and "a; b" are two labels.
void add_row(std::string_view said, std::string_view labels, const std::string& file,
             std::uint32_t line, Imported& into) {
    bool any = false;
    while (!labels.empty()) {
        const std::size_t end = std::min(labels.find_first_of(",|;"), labels.size());
        const std::string_view label = trim(labels.substr(0, end));
        labels.remove_prefix(std::min(end + 1, labels.size()));
        if (label.empty()) continue;
        into.add_sentence(said, our_label(label, file, line, into), file, line);
        any = true;
    }
    if (!any) into.add_sentence(said, "none", file, line);
}

}  // namespace

void import_table(const std::string& file, const std::string& text, char separator,
                  const ImportColumns& columns, Imported& into) {
    const Table table = read_table(text, separator);
    if (table.unclosed != 0) {
        into.problem = at(file, table.unclosed) +
                       "error: a quote that is never closed; write \" inside a cell that "
                       "begins with one as \"\"\n";
        return;
    }
    if (table.rows.empty()) return into.warn(file, 1, "an empty file");
    const auto& head = table.rows.front().cells;
    const auto column = [&](const std::string& name, const char* option) {
        const auto found = std::ranges::find(head, name);
        if (found == head.end())
            into.problem += at(file, 1) + "error: there is no column \"" + name +
                            "\"; name it with " + option + "\n";
        return static_cast<std::size_t>(found - head.begin());
    };
    const std::size_t said = column(columns.text, "--text");
    const std::size_t label = column(columns.label, "--label");
    if (!into.problem.empty()) return;
    for (std::size_t i = 1; i < table.rows.size(); ++i) {
        const Row& row = table.rows[i];
        if (row.cells.size() <= std::max(said, label)) {
            into.warn(
                file, row.line,
                "a row with too few cells is left out (line " + std::to_string(row.line) + ")");
        } else if (row.cells.size() > head.size()) {
            into.warn(file, row.line,
                      "a row with more cells than columns is left out (line " +
                          std::to_string(row.line) +
                          "); put the cell with the separator in quotes");
        } else {
            add_row(row.cells[said], row.cells[label], file, row.line, into);
        }
    }
}

void import_jsonl(const std::string& file, const std::string& text, const ImportColumns& columns,
                  Imported& into) {
    std::uint32_t number = 0;
    for (const std::string& line : lines_of(text)) {
        ++number;
        if (trim(line).empty()) continue;
        const auto object = nlohmann::json::parse(line, nullptr, false);
        if (!object.is_object() || !object.contains(columns.text) ||
            !object[columns.text].is_string() || !object.contains(columns.label)) {
            into.warn(file, number,
                      "line " + std::to_string(number) + " is no object with \"" + columns.text +
                          "\" and \"" + columns.label + "\"; left out");
            continue;
        }
        const auto& label = object[columns.label];
        std::string labels;
        for (const auto& one : label.is_array() ? label : nlohmann::json::array({label}))
            labels += (one.is_string() ? one.get<std::string>() : one.dump()) + "|";
        add_row(object[columns.text].get<std::string>(), label.is_null() ? "" : labels, file,
                number, into);
    }
}

}  // namespace befriend
