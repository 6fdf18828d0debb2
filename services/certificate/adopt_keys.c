/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Learn who the issuer is and which keys the signer holds.
 *
 * A key once adopted is kept for ever, because certificates signed by it shall verify; the last one
 * given for a purpose signs from now on.  The issuer's address cannot change: what was issued names
 * it.
 */
#include "proto/credential/did_web.h"
#include "services/certificate/routes.h"
#include "services/certificate/rows.h"

#include <string.h>

static bool
same_key(const Sijill__V1__IssuerKey *a, const Sijill__V1__IssuerKey *b)
{
    return sj_bytes_equal(sj_data_bytes(a->public_key), sj_data_bytes(b->public_key));
}

static const char *
key_problem(const Sijill__V1__IssuerKey *key)
{
    if (key->purpose != PURPOSE_CERTIFICATE && key->purpose != PURPOSE_STATUS_LIST)
        return "a key's purpose is 1 (certificate) or 2 (status list)";
    if (!key->has_public_key || key->public_key.len != SJ_PUBLIC_KEY_BYTES)
        return "a public key has 32 octets";
    return NULL;
}

/* Whether this key, known or in the same command, serves another purpose. */
static bool
other_purpose(const Sijill__V1__IssuerKey *key, Sijill__V1__IssuerKey *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (same_key(key, keys[i]) && key->purpose != keys[i]->purpose)
            return true;
    return false;
}

/* The row's own entry of a key, added when it is new; NULL: it is new and there is no room. */
static Sijill__V1__IssuerKey *
entry_of(issuer_row *row, Sijill__V1__IssuerKey *key, bool *changed)
{
    for (size_t i = 0; i < row->n_key; i++)
        if (same_key(key, row->key[i]))
            return row->key[i];
    if (row->n_key == SJ_DID_KEYS_MAX)
        return NULL;
    *changed = true;
    row->key[row->n_key++] = key;
    return key;
}

static void
make_current(issuer_row *row, Sijill__V1__IssuerKey *key, bool *changed)
{
    for (size_t i = 0; i < row->n_key; i++)
        if (row->key[i]->purpose == key->purpose) {
            bool current = row->key[i] == key;

            *changed = *changed || current != (row->key[i]->current != 0);
            row->key[i]->has_current = true;
            row->key[i]->current = current;
        }
}

/* Merge what was given into a row whose list of keys has room for all.  False: there are too many
 * keys. */
static bool
merge(issuer_row *row, const Sijill__V1__AdoptKeys *in, uint64_t now_ms, bool *changed)
{
    for (size_t i = 0; i < in->n_key; i++) {
        size_t before = row->n_key;
        Sijill__V1__IssuerKey *key = entry_of(row, in->key[i], changed);

        if (key == NULL)
            return false;
        if (row->n_key > before) {
            key->has_adopted_ms = true;
            key->adopted_ms = now_ms;
            key->current = false;
        }
        make_current(row, key, changed);
    }
    return true;
}

static const char *
input_problem(const Sijill__V1__AdoptKeys *in, const issuer_row *known)
{
    const char *problem;

    for (size_t i = 0; i < in->n_key; i++) {
        problem = key_problem(in->key[i]);
        if (problem == NULL &&
            (other_purpose(in->key[i], in->key, in->n_key) ||
             (known != NULL && other_purpose(in->key[i], known->key, known->n_key))))
            problem = "two purposes never share a key";
        if (problem != NULL)
            return problem;
    }
    return NULL;
}

/* The row as it will be: what is known, with room for new keys. */
static bool
row_prepare(sj_txn *txn, issuer_row *row, const issuer_row *known, char *issuer)
{
    Sijill__V1__IssuerKey **keys = sj_arena_take(sj_txn_arena(txn), SJ_DID_KEYS_MAX * sizeof *keys);

    if (keys == NULL) {
        sj_txn_fail(txn, SJ_FAULT_ARENA, "the issuer's keys do not fit the arena");
        return false;
    }
    sijill__certificate__issuer_row__init(row);
    row->did = issuer;
    row->key = keys;
    if (known != NULL && known->n_key > 0) {
        memcpy(keys, known->key, known->n_key * sizeof *keys);
        row->n_key = known->n_key;
    }
    return true;
}

sj_status
adopt_keys(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__AdoptKeys *in = sj_decode(txn, cmd, &sijill__v1__adopt_keys__descriptor, reply);
    sj_key at = sj_key_org(cmd->org);
    const char *problem;
    issuer_row row;

    if (in == NULL)
        return reply->status;
    problem = in->issuer == NULL ? "name the issuer, did:web:HOST"
                                 : sj_did_web_check(sj_span_of(in->issuer));
    if (problem != NULL)
        return sj_refuse_field(txn, reply, "issuer", problem);

    issuer_row *known =
        sj_row_get(txn, TABLE_ISSUER, &at, &sijill__certificate__issuer_row__descriptor);
    bool changed = known == NULL;

    problem = input_problem(in, known);
    if (problem != NULL)
        return sj_refuse_field(txn, reply, "key", problem);
    if (known != NULL && strcmp(known->did, in->issuer) != 0)
        return sj_refuse(txn, reply, SJ_CONFLICT,
                         sj_words(txn, "this store issues as %s: start the signer with that issuer",
                                  known->did));
    if (!row_prepare(txn, &row, known, in->issuer))
        return SJ_INTERNAL;
    if (!merge(&row, in, cmd->now_ms, &changed))
        return sj_refuse(txn, reply, SJ_PRECONDITION, "an issuer has at most 64 keys");
    if (changed)
        sj_row_put(txn, TABLE_ISSUER, &at, &row.base);
    return sj_accept(txn, reply, NULL);
}
