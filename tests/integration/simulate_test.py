"""befriend simulate and diff: output, exit codes, files."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback

BINARY = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else "build/dev/befriend"
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def run(*arguments):
    return subprocess.run([BINARY, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=200)


def simulate_reports_every_limit_as_json():
    with tempfile.TemporaryDirectory() as folder:
        done = run("simulate", "corpus/en/personas/tired_cook.yaml", "--sessions", "2", "--seed", "4",
                   "--json", "--transcripts", folder)
        assert done.returncode in (0, 1), done.stderr
        report = json.loads(done.stdout)
        assert report["all"]["sessions"] == 2
        assert (done.returncode == 0) == report["all"]["passed"]
        assert any("at_most" in limit for limit in report["all"]["limits"])
        assert sorted(os.listdir(folder)) == ["tired_cook.4.txt", "tired_cook.5.txt"]
        again = run("simulate", "corpus/en/personas/tired_cook.yaml", "--sessions", "2", "--seed", "4", "--json")
        assert again.stdout == done.stdout


def a_broken_persona_is_exit_code_2_with_a_place():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "p.yaml")
        with open(path, "w") as file:
            file.write("name: A\nturns: 0\n")
        done = run("simulate", path)
        assert done.returncode == 2
        assert "p.yaml:2:8: error[BF0015]" in done.stderr, done.stderr


def equal_packs_differ_in_nothing():
    done = run("diff", "built-in", "built-in", "corpus/en/conversations/safety_stop.chat", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["conversations"] == {"changed": [], "files": 1}


def a_changed_answer_is_shown_with_both_packs():
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(os.path.join(ROOT, "dialogs", "en"), os.path.join(folder, "dialogs", "en"))
        path = os.path.join(folder, "dialogs", "en", "home.yaml")
        with open(path) as file:
            text = file.read()
        with open(path, "w") as file:
            file.write(text.replace("I'm", "I am"))
        assert "I'm" in text
        done = run("diff", "built-in", folder, "corpus/en/conversations")
        assert done.returncode == 1, done.stdout + done.stderr
        assert "\n- < " in done.stdout and "\n+ < " in done.stdout


def wrong_usage_is_exit_code_2():
    assert run("diff", "built-in").returncode == 2
    assert run("diff", "built-in", "/nowhere/at/all").returncode == 2
    assert run("simulate", "--sessions", "none").returncode == 2


failed = 0
for test in (simulate_reports_every_limit_as_json, a_broken_persona_is_exit_code_2_with_a_place,
             equal_packs_differ_in_nothing, a_changed_answer_is_shown_with_both_packs,
             wrong_usage_is_exit_code_2):
    try:
        test()
        print("ok", test.__name__)
    except Exception:
        failed += 1
        traceback.print_exc()
sys.exit(1 if failed else 0)
