// SPDX-License-Identifier: Apache-2.0
#include "adapters/terminal/line_editor.hpp"

#include <histedit.h>
#include <langinfo.h>
#include <termios.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <cstring>
#include <utility>

namespace befriend::terminal {

void use_utf8() {
    std::setlocale(LC_ALL, "");
    if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
        // libedit drops every byte above 0x7F in the C locale.
        if (std::setlocale(LC_CTYPE, "C.UTF-8") == nullptr) {
            std::setlocale(LC_CTYPE, "en_US.UTF-8");
        }
    }
    // Numbers are read and written by our own code in one way everywhere.
    std::setlocale(LC_NUMERIC, "C");
}

struct LineEditor::Editor {
    std::string prompt;
    std::string line;
    EditLine* edit = nullptr;
    History* history = nullptr;
    termios original{};
    bool has_original = false;
    bool started = false;
    bool hide = false;

    static Editor* of(EditLine* edit) {
        void* self = nullptr;
        el_get(edit, EL_CLIENTDATA, &self);
        return static_cast<Editor*>(self);
    }
    static char* show_prompt(EditLine* edit) { return of(edit)->prompt.data(); }
    static unsigned char hide_screen(EditLine* edit, int) {
        of(edit)->hide = true;
        return CC_NORM;
    }

    // Neither echo nor line editing by the kernel while befriend is talking.
    void silence() const {
        if (!has_original) {
            return;
        }
        termios quiet = original;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
        quiet.c_cc[VMIN] = 1;
        quiet.c_cc[VTIME] = 0;
        tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet);
    }
};

LineEditor::LineEditor(std::string prompt) : editor_(std::make_unique<Editor>()) {
    Editor& editor = *editor_;
    editor.prompt = std::move(prompt);
    editor.has_original = tcgetattr(STDIN_FILENO, &editor.original) == 0;
    editor.edit = el_init("befriend", stdin, stdout, stderr);
    editor.history = history_init();
    HistEvent event;
    history(editor.history, &event, H_SETSIZE, 100);
    history(editor.history, &event, H_SETUNIQUE, 1);
    el_set(editor.edit, EL_CLIENTDATA, &editor);
    el_set(editor.edit, EL_PROMPT, &Editor::show_prompt);
    el_set(editor.edit, EL_EDITOR, "emacs");
    el_set(editor.edit, EL_HIST, ::history, editor.history);
    el_set(editor.edit, EL_SIGNAL, 0);
    el_set(editor.edit, EL_ADDFN, "befriend-hide", "Hide the conversation", &Editor::hide_screen);
    el_set(editor.edit, EL_BIND, "\033\033", "befriend-hide", nullptr);
    // Home, End, Delete as most terminals send them.
    el_set(editor.edit, EL_BIND, "\033[H", "ed-move-to-beg", nullptr);
    el_set(editor.edit, EL_BIND, "\033[F", "ed-move-to-end", nullptr);
    el_set(editor.edit, EL_BIND, "\033[3~", "ed-delete-next-char", nullptr);
    editor.silence();
}

LineEditor::~LineEditor() {
    Editor& editor = *editor_;
    if (editor.started) {
        el_set(editor.edit, EL_UNBUFFERED, 0);
    }
    history_end(editor.history);
    el_end(editor.edit);
    if (editor.has_original) {
        tcsetattr(STDIN_FILENO, TCSADRAIN, &editor.original);
    }
}

void LineEditor::start() {
    Editor& editor = *editor_;
    if (editor.started) {
        return;
    }
    editor.started = true;
    el_set(editor.edit, EL_UNBUFFERED, 1);  // draws the prompt, too
}

void LineEditor::pause() {
    Editor& editor = *editor_;
    if (!editor.started) {
        return;
    }
    editor.started = false;
    el_set(editor.edit, EL_UNBUFFERED, 0);
    editor.silence();
}

LineEditor::Key LineEditor::read_key() {
    Editor& editor = *editor_;
    int count = 0;
    const char* typed = el_gets(editor.edit, &count);
    if (editor.hide) {
        editor.hide = false;
        return Key::hide;
    }
    if (typed == nullptr || count <= 0) {
        return count < 0 ? Key::end : Key::more;
    }
    const char last = typed[count - 1];
    if (count == 1 && last == '\x04') {
        return Key::end;
    }
    if (last != '\n' && last != '\r') {
        return Key::more;
    }
    editor.line.assign(typed, static_cast<std::size_t>(count - 1));
    if (!editor.line.empty()) {
        HistEvent event;
        history(editor.history, &event, H_ENTER, editor.line.c_str());
    }
    pause();
    return Key::line;
}

std::string LineEditor::take_line() { return std::exchange(editor_->line, std::string()); }

std::string LineEditor::text() const {
    const LineInfo* info = el_line(editor_->edit);
    return std::string(info->buffer, info->lastchar);
}

void LineEditor::clear() {
    Editor& editor = *editor_;
    const bool was_started = editor.started;
    if (was_started) {
        // Leaving and entering the unbuffered mode starts an empty line.
        el_set(editor.edit, EL_UNBUFFERED, 0);
        el_set(editor.edit, EL_UNBUFFERED, 1);
    }
}

void LineEditor::redraw() {
    if (editor_->started) {
        el_set(editor_->edit, EL_REFRESH);
    }
}

void LineEditor::resize() { el_resize(editor_->edit); }

void LineEditor::resume() {
    Editor& editor = *editor_;
    if (!editor.started) {
        editor.silence();
        return;
    }
    const std::string typed = text();
    el_set(editor.edit, EL_UNBUFFERED, 0);
    el_set(editor.edit, EL_UNBUFFERED, 1);
    if (!typed.empty()) {
        el_insertstr(editor.edit, typed.c_str());
        el_set(editor.edit, EL_REFRESH);
    }
}

void LineEditor::forget() {
    HistEvent event;
    history(editor_->history, &event, H_CLEAR);
}

}  // namespace befriend::terminal
