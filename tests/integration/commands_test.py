#!/usr/bin/env python3
"""What holds for every command: a page with an example, --json is one object, exit codes, names of what is unreadable.

The commands and their options come from the help pages, so that a new command without a row below fails."""
import json
import os
import re
import subprocess

from support import BINARY, Home, run_all

NOWHERE = "/nowhere/at_all"
BAD_SCRIPT = "tests/scripts_bad/BF0214_go_nowhere.yaml"

# The command: arguments that end soon with a JSON object (HOME: a folder that is gone afterwards), and arguments
# with a file that cannot be read. None: the command reads no file but those of --pack, or needs a homeserver. A talk is no single object: chat
# answers every line with one (--jsonl), and run, which has no arguments to end soon with, logs one a line.
ROWS = {
    "chat": (["--jsonl", "--store", "HOME/talk.db"], ["--replay", NOWHERE]),
    "run": (None, ["--config", NOWHERE]),
    "matrix": (None, ["login", "--user", "@a:localhost", "--homeserver", "http://127.0.0.1:1", "--account", "HOME/account",
                      "--password-file", NOWHERE]),
    "config": (["example"], ["check", NOWHERE]),
    "store": (["check", "HOME/talk.db"], ["check", NOWHERE]),
    "check": ([BAD_SCRIPT], [NOWHERE]),
    "try": (["I'm such an idiot"], None),
    "test": (["corpus/en/conversations", "-k", "second_language"], [NOWHERE]),
    "record": (["corpus/en/conversations/second_language.chat", "-o", "HOME/recorded.chat"], [NOWHERE]),
    "walk": (["--turns", "20"], ["--corpus", NOWHERE]),
    "prove": (["--states", "20"], ["--properties", NOWHERE]),
    "diff": (["built-in", "built-in", "corpus/en/conversations/second_language.chat"], [NOWHERE, "built-in"]),
    "mutate": (["-n", "1", "--fail-under", "0", "corpus/en/conversations/second_language.chat"], [NOWHERE]),
    "simulate": (["corpus/en/personas/tired_cook.yaml", "--sessions", "1"], [NOWHERE]),
    "graph": (["stop"], None),
    "book": (["-o", "HOME/book.html"], None),
    "match": (["hate", "I hate it"], None),
    "sample": (["hate", "-n", "1"], None),
    "overlap": (["hate myself", "i hate"], None),
    "suggest": (["avoidance", "corpus/en/utterances/avoidance.tsv", "-n", "1"], ["avoidance", NOWHERE]),
    "tune": (["tests/data/labelled.tsv"], [NOWHERE]),
    "stats": (["--still"], ["--limits", NOWHERE]),
    "strings": (["extract", "-o", "HOME/befriend.pot"], ["status", "--language", "de", "--file", NOWHERE]),
    "explain": (["BF0230"], None),
    "schema": ([], None),
    "fmt": (["--check", BAD_SCRIPT], [NOWHERE]),
    "init": (["HOME/mine"], None),
    "import": (["csv", "tests/data/import/survey.csv", "-o", "HOME/imported"], ["csv", NOWHERE, "-o", "HOME/never"]),
    "export": (["rasa", "-o", "HOME/exported"], ["rasa", "--corpus", NOWHERE, "-o", "HOME/never"]),
    "completion": (["bash"], None),
    "man": ([], None),
}


def befriend(home, *arguments, given=""):
    arguments = [a.replace("HOME", home.path) for a in arguments]
    done = subprocess.run([BINARY, *arguments], input=given.encode(), capture_output=True, env=home.environment(), timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def pages(home):
    names = re.findall(r"^  ([a-z]+) {2,}\S", befriend(home, "--help")[1].split("befriend COMMAND")[0], re.M)
    assert len(names) > 20, names
    return {name: befriend(home, name, "--help")[1] for name in names}


def failures(wrong):
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_command_has_a_row_here():
    with Home() as home:
        assert set(pages(home)) == set(ROWS), set(pages(home)) ^ set(ROWS)


def test_every_page_has_an_example_and_json():
    with Home() as home:
        wrong = []
        for name, page in pages(home).items():
            if not re.search(r"^Examples?:\n(  .*\n)*?  .*befriend %s\b" % name, page, re.M):
                wrong.append("%s: no example" % name)
            if name != "run" and not re.search(r"^  --jsonl\b" if name == "chat" else r"^  --json\b", page, re.M):
                wrong.append("%s: no --json" % name)
        failures(wrong)


def test_json_is_one_object_on_standard_output():
    with Home() as home:
        wrong = []
        for name, (arguments, _) in ROWS.items():
            if arguments is None:
                continue
            given = '{"start":true}\n' if name == "chat" else ""
            json_option = [] if name == "chat" else ["--json"]
            code, out, errors = befriend(home, name, *arguments, *json_option, given=given)
            try:
                good = isinstance(json.loads(out), dict)
            except ValueError:
                good = False
            if not good or code not in (0, 1):
                wrong.append("%s: exit code %d, %r, %r" % (name, code, out[:200], errors[:300]))
        failures(wrong)


def test_wrong_usage_is_told_on_standard_error_with_code_two():
    with Home() as home:
        wrong = []
        for name, page in pages(home).items():
            tries = [["--no-such-option"]]
            for option, value in re.findall(r"^  (--?[a-z-]+) ?(\S*)", page.split("Options:")[-1], re.M):
                if value and value.isupper():
                    tries.append([option])  # its value is missing
                if value in ("N", "PERCENT"):
                    tries.append([*(ROWS[name][0] or []), option, "many"])
            for arguments in tries:
                code, out, errors = befriend(home, name, *arguments)
                if code != 2 or out or not errors.startswith("befriend %s: " % name):
                    wrong.append("%s %s: exit code %d, %r, %r" % (name, arguments, code, out[:80], errors[:200]))
        failures(wrong)


def test_what_cannot_be_read_is_named_with_code_two():
    with Home() as home:
        wrong = []
        for name, page in pages(home).items():
            arguments, unreadable = ROWS[name]
            tries = [unreadable] if unreadable else []
            if re.search(r"^  --pack ", page, re.M):
                tries.append([*(arguments or []), "--pack", NOWHERE])
            for one in tries:
                code, out, errors = befriend(home, name, *one)
                if code != 2 or "/nowhere" not in errors:
                    wrong.append("%s %s: exit code %d, %r, %r" % (name, one, code, out[:80], errors[:300]))
        failures(wrong)


def test_mistakes_in_files_have_file_line_and_column():
    with Home() as home:
        pack = os.path.join(home.path, "broken")
        for folder in ("intents", "dialogs"):
            os.makedirs(os.path.join(pack, folder, "en"))
        with open(os.path.join(pack, "intents", "en", "broken.yaml"), "w") as file:
            file.write('language: en\nintents:\n  hiding:\n    kind: content\n    patterns:\n      - { like: "a (b" }\n')
        with open(os.path.join(pack, "dialogs", "en", "broken.yaml"), "w") as file:
            file.write("dialog: [broken\n")
        place = re.compile(r"broken\.yaml:\d+:\d+: error\[BF\d{4}\]: \S")
        wrong = []
        for name, page in pages(home).items():
            if not re.search(r"^  --pack ", page, re.M) or ROWS[name][0] is None:
                continue
            code, out, errors = befriend(home, name, *([] if name == "check" else ROWS[name][0]), "--pack", pack)
            if not place.search(out + errors) or code not in (1, 2):
                wrong.append("%s: exit code %d, %r, %r" % (name, code, out[:100], errors[:200]))
        failures(wrong)


run_all(globals())
