#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sandbox: run a program inside the SystemCallFilter of a unit, without systemd as the first process.

usage: tests/sandbox.py UNIT PROGRAM [ARGUMENT...]

A refused call answers EPERM, as SystemCallErrorNumber=EPERM of our units says. libzmq aborts where it
may not call sched_setscheduler: that is how a filter that nobody tried would have shown itself.
"""

import ctypes
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

NUMBERS = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
LOAD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06  # classic BPF
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO of EPERM
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2


def call_groups():
    """systemd's own groups of system calls: name to members, which may be groups."""
    said = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"], check=True,
                          capture_output=True, text=True).stdout
    groups = {}
    for line in re.sub(r"\x1b\[[0-9;]*m", "", said).splitlines():
        word = line.strip()
        if line.startswith("@"):
            members = groups.setdefault(word, set())
        elif word and not word.startswith("#") and groups:
            members.add(word)
    return groups


def allowed_calls(unit):
    """What the SystemCallFilter lines of a unit's text add up to, read in order."""
    groups = call_groups()

    def expand(word):
        if not word.startswith("@"):
            return {word}
        return set().union(*(expand(member) for member in groups[word]))

    allowed = expand("@default") | {"execve"}
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.MULTILINE):
        words = set().union(*(expand(word) for word in line.lstrip("~").split()))
        allowed = allowed - words if line.startswith("~") else allowed | words
    return allowed


def install(calls):
    """From here on this process, and what it becomes, may make these calls only."""
    table = dict(re.findall(r"#define __NR_(\w+) (\d+)", NUMBERS.read_text(encoding="utf-8")))
    steps = [struct.pack("HBBI", LOAD, 0, 0, 0)]
    for number in sorted(int(table[name]) for name in calls & table.keys()):
        steps.append(struct.pack("HBBI", JUMP_EQUAL, 0, 1, number))
        steps.append(struct.pack("HBBI", RETURN, 0, 0, ALLOW))
    steps.append(struct.pack("HBBI", RETURN, 0, 0, REFUSE))
    filters = ctypes.create_string_buffer(b"".join(steps))
    program = struct.pack("HP", len(steps), ctypes.addressof(filters))
    libc = ctypes.CDLL(None, use_errno=True)
    if (libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program) != 0):
        sys.exit(f"no filter: {os.strerror(ctypes.get_errno())}")


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: tests/sandbox.py UNIT PROGRAM [ARGUMENT...]")
    install(allowed_calls(Path(sys.argv[1]).read_text(encoding="utf-8")))
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
