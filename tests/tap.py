# SPDX-License-Identifier: Apache-2.0
"""tap: how a test program in Python says what held. One function is one case, its name the law it
proves; tests/run counts the lines. Programs in a folder below tests import it by putting tests on
sys.path, so that each also runs alone."""

import sys
import traceback


class Skip(Exception):
    """Raised where a case cannot run here; the reason is printed and the case counts as neither."""


class Failure(Exception):
    """Raised where the words say all: printed without the way to this line."""


def comment(text):
    for line in str(text).splitlines():
        print("#", line, flush=True)


def run(*cases):
    """Run the cases in order, print TAP, exit 1 if one failed."""
    failed = 0
    print(f"1..{len(cases)}", flush=True)
    for number, case in enumerate(cases, 1):
        try:
            case()
            print(f"ok {number} - {case.__name__}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {case.__name__} # SKIP {reason}", flush=True)
        except Failure as words:
            failed += 1
            print(f"not ok {number} - {case.__name__}", flush=True)
            comment(words)
        except Exception:  # whatever it raised, the other cases still run
            failed += 1
            print(f"not ok {number} - {case.__name__}", flush=True)
            comment(traceback.format_exc())
    sys.exit(1 if failed else 0)
