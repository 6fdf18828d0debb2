#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/install asks apt-get only for what is missing, waits for a lock, and says what to do when
it cannot go on. Small programs stand in for dpkg-query, apt-get, id and sudo."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "tests"))

import tap

# Every package is there, but for cmake while the file "missing" exists; as multi-arch ones print.
DPKG_QUERY = """for name in "$@"; do
    case $name in
    -*|*'$'*) ;;
    cmake) [ -e missing ] && echo "cmake not-installed" || echo "cmake installed" ;;
    *-dev) echo "$name:amd64 installed" ;;
    *) echo "$name installed" ;;
    esac
done
"""
APT_GET = 'echo "$@" >>calls; case "$*" in *install*) rm -f missing ;; esac\n'


def install(missing=True, **programs):
    """Run it with these programs first in PATH; what it said, and the calls of apt-get."""
    programs = {"dpkg_query": DPKG_QUERY, "apt_get": APT_GET, "id": "echo 0\n"} | programs
    with tempfile.TemporaryDirectory() as folder:
        for name, text in programs.items():
            path = Path(folder, name.replace("_", "-"))
            path.write_text(f"#!/bin/bash\n{text}")
            path.chmod(0o755)
        if missing:
            Path(folder, "missing").touch()
        done = subprocess.run([SOURCE / "scripts/install"], cwd=folder, text=True,
                              env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"},
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        calls = Path(folder, "calls")
        return done, calls.read_text().splitlines() if calls.exists() else []


def nothing_missing_asks_nothing():
    done, calls = install(missing=False)
    assert (done.returncode, done.stdout, done.stderr, calls) == (0, "", "", []), (done, calls)


def only_what_is_missing_is_installed():
    done, calls = install()
    assert done.returncode == 0 and done.stdout == "installing cmake\n", done
    assert len(calls) == 2 and calls[0].endswith(" update"), calls
    assert calls[1].endswith(" install --no-install-recommends cmake"), calls


def a_package_that_dpkg_never_heard_of_is_missing():
    """As on a bare machine: dpkg-query prints the rest and fails."""
    unheard = DPKG_QUERY.replace('echo "cmake not-installed"', "unheard=1")
    done, calls = install(dpkg_query=unheard + '[ -z "${unheard-}" ] || exit 1\n')
    assert done.returncode == 0 and done.stdout == "installing cmake\n", done
    assert len(calls) == 2, calls


def a_held_lock_is_waited_for():
    locked = ('[ -e tried ] || { touch tried; echo "E: Could not get lock /var/lib/dpkg/lock"; '
              'exit 100; }\n')
    done, calls = install(apt_get=locked + APT_GET)
    assert done.returncode == 0 and "waiting for it" in done.stdout, done
    assert len(calls) == 2, calls


def a_failed_update_does_not_stop_what_can_be_installed():
    broken = 'case "$*" in *update*) echo "E: no network"; exit 100 ;; esac\n'
    done, calls = install(apt_get=broken + APT_GET)
    assert done.returncode == 0 and "E: no network" in done.stderr, done
    assert len(calls) == 1, calls


def no_network_is_said():
    done, _ = install(apt_get='echo "E: Unable to fetch"; exit 100\n')
    assert done.returncode == 1 and "could not install: cmake" in done.stderr, done
    assert "Is there a network" in done.stderr and "E: Unable to fetch" in done.stderr, done


def an_installation_that_installs_nothing_is_said():
    done, _ = install(apt_get="true\n")
    assert done.returncode == 1 and "these are missing: cmake" in done.stderr, done


def neither_root_nor_sudo_is_said():
    done, calls = install(id="echo 1000\n", sudo="exit 1\n")
    assert done.returncode == 1 and "root is needed" in done.stderr, done
    assert "cmake" in done.stderr and calls == [], (done, calls)


def sudo_is_used_where_root_is_not():
    sudo = '[ "$1" = -n ] && shift; echo sudo >>sudo-calls; exec "$@"\n'
    done, calls = install(id="echo 1000\n", sudo=sudo)
    assert done.returncode == 0 and len(calls) == 2, (done, calls)


tap.run(nothing_missing_asks_nothing, only_what_is_missing_is_installed,
        a_package_that_dpkg_never_heard_of_is_missing, a_held_lock_is_waited_for,
        a_failed_update_does_not_stop_what_can_be_installed, no_network_is_said,
        an_installation_that_installs_nothing_is_said, neither_root_nor_sudo_is_said,
        sudo_is_used_where_root_is_not)
