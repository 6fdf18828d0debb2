/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask: requests to the services, one at a time, and what every command needs to find first.
 */
#include "clients/cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECT_MS = 3000, SOCKET_PATH_MAX = 108 /* with its NUL */ };

const char *
service_name(int service)
{
    static const char *const names[] = { "service", "registration", "attendance", "certificate" };

    return names[service];
}

/* A socket's path has a limit that a home may be too deep for: its run is a link to a folder nearer
 * the root then, and the path of that fits. */
void
endpoint_of(const cli *c, int service, const char *suffix, char path[PATH_SIZE])
{
    char link[PATH_SIZE];
    char near[SOCKET_PATH_MAX];
    int length =
        snprintf(path, PATH_SIZE, "ipc://%s/run/%s%s.sock", c->home, service_name(service), suffix);
    ssize_t size;

    if (length < SOCKET_PATH_MAX + (int) strlen("ipc://"))
        return;
    (void) snprintf(link, sizeof link, "%s/run", c->home);
    size = readlink(link, near, sizeof near);
    if (size > 0 && size < (ssize_t) sizeof near)
        (void) snprintf(path, PATH_SIZE, "ipc://%.*s/%s%s.sock", (int) size, near,
                        service_name(service), suffix);
}

sijill *
service_of(cli *c, int service)
{
    whereabouts w;
    sijill_options options = { .endpoint = w.endpoint,
                               .agent = "sijill/" SIJILL_VERSION,
                               .org = c->org,
                               .deadline_ms = c->deadline_ms,
                               .connect_ms =
                                   c->deadline_ms < CONNECT_MS ? c->deadline_ms : CONNECT_MS };

    if (c->service[service] != NULL)
        return c->service[service];
    if (!where_of(c, service, "", &w))
        exit(EXIT_USAGE);
    options.curve_server = w.curve_server;
    options.curve_key_file = w.curve_key_file;
    memcpy(options.actor, c->actor, sizeof c->actor);
    options.credential = c->as_key ? c->credential : NULL;
    c->service[service] = sijill_open(&options);
    if (c->service[service] == NULL) {
        (void) fail(c, EXIT_UNREACHABLE,
                    "cannot open a socket for %s: %s; is --home too long a path?", w.endpoint,
                    strerror(errno));
        exit(EXIT_UNREACHABLE);
    }
    return c->service[service];
}

static int
answer_take(cli *c, int service, const sijill_reply *reply, const ProtobufCMessageDescriptor *type,
            void *message)
{
    if (type == NULL)
        return EXIT_DONE;

    void *unpacked = sijill_unpack(reply, type);

    if (unpacked == NULL)
        return fail(c, EXIT_REFUSED,
                    "%s answered with something that is not a %s: are the versions the same?",
                    service_name(service), type->short_name);
    memcpy(message, &unpacked, sizeof unpacked);
    return EXIT_DONE;
}

int
ask(cli *c, uint32_t type, const ProtobufCMessage *body,
    const ProtobufCMessageDescriptor *answer_type, void *message)
{
    int service = (int) (type / 100);
    sijill_request request = { .type = type, .body = body, .min_pos = c->min_pos[service] };
    sijill_reply reply;

    if (!sijill_call(service_of(c, service), &request, &reply))
        return fail_reply(c, service, &reply);
    return answer_take(c, service, &reply, answer_type, message);
}

int
ask_once(cli *c, uint32_t type, const ProtobufCMessage *body,
         const ProtobufCMessageDescriptor *answer_type, void *message, sijill_reply *out)
{
    int service = (int) (type / 100);
    const char *given = arg_text(c, "request-id");
    uint8_t id[SIJILL_ID_SIZE];
    sijill_request request = { .type = type,
                               .body = body,
                               .dry_run = arg_flag(c, "dry-run"),
                               .min_pos = c->min_pos[service] };
    sijill_reply reply;

    if (given != NULL && !sijill_unhex(given, id))
        return fail(c, EXIT_USAGE,
                    "--request-id is '%s': give the request id of the earlier try, or a new UUIDv7 "
                    "(32 hexadecimal digits)",
                    given);
    request.request_id = given == NULL ? NULL : id;
    if (!sijill_call(service_of(c, service), &request, &reply))
        return fail_reply(c, service, &reply);
    if (out != NULL)
        *out = reply;
    return answer_take(c, service, &reply, answer_type, message);
}

/* Where a service is now: a cheap query tells, whatever it answers.  false: it did not answer. */
static bool
position_of(cli *c, int service, const uint8_t event_id[SIJILL_ID_SIZE], sijill_pos *pos)
{
    Sijill__V1__ListEvents events;
    Sijill__V1__ListUnmatched unmatched;
    sijill_request request = { .min_pos = c->min_pos[service] };
    sijill_reply reply;

    sijill__v1__list_events__init(&events);
    sijill__v1__list_unmatched__init(&unmatched);
    events.has_limit = unmatched.has_limit = true;
    events.limit = unmatched.limit = 1;
    unmatched.has_event_id = true;
    unmatched.event_id = id_data(event_id);
    request.type = service == REGISTRATION ? 151 : 252;
    request.body = service == REGISTRATION ? &events.base : &unmatched.base;
    (void) sijill_call(service_of(c, service), &request, &reply);
    *pos = sijill_position(service_of(c, service));
    return reply.code != SIJILL_UNREACHABLE && exit_of(reply.code) != EXIT_UNREACHABLE &&
           pos->seq != 0;
}

int
catch_up(cli *c, int service, const uint8_t event_id[SIJILL_ID_SIZE])
{
    sijill_pos pos;

    if (position_of(c, REGISTRATION, event_id, &pos)) {
        c->min_pos[ATTENDANCE] = pos;
        c->min_pos[CERTIFICATE] = pos;
    }
    if (service != CERTIFICATE)
        return EXIT_DONE;

    /* Certificates follow both; one barrier fits into a request, so the first is passed by a
     * request of its own. */
    Sijill__V1__ListCertificates list;
    int outcome;

    if (!position_of(c, ATTENDANCE, event_id, &pos)) {
        note(c, "sijill: attendance does not answer; verdicts may be older than what it knows");
        return EXIT_DONE;
    }
    sijill__v1__list_certificates__init(&list);
    list.has_event_id = list.has_limit = true;
    list.event_id = id_data(event_id);
    list.limit = 1;
    outcome = ask(c, 351, &list.base, NULL, NULL);
    c->min_pos[CERTIFICATE] = pos;
    return outcome;
}

ProtobufCBinaryData
id_data(const uint8_t id[SIJILL_ID_SIZE])
{
    return (ProtobufCBinaryData){ SIJILL_ID_SIZE, (uint8_t *) (uintptr_t) id };
}

int
event_find(cli *c, const char *slug, Sijill__V1__EventView **event)
{
    Sijill__V1__GetEvent get;
    uint8_t id[SIJILL_ID_SIZE];

    sijill__v1__get_event__init(&get);
    get.has_event_id = strlen(slug) >= 2 * (size_t) SIJILL_ID_SIZE && sijill_unhex(slug, id);
    get.event_id = id_data(id);
    get.slug = get.has_event_id ? NULL : (char *) (uintptr_t) slug;
    return ask(c, 150, &get.base, &sijill__v1__event_view__descriptor, event);
}

int
event_named(cli *c, Sijill__V1__EventView **event)
{
    const char *name = arg_operand(c, 0) == NULL ? arg_text(c, "event") : arg_operand(c, 0);

    if (name == NULL)
        return fail(c, EXIT_USAGE,
                    "which event? Give its name (slug) or id; `sijill event list` has them");
    return event_find(c, name, event);
}

int
event_id_find(cli *c, uint8_t id[SIJILL_ID_SIZE])
{
    Sijill__V1__EventView *event = NULL;
    int outcome = event_find(c, arg_text(c, "event"), &event);

    if (outcome != EXIT_DONE)
        return outcome;
    if (event->event == NULL || event->event->id.len != SIJILL_ID_SIZE)
        outcome = fail(c, EXIT_REFUSED, "registration answered without the event's id");
    else
        memcpy(id, event->event->id.data, SIJILL_ID_SIZE);
    sijill_free(event);
    return outcome;
}

int
registration_find(cli *c, const uint8_t event_id[SIJILL_ID_SIZE],
                  Sijill__V1__RegistrationView **registration)
{
    const char *email = arg_text(c, "email");
    const char *text = arg_text(c, "id");
    uint8_t id[SIJILL_ID_SIZE];
    Sijill__V1__GetRegistration get;

    sijill__v1__get_registration__init(&get);
    if (email == NULL && text == NULL)
        return fail(c, EXIT_USAGE, "whose registration? Give --email E or --id ID");
    if (text != NULL && !id_read(c, "--id", text, id))
        return EXIT_USAGE;
    get.has_event_id = true;
    get.event_id = id_data(event_id);
    get.has_registration_id = text != NULL;
    get.registration_id = id_data(id);
    get.email = text == NULL ? (char *) (uintptr_t) email : NULL;
    return ask(c, 152, &get.base, &sijill__v1__registration_view__descriptor, registration);
}
