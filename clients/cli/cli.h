/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * cli: what every command of `sijill` is handed: its arguments, the connections, and the ways to
 * say something.
 *
 * stdout carries the result and nothing else; words, progress and errors go to stderr.  With --json
 * the result is one JSON document, and an error is one, too:
 * {"error":{"code","status","detail","field"}} on stderr.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clients/c/sijill.h"
#include "sijill/v1/access.pb-c.h"
#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/platform.pb-c.h"
#include "sijill/v1/registration.pb-c.h"

enum {
    EXIT_DONE = 0,
    EXIT_USAGE = 2,
    EXIT_REFUSED = 3, /* a service, or a check here, said no */
    EXIT_NOT_FOUND = 4,
    EXIT_UNVERIFIED = 5,  /* verify: it does not hold */
    EXIT_UNREACHABLE = 6, /* no answer, or "not now" until the deadline */
};

enum {
    REGISTRATION = 1,
    ATTENDANCE = 2,
    CERTIFICATE = 3,
    SERVICES = 3,
    ARGUMENTS_MAX = 256,
    PATH_SIZE = 512
};

typedef struct option {
    const char *name;  /* without --; NULL ends the list */
    const char *value; /* what help calls it; NULL: a flag */
    const char *help;
    bool required;
} option;

struct cli;

typedef struct command {
    const char *words;     /* "event import" */
    const char *operands;  /* "FILE"; NULL: none */
    const char *help;      /* one line */
    const option *options; /* NULL: only the global ones */
    int (*run)(struct cli *c);
    const char *more; /* further lines for its own help, or NULL */
} command;

typedef struct argument {
    const char *name; /* NULL: an operand */
    const char *value;
} argument;

typedef struct cli {
    const command *command;
    argument arguments[ARGUMENTS_MAX];
    size_t argument_count;
    const char *home;
    const char *peers;     /* NULL: all services are here */
    const char *curve_key; /* NULL: none given */
    const char *program;   /* argv[0] */
    uint64_t org;
    bool json;
    bool csv;
    bool progress;
    uint8_t actor[SIJILL_ID_SIZE];
    bool as_key; /* the actor is an API key */
    uint8_t credential[SIJILL_SECRET_SIZE];
    uint32_t deadline_ms;
    sijill *service[SERVICES + 1];
    sijill_pos min_pos[SERVICES + 1]; /* what must have been seen there before it answers */
} cli;

/* ---- arguments ---- */

/* The value of --name, NULL when it was not given.  Given more than once: the last. */
const char *arg_text(const cli *c, const char *name);
bool arg_flag(const cli *c, const char *name);
/* The next --name at or after *at (begin with 0); NULL: no more. */
const char *arg_next(const cli *c, const char *name, size_t *at);
const char *arg_operand(const cli *c, size_t n); /* NULL: not that many */
/* A whole number from min to max; absent: fallback.  false: words were said, exit with EXIT_USAGE.
 */
bool arg_number(cli *c, const char *name, uint64_t min, uint64_t max, uint64_t fallback,
                uint64_t *out);
/* One of an enum's names in lower case, without the enum's prefix; absent: fallback.  false: words
 * were said. */
bool arg_enum(cli *c, const char *name, const ProtobufCEnumDescriptor *type, int fallback,
              int *out);
/* 32 hexadecimal digits; false: words were said.  `what` names it in them. */
bool id_read(cli *c, const char *what, const char *text, uint8_t id[SIJILL_ID_SIZE]);

/* ---- words ---- */

/* Say what went wrong and what to do; gives back `exit`. */
int fail(cli *c, int exit, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same for an answer of a service. */
int fail_reply(cli *c, int service, const sijill_reply *reply);
/* It does not answer: whether it runs at all, and what to do. */
int fail_unreachable(cli *c, int service);
int exit_of(uint32_t code);
/* A line for people on stderr; nothing with --json. */
void note(const cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- services ---- */

const char *service_name(int service);
/* The connection, opened at first use; never NULL. */
sijill *service_of(cli *c, int service);
/* One request to the service that its type belongs to.  0: *message is the answer, to be freed with
 * sijill_free (type and message may be NULL).  Else words were said, and it is the exit code. */
int ask(cli *c, uint32_t type, const ProtobufCMessage *body,
        const ProtobufCMessageDescriptor *answer_type, void *message);
/* The same with --request-id and --dry-run of the command line; *reply, when not NULL, gets the
 * reply. */
int ask_once(cli *c, uint32_t type, const ProtobufCMessage *body,
             const ProtobufCMessageDescriptor *answer_type, void *message, sijill_reply *reply);
/* From now on, what is asked of this service is decided by a state that includes all that is
 * committed in the services it follows. */
int catch_up(cli *c, int service, const uint8_t event_id[SIJILL_ID_SIZE]);
/* "ipc://HOME/run/NAME.sock", suffix "", ".ctl" or ".feed". */
void endpoint_of(const cli *c, int service, const char *suffix, char path[PATH_SIZE]);
/* The same, or by tcp where --peers says that the service is elsewhere. */
typedef struct whereabouts {
    char endpoint[PATH_SIZE];
    char server[SIJILL_CURVE_SIZE];
    const char *curve_server; /* for sijill_options; NULL: it is here */
    const char *curve_key_file;
} whereabouts;
/* False: words were said, exit with EXIT_USAGE. */
bool where_of(cli *c, int service, const char *suffix, whereabouts *w);

ProtobufCBinaryData id_data(const uint8_t id[SIJILL_ID_SIZE]);

/* ---- things by name ---- */

/* The event that --event names, by slug or id.  0: *event, to be freed with sijill_free. */
int event_find(cli *c, const char *slug, Sijill__V1__EventView **event);
/* The one that the first operand or --event names. */
int event_named(cli *c, Sijill__V1__EventView **event);
/* The id alone of the one that --event names. */
int event_id_find(cli *c, uint8_t id[SIJILL_ID_SIZE]);
/* The registration that --email or --id names. */
int registration_find(cli *c, const uint8_t event_id[SIJILL_ID_SIZE],
                      Sijill__V1__RegistrationView **registration);
