# SPDX-License-Identifier: Apache-2.0
"""tree: which files are ours, and C text without comments and strings."""

import os
import re
from pathlib import Path

NOT_OURS = {".git", ".cache", "build", "var", "node_modules", "__pycache__"}
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def files(root, *endings):
    """Our files, sorted, as paths below root; with endings (".c") only those."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        paths = (Path(folder, name).relative_to(root) for name in names)
        found += [path for path in paths if not endings or path.suffix in endings]
    return sorted(found)


def sources(root):
    """Our files that people write and read as code: C, protobuf, Python, shell, CMake, web."""
    for path in files(root):
        if path.suffix in {".c", ".h", ".proto", ".py", ".sh", ".js", ".mjs", ".css", ".cmake"}:
            yield path
        elif path.name == "CMakeLists.txt" or (root / path).is_file() and is_script(root / path):
            yield path


def is_script(path):
    with path.open("rb") as file:
        return file.read(2) == b"#!"


def text(root, path):
    return (root / path).read_text(encoding="utf-8")


def code(root, path):
    """C or protobuf text with comments and strings blanked; lines keep their numbers."""
    return NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text(root, path))


def line_of(text, position):
    return text.count("\n", 0, position) + 1
