#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
"""Given a gateway and services that run, when clients ask and hang up before they are answered, at
any moment and without a word (a reset, not an end), then those beside them are answered, what was
accepted is there once, and the gateway lives.

usage: hang_ups.py [--seed S]
"""

import argparse
import collections
import json
import random
import socket
import struct
import sys
import time
import uuid
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import client
import door
import tap
import webhooks
from client import ask, owner
from world import World, wait_until

SECRET = "4fv1RkqGQUq5sWbEz6hA5A"
HANG_UPS = 2400
AT_ONCE, FILES = 24, 2  # a file has a process of its own
WAIT_S = (0.0, 0.003)  # between the request and the reset
PATIENCE_S = 120
RESET = struct.pack("ii", 1, 0)


def post(target, body, **headers):
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return door.head("POST", target, *lines, f"Content-Length: {len(body)}") + body


def a_webhook(path, number):
    delivery = webhooks.zoom(SECRET, webhooks.zoom_registration(
        "98765432101", f"h{number}", f"hook.{number}@example.org"))
    return post(path, delivery.body, **delivery.headers)


def a_webhook_of_nobody(number):
    return post(f"/hooks/1/zoom/{uuid.UUID(int=number + 1).hex}", b"{}")


def a_registration(number):
    body = json.dumps(client.a_person(f"Api{number}")).encode()
    return post("/v1/events/hung/registrations", body, Content_Type="application/json",
                Idempotency_Key=uuid.uuid4(), Authorization=f"Bearer {owner()}")


def a_list(_):
    return door.head("GET", "/v1/events/hung/registrations", f"Authorization: Bearer {owner()}")


def a_long_poll(_):
    return door.head("GET", "/v1/feed?after=latest&wait=5", f"Authorization: Bearer {owner()}")


def a_stream(_):
    return door.head("GET", "/v1/feed", f"Authorization: Bearer {owner()}",
                     "Accept: text/event-stream")


def a_file(number):
    """All of it, or only a part: the head promises more."""
    rows = f"name,email,country\nFile {number},file.{number}@example.org,KZ\n".encode()
    request = post("/v1/events/hung/uploads", rows, Content_Type="text/csv",
                   Idempotency_Key=uuid.uuid4(), Authorization=f"Bearer {owner()}")
    return request[:-10] if number % 2 else request


def a_log(_):
    return door.head("GET", "/v1/deliveries", f"Authorization: Bearer {owner()}")


def a_look_at_health(_):
    return door.head("GET", "/readyz") + door.head("GET", "/metrics")


def hang_up(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


def ask_and_hang_up(port, chance, requests):
    """Some at once, each reset after a while of its own; none of the answers is read."""
    waiting = []
    for request in requests:
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(request)
        waiting.append((time.monotonic() + chance.uniform(*WAIT_S), connection))
    for due, connection in sorted(waiting, key=lambda one: one[0]):
        while time.monotonic() < due:
            pass
        hang_up(connection)


def some_hang_up_and_some_stay(world, path, chance):
    """Whoever stays is answered."""
    kinds = [lambda number: a_webhook(path, number), a_webhook_of_nobody, a_registration, a_list,
             a_long_poll, a_stream, a_log, a_look_at_health]
    for begin in range(0, HANG_UPS, AT_ONCE):
        requests = [chance.choice(kinds)(begin + i) for i in range(AT_ONCE)]
        ask_and_hang_up(world.port, chance, requests + [a_file(begin + i) for i in range(FILES)])
        client.register("hung", f"Stays{begin}")
        status, _, _ = world.deliver(path, webhooks.zoom(SECRET, webhooks.zoom_registration(
            "98765432101", f"s{begin}", f"stays.hook.{begin}@example.org")))
        assert status in (200, 204), status


def who_hangs_up_harms_nobody():
    chance = random.Random(OPTIONS.seed)
    with World() as world:
        client.WORLD = world
        secret = world.home / "secret"
        secret.write_text(SECRET)
        client.an_event("hung")
        path = world.sijill("hook", "add", "--platform", "zoom", "--event", "hung", "--secret-file",
                            secret)["path"]
        try:
            some_hang_up_and_some_stay(world, path, chance)
        except (AssertionError, OSError):
            tap.comment(world.log("gateway")[-6000:])
            raise

        def all_are_there():
            emails = collections.Counter(row["email"] for row in
                                         world.sijill("attendance", "list", "--event", "hung"))
            assert max(emails.values()) == 1, emails.most_common(3)
            return sum(email.startswith("stays") for email in emails) == 2 * HANG_UPS // AT_ONCE

        wait_until(all_are_there, "all who stayed are registered", PATIENCE_S)
        assert world.children["gateway"].poll() is None
        assert ask("GET", "/healthz").status == 200


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser(description=__doc__)
    PARSER.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    OPTIONS = PARSER.parse_args()
    tap.comment(f"seed {OPTIONS.seed}")
    tap.run(who_hangs_up_harms_nobody)
