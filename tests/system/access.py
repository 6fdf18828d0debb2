#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 240
"""Given services that run, when keys of each role use the command line, then each may what its role
may, at its events, in its time, and a key that was revoked may nothing, in any service."""

import datetime
import functools
import json
import os
import signal
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
ENVIRONMENT = os.environ | {"SIJILL_BIN": str(BUILT)}
DONE, USAGE, REFUSED, NOT_FOUND = 0, 2, 3, 4
FOLLOW_S = 30


class Answer:
    def __init__(self, words, done):
        self.words, self.code, self.out, self.err = words, done.returncode, done.stdout, done.stderr

    def json(self):
        return json.loads(self.out)

    def error(self):
        return json.loads(self.err.strip().splitlines()[-1])["error"]

    def __str__(self):
        return f"sijill {' '.join(self.words)}: exit {self.code}\n{self.out[:500]}\n{self.err[:500]}"


def sijill(*words, key=None, code=DONE):
    """An answer, of an operator or of a key, whose exit code was the expected one."""
    words = [str(word) for word in words] + ([] if key is None else ["--key-file", str(key)])
    done = subprocess.run([SOURCE / "scripts/sijill", "--home", HOME, "--json", *words],
                          env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)
    answer = Answer(words, done)
    if code is not None and answer.code != code:
        raise tap.Failure(f"expected exit {code}\n{answer}")
    return answer


def refused(code, *words, key):
    answer = sijill(*words, key=key, code=REFUSED)
    assert answer.error()["code"] == code, answer
    return answer


def event(slug):
    sijill("event", "create", slug, "--title-en", slug, "--start-date", "2025-03-04",
           "--time-zone", "Europe/Istanbul")
    return slug


@functools.lru_cache
def scene():
    """Two events with one person each, known to every service."""
    for slug in ("mine", "theirs"):
        event(slug)
        sijill(*registering(slug, f"{slug}@example.org"))
        sijill("attendance", "list", "--event", slug)
    return "mine", "theirs"


def registering(slug, email, *words):
    return ("register", "--event", slug, "--email", email, "--name", "A Person", "--country", "KZ",
            *words)


def marking(slug, mark="present"):
    return ("attendance", "mark", "--event", slug, "--email", f"{slug}@example.org", "--mark", mark)


def added(*words):
    """What `key add` printed, and a file with the key in it."""
    row = sijill("key", "add", *words).json()
    path = FOLDER / f"{row['id']}.key"
    path.write_text(row["key"] + "\n", encoding="utf-8")
    path.chmod(0o600)
    return row, path


def followed(*words, key, of):
    """Ask until the service has heard of the key (or of its end): its answer is not `of` any more."""
    until = time.monotonic() + FOLLOW_S
    while True:
        answer = sijill(*words, key=key, code=None)
        if answer.code == DONE or answer.error()["code"] != of:
            return answer
        if time.monotonic() > until:
            raise tap.Failure(f"still {of}\n{answer}")


# ---- what a key is ------------------------------------------------------------------------------

def a_key_is_printed_once_and_kept_by_nobody():
    row, _ = added("--role", "auditor", "--label", "the auditors")
    kind, org, number, secret = row["key"].split("_", 3)
    assert (kind, org, number, len(secret)) == ("sjk", "1", row["id"], 43), row
    listed = sijill("key", "list")
    mine = [one for one in listed.json() if one["id"] == row["id"]]
    assert mine[0]["role"] == "auditor" and mine[0]["label"] == "the auditors", listed
    assert secret not in listed.out
    for store in Path(HOME).glob("*/store/data.mdb"):
        assert secret.encode() not in store.read_bytes(), store


def a_role_that_no_key_has_is_answered_with_those_that_one_may_have():
    for role in ("king", "gateway", "none", ""):
        said = sijill("key", "add", "--role", role, code=USAGE).error()["detail"]
        assert said.endswith("owner, organiser, trainer, platform, auditor, verifier"), said


def a_key_without_json_is_the_only_line_of_stdout():
    done = subprocess.run([SOURCE / "scripts/sijill", "--home", HOME, "key", "add", "--role",
                           "verifier"], env=ENVIRONMENT, capture_output=True, text=True,
                          timeout=60, check=True)
    assert done.stdout.startswith("sjk_1_") and done.stdout.count("\n") == 1, done


def a_key_says_what_it_is():
    mine, _ = scene()
    row, key = added("--role", "trainer", "--event", mine, "--label", "T")
    shown = sijill("key", "show", key=key).json()
    assert (shown["id"], shown["role"], shown["event_id"]) == (row["id"], "trainer",
                                                              row["event_id"]), shown
    by_variable = subprocess.run(
        [SOURCE / "scripts/sijill", "--home", HOME, "--json", "key", "show"], check=True,
        env=ENVIRONMENT | {"SIJILL_KEY_FILE": str(key)}, capture_output=True, text=True, timeout=60)
    assert json.loads(by_variable.stdout) == shown


def what_is_no_key_is_wrong_usage():
    path = FOLDER / "no.key"
    for text in ("", "sjk_1_12_34\n", "not a key\n"):
        path.write_text(text, encoding="utf-8")
        answer = sijill("event", "list", key=path, code=USAGE)
        assert "no.key" in answer.err, answer
    sijill("event", "list", key=FOLDER / "nowhere.key", code=USAGE)
    _, key = added("--role", "auditor")
    sijill("event", "list", "--actor", "somebody", key=key, code=USAGE)
    sijill("event", "list", "--org", "2", key=key, code=USAGE)
    sijill("feed", "registration", key=key, code=USAGE)  # which no key may read


# ---- roles: yes and no --------------------------------------------------------------------------

def an_owner_may_everything_keys_included():
    _, key = added("--role", "owner")
    sijill("event", "create", "owned", "--title-en", "Owned", "--start-date", "2025-03-04", key=key)
    other = sijill("key", "add", "--role", "auditor", key=key).json()
    sijill("key", "revoke", other["id"], key=key)


def an_organiser_may_everything_but_keys():
    mine, _ = scene()
    _, key = added("--role", "organiser")
    sijill("event", "create", "organised", "--title-en", "O", "--start-date", "2025-03-04", key=key)
    sijill(*registering("organised", "late@example.org", "--override"), key=key)
    followed("attendance", "list", "--event", mine, key=key, of="UNAUTHENTICATED")
    sijill(*marking(mine), key=key)
    sijill("certificate", "eligible", "--event", mine, key=key)
    for words in (("key", "list"), ("key", "add", "--role", "auditor"), ("key", "revoke", "0" * 32)):
        said = refused("FORBIDDEN", *words, key=key).error()["detail"]
        assert "ORGANISER" in said and "OWNER" in said, said


def a_trainer_may_at_the_events_of_the_key_only():
    mine, theirs = scene()
    _, key = added("--role", "trainer", "--event", mine)
    sijill("event", "show", mine, key=key)
    sijill("registration", "list", "--event", mine, key=key)
    followed("attendance", "list", "--event", mine, key=key, of="UNAUTHENTICATED")
    sijill(*marking(mine), key=key)
    sijill("attendance", "explain", "--event", mine, "--email", f"{mine}@example.org", key=key)
    for words in (("event", "show", theirs), ("registration", "list", "--event", theirs),
                  ("attendance", "list", "--event", theirs), marking(theirs),
                  registering(mine, "x@example.org"), ("event", "list"),
                  ("event", "close", mine), ("certificate", "issue", "--event", mine)):
        refused("FORBIDDEN", *words, key=key)
    verdict = sijill("attendance", "list", "--event", theirs).json()
    assert verdict[0]["seconds"] in (0, None), verdict


def a_platform_registers_and_decides_nothing():
    mine, _ = scene()
    _, key = added("--role", "platform")
    sijill(*registering(mine, "platform@example.org"), key=key)
    sijill("event", "list", key=key)
    for words in (registering(mine, "over@example.org", "--override"),
                  registering(mine, "trainer@example.org", "--role", "trainer"),
                  ("registration", "list", "--event", mine),
                  ("registration", "cancel", "--event", mine, "--email", "platform@example.org"),
                  ("event", "close", mine), ("key", "list")):
        refused("FORBIDDEN", *words, key=key)


def an_auditor_reads_everything_and_writes_nothing():
    mine, _ = scene()
    _, key = added("--role", "auditor")
    for words in (("event", "list"), ("registration", "list", "--event", mine), ("key", "list")):
        sijill(*words, key=key)
    followed("attendance", "list", "--event", mine, key=key, of="UNAUTHENTICATED")
    followed("certificate", "list", "--event", mine, key=key, of="UNAUTHENTICATED")
    before = sijill("registration", "list", "--event", mine).json()
    for words in (registering(mine, "x@example.org"), registering(mine, "x@example.org", "--dry-run"),
                  marking(mine), ("event", "close", mine),
                  ("certificate", "revoke", "0" * 32, "--reason", "x")):
        refused("FORBIDDEN", *words, key=key)
    assert sijill("registration", "list", "--event", mine).json() == before


def a_verifier_may_what_a_stranger_may():
    slug = event("certified")
    sijill(*registering(slug, "amina@example.org"))
    sijill("attendance", "mark", "--event", slug, "--email", "amina@example.org", "--mark",
           "present")
    issued = sijill("certificate", "issue", "--event", slug).json()[0]["id"]
    sijill("certificate", "revoke", issued, "--reason", "words about a person")
    _, key = added("--role", "verifier")
    followed("did", key=key, of="UNAUTHENTICATED")
    shown = sijill("certificate", "show", issued, key=key)
    row = shown.json()
    assert row["state"] == "revoked" and "words about a person" not in shown.out, shown
    assert not row["registration_id"] and not row["event_id"] and not row["actor"], shown
    assert "words about a person" in sijill("certificate", "show", issued).out
    for words in (("event", "list"), ("certificate", "list", "--event", slug),
                  ("event", "show", slug)):
        refused("FORBIDDEN", *words, key=key)


# ---- time, and the end --------------------------------------------------------------------------

def instant(seconds):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def a_key_is_good_between_its_dates_only():
    mine, _ = scene()
    _, now = added("--role", "trainer", "--event", mine, "--from", instant(-60), "--until",
                   instant(3600))
    _, later = added("--role", "trainer", "--event", mine, "--from", instant(3600))
    sijill("event", "show", mine, key=now)
    refused("UNAUTHENTICATED", "event", "show", mine, key=later)
    followed("attendance", "list", "--event", mine, key=now, of="UNAUTHENTICATED")
    answer = sijill("attendance", "list", "--event", mine, key=later, code=REFUSED)
    assert answer.error()["code"] == "UNAUTHENTICATED", answer
    past = sijill("key", "add", "--role", "auditor", "--until", instant(-60), code=REFUSED)
    assert past.error()["field"] == "until_ms", past


def dates_without_a_zone_are_those_of_the_event():
    mine, _ = scene()
    row, _ = added("--role", "trainer", "--event", mine, "--from", "2025-03-04 09:00")
    listed = [one for one in sijill("key", "list").json() if one["id"] == row["id"]]
    assert listed[0]["from"].startswith("2025-03-04T06:00:00"), listed  # Istanbul is three hours ahead


def a_wrong_secret_and_an_unknown_key_are_refused_in_the_same_words():
    row, key = added("--role", "owner")
    other = sijill("key", "add", "--role", "owner").json()["key"][-43:]
    wrong, unknown = FOLDER / "wrong.key", FOLDER / "unknown.key"
    wrong.write_text(f"{row['key'][:-43]}{other}\n", encoding="utf-8")
    unknown.write_text(f"sjk_1_{'ab' * 16}_{other}\n", encoding="utf-8")
    said = {refused("UNAUTHENTICATED", "event", "list", key=path).error()["detail"]
            for path in (wrong, unknown)}
    sijill("key", "revoke", row["id"])
    said.add(refused("UNAUTHENTICATED", "event", "list", key=key).error()["detail"])
    assert len(said) == 1, said


def a_revoked_key_works_nowhere():
    mine, _ = scene()
    row, key = added("--role", "trainer", "--event", mine)
    answer = followed("certificate", "show", "0" * 32, key=key, of="UNAUTHENTICATED")
    assert answer.code == NOT_FOUND, answer
    sijill("key", "revoke", row["id"])
    refused("UNAUTHENTICATED", "event", "show", mine, key=key)  # registration: at once
    until = time.monotonic() + FOLLOW_S
    while True:  # certificate, which is asked without a word to registration
        answer = sijill("certificate", "show", "0" * 32, key=key, code=None)
        if answer.error()["code"] == "UNAUTHENTICATED":
            break
        assert answer.code == NOT_FOUND, answer
        if time.monotonic() > until:
            raise tap.Failure(f"certificate still takes the key\n{answer}")
    again = sijill("key", "revoke", row["id"]).json()
    assert again["id"] == row["id"], again


# ---- the services -------------------------------------------------------------------------------

def start_run(home):
    """scripts/run that stays, after its job."""
    child = subprocess.Popen([SOURCE / "scripts/run", "--home", home, "--listen", "127.0.0.1:0"],
                             env=ENVIRONMENT, text=True, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = []
    for line in child.stdout:
        lines.append(line)
        if "The services stay up" in line:
            return child
    child.wait()
    raise tap.Failure("".join(lines))


def stop_run(child):
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=60)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="sijill-access-") as temporary:
        FOLDER = Path(temporary)
        HOME = FOLDER / "home"
        running = start_run(HOME)
        try:
            tap.run(a_key_is_printed_once_and_kept_by_nobody,
                    a_role_that_no_key_has_is_answered_with_those_that_one_may_have,
                    a_key_without_json_is_the_only_line_of_stdout, a_key_says_what_it_is,
                    what_is_no_key_is_wrong_usage, an_owner_may_everything_keys_included,
                    an_organiser_may_everything_but_keys,
                    a_trainer_may_at_the_events_of_the_key_only,
                    a_platform_registers_and_decides_nothing,
                    an_auditor_reads_everything_and_writes_nothing,
                    a_verifier_may_what_a_stranger_may, a_key_is_good_between_its_dates_only,
                    dates_without_a_zone_are_those_of_the_event,
                    a_wrong_secret_and_an_unknown_key_are_refused_in_the_same_words,
                    a_revoked_key_works_nowhere)
        finally:
            stop_run(running)
