/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * records: the services' records as JSON for the world.  Only those that this table names leave the
 * house: others hold keys and secrets.
 */
#include "services/gateway/api/json.h"
#include "sijill/v1/wire.pb-c.h"

typedef struct record_kind {
    uint32_t type;
    const char *name; /* "RegistrationChanged" */
    const ProtobufCMessageDescriptor *descriptor;
} record_kind;

extern const record_kind record_kinds[];
extern const size_t record_kind_count;

/* NULL: not for the world. */
const record_kind *record_kind_of(uint32_t type);
const record_kind *record_kind_named(const char *name, size_t size);

/* {"service":...,"seq":...,"atMs":...,"type":...,"requestId":...,"actor":...,"data":{...}} without
 * the closing brace.  False: it is not to be understood. */
bool record_write(json_text *out, const char *service, const Sijill__V1__Record *record);
