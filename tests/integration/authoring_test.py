#!/usr/bin/env python3
"""The commands that authors use: pages, completion, manual, a new pack."""
import json
import os
import re
import shutil
import subprocess

from support import BINARY, Home, run_all


def befriend(home, *arguments, given="", folder=None):
    done = subprocess.run([BINARY, *arguments], input=given.encode(), capture_output=True, env=home.environment(),
                          cwd=folder or home.path, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def command_names(home):
    page = befriend(home, "--help")[1]
    names = re.findall(r"^  ([a-z]+) {2,}\S", page.split("befriend COMMAND")[0], re.M)
    assert {"chat", "check", "test", "init", "completion", "man"} <= set(names), names
    return names


def test_every_command_has_a_page_and_refuses_what_it_does_not_know():
    with Home() as home:
        for name in command_names(home):
            code, out, errors = befriend(home, name, "--help")
            assert code == 0 and "Example" in out and not errors, (name, code, errors)
            assert out.startswith("Usage: befriend " + name), out
            code, out, errors = befriend(home, name, "--no-such-option")
            assert code == 2 and "--no-such-option" in errors and not out, (name, code, out, errors)


def test_completion_of_bash():
    with Home() as home:
        script = befriend(home, "completion", "bash")[1]
        names = command_names(home)

        def complete(*words):
            line = " ".join(f"'{word}'" for word in words)
            program = f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _befriend; echo \"${{COMPREPLY[@]}}\""
            done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, cwd=home.path, timeout=20)
            assert done.returncode == 0 and not done.stderr, done.stderr
            return done.stdout.split()

        assert set(complete("befriend", "")) == set(names) | {"--help", "--version"}
        assert complete("befriend", "che") == ["check"]
        assert complete("befriend", "chat", "--pr") == ["--private"]
        assert "--accept" in complete("befriend", "test", "--")
        assert complete("befriend", "completion", "z") == ["zsh"]
        os.mkdir(os.path.join(home.path, "my_folder"))
        open(os.path.join(home.path, "my_file"), "w").close()
        assert complete("befriend", "chat", "--pack", "my") == ["my_folder"]
        assert sorted(complete("befriend", "chat", "--store", "my")) == ["my_file", "my_folder"]
        assert complete("befriend", "walk", "--seed", "m") == []


def test_completion_of_the_other_shells():
    with Home() as home:
        for shell in ("zsh", "fish"):
            code, script, _ = befriend(home, "completion", shell)
            assert code == 0
            for name in command_names(home):
                assert re.search(r"\b%s\b" % name, script), (shell, name)
            if shutil.which(shell):
                done = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, timeout=20)
                assert done.returncode == 0, done.stderr
        assert befriend(home, "completion", "cmd")[0] == 2
        assert befriend(home, "completion")[0] == 2


def test_fmt_leaves_a_long_pattern_on_its_line():
    with Home() as home:
        line = '      - { like: "%s", weight: 0.5, unless: "tea" }\n' % " ".join(["grobble"] * 30)
        text = "language: en\nintents:\n  grobbling:\n    kind: content\n    patterns:\n" + line
        code, out, errors = befriend(home, "fmt", "--stdin", "grobbling.yaml", given=text)
        assert code == 0 and line in out, (code, out, errors)
        code, out, _ = befriend(home, "fmt", "--stdin", "grobbling.yaml", given=text.replace("weight: 0.5, unless: \"tea\"",
                                                                                        "unless: \"tea\", weight: 0.5"))
        assert code == 0 and line in out, out


def test_manual_page():
    with Home() as home:
        code, page, _ = befriend(home, "man")
        assert code == 0 and page.startswith(".TH BEFRIEND 1 ")
        for name in command_names(home):
            assert f"\n.SS befriend {name}" in page, name
        for name in ("--no-pause", "--thresholds"):
            assert name.replace("-", "\\-") in page
        if shutil.which("groff"):
            done = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page, capture_output=True, text=True,
                                  timeout=60)
            assert done.returncode == 0 and not done.stderr, done.stderr
            assert "--no-pause" in re.sub("\x1b\\[[0-9;]*m|.\b", "", done.stdout)


def test_a_new_pack_checks_and_tests_at_once():
    with Home() as home:
        code, out, errors = befriend(home, "init", "mine")
        assert code == 0, errors
        code, out, _ = befriend(home, "check", "--pack", "mine", "--json")
        assert code == 0
        own = [d for d in json.loads(out)["diagnostics"] if d["file"].startswith("mine/")]
        assert own == [], own
        code, out, errors = befriend(home, "test", "mine/corpus/en", "--pack", "mine")
        assert code == 0 and "1 conversations passed, 0 failed" in out, out + errors
        code, _, errors = befriend(home, "try", "--check", "spilled_milk", "--pack", "mine")
        assert code == 0 and "3 of 3 examples right" in errors, errors


def test_init_writes_over_nothing():
    with Home() as home:
        os.mkdir(os.path.join(home.path, "full"))
        open(os.path.join(home.path, "full", "note"), "w").close()
        code, out, errors = befriend(home, "init", "full")
        assert code == 2 and "not empty" in errors and not out
        assert os.listdir(os.path.join(home.path, "full")) == ["note"]
        os.mkdir(os.path.join(home.path, "empty"))
        code, out, _ = befriend(home, "init", "empty", "--json")
        assert code == 0 and len(json.loads(out)["files"]) == 4
        assert befriend(home, "init")[0] == 2
        assert befriend(home, "init", "other", "--language", "tlh")[0] == 2


def test_fmt_writes_checks_and_shows():
    with Home() as home:
        befriend(home, "init", "mine")
        path = os.path.join(home.path, "mine", "dialogs", "en", "spilled_milk.yaml")
        code, out, errors = befriend(home, "fmt", "mine")
        assert code == 0, errors
        with open(path) as file:
            good = file.read()
        assert befriend(home, "fmt", "mine", "--check")[:2] == (0, "")
        bad = good.replace("version: 1\nkind: talk", "kind:   talk\nversion: 1")
        assert bad != good
        with open(path, "w") as file:
            file.write(bad)
        code, out, _ = befriend(home, "fmt", "mine", "--check", "--json")
        assert code == 1 and json.loads(out)["changed"] == ["mine/dialogs/en/spilled_milk.yaml"], out
        code, out, _ = befriend(home, "fmt", "mine", "--diff")
        assert code == 1 and "-kind:   talk" in out and "+kind: talk" in out, out
        assert befriend(home, "fmt", "--stdin", "x.yaml", given=bad)[:2] == (0, good)
        with open(path) as file:
            assert file.read() == bad
        assert befriend(home, "fmt", path)[0] == 0
        with open(path) as file:
            assert file.read() == good
        with open(path, "w") as file:
            file.write("dialog: [\n")
        code, _, errors = befriend(home, "fmt", path)
        assert code == 1 and re.search(r"spilled_milk.yaml:\d+:\d+: error\[BF", errors), errors
        with open(path) as file:
            assert file.read() == "dialog: [\n"
        assert befriend(home, "fmt", "no/such.yaml")[0] == 2
        assert befriend(home, "fmt")[0] == 2


def test_record_needs_no_seed():
    with Home() as home:
        code, out, errors = befriend(home, "record", given="im such an idiot\n")
        assert code == 0 and "> im such an idiot" in out and "\n< " in out, errors


def test_version():
    with Home() as home:
        assert json.loads(befriend(home, "--version", "--json")[1])["interfaces"] == 1


run_all(globals())
