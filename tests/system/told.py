#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
"""Given the services and a gateway, when things happen, then those who read the feed and the
endpoints that want to be told learn of each of them, and of nothing that is not for them."""

import base64
import hashlib
import hmac
import http.client
import itertools
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import tap
import webhooks
from world import World, wait_until

MANY, KILL_AFTER_S = 500, (0.03, 0.08, 0.13)  # a replay takes a while

numbers = itertools.count(1)


def key(role="auditor", *words):
    made = world.sijill("key", "add", "--role", role, *words)
    return made["id"], {"Authorization": "Bearer " + made["key"]}


def event(*words):
    slug = f"course-{next(numbers)}"
    world.sijill("event", "create", slug, "--title-en", slug, *words)
    return slug


def register(slug, email):
    return world.sijill("register", "--event", slug, "--email", email, "--name", "A B", "--country",
                        "OM")


def feed(headers, query="", status=200):
    got, _, body = world.http("GET", f"/v1/feed?{query}", headers=headers)
    assert got == status, (got, body)
    return json.loads(body)


def read_all(headers, query="", limit=7):
    """Every record after a token, page by page."""
    records, page = [], feed(headers, query + f"&wait=1&limit={limit}")
    while page["records"]:
        records += page["records"]
        page = feed(headers, f"after={page['next']}&wait=1&limit={limit}")
    return records, page["next"]


# ---- the feed ------------------------------------------------------------------------------------

def every_record_comes_once_whatever_the_pages():
    _, headers = key()
    _, token = read_all(headers)
    slug = event()
    people = [f"p{n}@example.org" for n in range(20)]
    for email in people:
        register(slug, email)
    records, after = read_all(headers, f"after={token}")
    kinds = [record["type"] for record in records if record["service"] == "registration"]
    assert kinds == ["EventChanged"] + ["RegistrationChanged"] * 20, kinds
    wait_until(lambda: len([r for r in read_all(headers, f"after={token}")[0]
                            if r["type"] == "VerdictChanged"]) >= 0, "verdicts are read")
    assert all("@" not in json.dumps(record) for record in records), "nothing personal is in the feed"


def a_long_poll_waits_for_what_happens():
    _, headers = key("organiser")
    slug, got = event(), []
    token = feed(headers, "after=latest&wait=0")["next"]
    waiting = threading.Thread(target=lambda: got.append(
        (feed(headers, f"after={token}&wait=30&types=RegistrationChanged"), time.monotonic())))
    waiting.start()
    time.sleep(0.3)
    register(slug, "waited-for@example.org")
    done = time.monotonic()
    waiting.join()
    page, at = got[0]
    assert [record["type"] for record in page["records"]] == ["RegistrationChanged"], page
    tap.comment(f"the poll was answered {max(0, at - done) * 1000:.0f} ms after the registration")
    assert at - done < 20


def events_go_on_from_the_last_id():
    _, headers = key("owner")
    slug = event()

    def listen(last, wanted):
        connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=30)
        more = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
        path = "/v1/feed?types=RegistrationChanged" + ("" if last else "&after=latest")
        connection.request("GET", path, headers=headers | more)
        answer = connection.getresponse()
        assert answer.status == 200 and answer.headers["Content-Type"] == "text/event-stream"
        ready.set()
        found, identity = [], None
        while len(found) < wanted:
            line = answer.readline().decode().rstrip("\n")
            if line.startswith("id: "):
                identity = line[4:]
            elif line.startswith("data: "):
                found.append((identity, json.loads(line[6:])))
        connection.close()
        return found

    def heard(last, wanted, say):
        ready.clear()
        result = []
        thread = threading.Thread(target=lambda: result.extend(listen(last, wanted)))
        thread.start()
        assert ready.wait(30)
        time.sleep(0.5)
        say()
        thread.join(60)
        return result

    ready = threading.Event()
    first = heard(None, 2, lambda: [register(slug, "one@example.org"), register(slug, "two@example.org")])
    assert len(first) == 2, first
    second = heard(first[0][0], 2, lambda: register(slug, "three@example.org"))
    assert second[0][1]["seq"] == first[1][1]["seq"], "it goes on after the last id"


def who_does_not_wait_has_what_is_there():
    _, headers = key()
    register(event(), "at-once@example.org")
    first = feed(headers, "after=&wait=0&types=EventChanged&limit=1")
    assert len(first["records"]) == 1, first
    token = feed(headers, "after=latest&wait=0")["next"]
    assert feed(headers, f"after={token}&wait=0")["records"] == []
    slug = event()
    for _ in range(3):
        records = feed(headers, f"after={token}&wait=0")["records"]
        assert [record["type"] for record in records] == ["EventChanged"], (slug, records)


def the_feed_is_for_those_who_read_all():
    for role, words in (("platform", ()), ("verifier", ()), ("trainer", ("--event", event()))):
        feed(key(role, *words)[1], "wait=0", status=403)
    feed({}, "wait=0", status=401)
    feed({"Authorization": "Bearer sjk_1_" + "0" * 32 + "_" + "A" * 43}, "wait=0", status=401)
    identity, headers = key()
    feed(headers, "wait=0")
    world.sijill("key", "revoke", identity)
    feed(headers, "wait=0", status=401)


def wrong_parameters_are_named():
    _, headers = key()
    for query in ("after=nonsense", "limit=0", "limit=501", "wait=61", "types=KeyChanged", "wait=-1"):
        wrong = feed(headers, query, status=422)
        assert wrong["field"] == query.split("=")[0], wrong


# ---- endpoints -----------------------------------------------------------------------------------

class Receiver(ThreadingHTTPServer):
    """Takes deliveries and answers what `status` says, `pause` seconds later."""

    daemon_threads = True

    def __init__(self):
        self.got, self.status, self.pause = [], 200, 0

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.server.got.append((dict(self.headers.items()), body, self.server.status))
                time.sleep(self.server.pause)
                self.send_response(self.server.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"

    def taken(self):
        return [json.loads(body) for _, body, status in self.got if status == 200]


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


def an_endpoint_is_told_in_order_and_can_check_the_signature():
    receiver = Receiver()
    made = world.sijill("endpoint", "add", "--url", receiver.url, "--type", "registration_changed")
    slug = event()
    for n in range(5):
        register(slug, f"told{n}@example.org")
    wait_until(lambda: len(receiver.taken()) == 5, "five are told")
    secret = base64.b64decode(made["secret"].removeprefix("whsec_"))
    sequences = []
    for headers, body, _ in receiver.got:
        headers = lower(headers)
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        proof = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{proof}", headers
        assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
        sequences.append(int(json.loads(body)["data"]["seq"]))
    assert sequences == sorted(sequences) and len(set(sequences)) == 5, sequences
    world.sijill("endpoint", "remove", made["id"])


def an_endpoint_is_told_of_all_since_its_definition_whoever_was_down():
    """Nobody wants registrations before: they are not even sent to the gateway then."""

    def people(word):
        return [register(slug, f"{word}.{n}@example.org")["registration_id"] for n in range(3)]

    def add(*types):
        receiver = Receiver()
        return receiver, world.sijill("endpoint", "add", "--url", receiver.url, *types)["id"]

    def told(receiver):
        return [base64.b64decode(one["data"]["data"]["registrationId"]).hex()
                for one in receiver.taken() if one["type"] == "RegistrationChanged"]

    former, gone = add()
    slug = event()
    wait_until(former.taken, "the gateway has its place on the feed")
    world.sijill("endpoint", "remove", gone)
    people("before")
    world.kill("gateway")
    people("before-too")
    first, identity = add("--type", "registration_changed")
    wanted = people("gateway-is-down")
    world.start("gateway")
    wanted += people("gateway-is-up")
    second, other = add()  # wants all kinds: at once with what the first goes on to be told
    since = people("both")
    world.kill("registration")
    world.start("registration")
    since += people("registration-was-down")
    wait_until(lambda: len(told(first)) >= len(wanted + since), "all are told")
    wait_until(lambda: len(told(second)) >= len(since), "the second is told as well")
    assert told(first) == wanted + since, told(first)
    assert told(second) == since, told(second)
    world.sijill("endpoint", "remove", other)
    world.kill("gateway")
    world.start("gateway")
    wanted = people("one-is-left")
    wait_until(lambda: told(first)[-3:] == wanted, "the first goes on")
    world.sijill("endpoint", "remove", identity)


def an_endpoint_s_public_key_checks_its_deliveries():
    receiver = Receiver()
    made = world.sijill("endpoint", "add", "--url", receiver.url, "--scheme", "v1a", "--type",
                        "event_changed")
    event()
    wait_until(receiver.taken, "it is told")
    headers, body, _ = receiver.got[0]
    headers = lower(headers)
    public = base64.b64decode(made["public_key"].removeprefix("whpk_"))
    version, proof = headers["webhook-signature"].split(",")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert version == "v1a"
    assert webhooks.sodium().crypto_sign_ed25519_verify_detached(
        base64.b64decode(proof), signed, len(signed), public) == 0
    world.sijill("endpoint", "remove", made["id"])


def what_a_receiver_did_not_take_is_told_again_even_by_the_next_gateway():
    receiver = Receiver()
    receiver.status = 500
    made = world.sijill("endpoint", "add", "--url", receiver.url, "--type", "event_changed")
    event()
    wait_until(lambda: len(receiver.got) >= 1, "it was tried")
    world.kill("gateway")
    receiver.status = 200
    world.start("gateway")
    wait_until(receiver.taken, "it is told after a pause")
    first, last = lower(receiver.got[0][0]), lower(receiver.got[-1][0])
    assert first["webhook-id"] == last["webhook-id"], "the same record has the same id"
    world.sijill("endpoint", "remove", made["id"])


def a_gateway_that_stops_does_not_wait_for_a_receiver_and_tells_it_again():
    receiver = Receiver()
    receiver.pause = 5
    made = world.sijill("endpoint", "add", "--url", receiver.url, "--type", "event_changed")
    event()
    wait_until(lambda: receiver.got, "it is tried")
    assert world.stop("gateway") == 0, world.log("gateway")[-2000:]
    receiver.pause = 0
    world.start("gateway")
    wait_until(lambda: len(receiver.got) >= 2, "it is told again")
    assert len({lower(headers)["webhook-id"] for headers, _, _ in receiver.got}) == 1
    world.sijill("endpoint", "remove", made["id"])


def gone_disables_and_enabling_with_replay_tells_the_rest():
    receiver = Receiver()
    receiver.status = 410
    made = world.sijill("endpoint", "add", "--url", receiver.url, "--type", "event_changed")
    token = feed(key()[1], "after=latest&wait=0")["next"]
    event()

    def state():
        return {row["id"]: row for row in world.sijill("endpoint", "list")}[made["id"]]

    row = wait_until(lambda: state()["state"] == "disabled" and state(), "410 disables it")
    assert "410" in row["reason"], row
    event()
    receiver.status = 200
    world.sijill("endpoint", "enable", made["id"])
    before = min(int(record["seq"]) for record in feed(key()[1], f"after={token}")["records"])
    world.sijill("endpoint", "replay", made["id"], "--service", "registration", "--after", before - 1)
    wait_until(lambda: len(receiver.taken()) == 2, "both are told")
    world.sijill("endpoint", "remove", made["id"])


def a_replay_goes_on_in_the_next_gateway():
    """Killed at another moment each time."""
    slug, file = event(), world.home / "many.csv"
    file.write_text("name,email,country\n" + "".join(f"A B,many.{n}@example.org,OM\n"
                                                     for n in range(MANY)))
    world.sijill("upload", file, "--event", slug, "--quiet")
    there = {record["seq"] for record in read_all(key()[1], "types=RegistrationChanged", 500)[0]}
    for delay in KILL_AFTER_S:
        receiver = Receiver()
        made = world.sijill("endpoint", "add", "--url", receiver.url, "--type",
                            "registration_changed")
        world.sijill("endpoint", "replay", made["id"], "--service", "registration", "--after", 0)
        time.sleep(delay)
        world.kill("gateway")
        world.start("gateway")
        wait_until(lambda: {one["data"]["seq"] for one in receiver.taken()} >= there,  # noqa: B023
                   f"all are told, killed after {delay} s")
        world.sijill("endpoint", "remove", made["id"])


def tries_are_logged_for_those_who_may_see():
    receiver = Receiver()
    made = world.sijill("endpoint", "add", "--url", receiver.url, "--type", "event_changed")
    event()
    wait_until(receiver.taken, "it is told")

    def tries(headers, status=200):
        got, _, body = world.http("GET", f"/v1/deliveries?endpoint={made['id']}", headers=headers)
        assert got == status, (got, body)
        return json.loads(body).get("deliveries")

    _, owner = key("owner")
    wait_until(lambda: tries(owner), "the try is in the log")
    log = tries(owner)
    assert log[0]["status"] == 200 and log[0]["type"] == "EventChanged", log
    tries(key("platform")[1], status=403)
    tries({}, status=401)
    world.sijill("endpoint", "remove", made["id"])


if __name__ == "__main__":
    with World() as world:
        tap.run(every_record_comes_once_whatever_the_pages, a_long_poll_waits_for_what_happens,
                events_go_on_from_the_last_id, who_does_not_wait_has_what_is_there, the_feed_is_for_those_who_read_all,
                wrong_parameters_are_named, an_endpoint_is_told_in_order_and_can_check_the_signature,
                an_endpoint_is_told_of_all_since_its_definition_whoever_was_down,
                an_endpoint_s_public_key_checks_its_deliveries,
                what_a_receiver_did_not_take_is_told_again_even_by_the_next_gateway,
                a_gateway_that_stops_does_not_wait_for_a_receiver_and_tells_it_again,
                gone_disables_and_enabling_with_replay_tells_the_rest,
                a_replay_goes_on_in_the_next_gateway,
                tries_are_logged_for_those_who_may_see)
