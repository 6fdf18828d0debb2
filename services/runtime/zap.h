/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * zap: who may connect over tcp.  One thread answers ZeroMQ's questions (RFC 27) from the peers
 * file; what is not in the file, not CURVE or not well formed is refused, and so is everybody while
 * the file cannot be read.
 *
 * ZeroMQ asks once a connection.  So that who is taken out of the file is out at once, the table
 * has a number that rises with every change: ports forget their peers then and ask anew what each
 * is.
 */
#include "proto/keys/curve_files.h"
#include "services/core/command.h"

#define SJ_ZAP_DOMAIN "sijill"

typedef struct sj_zap sj_zap;

/* Read the file and begin to answer: before any socket with CURVE is bound.  NULL: words. */
sj_zap *sj_zap_open(void *zmq, const char *peers_file, char words[SJ_CURVE_WORDS]);
/* After the context has ended; NULLs the pointer. */
void sj_zap_close(sj_zap **zap);

/* Read the file again if it changed, or `forced`; true: the table is another one now. */
bool sj_zap_reread(sj_zap *zap, bool forced);
/* What the owner of a key is, as of now; false: nobody we know. */
bool sj_zap_kind(sj_zap *zap, const char *key, sj_peer_kind *kind);
/* Where a service lives, by the file as it was first read; NULL: it is not said. */
const sj_curve_peer *sj_zap_server(const sj_zap *zap, const char *service);
/* Let one more key connect, which is nobody's kind; NULL: no more.  For proving ourselves. */
void sj_zap_expect(sj_zap *zap, const char *key);
/* Connections that were refused for their key since start, and messages of keys that are out. */
uint64_t sj_zap_refused(const sj_zap *zap);
void sj_zap_count_refused(sj_zap *zap);
/* One of them was ourselves. */
void sj_zap_uncount_refused(sj_zap *zap);
