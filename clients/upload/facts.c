/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/facts.h"

#include "clients/upload/enums.h"

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

typedef struct kind_name {
    const char *name;
    Sijill__V1__EvidenceKind kind;
    Sijill__V1__EvidenceSource source;
} kind_name;

static const kind_name kinds[] = {
    { "check_in", SIJILL__V1__EVIDENCE_KIND__CHECK_IN, SIJILL__V1__EVIDENCE_SOURCE__IMPORT },
    { "check_out", SIJILL__V1__EVIDENCE_KIND__CHECK_OUT, SIJILL__V1__EVIDENCE_SOURCE__IMPORT },
    { "join", SIJILL__V1__EVIDENCE_KIND__CHECK_IN, SIJILL__V1__EVIDENCE_SOURCE__PLATFORM },
    { "leave", SIJILL__V1__EVIDENCE_KIND__CHECK_OUT, SIJILL__V1__EVIDENCE_SOURCE__PLATFORM },
    { "span", SIJILL__V1__EVIDENCE_KIND__SPAN, SIJILL__V1__EVIDENCE_SOURCE__IMPORT },
    { "mark", SIJILL__V1__EVIDENCE_KIND__MARK, SIJILL__V1__EVIDENCE_SOURCE__TRAINER_MARK },
    { "platform_end", SIJILL__V1__EVIDENCE_KIND__PLATFORM_END,
      SIJILL__V1__EVIDENCE_SOURCE__PLATFORM },
};

typedef struct reading {
    const csv *in;
    const heads *h;
    const fact_rules *rules;
} reading;

static char *
value(const reading *r, head which)
{
    return (char *) (uintptr_t) heads_value(r->in, r->h, which);
}

static ProtobufCBinaryData
id_data(const uint8_t id[SIJILL_ID_SIZE])
{
    return (ProtobufCBinaryData){ SIJILL_ID_SIZE, (uint8_t *) (uintptr_t) id };
}

static bool
number_read(const char *text, uint64_t max, uint64_t *out)
{
    char *end;

    errno = 0;
    if (text[0] < '0' || text[0] > '9')
        return false;
    *out = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' && *out <= max;
}

static const kind_name *
kind_find(const char *text)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const char *a = text;
        const char *b = kinds[i].name;

        while (*a != '\0' &&
               (tolower((unsigned char) *a) == *b || (*b == '_' && (*a == ' ' || *a == '-')))) {
            a++;
            b++;
        }
        if (*a == '\0' && *b == '\0')
            return &kinds[i];
    }
    return NULL;
}

/* A row that names no kind: a mark, a span or a coming says itself by its columns. */
static const char *
kind_read(const reading *r, fact *out, const char **why)
{
    const char *text = value(r, HEAD_KIND);
    const kind_name *kind;

    if (text == NULL)
        text = value(r, HEAD_MARK) != NULL       ? "mark"
               : value(r, HEAD_ENDED_AT) != NULL ? "span"
                                                 : "check_in";
    kind = kind_find(text);
    *why = "is none of check_in, check_out, join, leave, span, mark, platform_end";
    if (kind == NULL)
        return "kind";
    out->evidence.has_kind = out->evidence.has_source = true;
    out->evidence.kind = kind->kind;
    out->evidence.source = kind->source;
    return NULL;
}

static const char *
who_read(const reading *r, fact *out, const char **why)
{
    const char *id = value(r, HEAD_REGISTRATION_ID);

    if (out->evidence.kind == SIJILL__V1__EVIDENCE_KIND__PLATFORM_END)
        return NULL;
    *why = "is no id of 32 hexadecimal digits";
    if (id != NULL) {
        out->evidence.has_registration_id = true;
        out->evidence.registration_id = id_data(out->registration_id);
        return sijill_unhex(id, out->registration_id) ? NULL : "registration_id";
    }
    sijill__v1__identity__init(&out->identity);
    out->identity.email = value(r, HEAD_EMAIL);
    out->identity.registrant_id = value(r, HEAD_EXTERNAL_ID);
    out->identity.display_name = value(r, HEAD_DISPLAY_NAME);
    out->identity.platform = (char *) (uintptr_t) r->rules->source;
    out->evidence.identity = &out->identity;
    *why = "whose is it? Give email, external_id or registration_id";
    return out->identity.email == NULL && out->identity.registrant_id == NULL &&
                   out->identity.display_name == NULL
               ? "email"
               : NULL;
}

static const char *
times_read(const reading *r, fact *out, const char **why)
{
    const char *from = value(r, HEAD_OCCURRED_AT);
    const char *to = value(r, HEAD_ENDED_AT);

    *why = "is missing: when was it?";
    if (from == NULL)
        return "occurred_at";
    *why = moment_read(from, &r->rules->times, &out->evidence.occurred_ms);
    if (*why != NULL)
        return "occurred_at";
    out->evidence.has_occurred_ms = true;
    if (out->evidence.kind != SIJILL__V1__EVIDENCE_KIND__SPAN)
        return NULL;
    *why = "is missing: a span has an end";
    if (to == NULL)
        return "ended_at";
    *why = moment_read(to, &r->rules->times, &out->evidence.ended_ms);
    out->evidence.has_ended_ms = true;
    return *why == NULL ? NULL : "ended_at";
}

static const char *
details_read(const reading *r, fact *out, const char **why)
{
    const char *text = value(r, HEAD_MARK);
    uint64_t number;
    int mark = 0;

    *why = "is none of present, late, partial, absent, excused";
    if (out->evidence.kind == SIJILL__V1__EVIDENCE_KIND__MARK) {
        if (text == NULL || !enum_read(&sijill__v1__mark_value__descriptor, text, &mark) ||
            mark == 0)
            return "mark";
        out->evidence.has_mark = true;
        out->evidence.mark = (Sijill__V1__MarkValue) mark;
    }
    text = value(r, HEAD_SESSION);
    *why = "is no session's number";
    if (text != NULL) {
        if (!number_read(text, 1000, &number) || number == 0)
            return "session";
        out->evidence.has_session = true;
        out->evidence.session = (uint32_t) number;
    }
    text = value(r, HEAD_DEVICE_SEQ);
    *why = "is no whole number";
    if (text != NULL) {
        if (!number_read(text, UINT64_MAX, &out->evidence.device_seq))
            return "device_seq";
        out->evidence.has_device_seq = true;
    }
    out->evidence.device = value(r, HEAD_DEVICE);
    out->evidence.connection = value(r, HEAD_CONNECTION);
    out->evidence.remark = value(r, HEAD_REMARK);
    return NULL;
}

/* BLAKE2b-128 of the packed evidence without its nonce: the same fact has the same nonce in every
 * file. */
static void
nonce_derive(fact *out)
{
    size_t size = sijill__v1__evidence__get_packed_size(&out->evidence);
    uint8_t *packed = malloc(size);

    if (packed == NULL)
        abort();
    (void) sijill__v1__evidence__pack(&out->evidence, packed);
    (void) crypto_generichash(out->nonce, SIJILL_ID_SIZE, packed, size, NULL, 0);
    free(packed);
}

const char *
fact_read(const csv *in, const heads *h, const fact_rules *rules, fact *out, const char **why)
{
    const reading reading_of = { in, h, rules };
    const reading *r = &reading_of;
    const char *given = value(r, HEAD_NONCE);
    const char *wrong;

    memset(out, 0, sizeof *out);
    sijill__v1__evidence__init(&out->evidence);
    out->evidence.has_event_id = true;
    out->evidence.event_id = id_data(r->rules->event_id);
    wrong = kind_read(r, out, why);
    if (wrong == NULL)
        wrong = who_read(r, out, why);
    if (wrong == NULL)
        wrong = times_read(r, out, why);
    if (wrong == NULL)
        wrong = details_read(r, out, why);
    if (wrong != NULL)
        return wrong;
    *why = "is no id of 32 hexadecimal digits";
    if (given != NULL && !sijill_unhex(given, out->nonce))
        return "nonce";
    if (given == NULL)
        nonce_derive(out);
    out->evidence.has_nonce = true;
    out->evidence.nonce = id_data(out->nonce);
    return NULL;
}

const char *
fact_key(const csv *in, const heads *h)
{
    static const head keys[] = { HEAD_EMAIL, HEAD_EXTERNAL_ID, HEAD_REGISTRATION_ID,
                                 HEAD_DISPLAY_NAME };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (heads_value(in, h, keys[i]) != NULL)
            return heads_value(in, h, keys[i]);
    return "-";
}
