#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/run counts right when programs pass, fail, crash, hang, skip, leak or say nothing: fake
programs in a temporary folder stand in for a build."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "tests"))

import tap

HEAD = "#!/usr/bin/env python3\nimport os, signal, subprocess, sys, time\n"
ASAN = "==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x1"


def write_program(path, text):
    path.write_text(HEAD + text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def start(folder, programs, *arguments, seconds=20):
    """tests/run over these programs (name: text) as a started process."""
    lines = [f"{name}\t{seconds}\t{write_program(Path(folder, name), text)}\n"
             for name, text in programs.items()]
    Path(folder, "tests.list").write_text("".join(lines))
    # The names keep the tree's own tests/system and tests/fault out of the run.
    command = [SOURCE / "tests/run", "--build", folder, *(arguments or programs)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def run(programs, *arguments, seconds=20):
    """Its exit code and lines."""
    with tempfile.TemporaryDirectory() as folder:
        child = start(folder, programs, *arguments, seconds=seconds)
        output = child.communicate(timeout=60)[0]
    return child.returncode, output.splitlines()


def expect(programs, tally, *words, seconds=20):
    """The run ends with this tally and says all words; its exit code agrees."""
    code, lines = run(programs, seconds=seconds)
    assert lines[-1] == tally, lines
    assert code == (0 if tally.endswith(" 0 failed") and tally[0] != "0" else 1), (code, lines)
    for word in words:
        assert any(word in line for line in lines), (word, lines)


def passing_cases_are_counted():
    expect({"zz_a": "print('1..2\\nok 1 - x\\nok 2 - y')", "zz_b": "print('1..1\\nok 1')"},
           "3 passed, 0 failed", "ok zz_a (2 cases,")


def two_plans_of_two_groups_add_up():
    expect({"zz_a": "print('1..1\\nok 1 - x\\n# ok - tests\\n1..2\\nok 1 - y\\nok 2 - z')"},
           "3 passed, 0 failed")


def a_failing_case_is_one_and_its_output_is_printed():
    expect({"zz_a": "print('1..2\\nok 1 - x\\nnot ok 2 - y\\n# 1 != 2'); sys.exit(1)"},
           "1 passed, 1 failed", "# 1 != 2", "FAILED zz_a")


def output_of_a_passing_program_is_not_printed():
    _, lines = run({"zz_a": "print('1..1\\nlong talk\\nok 1')"})
    assert not any("long talk" in line for line in lines), lines


def a_crash_is_one_more():
    text = "print('1..2\\nok 1 - x', flush=True); os.kill(os.getpid(), signal.SIGSEGV)"
    expect({"zz_a": text}, "1 passed, 1 failed", "died of SIGSEGV")


def a_hang_is_killed_with_all_it_started():
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder, "pid")
        text = (f"child = subprocess.Popen(['sleep', '600'])\nopen('{note}', 'w').write("
                "str(child.pid))\nprint('1..1', flush=True)\ntime.sleep(600)")
        expect({"zz_a": text}, "0 passed, 1 failed", "timed out", seconds=1)
        wait_until_gone(int(note.read_text()))


def what_a_program_leaves_behind_is_killed():
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder, "pid")
        text = (f"child = subprocess.Popen(['sleep', '600'])\nopen('{note}', 'w').write("
                "str(child.pid))\nprint('1..1\\nok 1')")
        expect({"zz_a": text}, "1 passed, 0 failed")
        wait_until_gone(int(note.read_text()))


def wait_until_gone(pid):
    for _ in range(100):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    raise AssertionError(f"process {pid} outlived the run")


def an_interrupted_run_leaves_nothing():
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder, "pid")
        text = f"open('{note}', 'w').write(str(os.getpid()) + '\\n')\ntime.sleep(600)"
        child = start(folder, {"zz_a": text})
        while not note.exists() or not note.read_text().endswith("\n"):
            time.sleep(0.05)
        child.terminate()
        assert child.wait(20) != 0
        child.stdout.close()
        wait_until_gone(int(note.read_text()))


def skips_are_printed_and_count_as_neither():
    cmocka = "print('1..2\\nok 1 - x\\n# no disk to fill\\nnot ok 2 # SKIP full_disk')"
    expect({"zz_a": cmocka}, "1 passed, 0 failed", "skipped zz_a: full_disk no disk to fill")
    ours = "print('1..2\\nok 1 - x\\nok 2 - y # SKIP no systemd here')"
    expect({"zz_a": ours}, "1 passed, 0 failed", "skipped zz_a: y no systemd here")
    whole = "print('1..0 # SKIP not on this machine')"
    expect({"zz_a": whole, "zz_b": "print('1..1\\nok 1')"}, "1 passed, 0 failed",
           "skipped zz_a: not on this machine")


def only_skips_is_not_success():
    expect({"zz_a": "print('1..0 # SKIP not here')"}, "0 passed, 0 failed")


def a_sanitizer_report_is_one_more():
    for line in (ASAN, "a.c:3:5: runtime error: signed integer overflow",
                 "==7==ERROR: LeakSanitizer: detected memory leaks"):
        expect({"zz_a": f"print('1..1\\nok 1\\n{line}')"}, "1 passed, 1 failed",
               "a sanitizer reported", line)


def a_report_of_a_quiet_child_is_seen():
    compile_and_run = """
source = os.path.join(os.path.dirname(sys.argv[0]), 'fault.c')
open(source, 'w').write('int main(int c, char **v) { volatile char b[1]; return b[c + !v]; }')
subprocess.run(['gcc', '-fsanitize=address', '-o', source[:-2], source], check=True)
subprocess.run([source[:-2]], stderr=subprocess.DEVNULL)
print('1..1\\nok 1')"""
    expect({"zz_a": compile_and_run}, "1 passed, 1 failed", "stack-buffer-overflow")


def a_broken_plan_is_one_failed():
    expect({"zz_a": "print('1..3\\nok 1\\nok 2')"}, "2 passed, 1 failed", "planned 3 cases, ran 2")
    expect({"zz_a": "print('ok 1')"}, "1 passed, 1 failed", "planned 0 cases, ran 1")


def an_exit_code_that_no_case_explains_is_one_failed():
    expect({"zz_a": "print('1..1\\nok 1'); sys.exit(3)"}, "1 passed, 1 failed", "exit code 3")


def a_program_that_ran_no_case_is_one_failed():
    expect({"zz_a": "pass"}, "0 passed, 1 failed", "ran no case")


def a_program_that_cannot_start_is_one_failed():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "tests.list").write_text(f"zz_a\t5\t{folder}/none\n")
        done = subprocess.run([SOURCE / "tests/run", "--build", folder, "zz_a"],
                              capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout.endswith("0 passed, 1 failed\n"), done


def a_missing_build_is_one_failed():
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([SOURCE / "tests/run", "--build", folder], capture_output=True,
                              text=True, check=False)
    assert done.returncode == 1 and done.stdout.endswith("0 passed, 1 failed\n"), done
    assert "scripts/build dev" in done.stdout, done


def what_broke_before_counts():
    code, lines = run({"zz_a": "print('1..1\\nok 1')"}, "zz_a", "--broken", "build clang")
    assert code == 1 and lines[-1] == "1 passed, 1 failed", lines
    assert "FAILED build clang" in lines, lines


def names_choose_programs():
    both = {"zz_a": "print('1..1\\nok 1')", "zz_b": "print('1..1\\nnot ok 1'); sys.exit(1)"}
    code, lines = run(both, "z_a")
    assert code == 0 and lines[-1] == "1 passed, 0 failed", lines
    code, lines = run(both, "zz_c")
    assert code == 1 and lines[-1] == "0 passed, 0 failed", lines


def programs_know_where_they_are():
    text = ("there = os.environ['SIJILL_SOURCE'] == os.getcwd()\n"
            "there &= os.environ['SIJILL_BIN'] == os.path.dirname(sys.argv[0]) + '/bin'\n"
            "print('1..1\\nok 1' if there else '1..1\\nnot ok 1')")
    expect({"zz_a": text}, "1 passed, 0 failed")


tap.run(passing_cases_are_counted, two_plans_of_two_groups_add_up,
        a_failing_case_is_one_and_its_output_is_printed, output_of_a_passing_program_is_not_printed,
        a_crash_is_one_more, a_hang_is_killed_with_all_it_started,
        what_a_program_leaves_behind_is_killed, an_interrupted_run_leaves_nothing,
        skips_are_printed_and_count_as_neither, only_skips_is_not_success,
        a_sanitizer_report_is_one_more, a_report_of_a_quiet_child_is_seen,
        a_broken_plan_is_one_failed, an_exit_code_that_no_case_explains_is_one_failed,
        a_program_that_ran_no_case_is_one_failed, a_program_that_cannot_start_is_one_failed,
        a_missing_build_is_one_failed, what_broke_before_counts, names_choose_programs,
        programs_know_where_they_are)
