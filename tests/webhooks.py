# SPDX-License-Identifier: Apache-2.0
"""webhooks: deliveries as webinar platforms send them, signed as they sign them, for tests and benches.

Each function gives a Delivery: the query, the headers and the octets of a POST to a hook's address.
A body is a dict (sent as compact JSON) or octets (sent as they are, so that a test can flip one).
Times are Unix seconds, now when none is given. Only the standard library, except for v1a of Standard
Webhooks: Ed25519 is taken from the libsodium that the product itself needs.
"""

import base64
import ctypes
import ctypes.util
import hashlib
import hmac
import json
import sys
import time
import urllib.parse
import uuid
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "scripts/demo"))

from zoom_webhooks import (Delivery, key, millis, octets, rfc3339, seconds, stamp, zoom,
                           zoom_challenge, zoom_ended, zoom_event, zoom_joined, zoom_left,
                           zoom_presence, zoom_registration)

# ---- signatures ----------------------------------------------------------------------------------

def webex(secret, body):
    """X-Spark-Signature: HMAC-SHA1 over the body, in hexadecimal. No time is signed."""
    body = octets(body)
    mac = hmac.new(key(secret), body, hashlib.sha1)
    return Delivery("", {"Content-Type": "application/json",
                         "X-Spark-Signature": mac.hexdigest()}, body)


def bbb(secret, events, url, at=None, rule="3.4.0", algorithm="sha1", domain="bbb.example.com"):
    """bbb-webhooks: a hash over the callback address, the form and the secret, in the query.

    `url` is the callback address as it was registered; events are dicts as mapped-events.json has
    them, or octets: the form as it is sent. rule: 3.4.0, 3.0.0 (covers nothing), 2.x, bearer."""
    form = events
    if not isinstance(form, (bytes, bytearray)):
        listed = json.dumps(events, ensure_ascii=False, separators=(",", ":"))
        form = urllib.parse.urlencode({"domain": domain, "event": listed,
                                       "timestamp": millis(at)}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
    if rule == "bearer":
        return Delivery("", headers | {"Authorization": "Bearer " + key(secret).decode()}, form)
    covered = {"3.4.0": form, "3.0.0": b"{}"}.get(rule)
    if covered is None:  # 2.x
        fields = dict(urllib.parse.parse_qsl(form.decode()))
        covered = octets({"event": fields["event"], "timestamp": int(fields["timestamp"]),
                          "domain": fields["domain"]})
    total = hashlib.new(algorithm, url.encode() + covered + key(secret))
    return Delivery("checksum=" + total.hexdigest(), headers, form)


def teams(notices):
    """Graph's change notifications: no signature; each notice carries its clientState."""
    body = octets({"value": notices} if isinstance(notices, list) else notices)
    return Delivery("", {"Content-Type": "application/json; charset=utf-8"}, body)


def teams_validation(token):
    return Delivery("validationToken=" + urllib.parse.quote(token, safe=""),
                    {"Content-Type": "text/plain; charset=utf-8"}, b"")


def jaas(secret, body, at=None):
    """X-Jaas-Signature: HMAC-SHA256 over "<seconds>.<body>" with the secret as it is printed."""
    body, when = octets(body), stamp(at)
    mac = hmac.new(key(secret), when.encode() + b"." + body, hashlib.sha256).digest()
    return Delivery("", {"Content-Type": "application/json", "X-Jaas-Signature":
                         f"t={when},v1={base64.b64encode(mac).decode()}"}, body)


def standard(secret, body, message=None, at=None, content_type="application/json"):
    """Standard Webhooks: v1 for a secret whsec_..., v1a for a signing key whsk_... ."""
    body, when = octets(body), stamp(at)
    message = message or "msg_" + uuid.uuid4().hex
    signed = f"{message}.{when}.".encode() + body
    secret = key(secret).decode()
    raw = base64.b64decode(secret.split("_", 1)[1])
    if secret.startswith("whsk_"):
        signature = "v1a," + base64.b64encode(ed25519_sign(raw, signed)).decode()
    else:
        mac = hmac.new(raw, signed, hashlib.sha256).digest()
        signature = "v1," + base64.b64encode(mac).decode()
    return Delivery("", {"Content-Type": content_type, "webhook-id": message,
                         "webhook-timestamp": when, "webhook-signature": signature}, body)


def sodium():
    library = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
    if library.sodium_init() < 0:
        raise OSError("libsodium cannot be used")
    return library


def ed25519_pair(seed):
    """The public key and the 64 octets that libsodium signs with, of a seed of 32."""
    public, private = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
    sodium().crypto_sign_ed25519_seed_keypair(public, private, bytes(seed))
    return public.raw, private.raw


def ed25519_sign(secret, message):
    """`secret`: a seed (32 octets), or seed and public key (64)."""
    signature = ctypes.create_string_buffer(64)
    sodium().crypto_sign_ed25519_detached(signature, None, message,
                                          ctypes.c_ulonglong(len(message)),
                                          ed25519_pair(secret[:32])[1])
    return signature.raw


def standard_keys(seed):
    """whsk_... to sign with, whpk_... for the hook's secret."""
    public, private = ed25519_pair(seed)
    return ("whsk_" + base64.b64encode(private).decode(),
            "whpk_" + base64.b64encode(public).decode())


# ---- bodies --------------------------------------------------------------------------------------

def bbb_event(what, meeting, user=None, external=None, at=None, instance=None, **more):
    """what: user-joined, user-left, meeting-ended, ..."""
    said = {"meeting": {"internal-meeting-id": instance or f"c0de-{meeting}",
                        "external-meeting-id": meeting}}
    if user is not None:
        said["user"] = {"internal-user-id": user, "external-user-id": external or user,
                        "role": "VIEWER", "guest": False, **more}
    return {"data": {"type": "event", "id": what, "attributes": said, "event": {"ts": millis(at)}}}


def jaas_event(what, room, participant=None, user="", email="", name="Amal", at=None, **more):
    """what: PARTICIPANT_JOINED, PARTICIPANT_LEFT, ROOM_DESTROYED, ..."""
    data = dict(more)
    if participant is not None:
        data |= {"id": user, "name": name, "email": email, "moderator": False,
                 "participantJid": participant}
    return {"idempotencyKey": str(uuid.uuid4()), "customerId": "ab12",
            "appId": "vpaas-magic-cookie-ab12", "eventType": what, "sessionId": f"session-{room}",
            "timestamp": millis(at), "fqn": f"vpaas-magic-cookie-ab12/{room}", "data": data}


def standard_event(what, data, at=None):
    """what: registration.created, participant.joined, webinar.ended, ..."""
    return {"type": f"org.example.{what}", "timestamp": rfc3339(seconds(at)), "data": data}


def cloud_event(what, data, at=None, identity=None, source="https://webinars.example.org"):
    """To be sent with the content type application/cloudevents+json."""
    return {"specversion": "1.0", "id": identity or str(uuid.uuid4()), "source": source,
            "type": f"org.example.{what}", "time": rfc3339(seconds(at)),
            "datacontenttype": "application/json", "data": data}


def teams_notice(client_state, resource, identity, kind="virtualEventRegistration",
                 change="created"):
    return {"subscriptionId": str(uuid.uuid4()), "clientState": client_state, "changeType": change,
            "tenantId": str(uuid.uuid4()), "resource": resource,
            "subscriptionExpirationDateTime": rfc3339(time.time() + 3600),
            "resourceData": {"@odata.id": f"{resource}/{identity}",
                             "@odata.type": f"#microsoft.graph.{kind}", "id": identity}}
