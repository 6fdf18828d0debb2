/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/intake.h"

#include "clients/upload/enums.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RING = SIJILL_OUTSTANDING_MAX,
    PIECES_MAX = 16,
    PIECES_SIZE_MAX = 48 * 1024, /* of one command; a frame holds 63 KiB */
    PIECE_WAIT_MAX = RING / 2,   /* rows that may come between the pieces of one command */
    RECORD_EVIDENCE = 200,
    TAG_EVIDENCE = 1 << 3 | 2, /* field 1, length-delimited */
};

struct intake {
    intake_options options;
    uint64_t first; /* the oldest row not handed on; counts from 0 */
    uint64_t next;
    uint64_t pending; /* of the rows whose pieces wait for their command: the first */
    size_t pending_count;
    size_t pending_size;
    intake_row *pieces[PIECES_MAX];
    bool gone; /* the service does not answer any more */
    intake_row rows[RING];
};

const char *
outcome_word(Sijill__V1__Outcome outcome)
{
    static const char *const words[] = { "unchanged", "created", "updated" };

    return (unsigned) outcome < 3 ? words[outcome] : "done";
}

bool
code_unanswered(uint32_t code)
{
    return code == SIJILL__V1__CODE__BUSY || code == SIJILL__V1__CODE__DRAINING ||
           code == SIJILL__V1__CODE__LAGGING || code == SIJILL__V1__CODE__UNAVAILABLE ||
           code == SIJILL__V1__CODE__UNKNOWN_OUTCOME || code == SIJILL__V1__CODE__UNKNOWN_PEER ||
           code == SIJILL_UNREACHABLE;
}

const char *
intake_defined(const sijill_reply *reply, intake_row *row)
{
    Sijill__V1__Defined *out = sijill_unpack(reply, &sijill__v1__defined__descriptor);
    const char *verdict = out == NULL ? "done" : outcome_word(out->outcome);

    (void) row;
    sijill_free(out);
    return verdict;
}

static json_t *
id_json(const ProtobufCBinaryData *id)
{
    char text[2 * SIJILL_ID_SIZE + 1];

    if (id->len != SIJILL_ID_SIZE)
        return json_null();
    sijill_hex(id->data, text);
    return json_string(text);
}

const char *
intake_registered(const sijill_reply *reply, intake_row *row)
{
    Sijill__V1__Registered *out = sijill_unpack(reply, &sijill__v1__registered__descriptor);
    const char *verdict = out == NULL ? "done" : outcome_word(out->outcome);
    char state[64];

    if (out != NULL) {
        (void) enum_name(&sijill__v1__registration_state__descriptor, (int) out->state, state,
                         sizeof state);
        row->more =
            json_pack("{s:o, s:s, s:o}", "registration_id", id_json(&out->registration_id), "state",
                      state, "place", out->has_place ? json_integer(out->place) : json_null());
        if (out->marks_dropped)
            (void) json_object_set_new(
                row->more, "notes",
                json_pack("[s]", "direction marks (U+200E, U+200F) were taken out of a text"));
    }
    sijill_free(out);
    return verdict;
}

const char *
intake_recorded(const sijill_reply *reply, intake_row *row)
{
    Sijill__V1__Recorded *out = sijill_unpack(reply, &sijill__v1__recorded__descriptor);
    const char *verdict = "recorded";

    if (out != NULL && row->part < out->n_evidence) {
        const Sijill__V1__RecordedEvidence *piece = out->evidence[row->part];
        json_t *flags = json_array();
        char name[64];

        for (size_t i = 0; i < piece->n_flag; i++)
            (void) json_array_append_new(
                flags, json_string(enum_name(&sijill__v1__flag__descriptor, (int) piece->flag[i],
                                             name, sizeof name)));
        row->more = json_pack("{s:o, s:b, s:b, s:o}", "evidence_id", id_json(&piece->evidence_id),
                              "known", piece->known, "unmatched", piece->unmatched, "flag", flags);
        verdict = piece->known ? "unchanged" : piece->unmatched ? "unmatched" : "created";
    }
    sijill_free(out);
    return verdict;
}

intake *
intake_open(const intake_options *options)
{
    intake *in = calloc(1, sizeof *in);

    if (in == NULL)
        abort();
    in->options = *options;
    return in;
}

void *
intake_context(const intake *in)
{
    return in->options.context;
}

static void
rows_hand_on(intake *in)
{
    while (in->first < in->next && in->rows[in->first % RING].done) {
        intake_row *row = &in->rows[in->first++ % RING];

        in->options.print(in->options.context, row);
        json_decref(row->more);
        row->more = NULL;
        free(row->piece);
        row->piece = NULL;
    }
}

/* The request id of the row's command: of the seed's time, and of what is sent. */
static const uint8_t *
request_id(const intake *in, const intake_row *row, const uint8_t *packed, size_t size,
           uint8_t id[SIJILL_ID_SIZE])
{
    uint8_t hash[SIJILL_ID_SIZE];

    if (in->options.seed == NULL)
        return NULL;
    uint8_t head[SIJILL_ID_SIZE + sizeof row->row];
    crypto_generichash_state state;

    memcpy(head, in->options.seed, SIJILL_ID_SIZE);
    memcpy(head + SIJILL_ID_SIZE, &row->row, sizeof row->row);
    (void) crypto_generichash_init(&state, NULL, 0, sizeof hash);
    (void) crypto_generichash_update(&state, head, sizeof head);
    (void) crypto_generichash_update(&state, packed, size);
    (void) crypto_generichash_final(&state, hash, sizeof hash);
    memcpy(id, in->options.seed, SIJILL_ID_SIZE);
    id[6] = (uint8_t) (0x70 | (hash[0] & 0x0f));
    id[7] = hash[1];
    id[8] = (uint8_t) (0x80 | (hash[2] & 0x3f));
    memcpy(id + 9, hash + 3, SIJILL_ID_SIZE - 9);
    return id;
}

/* false: it does not fit. */
static bool
submit(intake *in, intake_row *row, uint32_t type, const uint8_t *packed, size_t size)
{
    uint8_t id[SIJILL_ID_SIZE];
    sijill_request request = { .type = type,
                               .packed = packed,
                               .packed_size = size,
                               .request_id = request_id(in, row, packed, size, id),
                               .dry_run = in->options.dry_run,
                               .min_pos = in->options.min_pos,
                               .context = row };

    return sijill_submit(in->options.service, &request);
}

static void
row_refuse(intake_row *row, const char *words)
{
    row->done = true;
    row->verdict = "refused";
    (void) snprintf(row->why, sizeof row->why, "%s", words);
}

static void
put_length(uint8_t **at, size_t size)
{
    for (; size >= 0x80; size >>= 7)
        *(*at)++ = (uint8_t) (size | 0x80);
    *(*at)++ = (uint8_t) size;
}

/* One RecordEvidence of these rows' pieces; the first row stands for all of them. */
static void
pieces_submit(intake *in, intake_row **rows, size_t count)
{
    uint8_t *packed;
    uint8_t *at;
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += rows[i]->piece_size + 1 + sizeof(uint64_t);
    packed = at = calloc(1, size + 1);
    if (packed == NULL)
        abort();
    for (size_t i = 0; i < count; i++) {
        rows[i]->part = (uint32_t) i;
        rows[i]->sibling = i + 1 < count ? rows[i + 1] : NULL;
        *at++ = TAG_EVIDENCE;
        put_length(&at, rows[i]->piece_size);
        memcpy(at, rows[i]->piece, rows[i]->piece_size);
        at += rows[i]->piece_size;
    }
    if (!submit(in, rows[0], RECORD_EVIDENCE, packed, (size_t) (at - packed)))
        for (size_t i = 0; i < count; i++)
            row_refuse(rows[i], "the row is larger than a message may be (63 KiB)");
    free(packed);
}

static void
pieces_flush(intake *in)
{
    if (in->pending_count > 0)
        pieces_submit(in, in->pieces, in->pending_count);
    in->pending_count = in->pending_size = 0;
}

static void
row_answered(intake *in, intake_row *row, const sijill_reply *reply)
{
    row->done = true;
    row->code = reply->code;
    if (reply->code == SIJILL__V1__CODE__OK) {
        row->verdict = in->options.verdict(reply, row);
        return;
    }
    row->verdict = code_unanswered(reply->code) ? "unanswered" : "refused";
    (void) snprintf(row->why, sizeof row->why, "%s",
                    reply->detail[0] == '\0' ? sijill_code_name(reply->code) : reply->detail);
    (void) snprintf(row->column, sizeof row->column, "%s", reply->field);
    if (code_unanswered(reply->code) && !in->gone) {
        in->gone = true;
        in->options.gone(in->options.context, reply);
    }
}

static bool
answer_take(intake *in, int timeout_ms)
{
    sijill_reply reply;
    intake_row *row;
    intake_row *sibling;

    if (!sijill_wait(in->options.service, &reply, timeout_ms))
        return false;
    row = reply.context;
    if (row->sibling != NULL && reply.code != SIJILL__V1__CODE__OK && !code_unanswered(reply.code))
        for (; row != NULL; row = sibling) { /* which of them was it? */
            sibling = row->sibling;
            pieces_submit(in, &row, 1);
        }
    for (; row != NULL; row = row->sibling)
        row_answered(in, row, &reply);
    return true;
}

intake_row *
intake_begin(intake *in, uint64_t number, const char *id)
{
    if (in->pending_count > 0 && in->next - in->pending >= PIECE_WAIT_MAX)
        pieces_flush(in);
    while (in->next - in->first == RING) {
        (void) answer_take(in, -1);
        rows_hand_on(in);
    }
    if (in->gone)
        return NULL;

    intake_row *row = &in->rows[in->next++ % RING];

    memset(row, 0, sizeof *row);
    row->row = number;
    (void) snprintf(row->id, sizeof row->id, "%s", id);
    return row;
}

static void
answers_take(intake *in)
{
    while (answer_take(in, 0))
        ;
    rows_hand_on(in);
}

void
intake_send(intake *in, intake_row *row, uint32_t type, const ProtobufCMessage *body)
{
    size_t size = protobuf_c_message_get_packed_size(body);
    uint8_t *packed = malloc(size + 1);

    if (packed == NULL)
        abort();
    (void) protobuf_c_message_pack(body, packed);
    if (!submit(in, row, type, packed, size)) /* the ring is as large as what may be outstanding */
        row_refuse(row, "the row is larger than a message may be (63 KiB)");
    free(packed);
    answers_take(in);
}

void
intake_evidence(intake *in, intake_row *row, const Sijill__V1__Evidence *evidence)
{
    row->piece_size = sijill__v1__evidence__get_packed_size(evidence);
    row->piece = malloc(row->piece_size + 1);
    if (row->piece == NULL)
        abort();
    (void) sijill__v1__evidence__pack(evidence, row->piece);
    if (in->pending_count > 0 && in->pending_size + row->piece_size > PIECES_SIZE_MAX)
        pieces_flush(in);
    if (in->pending_count == 0)
        in->pending = in->next - 1;
    in->pieces[in->pending_count++] = row;
    in->pending_size += row->piece_size;
    if (in->pending_count == PIECES_MAX)
        pieces_flush(in);
    answers_take(in);
}

void
intake_settle(intake *in, intake_row *row, const char *verdict, const char *column, const char *why)
{
    row->done = true;
    row->verdict = verdict;
    (void) snprintf(row->column, sizeof row->column, "%s", column == NULL ? "" : column);
    (void) snprintf(row->why, sizeof row->why, "%s", why);
    rows_hand_on(in);
}

void
intake_drain(intake *in)
{
    pieces_flush(in);
    while (sijill_outstanding(in->options.service) > 0 && answer_take(in, -1))
        rows_hand_on(in);
    rows_hand_on(in);
}

void
intake_close(intake **in)
{
    intake_drain(*in);
    free(*in);
    *in = NULL;
}
