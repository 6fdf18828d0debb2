/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * limits: how much attendance keeps and looks at, so that a command's work and memory are bounded.
 * 1024 pieces are 512 joins and leaves of one person at one event; as the verdict sees them they
 * take 96 KiB.
 */
enum {
    ATTENDANCE_PIECES_MAX = 16, /* of one RecordEvidence */
    ATTENDANCE_EVIDENCE_MAX =
        1024, /* pieces of one registration, or of one identity; what a verdict looks at */
    ATTENDANCE_ENDS_MAX = 64,  /* PLATFORM_ENDs of one event */
    ATTENDANCE_VOIDS_MAX = 64, /* VOIDs of one piece */
    ATTENDANCE_BINDS_MAX = 64, /* BINDs of one connection; connections looked at that go with one */
    ATTENDANCE_BINDS_DEEP = 8, /* a telephone bound to one that is bound to one ... */
    ATTENDANCE_VOIDS_LOOKED = 256,    /* VOIDs, and VOIDs of VOIDs, looked at for one BIND */
    ATTENDANCE_CONNECTIONS_MAX = 256, /* of one registration, where connections matter */
    ATTENDANCE_LINKS_MAX = 64,        /* identities that people gave to one registration */
    ATTENDANCE_FORMER_MAX = 16,       /* registrant ids of one registration beside the last */
    ATTENDANCE_NAMESAKES_MAX =
        64, /* registrations looked at for one key, identities looked at after a change of it */
    ATTENDANCE_AFFECTED_MAX =
        32, /* verdicts settled at once; more: the whole event, by the pulse */
    ATTENDANCE_REMARK_POINTS = 1000,
    ATTENDANCE_MACHINE_POINTS = 128, /* names of devices and connections */
    ATTENDANCE_PAGE = 100,
    ATTENDANCE_PAGE_MAX = 200,
    ATTENDANCE_PAGE_ARENA = 48 * 1024, /* arena that a page's rows may take, unpacked */
    ATTENDANCE_EXPLAINED_ARENA = 32 * 1024,
    ATTENDANCE_WALK_MAX = 512,      /* subjects a page of unmatched evidence looks at */
    ATTENDANCE_EXPLAINED_MAX = 96,  /* pieces in one explanation */
    ATTENDANCE_INTERVALS_MAX = 256, /* intervals in one explanation */
};

/* The end of the year 9999. */
#define ATTENDANCE_INSTANT_MAX UINT64_C(253402300799999)
