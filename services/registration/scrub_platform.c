/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/scrub_platform.h"

#include "services/core/identity.h"
#include "services/registration/endpoints.h"
#include "services/registration/held.h"
#include "services/registration/hooks.h"
#include "services/registration/links.h"

#include <string.h>

typedef struct scrubbing {
    sj_txn *txn;
    sj_scrub_found *found;
    void *context;
} scrubbing;

static void
report(const scrubbing *s, const char *what, const uint8_t *id, const char *words)
{
    s->found(s->context, sj_words(s->txn, "%s %s: %s", what, sj_hex(s->txn, id), words));
}

typedef void check_row(const scrubbing *s, uint64_t org, const uint8_t *rest, sj_bytes value);

/* Every row of a table whose keys begin with the organisation and go on for `rest` octets. */
static void
scan_table(const scrubbing *s, unsigned table, const char *name, size_t rest, check_row *check)
{
    sj_arena *arena = sj_txn_arena(s->txn);
    size_t mark = sj_arena_mark(arena);
    sj_key all = sj_key_empty();
    sj_scan scan;

    for (sj_scan_begin(&scan, s->txn, table, &all, NULL); sj_scan_next(&scan);) {
        const uint8_t *at = scan.key.at;

        if (scan.key.size == KEY_EVENT_AT + rest)
            check(s, sj_read_u64(at), at + KEY_EVENT_AT, scan.value);
        else
            s->found(s->context, sj_words(s->txn, "table %s: a key of a wrong size", name));
        sj_arena_release(arena, mark);
    }
}

static bool
is_id(bool has, ProtobufCBinaryData data, const uint8_t *id)
{
    return sj_is_id(has, data) && memcmp(data.data, id, SJ_ID_SIZE) == 0;
}

static void
check_hook(const scrubbing *s, uint64_t org, const uint8_t *id, sj_bytes value)
{
    const hook_row *hook = sj_unpack(s->txn, &sijill__v1__hook__descriptor, value);

    (void) org;
    if (hook == NULL)
        return;
    if (!is_id(hook->has_id, hook->id, id))
        report(s, "hook", id, "stands under another id than its own");
    if (hook->removed ? hook->n_sealed_secret != 0
                      : hook->n_sealed_secret == 0 || hook->n_sealed_secret > HOOK_SECRETS_MAX)
        report(s, "hook", id, "has a wrong number of secrets");
}

static void
check_endpoint(const scrubbing *s, uint64_t org, const uint8_t *id, sj_bytes value)
{
    const endpoint_row *row = sj_unpack(s->txn, &sijill__v1__endpoint__descriptor, value);

    (void) org;
    if (row == NULL)
        return;
    if (!is_id(row->has_id, row->id, id))
        report(s, "endpoint", id, "stands under another id than its own");
    if (row->removed == row->has_sealed_secret)
        report(s, "endpoint", id, "is removed and has a secret, or neither");
}

static void
check_link(const scrubbing *s, uint64_t org, const uint8_t *hash, sj_bytes value)
{
    const link_row *row = sj_unpack(s->txn, &sijill__v1__link__descriptor, value);
    uint8_t own[HASH_SIZE];

    if (row == NULL)
        return;
    if (row->platform == NULL || row->external_id == NULL ||
        !sj_is_id(row->has_event_id, row->event_id)) {
        report(s, "link", hash, "does not say what it links");
        return;
    }

    sj_key event = key_event(org, row->event_id.data);

    webinar_hash(s->txn, row->platform, row->external_id, own);
    if (memcmp(own, hash, HASH_SIZE) != 0)
        report(s, "link", hash, "is not found by what it links");
    if (!sj_exists(s->txn, TABLE_EVENT, &event))
        report(s, "link", hash, "leads to no event");
}

/* Both indexes have this push. */
static void
check_held(const scrubbing *s, uint64_t org, const uint8_t *rest, sj_bytes value)
{
    const held_row *row = sj_unpack(s->txn, &sijill__v1__hold_push__descriptor, value);
    uint64_t number = sj_read_u64(rest);
    sj_bytes found;
    sj_key key;

    if (row == NULL)
        return;
    if (!sj_is_id(row->has_id, row->id)) {
        s->found(s->context,
                 sj_words(s->txn, "held push %llu: has no id", (unsigned long long) number));
        return;
    }
    key = key_in_org(org, row->id.data);
    if (!sj_get(s->txn, TABLE_HELD_ID, &key, &found) || found.size != sizeof number ||
        sj_read_u64(found.at) != number)
        report(s, "held push", row->id.data, "its id does not lead to it");
    if (held_webinar_key(s->txn, org, number, row, &key) &&
        (!sj_get(s->txn, TABLE_HELD_OF, &key, &found) || found.size != 1 ||
         *(const uint8_t *) found.at != (uint8_t) row->why))
        report(s, "held push", row->id.data, "its webinar does not lead to it");
}

static held_row *
held_by_number(const scrubbing *s, uint64_t org, uint64_t number)
{
    sj_key key = key_held(org, number);

    return sj_row_get(s->txn, TABLE_HELD, &key, &sijill__v1__hold_push__descriptor);
}

static void
check_held_id(const scrubbing *s, uint64_t org, const uint8_t *id, sj_bytes value)
{
    const held_row *row = value.size == 8 ? held_by_number(s, org, sj_read_u64(value.at)) : NULL;

    if (row == NULL || !is_id(row->has_id, row->id, id))
        report(s, "held push", id, "its id leads astray");
}

static void
check_held_of(const scrubbing *s, uint64_t org, const uint8_t *rest, sj_bytes value)
{
    uint64_t number = sj_read_u64(rest + HASH_SIZE);
    const held_row *row = held_by_number(s, org, number);
    sj_key key;

    (void) value;
    if (row == NULL || !held_webinar_key(s->txn, org, number, row, &key) ||
        memcmp(key.at + KEY_EVENT_AT, rest, HASH_SIZE) != 0)
        report(s, "webinar", rest, "leads to a push that is not held for it");
}

void
platform_scrub(sj_txn *txn, sj_scrub_found *found, void *context)
{
    const scrubbing s = { txn, found, context };

    scan_table(&s, TABLE_HOOK, "hook", SJ_ID_SIZE, check_hook);
    scan_table(&s, TABLE_LINK, "link", HASH_SIZE, check_link);
    scan_table(&s, TABLE_HELD, "held", sizeof(uint64_t), check_held);
    scan_table(&s, TABLE_HELD_ID, "held_id", SJ_ID_SIZE, check_held_id);
    scan_table(&s, TABLE_HELD_OF, "held_of", HASH_SIZE + sizeof(uint64_t), check_held_of);
    scan_table(&s, TABLE_ENDPOINT, "endpoint", SJ_ID_SIZE, check_endpoint);
}
