#!/usr/bin/env python3
"""Fails when an #include points up: base <- intents <- engine <- adapters <- tools."""
import pathlib
import re
import sys

MAY_INCLUDE = {
    "engine/base": {"engine/base"},
    "intents": {"engine/base", "intents"},
    "engine": {"engine/base", "intents", "engine"},
    "adapters": {"engine/base", "intents", "engine", "adapters"},
    "tools": {"engine/base", "intents", "engine", "adapters", "tools"},
}
# The engine knows no file, socket, clock, thread or database.
FORBIDDEN_IN_ENGINE = {"fstream", "filesystem", "thread", "mutex", "iostream", "sqlite3.h", "unistd.h", "ctime"}
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]')


def layer(path):
    if path.startswith("engine/base/"):
        return "engine/base"
    top = path.split("/")[0]
    return top if top in MAY_INCLUDE else None


def problems(root):
    for file in sorted(root.rglob("*.[ch]pp")):
        name = file.relative_to(root).as_posix()
        own = layer(name)
        if own is None:
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            other = layer(found.group(1))
            if other and other not in MAY_INCLUDE[own]:
                yield f"{name}:{number}: {own} may not include {found.group(1)}"
            if own == "engine" and found.group(1) in FORBIDDEN_IN_ENGINE:
                yield f"{name}:{number}: the engine reads no file, clock, thread or database ({found.group(1)})"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    found = list(problems(root))
    print("\n".join(found) if found else "layers: every arrow points down")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
