/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * metrics: numbers for Prometheus, in its text format 0.0.4.  Whoever has numbers adds a function
 * that writes them; a family (a name, and all its samples) is written by one function, at once.
 *
 *     metrics_family(out, "sijill_webhooks_total", METRICS_COUNTER, "Deliveries by outcome.");
 *     metrics_sample(out, "", 17, (metrics_label[]){ { "platform", "zoom" }, { NULL, NULL } });
 *
 * No label ever holds what a stranger wrote: each value of a label is a series for ever.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { METRICS_WRITERS_MAX = 16 };

typedef enum metrics_type { METRICS_COUNTER, METRICS_GAUGE, METRICS_HISTOGRAM } metrics_type;

typedef struct metrics_label {
    const char *name, *value;
} metrics_label;

typedef struct metrics metrics;
typedef struct metrics_text metrics_text;
typedef void metrics_fn(void *context, metrics_text *out);

metrics *metrics_open(void);
void metrics_close(metrics **m);
void metrics_add(metrics *m, metrics_fn *write, void *context);

void metrics_family(metrics_text *out, const char *name, metrics_type type, const char *help);
/* Of the family begun last; `suffix` is "" but in histograms; labels end with name NULL, or NULL.
 */
void metrics_sample(metrics_text *out, const char *suffix, double value,
                    const metrics_label *labels);
/* A whole histogram: `bound` and `count` as Histogram of wire.proto, each bound times `unit`. */
typedef struct metrics_histogram {
    size_t bounds;
    const uint64_t *bound;
    const uint64_t *count; /* bounds + 1 of them, not summed up */
    uint64_t sum;
    double unit; /* of bounds and sum: 1e-6 for microseconds as seconds */
} metrics_histogram;
void metrics_buckets(metrics_text *out, const metrics_histogram *h, const metrics_label *labels);

/* All of it; release with free.  NULL: no memory. */
char *metrics_write(metrics *m, size_t *size);
