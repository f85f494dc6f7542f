"""befriend mutate: a seeded sample, its report and its exit codes."""
import json
import os
import subprocess
import sys

BINARY = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else "build/dev/befriend"
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def run(*arguments):
    return subprocess.run([BINARY, "mutate", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=200)


done = run("-n", "12", "--kind", "drop-pattern", "--seed", "5", "--fail-under", "0", "--json")
assert done.returncode == 0, done.stderr
report = json.loads(done.stdout)
assert report["mutants"] == 12 and report["total"] > 12
assert report["killed"] + len(report["survivors"]) == 12
assert report["score"] <= report["score_of_reached"], report
assert report["never_reached"] == sum(not one["reached"] for one in report["survivors"])
assert report["killed"] > 0, "not one pattern of twelve is tested"
assert all(":" in one["place"] for one in report["survivors"])
again = run("-n", "12", "--kind", "drop-pattern", "--seed", "5", "--fail-under", "0", "--json", "--jobs", "1")
assert again.stdout == done.stdout, "the number of threads changes the report"

alone = run("corpus/en/conversations/safety_stop.chat", "-n", "3", "--kind", "drop-start")
assert alone.returncode in (0, 1) and "drop-start" in alone.stdout, alone.stdout
assert run("--kind", "drop-everything").returncode == 2
assert run("-n", "many").returncode == 2
print("ok")
