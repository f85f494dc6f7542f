"""Runs the real program, in a terminal of its own or with pipes. Standard library only."""
import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import traceback
import unittest

BINARY = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else "build/dev/befriend"


class Home:
    """A data folder that is gone afterwards."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="befriend-test-")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def environment(self, **more):
        env = {k: v for k, v in os.environ.items() if k in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS")}
        env.update(HOME=self.path, XDG_DATA_HOME=os.path.join(self.path, "data"),
                   XDG_CACHE_HOME=os.path.join(self.path, "cache"), TERM="xterm-256color", LC_ALL="C")
        env.update(more)
        return env

    @property
    def database(self):
        return os.path.join(self.path, "data", "befriend", "befriend.db")

    def files(self):
        found = []
        for folder, _, names in os.walk(os.path.join(self.path, "data")):
            found += [os.path.join(folder, name) for name in names]
        return found


class Terminal:
    """The program in a pseudo terminal."""

    def __init__(self, home, *arguments, size=(24, 80), preexec=None, **environment):
        self.output = b""
        env = home.environment(**environment)
        try:
            self.pid, self.fd = pty.fork()
        except OSError as problem:
            raise unittest.SkipTest(f"no pseudo terminal here ({problem}); is /dev/pts mounted?")
        if self.pid == 0:
            if preexec:
                preexec()
            os.execve(BINARY, [BINARY, *arguments], env)
        self.resize(*size)
        self.status = None

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        """Reads for so long, or until the program ends."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ready, _, _ = select.select([self.fd], [], [], 0.05)
            if ready:
                try:
                    chunk = os.read(self.fd, 65536)
                except OSError:
                    return False
                if not chunk:
                    return False
                self.output += chunk
        return True

    def wait_for(self, text, seconds=10.0):
        """Everything printed so far, once `text` is in what came since the last call of mark()."""
        end = time.monotonic() + seconds
        while text not in self.output[self.marked:] and time.monotonic() < end:
            if not self.read(0.1):
                break
        found = text in self.output[self.marked:]
        assert found, f"{text!r} was not printed; since then: {self.output[self.marked:]!r}"
        return self.output[self.marked:]

    marked = 0

    def mark(self):
        self.marked = len(self.output)

    def type(self, keys):
        self.mark()
        os.write(self.fd, keys)

    def say(self, line, seconds=10.0):
        """Types a line, waits for the answer and the next prompt; returns what was printed."""
        self.type(line.encode() + b"\r")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.read(0.1):
                break
            since = self.output[self.marked:]
            if since.endswith(b"> ") and since.count(b"\n") >= 2:
                break
        return self.output[self.marked:]

    def end(self, seconds=10.0):
        """Waits for the program to end; returns its exit code."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.read(0.05)
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        raise AssertionError("the program did not end; printed: %r" % self.output[-2000:])

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def run(home, arguments, given=b"", seconds=120, preexec=None, **environment):
    """The program with pipes: (exit code, standard output, standard error)."""
    if isinstance(given, str):
        given = given.encode()
    done = subprocess.run([BINARY, *arguments], input=given, capture_output=True, timeout=seconds,
                          env=home.environment(**environment), preexec_fn=preexec)
    return done.returncode, done.stdout, done.stderr


def run_all(tests):
    failed = 0
    skipped = 0
    for name, test in sorted(tests.items()):
        if not name.startswith("test_"):
            continue
        started = time.monotonic()
        try:
            test()
            print(f"ok    {name} ({time.monotonic() - started:.1f} s)")
        except unittest.SkipTest as reason:
            skipped += 1
            print(f"skip  {name}: {reason}")
        except Exception:  # noqa: BLE001 - the next test shall run, too
            failed += 1
            print(f"FAILED {name}")
            traceback.print_exc(file=sys.stdout)
        sys.stdout.flush()
    if skipped:
        print(f"{skipped} skipped")
    sys.exit(1 if failed else 0)
