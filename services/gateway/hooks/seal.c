/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/hooks/seal.h"

#include "services/runtime/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct seal {
    unsigned char public_key[crypto_box_PUBLICKEYBYTES];
    unsigned char *secret; /* sodium_malloc */
};

_Static_assert((int) SEAL_KEY_SIZE == (int) crypto_box_PUBLICKEYBYTES, "X25519");

enum { PATH_SIZE = 4096, OWNER_ONLY = 0600, OTHERS = 0077 };

/* Whole and durable, or not there. */
static bool
make(const char *home, const char *path)
{
    unsigned char secret[crypto_box_SECRETKEYBYTES];
    char fresh[PATH_SIZE + sizeof ".new"];
    int fd, folder;
    bool made;

    (void) snprintf(fresh, sizeof fresh, "%s.new", path);
    randombytes_buf(secret, sizeof secret);
    (void) unlink(fresh);
    fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, OWNER_ONLY);
    made = fd >= 0 && write(fd, secret, sizeof secret) == (ssize_t) sizeof secret && fsync(fd) == 0;
    sodium_memzero(secret, sizeof secret);
    if (fd >= 0 && close(fd) != 0)
        made = false;
    made = made && rename(fresh, path) == 0;
    folder = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    made = made && folder >= 0 && fsync(folder) == 0;
    if (folder >= 0)
        (void) close(folder);
    return made;
}

static const char *
load(const char *path, unsigned char *secret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat about;
    const char *problem = NULL;

    if (fd < 0)
        return "it cannot be opened";
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode))
        problem = "it is not a file";
    else if ((about.st_mode & OTHERS) != 0 || about.st_uid != geteuid())
        problem =
            "others may read it: give it mode 0600 and to this user, and new secrets to the hooks";
    else if (about.st_size != crypto_box_SECRETKEYBYTES ||
             read(fd, secret, crypto_box_SECRETKEYBYTES) != crypto_box_SECRETKEYBYTES)
        problem = "it is not 32 octets long: restore it from a backup";
    (void) close(fd);
    return problem;
}

seal *
seal_open(const char *home)
{
    seal *s = calloc(1, sizeof *s);
    char path[PATH_SIZE];
    const char *problem = "out of memory";

    (void) snprintf(path, sizeof path, "%s/seal.key", home);
    if (s != NULL && (s->secret = sodium_malloc(crypto_box_SECRETKEYBYTES)) != NULL) {
        if (access(path, F_OK) != 0 && errno == ENOENT && !make(home, path))
            problem = "it could not be written";
        else
            problem = load(path, s->secret);
    }
    if (problem != NULL) {
        sj_log(SJ_LOG_ERROR, "seal.refused", "file=%s words=\"%s\"", path, problem);
        seal_close(&s);
        return NULL;
    }
    (void) crypto_scalarmult_base(s->public_key, s->secret);
    return s;
}

void
seal_close(seal **s)
{
    if (*s == NULL)
        return;
    sodium_free((*s)->secret);
    free(*s);
    *s = NULL;
}

const unsigned char *
seal_public(const seal *s)
{
    return s->public_key;
}

unsigned char *
seal_unseal(const seal *s, sj_bytes sealed, size_t *size)
{
    unsigned char *open;

    if (sealed.size < crypto_box_SEALBYTES)
        return NULL;
    *size = sealed.size - crypto_box_SEALBYTES;
    open = sodium_malloc(*size + 1); /* a NUL behind it, for those who read text */
    if (open == NULL)
        return NULL;
    open[*size] = '\0';
    if (crypto_box_seal_open(open, sealed.at, sealed.size, s->public_key, s->secret) == 0)
        return open;
    sodium_free(open);
    return NULL;
}
