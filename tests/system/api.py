#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 400
"""Given services and a gateway that run, when programs call /v1/ with keys of their own, then it
answers as HTTP has it: addresses, conditions, idempotency keys, pages, problems, and a description
that a public validator takes and that the answers keep to."""

import base64
import concurrent.futures
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
import uuid
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "tests"))

import client
import tap
import world
from client import a_person, an_event, ask, key_of, owner, problem, register

ENDED = {"startDate": "2025-03-04", "datePrecision": "DATE_DAY", "assumedHours": True,
         "timeZone": "Europe/Istanbul", "mode": "IN_PERSON",
         "sessions": [{"number": 1, "startsMs": "1741068000000", "endsMs": "1741096800000"}]}


def uuid7():
    number = time.time_ns() // 1000000 << 80 | 7 << 76 | random.getrandbits(12) << 64
    return str(uuid.UUID(int=number | 2 << 62 | random.getrandbits(62)))


def hexed(octets):
    return base64.b64decode(octets).hex()


# ---- who asks -----------------------------------------------------------------------------------

def a_stranger_may_ask_what_a_stranger_may():
    document = ask("GET", "/v1/did.json", status=200).json()
    assert document == json.loads(ask("GET", "/v1/did", status=200).json()["document"])
    refused = ask("GET", "/v1/events", status=401)
    problem(refused, "UNAUTHENTICATED")
    assert refused["WWW-Authenticate"].startswith("Bearer"), refused


def a_key_that_is_none_is_401():
    last = "A" if owner()[-5] != "A" else "B"
    for key in ("sjk_1", "x", owner()[:-5] + last + owner()[-4:], owner().replace("_1_", "_2_")):
        refused = ask("GET", "/v1/me", key=key, status=401)
        problem(refused, "UNAUTHENTICATED")
        assert refused["WWW-Authenticate"].startswith("Bearer"), refused


def a_key_learns_who_it_is():
    me = ask("GET", "/v1/me", key=owner(), status=200).json()
    assert me["role"] == "OWNER" and hexed(me["id"]) == owner().split("_")[2], me


def a_role_may_what_it_may():
    slug = an_event("roles")
    problem(ask("PUT", "/v1/events/roles", {"title": [{"lang": "en", "text": "Other"}]},
                key_of("platform"), 403),
            "FORBIDDEN")
    ask("GET", f"/v1/events/{slug}", key=key_of("auditor"), status=200)
    problem(ask("GET", f"/v1/events/{slug}/registrations", key=key_of("verifier"), status=403),
            "FORBIDDEN")


def a_key_that_was_revoked_is_401():
    added = client.WORLD.sijill("key", "add", "--role", "auditor", "--label", "short")
    ask("GET", "/v1/events", key=added["key"], status=200)
    ask("DELETE", f"/v1/keys/{added['id']}", key=owner(), status=200)
    problem(ask("GET", "/v1/events", key=added["key"], status=401), "UNAUTHENTICATED")


def a_key_is_added_by_the_hash_of_its_secret():
    secret = os.urandom(32)
    added = ask("POST", "/v1/keys", {"hash": hashlib.blake2b(secret, digest_size=32).hexdigest(),
                                     "role": "AUDITOR", "label": "accounts"}, owner(), 201).json()
    text = base64.urlsafe_b64encode(secret).decode().rstrip("=")
    me = ask("GET", "/v1/me", key=f"sjk_1_{hexed(added['id'])}_{text}", status=200).json()
    assert me["id"] == added["id"] and me["label"] == "accounts", me


# ---- addresses ----------------------------------------------------------------------------------

def what_is_made_is_201_with_its_place_and_again_200():
    body = {"title": [{"lang": "en", "text": "Made"}]}
    made = ask("PUT", "/v1/events/made", body, owner(), 201)
    assert made["Location"] == "/v1/events/made" and made.json()["outcome"] == "CREATED", made
    assert ask("PUT", "/v1/events/made", body, owner(), 200).json()["outcome"] == "UNCHANGED"
    posted = ask("POST", "/v1/events", body | {"slug": "posted"}, owner(), 201)
    assert ask("GET", posted["Location"], key=owner(), status=200).json()["event"]["slug"] == "posted"


def an_event_has_a_slug_and_an_id_in_any_letters():
    slug = an_event("many-names")
    view = ask("GET", f"/v1/events/{slug}", key=owner(), status=200).json()
    octets = base64.b64decode(view["event"]["id"])
    register(slug, "Amina")
    names = (octets.hex(), octets.hex().upper(), base64.urlsafe_b64encode(octets).decode(),
             base64.urlsafe_b64encode(octets).decode().rstrip("="),
             urllib.parse.quote(base64.b64encode(octets).decode(), safe=""), slug)
    for name in names:
        assert ask("GET", f"/v1/events/{name}", key=owner(), status=200).json() is not None
        listed = ask("GET", f"/v1/events/{name}/registrations", key=owner(), status=200).json()
        assert len(listed["registration"]) == 1, listed
    for path in ("/v1/events/no-such", "/v1/events/no-such/registrations", f"/v1/events/{'0' * 32}"):
        problem(ask("GET", path, key=owner(), status=404), "NOT_FOUND")


def a_person_is_registered_found_and_decided_about():
    slug = an_event("people", rules={"needsApproval": True})
    made = register(slug, "Bota")
    where = made["Location"]
    view = ask("GET", where, key=owner(), status=200).json()
    assert view["state"] == "PENDING" and view["person"]["email"] == "bota@example.org", view
    found = ask("POST", f"/v1/events/{slug}/registrations/lookup", {"email": "Bota@Example.org"},
                owner(), 200).json()
    assert found["id"] == view["id"] == made.json()["registrationId"]
    decided = ask("POST", where + "/decision", {"decision": "APPROVE"}, owner(), 200).json()
    assert decided["state"] == "CONFIRMED", decided
    again = ask("POST", f"/v1/events/{slug}/registrations", a_person("Bota"), owner(), 200).json()
    assert again["outcome"] == "UNCHANGED", again


def a_list_comes_in_pages():
    slug = an_event("pages")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        made = {answer.json()["registrationId"] for answer in
                pool.map(lambda n: register(slug, f"Person{n}"), range(23))}
    for size in (1, 7, 200):
        seen, token = [], None
        while True:
            query = {"page_size": size} | ({"page_token": token} if token else {})
            page = ask("GET", f"/v1/events/{slug}/registrations", key=owner(), status=200, **query)
            seen += [row["id"] for row in page.json().get("registration", [])]
            token = page.json().get("nextPageToken")
            if token is None:
                break
        assert len(seen) == 23 and set(seen) == made, (size, len(seen))
    states = ask("GET", f"/v1/events/{slug}/registrations", key=owner(), status=200,
                 state="cancelled").json()
    assert states.get("registration", []) == [], states


def a_deleted_link_is_gone():
    slug = an_event("linked")
    where = f"/v1/events/{slug}/links/zoom/98765432101"
    assert ask("PUT", where, key=owner(), status=201)["Location"] == "/v1/links/zoom/98765432101"
    assert ask("GET", f"/v1/events/{slug}/links", key=owner(), status=200).json()["link"]
    ask("DELETE", where, key=owner(), status=200)
    problem(ask("GET", "/v1/links/zoom/98765432101", key=owner(), status=404), "NOT_FOUND")


def evidence_becomes_a_verdict_and_a_certificate():
    slug = an_event("attended", **ENDED)
    made = register(slug, "Dina")
    person = made.json()["registrationId"]
    seen = made["Sijill-Position"]
    mark = {"evidence": [{"kind": "MARK", "mark": "PRESENT", "session": 1, "source": "TRAINER_MARK",
                          "registrationId": person, "occurredMs": "1741070000000"}]}
    said = ask("POST", f"/v1/events/{slug}/evidence", mark, owner(), 200,
               headers={"Sijill-Position": seen})
    seen = said["Sijill-Position"]
    row = ask("GET", f"/v1/events/{slug}/attendance/{hexed(person)}", key=owner(), status=200,
              headers={"Sijill-Position": seen}).json()
    assert row["row"]["verdict"]["value"] == "ATTENDED", row
    issued = ask("POST", f"/v1/events/{slug}/certificates", {"registrationId": person}, owner(), 201,
                 headers={"Sijill-Position": seen})
    where, until = issued["Location"], time.monotonic() + 30
    while ask("GET", where, status=200).json()["state"] != "VALID":
        assert time.monotonic() < until, "it is signed within 30 s"
        time.sleep(0.05)
    signed = ask("GET", where + "/credential", status=200).json()
    assert signed["proof"] and "VerifiableCredential" in signed["type"], signed
    again = ask("POST", f"/v1/events/{slug}/certificates", {"registrationId": person}, owner(), 200)
    assert again.json()["existing"] == "ALREADY", again


# ---- once ---------------------------------------------------------------------------------------

def a_write_without_an_idempotency_key_is_400():
    slug = an_event("keyless")
    refused = ask("POST", f"/v1/events/{slug}/registrations", a_person("Ewa"), owner(), 400,
                  headers={"Idempotency-Key": ""})
    assert "Idempotency-Key" in problem(refused, "INVALID")["detail"]


def the_same_key_is_done_once_and_answered_again():
    slug = an_event("once")
    for number, key in enumerate((uuid7(), str(uuid.uuid4()), "order 7", '"quoted"', "x" * 255)):
        name = f"Farid{number}"
        first = register(slug, name, headers={"Idempotency-Key": key})
        second = register(slug, name, headers={"Idempotency-Key": key})
        assert first["Idempotency-Replayed"] is None, first
        assert second["Idempotency-Replayed"] == "true", second
        assert first.octets == second.octets and first["Location"] == second["Location"]
        problem(ask("POST", f"/v1/events/{slug}/registrations", a_person(name + "x"), owner(), 422,
                    headers={"Idempotency-Key": key}), "KEY_REUSED")


def a_key_of_one_is_not_the_key_of_another():
    slug = an_event("two-callers")
    other = key_of("organiser")
    line = {"Idempotency-Key": "the same words"}
    register(slug, "Gulnara", headers=line)
    answer = ask("POST", f"/v1/events/{slug}/registrations", a_person("Hamid"), other, 201,
                 headers=line)
    assert answer["Idempotency-Replayed"] is None, answer


def many_tries_at_once_are_one():
    slug = an_event("at-once")
    line = {"Idempotency-Key": "ten hands"}
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: register(slug, "Ines", headers=line), range(10)))
    assert len({answer.octets for answer in answers}) == 1
    assert sum(answer["Idempotency-Replayed"] is None for answer in answers) == 1


def left_out_ids_are_the_same_in_each_try():
    slug = an_event("nonces", **ENDED)
    person = register(slug, "Jamal")
    piece = {"kind": "CHECK_IN", "registrationId": person.json()["registrationId"], "session": 1,
             "source": "SCANNER", "occurredMs": "1741070000000"}
    line = {"Idempotency-Key": "door 3, scan 9", "Sijill-Position": person["Sijill-Position"]}
    first, second = (ask("POST", f"/v1/events/{slug}/evidence", {"evidence": [piece, piece]},
                         owner(), 200, headers=line) for _ in range(2))
    assert first.octets == second.octets and second["Idempotency-Replayed"] == "true"
    ids = {row["evidenceId"] for row in first.json()["evidence"]}
    assert len(ids) == 2, first


def a_dry_run_writes_nothing():
    slug = an_event("dry")
    for _ in range(2):
        answer = ask("POST", f"/v1/events/{slug}/registrations", a_person("Kamila"), owner(), 200,
                     headers={"Idempotency-Key": ""}, dry_run="true")
        assert answer.json()["outcome"] == "CREATED" and answer["Location"] is None, answer
    assert "registration" not in ask("GET", f"/v1/events/{slug}/registrations", key=owner(),
                                     status=200).json()


# ---- conditions ---------------------------------------------------------------------------------

def a_reader_who_has_it_is_told_so():
    slug = an_event("tagged")
    first = ask("GET", f"/v1/events/{slug}", key=owner(), status=200)
    same = ask("GET", f"/v1/events/{slug}", key=owner(), status=304,
               headers={"If-None-Match": f'"0", W/{first["ETag"]}'})
    assert same.octets == b"" and same["ETag"] == first["ETag"], same
    register(slug, "Leila")
    ask("GET", f"/v1/events/{slug}", key=owner(), status=200,
        headers={"If-None-Match": first["ETag"]})


def a_lost_update_is_412():
    slug = an_event("edited")
    tag = ask("GET", f"/v1/events/{slug}", key=owner(), status=200)["ETag"]

    def edit(title, line, status):
        return ask("PUT", f"/v1/events/{slug}", {"title": [{"lang": "en", "text": title}]}, owner(), status,
                   headers={"If-Match": line})

    edit("first", tag, 200)
    problem(edit("second", tag, 412), "STALE")
    problem(edit("second", "W/" + tag, 412), "STALE")
    problem(edit("second", '"of-another-program"', 412), "STALE")
    now = ask("GET", f"/v1/events/{slug}", key=owner(), status=200)["ETag"]
    edit("second", f"{tag}, {now}", 200)
    edit("third", "*", 200)
    problem(ask("PUT", "/v1/events/not-there", {"title": [{"lang": "en", "text": "x"}]}, owner(), 412,
                headers={"If-Match": "*"}), "STALE")
    problem(ask("PUT", "/v1/events/not-there", {"title": [{"lang": "en", "text": "x"}]}, owner(), 412,
                headers={"If-Match": '"7"'}), "STALE")
    problem(ask("POST", f"/v1/events/{slug}/registrations", a_person("Nobody-yet"), owner(), 412,
                headers={"If-Match": tag}), "STALE")
    problem(edit("fourth", "7", 400), "INVALID")
    assert ask("GET", f"/v1/events/{slug}", key=owner(), status=200).json()["event"]["title"] == [
        {"lang": "en", "text": "third"}]


def who_has_seen_more_than_there_is_is_told_to_wait():
    slug = an_event("ahead", **ENDED)
    seen = bytearray(base64.urlsafe_b64decode(register(slug, "Rustam")["Sijill-Position"] + "=="))
    seen[15] += 1  # registration's sequence: the first pair behind the version
    ahead = base64.urlsafe_b64encode(seen).decode().rstrip("=")
    said = problem(ask("GET", f"/v1/events/{slug}/attendance", key=owner(), status=503,
                       headers={"Sijill-Position": ahead}), "LAGGING")
    assert "UNREACHABLE" not in json.dumps(said), said


def who_wrote_reads_what_was_written():
    slug = an_event("position", **ENDED)
    for number in range(20):
        made = register(slug, f"Murat{number}")
        line = {"Sijill-Position": made["Sijill-Position"]}
        rows = ask("GET", f"/v1/events/{slug}/attendance", key=owner(), status=200, headers=line,
                   page_size=200).json()["row"]
        assert made.json()["registrationId"] in {row["registrationId"] for row in rows}
        ready = ask("GET", f"/v1/events/{slug}/eligible", key=owner(), status=200, headers=line,
                    page_size=200).json()["row"]
        assert made.json()["registrationId"] in {row["registrationId"] for row in ready}
    problem(ask("GET", "/v1/events", key=owner(), status=400,
                headers={"Sijill-Position": "nowhere"}), "INVALID")


# ---- problems -----------------------------------------------------------------------------------

def bad_requests_say_what_is_wrong():
    slug = an_event("wrongs")
    path = f"/v1/events/{slug}/registrations"
    good = a_person("Nina")
    for body, status, field in (
            (b"", 400, None), (b"{", 400, None), (b"[]", 400, None), (b"\xff", 400, None),
            (b'{"role":"PARTICIPANT","role":"PARTICIPANT"}', 422, "role"),
            (b'{"person":{"name":"\\ud800"}}', 400, "person.name"),
            (b'{"person":{"name":"\\u0000"}}', 400, "person.name"),
            (b'{"person":{"nam":"x"}}', 422, "person.nam"),
            (b'{"mode":99}', 422, "mode"), (b'{"mode":1e400}', 422, "mode"),
            (b'{"override":"yes"}', 422, "override"),
            (b'{"eventId":"AAAAAAAAAAAAAAAAAAAAAA=="}', 422, "eventId"),
            (b"[" * 100000, 400, None), (b'{"person":' * 20000, 422, "person.person")):
        problem(ask("POST", path, body, owner(), status), "INVALID", field)
    for query, field in (({"stat": "x"}, "stat"), ({"state": "x"}, "state"),
                         ({"page_size": "-1"}, "page_size"), ({"page_token": "!"}, "page_token"),
                         ({"dry_run": "true"}, "dry_run"), ({"org": "2"}, "org")):
        answer = ask("GET", path, key=owner(), **query)
        assert answer.status in (400, 422), answer
        problem(answer, "INVALID", field)
    problem(ask("POST", path, good, owner(), 415, headers={"Content-Type": "text/plain"}),
            "UNSUPPORTED")
    problem(ask("POST", path, good, owner(), 415, headers={"Content-Encoding": "gzip"}),
            "UNSUPPORTED")
    ask("POST", path, good, owner(), 201,
        headers={"Content-Type": "Application/JSON; charset=utf-8"})
    wrong = {"person": {"name": "X", "email": "nobody", "country": "KZ"}}
    problem(ask("POST", path, wrong, owner(), 422), "INVALID", "person.email")
    problem(ask("PUT", f"/v1/events/{slug}", {"title": [{"text": "?"}]}, owner(), 422), "INVALID",
            "title")
    problem(ask("GET", f"/v1/events/{slug}", key=owner(), status=400, headers={"If-Match": '"1"'}),
            "INVALID")


def what_is_too_large_is_413():
    slug = an_event("large")
    text = {"reason": "x" * 70000, "decision": "REJECT"}
    problem(ask("POST", f"/v1/events/{slug}/registrations/{'0' * 32}/decision", text, owner(), 413),
            "TOO_LARGE")
    answer = ask("POST", f"/v1/events/{slug}/registrations", b" " * 300000, owner(), 413)
    assert answer["Content-Type"] == "application/problem+json", answer


def another_address_is_404_and_another_method_405():
    problem(ask("GET", "/v1/nowhere", key=owner(), status=404), "NOT_FOUND")
    refused = ask("DELETE", "/v1/events", key=owner(), status=405)
    problem(refused, "UNSUPPORTED")
    assert refused["Allow"] == "GET, HEAD, POST", refused
    for path in ("/v1/openapi.json", "/v1/feed"):
        refused = ask("POST", path, {"a": "body"}, key=owner(), status=405)
        problem(refused, "UNSUPPORTED")
        assert refused["Allow"] == "GET, HEAD", refused
    head = ask("HEAD", "/v1/did", status=200)
    assert head.octets == b"" and int(head["Content-Length"]) > 0, head


def a_domain_s_no_is_409():
    slug = an_event("small", rules={"capacity": 1})
    register(slug, "Oksana")
    problem(ask("POST", f"/v1/events/{slug}/registrations", a_person("Pavel"), owner(), 409), "FULL")
    ask("POST", f"/v1/events/{slug}/state", {"state": "EVENT_CLOSED"}, owner(), 200)
    problem(ask("POST", f"/v1/events/{slug}/registrations", a_person("Rosa"), owner(), 409),
            "CLOSED")


def an_old_request_id_is_409():
    slug = an_event("old")
    old = uuid.UUID(int=1700000000000 << 80 | 7 << 76 | 2 << 62 | 5)
    problem(ask("POST", f"/v1/events/{slug}/registrations", a_person("Sara"), owner(), 409,
                headers={"Idempotency-Key": str(old)}), "EXPIRED")


def a_service_that_hangs_is_503_with_a_time_to_come_back():
    slug = an_event("hanging")
    hung = client.WORLD.pid("attendance")
    os.kill(hung, signal.SIGSTOP)
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            late = pool.submit(ask, "GET", f"/v1/events/{slug}/attendance", key=owner())
            ask("GET", f"/v1/events/{slug}", key=owner(), status=200)  # the others go on
            answer = late.result()
    finally:
        os.kill(hung, signal.SIGCONT)
    assert answer.status == 503 and int(answer["Retry-After"]) > 0, answer
    assert answer.json()["code"] in ("UNREACHABLE", "UNKNOWN_OUTCOME"), answer


# ---- the description ----------------------------------------------------------------------------

def description():
    return ask("GET", "/v1/openapi.json", status=200)


def the_description_is_kept_by_who_has_it():
    first = description()
    ask("GET", "/v1/openapi.json", status=304, headers={"If-None-Match": first["ETag"]})


def each_described_address_answers():
    for path, item in description().json()["paths"].items():
        for method in item:
            words = {"service": "registration", "list": "0", "event": "many-names"}
            filled = re.sub(r"{(\w+)}", lambda found: words.get(found[1], "0" * 32), path)
            body = {} if "requestBody" in item[method] else None
            answer = ask(method.upper(), filled, body, owner(), dry_run="true") \
                if method != "get" and item[method].get("parameters") and any(
                    p.get("$ref", "").endswith("/DryRun") for p in item[method]["parameters"]) \
                else ask(method.upper(), filled, body, owner())
            assert answer.status < 500, answer
            assert answer.status not in (405, 415, 401, 403), answer


def node_modules():
    """What package-lock.json says, in a folder of its own."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        raise tap.Skip("node and npm are not here: the public validator needs them")
    folder = client.WORLD.home / "openapi"
    shutil.copytree(SOURCE / "tests/openapi", folder,
                    ignore=shutil.ignore_patterns("node_modules"))
    done = subprocess.run(["npm", "ci", "--prefer-offline", "--ignore-scripts", "--no-audit",
                           "--no-fund"], cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode == 0:
        return folder
    if re.search(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ENOTCACHED", done.stderr):
        raise tap.Skip("no network: npm cannot fetch the public validator")
    raise tap.Failure(done.stderr)


def a_public_validator_takes_it_and_answers_keep_to_it():
    folder = node_modules()
    (folder / "openapi.json").write_bytes(description().octets)
    (folder / "samples.json").write_text(json.dumps(client.SAMPLES), encoding="utf-8")
    done = subprocess.run(["node", "check.mjs", "openapi.json", "samples.json"], cwd=folder,
                          capture_output=True, text=True, timeout=120, check=False)
    tap.comment(done.stdout)
    if done.returncode != 0:
        raise tap.Failure(done.stdout + done.stderr)


if __name__ == "__main__":
    with world.World(certificates=True) as client.WORLD:
        tap.run(a_stranger_may_ask_what_a_stranger_may, a_key_that_is_none_is_401,
                a_key_learns_who_it_is, a_role_may_what_it_may, a_key_that_was_revoked_is_401,
                a_key_is_added_by_the_hash_of_its_secret,
                what_is_made_is_201_with_its_place_and_again_200,
                an_event_has_a_slug_and_an_id_in_any_letters,
                a_person_is_registered_found_and_decided_about, a_list_comes_in_pages,
                a_deleted_link_is_gone, evidence_becomes_a_verdict_and_a_certificate,
                a_write_without_an_idempotency_key_is_400,
                the_same_key_is_done_once_and_answered_again,
                a_key_of_one_is_not_the_key_of_another, many_tries_at_once_are_one,
                left_out_ids_are_the_same_in_each_try, a_dry_run_writes_nothing,
                a_reader_who_has_it_is_told_so, a_lost_update_is_412,
                who_has_seen_more_than_there_is_is_told_to_wait,
                who_wrote_reads_what_was_written, bad_requests_say_what_is_wrong,
                what_is_too_large_is_413, another_address_is_404_and_another_method_405,
                a_domain_s_no_is_409, an_old_request_id_is_409,
                a_service_that_hangs_is_503_with_a_time_to_come_back,
                the_description_is_kept_by_who_has_it, each_described_address_answers,
                a_public_validator_takes_it_and_answers_keep_to_it)
