/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * sign_exchange: what the certificate service and the signer say to each other: which keys there
 * are, now and again, and batch after batch.  It builds and reads frames; main() carries them.
 *
 * Nothing is signed before the store has adopted the issuer and the keys that the signer told: a
 * signer of another issuer would refuse every document, for good.  The position only moves forward;
 * what is left behind it (a key that the signer does not hold, a fault of its machine, an answer
 * that was not taken) is met again in the next round, which begins seconds after the last.
 */
#include "proto/credential/did_web.h"
#include "services/certificate/to_sign.h"

enum {
    SIGN_FLIGHTS = 4,               /* at least as many as requests are under way */
    SIGN_KEYS_AGAIN_MS = 10 * 1000, /* keys are asked for again, for a signer that was restarted */
    SIGN_ROUND_MS = 10 * 1000,      /* from one look at what was left behind to the next */
};

typedef enum sign_keys {
    SIGN_KEYS_UNKNOWN, /* nothing may be signed */
    SIGN_KEYS_OFFERED, /* told, and given to AdoptKeys; the store will show what became of it */
    SIGN_KEYS_ADOPTED,
} sign_keys;

/* What the signer says of itself. */
typedef struct sign_told {
    char issuer[SJ_DID_URL_SIZE];
    size_t count;
    struct {
        uint32_t purpose;
        uint8_t public_key[SJ_PUBLIC_KEY_BYTES];
    } key[SJ_DID_KEYS_MAX];
} sign_told;

/* A request that awaits its answer. */
typedef struct sign_flight {
    uint64_t request;
    uint64_t org; /* of the batch; 0: keys were asked for */
} sign_flight;

typedef struct sign_exchange {
    uint64_t org;     /* whose issuer the signer is */
    uint64_t request; /* the last one made */
    sign_flight flights[SIGN_FLIGHTS];
    size_t under_way;
    sign_keys keys;
    sign_told told;
    uint64_t keys_due_ms;      /* when to ask for keys */
    to_sign_position position; /* behind the last item asked for */
    uint64_t round_due_ms;     /* when to go back to the first */
    const char *words;
} sign_exchange;

/* The next request into `frame`; its octets, or 0: nothing to ask. */
size_t sign_exchange_ask(void *exchange, sj_txn *txn, uint64_t now_ms, unsigned char *frame,
                         size_t room);
/* The reply as an internal command, AdoptKeys or AttachSignatures, with its body in the arena;
 * false: none follows. */
bool sign_exchange_answer(void *exchange, sj_bytes frame, sj_arena *arena, sj_command *cmd);
/* No request under way will be answered. */
void sign_exchange_lost(void *exchange);
/* What went wrong in the last call, for the log, borrowed from its arena; NULL: nothing. */
const char *sign_exchange_words(void *exchange);
