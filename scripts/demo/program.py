# SPDX-License-Identifier: Apache-2.0
"""program: what another program does at an event with an API key, and who can see that it did."""

import urllib.parse
import uuid

from asking import expect
from gateway import Answer

LAYLA = {"name": "ليلى حداد", "nameLatin": "Layla Haddad", "country": "JO"}
MADE, DENIED = (201,), (401,)


class Program:
    """A program of the organiser's, with a key of its own."""

    def __init__(self, sijill, gateway, story, slug, tag):
        self.sijill, self.step, self.gateway = sijill, story.step, gateway
        self.slug, self.tag = slug, tag
        self.path = f"/v1/events/{slug}/registrations"

    def whole(self):
        for part in (self.read, self.write, self.audit, self.end):
            part()

    def listed(self):
        """All registrations, page by page."""
        rows, more = [], ""
        while True:
            page = self.gateway.call("GET", f"{self.path}?page_size=100{more}", self.key).json()
            rows += page.get("registration", [])
            if "nextPageToken" not in page:
                return rows
            more = "&page_token=" + urllib.parse.quote(page["nextPageToken"])

    def read(self):
        with self.step("a program with an API key reads the registrations") as say:
            made = self.sijill.ask("key", "add", "--role", "organiser", "--label",
                                   f"demonstration {self.tag}")
            self.key, self.key_id = made["key"], made["id"]
            came = {row["person"]["email"]: row["state"].lower() for row in self.listed()}
            want = {row["email"]: row["state"] for row in
                    self.sijill.ask("registration", "list", "--event", self.slug)}
            expect(came == want, f"the {len(want)} of the command line", came)
            say(f"GET {self.path}: {len(came)}")

    def write(self):
        body = {"role": "SPEAKER", "person": LAYLA | {
            "email": f"layla.{self.tag}@participants.example"}}
        with self.step("it registers a speaker, gets no answer, and asks again") as say:
            key = str(uuid.uuid4())
            first, again = (self.gateway.call("POST", self.path, self.key, body, MADE,
                                              Idempotency_Key=key) for _ in range(2))
            expect(again.body == first.body and again.headers["Idempotency-Replayed"] == "true",
                   f"the same answer: {first.body}", Answer(*again))
            other = self.gateway.call("POST", self.path, self.key, body | {"role": "TRAINER"},
                                      (422,), Idempotency_Key=key).json()
            expect(other["code"] == "KEY_REUSED", "KEY_REUSED", other)
            rows = [row for row in self.listed() if row["person"]["email"] ==
                    body["person"]["email"]]
            expect(len(rows) == 1, "one registration", rows)
            say("registered once; another body with the same Idempotency-Key is refused")

    def audit(self):
        with self.step("the audit trail says who did that") as say:
            rows = self.sijill.ask("audit", "--event", self.slug, "--actor", self.key_id)
            came = [(row["command"], row["actor"]) for row in rows]
            expect(came == [("register", self.key_id)], "one register by that key", rows)
            say(f"{rows[0]['command']} by key {self.key_id[:8]}…, {rows[0]['origin']}")

    def end(self):
        with self.step("the key is revoked") as say:
            self.sijill.ask("key", "revoke", self.key_id)
            came = self.gateway.call("GET", self.path, self.key, status=DENIED)
            say(f"{came.status} {came.json()['code']}")
