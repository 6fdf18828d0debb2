/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event import: a catalogue of activities, programmes first.  The same file again changes nothing.
 */
#include <stdio.h>

#include "clients/cli/catalogue.h"
#include "clients/cli/commands.h"
#include "clients/cli/org.h"
#include "clients/cli/verdicts.h"
#include "clients/upload/times.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 64 * 1024 * 1024 };

/* One import and what it must remember. */
typedef struct importer {
    cli *c;
    intake *in;
    json_t *seen; /* slug -> row */
    const char *zone;
    bool unchecked; /* a dry run without an organisation: nothing can be asked */
} importer;

/* Some editors put a byte order mark before JSON.  No JSON begins with its first octet. */
static void
mark_skip(FILE *file)
{
    int first = getc(file);

    if (first != 0xef)
        (void) ungetc(first, file);
    else if (getc(file) != 0xbb || getc(file) != 0xbf)
        rewind(file);
}

static int
document_read(cli *c, const char *path, json_t **out)
{
    json_error_t error;
    struct stat status;
    FILE *file = fopen(path, "rb");

    if (file == NULL || fstat(fileno(file), &status) != 0 || S_ISDIR(status.st_mode)) {
        if (file != NULL)
            (void) fclose(file);
        return fail(c, EXIT_USAGE, "cannot read %s: is the path right?", path);
    }
    if (status.st_size > FILE_MAX) {
        (void) fclose(file);
        return fail(c, EXIT_USAGE, "%s is larger than 64 MiB: split it", path);
    }
    mark_skip(file);
    *out = json_loadf(file, JSON_ALLOW_NUL, &error);
    (void) fclose(file);
    if (*out == NULL)
        return fail(c, EXIT_USAGE, "%s is not JSON: line %d, column %d: %s", path, error.line,
                    error.column, error.text);
    return EXIT_DONE;
}

static bool
row_twice(importer *im, const char *slug, uint64_t row, char *words, size_t size)
{
    json_int_t before = json_integer_value(json_object_get(im->seen, slug));

    if (before > 0)
        (void) snprintf(words, size, "row %lld has this id already", (long long) before);
    else
        (void) json_object_set_new(im->seen, slug, json_integer((json_int_t) row));
    return before > 0;
}

static void
row_finish(importer *im, intake_row *row, const draft *d, const char *slug, uint32_t type,
           const ProtobufCMessage *body)
{
    char words[64];

    if (json_array_size(d->notes) > 0)
        row->more = json_pack("{s:O}", "notes", d->notes);
    if (d->refusal != NULL)
        intake_settle(im->in, row, "refused", d->column, d->refusal);
    else if (row_twice(im, slug, row->row, words, sizeof words))
        intake_settle(im->in, row, "refused", "id", words);
    else if (im->unchecked)
        intake_settle(im->in, row, "unchecked", "", "the organisation is not defined yet");
    else
        intake_send(im->in, row, type, body);
}

/* false: the service has gone. */
static bool
activity_send(importer *im, const json_t *value, uint64_t number)
{
    pool memory = { NULL };
    draft d;
    Sijill__V1__Event *event = catalogue_event(&d, &memory, value, im->zone);
    intake_row *row = intake_begin(im->in, number, event->slug == NULL ? "?" : event->slug);
    Sijill__V1__DefineEvent define;

    sijill__v1__define_event__init(&define);
    define.event = event;
    if (row != NULL)
        row_finish(im, row, &d, event->slug, 102, &define.base);
    draft_end(&d);
    pool_empty(&memory);
    return row != NULL;
}

static bool
programme_send(importer *im, const json_t *value, uint64_t number)
{
    pool memory = { NULL };
    draft d;
    Sijill__V1__DefineProgramme *programme = catalogue_programme(&d, &memory, value);
    intake_row *row = intake_begin(im->in, number, programme->slug == NULL ? "?" : programme->slug);

    if (row != NULL)
        row_finish(im, row, &d, programme->slug, 101, &programme->base);
    draft_end(&d);
    pool_empty(&memory);
    return row != NULL;
}

static void
document_send(importer *im, const json_t *rows, catalogue_shape shape)
{
    bool going = true;

    json_decref(im->seen);
    im->seen = json_object();
    for (size_t i = 0; going && i < json_array_size(rows); i++)
        going = shape == SHAPE_PROGRAMMES ? programme_send(im, json_array_get(rows, i), i + 1)
                                          : activity_send(im, json_array_get(rows, i), i + 1);
    intake_drain(im->in);
}

static int
organisation_ensure(importer *im)
{
    cli *c = im->c;
    bool exists = true;
    Sijill__V1__Text name;
    Sijill__V1__Text *names[] = { &name };
    char lang[] = "en";
    char words[64];
    Sijill__V1__Defined *out = NULL;
    int outcome = org_exists(c, &exists);

    if (outcome != EXIT_DONE || exists)
        return outcome;
    if (arg_flag(c, "dry-run")) {
        im->unchecked = true;
        return EXIT_DONE;
    }
    (void) snprintf(words, sizeof words, "Organisation %llu", (unsigned long long) c->org);
    sijill__v1__text__init(&name);
    name.lang = lang;
    name.text = words;
    outcome = org_define(c, names, 1, NULL, &out);
    sijill_free(out);
    if (outcome == EXIT_DONE)
        note(c, "named the organisation '%s': change it with `sijill org define --name-en TEXT`",
             words);
    return outcome;
}

/* programmes.json beside the catalogue, unless --programmes names another. */
static int
programmes_read(cli *c, const char *path, json_t **document)
{
    const char *given = arg_text(c, "programmes");
    char beside[PATH_SIZE];
    char folder[PATH_SIZE];

    if (given != NULL)
        return document_read(c, given, document);
    (void) snprintf(folder, sizeof folder, "%s", path);
    (void) snprintf(beside, sizeof beside, "%.490s/programmes.json", dirname(folder));
    return access(beside, R_OK) == 0 ? document_read(c, beside, document) : EXIT_DONE;
}

static int
import_documents(cli *c, const json_t *document, const json_t *programmes)
{
    importer im = { .c = c, .zone = arg_text(c, "time-zone") };
    const json_t *rows;
    const json_t *programme_rows;
    catalogue_shape shape = catalogue_look(document, &rows);
    verdicts v;
    int outcome;

    if (shape == SHAPE_UNKNOWN)
        return fail(c, EXIT_USAGE,
                    "%s is neither a list of activities (with id) nor of programmes (with slug)",
                    arg_operand(c, 0));
    if (im.zone != NULL && !zone_known(im.zone))
        return fail(c, EXIT_USAGE, "--time-zone is '%s': give a name such as Europe/Istanbul",
                    im.zone);
    if (shape == SHAPE_COUNTRIES) {
        note(c,
             "%s is a list of countries: every country of ISO 3166-1 is known already, nothing to "
             "import",
             arg_operand(c, 0));
        if (c->json)
            (void) puts("{\"rows\":[],\"summary\":{\"rows\":0}}");
        return EXIT_DONE;
    }
    outcome = organisation_ensure(&im);
    if (outcome != EXIT_DONE)
        return outcome;
    verdicts_open(&v, c, programmes == NULL ? "rows" : "programmes and events", false);
    im.in = verdicts_intake(&v, REGISTRATION, intake_defined, arg_flag(c, "dry-run"), NULL);
    if (programmes != NULL && shape == SHAPE_ACTIVITIES &&
        catalogue_look(programmes, &programme_rows) == SHAPE_PROGRAMMES)
        document_send(&im, programme_rows, SHAPE_PROGRAMMES);
    document_send(&im, rows, shape);
    json_decref(im.seen);
    intake_close(&im.in);
    return verdicts_close(&v);
}

static int
import_run(cli *c)
{
    json_t *document = NULL;
    json_t *programmes = NULL;
    int outcome = document_read(c, arg_operand(c, 0), &document);

    if (outcome == EXIT_DONE)
        outcome = programmes_read(c, arg_operand(c, 0), &programmes);
    if (outcome == EXIT_DONE)
        outcome = import_documents(c, document, programmes);
    json_decref(document);
    json_decref(programmes);
    return outcome;
}

static const option import_options[] = {
    { "programmes", "FILE", "programmes to define first (default: programmes.json beside FILE)",
      false },
    { "time-zone", "ZONE",
      "of events that name none (default: of the country, where it has one only; "
      "else " ZONE_FALLBACK ")",
      false },
    { "dry-run", NULL, "decide every row, write nothing", false },
    { "quiet", NULL, "print refused rows only", false },
    { NULL, NULL, NULL, false },
};

const command event_import_commands[] = {
    { "event import", "FILE", "a catalogue of activities or programmes (JSON); a verdict a row",
      import_options, import_run,
      "Exit 3 when a row was refused; the others are imported.  The same file again changes "
      "nothing.\n"
      "An event with dates known to the day gets one session a day, 09:00 to 17:00 local, marked "
      "as assumed." },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
