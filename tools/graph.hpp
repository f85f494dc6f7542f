// SPDX-License-Identifier: Apache-2.0
//
// A dialog, or several, as a graph of steps: what leads where, and when.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/pack.hpp"

namespace befriend {

struct GraphNode {
    // Door: how a dialog is entered. Other: a dialog that is not drawn. End: the dialog ends.
    enum class Kind : std::uint8_t { step, door, other, end };
    std::string name;   // unique: "stop/first", "stop", "stop/end"
    std::string label;  // what people read
    std::string note;   // what is said there, or the dialog's `about`
    Kind kind = Kind::step;
    std::string place;  // file:line; empty when there is none
};

struct GraphEdge {
    enum class Kind : std::uint8_t { goes, call, interrupt };
    std::size_t from = 0;  // into Graph::nodes
    std::size_t to = 0;
    std::string when;  // in plain words; empty: always
    Kind kind = Kind::goes;
};

struct Graph {
    std::string title;
    std::vector<GraphNode> nodes;
    std::vector<GraphEdge> edges;
    std::vector<std::string> anywhere;  // what can be said at any time: "stop", "repeat"
};

Graph graph_of(const Pack& pack, const std::vector<DialogId>& dialogs);

std::string to_mermaid(const Graph& graph);
std::string to_dot(const Graph& graph);
// One self-contained page: an inline drawing to pan, zoom and search, and the same as a table.
std::string to_html(const Graph& graph);

}  // namespace befriend
