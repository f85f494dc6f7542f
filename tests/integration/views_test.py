#!/usr/bin/env python3
"""graph, book and stats: valid output, nothing left out, nothing fetched from elsewhere."""
import glob
import html
import json
import os
import re
import shutil
import subprocess

from support import Home, run, run_all

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# What our Mermaid is made of; the label grammar leaves out everything that Mermaid would read.
MERMAID = re.compile(
    r"flowchart LR"
    r"|  n\d+(\[\"[^\"`<>&]*\"\]|\(\[\"[^\"`<>&]*\"\]\)|\[\[\"[^\"`<>&]*\"\]\]|\(\(\"[^\"`<>&]*\"\)\))"
    r"|  n\d+ (-->|-\.->)(\|\"[^\"`<>&]*\"\|)? n\d+")


def out(home, *arguments, code=0):
    got, text, errors = run(home, list(arguments))
    assert got == code, (got, errors)
    return text.decode("utf-8")


def test_mermaid_of_every_dialog_is_well_formed():
    with Home() as home:
        text = out(home, "graph")
        nodes = set(re.findall(r"^  (n\d+)[\[(]", text, re.M))
        for line in text.splitlines():
            assert MERMAID.fullmatch(line), line
            edge = re.match(r"  (n\d+) -.*(n\d+)$", line)
            if edge:
                assert set(edge.groups()) <= nodes, line
        assert len(nodes) > 500, len(nodes)


def test_dot_is_accepted_by_graphviz():
    if not shutil.which("gvpr") and not shutil.which("nop"):
        print("  (graphviz is not installed: not checked)")
        return
    with Home() as home:
        tool = ["nop"] if shutil.which("nop") else ["gvpr", "BEG_G{}"]
        done = subprocess.run(tool, input=out(home, "graph", "--format", "dot").encode(), capture_output=True)
        assert done.returncode == 0 and not done.stderr, done.stderr


def test_every_move_of_a_dialog_is_an_edge():
    with Home() as home:
        graph = json.loads(out(home, "graph", "asks_normal", "--json"))
        names = {node["name"] for node in graph["nodes"]}
        assert {"asks_normal", "asks_normal/answer", "asks_normal/again", "isolation_reframe"} <= names
        edges = {(edge["from"], edge["to"]) for edge in graph["edges"]}
        assert ("asks_normal/answer", "asks_normal/again") in edges
        assert ("asks_normal/answer", "isolation_reframe") in edges
        assert ("asks_normal/answer", "asks_normal/heard") in edges
        assert "stop" in graph["anywhere"]


def test_pages_fetch_nothing_and_read_without_script():
    with Home() as home:
        page = out(home, "graph", "stop", "--format", "html")
        assert "<svg" in page and "The same in words" in page
        assert not re.search(r'(src|href)="(?!#)', page)
        assert page.index("<table>") < page.index("<script>")


def test_an_unknown_dialog_is_told_with_the_nearest():
    with Home() as home:
        code, _, errors = run(home, ["graph", "stopp"])
        assert code == 2 and b"stop?" in errors, errors


def lines_written():
    """The quoted texts of every dialog file, read without any YAML reader of ours."""
    for name in sorted(glob.glob(os.path.join(ROOT, "dialogs", "en", "*.yaml"))):
        for number, line in enumerate(open(name, encoding="utf-8"), 1):
            found = re.match(r'\s+(?:- |- (?:say|ask|text): |say: |ask: )"((?:[^"\\]|\\.)*)"\s*$', line)
            if found:
                yield "%s:%d" % (os.path.relpath(name, ROOT), number), json.loads('"%s"' % found.group(1))


def test_the_book_holds_every_line_and_its_place():
    with Home() as home:
        page = html.unescape(out(home, "book"))
        written = list(lines_written())
        assert len(written) > 1500, len(written)
        for place, text in written:
            assert text.strip() in page, (place, text)
        for needed in ("Helplines", "Reviewer", "Verified", "What can be heard", "dialogs/en/stop.yaml:"):
            assert needed in page, needed
        assert page.index('id="helplines"') < page.index('id="d-crisis_ask"') < page.index('id="d-greeting"')


def test_stats_hold_the_limits_and_tell_when_they_are_passed():
    with Home() as home:
        os.chdir(ROOT)
        told = json.loads(out(home, "stats", "--strict", "--json"))
        assert told["over"] is False and told["conversations"]["content_turns"] > 30, told["counts"]
        assert all(finding["place"] for finding in told["findings"] if finding["rule"] == "long_sentence")
        strict = os.path.join(home.path, "limits.yaml")
        with open(strict, "w", encoding="utf-8") as opened:
            opened.write("limits: { sentence_words: 2 }\n")
        out(home, "stats", "stop", "--strict", "--limits", strict, code=1)
        out(home, "stats", "stop", "--limits", os.path.join(home.path, "nothing.yaml"), code=2)


run_all(globals())
