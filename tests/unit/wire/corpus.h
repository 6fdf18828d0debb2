/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * corpus: every body that the stories of tests/unit/sweep say, with the type as which its handler
 * decodes it.  What a route takes is learned from the route: sj_decode and sj_unpack are wrapped.
 */
#include "tests/unit/sweep/scenario.h"

typedef struct corpus_body {
    uint32_t type; /* of the route */
    const ProtobufCMessageDescriptor *message;
    sj_bytes octets; /* the stories' */
} corpus_body;

/* Tell the stories and gather; corpus_drop forgets them. */
void corpus_gather(void);
void corpus_drop(void);

size_t corpus_size(void);
const corpus_body *corpus_at(size_t i);
/* What a route takes; NULL: nothing. */
const ProtobufCMessageDescriptor *corpus_message_of(uint32_t type);

/* Call `look` for every message type that a route of the three cores takes, and for what envelopes
 * and feeds bring. */
void corpus_each_type(void (*look)(const ProtobufCMessageDescriptor *type));
