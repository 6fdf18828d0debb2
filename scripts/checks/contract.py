# SPDX-License-Identifier: Apache-2.0
"""contract: what every .proto file must be, because protobuf-c has no depth limit (a message that
can hold itself lets a sender overflow our stack) and because stored bytes must have one form."""

import re

from . import tree

TOKEN = re.compile(r"[\w.]+|[^\s\w]")
FIELD = re.compile(r"([A-Za-z_.][\w.]*)\s+\w+\s*=\s*\d+\s*[;\[]")


def bodies(text):
    """Each message's full name and its own words, without those of messages inside it."""
    package = re.search(r"\bpackage\s+([\w.]+)\s*;", text)
    scopes = [package[1] if package else ""]
    found = {}
    words = TOKEN.findall(text)
    for index, word in enumerate(words):
        if word == "{":
            kind, name = words[index - 2:index]
            if kind == "message":
                scopes.append(f"{scopes[-1]}.{name}".strip("."))
                found[scopes[-1]] = ""
            else:  # the fields of a oneof are its message's; an enum has none
                scopes.append(scopes[-1] if kind == "oneof" else None)
        elif word == "}":
            scopes.pop()
        elif scopes[-1] in found:
            found[scopes[-1]] += word + " "
    return found


def resolve(name, scope, messages):
    """The message that a type name means in scope: the innermost that fits, as protobuf does."""
    if name.startswith("."):
        return name[1:] if name[1:] in messages else None
    parts = scope.split(".")
    for depth in range(len(parts), -1, -1):
        full = ".".join([*parts[:depth], name])
        if full in messages:
            return full
    return None


def find_cycle(graph):
    """One path of messages that comes back to itself, or None."""
    done = set()

    def visit(name, path):
        if name in path:
            return path[path.index(name):] + [name]
        if name in done:
            return None
        for other in sorted(graph[name]):
            cycle = visit(other, path + [name])
            if cycle:
                return cycle
        done.add(name)
        return None

    return next(filter(None, (visit(name, []) for name in sorted(graph))), None)


def messages_end(root):
    """No message can hold itself."""
    messages = {}
    for path in tree.files(root, ".proto"):
        messages |= bodies(tree.code(root, path))
    graph = {}
    for name, body in messages.items():
        types = {found[1] for found in FIELD.finditer(body)}
        graph[name] = {resolve(used, name, messages) for used in types} - {None}
    cycle = find_cycle(graph)
    if cycle:
        yield f"proto: {' -> '.join(cycle)}: a message must not hold itself, at any depth"


def proto_language(root):
    """proto2, no required field, and only types with one encoding for one value."""
    for path in tree.files(root, ".proto"):
        text = tree.code(root, path)
        if not re.search(r'^syntax\s*=\s*"proto2"\s*;', tree.text(root, path), re.MULTILINE):
            yield f'{path}:1: say syntax = "proto2"; protobuf-c refuses optional in proto3'
        for found in re.finditer(r"\b(required)\s+[\w.]+\s+\w+\s*=", text):
            yield f"{path}:{tree.line_of(text, found.start())}: required can never be taken back"
        for found in re.finditer(r"\b(map\s*<|(?:float|double)\s+\w+\s*=)", text):
            yield (f"{path}:{tree.line_of(text, found.start())}: stored bytes are canonical: "
                   "no maps, no floating point")
