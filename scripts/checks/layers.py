# SPDX-License-Identifier: Apache-2.0
"""layers: dependencies point one way (ARCHITECTURE.md). Which part may include which is a table; a
core's purity is read from the symbols of its archive in the release build."""

import posixpath
import re
import subprocess

from . import tree

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
SIGNER = "services/certificate/signer"
GATEWAY = "services/gateway"
# A part and the parts it may include besides itself. A service adds its own folder, see part_of.
ALLOWED = {
    "proto": set(),
    "storage": {"proto"},
    "services/core": {"proto", "storage"},
    "services/runtime": {"proto", "storage", "services/core"},
    "service": {"proto", "storage", "services/core"},
    "main": {"proto", "storage", "services/core", "services/runtime", "service"},
    # Its own small program, without a core: the key stays with the few lines that ask for it.
    SIGNER: {"proto", "services/runtime"},
    # Between strangers and the services: a client of theirs, with a store for what waits.
    GATEWAY: {"proto", "storage", "services/core", "services/runtime", "clients/c"},
    "clients/c": {"proto"},
    "clients/upload": {"proto", "clients/c"},
    "clients/cli": {"proto", "clients/c", "clients/upload"},
}
# Libraries with one home each; tests may use them as well.
HOMES = {
    "lmdb.h": ("storage/",),
    "microhttpd.h": (GATEWAY + "/http/",),
    "curl/curl.h": (GATEWAY + "/outbound/",),
    "openssl/evp.h": (GATEWAY + "/platform/digest.c",),
    "zmq.h": ("services/runtime/", SIGNER + "/", "clients/c/"),
}
# The signer and the gateway take these of the runtime and not its loop.
PROGRAM_RUNTIME = {"services/runtime/clock.h", "services/runtime/log.h",
                   "services/runtime/notify.h", "services/runtime/options.h"}

CORES = {
    "libsijill_core.a": "services/core",
    "libsijill_registration_core.a": "services/registration",
    "libsijill_attendance_core.a": "services/attendance",
    "libsijill_certificate_core.a": "services/certificate",
}
PURE = re.compile(r"(sj_|sijill__|protobuf_c_|mem|str)\w*|__\w+_chk|__stack_chk_fail|__assert_fail|"
                  r"_GLOBAL_OFFSET_TABLE_")
# What services/core wraps for the cores: hashes, normal forms of text, printf into the arena.  None draws chance or a clock.
WRAPPED = re.compile(r"crypto_(generichash|shorthash)\w*|sodium_(bin2hex|memcmp)|idn2_(lookup_u8|free)|utf8proc_\w+|vsnprintf")
# Named like str* and mem*, yet they allocate, draw chance or read the locale.
IMPURE = {"strdup", "strndup", "strfry", "memfrob", "strftime", "strerror"}


def part_of(path):
    """The key of ALLOWED for a path, and the folder that is always open to it; None: no rule."""
    words = path.split("/")
    if path.startswith(SIGNER + "/"):
        return SIGNER, SIGNER
    if words[0] in ("proto", "storage"):
        return words[0], words[0]
    folder = "/".join(words[:2])
    if folder in ALLOWED:
        return folder, folder
    if words[0] == "services" and len(words) > 2:
        return ("main" if words[2:] == ["main.c"] else "service"), folder
    return None, None


def target_part(root, path, name):
    """What an included name belongs to: a path below root. Generated headers are the contract's."""
    if name.endswith(".pb-c.h"):
        return "proto/" + name
    beside = posixpath.normpath((path.parent / name).as_posix())
    return beside if (root / beside).exists() else name


def may_include(path, target):
    part, own = part_of(path)
    other, other_folder = part_of(target)
    if part is None or other is None or other_folder == own:
        return True
    if part in (SIGNER, GATEWAY) and other == "services/runtime":
        return target in PROGRAM_RUNTIME
    if other in ("service", "main"):
        return False  # another service: its contract is in proto
    return other in ALLOWED[part]


def include_direction(root):
    """An include points down, never up or across."""
    for path in tree.files(root, ".c", ".h"):
        if path.parts[0] == "tests":
            continue
        text = tree.text(root, path)
        for found in INCLUDE.finditer(text):
            where = f"{path}:{tree.line_of(text, found.start(2))}"
            home = HOMES.get(found[2])
            if home and not path.as_posix().startswith(home):
                yield f"{where}: <{found[2]}> is for {', '.join(home)} only"
            target = target_part(root, path, found[2])
            if found[1] == '"' and not may_include(path.as_posix(), target):
                yield f"{where}: {path.parent} must not include {target}"


def symbols(archive, which):
    listed = subprocess.run(["nm", which, "--format=posix", archive], capture_output=True,
                            text=True, check=True)
    rows = (line.split() for line in listed.stdout.splitlines())
    return {row[0] for row in rows if len(row) > 1}


def has_core(root, folder):
    return any(path.name != "main.c" and path.parts[0] != "signer"
               for path in tree.files(root / folder, ".c"))


def core_purity(root):
    """A core reads no clock, draws no chance, allocates nothing, logs nothing, opens nothing."""
    build = root / "build/release"
    runtime = set()
    for archive in build.glob("services/runtime/**/*.a"):
        runtime |= symbols(archive, "--defined-only")
    for name, folder in CORES.items():
        if not has_core(root, folder):
            continue
        archive = next(build.glob(f"services/**/{name}"), None)
        if archive is None:
            yield f"{folder}: no {name} in build/release: run scripts/build release"
            continue
        for symbol in sorted(symbols(archive, "--undefined-only")
                             - symbols(archive, "--defined-only")):
            wrapped = folder == "services/core" and WRAPPED.fullmatch(symbol)
            if not (PURE.fullmatch(symbol) or wrapped) or symbol in IMPURE | runtime:
                yield f"{folder}: {name} calls {symbol}: what a core needs is in its command"
