#!/usr/bin/env python3
"""befriend tune: weights fitted, measured, written, and heard by the other commands."""
import json
import os
import subprocess

from support import BINARY, Home, run_all


def befriend(home, *arguments, given=""):
    done = subprocess.run([BINARY, *arguments], input=given.encode(), capture_output=True, env=home.environment(),
                          cwd=home.path, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def table(home):
    """Sixty people: those of the lanterns are in distress, those of the trams are not."""
    name = os.path.join(home.path, "people.tsv")
    with open(name, "w") as out:
        out.write("id\tlabels\ttext\tgroup\tsource\tmined\n")
        for i in range(120):
            low = i % 3 == 0
            text = "the lantern flickers again" if low else "the tram stops by the bakery"
            out.write(f"{i}\t{'distress' if low else 'none'}\t{text} {'xyz'[i % 3]}{i}\tg{i // 2}\tstreet\t-\n")
    return name


def test_weights_are_fitted_measured_written_and_heard():
    with Home() as home:
        people = table(home)
        code, out, errors = befriend(home, "tune", people, "--json", "--held-out", "--write", "--pack", ".")
        assert code == 0, errors
        report = json.loads(out)
        for part in ("read", "silenced", "held_out"):
            before, after = report[part]["before"], report[part]["after"]
            assert before["micro_f1"]["value"] == 0 and after["micro_f1"]["value"] == 1, report
            assert after["none_precision"]["value"] == 1 and after["spoilt_per_1000"]["value"] == 0, report
            assert after["none_recall"]["low"] <= after["none_recall"]["value"] <= after["none_recall"]["high"], report
        assert report["held_out"]["after"]["rows"] < report["read"]["after"]["rows"], report
        assert report["read"]["labels"]["distress"]["after"] == 1, report
        assert report["read"]["parts"]["source street"]["n"] == report["read"]["after"]["rows"], report

        written = os.path.join(home.path, report["written"])
        first = open(written).read()
        assert '"lantern"' in first and "xyz" not in first, first
        code, out, errors = befriend(home, "tune", people, "--json", "--write", "--pack", ".")
        assert code == 0 and "held_out" not in json.loads(out), out + errors
        assert open(written).read() == first, "the same input gave other weights"

        code, out, errors = befriend(home, "try", "--pack", ".", "--jsonl", given="a lantern by the door\nthe tram\n")
        assert code == 0, errors
        heard, quiet = [json.loads(line) for line in out.splitlines()]
        assert heard["primary"] == "distress" and quiet["primary"] == "none", out
        reading = next(r for r in heard["readings"] if r["intent"] == "distress")
        place, line = reading["pattern"].rsplit(":", 1)
        assert place.endswith("intents/en/word_weights.yaml"), reading
        assert "lantern" in first.splitlines()[int(line) - 1], reading
        assert reading["polarity"] == "hedged" and reading["evidence"], reading


def test_what_cannot_be_read_is_told():
    with Home() as home:
        people = table(home)
        with open(os.path.join(home.path, "odd.tsv"), "w") as out:
            out.write("text\tlabels\nx\tnone\n")
        for arguments, told in [
                ((), "a table of labelled messages"),
                (("missing.tsv",), "missing.tsv"),
                (("odd.tsv",), 'no column "group"'),
                ((people, "--hold", "5"), "0 to 4"),
                ((people, "--sparse", "much"), "--sparse"),
                ((people, "--write"), "--pack"),
        ]:
            code, out, errors = befriend(home, "tune", *arguments)
            assert code == 2 and told in errors and not out, (arguments, code, out, errors)


if __name__ == "__main__":
    run_all(globals())
