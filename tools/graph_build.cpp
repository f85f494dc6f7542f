// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "engine/globals.hpp"
#include "tools/graph.hpp"
#include "tools/spoken.hpp"

namespace befriend {
namespace {

class Builder {
public:
    Builder(const Pack& pack, const std::vector<DialogId>& dialogs)
        : pack_(pack), dialogs_(dialogs) {}

    Graph run() {
        for (const DialogId id : dialogs_) add_nodes(id);
        for (const DialogId id : dialogs_) add_edges(id);
        for (const Global& global : globals()) graph_.anywhere.emplace_back(global.intent);
        graph_.title = dialogs_.size() == 1 ? pack_.dialog(dialogs_.front()).name
                                            : std::to_string(dialogs_.size()) + " dialogs";
        return std::move(graph_);
    }

private:
    std::size_t node(const std::string& name, GraphNode::Kind kind, std::string label,
                     std::string note, std::string place) {
        const auto [at, fresh] = by_name_.emplace(name, graph_.nodes.size());
        if (fresh) {
            graph_.nodes.push_back(
                {name, std::move(label), std::move(note), kind, std::move(place)});
        }
        return at->second;
    }

    std::string step_name(StepId id) const {
        const Step& step = pack_.step(id);
        return pack_.dialog(step.dialog).name + "/" + step.name;
    }

    // The first sentence of what a step says.
    std::string said(const Step& step) const {
        const LineId line = step.say != LineId::none ? step.say : step.ask;
        if (line == LineId::none || pack_.line(line).of.empty()) return {};
        return pack_.line(line).of.front().text.source;
    }

    void add_nodes(DialogId id) {
        const Dialog& dialog = pack_.dialog(id);
        node(dialog.name, GraphNode::Kind::door, dialog.name, dialog.about,
             place_name(pack_, dialog.at));
        for (std::size_t i = 0; i < dialog.count; ++i) {
            const Step& step = pack_.steps[index(dialog.first) + i];
            node(dialog.name + "/" + step.name, GraphNode::Kind::step, step.name, said(step),
                 place_name(pack_, step.at));
        }
    }

    std::size_t dialog_node(DialogId id) {
        const Dialog& dialog = pack_.dialog(id);
        return node(dialog.name, GraphNode::Kind::other, dialog.name, dialog.about,
                    place_name(pack_, dialog.at));
    }

    std::size_t end_node(DialogId id) {
        return node(pack_.dialog(id).name + "/end", GraphNode::Kind::end, "end", {}, {});
    }

    // The step after this one in the same dialog; its end when it is the last.
    std::size_t after(DialogId dialog, std::size_t i) {
        const Dialog& of = pack_.dialog(dialog);
        if (i + 1 >= of.count) return end_node(dialog);
        return by_name_.at(of.name + "/" + pack_.steps[index(of.first) + i + 1].name);
    }

    void edge(std::size_t from, std::size_t to, std::string when,
              GraphEdge::Kind kind = GraphEdge::Kind::goes) {
        graph_.edges.push_back({from, to, std::move(when), kind});
    }

    void follow(DialogId dialog, std::size_t i, const Move& move, const std::string& when) {
        const std::size_t from =
            by_name_.at(step_name(static_cast<StepId>(index(pack_.dialog(dialog).first) + i)));
        switch (move.kind) {
            case Move::Kind::next:
                edge(from, after(dialog, i), when);
                break;
            case Move::Kind::go:
                edge(from, by_name_.at(step_name(move.step)), when);
                break;
            case Move::Kind::call:
                edge(from, dialog_node(move.dialog), when, GraphEdge::Kind::call);
                edge(from, after(dialog, i), "after " + pack_.dialog(move.dialog).name);
                break;
            case Move::Kind::switch_to:
                edge(from, dialog_node(move.dialog), when);
                break;
            case Move::Kind::end:
            case Move::Kind::close:
                edge(from, end_node(dialog), when);
                break;
            case Move::Kind::again:
                edge(from, from, when);
                break;
        }
    }

    void add_edges(DialogId id) {
        const Dialog& dialog = pack_.dialog(id);
        const std::size_t door = by_name_.at(dialog.name);
        std::string starts;
        for (const Start& start : dialog.starts)
            starts += (starts.empty() ? "" : "; or ") + start_words(pack_, start);
        if (dialog.count > 0) edge(door, by_name_.at(step_name(dialog.first)), starts);
        for (const Interrupt& interrupt : dialog.interrupts)
            edge(door, dialog_node(interrupt.call), start_words(pack_, interrupt.on),
                 GraphEdge::Kind::interrupt);
        for (std::size_t i = 0; i < dialog.count; ++i) add_step(id, i);
    }

    void add_step(DialogId id, std::size_t i) {
        const Step& step = pack_.steps[index(pack_.dialog(id).first) + i];
        const std::size_t from = by_name_.at(pack_.dialog(id).name + "/" + step.name);
        if (step.when != ConditionId::none) {
            const std::size_t to =
                step.skip == StepId::none ? after(id, i) : by_name_.at(step_name(step.skip));
            edge(from, to, "unless " + condition_words(pack_, step.when));
        }
        for (const Hear& hear : step.hear) follow(id, i, hear.move, hear_words(pack_, hear));
        const bool waits = step.wait == Step::Wait::ask || step.wait == Step::Wait::listen;
        if (!waits || step.hear.empty()) follow(id, i, step.move, {});
    }

    const Pack& pack_;
    const std::vector<DialogId>& dialogs_;
    Graph graph_;
    std::map<std::string, std::size_t> by_name_;
};

}  // namespace

Graph graph_of(const Pack& pack, const std::vector<DialogId>& dialogs) {
    return Builder(pack, dialogs).run();
}

}  // namespace befriend
