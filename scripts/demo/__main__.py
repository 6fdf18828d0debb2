#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""demo: the main job, a line a step, against running services; scripts/run calls it.

usage: python3 scripts/demo --bin DIR --home DIR --catalogue FILE

Each step asks the command line (--json) or the gateway, compares what came with what must hold, and prints ok or
FAILED. The people are made up; their addresses carry the time of the run, so that each run has its
own and a second one on the same stores holds like the first. Exit 0 only if every step held.
"""

import argparse
import contextlib
import datetime
import sys
import time
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True

from asking import DONE, REFUSED, Broken, Left, Sijill, Story, expect
from gateway import Gateway
from job import AMINA, Job
from program import Program
from webinar import Webinar

SHIPPED = Path(__file__).resolve().parents[2] / "deploy/catalogue/activities-2025.json"
TAG = "%Y%m%d-%H%M%S"
PUSHED_SESSIONS_MAX = 16


def counted(rows, member):
    return ", ".join(f"{number} {word}" for word, number in Counter(
        row[member] for row in rows).most_common())


def load(sijill, story, catalogue):
    """Import the catalogue; its events in its order, as the service now describes them."""
    with story.step(f"the catalogue is loaded, {catalogue.name}") as say:
        came = sijill.ask("event", "import", catalogue, codes=(DONE, REFUSED))
        summary, rows = came["summary"], came["rows"]
        refused = [row for row in rows if row["verdict"] == "refused"]
        known = {row["slug"]: row for row in sijill.ask("event", "list")}
        events = [known[row["id"]] for row in rows
                  if row["verdict"] != "refused" and row["id"] in known]
        expect(summary["rows"] == len(rows) and events, "a verdict a row, and events", summary)
        expect(not refused or catalogue != SHIPPED, "every row of ours taken", refused[:3])
        say(f"{len(rows)} rows, {len(events)} of them events: {counted(rows, 'verdict')}")
        for row in refused[:5]:
            say(f"row {row['row']} {row['id']} refused, {row.get('column', '')} {row['why']}")
    return events


def has_ended(sijill, event):
    """The last of its sessions is over; dates that are known to the day have some."""
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    if event["date_precision"] != "day" or event["state"] == "cancelled":
        return False
    if not event["start_date"] or event["start_date"] > today:
        return False
    whole = sijill.ask("event", "show", event["slug"])
    return bool(whole["sessions"]) and whole["ends_ms"] < time.time() * 1000


def is_webinar(event):
    return event["kind"] == "webinar" and not event["date_uncertain"]


def is_pushed(event):
    """Zoom speaks of it; at a course of many days that would be thousands of deliveries."""
    online = event["mode"] == "online" or event["kind"] == "webinar"
    return online and len(event["sessions"]) <= PUSHED_SESSIONS_MAX


def is_course(event):
    day = datetime.date.fromisoformat
    return ("course" in (event["kind"] or "") and not event["date_uncertain"]
            and (day(event["end_date"]) - day(event["start_date"])).days == 1)


def pick(sijill, events, catalogue):
    """The first that has ended, unless the catalogue is ours; a webinar and a two-day course."""
    wanted = ([] if catalogue == SHIPPED else [lambda event: True]) + [is_webinar, is_course]
    chosen = []
    for wants in wanted:
        found = next((event for event in events if event["date_precision"] == "day"
                      and wants(event) and has_ended(sijill, event)), None)
        if found and found not in chosen:
            chosen.append(found)
    return chosen


def refusal(sijill, story, events, tag):
    """Nothing has ended: a certificate is refused, with a reason."""
    event = next((event for event in events if event["date_precision"] == "day"), events[0])
    email = f"amina.{tag}@participants.example"
    print(f"\nno event of this catalogue has sessions that have ended; so, at {event['slug']} "
          f"({event['dates']}):", flush=True)
    with story.step("a person registers"):
        sijill.ask("register", "--event", event["slug"], "--email", email, "--name", AMINA.name,
                   "--country", AMINA.country)
    with story.step("a certificate is refused") as say:
        words = sijill.refused("certificate", "issue", "--event", event["slug"], "--email",
                               email)[1]
        expect(":" in words, "a reason", words)
        say(words)
    with story.step("none was made"):
        rows = sijill.ask("certificate", "list", "--event", event["slug"])
        expect(rows == [], "no certificate", rows)


def wait_for_services(sijill):
    """The gateway, when all answer: another scripts/run may have started them a moment ago."""
    until = time.monotonic() + 60
    while True:
        try:
            sijill.ask("status")
            gateway = Gateway((sijill.home / "run/gateway.address").read_text().strip())
            gateway.ask("GET", "/readyz", (200,))
            return gateway
        except (Broken, OSError) as words:
            if time.monotonic() > until:
                sys.exit(f"the services do not answer: {words}")
        time.sleep(0.2)


def own_tag(folder):
    """The time of this run, which no other run on this home has; and a folder of that name."""
    while True:
        tag = datetime.datetime.now(datetime.timezone.utc).strftime(TAG)
        with contextlib.suppress(FileExistsError):
            (folder / tag).mkdir(parents=True)
            return tag, folder / tag
        time.sleep(0.2)


def numbers(tag):
    """Zoom's numbers of webinars, eleven digits, of this run alone."""
    when = datetime.datetime.strptime(tag + "+0000", TAG + "%z").timestamp()
    return (f"{first}{when:.0f}" for first in range(9, 0, -1))


def jobs(sijill, gateway, story, chosen, folder, tag):
    """The whole job at each, and then a program's at the first."""
    number = numbers(tag)
    for event in chosen:
        titles = event["title"]
        print(f"\n{event['slug']} ({event['kind']}, {event['dates']})\n"
              f"  {titles.get('en') or next(iter(titles.values()))}", flush=True)
        about = (sijill, gateway, story, sijill.ask("event", "show", event["slug"]), folder, tag)
        job = Webinar(*about, number=next(number)) if is_pushed(about[3]) else Job(*about)
        with contextlib.suppress(Left):
            job.whole()
            if event is chosen[0]:
                Program(sijill, gateway, story, event["slug"], tag).whole()


def tell(sijill, gateway, story, catalogue, folder, tag):
    with contextlib.suppress(Left):
        events = load(sijill, story, catalogue)
        chosen = pick(sijill, events, catalogue)
        if not chosen:
            refusal(sijill, story, events, tag)
        jobs(sijill, gateway, story, chosen, folder, tag)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, required=True, help="folder of the programs")
    parser.add_argument("--home", type=Path, required=True, help="where the services live")
    parser.add_argument("--catalogue", type=Path, required=True)
    given = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8")
    sijill, story = Sijill(given.bin / "sijill", given.home), Story()
    gateway = wait_for_services(sijill)
    tag, folder = own_tag(given.home / "demo")
    tell(sijill, gateway, story, given.catalogue, folder, tag)
    print(f"\n{story.held} steps held, {story.failed} failed; the files are in {folder}", flush=True)
    sys.exit(1 if story.failed or not story.held else 0)


if __name__ == "__main__":
    main()
