/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Octets as a file that somebody uploads: decoded, known or not, and read to its end as people,
 * facts and presence.  The first octet says in which order dates are read and whether a mapping is
 * there.  What is counted never ends before it begins, and two readings are one.
 */
#include <stdio.h>

#include "clients/upload/decode.h"
#include "clients/upload/facts.h"
#include "clients/upload/people.h"
#include "clients/upload/report.h"
#include "proto/wire/check.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 64 * 1024, DECODED_MAX = 3 * FILE_MAX, PATH_SIZE = 1024 };

typedef struct text {
    uint8_t octets[DECODED_MAX];
    size_t size;
} text;

static void
take(void *context, const uint8_t *octets, size_t size)
{
    text *t = context;

    if (t->size + size > sizeof t->octets || memchr(octets, 0, size) != NULL)
        abort();
    memcpy(t->octets + t->size, octets, size);
    t->size += size;
}

/* What a command makes of the row. */
static void
try_row(const report *r, const report_row *row)
{
    const people_rules people = { .source = "fuzz", .words_are_free = true };
    const fact_rules facts = { .source = "fuzz", .times = report_rules(r) };
    person_row person;
    fact evidence;
    const char *why = NULL;

    if (row->id == NULL || (row->why == NULL) != (row->column == NULL))
        abort();
    if (row->why == NULL && row->skip == NULL && row->timed &&
        (row->to_ms < row->from_ms || !sj_utf8_valid(row->id, strlen(row->id))))
        abort();
    if (row->why == NULL && row->person &&
        person_read(report_csv(r), report_heads(r), &people, &person, &why) != NULL && why == NULL)
        abort();
    if (row->why == NULL && row->fact &&
        fact_read(report_csv(r), report_heads(r), &facts, &evidence, &why) != NULL && why == NULL)
        abort();
}

static size_t
rows_read(report *r)
{
    report_row row;
    size_t count = 0;

    report_rewind(r);
    for (; report_next(r, &row); count++)
        try_row(r, &row);
    return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
    static const uint64_t ends[] = { UINT64_C(1772355600000) };
    static text decoded;
    mapping map = { .count = 0 };
    const char *why;
    decoder d;
    FILE *file;
    report *r;

    if (size < 2 || size > FILE_MAX)
        return 0;
    decoded.size = 0;
    decode_begin(&d, take, &decoded);
    decode_feed(&d, octets + 1, size / 2);
    decode_feed(&d, octets + 1 + size / 2, size - 1 - size / 2);
    decode_end(&d);
    file = decoded.size == 0 ? NULL : fmemopen(decoded.octets, decoded.size, "rb");
    if (file == NULL)
        return 0;
    (void) mapping_add(&map, "email=A");
    (void) mapping_add(&map, "name=B");
    r = report_open(file, octets[0] & 4 ? &map : NULL, &why);
    if (r != NULL) {
        why = report_times(r, "Asia/Muscat", (moment_order) (octets[0] % 3));
        report_sessions(r, ends, 1);
        if (why == NULL && rows_read(r) != rows_read(r))
            abort();
        report_close(&r);
    } else if (why == NULL) {
        abort();
    }
    (void) fclose(file);
    return 0;
}

/* Every file of the vectors. */
void
fuzz_write_seeds(const char *folder)
{
    static uint8_t octets[FILE_MAX];
    char path[PATH_SIZE];
    const struct dirent *entry;
    DIR *vectors = opendir(SIJILL_VECTORS "/uploads");

    while (vectors != NULL && (entry = readdir(vectors)) != NULL) {
        FILE *from;
        FILE *to;
        size_t size;

        if (strstr(entry->d_name, ".rows") != NULL || entry->d_name[0] == '.')
            continue;
        (void) snprintf(path, sizeof path, "%s/uploads/%s", SIJILL_VECTORS, entry->d_name);
        from = fopen(path, "rb");
        (void) snprintf(path, sizeof path, "%s/%s.seed", folder, entry->d_name);
        to = fopen(path, "wbx");
        size = from == NULL ? 0 : fread(octets, 1, sizeof octets, from);
        if (to != NULL) {
            (void) fputc(1, to);
            (void) fwrite(octets, 1, size, to);
            (void) fclose(to);
        }
        if (from != NULL)
            (void) fclose(from);
    }
    if (vectors != NULL)
        (void) closedir(vectors);
}
