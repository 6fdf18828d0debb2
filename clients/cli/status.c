/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "clients/cli/status.h"

#include "clients/cli/commands.h"
#include "clients/cli/json_of.h"
#include "clients/cli/output.h"
#include "clients/upload/times.h"

#include <stdlib.h>
#include <string.h>

enum { STATUS_MS = 3000, CONNECT_MS = 1000 };

Sijill__V1__ServiceStatus *
status_of(cli *c, int service, sijill_reply *reply)
{
    whereabouts w;
    Sijill__V1__GetStatus in;
    sijill_options options = { .endpoint = w.endpoint,
                               .agent = "sijill/" SIJILL_VERSION,
                               .deadline_ms = STATUS_MS,
                               .connect_ms = CONNECT_MS };
    sijill_request request = { .type = 950, .body = &in.base };
    Sijill__V1__ServiceStatus *out = NULL;
    sijill *ctl;

    memset(reply, 0, sizeof *reply);
    reply->code = SIJILL_UNREACHABLE;
    if (!where_of(c, service, ".ctl", &w))
        return NULL;
    options.curve_server = w.curve_server;
    options.curve_key_file = w.curve_key_file;
    memcpy(options.actor, c->actor, sizeof c->actor);
    sijill__v1__get_status__init(&in);
    ctl = sijill_open(&options);
    if (ctl != NULL && sijill_call(ctl, &request, reply))
        out = sijill_unpack(reply, &sijill__v1__service_status__descriptor);
    reply->body = NULL;
    sijill_close(&ctl);
    return out;
}

static const char *
state_name(uint32_t state)
{
    static const char *const names[] = { "unknown", "ready", "catching_up", "draining" };

    return names[state > 3 ? 0 : state];
}

/* Of a service that did not say so itself. */
static const char *
silent_name(cli *c, int service)
{
    whereabouts w;

    return where_of(c, service, ".ctl", &w) && sijill_listens(w.endpoint) ? "no answer"
                                                                          : "not running";
}

/* "registration 120 of 125, ..." */
static char *
feeds_text(Sijill__V1__FeedState *const *feeds, size_t count)
{
    char *out = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&out, &size);

    if (to == NULL)
        abort();
    for (size_t i = 0; i < count; i++) {
        const Sijill__V1__FeedState *f = feeds[i];

        (void) fprintf(to, "%s%s at %llu", i == 0 ? "" : ", ", f->name == NULL ? "?" : f->name,
                       f->at == NULL ? 0ULL : (unsigned long long) f->at->seq);
        if (f->head != NULL)
            (void) fprintf(to, " of %llu", (unsigned long long) f->head->seq);
        if (f->stopped != NULL)
            (void) fputs(" (stopped)", to);
        else if (!f->connected)
            (void) fputs(" (not connected)", to);
    }
    (void) fclose(to);
    return out;
}

static const column columns[] = {
    { "service", "SERVICE", 0, false },
    { "state", "STATE", 0, false },
    { "seq", "HEAD", 0, true },
    { "commands", "COMMANDS", 0, true },
    { "refused", "REFUSED", 0, true },
    { "queries", "QUERIES", 0, true },
    { "busy", "BUSY", 0, true },
    { "store_mib", "STORE MIB", 0, true },
    { "dead_letters", "DEAD LETTERS", 0, true },
    { "follows", "FOLLOWS", 0, false },
};

static json_t *
status_row(const Sijill__V1__ServiceStatus *s, int service)
{
    json_t *row = json_of(&s->base);
    char *follows = feeds_text(s->consumes, s->n_consumes);

    (void) json_object_set_new(row, "service", json_string(service_name(service)));
    (void) json_object_set_new(row, "state", json_string(state_name(s->state)));
    (void) json_object_set_new(row, "seq",
                               json_integer(s->head == NULL ? 0 : (json_int_t) s->head->seq));
    (void) json_object_set_new(row, "store_mib", json_integer((json_int_t) (s->store_bytes >> 20)));
    (void) json_object_set_new(row, "follows", json_text(follows));
    (void) json_object_set_new(row, "running", json_true());
    free(follows);
    return row;
}

/* What a person must look at: told below the table. */
static void
troubles_add(FILE *to, const Sijill__V1__ServiceStatus *s, int service)
{
    if (s->dead_letters > 0)
        (void) fprintf(to, "%s passed over %llu records of feeds; the last one: %s\n",
                       service_name(service), (unsigned long long) s->dead_letters,
                       s->last_dead_letter == NULL ? "?" : s->last_dead_letter);
    for (size_t i = 0; i < s->n_consumes; i++)
        if (s->consumes[i]->stopped != NULL)
            (void) fprintf(to, "%s does not follow %s any more: %s\n", service_name(service),
                           s->consumes[i]->name == NULL ? "?" : s->consumes[i]->name,
                           s->consumes[i]->stopped);
}

static int
status_run(cli *c)
{
    output *out = output_open(c, columns, sizeof columns / sizeof columns[0], "");
    char *troubles = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&troubles, &size);
    int down = 0;
    int outcome = EXIT_DONE;

    if (to == NULL)
        abort();
    for (int service = REGISTRATION; service <= SERVICES; service++) {
        sijill_reply reply;
        Sijill__V1__ServiceStatus *status = status_of(c, service, &reply);

        if (status == NULL) {
            output_row(out, json_pack("{s:s, s:s, s:b, s:s}", "service", service_name(service),
                                      "state", silent_name(c, service), "running", 0, "detail",
                                      sijill_code_name(reply.code)));
            down = down == 0 ? service : down;
            continue;
        }
        troubles_add(to, status, service);
        output_row(out, status_row(status, service));
        sijill_free(status);
    }
    output_close(&out);
    (void) fclose(to);
    if (size > 0)
        note(c, "%.*s", (int) size - 1, troubles); /* its last line end is the note's */
    free(troubles);
    if (down != 0)
        outcome = fail_unreachable(c, down);
    return outcome;
}

const command status_commands[] = {
    { "status", NULL, "how the services are", NULL, status_run,
      "Exit 6 when one of them does not answer." },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
