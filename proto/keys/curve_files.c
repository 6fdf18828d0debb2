/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/keys/curve_files.h"

#include "proto/keys/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WORDS_OF_LINE = 4, LINE_MAX_SIZE = 512, PEERS_FILE_MAX = 512 * 1024, PORT_MAX = 65535 };

static const char *const kind_names[] = { "operator", "gateway", "follower", "server" };

bool
sj_curve_is_key(const char *text)
{
    static const char alphabet[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   ".-:+=^!/*?&<>()[]{}@%$#";

    return strlen(text) == SJ_CURVE_TEXT && strspn(text, alphabet) == SJ_CURVE_TEXT;
}

/* ---- the key file ---------------------------------------------------------------------------- */

const char *
sj_curve_key_read(const char *path, char key[SJ_CURVE_TEXT + 1])
{
    char text[SJ_CURVE_TEXT + 2] = "";
    size_t length;
    int descriptor;
    const char *problem = private_file_open(path, PRIVATE_OWNED, &descriptor, &length);
    ssize_t got;

    if (problem != NULL)
        return problem;
    got = private_file_read(descriptor, text, sizeof text);
    (void) close(descriptor);
    if (got >= 0 && got <= SJ_CURVE_TEXT + 1)
        text[strcspn(text, "\n")] = '\0';
    else
        text[0] = '\0';
    memcpy(key, text, SJ_CURVE_TEXT + 1);
    explicit_bzero(text, sizeof text);
    return sj_curve_is_key(key) ? NULL
                                : "is no key file: it holds one secret key, 40 characters; make "
                                  "one with `sijill peer keygen FILE`";
}

const char *
sj_curve_key_write(const char *path, const char key[SJ_CURVE_TEXT + 1])
{
    char text[SJ_CURVE_TEXT + 2];
    const char *problem;

    (void) snprintf(text, sizeof text, "%s\n", key);
    problem = private_file_create(path, text, strlen(text));
    explicit_bzero(text, sizeof text);
    return problem;
}

/* ---- the peers file -------------------------------------------------------------------------- */

bool
sj_curve_endpoint(const char *address, unsigned further, char endpoint[SJ_CURVE_ADDRESS_MAX + 16])
{
    const char *colon = strrchr(address, ':');
    unsigned long port;
    char *end;

    if (colon == NULL || colon == address || colon[1] < '1' || colon[1] > '9' ||
        strlen(address) > SJ_CURVE_ADDRESS_MAX || strpbrk(address, "/ \t") != NULL)
        return false;
    port = strtoul(colon + 1, &end, 10);
    if (*end != '\0' || port + further > PORT_MAX)
        return false;
    (void) snprintf(endpoint, SJ_CURVE_ADDRESS_MAX + 16, "tcp://%.*s:%lu", (int) (colon - address),
                    address, port + further);
    return true;
}

const sj_curve_peer *
sj_curve_peer_find(const sj_curve_peers *peers, const char *key)
{
    for (size_t i = 0; i < peers->count; i++)
        if (peers->rows[i].kind != SJ_CURVE_SERVER && strcmp(peers->rows[i].key, key) == 0)
            return &peers->rows[i];
    return NULL;
}

const sj_curve_peer *
sj_curve_server_find(const sj_curve_peers *peers, const char *service)
{
    for (size_t i = 0; i < peers->count; i++)
        if (peers->rows[i].kind == SJ_CURVE_SERVER && strcmp(peers->rows[i].label, service) == 0)
            return &peers->rows[i];
    return NULL;
}

static bool
kind_read(const char *text, sj_curve_kind *kind)
{
    for (int i = SJ_CURVE_OPERATOR; i <= SJ_CURVE_SERVER; i++)
        if (strcmp(text, kind_names[i]) == 0) {
            *kind = (sj_curve_kind) i;
            return true;
        }
    return false;
}

/* The words of a line, cut apart in place; how many, at most one too many. */
static size_t
line_split(char *line, char *words[WORDS_OF_LINE + 1])
{
    size_t count = 0;
    char *rest = NULL;

    for (char *word = strtok_r(line, " \t\r", &rest); word != NULL && count <= WORDS_OF_LINE;
         word = strtok_r(NULL, " \t\r", &rest))
        words[count++] = word;
    return count;
}

/* What is wrong with the line; NULL: *peer is it, or *count is 0: it says nothing. */
static const char *
line_read(char *line, const sj_curve_peers *before, sj_curve_peer *peer, size_t *count)
{
    char endpoint[SJ_CURVE_ADDRESS_MAX + 16];
    char *words[WORDS_OF_LINE + 1];

    *count = line_split(line, words);
    if (*count == 0 || strcmp(words[0], "#") == 0) {
        *count = 0;
        return NULL;
    }
    *peer = (sj_curve_peer){ .kind = SJ_CURVE_OPERATOR };
    if (!sj_curve_is_key(words[0]))
        return "a line begins with a public key of 40 characters, or with a lone #";
    if (*count < 3 || !kind_read(words[1], &peer->kind))
        return "behind the key stand operator, gateway, follower or server, and a name";
    if (*count != (peer->kind == SJ_CURVE_SERVER ? 4 : 3))
        return "a server has a name and HOST:PORT, every other kind a name of one word";
    if (strlen(words[2]) > SJ_CURVE_LABEL_MAX)
        return "a name has at most 64 characters";
    if (peer->kind == SJ_CURVE_SERVER && !sj_curve_endpoint(words[3], 1, endpoint))
        return "a server's address is HOST:PORT";
    (void) snprintf(peer->key, sizeof peer->key, "%s", words[0]);
    (void) snprintf(peer->label, sizeof peer->label, "%s", words[2]);
    (void) snprintf(peer->address, sizeof peer->address, "%s", *count == 4 ? words[3] : "");
    if (peer->kind == SJ_CURVE_SERVER ? sj_curve_server_find(before, peer->label) != NULL
                                      : sj_curve_peer_find(before, peer->key) != NULL)
        return "the same key or server stands further up";
    return NULL;
}

static const char *
lines_read(FILE *file, sj_curve_peers *peers, unsigned *number)
{
    char line[LINE_MAX_SIZE];

    for (*number = 1; fgets(line, sizeof line, file) != NULL; ++*number) {
        size_t length = strcspn(line, "\n");
        size_t count;
        const char *problem;

        if (length == sizeof line - 1)
            return "the line is too long";
        line[length] = '\0';
        if (peers->count == SJ_CURVE_PEERS_MAX)
            return "a file holds at most 1024 peers";
        problem = line_read(line, peers, &peers->rows[peers->count], &count);
        if (problem != NULL)
            return problem;
        peers->count += count > 0;
    }
    return ferror(file) ? "cannot be read to its end" : NULL;
}

/* Who may write it decides who may connect. */
static const char *
rights_check(int descriptor)
{
    struct stat file;

    if (fstat(descriptor, &file) != 0 || !S_ISREG(file.st_mode))
        return "is not a regular file";
    if (file.st_uid != geteuid() && file.st_uid != 0)
        return "belongs to another user: chown it to root or to the user that runs this program";
    if ((file.st_mode & 0022) != 0)
        return "can be written by other users: chmod 644 it, and look at what it says";
    if (file.st_size > PEERS_FILE_MAX)
        return "is too large for a list of peers";
    return NULL;
}

bool
sj_curve_peers_read(const char *path, sj_curve_peers *peers, char words[SJ_CURVE_WORDS])
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    const char *problem = NULL;
    unsigned number = 0;
    FILE *file = NULL;

    *peers = (sj_curve_peers){ .rows = calloc(SJ_CURVE_PEERS_MAX, sizeof peers->rows[0]) };
    if (descriptor < 0)
        problem = errno == ENOENT ? "is not there" : "cannot be opened";
    else if (peers->rows == NULL)
        problem = "needs more memory than there is";
    else
        problem = rights_check(descriptor);
    if (problem == NULL && (file = fdopen(descriptor, "r")) == NULL)
        problem = "cannot be opened";
    if (problem == NULL)
        problem = lines_read(file, peers, &number);
    if (file != NULL)
        (void) fclose(file);
    else if (descriptor >= 0)
        (void) close(descriptor);
    if (problem == NULL)
        return true;
    if (number > 0)
        (void) snprintf(words, SJ_CURVE_WORDS, "%s, line %u: %s", path, number, problem);
    else
        (void) snprintf(words, SJ_CURVE_WORDS, "%s %s", path, problem);
    sj_curve_peers_free(peers);
    return false;
}

void
sj_curve_peers_free(sj_curve_peers *peers)
{
    free(peers->rows);
    *peers = (sj_curve_peers){ .count = 0 };
}
