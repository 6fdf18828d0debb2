/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/loop.h"

#include "services/runtime/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    EVENTS_A_TURN = 128,
    SLEEP_MAX_MS = 60000, /* a clock that jumps is noticed within a minute */
};

typedef struct watch {
    int fd; /* -1: free */
    uint32_t generation;
    loop_fn *ready;
    void *context;
} watch;

typedef struct turner {
    loop_fn *turn;
    void *context;
} turner;

struct loop {
    int epoll;
    bool again, stopping;
    uint64_t mono_ms, wall_ms;
    loop_timer *timers; /* the next one first */
    size_t watch_count, turner_count;
    turner turners[LOOP_TURNERS_MAX];
    watch watches[LOOP_WATCHES_MAX];
};

static void
look_at_clocks(loop *l)
{
    l->mono_ms = sj_monotonic_us() / 1000;
    l->wall_ms = sj_clock_ms();
}

loop *
loop_open(void)
{
    loop *l = calloc(1, sizeof(*l));

    if (l == NULL)
        return NULL;
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (l->epoll < 0) {
        free(l);
        return NULL;
    }
    look_at_clocks(l);
    return l;
}

void
loop_close(loop **l)
{
    if (*l == NULL)
        return;
    close((*l)->epoll);
    free(*l);
    *l = NULL;
}

static watch *
watch_find(loop *l, int fd)
{
    for (size_t i = 0; i < l->watch_count; i++)
        if (l->watches[i].fd == fd)
            return &l->watches[i];
    return NULL;
}

bool
loop_watch(loop *l, int fd, bool edge, loop_fn *ready, void *context)
{
    assert(fd >= 0 && watch_find(l, fd) == NULL);

    watch *w = watch_find(l, -1);

    if (w == NULL && l->watch_count == LOOP_WATCHES_MAX)
        return false;
    if (w == NULL)
        w = &l->watches[l->watch_count++];
    w->fd = fd;
    w->ready = ready;
    w->context = context;

    /* The generation tells an event of this watch from one that its place had before, in this very
     * turn. */
    struct epoll_event event = { .events = EPOLLIN | (edge ? (uint32_t) EPOLLET : 0) };

    event.data.u64 = (uint64_t) ++w->generation << 32 | (uint64_t) (w - l->watches);
    if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
        return true;
    w->fd = -1;
    return false;
}

void
loop_unwatch(loop *l, int fd)
{
    watch *w = watch_find(l, fd);

    if (w == NULL)
        return;
    (void) epoll_ctl(l->epoll, EPOLL_CTL_DEL, fd, NULL);
    w->fd = -1;
    w->generation++;
}

void
loop_at(loop *l, loop_timer *timer, uint64_t due_ms)
{
    loop_timer **at = &l->timers;

    if (timer->due_ms != 0) {
        while (*at != timer)
            at = &(*at)->next;
        *at = timer->next;
    }
    timer->due_ms = due_ms;
    if (due_ms == 0)
        return;
    if (due_ms <= l->mono_ms)
        timer->due_ms = due_ms = l->mono_ms + 1;
    at = &l->timers;
    while (*at != NULL && (*at)->due_ms <= due_ms)
        at = &(*at)->next;
    timer->next = *at;
    *at = timer;
}

void
loop_each_turn(loop *l, loop_fn *turn, void *context)
{
    assert(l->turner_count < LOOP_TURNERS_MAX);
    l->turners[l->turner_count++] = (turner){ turn, context };
}

void
loop_again(loop *l)
{
    l->again = true;
}

uint64_t
loop_mono_ms(const loop *l)
{
    return l->mono_ms;
}

uint64_t
loop_wall_ms(const loop *l)
{
    return l->wall_ms;
}

void
loop_stop(loop *l)
{
    l->stopping = true;
}

static int
sleep_ms(const loop *l)
{
    uint64_t now = sj_monotonic_us() / 1000;

    if (l->again)
        return 0;
    if (l->timers == NULL)
        return SLEEP_MAX_MS;
    if (l->timers->due_ms <= now)
        return 0;
    return l->timers->due_ms - now < SLEEP_MAX_MS ? (int) (l->timers->due_ms - now) : SLEEP_MAX_MS;
}

static void
let_timers_work(loop *l)
{
    /* A timer that sets itself again is due in the next turn at the soonest: this ends. */
    while (l->timers != NULL && l->timers->due_ms <= l->mono_ms) {
        loop_timer *timer = l->timers;

        loop_at(l, timer, 0);
        timer->due(timer->context);
    }
}

static void
turn(loop *l)
{
    struct epoll_event events[EVENTS_A_TURN];
    int count = epoll_wait(l->epoll, events, EVENTS_A_TURN, sleep_ms(l));

    l->again = false;
    look_at_clocks(l);
    let_timers_work(l);
    for (int i = 0; i < count; i++) {
        watch *w = &l->watches[events[i].data.u64 & UINT32_MAX];

        if (w->fd >= 0 && w->generation == events[i].data.u64 >> 32)
            w->ready(w->context);
    }
    for (size_t i = 0; i < l->turner_count; i++)
        l->turners[i].turn(l->turners[i].context);
}

void
loop_run(loop *l)
{
    l->stopping = false;
    while (!l->stopping)
        turn(l);
}
