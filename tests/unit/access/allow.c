/* SPDX-License-Identifier: Apache-2.0 */
/* Who is refused, with which words, and when: in every core, before its handlers and its ledger. */
#include "services/core/message.h"
#include "tests/unit/access/holder.h"

enum { DEFINE_ORGANISATION = 100, LIST_EVENTS = 151, GET_REGISTRATION = 152, WHO_AM_I = 161 };

static const uint8_t an_event[SJ_ID_SIZE] = { 5 };

static int
open_registration(void **state)
{
    return fixture_open(state, &registration_core);
}

/* A key that the core's store holds; registration's is made by hand as well, so that it may be for
 * an event that is not there. */
static void
give(fixture *f, holder *h, uint8_t n, Sijill__V1__Access__Role role)
{
    bool trainer = role == SIJILL__V1__ACCESS__ROLE__TRAINER;

    holder_begin(h, n, role, trainer ? an_event : NULL);
    if (f->core != &registration_core)
        holder_follow(f, h, 0);
    else if (!trainer)
        assert_int_equal(holder_add(f, h), SJ_OK);
}

static sj_status
ask_nothing(fixture *f, uint32_t type)
{
    return fixture_run(f, type, NULL, NOW);
}

/* An empty body is refused by most handlers, but never as FORBIDDEN of the type as a whole, for one
 * who may. */
static void
try_routes(fixture *f, uint32_t role, const char *name)
{
    for (const sj_route *route = f->core->routes; route->handle != NULL; route++) {
        const sj_right *right = sj_right_of(route->type);
        bool may = right != NULL && (right->roles & role) != 0;

        if ((route->kind != SJ_ROUTE_COMMAND && route->kind != SJ_ROUTE_QUERY) ||
            route->type == WHO_AM_I)
            continue;
        for (int dry = 0; dry < 2; dry++) {
            f->dry_run = dry != 0;
            bool refused = ask_nothing(f, route->type) == SJ_FORBIDDEN;

            if ((refused && f->reply.field == NULL) == may) /* a field is a guard's: scope.c */
                fail_msg("%s: %s (%u) answers %d: %s", name, route->name, route->type,
                         (int) f->reply.status, f->reply.detail == NULL ? "" : f->reply.detail);
        }
        f->dry_run = false;
    }
}

static void
every_core_refuses_each_role_what_the_table_does_not_give_it(void **state)
{
    (void) state;
    for (size_t i = 0; i < CORES; i++)
        for (int role = FIRST_KEY_ROLE; role <= LAST_KEY_ROLE; role++) {
            void *inner;
            holder h;

            if (role ==
                SIJILL__V1__ACCESS__ROLE__TRAINER) /* scope.c: an empty body is of no event */
                continue;
            assert_int_equal(fixture_open(&inner, cores[i]), 0);
            give(inner, &h, 1, (Sijill__V1__Access__Role) role);
            as_key(inner, &h);
            try_routes(inner, 1u << role, sj_role_name((Sijill__V1__Access__Role) role));
            assert_int_equal(fixture_close(&inner), 0);
        }
}

static void
every_core_holds_a_gateway_and_nobody_to_the_table(void **state)
{
    (void) state;
    for (size_t i = 0; i < CORES; i++) {
        void *inner;

        assert_int_equal(fixture_open(&inner, cores[i]), 0);
        as_peer(inner, SJ_PEER_GATEWAY);
        try_routes(inner, SJ_ROLE(GATEWAY), "a gateway");
        as_nobody(inner);
        try_routes(inner, SJ_ROLE(VERIFIER), "nobody");
        as_peer(inner, SJ_PEER_OPERATOR);
        try_routes(inner, SJ_ROLE(OWNER), "an operator");
        assert_int_equal(fixture_close(&inner), 0);
    }
}

static void
a_refusal_names_the_role_and_what_is_needed(void **state)
{
    fixture *f = *state;
    holder h;

    give(f, &h, 1, SIJILL__V1__ACCESS__ROLE__AUDITOR);
    as_key(f, &h);
    assert_int_equal(ask_nothing(f, DEFINE_ORGANISATION), SJ_FORBIDDEN);
    assert_string_equal(f->reply.detail, "the role AUDITOR may not do this: it needs a key of "
                                         "OWNER or ORGANISER");
    as_nobody(f);
    assert_int_equal(ask_nothing(f, LIST_EVENTS), SJ_FORBIDDEN);
    assert_string_equal(f->reply.detail, "the role VERIFIER may not do this: it needs a key of "
                                         "OWNER or ORGANISER or PLATFORM or AUDITOR");
}

static void
a_key_is_told_what_it_is_and_nobody_is_not(void **state)
{
    fixture *f = *state;
    Sijill__V1__Key *key;
    holder h;

    give(f, &h, 3, SIJILL__V1__ACCESS__ROLE__PLATFORM);
    as_key(f, &h);
    assert_int_equal(ask_nothing(f, WHO_AM_I), SJ_OK);
    key = fixture_reply(f, &sijill__v1__key__descriptor);
    assert_int_equal(key->role, SIJILL__V1__ACCESS__ROLE__PLATFORM);
    assert_memory_equal(key->id.data, h.id, SJ_ID_SIZE);
    as_nobody(f);
    assert_int_equal(ask_nothing(f, WHO_AM_I), SJ_FORBIDDEN);
    as_peer(f, SJ_PEER_OPERATOR);
    assert_int_equal(ask_nothing(f, WHO_AM_I), SJ_FORBIDDEN);
    as_peer(f, SJ_PEER_GATEWAY);
    assert_int_equal(ask_nothing(f, WHO_AM_I), SJ_FORBIDDEN);
}

/* The answer to a bad key, kept from case to case. */
static void
assert_unauthenticated(fixture *f, sj_reply *first)
{
    assert_int_equal(f->reply.status, SJ_UNAUTHENTICATED);
    if (first->detail == NULL)
        *first = f->reply;
    assert_ptr_equal(f->reply.detail, first->detail); /* words of the program, not of the case */
    assert_null(f->reply.field);
    assert_int_equal(f->reply.body.size, 0);
}

static void
bad_keys_are_not_to_be_told_apart(void **state)
{
    fixture *f = *state;
    sj_reply first = { .detail = NULL };
    holder good, late, early, gone, unknown;

    give(f, &good, 1, SIJILL__V1__ACCESS__ROLE__OWNER);
    holder_begin(&early, 2, SIJILL__V1__ACCESS__ROLE__OWNER, NULL);
    early.in.has_from_ms = true;
    early.in.from_ms = NOW + 1;
    assert_int_equal(holder_add(f, &early), SJ_OK);
    holder_begin(&late, 3, SIJILL__V1__ACCESS__ROLE__OWNER, NULL);
    late.in.has_until_ms = true;
    late.in.until_ms = NOW + 1;
    assert_int_equal(holder_add(f, &late), SJ_OK);
    give(f, &gone, 4, SIJILL__V1__ACCESS__ROLE__OWNER);
    assert_int_equal(holder_revoke(f, &gone, NOW), SJ_OK);
    holder_begin(&unknown, 5, SIJILL__V1__ACCESS__ROLE__OWNER, NULL);

    as_key(f, &unknown);
    (void) ask_nothing(f, LIST_EVENTS);
    assert_unauthenticated(f, &first);
    as_key(f, &early);
    (void) ask_nothing(f, LIST_EVENTS);
    assert_unauthenticated(f, &first);
    as_key(f, &late);
    (void) fixture_run(f, LIST_EVENTS, NULL, NOW + 1);
    assert_unauthenticated(f, &first);
    as_key(f, &gone);
    (void) ask_nothing(f, LIST_EVENTS);
    assert_unauthenticated(f, &first);
    as_key(f, &good);
    f->credential[31] ^= 1;
    (void) ask_nothing(f, LIST_EVENTS);
    assert_unauthenticated(f, &first);
    (void) ask_nothing(f, DEFINE_ORGANISATION);
    assert_unauthenticated(f, &first);
    as_key(f, &good);
    f->org = 2; /* a key is of its organisation */
    (void) ask_nothing(f, LIST_EVENTS);
    assert_unauthenticated(f, &first);
}

static void
a_key_that_is_not_there_has_no_secret_that_fits(void **state)
{
    fixture *f = *state;
    holder unknown;

    holder_begin(&unknown, 6, SIJILL__V1__ACCESS__ROLE__OWNER, NULL);
    memset(unknown.hash, 0, sizeof unknown.hash);
    as_key(f, &unknown);
    assert_int_equal(ask_nothing(f, LIST_EVENTS), SJ_UNAUTHENTICATED);
}

static void
a_key_is_good_from_its_first_instant_to_before_its_last(void **state)
{
    static const struct {
        uint64_t at_ms;
        sj_status status;
    } cases[] = {
        { NOW + 9, SJ_UNAUTHENTICATED },
        { NOW + 10, SJ_OK },
        { NOW + 19, SJ_OK },
        { NOW + 20, SJ_UNAUTHENTICATED },
    };
    fixture *f = *state;
    holder h;

    holder_begin(&h, 1, SIJILL__V1__ACCESS__ROLE__AUDITOR, NULL);
    h.in.has_from_ms = h.in.has_until_ms = true;
    h.in.from_ms = NOW + 10;
    h.in.until_ms = NOW + 20;
    assert_int_equal(holder_add(f, &h), SJ_OK);
    as_key(f, &h);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(fixture_run(f, LIST_EVENTS, NULL, cases[i].at_ms), cases[i].status);
}

static sj_status
define(fixture *f, const uint8_t id[SJ_ID_SIZE], uint64_t now_ms)
{
    Sijill__V1__DefineOrganisation in;
    Sijill__V1__Text name, *names[] = { &name };
    char lang[] = "en", words[] = "Centre";

    sijill__v1__define_organisation__init(&in);
    sijill__v1__text__init(&name);
    name.lang = lang;
    name.text = words;
    in.n_name = 1;
    in.name = names;
    memcpy(f->next_id, id, SJ_ID_SIZE);
    f->has_next_id = true;
    return fixture_run(f, DEFINE_ORGANISATION, &in.base, now_ms);
}

static void
a_revoked_key_does_not_even_get_its_old_answers(void **state)
{
    fixture *f = *state;
    uint8_t id[SJ_ID_SIZE];
    holder h;

    sj_write_u64(id, NOW << 16);
    sj_write_u64(id + 8, 77);
    give(f, &h, 1, SIJILL__V1__ACCESS__ROLE__ORGANISER);
    as_key(f, &h);
    assert_int_equal(define(f, id, NOW), SJ_OK);
    assert_int_equal(define(f, id, NOW), SJ_OK);
    assert_true(f->reply.replayed);
    assert_int_equal(holder_revoke(f, &h, NOW + 1), SJ_OK);
    as_key(f, &h);
    assert_int_equal(define(f, id, NOW + 1), SJ_UNAUTHENTICATED);
}

static void
who_is_refused_writes_nothing(void **state)
{
    fixture *f = *state;
    uint8_t before[32], after[32];
    uint8_t id[SJ_ID_SIZE];
    holder h;

    sj_write_u64(id, NOW << 16);
    sj_write_u64(id + 8, 78);
    give(f, &h, 1, SIJILL__V1__ACCESS__ROLE__AUDITOR);
    fixture_digest(f, before);
    as_key(f, &h);
    assert_int_equal(define(f, id, NOW), SJ_FORBIDDEN);
    f->credential[0] ^= 1;
    assert_int_equal(define(f, id, NOW), SJ_UNAUTHENTICATED);
    fixture_digest(f, after);
    assert_memory_equal(before, after, sizeof before);
    as_peer(f, SJ_PEER_OPERATOR); /* and the id is not used up */
    assert_int_equal(define(f, id, NOW), SJ_OK);
}

static void
the_others_know_a_key_once_they_have_followed_and_until_they_hear_that_it_is_revoked(void **state)
{
    (void) state;
    for (size_t i = 1; i < CORES; i++) {
        uint32_t type = cores[i] == &attendance_core ? 252 : 354;
        void *inner;
        fixture *f;
        holder h;

        assert_int_equal(fixture_open(&inner, cores[i]), 0);
        f = inner;
        holder_begin(&h, 1, SIJILL__V1__ACCESS__ROLE__ORGANISER, NULL);
        as_key(f, &h);
        assert_int_equal(ask_nothing(f, type), SJ_UNAUTHENTICATED);
        holder_follow(f, &h, 0);
        assert_int_equal(ask_nothing(f, type), SJ_INVALID); /* it names no event */
        holder_follow(f, &h, NOW);
        assert_int_equal(ask_nothing(f, type), SJ_UNAUTHENTICATED);
        assert_int_equal(fixture_close(&inner), 0);
    }
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, open_registration, fixture_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_core_refuses_each_role_what_the_table_does_not_give_it),
        cmocka_unit_test(every_core_holds_a_gateway_and_nobody_to_the_table),
        LAW(a_refusal_names_the_role_and_what_is_needed),
        LAW(a_key_is_told_what_it_is_and_nobody_is_not),
        LAW(bad_keys_are_not_to_be_told_apart),
        LAW(a_key_that_is_not_there_has_no_secret_that_fits),
        LAW(a_key_is_good_from_its_first_instant_to_before_its_last),
        LAW(a_revoked_key_does_not_even_get_its_old_answers),
        LAW(who_is_refused_writes_nothing),
        cmocka_unit_test(
            the_others_know_a_key_once_they_have_followed_and_until_they_hear_that_it_is_revoked),
    };

    return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
