/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * event_form: whether a described event can be, and the description brought into one form, so that
 * the same content always packs to the same octets.
 */
#include "services/core/command.h"
#include "sijill/v1/registration.pb-c.h"

/* Clean `event` in place, its rules too; starts_ms and ends_ms are set from the sessions.  False:
 * *reply refuses. */
bool event_clean(sj_txn *txn, Sijill__V1__Event *event, sj_reply *reply);

/* Sessions alone: numbers, order, length, breaks. */
bool sessions_clean(sj_txn *txn, Sijill__V1__Event *event, sj_reply *reply);

/* Texts by language: each language once, text clean, none empty. */
bool texts_clean(sj_txn *txn, Sijill__V1__Text **texts, size_t count, const char *field,
                 sj_reply *reply);
/* One text that may be absent. */
bool text_clean(sj_txn *txn, char **text, const char *field, sj_reply *reply);
