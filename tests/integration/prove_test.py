#!/usr/bin/env python3
"""Faulty packs (tests/faults): prove finds each fault, and the conversation it gives shows it again."""
import json
import os

from support import Home, run, run_all

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FAULTS = os.path.join(ROOT, "tests", "faults")
CONTENT = ["--properties", os.path.join(ROOT, "corpus/en/properties.yaml"),
           "--corpus", os.path.join(ROOT, "corpus/en/utterances")]


def prove(home, *arguments):
    code, out, errors = run(home, ["prove", "--json", "--states", "5000", *CONTENT, *arguments])
    assert code in (0, 1), errors
    return code, json.loads(out)


def counterexample(answer, name):
    found = [p for p in answer["properties"] if p["name"] == name]
    assert len(found) == 1 and found[0]["holds"] is False, found
    return found[0]["counterexample"]


def replayed(home, command, pack, conversation):
    file = os.path.join(home.path, "broken.txt")
    with open(file, "w", encoding="utf-8") as lines:
        lines.write("\n".join(conversation) + "\n")
    code, out, errors = run(home, [command, "--pack", pack, "--replay", file])
    assert code == 0, errors
    return out.decode().splitlines()


def fault(name, broken):
    """The talk of the counter-example, as lines."""
    with Home() as home:
        pack = os.path.join(FAULTS, name)
        code, answer = prove(home, "--pack", pack)
        assert code == 1 and answer["broken"] >= 1 and answer["complete"] is False
        conversation = counterexample(answer, broken)
        talk = replayed(home, "prove", pack, conversation)
        assert talk == replayed(home, "chat", pack, conversation)
        return talk


def test_a_practice_without_consent():
    talk = fault("consent", "everything is done as written")
    assert any(line.startswith("# ") and "without consent" in line for line in talk), talk


def test_a_question_asked_twice_in_a_row():
    talk = fault("question", "no question twice in a row")
    assert talk.count("< How was it for you?") == 2, talk


def test_a_mute_turn():
    talk = fault("mute", "everything is done as written")
    assert "# nothing was said" in talk and talk[-1] == "? thanks/wait", talk


def test_the_shipped_pack_has_none_of_them():
    with Home() as home:
        code, answer = prove(home)
        assert code == 0 and answer["broken"] == 0, [p for p in answer["properties"] if p["holds"] is False]
        # Nothing found is not a proof, and is not called one.
        assert answer["complete"] is False
        assert not any(p["holds"] is True and "witness" not in p for p in answer["properties"])


def test_the_same_search_twice():
    with Home() as home:
        first, second = prove(home)[1], prove(home)[1]
        first.pop("seconds"), second.pop("seconds")
        assert first == second


def test_files_that_cannot_be_read():
    with Home() as home:
        for arguments in (["prove", "--properties", "nowhere.yaml"], ["prove", "--replay", "nowhere.txt"],
                          ["chat", "--replay", "nowhere.txt"], ["prove", "--states", "0"], ["prove", "more"]):
            assert run(home, arguments)[0] == 2, arguments


run_all(globals())
