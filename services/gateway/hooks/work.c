/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/hooks/work.h"

#include "services/gateway/hooks/job.h"
#include "services/runtime/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIST_HELD = 175,
    PAGE = 20,
    JOB_ARENA_LEAST = 128 * 1024,
    JOB_ARENA_SHARE = 16, /* octets of memory for each of a delivery */
    SWEEP_FIRST_MS = 2000,
};

/* ---- jobs --------------------------------------------------------------------------------------
 */

static job *
job_new(work *w, job_kind kind)
{
    job *j = w->free;
    sj_arena arena = { 0 };

    if (j != NULL) {
        w->free = j->next;
        arena = j->arena;
    } else if (w->jobs >= WORK_JOBS_MAX || (j = malloc(sizeof *j)) == NULL) {
        return NULL;
    } else if (!sj_arena_open(&arena,
                              JOB_ARENA_LEAST + JOB_ARENA_SHARE * (size_t) PLATFORM_BODY_MAX)) {
        free(j);
        return NULL;
    }
    sj_arena_reset(&arena);
    memset(j, 0, sizeof *j);
    j->owner = w;
    j->kind = kind;
    j->arena = arena;
    j->older = w->youngest;
    if (j->older != NULL)
        j->older->younger = j;
    w->youngest = j;
    w->jobs++;
    return j;
}

static void
job_free(job *j)
{
    work *w = j->owner;

    loop_at(w->parts.loop, &j->timer, 0);
    sijill_free(j->held);
    free(j->held_platform);
    free(j->held_external_id);
    sj_arena_reset(&j->arena);
    j->held = NULL;
    if (j->younger == NULL)
        w->youngest = j->older;
    else
        j->younger->older = j->older;
    if (j->older != NULL)
        j->older->younger = j->younger;
    j->next = w->free;
    w->free = j;
    w->jobs--;
}

static void
go_on(work *w)
{
    w->awake = true;
    loop_again(w->parts.loop);
}

void
job_end(job *j)
{
    work *w = j->owner;

    if (j->kind == JOB_DELIVERY)
        spool_done(w->parts.spool, j->number);
    job_free(j);
    if (w->full)
        go_on(w);
    w->full = false;
}

/* One dead service or platform must not keep every place: what others sent goes on beside it. */
bool
job_aside(job *j)
{
    work *w = j->owner;

    if (j->kind != JOB_DELIVERY || !w->full)
        return false;
    w->aside = true;
    job_free(j);
    w->full = false;
    go_on(w);
    return true;
}

static bool
at_work(const work *w, uint64_t number)
{
    const job *j = w->youngest;

    while (j != NULL && (j->kind != JOB_DELIVERY || j->number != number))
        j = j->older;
    return j != NULL;
}

/* ---- deliveries --------------------------------------------------------------------------------
 */

void
job_read(job *j)
{
    const Sijill__V1__DeliveryRow *row = j->row;
    platform_header header[PLATFORM_HEADERS_MAX];
    const hook *h = registry_find(j->owner->parts.registry, j->org, j->hook_id);
    platform_delivery in = { .query = j->query,
                             .header = header,
                             .body = j->body,
                             .skip = j->skipped,
                             .now_ms = row->received_ms };

    hook_describe(h, &in);
    for (size_t i = 0; i + 1 < row->n_header && in.header_count < PLATFORM_HEADERS_MAX; i += 2)
        header[in.header_count++] = (platform_header){ row->header[i], row->header[i + 1] };
    if (j->read_mark == 0)
        j->read_mark = sj_arena_mark(&j->arena);
    else /* what was read before is done with */
        sj_arena_release(&j->arena, j->read_mark);
    j->at = j->fetched_mark = 0;
    j->platform->read(&j->arena, &in, &j->items);
}

/* All had their turn: those set aside are next. */
static void
go_back_later(work *w)
{
    w->at_end = true;
    if (w->aside && w->aside_timer.due_ms == 0)
        loop_at(w->parts.loop, &w->aside_timer, loop_mono_ms(w->parts.loop) + WORK_ASIDE_MS);
}

/* Go on behind `taken`, or, at the end of what is there, from the beginning. */
static void
aside_due(void *context)
{
    work *w = context;

    if (w->at_end && w->aside) {
        w->aside = w->at_end = false;
        w->taken = 0;
    }
    go_on(w);
}

static bool
take_delivery(work *w)
{
    job *j = job_new(w, JOB_DELIVERY);
    Sijill__V1__DeliveryRow *row;
    uint64_t number;
    const hook *h;

    w->full = j == NULL;
    if (w->full) {
        w->at_end = false;
        return false;
    }
    while (spool_next(w->parts.spool, w->taken, &j->arena, &number, &row, &j->body)) {
        w->taken = number;
        if (number > w->furthest || !at_work(w, number)) {
            j->number = number;
            w->furthest = number > w->furthest ? number : w->furthest;
            w->at_end = false;
            break;
        }
        sj_arena_reset(&j->arena);
    }
    if (j->number == 0) {
        job_free(j);
        go_back_later(w);
        return false;
    }
    j->row = row;
    j->org = row->org;
    j->received_ms = row->received_ms;
    j->query = row->query == NULL ? "" : row->query;
    j->from = row->from;
    if (row->hook_id.len == SJ_ID_SIZE)
        memcpy(j->hook_id, row->hook_id.data, SJ_ID_SIZE);
    j->has_trace = row->trace.len == sizeof j->trace;
    if (j->has_trace)
        memcpy(j->trace, row->trace.data, sizeof j->trace);
    h = registry_find(w->parts.registry, j->org, j->hook_id);
    j->platform = h == NULL ? NULL : h->platform;
    if (j->platform == NULL) {
        sj_log(SJ_LOG_ERROR, "delivery.no_hook", "delivery=%llu", (unsigned long long) j->number);
        w->counts.dropped++;
        job_end(j);
        return true;
    }
    job_read(j);
    job_step(j);
    return true;
}

static void
note_news(work *w)
{
    uint64_t now_ms = loop_mono_ms(w->parts.loop);

    if (w->news_ms == 0)
        w->rush_ms = now_ms;
    w->news_ms = now_ms;
    loop_at(w->parts.loop, &w->rest_timer, now_ms + WORK_REST_MS);
}

void
work_wake(work *w)
{
    note_news(w);
    w->awake = true;
}

static void
deliveries_readable(void *context)
{
    work_wake(context);
}

/* In a rush the cores and the disk are for those who wait for an answer: the work begins when
 * nobody does, or when the first has waited long enough. */
static bool
is_rush(work *w)
{
    uint64_t now_ms = loop_mono_ms(w->parts.loop);

    if (spool_is_writing(w->parts.spool))
        note_news(w);
    return w->news_ms != 0 && now_ms < w->news_ms + WORK_REST_MS &&
           now_ms < w->rush_ms + WORK_RUSH_MS;
}

void
work_turn(void *context)
{
    work *w = context;

    if (!w->awake || is_rush(w))
        return;
    for (size_t i = 0; i < WORK_A_TURN && w->awake; i++)
        w->awake = take_delivery(w);
    if (w->awake)
        loop_again(w->parts.loop);
    else if (w->at_end)
        w->news_ms = 0;
}

/* ---- held pushes -------------------------------------------------------------------------------
 */

static void
page_came(void *context, const sijill_reply *reply)
{
    job *j = context;

    if (reply->code != SIJILL__V1__CODE__OK) {
        job_end(j); /* the next sweep looks again */
        return;
    }
    sijill_free(j->held);
    j->held = sijill_unpack(reply, &sijill__v1__held_list__descriptor);
    j->held_at = 0;
    j->has_after = j->held != NULL && j->held->has_next && j->held->next.len == SJ_ID_SIZE;
    if (j->has_after)
        memcpy(j->after, j->held->next.data, SJ_ID_SIZE);
    sj_arena_reset(&j->arena);
    job_step(j);
}

static void
ask_page(job *j)
{
    Sijill__V1__ListHeld message;
    sijill_request request = { .type = LIST_HELD,
                               .body = &message.base,
                               .deadline_ms = WORK_DEADLINE_MS };

    sijill__v1__list_held__init(&message);
    message.platform = j->held_platform;
    message.external_id = j->held_external_id;
    message.has_limit = true;
    message.limit = PAGE;
    message.has_after = j->has_after;
    message.after = (ProtobufCBinaryData){ SJ_ID_SIZE, j->after };
    if (!backend_ask(j->owner->parts.backend, BACKEND_REGISTRATION, j->org, &request, page_came, j))
        job_end(j);
}

void
job_page(job *j)
{
    if (j->has_after)
        ask_page(j);
    else
        job_end(j);
}

static void
set_free(work *w, uint64_t org, const char *platform_name, const char *external_id)
{
    job *j = job_new(w, JOB_HELD);

    if (j == NULL)
        return; /* the next sweep */
    j->org = org;
    j->held_platform = platform_name == NULL ? NULL : strdup(platform_name);
    j->held_external_id = external_id == NULL ? NULL : strdup(external_id);
    ask_page(j);
}

void
work_linked(work *w, uint64_t org, const Sijill__V1__Link *link)
{
    links_forget(w->links);
    if (!link->removed && link->platform != NULL && link->external_id != NULL)
        set_free(w, org, link->platform, link->external_id);
}

static void
sweep_org(void *context, uint64_t org)
{
    const work *w = context;
    const job *j = w->youngest;

    while (j != NULL && (j->kind != JOB_HELD || j->org != org || j->held_external_id != NULL))
        j = j->older;
    if (j == NULL) /* else the last sweep is still at it */
        set_free(context, org, NULL, NULL);
}

static void
sweep(void *context)
{
    work *w = context;

    registry_each_org(w->parts.registry, sweep_org, w);
    loop_at(w->parts.loop, &w->sweep, loop_mono_ms(w->parts.loop) + WORK_SWEEP_MS);
}

void
work_sweep_soon(work *w)
{
    uint64_t soon_ms = loop_mono_ms(w->parts.loop) + SWEEP_FIRST_MS;

    if (w->sweep.due_ms == 0 || w->sweep.due_ms > soon_ms)
        loop_at(w->parts.loop, &w->sweep, soon_ms);
}

void
work_forget_links(work *w)
{
    links_forget(w->links);
    work_sweep_soon(w);
}

/* ---- opening -----------------------------------------------------------------------------------
 */

void
work_count(const work *w, work_counts *counts)
{
    *counts = w->counts;
    counts->jobs = w->jobs;
}

work *
work_open(const work_parts *parts)
{
    work *w = calloc(1, sizeof *w);

    if (w == NULL)
        return NULL;
    w->parts = *parts;
    w->links = links_open();
    if (w->links == NULL) {
        free(w);
        return NULL;
    }
    spool_on_readable(parts->spool, deliveries_readable, w);
    w->rest_timer = (loop_timer){ .due = work_turn, .context = w };
    w->aside_timer = (loop_timer){ .due = aside_due, .context = w };
    w->sweep = (loop_timer){ .due = sweep, .context = w };
    loop_at(parts->loop, &w->sweep, loop_mono_ms(parts->loop) + SWEEP_FIRST_MS);
    return w;
}

void
work_close(work **w)
{
    if (*w == NULL)
        return;
    spool_on_readable((*w)->parts.spool, NULL, NULL);
    loop_at((*w)->parts.loop, &(*w)->sweep, 0);
    loop_at((*w)->parts.loop, &(*w)->aside_timer, 0);
    loop_at((*w)->parts.loop, &(*w)->rest_timer, 0);
    while ((*w)->youngest != NULL)
        job_free((*w)->youngest);
    for (job *j = (*w)->free, *next; j != NULL; j = next) {
        next = j->next;
        sj_arena_close(&j->arena);
        free(j);
    }
    links_close(&(*w)->links);
    free(*w);
    *w = NULL;
}
