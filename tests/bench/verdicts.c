/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdicts: how fast the real attendance service takes what a platform tells of a webinar that has
 * ended, and how little of that is the verdict itself.
 *
 *   bench_verdicts [--folder DIR] [--count N] [--outstanding N]
 *
 * N people (2000) come and go four times each; the platform tells it in order of time, 16 pieces a
 * command, so each piece changes another person's verdict, which is derived anew from all that is
 * known of that person and recorded.  In the same run, on one core, the function that decides does
 * the same work on the same pieces and nothing else.  All is printed; the exit code is 0 unless
 * something failed.
 */
#include "services/attendance/verdict.h"
#include "sijill/v1/attendance.pb-c.h"
#include "tests/bench/scene.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RECORD_EVIDENCE = 200,
    LIST_ATTENDANCE = 250,
    VERDICT_CHANGED = 230,
    PIECES = 16,
    VISITS = 4,
    EACH = 2 * VISITS, /* pieces of one person */
    LIMIT_ROUNDS = 20,
    FEED_WAIT_MS = 1000,
};

static const uint64_t minute_ms = 60 * 1000;

/* Piece k of a person: came, or went; 4 x 14 of 60 minutes. */
static uint64_t
occurred_ms(const scene *s, size_t k)
{
    return s->starts_ms + (k / 2 * 15 + k % 2 * 14) * minute_ms;
}

typedef struct telling {
    const scene *scene;
    size_t pieces; /* in all */
    Sijill__V1__RecordEvidence message;
    Sijill__V1__Evidence evidence[PIECES], *list[PIECES];
    uint8_t nonces[PIECES][SIJILL_ID_SIZE];
    size_t unmatched;
} telling;

static void
make_piece(telling *t, size_t place, size_t n)
{
    const scene *s = t->scene;
    Sijill__V1__Evidence *piece = &t->evidence[place];
    size_t k = n / s->count; /* everybody's first piece, then everybody's second */

    sijill_request_id(t->nonces[place]);
    sijill__v1__evidence__init(piece);
    piece->has_event_id = piece->has_registration_id = piece->has_nonce = piece->has_kind = 1;
    piece->has_source = piece->has_occurred_ms = 1;
    piece->event_id = (ProtobufCBinaryData){ SIJILL_ID_SIZE, (uint8_t *) (uintptr_t) s->event };
    piece->registration_id = (ProtobufCBinaryData){ SIJILL_ID_SIZE, s->people[n % s->count] };
    piece->nonce = (ProtobufCBinaryData){ SIJILL_ID_SIZE, t->nonces[place] };
    piece->kind =
        k % 2 == 0 ? SIJILL__V1__EVIDENCE_KIND__CHECK_IN : SIJILL__V1__EVIDENCE_KIND__CHECK_OUT;
    piece->source = SIJILL__V1__EVIDENCE_SOURCE__PLATFORM;
    piece->occurred_ms = occurred_ms(s, k);
    piece->connection = (char *) (uintptr_t) "1";
    t->list[place] = piece;
}

static void
make_batch(void *context, size_t i, sijill_request *request)
{
    telling *t = context;
    size_t count = 0;

    for (size_t n = i * PIECES; n < t->pieces && count < PIECES; n++)
        make_piece(t, count++, n);
    sijill__v1__record_evidence__init(&t->message);
    t->message.n_evidence = count;
    t->message.evidence = t->list;
    request->type = RECORD_EVIDENCE;
    request->body = &t->message.base;
}

static void
take_batch(void *context, size_t i, const sijill_reply *reply)
{
    telling *t = context;
    Sijill__V1__Recorded *in = sijill_unpack(reply, &sijill__v1__recorded__descriptor);

    (void) i;
    if (in == NULL)
        scene_fail("RecordEvidence", "no answer");
    for (size_t n = 0; n < in->n_evidence; n++)
        t->unmatched += in->evidence[n]->unmatched || in->evidence[n]->known;
    sijill_free(in);
}

static void
count_record(void *context, const Sijill__V1__Record *record)
{
    size_t *count = context;

    (void) record;
    (*count)++;
}

/* Verdicts that changed since a position, as the feed tells them. */
static size_t
count_verdicts(const scene *s, sijill_pos since)
{
    static const uint32_t types[] = { VERDICT_CHANGED };
    char endpoint[600], detail[SIJILL_DETAIL_SIZE];
    sijill_feed_options options = {
        .endpoint = endpoint, .after = since, .types = types, .type_count = 1
    };
    uint64_t head = sijill_position(s->to_attendance).seq;
    size_t count = 0;
    sijill_feed *feed;

    (void) snprintf(endpoint, sizeof endpoint, "ipc://%s/attendance.feed.sock", s->attendance.run);
    feed = sijill_feed_open(&options);
    while (feed != NULL && sijill_feed_position(feed).seq < head)
        if (sijill_feed_read(feed, FEED_WAIT_MS, count_record, &count, detail) !=
            SIJILL__V1__CODE__OK)
            scene_fail("feed", detail);
    sijill_feed_close(&feed);
    return count;
}

static size_t
count_attended(const scene *s)
{
    Sijill__V1__ListAttendance message;
    Sijill__V1__AttendanceList *page;
    uint8_t after[64];
    size_t count = 0;
    sijill_reply reply;

    sijill__v1__list_attendance__init(&message);
    message.has_event_id = 1;
    message.event_id = (ProtobufCBinaryData){ SIJILL_ID_SIZE, (uint8_t *) (uintptr_t) s->event };
    do {
        scene_call(s->to_attendance, LIST_ATTENDANCE, &message.base,
                   sijill_position(s->to_registration), &reply);
        page = sijill_unpack(&reply, &sijill__v1__attendance_list__descriptor);
        if (page == NULL || page->next.len > sizeof after)
            scene_fail("ListAttendance", "not a page");
        for (size_t i = 0; i < page->n_row; i++)
            count += page->row[i]->verdict != NULL &&
                     page->row[i]->verdict->value == SIJILL__V1__VERDICT_VALUE__ATTENDED;
        message.has_after = page->has_next;
        message.after = (ProtobufCBinaryData){ page->next.len, after };
        if (page->has_next)
            memcpy(after, page->next.data, page->next.len);
        sijill_free(page);
    } while (message.has_after);
    return count;
}

/* Verdicts a second by the function alone: of each person after each of the pieces. */
static double
measure_limit(const scene *s)
{
    verdict_session session = { .number = 1,
                                .starts_ms = s->starts_ms,
                                .ends_ms = s->starts_ms + SCENE_HOURS * 60 * minute_ms };
    verdict_evidence evidence[EACH], pieces[EACH] = { 0 };
    verdict_question question = { .sessions = &session,
                                  .session_count = 1,
                                  .evidence = evidence,
                                  .ends_ms = session.ends_ms,
                                  .now_ms = session.ends_ms + minute_ms,
                                  .threshold = VERDICT_THRESHOLD,
                                  .confirmed = true };
    verdict_answer answer = { 0 };
    verdict_part part;
    uint64_t begun_us;
    double us;

    for (size_t k = 0; k < EACH; k++)
        pieces[k] = (verdict_evidence){
            .id = { (uint8_t) k },
            .occurred_ms = occurred_ms(s, k),
            .order = k,
            .connection = 1,
            .kind = k % 2 == 0 ? SIJILL__V1__EVIDENCE_KIND__CHECK_IN
                               : SIJILL__V1__EVIDENCE_KIND__CHECK_OUT,
            .source = SIJILL__V1__EVIDENCE_SOURCE__PLATFORM,
        };
    begun_us = bench_now_us();
    for (size_t n = 0; n < LIMIT_ROUNDS * s->count; n++)
        for (question.count = 1; question.count <= EACH; question.count++) {
            memcpy(evidence, pieces, sizeof evidence);
            verdict_reach(&question, &part, &answer);
        }
    us = (double) (bench_now_us() - begun_us);
    if (answer.value != SIJILL__V1__VERDICT_VALUE__ATTENDED)
        scene_fail("verdict", "the function alone finds another one");
    return (double) LIMIT_ROUNDS * (double) s->count * EACH * 1e6 / us;
}

static void
measure(scene *s, size_t outstanding)
{
    telling t = { .scene = s, .pieces = s->count * EACH };
    figures times;
    scene_pump_plan plan = { .client = s->to_attendance,
                             .count = (t.pieces + PIECES - 1) / PIECES,
                             .outstanding = outstanding,
                             .make = make_batch,
                             .take = take_batch,
                             .context = &t,
                             .times = &times };
    sijill_pos before = sijill_position(s->to_attendance);
    uint64_t cpu_us = bench_cpu_us(s->attendance.pid);
    double us, verdicts, limit;

    figures_open(&times, plan.count);
    us = (double) scene_pump(&plan);
    cpu_us = bench_cpu_us(s->attendance.pid) - cpu_us;
    verdicts = (double) count_verdicts(s, before);
    limit = measure_limit(s);
    (void) printf("recorded: %9.0f pieces of evidence/s, %d a command, %zu outstanding   "
                  "p50 %6" PRIu32 " us   p99 %6" PRIu32 " us\n",
                  (double) t.pieces * 1e6 / us, PIECES, outstanding, figures_at(&times, 500),
                  figures_at(&times, 990));
    (void) printf("derived:  %9.0f verdicts/s, processor time %.1f us each\n", verdicts * 1e6 / us,
                  (double) cpu_us / verdicts);
    (void) printf("the function that decides, alone, one core: %9.0f verdicts/s\n", limit);
    (void) printf("verdicts: derived and recorded / decided alone = %.4f\n",
                  verdicts * 1e6 / us / limit);
    figures_close(&times);
    if (t.unmatched > 0 || count_attended(s) != s->count)
        scene_fail("verdicts", "not everybody attended");
}

int
main(int argc, char **argv)
{
    const char *folder = "/var/tmp";
    size_t count = 2000, outstanding = 64;
    scene s;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--folder") == 0)
            folder = argv[i + 1];
        else if (strcmp(argv[i], "--count") == 0)
            count = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--outstanding") == 0)
            outstanding = strtoull(argv[i + 1], NULL, 10);
    }
    if (count == 0 || outstanding == 0 || outstanding > SIJILL_OUTSTANDING_MAX)
        scene_fail("usage", "[--folder DIR] [--count N] [--outstanding 1..1024]");
    scene_open(&s, folder);
    scene_people(&s, count);
    (void) count_attended(&s); /* waits until all registrations are known there */
    measure(&s, outstanding);
    return scene_close(&s) ? 0 : 1;
}
