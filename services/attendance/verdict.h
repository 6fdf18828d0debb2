/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * verdict: what the evidence about one registration amounts to.  A pure function of sessions,
 * rules, evidence and the instant at which it is asked; integers only.  docs/attendance.md has the
 * rules in words.
 *
 * Evidence comes in the order in which it counts (occurred, device sequence, order of receipt);
 * VOIDs come last, each behind the piece it takes back.  The function writes what it found into the
 * pieces themselves.
 */
#include "storage/bytes.h"

#include "sijill/v1/attendance.pb-c.h"

enum {
    VERDICT_RULE_VERSION = 1,
    VERDICT_WHOLE = 10000,              /* shares and thresholds are in 1/10000 */
    VERDICT_THRESHOLD = 7500,           /* of an event that states none */
    VERDICT_EARLY_MS = 120 * 60 * 1000, /* how early one may come for a session */
    VERDICT_PAIR_MS =
        16 * 60 * 60 * 1000, /* between coming and going when nothing names the connection */
    VERDICT_CLOCK_OFF_MS = 10 * 60 * 1000, /* beyond it a device's clock is wrong */
};

typedef struct verdict_session {
    uint32_t number;
    bool mandatory;
    uint64_t starts_ms;
    uint64_t ends_ms;
    const uint64_t *breaks; /* start, end, start, end, ...: rising, inside the session */
    size_t break_count;     /* pairs */
} verdict_session;

/* What a piece of evidence turned out to be. */
typedef enum verdict_use {
    VERDICT_ASIDE, /* gives no interval */
    VERDICT_OPEN,  /* came and has not gone; only while pairing */
    VERDICT_SPAN,  /* present from occurred_ms to ended_ms */
    VERDICT_DOOR,  /* came through a door and never checked out */
} verdict_use;

typedef struct verdict_evidence {
    uint8_t id[16];
    uint8_t actor[16];
    uint64_t occurred_ms;
    uint64_t device_seq;
    uint64_t order;      /* of receipt */
    uint64_t ended_ms;   /* SPAN: given; CHECK_IN: found */
    uint64_t connection; /* hash; 0: none was named */
    uint64_t run;        /* hash: of which run of the platform's session; 0: it does not say */
    uint64_t device;     /* hash; 0: none was named */
    uint32_t session;    /* number; 0: by time */
    uint32_t voids;      /* VOID: index of the piece it takes back */
    uint16_t flags; /* verdict_flag() of each; what was known at receipt, then what was found */
    uint8_t kind;   /* EvidenceKind */
    uint8_t source; /* EvidenceSource */
    uint8_t mark;   /* MarkValue */
    uint8_t use;    /* verdict_use */
    bool voided;
    bool relied; /* PLATFORM_END: a join ends here; BIND: evidence is here by it */
} verdict_evidence;

typedef struct verdict_interval {
    uint64_t starts_ms;
    uint64_t ends_ms;
} verdict_interval;

typedef struct verdict_question {
    const verdict_session *sessions;
    size_t session_count;
    verdict_evidence *evidence;
    size_t count;
    uint64_t ends_ms; /* of the event; 0: it has no dates */
    uint64_t now_ms;
    uint32_t threshold;
    bool cancelled; /* the event: it never ends */
    bool confirmed; /* the registration holds a seat */
} verdict_question;

typedef enum verdict_basis {
    VERDICT_BY_NOTHING,
    VERDICT_BY_MARK,
    VERDICT_BY_SECONDS,
    VERDICT_BY_CHECK_IN,
} verdict_basis;

typedef struct verdict_part {
    uint64_t seconds;
    uint64_t scheduled;
    uint8_t mark; /* MarkValue that decided it */
    bool counts;
    bool missed;
    verdict_basis basis;
    bool whole; /* a door check-in stands for the whole session */
    bool doors; /* open door check-ins count from their instant */
} verdict_part;

typedef struct verdict_answer {
    Sijill__V1__VerdictValue value;
    uint64_t seconds;
    uint64_t scheduled;
    uint32_t share;
    uint16_t flags;
    size_t standing; /* pieces it stands on */
} verdict_answer;

/* The bit of a Flag. */
uint16_t verdict_flag(Sijill__V1__Flag flag);
/* Whether a piece counts before b. */
bool verdict_before(const verdict_evidence *a, const verdict_evidence *b);
/* Whether the verdict stands on the piece: after verdict_reach. */
bool verdict_stands(const verdict_evidence *piece);
/* Mark what VOIDs take back; a VOID that is taken back takes back nothing. */
void verdict_take_back(verdict_evidence *evidence, size_t count);
/* Whether a check-in, span or mark meets no session of the event. */
bool verdict_outside(const verdict_question *question, const verdict_evidence *piece);

/* parts: one for each session, in their order. */
void verdict_reach(const verdict_question *question, verdict_part *parts, verdict_answer *answer);

/* The intervals that count in one session, merged, clipped, less breaks; how many there are, of
 * which at most `max` are written.  After verdict_reach. */
size_t verdict_present(const verdict_question *question, size_t session, const verdict_part *part,
                       verdict_interval *intervals, size_t max);
