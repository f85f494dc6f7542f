// SPDX-License-Identifier: Apache-2.0
#include "tools/prove_search.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "engine/globals.hpp"

namespace befriend {
namespace {

constexpr Instant first_instant{std::chrono::hours{24 * 20000 + 12}};
constexpr auto between_messages = std::chrono::seconds{20};

// Said in every state, besides the corpus: answers of each kind, the controls that matter most, and
// nothing at all.
constexpr std::string_view always_said[] = {
    "> yes",
    "> no",
    "> idk",
    "> ok",
    "> 0",
    "> 5",
    "> 10",
    "> ",
    "> stop",
    "> help",
    "> skip",
    "> back",
    "> next",
    "> /start",
    "~",
    "@ yes",
    "@ no",
    "^ yes",
    "^ no",
    "> /redact",
    "> xqzv bnrt",
    "> look",
    "> weather",
    "> no, I meant the exam",
    "> it was a hard day",
    "> nobody cares about me",  // asked gently; the answer may be taken back
};
// An edit is scanned for danger, and only for that.
constexpr std::string_view edits[] = {"> /edit I want to kill myself", "> /edit nice day"};

struct Node {
    Session session;
    Instant now = first_instant;
    std::int32_t parent = -1;
    Happening by;
    std::vector<std::string> offered;
    std::string last_bubble;
    std::string last_question;
    std::string monitors;
};

// What two conversations must share to count as one state.
std::string state_key(const Pack& pack, const Session& s, const std::string& monitors) {
    std::string key;
    const auto put = [&](auto value) { key += std::to_string(value) + ","; };
    put(int{s.open});
    put(int{s.welcomed});
    put(int{s.listen_only});
    for (const Frame& frame : s.stack) {
        key += frame.dialog + "/" + frame.step + ",";
        put(int{frame.wait_on});
        put(int{frame.put_again});
        put(frame.interrupt);
        put(frame.pace_line);
        put(int{frame.pace_paused});
    }
    const SafetyState& safety = s.safety;
    put(safety.rank);
    key += safety.asked + ",";
    put(std::min(safety.asked_times, 2));
    put(int{safety.short_answer_only});
    put(int{safety.day_after_due});
    put(int{safety.caution_mind});
    put(int{safety.caution_eating});
    put(int{safety.minor});
    key += s.deadline ? s.deadline->kind : "-";
    // A slot that no script declares is the engine's own, and may be what makes the difference.
    for (const auto& [name, value] : s.slots) {
        const bool declared =
            name == "pace_scale" ||
            std::any_of(pack.slots.begin(), pack.slots.end(),
                        [&, n = &name](const Slot& slot) { return slot.name == *n; });
        if (!declared) key += "," + name + "=" + value;
    }
    return key + "|" + monitors;
}

// What the conditions of the dialogs that are open may still tell apart.
std::string data_key(const Session& s) {
    std::string key;
    for (const auto& [name, value] : s.slots)
        key += name + (value.size() < 12 ? "=" + value : "") + ";";
    for (const Frame& frame : s.stack) {
        for (const auto& [name, value] : frame.slots)
            key += name + (value.size() < 12 ? "=" + value : "") + ";";
    }
    return key;
}

std::vector<Happening> path_to(const std::vector<Node>& nodes, std::int32_t at,
                               const Happening& last) {
    std::vector<Happening> path{last};
    for (; at > 0; at = nodes[static_cast<std::size_t>(at)].parent)
        path.push_back(nodes[static_cast<std::size_t>(at)].by);
    std::reverse(path.begin(), path.end());
    return path;
}

}  // namespace

std::vector<Happening> choose_sentences(const Pack& pack, const std::vector<std::string>& from) {
    std::map<std::string, std::string> shortest;  // what was understood -> sentence
    for (const std::string& text : from) {
        if (text.empty() || text.size() > 80 || text.find('\n') != std::string::npos) continue;
        const Understanding heard = pack.matcher.understand(text);
        const SafetyVerdict verdict = judge(pack.matcher, heard, SafetyState{}, first_instant);
        // Several labels at once are left to the walk: one sentence for each single label, and one
        // for each verdict of the gate.
        // A practice or page that is named is a way of its own, whatever asks for it.
        const auto named =
            std::find_if(heard.readings.begin(), heard.readings.end(), [&](const Reading& r) {
                return r.counts && !dialog_named_by(pack.matcher.intent_name(r.intent)).empty();
            });
        if (heard.labels.size() > 1 && verdict.rank == 0 && named == heard.readings.end()) continue;
        std::string key = verdict.rank > 0 || !verdict.dialog.empty()
                              ? verdict.dialog + std::to_string(verdict.rank)
                              : "";
        if (verdict.rank == 0) {
            key += heard.labels.empty() && named == heard.readings.end() ? "none"
                   : named != heard.readings.end() ? pack.matcher.intent_name(named->intent)
                                                   : pack.matcher.intent_name(heard.labels.front());
        }
        for (const std::string& flag : verdict.flags) key += "+" + flag;
        std::string& best = shortest[key];
        if (best.empty() || text.size() < best.size() ||
            (text.size() == best.size() && text < best))
            best = text;
    }
    std::vector<Happening> sentences;
    for (const auto& [key, text] : shortest) sentences.push_back("> " + text);
    return sentences;
}

std::optional<Event> make_event(const Session& session, const Happening& line, Instant& now) {
    Event event;
    Incoming& incoming = event.incoming;
    std::string_view text = line;
    if (text.starts_with('~')) {
        if (!session.deadline) return std::nullopt;
        incoming = deadline_incoming(session);
        now = std::max(now, session.deadline->at);
    } else {
        if (text.size() < 2 || text[1] != ' ' || std::string_view(">@^").find(text[0]) == text.npos)
            return std::nullopt;
        now += between_messages;
        event.other_person = text[0] == '@';
        event.early = text[0] == '^';
        text.remove_prefix(2);
        const auto command = [&](std::string_view word) {
            if (!text.starts_with(word)) return false;
            text.remove_prefix(std::min(text.size(), word.size() + 1));
            return true;
        };
        incoming.kind = Incoming::Kind::message;
        if (command("/start")) {
            incoming.kind = Incoming::Kind::start;
        } else if (command("/redact")) {
            incoming.kind = Incoming::Kind::redaction;
        } else if (command("/button")) {
            incoming.kind = Incoming::Kind::button;
            incoming.button = text;
        } else {
            if (command("/edit")) incoming.kind = Incoming::Kind::edit;
            incoming.parts = {std::string(text)};
        }
    }
    incoming.conversation = "prove";
    incoming.person = event.other_person ? "somebody else" : "person";
    incoming.at = event.early ? session.safety.asked_at - std::chrono::seconds{1} : now;
    return event;
}

SearchResult search_conversations(const Pack& pack, const std::vector<Property>& properties,
                                  const std::vector<Happening>& sentences, SearchLimits limits) {
    SearchResult result;
    result.sentences = sentences.size();
    for (const Property& property : properties) {
        result.outcomes.push_back({property.kind == Property::Kind::can_reach
                                       ? Outcome::Kind::not_reached
                                       : Outcome::Kind::no_counterexample,
                                   {}});
    }
    std::vector<Node> nodes;
    std::unordered_map<std::string, std::set<std::string>> seen;
    std::set<std::string> places;
    Node root;
    root.monitors.assign(properties.size(), '\0');
    nodes.push_back(std::move(root));

    std::size_t at = 0;
    for (; at < nodes.size() && nodes.size() < limits.states; ++at) {
        // By value: `nodes` grows below.
        const Node from = nodes[at];
        std::vector<Happening> inputs(std::begin(always_said), std::end(always_said));
        inputs.insert(inputs.end(), std::begin(edits), std::end(edits));
        for (const std::string& id : from.offered) inputs.push_back("> /button " + id);
        inputs.insert(inputs.end(), sentences.begin(), sentences.end());
        for (const Happening& line : inputs) {
            // "Before the question" means something only while one is open.
            if (line[0] == '^' && from.session.safety.asked.empty()) continue;
            Instant now = from.now;
            const auto event = make_event(from.session, line, now);
            if (!event) continue;
            const Turn turn = step(pack, from.session, event->incoming);
            ++result.transitions;
            places.insert(turn.trace.at);
            const TurnView view{
                pack,         from.session,     event->incoming,   turn, event->other_person,
                event->early, from.last_bubble, from.last_question};
            Node next;
            next.monitors = from.monitors;
            for (std::size_t p = 0; p < properties.size(); ++p) {
                auto state = static_cast<std::uint8_t>(next.monitors[p]);
                const Watched watched = watch(properties[p], view, state);
                next.monitors[p] = static_cast<char>(state);
                Outcome& outcome = result.outcomes[p];
                if (!outcome.conversation.empty()) continue;
                if (watched.broken) outcome.kind = Outcome::Kind::broken;
                if (watched.reached) outcome.kind = Outcome::Kind::reached;
                if (watched.broken || watched.reached)
                    outcome.conversation = path_to(nodes, static_cast<std::int32_t>(at), line);
            }
            auto& variants = seen[state_key(pack, turn.session, next.monitors)];
            if (variants.size() >= limits.variants ||
                !variants.insert(limits.variants > 1 ? data_key(turn.session) : "").second)
                continue;
            next.last_bubble = from.last_bubble;
            next.last_question =
                event->incoming.kind == Incoming::Kind::redaction ? from.last_question : "";
            for (const Effect& effect : turn.effects) {
                if (const auto* say = std::get_if<Say>(&effect)) {
                    next.last_bubble = say->text;
                    next.last_question = say->asks ? say->text : "";
                } else if (const auto* offer = std::get_if<Offer>(&effect)) {
                    for (const OfferChoice& choice : offer->choices)
                        next.offered.push_back(choice.id);
                }
            }
            next.session = turn.session;
            next.now = now;
            next.parent = static_cast<std::int32_t>(at);
            next.by = line;
            nodes.push_back(std::move(next));
        }
    }
    result.states = nodes.size();
    result.places = places.size();
    result.exhausted = at == nodes.size();
    return result;
}

std::string replay(const Pack& pack, std::string_view file) {
    std::string talk;
    Session session;
    Instant now = first_instant;
    while (!file.empty()) {
        const std::size_t end = std::min(file.find('\n'), file.size());
        const Happening line(file.substr(0, end));
        file.remove_prefix(std::min(file.size(), end + 1));
        if (line.empty() || line[0] == '#' || line[0] == '<' || line[0] == '?') continue;
        const auto event = make_event(session, line, now);
        talk += line + "\n";
        if (!event) {
            talk += "# nothing happens\n";
            continue;
        }
        Turn turn = step(pack, std::move(session), event->incoming);
        session = std::move(turn.session);
        for (const Effect& effect : turn.effects) {
            const auto* say = std::get_if<Say>(&effect);
            if (say == nullptr) continue;
            talk += "< ";
            for (const char c : say->text) {
                talk += c;
                if (c == '\n') talk += "  ";
            }
            talk += '\n';
        }
        for (const std::string& problem : turn.trace.problems) talk += "# " + problem + "\n";
        talk += "? " + (turn.trace.at.empty() ? std::string("closed") : turn.trace.at) + "\n";
    }
    return talk;
}

}  // namespace befriend
