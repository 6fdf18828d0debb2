/* SPDX-License-Identifier: Apache-2.0 */
/* The rush: 64 people at 64 connections want seats at once. */
#include "tests/system/harness.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENTS = 64, PEOPLE = 1000, CAPACITY = 500 };

typedef struct outcome {
    uint32_t code, state, place;
    uint64_t seq;
} outcome;

typedef struct client {
    pthread_t thread;
    sijill *service;
    const uint8_t *event;
    size_t first, people;
    outcome *outcomes;
} client;

static world at;
static pthread_barrier_t gate;

static int
open_registration(void **state)
{
    (void) state;
    world_open(&at);
    service_start(&at, REGISTRATION);
    service_await(&at, REGISTRATION);
    return 0;
}

static int
close_registration(void **state)
{
    (void) state;
    world_close(&at);
    return 0;
}

static void
name_person(size_t number, char email[64])
{
    (void) snprintf(email, 64, "person-%zu@example.org", number);
}

static void
want_seat(client *c, size_t number)
{
    outcome *out = &c->outcomes[number];
    sijill_reply reply;
    register_form form;
    char email[64];

    name_person(number, email);
    register_form_fill(&form, c->event, email);
    out->code = ask(c->service, 110, &form.message.base, &reply);
    if (out->code == SIJILL__V1__CODE__OK) {
        Sijill__V1__Registered *in = sijill_unpack(&reply, &sijill__v1__registered__descriptor);

        out->state = in->state;
        out->place = in->place;
        out->seq = reply.pos.seq;
        sijill_free(in);
    }
}

static void *
rush(void *context)
{
    client *c = context;

    (void) pthread_barrier_wait(&gate);
    for (size_t number = c->first; number < c->people; number += CLIENTS)
        want_seat(c, number);
    return NULL;
}

static void
rush_for(const uint8_t event[SIJILL_ID_SIZE], size_t people, outcome *outcomes)
{
    static client clients[CLIENTS];
    uint64_t began_ms;

    assert_int_equal(pthread_barrier_init(&gate, NULL, CLIENTS + 1), 0);
    for (size_t i = 0; i < CLIENTS; i++) {
        clients[i] = (client){ .service = service_connect(&at, REGISTRATION),
                               .event = event,
                               .first = i,
                               .people = people,
                               .outcomes = outcomes };
        assert_int_equal(pthread_create(&clients[i].thread, NULL, rush, &clients[i]), 0);
    }
    (void) pthread_barrier_wait(&gate);
    began_ms = mono_ms();
    for (size_t i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_join(clients[i].thread, NULL), 0);
    print_message("# %zu people at %d connections in %u ms\n", people, (int) CLIENTS,
                  (unsigned) (mono_ms() - began_ms));
    for (size_t i = 0; i < CLIENTS; i++)
        sijill_close(&clients[i].service);
    (void) pthread_barrier_destroy(&gate);
}

static void
make_event(const char *slug, uint32_t capacity, bool line, uint8_t id[SIJILL_ID_SIZE])
{
    Sijill__V1__EventRules rules = SIJILL__V1__EVENT_RULES__INIT;
    sijill *service = service_connect(&at, REGISTRATION);

    rules.has_capacity = rules.has_waiting_list = 1;
    rules.capacity = capacity;
    rules.waiting_list = line;
    define_organisation(service);
    define_event(service, slug, false, &rules, id);
    sijill_close(&service);
}

/* The waiting list as registration shows it, against what was answered to each. */
static void
line_is_in_order(const uint8_t event[SIJILL_ID_SIZE], const outcome *outcomes)
{
    sijill *service = service_connect(&at, REGISTRATION);
    Sijill__V1__ListRegistrations list = SIJILL__V1__LIST_REGISTRATIONS__INIT;
    Sijill__V1__RegistrationList *page = NULL;
    uint8_t after[SIJILL_ID_SIZE];
    uint32_t place = 0;
    uint64_t seq = 0;

    list.has_event_id = list.has_state = list.has_limit = 1;
    list.event_id = id_data(event);
    list.state = SIJILL__V1__REGISTRATION_STATE__WAITLISTED;
    list.limit = 200;
    do {
        sijill_free(page);
        page = ask_for(service, 153, &list.base, &sijill__v1__registration_list__descriptor);
        for (size_t i = 0; i < page->n_registration; i++) {
            const Sijill__V1__RegistrationView *row = page->registration[i];
            size_t number = strtoul(row->person->email + strlen("person-"), NULL, 10);

            assert_int_equal(row->place, ++place);
            assert_int_equal(outcomes[number].place, place);
            assert_true(outcomes[number].seq > seq);
            seq = outcomes[number].seq;
        }
        list.has_after = page->has_next;
        list.after = id_data(after);
        if (page->has_next)
            memcpy(after, page->next.data, SIJILL_ID_SIZE);
    } while (page->has_next);
    assert_int_equal(place, PEOPLE - CAPACITY);
    sijill_free(page);
    sijill_close(&service);
}

static void
five_hundred_seats_are_sold_500_times_and_the_line_is_in_order(void **state)
{
    static outcome outcomes[PEOPLE];
    uint64_t last_seat = 0, first_in_line = UINT64_MAX;
    uint8_t event[SIJILL_ID_SIZE];
    unsigned confirmed = 0;

    (void) state;
    make_event("rush", CAPACITY, true, event);
    rush_for(event, PEOPLE, outcomes);
    for (size_t i = 0; i < PEOPLE; i++) {
        const outcome *o = &outcomes[i];

        assert_int_equal(o->code, SIJILL__V1__CODE__OK);
        if (o->state == SIJILL__V1__REGISTRATION_STATE__CONFIRMED) {
            confirmed++;
            last_seat = o->seq > last_seat ? o->seq : last_seat;
        } else {
            assert_int_equal(o->state, SIJILL__V1__REGISTRATION_STATE__WAITLISTED);
            first_in_line = o->seq < first_in_line ? o->seq : first_in_line;
        }
    }
    assert_int_equal(confirmed, CAPACITY);
    assert_true(last_seat < first_in_line);
    line_is_in_order(event, outcomes);
}

static void
one_seat_is_sold_once_and_the_others_are_told_that_it_is_full(void **state)
{
    static outcome outcomes[CLIENTS];
    uint8_t event[SIJILL_ID_SIZE];
    unsigned confirmed = 0, full = 0;

    (void) state;
    make_event("seat", 1, false, event);
    rush_for(event, CLIENTS, outcomes);
    for (size_t i = 0; i < CLIENTS; i++) {
        confirmed += outcomes[i].code == SIJILL__V1__CODE__OK &&
                     outcomes[i].state == SIJILL__V1__REGISTRATION_STATE__CONFIRMED;
        full += outcomes[i].code == SIJILL__V1__CODE__FULL;
    }
    assert_int_equal(confirmed, 1);
    assert_int_equal(full, CLIENTS - 1);
}

static void
the_counters_are_those_of_the_rows(void **state)
{
    (void) state;
    assert_int_equal(service_scrub(&at, REGISTRATION), 0);
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(five_hundred_seats_are_sold_500_times_and_the_line_is_in_order),
        cmocka_unit_test(one_seat_is_sold_once_and_the_others_are_told_that_it_is_full),
        cmocka_unit_test(the_counters_are_those_of_the_rows),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, open_registration, close_registration);
}
