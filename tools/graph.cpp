// SPDX-License-Identifier: Apache-2.0
//
// befriend graph: the steps of dialogs and what leads from one to another.
#include "tools/graph.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "engine/base/json_line.hpp"
#include "tools/commands.hpp"
#include "tools/files.hpp"
#include "tools/options.hpp"
#include "tools/pack_option.hpp"
#include "tools/spoken.hpp"

namespace befriend {
namespace {

constexpr OptionSpec graph_options[] = {
    {"--format", "mermaid|dot|html", "what to write (mermaid)"},
    {"-o", "FILE", "write to this file instead of standard output"},
    pack_option,
    language_option,
    json_option,
};

// Inside "..." of Mermaid, where entities are written with # instead of &.
std::string mermaid_text(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '"':
                result += "#quot;";
                break;
            case '#':
                result += "#35;";
                break;
            case '<':
                result += "#lt;";
                break;
            case '>':
                result += "#gt;";
                break;
            case '&':
                result += "#amp;";
                break;
            case '`':
                result += "#96;";
                break;
            case '\n':
                result += ' ';
                break;
            default:
                result += c;
        }
    }
    return result;
}

// Inside "..." of DOT.
std::string dot_text(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        if (c == '\n') {
            result += "\\n";
        } else {
            result += c;
        }
    }
    return result;
}

std::string node_id(std::size_t i) { return "n" + std::to_string(i); }

std::string to_json(const Graph& graph) {
    constexpr const char* node_kinds[] = {"step", "door", "other", "end"};
    constexpr const char* edge_kinds[] = {"goes", "call", "interrupt"};
    nlohmann::json nodes = nlohmann::json::array();
    for (const GraphNode& node : graph.nodes)
        nodes.push_back({{"name", node.name},
                         {"kind", node_kinds[static_cast<std::size_t>(node.kind)]},
                         {"note", node.note},
                         {"place", node.place}});
    nlohmann::json edges = nlohmann::json::array();
    for (const GraphEdge& edge : graph.edges)
        edges.push_back({{"from", graph.nodes[edge.from].name},
                         {"to", graph.nodes[edge.to].name},
                         {"when", edge.when},
                         {"kind", edge_kinds[static_cast<std::size_t>(edge.kind)]}});
    const nlohmann::json result = {
        {"nodes", std::move(nodes)}, {"edges", std::move(edges)}, {"anywhere", graph.anywhere}};
    return json_line(result) + "\n";
}

}  // namespace

std::string to_mermaid(const Graph& graph) {
    std::string result = "flowchart LR\n";
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const GraphNode& node = graph.nodes[i];
        const std::string label = "\"" + mermaid_text(node.label) + "\"";
        result += "  " + node_id(i);
        switch (node.kind) {
            case GraphNode::Kind::step:
                result += "[" + label + "]";
                break;
            case GraphNode::Kind::door:
                result += "([" + label + "])";
                break;
            case GraphNode::Kind::other:
                result += "[[" + label + "]]";
                break;
            case GraphNode::Kind::end:
                result += "((" + label + "))";
                break;
        }
        result += "\n";
    }
    for (const GraphEdge& edge : graph.edges) {
        result += "  " + node_id(edge.from) +
                  (edge.kind == GraphEdge::Kind::goes ? " -->" : " -.->") +
                  (edge.when.empty() ? "" : "|\"" + mermaid_text(edge.when) + "\"|") + " " +
                  node_id(edge.to) + "\n";
    }
    return result;
}

std::string to_dot(const Graph& graph) {
    std::string result = "digraph \"" + dot_text(graph.title) +
                         "\" {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n";
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const GraphNode& node = graph.nodes[i];
        constexpr const char* looks[] = {"shape=box", "shape=oval, style=bold",
                                         "shape=box, style=dashed", "shape=circle"};
        result += "  " + node_id(i) + " [label=\"" + dot_text(node.label) + "\", tooltip=\"" +
                  dot_text(node.note) + "\", " + looks[static_cast<std::size_t>(node.kind)] +
                  "];\n";
    }
    for (const GraphEdge& edge : graph.edges) {
        result += "  " + node_id(edge.from) + " -> " + node_id(edge.to) + " [label=\"" +
                  dot_text(edge.when) + "\"" +
                  (edge.kind == GraphEdge::Kind::goes ? "" : ", style=dashed") + "];\n";
    }
    return result + "}\n";
}

constexpr CommandPage graph_page{
    .arguments = "[DIALOG...]",
    .text =
        "Draws the steps of dialogs, of all without a name: what leads where and when, calls,\n"
        "interrupts. The HTML page is one file with a drawing to move and search and a table.\n",
    .options = graph_options,
    .examples =
        "befriend graph stop\n"
        "befriend graph caring_eyes turn_inward --format html -o eyes.html\n"
        "befriend graph --format dot | dot -Tsvg -o all.svg\n",
};

int run_graph(Arguments arguments) {
    const auto options = parse_options(arguments, graph_page.options);
    if (!options) return usage_error("graph", options.error().message);
    const std::string format = options->get("--format", "mermaid");
    if (format != "mermaid" && format != "dot" && format != "html")
        return usage_error("graph", "--format is mermaid, dot or html");
    const auto pack =
        pack_or_complain("graph", options->get("--pack"), options->get("--language", "en"));
    if (!pack) return 2;
    std::string unknown;
    const std::vector<DialogId> dialogs = dialogs_named(*pack, options->rest, unknown);
    if (!unknown.empty()) {
        std::vector<std::string_view> names;
        for (const Dialog& dialog : pack->dialogs) names.push_back(dialog.name);
        const std::string_view near = did_you_mean(unknown, names);
        return usage_error("graph", "there is no dialog " + unknown +
                                        (near.empty() ? "" : "; " + std::string(near) + "?"));
    }
    const Graph graph = graph_of(*pack, dialogs);
    const std::string text = options->has("--json") ? to_json(graph)
                             : format == "mermaid"  ? to_mermaid(graph)
                             : format == "dot"      ? to_dot(graph)
                                                    : to_html(graph);
    if (!options->has("-o")) {
        std::fwrite(text.data(), 1, text.size(), stdout);
        return 0;
    }
    if (const auto written = write_whole_file(options->get("-o"), text); !written) {
        std::fprintf(stderr, "befriend graph: %s\n", written.error().message.c_str());
        return 2;
    }
    return 0;
}

}  // namespace befriend
