/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * loop: the gateway's one thread.  It sleeps in epoll until a descriptor or a time has something to
 * do, lets each of them work, and ends each turn with what wants to be done once a turn: a batch
 * that was gathered is committed there, so what waits is done together and nothing waits for more.
 */
#include <stdbool.h>
#include <stdint.h>

typedef struct loop loop;
typedef void loop_fn(void *context);

enum { LOOP_WATCHES_MAX = 1024, LOOP_TURNERS_MAX = 16 };

loop *loop_open(void); /* NULL: out of memory or descriptors */
void loop_close(loop **l);

/* Call `ready` when fd can be read (or has hung up).  `edge`: only when something new came, as
 * ZeroMQ's descriptors want it.  A descriptor is watched once.  False: too many. */
bool loop_watch(loop *l, int fd, bool edge, loop_fn *ready, void *context);
void loop_unwatch(loop *l, int fd);

/* A time of day by the monotonic clock; belongs to its owner, who keeps it where it is. */
typedef struct loop_timer {
    uint64_t due_ms; /* 0: off */
    loop_fn *due;
    void *context;
    struct loop_timer *next;
} loop_timer;
void loop_at(loop *l, loop_timer *timer, uint64_t due_ms); /* again: moves it; 0 turns it off */

/* Called at the end of each turn, in the order of adding. */
void loop_each_turn(loop *l, loop_fn *turn, void *context);
/* The next turn is not to sleep: somebody left work for it. */
void loop_again(loop *l);

/* Milliseconds of the monotonic clock and of the wall clock, read once a turn. */
uint64_t loop_mono_ms(const loop *l);
uint64_t loop_wall_ms(const loop *l);

/* Run until loop_stop. */
void loop_run(loop *l);
void loop_stop(loop *l);
