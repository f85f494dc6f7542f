// SPDX-License-Identifier: Apache-2.0
//
// The drawing: a band for every dialog, in it the steps from left to right by how far they are from
// the door, in each column as near as can be to the steps that lead to them.
#include <algorithm>
#include <map>
#include <numeric>

#include "tools/graph.hpp"
#include "tools/html.hpp"

namespace befriend {
namespace {

// In SVG units, which are pixels at zoom 1.
constexpr int node_width = 170;
constexpr int node_height = 40;
constexpr int column = 260;
constexpr int row = 56;
constexpr int band_gap = 40;

struct Point {
    int x = 0;
    int y = 0;
};

struct Layout {
    std::vector<Point> at;
    int width = 0;
    int height = 0;
};

std::string band_of(const GraphNode& node) { return node.name.substr(0, node.name.find('/')); }

// A dialog that is not drawn stands in the band of the first that leads to it.
std::vector<std::size_t> bands(const Graph& graph) {
    std::map<std::string, std::size_t> by_name;
    std::vector<std::size_t> band(graph.nodes.size());
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        if (graph.nodes[i].kind != GraphNode::Kind::other)
            band[i] = by_name.emplace(band_of(graph.nodes[i]), by_name.size()).first->second;
    }
    std::vector<bool> placed(graph.nodes.size(), false);
    for (const GraphEdge& edge : graph.edges) {
        if (graph.nodes[edge.to].kind != GraphNode::Kind::other || placed[edge.to]) continue;
        band[edge.to] = band[edge.from];
        placed[edge.to] = true;
    }
    return band;
}

// Steps from the door of the band, breadth first.
std::vector<int> depths(const Graph& graph, const std::vector<std::size_t>& band) {
    std::vector<int> depth(graph.nodes.size(), -1);
    std::vector<std::size_t> queue;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        if (graph.nodes[i].kind == GraphNode::Kind::door) {
            depth[i] = 0;
            queue.push_back(i);
        }
    }
    std::vector<std::vector<std::size_t>> leads(graph.nodes.size());
    for (const GraphEdge& edge : graph.edges) {
        if (band[edge.from] == band[edge.to]) leads[edge.from].push_back(edge.to);
    }
    for (std::size_t next = 0; next < queue.size(); ++next) {
        for (const std::size_t to : leads[queue[next]]) {
            if (depth[to] >= 0) continue;
            depth[to] = depth[queue[next]] + 1;
            queue.push_back(to);
        }
    }
    for (int& d : depth) d = std::max(d, 1);
    for (const std::size_t i : queue) {
        if (graph.nodes[i].kind == GraphNode::Kind::door) depth[i] = 0;
    }
    return depth;
}

Layout lay_out(const Graph& graph) {
    const std::vector<std::size_t> band = bands(graph);
    const std::vector<int> depth = depths(graph, band);
    Layout layout;
    layout.at.resize(graph.nodes.size());
    std::map<std::size_t, std::map<int, std::vector<std::size_t>>> columns;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) columns[band[i]][depth[i]].push_back(i);
    int top = band_gap;
    for (auto& [_, levels] : columns) {
        std::size_t tallest = 1;
        for (auto& [level, nodes] : levels) {
            // The mean height of those that lead here decides the order within the column.
            std::map<std::size_t, double> wish;
            for (const std::size_t n : nodes) {
                double sum = 0;
                int count = 0;
                for (const GraphEdge& edge : graph.edges) {
                    if (edge.to != n || band[edge.from] != band[n] || depth[edge.from] >= level)
                        continue;
                    sum += layout.at[edge.from].y;
                    ++count;
                }
                wish[n] = count > 0 ? sum / count : top;
            }
            std::ranges::stable_sort(nodes, {}, [&](std::size_t n) { return wish[n]; });
            for (std::size_t k = 0; k < nodes.size(); ++k)
                layout.at[nodes[k]] = {band_gap + level * column, top + static_cast<int>(k) * row};
            tallest = std::max(tallest, nodes.size());
            layout.width = std::max(layout.width, band_gap * 2 + level * column + node_width);
        }
        top += static_cast<int>(tallest) * row + band_gap;
    }
    layout.height = top;
    return layout;
}

std::string shortened(const std::string& text, std::size_t most) {
    if (text.size() <= most) return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end) + "\u2026";
}

std::string number(int n) { return std::to_string(n); }

std::string_view kind_class(GraphNode::Kind kind) {
    switch (kind) {
        case GraphNode::Kind::step:
            return "step";
        case GraphNode::Kind::door:
            return "door";
        case GraphNode::Kind::other:
            return "other";
        case GraphNode::Kind::end:
            return "end";
    }
    return "";
}

std::string path(Point from, Point to) {
    const int x1 = from.x + node_width;
    const int y1 = from.y + node_height / 2;
    const int x2 = to.x;
    const int y2 = to.y + node_height / 2;
    // Backwards and in place: out to the right and round above.
    const int bend = x2 > x1 ? (x2 - x1) / 2 : 70;
    return "M" + number(x1) + " " + number(y1) + " C" + number(x1 + bend) + " " + number(y1) + " " +
           number(x2 - bend) + " " + number(x2 > x1 ? y2 : y2 - 36) + " " + number(x2) + " " +
           number(y2);
}

std::string drawing(const Graph& graph) {
    const Layout layout = lay_out(graph);
    std::string svg =
        "<svg id=\"graph\" tabindex=\"0\" role=\"group\" aria-label=\"Steps of " +
        escape_html(graph.title) + "\" viewBox=\"0 0 " + number(layout.width) + " " +
        number(layout.height) +
        "\">\n<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" "
        "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" "
        "class=\"tip\"/></marker></defs>\n<g id=\"all\">\n";
    for (const GraphEdge& edge : graph.edges) {
        const char* kind = edge.kind == GraphEdge::Kind::goes   ? "goes"
                           : edge.kind == GraphEdge::Kind::call ? "call"
                                                                : "interrupt";
        svg += "<path class=\"edge " + std::string(kind) + "\" marker-end=\"url(#tip)\" d=\"" +
               path(layout.at[edge.from], layout.at[edge.to]) + "\"><title>" +
               escape_html(graph.nodes[edge.from].name + " \u2192 " + graph.nodes[edge.to].name +
                           (edge.when.empty() ? "" : ": " + edge.when)) +
               "</title></path>\n";
    }
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const GraphNode& node = graph.nodes[i];
        const Point at = layout.at[i];
        svg += "<g class=\"node " + std::string(kind_class(node.kind)) +
               "\" tabindex=\"0\" role=\"img\" aria-label=\"" +
               escape_html(node.name + (node.note.empty() ? "" : ": " + node.note)) + "\"><title>" +
               escape_html(node.name + "\n" + node.note + "\n" + node.place) +
               "</title><rect x=\"" + number(at.x) + "\" y=\"" + number(at.y) + "\" width=\"" +
               number(node_width) + "\" height=\"" + number(node_height) +
               "\" rx=\"6\"/><text x=\"" + number(at.x + 8) + "\" y=\"" + number(at.y + 17) +
               "\">" + escape_html(shortened(node.label, 22)) + "</text><text class=\"note\" x=\"" +
               number(at.x + 8) + "\" y=\"" + number(at.y + 32) + "\">" +
               escape_html(shortened(node.note, 27)) + "</text></g>\n";
    }
    return svg + "</g></svg>\n";
}

std::string table(const Graph& graph) {
    std::string html =
        "<h2>The same in words</h2>\n<table><thead><tr><th>From</th><th>When</th><th>To</th>"
        "<th>Where</th></tr></thead><tbody>\n";
    for (const GraphEdge& edge : graph.edges) {
        const char* how = edge.kind == GraphEdge::Kind::call        ? "calls "
                          : edge.kind == GraphEdge::Kind::interrupt ? "is interrupted by "
                                                                    : "";
        html += "<tr><td>" + escape_html(graph.nodes[edge.from].name) + "</td><td>" +
                escape_html(edge.when.empty() ? "always" : edge.when) + "</td><td>" + how +
                escape_html(graph.nodes[edge.to].name) + "</td><td><code>" +
                escape_html(graph.nodes[edge.from].place) + "</code></td></tr>\n";
    }
    return html + "</tbody></table>\n";
}

constexpr std::string_view style = R"css(
body{max-width:none}#graph{width:100%;height:70vh;border:1px solid var(--line);touch-action:none;cursor:grab}
.node rect{fill:var(--soft);stroke:var(--line)}.node text{fill:var(--ink);font:13px system-ui,sans-serif}
.node .note{font-size:10px;opacity:.8}.door rect{stroke:var(--accent);stroke-width:2}.other rect{stroke-dasharray:5 3}
.end rect{fill:var(--paper)}.edge{fill:none;stroke:var(--ink);opacity:.5}.edge:hover{opacity:1;stroke:var(--accent);stroke-width:2}
.call,.interrupt{stroke-dasharray:5 3}.tip{fill:var(--ink)}.node:focus rect,.found rect{stroke:var(--warn);stroke-width:3}
.controls{margin:.5rem 0;display:flex;gap:.5rem;flex-wrap:wrap;align-items:center}
@media print{#graph{height:auto}}
)css";

constexpr std::string_view script = R"js(
const svg = document.getElementById('graph'), all = document.getElementById('all');
let x = 0, y = 0, zoom = 1, drag = null;
const show = () => all.setAttribute('transform', `translate(${x} ${y}) scale(${zoom})`);
const scaled = f => { zoom = Math.min(8, Math.max(0.2, zoom * f)); show(); };
const reset = () => { x = 0; y = 0; zoom = 1; show(); };
const unit = () => svg.viewBox.baseVal.width / svg.clientWidth;
svg.addEventListener('wheel', e => { if (!e.ctrlKey && !e.altKey) return; e.preventDefault(); scaled(e.deltaY < 0 ? 1.15 : 1 / 1.15); }, { passive: false });
svg.addEventListener('pointerdown', e => { drag = [e.clientX, e.clientY]; svg.setPointerCapture(e.pointerId); });
svg.addEventListener('pointermove', e => { if (!drag) return; x += (e.clientX - drag[0]) * unit(); y += (e.clientY - drag[1]) * unit(); drag = [e.clientX, e.clientY]; show(); });
svg.addEventListener('pointerup', () => { drag = null; });
const keys = { '+': () => scaled(1.25), '=': () => scaled(1.25), '-': () => scaled(0.8), '0': reset,
  ArrowLeft: () => { x += 60; show(); }, ArrowRight: () => { x -= 60; show(); },
  ArrowUp: () => { y += 60; show(); }, ArrowDown: () => { y -= 60; show(); } };
svg.addEventListener('keydown', e => { const act = keys[e.key]; if (act) { e.preventDefault(); act(); } });
document.getElementById('in').onclick = () => scaled(1.25);
document.getElementById('out').onclick = () => scaled(0.8);
document.getElementById('fit').onclick = reset;
document.getElementById('find').addEventListener('input', e => {
  const word = e.target.value.trim().toLowerCase(); let count = 0, first = null;
  for (const node of document.querySelectorAll('.node')) {
    const hit = word !== '' && node.getAttribute('aria-label').toLowerCase().includes(word);
    node.classList.toggle('found', hit);
    if (hit) { ++count; first = first || node; }
  }
  if (first) { const r = first.querySelector('rect').getBBox(), v = svg.viewBox.baseVal;
    x = v.width / 2 - r.x * zoom; y = v.height / 2 - r.y * zoom; show(); }
  document.getElementById('count').textContent = word === '' ? '' : count + ' found';
});
for (const part of document.querySelectorAll('.controls')) part.hidden = false;
)js";

}  // namespace

std::string to_html(const Graph& graph) {
    HtmlPage page;
    page.title = "befriend: " + graph.title;
    page.subtitle =
        "Solid: goes on. Dashed: calls another dialog or is interrupted. Pointing at an arrow "
        "shows "
        "its condition; the table below has them all.";
    page.style = std::string(style);
    page.script = std::string(script);
    page.body =
        "<div class=\"controls no-print\" hidden><label>Search <input id=\"find\" type=\"search\">"
        "</label><output id=\"count\"></output><button id=\"in\" type=\"button\">Zoom in</button>"
        "<button id=\"out\" type=\"button\">Zoom out</button><button id=\"fit\" type=\"button\">All"
        "</button><span class=\"quiet\">Keys in the drawing: arrows, + and \u2212, 0; or drag, and "
        "Ctrl with the wheel.</span></div>\n" +
        drawing(graph) + "<p>Can be said at any time: ";
    for (std::size_t i = 0; i < graph.anywhere.size(); ++i)
        page.body += (i > 0 ? ", " : "") + escape_html(graph.anywhere[i]);
    page.body += ".</p>\n" + table(graph);
    return html_page(page);
}

}  // namespace befriend
