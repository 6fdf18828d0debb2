/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/internal.h"

#include <stdio.h>
#include <string.h>

static ProtobufCBinaryData
data_of(uint8_t *at, size_t size)
{
    return (ProtobufCBinaryData){ size, at };
}

void
sj_meta_put(sj_txn *txn)
{
    Sijill__V1__StoreMeta row;
    sj_meta meta = txn->meta;
    unsigned char packed[1024];
    uint64_t epochs[SJ_PASTS_MAX], lasts[SJ_PASTS_MAX];
    sj_key key = sj_key_empty();

    sijill__v1__store_meta__init(&row);
    row.service = (char *) (uintptr_t) txn->store->schema.service;
    row.has_schema = row.has_store_id = row.has_secret = row.has_epoch = 1;
    row.has_seq = row.has_digest = row.has_log_ms = row.has_created_ms = row.has_outbox_first = 1;
    row.has_dead_letters = 1;
    row.schema = txn->store->schema.version;
    row.store_id = data_of(meta.store_id, sizeof meta.store_id);
    row.secret = data_of(meta.secret, sizeof meta.secret);
    row.digest = data_of(meta.digest, sizeof meta.digest);
    row.epoch = meta.epoch;
    row.seq = meta.seq;
    row.log_ms = meta.log_ms;
    row.created_ms = meta.created_ms;
    row.outbox_first = meta.outbox_first;
    row.dead_letters = meta.dead_letters;
    for (size_t i = 0; i < meta.past_count; i++) {
        epochs[i] = meta.pasts[i].epoch;
        lasts[i] = meta.pasts[i].last;
    }
    row.n_past_epoch = row.n_past_last = meta.past_count;
    row.past_epoch = epochs;
    row.past_last = lasts;

    sj_bytes value = { packed, sijill__v1__store_meta__pack(&row, packed) };

    sj_key_add_text(&key, "meta");
    sj_put(txn, SJ_TABLE_META, &key, value);
}

static bool
copy_id(ProtobufCBinaryData data, uint8_t id[SJ_ID_SIZE])
{
    if (data.len != SJ_ID_SIZE)
        return false;
    memcpy(id, data.data, SJ_ID_SIZE);
    return true;
}

static bool
read_row(const Sijill__V1__StoreMeta *row, const sj_schema *schema, sj_meta *meta,
         char words[SJ_WORDS_MAX])
{
    if (row->service == NULL || strcmp(row->service, schema->service) != 0) {
        (void) snprintf(words, SJ_WORDS_MAX,
                        "this is the store of '%s', not of '%s': give the right --home",
                        row->service == NULL ? "?" : row->service, schema->service);
        return false;
    }
    if (row->schema > schema->version) {
        (void) snprintf(words, SJ_WORDS_MAX,
                        "the store has schema %u, this program knows up to %u: run the newer "
                        "sijill that wrote it",
                        row->schema, schema->version);
        return false;
    }
    if (!copy_id(row->store_id, meta->store_id) || !copy_id(row->secret, meta->secret) ||
        !copy_id(row->digest, meta->digest)) {
        (void) snprintf(words, SJ_WORDS_MAX,
                        "the meta row is incomplete: restore the last backup of this store");
        return false;
    }
    meta->epoch = row->epoch;
    meta->seq = row->seq;
    meta->log_ms = row->log_ms;
    meta->created_ms = row->created_ms;
    meta->outbox_first = row->outbox_first;
    meta->dead_letters = row->dead_letters;
    for (size_t i = 0; i < row->n_past_epoch && i < row->n_past_last && i < SJ_PASTS_MAX; i++)
        meta->pasts[meta->past_count++] = (sj_past){ row->past_epoch[i], row->past_last[i] };
    return true;
}

bool
sj_meta_seal(const sj_store *store, MDB_txn *mdb, uint8_t seal[CHECKSUM_SIZE])
{
    sj_key key = sj_key_empty();
    MDB_val name, stored;

    sj_key_add_text(&key, "meta");
    name = (MDB_val){ key.size, key.at };
    if (mdb_get(mdb, store->dbis[SJ_TABLE_META], &name, &stored) != 0 || stored.mv_size < ROW_EXTRA)
        return false;
    memcpy(seal, (const uint8_t *) stored.mv_data + stored.mv_size - CHECKSUM_SIZE, CHECKSUM_SIZE);
    return true;
}

bool
sj_meta_get(sj_txn *txn, sj_meta *meta, char words[SJ_WORDS_MAX])
{
    Sijill__V1__StoreMeta *row;
    sj_key key = sj_key_empty();
    sj_bytes value;
    bool good;

    sj_key_add_text(&key, "meta");
    if (!sj_get(txn, SJ_TABLE_META, &key, &value)) {
        (void) snprintf(words, SJ_WORDS_MAX,
                        "no readable meta row (%s): this is no store of sijill, or it is damaged; "
                        "restore the last backup",
                        txn->fault == SJ_FAULT_NONE ? "there is none" : txn->words);
        return false;
    }
    row = sijill__v1__store_meta__unpack(NULL, value.size, value.at);
    if (row == NULL) {
        (void) snprintf(words, SJ_WORDS_MAX,
                        "the meta row does not parse: restore the last backup");
        return false;
    }
    good = read_row(row, &txn->store->schema, meta, words);
    sijill__v1__store_meta__free_unpacked(row, NULL);
    return good;
}
