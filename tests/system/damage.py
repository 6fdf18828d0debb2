#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 240
"""Given the stores of one run, at rest, when their files are damaged or their input is not what it
should be, then words say so: no crash, no silence, no success."""

import os
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "tests"))

import tap

BUILT = Path(os.environ.get("SIJILL_BIN", SOURCE / "build/dev/bin"))
ENVIRONMENT = os.environ | {"SIJILL_BIN": str(BUILT), "ASAN_OPTIONS": "handle_segv=0:handle_sigbus=0"}
DONE, REFUSED_AT_START, USAGE, NOT_OPENED, UNVERIFIED = 0, 1, 2, 3, 5
PAGE, FLIPS = 4096, 40
META_LAST_PAGE, META_TXN = 136, 144  # of LMDB 0.9, in each of the first two pages


def run(*words):
    return subprocess.run([str(word) for word in words], env=ENVIRONMENT, capture_output=True,
                          text=True, timeout=60, check=False)


def sijill(*words, code):
    done = run(BUILT / "sijill", "--home", HOME, *words)
    if done.returncode != code:
        raise tap.Failure(f"sijill {words}: expected exit {code}, came {done.returncode}\n"
                          f"{done.stdout[-500:]}\n{done.stderr[-500:]}")
    return done


def data_file():
    return HOME / "registration/store/data.mdb"


def pages_used(octets):
    """What the newer of LMDB's two meta pages says."""
    return 1 + max(struct.unpack_from("<QQ", octets, page + META_LAST_PAGE)[::-1]
                   for page in (0, PAGE))[1]


def a_flipped_bit_is_damage_or_lies_where_nothing_is():
    seed = int(os.environ.get("SEED", random.randrange(2**32)))
    tap.comment(f"SEED={seed}")
    chance, octets, found = random.Random(seed), data_file().read_bytes(), 0
    with data_file().open("r+b", buffering=0) as file:
        for number in range(FLIPS):  # every second one in a page's head, which leads LMDB elsewhere
            page = chance.randrange(2, pages_used(octets))
            at = page * PAGE + chance.randrange(20 if number % 2 else PAGE)
            os.pwrite(file.fileno(), bytes([octets[at] ^ 1 << chance.randrange(8)]), at)
            done = run(BUILT / "sijill", "--home", HOME, "scrub")
            os.pwrite(file.fileno(), octets[at:at + 1], at)
            assert done.returncode in (DONE, NOT_OPENED, UNVERIFIED), (at, done)
            if done.returncode != DONE:  # it may lie in what a store needs to be opened at all
                found += 1
                assert done.returncode == NOT_OPENED or "damage: " in done.stderr, (at, done.stderr)
                assert "restore the last backup" in done.stderr, (at, done.stderr)
    tap.comment(f"{found} of {FLIPS} were in what is used")
    assert found > 0
    sijill("scrub", code=DONE)


def a_store_at_rest_that_lost_its_end_is_refused_at_start():
    octets = data_file().read_bytes()
    assert len(octets) == pages_used(octets) * PAGE, "nothing behind the last page"
    try:
        for size in (len(octets) - 1, len(octets) // 2, 2 * PAGE, 100, 0):
            os.truncate(data_file(), size)
            done = run(BUILT / "sijill-registration", "--home", HOME / "registration", "--run",
                       HOME / "run")
            assert done.returncode == REFUSED_AT_START, (size, done)
            assert "restore the last backup" in done.stderr, (size, done.stderr)
            data_file().write_bytes(octets)
    finally:
        data_file().write_bytes(octets)


def a_folder_is_no_file():
    for words in (("event", "import", HOME), ("verify", HOME, "--did", HOME),
                  ("registration", "import", "--event", "x", HOME)):
        assert "read" in sijill(*words, code=USAGE).stderr, words


def a_status_list_is_no_certificate():
    demo = max((HOME / "demo").iterdir())
    folder = next(path.parent for path in demo.rglob("status-list.json"))
    done = sijill("verify", folder / "status-list.json", "--did", folder / "did.json",
                  code=UNVERIFIED)
    assert "not a certificate" in done.stdout, done.stdout


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="sijill-damage-") as temporary:
        HOME = Path(temporary) / "home"
        job = run(SOURCE / "scripts/run", "--once", "--home", HOME, "--listen", "127.0.0.1:0")
        if job.returncode != 0:
            tap.comment(job.stdout + job.stderr)
            sys.exit("the job did not hold")
        tap.run(a_flipped_bit_is_damage_or_lies_where_nothing_is,
                a_store_at_rest_that_lost_its_end_is_refused_at_start, a_folder_is_no_file,
                a_status_list_is_no_certificate)
