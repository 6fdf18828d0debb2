#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each check of scripts/check is silent about a clean tree and names the file that breaks its
rule: a check that cannot fail holds nothing."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
sys.dont_write_bytecode = True
sys.path[:0] = [str(SOURCE / "scripts"), str(SOURCE / "tests")]

import tap
from checks import contract, house, layers, limits

MARK = "SPDX-License-Identifier: Apache-2.0"
C = f"/* {MARK} */\n"


def breaches(check, files):
    """What check says about a tree of these files (path: text); a text of None is a folder."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir() if text is None else path.write_text(text)
        if (SOURCE / ".clang-format").exists():
            shutil.copy(SOURCE / ".clang-format", root)
        return list(check(root))


def expect(check, good, bad, *words):
    """Silent about good; about good with bad added, a single breach that holds all words."""
    assert breaches(check, good) == [], breaches(check, good)
    said = breaches(check, good | bad)
    assert len(said) == 1, said
    assert all(word in said[0] for word in words), said


def function(lines):
    return C + "int\nf(void)\n{\n" + "    g();\n" * (lines - 3) + "}\n"


def function_of_71_lines():
    expect(limits.function_lines, {"a.c": function(70)}, {"b/b.c": function(71)},
           "b/b.c:3: f ", "71")


def file_of_601_lines():
    expect(limits.file_lines, {"a.c": C + "\n" * 599}, {"b.c": C + "\n" * 600}, "b.c:601")
    expect(limits.file_lines, {"tests/a.json": "\n" * 700}, {"b.py": "\n" * 601}, "b.py:601")


def forbidden_calls():
    good = {"a.c": C + '/* strcpy(a, b) */ char *s = "system(x)"; int strcpy_safe(int); x.rand(1);'}
    for name in "strcpy sprintf strcat gets system popen atoi rand".split():
        expect(limits.forbidden_calls, good, {"b.h": f"\n\nint n = {name} (x);"}, "b.h:3", name)


def promises_without_a_number():
    for word in ("TO" + "DO", "FIX" + "ME", "X" + "XX"):
        good = {"a.c": f"/* {word} #12: faster */\n/* {word} of issue 7 */\nchar p[] = \"XXXXXX\";"}
        expect(limits.promises, good, {"b.py": f"\n# {word}: faster"}, "b.py:2")


INCLUDES = {
    "storage/store.h": C,
    "storage/store.c": C + '#include <lmdb.h>\n#include "storage/store.h"\n',
    "proto/wire/frame.h": C + '#include "sijill/v1/envelope.pb-c.h"\n',
    "services/core/core.h": C + '#include "storage/store.h"\n#include "sijill/v1/a.pb-c.h"\n',
    "services/runtime/loop.c": C + '#include <zmq.h>\n#include "services/core/core.h"\n',
    "services/runtime/log.h": C, "services/runtime/loop.h": C,
    "services/registration/rows.h": C,
    "services/registration/rows.c": C + '#include "rows.h"\n#include "services/core/core.h"\n',
    "services/registration/main.c": C + '#include "services/runtime/loop.h"\n#include "rows.h"\n',
    "services/attendance/rows.h": C,
    "services/certificate/rows.h": C,
    "services/certificate/signer/main.c":
        C + '#include <zmq.h>\n#include "services/runtime/log.h"\n',
    "clients/c/client.h": C,
    "clients/c/client.c": C + '#include <zmq.h>\n#include "proto/wire/frame.h"\n',
    "clients/cli/main.c": C + '#include "clients/c/client.h"\n',
    "tests/unit/a.c":
        C + '#include <lmdb.h>\n#include <zmq.h>\n#include "services/registration/rows.h"\n',
}


def includes_that_point_up_or_across():
    cases = {
        "services/registration/register.c": "services/runtime/log.h",
        "services/registration/query.c": "services/attendance/rows.h",
        "services/registration/deep/main.c": "services/runtime/log.h",
        "services/runtime/relay.c": "services/registration/rows.h",
        "services/core/decode.c": "services/runtime/log.h",
        "services/core/encode.c": "services/registration/rows.h",
        "services/certificate/issue.c": "services/certificate/signer/main.c",
        "services/certificate/signer/key.c": "services/runtime/loop.h",
        "services/certificate/signer/sign.c": "services/certificate/rows.h",
        "storage/txn.c": "services/core/core.h",
        "storage/backup.c": "clients/c/client.h",
        "proto/wire/frame.c": "services/core/core.h",
        "proto/wire/store.c": "storage/store.h",
        "clients/c/verify.c": "storage/store.h",
        "clients/cli/show.c": "services/core/core.h",
        "clients/c/send.c": "clients/cli/main.c",
    }
    for path, name in cases.items():
        text = f'\n# include  "{name}"\n'
        expect(layers.include_direction, INCLUDES, {path: text}, f"{path}:2", name)


def includes_beside_the_file_are_resolved():
    files = INCLUDES | {"services/runtime/x.c": '#include "../registration/rows.h"\n'}
    assert breaches(layers.include_direction, files), "a relative include went unseen"


def libraries_outside_their_home():
    for path, name in {"services/core/a.c": "lmdb.h", "services/runtime/a.c": "lmdb.h",
                       "storage/a.c": "zmq.h", "services/registration/main2.c": "zmq.h",
                       "clients/cli/a.c": "zmq.h", "clients/c/a.c": "lmdb.h"}.items():
        expect(layers.include_direction, INCLUDES, {path: f"#include <{name}>\n"}, path, name)


def pure_says(core, extra=""):
    """core_purity about a release build whose services/core was compiled from this text."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, place, text in (("core", "core", core), ("log", "runtime", extra)):
            home, build = root / "services" / place, root / "build/release/services" / place
            home.mkdir(parents=True)
            build.mkdir(parents=True)
            (home / "a.c").write_text(text)
            subprocess.run(["gcc", "-c", "-o", build / "a.o", home / "a.c"], check=True)
            subprocess.run(["ar", "rc", build / f"libsijill_{name}.a", build / "a.o"], check=True)
        return list(layers.core_purity(root))


def impure_cores():
    good = """#include <string.h>
        int sj_get(void); int helper(void) { return 1; }
        int handle(const char *s) { return (int) strlen(s) + sj_get() + helper(); }"""
    assert pure_says(good) == [], pure_says(good)
    cases = {"time.h": "time(0)", "stdlib.h": "malloc(9) != 0", "stdio.h": "puts(s)",
             "string.h": "strdup(s) != 0", "unistd.h": "getpid()"}
    for header, call in cases.items():
        said = pure_says(f"#include <{header}>\nint f(const char *s) {{ return s && {call}; }}")
        assert len(said) == 1 and call.split("(")[0] in said[0], said


def a_core_that_calls_the_runtime():
    core, runtime = "void sj_log(void); void handle(void) { sj_log(); }", "void sj_log(void) {}"
    assert any("sj_log" in line for line in pure_says(core, runtime))
    assert pure_says(core) == []


def a_core_that_was_not_built():
    good = {"services/registration/main.c": C, "services/certificate/signer/key.c": C}
    expect(layers.core_purity, good, {"services/registration/rows.c": C},
           "services/registration", "libsijill_registration_core.a")


PROTO = 'syntax = "proto2";\npackage sijill.v1;\n'


def messages_that_hold_themselves():
    good = {"proto/sijill/v1/a.proto": PROTO + """
        // optional A loop = 9; is only a comment
        message A { optional B b = 1; enum B2 { X = 0; } message Inner { optional B b = 1; } }
        message B { optional string message = 1; repeated uint32 n = 2 [packed = true]; }"""}
    itself = {"proto/c.proto": PROTO + "message C { repeated C c = 1; }"}
    expect(contract.messages_end, good, itself, "sijill.v1.C -> sijill.v1.C")
    around = {
        "proto/d.proto": PROTO + "message D { oneof what { string s = 1; .sijill.v1.E e = 2; } }",
        "proto/e.proto": PROTO + "message E { message F { optional D d = 1; } optional F f = 1; }"}
    expect(contract.messages_end, good, around,
           "sijill.v1.D -> sijill.v1.E -> sijill.v1.E.F -> sijill.v1.D")


def proto_language():
    good = {"proto/a.proto": PROTO + "// required bool b = 1;\nmessage A { optional bool b = 1; }"}
    cases = {
        PROTO + "message B { required string s = 1; }": "b.proto:3: required",
        PROTO + "message B { map<string, A> s = 1; }": "no maps",
        PROTO + "message B { optional double d = 1; }": "no floating point",
        'syntax = "proto3";\n': "b.proto:1: say syntax"}
    for text, word in cases.items():
        expect(contract.proto_language, good, {"proto/b.proto": text}, word)


FOLDERS = "services proto storage clients deploy tests scripts docs .ci".split()
TOP = {name: None if name in FOLDERS else "" for name in house.TOP} | {"build": None, "var": None}


def top_level():
    expect(house.top_level, TOP, {"notes.txt": ""}, "notes.txt", "nothing new")
    without = {name: text for name, text in TOP.items() if name != "docs"}
    assert breaches(house.top_level, without) == ["docs: missing at the top level"]


def licence_marks():
    good = {"a.c": C, "b.py": f"# {MARK}\n", "run": f"#!/bin/sh\n# {MARK}\n", "d.json": "{}",
            "CMakeLists.txt": f"# {MARK}\n"}
    for name in ("e.c", "e.h", "e.proto", "e.py", "e.js", "x/CMakeLists.txt"):
        expect(house.licence_marks, good, {name: f"/* nobody */\n\n\n/* {MARK} */\n"}, name)
    expect(house.licence_marks, good, {"script": "#!/bin/bash\n"}, "script")


def hidden_characters():
    good = {"a.c": C + 'char s[] = "\\xe2\\x80\\xae";\t/* دور سياسة, 中文 */\n'}
    for mark in "\u202e\u2066\u200b\x1b\x00\x85":
        hiding = {"b.h": f"\n/* {mark} */"}
        expect(house.hidden_characters, good, hiding, "b.h:2", ascii(mark))


def code_format():
    good = {"a.c": "int\nmain(void)\n{\n    return 0;\n}\n"}
    expect(house.code_format, good, {"b/b.c": "int x  = 1;\nint y  = 1;\n"},
           "b/b.c:1", "clang-format -i b/b.c")


def documented_paths():
    text = ("`services/core/rows.{c,h}`, `services/<name>/rows.c`, `storage/`, "
            "[it](storage/txn.c), `application/json`, `build/dev/bin`, `/run/sijill`, "
            "`cat storage/txn.c`.\n")
    good = {"services/core/rows.c": C, "services/core/rows.h": C, "storage/txn.c": C,
            "ARCHITECTURE.md": text}
    for text in ("`storage/gone.c`", "see [it](storage/gone.c)", "`storage/{txn,gone}.c`",
                 "`core/rows.c`", "\n`scripts/gone`"):
        said = breaches(house.documented_paths, good | {"ARCHITECTURE.md": text})
        assert len(said) == 1 and "there is no" in said[0], (text, said)
    assert breaches(house.documented_paths, good) == [], breaches(house.documented_paths, good)


def documented_names():
    good = {"a.c": C + "void sj_turn(void);\n", "ARCHITECTURE.md": "`sj_turn` and `sj_turn(x)`\n"}
    expect(house.documented_names, good, {"ARCHITECTURE.md": "\n`sj_gone`\n"},
           "ARCHITECTURE.md:2: there is no sj_gone")
    expect(house.documented_names, good, {"a.c": C + "/* sj_turn */\n"}, "no sj_turn")


def programs_that_would_not_run():
    good = {"tests/system/part.py": f"# {MARK}\n"}
    expect(house.programs_run, good, {"tests/fault/kill.py": "#!/usr/bin/env python3\n"},
           "tests/fault/kill.py:1")


def script_syntax():
    good = {"a.py": "x = 1\n", "run": "#!/bin/bash\ntrue\n",
            "py": "#!/usr/bin/env python3\nx = 1\n"}
    expect(house.script_syntax, good, {"b.py": "x = = 1\n"}, "b.py:1")
    expect(house.script_syntax, good, {"b": "#!/usr/bin/env python3\n\ndef\n"}, "b:3")
    assert breaches(house.script_syntax, good | {"b": "#!/bin/bash\nif true; then\n"})


def the_program_fails_with_its_checks():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.c").write_text("int n = atoi(x);\n")
        command = [SOURCE / "scripts/check", "--root", folder, "forbidden_calls", "promises"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and lines[0] == "1..2", done
    assert "not ok 1 - forbidden_calls" in lines and "ok 2 - promises" in lines, lines
    assert "# a.c:1: atoi is forbidden" in lines, lines


tap.run(function_of_71_lines, file_of_601_lines, forbidden_calls, promises_without_a_number,
        includes_that_point_up_or_across, includes_beside_the_file_are_resolved,
        libraries_outside_their_home, impure_cores, a_core_that_calls_the_runtime,
        a_core_that_was_not_built, messages_that_hold_themselves, proto_language, top_level,
        licence_marks, hidden_characters, code_format, documented_paths, documented_names,
        programs_that_would_not_run, script_syntax,
        the_program_fails_with_its_checks)
