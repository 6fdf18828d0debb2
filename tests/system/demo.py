#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
"""Given the programs of the build, when a new user runs scripts/run, once and again, with the
shipped catalogue and with awkward ones, on homes of every kind, then every step holds, and a step
that does not is told."""

import contextlib
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "tests"))

import tap

BUILT = Path(os.environ.get("SIJILL_BIN", SOURCE / "build/dev/bin"))
ENVIRONMENT = os.environ | {"SIJILL_BIN": str(BUILT), "SIJILL_LISTEN": "127.0.0.1:0"}
RUN_SECONDS, STAYS_SECONDS = 90, 60
CATALOGUE_ROWS = 118  # events and programmes of deploy/catalogue

AWKWARD = [
    {"id": "undated", "title_ru": "Без даты", "start_date": None, "end_date": None,
     "date_precision": "none", "type": "workshop"},
    {"id": "some-month", "title_tr": "Bir ay", "start_date": "2025-05-01",
     "end_date": "2025-05-31", "date_precision": "month", "type": "training_course"},
    {"id": "to-come", "title_ar": "قادم", "type": "webinar", "mode": "online",
     "start_date": "2099-04-04", "end_date": "2099-04-04", "date_precision": "day"},
    {"id": "all-winter", "title_en": "A course of four months", "start_date": "2024-11-01",
     "end_date": "2025-02-28", "date_precision": "day", "type": "online_course"},
    {"id": "oku-sapary", "title_kk": "Оқу сапары", "theme_ar": "موضوع", "type": "study_visit",
     "type_original": "Оқу сапары", "mode": "hybrid", "country": "KZ",
     "organiser": {"names": {"kk": "Орталық", "ar": "مركز"}, "acronym": "CTR"},
     "parent": [{"kind": "event", "id": "the-summit", "titles": {"en": "Summit"},
                 "components": ["A", "B"]},
                {"kind": "project", "id": "only-named", "titles": {"fr": "Projet"}}],
     "donors": [{"names": {"en": "Fund"}, "acronym": "FND", "mechanism": "grant",
                 "channel": "bilateral", "project_id": "P-1"}],
     "sdg_tags": [4, 8], "start_date": "2025-03-03", "end_date": "2025-03-05",
     "date_precision": "day", "never_seen_before": {"deep": [1, {"er": None}]}},
    {"id": "uncertain", "title_fr": "Début juin", "start_date": "2025-06-01",
     "end_date": "2025-06-02", "date_precision": "day", "date_uncertain": True,
     "date_source": "début juin", "type": "seminar"},
    {"id": "bare", "title_en": "Nothing but a title"},
    {"id": "no-such-day", "title_en": "Bad", "start_date": "2025-02-30",
     "end_date": "2025-02-31", "date_precision": "day"},
    {"id": "the-summit", "title_en": "Summit", "start_date": "2025-03-01",
     "end_date": "2025-03-10", "date_precision": "day", "type": "summit"},
] + [{"id": f"one-of-many-{n}", "title_en": "The same title", "type": "workshop",
      "start_date": None, "end_date": None, "date_precision": "none"} for n in range(300)]


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="sijill-demo-") as name:
        yield Path(name)


def hear_interrupts():
    """What a shell starts in its background is deaf to Ctrl-C, and so would be its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(*words, cwd=None):
    return subprocess.Popen([SOURCE / "scripts/run", *map(str, words)], env=ENVIRONMENT, text=True,
                            cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, preexec_fn=hear_interrupts)


def run(*words, cwd=None):
    """Exit code and lines of one run that ends by itself."""
    child = start(*words, cwd=cwd)
    try:
        output = child.communicate(timeout=RUN_SECONDS)[0]
    except subprocess.TimeoutExpired:
        child.terminate()
        output = child.communicate()[0] + "\ntimed out"
    return child.returncode, output.splitlines()


def read_until(child, words):
    """Its lines up to the one that has these words."""
    lines = []
    for line in child.stdout:
        lines.append(line.rstrip("\n"))
        if words in line:
            return lines
    raise tap.Failure(f"no line says {words!r}:\n" + "\n".join(lines))


def holds(result, steps=1):
    """Every step held, and at least so many did."""
    code, lines = result
    told = "\n".join(lines)
    found = re.search(r"^(\d+) steps held, (\d+) failed", told, re.MULTILINE)
    if code != 0 or "FAILED" in told or not found or int(found[1]) < steps or found[2] != "0":
        raise tap.Failure(f"exit {code}\n{told}")
    return told


def pids(home):
    return [int(path.read_text()) for path in sorted(Path(home, "run").glob("*.pid"))]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[-1].split()[0] != "Z"
    except OSError:
        return False


def wait_gone(numbers, seconds=20):
    until = time.monotonic() + seconds
    while any(map(alive, numbers)):
        assert time.monotonic() < until, [pid for pid in numbers if alive(pid)]
        time.sleep(0.05)


def a_second_run_on_the_same_home_holds_like_the_first_and_imports_nothing_anew():
    with folder() as home:
        first = holds(run("--once", "--home", home / "var"), 30)
        assert f"{CATALOGUE_ROWS} rows" in first and f"{CATALOGUE_ROWS} created" in first, first
        assert "(webinar, " in first and "(training_course, " in first, first
        second = holds(run("--once", "--home", home / "var"), 30)
        assert f": {CATALOGUE_ROWS} unchanged" in second, second
        assert len(list(Path(home, "var/demo").iterdir())) == 2


def secrets_are_the_owners_alone_and_no_process_is_left():
    with folder() as home:
        child = start("--home", home / "var")
        try:
            read_until(child, "The services stay up")
            running = pids(home / "var")
            assert len(running) == 5 and all(map(alive, running)), running
        finally:
            child.send_signal(signal.SIGINT)
            rest = child.communicate(timeout=STAYS_SECONDS)[0]
        assert child.returncode == 130, (child.returncode, rest)
        assert not any(map(alive, running)), rest
        for name in ("key", "passphrase"):
            mode = stat.S_IMODE(os.stat(home / "var/signer" / name).st_mode)
            assert mode == 0o600, (name, oct(mode))


def services_that_run_already_are_used_and_left_alone():
    with folder() as home:
        child = start("--home", home)
        try:
            read_until(child, "The services stay up")
            running = pids(home)
            told = holds(run("--once", "--home", home), 30)
            assert "run already" in told, told
            assert pids(home) == running and all(map(alive, running)), told
        finally:
            child.terminate()
            child.communicate(timeout=STAYS_SECONDS)
        assert child.returncode == 143, child.returncode


def two_runs_at_once_on_one_home_take_turns():
    with folder() as home:
        children = [start("--once", "--home", home) for _ in range(2)]
        for child in children:
            output = child.communicate(timeout=RUN_SECONDS)[0]
            holds((child.returncode, output.splitlines()), 30)


def what_a_killed_run_left_is_stopped_and_the_next_one_holds():
    with folder() as home:
        child = start("--home", home)
        try:
            read_until(child, "The services stay up")
            running = pids(home)
        finally:
            child.kill()
            child.communicate()
        holds(run("--once", "--home", home), 30)
        wait_gone(running)


def a_service_that_ends_by_itself_ends_the_run_with_its_log():
    with folder() as home:
        child = start("--home", home)
        try:
            read_until(child, "The services stay up")
            os.kill(int(Path(home, "run/attendance.pid").read_text()), signal.SIGKILL)
            output = child.communicate(timeout=STAYS_SECONDS)[0]
        finally:
            child.terminate()
        assert child.returncode == 1, (child.returncode, output)
        assert "attendance ended by itself" in output and "service.ready" in output, output


def an_awkward_catalogue_takes_its_first_event_that_has_ended():
    with folder() as home:
        Path(home, "awkward.json").write_text(json.dumps(AWKWARD), encoding="utf-8")
        told = holds(run("--once", "--home", home / "var", "--catalogue", home / "awkward.json"), 14)
        assert re.search(r"^oku-sapary \(study_visit, 2025-03-03\.\.2025-03-05\)$", told,
                         re.MULTILINE), told
        assert f"{len(AWKWARD) - 1} created, 1 refused; row 8 no-such-day" in told, told


def where_nothing_has_ended_issuing_is_refused_with_its_reason():
    with folder() as home:
        Path(home, "later.json").write_text(json.dumps(AWKWARD[:3]), encoding="utf-8")
        told = holds(run("--once", "--home", home / "var", "--catalogue", home / "later.json"), 4)
        assert "to-come" in told and "the event has not ended" in told, told
        assert "verified" not in told, told


def a_step_that_does_not_hold_is_told_and_the_exit_code_says_so():
    with folder() as home:
        Path(home, "empty.json").write_text("[]", encoding="utf-8")
        code, lines = run("--once", "--home", home / "var", "--catalogue", home / "empty.json")
        assert code == 1 and any("FAILED  the catalogue is loaded" in line for line in lines), lines
        assert any("0 steps held, 1 failed" in line for line in lines), lines


def a_home_may_be_relative_have_spaces_and_be_too_deep_for_sockets():
    with folder() as home:
        holds(run("--once", "--home", "a home/of ours", cwd=home), 30)
        assert Path(home, "a home/of ours/registration/store").is_dir()
        deep = Path(home, *["quite-a-long-name"] * 6)
        told = holds(run("--once", "--home", deep), 30)
        assert "too long for sockets" in told, told
        short = re.search(r"they are in (/tmp/sijill\.\w+)$", told, re.MULTILINE)[1]
        assert not Path(short).exists() and not Path(deep, "run").is_symlink()


def a_store_that_another_process_writes_is_refused_in_its_words():
    with folder() as home:
        other = subprocess.Popen([BUILT / "sijill-attendance", "--home", home / "attendance",
                                  "--run", home / "elsewhere"], stderr=subprocess.PIPE, text=True)
        try:
            for line in other.stderr:
                if "service.ready" in line:
                    break
            code, lines = run("--once", "--home", home)
        finally:
            other.terminate()
            other.communicate()
        told = "\n".join(lines)
        assert code == 1 and "attendance does not come up" in told, told
        assert "another process is writing" in told, told


def a_port_that_is_taken_is_told_with_what_to_do():
    with folder() as home, socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        code, lines = run("--once", "--home", home, "--listen", where)
        told = "\n".join(lines)
        assert code == 1 and f"listens on {where}" in told, told
        assert "scripts/run --listen 127.0.0.1:0" in told, told
        wait_gone(pids(home))


def bad_words_are_refused_before_anything_starts():
    with folder() as home:
        cases = [(2, ["--twice"]), (2, ["--home"]),
                 (1, ["--home", home / "var", "--catalogue", home / "nowhere.json"])]
        for expected, words in cases:
            code, lines = run(*words)
            assert code == expected and any("scripts/run:" in line for line in lines), (code, lines)
        assert not Path(home, "var").exists()


if __name__ == "__main__":
    tap.run(a_second_run_on_the_same_home_holds_like_the_first_and_imports_nothing_anew,
            secrets_are_the_owners_alone_and_no_process_is_left,
            services_that_run_already_are_used_and_left_alone,
            two_runs_at_once_on_one_home_take_turns,
            what_a_killed_run_left_is_stopped_and_the_next_one_holds,
            a_service_that_ends_by_itself_ends_the_run_with_its_log,
            an_awkward_catalogue_takes_its_first_event_that_has_ended,
            where_nothing_has_ended_issuing_is_refused_with_its_reason,
            a_step_that_does_not_hold_is_told_and_the_exit_code_says_so,
            a_home_may_be_relative_have_spaces_and_be_too_deep_for_sockets,
            a_store_that_another_process_writes_is_refused_in_its_words,
            a_port_that_is_taken_is_told_with_what_to_do,
            bad_words_are_refused_before_anything_starts)
