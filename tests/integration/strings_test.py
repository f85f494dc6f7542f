#!/usr/bin/env python3
"""strings: PO files that gettext accepts, and a conversation in a language of accents."""
import json
import os
import shutil
import subprocess
import tempfile

from support import Home, run, run_all


def strings(home, *arguments, code=0):
    got, text, errors = run(home, ["strings", *arguments])
    assert got == code, (got, text[-300:], errors)
    return text.decode("utf-8")


def accepted_by_msgfmt(file):
    if not shutil.which("msgfmt"):
        print("  (gettext is not installed: not checked)")
        return
    done = subprocess.run(["msgfmt", "-c", "-o", os.devnull, file], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_update_keeps_translations_and_doubts_changed_sources():
    with Home() as home, tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "de.po")
        told = json.loads(strings(home, "update", "--language", "de", "--file", file, "--json"))
        assert told["missing"] == told["texts"] > 1000, told
        accepted_by_msgfmt(file)
        with open(file, encoding="utf-8") as opened:
            text = opened.read()
        head, entry, rest = text.partition('msgctxt "stop/say/say/1"\n')
        assert entry
        source = rest.split('msgid "', 1)[1].split('"\n', 1)[0]
        rest = rest.replace('msgstr ""', 'msgstr "Wir hören auf."', 1)
        with open(file, "w", encoding="utf-8") as opened:
            opened.write(head + entry + rest)
        strings(home, "update", "--language", "de", "--file", file)
        with open(file, encoding="utf-8") as opened:
            first = opened.read()
        assert 'msgstr "Wir hören auf."' in first
        strings(home, "update", "--language", "de", "--file", file)
        with open(file, encoding="utf-8") as opened:
            assert opened.read() == first, "a second update changes nothing"
        told = json.loads(strings(home, "status", "--language", "de", "--file", file, "--json", code=1))
        assert told["translated"] == 1 and told["missing"] == told["texts"] - 1, told
        with open(file, "w", encoding="utf-8") as opened:
            opened.write(first.replace('msgid "%s"' % source, 'msgid "An older sentence."'))
        told = json.loads(strings(home, "status", "--language", "de", "--file", file, "--json", code=1))
        assert told["stale"] == 1 and told["findings"][0]["line"] > 1, told
        told = json.loads(strings(home, "update", "--language", "de", "--file", file, "--json"))
        assert told["fuzzy"] == 1, told
        accepted_by_msgfmt(file)
        with open(file, encoding="utf-8") as opened:
            assert '#| msgid "An older sentence."' in opened.read()


def test_the_template_is_accepted_by_gettext():
    with Home() as home, tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "befriend.pot")
        strings(home, "extract", "-o", file)
        accepted_by_msgfmt(file)


def talk(home, *arguments):
    lines = '{"start":true}\n{"text":"im such an idiot"}\n{"text":"stop"}\n'
    code, out, errors = run(home, ["chat", "--jsonl", *arguments], lines)
    assert code == 0, errors
    return [json.loads(line) for line in out.decode().splitlines()]


def test_a_conversation_in_the_test_language():
    with Home() as home:
        plain = talk(home)
        accents = talk(home, "--language", "en-XA")
        for english, other in zip(plain, accents):
            assert english["at"] == other["at"]
            for a, b in zip(english["effects"], other["effects"]):
                if "say" in a:
                    assert a["say"] != b["say"] and len(b["say"]) > len(a["say"]), (a, b)


def test_a_pack_speaks_the_strings_it_has():
    with Home() as home, tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "dialogs"))
        file = os.path.join(folder, "dialogs", "de.po")
        strings(home, "extract", "--language", "en-XA", "-o", file)
        with open(file, encoding="utf-8") as opened:
            text = opened.read()
        with open(file, "w", encoding="utf-8") as opened:
            opened.write(text[:len(text) // 2].rsplit("\n\n", 1)[0] + "\n")
        answers = talk(home, "--language", "de", "--pack", folder)
        assert all("error" not in answer for answer in answers)


def test_a_language_that_is_not_there_is_refused():
    with Home() as home:
        code, _, errors = run(home, ["chat", "--jsonl", "--language", "de"])
        assert code == 2 and b"dialogs/de.po" in errors, errors
        code, _, _ = run(home, ["strings", "status", "--language", "../../etc"])
        assert code == 2


run_all(globals())
