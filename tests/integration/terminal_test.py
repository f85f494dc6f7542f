#!/usr/bin/env python3
"""A conversation in a terminal: keys, signals, window, hiding, plain mode."""
import re
import signal
import os
import time

from support import Home, Terminal, run, run_all

KIND = b"Take care of yourself."


def bubbles(output):
    """The text between the person's lines, without escape sequences."""
    return re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", output)


def test_a_line_is_answered_and_control_d_leaves_kindly():
    with Home() as home:
        terminal = Terminal(home, "chat", "--no-pause")
        terminal.wait_for(b"> ")
        assert len(bubbles(terminal.say("I had a long day"))) > 30
        terminal.type(b"\x04")
        assert terminal.end() == 0
        assert KIND in terminal.output


def test_control_c_asks_nothing_and_leaves_at_once():
    with Home() as home:
        terminal = Terminal(home, "chat")
        terminal.wait_for(b"> ")
        terminal.say("hello")
        terminal.type(b"half a line")
        terminal.read(0.3)
        terminal.type(b"\x03")
        assert terminal.end() == 0
        last_words = terminal.output[terminal.marked:]
        assert KIND in last_words and b"?" not in bubbles(last_words), last_words


def test_control_c_while_befriend_types():
    with Home() as home:
        terminal = Terminal(home, "chat")
        terminal.wait_for(b"> ")
        terminal.type(b"I feel so alone\r\x03")
        assert terminal.end() == 0
        assert KIND in terminal.output


def test_terminate_leaves_kindly_too():
    with Home() as home:
        terminal = Terminal(home, "chat", "--no-pause")
        terminal.wait_for(b"> ")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.end() == 0


def test_a_resized_window_keeps_the_line_and_wraps_anew():
    with Home() as home:
        terminal = Terminal(home, "chat", "--no-pause")
        terminal.wait_for(b"> ")
        terminal.type(b"my boss ignored")
        terminal.read(0.3)
        terminal.resize(20, 40)
        terminal.read(0.3)
        terminal.mark()
        terminal.type(b" me\r")
        terminal.read(1.5)
        terminal.say("/help")
        lines = bubbles(terminal.output[terminal.marked:]).decode("utf-8", "replace").split("\r\n")
        terminal.say("/save %s/words.txt" % home.path)
        terminal.type(b"\x04")
        assert terminal.end() == 0
        with open(home.path + "/words.txt", encoding="utf-8") as words:
            assert "> my boss ignored me" in words.read()
        assert lines


def test_bubbles_fit_a_narrow_window():
    with Home() as home:
        terminal = Terminal(home, "chat", "--no-pause", size=(24, 30))
        terminal.wait_for(b"> ")
        printed = bubbles(terminal.output).decode()
        terminal.type(b"\x04")
        terminal.end()
        for line in printed.split("\r\n"):
            assert len(line) <= 30, line


def test_letters_of_every_alphabet_in_any_locale():
    with Home() as home:
        for locale in ("C", "C.UTF-8"):
            terminal = Terminal(home, "chat", "--no-pause", "--private", LC_ALL=locale)
            terminal.wait_for(b"> ")
            terminal.say("caf\u00e9 \u4f60\u597d \U0001f62d")
            file = home.path + "/words-" + locale
            terminal.say("/save " + file)
            terminal.type(b"\x04")
            terminal.end()
            with open(file, encoding="utf-8") as words:
                assert "> caf\u00e9 \u4f60\u597d \U0001f62d\n" in words.read()


def test_pasted_lines_are_one_message():
    with Home() as home:
        terminal = Terminal(home, "chat", "--no-pause")
        terminal.wait_for(b"> ")
        terminal.type(b"I can't sleep\rmy exam is tomorrow\rand I know nothing\r")
        terminal.read(1.5)
        state = terminal.say("/state")
        terminal.type(b"\x04")
        terminal.end()
        assert b" 1 messages" in state, state


def test_escape_twice_hides_and_back_returns():
    with Home() as home:
        terminal = Terminal(home, "chat", "--no-pause")
        terminal.wait_for(b"> ")
        terminal.say("I made him angry again")
        terminal.type(b"\x1b\x1b")
        hidden = terminal.wait_for(b"Clouds")
        assert b"\x1b[3J" in hidden, "the scrollback is cleared, too"
        assert b"befriend" not in hidden.lower()
        terminal.type(b"anything\r")
        assert b"befriend" not in terminal.wait_for(b"Clouds").lower()
        terminal.type(b"back\r")
        terminal.wait_for(b"Here again")
        terminal.type(b"\x04")
        assert terminal.end() == 0


def test_the_word_weather_hides_and_is_kept_nowhere():
    with Home() as home:
        terminal = Terminal(home, "chat", "--no-pause")
        terminal.wait_for(b"> ")
        before = terminal.say("/state")
        terminal.type(b"Weather\r")
        assert b"\x1b[3J" in terminal.wait_for(b"Clouds")
        terminal.type(b"back\r")
        terminal.wait_for(b"Here again")
        after = terminal.say("/state")
        terminal.type(b"\x04")
        terminal.end()
        assert re.findall(rb"\d+ messages", before) == re.findall(rb"\d+ messages", after)
        for file in home.files():
            with open(file, "rb") as bytes_of_file:
                assert b"eather" not in bytes_of_file.read()


def test_quit_clears_the_screen_and_says_nothing():
    with Home() as home:
        terminal = Terminal(home, "chat", "--no-pause")
        terminal.wait_for(b"> ")
        terminal.type(b"/quit\r")
        assert terminal.end() == 0
        assert b"\x1b[3J" in terminal.output[terminal.marked:]
        assert KIND not in terminal.output


def test_the_commands_answer():
    with Home() as home:
        terminal = Terminal(home, "chat", "--no-pause")
        terminal.wait_for(b"> ")
        terminal.say("I'm such an idiot")
        assert b"/undo" in terminal.say("/help")
        assert b"waits at" in terminal.say("/why full")
        assert len(bubbles(terminal.say("/why"))) > 20
        assert b"safety level" in terminal.say("/state")
        assert b"rules" in terminal.say("/trace on")
        assert b"waits at" in terminal.say("and it was my fault")
        terminal.say("/trace off")
        assert b"taken back" in terminal.say("/undo")
        assert b"Written to" in terminal.say("/export %s/memory.json" % home.path)
        assert os.stat(home.path + "/memory.json").st_mode & 0o777 == 0o600
        assert len(bubbles(terminal.say("/resources"))) > 30
        assert b"I know no /fly" in terminal.say("/fly")
        assert len(bubbles(terminal.say("/forget"))) > 20
        terminal.type(b"\x04")
        assert terminal.end() == 0


def test_no_color_and_plain():
    with Home() as home:
        terminal = Terminal(home, "chat", "--no-pause", "--private", NO_COLOR="1")
        terminal.wait_for(b"> ")
        terminal.say("/help")
        terminal.type(b"\x04")
        terminal.end()
        assert not re.search(rb"\x1b\[[0-9;]*m", terminal.output)

        terminal = Terminal(home, "chat", "--plain", "--private")
        terminal.wait_for(b"you: ")
        terminal.type(b"hello\r")
        terminal.wait_for(b"befriend: ")
        terminal.type(b"\x04")
        assert terminal.end() == 0
        assert b"\x1b" not in terminal.output


def test_a_pipe_is_read_line_by_line():
    with Home() as home:
        code, out, _ = run(home, ["chat"], "hello\nI'm such an idiot\n\nstop\n")
        assert code == 0
        text = out.decode()
        assert text.count("befriend: ") >= 4 and "\x1b" not in text, text


def test_the_typing_pause_can_be_turned_off():
    with Home() as home:
        terminal = Terminal(home, "chat", "--private")
        terminal.wait_for(b"> ")
        terminal.say("/pause off")
        started = time.monotonic()
        terminal.say("I am tired")
        assert b"..." not in bubbles(terminal.output[terminal.marked:]).split(b"\r\n")[1]
        assert time.monotonic() - started < 3
        terminal.type(b"\x04")
        terminal.end()


def test_a_practice_is_paced_and_any_key_stops_it():
    with Home() as home:
        terminal = Terminal(home, "chat", "--no-pause", "--private", "--at", "p2_breathing/begin")
        terminal.wait_for(b"any other key: stop")
        terminal.type(b"\r")
        terminal.wait_for(b"any other key: stop")
        assert terminal.output[terminal.marked:].count(b"\n") >= 2, "Enter goes on to the next line"
        terminal.type(b"x")
        stopped = bubbles(terminal.wait_for(b"\n> "))
        assert b"?" not in stopped and len(stopped) > 20, stopped
        terminal.say("I feel a bit better")
        terminal.type(b"\x04")
        assert terminal.end() == 0


def test_writing_during_a_practice_is_a_message():
    with Home() as home:
        terminal = Terminal(home, "chat", "--no-pause", "--private", "--at", "p2_breathing/begin")
        terminal.wait_for(b"any other key: stop")
        terminal.type(b"this makes me dizzy\r")
        terminal.read(1.5)
        terminal.say("/save %s/words.txt" % home.path)
        terminal.type(b"\x04")
        assert terminal.end() == 0
        with open(home.path + "/words.txt", encoding="utf-8") as words:
            assert "> this makes me dizzy\n" in words.read()


def test_a_program_stopped_and_continued_keeps_the_line():
    with Home() as home:
        terminal = Terminal(home, "chat", "--no-pause", "--private")
        terminal.wait_for(b"> ")
        terminal.type(b"my boss")
        terminal.read(0.3)
        os.kill(terminal.pid, signal.SIGSTOP)
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.read(0.3)
        terminal.say(" ignored me")
        terminal.say("/save %s/words.txt" % home.path)
        terminal.type(b"\x04")
        assert terminal.end() == 0
        with open(home.path + "/words.txt", encoding="utf-8") as words:
            assert "> my boss ignored me\n" in words.read()


run_all(globals())
