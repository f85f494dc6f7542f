"""People who write to a real Synapse (synapse.py), and the bot itself."""
import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse

from synapse import PASSWORD, Synapse, free_port

def wait_until(condition, seconds, what):
    """The first true value of condition(); fails after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.1)


class Homeserver(Synapse):
    """A server whose people talk for themselves."""

    def __init__(self):
        super().__init__()
        self.names = 0

    def register(self, name, password=PASSWORD):
        """A new person; the number makes the name unused."""
        self.names += 1
        name = f"{name}{self.names}"
        return Person(self, f"@{name}:localhost", super().register(name, password=password))


class Http:
    """One keep-alive connection; makes a new one when it was closed."""

    def __init__(self, server, token=None):
        self.server = server
        self.token = token
        self.connection = None
        self.lock = threading.Lock()

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        with self.lock:
            for attempt in (1, 2):
                try:
                    if self.connection is None:
                        self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
                    self.connection.request(method, path, data, headers)
                    response = self.connection.getresponse()
                    return response.status, json.loads(response.read() or b"{}")
                except (OSError, http.client.HTTPException):
                    self.connection = None
                    if attempt == 2:
                        raise OSError("the homeserver does not answer")
        return None


def quoted(text):
    return urllib.parse.quote(text, safe="")


class Person:
    def __init__(self, server, user, token):
        self.server = server
        self.user = user
        self.http = Http(server, token)
        self.sent = 0

    def call(self, method, path, body=None, expect=200):
        status, answer = self.http.call(method, "/_matrix/client/v3" + path, body)
        assert expect is None or status == expect, (method, path, status, answer)
        return answer

    def room(self, *invited, direct=False, **more):
        body = {"invite": list(invited), "is_direct": direct, "preset": "trusted_private_chat"}
        body.update(more)
        return self.call("POST", "/createRoom", body)["room_id"]

    def direct(self, bot):
        """A chat with the bot, once it has joined and greeted."""
        room = self.room(bot.user, direct=True)
        wait_until(lambda: self.words_of(bot, room), 60, "the bot greets")
        return room

    def send(self, room, content, kind="m.room.message", expect=200):
        """The event's id; None when the homeserver may refuse it (`expect` None) and did."""
        self.sent += 1
        return self.call("PUT", f"/rooms/{quoted(room)}/send/{quoted(kind)}/{os.getpid()}-{self.sent}",
                         content, expect).get("event_id")

    def say(self, room, text, **more):
        return self.send(room, {"msgtype": "m.text", "body": text, **more})

    def mention(self, bot, room, text, **more):
        return self.say(room, text, **{"m.mentions": {"user_ids": [bot.user]}}, **more)

    def join(self, room):
        self.call("POST", f"/join/{quoted(room)}", {})

    def invite(self, room, user):
        self.call("POST", f"/rooms/{quoted(room)}/invite", {"user_id": user})

    def leave(self, room):
        self.call("POST", f"/rooms/{quoted(room)}/leave", {})

    def state(self, room, kind, content):
        return self.call("PUT", f"/rooms/{quoted(room)}/state/{kind}/", content)["event_id"]

    def redact(self, room, event):
        self.sent += 1
        return self.call("PUT", f"/rooms/{quoted(room)}/redact/{quoted(event)}/r{os.getpid()}-{self.sent}",
                         {})["event_id"]

    def events(self, room, most=1000):
        """The room's events, oldest first."""
        found, start = [], ""
        while len(found) < most:
            page = self.call("GET", f"/rooms/{quoted(room)}/messages?dir=b&limit=100{start}")
            found += page["chunk"]
            if "end" not in page or not page["chunk"]:
                break
            start = "&from=" + quoted(page["end"])
        return found[::-1]

    def words_of(self, who, room, after=None):
        """The message events of `who`, only those after the event `after`."""
        events = self.events(room)
        if after:
            place = [i for i, e in enumerate(events) if e["event_id"] == after]
            events = events[place[0] + 1:] if place else []
        return [e for e in events if e["sender"] == who.user and e["type"] == "m.room.message"
                and "body" in e["content"]]

    def ask(self, bot, room, text, seconds=30):
        """Says it and waits for the answer: the texts of the bubbles."""
        event = self.say(room, text)
        return self.answers_after(bot, room, event, text, seconds)

    def answers_after(self, bot, room, event, what, seconds=30):
        wait_until(lambda: self.words_of(bot, room, event), seconds, f"an answer to {what!r}")
        count = -1
        answers = []
        while len(answers) != count:  # further bubbles of the same turn
            count = len(answers)
            time.sleep(0.3)
            answers = self.words_of(bot, room, event)
        return [answer["content"]["body"] for answer in answers]

    def members(self, room):
        return self.call("GET", f"/rooms/{quoted(room)}/joined_members")["joined"]


class Bot:
    """`befriend run` with an account of its own."""

    def __init__(self, server, binary, name="befriend", **keys):
        self.server = server
        self.binary = binary
        self.folder = tempfile.mkdtemp(prefix="befriend-bot-")
        password = "the bot's own"
        self.user = server.register(name, password).user
        self.metrics_port = free_port()
        with open(os.open(self.path("password"), os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
            file.write(password + "\n")
        matrix = {"homeserver": server.url, "user": self.user, "password_file": self.path("password"),
                  "invites": "everyone", "invites_per_minute": 1000}
        matrix.update(keys)
        with open(self.path("befriend.toml"), "w", encoding="utf-8") as file:
            file.write(f'[store]\nfile = "{self.path("befriend.db")}"\n[log]\nlevel = "debug"\n'
                       f'[metrics]\nport = {self.metrics_port}\n'
                       "[limits]\nretry_first_ms = 200\nretry_most_ms = 2000\n[matrix]\n")
            for key, value in matrix.items():
                file.write(f"{key} = {json.dumps(value)}\n")
        self.process = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, **environment):
        env = {k: v for k, v in os.environ.items() if k in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")}
        # The compiled pack is kept for the next start.
        env.update(HOME=self.folder, XDG_CACHE_HOME=str(self.server.folder / "cache"), LC_ALL="C")
        env.update(environment)
        with open(self.path("log"), "ab") as log:
            self.process = subprocess.Popen([self.binary, "run", "--config", self.path("befriend.toml")],
                                            env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def ready(self):
        wait_until(lambda: self.metric("befriend_transports") is not None or self.check_alive(), 60, "the bot runs")
        return self

    def check_alive(self):
        assert self.process.poll() is None, "the bot ended: " + self.log()[-3000:]

    def stop(self):
        """Exit code after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def kill(self):
        self.process.kill()
        self.process.wait(60)

    def metric(self, name):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.metrics_port, timeout=5)
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        except OSError:
            return None
        for line in text.splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        return None

    def log(self):
        with open(self.path("log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def end(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
