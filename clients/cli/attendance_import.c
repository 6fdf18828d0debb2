/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attendance import: a CSV file of what was observed, a row a fact.  Each fact has a nonce made of
 * its content, so the same file twice is the same evidence.
 */
#include "clients/cli/args.h"
#include "clients/cli/commands.h"
#include "clients/cli/intake.h"
#include "clients/cli/json_of.h"
#include "clients/cli/times.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef enum field {
    EMAIL,
    EXTERNAL_ID,
    REGISTRATION_ID,
    DISPLAY_NAME,
    KIND,
    OCCURRED_AT,
    ENDED_AT,
    SESSION,
    MARK,
    DEVICE,
    DEVICE_SEQ,
    CONNECTION,
    REMARK,
    NONCE,
    FIELDS
} field;

static const char *const names[FIELDS] = {
    [EMAIL] = "email|email address|mail|user email",
    [EXTERNAL_ID] = "external id|registrant id",
    [REGISTRATION_ID] = "registration id|registration",
    [DISPLAY_NAME] = "display name|name",
    [KIND] = "kind|event|action|type",
    [OCCURRED_AT] = "occurred at|time|timestamp|join time|from|starts at",
    [ENDED_AT] = "ended at|leave time|to|until|ends at",
    [SESSION] = "session|session number",
    [MARK] = "mark",
    [DEVICE] = "device",
    [DEVICE_SEQ] = "device seq|device sequence",
    [CONNECTION] = "connection|connection id",
    [REMARK] = "remark|comment|note",
    [NONCE] = "nonce",
};

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

typedef struct facts {
    cli *c;
    csv *in;
    intake *to;
    int columns[FIELDS];
    uint8_t event_id[SIJILL_ID_SIZE];
    const char *zone;
} facts;

/* One row as evidence; what it points to. */
typedef struct fact {
    Sijill__V1__Evidence evidence;
    Sijill__V1__Identity identity;
    uint8_t registration_id[SIJILL_ID_SIZE];
    uint8_t nonce[SIJILL_ID_SIZE];
} fact;

static char *
text_or_null(const facts *f, field which)
{
    const char *text = csv_field(f->in, f->columns[which]);

    return text[0] == '\0' ? NULL : (char *) (uintptr_t) text;
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
kind_read(const facts *f, fact *out, const char **why)
{
    const char *text = text_or_null(f, KIND);
    const kind_name *kind;

    if (text == NULL)
        text = text_or_null(f, MARK) != NULL       ? "mark"
               : text_or_null(f, ENDED_AT) != NULL ? "span"
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
who_read(const facts *f, fact *out, const char **why)
{
    const char *id = text_or_null(f, REGISTRATION_ID);

    if (out->evidence.kind == SIJILL__V1__EVIDENCE_KIND__PLATFORM_END)
        return NULL;
    *why = "is no id of 32 hexadecimal digits";
    if (id != NULL) {
        out->evidence.has_registration_id = true;
        out->evidence.registration_id = id_data(out->registration_id);
        return sijill_unhex(id, out->registration_id) ? NULL : "registration_id";
    }
    sijill__v1__identity__init(&out->identity);
    out->identity.email = text_or_null(f, EMAIL);
    out->identity.registrant_id = text_or_null(f, EXTERNAL_ID);
    out->identity.display_name = text_or_null(f, DISPLAY_NAME);
    out->identity.platform = (char *) (uintptr_t) arg_text(f->c, "source");
    out->evidence.identity = &out->identity;
    *why = "whose is it? Give email, external_id or registration_id";
    return out->identity.email == NULL && out->identity.registrant_id == NULL &&
                   out->identity.display_name == NULL
               ? "email"
               : NULL;
}

static const char *
times_read(const facts *f, fact *out, const char **why)
{
    const char *from = text_or_null(f, OCCURRED_AT);
    const char *to = text_or_null(f, ENDED_AT);

    *why = "is missing: when was it?";
    if (from == NULL)
        return "occurred_at";
    *why = instant_read(from, f->zone, &out->evidence.occurred_ms);
    if (*why != NULL)
        return "occurred_at";
    out->evidence.has_occurred_ms = true;
    if (out->evidence.kind != SIJILL__V1__EVIDENCE_KIND__SPAN)
        return NULL;
    *why = "is missing: a span has an end";
    if (to == NULL)
        return "ended_at";
    *why = instant_read(to, f->zone, &out->evidence.ended_ms);
    out->evidence.has_ended_ms = true;
    return *why == NULL ? NULL : "ended_at";
}

static const char *
details_read(const facts *f, fact *out, const char **why)
{
    const char *text = text_or_null(f, MARK);
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
    text = text_or_null(f, SESSION);
    *why = "is no session's number";
    if (text != NULL) {
        if (!number_read(text, 1000, &number) || number == 0)
            return "session";
        out->evidence.has_session = true;
        out->evidence.session = (uint32_t) number;
    }
    text = text_or_null(f, DEVICE_SEQ);
    *why = "is no whole number";
    if (text != NULL) {
        if (!number_read(text, UINT64_MAX, &out->evidence.device_seq))
            return "device_seq";
        out->evidence.has_device_seq = true;
    }
    out->evidence.device = text_or_null(f, DEVICE);
    out->evidence.connection = text_or_null(f, CONNECTION);
    out->evidence.remark = text_or_null(f, REMARK);
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

static const char *
row_read(const facts *f, fact *out, const char **why)
{
    const char *given = text_or_null(f, NONCE);
    const char *wrong;

    memset(out, 0, sizeof *out);
    sijill__v1__evidence__init(&out->evidence);
    out->evidence.has_event_id = true;
    out->evidence.event_id = id_data(f->event_id);
    wrong = kind_read(f, out, why);
    if (wrong == NULL)
        wrong = who_read(f, out, why);
    if (wrong == NULL)
        wrong = times_read(f, out, why);
    if (wrong == NULL)
        wrong = details_read(f, out, why);
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

static const char *
recorded(const sijill_reply *reply, intake_row *row)
{
    Sijill__V1__Recorded *out = sijill_unpack(reply, &sijill__v1__recorded__descriptor);
    const char *verdict = "recorded";

    if (out != NULL && out->n_evidence > 0) {
        row->more = json_of(&out->evidence[0]->base);
        verdict = out->evidence[0]->known       ? "unchanged"
                  : out->evidence[0]->unmatched ? "unmatched"
                                                : "created";
    }
    sijill_free(out);
    return verdict;
}

/* false: the service has gone. */
static bool
row_send(facts *f, csv_result result)
{
    fact one;
    Sijill__V1__RecordEvidence in;
    Sijill__V1__Evidence *pieces[] = { &one.evidence };
    static const field keys[] = { EMAIL, EXTERNAL_ID, REGISTRATION_ID, DISPLAY_NAME };
    const char *id = NULL;
    const char *why;
    const char *wrong;
    intake_row *row;

    for (size_t i = 0; result == CSV_ROW && id == NULL && i < sizeof keys / sizeof keys[0]; i++)
        id = text_or_null(f, keys[i]);
    row = intake_begin(f->to, f->in->row, id == NULL ? "-" : id);
    if (row == NULL)
        return false;
    if (result == CSV_BAD) {
        intake_settle(f->to, row, "refused", "", f->in->reason);
        return true;
    }
    wrong = row_read(f, &one, &why);
    if (wrong != NULL) {
        intake_settle(f->to, row, "refused", wrong, why);
        return true;
    }
    sijill__v1__record_evidence__init(&in);
    in.evidence = pieces;
    in.n_evidence = 1;
    intake_send(f->to, row, 200, &in.base);
    return true;
}

static int
columns_find(facts *f)
{
    bool known[CSV_COLUMNS_MAX] = { false };

    for (int i = 0; i < FIELDS; i++) {
        f->columns[i] = csv_column(f->in, names[i]);
        if (f->columns[i] >= 0)
            known[f->columns[i]] = true;
    }
    if (f->columns[OCCURRED_AT] < 0)
        return fail(f->c, EXIT_USAGE,
                    "%s has no column `occurred_at`: its first row must name the columns",
                    arg_operand(f->c, 0));
    for (size_t i = 0; i < f->in->column_count; i++)
        if (!known[i])
            note(f->c, "column '%s' is not known, and left out", f->in->names[i]);
    return EXIT_DONE;
}

static int
import_rows(cli *c, csv *in)
{
    facts f = { .c = c, .in = in };
    Sijill__V1__EventView *event = NULL;
    int outcome = columns_find(&f);
    csv_result result;

    if (outcome == EXIT_DONE)
        outcome = event_find(c, arg_text(c, "event"), &event);
    if (outcome != EXIT_DONE)
        return outcome;
    memcpy(f.event_id, event->event->id.data, sizeof f.event_id);
    f.zone = arg_text(c, "time-zone") == NULL ? event->event->time_zone : arg_text(c, "time-zone");
    if (f.zone != NULL && !zone_known(f.zone))
        outcome =
            fail(c, EXIT_USAGE,
                 "the time zone '%s' is not known here: give one such as Europe/Istanbul", f.zone);
    if (outcome == EXIT_DONE)
        outcome = catch_up(c, ATTENDANCE, f.event_id);
    if (outcome == EXIT_DONE) {
        f.to = intake_open(c, ATTENDANCE, "facts", recorded);
        while ((result = csv_next(in)) != CSV_END && row_send(&f, result))
            ;
        outcome = intake_close(&f.to);
    }
    sijill_free(event);
    return outcome;
}

static int
import_run(cli *c)
{
    return intake_csv(c, import_rows);
}

static const option import_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { "time-zone", "ZONE", "of times without an offset (default: the event's)", false },
    { "source", "NAME", "the platform's name, for external ids", false },
    { "dry-run", NULL, "decide every row, write nothing", false },
    { "quiet", NULL, "print refused rows only", false },
    { NULL, NULL, NULL, false },
};

const command attendance_import_commands[] = {
    { "attendance import", "FILE", "what was observed, from a CSV file; a verdict a row",
      import_options, import_run,
      "The first row names the columns, in any order: email external_id or registration_id, kind "
      "(check_in check_out\n"
      "join leave span mark platform_end), occurred_at, ended_at, session, mark, device, "
      "connection, remark, nonce.\n"
      "Times are 2025-01-21T09:00Z, with an offset, or local.  The same file again changes "
      "nothing." },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
