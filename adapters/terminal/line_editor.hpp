// SPDX-License-Identifier: Apache-2.0
//
// One line of input with editing and history, fed key by key: the caller waits for the descriptor
// and calls read_key(), so timers and signals go on while somebody types. History lives in memory
// only.
#pragma once

#include <memory>
#include <string>

namespace befriend::terminal {

// Makes sure that characters are read and written as UTF-8, also in the C locale.
void use_utf8();

class LineEditor {
public:
    explicit LineEditor(std::string prompt);
    ~LineEditor();
    LineEditor(const LineEditor&) = delete;
    LineEditor& operator=(const LineEditor&) = delete;

    // Shows the prompt and takes keys from now on. Does nothing when it already does.
    void start();
    // Takes no keys and echoes none; what is typed meanwhile waits in the descriptor.
    void pause();

    enum class Key {
        more,  // the line goes on
        line,  // Enter: take_line() has it
        end,   // Ctrl-D on an empty line, or the terminal is gone
        hide,  // Escape twice
    };
    // Requires: started, and the descriptor is readable.
    Key read_key();

    std::string take_line();
    // What stands in the line now.
    std::string text() const;
    void clear();
    // Draws prompt and line anew, for instance after something was printed over them.
    void redraw();
    // The window has another size.
    void resize();
    // The program was stopped and goes on: somebody else had the terminal.
    void resume();
    // Earlier lines can no longer be called back.
    void forget();

private:
    struct Editor;  // histedit.h stays out of this header
    std::unique_ptr<Editor> editor_;
};

}  // namespace befriend::terminal
