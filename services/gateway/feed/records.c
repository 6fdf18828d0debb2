/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/feed/records.h"

#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/registration.pb-c.h"

#include <stdio.h>
#include <string.h>

enum { NUMBERS_SIZE = 128 };

const record_kind record_kinds[] = {
    { 130, "OrganisationDefined", &sijill__v1__define_organisation__descriptor },
    { 131, "ProgrammeDefined", &sijill__v1__define_programme__descriptor },
    { 132, "EventChanged", &sijill__v1__event_changed__descriptor },
    { 134, "RegistrationChanged", &sijill__v1__registration_changed__descriptor },
    { 230, "VerdictChanged", &sijill__v1__verdict_changed__descriptor },
    { 330, "CertificateChanged", &sijill__v1__certificate_changed__descriptor },
};
const size_t record_kind_count = sizeof record_kinds / sizeof record_kinds[0];

const record_kind *
record_kind_of(uint32_t type)
{
    for (size_t i = 0; i < record_kind_count; i++)
        if (record_kinds[i].type == type)
            return &record_kinds[i];
    return NULL;
}

const record_kind *
record_kind_named(const char *name, size_t size)
{
    for (size_t i = 0; i < record_kind_count; i++)
        if (strlen(record_kinds[i].name) == size && memcmp(record_kinds[i].name, name, size) == 0)
            return &record_kinds[i];
    return NULL;
}

/* The parts of a record that the world sees, as a message of their own: its other members are the
 * house's. */
static void
write_head(json_text *out, const char *service, const record_kind *kind,
           const Sijill__V1__Record *record)
{
    Sijill__V1__Record seen;
    bool first = false;
    char numbers[NUMBERS_SIZE];
    int length =
        snprintf(numbers, sizeof numbers,
                 "{\"service\":\"%s\",\"seq\":\"%llu\",\"atMs\":\"%llu\",\"type\":\"%s\"", service,
                 (unsigned long long) record->seq, (unsigned long long) record->at_ms, kind->name);

    json_put(out, numbers, (size_t) length);
    sijill__v1__record__init(&seen);
    seen.has_key = record->has_key;
    seen.key = record->key;
    seen.has_actor = record->has_actor;
    seen.actor = record->actor;
    json_write_members(out, &seen.base, NULL, &first);
    json_put_name(out, "data", &first);
}

bool
record_write(json_text *out, const char *service, const Sijill__V1__Record *record)
{
    const record_kind *kind = record_kind_of(record->type);
    ProtobufCMessage *data = kind == NULL
                                 ? NULL
                                 : protobuf_c_message_unpack(kind->descriptor, NULL,
                                                             record->body.len, record->body.data);

    if (data == NULL)
        return false;
    write_head(out, service, kind, record);
    json_write(out, data);
    protobuf_c_message_free_unpacked(data, NULL);
    return true;
}
