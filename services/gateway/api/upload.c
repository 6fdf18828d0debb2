/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/upload.h"

#include "services/gateway/api/child.h"
#include "services/gateway/api/upload_error.h"
#include "services/gateway/api/upload_home.h"
#include "services/gateway/api/upload_note.h"
#include "services/runtime/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HELD_SIZE = 4096, EXIT_ROWS_REFUSED = 3 };

#define CODE(name) SIJILL__V1__CODE__##name

struct upload {
    uploads *owner;
    exchange *x; /* NULL: it was answered */
    upload_words words;
    upload_note note;
    int file;
    char key[SIJILL_KEY_SIZE];
    bool asking;   /* registration */
    bool welcome;  /* the key may upload here */
    bool come;     /* all of the body */
    bool replayed; /* the same has come before */
    child *run;
    stream *out;
    char held[HELD_SIZE]; /* of its output, that nobody took yet */
    size_t held_size, held_from;
    bool said_all;
    loop_timer late;
    struct upload *next;
};

struct uploads {
    api *a;
    char program[UPLOAD_PATH_SIZE], home[UPLOAD_PATH_SIZE];
    const addresses *where;
    struct upload *first;
    size_t count;
};

/* ---- its end -----------------------------------------------------------------------------------
 */

/* A question that is on its way still has it: then it is freed there. */
static void
forget(struct upload *up)
{
    struct upload **at = &up->owner->first;

    if (up->x != NULL)
        up->x->upload = NULL;
    up->x = NULL;
    loop_at(up->owner->a->loop, &up->late, 0);
    child_stop(&up->run);
    sodium_memzero(up->key, sizeof up->key);
    if (up->file >= 0) {
        (void) close(up->file);
        up->file = -1;
        up->owner->count--;
    }
    if (up->asking)
        return;
    while (*at != up)
        at = &(*at)->next;
    *at = up->next;
    free(up);
}

static void
refuse(struct upload *up, const api_problem *wrong)
{
    exchange *x = up->x;

    forget(up);
    exchange_refuse(x, wrong);
}

static void
refuse_words(struct upload *up, uint32_t code, const char *words)
{
    api_problem wrong;

    api_wrong(&wrong, code, "", words);
    refuse(up, &wrong);
}

/* ---- what the program says ---------------------------------------------------------------------
 */

static upload_given
given_of(const uploads *u)
{
    return (upload_given){ u->home, u->where->peers, u->where->curve_key };
}

static void
refuse_ended(struct upload *up)
{
    upload_given given = given_of(up->owner);
    api_problem wrong;

    if (!upload_error_read(child_words(up->run), &given, &wrong))
        sj_log(SJ_LOG_ERROR, "upload.failed", "words=\"the program ended without a word\"");
    refuse(up, &wrong);
}

/* The last line, when not all rows were read: what the program said.  Rows that were refused are
 * no such thing, and of them it says nothing there. */
static void
hold_error(struct upload *up, int status)
{
    const char *said = child_words(up->run);
    upload_given given = given_of(up->owner);
    api_problem wrong;
    bool good =
        WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == EXIT_ROWS_REFUSED);

    up->said_all = true;
    up->held_from = up->held_size = 0;
    if (!upload_error_read(said, &given, &wrong) && good)
        return;
    up->held_size = upload_error_line(&wrong, up->held, sizeof up->held);
}

static long
take_held(struct upload *up, char *at, size_t size)
{
    size_t left = up->held_size - up->held_from, taken = left < size ? left : size;

    memcpy(at, up->held + up->held_from, taken);
    up->held_from += taken;
    return (long) taken;
}

static long
pull(void *context, char *at, size_t size)
{
    struct upload *up = context;
    int status;
    long got;

    if (up->held_from < up->held_size)
        return take_held(up, at, size);
    if (up->said_all)
        return -1;
    got = child_read(up->run, at, size);
    if (got >= 0)
        return got;
    if (!child_ended(up->run, &status))
        return 0; /* woken when it has */
    hold_error(up, status);
    return up->held_size > 0 ? take_held(up, at, size) : -1;
}

static void
closed(void *context)
{
    struct upload *up = context;

    up->out = NULL;
    forget(up);
}

static void
begin_answer(struct upload *up)
{
    answer head = { .status = 200, .type = "application/x-ndjson" };
    stream_source source = { .pull = pull, .closed = closed, .context = up };
    exchange *x = up->x;

    head.header[head.header_count++] = (http_header){ "Cache-Control", "no-store" };
    if (up->replayed)
        head.header[head.header_count++] = (http_header){ "Idempotency-Replayed", "true" };
    x->upload = NULL;
    up->x = NULL;
    up->out = request_stream(x->r, &head, &source);
    if (up->out == NULL)
        forget(up);
}

/* Nothing is answered before the first line: until then a refusal is a problem as any other. */
static void
woken(void *context)
{
    struct upload *up = context;
    int status;
    long got;

    if (up->out != NULL) {
        stream_wake(up->out);
        return;
    }
    if (up->x == NULL)
        return;
    got = child_read(up->run, up->held, sizeof up->held);
    if (got > 0) {
        up->held_size = (size_t) got;
        begin_answer(up);
    } else if (got < 0 && child_ended(up->run, &status)) {
        refuse_ended(up);
    }
}

static void
too_late(void *context)
{
    struct upload *up = context;

    sj_log(SJ_LOG_WARN, "upload.late", "ms=%d", (int) UPLOAD_RUN_MS);
    if (up->out == NULL)
        refuse_words(up, CODE(INTERNAL), "the upload took too long: send it in several files");
    else
        child_end(up->run);
}

/* ---- its beginning -----------------------------------------------------------------------------
 */

static void
run(struct upload *up)
{
    loop *l = up->owner->a->loop;
    child_parts parts = { .loop = l,
                          .program = up->owner->program,
                          .arguments = up->words.argument,
                          .input = up->file,
                          .key = up->key,
                          .woken = woken,
                          .context = up };

    if (lseek(up->file, 0, SEEK_SET) == 0)
        up->run = child_start(&parts);
    if (up->run == NULL) {
        sj_log(SJ_LOG_ERROR, "upload.start", "words=\"cannot start %s\"", parts.program);
        refuse_words(up, CODE(UNAVAILABLE), "uploads cannot be read here just now");
        return;
    }
    up->late = (loop_timer){ .due = too_late, .context = up };
    loop_at(l, &up->late, loop_mono_ms(l) + UPLOAD_RUN_MS);
}

/* What registration says of the upload; false: it goes no further. */
static bool
is_welcome(struct upload *up, const sijill_reply *reply, uint8_t id[SIJILL_ID_SIZE])
{
    api_problem wrong;

    up->asking = false;
    if (up->x == NULL)
        forget(up);
    else if (upload_note_answer(reply, id, &wrong))
        return true;
    else
        refuse(up, &wrong);
    return false;
}

static void
on_noted(void *context, const sijill_reply *reply)
{
    struct upload *up = context;
    uint8_t id[SIJILL_ID_SIZE];

    if (!is_welcome(up, reply, id))
        return;
    up->replayed = reply->replayed;
    upload_words_follow(&up->words, id);
    run(up);
}

static void
tell(struct upload *up, bool trial, backend_fn *answered)
{
    up->asking = upload_note_tell(&up->note, up->x, &up->words, trial, answered, up);
    if (!up->asking)
        refuse_words(up, CODE(BUSY), "too many requests wait already");
}

/* What is only tried is remembered nowhere. */
static void
go_on(struct upload *up)
{
    if (!up->come || !up->welcome)
        return;
    if (up->words.dry_run)
        run(up);
    else
        tell(up, false, on_noted);
}

static void
on_welcome(void *context, const sijill_reply *reply)
{
    struct upload *up = context;
    uint8_t id[SIJILL_ID_SIZE];

    if (!is_welcome(up, reply, id))
        return; /* it may be gone */
    up->welcome = true;
    go_on(up);
}

static bool
take_piece(void *context, request *r, octets piece)
{
    exchange *x = request_kept(r);
    const char *at = piece.at;

    (void) context;
    if (x->upload == NULL)
        return false; /* refused meanwhile */
    upload_note_add(&x->upload->note, piece);
    while (piece.size > 0) {
        ssize_t written = write(x->upload->file, at, piece.size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            refuse_words(x->upload, CODE(UNAVAILABLE), "there is no room for the file here");
            return false;
        }
        at += written;
        piece.size -= (size_t) written;
    }
    return true;
}

void
upload_handle(exchange *x)
{
    if (x->upload == NULL)
        return;
    x->upload->come = true;
    go_on(x->upload);
}

void
upload_gone(exchange *x)
{
    if (x->upload != NULL)
        forget(x->upload);
}

/* Without a name from the beginning on; O_TMPFILE is not everywhere. */
static int
open_file(void)
{
    const char *folder = getenv("TMPDIR");
    char path[UPLOAD_PATH_SIZE];
    int size = snprintf(path, sizeof path, "%s/sijill-upload-XXXXXX",
                        folder == NULL || folder[0] == '\0' ? "/tmp" : folder);
    int file = (size_t) size < sizeof path ? mkostemp(path, O_CLOEXEC) : -1;

    if (file >= 0)
        (void) unlink(path);
    return file;
}

/* Whether its head is one of an upload. */
static bool
read_head(exchange *x, api_problem *wrong)
{
    const char *type = request_header(x->r, "Content-Type");
    const char *words;

    api_wrong(wrong, CODE(UNAUTHENTICATED), "",
              "this needs a key: send the header `Authorization: Bearer sjk_...`");
    words = caller_read(&x->who, request_header(x->r, "Authorization"));
    if (words != NULL)
        api_wrong(wrong, CODE(UNAUTHENTICATED), "", words);
    if (!x->who.named)
        return false;
    api_wrong(wrong, API_MEDIA, "",
              "send the file itself with Content-Type: text/csv or application/octet-stream");
    if (type == NULL || (strncasecmp(type, "text/", 5) != 0 &&
                         strncasecmp(type, "application/octet-stream", 24) != 0 &&
                         strncasecmp(type, "application/json", 16) != 0))
        return false;
    return true;
}

/* As for any write: one that is only tried needs none. */
static bool
read_key(exchange *x, bool dry_run, api_problem *wrong)
{
    const char *header = request_header(x->r, "Idempotency-Key");
    const char *words = dry_run && header == NULL
                            ? NULL
                            : idempotency_read(&x->key, header, x->who.org, x->who.actor);

    if (words != NULL)
        api_wrong(wrong, CODE(INVALID), "", words);
    return words == NULL;
}

/* All that its head says; and a place for the body. */
static bool
prepare(struct upload *up, const char *event, api_problem *wrong)
{
    uploads *u = up->owner;
    exchange *x = up->x;
    upload_given given = given_of(u);

    if (!upload_words_read(&up->words, event, request_query(x->r), &given, wrong) ||
        !read_key(x, up->words.dry_run, wrong))
        return false;
    api_wrong(wrong, CODE(UNAVAILABLE), "", "there is no room for the file here");
    up->file = open_file();
    if (up->file < 0)
        return false;
    u->count++;
    /* the text again: the header is gone when the program starts */
    (void) snprintf(up->key, sizeof up->key, "%s",
                    strstr(request_header(x->r, "Authorization"), "sjk_"));
    upload_note_begin(&up->note);
    return true;
}

/* NULL: no memory.  A hash's state lies at a line of the cache. */
static struct upload *
make(uploads *u, exchange *x)
{
    struct upload *up = aligned_alloc(_Alignof(struct upload), sizeof *up);

    if (up == NULL)
        return NULL;
    memset(up, 0, sizeof *up);
    up->owner = u;
    up->x = x;
    up->file = -1;
    up->next = u->first;
    u->first = up;
    x->upload = up;
    return up;
}

bool
upload_admit(uploads *u, exchange *x, const char *event, size_t *body_max)
{
    struct upload *up = NULL;
    api_problem wrong;

    if (read_head(x, &wrong)) {
        api_wrong(&wrong, CODE(BUSY), "", "enough files are being read already: come again later");
        up = u->count < UPLOADS_AT_ONCE ? make(u, x) : NULL;
    }
    if (up == NULL) {
        exchange_refuse(x, &wrong);
        return false;
    }
    if (!prepare(up, event, &wrong)) {
        refuse(up, &wrong);
        return false;
    }
    *body_max = UPLOAD_MAX;
    request_pieces(x->r, take_piece);
    tell(up, true, on_welcome);
    return x->upload != NULL;
}

/* ---- all of them -------------------------------------------------------------------------------
 */

uploads *
uploads_open(api *a, const char *home, const addresses *where)
{
    uploads *u = calloc(1, sizeof *u);

    if (u == NULL)
        return NULL;
    u->a = a;
    u->where = where;
    if (!upload_program(u->program))
        sj_log(SJ_LOG_WARN, "upload.no_program",
               "words=\"no sijill beside this program: files cannot be uploaded\"");
    if (!upload_home(u->home, home, where->run)) {
        sj_log(SJ_LOG_ERROR, "upload.home", "words=\"cannot make %s/upload: %s\"", home,
               strerror(errno));
        free(u);
        return NULL;
    }
    return u;
}

void
uploads_close(uploads **u)
{
    if (*u == NULL)
        return;
    while ((*u)->first != NULL) {
        (*u)->first->asking = false; /* who would have answered is gone */
        forget((*u)->first);
    }
    free(*u);
    *u = NULL;
}
