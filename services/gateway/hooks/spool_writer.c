/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/hooks/spool_writer.h"

#include "services/gateway/hooks/spool_inside.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "storage/store.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
    ARENA_SIZE = 1024 * 1024,
    REST_NS = 2 * 1000 * 1000, /* without a batch: a checkpoint costs nobody anything */
    SAVE_US = 500 * 1000,      /* what was written is put off no longer */
    SAVE_SIZE = 24 << 20,      /* nor more of it: some 18,000 deliveries */
    SECOND_NS = 1000 * 1000 * 1000,
};

struct spool_writer {
    sj_store *store;
    sj_arena arena;
    int told;                /* eventfd */
    bool busy;               /* the loop's view */
    _Atomic bool is_written; /* says that `outcome` is: to look costs no lock */
    pthread_mutex_t lock;    /* of what follows */
    pthread_cond_t changed;
    pthread_t thread;
    bool is_open, ending, hurried; /* a checkpoint is waited for */
    _Atomic bool is_unsaved;
    const spool_batch *batch; /* NULL: written, or none yet */
    uint64_t first, now_ms;
    uint64_t unsaved_us; /* since when */
    spool_outcome outcome;
};

spool_outcome
spool_commit(sj_txn *txn, uint64_t last)
{
    uint8_t mark[8];

    sj_write_u64(mark, last);
    (void) sj_command_accept(txn, (sj_bytes){ mark, sizeof mark });
    if (sj_txn_fault(txn) != SJ_FAULT_NONE) {
        sj_log(SJ_LOG_ERROR, "spool.full", "words=\"%s\"", sj_txn_fault_words(txn));
        sj_write_abort(txn);
        return SPOOL_REFUSED;
    }
    return sj_write_commit(txn) ? SPOOL_DURABLE : SPOOL_UNKNOWN;
}

sj_txn *
spool_begin(sj_store *store, sj_arena *arena, uint64_t now_ms)
{
    sj_txn *txn = sj_write_begin(store, arena);
    sj_about about = { .org = 1, .now_ms = now_ms };

    if (about.now_ms < sj_log_time(txn))
        about.now_ms = sj_log_time(txn);
    randombytes_buf(about.id, sizeof about.id);
    sj_command_begin(txn, &about);
    return txn;
}

static spool_outcome
write_batch(spool_writer *w)
{
    sj_txn *txn = spool_begin(w->store, &w->arena, w->now_ms);
    spool_outcome outcome;

    spool_batch_write(w->batch, txn, w->first);
    outcome = spool_commit(txn, w->first + w->batch->count - 1);
    sj_arena_reset(&w->arena);
    return outcome;
}

static void
tell(spool_writer *w)
{
    uint64_t one = 1;

    (void) pthread_cond_broadcast(&w->changed);
    (void) !write(w->told, &one, sizeof one);
}

/* Begins and ends with the lock held, which is free meanwhile. */
static void
write_one(spool_writer *w)
{
    spool_outcome outcome;

    (void) pthread_mutex_unlock(&w->lock);
    outcome = write_batch(w);
    (void) pthread_mutex_lock(&w->lock);
    w->outcome = outcome;
    w->batch = NULL;
    if (!w->is_unsaved)
        w->unsaved_us = sj_monotonic_us();
    w->is_unsaved = sj_store_unsaved(w->store) > 0;
    w->is_written = true;
    tell(w);
}

static void
save(spool_writer *w)
{
    char words[SJ_WORDS_MAX];

    (void) pthread_mutex_unlock(&w->lock);
    if (!sj_store_checkpoint(w->store, words)) {
        sj_log(SJ_LOG_ERROR, "spool.checkpoint_failed", "words=\"%s\"", words);
        _exit(SPOOL_EXIT_UNKNOWN); /* the journal has it all for the next start */
    }
    (void) pthread_mutex_lock(&w->lock);
    w->is_unsaved = false;
    tell(w);
}

/* Until there is something to write, or to save.  Soon is when nobody has come for a moment. */
static void
rest(spool_writer *w)
{
    struct timespec until;

    if (!w->is_unsaved) {
        (void) pthread_cond_wait(&w->changed, &w->lock);
        return;
    }
    (void) clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += REST_NS;
    if (until.tv_nsec >= SECOND_NS) {
        until.tv_nsec -= SECOND_NS;
        until.tv_sec++;
    }
    if (pthread_cond_timedwait(&w->changed, &w->lock, &until) == ETIMEDOUT)
        w->hurried = true;
}

static void *
work(void *context)
{
    spool_writer *w = context;

    (void) pthread_mutex_lock(&w->lock);
    while (w->batch != NULL || w->is_unsaved || !w->ending) {
        bool overdue = w->is_unsaved && (sj_store_unsaved(w->store) > SAVE_SIZE ||
                                         sj_monotonic_us() - w->unsaved_us > SAVE_US);

        if (w->batch != NULL && !overdue)
            write_one(w);
        else if (overdue || (w->is_unsaved && (w->hurried || w->ending)))
            save(w);
        else
            rest(w);
        w->hurried = w->hurried && w->is_unsaved;
    }
    (void) pthread_mutex_unlock(&w->lock);
    return NULL;
}

int
spool_writer_fd(const spool_writer *w)
{
    return w->told;
}

bool
spool_writer_is_busy(const spool_writer *w)
{
    return w->busy;
}

void
spool_writer_begin(spool_writer *w, const spool_batch *batch, uint64_t first, uint64_t now_ms)
{
    (void) pthread_mutex_lock(&w->lock);
    w->batch = batch;
    w->first = first;
    w->now_ms = now_ms;
    w->busy = true;
    w->is_written = false;
    (void) pthread_cond_broadcast(&w->changed);
    (void) pthread_mutex_unlock(&w->lock);
}

void
spool_writer_heard(spool_writer *w)
{
    uint64_t count;

    (void) !read(w->told, &count, sizeof count);
}

void
spool_writer_wait(spool_writer *w)
{
    (void) pthread_mutex_lock(&w->lock);
    w->hurried = true;
    (void) pthread_cond_broadcast(&w->changed);
    while (w->batch != NULL || w->is_unsaved)
        (void) pthread_cond_wait(&w->changed, &w->lock);
    (void) pthread_mutex_unlock(&w->lock);
}

bool
spool_writer_is_read(const spool_writer *w)
{
    return !w->is_unsaved;
}

bool
spool_writer_end(spool_writer *w, spool_outcome *outcome)
{
    if (!w->busy || !w->is_written)
        return false;
    w->busy = false;
    *outcome = w->outcome;
    return true;
}

spool_writer *
spool_writer_open(sj_store *store)
{
    spool_writer *w = calloc(1, sizeof *w);
    pthread_condattr_t by_monotonic;

    if (w == NULL)
        return NULL;
    w->store = store;
    w->told = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    (void) pthread_mutex_init(&w->lock, NULL);
    (void) pthread_condattr_init(&by_monotonic);
    (void) pthread_condattr_setclock(&by_monotonic, CLOCK_MONOTONIC);
    (void) pthread_cond_init(&w->changed, &by_monotonic);
    (void) pthread_condattr_destroy(&by_monotonic);
    w->is_open = w->told >= 0 && sj_arena_open(&w->arena, ARENA_SIZE) &&
                 pthread_create(&w->thread, NULL, work, w) == 0;
    if (!w->is_open)
        spool_writer_close(&w);
    return w;
}

void
spool_writer_close(spool_writer **at)
{
    spool_writer *w = *at;

    *at = NULL;
    if (w == NULL)
        return;
    (void) pthread_mutex_lock(&w->lock);
    w->ending = true;
    (void) pthread_cond_broadcast(&w->changed);
    (void) pthread_mutex_unlock(&w->lock);
    if (w->is_open)
        (void) pthread_join(w->thread, NULL);
    if (w->told >= 0)
        (void) close(w->told);
    sj_arena_close(&w->arena);
    (void) pthread_mutex_destroy(&w->lock);
    (void) pthread_cond_destroy(&w->changed);
    free(w);
}
