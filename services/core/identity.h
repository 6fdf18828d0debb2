/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * identity: ids and hashes, all made from what the command was given.
 */
#include "services/core/command.h"

enum {
    SJ_REPLY_RETENTION_MS = 7 * 24 * 3600 * 1000, /* how long a request id is remembered */
    SJ_ID_AHEAD_MS = 10 * 60 * 1000,              /* how far in the future a request id may be */
};

/* A new UUIDv7 (RFC 9562, 5.7) of cmd's time and entropy; `n` tells several ids of one command
 * apart. */
void sj_new_id(const sj_command *cmd, uint32_t n, uint8_t id[SJ_ID_SIZE]);
/* `size` octets of cmd's entropy, expanded by keyed BLAKE2b: for certificate ids and salts. Streams
 * of different `n` are independent of each other. */
void sj_random(const sj_command *cmd, uint32_t n, void *at, size_t size);
/* Unix milliseconds in a UUIDv7. */
uint64_t sj_id_ms(const uint8_t id[SJ_ID_SIZE]);

/* SipHash-2-4-128 under the store's secret: for row keys, where a stranger must not choose the
 * place. */
void sj_hash_keyed(const sj_txn *txn, sj_bytes bytes, uint8_t hash[16]);
/* BLAKE2b-128, without a key. */
void sj_hash(sj_bytes bytes, uint8_t hash[16]);

/* Lower-case hex of an id, in the arena. */
const char *sj_hex(sj_txn *txn, const uint8_t id[SJ_ID_SIZE]);
