#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 120
"""Given the units of deploy/, when systemd's own tools judge and read them, then they are hardened,
correct, and find their programs, users and folders where an installation puts them."""

import contextlib
import functools
import json
import os
import select
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "tests"))

import sandbox
import tap

UNITS = SOURCE / "deploy/systemd"
SERVICES = ("registration", "attendance", "certificate")
ALL = (*SERVICES, "signer", "gateway")
BIN = "/usr/lib/sijill/bin/"
BUILT = Path(os.environ.get("SIJILL_BIN", SOURCE / "build/dev/bin"))
READY_SECONDS = 20


def unit(name):
    return UNITS / f"sijill-{name}.service"


def needs(tool):
    """A case that skips aloud where the tool is not."""
    def decorate(case):
        @functools.wraps(case)
        def maybe():
            if shutil.which(tool) is None:
                raise tap.Skip(f"{tool} is missing")
            case()
        return maybe
    return decorate


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def exposure(path, limit):
    """systemd-analyze's exit code and words about a unit; limit is ten times the exposure."""
    return run("systemd-analyze", "security", "--offline=yes", "--no-pager",
               f"--threshold={limit}", path)


@needs("systemd-analyze")
def the_signer_is_exposed_at_most_1():
    judged = exposure(unit("signer"), 10)
    assert judged.returncode == 0, judged.stdout + judged.stderr


@needs("systemd-analyze")
def a_service_is_exposed_at_most_2():
    for name in SERVICES:
        judged = exposure(unit(name), 20)
        assert judged.returncode == 0, judged.stdout + judged.stderr


@needs("systemd-analyze")
def the_gateway_is_exposed_at_most_1_2():
    judged = exposure(unit("gateway"), 12)
    assert judged.returncode == 0, judged.stdout + judged.stderr


@needs("systemd-analyze")
def a_unit_without_hardening_is_above_all_three():
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder, "sijill-bare.service")
        bare.write_text("[Service]\nExecStart=/bin/true\n")
        assert exposure(bare, 20).returncode != 0


def verify(units):
    """What systemd finds wrong with these units (name: text), their programs standing in place."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in units.items():
            for program in ALL:
                text = text.replace(f"{BIN}sijill-{program} ", "/bin/true ")
            Path(folder, name).write_text(text)
        return run("systemd-analyze", "verify", "--man=no", *sorted(Path(folder).iterdir())).stderr


@needs("systemd-analyze")
def systemd_reads_every_unit_without_complaint():
    units = {path.name: path.read_text() for path in UNITS.iterdir()}
    assert len(units) == 6, units.keys()
    said = verify(units)
    assert "sijill" not in said, said
    broken = units["sijill-signer.service"].replace("UMask=0077", "UMaks=0077")
    said = verify(units | {"sijill-signer.service": broken})
    assert "UMaks" in said, said


def hardening(name):
    text = unit(name).read_text()
    return text[text.index("NoNewPrivileges="):text.index("SystemCallFilter=")].splitlines()


def the_hardening_is_the_same_everywhere():
    assert len(hardening("signer")) > 25
    for name in SERVICES:
        assert hardening(name) == hardening("signer"), name


def only_the_gateway_has_a_network_and_otherwise_it_is_hardened_alike():
    closed = {"PrivateNetwork=yes", "IPAddressDeny=any", "RestrictAddressFamilies=AF_UNIX",
              "TasksMax=32"}
    assert closed <= set(hardening("signer"))
    opened = {"RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "SocketBindDeny=any",
              "SocketBindAllow=tcp:8080", "IPAddressDeny=multicast link-local", "PrivateMounts=yes", "TasksMax=128"}
    assert set(hardening("gateway")) == set(hardening("signer")) - closed | opened


def the_gateway_listens_where_its_unit_and_the_proxy_expect_it():
    settings = (SOURCE / "deploy/sijill.env").read_text()
    assert "\nSIJILL_LISTEN=127.0.0.1:8080\n" in settings, settings
    assert "reverse_proxy 127.0.0.1:8080 " in (SOURCE / "deploy/Caddyfile").read_text()
    assert "default 127.0.0.1:8080" in run(BUILT / "sijill-gateway", "--help").stdout


def only_the_certificate_service_reaches_the_signer():
    members = [path.name for path in UNITS.iterdir() if "=sijill-signer\n" in path.read_text()]
    assert sorted(members) == ["sijill-certificate.service", "sijill-signer.service"], members


def stage(folder):
    """Install the build into a folder as if it were /."""
    done = subprocess.run(["cmake", "--install", BUILT.parent, "--prefix", "/usr"], text=True,
                          env=os.environ | {"DESTDIR": folder}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return Path(folder)


def command_line(path):
    """The words of a unit's ExecStart."""
    return next(line.split("=", 1)[1].split() for line in path.read_text().splitlines()
                if line.startswith("ExecStart="))


def an_installation_puts_programs_where_units_look():
    with tempfile.TemporaryDirectory() as folder:
        root = stage(folder)
        for name in ALL:
            installed = root / "usr/lib/systemd/system" / unit(name).name
            command = command_line(installed)[0]
            assert os.access(root / command.lstrip("/"), os.X_OK), command
        assert os.access(root / "usr/bin/sijill", os.X_OK)
        assert (root / "usr/share/sijill/catalogue/activities-2025.json").exists()


def programs_know_every_option_of_their_unit():
    for name in ALL:
        words = command_line(unit(name))
        known = run(BUILT / Path(words[0]).name, "--help").stdout
        for option in filter(lambda word: word.startswith("--"), words):
            assert f"{option} " in known, f"sijill-{name} {option}"


class Started:
    """A unit's program, started with its own command line and its own filter in another root, and
    stopped at the end: with gives the words it told its manager."""

    def __init__(self, root, name):
        words = command_line(unit(name))
        moved = {"/var/lib/sijill": f"{root}/lib", "/run/sijill": f"{root}/run", "%d": str(root),
                 "${SIJILL_ISSUER}": "did:web:sijill.example"}
        self.name = name
        self.command = [str(BUILT / Path(words[0]).name)]
        for word in words[1:]:
            for old, new in moved.items():
                word = word.replace(old, new)
            self.command.append(word)
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(f"{root}/{name}.notify")
        # The leak checker wants ptrace, which no unit of ours may have.
        self.environment = os.environ | {
            "NOTIFY_SOCKET": f"{root}/{name}.notify", "SIJILL_LISTEN": "127.0.0.1:0",
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}

    def __enter__(self):
        self.process = subprocess.Popen(
            [SOURCE / "tests/sandbox.py", unit(self.name), *self.command], env=self.environment)
        until = time.monotonic() + READY_SECONDS
        while self.process.poll() is None and time.monotonic() < until:
            if select.select([self.manager], [], [], 0.1)[0]:
                return self.manager.recv(4096).decode()
        self.process.kill()
        self.process.wait()
        raise AssertionError(f"sijill-{self.name} did not become ready")

    def __exit__(self, *_):
        self.manager.close()
        self.process.terminate()
        code = self.process.wait(READY_SECONDS)
        assert code == 0, f"sijill-{self.name} ended with {code}"


def home_of_units(folder):
    """The folders that systemd would make, and a key."""
    root = Path(folder)
    for path in ("run", *(f"lib/{name}" for name in ALL)):
        (root / path).mkdir(parents=True, mode=0o700)
    (root / "passphrase").write_text("correct horse battery staple\n")
    (root / "passphrase").chmod(0o600)
    made = run(BUILT / "sijill-signer", "--init", "--key", root / "lib/signer/key",
               "--passphrase-file", root / "passphrase")
    assert made.returncode == 0, made.stderr
    return root


def needs_filters(case):
    @functools.wraps(case)
    def maybe():
        if not sandbox.NUMBERS.exists():
            raise tap.Skip("system call numbers are known for x86_64 only")
        case()
    return needs("systemd-analyze")(maybe)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=READY_SECONDS) as answer:
            return answer.status == 200
    except urllib.error.HTTPError:
        return False


def upload_by_hand(root, port):
    """What the gateway says to one person in a file, which a process of its own reads."""
    def sijill(*words):
        done = run(BUILT / "sijill", "--home", str(root), "--json", *words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    sijill("org", "define", "--name-en", "The centre")
    sijill("event", "create", "tea", "--title-en", "Tea")
    key = sijill("key", "add", "--role", "organiser")["key"]
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/events/tea/uploads", method="POST",
        data=b"name,email,country\nAmal,amal@example.org,OM\n", headers={
            "Authorization": f"Bearer {key}", "Content-Type": "text/csv", "Idempotency-Key": "one"})
    with urllib.request.urlopen(asked, timeout=READY_SECONDS) as answer:
        return answer.read().decode()


@needs_filters
def the_signer_works_inside_its_filter():
    with tempfile.TemporaryDirectory() as folder:
        with Started(home_of_units(folder), "signer") as said:
            assert "READY=1" in said, said


@needs_filters
def the_services_and_the_gateway_work_inside_their_filters():
    with tempfile.TemporaryDirectory() as folder:
        root = home_of_units(folder)
        with contextlib.ExitStack() as started:
            for name in ("signer", *SERVICES, "gateway"):
                said = started.enter_context(Started(root, name))
                assert "READY=1" in said, (name, said)
            port = (root / "lib/gateway/http.port").read_text().strip()
            until = time.monotonic() + READY_SECONDS
            while not answers(f"http://127.0.0.1:{port}/readyz"):
                assert time.monotonic() < until, "the gateway reaches the services"
                time.sleep(0.1)
            uploaded = upload_by_hand(root, port)
            assert '"verdict":"created"' in uploaded.replace(" ", ""), uploaded


@needs("systemd-sysusers")
def users_and_folders_are_made_from_our_files():
    if os.geteuid() != 0:
        raise tap.Skip("making users in a folder needs root")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "etc").mkdir()
        for kind in ("sysusers.d", "tmpfiles.d"):
            shutil.copytree(SOURCE / "deploy" / kind, root / "usr/lib" / kind)
        for command in (("systemd-sysusers",), ("systemd-tmpfiles", "--create")):
            done = run(command[0], f"--root={root}", *command[1:])
            assert done.returncode == 0, done.stderr
        users = (root / "etc/passwd").read_text()
        assert all(f"\nsijill-{name}:" in "\n" + users for name in ALL), users
        lines = (root / "etc/group").read_text().splitlines()
        groups = dict(line.split(":")[::2] for line in lines)
        sockets = (root / "run/sijill").stat()
        assert stat.S_IMODE(sockets.st_mode) == 0o1770, oct(sockets.st_mode)
        assert (sockets.st_uid, sockets.st_gid) == (0, int(groups["sijill"])), sockets


tap.run(the_signer_is_exposed_at_most_1, a_service_is_exposed_at_most_2,
        the_gateway_is_exposed_at_most_1_2, a_unit_without_hardening_is_above_all_three,
        systemd_reads_every_unit_without_complaint, the_hardening_is_the_same_everywhere,
        only_the_gateway_has_a_network_and_otherwise_it_is_hardened_alike,
        the_gateway_listens_where_its_unit_and_the_proxy_expect_it,
        only_the_certificate_service_reaches_the_signer,
        an_installation_puts_programs_where_units_look, programs_know_every_option_of_their_unit,
        the_signer_works_inside_its_filter, the_services_and_the_gateway_work_inside_their_filters,
        users_and_folders_are_made_from_our_files)
