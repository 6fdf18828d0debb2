/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * upload: POST /v1/events/{event}/uploads, a platform's report or a form's answers.
 *
 * The body goes piece by piece into a file without a name; then `sijill upload` reads it, as the
 * key that came with the request, and its verdicts, a line of JSON a row, are the answer as they
 * come.  Nobody reads a stranger's file in this process.  Registration is asked twice: while the
 * body comes whether the key may upload to the event (one that may not frees its place at once),
 * and when it has come, before it is read, whether its Idempotency-Key is of this file
 * (upload_note.h).
 */
#include "services/gateway/api/exchange.h"

enum {
    UPLOADS_AT_ONCE = 4,
    UPLOAD_MAX = 64 * 1024 * 1024,
    UPLOAD_RUN_MS = 30 * 60 * 1000, /* then the program is ended */
};

typedef struct uploads uploads;

/* `home` is a folder of ours; `where` stays the caller's.  NULL: words on the log. */
uploads *uploads_open(api *a, const char *home, const addresses *where);
/* Programs that still run are killed. */
void uploads_close(uploads **u);

/* As admit of http_site, for a request whose path is an upload's; `event` as of upload_path. */
bool upload_admit(uploads *u, exchange *x, const char *event, size_t *body_max);
/* Its body has come. */
void upload_handle(exchange *x);
/* It has not, and will not. */
void upload_gone(exchange *x);
