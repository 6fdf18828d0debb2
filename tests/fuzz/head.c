/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Octets as what strangers write into the head of an HTTP request: target, query, Host,
 * traceparent, X-Forwarded-For, Content-Length, Accept-Encoding; and as words that a problem tells.
 * What is taken is what it says: written again it is the same.
 */
#include "services/gateway/http/head.h"
#include "services/gateway/http/problem.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 16 * 1024, ADDRESS_SIZE = 64, NUMBER_SIZE = 32 };

/* What another reader makes of a path. */
static void
decode(const char *from, char *to)
{
    for (; *from != '\0' && *from != '?'; to++) {
        unsigned octet = (unsigned char) *from;

        if (*from == '%' && sscanf(from + 1, "%2x", &octet) == 1)
            from += 2;
        from++;
        *to = octet == '\\' ? '/' : (char) octet;
    }
    *to = '\0';
}

/* A good target is visible ASCII, and whoever decodes its path meets no segment of dots. */
static void
try_target(const char *text)
{
    const char *path = head_target_path(text);
    char *plain = malloc(strlen(path) + 1);
    size_t size;

    must_hold(plain != NULL && (strstr(text, path) != NULL || strcmp(path, "/") == 0));
    if (head_target_fault(text) == NULL) {
        for (const char *at = text; *at != '\0'; at++)
            must_hold(*at > ' ' && *at < 0x7f);
        decode(path, plain);
        size = strlen(plain);
        must_hold(strstr(plain, "/../") == NULL && strstr(plain, "/./") == NULL);
        must_hold(size < 3 || strcmp(plain + size - 3, "/..") != 0);
    }
    free(plain);
}

static void
try_query(const char *text)
{
    char *value = malloc(strlen(text) + 1);

    must_hold(value != NULL);
    if (head_parameter(text, "name", value))
        must_hold(strlen(value) <= strlen(text));
    (void) head_parameter(text, "", value);
    free(value);
}

static void
try_trace(const char *text)
{
    unsigned char trace[HEAD_TRACE_SIZE];
    char again[2 * HEAD_TRACE_SIZE + 8] = "00-";

    if (!head_trace(text, trace))
        return;
    for (size_t i = 0; i < HEAD_TRACE_SIZE; i++)
        (void) snprintf(again + strlen(again), 4, "%02x%s", trace[i],
                        i == 15 || i == 23 ? "-" : "");
    must_hold(strcmp(again, text) == 0);
}

static void
try_forwarded(const char *text)
{
    char address[ADDRESS_SIZE], again[ADDRESS_SIZE];

    if (!head_forwarded(text, address, sizeof(address)))
        return;
    must_hold(head_forwarded(address, again, sizeof(again)) && strcmp(address, again) == 0);
}

static void
try_length(const char *text)
{
    unsigned long long length;
    char again[NUMBER_SIZE];

    if (!head_length(text, &length))
        return;
    (void) snprintf(again, sizeof(again), "%llu", length);
    text += strspn(text, "0");
    must_hold(strcmp(*text == '\0' ? "0" : text, again) == 0);
}

static void
try_problem(const char *text)
{
    char json[PROBLEM_MAX];
    problem one = { .status = 400, .code = "INVALID", .detail = text, .field = text };
    json_t *read = json_loadb(json, problem_write(&one, json), JSON_REJECT_DUPLICATES, NULL);

    must_hold(read != NULL && json_integer_value(json_object_get(read, "status")) == 400);
    json_decref(read);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    char *text;

    if (size > TEXT_MAX)
        return 0;
    /* Exactly as large as it is: a read beyond its end is seen. */
    text = malloc(size + 1);
    must_hold(text != NULL);
    memcpy(text, input, size);
    text[size] = '\0';
    try_target(text);
    try_query(text);
    try_trace(text);
    try_forwarded(text);
    try_length(text);
    try_problem(text);
    (void) head_host_is_good(text);
    (void) head_takes(text, "gzip");
    (void) head_has_word(text, "chunked", ", ");
    free(text);
    return 0;
}

void
fuzz_write_seeds(const char *folder)
{
    static const char *const seeds[][2] = {
        { "target", "/v1/events/a%20b/registrations?state=CONFIRMED&page_token=%2Bx" },
        { "target-absolute", "http://door:8080/hooks/1/zoom/abc?x=1" },
        { "target-dots", "/hooks/%2e%2E%2f..%5c./a" },
        { "query", "a=1&name=x%2By+z&name=%C3%A9&=&q" },
        { "trace", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" },
        { "forwarded", "198.51.100.1, [2001:db8::7]" },
        { "forwarded-4", "203.0.113.195" },
        { "host", "gateway.example.org:8080" },
        { "length", "18446744073709551615" },
        { "length-over", "18446744073709551616" },
        { "encodings", "br;q=1.0, gzip;q=0.000, *;q=0" },
        { "words", "a \"quoted\" \\ word\n\x01\xc3\xa9\xed\xa0\x80\xff end" },
    };
    char path[512];

    for (size_t i = 0; i < sizeof(seeds) / sizeof(*seeds); i++) {
        (void) snprintf(path, sizeof(path), "%s/%s.seed", folder, seeds[i][0]);
        FILE *seed = fopen(path, "wbx");

        if (seed == NULL)
            continue;
        (void) fputs(seeds[i][1], seed);
        (void) fclose(seed);
    }
}
