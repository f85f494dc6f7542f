#!/usr/bin/env python3
"""befriend diff: folders, the pack built in, and revisions that git knows."""
import json
import os
import shutil
import subprocess
import unittest

from support import BINARY, Home, run_all

INTENT = """language: en
intents:
  grobbling:
    kind: content
    patterns:
      - { like: "%s", weight: 1.0 }
"""


def diff(home, folder, *arguments):
    done = subprocess.run([BINARY, "diff", *arguments], capture_output=True, env=home.environment(), cwd=folder, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def git(home, folder, *arguments):
    subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@b.c", *arguments], check=True, capture_output=True,
                   env=home.environment(), cwd=folder, timeout=30)


def write(folder, *path, text):
    os.makedirs(os.path.join(folder, *path[:-1]), exist_ok=True)
    with open(os.path.join(folder, *path), "w") as file:
        file.write(text)


def test_two_revisions_and_the_working_folder():
    if not shutil.which("git"):
        raise unittest.SkipTest("git is not here")
    with Home() as home:
        folder = os.path.join(home.path, "pack")
        write(folder, "rows", "utterances", "rows.tsv", text="text\tlabels\tnote\ni grobble daily\tgrobbling\t\n")
        write(folder, "intents", "en", "grobbling.yaml", text=INTENT % "flumpish ones")
        git(home, folder, "init", "-q")
        git(home, folder, "add", ".")
        git(home, folder, "commit", "-qm", "one")
        git(home, folder, "tag", "first")
        write(folder, "intents", "en", "grobbling.yaml", text=INTENT % "i grobble")
        code, out, errors = diff(home, folder, "HEAD", ".", "rows", "--json")
        assert code == 1, (code, out, errors)
        changed = json.loads(out)["utterances"]["changed"]
        assert [(c["line"], c["before"]["labels"], c["after"]["labels"]) for c in changed] == [(2, [], ["grobbling"])], out
        git(home, folder, "commit", "-qam", "two")
        assert diff(home, folder, "HEAD", ".", "rows")[0] == 0
        code, out, _ = diff(home, folder, "first", "HEAD~0", "rows")
        assert code == 1 and "1 of 1 sentences" in out, out


def test_what_is_no_pack_is_told():
    with Home() as home:
        code, out, errors = diff(home, home.path, "HEAD~3", "built-in")
        assert code == 2 and not out and "HEAD~3 is no folder" in errors, errors
        if shutil.which("git"):
            git(home, home.path, "init", "-q")
            write(home.path, "note.txt", text="no pack\n")
            git(home, home.path, "add", "note.txt")
            git(home, home.path, "commit", "-qm", "one")
            code, _, errors = diff(home, home.path, "no_such_tag", "built-in")
            assert code == 2 and "no_such_tag is neither a folder nor a revision" in errors, errors
            code, _, errors = diff(home, home.path, "HEAD", "built-in")
            assert code == 2 and "neither intents nor dialogs" in errors, errors


run_all(globals())
