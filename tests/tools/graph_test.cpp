// SPDX-License-Identifier: Apache-2.0
#include "tools/graph.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/talk.hpp"
#include "tools/spoken.hpp"

using namespace befriend;

namespace {

Graph small() {
    Graph graph;
    graph.title = "a \"b\"";
    graph.nodes = {{"d", "d", "", GraphNode::Kind::door, ""},
                   {"d/one", "say \"<hi>\" & #1", "back\\slash", GraphNode::Kind::step, "f:1"},
                   {"x", "x", "", GraphNode::Kind::other, ""},
                   {"d/end", "end", "", GraphNode::Kind::end, ""}};
    graph.edges = {{0, 1, "", GraphEdge::Kind::goes},
                   {1, 2, "they answer \"yes\"", GraphEdge::Kind::call},
                   {1, 3, "", GraphEdge::Kind::goes}};
    return graph;
}

}  // namespace

TEST_SUITE("tools/graph") {
    TEST_CASE("Mermaid text holds nothing that Mermaid would read") {
        CHECK(to_mermaid(small()) ==
              "flowchart LR\n"
              "  n0([\"d\"])\n"
              "  n1[\"say #quot;#lt;hi#gt;#quot; #amp; #35;1\"]\n"
              "  n2[[\"x\"]]\n"
              "  n3((\"end\"))\n"
              "  n0 --> n1\n"
              "  n1 -.->|\"they answer #quot;yes#quot;\"| n2\n"
              "  n1 --> n3\n");
    }

    TEST_CASE("DOT strings are closed where they are opened") {
        const std::string dot = to_dot(small());
        CHECK(dot.starts_with("digraph \"a \\\"b\\\"\" {"));
        CHECK(dot.find("tooltip=\"back\\\\slash\"") != std::string::npos);
        CHECK(dot.find("n1 -> n2 [label=\"they answer \\\"yes\\\"\", style=dashed];") !=
              std::string::npos);
    }

    TEST_CASE("the page escapes what people wrote") {
        const std::string page = to_html(small());
        CHECK(page.find("<hi>") == std::string::npos);
        CHECK(page.find("&lt;hi&gt;") != std::string::npos);
    }

    TEST_CASE("every step of every dialog is drawn, and every edge has both ends") {
        const Pack& pack = test::shipped_pack();
        std::string unknown;
        const Graph graph = graph_of(pack, dialogs_named(pack, {}, unknown));
        const auto steps = std::ranges::count(graph.nodes, GraphNode::Kind::step, &GraphNode::kind);
        CHECK(static_cast<std::size_t>(steps) == pack.steps.size());
        for (const GraphEdge& edge : graph.edges) {
            REQUIRE(edge.from < graph.nodes.size());
            REQUIRE(edge.to < graph.nodes.size());
        }
    }

    TEST_CASE("a name that is no dialog is given back") {
        std::string unknown;
        CHECK(dialogs_named(test::shipped_pack(), {"stop", "stopp"}, unknown).empty());
        CHECK(unknown == "stopp");
    }

    TEST_CASE("every text of the pack is spoken of once, with a place") {
        const Pack& pack = test::shipped_pack();
        std::vector<std::string> ids;
        for (const Spoken& one : spoken(pack)) {
            ids.push_back(one.id());
            CHECK(one.at.line > 0);
        }
        std::ranges::sort(ids);
        CHECK(std::ranges::adjacent_find(ids) == ids.end());
    }
}
