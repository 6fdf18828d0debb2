/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "clients/cli/key_file.h"

#include "clients/cli/args.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { OTHERS = S_IRWXG | S_IRWXO };

const char *
key_file_path(const cli *c)
{
    const char *path = arg_text(c, "key-file");

    if (path == NULL)
        path = getenv("SIJILL_KEY_FILE");
    return path == NULL || path[0] == '\0' ? NULL : path;
}

/* The first line; false: words were said. */
static bool
line_read(cli *c, const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "re");
    struct stat status;
    bool read;

    if (file == NULL) {
        (void) fail(c, EXIT_USAGE, "cannot read the key file %s: %s", path, strerror(errno));
        return false;
    }
    if (fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) &&
        (status.st_mode & OTHERS) != 0)
        note(c, "sijill: others may read the key in %s: chmod 600 %s", path, path);
    read = fgets(line, (int) size, file) != NULL;
    (void) fclose(file);
    if (read)
        line[strcspn(line, "\r\n")] = '\0';
    else
        (void) fail(c, EXIT_USAGE, "the key file %s is empty, or cannot be read", path);
    return read;
}

/* The key says of which organisation it is, and for whom it asks. */
static bool
alone(cli *c, uint64_t org)
{
    if (actor_given(c) != NULL)
        (void) fail(c, EXIT_USAGE,
                    "a key says for whom this is done: leave --actor out, or act "
                    "without a key file");
    else if (arg_text(c, "org") != NULL && c->org != org)
        (void) fail(c, EXIT_USAGE,
                    "the key is of organisation %llu, --org is %llu: leave --org out",
                    (unsigned long long) org, (unsigned long long) c->org);
    else
        return true;
    return false;
}

bool
key_file_read(cli *c)
{
    const char *path = key_file_path(c);
    char line[SIJILL_KEY_SIZE + 2]; /* "\r\n" */
    uint8_t secret[SIJILL_SECRET_SIZE];
    uint64_t org;

    if (!line_read(c, path, line, sizeof line))
        return false;
    if (!sijill_key_read(line, &org, c->actor, secret)) {
        (void) fail(c, EXIT_USAGE,
                    "%s holds no API key: its first line is what `sijill key add` printed, "
                    "sjk_ORG_ID_SECRET",
                    path);
        return false;
    }
    sodium_memzero(line, sizeof line);
    if (!alone(c, org))
        return false;
    c->org = org;
    c->as_key = true;
    sijill_key_hash(secret, c->credential);
    sodium_memzero(secret, sizeof secret);
    return true;
}
