#!/usr/bin/env python3
"""befriend run: nothing is lost and nothing said twice, wherever the program dies."""
import atexit
import json
import os
import queue
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

from support import BINARY, Home, run, run_all

# The compiled pack is shared, so that every start but the first is quick.
CACHE = tempfile.mkdtemp(prefix="befriend-test-cache-")
atexit.register(shutil.rmtree, CACHE, True)
KILLABLE = os.path.join(os.path.dirname(BINARY), "befriend_killable")
WORDS = ["hello", "I failed my exam", "i'm such an idiot", "yes", "my sister Zebulonia said so, too", "thanks"]


class Bot:
    """befriend run with the jsonl transport; `binary` may be the one that can die at chosen places."""

    def __init__(self, home, extra="", binary=BINARY, tables="", store_keys="", **environment):
        self.home = home
        config = os.path.join(home.path, "befriend.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'[jsonl]\n[store]\nfile = "{self.store}"\n{store_keys}\n[log]\nlevel = "debug"\n'
                       f"[limits]\nstop_seconds = 2\n{extra}\n{tables}\n")
        self.errors_path = os.path.join(home.path, "log")
        self.errors = open(self.errors_path, "ab")
        self.process = subprocess.Popen([binary, "run", "--config", config], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors, env=home.environment(XDG_CACHE_HOME=CACHE, **environment))
        self.lines = queue.Queue()
        self.seen = []
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def store(self):
        return os.path.join(self.home.path, "bot.db")

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put(None)

    def give(self, **line):
        try:
            self.process.stdin.write(json.dumps(line).encode() + b"\n")
            self.process.stdin.flush()
            return True
        except BrokenPipeError:
            return False

    def until(self, wanted, seconds=30):
        """Reads lines until one fits; None when the program ended before."""
        end = time.monotonic() + seconds
        while True:
            try:
                line = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"nothing came; so far {self.seen[-5:]}; log: {self.log()[-5:]}")
            if line is None:
                self.lines.put(None)
                return None
            self.seen.append(line)
            if wanted(line):
                return line

    def say(self, conversation, event, text, **more):
        """True once the event is stored."""
        self.give(conversation=conversation, id=event, text=text, **more)
        line = self.until(lambda x: x.get("taken") == event and x["conversation"] == conversation or x.get("id") == event)
        return line is not None and "taken" in line

    def log(self):
        with open(self.errors_path, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.startswith("{")]

    def wait_for_log(self, event, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = [line for line in self.log() if line["event"] == event]
            if found:
                return found[-1]
            time.sleep(0.05)
        raise AssertionError(f"no {event} in {self.log()[-8:]}")

    def end(self):
        """The end of the lines: what was begun is finished. The exit code."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        return self.wait()

    def wait(self):
        self.until(lambda line: False)
        code = self.process.wait(30)
        self.errors.close()
        return code

    def deliveries(self):
        return [line for line in self.seen if "deliver" in line]


def remember_outbox(store):
    """Makes the store itself note everything that is ever put into its outbox."""
    database = sqlite3.connect(store)
    database.executescript("create table ever(session_id, seq, txn_id, payload);"
                           "create trigger noted after insert on outbox begin "
                           "insert into ever values(new.session_id, new.seq, new.txn_id, new.payload); end;")
    database.close()


def rows(store, sql):
    database = sqlite3.connect("file:%s?mode=ro" % store, uri=True)
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def shown(payload):
    return any(key in json.loads(payload) for key in ("say", "offer", "show"))


def check_exactly_once(store, deliveries, events):
    """Every event in one turn; every answer of every turn delivered, in order, once by id."""
    for conversation, count in events.items():
        answered = rows(store, f"select count(*) from inbox where session_id = 'jsonl:{conversation}' and event_id like 'e%'")
        assert answered == [(count,)], (conversation, answered)
        ever = rows(store, f"select txn_id, payload from ever where session_id = 'jsonl:{conversation}' order by seq")
        wanted = [txn for txn, payload in ever if shown(payload)]
        assert len(set(wanted)) == len(wanted) and wanted
        got = []
        for line in deliveries:
            if line["conversation"] == conversation and line["deliver"] not in got:
                got.append(line["deliver"])
        assert got == wanted, (conversation, got, wanted)
    assert rows(store, "select count(*) from outbox") == [(0,)]


def empty_store(home):
    bot = Bot(home)
    assert bot.end() == 0, bot.log()
    remember_outbox(bot.store)
    return bot.store


def test_a_kill_at_any_step_of_a_turn_loses_and_repeats_nothing():
    if not os.path.exists(KILLABLE):
        raise unittest.SkipTest("befriend_killable is not built")
    for point in ("before_commit", "after_commit", "after_send", "after_mark"):
        for nth in (1, 4):
            with Home() as home:
                store = empty_store(home)
                events = [(conversation, f"e{i}", text) for i, text in enumerate(WORDS) for conversation in ("a", "b")]
                bot = Bot(home, binary=KILLABLE, BEFRIEND_KILL_AT=f"{point}:{nth}")
                stored = 0
                for event in events:
                    if not bot.say(*event):
                        break
                    stored += 1
                code = bot.wait() if bot.process.poll() is not None or stored < len(events) else bot.end()
                assert code == -signal.SIGKILL, (point, nth, code)
                first = bot.deliveries()
                # The transport begins again where it stands for sure; one event more comes twice.
                bot = Bot(home)
                for event in events[max(0, stored - 1):]:
                    assert bot.say(*event)
                assert bot.end() == 0
                second = bot.deliveries()
                check_exactly_once(store, first + second, {"a": len(WORDS), "b": len(WORDS)})
                # Only what was sent and not yet marked goes out again, with the same id: the last one.
                repeated = {d["deliver"] for d in first} & {d["deliver"] for d in second}
                last = {d["conversation"]: d["deliver"] for d in first}
                assert repeated <= set(last.values()), (point, nth, repeated)
                assert rows(store, "select distinct version from session") == [(len(WORDS),)]


def test_a_kill_in_a_flood():
    if not os.path.exists(KILLABLE):
        raise unittest.SkipTest("befriend_killable is not built")
    for point in ("before_commit:3", "after_commit:2", "after_send:3"):
        with Home() as home:
            store = empty_store(home)
            events = [(f"c{i % 5}", f"e{i}", WORDS[i % len(WORDS)]) for i in range(100)]
            bot = Bot(home, binary=KILLABLE, BEFRIEND_KILL_AT=point)
            for conversation, event, text in events:
                if not bot.give(conversation=conversation, id=event, text=text):
                    break
            assert bot.wait() == -signal.SIGKILL
            first = bot.deliveries()
            bot = Bot(home)
            for conversation, event, text in events:
                bot.give(conversation=conversation, id=event, text=text)
            taken = 0
            while taken < len(events):
                line = bot.until(lambda x: "taken" in x or "error" in x)
                assert line and "taken" in line, line
                taken += 1
            assert bot.end() == 0
            check_exactly_once(store, first + bot.deliveries(), {f"c{i}": 20 for i in range(5)})


def test_messages_that_wait_together_become_one_turn():
    with Home() as home:
        store = empty_store(home)
        bot = Bot(home)
        given = b"".join(json.dumps({"conversation": "a", "id": f"e{i}", "text": WORDS[i % len(WORDS)]}).encode() + b"\n"
                         for i in range(60))
        bot.process.stdin.write(given)
        assert bot.end() == 0
        assert len([line for line in bot.seen if "taken" in line]) == 60
        check_exactly_once(store, bot.deliveries(), {"a": 60})
        turns = rows(store, "select version from session")[0][0]
        assert turns < 20, turns


def test_a_store_that_another_program_holds():
    with Home() as home:
        bot = Bot(home)
        bot.wait_for_log("ready")
        code, _, errors = run(home, ["run", "--config", os.path.join(home.path, "befriend.toml")])
        assert code == 2 and b"already open" in errors, (code, errors)
        assert bot.say("a", "e1", "hello") and bot.end() == 0


def test_a_broken_pack_is_refused_and_the_old_one_goes_on():
    with Home() as home:
        pack = os.path.join(home.path, "pack")
        os.makedirs(os.path.join(pack, "dialogs"))
        bot = Bot(home, tables=f'[pack]\nfolder = "{pack}"')
        bot.wait_for_log("ready")
        broken = os.path.join(pack, "dialogs", "broken.yaml")
        with open(broken, "w", encoding="utf-8") as file:
            file.write("dialog: broken\nversion: 1\nkind: nonsense\nsteps: []\n")
        bot.process.send_signal(signal.SIGHUP)
        refused = bot.wait_for_log("reload_refused")
        assert "broken.yaml:3:" in refused["why"] and "error[BF" in refused["why"], refused
        assert bot.say("a", "e1", "hello")
        os.remove(broken)
        bot.process.send_signal(signal.SIGHUP)
        bot.wait_for_log("reloaded")
        assert bot.say("a", "e2", "I failed my exam") and bot.end() == 0


def test_sigterm_in_the_middle():
    with Home() as home:
        store = empty_store(home)
        bot = Bot(home)
        bot.give(hold=True)
        assert bot.say("a", "e0", "hello")
        bot.process.send_signal(signal.SIGTERM)
        # It tries to deliver for two seconds, then leaves it to the next start.
        assert bot.wait() == 0 and not bot.deliveries()
        assert rows(store, "select count(*) from outbox")[0][0] > 0
        bot = Bot(home)
        for i in range(1, 40):
            bot.give(conversation="a", id=f"e{i}", text=WORDS[i % len(WORDS)])
        bot.until(lambda x: "taken" in x)
        bot.process.send_signal(signal.SIGTERM)
        assert bot.wait() == 0
        first = bot.deliveries()
        bot = Bot(home)
        for i in range(40):
            bot.give(conversation="a", id=f"e{i}", text=WORDS[i % len(WORDS)])
        assert bot.end() == 0
        check_exactly_once(store, first + bot.deliveries(), {"a": 40})


def test_a_deadline_outlives_a_restart_and_waits_for_what_was_said_before():
    with Home() as home:
        long_ago = int((time.time() - 24 * 3600) * 1000)
        bot = Bot(home)
        bot.give(hold=True)
        for i, text in enumerate(WORDS * 3):
            assert bot.say("a", f"e{i}", text, at=long_ago + i)
            turns, deadline = rows(bot.store, "select version, deadline_ms from session")[0]
            if deadline:
                break
        assert deadline and deadline < time.time() * 1000, "no dialog waits for a silence; choose other words"
        bot.process.send_signal(signal.SIGTERM)
        assert bot.wait() == 0
        assert rows(bot.store, "select version from session") == [(turns,)], "woken although nothing was delivered"
        bot = Bot(home)
        end = time.monotonic() + 20
        while rows(bot.store, "select version from session") == [(turns,)]:
            assert time.monotonic() < end, bot.log()
            time.sleep(0.05)
        assert bot.end() == 0
        assert len(rows(bot.store, "select event_id from inbox where event_id like 'deadline%'")) >= 1


def test_health_metrics_and_a_log_without_words():
    with Home() as home:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        bot = Bot(home, tables=f"[metrics]\nport = {port}")
        assert bot.say("secretroom", "e1", "my sister Zebulonia left me")
        assert bot.say("secretroom", "e1", "my sister Zebulonia left me")

        def get(path):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as problem:
                return problem.code, problem.read().decode()

        assert get("/healthz") == (200, "ok\n")
        status, text = get("/metrics")
        assert status == 200 and "befriend_turns_total 1\n" in text and "befriend_duplicates_total 1\n" in text, text
        assert 'befriend_turn_seconds_bucket{le="+Inf"} 1\n' in text
        assert get("/nothing")[0] == 404
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(b"POST /metrics HTTP/1.1\r\n\r\n")
            assert raw.recv(100).startswith(b"HTTP/1.1 405")
        assert bot.end() == 0
        with open(bot.errors_path, encoding="utf-8") as file:
            log = file.read()
        for line in log.splitlines():
            assert {"at", "level", "event"} <= set(json.loads(line)), line
        for word in ("Zebulonia", "secretroom", "sister"):
            assert word not in log, word


def test_systemd_is_told():
    with Home() as home:
        path = os.path.join(home.path, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.bind(path)
            told.settimeout(20)
            bot = Bot(home, NOTIFY_SOCKET=path, WATCHDOG_USEC="200000")
            got = [told.recv(100) for _ in range(3)]
            assert b"READY=1" in got and got.count(b"WATCHDOG=1") >= 1, got
            bot.process.send_signal(signal.SIGTERM)
            while b"STOPPING=1" not in got:
                got.append(told.recv(100))
            assert bot.wait() == 0


def test_the_unit_leaves_the_bot_little_to_break():
    if shutil.which("systemd-analyze") is None:
        raise unittest.SkipTest("no systemd-analyze here")
    unit = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "adapters", "host", "befriend.service")
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", unit],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_an_encrypted_store_shows_nothing_and_knows_its_key():
    with Home() as home:
        for name in ("right.key", "wrong.key"):
            with open(os.path.join(home.path, name), "w", encoding="utf-8") as file:
                file.write(os.urandom(32).hex() + "\n")
            os.chmod(file.name, 0o600)
        right, wrong = (os.path.join(home.path, name) for name in ("right.key", "wrong.key"))
        bot = Bot(home, store_keys=f'key_file = "{right}"')
        assert bot.say("secretroom", "e1", "my sister Zebulonia left me")
        assert bot.say("secretroom", "e2", "it was in Quibbleton")
        bot.process.kill()
        bot.wait()
        for name in os.listdir(home.path):
            if name.startswith("bot.db"):
                with open(os.path.join(home.path, name), "rb") as file:
                    everything = file.read()
                for word in (b"Zebulonia", b"Quibbleton", b"secretroom", b"befriend, a computer"):
                    assert word not in everything, (name, word)
        # It goes on with the right key only.
        assert Bot(home, store_keys=f'key_file = "{wrong}"').wait() == 2
        assert Bot(home).wait() == 2
        bot = Bot(home, store_keys=f'key_file = "{right}"')
        assert bot.say("secretroom", "e2", "it was in Quibbleton") and bot.say("secretroom", "e3", "thanks")
        assert bot.end() == 0
        code, out, _ = run(home, ["store", "check", bot.store, "--key-file", right, "--json"])
        report = json.loads(out)
        assert code == 0 and report["encrypted"] and report["texts_read"] and report["problems"] == [], report
        assert run(home, ["store", "check", bot.store, "--key-file", wrong])[0] == 2
        # A row that was put back in an older version is noticed.
        database = sqlite3.connect(bot.store)
        database.execute("update session set version = version + 1")
        database.commit()
        database.close()
        code, out, _ = run(home, ["store", "check", bot.store, "--key-file", right])
        assert code == 1 and b"changed" in out, (code, out)


def test_a_backup_while_the_bot_runs():
    with Home() as home:
        bot = Bot(home)
        assert bot.say("a", "e1", "hello") and bot.say("b", "e1", "hello")
        copy = os.path.join(home.path, "copy.db")
        code, out, errors = run(home, ["store", "backup", bot.store, "--to", copy, "--json"])
        assert code == 0 and json.loads(out) == {"backup": copy}, errors
        assert os.stat(copy).st_mode & 0o077 == 0
        assert run(home, ["store", "backup", bot.store, "--to", copy])[0] == 2, "an older copy is overwritten"
        assert bot.say("a", "e2", "thanks") and bot.end() == 0
        assert json.loads(run(home, ["store", "check", copy, "--json"])[1])["conversations"] == 2
        assert run(home, ["store", "check", os.path.join(home.path, "none.db")])[0] == 2


def test_the_config_is_checked_and_explained():
    with Home() as home:
        path = os.path.join(home.path, "befriend.toml")

        def check(text, *more):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            return run(home, ["config", "check", path, *more])

        assert check("[jsonl]\n")[0] == 0
        for text, place, code in (("[jsonl]\n[store]\nfil = 'x'\n", "3:1", "BF0402"), ("[jsonl]\n[stor]\n", "2:2", "BF0402"),
                                  ("[jsonl\n", "1:7", "BF0401"), ("[jsonl]\n[metrics]\nport = 'x'\n", "3:8", "BF0403"),
                                  ("[jsonl]\n[metrics]\nport = 70000\n", "3:8", "BF0404"), ("[store]\n", "1:1", "BF0407"),
                                  ("[jsonl]\n[store]\npassphrase = 'x'\n", "3:1", "BF0405"),
                                  ("[jsonl]\n[store]\nkey_file = '/no/where'\n", "3:12", "BF0406")):
            status, out, _ = check(text)
            assert status == 1 and f"{path}:{place}: error[{code}]".encode() in out, (text, out)
            found = json.loads(check(text, "--json")[1])["diagnostics"]
            assert [d["code"] for d in found] == [code], found
            assert run(home, ["run", "--config", path])[0] == 2
        assert b'did you mean "file"' in check("[jsonl]\n[store]\nfil = 'x'\n")[1]
        example = run(home, ["config", "example"])[1].decode()
        live = "\n".join(line[1:] if line.startswith("#") and not line.startswith("# ") and "_file" not in line else line
                         for line in example.splitlines())
        assert check(live)[0] == 0, check(live)
        keys = json.loads(run(home, ["config", "explain", "--json"])[1])["keys"]
        page = run(home, ["config", "--explain"])[1].decode()
        assert len(keys) > 12 and all(key["about"] in page and key["key"] in example for key in keys)


if __name__ == "__main__":
    run_all(globals())
