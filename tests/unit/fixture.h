/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * fixture: a fresh store in a temporary folder, and a way to run commands on a core as the runtime
 * would: one transaction a command, with ledger, digest and outbox, but without sockets and clocks.
 * Ids and entropy come from a counter, so two fixtures that run the same commands hold the same
 * bytes.
 */
#include "services/core/command.h"

typedef struct fixture {
    sj_store *store;
    const sj_core *core;
    char folder[64];
    sj_arena arena; /* of the last job; `reply` points into it */
    sj_reply reply; /* of the last job */
    uint64_t org;   /* 1 */
    uint8_t actor[SJ_ID_SIZE];
    uint8_t next_id[SJ_ID_SIZE]; /* when has_next_id: the request id of the next command */
    bool has_next_id;
    uint64_t counter;
    uint64_t record_seq; /* of the last fed record */
    bool dry_run;
    /* Who asks: an operator, unless a test says otherwise. */
    sj_peer_kind peer;
    bool delegated, has_credential;
    uint8_t credential[SJ_CREDENTIAL_SIZE];
    /* Of every command from now on. */
    bool has_outside;
    uint8_t outside[SJ_ID_SIZE];
    uint64_t if_revision;
    const char *where; /* NULL: not said */
} fixture;

/* For cmocka's setup and teardown: store a fixture in *state. */
int fixture_open(void **state, const sj_core *core);
int fixture_close(void **state);

/* Run one command or query (by its route) with a body (NULL: empty) at an instant; the status, and
 * f->reply. */
sj_status fixture_run(fixture *f, uint32_t type, const ProtobufCMessage *body, uint64_t now_ms);
/* Apply one record of another service's feed. */
sj_status fixture_feed(fixture *f, uint32_t type, const ProtobufCMessage *body,
                       const ProtobufCMessage *personal, uint64_t now_ms);
/* f->reply's body as a message; it lives until the next job. */
void *fixture_reply(fixture *f, const ProtobufCMessageDescriptor *type);

/* With all that is in it; nothing happens where there is none. */
void fixture_remove_folder(const char *folder);

/* A checkpoint: what others see of the store's folder is as of the last one. */
void fixture_save(fixture *f);

/* How many records of a type the outbox holds (0: of all types), and the last of that type,
 * unpacked until the next job. */
size_t fixture_emitted(fixture *f, uint32_t type);
void *fixture_last_record(fixture *f, uint32_t type, const ProtobufCMessageDescriptor *of);

/* Digest of every row of every table, with its revision: equal stores have equal digests. */
void fixture_digest(fixture *f, uint8_t digest[32]);
/* Run the core's scrub; the number of damages found (printed). */
size_t fixture_scrub(fixture *f);
