/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/simulation/views.h"

#include "services/core/message.h"
#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/registration.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS_MAX = LIFE_PEOPLE };

/* One person at one event, as one service sees it. */
typedef struct seen {
    uint8_t id[SJ_ID_SIZE];
    uint32_t state, role;
    char name[32], email[32];
    Sijill__V1__VerdictValue verdict;
    bool eligible;
    char reason[256];
} seen;

typedef struct view {
    seen rows[ROWS_MAX];
    size_t count;
} view;

static seen *
add(view *v, ProtobufCBinaryData id)
{
    seen *row = &v->rows[v->count++];

    assert_true(v->count <= ROWS_MAX); /* more rows than people: somebody is there twice */
    memset(row, 0, sizeof *row);
    assert_int_equal(id.len, SJ_ID_SIZE);
    memcpy(row->id, id.data, SJ_ID_SIZE);
    return row;
}

static void
copy_text(char to[32], const char *from)
{
    (void) snprintf(to, 32, "%s", from == NULL ? "" : from);
}

/* `after` of the next page; false: that was the last. */
static bool
next_page(bool has_next, ProtobufCBinaryData next, uint8_t after[64], ProtobufCBinaryData *out)
{
    if (!has_next)
        return false;
    assert_true(next.len <= 64);
    memcpy(after, next.data, next.len);
    *out = (ProtobufCBinaryData){ next.len, after };
    return true;
}

static void
see_registration(world *w, const uint8_t *event, view *v)
{
    Sijill__V1__ListRegistrations in;
    Sijill__V1__RegistrationList *out;
    uint8_t after[64];

    v->count = 0;
    sijill__v1__list_registrations__init(&in);
    in.has_event_id = true;
    in.event_id = sj_id_data(event);
    do {
        out =
            world_query(w, REGISTRATION, 153, &in.base, &sijill__v1__registration_list__descriptor);
        assert_non_null(out);
        for (size_t i = 0; i < out->n_registration; i++) {
            const Sijill__V1__RegistrationView *one = out->registration[i];
            seen *row = add(v, one->id);

            row->state = one->state;
            row->role = one->role;
            copy_text(row->name, one->person->name);
            copy_text(row->email, one->person->email);
        }
        in.has_after = next_page(out->has_next, out->next, after, &in.after);
    } while (in.has_after);
}

static void
see_attendance(world *w, const uint8_t *event, view *v)
{
    Sijill__V1__ListAttendance in;
    Sijill__V1__AttendanceList *out;
    uint8_t after[64];

    v->count = 0;
    sijill__v1__list_attendance__init(&in);
    in.has_event_id = true;
    in.event_id = sj_id_data(event);
    do {
        out = world_query(w, ATTENDANCE, 250, &in.base, &sijill__v1__attendance_list__descriptor);
        assert_non_null(out);
        for (size_t i = 0; i < out->n_row; i++) {
            const Sijill__V1__AttendanceRow *one = out->row[i];
            seen *row = add(v, one->registration_id);

            row->state = one->state;
            row->role = one->role;
            row->verdict = one->verdict->value;
            copy_text(row->name, one->name);
            copy_text(row->email, one->email);
        }
        in.has_after = next_page(out->has_next, out->next, after, &in.after);
    } while (in.has_after);
}

static void
see_certificate(world *w, const uint8_t *event, view *v)
{
    Sijill__V1__ListEligible in;
    Sijill__V1__EligibleList *out;
    uint8_t after[64];

    v->count = 0;
    sijill__v1__list_eligible__init(&in);
    in.has_event_id = true;
    in.event_id = sj_id_data(event);
    do {
        out = world_query(w, CERTIFICATE, 354, &in.base, &sijill__v1__eligible_list__descriptor);
        assert_non_null(out);
        for (size_t i = 0; i < out->n_row; i++) {
            const Sijill__V1__Eligible *one = out->row[i];
            seen *row = add(v, one->registration_id);

            row->eligible = one->eligible;
            copy_text(row->name, one->name);
            (void) snprintf(row->reason, sizeof row->reason, "%s",
                            one->reason == NULL ? "" : one->reason);
        }
        in.has_after = next_page(out->has_next, out->next, after, &in.after);
    } while (in.has_after);
}

static void
assert_promises_kept(const life *l, uint32_t event, const view *v)
{
    for (uint32_t who = 0; who < LIFE_PEOPLE; who++) {
        char email[32];
        size_t found = 0;

        (void) snprintf(email, sizeof email, "p%u@example.org", who);
        for (size_t i = 0; i < v->count; i++)
            if (strcmp(v->rows[i].email, email) == 0) {
                found++;
                assert_memory_equal(v->rows[i].id, l->registrations[event][who].id, SJ_ID_SIZE);
            }
        assert_int_equal(found, l->registrations[event][who].known ? 1 : 0);
    }
}

void
views_of_registrations_agree(world *w)
{
    static view mine, theirs;
    const life *l = w->life;

    for (uint32_t n = 0; n < LIFE_EVENTS; n++) {
        see_registration(w, l->events[n].id, &mine);
        see_attendance(w, l->events[n].id, &theirs);
        assert_promises_kept(l, n, &mine);
        assert_int_equal(mine.count, theirs.count);
        for (size_t i = 0; i < mine.count; i++) {
            assert_memory_equal(mine.rows[i].id, theirs.rows[i].id, SJ_ID_SIZE);
            assert_int_equal(mine.rows[i].state, theirs.rows[i].state);
            assert_int_equal(mine.rows[i].role, theirs.rows[i].role);
            assert_string_equal(mine.rows[i].name, theirs.rows[i].name);
            assert_string_equal(mine.rows[i].email, theirs.rows[i].email);
        }
    }
}

/* The obstacle that a verdict is, in the words of services/certificate; "": it is none. */
static const char *
obstacle_of(Sijill__V1__VerdictValue value)
{
    if (value == SIJILL__V1__VERDICT_VALUE__ATTENDED)
        return "";
    if (value == SIJILL__V1__VERDICT_VALUE__VERDICT_EXCUSED)
        return "verdict excused";
    return value == SIJILL__V1__VERDICT_VALUE__NOT_ATTENDED ? "verdict not_attended"
                                                            : "verdict undecided";
}

static void
assert_same_verdict(const seen *told, const seen *held)
{
    assert_memory_equal(told->id, held->id, SJ_ID_SIZE);
    assert_string_equal(told->name, held->name);
    if (told->state != SIJILL__V1__REGISTRATION_STATE__CONFIRMED) {
        assert_false(held->eligible);
        return;
    }
    if (told->role == SIJILL__V1__ROLE__TRAINER || told->role == SIJILL__V1__ROLE__SPEAKER ||
        told->role == SIJILL__V1__ROLE__ORGANISER)
        return; /* theirs stands on the role */
    if (strncmp(held->reason, "verdict", strlen("verdict")) == 0 || held->eligible)
        assert_true(strncmp(held->reason, obstacle_of(told->verdict),
                            strlen(obstacle_of(told->verdict))) == 0);
    assert_true(!held->eligible || told->verdict == SIJILL__V1__VERDICT_VALUE__ATTENDED);
}

static void
assert_one_in_force(world *w, const uint8_t *event, size_t *certificates)
{
    static struct {
        uint8_t id[SJ_ID_SIZE];
        uint32_t kind;
    } in_force[4 * ROWS_MAX];
    Sijill__V1__ListCertificates in;
    Sijill__V1__CertificateList *out;
    uint8_t after[64];
    size_t count = 0;

    sijill__v1__list_certificates__init(&in);
    in.has_event_id = true;
    in.event_id = sj_id_data(event);
    do {
        out = world_query(w, CERTIFICATE, 351, &in.base, &sijill__v1__certificate_list__descriptor);
        assert_non_null(out);
        for (size_t i = 0; i < out->n_certificate; i++, ++*certificates) {
            const Sijill__V1__CertificateView *one = out->certificate[i];

            assert_int_not_equal(one->state, SIJILL__V1__CERTIFICATE_STATE__SIGNING);
            if (one->state != SIJILL__V1__CERTIFICATE_STATE__VALID)
                continue;
            for (size_t k = 0; k < count; k++)
                assert_true(in_force[k].kind != one->kind ||
                            memcmp(in_force[k].id, one->registration_id.data, SJ_ID_SIZE) != 0);
            assert_true(count < sizeof in_force / sizeof in_force[0]);
            memcpy(in_force[count].id, one->registration_id.data, SJ_ID_SIZE);
            in_force[count++].kind = one->kind;
        }
        in.has_after = next_page(out->has_next, out->next, after, &in.after);
    } while (in.has_after);
}

void
views_of_verdicts_agree(world *w)
{
    static view told, held;
    const life *l = w->life;
    size_t certificates = 0;

    for (uint32_t n = 0; n < LIFE_EVENTS; n++) {
        see_attendance(w, l->events[n].id, &told);
        see_certificate(w, l->events[n].id, &held);
        assert_int_equal(told.count, held.count);
        for (size_t i = 0; i < told.count; i++)
            assert_same_verdict(&told.rows[i], &held.rows[i]);
        assert_one_in_force(w, l->events[n].id, &certificates);
    }
    assert_true(certificates >= l->certificate_count);
    (void) printf("# %zu certificates, %zu of them asked for\n", certificates,
                  l->certificate_count);
}
