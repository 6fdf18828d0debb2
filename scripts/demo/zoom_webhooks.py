# SPDX-License-Identifier: Apache-2.0
"""zoom_webhooks: deliveries as Zoom sends them, signed as Zoom signs them.

The demonstration pushes these to the gateway, and the tests do (tests/webhooks.py, which has the other
platforms). A body is a dict (sent as compact JSON) or octets (sent as they are, so that a test can
flip one). Times are Unix seconds, now when none is given.
"""

import hashlib
import hmac
import json
import time
import uuid
from typing import NamedTuple


class Delivery(NamedTuple):
    query: str  # without "?"
    headers: dict
    body: bytes


def octets(body):
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    if isinstance(body, str):
        return body.encode()
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def key(secret):
    return secret.encode() if isinstance(secret, str) else bytes(secret)


def seconds(at):
    return time.time() if at is None else at


def stamp(at):
    return str(int(seconds(at)))


def millis(at):
    return int(seconds(at) * 1000)


def rfc3339(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def proof(secret, text):
    """HMAC-SHA256 in hexadecimal: of a signed text, and of a challenge's token."""
    return hmac.new(key(secret), octets(text), hashlib.sha256).hexdigest()


def zoom(secret, body, at=None):
    """x-zm-signature: HMAC-SHA256 over "v0:<seconds>:<body>", in hexadecimal."""
    body, when = octets(body), stamp(at)
    return Delivery("", {"Content-Type": "application/json", "x-zm-request-timestamp": when,
                         "x-zm-signature": "v0=" + proof(secret, b"v0:" + when.encode() + b":" + body),
                         "x-zm-trackingid": f"WEB_{uuid.uuid4().hex}"}, body)


# ---- bodies --------------------------------------------------------------------------------------

ZOOM_INSTANCE = "mZ3J1k2bQ7WcYxw0nHq+/A=="


def zoom_event(event, webinar, at=None, instance=ZOOM_INSTANCE, **more):
    registration = ".registration_" in event
    return {"event": event, "event_ts": millis(at), "payload": {
        "account_id": "Ac0unt_id_22chars_here", "object": {
            "uuid": instance, "id": int(webinar) if registration else str(webinar),
            "host_id": "H0st_id_22_chars_aaaaa", "topic": "Halal standards", "type": 5,
            "start_time": rfc3339(seconds(at)), "duration": 60, "timezone": "", **more}}}


def zoom_registration(webinar, registrant, email, first="Amal", last="Al-Harthi", at=None,
                      what="created", status="approved", country="OM", **more):
    """what: created, approved, denied, cancelled."""
    person = {"id": registrant, "first_name": first, "last_name": last, "email": email}
    if what == "created":
        person |= {"org": "Ministry", "country": country, "status": status}
    return zoom_event(f"webinar.registration_{what}", webinar, at, registrant=person | more)


def zoom_presence(what, webinar, user, email="", registrant="", name="Amal", at=None,
                  instance=ZOOM_INSTANCE, **more):
    """what: joined, left, bind, role_changed, joined_breakout_room, ..."""
    member = {"joined": "join_time", "joined_breakout_room": "join_time", "bind": "join_time",
              "left": "leave_time", "left_breakout_room": "leave_time"}.get(what, "date_time")
    person = {"user_id": str(user), "user_name": name, "id": "", "participant_user_id": "",
              "email": email, "registrant_id": registrant, member: rfc3339(seconds(at))}
    return zoom_event(f"webinar.participant_{what}", webinar, at, instance,
                      participant=person | more)


def zoom_joined(webinar, user, email, **more):
    return zoom_presence("joined", webinar, user, email, **more)


def zoom_left(webinar, user, email, **more):
    return zoom_presence("left", webinar, user, email, **more)


def zoom_ended(webinar, at=None, practice=None, **more):
    extra = {} if practice is None else {"practice_session": practice}
    return zoom_event("webinar.ended", webinar, at, end_time=rfc3339(seconds(at)), **extra, **more)


def zoom_challenge(token="Sj1lPla1nT0kenAAAA22ch", at=None):
    return {"payload": {"plainToken": token}, "event_ts": millis(at),
            "event": "endpoint.url_validation"}
