/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/signer/passphrase.h"

#include <sodium.h>
#include <unistd.h>

#include "proto/keys/private_file.h"

static const char *
take(passphrase *phrase, int descriptor)
{
    ssize_t length = private_file_read(descriptor, phrase->text, PASSPHRASE_MAX);

    if (length < 0)
        return "cannot be read";
    if (length == PASSPHRASE_MAX)
        return "holds more than a passphrase (at most 1023 bytes)";
    if (length > 0 && phrase->text[length - 1] == '\n')
        length--;
    if (length == 0)
        return "is empty";
    phrase->length = (size_t) length;
    return NULL;
}

const char *
passphrase_open(passphrase *phrase, const char *path, int descriptor)
{
    const char *problem = NULL;
    size_t length;

    *phrase = (passphrase){ .text = NULL };
    if (path != NULL)
        problem = private_file_open(path, PRIVATE_DELIVERED, &descriptor, &length);
    if (problem != NULL)
        return problem;
    phrase->text = sodium_malloc(PASSPHRASE_MAX);
    problem = phrase->text == NULL ? "has no memory to go to" : take(phrase, descriptor);
    (void) close(descriptor);
    if (problem != NULL)
        passphrase_close(phrase);
    return problem;
}

void
passphrase_close(passphrase *phrase)
{
    sodium_free(phrase->text); /* wipes */
    *phrase = (passphrase){ .text = NULL };
}
