// SPDX-License-Identifier: Apache-2.0
#include "engine/step.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/base/hash.hpp"
#include "engine/choose.hpp"
#include "engine/fault.hpp"
#include "engine/globals.hpp"
#include "engine/moment.hpp"
#include "engine/text/reflect.hpp"

namespace befriend {
namespace {

constexpr std::size_t deepest_stack = 6;  // home, four dialogs, and one the gate may put on top
constexpr int most_questions_in_row = 2;  // CONTENT 6.2: never three
constexpr int most_steps_a_turn = 64;     // a checked pack never gets near; stops a broken one
constexpr auto reminder_after = std::chrono::hours(3);
constexpr int rank_of_crisis = 3;
constexpr int rank_of_question = 2;

// Said when a text could not be, where even the pack's own line for that (dialog `error`) is not to
// be had: whatever happens, there is a kind line, and not the same one twice.
constexpr auto last_resort = std::to_array<std::string_view>(
    {"I'm here, and I'm listening.", "I'm still with you.", "There's room for it here."});

std::string_view question_name(Question question) {
    switch (question) {
        case Question::none:
            return "";
        case Question::suicide:
            return "suicide";
        case Question::plan:
            return "plan";
        case Question::means:
            return "means";
        case Question::safe_tonight:
            return "safe_tonight";
        case Question::injured:
            return "injured";
        case Question::danger_now:
            return "danger_now";
        case Question::is_private:
            return "private";
        case Question::country:
            return "country";
    }
    return "";
}

std::string hex(std::uint64_t value) {
    std::array<char, 17> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, 16);
    return std::string(buffer.data(), end.ptr);
}

// One turn being made. Everything it does to the session goes through here.
class TurnMaker {
public:
    TurnMaker(const Pack& pack, Session session, const Incoming& incoming)
        : incoming_(incoming),
          turn_{std::move(session), {}, {}},
          moment_{pack, incoming, turn_.session, nullptr, false, {}, {}, 0} {}

    Turn make() {
        decay(session().safety, incoming_.at);
        repair_stack();
        switch (incoming_.kind) {
            case Incoming::Kind::start:
                start();
                break;
            case Incoming::Kind::message:
            case Incoming::Kind::button:
                message();
                break;
            case Incoming::Kind::edit:
                edit();
                break;
            case Incoming::Kind::timer:
                timer();
                break;
            case Incoming::Kind::silence:
                silence();
                break;
            case Incoming::Kind::redaction:
                redact();
                break;
            case Incoming::Kind::reaction:
                break;
        }
        finish();
        return std::move(turn_);
    }

    // For authors: the conversation as if it had just come to this step.
    Turn begin_at(DialogId dialog, StepId step) {
        session().open = false;
        open_session();
        session().welcomed = true;
        consent_ = true;
        Entry entry;
        entry.step = pack().step(step).name;
        if (pack().dialog(dialog).name != "home") enter(dialog, std::move(entry));
        finish();
        return std::move(turn_);
    }

private:
    const Pack& pack() const { return moment_.pack; }
    Session& session() { return turn_.session; }
    Frame& frame() { return session().stack.back(); }
    void note(std::string rule, std::string detail) {
        turn_.trace.steps.push_back({std::move(rule), std::move(detail)});
    }
    void problem(std::string text) { turn_.trace.problems.push_back(std::move(text)); }
    bool said_anything() const {
        return std::any_of(turn_.effects.begin(), turn_.effects.end(),
                           [](const Effect& e) { return std::holds_alternative<Say>(e); });
    }

    // ---- places --------------------------------------------------------------------------------

    const Step* step_of(const Frame& at) const {
        const DialogId dialog = pack().find_dialog(at.dialog);
        if (dialog == DialogId::none || at.step.empty()) return nullptr;
        const StepId step = pack().find_step(dialog, at.step);
        return step == StepId::none ? nullptr : &pack().step(step);
    }
    const Step* waiting_step() const {
        return turn_.session.stack.empty() ? nullptr : step_of(turn_.session.stack.back());
    }

    // A saved conversation may name places that a script edit has moved or removed.
    void repair_stack() {
        auto& stack = session().stack;
        bool lost = false;
        for (std::size_t i = 0; i < stack.size();) {
            Frame& at = stack[i];
            const DialogId dialog = pack().find_dialog(at.dialog);
            if (dialog != DialogId::none && pack().find_step(dialog, at.step) == StepId::none) {
                for (const auto& [from, to] : pack().dialog(dialog).renamed)
                    if (from == at.step) at.step = to;
            }
            if (dialog != DialogId::none && pack().find_step(dialog, at.step) != StepId::none) {
                ++i;
                continue;
            }
            lost = true;
            stack.resize(i);
        }
        if (lost) {
            note("place", "lost");
            lost_place_ = true;
        }
    }

    void open_session() {
        if (session().open && !session().stack.empty()) return;
        session().open = true;
        session().stack.clear();
        session().turns = 0;
        session().visits.clear();
        session().muted_until.clear();
        session().short_streak = 0;
        session().questions_in_row = 0;
        session().rejected.clear();
        session().safety.care_checked = false;
        session().safety.ambiguous_before = false;
        session().safety.caution_mind = false;
        session().safety.caution_eating = false;
        push_home();
    }

    void push_home() {
        Frame home;
        home.dialog = "home";
        home.step = "listen";
        session().stack.push_back(std::move(home));
        session().deadline.reset();
    }

    // Puts a dialog on top of the stack and runs it to its first wait.
    struct Entry {
        bool wait_on = false;
        bool put_again = false;
        std::int16_t interrupt = -1;
        std::string opening;
        const Move* move = nullptr;  // `with` and `gives`
        std::string_view step;       // somewhere else than the first step
    };
    bool enter(DialogId id, Entry entry) {
        if (id == DialogId::none) return false;
        const Dialog& dialog = pack().dialog(id);
        if (!may_enter(dialog)) return false;
        while (session().stack.size() >= deepest_stack)
            session().stack.erase(session().stack.begin() + 1);
        Frame next;
        next.dialog = dialog.name;
        next.step = pack().step(dialog.first).name;
        if (!entry.step.empty() && pack().find_step(id, entry.step) != StepId::none)
            next.step = std::string(entry.step);
        next.wait_on = entry.wait_on;
        next.put_again = entry.put_again;
        next.interrupt = entry.interrupt;
        next.opening = !entry.opening.empty()    ? std::move(entry.opening)
                       : session().stack.empty() ? std::string()
                                                 : frame().opening;
        if (entry.move != nullptr) {
            for (const Assignment& a : entry.move->with)
                next.slots[pack().slot(a.slot).name] =
                    a.from != SlotId::none ? std::string(slot_value(moment_, a.from)) : a.text;
            for (const auto& [mine, theirs] : entry.move->gives)
                next.gives.emplace_back(pack().slot(mine).name, pack().slot(theirs).name);
        }
        std::uint16_t& visits = session().visits[dialog.name];
        visits = static_cast<std::uint16_t>(std::min<int>(visits + 1, 1000));
        std::uint16_t cooldown = 0;
        for (const Start& start : dialog.starts)
            cooldown = std::max(cooldown, start.cooldown_turns);
        if (cooldown > 0)
            session().muted_until[dialog.name] =
                static_cast<std::uint16_t>(session().turns + cooldown);
        session().stack.push_back(std::move(next));
        note("enter", dialog.name);
        run();
        return true;
    }
    bool enter(std::string_view name, Entry entry) {
        const DialogId id = pack().find_dialog(name);
        if (id == DialogId::none) problem("there is no dialog " + std::string(name));
        return enter(id, std::move(entry));
    }

    // Consent before every practice, and no practice while somebody is in danger.
    bool may_enter(const Dialog& dialog) {
        if (held_back(session().safety, dialog.name)) {
            refused_ = true;
            note("refused", dialog.name + ": held back after what was said");
            return false;
        }
        if (dialog.kind != DialogKind::practice && !dialog.needs_consent) return true;
        if constexpr (fault_inside == "consent_remembered") {
            if (consent_) session().slots["consent"] = "yes";
            consent_ = session().slots.contains("consent");
        }
        const bool anchoring = dialog.name == "p1_anchor";
        const int rank = session().safety.rank;
        if (rank >= rank_of_question && !(anchoring && consent_)) {
            refused_ = true;
            note("refused", dialog.name + ": not at safety rank " + std::to_string(rank));
            return false;
        }
        const bool inside_practice =
            std::any_of(session().stack.begin(), session().stack.end(), [&](const Frame& f) {
                const DialogId id = pack().find_dialog(f.dialog);
                return id != DialogId::none && pack().dialog(id).kind == DialogKind::practice;
            });
        if (dialog.needs_consent && !consent_ && !inside_practice) {
            problem("practice " + dialog.name + " without consent");
            return false;
        }
        return true;
    }

    void drop_to_home() {
        session().stack.clear();
        push_home();
        session().listen_only = false;
    }

    // ---- running -------------------------------------------------------------------------------

    // Runs from the top frame's step until something waits.
    void run() {
        if (session().stack.empty()) push_home();
        for (int guard = 0; guard < most_steps_a_turn; ++guard) {
            const Step* step = waiting_step();
            if (closed_) return;
            if (step == nullptr) {
                if (!finish_dialog()) return;
                continue;
            }
            if (!holds(moment_, step->when)) {
                advance(*step);
                continue;
            }
            assign(moment_, step->set);
            forget(*step);
            say_line(step->say, *step);
            show(*step);
            if (step->remember != SlotId::none) remember(step->remember);
            switch (step->wait) {
                case Step::Wait::ask:
                    if (breathes_before(*step)) return;
                    say_line(step->ask, *step);
                    wait(*step);
                    return;
                case Step::Wait::listen:
                    wait(*step);
                    return;
                case Step::Wait::pace:
                    frame().pace_line = 0;
                    frame().pace_paused = false;
                    if (pace_on(*step)) return;
                    advance(*step);
                    continue;
                case Step::Wait::none:
                    break;
            }
            if (!move(step->move, *step)) return;
        }
        problem("more than " + std::to_string(most_steps_a_turn) + " steps in one turn");
        drop_to_home();
    }

    // After two questions in a row a turn goes by without one: the dialog `breath` waits for a
    // message, and then the question is put. Not in danger, nor where it was agreed to: practices
    // and the numbers of a check-in.
    bool breathes_before(const Step& step) {
        const DialogKind kind = pack().dialog(step.dialog).kind;
        if (session().questions_in_row < most_questions_in_row || kind == DialogKind::safety ||
            kind == DialogKind::practice || step.expects == Expects::scale ||
            session().safety.rank >= rank_of_question || session().stack.size() >= deepest_stack) {
            return false;
        }
        Entry entry;
        entry.wait_on = true;
        entry.put_again = true;
        return enter(pack().find_dialog("breath"), std::move(entry));
    }

    void advance(const Step& step) {
        const Dialog& dialog = pack().dialog(step.dialog);
        const std::size_t next = static_cast<std::size_t>(&step - pack().steps.data()) + 1;
        frame().step =
            next < index(dialog.first) + dialog.count ? pack().steps[next].name : std::string();
    }

    // Carries out a move; true when running goes on.
    bool move(const Move& move, const Step& step) {
        switch (move.kind) {
            case Move::Kind::next:
                advance(step);
                return true;
            case Move::Kind::go:
                frame().step = pack().step(move.step).name;
                return true;
            case Move::Kind::call: {
                Entry entry;
                entry.move = &move;
                if (!enter(move.dialog, std::move(entry))) {
                    advance(step);
                    return true;
                }
                return false;  // enter() has run on
            }
            case Move::Kind::switch_to: {
                Entry entry;
                entry.move = &move;
                const Frame leaving = frame();
                entry.wait_on = leaving.wait_on;
                entry.interrupt = leaving.interrupt;
                entry.put_again = leaving.put_again;
                entry.opening = moment_.clause.value_or(leaving.opening);
                if (!may_enter(pack().dialog(move.dialog))) {
                    advance(step);
                    return true;
                }
                if (session().stack.size() > 1) session().stack.pop_back();
                enter(move.dialog, std::move(entry));
                return false;
            }
            case Move::Kind::end:
                frame().step.clear();
                return true;
            case Move::Kind::close:
                close("goodbye");
                return false;
            case Move::Kind::again:
                return false;
        }
        return false;
    }

    // Ends the top dialog and goes back to its caller; false when the caller waits.
    bool finish_dialog() {
        if (session().stack.size() <= 1) {
            session().stack.clear();
            push_home();
            return false;
        }
        Frame done = std::move(session().stack.back());
        session().stack.pop_back();
        note("end", done.dialog);
        if (done.dialog == "listening") session().listen_only = false;
        if (done.dialog == "welcome") session().welcomed = true;
        for (const auto& [mine, theirs] : done.gives) {
            const auto value = done.slots.find(theirs);
            if (value != done.slots.end())
                give(mine, value->second);
            else if (const auto shared = session().slots.find(theirs);
                     shared != session().slots.end())
                give(mine, shared->second);
        }
        if (session().stack.size() == 1) {  // home waits, whatever ended
            frame().step = "listen";
            session().deadline.reset();
            return false;
        }
        const Step* caller = waiting_step();
        if (caller == nullptr) return true;
        if (!done.wait_on) {
            advance(*caller);
            return true;
        }
        if (done.interrupt >= 0) {
            const auto& interrupts = pack().dialog(caller->dialog).interrupts;
            if (static_cast<std::size_t>(done.interrupt) < interrupts.size())
                say_line(interrupts[static_cast<std::size_t>(done.interrupt)].back, *caller);
        } else if (done.put_again && caller->wait == Step::Wait::ask && !asked_) {
            say_line(caller->ask, *caller);
        }
        wait(*caller);
        return false;
    }

    void give(const std::string& slot, const std::string& value) {
        for (std::size_t i = 0; i < pack().slots.size(); ++i)
            if (pack().slots[i].name == slot &&
                (pack().slots[i].keep != Keep::dialog ||
                 pack().dialog(pack().slots[i].owner).name == frame().dialog)) {
                set_slot(moment_, static_cast<SlotId>(i), value);
                return;
            }
    }

    void close(std::string reason) {
        closed_ = true;
        session().open = false;
        session().stack.clear();
        session().before.clear();
        session().visits.clear();
        session().muted_until.clear();
        session().deadline.reset();
        session().listen_only = false;
        session().short_streak = 0;
        session().questions_in_row = 0;
        for (const Slot& slot : pack().slots)
            if (slot.keep == Keep::session) session().slots.erase(slot.name);
        turn_.effects.emplace_back(End{std::move(reason)});
    }

    // ---- saying --------------------------------------------------------------------------------

    void say_line(LineId line, const Step& step) {
        if (line == LineId::none) return;
        for (int attempt = 0; attempt < 3; ++attempt) {
            auto chosen = choose_variation(moment_, line);
            if (!chosen) return note("say", "nothing left to say here");
            if (hex(hash_bytes(chosen->text)) == session().last_bubble_hash)
                continue;  // never the same bubble twice running
            note("say",
                 pack().files.size() > chosen->from.file
                     ? pack().files[chosen->from.file] + ":" + std::to_string(chosen->from.line)
                     : std::string("?"));
            Say say{std::move(chosen->text), step.tone,        chosen->from,
                    is_safety(step),         chosen->resource, chosen->asks};
            emit(std::move(say));
            return;
        }
        if (said_anything()) return;  // the rest of the turn carries it
        emit_neutral();
    }

    bool is_safety(const Step& step) const {
        return pack().dialog(step.dialog).kind == DialogKind::safety;
    }

    void emit(Say say) {
        session().last_bubble_hash = hex(hash_bytes(say.text));
        if (!said_anything()) {
            const auto end = say.text.find_first_of(" ,.\n");
            session().last_opening = say.text.substr(0, end);
        }
        asked_ = asked_ || say.asks;
        turn_.effects.emplace_back(std::move(say));
    }

    // What is said where nothing else could be; a fault of befriend's own is owned.
    void emit_neutral() {
        const DialogId id = pack().find_dialog("error");
        const StepId step =
            id == DialogId::none
                ? StepId::none
                : pack().find_step(id, turn_.trace.problems.empty() ? "here" : "say");
        if (step != StepId::none) {
            auto chosen = choose_variation(moment_, pack().step(step).say);
            if (chosen && hex(hash_bytes(chosen->text)) != session().last_bubble_hash) {
                emit({std::move(chosen->text), Tone::plain, chosen->from, false, false, false});
                return;
            }
        }
        for (const std::string_view text : last_resort) {
            if (hex(hash_bytes(text)) == session().last_bubble_hash) continue;
            Say say;
            say.text = text;
            emit(std::move(say));
            return;
        }
    }

    // A line of another dialog, said in passing (reminders, practice words); no name: its first
    // step.
    bool say_step(std::string_view dialog, std::string_view name) {
        const DialogId id = pack().find_dialog(dialog);
        if (id == DialogId::none) return false;
        const StepId step = name.empty() ? pack().dialog(id).first : pack().find_step(id, name);
        if (step == StepId::none) return false;
        say_line(pack().step(step).say, pack().step(step));
        return true;
    }

    void show(const Step& step) {
        if (step.show == Show::nothing) return;
        ShowPage page{step.show, {}};
        if (step.show_text != LineId::none) {
            if (auto chosen = choose_variation(moment_, step.show_text))
                page.text = std::move(chosen->text);
        } else if (step.show == Show::resources) {
            const Country& country = pack().resources.country(session().country);
            page.text = country.emergency;
            for (const HelpLine& line : country.lines)
                page.text += "\n" + line.name + ": " + line.number;
        }
        turn_.effects.emplace_back(std::move(page));
    }

    void remember(SlotId id) {
        const Slot& slot = pack().slot(id);
        const std::string value(slot_value(moment_, id));
        if (value.empty()) return;
        session().person[slot.name] = value;
        turn_.effects.emplace_back(Remember{slot.name, Keep::person});
    }

    // Everything that was said and not agreed to be kept.
    void drop_words() {
        for (Frame& at : session().stack) at.slots.clear(), at.opening.clear();
        session().slots.clear();
        session().before.clear();
    }

    // Which words came from which message is not kept, so all of them go. The level of danger stays
    // until its own clock runs out.
    void redact() {
        drop_words();
        turn_.effects.emplace_back(Forget{ForgetScope::session});
        note("redaction", "what was said is dropped");
    }

    void forget(const Step& step) {
        switch (step.forget) {
            case ForgetScope::nothing:
                return;
            case ForgetScope::slot: {
                const std::string& name = pack().slot(step.forget_slot).name;
                session().slots.erase(name);
                session().person.erase(name);
                break;
            }
            case ForgetScope::dialog:
                for (Frame& at : session().stack) at.slots.clear(), at.opening.clear();
                break;
            case ForgetScope::session:
                drop_words();
                break;
            case ForgetScope::person: {
                // What protects the person stays until its own clock runs out: rank, not words.
                const SafetyState safety = session().safety;
                const bool remembered = safety.rank >= rank_of_question;
                for (Frame& at : session().stack) at.slots.clear(), at.opening.clear();
                session().slots.clear();
                session().person.clear();
                session().before.clear();
                session().visits.clear();
                session().said.clear();
                session().country.clear();
                session().rejected.clear();
                session().safety = SafetyState{};
                if (remembered) {
                    session().safety.rank = safety.rank;
                    session().safety.raised_at = safety.raised_at;
                }
                break;
            }
        }
        moment_.clause.reset();
        turn_.effects.emplace_back(Forget{step.forget});
    }

    // ---- waiting -------------------------------------------------------------------------------

    void wait(const Step& step) {
        if (step.wait == Step::Wait::ask) {
            if (!step.options.empty()) {
                Offer offer;
                for (const Option& option : step.options)
                    if (auto label = render(moment_, option.label))
                        offer.choices.push_back({option.id, std::move(*label)});
                turn_.effects.emplace_back(std::move(offer));
            }
            if (step.question != Question::none) {
                SafetyState& safety = session().safety;
                const auto name = std::string(question_name(step.question));
                safety.asked_times = safety.asked == name ? safety.asked_times + 1 : 1;
                safety.asked = name;
                safety.asked_person = incoming_.person;
                safety.asked_at = incoming_.at;
            }
        }
        if (step.wait == Step::Wait::pace) {
            set_deadline_for_pace(step);
            return;
        }
        const auto silence = std::find_if(step.hear.begin(), step.hear.end(), [](const Hear& h) {
            return h.kind == Hear::Kind::silence;
        });
        if (silence != step.hear.end())
            set_deadline(silence->after, "silence");
        else
            session().deadline.reset();
    }

    void set_deadline(std::chrono::seconds in, std::string kind) {
        session().deadline = Deadline{incoming_.at + in, kind};
        turn_.effects.emplace_back(Schedule{in, std::move(kind)});
    }

    // ---- paced practices -----------------------------------------------------------------------

    std::chrono::seconds paced(std::chrono::seconds lasts) {
        const auto& slots = session().slots;
        const auto found = slots.find("pace_scale");
        int percent = 100;
        if (found != slots.end())
            std::from_chars(found->second.data(), found->second.data() + found->second.size(),
                            percent);
        return std::chrono::seconds(std::max<std::int64_t>(1, lasts.count() * percent / 100));
    }

    void set_deadline_for_pace(const Step& step) {
        const std::size_t at = frame().pace_line;
        if (frame().pace_paused || incoming_.plain || at == 0 || at > step.pace.size()) {
            session().deadline.reset();
            return;
        }
        set_deadline(paced(step.pace[at - 1].lasts), "pace");
    }

    // Says the next line of the practice; false when there is none left.
    bool pace_on(const Step& step) {
        if (frame().pace_line >= step.pace.size()) return false;
        const PaceLine& line = step.pace[frame().pace_line];
        say_line(line.say, step);
        ++frame().pace_line;
        frame().pace_paused = false;
        if (!incoming_.plain) turn_.effects.emplace_back(Pause{paced(line.lasts)});
        set_deadline_for_pace(step);
        return true;
    }

    void pace_or_go_on(const Step& step) {
        if (pace_on(step)) return;
        advance(step);
        run();
    }

    void scale_pace(int percent) { session().slots["pace_scale"] = std::to_string(percent); }

    // ---- events --------------------------------------------------------------------------------

    void start() {
        const bool known = session().welcomed;
        const bool resumable = session().open && !session().stack.empty();
        if (!resumable) open_session();
        session().last_identity_at = incoming_.at;
        if (!known) {
            // An edit may have opened a crisis before the first hello: its question waits on.
            Entry entry;
            entry.wait_on = resumable;
            enter("welcome", std::move(entry));
            session().welcomed = true;
        } else if (lost_place_) {
            enter("lost_place", {});
        } else {
            Entry entry;
            entry.wait_on = true;
            enter("come_back", std::move(entry));
        }
        session().last_at = incoming_.at;
    }

    void listen_to(const Understanding& heard) {
        moment_.heard = &heard;
        moment_.feeling = named_feeling(heard);
        turn_.trace.heard = heard.readings;
    }

    void understand_message(const Step* step) {
        std::string text;
        for (const std::string& part : incoming_.parts) {
            if (!text.empty()) text += '\n';
            text += part;
        }
        Context context;
        if (step != nullptr && step->wait == Step::Wait::ask) {
            const bool answers_safety = step->question != Question::none && counts_as_answer();
            switch (step->expects) {
                case Expects::open:
                    context.asked = "open";
                    break;
                case Expects::yes_no:
                    context.asked =
                        step->question == Question::suicide && answers_safety ? "crisis" : "yes_no";
                    context.grave = step->question != Question::none;
                    break;
                case Expects::scale:
                    context.asked = "scale";
                    break;
                case Expects::choice:
                    context.asked = "choice";
                    break;
                case Expects::feeling:
                    context.asked = "feeling";
                    break;
                case Expects::words_to_other:
                    context.asked = "words_to_other";
                    break;
                case Expects::line:
                    context.asked = "line";
                    break;
            }
            for (const Option& option : step->options) {
                context.options.push_back(option.id);
                context.option_labels.push_back(option.label.source);
            }
            context.low = step->low;
            context.high = step->high;
        } else if (step != nullptr) {
            context.asked = "open";
        }
        static thread_local Scratch scratch;
        heard_ = pack().matcher.understand(text, context, scratch);
        if (incoming_.kind == Incoming::Kind::button && !incoming_.button.empty()) {
            heard_.answer = Answer{"choice", incoming_.button};
        }
        listen_to(heard_);
        moment_.word_count = static_cast<std::uint32_t>(count_words(heard_.text));
    }

    // Only from the person asked, and only if written after the question was put.
    bool counts_as_answer() {
        const SafetyState& safety = session().safety;
        return incoming_.person == safety.asked_person && incoming_.at >= safety.asked_at &&
               incoming_.kind != Incoming::Kind::edit;
    }

    void find_clause() {
        std::vector<Span> evidence, feelings, unsafe;
        for (const Reading& reading : heard_.readings) {
            const IntentKind kind = pack().matcher.kind(reading.intent);
            auto& into = kind == IntentKind::crisis    ? unsafe
                         : kind == IntentKind::feeling ? feelings
                                                       : evidence;
            if (kind == IntentKind::crisis || reading.counts)
                into.insert(into.end(), reading.evidence.begin(), reading.evidence.end());
        }
        moment_.safety_text = verdict_.rank >= rank_of_question || !unsafe.empty();
        // A harsh verdict on oneself is not given back as if it were so.
        for (const Reading& reading : heard_.readings)
            if (reading.counts && reading.whom == Whom::self &&
                pack().matcher.intent_name(reading.intent) == "self_judgement")
                unsafe.insert(unsafe.end(), reading.evidence.begin(), reading.evidence.end());
        moment_.clause = best_clause(heard_.text, {evidence, feelings, unsafe});
    }

    void message() {
        const bool was_open = session().open && !session().stack.empty();
        open_session();
        session().before = session().stack;
        ++session().turns;
        session().deadline.reset();
        const Step* step = waiting_step();
        understand_message(step);
        verdict_ = judge(pack().matcher, heard_, session().safety, incoming_.at);
        turn_.trace.safety = verdict_;
        if constexpr (fault_inside == "gate_only_when_idle")
            if (session().stack.size() > 1) verdict_ = {};
        find_clause();
        session().short_streak = static_cast<std::uint16_t>(
            moment_.word_count <= 2 ? std::min(session().short_streak + 1, 100) : 0);
        hear_country();

        if (retracted()) return;
        const bool answered = safety_answer(step);
        remember_verdict(session().safety, without_answer(answered), incoming_.at);
        if (!was_open && verdict_.rank < rank_of_question && !session().welcomed)
            introduce();
        else
            remind();
        if (!answered && safety_route()) return;
        if (lost_place_ && step != nullptr && session().stack.size() == 1) {
            enter("lost_place", {});
            return;
        }
        if (after_crisis_check()) return;
        if (step != nullptr && step->wait == Step::Wait::pace && pace_word(*step)) return;
        respond(step);
    }

    // The first message came without a start: say what this is before anything else, in one line.
    void introduce() {
        session().last_identity_at = incoming_.at;
        session().welcomed = true;
        say_step("reminder", "first");
    }

    void remind() {
        if (session().last_identity_at == Instant{}) session().last_identity_at = incoming_.at;
        if (incoming_.at - session().last_identity_at < reminder_after ||
            session().safety.rank >= rank_of_question || verdict_.rank >= rank_of_question)
            return;
        session().last_identity_at = incoming_.at;
        say_step("reminder", "identity");
    }

    void hear_country() {
        const Step* step = waiting_step();
        const bool asked = step != nullptr && step->question == Question::country;
        if (!asked && !carries(moment_, "set_country")) return;
        const std::string code = pack().resources.find_country(heard_.folded);
        if (!code.empty()) session().country = code;
    }

    // ---- safety --------------------------------------------------------------------------------

    // Applies an answer to the open safety question; true when the waiting step may go on with it.
    bool safety_answer(const Step* step) {
        if (step == nullptr || step->question == Question::none || step->wait != Step::Wait::ask)
            return false;
        if (!counts_as_answer()) return false;
        const bool yes_no = step->expects == Expects::yes_no;
        std::string value = yes_no && heard_.answer ? heard_.answer->value : std::string();
        if (yes_no && step->question == Question::suicide && verdict_.denial && verdict_.rank <= 1)
            value = "no";
        const bool in_full_words = std::any_of(
            verdict_.findings.begin(), verdict_.findings.end(),
            [](const SafetyFinding& f) { return f.rank >= rank_of_question && !f.short_answer; });
        if (value == "yes" || value == "no" || value == "unsure") {
            heard_.answer = Answer{"yes_no", value};
            const Meaning meaning = value == "yes"  ? step->yes_means
                                    : value == "no" ? step->no_means
                                                    : step->unsure_means;
            const int before = session().safety.rank;
            if (in_full_words && (meaning == Meaning::denied || meaning == Meaning::nothing ||
                                  meaning == Meaning::safe))
                return false;
            apply_meaning(session().safety, meaning, !in_full_words, incoming_.at);
            note("safety", "answer " + value + " to " + std::string(question_name(step->question)) +
                               ": rank " + std::to_string(before) + " -> " +
                               std::to_string(session().safety.rank));
            // Words that say more than the answer did open the flow they call for.
            return !(in_full_words && verdict_.rank > session().safety.rank);
        }
        return false;
    }

    // The verdict as it is remembered: an answer has been counted by its meaning already.
    SafetyVerdict without_answer(bool answered) const {
        SafetyVerdict verdict = verdict_;
        if (!answered) return verdict;
        std::erase_if(verdict.findings, [](const SafetyFinding& f) { return f.short_answer; });
        verdict.rank =
            verdict.findings.empty() ? std::min(verdict.rank, 1) : verdict.findings.front().rank;
        return verdict;
    }

    bool top_is_safety() const {
        if (turn_.session.stack.empty()) return false;
        const DialogId id = pack().find_dialog(turn_.session.stack.back().dialog);
        return id != DialogId::none && pack().dialog(id).kind == DialogKind::safety;
    }

    // Answers a message in which there is danger; true when it has been answered.
    bool safety_route() {
        SafetyState& safety = session().safety;
        const std::string& dialog = verdict_.dialog;
        const bool open_flow = top_is_safety();
        if (dialog.empty()) return false;
        if (verdict_.rank < rank_of_question) {
            if (open_flow || session().stack.size() >= deepest_stack) return false;
            const auto visits = session().visits.find(dialog);
            const bool once = visits != session().visits.end() && visits->second > 0;
            if (once && dialog != "crisis_gentle") return false;
            if (dialog == "care_check" && carries(moment_, "stop")) return false;
            if (dialog == "care_check" || dialog == "crisis_gentle") safety.care_checked = true;
            if (pack().find_dialog(dialog) == DialogId::none) return false;
            note("safety", dialog);
            return enter_safety(dialog, {});
        }
        if (verdict_.rank >= rank_of_question) safety.care_checked = true;
        note("safety", "rank " + std::to_string(verdict_.rank) + " -> " + dialog);
        if (open_flow && frame().dialog == dialog) {
            const DialogId id = pack().find_dialog(dialog);
            if (pack().find_step(id, "again") != StepId::none) {
                frame().step = "again";
                run();
                return true;
            }
        }
        // A crisis inside a crisis escalates; it is never put on top of the other.
        while (top_is_safety() && session().stack.size() > 1) session().stack.pop_back();
        if (verdict_.rank >= rank_of_crisis) {
            session().stack.clear();
            push_home();
            session().listen_only = false;
        }
        return enter_safety(dialog, {});
    }

    bool enter_safety(std::string_view dialog, std::string_view step) {
        if (dialog == "crisis_language") say_in_their_language();
        if (session().safety.minor && verdict_.rank >= rank_of_question &&
            session().visits["minor_lines"] == 0) {
            session().visits["minor_lines"] = 1;
            say_step("minor_lines", "");  // young people's lines beside the others, never instead
        }
        Entry entry;
        entry.wait_on = true;
        entry.step = step;
        if (enter(dialog, std::move(entry))) return true;
        problem("no safety dialog " + std::string(dialog));
        emit_resource();
        return true;
    }

    void say_in_their_language() {
        const auto finding =
            std::find_if(verdict_.findings.begin(), verdict_.findings.end(),
                         [](const SafetyFinding& f) { return !f.language.empty(); });
        if (finding == verdict_.findings.end() || !say_step("their_language", finding->language))
            return;
        if (auto* say = std::get_if<Say>(&turn_.effects.back())) say->safety = say->resource = true;
    }

    // "No, I meant ..." after a level that rests on one short word: it was misread, and is put
    // right.
    bool retracted() {
        SafetyState& safety = session().safety;
        if (safety.rank < rank_of_crisis || !safety.short_answer_only || !top_is_safety() ||
            verdict_.rank >= rank_of_question)
            return false;
        // As the level came from this person's answer, only this person takes it back.
        if (incoming_.person != safety.asked_person || incoming_.kind == Incoming::Kind::edit)
            return false;
        if (!verdict_.denial && !carries(moment_, "correction")) return false;
        safety.rank = 1;
        safety.short_answer_only = false;
        safety.asked.clear();
        safety.day_after_due = false;
        safety.crises = std::max(0, safety.crises - 1);
        note("safety", "taken back");
        while (top_is_safety() && session().stack.size() > 1) session().stack.pop_back();
        return enter_safety("crisis_retract", {});
    }

    void emit_resource() {
        Say say;
        say.text = resource_line(pack().resources, session().country, "suicide");
        if (hex(hash_bytes(say.text)) == session().last_bubble_hash)
            say.text = "Help by people: " + say.text;
        if (hex(hash_bytes(say.text)) == session().last_bubble_hash)
            say.text = std::string(compiled_fallback_line());
        say.tone = Tone::plain;
        say.safety = true;
        say.resource = true;
        emit(std::move(say));
    }

    // The day after: asked once, and only after the person has answered a neutral greeting.
    bool after_crisis_check() {
        SafetyState& safety = session().safety;
        if (!safety.day_after_due || top_is_safety() || verdict_.rank >= rank_of_question)
            return false;
        const auto elapsed = incoming_.at - safety.raised_at;
        if (elapsed < std::chrono::hours(6) || session().stack.size() > 2 ||
            carries(moment_, "stop"))
            return false;
        safety.day_after_due = false;
        if (elapsed > std::chrono::hours(24 * 7)) return false;
        if (session().stack.size() == 2) session().stack.pop_back();
        return enter_safety("crisis_day_after", {});
    }

    // ---- answering -----------------------------------------------------------------------------

    void respond(const Step* step) {
        const Choice choice = choose(moment_, step);
        // A safety question waits for the person asked: what another person says, or what was sent
        // before it, moves nothing. A control works for anybody.
        const bool unbound = step != nullptr && step->wait == Step::Wait::ask &&
                             step->question != Question::none && !counts_as_answer();
        if (unbound && choice.kind != Choice::Kind::global) {
            note("safety", "not an answer: another person, or sent before the question");
            emit_resource();
            return;
        }
        switch (choice.kind) {
            case Choice::Kind::global:
                act(choice, step);
                return;
            case Choice::Kind::hear:
                hear(*choice.hear, *step);
                return;
            case Choice::Kind::interrupt: {
                note("interrupt", pack().dialog(choice.dialog).name);
                Entry entry;
                entry.wait_on = true;
                entry.interrupt = choice.interrupt;
                entry.opening = moment_.clause.value_or("");
                enter(choice.dialog, std::move(entry));
                return;
            }
            case Choice::Kind::start: {
                note("start", pack().dialog(choice.dialog).name);
                Entry entry;
                entry.opening = moment_.clause.value_or("");
                entry.wait_on = true;
                enter(choice.dialog, std::move(entry));
                return;
            }
            case Choice::Kind::nothing:
                note("nothing", "no rule fits");
                enter("unclear", {true, false, -1, {}, nullptr, {}});
                return;
        }
    }

    void hear(const Hear& hear, const Step& step) {
        note(hear.kind == Hear::Kind::fills       ? "fills"
             : hear.kind == Hear::Kind::otherwise ? "otherwise"
                                                  : "hear",
             pack().files.size() > hear.at.file
                 ? pack().files[hear.at.file] + ":" + std::to_string(hear.at.line)
                 : "?");
        if (hear.kind == Hear::Kind::answer && hear.answer != "no" && hear.answer != "unsure")
            consent_ = true;
        if (hear.kind == Hear::Kind::heard && carries(moment_, "affirm")) consent_ = true;
        if (hear.kind == Hear::Kind::fills) fill(hear.slot, step);
        if (step.wait == Step::Wait::ask) frame().last_ask = step.name;
        assign(moment_, hear.set);
        say_line(hear.say, step);
        if (hear.move.kind == Move::Kind::again) {
            wait(step);
            return;
        }
        if (move(hear.move, step)) run();
    }

    void fill(SlotId slot, const Step& step) {
        std::string value;
        switch (step.expects) {
            case Expects::scale:
            case Expects::choice:
            case Expects::yes_no:
                value = heard_.answer ? heard_.answer->value : std::string();
                break;
            case Expects::feeling:
                value = heard_.feelings.empty() ? keep_line(heard_.text) : heard_.feelings.front();
                break;
            case Expects::open:
            case Expects::words_to_other:
            case Expects::line:
                value = keep_line(heard_.text);
                break;
        }
        if (!value.empty()) set_slot(moment_, slot, std::move(value));
    }

    void act(const Choice& choice, const Step* step) {
        const Global& global = *choice.global;
        note("global",
             std::string(global.intent) + " -> " +
                 std::string(choice.dialog == DialogId::none ? global.dialog
                                                             : pack().dialog(choice.dialog).name));
        Entry entry;
        entry.wait_on = true;
        entry.opening = moment_.clause.value_or("");
        using Act = Global::Act;
        switch (global.act) {
            case Act::stop:
                stop();
                return;
            case Act::ask_again:
                entry.put_again = true;
                [[fallthrough]];
            case Act::enter: {
                const bool crisis_help = global.intent == "help" && session().safety.rank >= 1;
                if (global.intent == "correction" && !heard_.labels.empty()) reject_last();
                enter(crisis_help ? std::string_view("crisis_help") : global.dialog,
                      std::move(entry));
                return;
            }
            case Act::replace:
                if (global.dialog != "closing" || session().safety.rank < rank_of_question)
                    drop_to_home();
                if (global.dialog == "listening") session().listen_only = true;
                enter(global.dialog, std::move(entry));
                return;
            case Act::repeat:
                enter("repeat", std::move(entry));
                if (!closed_ && !asked_ && step != nullptr && step->wait == Step::Wait::ask &&
                    waiting_step() == step)
                    say_line(step->ask, *step);
                return;
            case Act::skip:
            case Act::next:
                skip(step);
                return;
            case Act::back:
                back(step);
                return;
            case Act::undo:
                undo();
                return;
            case Act::slower:
            case Act::faster:
                scale_pace(global.act == Act::slower ? 150 : 70);
                if (!say_step(global.dialog, global.act == Act::slower ? "slower" : "faster"))
                    emit_neutral();
                return;
            case Act::practice:
            case Act::learn: {
                consent_ = true;
                const bool refused =
                    choice.dialog != DialogId::none && !may_enter(pack().dialog(choice.dialog));
                if (choice.dialog != DialogId::none && !refused) {
                    if (global.act == Act::practice && session().stack.size() > 2) drop_to_home();
                    enter(choice.dialog, std::move(entry));
                } else if (session().safety.rank >= rank_of_question &&
                           global.act == Act::practice) {
                    enter("crisis_help", std::move(entry));
                } else {
                    enter(global.dialog, std::move(entry));
                }
                return;
            }
            case Act::country:
                enter("resources", std::move(entry));
                return;
        }
    }

    void reject_last() {
        if (session().stack.size() < 2) return;
        const DialogId id = pack().find_dialog(session().stack[1].dialog);
        if (id == DialogId::none || pack().dialog(id).starts.empty() ||
            pack().dialog(id).starts.front().intents.empty())
            return;
        session().rejected =
            pack().matcher.intent_name(pack().dialog(id).starts.front().intents.front());
    }

    void stop() {
        const auto practice =
            std::find_if(session().stack.begin(), session().stack.end(), [&](const Frame& f) {
                const DialogId id = pack().find_dialog(f.dialog);
                return id != DialogId::none && pack().dialog(id).kind == DialogKind::practice;
            });
        if (session().safety.rank >= rank_of_question || top_is_safety()) {
            quiet_ = true;
            enter("crisis_stop", {});
            if (!said_anything()) emit_resource();
            close_as_stop();
            return;
        }
        if (practice != session().stack.end()) {
            session().stack.erase(practice, session().stack.end());
            if (session().stack.empty()) push_home();
            if (session().stack.size() > 1) session().stack.resize(1);
            frame().step = "listen";
            quiet_ = true;
            enter("practice_stopped", {});
            if (!said_anything()) emit_neutral();
            return;
        }
        quiet_ = true;
        enter("stop", {});
        if (!said_anything()) emit_neutral();
        close_as_stop();
    }

    void close_as_stop() {
        if (!closed_) close("stop");
        for (Effect& effect : turn_.effects)
            if (auto* end = std::get_if<End>(&effect)) end->reason = "stop";
    }

    void skip(const Step* step) {
        if (step == nullptr) return;
        if (step->wait == Step::Wait::pace) {
            pace_or_go_on(*step);
            return;
        }
        if (session().stack.size() == 1) {
            enter("change_topic", {true, false, -1, {}, nullptr, {}});
            return;
        }
        say_step("pace_words", "skipped");
        if (step->skip != StepId::none)
            frame().step = pack().step(step->skip).name;
        else
            advance(*step);
        run();
    }

    void back(const Step* step) {
        if (session().stack.size() > 1 && !frame().last_ask.empty() && step != nullptr) {
            const DialogId dialog = pack().find_dialog(frame().dialog);
            if (pack().find_step(dialog, frame().last_ask) != StepId::none) {
                frame().step = frame().last_ask;
                frame().last_ask.clear();
                say_step("pace_words", "back");
                run();
                return;
            }
        }
        enter("pace_words", {true, true, -1, {}, nullptr, "no_back"});
    }

    void undo() {
        // The step before this message; safety is never undone, and what was forgotten stays so.
        auto& stack = session().stack;
        if (stack.size() > 1) stack.pop_back();
        // A caller that only goes on when what it called ends is no place to wait at.
        while (stack.size() > 1 &&
               (waiting_step() == nullptr || waiting_step()->wait == Step::Wait::none))
            stack.pop_back();
        const Step* step = waiting_step();
        say_step("undo", "");
        if (step != nullptr && step->wait == Step::Wait::ask) {
            say_line(step->ask, *step);
            wait(*step);
        } else if (stack.size() <= 1) {
            drop_to_home();
        } else if (step != nullptr) {
            wait(*step);
        }
        if (!said_anything()) emit_neutral();
    }

    // Words that steer a paced practice; anything else pauses it.
    bool pace_word(const Step& step) {
        if (carries(moment_, "stop") || carries(moment_, "too_much") ||
            carries(moment_, "help_now") || carries(moment_, "complaint"))
            return false;
        if (carries(moment_, "next") || carries(moment_, "skip") ||
            (frame().pace_paused && (carries(moment_, "affirm") || moment_.word_count == 0)) ||
            (incoming_.plain && moment_.word_count == 0)) {
            pace_or_go_on(step);
            return true;
        }
        if (carries(moment_, "slower") || carries(moment_, "faster")) {
            const bool slower = carries(moment_, "slower");
            scale_pace(slower ? 150 : 70);
            say_step("pace_words", slower ? "slower" : "faster");
            set_deadline_for_pace(step);
            return true;
        }
        for (const Hear& entry : step.hear)
            if (entry.kind != Hear::Kind::otherwise) return false;
        frame().pace_paused = true;
        session().deadline.reset();
        if (carries(moment_, "help") || carries(moment_, "resources") ||
            carries(moment_, "are_you_human") || carries(moment_, "privacy") ||
            carries(moment_, "back") || carries(moment_, "repeat") ||
            carries(moment_, "change_topic") || carries(moment_, "goodbye") ||
            carries(moment_, "listen_only") || carries(moment_, "forget"))
            return false;
        if (!say_step("pace_words", "paused")) emit_neutral();
        return true;
    }

    void edit() {
        understand_message(nullptr);
        verdict_ = judge(pack().matcher, heard_, session().safety, incoming_.at);
        turn_.trace.safety = verdict_;
        if (verdict_.rank < rank_of_question) return;  // an edit is scanned, not answered again
        open_session();
        find_clause();
        remember_verdict(session().safety, verdict_, incoming_.at);
        safety_route();
    }

    void timer() {
        const Step* step = waiting_step();
        if (step == nullptr || step->wait != Step::Wait::pace || !session().deadline) return;
        session().deadline.reset();
        if constexpr (fault_inside == "lost_timer") return;
        pace_or_go_on(*step);
    }

    void silence() {
        const Step* step = waiting_step();
        if (step == nullptr || !session().deadline) return;
        session().deadline.reset();
        const auto entry = std::find_if(step->hear.begin(), step->hear.end(), [&](const Hear& h) {
            return h.kind == Hear::Kind::silence && holds(moment_, h.when);
        });
        if (entry != step->hear.end()) hear(*entry, *step);
    }

    // ---- the end of a turn ---------------------------------------------------------------------

    void finish() {
        const bool needs_words = incoming_.kind == Incoming::Kind::start ||
                                 incoming_.kind == Incoming::Kind::message ||
                                 incoming_.kind == Incoming::Kind::button;
        if (verdict_.rank >= rank_of_question && !quiet_) {
            const bool helped =
                std::any_of(turn_.effects.begin(), turn_.effects.end(), [](const Effect& e) {
                    const Say* say = std::get_if<Say>(&e);
                    return say != nullptr && say->safety && (say->resource || say->asks);
                });
            if (!helped) emit_resource();
        }
        // What was chosen is not opened now, and the script had nothing else to say.
        if (needs_words && !said_anything() && refused_)
            session().safety.rank >= rank_of_question ? emit_resource() : emit_neutral();
        if (needs_words && !said_anything()) {
            problem("nothing was said");
            emit_neutral();
        }
        if (needs_words) {
            session().questions_in_row = static_cast<std::uint16_t>(
                asked_ ? std::min(session().questions_in_row + 1, 100) : 0);
            session().last_at = incoming_.at;
        }
        if (closed_) session().questions_in_row = 0;
        turn_.trace.at =
            session().stack.empty() ? std::string() : frame().dialog + "/" + frame().step;
    }

    const Incoming& incoming_;
    Turn turn_;
    Moment moment_;
    Understanding heard_;
    SafetyVerdict verdict_;
    bool consent_ = false;  // this message said yes to, or asked for, what it leads to
    bool closed_ = false;
    bool asked_ = false;  // a bubble of this turn ends on a question
    bool quiet_ = false;  // stop: nothing is added to the turn
    bool lost_place_ = false;
    bool refused_ = false;  // a practice or dialog that does not fit what was said before
};

}  // namespace

Turn step(const Pack& pack, Session session, const Incoming& incoming) {
    return TurnMaker(pack, std::move(session), incoming).make();
}

Turn step_at(const Pack& pack, Session session, const Incoming& incoming, DialogId dialog,
             StepId at) {
    return TurnMaker(pack, std::move(session), incoming).begin_at(dialog, at);
}

Incoming deadline_incoming(const Session& session) {
    Incoming incoming;
    if (!session.deadline) return incoming;
    incoming.kind =
        session.deadline->kind == "pace" ? Incoming::Kind::timer : Incoming::Kind::silence;
    incoming.at = session.deadline->at;
    return incoming;
}

}  // namespace befriend
