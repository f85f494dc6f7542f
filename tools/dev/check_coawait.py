#!/usr/bin/env python3
"""Fails on `co_await f(Aggregate{...})` and on a capturing lambda inside a co_await expression.

g++ 12 destroys such temporaries twice. Give the value a name on the line before:
    Message message{...};
    co_await send(std::move(message));
"""
import pathlib
import re
import sys

AWAIT = re.compile(r"\bco_await\b([^;]*);")
BRACED = re.compile(r"[\w>(,]\s*\{")
LAMBDA = re.compile(r"\[[^\]]+\]\s*[({]")


def without_comments(text):
    text = re.sub(r"//[^\n]*", "", text)
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    return re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)


def problems(root):
    for folder in ("engine", "intents", "adapters", "tools", "tests"):
        for file in sorted((root / folder).rglob("*.[ch]pp")):
            text = without_comments(file.read_text(encoding="utf-8"))
            for found in AWAIT.finditer(text):
                expression = found.group(1)
                if BRACED.search(expression) or LAMBDA.search(expression):
                    line = text.count("\n", 0, found.start()) + 1
                    yield f"{file.relative_to(root)}:{line}: name the value before co_await (g++ 12 destroys it twice)"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    found = list(problems(root))
    print("\n".join(found) if found else "co_await: only named values")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
