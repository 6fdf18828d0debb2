/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/piece.h"

#include "services/attendance/limits.h"

#include <string.h>

static bool
of_one_person(const Sijill__V1__Evidence *in)
{
    return in->kind == SIJILL__V1__EVIDENCE_KIND__CHECK_IN ||
           in->kind == SIJILL__V1__EVIDENCE_KIND__CHECK_OUT ||
           in->kind == SIJILL__V1__EVIDENCE_KIND__MARK ||
           in->kind == SIJILL__V1__EVIDENCE_KIND__SPAN ||
           in->kind == SIJILL__V1__EVIDENCE_KIND__SEEN;
}

static const char *
check_whose(sj_txn *txn, attendance_new_piece *piece, const char **field)
{
    Sijill__V1__Evidence *in = piece->in;
    attendance_subject *subject = &piece->place.subject;

    *field = "registration_id";
    if (!of_one_person(in)) {
        subject->kind = ATTENDANCE_OF_ALL;
        if (in->kind == SIJILL__V1__EVIDENCE_KIND__VOID) {
            subject->kind = ATTENDANCE_OF_EVIDENCE;
            memcpy(subject->id, in->voids.data, SJ_ID_SIZE);
        } else if (in->kind == SIJILL__V1__EVIDENCE_KIND__BIND) {
            subject->kind = ATTENDANCE_OF_CONNECTION;
            attendance_connection_key(txn, piece->connection, subject->id);
        }
        return NULL;
    }
    if (in->has_registration_id == (in->identity != NULL))
        return "say whose it is: either registration_id or identity";
    if (in->has_registration_id) {
        if (!sj_is_id(in->has_registration_id, in->registration_id))
            return "a registration_id has 16 octets";
        subject->kind = ATTENDANCE_OF_REGISTRATION;
        memcpy(subject->id, in->registration_id.data, SJ_ID_SIZE);
        return NULL;
    }
    *field = "identity";
    if (!attendance_names_of(txn, in->identity, piece->connection, &piece->names))
        return "an identity needs a registrant_id, an e-mail or a display name, or the piece a "
               "connection";
    subject->kind = ATTENDANCE_OF_IDENTITY;
    memcpy(subject->id, piece->names.identity, SJ_ID_SIZE);
    return NULL;
}

static const char *
check_what(const Sijill__V1__Evidence *in, const char **field)
{
    bool span = in->kind == SIJILL__V1__EVIDENCE_KIND__SPAN;
    bool mark = in->kind == SIJILL__V1__EVIDENCE_KIND__MARK;
    bool takes_back = in->kind == SIJILL__V1__EVIDENCE_KIND__VOID;

    *field = "kind";
    if (in->kind == SIJILL__V1__EVIDENCE_KIND__EVIDENCE_NONE)
        return "say what kind of evidence it is";
    *field = "source";
    if (in->source == SIJILL__V1__EVIDENCE_SOURCE__SOURCE_NONE)
        return "say where the evidence comes from";
    *field = "mark";
    if (mark != (in->mark != SIJILL__V1__MARK_VALUE__MARK_NONE))
        return mark ? "a MARK says present, late, partial, absent or excused"
                    : "only a MARK has a mark";
    *field = "voids";
    if (takes_back != in->has_voids || (takes_back && in->voids.len != SJ_ID_SIZE))
        return takes_back ? "a VOID names the evidence it takes back" : "only a VOID has voids";
    if (takes_back && memcmp(in->voids.data, in->nonce.data, SJ_ID_SIZE) == 0)
        return "a VOID cannot take back itself";
    *field = "ended_ms";
    if (span != in->has_ended_ms)
        return span ? "a SPAN says when it ended" : "only a SPAN has ended_ms";
    if (span && (in->ended_ms < in->occurred_ms || in->ended_ms > ATTENDANCE_INSTANT_MAX))
        return "a SPAN ends at or after its start";
    *field = "session";
    if (in->has_session && in->session == 0)
        return "sessions count from 1; leave session out to find it by time";
    return NULL;
}

/* Empty is none.  Names of devices and connections are made by machines, remarks by trainers: both
 * can be made anew. */
static const char *
check_text(sj_txn *txn, const char *text, size_t points, const char **clean)
{
    sj_text_result result;

    *clean = NULL;
    if (text == NULL)
        return NULL;
    result = sj_text_clean(txn, text, points, clean);
    if (result == SJ_TEXT_OK || result == SJ_TEXT_MARKS_DROPPED || result == SJ_TEXT_EMPTY)
        return NULL;
    return sj_text_words(result);
}

static const char *
check_texts(sj_txn *txn, attendance_new_piece *piece, const char **field)
{
    const char *words;

    *field = "remark";
    words = check_text(txn, piece->in->remark, ATTENDANCE_REMARK_POINTS, &piece->remark);
    if (words != NULL)
        return words;
    *field = "device";
    words = check_text(txn, piece->in->device, ATTENDANCE_MACHINE_POINTS, &piece->device);
    if (words != NULL)
        return words;
    *field = "connection";
    words = check_text(txn, piece->in->connection, ATTENDANCE_MACHINE_POINTS, &piece->connection);
    if (words != NULL)
        return words;
    *field = "bound_to";
    return check_text(txn, piece->in->bound_to, ATTENDANCE_MACHINE_POINTS, &piece->bound_to);
}

static const char *
check_bind(const attendance_new_piece *piece, const char **field)
{
    bool bind = piece->in->kind == SIJILL__V1__EVIDENCE_KIND__BIND;

    *field = "bound_to";
    if (bind != (piece->bound_to != NULL))
        return bind ? "a BIND says to which other connection" : "only a BIND has bound_to";
    if (bind && piece->connection != NULL && strcmp(piece->connection, piece->bound_to) == 0)
        return "a BIND names two connections";
    *field = "connection";
    return bind && piece->connection == NULL ? "a BIND says which connection it binds" : NULL;
}

const char *
attendance_piece_check(sj_txn *txn, uint64_t org, Sijill__V1__Evidence *in,
                       attendance_new_piece *piece, const char **field)
{
    const char *words;

    memset(piece, 0, sizeof(*piece));
    piece->in = in;
    *field = "event_id";
    if (!sj_is_id(in->has_event_id, in->event_id))
        return "name the event by its id of 16 octets";
    *field = "nonce";
    if (!sj_is_id(in->has_nonce, in->nonce))
        return "a nonce of 16 octets tells this piece from all others: make a UUID";
    *field = "occurred_ms";
    if (!in->has_occurred_ms || in->occurred_ms == 0 || in->occurred_ms > ATTENDANCE_INSTANT_MAX)
        return "say when it happened, in Unix milliseconds";
    words = check_what(in, field);
    if (words != NULL)
        return words;
    piece->scope = attendance_scope_of(txn, org, in->event_id);
    piece->place.occurred_ms = in->occurred_ms;
    piece->place.device_seq = in->device_seq;
    words = check_texts(txn, piece, field);
    if (words == NULL)
        words = check_bind(piece, field);
    return words != NULL ? words : check_whose(txn, piece, field);
}

static char *
borrow(const char *text)
{
    return (char *) (uintptr_t) text;
}

void
attendance_piece_row(const attendance_new_piece *piece, const sj_command *cmd,
                     Sijill__V1__AttendanceEvidenceRow *row)
{
    const Sijill__V1__Evidence *in = piece->in;

    sijill__v1__attendance_evidence_row__init(row);
    row->has_id = row->has_kind = row->has_source = row->has_received_ms = row->has_actor = 1;
    row->id = in->nonce;
    row->kind = (uint32_t) in->kind;
    row->source = (uint32_t) in->source;
    row->received_ms = cmd->now_ms;
    row->actor = sj_id_data(cmd->actor);
    row->has_session = in->has_session;
    row->session = in->session;
    row->has_ended_ms = in->has_ended_ms;
    row->ended_ms = in->ended_ms;
    row->has_mark = in->kind == SIJILL__V1__EVIDENCE_KIND__MARK;
    row->mark = (uint32_t) in->mark;
    row->remark = borrow(piece->remark);
    row->device = borrow(piece->device);
    row->connection = borrow(piece->connection);
    row->bound_to = borrow(piece->bound_to);
    row->has_has_seq = in->has_device_seq;
    row->has_seq = in->has_device_seq;
    row->has_device_now_ms = in->has_device_now_ms;
    row->device_now_ms = in->device_now_ms;
}

static Sijill__V1__Identity *
show_identity(sj_txn *txn, const Sijill__V1__AttendanceBucketRow *bucket)
{
    Sijill__V1__Identity *identity = sj_arena_take(sj_txn_arena(txn), sizeof(*identity));

    if (identity == NULL)
        return NULL;
    sijill__v1__identity__init(identity);
    identity->registrant_id = bucket->registrant_id;
    identity->email = bucket->email;
    identity->display_name = bucket->display_name;
    identity->platform = bucket->platform;
    return identity;
}

static ProtobufCBinaryData
show_id(sj_txn *txn, const uint8_t id[SJ_ID_SIZE])
{
    sj_bytes copy = sj_arena_copy(sj_txn_arena(txn), (sj_bytes){ id, SJ_ID_SIZE });

    return (ProtobufCBinaryData){ copy.size, (uint8_t *) (uintptr_t) copy.at };
}

void
attendance_piece_show(const attendance_scope *scope, const attendance_place *place,
                      const Sijill__V1__AttendanceEvidenceRow *row,
                      const Sijill__V1__AttendanceBucketRow *bucket, Sijill__V1__EvidenceView *view)
{
    Sijill__V1__Evidence *out = sj_arena_take(sj_txn_arena(scope->txn), sizeof(*out));

    sijill__v1__evidence_view__init(view);
    if (out == NULL)
        return;
    sijill__v1__evidence__init(out);
    out->has_event_id = out->has_kind = out->has_occurred_ms = out->has_source = 1;
    out->has_nonce = 1;
    out->event_id = sj_id_data(scope->event);
    out->kind = (Sijill__V1__EvidenceKind) row->kind;
    out->has_registration_id = place->subject.kind == ATTENDANCE_OF_REGISTRATION;
    if (out->has_registration_id)
        out->registration_id = show_id(scope->txn, place->subject.id);
    if (bucket != NULL)
        out->identity = show_identity(scope->txn, bucket);
    out->has_session = row->has_session;
    out->session = row->session;
    out->occurred_ms = place->occurred_ms;
    out->has_ended_ms = row->has_ended_ms;
    out->ended_ms = row->ended_ms;
    out->source = (Sijill__V1__EvidenceSource) row->source;
    out->has_mark = row->has_mark;
    out->mark = (Sijill__V1__MarkValue) row->mark;
    out->remark = row->remark;
    out->device = row->device;
    out->has_device_seq = row->has_seq;
    out->device_seq = place->device_seq;
    out->has_device_now_ms = row->has_device_now_ms;
    out->device_now_ms = row->device_now_ms;
    out->connection = row->connection;
    out->bound_to = row->bound_to;
    out->nonce = row->id;
    out->has_voids = place->subject.kind == ATTENDANCE_OF_EVIDENCE;
    if (out->has_voids)
        out->voids = show_id(scope->txn, place->subject.id);
    view->evidence = out;
    view->has_id = view->has_received_ms = view->has_actor = 1;
    view->id = row->id;
    view->received_ms = row->received_ms;
    view->actor = row->actor;
}
