#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 120
"""Given the files of one run and docs/verification.md, when a stranger verifies by hand, with nothing
of ours (Python's standard library; Ed25519 by the formulas of RFC 8032), then the same things hold as
with our verifier."""

import base64
import gzip
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "tests"))

import tap

BUILT = Path(os.environ.get("SIJILL_BIN", SOURCE / "build/dev/bin"))
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519_KEY = b"\xed\x01"

# ---- Ed25519, RFC 8032 section 5.1 --------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    g, h = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, point):
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


def x_of(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not a point of the curve")
    return P - x if x & 1 != sign else x


def point_of(octets):
    number = int.from_bytes(octets, "little")
    y, sign = number & 2**255 - 1, number >> 255
    x = x_of(y, sign)
    return x, y, 1, x * y % P


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (x_of(BASE_Y, 0), BASE_Y, 1, x_of(BASE_Y, 0) * BASE_Y % P)


def ed25519_holds(key, signature, message):
    a, r, s = point_of(key), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    left, right = times(s, BASE), add(r, times(int.from_bytes(digest, "little") % L, a))
    return (s < L and (left[0] * right[2] - right[0] * left[2]) % P == 0
            and (left[1] * right[2] - right[1] * left[2]) % P == 0)


# ---- docs/verification.md, "By hand" ------------------------------------------------------------

def base58(text, size):
    number = 0
    for letter in text:
        number = number * 58 + BASE58.index(letter)
    return number.to_bytes(size, "big")


def canonical(value):
    """RFC 8785; our documents have no fractions and no names beyond ASCII."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signed(document, did):
    """Steps 1 to 6: whether the issuer's did.json has the key that signed this."""
    proof = document["proof"][0]
    if proof["cryptosuite"] != "eddsa-jcs-2022" or proof["proofValue"][0] != "z":
        return False
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    body = {name: value for name, value in document.items() if name != "proof"}
    message = hashlib.sha256(canonical(options)).digest() + hashlib.sha256(canonical(body)).digest()
    method = next((entry for entry in did["verificationMethod"]
                   if entry["id"] == proof["verificationMethod"]), None)
    if method is None or method["id"] not in did["assertionMethod"]:
        return False
    key = base58(method["publicKeyMultibase"][1:], 34)
    return (key[:2] == ED25519_KEY and did["id"] == issuer(document)
            and ed25519_holds(key[2:], base58(proof["proofValue"][1:], 64), message))


def issuer(document):
    said = document["issuer"]
    return said["id"] if isinstance(said, dict) else said


def revoked(document, status_list):
    """Step 7, after the list was verified."""
    packed = status_list["credentialSubject"]["encodedList"]
    bits = gzip.decompress(base64.urlsafe_b64decode(packed[1:] + "=" * (-len(packed[1:]) % 4)))
    index = int(document["credentialStatus"]["statusListIndex"])
    return bits[index // 8] >> 7 - index % 8 & 1 == 1


# ---- the laws -----------------------------------------------------------------------------------

def read(pattern):
    return [json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(HOME.glob(f"demo/*/*/{pattern}"))]


def our_ed25519_is_that_of_rfc_8032():
    key = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    good = bytes.fromhex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a"
                         "33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")
    assert ed25519_holds(key, good, b"") and not ed25519_holds(key, good, b"x")


def certificates_are_the_issuers_by_hand_too():
    documents, dids = read("certificate-*.json"), read("did.json")
    assert len(documents) == 4 and len(dids) == 2, (len(documents), len(dids))
    for document in documents:
        assert signed(document, dids[0]), document["id"]


def a_changed_one_is_not():
    forged, dids = read("forged.json"), read("did.json")
    assert len(forged) == 2
    for document in forged:
        assert not signed(document, dids[0]), document["id"]


def the_signed_list_says_which_was_revoked():
    lists, dids = read("status-list.json"), read("did.json")
    kept, taken = read("certificate-1.json"), read("certificate-2.json")
    assert len(lists) == 2 and all(signed(one, dids[0]) for one in lists)
    newest = max(lists, key=lambda one: one["validFrom"])
    urls = {one["credentialStatus"]["statusListCredential"] for one in kept + taken}
    assert urls == {newest["id"]}, (urls, newest["id"])
    assert [revoked(one, newest) for one in kept + taken] == [False, False, True, True]


def the_key_of_status_lists_signs_no_certificate():
    of = {kind: {document["proof"][0]["verificationMethod"] for document in read(kind)}
          for kind in ("certificate-*.json", "status-list.json")}
    assert of["certificate-*.json"].isdisjoint(of["status-list.json"]), of


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="sijill-stranger-") as folder:
        HOME = Path(folder, "var")
        done = subprocess.run([SOURCE / "scripts/run", "--once", "--home", HOME, "--listen",
                               "127.0.0.1:0"],
                              env=os.environ | {"SIJILL_BIN": str(BUILT)}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=80, check=False)
        tap.comment("" if done.returncode == 0 else done.stdout + done.stderr)
        tap.run(our_ed25519_is_that_of_rfc_8032, certificates_are_the_issuers_by_hand_too,
                a_changed_one_is_not, the_signed_list_says_which_was_revoked,
                the_key_of_status_lists_signs_no_certificate)
