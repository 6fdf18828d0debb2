/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * scene: an event that has ended and the people who registered for it, in real services that run in
 * a temporary folder.  What is asked of a service in bulk goes through scene_pump.
 */
#include "clients/c/sijill.h"
#include "tests/bench/figures.h"
#include "tests/bench/process.h"

typedef struct scene {
    char folder[256];
    bench_process registration, attendance, certificate, signer; /* pid 0: not started */
    sijill *to_registration, *to_attendance, *to_certificate;
    uint8_t event[SIJILL_ID_SIZE];
    uint64_t starts_ms; /* of its one session */
    size_t count;
    uint8_t (*people)[SIJILL_ID_SIZE]; /* registration ids */
} scene;

enum { SCENE_HOURS = 1 };

/* Many requests of one kind to one service. */
typedef struct scene_pump_plan {
    sijill *client;
    size_t count;
    size_t outstanding;
    /* The i-th request; what it points to must last until the next call. */
    void (*make)(void *context, size_t i, sijill_request *request);
    /* Its answer, which is OK; may be NULL. */
    void (*take)(void *context, size_t i, const sijill_reply *reply);
    void *context;
    figures *times; /* of single answers; may be NULL */
} scene_pump_plan;

/* Microseconds from the first request to the last answer.  Any other answer than OK ends the
 * program with its words. */
uint64_t scene_pump(const scene_pump_plan *plan);
/* One request; ends the program unless OK. */
void scene_call(sijill *client, uint32_t type, const ProtobufCMessage *body, sijill_pos min_pos,
                sijill_reply *reply);
/* Wait until the service has followed another's feed up to `pos`. */
void scene_await(sijill *client, uint32_t query, const ProtobufCMessage *body, sijill_pos pos);

/* A folder below `base`, registration and attendance in it. */
void scene_open(scene *s, const char *base);
/* Certificate service and signer, until keys are known. */
void scene_add_certificates(scene *s);
/* Organisation, event, and `count` confirmed registrations. */
void scene_people(scene *s, size_t count);
/* Stop all and remove the folder; false: something did not end well. */
bool scene_close(scene *s);

_Noreturn void scene_fail(const char *what, const char *words);
