/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The route table against the cores: nothing that a core answers is without an address, and what
 * the table says of a type is what the core does.
 */
#include "services/attendance/core.h"
#include "services/certificate/core.h"
#include "services/core/housekeeping.h"
#include "services/core/roles.h"
#include "services/gateway/api/json.h"
#include "services/gateway/api/routes.h"
#include "services/registration/core.h"
#include "tests/unit/wire/corpus.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    NOTE_UPLOAD = 149, /* what an upload's address, which is no row, asks with the file's hash */
    INTERNAL_TYPES = 901,
    GET_STATUS = 950,
    GET_METRICS = 951,
};

static int
gather(void **state)
{
    (void) state;
    corpus_gather();
    return 0;
}

static int
drop(void **state)
{
    (void) state;
    corpus_drop();
    return 0;
}

static const sj_core *
core_of(const api_route *route)
{
    static const sj_core *const cores[] = { &registration_core, &attendance_core,
                                            &certificate_core };

    return cores[route->service];
}

/* NULL: the runtime answers it, for every service. */
static const sj_route *
core_route(const api_route *route)
{
    const sj_route *found = sj_route_find(core_of(route)->routes, route->type);

    return found != NULL ? found : sj_route_find(sj_common_routes, route->type);
}

static bool
has_address(const sj_core *core, uint32_t type)
{
    for (const api_route *route = api_routes; route->method != NULL; route++)
        if (route->type == type && (core == NULL || core_of(route) == core))
            return true;
    return false;
}

static void
expect_addresses(const sj_core *core, const sj_route *routes)
{
    for (const sj_route *route = routes; route->handle != NULL; route++)
        if ((route->kind == SJ_ROUTE_COMMAND || route->kind == SJ_ROUTE_QUERY) &&
            route->type != NOTE_UPLOAD && route->type != INTERNAL_TYPES &&
            !has_address(core, route->type))
            fail_msg("%u %s has no address", route->type, route->name);
}

static void
every_command_and_query_has_an_address(void **state)
{
    (void) state;
    expect_addresses(&registration_core, registration_core.routes);
    expect_addresses(&attendance_core, attendance_core.routes);
    expect_addresses(&certificate_core, certificate_core.routes);
    expect_addresses(NULL, sj_common_routes);
}

static void
an_address_is_a_command_or_query_of_its_service(void **state)
{
    (void) state;
    for (const api_route *route = api_routes; route->method != NULL; route++) {
        const sj_route *found = core_route(route);
        bool write = (route->flags & API_WRITE) != 0;

        if (route->type == GET_STATUS || route->type == GET_METRICS)
            continue; /* of the runtime */
        if (found == NULL) {
            fail_msg("%s %s: the service has no %u", route->method, route->path, route->type);
            return;
        }
        assert_int_equal(found->kind, write ? SJ_ROUTE_COMMAND : SJ_ROUTE_QUERY);
    }
}

static void
an_address_takes_what_its_handler_decodes(void **state)
{
    size_t known = 0;

    (void) state;
    for (const api_route *route = api_routes; route->method != NULL; route++) {
        const ProtobufCMessageDescriptor *taken = corpus_message_of(route->type);

        if (taken == NULL)
            continue;
        if (taken != route->request)
            fail_msg("%s %s takes %s", route->method, route->path, taken->name);
        known++;
    }
    assert_true(known > 40);
}

static void
an_address_looks_at_if_match_where_its_handler_does(void **state)
{
    (void) state;
    for (const api_route *route = api_routes; route->method != NULL; route++) {
        const uint32_t *edit = core_of(route)->edits;

        while (edit != NULL && *edit != 0 && *edit != route->type)
            edit++;
        if (((route->flags & API_EDIT) != 0) != (edit != NULL && *edit != 0))
            fail_msg("%s %s", route->method, route->path);
    }
}

/* Nobody may ask what every key may: the certificate service's own words for strangers. */
static void
what_is_open_to_nobody_is_open_to_every_key(void **state)
{
    (void) state;
    for (const api_route *route = api_routes; route->method != NULL; route++) {
        const sj_right *right = sj_right_of(route->type);

        assert_non_null(right);
        assert_true((route->flags & API_PUBLIC) == 0 ||
                    ((route->flags & API_WRITE) == 0 && right->roles == SJ_ROLES_OF_KEYS &&
                     route->service == BACKEND_CERTIFICATE));
        assert_true((route->flags & API_PUBLIC) != 0 || route->service != BACKEND_CERTIFICATE ||
                    right->roles != SJ_ROLES_OF_KEYS);
    }
}

static const ProtobufCFieldDescriptor *
field_at(const ProtobufCMessageDescriptor *type, const char *path)
{
    const char *dot = strchr(path, '.');
    const ProtobufCFieldDescriptor *field = json_field(type, path, strcspn(path, "."));

    if (field == NULL || dot == NULL)
        return field;
    return field->descriptor == NULL ? NULL : field_at(field->descriptor, dot + 1);
}

static void
names_in_the_table_are_fields(void **state)
{
    (void) state;
    for (const api_route *route = api_routes; route->method != NULL; route++) {
        for (size_t i = 0; i < API_PARAMETERS_MAX && route->parameters[i].name != NULL; i++) {
            const ProtobufCFieldDescriptor *field;
            char braces[64];

            (void) snprintf(braces, sizeof braces, "{%s}", route->parameters[i].name);
            assert_non_null(strstr(route->path, braces));
            if (strcmp(route->parameters[i].field, API_SERVICE) == 0)
                continue;
            field = field_at(route->request, route->parameters[i].field);
            if (field == NULL || field->type == PROTOBUF_C_TYPE_MESSAGE)
                fail_msg("%s: %s", route->path, route->parameters[i].field);
        }
        assert_true(route->always == NULL || field_at(route->request, route->always) != NULL);
        assert_true(route->made == NULL || field_at(route->request, route->made) != NULL);
        assert_true(route->text == NULL || field_at(route->reply, route->text) != NULL);
        assert_true(route->body == NULL || route->body[0] == '\0' ||
                    field_at(route->request, route->body)->type == PROTOBUF_C_TYPE_MESSAGE);
    }
}

static size_t
count_of(const char *text, char letter)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += *text == letter;
    return count;
}

static void
each_address_finds_its_own_row(void **state)
{
    static api_match match;

    (void) state;
    for (const api_route *route = api_routes; route->method != NULL; route++) {
        char path[256];
        size_t parameters = 0, used = 0;

        for (const char *at = route->path; *at != '\0'; at++) {
            bool parameter = *at == '{';

            used += (size_t) snprintf(path + used, sizeof path - used, "%.*s", parameter ? 10 : 1,
                                      parameter ? "x%2F%C3%A9" : at);
            if (parameter)
                at = strchr(at, '}');
        }
        api_find(route->method, path, &match);
        if (match.route != route)
            fail_msg("%s %s is %s", route->method, path,
                     match.route == NULL ? "nothing" : match.route->path);
        assert_null(match.wrong);
        while (parameters < API_PARAMETERS_MAX && route->parameters[parameters].name != NULL)
            assert_string_equal(match.word[parameters++], "x/\xc3\xa9");
        assert_int_equal(parameters, count_of(route->path, '{'));
    }
}

static void
what_has_no_address_finds_nothing(void **state)
{
    static const char *const paths[] = {
        "/v1/",
        "/v1",
        "/v1/event",
        "/v1/events/",
        "/v1/events//state",
        "/v1/events/a/b/c/d",
        "/V1/events",
        "//v1/events",
        "/v1/events/a/registrations/",
        "/v1/events/a/registrations/b/c",
        "/v2/events",
        "",
    };
    static api_match match;

    (void) state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        api_find("GET", paths[i], &match);
        assert_null(match.route);
        assert_string_equal(match.allow, "");
    }
}

static void
another_method_is_told_which_there_are(void **state)
{
    static api_match match;

    (void) state;
    api_find("PATCH", "/v1/events/a", &match);
    assert_null(match.route);
    assert_string_equal(match.allow, "PUT, GET, HEAD");
    api_find("HEAD", "/v1/events/a", &match);
    assert_non_null(match.route);
    api_find("DELETE", "/v1/events/a/registrations/lookup", &match);
    assert_string_equal(match.allow, "POST");
}

static void
broken_escapes_are_said(void **state)
{
    static const char *const paths[] = { "/v1/events/%", "/v1/events/%4", "/v1/events/%zz",
                                         "/v1/events/a%00b" };
    static api_match match;
    static char path[1024];

    (void) state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        api_find("GET", paths[i], &match);
        assert_non_null(match.route);
        assert_non_null(match.wrong);
    }
    (void) snprintf(path, sizeof path, "/v1/events/%0*d", API_WORD_SIZE, 0);
    api_find("GET", path, &match);
    assert_non_null(match.wrong);
}

static void
names_of_operations_are_unique(void **state)
{
    (void) state;
    for (const api_route *a = api_routes; a->method != NULL; a++) {
        assert_true(islower((unsigned char) a->name[0]));
        assert_true(strlen(a->summary) > 5);
        for (const api_route *b = a + 1; b->method != NULL; b++)
            assert_string_not_equal(a->name, b->name);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_and_query_has_an_address),
        cmocka_unit_test(an_address_is_a_command_or_query_of_its_service),
        cmocka_unit_test(an_address_takes_what_its_handler_decodes),
        cmocka_unit_test(an_address_looks_at_if_match_where_its_handler_does),
        cmocka_unit_test(what_is_open_to_nobody_is_open_to_every_key),
        cmocka_unit_test(names_in_the_table_are_fields),
        cmocka_unit_test(each_address_finds_its_own_row),
        cmocka_unit_test(what_has_no_address_finds_nothing),
        cmocka_unit_test(another_method_is_told_which_there_are),
        cmocka_unit_test(broken_escapes_are_said),
        cmocka_unit_test(names_of_operations_are_unique),
    };

    return cmocka_run_group_tests_name("api routes", tests, gather, drop);
}
