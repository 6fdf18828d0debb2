/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed: a service's records, as they are.
 */
#include <stdio.h>

#include "clients/c/clock.h"
#include "clients/cli/args.h"
#include "clients/cli/commands.h"
#include "clients/cli/json_of.h"
#include "clients/cli/output.h"
#include "clients/cli/status.h"
#include "clients/upload/times.h"

#include <stdlib.h>
#include <string.h>

enum { TYPES_MAX = 64, TURN_MS = 250, CONNECT_MS = 5000 };

static const struct {
    uint32_t type;
    const ProtobufCMessageDescriptor *body;
} shapes[] = {
    { 130, &sijill__v1__define_organisation__descriptor },
    { 131, &sijill__v1__define_programme__descriptor },
    { 132, &sijill__v1__event_changed__descriptor },
    { 134, &sijill__v1__registration_changed__descriptor },
    { 136, &sijill__v1__hook__descriptor },
    { 137, &sijill__v1__link__descriptor },
    { 138, &sijill__v1__endpoint__descriptor },
    { 230, &sijill__v1__verdict_changed__descriptor },
    { 330, &sijill__v1__certificate_changed__descriptor },
};

/* What is printed, and how much of it yet. */
typedef struct printer {
    output *out;
    uint64_t left;
    bool personal;
} printer;

static json_t *
shape_json(const ProtobufCMessageDescriptor *type, ProtobufCBinaryData data)
{
    ProtobufCMessage *message =
        type == NULL ? NULL : protobuf_c_message_unpack(type, NULL, data.len, data.data);
    json_t *out = message == NULL ? NULL : json_of(message);

    sijill_free(message);
    return out;
}

static void
record_print(void *context, const Sijill__V1__Record *record)
{
    printer *p = context;
    const ProtobufCMessageDescriptor *type = NULL;
    char at[INSTANT_SIZE];
    json_t *row;
    json_t *body;

    if (p->left == 0)
        return;
    p->left--;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (shapes[i].type == record->type)
            type = shapes[i].body;
    row = json_of(&record->base);
    (void) json_object_del(row, "personal");
    instant_write(record->at_ms, NULL, at);
    (void) json_object_set_new(row, "at", json_string(at));
    (void) json_object_set_new(row, "name",
                               type == NULL ? json_null() : json_string(type->short_name));
    body = shape_json(type, record->body);
    if (body != NULL)
        (void) json_object_set_new(row, "body", body);
    body = p->personal && record->type == 134 && record->has_personal
               ? shape_json(&sijill__v1__registration_personal__descriptor, record->personal)
               : NULL;
    if (body != NULL)
        (void) json_object_set_new(row, "personal", body);
    output_row(p->out, row);
}

static const column columns[] = {
    { "seq", "SEQ", 0, true },    { "at", "AT", 0, false },       { "type", "TYPE", 0, true },
    { "name", "NAME", 0, false }, { "body", "BODY", 120, false }, { "key", NULL, 0, false },
    { "actor", NULL, 0, false },
};

static int
service_find(const char *name)
{
    for (int service = REGISTRATION; service <= SERVICES; service++)
        if (strcmp(name, service_name(service)) == 0)
            return service;
    return 0;
}

static bool
types_read(cli *c, uint32_t types[TYPES_MAX], size_t *count)
{
    const char *text;
    size_t at = 0;
    uint64_t number;

    *count = 0;
    while ((text = arg_next(c, "type", &at)) != NULL) {
        if (!number_read(text, UINT32_MAX, &number) || *count == TYPES_MAX) {
            (void) fail(c, EXIT_USAGE, "--type is '%s': give a record's number, such as 134", text);
            return false;
        }
        types[(*count)++] = (uint32_t) number;
    }
    return true;
}

static int
feed_print(cli *c, sijill_feed *feed, printer *p)
{
    uint64_t found_by = clock_mono_ms() + CONNECT_MS;
    bool follow = arg_flag(c, "follow");
    bool met = false;
    char detail[SIJILL_DETAIL_SIZE] = "";
    uint32_t code = SIJILL__V1__CODE__OK;

    while (code == SIJILL__V1__CODE__OK && p->left > 0) {
        code = sijill_feed_read(feed, TURN_MS, record_print, p, detail);
        met = met || sijill_feed_subscribed(feed);
        (void) fflush(stdout);
        if (!met && clock_mono_ms() >= found_by)
            return fail(
                c, EXIT_UNREACHABLE,
                "the feed does not answer under %s/run: start the services with ./scripts/run",
                c->home);
        if (met && !follow && sijill_feed_position(feed).seq >= sijill_feed_head(feed).seq)
            break;
    }
    return code == SIJILL__V1__CODE__OK
               ? EXIT_DONE
               : fail(c, EXIT_REFUSED, "%s (%s)", detail[0] == '\0' ? "refused" : detail,
                      sijill_code_name(code));
}

static int
feed_run(cli *c)
{
    whereabouts w;
    uint32_t types[TYPES_MAX];
    sijill_feed_options options = { .agent = "sijill/" SIJILL_VERSION, .types = types };
    int service = service_find(arg_operand(c, 0));
    printer p = { .personal = arg_flag(c, "personal") };
    sijill_feed *feed;
    int outcome;

    if (c->as_key)
        return fail(c, EXIT_USAGE,
                    "a feed is an operator's: leave --key-file (SIJILL_KEY_FILE) out");
    if (service == 0)
        return fail(c, EXIT_USAGE,
                    "there is no service '%s': registration, attendance or certificate",
                    arg_operand(c, 0));
    if (!arg_number(c, "after", 0, INT64_MAX, 0, &options.after.seq) ||
        !arg_number(c, "limit", 1, INT64_MAX, UINT64_MAX, &p.left) ||
        !types_read(c, types, &options.type_count))
        return EXIT_USAGE;
    options.after.shard = (uint32_t) service;
    if (options.after.seq > 0) { /* a position belongs to a history: the present one */
        sijill_reply reply;
        Sijill__V1__ServiceStatus *status = status_of(c, service, &reply);

        if (status == NULL || status->head == NULL)
            return fail_reply(c, service, &reply);
        options.after.epoch = status->head->epoch;
        sijill_free(status);
    }
    if (!where_of(c, service, ".feed", &w))
        return EXIT_USAGE;
    options.endpoint = w.endpoint;
    options.curve_server = w.curve_server;
    options.curve_key_file = w.curve_key_file;
    feed = sijill_feed_open(&options);
    if (feed == NULL)
        return fail(c, EXIT_UNREACHABLE, "cannot open a socket for %s", w.endpoint);
    p.out = output_open(c, columns, sizeof columns / sizeof columns[0], "no records");
    outcome = feed_print(c, feed, &p);
    output_close(&p.out);
    sijill_feed_close(&feed);
    return outcome;
}

static const option feed_options[] = {
    { "after", "SEQ", "only what came after this position (default 0: all)", false },
    { "type", "N", "only records of this type; may be given again", false },
    { "limit", "N", "stop after so many", false },
    { "follow", NULL, "go on with what happens from now", false },
    { "personal", NULL, "show what is personal, too", false },
    { NULL, NULL, NULL, false },
};

const command feed_commands[] = {
    { "feed", "SERVICE", "the records of a service's feed", feed_options, feed_run, NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
