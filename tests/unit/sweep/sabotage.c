/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sweep/sabotage.h"

#include "storage/arena.h"

#include <errno.h>
#include <lmdb.h>

/* What the linker makes of `--wrap=NAME`: calls of NAME come to __wrap_NAME, and __real_NAME is
 * it. */
int __real_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn);
int __real_mdb_txn_renew(MDB_txn *txn);
int __real_mdb_txn_commit(MDB_txn *txn);
int __real_mdb_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data);
int __real_mdb_cursor_open(MDB_txn *txn, MDB_dbi dbi, MDB_cursor **cursor);
int __real_mdb_cursor_get(MDB_cursor *cursor, MDB_val *key, MDB_val *data, MDB_cursor_op op);
int __real_mdb_cursor_put(MDB_cursor *cursor, MDB_val *key, MDB_val *data, unsigned flags);
void *__real_sj_arena_take(sj_arena *arena, size_t size);
sj_bytes __real_sj_arena_copy(sj_arena *arena, sj_bytes bytes);

int __wrap_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn);
int __wrap_mdb_txn_renew(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data);
int __wrap_mdb_cursor_open(MDB_txn *txn, MDB_dbi dbi, MDB_cursor **cursor);
int __wrap_mdb_cursor_get(MDB_cursor *cursor, MDB_val *key, MDB_val *data, MDB_cursor_op op);
int __wrap_mdb_cursor_put(MDB_cursor *cursor, MDB_val *key, MDB_val *data, unsigned flags);
void *__wrap_sj_arena_take(sj_arena *arena, size_t size);
sj_bytes __wrap_sj_arena_copy(sj_arena *arena, sj_bytes bytes);

static struct {
    sabotage_of kind;
    uint64_t left; /* calls until the one that fails */
    size_t peak;   /* of the arena, since the plan began */
    bool fired;
} plan;

void
sabotage_at(sabotage_of kind, uint64_t n)
{
    plan.kind = kind;
    plan.left = n;
    plan.peak = 0;
    plan.fired = false;
}

bool
sabotage_end(void)
{
    plan.kind = SABOTAGE_NOTHING;
    return plan.fired;
}

/* Whether this call is the one. */
static bool
fails(sabotage_of kind)
{
    if (plan.kind != kind || plan.fired || --plan.left > 0)
        return false;
    plan.fired = true;
    return true;
}

/* An arena is full where it would grow beyond what it ever held: memory that was given back is
 * there. */
static bool
fills(const sj_arena *arena, size_t size)
{
    if (plan.kind != SABOTAGE_MEMORY || arena->used + size <= plan.peak)
        return false;
    plan.peak = arena->used + size;
    return fails(SABOTAGE_MEMORY);
}

int
__wrap_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn)
{
    return fails(SABOTAGE_STORAGE) ? EIO : __real_mdb_txn_begin(env, parent, flags, txn);
}

int
__wrap_mdb_txn_renew(MDB_txn *txn)
{
    return fails(SABOTAGE_STORAGE) ? EIO : __real_mdb_txn_renew(txn);
}

/* As LMDB does when a write fails: the transaction is gone. */
int
__wrap_mdb_txn_commit(MDB_txn *txn)
{
    if (!fails(SABOTAGE_STORAGE))
        return __real_mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return EIO;
}

int
__wrap_mdb_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data)
{
    return fails(SABOTAGE_STORAGE) ? EIO : __real_mdb_del(txn, dbi, key, data);
}

int
__wrap_mdb_cursor_open(MDB_txn *txn, MDB_dbi dbi, MDB_cursor **cursor)
{
    return fails(SABOTAGE_STORAGE) ? EIO : __real_mdb_cursor_open(txn, dbi, cursor);
}

int
__wrap_mdb_cursor_get(MDB_cursor *cursor, MDB_val *key, MDB_val *data, MDB_cursor_op op)
{
    return fails(SABOTAGE_STORAGE) ? EIO : __real_mdb_cursor_get(cursor, key, data, op);
}

int
__wrap_mdb_cursor_put(MDB_cursor *cursor, MDB_val *key, MDB_val *data, unsigned flags)
{
    return fails(SABOTAGE_STORAGE) ? EIO : __real_mdb_cursor_put(cursor, key, data, flags);
}

void *
__wrap_sj_arena_take(sj_arena *arena, size_t size)
{
    if (!fills(arena, size))
        return __real_sj_arena_take(arena, size);
    arena->full = true;
    return NULL;
}

sj_bytes
__wrap_sj_arena_copy(sj_arena *arena, sj_bytes bytes)
{
    if (!fills(arena, bytes.size))
        return __real_sj_arena_copy(arena, bytes);
    arena->full = true;
    return (sj_bytes){ NULL, 0 };
}
