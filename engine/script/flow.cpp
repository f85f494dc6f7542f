// SPDX-License-Identifier: Apache-2.0
#include "engine/script/flow.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <set>

#include "engine/globals.hpp"
#include "engine/script/message.hpp"

namespace befriend {
namespace {

using Kind = Move::Kind;

// Steps that the engine enters by name, besides `again` of the crisis dialogs.
struct EngineStep {
    std::string_view dialog, step;
};
constexpr std::array engine_steps{
    EngineStep{"home", "listen"},       EngineStep{"reminder", "first"},
    EngineStep{"reminder", "identity"}, EngineStep{"pace_words", "skipped"},
    EngineStep{"pace_words", "back"},   EngineStep{"pace_words", "slower"},
    EngineStep{"pace_words", "faster"}, EngineStep{"pace_words", "paused"},
};

bool is_crisis(const Dialog& dialog) { return dialog.name.starts_with("crisis_"); }

bool shows_resource(const Text& text) {
    return std::ranges::any_of(text.args, [](const TextArg& arg) {
        return arg.slot == SlotId::none && arg.built_in >= BuiltIn::line &&
               arg.built_in <= BuiltIn::emergency;
    });
}

class FlowCheck {
public:
    FlowCheck(const Pack& pack, ScriptPlaces& places) : pack_(pack), places_(places) {}

    void run() {
        find_passable();
        for (std::size_t d = 0; d < pack_.dialogs.size(); ++d) {
            check_reach(static_cast<DialogId>(d));
            if (is_crisis(pack_.dialogs[d])) check_crisis(static_cast<DialogId>(d));
            check_bubbles(static_cast<DialogId>(d));
            check_switches(static_cast<DialogId>(d));
        }
        check_loops();
        check_depth();
        check_used();
        check_engine_steps();
    }

private:
    Report& report(DialogId id) { return places_.reports[places_.files[index(id)]]; }
    const ScriptNode& node(StepId id) const { return *places_.steps[index(id)]; }

    // Points at a step by its name.
    Spot place(StepId id) const {
        const ScriptNode* name = node(id).find("step");
        return name != nullptr ? name->at : node(id).at;
    }
    Spot place(DialogId id) const {
        const ScriptNode& root = *places_.dialogs[index(id)];
        const ScriptNode* name = root.find("dialog");
        return name != nullptr ? name->at : root.at;
    }

    StepId next_of(StepId id) const {
        const Dialog& dialog = pack_.dialog(pack_.step(id).dialog);
        const std::size_t after = index(id) + 1;
        return after < index(dialog.first) + dialog.count ? static_cast<StepId>(after)
                                                          : StepId::none;
    }

    // A step with a condition may be passed over, also when the condition itself is broken.
    bool may_pass(StepId id) const { return node(id).find("if") != nullptr; }

    template <class Visit>
    void each_step(DialogId id, Visit visit) const {
        const Dialog& dialog = pack_.dialog(id);
        for (std::size_t i = 0; i < dialog.count; ++i)
            visit(static_cast<StepId>(index(dialog.first) + i));
    }

    // ---- reach ----

    void follow(const Move& move, StepId from, std::vector<StepId>& to) const {
        switch (move.kind) {
            case Kind::next:
            case Kind::call:
                to.push_back(next_of(from));
                break;
            case Kind::go:
                to.push_back(move.step);
                break;
            case Kind::switch_to:
            case Kind::end:
            case Kind::close:
            case Kind::again:
                break;
        }
    }

    void check_reach(DialogId id) {
        const Dialog& dialog = pack_.dialog(id);
        if (dialog.count == 0) return;
        std::set<StepId> seen;
        std::vector<StepId> open{dialog.first};
        each_step(id, [&](StepId step) {
            const std::string& name = pack_.step(step).name;
            const bool entered = std::ranges::any_of(engine_steps, [&](const EngineStep& needed) {
                return needed.dialog == dialog.name && needed.step == name;
            });
            if (entered || (name == "again" && dialog.kind == DialogKind::safety))
                open.push_back(step);
        });
        while (!open.empty()) {
            const StepId at = open.back();
            open.pop_back();
            if (at == StepId::none || !seen.insert(at).second) continue;
            const Step& step = pack_.step(at);
            if (may_pass(at)) open.push_back(next_of(at));
            if (step.wait == Step::Wait::none) {
                follow(step.move, at, open);
            } else {
                for (const Hear& hear : step.hear) follow(hear.move, at, open);
                open.push_back(step.skip != StepId::none ? step.skip : next_of(at));
                if (step.wait == Step::Wait::pace) open.push_back(next_of(at));
            }
        }
        each_step(id, [&](StepId step) {
            if (!seen.contains(step)) {
                report(id).add(Fault::unreachable, place(step),
                               "nothing leads to step \"" + pack_.step(step).name + "\"",
                               "go there from somewhere, or remove it");
            }
        });
    }

    // ---- loops ----

    // Dialogs that can run from their first step to their end without waiting.
    void find_passable() {
        passable_.assign(pack_.dialogs.size(), false);
        for (bool changed = true; changed;) {
            changed = false;
            for (std::size_t d = 0; d < pack_.dialogs.size(); ++d) {
                if (!passable_[d] && can_pass(static_cast<DialogId>(d)))
                    passable_[d] = changed = true;
            }
        }
    }

    bool can_pass(DialogId id) const {
        const Dialog& dialog = pack_.dialog(id);
        if (dialog.count == 0) return true;
        std::set<StepId> seen;
        std::vector<StepId> open{dialog.first};
        while (!open.empty()) {
            const StepId at = open.back();
            open.pop_back();
            if (at == StepId::none) return true;  // fell off the end
            if (!seen.insert(at).second) continue;
            const Step& step = pack_.step(at);
            if (may_pass(at)) open.push_back(next_of(at));
            if (step.wait != Step::Wait::none) continue;
            switch (step.move.kind) {
                case Kind::end:
                    return true;
                case Kind::next:
                    open.push_back(next_of(at));
                    break;
                case Kind::go:
                    if (step.move.step != StepId::none) open.push_back(step.move.step);
                    break;
                case Kind::call:
                    if (step.move.dialog == DialogId::none || passable_[index(step.move.dialog)])
                        open.push_back(next_of(at));
                    break;
                case Kind::switch_to:
                    if (step.move.dialog != DialogId::none && passable_[index(step.move.dialog)])
                        return true;
                    break;
                case Kind::close:
                case Kind::again:
                    break;
            }
        }
        return false;
    }

    // Steps that follow without any waiting, in this dialog and in those it calls.
    std::vector<StepId> at_once(StepId id) const {
        std::vector<StepId> to;
        const Step& step = pack_.step(id);
        if (may_pass(id)) to.push_back(next_of(id));
        if (step.wait == Step::Wait::none) {
            const auto enter = [&](DialogId dialog) {
                if (dialog != DialogId::none && pack_.dialog(dialog).count > 0)
                    to.push_back(pack_.dialog(dialog).first);
            };
            switch (step.move.kind) {
                case Kind::next:
                    to.push_back(next_of(id));
                    break;
                case Kind::go:
                    to.push_back(step.move.step);
                    break;
                case Kind::call:
                    enter(step.move.dialog);
                    if (step.move.dialog != DialogId::none && passable_[index(step.move.dialog)])
                        to.push_back(next_of(id));
                    break;
                case Kind::switch_to:
                    enter(step.move.dialog);
                    break;
                case Kind::end:
                case Kind::close:
                case Kind::again:
                    break;
            }
        }
        std::erase(to, StepId::none);
        return to;
    }

    void check_loops() {
        enum : char { white, grey, black };
        std::vector<char> colour(pack_.steps.size(), white);
        struct Visit {
            StepId step;
            std::vector<StepId> to;
            std::size_t next = 0;
        };
        for (std::size_t start = 0; start < pack_.steps.size(); ++start) {
            if (colour[start] != white) continue;
            std::vector<Visit> path;
            const auto push = [&](StepId step) {
                colour[index(step)] = grey;
                path.push_back({step, at_once(step)});
            };
            push(static_cast<StepId>(start));
            while (!path.empty()) {
                Visit& top = path.back();
                if (top.next == top.to.size()) {
                    colour[index(top.step)] = black;
                    path.pop_back();
                    continue;
                }
                const StepId to = top.to[top.next++];
                if (colour[index(to)] == white) {
                    push(to);
                } else if (colour[index(to)] == grey) {
                    const Step& step = pack_.step(top.step);
                    std::string way = pack_.step(to).name;
                    bool inside = false;
                    for (const Visit& each : path) {
                        inside = inside || each.step == to;
                        if (inside && each.step != to) way += " -> " + pack_.step(each.step).name;
                    }
                    report(step.dialog)
                        .add(Fault::endless_loop, place(top.step),
                             "this goes round without waiting: " + way + " -> " +
                                 pack_.step(to).name,
                             "put an ask or a listen into the circle");
                }
            }
        }
    }

    // ---- calls ----

    std::vector<DialogId> called_by(DialogId id) const {
        std::vector<DialogId> result;
        const auto add = [&](const Move& move) {
            if ((move.kind == Kind::call || move.kind == Kind::switch_to) &&
                move.dialog != DialogId::none)
                result.push_back(move.dialog);
        };
        each_step(id, [&](StepId step_id) {
            const Step& step = pack_.step(step_id);
            add(step.move);
            for (const Hear& hear : step.hear) add(hear.move);
        });
        for (const Interrupt& interrupt : pack_.dialog(id).interrupts) {
            if (interrupt.call != DialogId::none) result.push_back(interrupt.call);
        }
        return result;
    }

    // Only true calls deepen the stack.
    std::vector<DialogId> deeper(DialogId id) const {
        std::vector<DialogId> result;
        const auto add = [&](const Move& move) {
            if (move.kind == Kind::call && move.dialog != DialogId::none)
                result.push_back(move.dialog);
        };
        each_step(id, [&](StepId step_id) {
            const Step& step = pack_.step(step_id);
            add(step.move);
            for (const Hear& hear : step.hear) add(hear.move);
        });
        std::ranges::sort(result);
        result.erase(std::unique(result.begin(), result.end()), result.end());
        return result;
    }

    void check_depth() {
        std::vector<int> depth(pack_.dialogs.size(), 0);  // 0 unknown, -1 on the way
        std::vector<DialogId> deepest(pack_.dialogs.size(), DialogId::none);
        std::function<int(DialogId)> measure = [&](DialogId id) {
            int& known = depth[index(id)];
            if (known != 0) return known;
            known = -1;
            int below = 0;
            for (const DialogId called : deeper(id)) {
                if (depth[index(called)] == -1) {
                    report(id).add(Fault::call_cycle, place(id),
                                   "\"" + pack_.dialog(id).name + "\" and \"" +
                                       pack_.dialog(called).name + "\" call each other in a circle",
                                   "the engine stops at four; use switch to move on instead");
                    continue;
                }
                const int other = measure(called);
                if (other > below) {
                    below = other;
                    deepest[index(id)] = called;
                }
            }
            return depth[index(id)] = below + 1;
        };
        for (std::size_t d = 0; d < pack_.dialogs.size(); ++d) {
            const auto id = static_cast<DialogId>(d);
            // Home stays below everything and does not count.
            if (measure(id) != deepest_call + 1 || pack_.dialog(id).name == "home") continue;
            std::string way = pack_.dialog(id).name;
            for (DialogId at = deepest[d]; at != DialogId::none; at = deepest[index(at)])
                way += " > " + pack_.dialog(at).name;
            report(id).add(Fault::too_deep, place(id), "calls go deeper than four: " + way,
                           "use switch, or move the inner call outwards");
        }
    }

    void check_switches(DialogId id) {
        if (pack_.dialog(id).gives.empty()) return;
        const auto look = [&](const Move& move, StepId step) {
            if (move.kind != Kind::switch_to) return;
            const ScriptNode* at = node(step).find_key("switch");
            report(id).add(
                Fault::switch_loses_values, at != nullptr ? at->at : place(step),
                "this dialog gives values to its caller, and a switch leaves without them",
                "use call, then end");
        };
        each_step(id, [&](StepId step) {
            look(pack_.step(step).move, step);
            for (const Hear& hear : pack_.step(step).hear) look(hear.move, step);
        });
    }

    void check_used() {
        std::set<DialogId> used;
        for (const std::string_view name : engine_dialogs()) used.insert(pack_.find_dialog(name));
        for (std::size_t d = 0; d < pack_.dialogs.size(); ++d) {
            const auto id = static_cast<DialogId>(d);
            if (!pack_.dialogs[d].starts.empty() || pack_.dialogs[d].kind == DialogKind::learn ||
                pack_.dialogs[d].kind == DialogKind::practice) {
                used.insert(id);
            }
            for (const DialogId called : called_by(id)) {
                if (called != id) used.insert(called);
            }
        }
        for (std::size_t d = 0; d < pack_.dialogs.size(); ++d) {
            const auto id = static_cast<DialogId>(d);
            if (!used.contains(id)) {
                report(id).add(
                    Fault::dialog_unused, place(id),
                    "nothing starts, calls or switches to \"" + pack_.dialogs[d].name + "\"",
                    "add starts:, or call it from another dialog");
            }
        }
    }

    // ---- turns ----

    // Bubbles that surely come one after the other in one turn; conditional ones are left out.
    void check_bubbles(DialogId id) {
        each_step(id, [&](StepId start) {
            const Step& first = pack_.step(start);
            if (first.wait == Step::Wait::none) return;
            for (const Hear& hear : first.hear) {
                StepId at = hear.move.kind == Kind::go     ? hear.move.step
                            : hear.move.kind == Kind::next ? next_of(start)
                                                           : StepId::none;
                warn_bubbles(id, at, hear.say != LineId::none ? 1 : 0, asks(hear.say));
            }
        });
        if (pack_.dialog(id).count > 0) warn_bubbles(id, pack_.dialog(id).first, 0, false);
    }

    void warn_bubbles(DialogId id, StepId at, int bubbles, bool asked) {
        std::set<StepId> seen;
        while (at != StepId::none && seen.insert(at).second) {
            const Step& step = pack_.step(at);
            const bool sure = !may_pass(at);
            if (sure) {
                bubbles += (speaks(step.say) ? 1 : 0) + (speaks(step.ask) ? 1 : 0);
                if (bubbles > 2) {
                    if (told_.insert(at).second) {
                        report(id).add(Fault::too_many_bubbles, place(at),
                                       "more than two bubbles in one turn",
                                       "join them, or let the person speak in between");
                    }
                    return;
                }
                // A question in this step's own bubble is told where the step is compiled.
                if (asked && asks(step.ask) && asked_twice_.insert(at).second) {
                    report(id).add(Fault::two_questions, place(at),
                                   "a bubble just before this question asks too",
                                   "ask one thing a turn");
                }
                asked = asked || asks(step.say);
                if (step.wait != Step::Wait::none) return;
                at = step.move.kind == Kind::go     ? step.move.step
                     : step.move.kind == Kind::next ? next_of(at)
                                                    : StepId::none;
            } else {
                at = next_of(at);
            }
        }
    }

    bool asks(LineId id) const {
        return id != LineId::none &&
               std::ranges::any_of(pack_.line(id).of, [](const Variation& variation) {
                   return count_questions(variation.text.source) > 0;
               });
    }

    bool speaks(LineId id) const { return id != LineId::none && pack_.line(id).vary != Vary::once; }

    // ---- safety ----

    bool always_shows(LineId id) const {
        return id != LineId::none &&
               std::ranges::all_of(pack_.line(id).of, [](const Variation& variation) {
                   return shows_resource(variation.text);
               });
    }

    // True when the turn that begins here shows a line or asks the direct question on every way.
    bool speaks_up(StepId at) const {
        std::set<StepId> seen;
        while (at != StepId::none && seen.insert(at).second) {
            const Step& step = pack_.step(at);
            if (!may_pass(at)) {
                if (always_shows(step.say) || always_shows(step.ask) ||
                    step.question != Question::none || step.show == Show::resources)
                    return true;
                if (step.wait != Step::Wait::none) return false;
                if (step.move.kind == Kind::call) {
                    return step.move.dialog != DialogId::none &&
                           pack_.dialog(step.move.dialog).count > 0 &&
                           speaks_up(pack_.dialog(step.move.dialog).first);
                }
                if (step.move.kind != Kind::go && step.move.kind != Kind::next) return false;
                at = step.move.kind == Kind::go ? step.move.step : next_of(at);
                continue;
            }
            // A conditional step: both ways must speak up.
            const bool here = always_shows(step.say) || always_shows(step.ask) ||
                              step.question != Question::none || step.show == Show::resources;
            if (!here && step.wait != Step::Wait::none) return false;
            if (!here) {
                const StepId to = step.move.kind == Kind::go     ? step.move.step
                                  : step.move.kind == Kind::next ? next_of(at)
                                                                 : StepId::none;
                if (to == StepId::none || (to != next_of(at) && !speaks_up(to))) return false;
            }
            at = next_of(at);
        }
        return false;
    }

    void check_crisis(DialogId id) {
        const Dialog& dialog = pack_.dialog(id);
        if (dialog.count == 0) return;
        const StepId again = pack_.find_step(id, "again");
        if (again == StepId::none) {
            report(id).add(Fault::no_again, place(id), "this crisis dialog has no step \"again\"",
                           "it is entered when the same is heard once more: show {line} or ask, in "
                           "other words");
        }
        for (const StepId step : {dialog.first, again}) {
            if (step != StepId::none && !speaks_up(step)) {
                report(id).add(
                    Fault::crisis_silent, place(step),
                    "this turn neither shows a helpline nor asks the direct question",
                    "put {line} or {emergency} into every variation, or ask with question:");
            }
        }
    }

    void check_engine_steps() {
        for (const EngineStep& needed : engine_steps) {
            const DialogId id = pack_.find_dialog(needed.dialog);
            if (id == DialogId::none) continue;
            const StepId step = pack_.find_step(id, needed.step);
            const bool listens =
                needed.dialog != "home" ||
                (step != StepId::none && pack_.step(step).wait == Step::Wait::listen);
            if (step == StepId::none || !listens) {
                report(id).add(Fault::engine_step_missing, place(id),
                               "the engine enters step \"" + std::string(needed.step) + "\" of \"" +
                                   std::string(needed.dialog) + "\"" +
                                   (needed.dialog == "home" ? ", which must listen" : ""),
                               "- step: " + std::string(needed.step));
            }
        }
    }

    const Pack& pack_;
    ScriptPlaces& places_;
    std::vector<bool> passable_;
    std::set<StepId> told_;
    std::set<StepId> asked_twice_;
};

}  // namespace

void check_flow(const Pack& pack, ScriptPlaces& places) { FlowCheck(pack, places).run(); }

std::vector<std::string_view> engine_dialogs() {
    std::vector<std::string_view> result{
        "home",
        "welcome",
        "come_back",
        "hear_out",
        "ask_leave",
        "breath",
        "listening",
        "unclear",
        "which_one",
        "lost_place",
        "silence",
        "error",
        "practice_stopped",
        "reminder",
        "pace_words",
        "crisis_gentle",
        "care_check",
        "crisis_past",
        "crisis_ask",
        "crisis_active",
        "crisis_imminent",
        "crisis_hedged_imminent",
        "crisis_self_harm",
        "crisis_abuse",
        "crisis_other",
        "crisis_harm",
        "crisis_medical",
        "clinical_eating",
        "clinical_psychosis",
        "clinical_mania",
        "clinical_substance",
        "clinical_medication",
        "clinical_perinatal",
        "intrusive",
        "crisis_retract",
        "crisis_stop",
        "crisis_help",
        "crisis_language",
        "their_language",
        "crisis_day_after",
        "minor_lines",
    };
    for (const Global& global : globals()) {
        if (!global.dialog.empty() && std::ranges::find(result, global.dialog) == result.end())
            result.push_back(global.dialog);
    }
    return result;
}

}  // namespace befriend
