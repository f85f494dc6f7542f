// SPDX-License-Identifier: Apache-2.0
#include "adapters/terminal/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/terminal/layout.hpp"
#include "adapters/terminal/line_editor.hpp"
#include "adapters/terminal/screen.hpp"
#include "adapters/terminal/signals.hpp"
#include "adapters/terminal/trace_text.hpp"
#include "engine/safety/resources.hpp"
#include "engine/session_json.hpp"

namespace befriend::terminal {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Lines that come in this soon after one another were pasted or typed ahead: one message.
constexpr milliseconds burst_gap{40};
// A single key during a practice stops it when nothing follows for so long.
constexpr milliseconds lone_key{900};
// How long befriend seems to type: a beat, and a little more for a longer line.
constexpr milliseconds typing_least{300};
constexpr milliseconds typing_per_character{7};
constexpr milliseconds typing_most{1400};
// More than anybody pastes; the rest of a line is dropped so that memory stays bounded.
constexpr std::size_t longest_line = 4u << 20;
// From this level on, leaving shows where help is.
constexpr int level_of_danger = 3;

constexpr std::string_view command_help =
    "help, why, skip, back, pause, stop and \"just listen\" work as plain words, too.\n"
    "\n"
    "  /why          why I said that; /why full for the rules and their places\n"
    "  /undo         take back your last message\n"
    "  /save FILE    write this conversation to a file\n"
    "  /export FILE  write what is remembered of you to a file\n"
    "  /forget       erase what is remembered\n"
    "  /resources    people who can help, by country\n"
    "  /state        where we are and what is remembered\n"
    "  /trace on     show the rules behind every answer; /trace off\n"
    "  /pause off    answer at once; /pause on\n"
    "  /quit         leave and clear the screen\n"
    "\n"
    "To hide all this at once: press Esc twice, or type weather. Then back brings it back.\n"
    "Ctrl-C or Ctrl-D leaves.";

Instant now() {
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

std::optional<std::chrono::minutes> utc_offset() {
    const std::time_t time = std::time(nullptr);
    std::tm local{};
    if (localtime_r(&time, &local) == nullptr) {
        return std::nullopt;
    }
    return std::chrono::minutes(local.tm_gmtoff / 60);
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x) == y;
    });
}

// Writes a file that only its owner can read. False when that did not work.
bool write_private_file(const std::string& file, std::string_view bytes) {
    const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return false;
    }
    bool good = true;
    while (good && !bytes.empty()) {
        const ssize_t written = write(descriptor, bytes.data(), bytes.size());
        good = written > 0;
        bytes.remove_prefix(good ? static_cast<std::size_t>(written) : 0);
    }
    return close(descriptor) == 0 && good;
}

// In steps of five seconds: a number that changes all the time is no rest.
std::string countdown_text(int milliseconds_left) {
    const int five_seconds = 5000;
    const int steps = (milliseconds_left + five_seconds - 1) / five_seconds;
    return std::to_string(steps * 5) + " s   Enter: go on, any other key: stop";
}

// What the person did.
struct Input {
    enum class Kind { message, leave, end, hide, woken, stopped_practice };
    Kind kind = Kind::end;
    std::vector<std::string> parts;
};

// Whole lines from a pipe or a plain terminal.
class LineReader {
public:
    // The next line, waiting for it; nullopt at the end or when `signals` say to leave.
    std::optional<std::string> next(Signals& signals, bool& leave) {
        while (true) {
            const std::size_t end = buffer_.find('\n');
            if (end != std::string::npos) {
                std::string line = buffer_.substr(0, end);
                buffer_.erase(0, end + 1);
                return line;
            }
            if (ended_) {
                if (buffer_.empty()) {
                    return std::nullopt;
                }
                return std::exchange(buffer_, std::string());
            }
            std::array<pollfd, 2> watched{pollfd{STDIN_FILENO, POLLIN, 0},
                                          pollfd{signals.descriptor(), POLLIN, 0}};
            if (poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) {
                ended_ = true;
                continue;
            }
            if (signals.take().leave) {
                leave = true;
                return std::nullopt;
            }
            if (watched[0].revents != 0) {
                fill();
            }
        }
    }
    // Whether a whole line is there without waiting longer than the gap of a burst.
    bool ready() {
        while (buffer_.find('\n') == std::string::npos && !ended_) {
            pollfd watched{STDIN_FILENO, POLLIN, 0};
            if (poll(&watched, 1, static_cast<int>(burst_gap.count())) <= 0) {
                return false;
            }
            fill();
        }
        return buffer_.find('\n') != std::string::npos;
    }

private:
    void fill() {
        std::array<char, 65536> chunk{};
        const ssize_t got = read(STDIN_FILENO, chunk.data(), chunk.size());
        if (got > 0) {
            const std::size_t room = longest_line - std::min(longest_line, buffer_.size());
            const auto size = static_cast<std::size_t>(got);
            buffer_.append(chunk.data(), std::min(size, room));
            if (size > room) {
                // The end of the line must not be lost with the rest of it.
                const std::string_view rest(chunk.data() + room, size - room);
                const std::size_t end = rest.find('\n');
                if (end != std::string_view::npos) {
                    buffer_.append(rest.substr(end));
                }
            }
        } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
            ended_ = true;
        }
    }
    std::string buffer_;
    bool ended_ = false;
};

class Conversation {
public:
    Conversation(Host& host, std::shared_ptr<const Pack> pack, const Settings& settings)
        : host_(host),
          pack_(std::move(pack)),
          settings_(settings),
          keys_(!settings.plain && isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0),
          screen_(Look{.plain = !keys_, .colour = settings.colour && keys_}) {}

    int run();

private:
    // Input, by keys or by lines.
    Input read();
    Input read_keys();
    Input read_lines();
    Input practise();
    bool more_keys_within(milliseconds wait);
    void after(const Signals::Came& came);
    std::optional<Deadline> deadline();
    int milliseconds_until(const std::optional<Deadline>& deadline) const;

    // Turns.
    void take(Incoming::Kind kind, std::vector<std::string> parts);
    void show(const Reply& reply);
    void deliver(const std::vector<Delivery>& deliveries);
    void wait_as_if_typing(std::size_t characters);
    bool waits_in_practice();

    // What a slash or the program itself asks for.
    void handle(const Input& input);
    bool command(std::string_view line);
    void hide();
    void leave();
    void save(std::string_view file, std::string_view what, const std::string& bytes);
    void note(std::string_view text) { screen_.note(text); }

    Host& host_;
    std::shared_ptr<const Pack> pack_;
    const Settings& settings_;
    bool keys_;
    Screen screen_;
    Signals signals_;
    LineReader lines_;
    std::optional<LineEditor> editor_;
    Trace last_trace_;
    std::vector<Say> shown_;   // of the last answer
    std::vector<Say> before_;  // of the one before it, for /undo
    bool trace_ = false;
    bool typing_pause_ = true;
    bool interactive_answer_ = false;  // the person is there: seem to type
    bool said_enter_ = false;
    bool leaving_ = false;
    bool began_ = false;
    bool pipe_ = false;
    std::uint64_t events_ = 0;
};

int Conversation::run() {
    trace_ = settings_.trace;
    typing_pause_ = settings_.typing_pause && keys_;
    pipe_ = isatty(STDIN_FILENO) == 0;
    if (keys_) {
        editor_.emplace("> ");
    }
    if (!settings_.first_note.empty()) {
        note(settings_.first_note);
    }
    deliver(host_.undelivered(settings_.conversation));
    screen_.end_of_answer();
    take(Incoming::Kind::start, {});
    interactive_answer_ = true;
    while (!leaving_) {
        handle(read());
    }
    return 0;
}

std::optional<Deadline> Conversation::deadline() {
    return keys_ ? host_.deadline(settings_.conversation) : std::nullopt;
}

int Conversation::milliseconds_until(const std::optional<Deadline>& deadline) const {
    if (!deadline) {
        return -1;
    }
    const auto left = std::chrono::duration_cast<milliseconds>(deadline->at - now()).count();
    // Wakes at least once an hour: a clock that is set must not hold a line back for ever.
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

bool Conversation::more_keys_within(milliseconds wait) {
    pollfd watched{STDIN_FILENO, POLLIN, 0};
    return poll(&watched, 1, static_cast<int>(wait.count())) > 0;
}

void Conversation::after(const Signals::Came& came) {
    if (came.continued) {
        editor_->resume();
    }
    if (came.resize) {
        editor_->resize();
        editor_->redraw();
    }
}

Input Conversation::read() {
    if (!keys_) {
        return read_lines();
    }
    const auto due = deadline();
    if (due && due->kind == "pace") {
        return practise();
    }
    return read_keys();
}

Input Conversation::read_lines() {
    while (true) {
        if (!pipe_ && isatty(STDOUT_FILENO) != 0) {
            screen_.block("");
            constexpr std::string_view prompt = "you: ";
            [[maybe_unused]] const auto written =
                write(STDOUT_FILENO, prompt.data(), prompt.size());
        }
        bool leave = false;
        auto line = lines_.next(signals_, leave);
        if (leave) {
            return {Input::Kind::leave, {}};
        }
        if (!line) {
            return {Input::Kind::end, {}};
        }
        if (trimmed(*line).empty()) {
            if (waits_in_practice()) {
                return {Input::Kind::message, {"next"}};
            }
            continue;
        }
        Input input{Input::Kind::message, {std::move(*line)}};
        // In a pipe every line is a message; at a terminal lines that come together are one.
        while (!pipe_ && lines_.ready()) {
            auto more = lines_.next(signals_, leave);
            if (!more) {
                break;
            }
            if (!trimmed(*more).empty()) {
                input.parts.push_back(std::move(*more));
            }
        }
        return input;
    }
}

Input Conversation::read_keys() {
    editor_->start();
    Input input{Input::Kind::message, {}};
    while (true) {
        const auto due = deadline();
        std::array<pollfd, 2> watched{pollfd{STDIN_FILENO, POLLIN, 0},
                                      pollfd{signals_.descriptor(), POLLIN, 0}};
        const int ready = poll(watched.data(), watched.size(), milliseconds_until(due));
        const Signals::Came came = signals_.take();
        if (came.leave) {
            editor_->pause();
            return {Input::Kind::leave, {}};
        }
        after(came);
        if (ready == 0 && due && due->at <= now()) {
            // Somebody who is writing is not silent.
            if (!editor_->text().empty() || !input.parts.empty()) {
                continue;
            }
            screen_.clear_line();
            editor_->pause();
            return {Input::Kind::woken, {}};
        }
        if ((watched[0].revents & (POLLIN | POLLHUP | POLLERR)) == 0) {
            continue;
        }
        switch (editor_->read_key()) {
            case LineEditor::Key::more:
                break;
            case LineEditor::Key::end:
                editor_->pause();
                screen_.clear_line();
                return {Input::Kind::end, {}};
            case LineEditor::Key::hide:
                editor_->pause();
                return {Input::Kind::hide, {}};
            case LineEditor::Key::line: {
                std::string line = editor_->take_line();
                if (!trimmed(line).empty()) {
                    input.parts.push_back(std::move(line));
                }
                if (more_keys_within(burst_gap)) {
                    editor_->start();
                    break;
                }
                if (!input.parts.empty()) {
                    return input;
                }
                if (waits_in_practice()) {
                    return {Input::Kind::message, {"next"}};
                }
                editor_->start();
                break;
            }
        }
    }
}

Input Conversation::practise() {
    bool held = false;  // a key stopped the clock
    while (true) {
        const auto due = deadline();
        if (!due || due->kind != "pace") {
            return read_keys();
        }
        const int left = milliseconds_until(due);
        if (left <= 0) {
            screen_.clear_line();
            return {Input::Kind::woken, {}};
        }
        screen_.countdown(countdown_text(left));
        std::array<pollfd, 2> watched{pollfd{STDIN_FILENO, POLLIN, 0},
                                      pollfd{signals_.descriptor(), POLLIN, 0}};
        poll(watched.data(), watched.size(), std::min(left, 1000 - (1000 - left % 1000) % 1000));
        const Signals::Came came = signals_.take();
        if (came.leave) {
            screen_.clear_line();
            return {Input::Kind::leave, {}};
        }
        if (watched[0].revents != 0) {
            held = true;
        }
        if (!held) {
            continue;
        }
        screen_.clear_line();
        editor_->start();
        while (true) {
            const LineEditor::Key key = editor_->read_key();
            if (key == LineEditor::Key::line) {
                std::string line = editor_->take_line();
                if (trimmed(line).empty()) {
                    return {Input::Kind::message, {"next"}};
                }
                return {Input::Kind::message, {std::move(line)}};
            }
            if (key == LineEditor::Key::end) {
                editor_->pause();
                screen_.clear_line();
                return {Input::Kind::end, {}};
            }
            if (key == LineEditor::Key::hide) {
                editor_->pause();
                return {Input::Kind::hide, {}};
            }
            if (editor_->text().size() <= 4 && !more_keys_within(lone_key)) {
                editor_->clear();
                editor_->pause();
                screen_.clear_line();
                return {Input::Kind::stopped_practice, {"stop"}};
            }
            // They are writing: the clock stands until they are done.
            std::array<pollfd, 2> both{pollfd{STDIN_FILENO, POLLIN, 0},
                                       pollfd{signals_.descriptor(), POLLIN, 0}};
            poll(both.data(), both.size(), -1);
            const Signals::Came while_writing = signals_.take();
            if (while_writing.leave) {
                editor_->pause();
                return {Input::Kind::leave, {}};
            }
            after(while_writing);
            if (both[0].revents == 0) {
                continue;
            }
        }
    }
}

bool Conversation::waits_in_practice() {
    const Session session = host_.session(settings_.conversation);
    if (!session.open || session.stack.empty()) {
        return false;
    }
    const Frame& frame = session.stack.back();
    const DialogId dialog = pack_->find_dialog(frame.dialog);
    if (dialog == DialogId::none) {
        return false;
    }
    const StepId step = pack_->find_step(dialog, frame.step);
    return step != StepId::none && pack_->step(step).wait == Step::Wait::pace;
}

void Conversation::take(Incoming::Kind kind, std::vector<std::string> parts) {
    for (const std::string& part : parts) {
        screen_.heard(part);
    }
    if (kind == Incoming::Kind::message) {
        before_ = std::exchange(shown_, {});
    }
    Incoming incoming;
    incoming.kind = kind;
    incoming.conversation = settings_.conversation;
    incoming.person = "terminal";
    incoming.at = now();
    incoming.event_id = "t" + std::to_string(incoming.at.time_since_epoch().count()) + "-" +
                        std::to_string(++events_);
    incoming.parts = std::move(parts);
    incoming.utc_offset = utc_offset();
    incoming.plain = !keys_;
    const bool begins = kind == Incoming::Kind::start && settings_.at && !began_;
    began_ = true;
    show(begins ? host_.begin_at(incoming, *settings_.at) : host_.take(incoming));
}

void Conversation::wait_as_if_typing(std::size_t characters) {
    if (!typing_pause_ || !interactive_answer_) {
        return;
    }
    const milliseconds wait = std::min(
        typing_most, typing_least + typing_per_character * static_cast<std::int64_t>(characters));
    screen_.dots();
    // A key, or Ctrl-C, ends the wait; what was typed is read afterwards.
    std::array<pollfd, 2> watched{pollfd{STDIN_FILENO, POLLIN, 0},
                                  pollfd{signals_.descriptor(), POLLIN, 0}};
    poll(watched.data(), watched.size(), static_cast<int>(wait.count()));
    screen_.clear_line();
}

void Conversation::deliver(const std::vector<Delivery>& deliveries) {
    for (const Delivery& delivery : deliveries) {
        if (const auto* say = std::get_if<Say>(&delivery.effect)) {
            wait_as_if_typing(say->text.size());
            screen_.say(*say);
            shown_.push_back(*say);
        } else if (const auto* offer = std::get_if<Offer>(&delivery.effect)) {
            screen_.offer(*offer);
        } else if (const auto* page = std::get_if<ShowPage>(&delivery.effect)) {
            screen_.page(*page);
        } else if (const auto* forget = std::get_if<Forget>(&delivery.effect)) {
            if (forget->scope == ForgetScope::person || forget->scope == ForgetScope::session) {
                screen_.forget_transcript();
                before_.clear();
                if (editor_) {
                    editor_->forget();
                }
            }
        } else if (const auto* end = std::get_if<End>(&delivery.effect)) {
            // After a goodbye there is nothing to wait for; after a stop the person may stay.
            leaving_ = leaving_ || (end->reason == "goodbye" && keys_);
        }
        // Pause, Remember and Schedule show nothing: the session's deadline keeps the time.
        host_.delivered(settings_.conversation, delivery);
    }
}

void Conversation::show(const Reply& reply) {
    last_trace_ = reply.trace;
    deliver(reply.deliveries);
    screen_.end_of_answer();
    if (!reply.trouble.empty()) {
        note(reply.trouble);
    }
    if (trace_) {
        screen_.block(trace_text(*pack_, last_trace_));
    }
    if (!keys_ && !said_enter_ && waits_in_practice()) {
        said_enter_ = true;
        note("An empty line goes on to the next step; stop ends it.");
    }
}

void Conversation::handle(const Input& input) {
    switch (input.kind) {
        case Input::Kind::leave:
        case Input::Kind::end:
            leave();
            return;
        case Input::Kind::hide:
            hide();
            return;
        case Input::Kind::woken:
            if (const auto reply = host_.wake(settings_.conversation, now())) {
                show(*reply);
            }
            return;
        case Input::Kind::message:
        case Input::Kind::stopped_practice:
            break;
    }
    if (input.parts.size() == 1) {
        const std::string_view line = trimmed(input.parts.front());
        if (equals_ignoring_case(line, "weather")) {
            hide();
            return;
        }
        if (line.size() > 1 && line.front() == '/' && line[1] >= 'a' && line[1] <= 'z' &&
            command(line.substr(1))) {
            return;
        }
    }
    take(Incoming::Kind::message, input.parts);
}

bool Conversation::command(std::string_view line) {
    const std::size_t space = line.find(' ');
    const std::string_view name = line.substr(0, space);
    const std::string_view rest =
        space == std::string_view::npos ? std::string_view{} : trimmed(line.substr(space));
    if (name == "help") {
        take(Incoming::Kind::message, {"help"});
        screen_.block(command_help);
    } else if (name == "why" && rest != "full") {
        take(Incoming::Kind::message, {"why did you say that?"});
    } else if (name == "why" || (name == "trace" && rest.empty())) {
        screen_.block(trace_text(*pack_, last_trace_));
    } else if (name == "trace") {
        trace_ = rest == "on";
        note(trace_ ? "Every answer now shows its rules." : "Rules are no longer shown.");
    } else if (name == "pause") {
        typing_pause_ = keys_ && rest != "off";
        note(typing_pause_ ? "I take a moment before I answer." : "I answer at once.");
    } else if (name == "state") {
        screen_.block(state_text(host_.session(settings_.conversation)));
    } else if (name == "undo") {
        if (host_.undo(settings_.conversation, now())) {
            note("Your last message and my answer are taken back. This is where we were:");
            shown_ = std::exchange(before_, {});
            for (const Say& say : shown_) {
                screen_.say(say);
            }
            screen_.end_of_answer();
        } else {
            note("There is nothing that I can take back.");
        }
    } else if (name == "save") {
        save(rest, "conversation", screen_.transcript());
    } else if (name == "export") {
        save(rest, "memory", to_json(host_.session(settings_.conversation)) + "\n");
    } else if (name == "forget") {
        take(Incoming::Kind::message, {"forget everything"});
    } else if (name == "resources") {
        take(Incoming::Kind::message, {"resources"});
    } else if (name == "hide") {
        hide();
    } else if (name == "quit" || name == "exit" || name == "q") {
        screen_.clear_all();
        leaving_ = true;
    } else if (name == "start") {
        take(Incoming::Kind::start, {});
    } else if (line.find('/') != std::string_view::npos) {
        return false;  // a path, not a command
    } else {
        note("I know no /" + std::string(name) + ". /help shows what there is.");
    }
    return true;
}

void Conversation::save(std::string_view file, std::string_view what, const std::string& bytes) {
    std::string path(file);
    if (path.empty()) {
        if (settings_.save_folder.empty()) {
            note("Please name a file, for instance: /save words.txt");
            return;
        }
        std::array<char, 32> day{};
        const std::time_t time = std::time(nullptr);
        std::tm local{};
        localtime_r(&time, &local);
        std::strftime(day.data(), day.size(), "%Y-%m-%d-%H%M%S", &local);
        path = settings_.save_folder + "/" + std::string(what) + "-" + day.data() +
               (what == "memory" ? ".json" : ".txt");
    }
    if (write_private_file(path, bytes)) {
        note("Written to " + path + ". Only you can read it; delete it when you like.");
    } else {
        note("That file could not be written: " + path);
    }
}

void Conversation::hide() {
    screen_.clear_all();
    screen_.neutral_page();
    while (true) {
        std::string line;
        if (keys_) {
            const Input input = read_keys();
            if (input.kind == Input::Kind::woken) {
                // Nothing of the conversation may appear now: the deadline passes unseen.
                (void)host_.wake(settings_.conversation, now());
                continue;
            }
            if (input.kind == Input::Kind::leave || input.kind == Input::Kind::end) {
                leaving_ = true;
                screen_.clear_line();
                return;
            }
            if (input.kind == Input::Kind::message) {
                line = input.parts.front();
            }
        } else {
            bool told_to_leave = false;
            const auto next = lines_.next(signals_, told_to_leave);
            if (!next) {
                leaving_ = true;
                return;
            }
            line = *next;
        }
        const std::string_view word = trimmed(line);
        if (equals_ignoring_case(word, "back")) {
            screen_.clear_all();
            note("Here again.");
            return;
        }
        if (word == "/quit") {
            screen_.clear_all();
            leaving_ = true;
            return;
        }
        screen_.clear_all();
        screen_.neutral_page();
    }
}

void Conversation::leave() {
    leaving_ = true;
    screen_.clear_line();
    if (pipe_) {
        return;
    }
    const Session session = host_.session(settings_.conversation);
    if (session.safety.rank >= level_of_danger) {
        Say line;
        line.text = resource_line(pack_->resources, session.country, "suicide");
        line.resource = true;
        screen_.say(line);
    }
    Say kind;
    kind.text = settings_.keeps ? "Take care of yourself. We can go on from here whenever you like."
                                : "Take care of yourself. Nothing of this was kept.";
    screen_.say(kind);
    screen_.end_of_answer();
}

}  // namespace

int run(Host& host, std::shared_ptr<const Pack> pack, const Settings& settings) {
    use_utf8();
    Conversation conversation(host, std::move(pack), settings);
    return conversation.run();
}

}  // namespace befriend::terminal
