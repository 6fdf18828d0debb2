# SPDX-License-Identifier: Apache-2.0
"""limits: what a reader must hold in mind at once, and what no code of ours may do."""

import json
import re
import subprocess

from . import tree

FUNCTION_LINES = 70
FILE_LINES = 600
# Unbounded copies, a shell, conversions that cannot fail, chance that is not given from outside.
FORBIDDEN = ("strcpy strcat sprintf vsprintf gets alloca strtok system popen "
             "atoi atol atoll atof rand srand random drand48").split()
FORBIDDEN_CALL = re.compile(rf"(?<![\w.>])({'|'.join(FORBIDDEN)})\s*\(")
LATER = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")  # in pieces, or this line breaks the rule
ISSUE = re.compile(r"#\d+|\bissue \d+")


def function_lines(root):
    """A function has at most 70 lines."""
    paths = [str(path) for path in tree.files(root, ".c", ".h")]
    if not paths:
        return
    listed = subprocess.run(["ctags", "--languages=C", "--langmap=C:.c.h", "--kinds-C=f",
                             "--fields=+ne", "--output-format=json", "-L", "-", "-f", "-"],
                            input="\n".join(paths), cwd=root, capture_output=True, text=True,
                            check=True)
    for line in listed.stdout.splitlines():
        tag = json.loads(line)
        length = tag["end"] - tag["line"] + 1
        if length > FUNCTION_LINES:
            yield (f"{tag['path']}:{tag['line']}: {tag['name']} has {length} lines, "
                   f"at most {FUNCTION_LINES}: give its parts names of their own")


def file_lines(root):
    """A file has at most 600 lines."""
    for path in tree.sources(root):
        length = tree.text(root, path).count("\n")
        if length > FILE_LINES:
            yield (f"{path}:{length}: at most {FILE_LINES} lines: "
                   "a second subject wants its own file")


def forbidden_calls(root):
    """No call that cannot be used well."""
    for path in tree.files(root, ".c", ".h"):
        text = tree.code(root, path)
        for call in FORBIDDEN_CALL.finditer(text):
            yield f"{path}:{tree.line_of(text, call.start())}: {call[1]} is forbidden"


def promises(root):
    """Work left for later has an issue number."""
    for path in tree.sources(root):
        for number, line in enumerate(tree.text(root, path).splitlines(), 1):
            if LATER.search(line) and not ISSUE.search(line):
                yield f"{path}:{number}: work for later needs an issue number (#12), or is done now"
