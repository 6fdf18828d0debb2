# SPDX-License-Identifier: Apache-2.0
"""house: the shape of the tree, its licence marks, its format, its documents and its programs."""

import os
import re
import subprocess
from itertools import product

from . import tree

TOP = set("CMakeLists.txt services proto storage clients deploy tests scripts README.md "
          "ARCHITECTURE.md CONTRIBUTING.md LICENSE CMakePresets.json docs .ci .gitignore "
          ".clang-format .clang-tidy".split())
UNTRACKED = {".git", ".cache", "build", "var"}
LICENCE = "SPDX-License-Identifier: Apache-2.0"
QUOTED = re.compile(r"`([^`\n]+)`|\]\(([^)#\s]+)")
# Controls, and marks that make text read otherwise than it is compiled; in a string, escape them.
HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f"
                    r"\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
BRACES = re.compile(r"\{([^{}]+)\}")
FUNCTION = re.compile(r"`((?:sj|sijill)_\w+)`")


def top_level(root):
    """The top level is fixed."""
    there = {path.name for path in root.iterdir()} - UNTRACKED
    for name in sorted(there - TOP):
        yield f"{name}: nothing new at the top level: it belongs in a folder"
    for name in sorted(TOP - there):
        yield f"{name}: missing at the top level"


def licence_marks(root):
    """Each source file names its licence in its first lines."""
    for path in tree.sources(root):
        if not any(LICENCE in line for line in tree.text(root, path).splitlines()[:3]):
            yield f"{path}:1: say {LICENCE}"


def hidden_characters(root):
    """Source shows all that it holds."""
    for path in tree.sources(root):
        text = tree.text(root, path)
        for found in HIDDEN.finditer(text):
            yield f"{path}:{tree.line_of(text, found.start())}: hidden character {ascii(found[0])}"


def code_format(root):
    """C is formatted by the tree's .clang-format."""
    paths = [str(path) for path in tree.files(root, ".c", ".h")]
    if not paths:
        return
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", "--style=file", *paths],
                          cwd=root, capture_output=True, text=True, check=False)
    named = set()
    for line in done.stderr.splitlines():
        path = line.split(":", 1)[0]
        if "error:" in line and path not in named:  # the first place of a file is enough
            named.add(path)
            yield line.replace("code should be clang-formatted", f"run clang-format -i {path}")
    if done.returncode != 0 and "error:" not in done.stderr:
        yield f"clang-format failed: {done.stderr}"


def spellings(name):
    """rows.{c,h} names two files."""
    parts = BRACES.split(name)
    choices = [part.split(",") if index % 2 else [part] for index, part in enumerate(parts)]
    return ["".join(chosen) for chosen in product(*choices)]


def documented_paths(root):
    """Each path that ARCHITECTURE.md names is there."""
    document = root / "ARCHITECTURE.md"
    if not document.exists():
        return  # top_level says so
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        for quoted, linked in QUOTED.findall(line):
            for name in filter(None, [linked, *quoted.split()]):
                yield from (f"ARCHITECTURE.md:{number}: there is no {path}"
                            for path in spellings(name.rstrip(".,:;")) if is_lost(root, path))


def is_lost(root, path):
    """True for what reads as a path of the tree, from its top, and is none. <name> is any name."""
    first = path.split("/")[0]
    if first not in TOP and not re.search(r"/.*\.(c|h|proto|py|md|json|service)$", path):
        return False
    if path.startswith(("/", "http:", "https:", "build/", "var/")):
        return False
    pattern = re.sub(r"<[^<>]*>", "*", path).rstrip("/")
    return not any(root.glob(pattern))


def documented_names(root):
    """Each function of ours that ARCHITECTURE.md names is there."""
    document = root / "ARCHITECTURE.md"
    if not document.exists():
        return
    known = set()
    for path in tree.files(root, ".c", ".h"):
        known.update(re.findall(r"\b(?:sj|sijill)_\w+", tree.code(root, path)))
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        yield from (f"ARCHITECTURE.md:{number}: there is no {name}()"
                    for name in FUNCTION.findall(line) if name not in known)


def programs_run(root):
    """A test program is executable, or tests/run would pass it over in silence."""
    for folder in ("tests/system", "tests/fault"):
        for path in sorted((root / folder).glob("*.py")):
            if tree.is_script(path) != os.access(path, os.X_OK):
                yield (f"{path.relative_to(root)}:1: a program has a #! line and chmod +x, "
                       "a part of one has neither")


def script_syntax(root):
    """Scripts parse."""
    for path in tree.sources(root):
        if path.suffix not in {"", ".py", ".sh"} or path.name == "CMakeLists.txt":
            continue
        text = tree.text(root, path)
        first = text.split("\n", 1)[0]
        if path.suffix == ".py" or "python" in first:
            try:
                compile(text, str(path), "exec")
            except SyntaxError as error:
                yield f"{path}:{error.lineno}: {error.msg}"
        elif "bash" in first or path.suffix == ".sh":
            done = subprocess.run(["bash", "-n", path], cwd=root, capture_output=True, text=True,
                                  check=False)
            yield from done.stderr.splitlines()
