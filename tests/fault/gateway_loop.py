#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 900
"""Given platforms that push over several connections, shuffled and more than once, when the gateway
and the services behind it are killed at any moment and started again, then all that was accepted has
been done, once: attendance says what follows from the pushes.

usage: gateway_loop.py [--kills N] [--seed S]   (20 kills take about a minute; the seed is printed)
"""

import argparse
import collections
import http.client
import random
import sys
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import door
import tap
import webhooks
from slow import Slow, raise_descriptors, resident_kib
from world import World, wait_until

SECRET = "4fv1RkqGQUq5sWbEz6hA5A"
START = 1_772_352_000  # 2026-03-01 08:00:00 UTC
HOUR = 3600
WEBINAR = "98765432101"
CONNECTIONS = 8
PEOPLE_A_KILL, PEOPLE_LEAST = 6, 40
DEAD_S, ALIVE_S = (0.0, 0.8), (0.2, 2.0)  # what is killed stays so; then all live
SETTLE_S = 180
EACH, AT_ONCE, DRIP_S = 1000, 50, 1.0
PROBES = 200
IDLE, IDLE_KIB_MAX = 10000, 64 * 1024
RELEASE = door.SOURCE / "build/release/bin"


# ---- what platforms push, and what follows from it -----------------------------------------------

def words_of(chance, registrant, email):
    """Bodies about one registration, and its state by the last of them."""
    def said(what, at, **more):
        return webhooks.zoom_registration(WEBINAR, registrant, email, at=START - at, what=what, **more)

    stories = {
        "confirmed": [[said("created", 90000)],
                      [said("created", 90000, status="pending"), said("approved", 80000)],
                      [said("created", 90000), said("denied", 85000), said("approved", 80000)]],
        "pending": [[said("created", 90000, status="pending")]],
        "cancelled": [[said("created", 90000), said("cancelled", 80000)]],
        "rejected": [[said("created", 90000, status="pending"), said("denied", 80000)]],
    }
    state = chance.choices(list(stories), (7, 1, 1, 1))[0]
    return chance.choice(stories[state]), state


def presence_of(chance, registrant, email, user):
    """Bodies about one person's coming and going, and the seconds of their union."""
    bodies, inside = [], set()
    for connection in range(chance.randint(0, 4)):
        came = START + chance.randint(-1200, HOUR - 60)
        left = came + chance.randint(1, 2400)
        who = {"registrant": registrant} if chance.random() < 0.5 else {}
        mail = email if not who or chance.random() < 0.5 else ""
        for what, at in (("joined", came), ("left", left)):
            bodies.append(webhooks.zoom_presence(what, WEBINAR, user + connection, mail, at=at, **who))
        inside |= set(range(max(came, START), min(left, START + HOUR)))
    return bodies, len(inside)


def plan(chance, people):
    """All bodies, and what attendance is to say of each e-mail."""
    bodies, wanted = [], {}
    for number in range(people):
        registrant, email = f"r{number}", f"person.{number}@example.org"
        words, state = words_of(chance, registrant, email)
        presence, seconds = presence_of(chance, registrant, email, 1000 + 10 * number)
        bodies += words + presence
        wanted[email] = (state, seconds, registrant)
    bodies.append(webhooks.zoom_ended(WEBINAR, at=START + 2 * HOUR))
    chance.shuffle(bodies)
    return bodies, wanted


# ---- pushing -------------------------------------------------------------------------------------

class Platform:
    """Sends bodies until each was accepted, over connections of its own; then any of them again."""

    def __init__(self, world, path, chance):
        self.world, self.path, self.chance = world, path, chance
        self.lock, self.ended = threading.Lock(), False
        self.waiting, self.accepted = collections.deque(), []
        self.counts = collections.Counter()
        self.threads = [threading.Thread(target=self.push_on, daemon=True)
                        for _ in range(CONNECTIONS)]

    def send(self, bodies):
        with self.lock:
            self.waiting.extend(bodies)

    def take(self):
        with self.lock:
            if self.waiting and (not self.accepted or self.chance.random() < 0.8):
                return self.waiting.popleft(), True
            return (self.chance.choice(self.accepted), False) if self.accepted else (None, False)

    def push_on(self):
        connection = None
        while not self.ended:
            body, new = self.take()
            if body is None:
                time.sleep(0.01)
                continue
            delivery = webhooks.zoom(SECRET, body)
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.world.port,
                                                                      timeout=60)
                connection.request("POST", self.path, delivery.body, delivery.headers)
                answer = connection.getresponse()
                answer.read()
                outcome = answer.status
            except (OSError, http.client.HTTPException):
                connection.close()
                connection, outcome = None, "no answer"
                time.sleep(0.02)
            self.told(body, new, outcome)

    def told(self, body, new, outcome):
        with self.lock:
            self.counts[outcome] += 1
            if not new:
                return
            if outcome in (200, 204):
                self.accepted.append(body)
            else:
                self.waiting.append(body)

    def begin(self):
        for thread in self.threads:
            thread.start()

    def end(self):
        self.ended = True
        for thread in self.threads:
            thread.join()


# ---- laws ----------------------------------------------------------------------------------------

def hook_of_an_event(world):
    """The path of a hook whose pushes are of one webinar, which has ended."""
    secret = world.home / "secret"
    secret.write_text(SECRET)
    world.sijill("event", "create", "webinar", "--title-en", "Webinar", "--start-date", "2026-03-01",
                 "--mode", "online", "--time-zone", "UTC", "--session", "2026-03-01 08:00-09:00")
    world.sijill("event", "link", "webinar", "--platform", "zoom", "--external-id", WEBINAR)
    return world.sijill("hook", "add", "--platform", "zoom", "--secret-file", secret)["path"]


def attendance(world):
    rows = world.sijill("attendance", "list", "--event", "webinar")
    found = {row["email"]: (row["state"], row["seconds"], row["external_id"]) for row in rows}
    assert len(found) == len(rows), f"somebody is there twice: {rows}"
    return found


def differences(found, wanted):
    return [f"{mail}: {found.get(mail)} is not {wanted.get(mail)}"
            for mail in sorted(set(found) | set(wanted)) if found.get(mail) != wanted.get(mail)]


def settle(world, wanted):
    found = {}

    def is_told():
        found.clear()
        found.update(attendance(world))
        return found == wanted

    try:
        wait_until(is_told, "attendance is what follows from the pushes", SETTLE_S)
    except tap.Failure as failure:
        lines = differences(found, wanted)
        held = world.sijill("hook", "held")
        raise tap.Failure(f"{failure}: {len(lines)} differ, {len(held)} are held\n" +
                          "\n".join(lines[:10]) + f"\n{held[:3]}") from None


def kill_something(world, chance):
    names = chance.choice((["gateway"], ["registration"], ["attendance"], ["gateway", "registration"],
                           ["registration", "attendance"]))
    for name in names:
        world.kill(name)
    time.sleep(chance.uniform(*DEAD_S))
    for name in chance.sample(names, len(names)):
        world.start(name)
    time.sleep(chance.uniform(*ALIVE_S))
    return names


def what_is_accepted_survives_kills_and_is_done_once():
    chance = random.Random(OPTIONS.seed)
    bodies, wanted = plan(chance, max(PEOPLE_LEAST, PEOPLE_A_KILL * OPTIONS.kills))
    share, killed = len(bodies) // (OPTIONS.kills + 1) + 1, collections.Counter()
    with World() as world:
        platform = Platform(world, hook_of_an_event(world), random.Random(OPTIONS.seed))
        platform.begin()
        try:
            for kill in range(OPTIONS.kills):
                platform.send(bodies[kill * share:(kill + 1) * share])
                time.sleep(chance.uniform(0, 0.3))
                killed.update(kill_something(world, chance))
            platform.send(bodies[OPTIONS.kills * share:])
            wait_until(lambda: len(platform.accepted) == len(bodies), "all are accepted", SETTLE_S)
        finally:
            platform.end()
        settle(world, wanted)
        assert world.sijill("hook", "held") == []
        confirmed = world.sijill("event", "show", "webinar")["confirmed"]
        assert confirmed == sum(state == "confirmed" for state, _, _ in wanted.values()), confirmed
    tap.comment(f"{len(bodies)} bodies of {len(wanted)} people; answers {dict(platform.counts)}; "
                f"killed {dict(killed)}")


def percentile(times, share):
    return sorted(times)[int((len(times) - 1) * share)]


def webhooks_are_accepted_beside_three_thousand_slow_strangers():
    raise_descriptors(3 * EACH + 200)
    with World() as world:
        path = hook_of_an_event(world)
        floods = [Slow(door.head("POST", path)[:-2], b"X-Slow: a\r\n"),
                  Slow(door.head("POST", path, "Content-Length: 60000"), b"x"),
                  Slow(door.head("GET", "/v1/openapi.json") * 20, None, reads=True)]
        times, next_drip, opened = [], 0.0, 0
        bodies = [webhooks.zoom_registration(WEBINAR, f"r{number}", f"p{number}@example.org")
                  for number in range(PROBES)]
        for number, body in enumerate(bodies):
            if number % (PROBES * AT_ONCE // EACH) == 0:
                for flood in floods:
                    flood.grow(world.port, AT_ONCE)
                opened = max(opened, sum(len(flood.left) for flood in floods))
            if time.monotonic() > next_drip:
                for flood in floods:
                    flood.step()
                next_drip = time.monotonic() + DRIP_S
            began = time.monotonic()
            status, _, _ = world.deliver(path, webhooks.zoom(SECRET, body))
            times.append(time.monotonic() - began)
            assert status in (200, 204), status
        for flood in floods:
            flood.close()
        tap.comment(f"{PROBES} webhooks beside up to {opened} slow connections: median "
                    f"{1000 * percentile(times, 0.5):.0f} ms, p99 {1000 * percentile(times, 0.99):.0f} "
                    f"ms (aim 100), worst {1000 * max(times):.0f} ms")
        wait_until(lambda: len(attendance(world)) == PROBES, "all are registered", SETTLE_S)


def a_gateway_with_ten_thousand_idle_connections_has_less_than_64_mib_in_all():
    """The release, as it is installed: AddressSanitizer keeps pages of its own for each connection."""
    if not (RELEASE / "sijill-gateway").exists():
        raise tap.Skip(f"no sijill-gateway in {RELEASE}: scripts/build release")
    raise_descriptors(IDLE + 200)
    with World(built=RELEASE) as world:
        idle, request = [], door.head("GET", "/healthz")
        for _ in range(IDLE):
            idle.append(door.Connection(world.port))
        time.sleep(1)
        silent = resident_kib(world.pid("gateway"))
        for one in idle:
            one.send(request)
            assert one.answer().status == 200
        time.sleep(2)
        asked = resident_kib(world.pid("gateway"))
        for one in idle:
            one.socket.close()
        tap.comment(f"{IDLE} idle connections: {silent / 1024:.1f} MiB of the gateway, "
                    f"{asked / 1024:.1f} once each has asked")
        assert max(silent, asked) < IDLE_KIB_MAX


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser(description=__doc__)
    PARSER.add_argument("--kills", type=int, default=20)
    PARSER.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    OPTIONS = PARSER.parse_args()
    tap.comment(f"seed {OPTIONS.seed}")
    tap.run(what_is_accepted_survives_kills_and_is_done_once,
            webhooks_are_accepted_beside_three_thousand_slow_strangers,
            a_gateway_with_ten_thousand_idle_connections_has_less_than_64_mib_in_all)
