/* SPDX-License-Identifier: Apache-2.0 */
#include "services/core/access.h"

#include "services/core/key_rows.h"
#include "services/core/message.h"

#include <sodium.h>
#include <string.h>

enum { ROLES = SIJILL__V1__ACCESS__ROLE__GATEWAY + 1, VALUES = 32 /* bits of a guard's set */ };

/* One wording for all: which of its reasons it is would tell a stranger what he has. */
static const char bad_key[] = "this API key is not good: unknown, wrong, not yet or no longer "
                              "valid, or revoked; an OWNER can add another one";

static bool
key_good(const sj_command *cmd, const sj_key_row *row)
{
    static const uint8_t nothing[SJ_CREDENTIAL_SIZE];
    bool same = sodium_memcmp(row == NULL ? nothing : row->key->hash.data, cmd->credential,
                              SJ_CREDENTIAL_SIZE) == 0;

    if (row == NULL || !same || row->key->has_revoked_ms)
        return false;
    if (row->key->has_from_ms && cmd->now_ms < row->key->from_ms)
        return false;
    return !row->key->has_until_ms || cmd->now_ms < row->key->until_ms;
}

/* "OWNER or ORGANISER". */
static const char *
role_names(sj_txn *txn, uint32_t roles)
{
    const char *names = "";

    for (unsigned role = 0; role < ROLES; role++)
        if ((roles & 1u << role) != 0)
            names = sj_words(txn, "%s%s%s", names, names[0] == '\0' ? "" : " or ",
                             sj_role_name((Sijill__V1__Access__Role) role));
    return names;
}

static bool
refuse_role(sj_txn *txn, const sj_command *cmd, const sj_right *right, sj_reply *reply)
{
    uint32_t roles = right == NULL ? 0 : right->roles & SJ_ROLES_OF_KEYS;
    const char *name = sj_role_name(cmd->role);

    (void) sj_refuse(txn, reply, SJ_FORBIDDEN,
                     roles == 0 ? sj_words(txn, "the role %s may not do this, and no key may", name)
                                : sj_words(txn, "the role %s may not do this: it needs a key of %s",
                                           name, role_names(txn, roles)));
    return false;
}

static bool
in_scope(void *context, const void *value)
{
    const Sijill__V1__KeyChanged *key = context;
    const ProtobufCBinaryData *event = value;

    for (size_t i = 0; i < key->n_event_id; i++)
        if (event->len == SJ_ID_SIZE && key->event_id[i].len == SJ_ID_SIZE &&
            memcmp(event->data, key->event_id[i].data, SJ_ID_SIZE) == 0)
            return true;
    return false;
}

static bool
is_there(void *context, const void *value)
{
    (void) context;
    (void) value;
    return false;
}

static bool
refuse_scope(sj_txn *txn, sj_reply *reply, const char *field)
{
    (void) sj_refuse(txn, reply, SJ_FORBIDDEN,
                     "the role TRAINER may do this at the events of its key only: name one of "
                     "those, or ask an OWNER for a key of this event");
    reply->field = field;
    return false;
}

/* A trainer names his events, each one; what names none is of no event of his. */
static bool
scope_allows(sj_txn *txn, const sj_right *right, Sijill__V1__KeyChanged *key,
             const ProtobufCMessage *message, sj_place place, sj_reply *reply)
{
    if (!sj_place_each(place, message, in_scope, key))
        return refuse_scope(txn, reply, place.path);
    if (right->shown.message == NULL && sj_place_each(place, message, is_there, NULL))
        return refuse_scope(txn, reply, place.path);
    return true;
}

static bool
value_allowed(void *context, const void *value)
{
    const sj_guard *guard = context;
    int number;

    memcpy(&number, value, sizeof number);
    return number < 0 || number >= VALUES || (guard->values & 1u << number) == 0;
}

/* What a role may send, but not with every value. */
static bool
fields_allowed(sj_txn *txn, sj_command *cmd, sj_reply *reply)
{
    for (const sj_guard *guard = sj_guards; guard->type != 0; guard++) {
        sj_guard copy = *guard;
        ProtobufCMessage *in;

        if (guard->type != cmd->type || (guard->roles & 1u << cmd->role) == 0)
            continue;
        in = sj_decode_ahead(txn, cmd, guard->field.message, reply);
        if (in == NULL)
            return false;
        if (sj_place_each(guard->field, in, value_allowed, &copy))
            continue;
        (void) sj_refuse(
            txn, reply, SJ_FORBIDDEN,
            sj_words(txn, "the role %s may not: %s", sj_role_name(cmd->role), guard->words));
        reply->field = guard->field.path;
        return false;
    }
    return true;
}

/* A trainer's commands and most questions name their event themselves. */
static bool
body_allowed(sj_txn *txn, sj_command *cmd, const sj_right *right, const sj_key_row *row,
             sj_reply *reply)
{
    ProtobufCMessage *in;

    if (!fields_allowed(txn, cmd, reply))
        return false;
    if (cmd->role == SIJILL__V1__ACCESS__ROLE__TRAINER && right->event.message != NULL) {
        in = sj_decode_ahead(txn, cmd, right->event.message, reply);
        if (in == NULL || !scope_allows(txn, right, row->key, in, right->event, reply))
            return false;
    }
    return true;
}

/* Of one who asks for itself; NONE may nothing. */
static Sijill__V1__Access__Role
role_of_peer(sj_peer_kind peer)
{
    if (peer == SJ_PEER_OPERATOR)
        return SIJILL__V1__ACCESS__ROLE__OWNER;
    return peer == SJ_PEER_GATEWAY ? SIJILL__V1__ACCESS__ROLE__GATEWAY
                                   : SIJILL__V1__ACCESS__ROLE__NONE;
}

/* As what the request comes; false: *reply says that it may not come at all. */
static bool
find_role(sj_txn *txn, sj_command *cmd, sj_key_row **row, sj_reply *reply)
{
    if (!cmd->delegated) {
        cmd->role = role_of_peer(cmd->peer);
        return true;
    }
    if (!cmd->has_credential) {
        cmd->role = SIJILL__V1__ACCESS__ROLE__VERIFIER;
        return true;
    }
    *row = sj_key_row_get(txn, cmd->org, cmd->actor);
    if (key_good(cmd, *row)) {
        cmd->role = (*row)->key->role;
        return true;
    }
    (void) sj_refuse(txn, reply, SJ_UNAUTHENTICATED, bad_key);
    return false;
}

bool
sj_access_allow(sj_txn *txn, sj_command *cmd, sj_reply *reply)
{
    const sj_right *right = sj_right_of(cmd->type);
    sj_key_row *row = NULL;

    cmd->role = SIJILL__V1__ACCESS__ROLE__NONE;
    if (cmd->origin != SJ_FROM_PEER)
        return true;
    if (!find_role(txn, cmd, &row, reply))
        return false;
    if (!cmd->delegated && cmd->peer == SJ_PEER_OPERATOR)
        return true;
    if (right == NULL || (right->roles & 1u << cmd->role) == 0)
        return refuse_role(txn, cmd, right, reply);
    return body_allowed(txn, cmd, right, row, reply);
}

void
sj_access_allow_reply(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    const sj_right *right = sj_right_of(cmd->type);
    sj_key_row *row;
    ProtobufCMessage *out;

    if (cmd->role != SIJILL__V1__ACCESS__ROLE__TRAINER || right == NULL ||
        right->shown.message == NULL)
        return;
    row = sj_key_row_get(txn, cmd->org, cmd->actor);
    out = sj_unpack(txn, right->shown.message, reply->body);
    if (row == NULL || out == NULL)
        *reply = (sj_reply){ .status = SJ_INTERNAL };
    else if (!sj_place_each(right->shown, out, in_scope, row->key))
        (void) refuse_scope(txn, reply, NULL);
}
