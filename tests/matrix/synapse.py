"""A real homeserver for tests: Synapse on loopback, in a folder of its own, gone at the end.

    from synapse import Synapse
    with Synapse() as hs:
        token = hs.register("anna")            # password: "password"
        hs.call("POST", "/_matrix/client/v3/createRoom", {}, token)
        hs.restart()

The first use makes a virtual environment in ~/.cache/befriend/matrix and installs requirements.txt
into it (about a minute); all clones share it. BEFRIEND_MATRIX_TOOLS names another folder.
Whatever cannot be had ends the test with exit code 77, "skipped", and the reason.
"""
import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
TOOLS = pathlib.Path(os.environ.get("BEFRIEND_MATRIX_TOOLS") or CACHE / "befriend" / "matrix")
PASSWORD = "password"
SHARED_SECRET = "for tests on loopback only"

CONFIG = """\
server_name: localhost
report_stats: false
pid_file: homeserver.pid
signing_key_path: signing.key
media_store_path: media
log_config: log.yaml
suppress_key_server_warning: true
trusted_key_servers: []
federation_domain_whitelist: []
enable_registration: false
registration_shared_secret: "{secret}"
macaroon_secret_key: "{secret}"
form_secret: "{secret}"
presence: {{enabled: false}}
listeners:
  - {{port: {port}, bind_addresses: ["127.0.0.1"], type: http, tls: false, resources: [{{names: [client], compress: false}}]}}
database: {{name: sqlite3, args: {{database: homeserver.db}}}}
bcrypt_rounds: 4
url_preview_enabled: false
{limits}{extra}"""

# Without these a test would mostly wait. Tests of the limits themselves give their own.
LIMITS = """\
rc_message: {per_second: 10000, burst_count: 10000}
rc_registration: {per_second: 10000, burst_count: 10000}
rc_login:
  address: {per_second: 10000, burst_count: 10000}
  account: {per_second: 10000, burst_count: 10000}
  failed_attempts: {per_second: 10000, burst_count: 10000}
rc_joins: {local: {per_second: 10000, burst_count: 10000}, remote: {per_second: 10000, burst_count: 10000}}
rc_invites:
  per_room: {per_second: 10000, burst_count: 10000}
  per_user: {per_second: 10000, burst_count: 10000}
  per_issuer: {per_second: 10000, burst_count: 10000}
rc_room_creation: {per_second: 10000, burst_count: 10000}
"""

LOG = """\
version: 1
formatters: {p: {format: '%(asctime)s %(levelname)s %(name)s: %(message)s'}}
handlers: {f: {class: logging.FileHandler, filename: homeserver.log, formatter: p}}
root: {level: WARNING, handlers: [f]}
disable_existing_loggers: false
"""


def skip(reason):
    print("SKIPPED: " + reason)
    sys.exit(77)


def run_once(stamp, sources, *commands):
    """Runs the commands unless the stamp says that they ran for these very sources; one at a time."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    with open(TOOLS / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = TOOLS / stamp
        if done.exists() and done.read_text() == digest:
            return
        for command in commands:
            result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if result.returncode != 0:
                skip("%s failed: %s" % (" ".join(map(str, command)), result.stdout.strip()[-500:]))
        done.write_text(digest)


def python():
    """The Python of the virtual environment, with Synapse and matrix-nio in it."""
    venv = TOOLS / "venv"
    requirements = HERE / "requirements.txt"
    run_once("venv.done", [requirements],
             [sys.executable, "-m", "venv", venv],
             [venv / "bin" / "pip", "install", "-q", "--disable-pip-version-check", "-r", requirements])
    return venv / "bin" / "python"


def node_modules():
    """The folder with matrix-js-sdk (link it as node_modules), and the node to run it with."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not npm:
        skip("matrix-js-sdk needs npm: apt-get install npm")
    if not node or int(subprocess.run([node, "--version"], capture_output=True, text=True).stdout[1:].split(".")[0]) < 20:
        newer = TOOLS / "node20"  # Debian bookworm has 18; npm's own package has the binary
        run_once("node20.done", [HERE / "package-lock.json"],
                 [npm, "install", "--prefix", newer, "node@20", "--no-audit", "--no-fund", "--silent"])
        node = newer / "node_modules" / "node" / "bin" / "node"
    folder = TOOLS / "node"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    run_once("node.done", [HERE / "package-lock.json"],
             [npm, "ci", "--prefix", folder, "--no-audit", "--no-fund", "--silent"])
    return folder / "node_modules", node


def free_port():
    with contextlib.closing(socket.socket()) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__("%d %s" % (status, body))
        self.status, self.body = status, body


class Synapse:
    def __init__(self, extra="", limits=LIMITS):
        self.python = python()
        self.port = free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="befriend-synapse-"))
        (self.folder / "homeserver.yaml").write_text(
            CONFIG.format(port=self.port, secret=SHARED_SECRET, limits=limits, extra=extra))
        (self.folder / "log.yaml").write_text(LOG)
        key = "from signedjson.key import *; write_signing_keys(open('signing.key', 'w'), [generate_signing_key('test')])"
        subprocess.run([self.python, "-c", key], cwd=self.folder, check=True)
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        if kind is not None and (self.folder / "homeserver.log").exists():
            print((self.folder / "homeserver.log").read_text()[-3000:], file=sys.stderr)
        self.end()

    def end(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        out = open(self.folder / "out.log", "ab")
        self.process = subprocess.Popen([self.python, "-m", "synapse.app.homeserver", "-c", "homeserver.yaml"],
                                        cwd=self.folder, stdout=out, stderr=out)
        for _ in range(1200):  # a busy machine takes its time
            if self.process.poll() is not None:
                raise RuntimeError("Synapse ended: " + (self.folder / "out.log").read_text()[-2000:])
            try:
                self.call("GET", "/_matrix/client/versions")
                return
            except (OSError, Refused):
                time.sleep(0.1)
        raise RuntimeError("Synapse did not answer")

    def stop(self, kill=False):
        if self.process is not None:
            self.process.kill() if kill else self.process.terminate()
            self.process.wait()
            self.process = None

    def restart(self):
        self.stop()
        self.start()

    def call(self, method, path, body=None, token=None, timeout=60):
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = "Bearer " + token
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read().decode(errors="replace")) from None

    def register(self, name, admin=False, password=PASSWORD):
        """Makes @name:localhost and returns an access token of it (on a device of its own)."""
        nonce = self.call("GET", "/_synapse/admin/v1/register")["nonce"]
        text = "\0".join([nonce, name, password, "admin" if admin else "notadmin"])
        mac = hmac.new(SHARED_SECRET.encode(), text.encode(), hashlib.sha1).hexdigest()
        return self.call("POST", "/_synapse/admin/v1/register",
                         {"nonce": nonce, "username": name, "password": password, "admin": admin,
                          "mac": mac})["access_token"]
