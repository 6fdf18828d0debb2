/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A delivery of one platform (FUZZ_PLATFORM): its answer, and what it is read as, hold what they
 * must; also where the gateway's own secret has signed, which chance would never find.
 *
 * An input is an octet of flags, then lines: the query (or the path that was fetched), headers as
 * "name:value", an empty line, and the body.
 */
#include "services/gateway/platform/signature.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/platform/samples.h"
#include "tests/unit/platform/sound.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIGNED = 1,  /* sign what came, as far as the platform has a signature over it */
    FETCHED = 2, /* it is the answer to a fetch */
    RULE = 0x0c, /* which setting bbb.rule */
    LINES_MAX = PLATFORM_HEADERS_MAX,
    LINE_SIZE = 1024,
    SCRATCH_SIZE = 256 * 1024,
};

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define NOW "1772352060"

static sj_arena arena, scratch;
static const platform *tried;

typedef struct input {
    platform_delivery in;
    platform_header header[PLATFORM_HEADERS_MAX + 3];
    char query[LINE_SIZE], line[LINES_MAX][LINE_SIZE];
    char signature[SIGNATURE_TEXT_MAX + 32];
    char *settings[5];
} input;

static input now;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;
    tried = platform_find(FUZZ_PLATFORM);
    if (tried == NULL || sodium_init() < 0 || !sj_arena_open(&arena, PLATFORM_ARENA_SIZE) ||
        !sj_arena_open(&scratch, SCRATCH_SIZE))
        abort();
    return 0;
}

/* The next line, cut at LINE_SIZE and at a NUL, without what ends it. */
static void
take_line(const uint8_t **at, size_t *size, char line[LINE_SIZE])
{
    const uint8_t *end = *size == 0 ? NULL : memchr(*at, '\n', *size);
    size_t length = end == NULL ? *size : (size_t) (end - *at);
    size_t kept = length < LINE_SIZE ? length : LINE_SIZE - 1;

    if (kept > 0)
        memcpy(line, *at, kept);
    line[kept] = '\0';
    *at += length + (end != NULL);
    *size -= length + (end != NULL);
}

static void
add_header(const char *name, const char *value)
{
    now.header[now.in.header_count++] = (platform_header){ name, value };
}

/* Teams sends it in its notices: the samples have this one. */
static sj_bytes
secret_of(void)
{
    return signature_text(strcmp(tried->name, "teams") == 0 ? "our-secret" : SECRET);
}

static void
parse(const uint8_t *octets, size_t size, uint8_t flags)
{
    static char rules[][8] = { "3.4.0", "3.0.0", "2.x", "bearer" };
    static char rule[] = "bbb.rule", base[] = "fetch.base_url";
    static char address[] = "https://graph.microsoft.com/v1.0";

    now.in = (platform_delivery){ .query = now.query,
                                  .url = "https://sijill.example.org/hooks/1/x/00ff",
                                  .header = now.header,
                                  .now_ms = UINT64_C(1772352060572),
                                  .secret = { secret_of() },
                                  .secret_count = 1,
                                  .settings = now.settings };
    memcpy(now.settings, (char *[]){ rule, rules[(flags & RULE) >> 2], base, address, NULL },
           sizeof now.settings);
    take_line(&octets, &size, now.query);
    for (size_t i = 0; i < LINES_MAX && size > 0; i++) {
        char *colon;

        take_line(&octets, &size, now.line[i]);
        if (now.line[i][0] == '\0')
            break;
        colon = strchr(now.line[i], ':');
        if (colon == NULL)
            continue;
        *colon = '\0';
        if (flags & SIGNED &&
            (strncmp(now.line[i], "x-", 2) == 0 || strncmp(now.line[i], "webhook-", 8) == 0))
            continue; /* those are made here */
        add_header(now.line[i], colon + 1);
    }
    now.in.body = (sj_bytes){ octets, size };
}

static void
sign_bbb(void)
{
    const sj_bytes part[] = { signature_text(now.in.url), now.in.body, now.in.secret[0] };
    uint8_t hash[DIGEST_MAX];

    memcpy(now.query, "checksum=", 10);
    if (!digest_hash(DIGEST_SHA1, part, 3, hash))
        abort();
    (void) sodium_bin2hex(now.query + 9, sizeof now.query - 9, hash, digest_size(DIGEST_SHA1));
}

/* As the platform would, with the hook's secret. */
static void
sign(void)
{
    const sj_bytes zoom[] = { { "v0:" NOW ":", 14 }, now.in.body };
    const sj_bytes jaas[] = { { NOW ".", 11 }, now.in.body };
    const sj_bytes standard[] = { { "id." NOW ".", 14 }, now.in.body };
    const sj_bytes secret = now.in.secret[0];
    uint8_t key[24];

    now.signature[0] = '\0';
    if (strcmp(tried->name, "zoom") == 0) {
        memcpy(now.signature, "v0=", 4);
        (void) signature_hex(DIGEST_SHA256, secret, zoom, 2, now.signature + 3);
        add_header("x-zm-request-timestamp", NOW);
        add_header("x-zm-signature", now.signature);
    } else if (strcmp(tried->name, "webex") == 0) {
        (void) signature_hex(DIGEST_SHA1, secret, &now.in.body, 1, now.signature);
        add_header("x-spark-signature", now.signature);
    } else if (strcmp(tried->name, "jaas") == 0) {
        memcpy(now.signature, "t=" NOW ",v1=", 17);
        (void) signature_base64(DIGEST_SHA256, secret, jaas, 2, now.signature + 16);
        add_header("x-jaas-signature", now.signature);
    } else if (strcmp(tried->name, "bbb") == 0) {
        sign_bbb();
    } else if (strcmp(tried->name, "standard") == 0) {
        memcpy(now.signature, "v1,", 4);
        (void) sodium_base642bin(key, sizeof key, &SECRET[6], sizeof SECRET - 7, NULL, NULL, NULL,
                                 sodium_base64_VARIANT_ORIGINAL);
        (void) signature_base64(DIGEST_SHA256, (sj_bytes){ key, sizeof key }, standard, 2,
                                now.signature + 3);
        add_header("webhook-id", "id");
        add_header("webhook-timestamp", NOW);
        add_header("webhook-signature", now.signature);
    }
}

static void
must(const char *words)
{
    if (words == NULL)
        return;
    (void) fprintf(stderr, "%s: %s\n", tried->name, words);
    abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
    platform_answer answer;
    platform_items items;

    if (size == 0 || size > PLATFORM_BODY_MAX)
        return 0;
    parse(octets + 1, size - 1, octets[0]);
    if (octets[0] & SIGNED)
        sign();
    sj_arena_reset(&arena);
    tried->check(&arena, &now.in, &answer);
    must(sound_answer(&answer));
    /* of Standard Webhooks binary mode may say one thing in the headers and another below */
    if (octets[0] & SIGNED && (octets[0] & RULE) == 0 && strcmp(tried->name, "standard") != 0)
        must(answer.status == 401 || answer.status == 403 ? "it was signed" : NULL);
    must(arena.full ? "check needs more memory than there is" : NULL);
    sj_arena_reset(&arena);
    if (octets[0] & FETCHED && tried->read_fetched != NULL)
        tried->read_fetched(&arena, &now.in, now.query, now.in.body, &items);
    else
        tried->read(&arena, &now.in, &items);
    must(arena.full ? "read needs more memory than there is" : NULL);
    must(sound_items(&items, &scratch));
    return 0;
}

/* JSON, or for bbb a form with it. */
static void
write_body(FILE *file, const char *json)
{
    if (strcmp(tried->name, "bbb") != 0) {
        (void) fputs(json, file);
        return;
    }
    (void) fputs("domain=x&event=", file);
    for (; *json != '\0'; json++)
        (void) fprintf(file, *json == '"' || *json == '%' ? "%%%02X" : "%c",
                       (unsigned) (unsigned char) *json);
    (void) fputs("&timestamp=1772352060017", file);
}

void
fuzz_write_seeds(const char *folder)
{
    char path[512];

    for (size_t i = 0; i < sample_count; i++) {
        const char *fetch = samples[i].fetch;
        FILE *file;

        if (strcmp(samples[i].platform, tried->name) != 0)
            continue;
        (void) snprintf(path, sizeof path, "%s/%s.seed", folder, samples[i].name);
        file = fopen(path, "wbx");
        if (file == NULL)
            continue;
        (void) fputc(SIGNED | (fetch != NULL ? FETCHED : 0), file);
        (void) fprintf(file, "%s\ncontent-type:application/json\n\n", fetch == NULL ? "" : fetch);
        write_body(file, samples[i].json);
        (void) fclose(file);
    }
}
