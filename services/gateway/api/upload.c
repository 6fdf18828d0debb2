/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/upload.h"

#include "services/gateway/api/child.h"
#include "services/gateway/api/reply.h"
#include "services/gateway/api/upload_words.h"
#include "services/runtime/log.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WHO_AM_I = 161, HELD_SIZE = 4096, FOLDER_MODE = 0700, EXIT_ROWS_REFUSED = 3 };

#define CODE(name) SIJILL__V1__CODE__##name

struct upload {
    uploads *owner;
    exchange *x; /* NULL: it was answered */
    upload_words words;
    int file;
    char key[SIJILL_KEY_SIZE];
    bool asking;  /* whether the key is good */
    bool welcome; /* it is */
    bool come;    /* all of the body */
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

/* Who asks for its key still has it: then it is freed there. */
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

static uint32_t
code_of(const char *name)
{
    for (size_t i = 0; name != NULL && i < api_code_count; i++)
        if (strcmp(api_code_name(api_codes[i].code), name) == 0)
            return api_codes[i].code;
    return name != NULL && strcmp(name, "USAGE") == 0 ? CODE(INVALID) : CODE(INTERNAL);
}

/* {"error": {"code", "detail", "field"}} of its standard error. */
static void
refuse_ended(struct upload *up)
{
    json_t *root = json_loads(child_words(up->run), 0, NULL);
    json_t *error = json_object_get(root, "error");
    const char *words = json_string_value(json_object_get(error, "detail"));
    const char *field = json_string_value(json_object_get(error, "field"));
    api_problem wrong;

    api_wrong(&wrong, code_of(json_string_value(json_object_get(error, "code"))),
              field == NULL ? "" : field, words == NULL ? "the upload could not be read" : words);
    if (words == NULL)
        sj_log(SJ_LOG_ERROR, "upload.failed", "words=\"the program ended without a word\"");
    json_decref(root);
    refuse(up, &wrong);
}

/* The last line, when not all rows were read: what the program said. */
static void
hold_error(struct upload *up, int status)
{
    const char *words = child_words(up->run);
    bool good =
        WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == EXIT_ROWS_REFUSED);

    up->said_all = true;
    up->held_from = up->held_size = 0;
    if (good)
        return;
    if (strncmp(words, "{\"error\"", strlen("{\"error\"")) != 0)
        words = "{\"error\":{\"code\":\"INTERNAL\",\"detail\":\"the upload was cut off: send the "
                "same file again\"}}";
    up->held_size = (size_t) snprintf(up->held, sizeof up->held, "%s\n", words);
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
    x->upload = NULL;
    up->x = NULL;
    up->out = request_stream(x->r, &head, &source); /* NULL: closed has been called */
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

    if (!up->come || !up->welcome)
        return;
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

static void
on_key(void *context, const sijill_reply *reply)
{
    struct upload *up = context;
    api_problem wrong;

    up->asking = false;
    if (up->x == NULL) {
        forget(up);
    } else if (reply->code == CODE(OK)) {
        up->welcome = true;
        run(up);
    } else {
        api_refusal(up->x->match.route, reply, &wrong);
        refuse(up, &wrong);
    }
}

static bool
take_piece(void *context, request *r, octets piece)
{
    exchange *x = request_kept(r);
    const char *at = piece.at;

    (void) context;
    if (x->upload == NULL)
        return false; /* refused meanwhile */
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
    run(x->upload);
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
    words = idempotency_read(&x->key, request_header(x->r, "Idempotency-Key"), x->who.org,
                             x->who.actor);
    if (words != NULL)
        api_wrong(wrong, CODE(INVALID), "", words);
    return words == NULL;
}

static void
ask_for_key(struct upload *up)
{
    exchange *x = up->x;
    sijill_request asked = exchange_question(x);

    asked.type = WHO_AM_I;
    up->asking =
        backend_ask(x->owner->services, BACKEND_REGISTRATION, x->who.org, &asked, on_key, up);
    if (!up->asking)
        refuse_words(up, CODE(BUSY), "too many requests wait already");
}

bool
upload_admit(uploads *u, exchange *x, const char *event, size_t *body_max)
{
    struct upload *up = NULL;
    api_problem wrong;
    bool good = read_head(x, &wrong);
    upload_given given = { u->home, u->where->peers, u->where->curve_key,
                           x->key.has_outside ? NULL : x->key.request_id };

    if (good) {
        api_wrong(&wrong, CODE(BUSY), "", "enough files are being read already: come again later");
        up = u->count < UPLOADS_AT_ONCE ? calloc(1, sizeof *up) : NULL;
    }
    if (up == NULL) {
        exchange_refuse(x, &wrong);
        return false;
    }
    up->owner = u;
    up->x = x;
    up->next = u->first;
    u->first = up;
    u->count++;
    x->upload = up;
    up->file = open_file();
    /* the text again: the header is gone when the program starts */
    (void) snprintf(up->key, sizeof up->key, "%s",
                    strstr(request_header(x->r, "Authorization"), "sjk_"));
    if (up->file < 0) {
        u->count--;
        refuse_words(up, CODE(UNAVAILABLE), "there is no room for the file here");
        return false;
    }
    if (!upload_words_read(&up->words, event, request_query(x->r), &given, &wrong)) {
        refuse(up, &wrong);
        return false;
    }
    *body_max = UPLOAD_MAX;
    request_pieces(x->r, take_piece);
    ask_for_key(up);
    return x->upload != NULL;
}

/* ---- all of them -------------------------------------------------------------------------------
 */

/* The program of this build, or of this system. */
static bool
find_program(char path[UPLOAD_PATH_SIZE])
{
    static const char *const others[] = { "sijill", "../../../bin/sijill" };
    char own[UPLOAD_PATH_SIZE / 2];
    ssize_t size = readlink("/proc/self/exe", own, sizeof own - 1);

    if (size <= 0)
        return false;
    own[size] = '\0';
    *strrchr(own, '/') = '\0';
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        (void) snprintf(path, UPLOAD_PATH_SIZE, "%s/%s", own, others[i]);
        if (access(path, X_OK) == 0)
            return true;
    }
    return false;
}

/* A home for the program: a folder whose `run` leads to the services' sockets. */
static bool
make_home(uploads *u, const char *home, const char *run_folder)
{
    char link[UPLOAD_PATH_SIZE], target[UPLOAD_PATH_SIZE];
    int size = snprintf(u->home, sizeof u->home, "%s/upload", home);

    if (size <= 0 || (size_t) size + sizeof "/run" > sizeof link)
        return false;
    if (realpath(run_folder, target) == NULL) /* none of the services is here */
        (void) snprintf(target, sizeof target, "%s", run_folder);
    if (mkdir(u->home, FOLDER_MODE) != 0 && errno != EEXIST)
        return false;
    (void) snprintf(link, sizeof link, "%.4000s/run", u->home);
    (void) unlink(link);
    return symlink(target, link) == 0;
}

uploads *
uploads_open(api *a, const char *home, const addresses *where)
{
    uploads *u = calloc(1, sizeof *u);

    if (u == NULL)
        return NULL;
    u->a = a;
    u->where = where;
    if (!find_program(u->program))
        sj_log(SJ_LOG_WARN, "upload.no_program",
               "words=\"no sijill beside this program: files cannot be uploaded\"");
    if (!make_home(u, home, where->run)) {
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
