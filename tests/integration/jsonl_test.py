#!/usr/bin/env python3
"""chat --jsonl as other programs use it."""
import json
import os
import subprocess

from support import BINARY, Home, run, run_all

ANSWER_KEYS = {"effects", "at", "heard", "safety", "problems"}


def talk(home, lines, *arguments, **more):
    given = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n"
    code, out, errors = run(home, ["chat", "--jsonl", *arguments], given, **more)
    assert code == 0, errors
    answers = [json.loads(line) for line in out.decode().splitlines()]
    assert len(answers) == len(lines), (len(answers), len(lines))
    return answers


def says(answer):
    return [effect["say"] for effect in answer["effects"] if "say" in effect]


def test_one_line_out_for_one_line_in():
    with Home() as home:
        lines = [{"start": True}, {"text": "hello"}, {"parts": ["im such an idiot", "nobody else is like this"]},
                 "not json", "[1]", "{}", '{"text":5}', '{"wait_s":"x"}', {"wait_s": -1}, "", {"wait_s": 1200},
                 {"button": "nothing"}, {"edit": "changed"}, {"edit": {"text": "changed"}}, {"redact": True},
                 {"text": ""}, {"text": "\u0000\u001b[2J"}, '{"text":"\\ud800"}', {"text": "a" * 1_000_000}]
        answers = talk(home, lines)
        for line, answer in zip(lines, answers):
            if isinstance(line, dict) and ("start" in line or "text" in line or "parts" in line):
                assert ANSWER_KEYS <= set(answer), answer
                assert says(answer), (line if len(str(line)) < 99 else "long", answer)
        for index in (3, 4, 5, 6, 7, 8, 9):
            assert "error" in answers[index], answers[index]


def test_lines_are_answered_at_once():
    with Home() as home:
        process = subprocess.Popen([BINARY, "chat", "--jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   env=home.environment())
        for text in ("hello", "I'm such an idiot", "stop"):
            process.stdin.write(json.dumps({"text": text}).encode() + b"\n")
            process.stdin.flush()
            assert says(json.loads(process.stdout.readline()))
        process.stdin.close()
        assert process.wait(10) == 0


def test_malformed_bytes_inside_a_line():
    with Home() as home:
        code, out, _ = run(home, ["chat", "--jsonl"], b'{"text":"caf\xff"}\n\xff\xfe\n{"text":"hello"}\n')
        answers = [json.loads(line) for line in out.splitlines()]
        assert code == 0 and len(answers) == 3 and says(answers[2])


def test_the_same_lines_and_seed_give_the_same_bytes():
    with Home() as home:
        lines = [{"start": True}, {"text": "I failed my exam"}, {"text": "i'm so stupid"}, {"wait_s": 4000}, {"text": "yes"}]
        given = "\n".join(map(json.dumps, lines)) + "\n"
        runs = [run(home, ["chat", "--jsonl", "--seed", seed], given)[1] for seed in ("4", "4", "5")]
        assert runs[0] == runs[1]


def test_stop_ends_and_the_next_text_opens_anew():
    with Home() as home:
        answers = talk(home, [{"start": True}, {"text": "stop"}, {"text": "hello"}])
        assert answers[1]["at"] is None
        assert not any("?" in text for text in says(answers[1])), answers[1]
        assert any("end" in effect for effect in answers[1]["effects"])
        assert answers[2]["at"] is not None and says(answers[2])


def test_a_store_keeps_the_conversation_and_an_id_is_answered_once():
    with Home() as home:
        store = os.path.join(home.path, "store.db")
        first = talk(home, [{"start": True}, {"text": "I'm such an idiot", "id": "m1"}], "--store", store)
        again = talk(home, [{"text": "I'm such an idiot", "id": "m1"}, {"text": "and lonely"}], "--store", store)
        assert says(first[1]) and again[0].get("duplicate") is True and not again[0]["effects"]
        assert says(again[1])


def test_a_store_that_cannot_be_used_is_a_problem_not_an_end():
    with Home() as home:
        answers = talk(home, [{"start": True}, {"text": "hello"}], "--store", "/proc/nowhere/x.db")
        assert answers[0]["problems"] and says(answers[0]) and says(answers[1])


def test_a_crisis_is_answered_in_that_turn():
    with Home() as home:
        for text in ("I want to kill myself", "im going to end my life tonight", "I took all the pills just now"):
            answer = talk(home, [{"start": True}, {"text": text}])[1]
            assert answer["safety"]["rank"] >= 3, (text, answer["safety"])
            words = " ".join(says(answer))
            assert any(c.isdigit() for c in words) or "?" in words, words


def test_wait_fires_what_comes_due():
    with Home() as home:
        answers = talk(home, [{"start": True}, {"text": "can we do a breathing exercise"}, {"text": "yes"}, {"text": "yes"},
                              {"wait_s": 600}])
        times = [effect["at_s"] for effect in answers[4]["effects"]]
        assert times == sorted(times) and all(0 <= t <= 600 for t in times)


def test_usage():
    with Home() as home:
        for arguments, code in ((["chat", "--help"], 0), (["--help"], 0), (["--version"], 0), (["--version", "--json"], 0),
                                (["chat", "--sede", "1"], 2), (["chta"], 2), (["chat", "--seed", "x"], 2),
                                (["chat", "--clock", "noon"], 2), (["chat", "--at", "no/where"], 2),
                                (["chat", "--language", "tlh"], 2), (["test", "/no/where"], 2)):
            got, out, errors = run(home, arguments)
            assert got == code, (arguments, got, errors)
            assert (out if code == 0 else errors), arguments
        assert b'did you mean "chat"' in run(home, ["chta"])[2]
        assert json.loads(run(home, ["--version", "--json"])[1])["interfaces"] == 1


run_all(globals())
