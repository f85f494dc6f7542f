#!/usr/bin/env python3
"""corpus_bench.py BINARY [FOLDER]: how fast `befriend test` reads 100,000 sentences and plays 1,000 conversations.

The sentences and conversations of the corpus are repeated in an order drawn from a seed, in a folder that is gone
afterwards; every conversation is played twice, as always. Prints a table (Markdown) for the report and, with FOLDER,
writes it to FOLDER/corpus_bench.md. Run it on a release build; nothing here is a test. Standard library only."""
import glob
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time

SENTENCES, CONVERSATIONS, JOBS, SEED = 100_000, 1_000, 2, 20_26


def corpus_rows():
    rows = []
    for path in sorted(glob.glob("corpus/en/utterances/*.tsv")):
        with open(path, encoding="utf-8") as file:
            rows += [line for line in file if "\t" in line and not line.startswith(("text\t", "#"))]
    return rows


def write_inputs(folder):
    draw = random.Random(SEED)
    os.makedirs(os.path.join(folder, "utterances"))
    os.makedirs(os.path.join(folder, "conversations"))
    with open(os.path.join(folder, "utterances", "drawn.tsv"), "w", encoding="utf-8") as file:
        file.writelines(row if row.endswith("\n") else row + "\n" for row in draw.choices(corpus_rows(), k=SENTENCES))
    chats = sorted(glob.glob("corpus/en/conversations/*.chat"))
    for number in range(CONVERSATIONS):
        with open(draw.choice(chats), encoding="utf-8") as file:
            text = file.read()
        with open(os.path.join(folder, "conversations", "%04d.chat" % number), "w", encoding="utf-8") as file:
            file.write(text)


def timed(binary, path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    done = subprocess.run([binary, "test", path, "--jobs", str(JOBS), "--misses", "0", "--json"], capture_output=True)
    wall = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr.decode())
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(done.stdout), wall, cpu


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    binary = os.path.abspath(sys.argv[1])
    lines = ["| `befriend test` on %d threads | how many | wall s | CPU s | per second (wall) | per CPU second |" % JOBS,
             "|---|---:|---:|---:|---:|---:|"]
    with tempfile.TemporaryDirectory(prefix="befriend-bench-") as folder:
        write_inputs(folder)
        timed(binary, os.path.join(folder, "conversations", "0000.chat"))  # the compiled pack is cached from here on
        for name, wanted in (("utterances", SENTENCES), ("conversations", CONVERSATIONS)):
            found, wall, cpu = timed(binary, os.path.join(folder, name))
            count = found["utterances"]["rows"] if name == "utterances" else len(found["conversations"]["files"])
            assert count == wanted, (name, count)
            lines.append("| %s | %d | %.1f | %.1f | %.0f | %.0f |" % (name, count, wall, cpu, count / wall, count / cpu))
    table = "\n".join(lines) + "\n"
    sys.stdout.write(table)
    if len(sys.argv) == 3:
        os.makedirs(sys.argv[2], exist_ok=True)
        with open(os.path.join(sys.argv[2], "corpus_bench.md"), "w", encoding="utf-8") as file:
            file.write(table)


main()
