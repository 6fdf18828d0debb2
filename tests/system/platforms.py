#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 240
"""Given a hook of each platform, when it pushes as that platform does, then registrations and minutes
are what it said."""

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

START = 1_772_352_000  # 2026-03-01 08:00:00 UTC
HOUR = 3600
numbers = itertools.count(1)


def event():
    slug = f"webinar-{next(numbers)}"
    world.sijill("event", "create", slug, "--title-en", slug, "--start-date", "2026-03-01", "--mode",
                 "online", "--time-zone", "UTC", "--session", "2026-03-01 08:00-09:00")
    return slug


def secret_file(text):
    path = world.home / f"secret-{next(numbers)}"
    path.write_text(text)
    return path


def hook(platform, *words):
    return world.sijill("hook", "add", "--platform", platform, *words)


def link(slug, platform, external_id):
    world.sijill("event", "link", slug, "--platform", platform, "--external-id", external_id)


def push(where, delivery, status=(200, 202, 204)):
    answer = world.deliver(where["path"], delivery)
    assert answer[0] in status, (answer[0], answer[2])
    return answer


def attended(slug, wanted):
    """Waits for seconds by e-mail."""
    rows = {}

    def look():
        rows.clear()
        rows.update({row["email"]: row["seconds"]
                     for row in world.sijill("attendance", "list", "--event", slug)})
        return rows == wanted

    try:
        wait_until(look, "the minutes are there", 20)
    except tap.Failure as failure:
        raise tap.Failure(f"{failure}\nwanted {wanted}\ncame {rows}\nheld "
                          f"{json.dumps(world.sijill('hook', 'held'))[:3000]}") from None


def registered(slug, email, *words):
    return world.sijill("register", "--event", slug, "--email", email, "--name", "Amal Al-Harthi",
                        "--country", "OM", *words)


class Api(ThreadingHTTPServer):
    """A platform's own API: paths to JSON; who asks shows a token."""

    daemon_threads = True

    def __init__(self, pages, token):
        self.asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.server.asked.append((self.path, self.headers.get("Authorization")))
                page = pages.get(self.path.split("?")[0])
                good = self.headers.get("Authorization") == f"Bearer {token}" and page is not None
                body = json.dumps(page if good else {}).encode()
                self.send_response(200 if good else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


def bigbluebutton_says_who_came_by_the_id_of_the_join_link():
    slug, secret = event(), "bbb-shared-secret"
    where = hook("bbb", "--secret-file", secret_file(secret))
    url = f"http://127.0.0.1:{world.port}{where['path']}"
    link(slug, "bbb", "halal-2026-03")
    registered(slug, "amal@example.org")

    def said(what, user, at, **more):
        body = [webhooks.bbb_event(what, "halal-2026-03", user, at=at, **more)]
        push(where, webhooks.bbb(secret, body, url))
        push(where, webhooks.bbb(secret, body, url))

    said("user-joined", "w_1", START, name="Amal")
    said("user-left", "w_1", START + 1200)
    said("user-joined", "w_2", START + 1000, name="Amal")
    said("meeting-ended", None, START + 1800)
    wait_until(lambda: len(world.sijill("attendance", "unmatched", "--event", slug)) >= 3,
               "who came without an id waits for a human")
    row = world.sijill("attendance", "list", "--event", slug)[0]
    assert row["seconds"] == 0, "a display name is never a key"
    registered_id = row["registration_id"] if "registration_id" in row else row["id"]
    world.sijill("register", "--event", slug, "--email", "badr@example.org", "--name", "Badr",
                 "--country", "OM")
    other = {one["email"]: one for one in world.sijill("attendance", "list", "--event", slug)}
    said("user-joined", "w_3", START, external=registered_id, name="A")
    said("user-left", "w_3", START + 600, external=registered_id)
    wait_until(lambda: {one["email"]: one["seconds"] for one in
                        world.sijill("attendance", "list", "--event", slug)}["amal@example.org"] == 600,
               "our registration id in the join link says who it is", 20)
    assert other["badr@example.org"]["seconds"] == 0
    body = [webhooks.bbb_event("user-joined", "halal-2026-03", "w_9")]
    assert push(where, webhooks.bbb("wrong", body, url), status=(401, 403))[0] == 403, \
        "401 counts as delivered there"


def jaas_joins_are_paired_by_participant():
    slug, secret = event(), "whsec_9635df66714a4cf088ee9d0979dd3bf6"
    where = hook("jaas", "--secret-file", secret_file(secret))
    room = "halal-2026-03"
    registered(slug, "amal@example.org")
    registered(slug, "badr@example.org")
    for what, participant, email, at in (("PARTICIPANT_JOINED", "a@8x8.vc", "amal@example.org", START),
                                         ("PARTICIPANT_JOINED", "b@8x8.vc", "badr@example.org", START + 60),
                                         ("PARTICIPANT_LEFT", "a@8x8.vc", "amal@example.org", START + 600),
                                         ("ROOM_DESTROYED", None, "", START + 1860)):
        push(where, webhooks.jaas(secret, webhooks.jaas_event(what, room, participant, "", email, at=at)))
    fqn = wait_until(lambda: {row["external_id"] for row in world.sijill("hook", "held", "--platform",
                                                                        "jaas")}, "they wait for a link")
    for name in fqn:
        link(slug, "jaas", name)
    attended(slug, {"amal@example.org": 600, "badr@example.org": 1800})


def standard_webhooks_carry_cloud_events():
    slug = event()
    where = hook("standard")
    secret = where["secret"]
    number = "any-platform-7"
    link(slug, "standard", number)
    person = {"external_id": number, "registrant_id": "r-1", "email": "amal@example.org",
              "first_name": "Amal", "last_name": "Al-Harthi", "country": "OM"}
    push(where, webhooks.standard(secret, webhooks.cloud_event("registration.created", person, at=START - 999),
                                  content_type="application/cloudevents+json"))
    presence = {"external_id": number, "registrant_id": "r-1", "connection": "c1"}
    push(where, webhooks.standard(secret, webhooks.cloud_event("participant.joined", presence, at=START),
                                  content_type="application/cloudevents+json"))
    push(where, webhooks.standard(secret, webhooks.standard_event("participant.left", presence,
                                                                  at=START + 900)))
    attended(slug, {"amal@example.org": 900})
    flipped = webhooks.standard(secret, webhooks.cloud_event("registration.created", person))
    push(where, flipped._replace(body=flipped.body.replace(b"amal", b"amaz")), status=(401,))


def standard_webhooks_are_checked_by_a_public_key_as_well():
    slug = event()
    private, public = webhooks.standard_keys(bytes(range(32)))
    where = hook("standard", "--scheme", "v1a", "--public-key", public, "--event", slug)
    person = {"registrant_id": "r-1", "email": "amal@example.org", "name": "Amal"}
    push(where, webhooks.standard(private, webhooks.standard_event("registration.created", person,
                                                                   at=START - 999)))
    attended(slug, {"amal@example.org": 0})
    other, _ = webhooks.standard_keys(bytes(32))
    push(where, webhooks.standard(other, webhooks.standard_event("registration.created", person)),
         status=(401,))


def webex_is_asked_who_it_was():
    slug, token = event(), "webex-token"
    instance = "5e5e0042_I_2200"
    participant = f"{instance}_7f3e"
    api = Api({f"/meetingParticipants/{participant}": {
        "id": participant, "email": "amal@example.org", "displayName": "Amal", "state": "end",
        "host": False, "joinedTime": "2026-03-01T08:00:00.000Z", "leftTime": "2026-03-01T08:40:00.000Z",
        "devices": [{"correlationId": "d1", "joinedTime": "2026-03-01T08:00:00.000Z",
                     "leftTime": "2026-03-01T08:20:00.000Z"},
                    {"correlationId": "d2", "joinedTime": "2026-03-01T08:10:00.000Z",
                     "leftTime": "2026-03-01T08:40:00.000Z"}]}}, token)
    where = hook("webex", "--secret-file", secret_file("webex-secret"), "--token-file",
                 secret_file(token), "--set", f"fetch.base_url={api.url}", "--event", slug)
    registered(slug, "amal@example.org")
    notice = {"id": "Y2lz", "name": "sijill", "resource": "meetingParticipants", "event": "left",
              "orgId": "T1JH", "created": "2026-02-01T00:00:00.000Z",
              "data": {"id": participant, "meetingId": instance, "hostEmail": "host@example.com"}}
    push(where, webhooks.webex("webex-secret", notice))
    push(where, webhooks.webex("webex-secret", notice))
    attended(slug, {"amal@example.org": 2400})
    push(where, webhooks.webex("another", notice), status=(401,))


def teams_is_asked_what_the_notice_is_about():
    slug, token, state = event(), "graph-token", "our-client-state"
    webinar = "solutions/virtualEvents/webinars/aa10"
    api = Api({f"/v1.0/{webinar}/registrations/5f00": {
        "id": "5f00", "email": "amal@example.org", "firstName": "Amal", "lastName": "Al-Harthi",
        "status": "registered", "registrationDateTime": "2026-02-20T08:00:00Z"}}, token)
    api_plain = Api({f"/{webinar}/registrations/5f00": {
        "id": "5f00", "email": "amal@example.org", "firstName": "Amal", "lastName": "Al-Harthi",
        "status": "registered", "registrationDateTime": "2026-02-20T08:00:00Z"}}, token)
    where = hook("teams", "--secret-file", secret_file(state), "--token-file", secret_file(token),
                 "--set", f"fetch.base_url={api_plain.url}", "--event", slug)
    status, headers, body = push(where, webhooks.teams_validation("a+b c<script>"))
    assert (status, body) == (200, b"a+b c<script>") and headers["Content-Type"].startswith("text/plain")
    good = webhooks.teams_notice(state, f"{webinar}/registrations", "5f00")
    forged = webhooks.teams_notice("wrong", f"{webinar}/registrations", "6f00")
    assert push(where, webhooks.teams([forged, good]))[0] == 202
    try:
        attended(slug, {"amal@example.org": 0})
    except tap.Failure as failure:
        raise tap.Failure(f"{failure}\nasked {api.asked} {api_plain.asked}") from None
    assert not any("6f00" in path for path, _ in api_plain.asked), "a forged notice asks nothing"


if __name__ == "__main__":
    with World() as world:
        tap.run(bigbluebutton_says_who_came_by_the_id_of_the_join_link,
                jaas_joins_are_paired_by_participant, standard_webhooks_carry_cloud_events,
                standard_webhooks_are_checked_by_a_public_key_as_well, webex_is_asked_who_it_was,
                teams_is_asked_what_the_notice_is_about)
