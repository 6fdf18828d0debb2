/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certificates: how fast the real services issue and sign, and how far that is from signatures
 * alone.
 *
 *   bench_certificates [--folder DIR] [--count N] [--outstanding N]
 *
 * COUNT people (5000) attended an event that has ended.  Each is issued a certificate, and the
 * clock stops when the last one is VALID.  In the same run, before and after, one core does nothing
 * but sign and verify 64 octets, which is what eddsa-jcs-2022 signs and what the signer must do for
 * each.  All is printed; the exit code is 0 unless something failed.
 */
#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/certificate.pb-c.h"
#include "tests/bench/scene.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    RECORD_EVIDENCE = 200,
    LIST_ATTENDANCE = 250,
    ISSUE_CERTIFICATE = 300,
    GET_CERTIFICATE = 350,
    LIST_CERTIFICATES = 351,
    PIECES = 16,
    LIMIT_LOOPS = 3000,
    MESSAGE_OCTETS = 64,
    LOOK_US = 500,
};

/* ---- everybody was there --------------------------------------------------------------------- */

typedef struct marks {
    const scene *scene;
    Sijill__V1__RecordEvidence message;
    Sijill__V1__Evidence pieces[PIECES], *list[PIECES];
    uint8_t nonces[PIECES][SIJILL_ID_SIZE];
} marks;

static void
make_marks(void *context, size_t i, sijill_request *request)
{
    marks *m = context;
    size_t count = 0;

    for (size_t n = i * PIECES; n < m->scene->count && count < PIECES; n++, count++) {
        Sijill__V1__Evidence *piece = &m->pieces[count];

        sijill_request_id(m->nonces[count]);
        sijill__v1__evidence__init(piece);
        piece->has_event_id = piece->has_registration_id = piece->has_nonce = piece->has_kind = 1;
        piece->has_source = piece->has_mark = piece->has_session = piece->has_occurred_ms = 1;
        piece->event_id =
            (ProtobufCBinaryData){ SIJILL_ID_SIZE, (uint8_t *) (uintptr_t) m->scene->event };
        piece->registration_id = (ProtobufCBinaryData){ SIJILL_ID_SIZE, m->scene->people[n] };
        piece->nonce = (ProtobufCBinaryData){ SIJILL_ID_SIZE, m->nonces[count] };
        piece->kind = SIJILL__V1__EVIDENCE_KIND__MARK;
        piece->source = SIJILL__V1__EVIDENCE_SOURCE__TRAINER_MARK;
        piece->mark = SIJILL__V1__MARK_VALUE__PRESENT;
        piece->session = 1;
        piece->occurred_ms = m->scene->starts_ms;
        m->list[count] = piece;
    }
    sijill__v1__record_evidence__init(&m->message);
    m->message.n_evidence = count;
    m->message.evidence = m->list;
    request->type = RECORD_EVIDENCE;
    request->body = &m->message.base;
}

static void
mark_all(scene *s)
{
    Sijill__V1__ListAttendance first;
    marks m = { .scene = s };
    scene_pump_plan plan = { .client = s->to_attendance,
                             .count = (s->count + PIECES - 1) / PIECES,
                             .outstanding = 64,
                             .make = make_marks,
                             .context = &m };

    sijill__v1__list_attendance__init(&first);
    first.has_event_id = 1;
    first.event_id = (ProtobufCBinaryData){ SIJILL_ID_SIZE, s->event };
    scene_await(s->to_attendance, LIST_ATTENDANCE, &first.base,
                sijill_position(s->to_registration));
    (void) scene_pump(&plan);
}

/* ---- certificates ---------------------------------------------------------------------------- */

typedef struct issues {
    const scene *scene;
    Sijill__V1__IssueCertificate message;
    uint64_t last_seq; /* of the intent that is signed last */
    uint8_t last[SIJILL_ID_SIZE];
} issues;

static void
make_issue(void *context, size_t i, sijill_request *request)
{
    issues *all = context;

    sijill__v1__issue_certificate__init(&all->message);
    all->message.has_event_id = all->message.has_registration_id = all->message.has_kind = 1;
    all->message.event_id =
        (ProtobufCBinaryData){ SIJILL_ID_SIZE, (uint8_t *) (uintptr_t) all->scene->event };
    all->message.registration_id = (ProtobufCBinaryData){ SIJILL_ID_SIZE, all->scene->people[i] };
    all->message.kind = SIJILL__V1__CERTIFICATE_KIND__ATTENDANCE;
    request->type = ISSUE_CERTIFICATE;
    request->body = &all->message.base;
}

static void
take_issue(void *context, size_t i, const sijill_reply *reply)
{
    issues *all = context;
    Sijill__V1__Issued *in = sijill_unpack(reply, &sijill__v1__issued__descriptor);

    (void) i;
    if (in == NULL || in->existing != SIJILL__V1__EXISTING__NEW)
        scene_fail("IssueCertificate", "it was there before");
    if (reply->pos.seq > all->last_seq) {
        all->last_seq = reply->pos.seq;
        memcpy(all->last, in->certificate_id.data, SIJILL_ID_SIZE);
    }
    sijill_free(in);
}

static bool
is_valid(const scene *s, uint8_t id[SIJILL_ID_SIZE])
{
    Sijill__V1__GetCertificate message;
    Sijill__V1__CertificateView *view;
    sijill_reply reply;
    bool valid;

    sijill__v1__get_certificate__init(&message);
    message.has_certificate_id = 1;
    message.certificate_id = (ProtobufCBinaryData){ SIJILL_ID_SIZE, id };
    scene_call(s->to_certificate, GET_CERTIFICATE, &message.base, (sijill_pos){ 0 }, &reply);
    view = sijill_unpack(&reply, &sijill__v1__certificate_view__descriptor);
    if (view == NULL || (view->state == SIJILL__V1__CERTIFICATE_STATE__SIGNING && view->reason))
        scene_fail("signer", view == NULL ? "no answer" : view->reason);
    valid = view->state == SIJILL__V1__CERTIFICATE_STATE__VALID;
    sijill_free(view);
    return valid;
}

static size_t
count_valid(const scene *s)
{
    Sijill__V1__ListCertificates message;
    Sijill__V1__CertificateList *page;
    uint8_t after[64];
    size_t count = 0;
    sijill_reply reply;

    sijill__v1__list_certificates__init(&message);
    message.has_event_id = 1;
    message.event_id = (ProtobufCBinaryData){ SIJILL_ID_SIZE, (uint8_t *) (uintptr_t) s->event };
    do {
        scene_call(s->to_certificate, LIST_CERTIFICATES, &message.base, (sijill_pos){ 0 }, &reply);
        page = sijill_unpack(&reply, &sijill__v1__certificate_list__descriptor);
        if (page == NULL || page->next.len > sizeof after)
            scene_fail("ListCertificates", "not a page");
        for (size_t i = 0; i < page->n_certificate; i++)
            count += page->certificate[i]->state == SIJILL__V1__CERTIFICATE_STATE__VALID;
        message.has_after = page->has_next;
        message.after = (ProtobufCBinaryData){ page->next.len, after };
        if (page->has_next)
            memcpy(after, page->next.data, page->next.len);
        sijill_free(page);
    } while (message.has_after);
    return count;
}

/* Microseconds of LIMIT_LOOPS pairs of a signature and its verification. */
typedef struct limit {
    uint64_t wall_us, cpu_us;
} limit;

static void
measure_limit(limit *l)
{
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
    uint8_t message[MESSAGE_OCTETS] = { 0 }, signature[crypto_sign_BYTES];
    uint64_t begun_us, begun_cpu_us;

    (void) crypto_sign_keypair(public_key, secret);
    begun_us = bench_now_us();
    begun_cpu_us = bench_cpu_us(0);
    for (uint32_t i = 0; i < LIMIT_LOOPS; i++) {
        memcpy(message, &i, sizeof i);
        (void) crypto_sign_detached(signature, NULL, message, sizeof message, secret);
        if (crypto_sign_verify_detached(signature, message, sizeof message, public_key) != 0)
            scene_fail("libsodium", "a signature does not verify");
    }
    l->wall_us += bench_now_us() - begun_us;
    l->cpu_us += bench_cpu_us(0) - begun_cpu_us;
}

static double
measure(scene *s, size_t outstanding)
{
    issues all = { .scene = s };
    figures times;
    scene_pump_plan plan = { .client = s->to_certificate,
                             .count = s->count,
                             .outstanding = outstanding,
                             .make = make_issue,
                             .take = take_issue,
                             .context = &all,
                             .times = &times };
    uint64_t service_us = bench_cpu_us(s->certificate.pid), signer_us = bench_cpu_us(s->signer.pid);
    uint64_t own_us = bench_cpu_us(0), begun_us, issued_us, signed_us;
    double count = (double) s->count;

    figures_open(&times, s->count);
    begun_us = bench_now_us();
    issued_us = scene_pump(&plan);
    while (!is_valid(s, all.last))
        (void) usleep(LOOK_US);
    signed_us = bench_now_us() - begun_us;
    (void) printf("issued: %9.0f certificates/s   p50 %6" PRIu32 " us   p99 %6" PRIu32 " us\n",
                  count * 1e6 / (double) issued_us, figures_at(&times, 500),
                  figures_at(&times, 990));
    signer_us = bench_cpu_us(s->signer.pid) - signer_us;
    (void) printf("signed: %9.0f certificates/s   the signer ran %2.0f %% of the time\n",
                  count * 1e6 / (double) signed_us, 100 * (double) signer_us / (double) signed_us);
    (void) printf("processor time a certificate: service %.0f us, signer %.0f us, client %.0f us\n",
                  (double) (bench_cpu_us(s->certificate.pid) - service_us) / count,
                  (double) signer_us / count, (double) (bench_cpu_us(0) - own_us) / count);
    figures_close(&times);
    if (count_valid(s) != s->count)
        scene_fail("certificates", "not all are valid");
    return count * 1e6 / (double) signed_us;
}

static void
await_facts(scene *s)
{
    Sijill__V1__ListCertificates any;

    sijill__v1__list_certificates__init(&any);
    any.has_event_id = 1;
    any.event_id = (ProtobufCBinaryData){ SIJILL_ID_SIZE, s->event };
    scene_await(s->to_certificate, LIST_CERTIFICATES, &any.base,
                sijill_position(s->to_registration));
    scene_await(s->to_certificate, LIST_CERTIFICATES, &any.base, sijill_position(s->to_attendance));
}

int
main(int argc, char **argv)
{
    const char *folder = "/var/tmp";
    size_t count = 5000, outstanding = SIJILL_OUTSTANDING_MAX;
    limit alone = { 0 };
    double rate, alone_rate;
    scene s;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--folder") == 0)
            folder = argv[i + 1];
        else if (strcmp(argv[i], "--count") == 0)
            count = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--outstanding") == 0)
            outstanding = strtoull(argv[i + 1], NULL, 10);
    }
    if (count == 0 || outstanding == 0 || outstanding > SIJILL_OUTSTANDING_MAX || sodium_init() < 0)
        scene_fail("usage", "[--folder DIR] [--count N] [--outstanding 1..1024]");
    scene_open(&s, folder);
    scene_add_certificates(&s);
    scene_people(&s, count);
    mark_all(&s);
    await_facts(&s);
    measure_limit(&alone);
    rate = measure(&s, outstanding);
    measure_limit(&alone);
    alone_rate = 2 * LIMIT_LOOPS * 1e6 / (double) alone.wall_us;
    (void) printf("sign and verify alone, one core: %9.0f/s, processor time %.0f us\n", alone_rate,
                  (double) alone.cpu_us / (2 * LIMIT_LOOPS));
    (void) printf("certificates: rate until signed / signatures alone = %.2f (aim 0.50)\n",
                  rate / alone_rate);
    return scene_close(&s) ? 0 : 1;
}
