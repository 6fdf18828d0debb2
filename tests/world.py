# SPDX-License-Identifier: Apache-2.0
"""world: the services and the gateway as real processes in a temporary home, for tests in Python.

    with World() as world:
        world.sijill("event", "create", "halal", "--title-en", "Halal", code=0)
        status, headers, body = world.http("GET", "/healthz")

The certificate service and its signer are started when World(certificates=True) asks for them.
"""

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import tap

SOURCE = Path(__file__).resolve().parents[1]
BUILT = Path(os.environ.get("SIJILL_BIN", SOURCE / "build/dev/bin"))
READY_SECONDS, STOP_SECONDS, ASK_SECONDS = 60, 30, 60


def wait_until(holds, what, seconds=90):
    """The first true value of holds(); Failure when it stays false."""
    until = time.monotonic() + seconds
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() > until:
            raise tap.Failure(f"not within {seconds} s: {what}")
        time.sleep(0.05)


class World:
    def __init__(self, certificates=False, gateway=(), built=BUILT):
        self.certificates, self.options, self.built = certificates, list(gateway), built
        self.children, self.port = {}, None

    # ---- processes -------------------------------------------------------------------------------

    def __enter__(self):
        self.home = Path(tempfile.mkdtemp(prefix="sijill-"))
        for name in ("run", "log", "registration", "attendance", "certificate", "gateway", "signer"):
            (self.home / name).mkdir(mode=0o750)
        try:
            for name in self.names():
                self.start(name)
            self.sijill("org", "define", "--name-en", "The centre")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in reversed(list(self.children)):
            self.stop(name)
        shutil.rmtree(self.home, ignore_errors=True)

    def names(self):
        some = ["registration", "attendance"]
        return some + (["signer", "certificate"] if self.certificates else []) + ["gateway"]

    def words(self, name):
        if name == "signer":
            key, phrase = self.home / "signer/key", self.home / "signer/passphrase"
            if not key.exists():
                phrase.write_text("a passphrase for tests\n")
                phrase.chmod(0o600)
                subprocess.run([self.built / "sijill-signer", "--init", "--key", key, "--passphrase-file",
                                phrase], check=True, capture_output=True)
            return ["--key", key, "--passphrase-file", phrase, "--issuer", "did:web:sijill.example",
                    "--endpoint", f"ipc://{self.home}/run/signer.sock"]
        words = ["--home", self.home / name, "--run", self.home / "run"]
        if name == "gateway":  # the same port again after a restart
            words += ["--listen", f"127.0.0.1:{self.port or 0}", *self.options]
        return words

    def start(self, name):
        log = open(self.home / f"log/{name}.log", "ab")  # noqa: SIM115: the child keeps it
        begun = log.tell()
        child = subprocess.Popen([self.built / f"sijill-{name}", *map(str, self.words(name))], stdout=log,
                                 stderr=log, stdin=subprocess.DEVNULL)
        self.children[name] = child
        sign = {"signer": b"evt=key.loaded", "gateway": b"evt=gateway.ready"}.get(name,
                                                                                 b"evt=service.ready")

        def ready():
            if child.poll() is not None:
                raise tap.Failure(f"{name} ended at once:\n{self.log(name)[-2000:]}")
            return sign in (self.home / f"log/{name}.log").read_bytes()[begun:]

        wait_until(ready, f"{name} is ready", READY_SECONDS)
        if name == "gateway":
            self.port = int((self.home / "gateway/http.port").read_text())

    def stop(self, name, by=signal.SIGTERM):
        child = self.children.pop(name, None)
        if child is None:
            return None
        child.send_signal(by)
        try:
            return child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            raise tap.Failure(f"{name} did not stop:\n{self.log(name)[-2000:]}") from None

    def kill(self, name):
        self.stop(name, signal.SIGKILL)

    def pid(self, name):
        return self.children[name].pid

    def ended(self):
        """What to read of services that nobody stopped and that are gone: words for a failure."""
        return "".join(f"{name} has ended ({child.returncode}):\n{self.log(name)[-2000:]}\n"
                       for name, child in self.children.items() if child.poll() is not None)

    def log(self, name):
        return (self.home / f"log/{name}.log").read_text(errors="replace")

    # ---- the command line ------------------------------------------------------------------------

    def sijill(self, *words, code=0, home=None):
        """What a command printed as JSON (its text when it is none); its exit code was the expected one."""
        done = subprocess.run([self.built / "sijill", "--home", str(home or self.home), "--json",
                               *map(str, words)], capture_output=True, text=True,
                              timeout=ASK_SECONDS, check=False)
        if done.returncode != code:
            raise tap.Failure(f"sijill {' '.join(map(str, words))}: exit {done.returncode}, expected "
                              f"{code}\n{done.stdout[:1000]}\n{done.stderr[:1000]}\n{self.ended()}")
        try:
            return json.loads(done.stdout if done.stdout.strip() else done.stderr)
        except json.JSONDecodeError:
            return done.stdout

    # ---- HTTP ------------------------------------------------------------------------------------

    def http(self, method, path, body=None, headers=None, seconds=ASK_SECONDS):
        """(status, headers, octets) of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        with contextlib.closing(connection):
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
                headers = {"Content-Type": "application/json"} | (headers or {})
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def deliver(self, path, delivery, seconds=ASK_SECONDS):
        """The answer to a delivery of tests/webhooks.py at a hook's path."""
        query = f"?{delivery.query}" if delivery.query else ""
        return self.http("POST", path + query, delivery.body, delivery.headers, seconds)
