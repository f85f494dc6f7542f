#!/usr/bin/env python3
"""What the pages for authors say is so: their commands run, and the reference names every key."""
import json
import os
import re
import subprocess

from support import BINARY, Home, run_all

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def befriend(home, *arguments):
    done = subprocess.run([BINARY, *arguments], capture_output=True, env=home.environment(), cwd=home.path, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_every_command_of_the_first_dialog_runs():
    page = read("docs", "writing-dialogs.md")
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.M | re.S)
    assert len(blocks) >= 7, len(blocks)
    with Home() as home:
        os.symlink(BINARY, os.path.join(home.path, "befriend"))
        path = home.path + os.pathsep + os.environ["PATH"]
        outputs = []
        for block in blocks:
            # Who chats reads from here.
            done = subprocess.run(["sh", "-ec", block], input="i missed the bus again\n/quit\n", capture_output=True,
                                  text=True, cwd=home.path, env=home.environment(PATH=path), timeout=200)
            assert done.returncode == 0, (block, done.stdout, done.stderr)
            outputs.append(done.stdout + done.stderr)
        everything = "\n".join(outputs)
        for words in ("3 of 3 examples right", "missed_bus 0.90", "2 conversations passed, 0 failed", "flowchart"):
            assert words in everything, words
        assert "2 of 3 sentences" not in everything, "the new pack misreads a sentence of its own"
        recorded = os.path.join(home.path, "mine", "corpus", "en", "conversations", "missed_bus.chat")
        with open(recorded, encoding="utf-8") as file:
            assert len(re.findall("^< ", file.read(), re.M)) == 3
        # The dialog was used in the chat: one of its wordings was said.
        said = re.findall('^      - "(.*)"$', page, re.M)
        assert any(words in outputs[5] for words in said), outputs[5]
        for name in ("missed_bus.html", "book.html"):
            assert os.path.getsize(os.path.join(home.path, name)) > 1000, name
        code, out, _ = befriend(home, "check", "--pack", "mine", "--json")
        own = [d for d in json.loads(out)["diagnostics"] if d["file"].startswith("mine/")]
        assert code == 0 and own == [], own


def keys_of(schema):
    """Every name under "properties", at any depth."""
    if isinstance(schema, list):
        return set().union(*map(keys_of, schema))
    if not isinstance(schema, dict):
        return set()
    own = set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
    return own.union(*map(keys_of, schema.values()))


def test_the_reference_names_every_key_of_the_schema():
    page = read("docs", "script-reference.md")
    with Home() as home:
        for kind, least in (("dialog", 50), ("country", 15)):
            keys = keys_of(json.loads(befriend(home, "schema", kind)[1]))
            assert len(keys) >= least, (kind, keys)
            missing = [key for key in sorted(keys) if not re.search(rf"`{key}`|\b{key}:", page)]
            assert not missing, (kind, missing)


def test_the_editor_settings_use_the_schema_of_today():
    settings = json.loads(read(".vscode", "settings.json"))
    with Home() as home:
        for file, patterns in settings["yaml.schemas"].items():
            kind = os.path.basename(file).split(".")[0]
            code, _, errors = befriend(home, "schema", kind, "-o", "now.json")
            assert code == 0, errors
            with open(os.path.join(home.path, "now.json"), encoding="utf-8") as now:
                assert now.read() == read(file), f"befriend schema {kind} -o {file}"
            folder = os.path.dirname(patterns[0])
            assert any(name.endswith(".yaml") for name in os.listdir(os.path.join(ROOT, folder))), folder
    assert len(settings["yaml.schemas"]) == 2


def test_the_page_of_interfaces_names_every_command():
    page = read("docs", "machine-interfaces.md")
    with Home() as home:
        listed = befriend(home, "--help")[1].split("befriend COMMAND")[0]
        names = re.findall(r"^  ([a-z]+) {2,}\S", listed, re.M)
        assert len(names) >= 20, names
        missing = [name for name in names if not re.search(rf"`(befriend )?{name}[ `]", page)]
        assert not missing, missing


def test_answers_as_json():
    with Home() as home:
        code, out, _ = befriend(home, "explain", "230", "--json")
        one = json.loads(out)
        assert code == 0 and sorted(one) == ["code", "text", "title"] and one["code"] == "BF0230", one
        assert one["text"] == befriend(home, "explain", "BF0230")[1]
        codes = json.loads(befriend(home, "explain", "--json")[1])["codes"]
        assert len(codes) == len(befriend(home, "explain")[1].splitlines()) and one in codes
        assert len(json.loads(befriend(home, "explain", "230", "231", "--json")[1])["codes"]) == 2
        completion = json.loads(befriend(home, "completion", "bash", "--json")[1])
        assert completion == {"shell": "bash", "script": befriend(home, "completion", "bash")[1]}
        assert json.loads(befriend(home, "man", "--json")[1])["page"] == befriend(home, "man")[1]
        with open(os.path.join(home.path, "draft.chat"), "w", encoding="utf-8") as file:
            file.write("> hello\n")
        recorded = json.loads(befriend(home, "record", "draft.chat", "--json")[1])
        assert recorded["chat"] == befriend(home, "record", "draft.chat")[1] and "\n< " in recorded["chat"]
        assert recorded["failures"] == [] and recorded["seed"] == 1 and recorded["places"], recorded


if __name__ == "__main__":
    run_all(globals())
