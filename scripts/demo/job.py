# SPDX-License-Identifier: Apache-2.0
"""job: the main job at one event: people register, a trainer marks them, and they get certificates.

An online event has its registrations and presence from a platform: webinar.py."""

import subprocess
from collections import Counter, namedtuple

from asking import COMMAND_SECONDS, DONE, UNVERIFIED, expect, settled

SEATS = 4

Person = namedtuple("Person", "key name latin country")
PEOPLE = [
    Person("amina", "أمينة بن يوسف", "Amina Benyoucef", "DZ"),
    Person("ibrahim", "İbrahim Çağlayan", None, "TR"),
    Person("aigul", "Айгүл Әбілқайырқызы", "Aigul Abilkairkyzy", "KZ"),
    Person("eloise", "Éloïse N’Diaye", None, "SN"),
    Person("pyotr", "Пётр Щербаков", "Pyotr Shcherbakov", "UZ"),
]
AMINA, IBRAHIM, AIGUL, ELOISE, PYOTR = PEOPLE


class Job:
    """The main job at one event of the catalogue."""

    flags = []  # what is odd about the presence of these people

    def __init__(self, sijill, gateway, story, event, folder, tag):
        self.sijill, self.gateway, self.slug, self.tag = sijill, gateway, event["slug"], tag
        self.step, self.ids, self.certificates = story.step, {}, {}
        self.folder = folder / self.slug
        self.folder.mkdir(parents=True, exist_ok=True)
        self.event = event

    def email(self, person):
        return f"{person.key}.{self.tag}@participants.example"

    def registering(self, person, country=None):
        """The words that register a person."""
        latin = ("--name-latin", person.latin) if person.latin else ()
        return ("register", "--event", self.slug, "--email", self.email(person), "--name",
                person.name, "--country", country or person.country, *latin)

    def whole(self):
        for part in (self.seats, self.registrations, self.waiting_list, self.marks, self.verdicts,
                     self.explanation, self.issue, self.verify, self.revoke):
            part()

    # ---- seats --------------------------------------------------------------------------------

    def seats(self):
        """Earlier runs' people keep their seats; this one's get four more."""
        with self.step(f"{SEATS} seats are free, and a waiting list is open") as say:
            if self.event["state"] == "closed":
                self.sijill.ask("event", "open", self.slug)
            taken = self.event["confirmed"] + self.event["waitlisted"]
            self.sijill.ask("event", "rules", self.slug, "--capacity", taken + SEATS,
                            "--waiting-list", "yes", "--approval", "no", "--opens", "none",
                            "--closes", "none", "--threshold", 75, "--release", "released")
            now = self.sijill.ask("event", "show", self.slug)
            free = now["rules"]["capacity"] - now["confirmed"]
            expect((free, now["waitlisted"]) == (SEATS, 0), f"{SEATS} free, nobody waiting",
                   f"{free} free, {now['waitlisted']} waiting")
            say(f"{taken} of {taken + SEATS} taken")

    def registrations(self):
        with self.step("five people register for them") as say:
            for number, person in enumerate(PEOPLE):
                typed = "AZ" if person is AIGUL else person.country
                came = self.sijill.ask(*self.registering(person, typed))
                want = ("created", "confirmed" if number < SEATS else "waitlisted",
                        None if number < SEATS else 1)
                expect((came["outcome"], came["state"], came["place"] or None) == want, want, came)
                self.ids[person] = came["id"]
            say(f"{SEATS} confirmed, {PYOTR.name} waits in place 1")
        with self.step("one registers twice") as say:
            came = self.sijill.ask(*self.registering(AMINA))
            expect((came["outcome"], came["id"]) == ("unchanged", self.ids[AMINA]),
                   "the same registration", came)
            say("the same registration, no second seat")
        with self.step("one registers twice with another country") as say:
            code, words = self.sijill.refused(*self.registering(AIGUL))
            expect(code == "CONFLICT", "CONFLICT", (code, words))
            came = self.sijill.ask(*self.registering(AIGUL), "--on-duplicate", "update")
            expect((came["outcome"], came["state"]) == ("updated", "confirmed"),
                   "updated, still confirmed", came)
            say("refused, and updated when asked for")

    def waiting_list(self):
        with self.step(f"{IBRAHIM.name} cancels and the waiting list moves") as say:
            self.sijill.ask("registration", "cancel", "--event", self.slug, "--email",
                            self.email(IBRAHIM))
            rows = {row["id"]: row for row in
                    self.sijill.ask("registration", "list", "--event", self.slug)}
            came = {person.key: rows[self.ids[person]]["state"] for person in (IBRAHIM, PYOTR)}
            expect(came == {"ibrahim": "cancelled", "pyotr": "confirmed"},
                   f"{IBRAHIM.key} cancelled, {PYOTR.key} confirmed", came)
            say(f"{PYOTR.name} has the seat")

    # ---- presence -----------------------------------------------------------------------------

    def marks(self):
        """Present; late, then present; absent but for the first of several sessions; partial
        nowhere, excused on the first of several."""
        numbers = [session["number"] for session in self.event["sessions"]]
        several = len(numbers) > 1
        given = {AMINA: lambda n: "present",
                 AIGUL: lambda n: "late" if n == numbers[0] else "present",
                 ELOISE: lambda n: "present" if several and n == numbers[0] else "absent",
                 PYOTR: lambda n: "excused" if several and n == numbers[0] else "present"}
        with self.step(f"the trainer marks {len(given)} people in {len(numbers)} sessions") as say:
            marks = Counter()
            for person, mark in given.items():
                for number in numbers:
                    came = self.sijill.ask("attendance", "mark", "--event", self.slug, "--email",
                                           self.email(person), "--session", number, "--mark",
                                           mark(number))
                    expect(came["marked"] == 1, "one mark", came)
                    marks[mark(number)] += 1
            say(", ".join(f"{count} {mark}" for mark, count in marks.most_common()))

    # ---- verdicts -----------------------------------------------------------------------------

    def verdicts(self):
        with self.step("verdicts are derived") as say:
            rows = {row["registration_id"]: row for row in
                    self.sijill.ask("attendance", "list", "--event", self.slug)}
            mine = {person.key: rows[self.ids[person]]["verdict"] for person in PEOPLE}
            attended = dict.fromkeys(("amina", "aigul", "pyotr"), "attended")
            missed = dict.fromkeys(("ibrahim", "eloise"), "not_attended")
            expect(mine == {**attended, **missed}, {**attended, **missed}, mine)
            flags = [flag for person in PEOPLE for flag in rows[self.ids[person]]["flags"]]
            expect(flags == self.flags, f"{self.flags} for a human", flags)
            say(", ".join(f"{word} {sum(v == word for v in mine.values())}"
                          for word in ("attended", "not_attended")))

    def explanation(self):
        with self.step(f"{AIGUL.name}'s is explained") as say:
            came = self.sijill.ask("attendance", "explain", "--event", self.slug, "--email",
                                   self.email(AIGUL))
            seconds = sum(session["seconds"] for session in came["sessions"] if session["counts"])
            whole = sum(session["scheduled"] for session in came["sessions"] if session["counts"])
            share = 10000 * seconds // whole / 10000
            expect((came["seconds"], came["scheduled"], came["share"]) == (seconds, whole, share),
                   f"{seconds} of {whole} s, share {share}",
                   [came[member] for member in ("seconds", "scheduled", "share")])
            expect(len(came["evidence"]) > 0, "the evidence", came["evidence"])
            say(f"{len(came['evidence'])} pieces of evidence, {seconds} of {whole} s, "
                f"{share:.2%} of the time, 75 % are needed")

    # ---- certificates -------------------------------------------------------------------------

    def issue(self):
        entitled = {self.ids[person]: person for person in (AMINA, AIGUL, PYOTR)}
        with self.step("certificates are issued and signed") as say:
            came = self.sijill.ask("certificate", "issue", "--event", self.slug, "--all")
            issued = {row["registration_id"]: row["id"] for row in came
                      if row["registration_id"] in self.ids.values() and row.get("id")}
            expect(issued.keys() == entitled.keys(), f"{len(entitled)} certificates", came)
            self.certificates = {entitled[who]: which for who, which in issued.items()}

            def states():
                rows = self.sijill.ask("certificate", "list", "--event", self.slug)
                return [row["state"] for row in rows if row["id"] in issued.values()]

            mine = settled(states, lambda came: came == ["valid"] * len(issued), "all signed")
            say(f"{len(mine)} valid")
        with self.step(f"{ELOISE.name}, who missed too much, gets none") as say:
            say(self.sijill.refused("certificate", "issue", "--event", self.slug, "--email",
                                    self.email(ELOISE))[1])

    def keep(self, name, *words):
        """What a command writes, in a file of this run."""
        path = self.folder / name
        command = [self.sijill.program, "--home", self.sijill.home, *map(str, words)]
        done = subprocess.run(command, capture_output=True, timeout=COMMAND_SECONDS, check=False)
        expect(done.returncode == DONE and done.stdout, f"{name} of sijill {' '.join(words)}",
               f"exit {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
        path.write_bytes(done.stdout)
        return path

    def judged(self, path, *more, verdict, signature="passed", status, code=DONE):
        came = self.sijill.ask("verify", path, "--did", self.did, *more, codes=(code,))
        have = {member: came[member] for member in ("signature", "status", "verdict")}
        want = {"signature": signature, "status": status, "verdict": verdict}
        expect(have == want, want, have)

    def verify(self):
        with self.step("one is verified offline, with did.json alone") as say:
            self.did = self.keep("did.json", "did")
            self.first = self.keep("certificate-1.json", "certificate", "show",
                                   self.certificates[AMINA], "--format", "vc")
            self.judged(self.first, verdict="status_unchecked", status="unchecked")
            say("the signature is the issuer's; whether it was revoked is not known yet")
        with self.step("one letter of it is changed"):
            forged = self.folder / "forged.json"
            text = self.first.read_text(encoding="utf-8")
            expect(AMINA.name in text, AMINA.name, text[:200])
            forged.write_text(text.replace(AMINA.name, AMINA.name[1:]), encoding="utf-8")
            self.judged(forged, verdict="invalid", signature="failed", status="unchecked",
                        code=UNVERIFIED)

    def revoke(self):
        with self.step(f"{AIGUL.name}'s is revoked, and verified with the status list") as say:
            second = self.keep("certificate-2.json", "certificate", "show",
                               self.certificates[AIGUL], "--format", "vc")
            self.sijill.ask("certificate", "revoke", self.certificates[AIGUL], "--reason",
                            "issued by mistake (a demonstration)")
            status = self.keep("status-list.json", "status-list")
            self.judged(second, "--status", status, verdict="revoked", status="revoked",
                        code=UNVERIFIED)
            say("revoked, and not a forgery: its signature holds")
        with self.step("the first one is verified again, with that list") as say:
            self.judged(self.first, "--status", status, verdict="valid", status="passed")
            say("valid")
