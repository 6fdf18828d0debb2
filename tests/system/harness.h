/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * harness: the real services of this build in a folder of their own: started, killed, stopped,
 * asked.
 *
 * The programs are those of SIJILL_BIN, else those beside the test.  Each service has its store in
 * FOLDER/NAME and its log in FOLDER/NAME.log; all sockets are in FOLDER/run.  What is started dies
 * with the test, whatever ends it.  What cannot be is an assertion of cmocka.
 */
#include "clients/c/sijill.h"
#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/registration.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/types.h>

#include <cmocka.h>

typedef enum which { REGISTRATION, ATTENDANCE, CERTIFICATE, SIGNER, WHICH_COUNT } which;

enum { WORLD_PATH = 160, WORLD_ANSWER_MS = 60000 };

typedef struct world {
    char folder[64];
    pid_t pids[WHICH_COUNT]; /* 0: not running */
} world;

extern const char *const which_names[WHICH_COUNT];

/* ---- folder and programs --------------------------------------------------------------------- */

/* A fresh folder with a signer's keys in it; nothing runs. */
void world_open(world *w);
/* End what runs, look for sanitizers' words in the logs, remove the folder (kept when SIJILL_KEEP
 * is set). */
void world_close(world *w);
/* FOLDER/NAME. */
const char *world_path(const world *w, const char *name, char path[WORLD_PATH]);

/* Start a program of the build, its output behind what FOLDER/said holds. */
pid_t program_start(const world *w, const char *name, const char *said,
                    const char *const arguments[]);
/* Whether it has ended, and with what; -1: a signal. */
bool program_ended(pid_t pid, int *code);
/* Run one to its end, its output in FOLDER/said. */
int program_run(const world *w, const char *name, const char *const arguments[]);
/* Whether FOLDER/NAME holds these words. */
bool world_says(const world *w, const char *name, const char *words);
/* The last lines of a service's log, as comments of the test. */
void world_show(const world *w, which s);

/* ---- services -------------------------------------------------------------------------------- */

/* Returns at once. */
void service_start(world *w, which s);
/* Until it answers. */
void service_await(const world *w, which s);
void world_start(world *w); /* all four, until they answer */
/* Whether it has not ended. */
bool service_running(const world *w, which s);
void service_kill(world *w, which s); /* SIGKILL, and gone */
/* SIGTERM, and gone; its exit code, -1: a signal. */
int service_stop(world *w, which s);
/* Wait for it to end by itself. */
int service_ended(world *w, which s);
/* `NAME --scrub` on its store; the exit code. */
int service_scrub(const world *w, which s);

const char *service_endpoint(const world *w, which s, const char *suffix, char text[WORLD_PATH]);
sijill *service_connect(const world *w, which s);
/* By GetStatus; sijill_free it. */
Sijill__V1__ServiceStatus *service_status(const world *w, which s);

/* ---- requests -------------------------------------------------------------------------------- */

/* The code of the answer; a barrier may be NULL. */
uint32_t ask(sijill *service, uint32_t type, const ProtobufCMessage *body, sijill_reply *reply);
/* ... which must be OK; its message, to be freed by sijill_free. */
void *ask_for(sijill *service, uint32_t type, const ProtobufCMessage *body,
              const ProtobufCMessageDescriptor *answer);

/* A one-day event that has sessions; ended yesterday, or begins tomorrow.  rules may be NULL. */
void define_event(sijill *registration, const char *slug, bool ended, Sijill__V1__EventRules *rules,
                  uint8_t id[SIJILL_ID_SIZE]);
void define_organisation(sijill *registration);

/* A Register of its own memory: e-mail and name follow from `email`. */
typedef struct register_form {
    Sijill__V1__Register message;
    Sijill__V1__Person person;
    char email[64];
    uint8_t event[SIJILL_ID_SIZE];
} register_form;
void register_form_fill(register_form *form, const uint8_t event[SIJILL_ID_SIZE],
                        const char *email);

uint64_t wall_ms(void);
uint64_t mono_ms(void);
ProtobufCBinaryData id_data(const uint8_t id[SIJILL_ID_SIZE]); /* borrows */
