#!/usr/bin/env python3
"""What is kept, and what happens when it cannot be kept."""
import os
import random
import resource
import sqlite3

from support import Home, Terminal, run, run_all


def version(home):
    database = sqlite3.connect("file:%s?mode=ro" % home.database, uri=True)
    try:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
        row = database.execute("select version from session").fetchone()
        return row[0] if row else 0
    finally:
        database.close()


def test_the_conversation_goes_on_after_a_restart():
    with Home() as home:
        code, first, _ = run(home, ["chat"], "I'm such an idiot\n")
        assert code == 0
        before = version(home)
        code, second, _ = run(home, ["chat"], "hello again\n")
        assert code == 0 and version(home) > before
        # The welcome is said once in a life.
        assert first.split(b"\n")[0] != second.split(b"\n")[0]
        for file in home.files():
            assert os.stat(file).st_mode & 0o077 == 0, file
        assert os.stat(os.path.dirname(home.database)).st_mode & 0o077 == 0


def test_the_conversation_goes_on_after_a_kill():
    with Home() as home:
        terminal = Terminal(home, "chat", "--no-pause")
        terminal.wait_for(b"> ")
        terminal.say("my boss ignored me")
        terminal.kill()
        before = version(home)
        assert before >= 2
        code, _, errors = run(home, ["chat"], "hello\n")
        assert code == 0 and not errors and version(home) > before


def test_private_keeps_nothing():
    with Home() as home:
        code, out, _ = run(home, ["chat", "--private"], "a secret word\nstop\n")
        assert code == 0 and b"befriend: " in out
        assert home.files() == []


def test_a_home_that_cannot_be_written():
    for folder in ("/proc/nowhere", "/dev/null/data"):
        with Home() as home:
            code, out, _ = run(home, ["chat"], "hello\nI am sad\n", XDG_DATA_HOME=folder)
            assert code == 0
            assert out.count(b"nothing is being saved") == 1, out
            assert out.count(b"befriend: ") >= 3


def test_a_damaged_database_is_left_as_it_is():
    with Home() as home:
        run(home, ["chat"], "hello\n")
        with open(home.database, "r+b") as file:
            file.write(b"\x00garbage" * 600)
        with open(home.database, "rb") as file:
            damaged = file.read()
        code, out, _ = run(home, ["chat"], "hello\nI am sad\n")
        assert code == 0
        assert out.count(b"is damaged") == 1, out
        assert out.count(b"befriend: ") >= 3
        with open(home.database, "rb") as file:
            assert file.read() == damaged


def test_a_full_disk():
    with Home() as home:
        run(home, ["chat"], "hello\nI'm such an idiot\n")
        before = version(home)

        def no_room():
            # Enough for SQLite's index of its log, soon not for the log.
            resource.setrlimit(resource.RLIMIT_FSIZE, (48 * 1024, 48 * 1024))

        lines = "\n".join("line number %d" % i for i in range(40))
        code, out, _ = run(home, ["chat"], lines, preexec=no_room)
        assert code == 0
        assert out.count(b"no room on the disk") == 1, out
        assert out.count(b"befriend: ") >= 40
        # What was saved is whole, and the next conversation saves again.
        middle = version(home)
        assert middle >= before
        code, out, _ = run(home, ["chat"], "hello\n")
        assert code == 0 and b"no room" not in out and version(home) > middle


def test_no_room_from_the_start():
    with Home() as home:

        def no_room():
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

        # Standard output is a pipe, so it does not count.
        code, out, _ = run(home, ["chat"], "hello\nI am sad\n", preexec=no_room)
        assert code == 0
        assert out.count(b"nothing new is being saved") == 1, out
        assert out.count(b"befriend: ") >= 3


def test_a_second_window_is_told_politely():
    with Home() as home:
        terminal = Terminal(home, "chat", "--no-pause")
        terminal.wait_for(b"> ")
        code, out, _ = run(home, ["chat"], "hello\n")
        assert code == 0 and out.count(b"already open") == 1 and b"befriend: " in out
        terminal.say("still fine")
        terminal.type(b"\x04")
        assert terminal.end() == 0


def test_a_database_from_a_newer_befriend():
    with Home() as home:
        run(home, ["chat"], "hello\n")
        database = sqlite3.connect(home.database)
        database.execute("pragma user_version = 99")
        database.commit()
        database.close()
        code, out, _ = run(home, ["chat"], "hello\n")
        assert code == 0 and out.count(b"newer befriend") == 1


def test_any_bytes_are_welcome():
    with Home() as home:
        dice = random.Random(5)
        hostile = b"".join(bytes(dice.randrange(256) for _ in range(dice.randrange(300))) + b"\n" for _ in range(60))
        hostile += b"\x1b]0;owned\x07\x1b[2J\n" + b"a" * 1_000_000 + b"\n" + b"\xf0\x9f\x98\xad" * 3000 + b"\n\x00\x00\n"
        code, out, errors = run(home, ["chat"], hostile)
        assert code == 0, errors
        assert b"\x1b" not in out and b"\x07" not in out and b"\x00" not in out
        out.decode("utf-8")
        assert out.count(b"befriend: ") >= 60
        assert version(home) > 0


def test_forgetting_leaves_no_words_behind():
    with Home() as home:
        run(home, ["chat"], "I'm such an idiot\nmy friend Zebulonia left me\nforget everything\nyes\n")
        for file in home.files():
            with open(file, "rb") as bytes_of_file:
                assert b"Zebulonia" not in bytes_of_file.read(), file


run_all(globals())
