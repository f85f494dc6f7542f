#!/usr/bin/env python3
"""Sentences and conversations of other systems become ours, and back."""
import json
import os
import re
import subprocess

from support import BINARY, Home, run_all

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "import")


def befriend(folder, *arguments, home):
    done = subprocess.run([BINARY, *arguments], capture_output=True, env=home.environment(), cwd=folder, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def imported(home, *arguments):
    """Imports files of the data folder; (folder, {sentence: labels}, warnings, summary)."""
    target = os.path.join(home.path, "pack")
    code, out, errors = befriend(DATA, "import", *arguments, "-o", target, "--json", home=home)
    assert code == 0, errors
    summary = json.loads(out)
    warnings = [f"{w['file']}:{w['line']}" for w in summary["warnings"]]
    assert len(errors.splitlines()) == len(warnings), errors
    return target, sentences(target), warnings, summary


def sentences(target):
    table = os.path.join(target, "corpus", "en", "utterances", "imported.tsv")
    if not os.path.exists(table):
        return {}
    rows = [line.split("\t") for line in read(table).splitlines()]
    assert rows[0] == ["text", "labels", "note"] and all(len(row) == 3 for row in rows), rows
    assert len({row[0] for row in rows}) == len(rows), "a sentence occurs twice"
    return {row[0]: row[1] for row in rows[1:]}


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def turns(*path):
    """The lines of a conversation test that say or expect something."""
    return [line for line in read(*path).split("---\n")[2].splitlines() if line and not line.startswith("#")]


def test_rasa():
    with Home() as home:
        # Stories may come before the sentences they need.
        target, rows, warnings, _ = imported(home, "rasa", "stories.yml", "nlu.yml")
        assert rows == {
            "how do I bake rye bread": "ask_recipe",
            "a recipe for flat bread please": "ask_recipe",
            "what goes into a sourdough": "ask_recipe",
            "that smells wonderful": "praise",
            "you bake well": "praise",
        }, rows
        words = read(target, "intents", "en", "imported.yaml")
        found = re.findall(r'^  (\w+):|^    - "(.*)"', words, re.M)
        assert [a or b for a, b in found] == ["bread", "rye bread", "flat bread", "sourdough", "bagel",
                                              "oven", "oven", "stove", "range"], words
        conversations = os.path.join(target, "corpus", "en", "conversations")
        assert sorted(os.listdir(conversations)) == ["a_loaf_then_thanks.chat", "a_loaf_then_thanks_2.chat"]
        assert turns(conversations, "a_loaf_then_thanks.chat") == [
            "> how do I bake rye bread", "= ask_recipe",
            "> that smells wonderful", "= praise", "< Thank you. / Shall I go on?"]
        # A name, the regular expression, what is no example, an entry without any; an event, a slot, no sentence.
        for place in ("nlu.yml:3", "nlu.yml:22", "nlu.yml:8", "nlu.yml:25", "stories.yml:13", "stories.yml:14",
                      "stories.yml:22"):
            assert place in warnings, (place, warnings)
        code, out, _ = befriend(home.path, "check", "--pack", target, "--json", home=home)
        assert code == 0 and not [d for d in json.loads(out)["diagnostics"] if "imported" in d["file"]], out


def test_botium():
    with Home() as home:
        target, rows, warnings, _ = imported(home, "botium", "bread_talk.convo.txt", "greet.utterances.txt")
        assert rows == {"good morning baker": "greet", "hey there baker": "greet"}, rows
        assert turns(target, "corpus", "en", "conversations", "bread_talk.chat") == [
            "> good morning baker", "> how are you", "= greet", "< Hello. / Nice to see you.",
            "< What shall we bake?", "> rye"]
        assert warnings == ["greet.utterances.txt:1", "bread_talk.convo.txt:14", "bread_talk.convo.txt:19"], warnings


def test_a_story_with_forms_and_choices_keeps_what_people_say():
    with Home() as home:
        target, rows, warnings, _ = imported(home, "rasa", "forms.yml")
        assert rows == {"bread for Ida": "order_bread", "good morning": "greet"}, rows
        conversations = os.path.join(target, "corpus", "en", "conversations")
        # Of "or" the first: otherwise the answer would stand after nothing.
        assert turns(conversations, "one_of_two_beginnings.chat") == ["> good morning", "= greet"]
        assert turns(conversations, "after_the_form.chat") == ["> bread for Ida", "= order_bread"]
        assert turns(conversations, "greet_back.chat") == ["> good morning", "= greet"]
        for line in (16, 20, 21):
            assert "forms.yml:%d" % line in warnings, warnings


def test_asserters_of_botium_are_no_words():
    with Home() as home:
        target, rows, warnings, _ = imported(home, "botium", "oven_order.convo.txt")
        assert rows == {}, rows
        assert turns(target, "corpus", "en", "conversations", "oven_order.chat") == [
            "> I am $guest", "< Which loaf?", "> The rye one, please", "> wheat"]
        assert warnings == ["oven_order.convo.txt:%d" % line for line in (3, 7, 10, 11, 12)], warnings


def test_csv():
    with Home() as home:
        _, rows, warnings, summary = imported(home, "csv", "survey.csv")
        assert rows == {'I said "no", twice': "refusal", "two lines": "refusal", "a tab": "praise,refusal",
                        "fine": "none"}, rows
        # Without a sentence, with a tab, too short: by the line of the file, not the number of the row.
        assert warnings == ["survey.csv:5", "survey.csv:6", "survey.csv:8"], warnings
        assert summary["sentences"] == 4 and summary["conversations"] == 0, summary


def test_tsv():
    with Home() as home:
        _, rows, warnings, _ = imported(home, "tsv", "survey.tsv", "--text", "answer", "--label", "topic")
        assert rows == {'it is "good"': "praise", 'a "quoted" one': "praise"}, rows
        assert warnings == ["survey.tsv:4", "survey.tsv:5"], warnings


def test_jsonl():
    with Home() as home:
        _, rows, warnings, _ = imported(home, "jsonl", "survey.jsonl", "--text", "q", "--label", "l")
        assert rows == {"one line": "praise", "two labels": "praise,some_thing", "none at all": "none"}, rows
        assert warnings == ["survey.jsonl:2", "survey.jsonl:3", "survey.jsonl:4"], warnings


def test_home_assistant_sentences_are_heard():
    with Home() as home:
        files = ("oven.yaml", "oven_lists.yaml", "oven_tests.yaml")
        target, rows, warnings, _ = imported(home, "home-assistant", *files)
        assert rows["preheating the stove"] == "oven_turn_on" and len(rows) == 4, rows
        intents = read(target, "intents", "en", "imported.yaml")
        patterns = re.findall(r'like: "(.*)", weight', intents)
        assert patterns == [
            "wake me in {minutes: <minutes>} (minute|minutes)",
            "(turn|switch|[please] put) on [the] {oven: <oven>} [in the kitchen]",
            "(heat & {oven: <oven>} & now)",
            "set [the] {oven: <oven>} to {heat: <degrees>} [(degree|degrees)]",
            "(preheat|preheated|preheating|pre-heat|pre-heated|pre-heating) the {oven: <oven>}",
        ], patterns
        for line in (16, 17, 18, 19):  # no such list, a rule in a circle, nothing needed, an open bracket
            assert f"oven.yaml:{line}" in warnings, (line, warnings)
        code, out, errors = befriend(home.path, "test", os.path.join(target, "corpus", "en"), "--pack", target,
                                     home=home)
        assert code == 0 and "4 of 4 sentences read exactly" in out + errors, out + errors
        for name in ("oven_timer", "oven_turn_on"):
            code, _, errors = befriend(home.path, "try", "--check", name, "--pack", target, home=home)
            assert code == 0 and "0 of 0" not in errors, errors


def test_from_here_to_rasa_and_back():
    with Home() as home:
        assert befriend(home.path, "init", "mine", home=home)[0] == 0
        table = os.path.join(home.path, "mine", "corpus", "en", "utterances", "spilled_milk.tsv")
        with open(table, "a", encoding="utf-8") as file:
            file.write('- she said: "it\'s fine", #3 {x}\tspilled_milk,self_judgement\t\n')
            file.write("with [brackets] in it\tspilled_milk\t\n")
        code, out, errors = befriend(home.path, "export", "rasa", "--no-examples", "--corpus",
                                     os.path.dirname(table), "-o", "there", "--json", home=home)
        assert code == 0, errors
        assert "spilled_milk.tsv:6:1: warning:" in errors, errors
        summary = json.loads(out)
        assert summary["left_out"] == 1 and summary["sentences"] == 5, summary
        code, out, errors = befriend(home.path, "import", "rasa", "there/nlu.yml", "-o", "back", home=home)
        assert code == 0 and not errors, errors
        assert sentences(os.path.join(home.path, "back")) == {
            "i spilled the milk all over the floor": "spilled_milk",
            "I broke the mug my sister gave me": "spilled_milk",
            "my brother burned the toast": "none",
            '- she said: "it\'s fine", #3 {x}': "self_judgement,spilled_milk",
        }, sentences(os.path.join(home.path, "back"))
        # The examples of the intents, too.
        assert befriend(home.path, "export", "rasa", "--pack", "mine", "-o", "all", home=home)[0] == 0
        assert "    - I burned the toast again\n" in read(home.path, "all", "nlu.yml")


def test_what_is_refused():
    with Home() as home:
        target = os.path.join(home.path, "pack")

        def refused(*arguments):
            code, out, errors = befriend(DATA, *arguments, home=home)
            assert code == 2 and not out and not os.path.exists(target), (arguments, code, out)
            return errors

        assert "unclosed.csv:2:1: error:" in refused("import", "csv", "unclosed.csv", "-o", target)
        assert 'survey.csv:1:1: error: there is no column "topic"' in refused("import", "csv", "survey.csv",
                                                                             "--label", "topic", "-o", target)
        assert "nlu.yml" not in refused("import", "rasa", "no_such_file.yml", "-o", target)
        assert re.search(r"survey\.csv:\d+:\d+: error", refused("import", "rasa", "survey.csv", "-o", target))
        assert "-o FOLDER" in refused("import", "csv", "survey.csv")
        assert "xml" in refused("import", "xml", "survey.csv", "-o", target)
        assert "the format is rasa" in refused("export", "xml", "-o", target)


def test_nothing_is_replaced():
    with Home() as home:
        target = imported(home, "csv", "survey.csv")[0]
        before = sentences(target)
        code, _, errors = befriend(DATA, "import", "tsv", "survey.tsv", "--text", "answer", "--label", "topic",
                                   "-o", target, home=home)
        assert code == 2 and "exists" in errors and sentences(target) == before, errors


if __name__ == "__main__":
    run_all(globals())
