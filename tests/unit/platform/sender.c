/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/platform/sender.h"

#include "tests/unit/platform/sound.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINES_MAX = 64 * 1024 };

int
sender_open(void **state)
{
    sender *s = calloc(1, sizeof *s);

    if (s == NULL || sodium_init() < 0 || !sj_arena_open(&s->arena, PLATFORM_ARENA_SIZE))
        return -1;
    *state = s;
    return 0;
}

static void
forget(sender *s)
{
    for (size_t i = 0; i < SENDER_HEADERS_MAX; i++)
        free(s->owned[i]);
    free(s->query);
    free(s->body);
    memset(s->owned, 0, sizeof s->owned);
    s->query = NULL;
    s->body = NULL;
    s->in = (platform_delivery){ .query = "", .header = s->header };
}

int
sender_close(void **state)
{
    sender *s = *state;

    forget(s);
    sj_arena_close(&s->arena);
    free(s);
    return 0;
}

void
sender_begin(sender *s, const char *name, const char *secret)
{
    forget(s);
    s->platform = platform_find(name);
    assert_non_null(s->platform);
    s->in.now_ms = SENDER_NOW * 1000 + 572;
    s->in.secret[0] = (sj_bytes){ secret, strlen(secret) };
    s->in.secret_count = 1;
}

/* Exactly as large as what came: a read beyond it is seen. */
void
sender_body(sender *s, const char *body)
{
    size_t size = strlen(body);
    uint8_t *copy = malloc(size + (size == 0));

    assert_non_null(copy);
    memcpy(copy, body, size);
    free(s->body);
    s->body = copy;
    s->in.body = (sj_bytes){ copy, size };
}

static char *
copy_of(const char *text)
{
    char *copy = malloc(strlen(text) + 1);

    assert_non_null(copy);
    memcpy(copy, text, strlen(text) + 1);
    return copy;
}

void
sender_query(sender *s, const char *query)
{
    free(s->query);
    s->query = copy_of(query);
    s->in.query = s->query;
}

void
sender_header(sender *s, const char *name, const char *value)
{
    char *copy = value == NULL ? NULL : copy_of(value);
    size_t kept = 0;

    for (size_t i = 0; i < s->in.header_count; i++) {
        if (strcmp(s->header[i].name, name) == 0) {
            free(s->owned[i]);
            continue;
        }
        s->header[kept] = s->header[i];
        s->owned[kept++] = s->owned[i];
    }
    for (size_t i = kept; i < SENDER_HEADERS_MAX; i++)
        s->owned[i] = NULL;
    s->in.header_count = kept;
    if (copy != NULL) {
        assert_true(kept < SENDER_HEADERS_MAX);
        s->owned[kept] = copy;
        s->header[kept] = (platform_header){ name, copy };
        s->in.header_count++;
    }
}

void
sender_header_again(sender *s, const char *name, const char *value)
{
    size_t at = s->in.header_count;

    assert_true(at < SENDER_HEADERS_MAX);
    s->owned[at] = copy_of(value);
    s->header[at] = (platform_header){ name, s->owned[at] };
    s->in.header_count++;
}

static void
hmac_sha256(sj_bytes key, const char *const texts[], uint8_t mac[32])
{
    crypto_auth_hmacsha256_state state;

    crypto_auth_hmacsha256_init(&state, key.at, key.size);
    for (size_t i = 0; texts[i] != NULL; i++)
        crypto_auth_hmacsha256_update(&state, (const unsigned char *) texts[i], strlen(texts[i]));
    crypto_auth_hmacsha256_final(&state, mac);
}

static char text_made[SENDER_TEXT_MAX];

const char *
sender_hex(sender *s, const char *key, const char *const texts[])
{
    uint8_t mac[32];

    (void) s;
    hmac_sha256((sj_bytes){ key, strlen(key) }, texts, mac);
    return sodium_bin2hex(text_made, sizeof text_made, mac, sizeof mac);
}

const char *
sender_base64(sender *s, sj_bytes key, const char *const texts[])
{
    uint8_t mac[32];

    (void) s;
    hmac_sha256(key, texts, mac);
    return sodium_bin2base64(text_made, sizeof text_made, mac, sizeof mac,
                             sodium_base64_VARIANT_ORIGINAL);
}

const char *
sender_check(sender *s)
{
    sj_arena_reset(&s->arena);
    s->platform->check(&s->arena, &s->in, &s->answer);
    assert_false(s->arena.full);
    if (sound_answer(&s->answer) != NULL)
        fail_msg("%s", sound_answer(&s->answer));
    return s->answer.outcome;
}

void
sender_expect(sender *s, unsigned status, const char *outcome)
{
    assert_string_equal(sender_check(s), outcome);
    assert_int_equal(s->answer.status, status);
}

static void
expect_refused(sender *s, unsigned status, const char *what, size_t at)
{
    (void) sender_check(s);
    if (s->answer.keep || s->answer.status != status)
        fail_msg("%s, octet %zu changed: %s, %u", what, at, s->answer.outcome, s->answer.status);
}

void
sender_expect_every_octet_counts(sender *s, const char *header, unsigned status)
{
    for (size_t i = 0; i < s->in.body.size; i++) {
        s->body[i] ^= (uint8_t) (1U << i % 8);
        expect_refused(s, status, "body", i);
        s->body[i] ^= (uint8_t) (1U << i % 8);
    }
    for (size_t h = 0; h < s->in.header_count; h++) {
        if (strcmp(s->header[h].name, header) != 0)
            continue;
        for (size_t i = 0; s->owned[h][i] != '\0'; i++) {
            s->owned[h][i] ^= 1;
            expect_refused(s, status, header, i);
            s->owned[h][i] ^= 1;
        }
    }
    assert_string_equal(sender_check(s), "accepted");
}

/* ---- what was read
 * ------------------------------------------------------------------------------- */

typedef struct page {
    char text[LINES_MAX];
    size_t used;
} page;

static void __attribute__((format(printf, 2, 3))) print(page *to, const char *format, ...)
{
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(to->text + to->used, sizeof to->text - to->used, format, arguments);
    va_end(arguments);
    assert_true(size >= 0 && (size_t) size < sizeof to->text - to->used);
    to->used += (size_t) size;
}

static void
print_field(page *to, const Sijill__V1__Push *push, const ProtobufCFieldDescriptor *field)
{
    const char *at = (const char *) push + field->offset;
    const char *has = (const char *) push + field->quantifier_offset;

    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *text;

        memcpy(&text, at, sizeof text);
        if (text != NULL)
            print(to, " %s=%s", field->name, text);
    } else if (field->type == PROTOBUF_C_TYPE_UINT64) {
        uint64_t number;
        protobuf_c_boolean set;

        memcpy(&number, at, sizeof number);
        memcpy(&set, has, sizeof set);
        if (set)
            print(to, " %s=%llu", field->name, (unsigned long long) number);
    } else if (field->type == PROTOBUF_C_TYPE_BOOL) {
        protobuf_c_boolean value, set;

        memcpy(&value, at, sizeof value);
        memcpy(&set, has, sizeof set);
        if (set && value)
            print(to, " %s", field->name);
    }
}

static void
print_item(page *to, const platform_item *item)
{
    const ProtobufCMessageDescriptor *type = &sijill__v1__push__descriptor;

    if (item->words != NULL) {
        print(to, "words: %s\n", item->words);
    } else if (item->fetch != NULL) {
        print(to, "fetch: %s\n", item->fetch);
    } else {
        print(to, "%s",
              protobuf_c_enum_descriptor_get_value(&sijill__v1__push__kind__descriptor,
                                                   (int) item->push.kind)
                  ->name);
        for (unsigned i = 0; i < type->n_fields; i++)
            if (strcmp(type->fields[i].name, "platform") != 0)
                print_field(to, &item->push, &type->fields[i]);
        print(to, "\n");
    }
}

void
sender_expect_sound(const sender *s)
{
    sj_arena scratch;
    const char *words;

    assert_true(sj_arena_open(&scratch, 1024 * 1024));
    words = sound_items(&s->items, &scratch);
    if (words != NULL)
        fail_msg("%s", words);
    sj_arena_close(&scratch);
}

static void
expect_lines(sender *s, const char *lines)
{
    static page got;

    got.used = 0;
    got.text[0] = '\0';
    assert_false(s->arena.full);
    sender_expect_sound(s);
    for (size_t i = 0; i < s->items.count; i++)
        print_item(&got, &s->items.item[i]);
    assert_string_equal(got.text, lines);
}

void
sender_expect_read(sender *s, const char *lines)
{
    sj_arena_reset(&s->arena);
    s->platform->read(&s->arena, &s->in, &s->items);
    expect_lines(s, lines);
}

void
sender_expect_fetched(sender *s, const char *fetch, const char *json, const char *lines)
{
    sj_arena_reset(&s->arena);
    s->platform->read_fetched(&s->arena, &s->in, fetch, (sj_bytes){ json, strlen(json) },
                              &s->items);
    expect_lines(s, lines);
}

const uint8_t *
sender_nonce(const sender *s, size_t n)
{
    assert_true(n < s->items.count);
    return s->items.item[n].push.nonce.data;
}
