/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * upload_words: the address of an upload as arguments of `sijill upload`.
 */
#include "services/gateway/api/build.h"

enum { UPLOAD_ARGUMENTS_MAX = 48, UPLOAD_WORDS_ROOM = 8 * 1024 };

#define UPLOAD_PATH "/v1/events/{event}/uploads"

typedef struct upload_words {
    char *argument[UPLOAD_ARGUMENTS_MAX + 1]; /* ended by NULL; into `room` */
    size_t count;
    char room[UPLOAD_WORDS_ROOM];
    size_t used;
    bool full;
    const char *event; /* slug or id, as the program is told it */
    bool dry_run;
} upload_words;

/* Parameters of the query; each is an option of `sijill upload`. */
typedef struct upload_option {
    const char *name;   /* in the query */
    const char *option; /* of the program */
    bool flag;
    bool many; /* may be repeated */
    const char *summary;
} upload_option;
extern const upload_option upload_options[]; /* ended by name NULL */

/* Whether this is an upload's address; `event` is the event's word, decoded, "" when it cannot be.
 */
bool upload_path(const char *path, char event[API_WORD_SIZE]);

/* What does not come from the address. */
typedef struct upload_given {
    const char *home;              /* of the program */
    const char *peers, *curve_key; /* files, as of the gateway; "": none */
} upload_given;

/* False: *wrong. */
bool upload_words_read(upload_words *w, const char *event, const char *query,
                       const upload_given *given, api_problem *wrong);
/* The request id from which those of all rows follow; once, there is room for it. */
void upload_words_follow(upload_words *w, const uint8_t request_id[SIJILL_ID_SIZE]);

/* BLAKE2b-256 of the parameters that are not their defaults, in whatever order they came (values of
 * one that is repeated stay in theirs). */
enum { UPLOAD_HASH_SIZE = 32 };
void upload_words_hash(const upload_words *w, uint8_t hash[UPLOAD_HASH_SIZE]);
