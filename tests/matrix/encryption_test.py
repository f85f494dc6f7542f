"""End-to-end encryption against a real homeserver and real clients.

usage: encryption_test.py BEFRIEND ECHO_BOT [TEST...]
BEFRIEND is the program, for `befriend matrix ...`; ECHO_BOT (echo_bot.cpp) talks through
adapters/matrix/encryption. Exit code 77: something that is needed cannot be had; the reason is said.
"""
import json
import os
import pathlib
import queue
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import synapse  # noqa: E402
from synapse import PASSWORD, Synapse  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
BEFRIEND, ECHO = (os.path.abspath(path) for path in sys.argv[1:3])
NO_SHIELD, RED_SHIELD = 0, 2  # EventShieldColour of matrix-js-sdk
NOT_SIGNED_BY_OWNER = 2       # EventShieldReason


def setUpModule():
    global hs, admin, node_modules, node
    version = subprocess.run([BEFRIEND, "matrix", "doctor", "--account", "/nowhere"], capture_output=True, text=True)
    assert version.returncode == 2, version
    node_modules, node = synapse.node_modules()
    hs = Synapse()
    hs.start()
    admin = hs.register("admin", admin=True)


def tearDownModule():
    hs.__exit__(None)


class Folder:
    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="befriend-e2ee-"))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


class Account:
    """A bot's account on disk, and the commands on it."""

    def __init__(self, folder, name):
        self.folder, self.name, self.user = folder / "matrix", name, "@%s:localhost" % name
        self.recovery = folder / "matrix-recovery.json"
        (folder / "password").write_text(PASSWORD + "\n")
        self.secrets = folder / "password"
        hs.register(name)

    def command(self, *arguments, code=0):
        environment = dict(os.environ, BEFRIEND_MATRIX_PASSPHRASE="a passphrase")
        result = subprocess.run([BEFRIEND, "matrix", *arguments, "--account", str(self.folder), "--json"],
                                capture_output=True, text=True, env=environment, timeout=180, stdin=subprocess.DEVNULL)
        if result.returncode != code:
            raise AssertionError("befriend matrix %s: %d\n%s%s" % (arguments, result.returncode, result.stdout, result.stderr))
        self.said = result.stderr
        return json.loads(result.stdout) if result.stdout else None

    def login(self, *more, code=0):
        return self.command("login", "--homeserver", hs.url, "--user", self.user,
                            "--password-file", str(self.secrets), *more, code=code)

    def doctor(self, *more, code=0):
        checks = self.command("doctor", *more, code=code)["checks"]
        return {check["check"]: check for check in checks}

    def lose_store(self):
        shutil.rmtree(self.folder)

    def token(self):
        return json.loads((self.folder / "account.json").read_text())["access_token"]

    def bot(self, *more):
        return Bot(self, more)


class Bot:
    """The echo bot while it runs; `lines` is what it told."""

    def __init__(self, account, more):
        self.account, self.more, self.lines, self.queue = account, more, [], queue.Queue()

    def __enter__(self):
        environment = dict(os.environ, BEFRIEND_MATRIX_PASSPHRASE="a passphrase")
        self.process = subprocess.Popen([ECHO, str(self.account.folder), *self.more], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=environment)
        threading.Thread(target=self.read, daemon=True).start()
        self.expect("ready")
        return self

    def read(self):
        for line in self.process.stdout:
            self.lines.append(json.loads(line))
            self.queue.put(self.lines[-1])
        self.queue.put(None)

    def expect(self, key):
        while True:
            line = self.queue.get(timeout=120)
            if line is None:
                raise AssertionError("the bot ended: %s" % self.lines)
            if key in line:
                return line

    def heard(self):
        return [line["heard"] for line in self.lines if "heard" in line]

    def told(self, key):
        return [line[key] for line in self.lines if key in line]

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()


class Companion:
    """befriend itself with this account, as `befriend run` runs it."""

    def __init__(self, account):
        self.account = account

    def __enter__(self):
        home = self.account.folder.parent
        (home / "passphrase").write_text("a passphrase\n")
        (home / "passphrase").chmod(0o600)
        (home / "befriend.toml").write_text(
            '[store]\nfile = "%s"\n[matrix]\naccount = "%s"\npassphrase_file = "%s"\ninvites = "everyone"\n'
            % (home / "befriend.db", self.account.folder, home / "passphrase"))
        self.log = open(home / "run.log", "a+")
        self.process = subprocess.Popen([BEFRIEND, "run", "--config", str(home / "befriend.toml")],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        return self

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def __exit__(self, kind, *_):
        self.process.terminate()
        self.process.wait(timeout=60)
        if kind is not None:
            print(self.said()[-4000:])
        self.log.close()


def talk_js(account, mode, *lines, person=None):
    """What matrix-js-sdk sees of the bot; see js_client.mjs."""
    person = person or "p%d" % talk_js.count
    talk_js.count += 1
    hs.register(person)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="befriend-js-"))
    try:
        os.symlink(node_modules, folder / "node_modules")
        shutil.copy(HERE / "js_client.mjs", folder)
        process = subprocess.Popen([node, "js_client.mjs", hs.url, person, PASSWORD, account.user, mode, *lines],
                                   cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if mode == "verify":
            accept_invitation(account)
            verified = account.command("verify", "--yes", "--wait", "90")
        out, err = process.communicate(timeout=180)
        result = json.loads(out.splitlines()[-1]) if out.strip() else {"failure": err[-2000:]}
        print("matrix-js-sdk, %s: %s" % (mode, json.dumps(result, ensure_ascii=False)))
        return (result, verified) if mode == "verify" else result
    finally:
        shutil.rmtree(folder, ignore_errors=True)


talk_js.count = 1


def accept_invitation(account):
    since = ""  # moves on: Synapse keeps the first answer for two minutes
    for _ in range(120):
        sync = hs.call("GET", "/_matrix/client/v3/sync?timeout=1000" + since, token=account.token())
        since = "&since=" + sync["next_batch"]
        for room in sync.get("rooms", {}).get("invite", {}):
            hs.call("POST", "/_matrix/client/v3/rooms/%s/join" % room, {}, account.token())
            return
    raise AssertionError("no invitation came")


def talk_nio(account, *lines, person):
    hs.register(person)
    with Folder() as store:
        result = subprocess.run([hs.python, HERE / "nio_client.py", hs.url, person, PASSWORD, account.user, store, *lines],
                                capture_output=True, text=True, timeout=180)
    if result.returncode != 0:
        raise AssertionError(result.stdout + result.stderr[-2000:])
    print("matrix-nio: " + result.stdout.strip())
    return json.loads(result.stdout.splitlines()[-1])


class EncryptionTest(unittest.TestCase):
    def no_shield(self, seen, *said):
        self.assertNotIn("failure", seen)
        self.assertEqual([r["body"] for r in seen["replies"]], ["you said: " + line for line in said])
        for reply in seen["replies"]:
            self.assertTrue(reply["encrypted"])
            self.assertEqual(reply["shieldColour"], NO_SHIELD, seen)
        for device in seen["devices"]:
            self.assertTrue(device["signedByOwner"], seen)

    def test_a_conversation_with_two_clients_goes_on_after_a_restart(self):
        with Folder() as folder:
            account = Account(folder, "talker")
            self.assertTrue(account.login()["device_signed"])
            with account.bot() as bot:
                nio = talk_nio(account, "I am such a failure 😞", "nobody understands me", person="anna")
                self.assertEqual(nio["replies"], [
                    {"body": "you said: I am such a failure 😞", "decrypted": True},
                    {"body": "you said: nobody understands me", "decrypted": True}])
                self.no_shield(talk_js(account, "default", "hello", "are you there?"), "hello", "are you there?")
                self.assertEqual(len(bot.heard()), 4)
            with account.bot() as bot:
                self.no_shield(talk_js(account, "signed-only", "and after a restart?"), "and after a restart?")
                self.assertEqual(bot.heard(), ["and after a restart?"])

    def test_the_companion_talks_in_an_encrypted_room_and_goes_on_after_a_restart(self):
        with Folder() as folder:
            account = Account(folder, "companion")
            account.login()
            for mode, line in (("default", "I am such a failure"), ("signed-only", "nobody understands me")):
                with Companion(account) as bot:
                    seen = talk_js(account, mode, line)
                    self.assertNotIn("failure", seen)
                    for reply in seen["replies"]:
                        self.assertTrue(reply["encrypted"])
                        self.assertTrue(reply["body"])
                        self.assertEqual(reply["shieldColour"], NO_SHIELD, seen)
                    self.assertTrue(all(device["signedByOwner"] for device in seen["devices"]))
                    self.assertNotIn(line, bot.said())

    def test_a_lost_store_is_recovered_from_the_seeds_without_a_shield(self):
        with Folder() as folder:
            account = Account(folder, "phoenix")
            first = account.login()
            self.assertTrue(first["recovery_file_written"])
            self.assertEqual(stat.S_IMODE(account.recovery.stat().st_mode), 0o600)
            account.lose_store()
            second = account.login()
            self.assertNotEqual(second["device_id"], first["device_id"])
            self.assertTrue(second["device_signed"])
            self.assertFalse(second["recovery_file_written"])
            with account.bot():
                for mode in ("default", "signed-only"):
                    seen = talk_js(account, mode, "is it still you?")
                    self.no_shield(seen, "is it still you?")
                    self.assertEqual({d["id"] for d in seen["devices"]} >= {first["device_id"], second["device_id"]}, True)

    def test_without_the_seeds_nothing_is_replaced_unless_asked_for(self):
        with Folder() as folder:
            account = Account(folder, "stranger")
            account.login()
            os.rename(account.recovery, folder / "elsewhere.json")
            account.lose_store()
            unsigned = account.login(code=1)
            self.assertFalse(unsigned["device_signed"])
            self.assertIn("--replace-identity", unsigned["remedy"])
            self.assertFalse(account.recovery.exists())
            self.assertEqual(account.doctor(code=1)["cross-signing"]["state"], "wrong")
            with account.bot():
                seen = talk_js(account, "default", "who are you?")
                self.assertEqual(seen["replies"][0]["shieldColour"], RED_SHIELD)
                self.assertEqual(seen["replies"][0]["shieldReason"], NOT_SIGNED_BY_OWNER)
            with account.bot() as bot:
                silent = talk_js(account, "signed-only-expect-silence", "anybody?")
                self.assertEqual(silent["failure"], "no reply")
                self.assertTrue(any("m.unverified" in line for line in bot.told("log")), bot.lines)
            new = account.login("--replace-identity")
            self.assertTrue(new["device_signed"])
            self.assertTrue(new["recovery_file_written"])
            with account.bot():
                self.no_shield_now(talk_js(account, "default", "and now?"), new["device_id"])

    def no_shield_now(self, seen, device):
        self.assertEqual(seen["replies"][0]["shieldColour"], NO_SHIELD, seen)
        self.assertTrue([d for d in seen["devices"] if d["id"] == device][0]["signedByOwner"])

    def test_only_signed_devices_are_read_when_the_operator_wants_that(self):
        with Folder() as folder:
            account = Account(folder, "strict")
            account.login()
            with account.bot("signed-only"):
                self.no_shield(talk_js(account, "signed-only", "signed"), "signed")

    def test_emoji_are_compared_and_the_person_then_trusts_the_bot(self):
        with Folder() as folder:
            account = Account(folder, "verified")
            account.login()
            seen, verified = talk_js(account, "verify")
            self.assertNotIn("failure", seen)
            self.assertFalse(seen["before"]["crossSigningVerified"])
            self.assertTrue(seen["user"]["crossSigningVerified"])
            self.assertEqual(verified["verified"], True)
            self.assertEqual(verified["emoji"], [emoji["name"] for emoji in seen["emoji"]])

    def test_the_doctor_finds_what_is_wrong(self):
        with Folder() as folder:
            account = Account(folder, "patient")
            account.login()
            (folder / "admin").write_text(admin)
            token = ("--admin-token-file", str(folder / "admin"))
            checks = account.doctor(*token)
            for name in ("homeserver", "clock", "login", "device keys", "cross-signing", "one-time keys", "recovery file"):
                self.assertEqual(checks[name]["state"], "ok", checks)
            self.assertEqual(checks["rate limit"]["state"], "warning")
            hs.call("POST", "/_synapse/admin/v1/users/%s/override_ratelimit" % account.user,
                    {"messages_per_second": 0, "burst_count": 0}, admin)
            self.assertEqual(account.doctor(*token)["rate limit"]["state"], "ok")
            self.assertEqual(checks["sync"]["state"], "warning")
            with account.bot() as bot:
                talk_nio(account, "hello", person="nurse")
                self.assertEqual(account.doctor()["sync"]["state"], "ok")
                # The bot holds the keys: a second program is refused, the doctor may look.
                account.command("verify", "--wait", "1", code=1)
                self.assertIn("another program", account.said)
                self.assertEqual(bot.heard(), ["hello"])
            os.chmod(account.recovery, 0o644)
            self.assertEqual(account.doctor(code=1)["recovery file"]["state"], "wrong")
            keys = json.loads((account.folder / "keys" / "device.json").read_text())
            keys["ed25519"] = keys["curve25519"]
            (account.folder / "keys" / "device.json").write_text(json.dumps(keys))
            self.assertEqual(account.doctor(code=1)["device keys"]["state"], "wrong")
            account.command("logout")
            self.assertFalse((account.folder / "keys").exists())
            self.assertTrue(account.recovery.exists())
            account.command("doctor", code=2)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *("EncryptionTest." + name for name in sys.argv[3:])], verbosity=2, warnings="ignore")
