# SPDX-License-Identifier: Apache-2.0
"""client: how test programs call /v1/ of a gateway; WORLD (tests/world.py) is set first.  What was
answered is kept in SAMPLES, for who compares it with its description."""

import functools
import http.client
import json
import urllib.parse
import uuid

import tap

WORLD = None
SAMPLES = []  # (method, path, status, body) of what was answered


class Answer:
    def __init__(self, method, target, response):
        self.method, self.target, self.status = method, target, response.status
        self.headers, self.octets = response.headers, response.read()

    def json(self):
        return json.loads(self.octets)

    def __getitem__(self, name):
        return self.headers[name]

    def __str__(self):
        return f"{self.method} {self.target}: {self.status}\n{self.headers}{self.octets[:2000]}"


def ask(method, path, body=None, key=None, status=None, headers=(), **query):
    """An answer, whose status was the expected one; `path` is a template's, its parts filled."""
    target = path + ("?" + urllib.parse.urlencode(query) if query else "")
    lines = dict(headers)
    if key is not None:
        lines.setdefault("Authorization", f"Bearer {key}")
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    if body is not None:
        lines.setdefault("Content-Type", "application/json")
    if method not in ("GET", "HEAD") and key is not None:
        lines.setdefault("Idempotency-Key", str(uuid.uuid4()))
    connection = http.client.HTTPConnection("127.0.0.1", WORLD.port, timeout=60)
    try:
        connection.request(method, target, body=body,
                           headers={name: value for name, value in lines.items() if value})
        answer = Answer(method, target, connection.getresponse())
    finally:
        connection.close()
    if status is not None and answer.status != status:
        raise tap.Failure(f"expected {status}\n{answer}")
    if answer.octets and answer["Content-Type"] in ("application/json", "application/problem+json"):
        SAMPLES.append((method, urllib.parse.unquote(path), answer.status, answer.json()))
    return answer


def problem(answer, code, field=None):
    said = answer.json()
    assert answer["Content-Type"] == "application/problem+json", answer
    assert (said["code"], said.get("field")) == (code, field), answer
    assert said["status"] == answer.status and len(said["detail"]) > 5, answer
    assert said["type"] == f"urn:sijill:problem:{code}", answer
    assert said["instance"] == f"urn:sijill:request:{answer['X-Request-Id']}", answer
    return said


@functools.lru_cache
def key_of(role):
    return WORLD.sijill("key", "add", "--role", role, "--label", f"tests {role}")["key"]


def owner():
    return key_of("owner")


def an_event(slug, **more):
    body = {"title": [{"lang": "en", "text": slug}], **more}
    ask("PUT", f"/v1/events/{slug}", body, owner(), 201)
    return slug


def a_person(name):
    return {"person": {"name": name, "email": f"{name.lower()}@example.org", "country": "KZ"}}


def register(slug, name, **more):
    return ask("POST", f"/v1/events/{slug}/registrations", a_person(name), owner(), 201, **more)
