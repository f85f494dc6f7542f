#!/usr/bin/env python3
"""The tools for pattern authors, as they use them."""
import json

from support import Home, run, run_all


def call(home, *arguments, expect=0):
    code, out, errors = run(home, list(arguments), "")
    assert code == expect, (code, arguments, out, errors)
    return out.decode(), errors.decode() if isinstance(errors, bytes) else errors


def test_match_points_at_the_words():
    with Home() as home:
        out, _ = call(home, "match", "@self be [a|an] {name: <harsh_noun>}", "I'm such an idiot")
        assert out.splitlines()[1] == "^^^      ^^^^^^^^", out
        assert 'name = "idiot"' in out
        out, _ = call(home, "match", "hate myself", "I don't hate myself")
        assert 'denied by "not"' in out and "negated" in out
        call(home, "match", "hate myself", "I like cake", expect=1)


def test_match_as_json():
    with Home() as home:
        found = json.loads(call(home, "match", "--json", "hate", "she hates it")[0])
        assert found["matches"] and found["readings"][0]["evidence"] == [[4, 9]], found
        call(home, "match", "--json", "--unless", "cake", "hate", "she hates cake", expect=1)


def test_a_pattern_that_cannot_be_read_is_pointed_at():
    with Home() as home:
        _, errors = call(home, "match", "a (b", "x", expect=2)
        assert "pattern:1:3: error[BF0101]" in errors, errors
        _, errors = call(home, "sample", "a <harsh_nuon>", expect=2)
        assert "BF0102" in errors and "harsh_noun" in errors, errors
        call(home, "match", "a", expect=2)


def test_sampled_sentences_are_read_as_the_intent():
    with Home() as home:
        sampled = json.loads(call(home, "sample", "self_judgement", "-n", "12", "--json")[0])
        assert len(set(sampled["sentences"])) == 12, sampled
        for text in sampled["sentences"]:
            reading = json.loads(run(home, ["try", "--jsonl"], text + "\n")[1])
            assert any(r["intent"] == "self_judgement" for r in reading["readings"]), text
        again = json.loads(call(home, "sample", "self_judgement", "-n", "12", "--json")[0])
        assert again == sampled
        other = json.loads(call(home, "sample", "self_judgement", "-n", "12", "--seed", "2", "--json")[0])
        assert other["sentences"] != sampled["sentences"]


run_all(globals())
