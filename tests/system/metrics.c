/* SPDX-License-Identifier: Apache-2.0 */
/* What a running service says of itself, on the socket that everybody asks. */
#include "tests/system/raw.h"

#include <string.h>

enum { PEOPLE = 40, GET_STATUS = 950, GET_METRICS = 951, LIST_AUDIT = 952 };

static world at;
static sijill *service;
static uint8_t event[SIJILL_ID_SIZE];

static int
open_registration(void **state)
{
    (void) state;
    world_open(&at);
    service_start(&at, REGISTRATION);
    service_await(&at, REGISTRATION);
    service = service_connect(&at, REGISTRATION);
    define_organisation(service);
    define_event(service, "course", false, NULL, event);
    return 0;
}

static int
close_registration(void **state)
{
    (void) state;
    sijill_close(&service);
    world_close(&at);
    return 0;
}

static Sijill__V1__Metrics *
metrics(void)
{
    return ask_for(service, GET_METRICS, NULL, &sijill__v1__metrics__descriptor);
}

/* How often a command was answered with a code. */
static uint64_t
answered(const char *command, uint32_t code)
{
    Sijill__V1__Metrics *m = metrics();
    uint64_t count = 0;

    for (size_t i = 0; i < m->n_command; i++)
        if (strcmp(m->command[i]->command, command) == 0 && m->command[i]->code == code)
            count += m->command[i]->count;
    sijill_free(m);
    return count;
}

static uint32_t
register_one(unsigned number)
{
    sijill_reply reply;
    register_form form;
    char email[64];

    (void) snprintf(email, sizeof email, "person-%u@example.org", number);
    register_form_fill(&form, event, email);
    return ask(service, 110, &form.message.base, &reply);
}

static void
status_is_answered_on_the_front_socket_as_well(void **state)
{
    Sijill__V1__ServiceStatus *status =
        ask_for(service, GET_STATUS, NULL, &sijill__v1__service_status__descriptor);

    (void) state;
    assert_string_equal(status->service, "registration");
    sijill_free(status);
}

static void
metrics_are_answered_on_the_ctl_socket_as_well(void **state)
{
    char endpoint[WORLD_PATH];
    sijill_options options = { .endpoint = service_endpoint(&at, REGISTRATION, ".ctl", endpoint),
                               .deadline_ms = WORLD_ANSWER_MS };
    sijill *ctl = sijill_open(&options);

    (void) state;
    sijill_free(ask_for(ctl, GET_METRICS, NULL, &sijill__v1__metrics__descriptor));
    sijill_close(&ctl);
}

static void
each_answer_is_counted_by_command_and_code(void **state)
{
    uint64_t before = answered("register", SIJILL__V1__CODE__OK);
    uint64_t refused = answered("register", SIJILL__V1__CODE__NOT_FOUND);
    uint8_t right = event[0];

    (void) state;
    for (unsigned i = 0; i < PEOPLE; i++)
        assert_int_equal(register_one(i), SIJILL__V1__CODE__OK);
    event[0] ^= 1;
    assert_int_equal(register_one(PEOPLE), SIJILL__V1__CODE__NOT_FOUND);
    event[0] = right;
    assert_int_equal(answered("register", SIJILL__V1__CODE__OK), before + PEOPLE);
    assert_int_equal(answered("register", SIJILL__V1__CODE__NOT_FOUND), refused + 1);
}

static uint64_t
total(const Sijill__V1__Histogram *histogram)
{
    uint64_t sum = 0;

    assert_int_equal(histogram->n_count, histogram->n_bound + 1);
    for (size_t i = 0; i < histogram->n_count; i++)
        sum += histogram->count[i];
    return sum;
}

static void
every_commit_is_in_both_histograms(void **state)
{
    Sijill__V1__ServiceStatus *before = service_status(&at, REGISTRATION);
    Sijill__V1__Metrics *m = metrics();
    Sijill__V1__ServiceStatus *after = service_status(&at, REGISTRATION);

    (void) state;
    assert_in_range(total(m->batch), before->commits, after->commits);
    assert_int_equal(total(m->batch), total(m->commit_us));
    assert_true(m->batch->sum >= total(m->batch));
    assert_true(m->commit_us->sum > 0);
    sijill_free(before);
    sijill_free(m);
    sijill_free(after);
}

static void
a_service_that_nobody_reads_beside_has_no_reader(void **state)
{
    Sijill__V1__Metrics *m = metrics();

    (void) state;
    assert_true(m->has_readers && m->has_oldest_reader && m->has_queued && m->has_oldest_wait_us);
    assert_int_equal(m->readers, 0);
    assert_int_equal(m->oldest_reader, 0);
    assert_int_equal(m->refused_peers, 0);
    sijill_free(m);
}

static void
the_audit_trail_is_read_on_the_front_socket(void **state)
{
    Sijill__V1__ListAudit in = SIJILL__V1__LIST_AUDIT__INIT;
    Sijill__V1__AuditList *list;

    (void) state;
    in.has_event_id = 1;
    in.event_id = id_data(event);
    list = ask_for(service, LIST_AUDIT, &in.base, &sijill__v1__audit_list__descriptor);
    assert_true(list->n_entry >= 1);
    assert_string_equal(list->entry[0]->command, "define_event");
    assert_string_equal(list->entry[0]->origin, "peer");
    sijill_free(list);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_is_answered_on_the_front_socket_as_well),
        cmocka_unit_test(metrics_are_answered_on_the_ctl_socket_as_well),
        cmocka_unit_test(each_answer_is_counted_by_command_and_code),
        cmocka_unit_test(every_commit_is_in_both_histograms),
        cmocka_unit_test(a_service_that_nobody_reads_beside_has_no_reader),
        cmocka_unit_test(the_audit_trail_is_read_on_the_front_socket),
    };

    return cmocka_run_group_tests_name("metrics", tests, open_registration, close_registration);
}
