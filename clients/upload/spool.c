/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/spool.h"

#include "clients/upload/decode.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 64 * 1024, PATH_MAX_SIZE = 512 };

static FILE *
nameless_file(void)
{
    const char *folder = getenv("TMPDIR");
    char path[PATH_MAX_SIZE];
    int length = snprintf(path, sizeof path, "%s/sijill-upload-XXXXXX",
                          folder == NULL || folder[0] == '\0' ? "/tmp" : folder);
    FILE *file;
    int descriptor;

    if (length >= (int) sizeof path)
        return NULL;
    descriptor = mkstemp(path); /* mode 0600: it holds names and addresses */
    if (descriptor < 0)
        return NULL;
    (void) unlink(path);
    file = fdopen(descriptor, "w+b");
    if (file == NULL)
        (void) close(descriptor);
    return file;
}

static void
write_out(void *context, const uint8_t *octets, size_t size)
{
    (void) fwrite(octets, 1, size, context);
}

FILE *
spool_open(FILE *from, const char **why)
{
    uint8_t piece[PIECE];
    FILE *to = nameless_file();
    decoder d;
    size_t size;

    *why = "there is no room for a copy in TMPDIR";
    if (to == NULL)
        return NULL;
    decode_begin(&d, write_out, to);
    while ((size = fread(piece, 1, sizeof piece, from)) > 0)
        decode_feed(&d, piece, size);
    decode_end(&d);
    if (fflush(to) != 0 || ferror(to)) {
        (void) fclose(to);
        return NULL;
    }
    *why = "it cannot be read: is it a file?"; /* a folder opens, and cannot be read */
    if (ferror(from)) {
        (void) fclose(to);
        return NULL;
    }
    rewind(to);
    *why = NULL;
    return to;
}

FILE *
spool_path(const char *path, const char **why)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *from = standard ? stdin : fopen(path, "rb");
    FILE *to;

    *why = "it cannot be opened: is the path right?";
    if (from == NULL)
        return NULL;
    to = spool_open(from, why);
    if (!standard)
        (void) fclose(from);
    return to;
}
