#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 240
"""Given the services and the gateway, when somebody watches over them, then /healthz says that the
gateway lives, /readyz whether it can serve, and /metrics what they do, in a form that Prometheus
reads."""

import json
import os
import signal
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import door
import tap
from world import World, wait_until

SERVICES = ("registration", "attendance", "certificate")


def scrape():
    status, headers, text = world.http("GET", "/metrics")
    assert status == 200, text
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4"), headers
    return door.samples(text.decode())


def value(rows, name, **labels):
    found = [one.value for one in rows if one.name == name and labels.items() <= one.labels.items()]
    assert found, f"no {name} {labels}"
    return sum(found)


def names(rows, **labels):
    return {one.name for one in rows if labels.items() <= one.labels.items()}


def ready():
    return world.http("GET", "/readyz")


def a_gateway_whose_services_answer_is_ready():
    wait_until(lambda: ready()[0] == 200, "the gateway is ready")
    assert world.http("GET", "/healthz")[0] == 200
    assert world.http("HEAD", "/healthz")[0] == 200


def only_get_is_taken():
    for path in ("/healthz", "/readyz", "/metrics"):
        status, headers, _ = world.http("POST", path, b"x")
        assert (status, headers["Allow"]) == (405, "GET, HEAD"), path
        status, headers, _ = world.http("OPTIONS", path)
        assert (status, headers["Allow"]) == (204, "GET, HEAD"), path


def metrics_tell_of_every_service():
    rows = scrape()
    for service in SERVICES:
        assert value(rows, "sijill_up", service=service) == 1
        missing = {"sijill_service_state", "sijill_queue_depth", "sijill_store_bytes",
                   "sijill_store_oldest_reader_transactions", "sijill_batch_commands_bucket",
                   "sijill_commit_seconds_count", "sijill_dead_letters_total"} - \
            names(rows, service=service)
        assert not missing, f"{service}: {missing}"
        assert value(rows, "sijill_store_bytes", service=service) > 0
    assert value(rows, "sijill_feed_lag", service="attendance") >= 0
    assert value(rows, "sijill_http_connections") >= 1
    assert value(rows, "sijill_spool_waiting") == 0


def commands_are_counted_by_name_and_code():
    def counted():
        return sum(one.value for one in scrape() if one.name == "sijill_commands_total" and
                   one.labels["service"] == "registration" and one.labels["code"] == "OK")

    def committed():
        return value(scrape(), "sijill_commit_seconds_count", service="registration")

    before, commits = counted(), committed()
    world.sijill("org", "define", "--name-en", "The other centre")
    assert counted() > before and committed() > commits
    commands = {one.labels["command"] for one in scrape() if one.name == "sijill_commands_total"}
    assert commands and all(name and " " not in name for name in commands), commands


def requests_of_the_gateway_are_counted_by_site():
    before = value(scrape(), "sijill_http_request_seconds_count", site="healthz")
    for _ in range(5):
        world.http("GET", "/healthz")
    assert value(scrape(), "sijill_http_request_seconds_count", site="healthz") == before + 5


def a_service_that_is_down_is_told_of_and_the_gateway_lives():
    world.stop("attendance")
    rows = scrape()
    assert value(rows, "sijill_up", service="attendance") == 0
    assert names(rows, service="attendance") == {"sijill_up"}
    assert value(rows, "sijill_up", service="registration") == 1
    wait_until(lambda: ready()[0] == 503, "the gateway is not ready")
    _, headers, body = ready()
    said = json.loads(body)
    assert said["code"] == "UNAVAILABLE" and said["detail"] == "no answer from attendance", said
    assert headers["Retry-After"]
    assert world.http("GET", "/healthz")[0] == 200


def the_command_line_says_what_does_not_run_and_what_does_not_answer():
    states = {row["service"]: row["state"] for row in world.sijill("status", code=6)}
    assert states["attendance"] == "not running" and states["registration"] == "ready", states
    registration = world.pid("registration")
    os.kill(registration, signal.SIGSTOP)
    try:
        told = world.sijill("event", "list", "--timeout", "4", code=6)["error"]["detail"]
        assert "registration runs" in told and "did not answer in time" in told, told
        states = {row["service"]: row["state"] for row in world.sijill("status", code=6)}
        assert states["registration"] == "no answer", states
    finally:
        os.kill(registration, signal.SIGCONT)
    world.sijill("event", "list")


def and_when_it_is_back_all_is_well_again():
    world.start("attendance")
    wait_until(lambda: ready()[0] == 200, "the gateway is ready again")
    assert value(scrape(), "sijill_up", service="attendance") == 1


def the_gateway_stops_in_order():
    assert world.stop("gateway") == 0, world.log("gateway")[-2000:]


with World(certificates=True) as world:
    tap.run(
        a_gateway_whose_services_answer_is_ready,
        only_get_is_taken,
        metrics_tell_of_every_service,
        commands_are_counted_by_name_and_code,
        requests_of_the_gateway_are_counted_by_site,
        a_service_that_is_down_is_told_of_and_the_gateway_lives,
        the_command_line_says_what_does_not_run_and_what_does_not_answer,
        and_when_it_is_back_all_is_well_again,
        the_gateway_stops_in_order,
    )
