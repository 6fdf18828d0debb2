/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * curve: this service's own key, and the sockets that speak tcp with it.
 *
 * ZeroMQ's CURVE server admits every key when no ZAP handler answers.  A socket that was given to
 * sj_curve_serve admits nobody then: it names a domain and insists on it (ZMQ_ZAP_ENFORCE_DOMAIN).
 * That both hold is tried at every start, against the socket itself, before a message is read.
 */
#include "services/runtime/zap.h"

typedef struct sj_curve {
    char secret[SJ_CURVE_TEXT + 1];
    char public[SJ_CURVE_TEXT + 1];
} sj_curve;

/* NULL: the key is read; else words. */
const char *sj_curve_open(sj_curve *curve, const char *key_file);
void sj_curve_close(sj_curve *curve);

/* Before bind: only who knows this service's key, and whom ZAP admits. */
bool sj_curve_serve(void *socket, const sj_curve *curve);
/* Before connect: to the owner of this public key, as ourselves. */
bool sj_curve_join(void *socket, const sj_curve *curve, const char *server);

/* A random key must not get into the bound socket, and one that ZAP expects must.  False: words. */
bool sj_curve_prove(void *zmq, sj_zap *zap, const sj_curve *curve, void *bound,
                    char words[SJ_CURVE_WORDS]);
