#!/usr/bin/env python3
"""befriend test: the same results on any number of cores, coverage, reports for others."""
import html.parser
import json
import os
import re
import xml.etree.ElementTree

from support import Home, Terminal, run, run_all

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CHATS = os.path.join(ROOT, "corpus", "en", "conversations")
ROWS = os.path.join(ROOT, "corpus", "en", "utterances")


def befriend_test(home, *arguments, code=0):
    got, out, errors = run(home, ["test", *arguments])
    assert got == code, (got, out[-2000:], errors)
    return out.decode("utf-8"), errors.decode("utf-8")


def write(home, name, text):
    path = os.path.join(home.path, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def broken_chat(home):
    return write(home, "broken.chat", "> hello\n< This is <not> what befriend says & never was.\n")


def test_results_do_not_depend_on_the_number_of_jobs():
    with Home() as home:
        broken = broken_chat(home)
        one, _ = befriend_test(home, CHATS, ROWS, broken, "--json", "--coverage", "--jobs", "1", code=1)
        four, _ = befriend_test(home, CHATS, ROWS, broken, "--json", "--coverage", "--jobs", "4", code=1)
        assert one == four
        report = json.loads(one)
        assert report["conversations"]["failed"] == 1
        assert [f["file"] for f in report["conversations"]["files"] if not f["passed"]] == [broken]


def test_a_failing_conversation_prints_a_diff_and_the_command_that_repeats_it():
    with Home() as home:
        broken = broken_chat(home)
        text, _ = befriend_test(home, broken, code=1)
        assert "\n-< This is <not> what befriend says & never was.\n" in text, text
        assert f"again: befriend test {broken} --seed 1\n" in text, text
        again, _ = befriend_test(home, broken, "--seed", "1", code=1)
        assert again == text


def test_junit_is_well_formed_and_counts_what_failed():
    with Home() as home:
        broken = broken_chat(home)
        out = os.path.join(home.path, "results.xml")
        befriend_test(home, broken, CHATS, "-k", "ch", "--junit", out, "--fail-under", "steps=100", code=1)
        root = xml.etree.ElementTree.parse(out).getroot()
        cases = root.findall(".//testcase")
        failed = {case.get("name") for case in cases if case.find("failure") is not None}
        assert failed == {broken, "steps"}, failed
        assert root.get("failures") == "2" and root.get("tests") == str(len(cases))
        detail = root.find(f".//testcase[@name='{broken}']/failure").text
        assert "-< This is <not> what befriend says & never was." in detail, detail


def test_coverage_lists_what_no_test_used_where_it_stands():
    with Home() as home:
        one = os.path.join(CHATS, "practice_senses_and_breath.chat")
        coverage = json.loads(befriend_test(home, one, "--json", "--coverage")[0])["coverage"]
        kinds = coverage["kinds"]
        assert set(kinds) == {"steps", "branches", "silences", "interrupts", "variations", "patterns", "locales", "words"}
        for name, kind in kinds.items():
            assert kind["covered"] + len(kind["uncovered"]) == kind["of"], name
            for item in kind["uncovered"]:
                # Entries of a word list stand many on a line and have a column, too.
                assert re.fullmatch(r".+\.yaml:[1-9]\d*" + (r":[1-9]\d*" if name == "words" else ""), item["place"]), item
        assert 0 < kinds["steps"]["covered"] < kinds["steps"]["of"]
        assert coverage["all"]["of"] == sum(kind["of"] for kind in kinds.values())
        text, _ = befriend_test(home, one, "--coverage")
        assert "not covered (branches): " in text
        assert "not covered" not in befriend_test(home, one)[0]


def test_fail_under_fails_below_and_passes_above():
    with Home() as home:
        one = os.path.join(CHATS, "practice_senses_and_breath.chat")
        befriend_test(home, one, "--fail-under", "steps=0.1")
        text, _ = befriend_test(home, one, "--fail-under", "steps=99", code=1)
        assert "too low: coverage of steps is " in text, text
        _, errors = befriend_test(home, one, "--fail-under", "rivers=9", code=2)
        assert "variations" in errors, errors
        befriend_test(home, one, "--jobs", "0", code=2)


def rows(home, *lines):
    return write(home, "utterances/rows.tsv", "".join(line + "\n" for line in lines))


def test_a_miss_is_explained_by_the_word_that_made_it():
    with Home() as home:
        table = rows(home, "I am such an idiot\tself_judgement", "I am such an xqzwv\tself_judgement",
                     "I am such an idiot\tnone")
        utterances = json.loads(befriend_test(home, table, "--json")[0])["utterances"]
        first, second = utterances["misses"]
        assert first["line"] == 2 and second["line"] == 3
        assert 'with "idiot" for "xqzwv" (intents/en/' in first["why"][0], first
        assert second["why"][0].startswith('self_judgement: heard from "'), second
        assert first["why"][0] in befriend_test(home, table)[0]


def test_robustness_has_a_score_for_each_change_that_was_asked_for():
    with Home() as home:
        table = rows(home, "I am such an idiot\tself_judgement", "I'm so lonely, nobody likes me\tisolation")
        found = json.loads(befriend_test(home, table, "--json", "--metamorphic", "case,quotes")[0])
        robustness = found["utterances"]["robustness"]
        assert set(robustness) == {"case", "quotes"}
        assert robustness["case"] == {"changed": 2, "same": 2, "score": 1.0,
                                      "conversations": {"changed": 0, "same": 0, "score": 1.0}}, robustness
        assert robustness["quotes"]["changed"] == 1
        every = json.loads(befriend_test(home, table, "--json", "--metamorphic", "all")[0])
        assert len(every["utterances"]["robustness"]) == 8
        _, errors = befriend_test(home, table, "--metamorphic", "weather", code=2)
        assert "apostrophes" in errors, errors


class Page(html.parser.HTMLParser):
    """The tags, checked for balance, and the text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.text, self.addresses = [], "", []
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.addresses += [v for k, v in attributes if k in ("src", "href")]
        if tag not in ("meta", "br", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text += data


def test_the_page_says_everything_in_words_and_fetches_nothing():
    with Home() as home:
        broken = broken_chat(home)
        out = os.path.join(home.path, "results.html")
        befriend_test(home, broken, ROWS, "--html", out, "--metamorphic", "case", code=1)
        source = open(out, encoding="utf-8").read()
        page = Page(source)
        assert all(address.startswith("#") for address in page.addresses), page.addresses
        for words in ("Failed.", "-< This is <not> what befriend says & never was.", "Confusions", "self_judgement",
                      "Robustness", "branches that no test used", "again: befriend test"):
            assert words.lower() in page.text.lower(), words
        assert "<th scope=\"row\">" in source and "<caption>" in source


def test_watch_runs_again_when_a_file_changes():
    with Home() as home:
        table = rows(home, "I am such an idiot\tself_judgement")
        terminal = Terminal(home, "test", os.path.dirname(table), "--watch")
        try:
            terminal.wait_for(b"watching;")
            assert b"1 of 1 sentences read exactly" in terminal.output
            terminal.mark()
            rows(home, "I am such an idiot\tself_judgement", "I am such an idiot\tself_judgement")
            terminal.wait_for(b"2 of 2 sentences read exactly")
        finally:
            terminal.kill()


run_all(globals())
