/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * curve_files: the two files by which programs on different machines know each other.
 *
 * A key file is ours alone and holds one secret CURVE key as Z85 text, 40 characters.
 *
 * A peers file has a line for each that may connect to us, and for each service elsewhere:
 *
 *     # words after a lone # are for people
 *     KEY operator LABEL
 *     KEY gateway LABEL
 *     KEY follower LABEL
 *     KEY server registration 192.0.2.7:7401
 *
 * KEY is the public key as Z85 text.  An operator may do everything; a gateway what its work needs
 * (services/core/roles.c); a follower reads feeds and asks nothing.  A server is a service that
 * lives on another machine, by name, with its front's address; its feed is on the next port.  Who
 * may write the file decides who may do everything, so nobody but its owner (us, or root) may.
 *
 * What holds text and no key of ZeroMQ's is refused by who uses it: nothing here knows ZeroMQ.
 */
#include <stdbool.h>
#include <stddef.h>

enum {
    SJ_CURVE_TEXT = 40, /* characters of a key */
    SJ_CURVE_LABEL_MAX = 64,
    SJ_CURVE_ADDRESS_MAX = 128,
    SJ_CURVE_PEERS_MAX = 1024,
    SJ_CURVE_WORDS = 512,
};

typedef enum sj_curve_kind {
    SJ_CURVE_OPERATOR,
    SJ_CURVE_GATEWAY,
    SJ_CURVE_FOLLOWER,
    SJ_CURVE_SERVER,
} sj_curve_kind;

typedef struct sj_curve_peer {
    char key[SJ_CURVE_TEXT + 1];
    sj_curve_kind kind;
    char label[SJ_CURVE_LABEL_MAX + 1];     /* of a server: the service's name */
    char address[SJ_CURVE_ADDRESS_MAX + 1]; /* of a server: HOST:PORT; else "" */
} sj_curve_peer;

typedef struct sj_curve_peers {
    sj_curve_peer *rows;
    size_t count;
} sj_curve_peers;

/* Static words that say what is wrong and what to do; NULL: key is read. */
const char *sj_curve_key_read(const char *path, char key[SJ_CURVE_TEXT + 1]);
/* Never overwrites. */
const char *sj_curve_key_write(const char *path, const char key[SJ_CURVE_TEXT + 1]);
/* Whether these are the characters of one. */
bool sj_curve_is_key(const char *text);

/* All lines or none; false: words, and the list is empty. */
bool sj_curve_peers_read(const char *path, sj_curve_peers *peers, char words[SJ_CURVE_WORDS]);
void sj_curve_peers_free(sj_curve_peers *peers);
/* Who may connect by this key; NULL: nobody. */
const sj_curve_peer *sj_curve_peer_find(const sj_curve_peers *peers, const char *key);
/* Where a service is; NULL: not said. */
const sj_curve_peer *sj_curve_server_find(const sj_curve_peers *peers, const char *service);

/* HOST:PORT as ZeroMQ wants it, `further` ports on (a feed: 1); false: it is none. */
bool sj_curve_endpoint(const char *address, unsigned further,
                       char endpoint[SJ_CURVE_ADDRESS_MAX + 16]);
