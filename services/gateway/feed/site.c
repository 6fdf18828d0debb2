/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/feed/site.h"

#include "services/gateway/api/caller.h"
#include "services/gateway/feed/reader.h"
#include "services/gateway/feed/records.h"
#include "services/gateway/feed/refusal.h"
#include "services/gateway/http/problem.h"
#include "sijill/v1/access.pb-c.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHO_AM_I = 161, DECIMAL = 10, MS = 1000, ASK_DEADLINE_MS = 5000 };

struct feed_site {
    loop *loop;
    backend *services;
    const addresses *services_at;
    unsigned readers;
};

typedef struct listener {
    feed_site *site;
    request *r; /* until it was answered */
    caller who;
    reader *reader;
    reader_options options;
    uint32_t types[READER_TYPES_MAX];
    size_t limit, count;
    uint64_t wait_ms;
    bool latest; /* from now on */
    bool events; /* Server-Sent Events */
    bool asking; /* WHO_AM_I is on its way */
    bool over;   /* free it when the answer of WHO_AM_I has come */
    bool ending; /* the stream ends when what is written was taken */
    stream *stream;
    loop_timer wait_timer, alive_timer, ask_timer;
    json_text text;
    size_t taken; /* of text, by the client */
} listener;

static const char *const services[POSITION_SERVICES] = { "registration", "attendance",
                                                         "certificate" };

/* ---- the end -----------------------------------------------------------------------------------
 */

static void
end(listener *l)
{
    loop *lp = l->site->loop;

    loop_at(lp, &l->wait_timer, 0);
    loop_at(lp, &l->alive_timer, 0);
    loop_at(lp, &l->ask_timer, 0);
    reader_close(&l->reader);
    if (l->asking) {
        l->over = true;
        return;
    }
    l->site->readers--;
    free(l->text.at);
    free(l);
}

static void
refuse(listener *l, uint32_t code, const char *field, const char *words)
{
    refusal_answer(l->r, code, field, words);
    end(l);
}

/* ---- long poll ---------------------------------------------------------------------------------
 */

static void
write_token(json_text *out, const reader *r)
{
    char token[POSITION_TEXT_SIZE];

    position_write(reader_position(r), token);
    json_put_string(out, token, strlen(token));
}

static void
poll_answer(void *context)
{
    listener *l = context;
    answer a = { .status = 200,
                 .type = "application/json",
                 .header_count = 1,
                 .header = { { "Cache-Control", "no-store" } } };

    if (l->count == 0)
        json_put(&l->text, "{\"records\":[", strlen("{\"records\":["));
    json_put(&l->text, "],\"next\":", strlen("],\"next\":"));
    write_token(&l->text, l->reader);
    json_put(&l->text, "}", 1);
    a.body = (octets){ l->text.at, l->text.size };
    if (l->text.failed) {
        refuse(l, SIJILL__V1__CODE__BUSY, "", "out of memory: ask again");
        return;
    }
    request_answer(l->r, &a);
    end(l);
}

static bool
poll_record(listener *l, unsigned service, const Sijill__V1__Record *record)
{
    const char *before = l->count == 0 ? "{\"records\":[" : ",";
    size_t size = l->text.size;

    if (l->count == l->limit)
        return false;
    json_put(&l->text, before, strlen(before));
    if (record_write(&l->text, services[service], record)) {
        json_put(&l->text, "}", 1);
        l->count++;
    } else {
        l->text.size = size;
    }
    return true;
}

/* ---- Server-Sent Events ------------------------------------------------------------------------
 */

static bool
stream_record(listener *l, unsigned service, const Sijill__V1__Record *record)
{
    const record_kind *kind = record_kind_of(record->type);
    position at = *reader_position(l->reader);
    char token[POSITION_TEXT_SIZE];
    char head[POSITION_TEXT_SIZE + 64];
    size_t size = l->text.size;
    int length;

    if (kind == NULL)
        return true;
    at.at[service].seq = record->seq;
    position_write(&at, token);
    length = snprintf(head, sizeof head, "id: %s\nevent: %s\ndata: ", token, kind->name);
    json_put(&l->text, head, (size_t) length);
    if (record_write(&l->text, services[service], record))
        json_put(&l->text, "}\n\n", 3);
    else
        l->text.size = size;
    return true;
}

static long
pull(void *context, char *at, size_t size)
{
    listener *l = context;
    size_t left = l->text.size - l->taken;

    if (l->text.failed || (left == 0 && l->ending))
        return -1;
    if (left == 0)
        return 0;
    if (left > size)
        left = size;
    memcpy(at, l->text.at + l->taken, left);
    l->taken += left;
    if (l->taken == l->text.size) {
        l->taken = l->text.size = 0;
        if (l->reader != NULL)
            reader_pause(l->reader, false);
    }
    return (long) left;
}

/* Who reads on, but never to the end, does not make it grow for ever. */
static void
drop_taken(listener *l)
{
    if (l->taken < FEED_BUFFER_MAX)
        return;
    memmove(l->text.at, l->text.at + l->taken, l->text.size - l->taken);
    l->text.size -= l->taken;
    l->taken = 0;
}

static void
closed(void *context)
{
    listener *l = context;

    l->stream = NULL;
    end(l);
}

static void
say_alive(void *context)
{
    listener *l = context;

    if (l->text.size == l->taken)
        json_put(&l->text, ":\n\n", 3);
    stream_wake(l->stream);
    loop_at(l->site->loop, &l->alive_timer, loop_mono_ms(l->site->loop) + FEED_KEEP_ALIVE_MS);
}

/* The last thing a stream says; its client may come again with Last-Event-ID. */
static void
stream_end(listener *l, uint32_t code, const char *words)
{
    char document[PROBLEM_MAX];
    size_t size = refusal_write(code, "", words, NULL, document);

    json_put(&l->text, "event: problem\ndata: ", strlen("event: problem\ndata: "));
    json_put(&l->text, document, size);
    json_put(&l->text, "\n\n", 2);
    l->ending = true;
    reader_close(&l->reader);
    stream_wake(l->stream);
}

/* ---- the reader's news -------------------------------------------------------------------------
 */

static bool
each(void *context, unsigned service, const Sijill__V1__Record *record)
{
    listener *l = context;

    return l->events ? stream_record(l, service, record) : poll_record(l, service, record);
}

static void
came(void *context, uint32_t code)
{
    static const char lost[] =
        "what came after this position is no longer kept: read the lists again, then the feed "
        "without `after`";
    listener *l = context;

    if (code != SIJILL__V1__CODE__OK && l->events)
        stream_end(l, code, lost);
    else if (code != SIJILL__V1__CODE__OK)
        refuse(l, code, "after", lost);
    else if (l->events) {
        drop_taken(l);
        if (l->text.size - l->taken > FEED_BUFFER_MAX)
            reader_pause(l->reader, true);
        if (l->text.size > l->taken)
            stream_wake(l->stream);
    } else if (l->count > 0)
        poll_answer(l);
}

static void ask(void *context);

static void
begin(listener *l)
{
    loop *lp = l->site->loop;
    answer head = { .status = 200,
                    .type = "text/event-stream",
                    .header_count = 2,
                    .header = { { "Cache-Control", "no-store" }, { "X-Accel-Buffering", "no" } } };
    stream_source source = { .pull = pull, .closed = closed, .context = l };

    l->options.context = l;
    if (l->latest)
        for (unsigned i = 0; i < POSITION_SERVICES; i++)
            l->options.after.at[i] = backend_position(l->site->services, (backend_service) i);
    l->reader = reader_open(lp, &l->options);
    if (l->reader == NULL) {
        refuse(l, SIJILL__V1__CODE__BUSY, "", "no more feeds can be read at once: ask again");
        return;
    }
    if (!l->events) {
        loop_at(lp, &l->wait_timer, loop_mono_ms(lp) + l->wait_ms);
        return;
    }
    l->stream = request_stream(l->r, &head, &source);
    if (l->stream == NULL) {
        end(l);
        return;
    }
    loop_at(lp, &l->alive_timer, loop_mono_ms(lp));
    loop_at(lp, &l->ask_timer, loop_mono_ms(lp) + FEED_ASK_AGAIN_MS);
}

/* ---- who asks ----------------------------------------------------------------------------------
 */

static bool
may_read(const sijill_reply *reply)
{
    Sijill__V1__Key *key = sijill_unpack(reply, &sijill__v1__key__descriptor);
    bool may = key != NULL && (key->role == SIJILL__V1__ACCESS__ROLE__OWNER ||
                               key->role == SIJILL__V1__ACCESS__ROLE__ORGANISER ||
                               key->role == SIJILL__V1__ACCESS__ROLE__AUDITOR);

    sijill_free(key);
    return may;
}

static void
key_came(void *context, const sijill_reply *reply)
{
    listener *l = context;
    uint32_t code = reply->code;
    const char *words = reply->detail;

    l->asking = false;
    if (l->over) {
        end(l);
        return;
    }
    if (code == SIJILL__V1__CODE__OK && !may_read(reply)) {
        code = SIJILL__V1__CODE__FORBIDDEN;
        words = "the feed is for owners, organisers and auditors";
    }
    if (l->stream == NULL) {
        if (code == SIJILL__V1__CODE__OK)
            begin(l);
        else
            refuse(l, code, "", words);
    } else if (code == SIJILL__V1__CODE__UNAUTHENTICATED || code == SIJILL__V1__CODE__FORBIDDEN) {
        stream_end(l, code, words);
    } else {
        loop_at(l->site->loop, &l->ask_timer, loop_mono_ms(l->site->loop) + FEED_ASK_AGAIN_MS);
    }
}

static void
ask(void *context)
{
    listener *l = context;
    Sijill__V1__WhoAmI message;
    sijill_request question = { .type = WHO_AM_I,
                                .body = &message.base,
                                .delegated = true,
                                .actor = l->who.actor,
                                .credential = l->who.named ? l->who.credential : NULL,
                                .deadline_ms = ASK_DEADLINE_MS };

    sijill__v1__who_am_i__init(&message);
    l->asking =
        backend_ask(l->site->services, BACKEND_REGISTRATION, l->who.org, &question, key_came, l);
    if (!l->asking && l->stream == NULL)
        refuse(l, SIJILL__V1__CODE__BUSY, "", "too many ask at once: ask again");
    else if (!l->asking)
        loop_at(l->site->loop, &l->ask_timer, loop_mono_ms(l->site->loop) + FEED_ASK_AGAIN_MS);
}

/* ---- what is asked -----------------------------------------------------------------------------
 */

static bool
read_number(const char *text, size_t least, size_t most, size_t *number)
{
    char *stop;
    unsigned long value;

    if (text == NULL)
        return true;
    errno = 0;
    value = strtoul(text, &stop, DECIMAL);
    *number = value;
    return *text >= '0' && *text <= '9' && *stop == '\0' && errno == 0 && value >= least &&
           value <= most;
}

static bool
read_types(listener *l, const char *text)
{
    if (text == NULL) {
        for (size_t i = 0; i < record_kind_count; i++)
            l->types[l->options.type_count++] = record_kinds[i].type;
        return true;
    }
    for (;;) {
        size_t size = strcspn(text, ",");
        const record_kind *kind = record_kind_named(text, size);

        if (kind == NULL || l->options.type_count == READER_TYPES_MAX)
            return false;
        l->types[l->options.type_count++] = kind->type;
        if (text[size] == '\0')
            return true;
        text += size + 1;
    }
}

/* NULL, or the parameter that is wrong. */
static const char *
read_parameters(listener *l)
{
    const char *after = request_parameter(l->r, "after");
    size_t seconds = FEED_WAIT_SECONDS;

    if (l->events && request_header(l->r, "last-event-id") != NULL)
        after = request_header(l->r, "last-event-id");
    if (after != NULL && *after == '\0')
        after = NULL; /* what `next` says before anything has happened */
    l->latest = after != NULL && strcmp(after, "latest") == 0;
    l->options.from_oldest = after == NULL;
    if (after != NULL && !l->latest && !position_read(&l->options.after, after))
        return "after";
    if (!read_number(request_parameter(l->r, "limit"), 1, FEED_RECORDS_MAX, &l->limit))
        return "limit";
    if (!read_number(request_parameter(l->r, "wait"), 0, FEED_WAIT_SECONDS_MAX, &seconds))
        return "wait";
    l->wait_ms = seconds * MS + 1;
    if (!l->latest && l->wait_ms < FEED_LOOK_MS)
        l->wait_ms = FEED_LOOK_MS;
    return read_types(l, request_parameter(l->r, "types")) ? NULL : "types";
}

static void
handle(void *context, request *r)
{
    feed_site *s = context;
    listener *l = calloc(1, sizeof *l);
    const char *accept = request_header(r, "accept");
    const char *wrong;

    if (l == NULL) {
        answer a = { .status = 503 };

        request_answer(r, &a);
        return;
    }
    s->readers++;
    l->site = s;
    l->r = r;
    l->limit = FEED_RECORDS;
    l->options = (reader_options){
        .services = s->services_at, .types = l->types, .each = each, .came = came
    };
    l->wait_timer = (loop_timer){ .due = poll_answer, .context = l };
    l->alive_timer = (loop_timer){ .due = say_alive, .context = l };
    l->ask_timer = (loop_timer){ .due = ask, .context = l };
    l->events = accept != NULL && strstr(accept, "text/event-stream") != NULL;
    if (strcmp(request_path(r), "/v1/feed") != 0)
        refuse(l, SIJILL__V1__CODE__NOT_FOUND, "", "there is nothing here: GET /v1/feed");
    else if (s->readers > FEED_READERS_MAX)
        refuse(l, SIJILL__V1__CODE__BUSY, "", "too many read the feed: ask again");
    else if ((wrong = caller_read(&l->who, request_header(r, "authorization"))) != NULL)
        refuse(l, SIJILL__V1__CODE__UNAUTHENTICATED, "", wrong);
    else if (!l->who.named)
        refuse(l, SIJILL__V1__CODE__UNAUTHENTICATED, "",
               "the feed needs an API key: Authorization: Bearer sjk_...");
    else if ((wrong = read_parameters(l)) != NULL)
        refuse(l, SIJILL__V1__CODE__INVALID, wrong,
               "after: a token of the feed, or latest; limit: 1 to 500; wait: 0 to 60 seconds; "
               "types: names of records, separated by commas");
    else {
        l->options.org = l->who.org;
        ask(l);
    }
}

static bool
admit(void *context, request *r, size_t *body_max)
{
    (void) context;
    (void) body_max;
    if (strcmp(request_method(r), "GET") == 0)
        return true;
    problem_wrong_method(r, "GET, HEAD");
    return false;
}

feed_site *
feed_site_open(loop *l, backend *b, const addresses *services_at)
{
    feed_site *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->loop = l;
    s->services = b;
    s->services_at = services_at;
    return s;
}

void
feed_site_close(feed_site **s)
{
    free(*s);
    *s = NULL;
}

http_site
feed_site_http(feed_site *s)
{
    return (http_site){
        .prefix = "/v1/feed", .name = "feed", .admit = admit, .handle = handle, .context = s
    };
}
