# SPDX-License-Identifier: Apache-2.0
"""asking: the command line as a program uses it, and the telling of what held."""

import contextlib
import json
import subprocess
import time

DONE, REFUSED, UNVERIFIED = 0, 3, 5
COMMAND_SECONDS = 300
SETTLED_SECONDS = 60


class Broken(Exception):
    """What must hold did not: expected this, that came."""


class Left(Exception):
    """A step was broken, so those that build on it are left out."""


def expect(holds, expected, came):
    if not holds:
        raise Broken(f"expected {expected}, came {came}")


def settled(look, holds, expected):
    """What look() gives as soon as it holds: what a service learns by a feed takes a moment."""
    until = time.monotonic() + SETTLED_SECONDS
    while True:
        came = look()
        if holds(came):
            return came
        expect(time.monotonic() < until, expected, came)
        time.sleep(0.1)


class Sijill:
    """The command line, as a program uses it."""

    def __init__(self, program, home):
        self.program, self.home = program, home

    def run(self, *words):
        return subprocess.run([self.program, "--home", self.home, "--json", *map(str, words)],
                              capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)

    def ask(self, *words, codes=(DONE,)):
        """What it writes, as JSON, after the exit code was one of those that are expected."""
        done = self.run(*words)
        expect(done.returncode in codes, f"exit {codes[0]} of sijill {' '.join(map(str, words))}",
               f"exit {done.returncode}: {done.stderr.strip()[:600]}")
        return parsed(done.stdout)

    def refused(self, *words, code=REFUSED):
        """The code and the words of a refusal."""
        done = self.run(*words)
        expect(done.returncode == code, f"exit {code} of sijill {' '.join(map(str, words))}",
               f"exit {done.returncode}: {(done.stderr or done.stdout).strip()[:600]}")
        error = parsed(done.stderr.strip().splitlines()[-1])["error"]
        return error["code"], error["detail"]


def parsed(text):
    try:
        return json.loads(text)
    except ValueError as error:
        raise Broken(f"expected JSON, came {text[:200]!r}") from error


class Story:
    """What is told, and whether all of it held."""

    def __init__(self):
        self.held = self.failed = 0

    @contextlib.contextmanager
    def step(self, what):
        said = []
        try:
            yield lambda words: said.append(str(words))
        except Broken as words:
            print(f"  FAILED  {what}: {words}; the steps after it are left out", flush=True)
            self.failed += 1
            raise Left from words
        print(f"  ok      {what}{': ' if said else ''}{'; '.join(said)}", flush=True)
        self.held += 1
