#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 240
"""Given services that run and one event that has ended, when programs use the command line, then
exit codes, rows and files are what they may rely on."""

import csv
import functools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "tests"))

import tap

BUILT = Path(os.environ.get("SIJILL_BIN", SOURCE / "build/dev/bin"))
ENVIRONMENT = os.environ | {"SIJILL_BIN": str(BUILT)}
DONE, USAGE, REFUSED, NOT_FOUND, UNVERIFIED, UNREACHABLE = 0, 2, 3, 4, 5, 6
NOBODY = "0" * 32
FLIPS = 60


class Answer:
    def __init__(self, words, done):
        self.words, self.code, self.out, self.err = words, done.returncode, done.stdout, done.stderr

    def json(self):
        return json.loads(self.out)

    def error(self):
        return json.loads(self.err.strip().splitlines()[-1])["error"]

    def __str__(self):
        return f"sijill {' '.join(self.words)}: exit {self.code}\n{self.out[:500]}\n{self.err[:500]}"


def sijill(*words, home=None, code=DONE):
    """An answer, whose exit code was the expected one."""
    words = [str(word) for word in words]
    done = subprocess.run([SOURCE / "scripts/sijill", "--home", home or HOME, "--json", *words],
                          env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)
    answer = Answer(words, done)
    if answer.code != code:
        raise tap.Failure(f"expected exit {code}\n{answer}")
    return answer


def request_id():
    """A UUIDv7 of now, as a client makes one before its first try."""
    now = int(subprocess.run(["date", "+%s%3N"], capture_output=True, text=True,
                             check=True).stdout)
    number = now << 80 | 7 << 76 | random.getrandbits(12) << 64 | 2 << 62 | random.getrandbits(62)
    return uuid.UUID(int=number).hex


def event(slug, *words, day="2025-03-04"):
    sijill("event", "create", slug, "--title-en", slug, "--title-ar", "دورة", "--start-date", day,
           *words)
    return slug


def registering(slug, email, *words, name="Айгүл Әбілқайырқызы", country="KZ"):
    return ("register", "--event", slug, "--email", email, "--name", name, "--country", country,
            *words)


@functools.lru_cache
def certified():
    """Three people with certificates at one event: name to (registration, certificate)."""
    slug, found = event("certified"), {}
    for name in ("amina", "pyotr", "eloise"):
        email = f"{name}@example.org"
        registration = sijill(*registering(slug, email)).json()["id"]
        sijill("attendance", "mark", "--event", slug, "--email", email, "--mark", "present")
        found[name] = registration
    rows = {row["registration_id"]: row for row in
            sijill("certificate", "issue", "--event", slug).json()}
    return slug, {name: (which, rows[which]["id"]) for name, which in found.items()}


def written(name, *words):
    path = Path(FOLDER, name)
    sijill(*words, "--out", path)
    return path


def vc(certificate, name="certificate.json"):
    return written(name, "certificate", "show", certificate, "--format", "vc")


def did():
    return written("did.json", "did")


# ---- exit codes ---------------------------------------------------------------------------------

def wrong_usage_is_exit_2_and_names_what_is_wrong():
    for words, said in ((("register", "--name", "A"), "--event"), (("conquer",), "conquer"),
                        (registering("x", "a@x.org", country="QQ"), "QQ"),
                        (("certificate", "show", "12"), "12"),
                        (("verify", FOLDER / "nowhere.json", "--did", "x"), "nowhere.json")):
        answer = sijill(*words, code=USAGE)
        assert said in answer.err, answer


def a_refusal_is_exit_3_with_a_stable_code():
    slug = event("full", "--capacity", 1)
    sijill(*registering(slug, "first@example.org"))
    full = sijill(*registering(slug, "second@example.org"), code=REFUSED)
    assert full.error()["code"] == "FULL", full
    other = sijill(*registering(slug, "first@example.org", name="Somebody Else"), code=REFUSED)
    assert (other.error()["code"], other.error()["field"]) == ("CONFLICT", "person.name"), other


def what_is_not_there_is_exit_4():
    slug = event("empty")
    for words in (("event", "show", "no-such-event"), registering("no-such-event", "a@example.org"),
                  ("certificate", "show", NOBODY), ("certificate", "revoke", NOBODY, "--reason", "x"),
                  ("registration", "cancel", "--event", slug, "--email", "nobody@example.org")):
        answer = sijill(*words, code=NOT_FOUND)
        assert answer.error()["code"] == "NOT_FOUND", answer


def a_key_for_tcp_is_made_once_in_a_private_file():
    path = FOLDER / "tcp.key"
    public = sijill("peer", "keygen", path).json()["public_key"]
    assert len(public) == 40 and public not in path.read_text(), path
    assert path.stat().st_mode & 0o777 == 0o600, path
    assert sijill("peer", "public", path).json()["public_key"] == public
    again = sijill("peer", "keygen", path, code=REFUSED)
    assert "exists already" in again.err, again
    assert sijill("peer", "public", path).json()["public_key"] == public


def services_that_do_not_run_are_exit_6():
    with tempfile.TemporaryDirectory() as nowhere:
        for words in (("status",), ("event", "list", "--timeout", 1)):
            answer = sijill(*words, home=nowhere, code=UNREACHABLE)
            assert answer.error()["status"] == UNREACHABLE, answer


def status_names_every_service_and_no_dead_letter():
    rows = sijill("status").json()
    assert [row["service"] for row in rows] == ["registration", "attendance", "certificate"], rows
    assert all(row["state"] == "ready" and row["dead_letters"] in (0, None) for row in rows), rows


# ---- who wrote what -----------------------------------------------------------------------------

def audit_has_every_command_of_an_event_by_time_over_all_services():
    slug = event("audited")
    which = sijill(*registering(slug, "a@example.org")).json()["id"]
    sijill("attendance", "mark", "--event", slug, "--email", "a@example.org", "--mark", "present")
    sijill("certificate", "issue", "--event", slug, "--id", which)
    rows = sijill("audit", "--event", slug).json()
    assert [(row["service"], row["command"]) for row in rows] == [
        ("registration", "define_event"), ("registration", "register"),
        ("attendance", "record_evidence"), ("certificate", "issue_certificate")], rows
    assert [row["at_ms"] for row in rows] == sorted(row["at_ms"] for row in rows), rows
    assert all(row["origin"] == "peer" and row["after"] and row["actor"] for row in rows), rows


def audit_is_asked_for_one_actor_one_service_and_from_a_position():
    slug = event("audited-by", "--actor", "auditor-of-tests")
    rows = sijill("audit", "--actor", "auditor-of-tests").json()
    assert [row["command"] for row in rows] == ["define_event"], rows
    assert sijill("audit", "--actor", rows[0]["actor"]).json() == rows
    sijill(*registering(slug, "a@example.org"))
    later = sijill("audit", "--service", "registration", "--after", rows[0]["seq"], "--limit", 1)
    assert [row["command"] for row in later.json()] == ["register"], later
    assert "--service" in sijill("audit", "--after", 1, code=USAGE).error()["detail"]
    assert "billing" in sijill("audit", "--service", "billing", code=USAGE).error()["detail"]


# ---- rows and retries ---------------------------------------------------------------------------

def registration_rows_have_id_email_state_and_place():
    slug = event("rows", "--capacity", 1, "--waiting-list", "yes")
    for name in ("a", "b", "c"):
        sijill(*registering(slug, f"{name}@example.org"))
    rows = sijill("registration", "list", "--event", slug).json()
    came = [(row["email"], row["state"], row["place"] or None) for row in rows]
    assert came == [("a@example.org", "confirmed", None), ("b@example.org", "waitlisted", 1),
                    ("c@example.org", "waitlisted", 2)], came
    assert len({row["id"] for row in rows}) == 3, rows


def a_request_id_asks_again_for_the_same_answer():
    slug, which = event("retries"), request_id()
    first = sijill(*registering(slug, "a@example.org", "--request-id", which)).json()
    again = sijill(*registering(slug, "a@example.org", "--request-id", which)).json()
    assert (first["replayed"], again["replayed"]) == (False, True), (first, again)
    assert (first["id"], first["outcome"]) == (again["id"], again["outcome"]), (first, again)
    other = sijill(*registering(slug, "b@example.org", "--request-id", which), code=REFUSED)
    assert other.error()["code"] == "KEY_REUSED", other
    assert len(sijill("registration", "list", "--event", slug).json()) == 1


# ---- files in -----------------------------------------------------------------------------------

def people_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("Name", "E-Mail", "Country", "Role"), *rows])
    return path


def a_bad_row_in_the_middle_of_a_csv_refuses_itself_alone():
    slug = event("csv")
    path = people_csv(FOLDER / "people.csv", [
        ("أمينة", "amina@example.org", "DZ", "participant"),
        ("İbrahim", "ibrahim@example.org", "TR", "trainer"),
        ("No Address", "not an address", "FR", "participant"),
        ("No Country", "none@example.org", "Atlantis", "participant"),
        ("Éloïse, \"Élo\" N’Diaye", "eloise@example.org", "SN", ""),
    ])
    first = sijill("registration", "import", path, "--event", slug, code=REFUSED).json()
    verdicts = [row["verdict"] for row in first["rows"]]
    assert verdicts == ["created", "created", "refused", "refused", "created"], first
    assert [row["row"] for row in first["rows"]] == [1, 2, 3, 4, 5], first
    assert first["rows"][3]["column"] == "country" and first["rows"][2]["why"], first
    again = sijill("registration", "import", path, "--event", slug, code=REFUSED).json()
    assert [row["verdict"] for row in again["rows"]] == ["unchanged", "unchanged", "refused",
                                                         "refused", "unchanged"], again
    rows = sijill("registration", "list", "--event", slug).json()
    assert {row["name"] for row in rows} == {"أمينة", "İbrahim", "Éloïse, \"Élo\" N’Diaye"}, rows


def a_dry_run_decides_and_writes_nothing():
    slug = event("dry")
    path = people_csv(FOLDER / "dry.csv", [("A", "a@example.org", "TR", "")])
    came = sijill("registration", "import", path, "--event", slug, "--dry-run").json()
    assert came["rows"][0]["verdict"] == "created", came
    assert sijill("registration", "list", "--event", slug).json() == []


def the_same_presence_twice_is_the_same_evidence():
    slug = event("presence")
    sijill(*registering(slug, "a@example.org"))
    path = FOLDER / "presence.csv"
    path.write_text("email,kind,time\n"
                    "a@example.org,join,2025-03-04T06:00:00Z\n"
                    "a@example.org,flew,2025-03-04T06:10:00Z\n"
                    "a@example.org,leave,2025-03-04T14:00:00Z\n", encoding="utf-8")
    words = ("attendance", "import", path, "--event", slug, "--time-zone", "UTC")
    first = sijill(*words, code=REFUSED).json()
    assert [row["verdict"] for row in first["rows"]] == ["created", "refused", "created"], first
    before = sijill("attendance", "explain", "--event", slug, "--email", "a@example.org").json()
    again = sijill(*words, code=REFUSED).json()
    assert [row["verdict"] for row in again["rows"]] == ["unchanged", "refused", "unchanged"], again
    after = sijill("attendance", "explain", "--event", slug, "--email", "a@example.org").json()
    assert before == after and len(after["evidence"]) == 2, (before, after)


def the_catalogue_again_changes_nothing():
    path = SOURCE / "deploy/catalogue/activities-2025.json"
    before = sijill("event", "list").json()
    came = sijill("event", "import", path).json()
    assert came["summary"]["unchanged"] == came["summary"]["rows"] == len(came["rows"]), came
    assert sijill("event", "list").json() == before


# ---- certificates -------------------------------------------------------------------------------

def certificate_rows_have_id_registration_and_state():
    slug, people = certified()
    rows = {row["registration_id"]: row for row in
            sijill("certificate", "list", "--event", slug).json()}
    for name, (registration, certificate) in people.items():
        assert rows[registration]["id"] == certificate, (name, rows)
        assert rows[registration]["state"] in {"valid", "revoked", "superseded"}, (name, rows)


def issuing_again_issues_nobody_twice():
    slug, people = certified()
    before = sijill("certificate", "list", "--event", slug).json()
    rows = sijill("certificate", "issue", "--event", slug).json()
    assert {row["id"] for row in rows} == {which for _, which in people.values()}, rows
    assert sijill("certificate", "list", "--event", slug).json() == before


def verifying_says_each_check_apart():
    path = vc(certified()[1]["amina"][1])
    came = sijill("verify", path, "--did", did()).json()
    checks = [came[name] for name in ("signature", "issuer", "status", "log", "dates", "verdict")]
    assert checks == ["passed", "passed", "unchecked", "unchecked", "passed",
                      "status_unchecked"], came
    status = written("status.json", "status-list")
    came = sijill("verify", path, "--did", did(), "--status", status).json()
    assert (came["status"], came["verdict"]) == ("passed", "valid"), came


def one_flipped_bit_anywhere_is_never_verified():
    seed = int(os.environ.get("SIJILL_SEED", "0")) or random.SystemRandom().getrandbits(32)
    tap.comment(f"seed {seed}")
    chance = random.Random(seed)
    good, forged, keys = vc(certified()[1]["amina"][1]).read_bytes(), FOLDER / "forged.json", did()
    for _ in range(FLIPS):
        at = chance.randrange(len(good))
        forged.write_bytes(good[:at] + bytes([good[at] ^ 1 << chance.randrange(8)]) + good[at + 1:])
        came = sijill("verify", forged, "--did", keys, code=UNVERIFIED).json()
        assert came["verdict"] == "invalid", (at, came)


def a_stranger_s_did_json_is_no_proof():
    path, keys = vc(certified()[1]["amina"][1]), json.loads(did().read_text(encoding="utf-8"))
    for method in keys["verificationMethod"]:
        method["id"] = method["id"][:-1] + ("A" if method["id"][-1] != "A" else "B")
    other = FOLDER / "other-did.json"
    other.write_text(json.dumps(keys), encoding="utf-8")
    came = sijill("verify", path, "--did", other, code=UNVERIFIED).json()
    assert came["issuer"] != "passed" and came["verdict"] not in {"valid", "status_unchecked"}, came


def a_revoked_certificate_is_no_forgery_and_a_corrected_one_takes_its_place():
    slug, people = certified()
    revoked, corrected = people["pyotr"][1], people["eloise"][1]
    old = vc(revoked, "revoked.json"), vc(corrected, "corrected.json")
    sijill("certificate", "revoke", revoked, "--reason", "issued by mistake")
    sijill(*registering(slug, "eloise@example.org", "--on-duplicate", "update",
                        name="Éloïse N’Diaye", country="SN"))
    new = sijill("certificate", "reissue", corrected, "--reason", "the name").json()
    assert new["state"] == "valid" and new["holder"] == "Éloïse N’Diaye", new
    status = written("status-now.json", "status-list")
    for path in old:
        came = sijill("verify", path, "--did", did(), "--status", status, code=UNVERIFIED).json()
        assert (came["signature"], came["verdict"]) == ("passed", "revoked"), came
    came = sijill("verify", vc(new["id"], "new.json"), "--did", did(), "--status", status).json()
    assert (came["verdict"], came["holder"]) == ("valid", "Éloïse N’Diaye"), came
    again = sijill("certificate", "reissue", revoked, "--reason", "x", code=REFUSED)
    assert again.error()["code"] == "PRECONDITION", again


# ---- upkeep -------------------------------------------------------------------------------------

def backed_up(name):
    """A home made of a backup taken now, and the keys."""
    home = FOLDER / name
    sijill("backup", "--to", home)
    shutil.copytree(HOME / "signer", home / "signer")
    return home


def a_scrub_finds_no_damage_where_there_is_none():
    rows = sijill("scrub").json()
    assert {row["service"]: row["exit"] for row in rows} == {
        "certificate": 0, "attendance": 0, "registration": 0}, rows


def a_restored_backup_goes_on_and_old_certificates_verify():
    slug, people = certified()
    home = backed_up("restored")
    before = sijill("registration", "list", "--event", slug).json()
    child = start_run(home)
    try:
        assert sijill("registration", "list", "--event", slug, home=home).json() == before
        path = FOLDER / "from-restored.json"
        sijill("certificate", "show", people["amina"][1], "--format", "vc", "--out", path, home=home)
        sijill("verify", path, "--did", did())
        rows = sijill("status", home=home).json()
        assert all(row["head"]["epoch"] > 1 and row["dead_letters"] in (0, None)
                   for row in rows), rows
    finally:
        stop_run(child)


def a_scrub_finds_one_changed_octet_and_names_the_record():
    certified()
    home = backed_up("damaged")
    data = home / "registration/store/data.mdb"
    octets = bytearray(data.read_bytes())
    places = [at for at in range(len(octets)) if octets.startswith(b"amina@example.org", at)]
    assert places, "the e-mail is in the store"
    octets[places[-1]] ^= 1
    data.write_bytes(octets)
    answer = sijill("scrub", home=home, code=UNVERIFIED)
    assert "damage: " in answer.err and "registration" in answer.err, answer
    assert "restore the last backup" in answer.err, answer


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
    with tempfile.TemporaryDirectory(prefix="sijill-cli-") as temporary:
        FOLDER = Path(temporary)
        HOME = FOLDER / "home"
        running = start_run(HOME)
        try:
            tap.run(wrong_usage_is_exit_2_and_names_what_is_wrong,
                    a_refusal_is_exit_3_with_a_stable_code, what_is_not_there_is_exit_4,
                    a_key_for_tcp_is_made_once_in_a_private_file,
                    services_that_do_not_run_are_exit_6,
                    status_names_every_service_and_no_dead_letter,
                    audit_has_every_command_of_an_event_by_time_over_all_services,
                    audit_is_asked_for_one_actor_one_service_and_from_a_position,
                    registration_rows_have_id_email_state_and_place,
                    a_request_id_asks_again_for_the_same_answer,
                    a_bad_row_in_the_middle_of_a_csv_refuses_itself_alone,
                    a_dry_run_decides_and_writes_nothing,
                    the_same_presence_twice_is_the_same_evidence,
                    the_catalogue_again_changes_nothing,
                    certificate_rows_have_id_registration_and_state,
                    issuing_again_issues_nobody_twice, verifying_says_each_check_apart,
                    one_flipped_bit_anywhere_is_never_verified, a_stranger_s_did_json_is_no_proof,
                    a_revoked_certificate_is_no_forgery_and_a_corrected_one_takes_its_place,
                    a_scrub_finds_no_damage_where_there_is_none,
                    a_restored_backup_goes_on_and_old_certificates_verify,
                    a_scrub_finds_one_changed_octet_and_names_the_record)
        finally:
            stop_run(running)
