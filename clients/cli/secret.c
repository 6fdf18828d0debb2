/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "clients/cli/secret.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

enum { GET_SEAL_KEY = 164, KEY_MAX = 64 };

void
secret_wipe(secret *s)
{
    sodium_memzero(s, sizeof *s);
}

int
secret_read(cli *c, const char *name, const char *path, secret *out)
{
    bool input = strcmp(path, "-") == 0;
    FILE *file = input ? stdin : fopen(path, "rb");
    bool wrong;

    memset(out, 0, sizeof *out);
    if (file == NULL)
        return fail(c, EXIT_USAGE, "%s %s: %s", name, path, strerror(errno));
    out->size = fread(out->text, 1, SECRET_MAX + 1, file);
    wrong = ferror(file) != 0;
    if (!input)
        (void) fclose(file);
    if (wrong)
        return fail(c, EXIT_USAGE, "%s %s: cannot be read", name, path);
    if (out->size > 0 && out->text[out->size - 1] == '\n')
        out->size--;
    if (out->size > 0 && out->text[out->size - 1] == '\r')
        out->size--;
    if (out->size == 0 || out->size > SECRET_MAX) {
        secret_wipe(out);
        return fail(c, EXIT_USAGE, "%s %s: it must hold 1 to %d octets and a line feed", name, path,
                    SECRET_MAX);
    }
    out->text[out->size] = '\0';
    if (memchr(out->text, '\n', out->size) != NULL || strlen(out->text) != out->size) {
        secret_wipe(out);
        return fail(c, EXIT_USAGE, "%s %s: it must be one line of text", name, path);
    }
    out->shown = out->size;
    return EXIT_DONE;
}

int
secret_add_token(cli *c, secret *to, const char *path)
{
    static const char mark[] = "\ntoken=";
    secret token;
    int outcome = secret_read(c, "--token-file", path, &token);

    if (outcome != EXIT_DONE)
        return outcome;
    if (to->size + sizeof mark - 1 + token.size > SECRET_MAX) {
        outcome =
            fail(c, EXIT_USAGE, "secret and token are together longer than %d octets", SECRET_MAX);
    } else {
        memcpy(to->text + to->size, mark, sizeof mark - 1);
        to->size += sizeof mark - 1;
        memcpy(to->text + to->size, token.text, token.size + 1);
        to->size += token.size;
    }
    secret_wipe(&token);
    return outcome;
}

void
secret_make(secret *out, const char *prefix, size_t size)
{
    uint8_t octets[SECRET_KEY_SIZE];
    size_t length = strlen(prefix);

    memset(out, 0, sizeof *out);
    randombytes_buf(octets, size);
    memcpy(out->text, prefix, length);
    (void) sodium_bin2hex(out->text + length, 2 * sizeof octets + 1, octets, size);
    out->size = out->shown = strlen(out->text);
    sodium_memzero(octets, sizeof octets);
}

void
secret_write_key(const char *prefix, const uint8_t *octets, size_t size,
                 char text[SECRET_TEXT_SIZE])
{
    size_t length = strlen(prefix);

    memcpy(text, prefix, length);
    (void) sodium_bin2base64(text + length, SECRET_TEXT_SIZE - length, octets, size,
                             sodium_base64_VARIANT_ORIGINAL);
}

bool
secret_is_key(const char *text, const char *prefix, size_t min, size_t max)
{
    uint8_t octets[KEY_MAX + 1];
    size_t length = strlen(prefix), size = 0;
    bool good = strncmp(text, prefix, length) == 0 &&
                sodium_base642bin(octets, sizeof octets, text + length, strlen(text + length), NULL,
                                  &size, NULL, sodium_base64_VARIANT_ORIGINAL) == 0;

    sodium_memzero(octets, sizeof octets);
    return good && size >= min && size <= max;
}

int
secret_seal(cli *c, const void *octets, size_t size, sealed *out)
{
    Sijill__V1__GetSealKey get;
    Sijill__V1__SealKey *key = NULL;
    int outcome;

    sijill__v1__get_seal_key__init(&get);
    outcome = ask(c, GET_SEAL_KEY, &get.base, &sijill__v1__seal_key__descriptor, &key);
    if (outcome != EXIT_DONE)
        return outcome;
    if (!key->has_public_key || key->public_key.len != crypto_box_PUBLICKEYBYTES)
        outcome = fail(c, EXIT_REFUSED,
                       "secrets are sealed to the gateway's key, and no gateway has told its key "
                       "yet: start sijill-gateway once");
    else if (size > SECRET_MAX ||
             crypto_box_seal(out->octets, octets, size, key->public_key.data) != 0)
        outcome = fail(c, EXIT_REFUSED, "the secret cannot be sealed to the gateway's key");
    out->size = size + crypto_box_SEALBYTES;
    sijill_free(key);
    return outcome;
}

ProtobufCBinaryData
sealed_data(const sealed *s)
{
    return (ProtobufCBinaryData){ s->size, (uint8_t *) (uintptr_t) s->octets };
}
