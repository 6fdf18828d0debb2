/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A human says whose an identity is.
 *
 * What is said belongs to the identity's strongest key, so it holds for evidence that is still to
 * come.  Nothing moves: the link is looked up with every verdict, and saying it anew of another
 * registration corrects it.
 */
#include "services/attendance/assess.h"
#include "services/attendance/connection.h"
#include "services/attendance/handlers.h"
#include "services/attendance/limits.h"

#include <string.h>

/* Whether an identity that carries the key follows the link: no stronger key of it has an owner.
 * *was: it did before. */
static bool
follows(const attendance_scope *scope, const Sijill__V1__AttendanceBucketRow *bucket,
        const uint8_t key[SJ_ID_SIZE], const uint8_t registration[SJ_ID_SIZE], bool *was)
{
    uint8_t owner[SJ_ID_SIZE];
    size_t by = 0;

    *was = attendance_owner(scope, bucket, owner) && memcmp(owner, registration, SJ_ID_SIZE) == 0;
    if (!attendance_owner_by_names(scope, bucket, owner, &by))
        return true;
    for (size_t i = 0; i < bucket->n_key && i <= by; i++)
        if (memcmp(bucket->key[i].data, key, SJ_ID_SIZE) == 0)
            return true;
    return false;
}

static uint32_t
count_found(const attendance_scope *scope, const uint8_t key[SJ_ID_SIZE],
            const uint8_t registration[SJ_ID_SIZE])
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    sj_key prefix = attendance_key_id(scope, key);
    size_t mark = sj_arena_mark(arena);
    uint32_t found = 0;
    size_t looked = 0;
    sj_scan scan;

    sj_scan_begin(&scan, scope->txn, ATTENDANCE_IDENTITY, &prefix, NULL);
    while (looked++ < ATTENDANCE_NAMESAKES_MAX && sj_scan_next(&scan)) {
        attendance_subject subject = { .kind = ATTENDANCE_OF_IDENTITY };
        const Sijill__V1__AttendanceBucketRow *bucket;
        bool was;

        memcpy(subject.id, attendance_key_part(scan.key, 1), SJ_ID_SIZE);
        bucket = attendance_bucket_get(scope, &subject);
        if (bucket != NULL && follows(scope, bucket, key, registration, &was) && !was)
            found += bucket->count;
        sj_arena_release(arena, mark);
    }
    sj_arena_release(arena, mark);
    return found;
}

static bool
links_full(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE])
{
    sj_key prefix = attendance_key_linked(scope, registration);
    size_t count = 0;
    sj_scan scan;

    sj_scan_begin(&scan, scope->txn, ATTENDANCE_LINK, &prefix, NULL);
    while (count < ATTENDANCE_LINKS_MAX && sj_scan_next(&scan))
        count++;
    return count == ATTENDANCE_LINKS_MAX;
}

static sj_key
reverse_key(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE],
            const uint8_t key[SJ_ID_SIZE])
{
    sj_key row = attendance_key_linked(scope, registration);

    sj_key_add_id(&row, key);
    return row;
}

static void
put_link(const attendance_scope *scope, const uint8_t key[SJ_ID_SIZE],
         const uint8_t registration[SJ_ID_SIZE], const uint8_t *old)
{
    sj_key link = attendance_key_link(scope, key);
    sj_key reverse = reverse_key(scope, registration, key);

    if (old != NULL) {
        sj_key before = reverse_key(scope, old, key);

        sj_delete(scope->txn, ATTENDANCE_LINK, &before);
    }
    sj_put(scope->txn, ATTENDANCE_LINK, &link, (sj_bytes){ registration, SJ_ID_SIZE });
    attendance_put_bare(scope, ATTENDANCE_LINK, &reverse);
}

static sj_status
answer(sj_txn *txn, sj_reply *reply, uint32_t evidence)
{
    Sijill__V1__Matched out;

    sijill__v1__matched__init(&out);
    out.has_evidence = 1;
    out.evidence = evidence;
    return sj_accept(txn, reply, &out.base);
}

static sj_status
link_key(const attendance_scope *scope, const sj_command *cmd, const uint8_t key[SJ_ID_SIZE],
         const uint8_t registration[SJ_ID_SIZE], sj_reply *reply)
{
    attendance_affected affected = { .count = 0 };
    uint8_t old[SJ_ID_SIZE];
    bool linked = attendance_link_get(scope, key, old);
    uint32_t found;

    if (linked && memcmp(old, registration, SJ_ID_SIZE) == 0)
        return answer(scope->txn, reply, 0);
    if (links_full(scope, registration))
        return sj_refuse(scope->txn, reply, SJ_TOO_LARGE,
                         "64 identities are matched to this registration already: look whether "
                         "they are one person");
    found = count_found(scope, key, registration);
    attendance_affect_key(&affected, scope, key, cmd->now_ms);
    put_link(scope, key, registration, linked ? old : NULL);
    attendance_affect_key(&affected, scope, key, cmd->now_ms);
    attendance_settle_affected(&affected, cmd->now_ms);
    return answer(scope->txn, reply, found);
}

sj_status
attendance_match_presence(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__MatchPresence *in =
        sj_decode(txn, cmd, &sijill__v1__match_presence__descriptor, reply);
    attendance_names names;
    attendance_scope scope;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_event_id, in->event_id))
        return sj_refuse_field(txn, reply, "event_id", "name the event by its id of 16 octets");
    if (!sj_is_id(in->has_registration_id, in->registration_id))
        return sj_refuse_field(txn, reply, "registration_id",
                               "name the registration by its id of 16 octets");
    if (in->identity == NULL || !attendance_names_of(txn, in->identity, NULL, &names))
        return sj_refuse_field(txn, reply, "identity",
                               "an identity needs a registrant_id, an e-mail or a display name");
    scope = attendance_scope_of(txn, cmd->org, in->event_id);
    if (attendance_event_get(&scope) == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND,
                         "no such event here; if it was defined just now, ask again with min_pos "
                         "of registration's answer");
    if (attendance_registration_get(&scope, in->registration_id.data) == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "no such registration at this event");
    return link_key(&scope, cmd, names.key[0], in->registration_id.data, reply);
}
