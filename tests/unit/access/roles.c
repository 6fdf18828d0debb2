/* SPDX-License-Identifier: Apache-2.0 */
/* The table of roles: it is whole, and says what docs/access.md says. */
#include "services/core/housekeeping.h"
#include "tests/unit/access/holder.h"

enum { LIST_MAX = 64 };

/* Answered by the runtime of every service. */
static bool
elsewhere(uint32_t type)
{
    return type == 950 || type == 951;
}

static const sj_route *
route_of(uint32_t type)
{
    const sj_route *route = sj_route_find(sj_common_routes, type);

    for (size_t i = 0; route == NULL && i < CORES; i++)
        route = sj_route_find(cores[i]->routes, type);
    return route;
}

static void
assert_covered(const sj_route *routes)
{
    for (const sj_route *route = routes; route->handle != NULL; route++) {
        bool asked = route->kind == SJ_ROUTE_COMMAND || route->kind == SJ_ROUTE_QUERY;

        if (asked && sj_right_of(route->type) == NULL)
            fail_msg("%s (%u) has no row: say who may send it", route->name, route->type);
        if (!asked && sj_right_of(route->type) != NULL)
            fail_msg("%s (%u) is not a peer's to send", route->name, route->type);
    }
}

static void
every_command_and_query_has_a_row_and_nothing_else_has(void **state)
{
    (void) state;
    assert_covered(sj_common_routes);
    for (size_t i = 0; i < CORES; i++)
        assert_covered(cores[i]->routes);
}

static void
every_row_is_of_a_route(void **state)
{
    (void) state;
    for (const sj_right *right = sj_rights; right->type != 0; right++)
        if (route_of(right->type) == NULL && !elsewhere(right->type))
            fail_msg("no service takes %u", right->type);
}

static void
rows_rise_and_an_owner_may_all(void **state)
{
    (void) state;
    for (const sj_right *right = sj_rights; right->type != 0; right++) {
        assert_true(right[1].type == 0 || right[1].type > right->type);
        assert_true((right->roles & SJ_ROLE(OWNER)) != 0);
        assert_true((right->roles & SJ_ROLE(NONE)) == 0);
    }
}

static void
every_place_is_a_field_of_its_kind(void **state)
{
    (void) state;
    for (const sj_right *right = sj_rights; right->type != 0; right++) {
        const sj_place places[] = { right->event, right->shown };

        for (size_t i = 0; i < 2; i++)
            if (places[i].message != NULL) {
                const ProtobufCFieldDescriptor *field = sj_place_field(places[i]);

                if (field == NULL || field->type != PROTOBUF_C_TYPE_BYTES)
                    fail_msg("%u: %s holds no event's id", right->type, places[i].path);
            }
    }
    for (const sj_guard *guard = sj_guards; guard->type != 0; guard++) {
        const ProtobufCFieldDescriptor *field = sj_place_field(guard->field);

        assert_non_null(field);
        assert_true(field->type == PROTOBUF_C_TYPE_ENUM || field->type == PROTOBUF_C_TYPE_BOOL);
        assert_non_null(sj_right_of(guard->type));
        assert_int_equal(sj_right_of(guard->type)->roles & guard->roles, guard->roles);
    }
}

/* What has an event in it, a trainer may for his; what has none, only if anybody with a key may. */
static void
a_trainer_may_nothing_that_names_no_event(void **state)
{
    (void) state;
    for (const sj_right *right = sj_rights; right->type != 0; right++)
        if ((right->roles & SJ_ROLE(TRAINER)) != 0 && right->event.message == NULL &&
            right->roles != SJ_ROLES_OF_KEYS)
            fail_msg("a trainer may %u, at any event", right->type);
}

static void
each_role_may_send_what_is_written_and_no_more(void **state)
{
    static const struct {
        uint32_t role;
        uint32_t types[LIST_MAX]; /* ended by 0 */
    } cases[] = {
        { SJ_ROLE(TRAINER), { 150, 152, 153, 161, 200, 201, 250, 251, 252, 350, 352, 353 } },
        { SJ_ROLE(PLATFORM), { 110, 148, 149, 150, 151, 161, 200, 350, 352, 353 } },
        { SJ_ROLE(VERIFIER), { 161, 350, 352, 353 } },
        { SJ_ROLE(AUDITOR), { 150, 151, 152, 153, 154, 160, 161, 162, 163, 164, 165, 166, 175,
                              176, 177, 250, 251, 252, 350, 351, 352, 353, 354, 950, 951, 952 } },
        { SJ_ROLE(GATEWAY), { 110, 120, 121, 123, 145, 148, 150, 151, 152, 162,
                              163, 164, 165, 166, 175, 176, 177, 200, 950, 951 } },
    };
    static const uint32_t owners[] = { 140, 141, 145, 160 };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint32_t *type = cases[i].types;

        for (const sj_right *right = sj_rights; right->type != 0; right++)
            if ((right->roles & cases[i].role) != 0)
                assert_int_equal(*type++, right->type);
        assert_int_equal(*type, 0);
    }
    for (const sj_right *right = sj_rights; right->type != 0; right++) {
        bool owner = false;

        for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++)
            owner = owner || owners[i] == right->type;
        assert_int_equal((right->roles & SJ_ROLE(ORGANISER)) != 0, !owner);
    }
}

/* An auditor reads everything that is a query, and writes nothing. */
static void
an_auditor_may_every_query_and_no_command(void **state)
{
    (void) state;
    for (const sj_right *right = sj_rights; right->type != 0; right++) {
        const sj_route *route = route_of(right->type);

        if (route != NULL)
            assert_int_equal((right->roles & SJ_ROLE(AUDITOR)) != 0, route->kind == SJ_ROUTE_QUERY);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_and_query_has_a_row_and_nothing_else_has),
        cmocka_unit_test(every_row_is_of_a_route),
        cmocka_unit_test(rows_rise_and_an_owner_may_all),
        cmocka_unit_test(every_place_is_a_field_of_its_kind),
        cmocka_unit_test(a_trainer_may_nothing_that_names_no_event),
        cmocka_unit_test(each_role_may_send_what_is_written_and_no_more),
        cmocka_unit_test(an_auditor_may_every_query_and_no_command),
    };

    return cmocka_run_group_tests_name("roles", tests, NULL, NULL);
}
