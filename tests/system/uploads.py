#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 600
"""Given services that run and an event, when people upload what platforms and forms exported, then
registrations, comparisons and verdicts are what the files say, once."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "tests"))

import tap

BUILT = Path(os.environ.get("SIJILL_BIN", SOURCE / "build/dev/bin"))
FILES = SOURCE / "tests/vectors/uploads"
# Freed memory is given back at once: what is measured is what the program holds.
ENVIRONMENT = os.environ | {"SIJILL_BIN": str(BUILT), "ASAN_OPTIONS": "quarantine_size_mb=1"}
DONE, USAGE, REFUSED = 0, 2, 3
ROWS, PRESENCES, MEMORY_MAX_MB = 100_000, 2_000, 256


class Upload:
    """An answer of `sijill upload --json`: objects by kind, rows by their number."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err
        lines = [json.loads(line) for line in out.splitlines()]
        self.rows = [line for line in lines if "row" in line]
        self.verdicts = [row["verdict"] for row in self.rows]
        self.registrants = {line["registrant"]["email"]: line["registrant"]
                            for line in lines if "registrant" in line}
        self.unmatched = [line["unmatched"] for line in lines if "unmatched" in line]
        self.progress = [line["progress"]["rows"] for line in lines if "progress" in line]
        self.summary = lines[-1]["summary"] if lines and "summary" in lines[-1] else None

    def __str__(self):
        return f"exit {self.code}\n{self.out[:3000]}\n{self.err[:1000]}"


def sijill(*words, stdin=None, code=DONE):
    done = subprocess.run([BUILT / "sijill", "--home", HOME, *[str(word) for word in words]],
                          env=ENVIRONMENT, input=stdin, capture_output=True, timeout=120,
                          check=False)
    if code is not None and done.returncode != code:
        raise tap.Failure(f"sijill {words}: expected exit {code}, came {done.returncode}\n"
                          f"{done.stdout.decode()[:2000]}\n{done.stderr.decode()[:2000]}")
    return done


def upload(path, slug, *words, stdin=None, code=DONE):
    path = FILES / path if path != "-" else "-"
    done = sijill("--json", "upload", path, "--event", slug, *words, stdin=stdin, code=code)
    return Upload(done.returncode, done.stdout.decode(), done.stderr.decode())


def listed(*words):
    return json.loads(sijill("--json", *words).stdout)


def event(slug, *words):
    """An hour at noon in Muscat, as the files say."""
    sijill("event", "create", slug, "--title-en", slug, "--start-date", "2026-03-01", "--time-zone",
           "Asia/Muscat", "--session", "2026-03-01 12:00-13:00", *words)
    return slug


def registered(slug):
    return {row["email"]: row for row in listed("registration", "list", "--event", slug)}


# ---- people -------------------------------------------------------------------------------------

def a_dry_run_decides_every_row_and_writes_nothing():
    slug = event("dry")
    came = upload("zoom-registrations.csv", slug, "--dry-run")
    assert came.verdicts == ["created", "created", "skipped", "skipped"], came
    assert came.summary["dry_run"] is True, came
    assert registered(slug) == {}


def approved_registrants_are_registered_once_whatever_is_sent_again():
    slug = event("registrants")
    for verdict in ("created", "unchanged", "unchanged"):
        came = upload("zoom-registrations.csv", slug)
        assert came.verdicts == [verdict, verdict, "skipped", "skipped"], came
        assert [row["row"] for row in came.rows] == [7, 8, 9, 10], came
        assert came.summary["format"] == "zoom_registrations", came
    people = registered(slug)
    assert set(people) == {"amal@example.org", "badr@example.org"}, people
    assert people["amal@example.org"]["name"] == "Amal Al-Harthi", people
    assert people["badr@example.org"]["institution"] == 'Bureau of "Statistics"', people
    assert people["badr@example.org"]["country"] is None, people


def a_try_that_is_repeated_with_its_id_answers_as_before():
    slug = event("again")
    # A UUIDv7 of now, as a client makes one before its first try.
    now = time.time_ns() // 1_000_000
    which = uuid.UUID(int=now << 80 | 7 << 76 | 5 << 64 | 2 << 62 | os.getpid()).hex
    first = upload("zoom-import.csv", slug, "--request-id", which)
    again = upload("zoom-import.csv", slug, "--request-id", which)
    assert first.verdicts == again.verdicts == ["created", "created"], (first, again)
    assert upload("zoom-import.csv", slug).verdicts == ["unchanged", "unchanged"]


def a_refused_row_names_its_column_as_the_file_does_and_costs_no_other():
    slug = event("refused")
    came = upload("own-people.csv", slug, code=REFUSED)
    assert came.verdicts == ["created", "refused", "created"], came
    assert (came.rows[1]["row"], came.rows[1]["column"]) == (3, "country"), came
    assert registered(slug)["chen@example.org"]["name"] == "=Chen"
    again = upload("own-people.csv", slug, code=REFUSED)
    assert again.verdicts == ["unchanged", "refused", "unchanged"], again
    # Also what the service refuses.
    came = upload("-", slug, stdin=b"Email Address,name,country\nnobody,Dina,OM\n", code=REFUSED)
    assert (came.rows[0]["row"], came.rows[0]["column"]) == (2, "Email Address"), came


def forms_and_surveys_register_who_answered_to_the_end():
    slug = event("forms")
    assert upload("google-forms.csv", slug).verdicts == ["created", "created"]
    assert upload("limesurvey-codes.csv", slug).verdicts == ["unchanged", "skipped"]
    assert upload("limesurvey-text.csv", slug).verdicts == ["unchanged", "skipped"]
    assert upload("google-forms-username.csv", slug).verdicts == ["unchanged"]


def a_form_s_answer_gives_nobody_a_role_or_a_seat():
    slug = event("full", "--capacity", "1")
    head = '"Timestamp","Email Address","Full name","Role","Mode","Language"\n'
    row = '"2026/02/20 3:08:44 PM GMT+1","{0}@example.org","{0}","{1}","from home","French, mostly"\n'
    answers = {"amal": "Engineer", "badr": "Speaker", "chen": "organiser", "dina": "Trainer"}
    form = (head + "".join(row.format(*answer) for answer in answers.items())).encode()
    came = upload("-", slug, stdin=form, code=REFUSED)
    assert came.verdicts == ["created"] + ["refused"] * 3, came
    assert {row["code"] for row in came.rows[1:]} == {"FULL"}, came
    assert [row["role"] for row in registered(slug).values()] == ["participant"]
    # Who uploads may say that the column is a role.
    came = upload("-", slug, "--map", "role=Role", stdin=form, code=REFUSED)
    assert came.verdicts == ["refused"] + ["created"] * 3 and came.rows[0]["column"] == "Role", came


def an_unknown_file_is_refused_with_its_columns_and_read_once_they_are_named():
    slug = event("mapped")
    came = upload("unknown.csv", slug, code=USAGE)
    assert "Courriel pro." in came.err and "--map" in came.err and not came.out, came
    mapped = ("--map", "email=Courriel pro.", "--map", "name=participante ou participant")
    assert upload("unknown.csv", slug, *mapped, "--save-mapping", "ministry").verdicts == ["created"]
    assert upload("unknown.csv", slug).verdicts == ["unchanged"]
    assert upload("unknown.csv", slug, "--mapping", "ministry").verdicts == ["unchanged"]
    assert upload("unknown.csv", slug, "--mapping", "none", code=USAGE).out == ""


def a_report_with_headings_that_are_not_known_registers_nobody_and_marks_nobody():
    slug = event("smells")
    for head in ("Name,Email,Joined when,Gone when", "Name,Email,Join Time,Gone",
                 "Name,Email,In,Out", "Name,Email,A,Durée"):
        report = f"{head}\nAmal,amal@example.org,03/13/2026 12:59:00,03/13/2026 13:00:00\n"
        came = upload("-", slug, "--apply", stdin=report.encode(), code=USAGE)
        assert "report of presence" in came.err and "--map join_time=" in came.err, came
        assert not came.out, came
    assert registered(slug) == {}
    assert listed("attendance", "list", "--event", slug) == []


# ---- time ---------------------------------------------------------------------------------------

def nothing_is_guessed_of_dates():
    slug = event("dates")
    assert "--day-first" in upload("ambiguous.csv", slug, code=USAGE).err
    assert "contradict" in upload("contradictory.csv", slug, code=USAGE).err
    assert "--month-first" in upload("zoom-meeting-it.csv", slug, "--month-first", code=USAGE).err
    assert "Mars" in upload("zoom-webinar.csv", slug, "--zone", "Mars/Phobos", code=USAGE).err
    assert upload("ambiguous.csv", slug, "--day-first").verdicts == ["skipped"]


# ---- presence -----------------------------------------------------------------------------------

def a_report_is_compared_and_changes_nothing_unless_told_to():
    slug = event("webinar")
    upload("zoom-registrations.csv", slug)
    came = upload("zoom-webinar.csv", slug)
    amal = came.registrants["amal@example.org"]
    # 12:01 to 12:31, 12:31 to 12:35:10 on the panel, 12:35:10 to 13:01, inside an hour from noon
    assert (amal["report_seconds"], amal["ledger_seconds"]) == (59 * 60, 0), came
    assert amal["missing"] == [{"from": "2026-03-01T08:01:00Z", "to": "2026-03-01T09:00:00Z",
                                "seconds": 59 * 60}], came
    assert {row["row"]: row["verdict"] for row in came.rows} == {
        7: "skipped", 10: "skipped", 11: "missing", 14: "missing", 15: "missing", 16: "skipped",
        17: "skipped", 18: "unmatched", 21: "unmatched"}, came
    rows = listed("attendance", "list", "--event", slug)
    assert all(row["seconds"] == 0 for row in rows), rows
    assert upload("zoom-webinar.csv", slug, "--apply", "--dry-run").summary["applied"] is False
    assert all(row["seconds"] == 0 for row in listed("attendance", "list", "--event", slug))


def what_only_the_report_has_is_appended_once():
    slug = event("apply")
    first = upload("zoom-webinar.csv", slug, "--registrations", "--apply")
    assert first.verdicts.count("created") == 3 + 4, first  # people, then pieces of evidence
    rows = {row["email"]: row for row in listed("attendance", "list", "--event", slug)}
    assert {email: row["seconds"] for email, row in rows.items()} == {
        "amal@example.org": 3540, "badr@example.org": 0, "lily@example.org": 1800}, rows
    again = upload("zoom-webinar.csv", slug, "--apply")
    assert set(again.verdicts) == {"skipped", "unchanged"}, again
    assert again.summary["equal"] == 2 and again.summary["report_only"] == 0, again
    assert rows == {row["email"]: row for row in listed("attendance", "list", "--event", slug)}
    assert len(listed("attendance", "unmatched", "--event", slug)) == 1  # a telephone


def the_ledger_s_own_presence_stays_and_the_union_counts():
    slug = event("union")
    upload("zoom-registrations.csv", slug)
    pushed = ("email,kind,time\namal@example.org,join,2026-03-01T08:30:00Z\n"
              "amal@example.org,leave,2026-03-01T08:40:00Z\n"
              "badr@example.org,join,2026-03-01T08:00:00Z\n"
              "badr@example.org,leave,2026-03-01T08:10:00Z\n")
    assert upload("-", slug, stdin=pushed.encode()).verdicts == ["created"] * 4
    came = upload("zoom-meeting.csv", slug, "--apply", code=REFUSED)
    amal, badr = came.registrants["amal@example.org"], came.registrants["badr@example.org"]
    assert (amal["verdict"], amal["report_seconds"], amal["ledger_seconds"]) == (
        "differs", 49 * 60, 600), came
    assert (badr["verdict"], badr["extra"][0]["seconds"]) == ("ledger_only", 600), came
    seconds = {row["email"]: row["seconds"]
               for row in listed("attendance", "list", "--event", slug)}
    assert seconds == {"amal@example.org": 49 * 60, "badr@example.org": 600}, seconds


def teams_and_bigbluebutton_are_read_by_their_intervals():
    slug = event("platforms")
    upload("zoom-import.csv", slug)
    sijill("register", "--event", slug, "--email", "guest@example.org", "--name", "Guest",
           "--source", "bbb", "--external-id", "reg-amal")
    came = upload("teams.csv", slug)
    assert came.registrants["amal@example.org"]["report_seconds"] == 1800 + 1490, came
    assert came.rows[0]["verdict"] == "skipped" and "activities" in came.rows[0]["why"], came
    came = upload("bbb.json", slug)
    # two connections that overlap, and one that the meeting's end closes
    assert came.registrants["guest@example.org"]["report_seconds"] == 49 * 60 + 300, came
    assert [one["name"] for one in came.unmatched] == ["A guest"], came
    came = upload("zoom-unique.csv", slug)
    assert came.verdicts == ["skipped", "skipped"] and "not counted" in came.rows[0]["why"], came


def words_and_json_say_the_same():
    slug = event("words")
    upload("zoom-import.csv", slug)
    came = upload("zoom-webinar.csv", slug)
    words = sijill("upload", FILES / "zoom-webinar.csv", "--event", slug).stdout.decode()
    for row in came.rows:
        assert f"row {row['row']:<5} {row['verdict']:<9} {row['id']}" in words, (row, words)
        assert row.get("why", "") in words, (row, words)
    for email in came.registrants:
        assert f"<{email}>: report" in words, words
    assert f"unmatched   {came.unmatched[0]['name']} <" in words, words


def a_cell_that_is_a_formula_is_written_as_text():
    slug = event("formula")
    rows = 'name,email\n"=HYPERLINK(""x"")",=cmd@example.org\nx,@SUM\n'
    out = sijill("--csv", "upload", "-", "--event", slug, stdin=rows.encode(),
                 code=None).stdout.decode()
    assert "\"'=cmd@example.org\"" in out and "\"'@SUM\"" in out, out


# ---- a hundred thousand rows --------------------------------------------------------------------

def measured(path, *words):
    """Runs an upload; gives back its last line, the seconds, and the most memory it held in MB."""
    out = Path(FOLDER, "out.ndjson")
    with out.open("wb") as to, path.open("rb") as source:
        began = time.monotonic()
        child = subprocess.Popen([BUILT / "sijill", "--home", HOME, "--json", "upload", "-", *words],
                                 env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=to)
        feeder = threading.Thread(target=feed, args=(source, child.stdin))
        feeder.start()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        feeder.join()
        seconds = time.monotonic() - began
    with out.open("rb") as lines:
        rows = [json.loads(line) for line in lines]
    assert child.returncode == DONE, (child.returncode, rows[-1:])
    return rows, seconds, usage.ru_maxrss / 1024


def feed(source, pipe):
    while piece := source.read(70_001):
        pipe.write(piece)
    pipe.close()


def people_file(count):
    path = Path(FOLDER, "many.csv")
    with path.open("w", encoding="utf-16") as file:
        file.write("Name\tE-Mail\tCountry\n")
        for number in range(count):
            file.write(f"Person {number}\tperson-{number}@example.org\tTR\n")
    return path


def a_hundred_thousand_rows_are_taken_with_progress_in_bounded_memory():
    slug = event("many")
    rows, seconds, memory = measured(people_file(ROWS), "--event", slug)
    progress = [row["progress"]["rows"] for row in rows if "progress" in row]
    assert rows[-1]["summary"]["created"] == ROWS, rows[-1]
    assert progress == list(range(1000, ROWS + 1, 1000)), progress[:3]
    tap.comment(f"{ROWS} people: {ROWS / seconds:.0f} rows/s, at most {memory:.0f} MB")
    assert memory < MEMORY_MAX_MB, memory


def a_report_of_a_hundred_thousand_rows_is_compared_in_bounded_memory():
    slug = event("crowd")
    measured(people_file(PRESENCES), "--event", slug)
    path = Path(FOLDER, "presence.csv")
    with path.open("w", encoding="utf-8") as file:
        file.write("Name (Original Name),Email,Join Time,Leave Time,Duration (Minutes),Guest\n")
        for number in range(ROWS):
            file.write(f"Person {number},person-{number % PRESENCES}@example.org,"
                       f"2026-03-01 12:0{number % 10}:00,2026-03-01 12:2{number % 10}:00,20,Yes\n")
    rows, seconds, memory = measured(path, "--event", slug)
    summary = rows[-1]["summary"]
    assert summary["rows"] == summary["missing"] == ROWS, summary
    assert summary["registrants"] == summary["report_only"] == PRESENCES, summary
    tap.comment(f"{ROWS} presences: {ROWS / seconds:.0f} rows/s, at most {memory:.0f} MB")
    assert memory < MEMORY_MAX_MB, memory


# ---- the services -------------------------------------------------------------------------------

def start_run(home):
    """scripts/run that stays, after its job."""
    child = subprocess.Popen([SOURCE / "scripts/run", "--home", home], env=ENVIRONMENT, text=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
    lines = []
    for line in child.stdout:
        lines.append(line)
        if "The services stay up" in line:
            return child
    child.wait()
    raise tap.Failure("".join(lines))


def stop_run(child):
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=60)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="sijill-uploads-") as temporary:
        FOLDER = Path(temporary)
        HOME = FOLDER / "home"
        running = start_run(HOME)
        try:
            tap.run(a_dry_run_decides_every_row_and_writes_nothing,
                    approved_registrants_are_registered_once_whatever_is_sent_again,
                    a_try_that_is_repeated_with_its_id_answers_as_before,
                    a_refused_row_names_its_column_as_the_file_does_and_costs_no_other,
                    forms_and_surveys_register_who_answered_to_the_end,
                    a_form_s_answer_gives_nobody_a_role_or_a_seat,
                    an_unknown_file_is_refused_with_its_columns_and_read_once_they_are_named,
                    a_report_with_headings_that_are_not_known_registers_nobody_and_marks_nobody,
                    nothing_is_guessed_of_dates,
                    a_report_is_compared_and_changes_nothing_unless_told_to,
                    what_only_the_report_has_is_appended_once,
                    the_ledger_s_own_presence_stays_and_the_union_counts,
                    teams_and_bigbluebutton_are_read_by_their_intervals,
                    words_and_json_say_the_same,
                    a_cell_that_is_a_formula_is_written_as_text,
                    a_hundred_thousand_rows_are_taken_with_progress_in_bounded_memory,
                    a_report_of_a_hundred_thousand_rows_is_compared_in_bounded_memory)
        finally:
            stop_run(running)
