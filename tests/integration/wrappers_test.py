#!/usr/bin/env python3
"""./befriend and ./check with pretended package, build and test tools."""
import os
import shutil
import subprocess
import tempfile

from support import run_all

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REAL = ("sh", "sed", "grep", "find", "head", "mkdir", "mv", "cat", "date", "dirname", "env", "printf", "tail", "touch", "chmod", "rm")


class Machine:
    """A copy of the wrappers and a PATH in which only what is named here exists."""

    def __init__(self, missing=(), root=True, sudo=False):
        self.folder = tempfile.mkdtemp(prefix="befriend-wrappers-")
        self.project = os.path.join(self.folder, "a project")
        self.bin = os.path.join(self.folder, "bin")
        os.makedirs(os.path.join(self.project, "tools/dev"))
        os.makedirs(self.bin)
        for name in ("befriend", "check", "packages.txt", "CMakeLists.txt", "CMakePresets.json", "tools/dev/setup.sh"):
            shutil.copy(os.path.join(ROOT, name), os.path.join(self.project, name))
        for folder in ("cmake", "engine", "intents", "adapters", "dialogs"):
            os.makedirs(os.path.join(self.project, folder))
        for name in REAL:
            os.symlink(shutil.which(name), os.path.join(self.bin, name))
        self.log = os.path.join(self.folder, "log")
        self.fake("id", "echo %d" % (0 if root else 1000))
        self.fake("dpkg-query", 'shift 2; for p in "$@"; do case " %s " in *" $p "*) ;; *) echo "ii  $p" ;; esac; done' % " ".join(missing))
        self.fake("apt-get", 'echo "apt-get $*" >>"$LOG"; echo unpacking')
        self.fake("ctest", 'echo "ctest $*" >>"$LOG"; exit "${CTEST_CODE:-0}"')
        self.fake("cmake", 'echo "cmake $*" >>"$LOG"; echo configuring; for p in dev release asan; do mkdir -p build/$p/tests; '
                  'printf \'#!/bin/sh\\necho "ran $*"; cat\\n\' >build/$p/befriend; cp_() { cat build/$p/befriend >build/$p/tests/befriend_tests; }; '
                  'cp_; chmod +x build/$p/befriend build/$p/tests/befriend_tests; done; exit "${CMAKE_CODE:-0}"')
        if sudo:
            self.fake("sudo", 'echo "sudo $*" >>"$LOG"; [ "$1" = -n ] && shift; exec "$@"')
            os.symlink(shutil.which("true"), os.path.join(self.bin, "true"))

    def fake(self, name, body):
        path = os.path.join(self.bin, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n%s\n" % body)
        os.chmod(path, 0o755)

    def run(self, script, *arguments, given=b"", **environment):
        done = subprocess.run([os.path.join(self.project, script), *arguments], input=given, capture_output=True, timeout=60,
                              cwd=self.folder, env={"PATH": self.bin, "LOG": self.log, **environment})
        return done.returncode, done.stdout, done.stderr

    def calls(self):
        if not os.path.exists(self.log):
            return []
        with open(self.log, encoding="utf-8") as log:
            return log.read().splitlines()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)


def test_the_first_start_builds_and_the_second_does_not():
    with Machine() as machine:
        code, out, errors = machine.run("befriend", given=b"my words\n")
        assert (code, out) == (0, b"ran chat\nmy words\n"), (code, out, errors)
        assert b"configuring" in errors, "the build speaks on standard error"
        builds = len(machine.calls())
        assert builds == 2 and not any("apt-get" in call for call in machine.calls())
        code, out, errors = machine.run("befriend", "try", "--jsonl", given=b"x\n")
        assert (code, out, errors) == (0, b"ran try --jsonl\nx\n", b"")
        assert len(machine.calls()) == builds
        with open(os.path.join(machine.project, "dialogs", "new.yaml"), "w", encoding="utf-8"):
            pass
        machine.run("befriend")
        assert len(machine.calls()) == builds + 2, "a new file is built in"


def test_only_what_is_missing_is_installed():
    with Machine(missing=("libre2-dev", "ninja-build")) as machine:
        code, out, errors = machine.run("befriend", "--version")
        assert code == 0 and out == b"ran --version\n", (out, errors)
        apt = [call for call in machine.calls() if "apt-get" in call]
        assert len(apt) == 1 and apt[0].endswith("--no-install-recommends ninja-build libre2-dev"), apt


def test_without_root_it_says_the_exact_line():
    with Machine(missing=("libre2-dev",), root=False) as machine:
        code, out, errors = machine.run("befriend")
        assert code == 2 and out == b""
        assert b"\n    apt-get install -y --no-install-recommends libre2-dev\n" in errors, errors
        assert machine.calls() == []


def test_sudo_is_used_where_it_asks_nothing():
    with Machine(missing=("libre2-dev",), root=False, sudo=True) as machine:
        code, out, errors = machine.run("befriend")
        assert code == 0 and out == b"ran chat\n", (out, errors)
        assert any(call.startswith("sudo env DEBIAN_FRONTEND=noninteractive apt-get install") for call in machine.calls())


def test_a_failed_build_is_told_and_tried_again():
    with Machine() as machine:
        code, out, errors = machine.run("befriend", CMAKE_CODE="1")
        assert code == 2 and out == b"" and b"could not be built" in errors
        assert machine.run("befriend")[0] == 0


def test_check_goes_on_after_a_failure_and_tells():
    with Machine() as machine:
        code, out, errors = machine.run("check", "quick")
        assert code == 0 and out == b"" and b"all green" in errors, errors
        code, _, errors = machine.run("check", CTEST_CODE="8")
        assert code == 1 and b"failed after" in errors and b"    tests\n" in errors
        assert b"random walk of 100,000 turns" in errors
        assert machine.run("check", "slow")[0] == 2
        assert machine.run("check", "--help")[0] == 0


run_all(globals())
