/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Append what was observed, and bring the verdicts it touches up to date.
 *
 * The row under (event, nonce) makes a second arrival of the same piece the same success.  Evidence
 * is never moved, changed or refused for whose it is: unknown people are listed, wrong clocks are
 * flagged.
 */
#include "services/attendance/assess.h"
#include "services/attendance/connection.h"
#include "services/attendance/handlers.h"
#include "services/attendance/limits.h"
#include "services/attendance/piece.h"
#include "services/attendance/timer.h"

#include <assert.h>
#include <string.h>

enum {
    VOIDS_OF_VOIDS = 16
}; /* followed to find whose evidence it is; beyond, every verdict of the event is looked at */

static uint32_t
limit_of(uint8_t subject_kind)
{
    if (subject_kind == ATTENDANCE_OF_ALL)
        return ATTENDANCE_ENDS_MAX;
    if (subject_kind == ATTENDANCE_OF_CONNECTION)
        return ATTENDANCE_BINDS_MAX;
    return subject_kind == ATTENDANCE_OF_EVIDENCE ? ATTENDANCE_VOIDS_MAX : ATTENDANCE_EVIDENCE_MAX;
}

/* A whole command fits behind a count below the limit, so pieces of one command need not be told
 * apart here. */
static bool
full(const attendance_new_piece *piece)
{
    const Sijill__V1__AttendanceBucketRow *bucket =
        attendance_bucket_get(&piece->scope, &piece->place.subject);

    return bucket != NULL &&
           bucket->count + ATTENDANCE_PIECES_MAX > limit_of(piece->place.subject.kind);
}

static sj_status
refuse_full(sj_txn *txn, const attendance_new_piece *piece, size_t at, sj_reply *reply)
{
    uint8_t kind = piece->place.subject.kind;
    const char *words = "of this person at this event are here: tell the rest as one SPAN";

    if (kind == ATTENDANCE_OF_ALL)
        words = "are PLATFORM_ENDs of this event: take some back, or end the joins by CHECK_OUT";
    else if (kind == ATTENDANCE_OF_EVIDENCE)
        words = "take back this one piece already: record the fact anew";
    else if (kind == ATTENDANCE_OF_CONNECTION)
        words = "bind this connection already: it stays with the last";
    return sj_refuse(txn, reply, SJ_TOO_LARGE,
                     sj_words(txn, "piece %zu: about %u pieces %s", at + 1, limit_of(kind), words));
}

static sj_status
refuse_event(sj_txn *txn, size_t at, sj_reply *reply)
{
    return sj_refuse(txn, reply, SJ_NOT_FOUND,
                     sj_words(txn,
                              "piece %zu: no such event here; if it was defined just now, ask "
                              "again with min_pos of registration's answer",
                              at + 1));
}

static sj_status
check_place(sj_txn *txn, const attendance_new_piece *piece, size_t at, sj_reply *reply)
{
    size_t mark = sj_arena_mark(sj_txn_arena(txn));
    sj_key event = attendance_key(&piece->scope);
    bool there = sj_exists(txn, ATTENDANCE_EVENT, &event);
    attendance_place place;
    bool fits = attendance_nonce_get(&piece->scope, piece->in->nonce.data, &place) || !full(piece);

    sj_arena_release(sj_txn_arena(txn), mark);
    if (!there)
        return refuse_event(txn, at, reply);
    return fits ? SJ_OK : refuse_full(txn, piece, at, reply);
}

static sj_status
check(sj_txn *txn, const sj_command *cmd, const Sijill__V1__RecordEvidence *in,
      attendance_new_piece *pieces, sj_reply *reply)
{
    if (in->n_evidence == 0)
        return sj_refuse_field(txn, reply, "evidence", "send 1 to 16 pieces of evidence");
    for (size_t i = 0; i < in->n_evidence; i++) {
        const char *field;
        const char *words =
            attendance_piece_check(txn, cmd->org, in->evidence[i], &pieces[i], &field);

        if (words != NULL)
            return sj_refuse_field(txn, reply, field, sj_words(txn, "piece %zu: %s", i + 1, words));
        if (check_place(txn, &pieces[i], i, reply) != SJ_OK)
            return reply->status;
    }
    return SJ_OK;
}

static char *
borrow(const char *text)
{
    return (char *) (uintptr_t) text;
}

/* Of an identity that is new: who that is, and by which keys it can be found. */
static void
make_bucket(const attendance_names *names, ProtobufCBinaryData keys[ATTENDANCE_KEYS_MAX],
            Sijill__V1__AttendanceBucketRow *row)
{
    sijill__v1__attendance_bucket_row__init(row);
    row->has_count = 1;
    row->count = 1;
    for (size_t i = 0; i < names->count; i++)
        keys[i] = sj_id_data(names->key[i]);
    row->n_key = names->count;
    row->key = keys;
    row->registrant_id = borrow(names->registrant_id);
    row->email = borrow(names->email);
    row->display_name = borrow(names->display_name);
    row->platform = borrow(names->platform);
    row->has_connection_key = names->by_connection;
    row->connection_key = sj_id_data(names->connection);
}

/* Count the piece. */
static void
put_bucket(const attendance_new_piece *piece)
{
    const attendance_scope *scope = &piece->scope;
    const attendance_names *names = &piece->names;
    sj_key key = attendance_key_subject(scope, &piece->place.subject);
    Sijill__V1__AttendanceBucketRow *old = attendance_bucket_get(scope, &piece->place.subject);
    ProtobufCBinaryData keys[ATTENDANCE_KEYS_MAX];
    Sijill__V1__AttendanceBucketRow row;

    if (old != NULL) {
        old->count++;
        sj_row_put(scope->txn, ATTENDANCE_BUCKET, &key, &old->base);
        return;
    }
    for (size_t i = 0; i < names->count; i++) {
        sj_key carries = attendance_key_pair(scope, names->key[i], names->identity);

        attendance_put_bare(scope, ATTENDANCE_IDENTITY, &carries);
    }
    make_bucket(names, keys, &row);
    sj_row_put(scope->txn, ATTENDANCE_BUCKET, &key, &row.base);
}

/* By which the piece can be found from its connection. */
static void
put_connection(const attendance_new_piece *piece)
{
    const attendance_scope *scope = &piece->scope;
    uint8_t connection[SJ_ID_SIZE];
    uint8_t bound_to[SJ_ID_SIZE];

    if (piece->connection == NULL || piece->place.subject.kind == ATTENDANCE_OF_ALL ||
        piece->place.subject.kind == ATTENDANCE_OF_EVIDENCE)
        return;
    attendance_connection_key(scope->txn, piece->connection, connection);
    if (piece->bound_to == NULL) {
        attendance_connection_note(scope, connection, &piece->place.subject,
                                   piece->names.by_connection);
        return;
    }
    attendance_connection_key(scope->txn, piece->bound_to, bound_to);
    attendance_connection_follow(scope, connection, bound_to);
}

static void
put_piece(attendance_new_piece *piece, const sj_command *cmd, size_t at)
{
    Sijill__V1__AttendanceEvidenceRow row;
    sj_key key;

    piece->place.order = sj_sequence(piece->scope.txn) * ATTENDANCE_PIECES_MAX + at;
    key = attendance_key_place(&piece->scope, &piece->place);
    attendance_piece_row(piece, cmd, &row);
    sj_row_put(piece->scope.txn, ATTENDANCE_EVIDENCE, &key, &row.base);
    attendance_nonce_put(&piece->scope, row.id.data, &piece->place);
    put_bucket(piece);
    put_connection(piece);
}

/* Whose a subject's evidence is. */
typedef enum whose {
    NOBODYS,
    SOMEONES,
    OF_ALL,
} whose;

/* A VOID is of the subject of what it takes back in the end; SOMEONES: found. */
static whose
find_subject(const attendance_scope *scope, attendance_subject *subject)
{
    attendance_place place;

    for (size_t i = 0; subject->kind == ATTENDANCE_OF_EVIDENCE; i++) {
        if (i == VOIDS_OF_VOIDS)
            return OF_ALL;
        if (!attendance_nonce_get(scope, subject->id, &place))
            return NOBODYS;
        *subject = place.subject;
    }
    return subject->kind == ATTENDANCE_OF_ALL ? OF_ALL : SOMEONES;
}

static whose
find_whose(const attendance_new_piece *piece, attendance_subject subject,
           uint8_t registration[SJ_ID_SIZE])
{
    const attendance_scope *scope = &piece->scope;
    const Sijill__V1__AttendanceBucketRow *bucket;
    Sijill__V1__AttendanceBucketRow fresh;
    ProtobufCBinaryData keys[ATTENDANCE_KEYS_MAX];
    whose who = find_subject(scope, &subject);

    if (who != SOMEONES)
        return who;
    if (subject.kind == ATTENDANCE_OF_CONNECTION)
        return attendance_connection_owner(scope, subject.id, registration) ? SOMEONES : NOBODYS;
    if (subject.kind == ATTENDANCE_OF_REGISTRATION) {
        sj_key key = attendance_key_id(scope, subject.id);

        memcpy(registration, subject.id, SJ_ID_SIZE);
        return sj_exists(scope->txn, ATTENDANCE_REGISTRATION, &key) ? SOMEONES : NOBODYS;
    }
    bucket = attendance_bucket_get(scope, &subject);
    if (bucket == NULL) { /* a dry run */
        make_bucket(&piece->names, keys, &fresh);
        bucket = &fresh;
    }
    return attendance_owner(scope, bucket, registration) ? SOMEONES : NOBODYS;
}

static uint16_t
flags_at_receipt(const attendance_scope *scope, const attendance_place *place, whose who,
                 const uint8_t registration[SJ_ID_SIZE])
{
    const Sijill__V1__AttendanceEvidenceRow *row = attendance_evidence_get(scope, place);
    const Sijill__V1__AttendanceEventRow *event = attendance_event_get(scope);
    const Sijill__V1__AttendanceRegistrationRow *person;
    verdict_question question;
    verdict_evidence piece;

    if (row == NULL || event == NULL) /* a dry run */
        return 0;
    attendance_piece(scope, place, row, &piece);
    attendance_sessions(scope->txn, event, &question);
    if (verdict_outside(&question, &piece))
        piece.flags |= verdict_flag(SIJILL__V1__FLAG__OUTSIDE_SESSION);
    if (who == NOBODYS && place->subject.kind == ATTENDANCE_OF_REGISTRATION)
        piece.flags |= verdict_flag(SIJILL__V1__FLAG__UNKNOWN_REGISTRATION);
    if (who != SOMEONES)
        return piece.flags;
    person = attendance_registration_get(scope, registration);
    if (person != NULL && person->state != SIJILL__V1__REGISTRATION_STATE__CONFIRMED)
        piece.flags |= verdict_flag(SIJILL__V1__FLAG__NOT_CONFIRMED);
    return piece.flags;
}

enum { RECEIPT_FLAGS = 4 };

typedef struct piece_receipt {
    Sijill__V1__RecordedEvidence out;
    Sijill__V1__Flag flags[RECEIPT_FLAGS];
} piece_receipt;

static void
answer_piece(const attendance_new_piece *piece, bool known, const attendance_place *place,
             whose who, const uint8_t registration[SJ_ID_SIZE], piece_receipt *receipt)
{
    size_t mark = sj_arena_mark(sj_txn_arena(piece->scope.txn));
    uint16_t flags = flags_at_receipt(&piece->scope, place, who, registration);

    sj_arena_release(sj_txn_arena(piece->scope.txn), mark);
    sijill__v1__recorded_evidence__init(&receipt->out);
    receipt->out.has_evidence_id = 1;
    receipt->out.evidence_id = piece->in->nonce;
    receipt->out.has_known = receipt->out.known = known;
    receipt->out.has_unmatched = receipt->out.unmatched = who == NOBODYS;
    receipt->out.flag = receipt->flags;
    for (int flag = 1; flag < 16; flag++) {
        if ((flags >> flag & 1) == 0)
            continue;
        assert(receipt->out.n_flag < RECEIPT_FLAGS);
        receipt->flags[receipt->out.n_flag++] = (Sijill__V1__Flag) flag;
    }
}

/* The connection that may become another's by this piece, and with it what goes by it alone. */
static bool
find_connection(const attendance_new_piece *piece, uint8_t connection[SJ_ID_SIZE])
{
    const attendance_scope *scope = &piece->scope;
    attendance_subject subject = piece->place.subject;

    if (find_subject(scope, &subject) != SOMEONES)
        return false;
    if (subject.kind == ATTENDANCE_OF_CONNECTION) {
        memcpy(connection, subject.id, SJ_ID_SIZE);
        return true;
    }
    if (piece->connection == NULL || piece->place.subject.kind == ATTENDANCE_OF_EVIDENCE ||
        !attendance_connections_matter(scope))
        return false;
    attendance_connection_key(scope->txn, piece->connection, connection);
    return true;
}

/* Who has the connection's evidence may lose it; who comes to have it is whose the piece is. */
static void
put_new_piece(const sj_command *cmd, attendance_new_piece *piece, size_t at,
              attendance_affected *affected)
{
    uint8_t connection[SJ_ID_SIZE];

    if (find_connection(piece, connection))
        attendance_affect_connection(affected, &piece->scope, connection, cmd->now_ms);
    put_piece(piece, cmd, at);
}

static void
record_piece(const sj_command *cmd, attendance_new_piece *piece, size_t at,
             attendance_affected *affected, piece_receipt *receipt)
{
    const attendance_scope *scope = &piece->scope;
    size_t mark = sj_arena_mark(sj_txn_arena(scope->txn));
    uint8_t registration[SJ_ID_SIZE];
    attendance_place place;
    bool known = attendance_nonce_get(scope, piece->in->nonce.data, &place);
    whose who;

    if (!known) {
        put_new_piece(cmd, piece, at, affected);
        place = piece->place;
    }
    who = find_whose(piece, place.subject, registration);
    answer_piece(piece, known, &place, who, registration, receipt);
    if (!known && who == SOMEONES)
        attendance_affect(affected, scope, registration, cmd->now_ms);
    else if (!known && who == OF_ALL)
        attendance_timer_recompute(scope, cmd->now_ms);
    sj_arena_release(sj_txn_arena(scope->txn), mark);
}

sj_status
attendance_record_evidence(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__RecordEvidence *in =
        sj_decode(txn, cmd, &sijill__v1__record_evidence__descriptor, reply);
    attendance_new_piece pieces[ATTENDANCE_PIECES_MAX];
    piece_receipt receipts[ATTENDANCE_PIECES_MAX];
    Sijill__V1__RecordedEvidence *answers[ATTENDANCE_PIECES_MAX];
    attendance_affected affected = { .count = 0 };
    Sijill__V1__Recorded out;

    if (in == NULL)
        return reply->status;
    if (in->n_evidence > ATTENDANCE_PIECES_MAX)
        return sj_refuse_field(txn, reply, "evidence", "send 1 to 16 pieces of evidence");
    if (check(txn, cmd, in, pieces, reply) != SJ_OK)
        return reply->status;
    for (size_t i = 0; i < in->n_evidence; i++) {
        record_piece(cmd, &pieces[i], i, &affected, &receipts[i]);
        answers[i] = &receipts[i].out;
    }
    attendance_settle_affected(&affected, cmd->now_ms);
    sijill__v1__recorded__init(&out);
    out.n_evidence = in->n_evidence;
    out.evidence = answers;
    return sj_accept(txn, reply, &out.base);
}
