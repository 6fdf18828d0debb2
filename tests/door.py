# SPDX-License-Identifier: Apache-2.0
"""door: tests/system/http_door.c as a test sees it, and HTTP spoken octet by octet."""

import os
import re
import socket
import subprocess
from collections import namedtuple
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
BUILT = Path(os.environ.get("SIJILL_BIN", SOURCE / "build/dev/bin"))
WAIT_S = 30  # for what must come; a test that waits this long has failed

Answer = namedtuple("Answer", "status headers body")
Sample = namedtuple("Sample", "name labels value")


class Door:
    """The program; ends with the block that opened it, and must end well."""

    def __init__(self, cors="", forwarded=False, descriptors=0, built=BUILT):
        words = [built / "http_door", cors] + (["forwarded"] if forwarded else [])
        if descriptors:
            words = ["prlimit", f"--nofile={descriptors}", *words]
        self.program = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(self.program.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if not self.program.stdin.closed:
            self.program.stdin.close()
        code = self.program.wait(WAIT_S)
        self.program.stdout.close()
        if code != 0:
            raise AssertionError(f"http_door ended with {code}")

    def connect(self):
        return Connection(self.port)

    def ask(self, *octets):
        """One request on a connection of its own."""
        with self.connect() as connection:
            connection.send(*octets)
            return connection.answer()

    def get(self, path, *headers, method="GET"):
        return self.ask(head(method, path, *headers))

    def counts(self):
        return samples(self.get("/metrics").body.decode())

    def count(self, name, **labels):
        """The sum of the samples that have these labels."""
        return sum(one.value for one in self.counts()
                   if one.name == name and labels.items() <= one.labels.items())


class Connection:
    def __init__(self, port, receive_buffer=0):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(WAIT_S)
        self.socket.connect(("127.0.0.1", port))
        self.had = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *octets):
        """What cannot be sent because the other side has hung up is not this function's matter."""
        try:
            for some in octets:
                self.socket.sendall(some)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def more(self):
        some = self.socket.recv(65536)
        self.had += some
        return bool(some)

    def until(self, mark):
        while mark not in self.had:
            if not self.more():
                raise AssertionError(f"the connection ended after {self.had[:200]!r}")
        text, self.had = self.had.split(mark, 1)
        return text

    def exactly(self, size):
        while len(self.had) < size:
            if not self.more():
                raise AssertionError(f"the connection ended in a body: {self.had[:200]!r}")
        text, self.had = self.had[:size], self.had[size:]
        return text

    def answer(self, bodyless=False):
        """The next answer; `bodyless`: it is to HEAD."""
        first, *lines = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, status, _ = first.split(" ", 2)
        assert version == "HTTP/1.1", first
        headers = {}
        for line in lines:
            name, value = line.split(": ", 1)
            name = name.lower()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        status = int(status)
        if bodyless or status < 200 or status in (204, 304):
            return Answer(status, headers, b"")
        if headers.get("transfer-encoding") == "chunked":
            return Answer(status, headers, b"".join(self.chunks()))
        return Answer(status, headers, self.exactly(int(headers["content-length"])))

    def chunks(self):
        while True:
            size = int(self.until(b"\r\n"), 16)
            text = self.exactly(size)
            assert self.exactly(2) == b"\r\n"
            if size == 0:
                return
            yield text

    def is_closed(self):
        """Whether the other side hangs up, now or soon."""
        try:
            while self.more():
                pass
            return True
        except ConnectionResetError:
            return True
        except socket.timeout:
            return False


def head(method, path, *headers):
    lines = [f"{method} {path} HTTP/1.1", "Host: door", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def chunked(*pieces):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


# ---- Prometheus' text format 0.0.4, strictly ----------------------------------------------------

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
LINE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?(?:\d+(?:\.\d+)?(?:e[+-]\d+)?))")
ENDINGS = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


def check_histogram(name, rows):
    """Buckets of each series rise, end with +Inf, and that is its _count."""
    series = {}
    for row in rows:
        labels = dict(row.labels)
        bound = labels.pop("le", None)
        series.setdefault(tuple(sorted(labels.items())), []).append((row, bound))
    for key, members in series.items():
        buckets = [(float(bound), row.value) for row, bound in members if bound is not None]
        assert buckets == sorted(buckets), f"{name} {key}: buckets do not rise"
        assert [value for _, value in buckets] == sorted(value for _, value in buckets)
        assert buckets[-1][0] == float("inf"), f"{name} {key}: no +Inf"
        total = [row.value for row, _ in members if row.name == name + "_count"]
        assert total == [buckets[-1][1]], f"{name} {key}: _count is not the last bucket"
        assert sum(row.name == name + "_sum" for row, _ in members) == 1


def samples(text):
    """All samples of an exposition; raises where it is not one."""
    families, found, seen = {}, [], set()
    assert text.endswith("\n"), "the last line has no end"
    name = kind = None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name, kind = line.split(" ", 3)[2], None
            assert re.fullmatch(NAME, name) and name not in families, f"twice or no name: {line}"
            families[name] = []
        elif line.startswith("# TYPE "):
            _, _, typed, kind = line.split(" ")
            assert typed == name and kind in ENDINGS, line
        else:
            match = LINE.fullmatch(line)
            assert match and kind, f"no sample: {line}"
            assert match[1] in [name + ending for ending in ENDINGS[kind]], f"of no family: {line}"
            pairs = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match[2] or "")
            labels = dict(pairs)
            assert len(labels) == len(pairs), f"a label twice: {line}"
            key = (match[1], tuple(sorted(pairs)))
            assert key not in seen, f"a series twice: {line}"
            seen.add(key)
            families[name].append(Sample(match[1], labels, float(match[3])))
            found.append(families[name][-1])
            assert kind != "counter" or name.endswith("_total"), f"a counter without _total: {name}"
            families[name, "kind"] = kind
    for name in [key for key in families if isinstance(key, str)]:
        if families.get((name, "kind")) == "histogram":
            check_histogram(name, families[name])
    return found
