#!/usr/bin/env python3
"""The tools for pattern authors, as they use them."""
import json
import os

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


TINY = """language: en
intents:
  hiding:
    kind: content
    patterns:
      # kept
      - { like: "hide away", weight: 1.0 }
"""
POSTS = "mood\tbody\n" + "".join("away\t%s\n" % text for text in (
    "i vanish from parties", "she saw me vanish", "vanishing is my way", "so i vanished")) + "".join(
    "fine\t%s\n" % text for text in ("i had tea", "the cat sleeps", "my mum called", "we read books",
                                              "a bird sang", "the bus is late", "i bought milk", "we play chess"))


def test_suggest_proposes_and_writes_what_the_sentences_share():
    with Home() as home:
        folder = os.path.join(home.path, "pack")
        os.makedirs(os.path.join(folder, "intents", "en"))
        path, posts = os.path.join(folder, "intents", "en", "hiding.yaml"), os.path.join(home.path, "posts.tsv")
        for name, text in ((path, TINY), (posts, POSTS)):
            with open(name, "w") as file:
                file.write(text)
        arguments = ["suggest", "hiding", posts, "--text-column", "body", "--label-column", "1", "--label", "away",
                     "--pack", folder]
        found = json.loads(call(home, *arguments, "--json")[0])
        assert [p["like"] for p in found["patterns"]] == ["vanish"], found
        assert found["patterns"][0]["gain"] == 4 and found["patterns"][0]["alarms"] == 0, found
        assert found["patterns"][0]["examples"][0]["line"] == 2, found
        assert found["before"]["recall"] == 0 and found["after"]["recall"] == 1, found
        assert found["written"] is None and open(path).read() == TINY
        out, _ = call(home, *arguments, "--write")
        assert "vanish" in out and path in out, out
        assert open(path).read() == TINY + '      - { like: "vanish", weight: 0.85 }\n', open(path).read()
        assert json.loads(call(home, *arguments, "--json")[0])["patterns"] == []


def test_suggest_says_what_it_cannot_read():
    with Home() as home:
        posts = os.path.join(home.path, "posts.tsv")
        with open(posts, "w") as file:
            file.write(POSTS)
        columns = ["--text-column", "body", "--label-column"]
        for arguments, said in ((["threta", posts], "did you mean threat?"),
                                (["threat", posts, *columns, "feeling"], 'no column "feeling"'),
                                (["threat", posts, *columns, "mood"], 'labelled "threat"'),
                                (["threat", posts, "--write"], "--pack"),
                                (["threat", os.path.join(home.path, "nowhere")], "nowhere")):
            _, errors = call(home, "suggest", *arguments, expect=2)
            assert said in errors, (arguments, errors)


def test_two_patterns_have_one_relation_and_a_sentence_that_shows_it():
    with Home() as home:
        for a, b, relation, witness in (
                ("hate myself", "i hate", "overlaps", "i hate myself"),
                ("hate myself", "love tea", "overlaps", None),
                ("hate myself", "i hate myself", "contains", "i hate myself"),
                ("hate (me|myself)", "(hate me|hate myself)", "equal", None),
                ("^ yes $", "^ no $", "disjoint", ""),
                ("^ yes $", "no ^ yes", "empty", "")):
            found = json.loads(call(home, "overlap", "--json", a, b)[0])
            pair = found["pairs"][0]
            assert pair["relation"] == relation and found["defects"] == 0, (a, b, found)
            assert witness is None or pair["witness"] == witness, (a, b, found)
            if pair["witness"]:
                for one in (a, b):
                    call(home, "match", one, pair["witness"])
        # The first of a pair that is told contains the other.
        pair = json.loads(call(home, "overlap", "--json", "i hate myself", "hate myself")[0])["pairs"][0]
        assert (pair["a"], pair["relation"]) == ("hate myself", "contains"), pair


RIVALS = """language: en
intents:
  zz_left:
    kind: content
    patterns:
      - { like: "flumpish today", weight: 0.8 }
  zz_right:
    kind: control
    patterns:
      - { like: "flumpish today", weight: 0.8 }
  zz_fine:
    kind: content
    patterns:
      - { like: "a snorkel", weight: 0.9 }
      - { like: "two snorkels", weight: 0.9 }
      - { like: "flumpish today", weight: 0.8, family: finer }
    examples: ["I'm a snorkel"]
"""


def test_lint_has_each_of_its_codes():
    with Home() as home:
        folder = os.path.join(home.path, "pack")
        os.makedirs(os.path.join(folder, "intents", "en"))
        with open(os.path.join(folder, "intents", "en", "rivals.yaml"), "w") as file:
            file.write(RIVALS)
        for intent, pack, expected in (("hiding", "tests/faults/shadowed", [("BF0117", 9), ("BF0118", 10)]),
                                       ("hermit", "tests/faults/negation", [("BF0120", 4)]),
                                       ("zz_left", folder, [("BF0119", 6)]), ("zz_fine", folder, [])):
            found = json.loads(call(home, "overlap", "--lint", intent, "--pack", pack, "--json",
                                    expect=1 if expected else 0)[0])["diagnostics"]
            assert [(d["code"], d["line"]) for d in found] == expected, (intent, found)
            assert all("/intents/en/" in d["file"] and d["hint"] for d in found), found


def test_check_finds_a_shadowed_pattern_and_an_intent_that_a_negation_flips():
    with Home() as home:
        for fault, code, witness, shown in (
                ("shadowed/intents/en/hiding.yaml", "BF0117", "i hide from people", "hide from people"),
                ("negation/intents/en/hermit.yaml", "BF0120", "I am not a hermit", "hermit")):
            path = "tests/faults/" + fault
            pack = path.split("/intents/")[0]
            out, _ = call(home, "check", "--strict", path, expect=1)
            assert path + ":" in out and "warning[%s]" % code in out and '"%s"' % witness in out, out
            # The sentence that is told shows it again.
            explained, _ = call(home, "try", "--pack", pack, "--explain", witness)
            assert shown in explained and "counts" in explained, explained
        # A denied example is cheap to find: without --strict it is told, too, and lets pass.
        out, _ = call(home, "check", "tests/faults/negation/intents/en/hermit.yaml")
        assert "warning[BF0120]" in out, out
        out, _ = call(home, "check", "--quiet", "tests/faults/negation/intents/en/hermit.yaml")
        assert "BF0120" not in out, out


run_all(globals())
