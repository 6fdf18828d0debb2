/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Octets as what the feed for the world reads: a token, a key and names of records from who asks;
 * and as a record whose body a service sent, which becomes JSON.  Input: one octet says which. A
 * token that is taken is written again the same; whatever a record holds, what is written of it is
 * JSON, or nothing is.
 */
#include "services/gateway/api/caller.h"
#include "services/gateway/api/position.h"
#include "services/gateway/feed/records.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 4096, PATH_SIZE = 1024, TYPE_SIZE = 2 };

typedef enum { TOKEN, CALLER, NAMES, RECORD, SORTS } sort;

static void
try_token(const char *text)
{
    char again[POSITION_TEXT_SIZE];
    position p, q;

    memset(&p, 0, sizeof p);
    memset(&q, 0, sizeof q);
    if (!position_read(&p, text))
        return;
    position_write(&p, again);
    must_hold(position_read(&q, again));
    for (size_t i = 0; i < POSITION_SERVICES; i++)
        must_hold(p.at[i].seq == q.at[i].seq && p.at[i].epoch == q.at[i].epoch);
}

static void
try_names(const char *text)
{
    for (;;) {
        size_t size = strcspn(text, ",");
        const record_kind *kind = record_kind_named(text, size);

        must_hold(kind == NULL ||
                  (strlen(kind->name) == size && record_kind_of(kind->type) == kind));
        if (text[size] == '\0')
            return;
        text += size + 1;
    }
}

/* Two octets choose the type, the others are the body. */
static void
try_record(const uint8_t *octets, size_t size)
{
    Sijill__V1__Record record;
    json_text text = { 0 };
    json_t *read;

    if (size < TYPE_SIZE)
        return;
    sijill__v1__record__init(&record);
    record.type = (uint32_t) octets[0] << 8 | octets[1];
    record.seq = UINT64_MAX;
    record.body =
        (ProtobufCBinaryData){ size - TYPE_SIZE, (uint8_t *) (uintptr_t) octets + TYPE_SIZE };
    if (record_write(&text, "registration", &record) && !text.failed) {
        json_put(&text, "}", 1);
        read = json_loadb(text.at, text.size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
        must_hold(read != NULL && json_is_object(json_object_get(read, "data")));
        json_decref(read);
    }
    free(text.at);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
    char text[TEXT_MAX];
    caller who;

    if (size == 0 || size > TEXT_MAX)
        return 0;
    memcpy(text, octets + 1, size - 1);
    text[size - 1] = '\0';
    switch ((sort) (octets[0] % SORTS)) {
    case TOKEN:
        try_token(text);
        break;
    case CALLER:
        (void) caller_read(&who, text);
        break;
    case NAMES:
        try_names(text);
        break;
    case RECORD:
    case SORTS:
    default:
        try_record(octets + 1, size - 1);
        break;
    }
    return 0;
}

static void
keep(const char *folder, const char *name, sort which, const void *octets, size_t size)
{
    char path[PATH_SIZE];
    FILE *file;

    (void) snprintf(path, sizeof path, "%s/%s.seed", folder, name);
    file = fopen(path, "wb");
    must_hold(file != NULL);
    (void) fputc((int) which, file);
    must_hold(fwrite(octets, 1, size, file) == size);
    must_hold(fclose(file) == 0);
}

void
fuzz_write_seeds(const char *folder)
{
    static const char bearer[] =
        "Bearer sjk_1_eb451bd3e6961ab18a6d03671a179740_HiAxyHDuW--z2tYrDN2lQFxKS4Mr1pBOO31J31E8j20";
    static const char names[] = "RegistrationChanged,EventChanged,KeyChanged,";
    static const uint8_t changed[] = { 0, 134, 0x0a, 2, 1,    2, 0x12, 2,
                                       3, 4,   0x18, 3, 0x3a, 2, 'O',  'M' };
    static const uint8_t event[] = { 0,   132,  0x0a, 10,   0x12, 2,    'e',
                                     '1', 0x2a, 4,    0x12, 2,    0xff, '"' };
    position p;
    char token[POSITION_TEXT_SIZE];

    memset(&p, 0, sizeof p);
    for (uint32_t i = 0; i < POSITION_SERVICES; i++)
        p.at[i] = (sijill_pos){ i + 1, 1, 4711 + i };
    position_write(&p, token);
    keep(folder, "token", TOKEN, token, strlen(token));
    keep(folder, "caller", CALLER, bearer, sizeof bearer - 1);
    keep(folder, "names", NAMES, names, sizeof names - 1);
    keep(folder, "record", RECORD, changed, sizeof changed);
    keep(folder, "record-text", RECORD, event, sizeof event);
}
