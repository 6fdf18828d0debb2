#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
"""Given hooks with settings, when platforms push in less usual ways, then secrets stay unstored,
handshakes are answered, and a report that is longer than a delivery may hold is read to its end."""

import contextlib
import itertools
import json
import sys
import threading
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
    slug = f"platform-{next(numbers)}"
    world.sijill("event", "create", slug, "--title-en", slug, "--start-date", "2026-03-01", "--mode",
                 "online", "--time-zone", "UTC", "--session", "2026-03-01 08:00-09:00")
    return slug


def linked(platform, external):
    slug = event()
    world.sijill("event", "link", slug, "--platform", platform, "--external-id", external)
    return slug


def hook(platform, secret=None, *words):
    if secret is not None:
        path = world.home / f"secret-{next(numbers)}"
        path.write_text(secret + "\n")
        words = ("--secret-file", path, *words)
    return world.sijill("hook", "add", "--platform", platform, *words)


def push(where, delivery, status=(200, 202, 204)):
    answer = world.deliver(where["path"], delivery)
    assert answer[0] in status, answer
    return answer


def settled(slug, email, seconds):
    """The row of a person, when so many seconds are counted."""
    def look():
        rows = {row["email"]: row for row in world.sijill("attendance", "list", "--event", slug)}
        return rows.get(email) if rows.get(email, {}).get("seconds") == seconds else None

    try:
        return wait_until(look, f"{seconds} s of {email}")
    except tap.Failure as failure:
        raise tap.Failure(f"{failure}\n{world.sijill('attendance', 'list', '--event', slug)}\n"
                          f"held: {world.sijill('hook', 'held')}") from None


@contextlib.contextmanager
def api(answers):
    """A platform's API on this machine: path (with its query) to JSON. What was asked is kept."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers.get("Authorization")))
            found = answers.get(self.path)
            octets = json.dumps(found).encode()
            self.send_response(200 if found is not None else 404)
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def bigbluebutton_is_read_by_the_address_as_registered():
    slug, url = linked("bbb", "halal-bbb"), "https://sijill.example.org/hooks/bbb"
    where = hook("bbb", "the api secret", "--set", f"bbb.callback_url={url}")
    world.sijill("register", "--event", slug, "--email", "amal@example.org", "--name", "Amal",
                 "--country", "OM", "--external-id", "r1", "--source", "bbb")

    def said(*events):
        return webhooks.bbb("the api secret", list(events), url)

    joined = webhooks.bbb_event("user-joined", "halal-bbb", "w_1", "r1", at=START + 60)
    left = webhooks.bbb_event("user-left", "halal-bbb", "w_1", "r1", at=START + 1860)
    ended = webhooks.bbb_event("meeting-ended", "halal-bbb", at=START + HOUR)
    push(where, said(ended, left))
    push(where, said(joined))
    push(where, said(left))
    settled(slug, "amal@example.org", 1800)
    forged = said(joined)._replace(query="checksum=" + "0" * 40)
    push(where, forged, status=(403,))


def a_bearer_is_not_stored():
    where = hook("bbb", "a-bearer-that-is-easily-found", "--set", "bbb.rule=bearer")
    delivery = webhooks.bbb("a-bearer-that-is-easily-found", [], "", rule="bearer")
    push(where, delivery)
    push(where, delivery._replace(headers={"Authorization": "Bearer x"}), status=(403,))
    for path in (world.home / "gateway").rglob("*"):
        assert not path.is_file() or b"a-bearer-that-is" not in path.read_bytes(), path


def a_sender_of_cloudevents_may_ask_first_and_sends_no_batch():
    where = hook("standard")
    status, headers, _ = world.http("OPTIONS", where["path"],
                                    headers={"WebHook-Request-Origin": "sender.example.org"})
    assert status == 200 and headers["WebHook-Allowed-Origin"] == "sender.example.org", headers
    assert world.http("OPTIONS", hook("zoom", "any secret")["path"])[0] in (204, 405)
    batch = webhooks.standard(where["secret"], webhooks.cloud_event("event.ended", {}),
                              content_type="application/cloudevents-batch+json")
    push(where, batch, status=(415,))


def teams_is_asked_who_attended_part_by_part():
    slug, webinar = linked("teams", "aa10"), "solutions/virtualEvents/webinars/aa10"
    people = 1500  # more than one delivery may hold: the report is told in parts
    report = [{"id": f"p{n}", "registrationId": f"p{n}", "role": "Attendee", "attendanceIntervals": [
        {"joinDateTime": "2026-03-01T08:01:00Z", "leaveDateTime": "2026-03-01T08:02:00Z"}]}
        for n in range(people - 1)]
    report.append({"id": "x", "registrationId": "5f00", "role": "Attendee", "attendanceIntervals": [
        {"joinDateTime": "2026-03-01T08:01:00Z", "leaveDateTime": "2026-03-01T08:31:00Z"}]})
    answers = {
        f"/{webinar}/registrations/5f00": {
            "id": "5f00", "email": "amal@example.org", "firstName": "Amal", "lastName": "A",
            "status": "registered", "registrationDateTime": "2026-02-20T08:01:00Z"},
        f"/{webinar}/sessions/5e/attendanceReports/77?$expand=attendanceRecords": {
            "id": "77", "attendanceRecords": report}}
    with api(answers) as (base, asked):
        where = hook("teams", None, "--set", f"fetch.base_url={base}/")
        status, headers, body = push(where, webhooks.teams_validation("<b>Token: 1+1</b>"))
        assert (status, body) == (200, b"<b>Token: 1+1</b>"), (status, body)
        assert headers["Content-Type"].startswith("text/plain"), headers
        assert headers["X-Content-Type-Options"] == "nosniff", headers
        secret = where["secret"]
        push(where, webhooks.teams([
            webhooks.teams_notice("not ours", f"{webinar}/registrations", "evil"),
            webhooks.teams_notice(secret, f"{webinar}/registrations", "5f00"),
            webhooks.teams_notice(secret, f"{webinar}/sessions/5e/attendanceReports", "77")]))
        settled(slug, "amal@example.org", 1800)
        paths = [path for path, _ in asked]
        assert len(paths) == 3 and not any("evil" in path for path in paths), paths


if __name__ == "__main__":
    with World() as world:
        tap.run(bigbluebutton_is_read_by_the_address_as_registered,
                a_bearer_is_not_stored,
                a_sender_of_cloudevents_may_ask_first_and_sends_no_batch,
                teams_is_asked_who_attended_part_by_part)
