/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/outbound/endpoints.h"

#include "services/core/message.h"
#include "services/runtime/log.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct endpoints {
    spool *spool;
    const seal *key;
    endpoint *first;
};

static sj_key
key_of(const endpoint *p, const uint64_t *number)
{
    sj_key key = sj_key_org(p->org);

    sj_key_add_id(&key, p->id);
    if (number != NULL)
        sj_key_add_u64(&key, *number);
    return key;
}

/* ---- the copy of what registration says ---------------------------------------------------------
 */

static void
fill(endpoints *e, endpoint *p, const Sijill__V1__Endpoint *news)
{
    (void) snprintf(p->url, sizeof p->url, "%s", news->url == NULL ? "" : news->url);
    p->type_count = news->n_type < ENDPOINT_TYPES_MAX ? news->n_type : ENDPOINT_TYPES_MAX;
    if (p->type_count > 0)
        memcpy(p->types, news->type, p->type_count * sizeof p->types[0]);
    p->enabled = !news->removed && news->state == SIJILL__V1__ENDPOINT_STATE__ENABLED;
    p->asymmetric = news->has_public_key;
    if (p->secret != NULL)
        sodium_free(p->secret);
    p->secret = seal_unseal(e->key, (sj_bytes){ news->sealed_secret.data, news->sealed_secret.len },
                            &p->secret_size);
    if (p->secret != NULL && (p->secret_size > ENDPOINT_SECRET_MAX ||
                              (p->asymmetric && p->secret_size != crypto_sign_SEEDBYTES))) {
        sodium_free(p->secret);
        p->secret = NULL;
    }
    if (p->secret == NULL && p->enabled)
        sj_log(
            SJ_LOG_ERROR, "endpoint.sealed_elsewhere",
            "words=\"an endpoint's secret is not sealed to this gateway's key: define it again\"");
}

endpoint *
endpoints_first(endpoints *e)
{
    return e->first;
}

endpoint *
endpoints_find(endpoints *e, uint64_t org, const uint8_t id[SJ_ID_SIZE])
{
    endpoint *p = e->first;

    while (p != NULL && (p->org != org || memcmp(p->id, id, SJ_ID_SIZE) != 0))
        p = p->next;
    return p;
}

static endpoint *
add(endpoints *e, uint64_t org, const Sijill__V1__Endpoint *news)
{
    endpoint *p;

    if (news->id.len != SJ_ID_SIZE)
        return NULL;
    p = endpoints_find(e, org, news->id.data);
    if (p == NULL) {
        p = calloc(1, sizeof *p);
        if (p == NULL)
            return NULL;
        p->org = org;
        memcpy(p->id, news->id.data, SJ_ID_SIZE);
        p->next = e->first;
        e->first = p;
    }
    fill(e, p, news);
    return p;
}

typedef struct replay_list {
    Sijill__V1__LogPos at[ADDRESS_SERVICES];
    Sijill__V1__LogPos *list[ADDRESS_SERVICES];
    size_t count;
} replay_list;

static void
list_replays(const endpoint *p, replay_list *out)
{
    out->count = 0;
    for (size_t i = 0; i < ADDRESS_SERVICES; i++) {
        Sijill__V1__LogPos *at = &out->at[out->count];

        if (p->replay[i].shard == 0)
            continue;
        sijill__v1__log_pos__init(at);
        at->has_shard = at->has_epoch = at->has_seq = true;
        at->shard = p->replay[i].shard;
        at->epoch = p->replay[i].epoch;
        at->seq = p->replay[i].seq;
        out->list[out->count++] = at;
    }
}

/* Definition NULL: as it was. */
static void
put_row(endpoints *e, const endpoint *p, const Sijill__V1__Endpoint *news)
{
    sj_txn *txn = spool_write(e->spool);
    sj_key key = key_of(p, NULL);
    Sijill__V1__EndpointRow *row =
        sj_row_get(txn, SPOOL_ENDPOINT, &key, &sijill__v1__endpoint_row__descriptor);
    Sijill__V1__EndpointRow fresh;
    replay_list replays;
    sj_bytes packed;

    sijill__v1__endpoint_row__init(&fresh);
    if (row == NULL)
        row = &fresh;
    if (news != NULL) {
        packed = sj_pack(txn, &news->base);
        row->has_endpoint = true;
        row->endpoint = (ProtobufCBinaryData){ packed.size, (uint8_t *) (uintptr_t) packed.at };
    }
    row->has_failures = row->has_next_ms = row->has_last = row->has_last_log = true;
    row->failures = p->failures;
    row->next_ms = p->next_ms;
    row->last = p->last;
    row->last_log = p->last_log;
    list_replays(p, &replays);
    row->replay = replays.list;
    row->n_replay = replays.count;
    sj_row_put(txn, SPOOL_ENDPOINT, &key, &row->base);
}

static void
forget_queue(endpoints *e, const endpoint *p)
{
    sj_txn *txn = spool_write(e->spool);
    sj_key prefix = key_of(p, NULL);
    sj_scan scan;

    sj_scan_begin(&scan, txn, SPOOL_OUT, &prefix, NULL);
    for (;;) {
        size_t mark = sj_arena_mark(sj_txn_arena(txn)); /* a queue is longer than an arena */
        sj_key key;

        if (!sj_scan_next(&scan))
            break;
        key = scan.at;
        sj_delete(txn, SPOOL_OUT, &key);
        sj_arena_release(sj_txn_arena(txn), mark);
    }
}

endpoint *
endpoints_take(endpoints *e, uint64_t org, const Sijill__V1__Endpoint *news)
{
    endpoint *p = add(e, org, news);

    if (p == NULL)
        return NULL;
    p->failures = 0;
    p->next_ms = 0;
    p->giving_up = false;
    put_row(e, p, news);
    if (!p->enabled)
        forget_queue(e, p);
    return p;
}

bool
endpoint_wants(const endpoint *p, uint64_t org, uint32_t type)
{
    if (!p->enabled || p->org != org)
        return false;
    for (size_t i = 0; i < p->type_count; i++)
        if (p->types[i] == type)
            return true;
    return p->type_count == 0;
}

/* ---- the queue ----------------------------------------------------------------------------------
 */

void
endpoint_queue(endpoints *e, endpoint *p, const Sijill__V1__OutRow *row)
{
    sj_key key;

    p->last++;
    key = key_of(p, &p->last);
    sj_row_put(spool_write(e->spool), SPOOL_OUT, &key, &row->base);
    put_row(e, p, NULL);
}

void
endpoint_replayed(endpoints *e, endpoint *p, sijill_pos at, bool end)
{
    sijill_pos none = { 0 };

    p->replay[at.shard - 1] = end ? none : at;
    put_row(e, p, NULL);
}

bool
endpoint_head(endpoints *e, const endpoint *p, sj_arena *arena, uint64_t *number,
              Sijill__V1__OutRow **row)
{
    sj_txn *txn = spool_read(e->spool);
    sj_key prefix = key_of(p, NULL);
    ProtobufCAllocator allocator = sj_arena_allocator(arena);
    sj_scan scan;
    bool found;

    sj_scan_begin(&scan, txn, SPOOL_OUT, &prefix, NULL);
    found = sj_scan_next(&scan);
    if (found) {
        *number = sj_read_u64((const unsigned char *) scan.key.at + prefix.size);
        *row = sijill__v1__out_row__unpack(&allocator, scan.value.size, scan.value.at);
        found = *row != NULL;
    }
    spool_read_end(e->spool, txn);
    return found;
}

uint64_t
endpoint_waiting(endpoints *e, const endpoint *p)
{
    sj_txn *txn = spool_read(e->spool);
    sj_key prefix = key_of(p, NULL);
    uint64_t first = p->last + 1;
    sj_scan scan;

    sj_scan_begin(&scan, txn, SPOOL_OUT, &prefix, NULL);
    if (sj_scan_next(&scan))
        first = sj_read_u64((const unsigned char *) scan.key.at + prefix.size);
    spool_read_end(e->spool, txn);
    return p->last + 1 - first;
}

void
endpoint_tried(endpoints *e, endpoint *p, uint64_t number, bool told,
               const Sijill__V1__OutLogRow *log)
{
    sj_txn *txn = spool_write(e->spool);
    sj_key key = key_of(p, &number);
    uint64_t old;

    if (told)
        sj_delete(txn, SPOOL_OUT, &key);
    p->last_log++;
    key = key_of(p, &p->last_log);
    sj_row_put(txn, SPOOL_OUT_LOG, &key, &log->base);
    if (p->last_log > ENDPOINT_LOG_MAX) {
        old = p->last_log - ENDPOINT_LOG_MAX;
        key = key_of(p, &old);
        if (sj_exists(txn, SPOOL_OUT_LOG, &key))
            sj_delete(txn, SPOOL_OUT_LOG, &key);
    }
    put_row(e, p, NULL);
}

size_t
endpoint_log(endpoints *e, const endpoint *p, uint64_t before, sj_arena *arena, size_t max,
             uint64_t *numbers, Sijill__V1__OutLogRow **rows)
{
    sj_txn *txn = spool_read(e->spool);
    ProtobufCAllocator allocator = sj_arena_allocator(arena);
    uint64_t number = before == 0 || before > p->last_log ? p->last_log : before - 1;
    size_t count = 0;

    for (; number > 0 && count < max; number--) {
        sj_key key = key_of(p, &number);
        sj_bytes value;

        if (!sj_get(txn, SPOOL_OUT_LOG, &key, &value))
            break;
        rows[count] = sijill__v1__out_log_row__unpack(&allocator, value.size, value.at);
        if (rows[count] == NULL)
            break;
        numbers[count++] = number;
    }
    spool_read_end(e->spool, txn);
    return count;
}

/* ---- opening ------------------------------------------------------------------------------------
 */

static void
remember(endpoints *e, sj_txn *txn, sj_bytes key, sj_bytes value)
{
    Sijill__V1__EndpointRow *row = sj_unpack(txn, &sijill__v1__endpoint_row__descriptor, value);
    Sijill__V1__Endpoint *news =
        row == NULL ? NULL
                    : sj_unpack(txn, &sijill__v1__endpoint__descriptor,
                                (sj_bytes){ row->endpoint.data, row->endpoint.len });
    endpoint *p = news == NULL ? NULL : add(e, sj_read_u64(key.at), news);

    if (p == NULL)
        return;
    p->failures = row->failures;
    p->next_ms = row->next_ms;
    p->last = row->last;
    p->last_log = row->last_log;
    for (size_t i = 0; i < row->n_replay; i++)
        if (row->replay[i]->shard >= 1 && row->replay[i]->shard <= ADDRESS_SERVICES)
            p->replay[row->replay[i]->shard - 1] =
                (sijill_pos){ row->replay[i]->shard, row->replay[i]->epoch, row->replay[i]->seq };
}

endpoints *
endpoints_open(spool *s, const seal *key)
{
    endpoints *e = calloc(1, sizeof *e);
    sj_key all = sj_key_empty();
    sj_scan scan;
    sj_txn *txn;

    if (e == NULL)
        return NULL;
    e->spool = s;
    e->key = key;
    txn = spool_read(s);
    sj_scan_begin(&scan, txn, SPOOL_ENDPOINT, &all, NULL);
    for (;;) {
        size_t mark = sj_arena_mark(sj_txn_arena(txn)); /* there may be more than it holds */

        if (!sj_scan_next(&scan))
            break;
        remember(e, txn, scan.key, scan.value);
        sj_arena_release(sj_txn_arena(txn), mark);
    }
    spool_read_end(s, txn);
    return e;
}

void
endpoints_close(endpoints **e)
{
    if (*e == NULL)
        return;
    for (endpoint *p = (*e)->first, *next; p != NULL; p = next) {
        next = p->next;
        if (p->secret != NULL)
            sodium_free(p->secret);
        free(p);
    }
    free(*e);
    *e = NULL;
}
