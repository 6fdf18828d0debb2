#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
"""Given services and a gateway that run, when programs send files to an event, then each row is
answered, what cannot be read is a problem, and nobody holds a place, a process or a key."""

import http.client
import json
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
    said = lines(send_file(slug, people(2), key=key_of("auditor"), status=200))
    assert {row["code"] for row in said if "code" in row} == {"FORBIDDEN"}, said


def open_upload(slug, size):
    """A request whose head has been sent, and nothing of its body."""
    connection = http.client.HTTPConnection("127.0.0.1", client.WORLD.port, timeout=60)
    connection.putrequest("POST", f"/v1/events/{slug}/uploads")
    for name, value in (("Authorization", f"Bearer {owner()}"), ("Content-Type", "text/csv"),
                        ("Idempotency-Key", str(uuid.uuid4())), ("Content-Length", size)):
        connection.putheader(name, value)
    connection.endheaders()
    return connection


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


if __name__ == "__main__":
    with world.World(certificates=True) as client.WORLD:
        tap.run(a_file_is_read_and_each_row_answered, a_file_that_is_tried_changes_nothing,
                a_column_may_be_named, a_file_that_cannot_be_read_is_a_problem,
                a_stranger_s_file_is_not_read, a_fifth_file_at_once_is_429,
                a_file_over_the_limit_is_413,
                the_key_is_in_no_argument_and_a_reader_ends_with_its_client)
