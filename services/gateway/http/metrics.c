/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/metrics.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_FIRST = 16 * 1024, NAME_MAX_SIZE = 96, LABELS_MAX = 8, NUMBER_SIZE = 40 };

typedef struct writer {
    metrics_fn *write;
    void *context;
} writer;

struct metrics {
    size_t count;
    writer writers[METRICS_WRITERS_MAX];
};

struct metrics_text {
    char *at; /* NULL: there was no memory, and there is no text */
    size_t used, room;
    char family[NAME_MAX_SIZE];
};

metrics *
metrics_open(void)
{
    return calloc(1, sizeof(metrics));
}

void
metrics_close(metrics **m)
{
    free(*m);
    *m = NULL;
}

void
metrics_add(metrics *m, metrics_fn *write, void *context)
{
    assert(m->count < METRICS_WRITERS_MAX);
    m->writers[m->count++] = (writer){ write, context };
}

static void
put(metrics_text *out, const char *text, size_t size)
{
    if (out->at != NULL && out->room - out->used < size) {
        size_t room = 2 * out->room + size;
        char *larger = realloc(out->at, room);

        if (larger == NULL)
            free(out->at);
        out->at = larger;
        out->room = room;
    }
    if (out->at == NULL)
        return;
    memcpy(out->at + out->used, text, size);
    out->used += size;
}

static void
put_text(metrics_text *out, const char *text)
{
    put(out, text, strlen(text));
}

static void
put_label_value(metrics_text *out, const char *value)
{
    for (; *value != '\0'; value++) {
        if (*value == '\\' || *value == '"')
            put(out, "\\", 1);
        if (*value == '\n')
            put(out, "\\n", 2);
        else
            put(out, value, 1);
    }
}

void
metrics_family(metrics_text *out, const char *name, metrics_type type, const char *help)
{
    static const char *const types[] = { "counter", "gauge", "histogram" };

    (void) snprintf(out->family, sizeof(out->family), "%s", name);
    put_text(out, "# HELP ");
    put_text(out, name);
    put_text(out, " ");
    put_text(out, help);
    put_text(out, "\n# TYPE ");
    put_text(out, name);
    put_text(out, " ");
    put_text(out, types[type]);
    put_text(out, "\n");
}

static void
put_number(metrics_text *out, double value)
{
    char number[NUMBER_SIZE];

    (void) snprintf(number, sizeof(number), "%.15g", value);
    put_text(out, number);
}

void
metrics_sample(metrics_text *out, const char *suffix, double value, const metrics_label *labels)
{
    put_text(out, out->family);
    put_text(out, suffix);
    for (const metrics_label *label = labels; label != NULL && label->name != NULL; label++) {
        put_text(out, label == labels ? "{" : ",");
        put_text(out, label->name);
        put_text(out, "=\"");
        put_label_value(out, label->value);
        put_text(out, "\"");
    }
    put_text(out, labels == NULL || labels->name == NULL ? " " : "} ");
    put_number(out, value);
    put_text(out, "\n");
}

void
metrics_buckets(metrics_text *out, const metrics_histogram *h, const metrics_label *labels)
{
    metrics_label with[LABELS_MAX + 2] = { { NULL, NULL } };
    char bound[NUMBER_SIZE];
    size_t count = 0;
    uint64_t so_far = 0;

    for (; labels != NULL && labels[count].name != NULL; count++) {
        assert(count < LABELS_MAX);
        with[count] = labels[count];
    }
    with[count] = (metrics_label){ "le", bound };
    with[count + 1] = (metrics_label){ NULL, NULL };
    for (size_t i = 0; i <= h->bounds; i++) {
        so_far += h->count[i];
        if (i == h->bounds)
            (void) snprintf(bound, sizeof(bound), "+Inf");
        else
            (void) snprintf(bound, sizeof(bound), "%.15g", (double) h->bound[i] * h->unit);
        metrics_sample(out, "_bucket", (double) so_far, with);
    }
    with[count] = (metrics_label){ NULL, NULL };
    metrics_sample(out, "_sum", (double) h->sum * h->unit, with);
    metrics_sample(out, "_count", (double) so_far, with);
}

char *
metrics_write(metrics *m, size_t *size)
{
    metrics_text out = { .at = malloc(TEXT_FIRST), .room = TEXT_FIRST };

    for (size_t i = 0; i < m->count; i++)
        m->writers[i].write(m->writers[i].context, &out);
    *size = out.used;
    return out.at;
}
