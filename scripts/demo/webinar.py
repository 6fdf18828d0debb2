# SPDX-License-Identifier: Apache-2.0
"""webinar: the main job at an online event: what Zoom would push of it is pushed, signed, over HTTP.

The webinar's number, its registrants and its connections are this run's own. An instance of it, and
its end, are the event's: each run tells of the same one."""

import base64
import hashlib
import secrets

import zoom_webhooks as zoom
from asking import expect, settled
from job import AIGUL, AMINA, ELOISE, IBRAHIM, PEOPLE, PYOTR, SEATS, Job

DAY = 86400
REFUSED, GONE = (401,), (404,)


class Webinar(Job):
    flags = ["join_without_leave"]

    def __init__(self, *about, number):
        super().__init__(*about)
        self.number, self.secret = number, secrets.token_urlsafe(16)
        self.starts = self.event["sessions"][0]["starts_ms"] // 1000
        self.told = []  # what was pushed, to be pushed again

    def whole(self):
        for part in (self.seats, self.connect, self.unknown_webinar, self.registrations,
                     self.waiting_list, self.presence, self.again, self.unmatched, self.verdicts,
                     self.explanation, self.issue, self.verify, self.revoke, self.disconnect):
            part()

    # ---- what Zoom says -----------------------------------------------------------------------

    def about(self, session, body):
        """With the instance and the topic of this event, as each body of Zoom has them."""
        mark = hashlib.sha256(f"{self.slug} {session}".encode()).digest()[:16]
        body["payload"]["object"] |= {"uuid": base64.b64encode(mark).decode(),
                                      "topic": next(iter(self.event["title"].values()))}
        return body

    def push(self, body, **more):
        self.told.append(body)
        return self.gateway.push(self.path, zoom.zoom(self.secret, body), **more)

    def registrant(self, person):
        return f"{person.key}{self.tag}"

    def registration(self, person, what="created", status="approved", days=20):
        first, last = person.name.split(" ", 1)
        return self.about(0, zoom.zoom_registration(
            self.number, self.registrant(person), self.email(person), first, last,
            at=self.starts - days * DAY, what=what, status=status, country=person.country))

    def states(self):
        """State and place of this run's people, by their keys."""
        people = {self.email(person): person for person in PEOPLE}
        rows = [row for row in self.sijill.ask("registration", "list", "--event", self.slug)
                if row["email"] in people]
        self.ids |= {people[row["email"]]: row["id"] for row in rows}
        return {people[row["email"]].key: (row["state"], row["place"] or None) for row in rows}

    def become(self, **wanted):
        """Wait until this run's people are these, in these states."""
        wanted = {key: (state, 1 if state == "waitlisted" else None)
                  for key, state in wanted.items()}
        settled(self.states, lambda came: came == wanted, wanted)

    # ---- the hook -----------------------------------------------------------------------------

    def connect(self):
        with self.step("Zoom gets an address to push to") as say:
            path = self.folder / "zoom.secret"
            path.touch(0o600)
            path.write_text(self.secret + "\n", encoding="ascii")
            hook = self.sijill.ask("hook", "add", "--platform", "zoom", "--secret-file", path,
                                   "--label", f"demonstration {self.tag}")
            self.path, self.hook = hook["path"], hook["id"]
            say(self.gateway.address + self.path)
        with self.step("Zoom tries the address, and it proves that it knows the secret") as say:
            challenge = zoom.zoom_challenge()
            token = challenge["payload"]["plainToken"]
            came = self.gateway.push(self.path, zoom.zoom(self.secret, challenge)).json()
            proof = zoom.proof(self.secret, token)
            expect(came == {"plainToken": token, "encryptedToken": proof}, proof, came)
        with self.step("a registration that somebody else has signed is refused") as say:
            forged = zoom.zoom("not the secret", self.registration(AMINA))
            say(f"{self.gateway.push(self.path, forged, status=REFUSED).status}, nothing is stored")

    def unknown_webinar(self):
        words = ("--platform", "zoom", "--external-id", self.number)
        with self.step(f"{AMINA.name} registers at Zoom for webinar {self.number}") as say:
            self.push(self.registration(AMINA))
            held = settled(lambda: self.sijill.ask("hook", "held", *words), len, "one push held")
            expect([(row["email"], row["why"]) for row in held] ==
                   [(self.email(AMINA), "unlinked")], "hers, unlinked", held)
            say("accepted and kept, because nobody has said which event that is")
        with self.step("the webinar is linked to the event") as say:
            came = self.sijill.ask("event", "link", self.slug, *words)
            expect(came["held"] == 1, "one push that waited", came)
            self.become(amina="confirmed")
            settled(lambda: self.sijill.ask("hook", "held", *words), lambda came: came == [],
                    "nothing held any more")
            say("what was kept is applied, she is confirmed")

    # ---- who is registered --------------------------------------------------------------------

    def registrations(self):
        with self.step("three more register, one of them awaits approval at Zoom") as say:
            for person in (IBRAHIM, AIGUL):
                self.push(self.registration(person))
            self.push(self.registration(ELOISE, status="pending"))
            self.become(amina="confirmed", ibrahim="confirmed", aigul="confirmed",
                        eloise="pending")
            self.push(self.registration(ELOISE, "approved", days=19))
            self.become(amina="confirmed", ibrahim="confirmed", aigul="confirmed",
                        eloise="confirmed")
            say(f"and is approved: {SEATS} confirmed")
        with self.step("a fifth registers, and there is no seat") as say:
            self.push(self.registration(PYOTR, days=18))
            self.become(amina="confirmed", ibrahim="confirmed", aigul="confirmed",
                        eloise="confirmed", pyotr="waitlisted")
            say(f"{PYOTR.name} waits in place 1")

    def waiting_list(self):
        with self.step(f"{IBRAHIM.name} cancels at Zoom and the waiting list moves") as say:
            self.push(self.registration(IBRAHIM, "cancelled", days=10))
            self.become(amina="confirmed", ibrahim="cancelled", aigul="confirmed",
                        eloise="confirmed", pyotr="confirmed")
            say(f"{PYOTR.name} has the seat")

    # ---- presence -----------------------------------------------------------------------------

    def comings(self, session):
        """Of a session: all of it; all but some minutes, in two connections, the second of them
        known by e-mail only; the first third; a join that only the end ends; and a stranger."""
        start, end = session["starts_ms"] // 1000, session["ends_ms"] // 1000
        third, gap = (end - start) // 3, min(600, (end - start) // 10)
        connections = ((AMINA, start - 300, end, True), (AIGUL, start, start + third, True),
                       (AIGUL, start + third + gap, end + 60, False),
                       (ELOISE, start, start + third, True), (PYOTR, start, None, True),
                       (None, start, end, False))
        for line, (who, joined, left, own_link) in enumerate(connections):
            for what, at in (("joined", joined), ("left", left)):
                if at is not None:
                    yield self.about(session["number"], zoom.zoom_presence(
                        what, self.number, f"{line}{self.number}",
                        self.email(who) if who else "", self.registrant(who) if own_link else "",
                        who.name if who else f"Guest {self.tag}", at=at))
        yield self.about(session["number"], zoom.zoom_ended(self.number, at=end + 120))

    def presence(self):
        bodies = [body for session in self.event["sessions"] for body in self.comings(session)]
        with self.step("Zoom's joins, leaves and end arrive, the last one first") as say:
            for body in reversed(bodies):
                self.push(body)
            settled(self.gateway.waiting, lambda came: came == 0, "all of them done")
            say(f"{len(bodies)} deliveries; {AIGUL.name} came twice, {PYOTR.name} never left")

    def again(self):
        def now():
            explained = [self.sijill.ask("attendance", "explain", "--event", self.slug, "--email",
                                         self.email(person)) for person in PEOPLE]
            return self.states(), [(came["verdict"], came["seconds"], len(came["evidence"]))
                                   for came in explained]

        with self.step("Zoom sends everything again") as say:
            before, told = now(), list(self.told)
            for body in told:
                self.push(body)
            settled(self.gateway.waiting, lambda came: came == 0, "all of them done")
            after = now()
            expect(after == before, before, after)
            say(f"{len(told)} deliveries are accepted and change nothing")

    def unmatched(self):
        with self.step("one was there who is not registered") as say:
            rows = self.sijill.ask("attendance", "unmatched", "--event", self.slug)
            mine = [row for row in rows if row["display_name"] == f"Guest {self.tag}"]
            expect(len(mine) == 2 * len(self.event["sessions"]), "a join and a leave a session", mine)
            say("kept for a human to match")

    # ---- the end ------------------------------------------------------------------------------

    def disconnect(self):
        with self.step("Zoom's address is removed") as say:
            self.sijill.ask("hook", "remove", self.hook)
            challenge = zoom.zoom(self.secret, zoom.zoom_challenge())
            settled(lambda: self.gateway.push(self.path, challenge, status=(200, *GONE)).status,
                    lambda came: came in GONE, "404")
            say(f"it answers {GONE[0]}")
