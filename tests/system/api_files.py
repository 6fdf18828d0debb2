#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
"""Given services and a gateway that run, when programs send files to an event, then each row is
answered, what cannot be read is a problem, and nobody holds a place, a process or a key."""

import hashlib
import http.client
import json
import secrets
import signal
import sys
import time
import urllib.parse
import uuid
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import client
import tap
import world
from client import an_event, ask, key_of, owner, problem


def people(count, prefix="reader"):
    rows = [f"Reader {n},{prefix}{n}@example.org,KZ" for n in range(count)]
    return "\n".join(["name,email,country", *rows, ""]).encode()


def send_file(slug, octets, key=None, status=None, headers=(), **query):
    line = {"Content-Type": "text/csv"} | dict(headers)
    return ask("POST", f"/v1/events/{slug}/uploads", octets, key or owner(), status, line, **query)


def lines(answer):
    assert answer["Content-Type"] == "application/x-ndjson", answer
    return [json.loads(line) for line in answer.octets.splitlines()]


def readers_at_work():
    """Processes that the gateway has started, with the words that they were given."""
    gateway, found = str(client.WORLD.pid("gateway")), {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "stat").read_text().rpartition(")")[2].split()[1] == gateway:
                found[int(folder.name)] = ((folder / "cmdline").read_bytes(),
                                           (folder / "environ").read_bytes())
        except OSError:
            continue  # it ended meanwhile
    return found


def wait_for(what, seconds=20):
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.01)
    return found


def a_file_is_read_and_each_row_answered():
    slug = an_event("uploaded")
    said = lines(send_file(slug, people(5), status=200))
    assert [row["verdict"] for row in said if "verdict" in row] == ["created"] * 5, said
    assert "summary" in said[-1], said
    listed = ask("GET", f"/v1/events/{slug}/registrations", key=owner(), status=200).json()
    assert len(listed["registration"]) == 5, listed
    again = lines(send_file(slug, people(5), status=200))
    assert [row["verdict"] for row in again if "verdict" in row] == ["unchanged"] * 5, again


def a_file_that_is_tried_changes_nothing():
    slug = an_event("tried")
    assert len(lines(send_file(slug, people(3), status=200, dry_run="true", quiet="false"))) >= 3
    assert "registration" not in ask("GET", f"/v1/events/{slug}/registrations", key=owner(),
                                     status=200).json()


def a_column_may_be_named():
    slug = an_event("columns")
    octets = "Qui;Où écrire;Pays\nZoé;zoe@example.org;FR\n".encode("utf-16")
    refused = send_file(slug, octets, status=400)
    assert "Où écrire" in problem(refused, "INVALID")["detail"], refused
    query = urllib.parse.urlencode([("map", "name=Qui"), ("map", "email=Où écrire"),
                                    ("map", "country=Pays")])
    said = lines(ask("POST", f"/v1/events/{slug}/uploads?{query}", octets, owner(), 200,
                     {"Content-Type": "application/octet-stream"}))
    assert said[0]["verdict"] == "created", said


def a_file_that_cannot_be_read_is_a_problem():
    slug = an_event("unread")
    for octets in (b"", b"\0\1\2", b"no columns at all"):
        problem(send_file(slug, octets, status=400), "INVALID")
    problem(send_file("no-such-event", people(1), status=404), "NOT_FOUND")
    problem(send_file("Not_A-slug", people(1), status=404), "NOT_FOUND")
    for query, field in (({"nope": "1"}, "nope"), ({"apply": "yes"}, "apply"),
                         ({"zone": ""}, "zone")):
        problem(send_file(slug, people(1), status=422, **query), "INVALID", field)
    problem(send_file(slug, people(1), status=400, zone="Mars/Olympus"), "INVALID")
    problem(send_file(slug, people(1), status=415, headers={"Content-Type": "image/png"}),
            "UNSUPPORTED")
    problem(send_file(slug, people(1), status=400, headers={"Idempotency-Key": ""}), "INVALID")
    refused = ask("GET", f"/v1/events/{slug}/uploads", key=owner(), status=405)
    assert refused["Allow"] == "POST", refused


def a_stranger_s_file_is_not_read():
    slug = an_event("strangers")
    bad = owner()[:-5] + ("A" if owner()[-5] != "A" else "B") + owner()[-4:]
    problem(send_file(slug, people(1), key=bad, status=401), "UNAUTHENTICATED")
    problem(ask("POST", f"/v1/events/{slug}/uploads", people(1), status=401,
                headers={"Content-Type": "text/csv"}), "UNAUTHENTICATED")


def other_key(role, *words):
    return client.WORLD.sijill("key", "add", "--role", role, *words)["key"]


def registered(slug):
    listed = ask("GET", f"/v1/events/{slug}/registrations", key=owner(), status=200).json()
    return listed.get("registration", [])


def who_may_not_upload_is_refused_before_anything_is_read():
    slug = an_event("not-theirs")
    keys = (key_of("auditor"), key_of("verifier"), other_key("trainer", "--event", slug))
    for key in keys:
        refused = problem(send_file(slug, people(2), key=key, status=403), "FORBIDDEN")
        assert "OWNER or ORGANISER or PLATFORM" in refused["detail"], refused
        problem(send_file(slug, people(2), key=key, status=403, dry_run="true"), "FORBIDDEN")
    assert registered(slug) == []
    said = lines(send_file(slug, people(2), key=key_of("platform"), status=200))
    assert [row["verdict"] for row in said if "verdict" in row] == ["created"] * 2, said


def open_upload(slug, size, key=None):
    """A request whose head has been sent, and nothing of its body."""
    connection = http.client.HTTPConnection("127.0.0.1", client.WORLD.port, timeout=60)
    connection.putrequest("POST", f"/v1/events/{slug}/uploads")
    for name, value in (("Authorization", f"Bearer {key or owner()}"), ("Content-Type", "text/csv"),
                        ("Idempotency-Key", str(uuid.uuid4())), ("Content-Length", size)):
        connection.putheader(name, value)
    connection.endheaders()
    return connection


def who_may_not_upload_takes_nobody_s_place():
    slug = an_event("places")
    idle = [open_upload(slug, 1000000, key_of("auditor")) for _ in range(4)]  # no body ever comes
    wait_for(lambda: send_file(slug, people(1)).status == 200)
    for connection in idle:
        connection.close()


def a_fifth_file_at_once_is_429():
    slug = an_event("five")
    octets = people(1)
    four = [open_upload(slug, len(octets)) for _ in range(4)]
    fifth = wait_for(lambda: (answer := send_file(slug, octets)).status == 429 and answer)
    assert int(fifth["Retry-After"]) > 0 and problem(fifth, "BUSY"), fifth
    for connection in four[:2]:
        connection.close()
    for connection in four[2:]:
        connection.send(octets)
        assert connection.getresponse().status == 200
        connection.close()
    wait_for(lambda: send_file(slug, octets).status == 200)


def a_file_over_the_limit_is_413():
    slug = an_event("too-large")
    connection = open_upload(slug, 64 * 1024 * 1024 + 1)
    response = connection.getresponse()
    assert response.status == 413, response.status
    connection.close()


def the_key_is_in_no_argument_and_a_reader_ends_with_its_client():
    slug = an_event("leaving")
    octets = people(30000)
    connection = open_upload(slug, len(octets))
    connection.send(octets)
    response = connection.getresponse()
    assert response.status == 200 and response.readline(), "rows come while the file is read"
    at_work = readers_at_work()
    assert len(at_work) == 1, at_work
    secret = owner().rpartition("_")[2].encode()
    for words, environment in at_work.values():
        assert b"upload" in words and secret not in words + environment, words
    response.close()
    connection.close()
    wait_for(lambda: not readers_at_work())


def uuid7():
    bits = time.time_ns() // 1000000 << 80 | secrets.randbits(80)
    return str(uuid.UUID(int=bits & ~(0xf << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62))


def restart(*names, by=signal.SIGKILL):
    for name in names:
        client.WORLD.stop(name, by)
    for name in names:
        client.WORLD.start(name)


def verdicts(answer):
    return [(row["row"], row["verdict"]) for row in lines(answer) if "verdict" in row]


def a_key_is_of_one_file_after_a_restart_of_gateway_and_registration_as_well():
    slug = an_event("once")
    another = an_event("once-more")
    for n, key in enumerate((uuid7(), str(uuid.uuid4()), '"upload of June"')):
        mine, other = people(3, f"mine{n}-"), people(3, f"other{n}-")
        line = {"Idempotency-Key": key}
        first = send_file(slug, mine, status=200, headers=line)
        assert [verdict for _, verdict in verdicts(first)] == ["created"] * 3, first
        assert first["Idempotency-Replayed"] is None, first
        for signalled in (None, signal.SIGKILL, signal.SIGTERM):
            if signalled is not None:
                restart("registration", "gateway", by=signalled)
            refused = problem(send_file(slug, other, status=422, headers=line), "KEY_REUSED")
            assert "Idempotency-Key" in refused["detail"], refused
            for query in ({"override": "true"}, {"source": "elsewhere"}, {"apply": "true"}):
                problem(send_file(slug, mine, status=422, headers=line, **query), "KEY_REUSED")
            problem(send_file(another, mine, status=422, headers=line), "KEY_REUSED")
            again = send_file(slug, mine, status=200, headers=line, quiet="false")
            assert verdicts(again) == verdicts(first), (first, again)
            assert again["Idempotency-Replayed"] == "true", again
        assert len(registered(slug)) == 3 * (n + 1) and registered(another) == []
        send_file(slug, mine, status=200, headers=line, key=key_of("organiser"))  # hers is another


def a_key_of_another_write_is_no_key_for_a_file():
    slug = an_event("another-write")
    line = {"Idempotency-Key": "one key"}
    client.register(slug, "Amina", headers=line)
    problem(send_file(slug, people(1), status=422, headers=line), "KEY_REUSED")
    line = {"Idempotency-Key": "other key"}
    send_file(slug, people(1), status=200, headers=line)
    problem(ask("POST", f"/v1/events/{slug}/registrations", client.a_person("Bota"), owner(), 422,
                line), "KEY_REUSED")


def a_file_that_is_tried_needs_no_key_and_takes_none():
    slug = an_event("keyless")
    problem(send_file(slug, people(1), status=400, headers={"Idempotency-Key": ""}), "INVALID")
    send_file(slug, people(1), status=200, headers={"Idempotency-Key": ""}, dry_run="true")
    line = {"Idempotency-Key": "tried, then done"}
    for count in (2, 3):
        send_file(slug, people(count), status=200, headers=line, dry_run="true")
    assert len(verdicts(send_file(slug, people(4), status=200, headers=line))) == 4


def the_same_again_undoes_nothing_that_came_between():
    slug = an_event("between")
    line = {"Idempotency-Key": "retried late"}
    send_file(slug, people(1), status=200, headers=line)
    who = registered(slug)[0]["id"]
    ask("POST", f"/v1/events/{slug}/registrations/{urllib.parse.quote(who, safe='')}/decision",
        {"decision": "WITHDRAW"}, owner(), 200)
    again = send_file(slug, people(1), status=200, headers=line)
    assert [row["state"] for row in registered(slug)] == ["CANCELLED"], again


def the_audit_trail_has_a_line_an_upload_with_the_file_s_hash():
    slug = an_event("on-record")
    files = [people(n, "recorded") for n in (1, 2)]
    for n, octets in enumerate(files):
        line = {"Idempotency-Key": f"on record {n}"}
        for _ in range(2):
            send_file(slug, octets, status=200, headers=line)
        problem(send_file(slug, people(3), status=422, headers=line), "KEY_REUSED")
    send_file(slug, people(4), status=200, dry_run="true")
    send_file(slug, people(5), key=key_of("auditor"), status=403)
    entries = client.WORLD.sijill("audit", "--service", "registration", "--event", slug)
    uploads = [row for row in entries if row["command"] == "note_upload"]
    assert [(row["file_hash"], row["file_size"]) for row in uploads] == [
        (hashlib.blake2b(octets, digest_size=32).hexdigest(), len(octets)) for octets in files]
    for row in uploads:
        assert row["actor"] == owner().split("_")[2] and row["delegated"], row
        assert row["origin"] == "http 127.0.0.1", row
    assert all(row["file_hash"] is None for row in entries if row not in uploads), entries


def without_registration_a_file_waits_for_another_try():
    slug = an_event("alone")
    line = {"Idempotency-Key": "while it is away"}
    client.WORLD.stop("registration")
    try:
        refused = send_file(slug, people(2), status=503, headers=line)
        assert int(refused["Retry-After"]) > 0, refused
    finally:
        client.WORLD.start("registration")
    assert len(verdicts(send_file(slug, people(2), status=200, headers=line))) == 2


PRESENCE = (b"Name (Original Name),User Email,Join Time,Leave Time\n"
            b"Reader 0,reader0@example.org,2026-03-01 12:00:00,2026-03-01 12:30:00\n")


def a_report_that_its_key_may_not_compare_is_403_and_no_summary():
    slug = an_event("compared")
    send_file(slug, people(1), status=200)
    for query in ({}, {"apply": "true"}, {"dry_run": "true"}):
        refused = send_file(slug, PRESENCE, key_of("platform"), 403, zone="UTC", **query)
        assert "OWNER" in problem(refused, "FORBIDDEN")["detail"], refused
    assert "summary" in lines(send_file(slug, PRESENCE, status=200, zone="UTC"))[-1]
    # What was streamed before it ends with the error.
    webinar = (b"Attendee Details,\nAttended,First Name,Last Name,Email,Approval Status,Join Time,"
               b"Leave Time\nYes,Amal,A,amal@example.org,approved,2026-03-01 12:00,2026-03-01 12:30\n")
    said = lines(send_file(slug, webinar, key_of("platform"), 200, zone="UTC", registrations="true"))
    assert said[0]["verdict"] == "created" and said[-1]["error"]["code"] == "FORBIDDEN", said
    assert not [line for line in said if "summary" in line], said


def without_attendance_a_report_waits_and_no_place_of_the_server_is_told():
    slug = an_event("unattended")
    client.WORLD.stop("attendance")
    try:
        for query in ({}, {"apply": "true"}):
            refused = send_file(slug, PRESENCE, status=503, zone="UTC", **query)
            assert int(refused["Retry-After"]) > 0 and problem(refused, "UNREACHABLE"), refused
            assert str(client.WORLD.home) not in str(refused), refused
            assert "scripts" not in str(refused), refused
    finally:
        client.WORLD.start("attendance")
    assert "summary" in lines(send_file(slug, PRESENCE, status=200, zone="UTC", apply="true"))[-1]


if __name__ == "__main__":
    with world.World(certificates=True) as client.WORLD:
        tap.run(a_file_is_read_and_each_row_answered, a_file_that_is_tried_changes_nothing,
                a_column_may_be_named, a_file_that_cannot_be_read_is_a_problem,
                a_stranger_s_file_is_not_read,
                who_may_not_upload_is_refused_before_anything_is_read,
                who_may_not_upload_takes_nobody_s_place, a_fifth_file_at_once_is_429,
                a_file_over_the_limit_is_413,
                the_key_is_in_no_argument_and_a_reader_ends_with_its_client,
                a_key_is_of_one_file_after_a_restart_of_gateway_and_registration_as_well,
                a_key_of_another_write_is_no_key_for_a_file,
                a_file_that_is_tried_needs_no_key_and_takes_none,
                the_same_again_undoes_nothing_that_came_between,
                the_audit_trail_has_a_line_an_upload_with_the_file_s_hash,
                without_registration_a_file_waits_for_another_try,
                a_report_that_its_key_may_not_compare_is_403_and_no_summary,
                without_attendance_a_report_waits_and_no_place_of_the_server_is_told)
