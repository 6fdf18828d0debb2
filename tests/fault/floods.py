#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
"""Given the gateway's HTTP part (tests/system/http_door.c), when thousands of connections are slow,
idle or too many, then a client beside them is served as if he were alone, and what they hold is
given back. All of it on the loopback, and gone when this ends."""

import os
import statistics
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import door
import tap
from door import head
from slow import Slow, raise_descriptors, resident_kib

EACH = 1000
AT_ONCE = 20  # to make so many answers that nobody reads is work of its own
IDLE = 10000
IDLE_KIB_MAX = 64 * 1024
RELEASE = door.SOURCE / "build/release/bin"
DESCRIPTORS = 1100
RESERVED = 512  # DESCRIPTORS_RESERVED of services/gateway/http/http.c
LARGE = 400 * 1000  # more than both ends' socket buffers hold
DRIP_S = 1.0
GONE_S = 60  # they should be in 20; this is when the test gives up
PROBE_S = 0.1


def probe(the_door, client, times):
    began = time.monotonic()
    client.send(head("GET", "/echo/probe"))
    assert client.answer().status == 200
    with the_door.connect() as fresh:
        fresh.send(head("POST", "/late/?ms=1", "Content-Length: 5"), b"hello")
        assert fresh.answer().status == 200
    times.append(time.monotonic() - began)


def slow_strangers_do_not_keep_a_client_waiting_and_are_put_out():
    raise_descriptors(3 * EACH + 200)
    with door.Door() as the_door, the_door.connect() as client:
        times, began = [], time.monotonic()
        floods = [Slow(b"GET /echo/ HTTP/1.1\r\nHost: door\r\n", b"X-Slow: a\r\n"),
                  Slow(head("POST", "/echo/", "Content-Length: 60000"), b"x"),
                  Slow(head("GET", f"/echo/?size={LARGE}"), None, reads=True)]
        for _ in range(EACH // AT_ONCE):
            for flood in floods:
                flood.grow(the_door.port, AT_ONCE)
            probe(the_door, client, times)
        opened, next_drip = time.monotonic(), 0.0
        while any(flood.left for flood in floods):
            if time.monotonic() > next_drip:
                for flood in floods:
                    flood.step()
                next_drip = time.monotonic() + DRIP_S
            probe(the_door, client, times)
            if time.monotonic() > opened + GONE_S or the_door.count("sijill_http_connections") <= 2:
                break
            time.sleep(PROBE_S)
        left = the_door.count("sijill_http_connections")
        tap.comment(f"{3 * EACH} slow connections opened in {opened - began:.1f} s, all gone "
                    f"{time.monotonic() - opened:.1f} s later; {len(times)} pairs of probes: median "
                    f"{1000 * statistics.median(times):.0f} ms, worst {1000 * max(times):.0f} ms")
        for flood in floods:
            flood.close()
        assert left <= 2, f"{left} connections are still open"
        assert the_door.count("sijill_http_refused_total", reason="slow") == 2 * EACH
        assert the_door.count("sijill_http_refused_total", reason="stuck") == EACH
        assert statistics.median(times) < 0.1, "two requests should take less than 100 ms"


def growth_of_idle(asked):
    """What IDLE connections add to the door's memory, in KiB, once they rest: to that of the release,
    which has jemalloc; AddressSanitizer keeps pages of its own for each connection."""
    if not (RELEASE / "http_door").exists():
        raise tap.Skip(f"no http_door in {RELEASE}: scripts/build release")
    raise_descriptors(IDLE + 200)
    with door.Door(built=RELEASE) as the_door, the_door.connect() as client:
        client.send(head("GET", "/echo/"))
        assert client.answer().status == 200
        before, idle = resident_kib(the_door.program.pid), []
        for _ in range(IDLE):
            idle.append(the_door.connect())
            if asked:
                idle[-1].send(head("GET", "/echo/", "X-Pad: " + "y" * 1000))
                assert idle[-1].answer().status == 200
        time.sleep(1)
        growth = resident_kib(the_door.program.pid) - before
        client.send(head("GET", "/echo/"))
        assert client.answer().status == 200
        assert the_door.count("sijill_http_connections") >= IDLE
        if asked:  # they rested, and live
            for one in idle[::100]:
                one.send(head("GET", "/echo/again"))
                assert b"path=/echo/again" in one.answer().body
        for one in idle:
            one.socket.close()
    tap.comment(f"{IDLE} idle connections: {growth / 1024:.1f} MiB")
    return growth


def ten_thousand_idle_connections_hold_less_than_64_mib():
    assert growth_of_idle(asked=False) < IDLE_KIB_MAX


def ten_thousand_that_have_asked_once_hold_less_than_64_mib():
    assert growth_of_idle(asked=True) < IDLE_KIB_MAX


def descriptors(program):
    return len(os.listdir(f"/proc/{program.pid}/fd"))


def connections_over_the_limit_are_closed_at_once_and_the_others_are_served():
    with door.Door(descriptors=DESCRIPTORS) as the_door:
        held = [the_door.connect() for _ in range(DESCRIPTORS - RESERVED)]
        for one in held[:3] + held[-3:]:
            one.send(head("GET", "/echo/"))
            assert one.answer().status == 200
        for _ in range(200):
            with the_door.connect() as too_many:
                assert too_many.is_closed()
        held[0].send(head("GET", "/metrics"))
        refused = [one.value for one in door.samples(held[0].answer().body.decode())
                   if one.name == "sijill_http_refused_total" and one.labels["reason"] == "full"]
        assert refused == [200], refused
        for one in held:
            one.socket.close()


def a_flood_that_comes_and_goes_leaves_no_descriptor_behind():
    with door.Door() as the_door:
        assert the_door.get("/echo/").status == 200
        before = descriptors(the_door.program)
        for _ in range(20):
            clients = [the_door.connect() for _ in range(250)]
            for number, client in enumerate(clients):
                client.send([b"", b"GET /e", head("GET", "/echo/"), b"\0\0\r\n\r\n",
                             head("POST", "/echo/", "Content-Length: 99999999")][number % 5])
                client.socket.close()
        until = time.monotonic() + door.WAIT_S
        while the_door.count("sijill_http_connections") > 1 or \
                descriptors(the_door.program) > before + 1:
            assert time.monotonic() < until, f"{descriptors(the_door.program)} descriptors, {before}"
            time.sleep(0.1)


tap.run(
    slow_strangers_do_not_keep_a_client_waiting_and_are_put_out,
    ten_thousand_idle_connections_hold_less_than_64_mib,
    ten_thousand_that_have_asked_once_hold_less_than_64_mib,
    connections_over_the_limit_are_closed_at_once_and_the_others_are_served,
    a_flood_that_comes_and_goes_leaves_no_descriptor_behind,
)
