/* SPDX-License-Identifier: Apache-2.0 */
/*
 * curve: keys for tcp: a service's public key, and the file of our own.
 */
#include "proto/keys/curve_files.h"

#include "clients/c/socket.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

_Static_assert((int) SIJILL_CURVE_SIZE == (int) SJ_CURVE_TEXT + 1, "one size of key");
_Static_assert((int) SIJILL_CURVE_WORDS == (int) SJ_CURVE_WORDS, "one size of words");

static bool
is_tcp(const char *endpoint)
{
    return strncmp(endpoint, "tcp://", strlen("tcp://")) == 0;
}

const char *
curve_read(const char *endpoint, const char *server, const char *key_file, socket_curve *curve)
{
    uint8_t octets[32];
    const char *problem;

    memset(curve, 0, sizeof *curve);
    if (!is_tcp(endpoint))
        return server == NULL ? NULL : "CURVE is for tcp: leave the key out, or give tcp://";
    if (server == NULL || key_file == NULL)
        return "tcp goes with CURVE only: give the service's public key and a file with our own";
    if (zmq_has("curve") != 1)
        return "this ZeroMQ has no CURVE: install one that has";
    if (!sj_curve_is_key(server) || zmq_z85_decode(octets, server) == NULL)
        return "the service's public key is none: it has 40 characters";
    problem = sj_curve_key_read(key_file, curve->secret);
    if (problem == NULL && zmq_curve_public(curve->public, curve->secret) != 0)
        problem = "the key file holds no CURVE key";
    if (problem == NULL)
        memcpy(curve->server, server, sizeof curve->server);
    else
        curve_forget(curve);
    return problem;
}

void
curve_forget(socket_curve *curve)
{
    sodium_memzero(curve, sizeof *curve);
}

const char *
sijill_curve_problem(const char *endpoint, const char *server, const char *key_file)
{
    socket_curve curve;
    const char *problem = curve_read(endpoint, server, key_file, &curve);

    curve_forget(&curve);
    return problem;
}

const char *
sijill_curve_create(const char *key_file, char public[SIJILL_CURVE_SIZE])
{
    char secret[SIJILL_CURVE_SIZE];
    const char *problem = "cannot be made: this ZeroMQ has no CURVE";

    if (zmq_curve_keypair(public, secret) == 0)
        problem = sj_curve_key_write(key_file, secret);
    sodium_memzero(secret, sizeof secret);
    return problem;
}

const char *
sijill_curve_public(const char *key_file, char public[SIJILL_CURVE_SIZE])
{
    char secret[SIJILL_CURVE_SIZE];
    const char *problem = sj_curve_key_read(key_file, secret);

    if (problem == NULL && zmq_curve_public(public, secret) != 0)
        problem = "holds no CURVE key";
    sodium_memzero(secret, sizeof secret);
    return problem;
}

bool
sijill_where_find(const char *peers_file, const char *service, bool feed, sijill_where *where,
                  char words[SIJILL_CURVE_WORDS])
{
    sj_curve_peers peers;
    const sj_curve_peer *server;

    memset(where, 0, sizeof *where);
    if (!sj_curve_peers_read(peers_file, &peers, words))
        return false;
    server = sj_curve_server_find(&peers, service);
    if (server != NULL) {
        (void) sj_curve_endpoint(server->address, feed ? 1 : 0, where->endpoint);
        memcpy(where->server, server->key, sizeof where->server);
    }
    sj_curve_peers_free(&peers);
    return true;
}
