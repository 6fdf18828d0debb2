# SPDX-License-Identifier: Apache-2.0
"""gateway: what platforms and programs say to the gateway, over HTTP."""

import contextlib
import http.client
import json
import urllib.parse
from typing import NamedTuple

from asking import Broken, expect, parsed

ANSWER_SECONDS = 60
WAITING = "sijill_spool_waiting "


class Answer(NamedTuple):
    status: int
    headers: dict
    body: str

    def json(self):
        return parsed(self.body)


class Gateway:
    """At an address such as http://127.0.0.1:8080."""

    def __init__(self, address):
        self.address = address
        self.at = urllib.parse.urlsplit(address)

    def ask(self, method, path, status, body=None, headers=None):
        """The answer, whose status was one of those that are expected."""
        connection = http.client.HTTPConnection(self.at.hostname, self.at.port,
                                                timeout=ANSWER_SECONDS)
        with contextlib.closing(connection):
            try:
                connection.request(method, path, body, headers or {})
                came = connection.getresponse()
                answer = Answer(came.status, came.headers, came.read().decode())
            except (OSError, http.client.HTTPException) as error:
                raise Broken(f"{method} {self.address}{path}: {error!r}") from error
        expect(answer.status in status, f"{status[0]} of {method} {path}",
               f"{answer.status}: {answer.body[:600]}")
        return answer

    def push(self, path, delivery, status=(200, 204)):
        return self.ask("POST", path, status, delivery.body, delivery.headers)

    def call(self, method, path, key, body=None, status=(200,), **headers):
        """One request of a program that has an API key."""
        headers = {"Authorization": f"Bearer {key}"} | {
            name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            body, headers["Content-Type"] = json.dumps(body), "application/json"
        return self.ask(method, path, status, body, headers)

    def waiting(self):
        """How many deliveries were accepted and are not yet done."""
        lines = self.ask("GET", "/metrics", (200,)).body.splitlines()
        return sum(float(line[len(WAITING):]) for line in lines if line.startswith(WAITING))
