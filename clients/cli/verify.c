/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify: a certificate, offline, with nothing but files.
 */
#include <stdio.h>

#include "clients/c/clock.h"
#include "clients/c/verify/verify.h"
#include "clients/cli/commands.h"
#include "clients/cli/json_of.h"
#include "clients/cli/output.h"
#include "clients/cli/width.h"
#include "clients/upload/times.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const char *
verdict_name(sj_verdict verdict)
{
    switch (verdict) {
    case SJ_VERDICT_VALID:
        return "valid";
    case SJ_VERDICT_REVOKED:
        return "revoked";
    case SJ_VERDICT_EXPIRED:
        return "expired";
    case SJ_VERDICT_NOT_YET_VALID:
        return "not_yet_valid";
    case SJ_VERDICT_STATUS_UNCHECKED:
        return "status_unchecked";
    case SJ_VERDICT_ISSUER_UNCHECKED:
        return "issuer_unchecked";
    case SJ_VERDICT_INVALID:
        break;
    }
    return "invalid";
}

static const char *
check_name(const sj_check *check, const char *failed)
{
    return check->result == SJ_CHECK_PASSED   ? "passed"
           : check->result == SJ_CHECK_FAILED ? failed
                                              : "unchecked";
}

/* The whole file, at most `max` octets; NULL: words were said. */
static char *
file_read(cli *c, const char *path, size_t max, sj_span *span)
{
    FILE *file = fopen(path, "rb");
    char *text = file == NULL ? NULL : malloc(max + 1);
    size_t size;
    bool good;

    if (text == NULL) {
        (void) fail(c, EXIT_USAGE, "cannot read %s: %s", path, strerror(errno));
        if (file != NULL)
            (void) fclose(file);
        return NULL;
    }
    size = fread(text, 1, max + 1, file);
    good = ferror(file) == 0; /* a folder opens, and cannot be read */
    if (!good)
        (void) fail(c, EXIT_USAGE, "cannot read %s: %s", path, strerror(errno));
    (void) fclose(file);
    if (!good) {
        free(text);
        return NULL;
    }
    if (size > max) {
        (void) fail(c, EXIT_USAGE, "%s is larger than %zu KiB: it is no such document", path,
                    max / 1024);
        free(text);
        return NULL;
    }
    *span = (sj_span){ text, size };
    return text;
}

static void
checks_each(const sj_verification *v,
            void (*each)(void *, const char *, const sj_check *, const char *), void *context)
{
    each(context, "signature", &v->signature, "failed");
    each(context, "issuer", &v->issuer, "failed");
    each(context, "status", &v->status, "revoked");
    each(context, "log", &v->log, "failed");
    each(context, "dates", &v->dates, "failed");
}

static void
check_json(void *context, const char *name, const sj_check *check, const char *failed)
{
    (void) json_object_set_new(context, name, json_string(check_name(check, failed)));
    (void) json_object_set_new(json_object_get(context, "words"), name, json_text(check->words));
}

static void
check_print(void *context, const char *name, const sj_check *check, const char *failed)
{
    size_t width;
    char *words = text_fit(check->words, 0, &width);

    (void) context;
    (void) printf("%-10s %-10s %s\n", name, check_name(check, failed), words);
    free(words);
}

static void
fact_print(const char *name, const char *value)
{
    size_t width;
    char *fit;

    if (value[0] == '\0')
        return;
    fit = text_fit(value, 0, &width);
    (void) printf("%-10s %s\n", name, fit);
    free(fit);
}

static void
verification_json(const cli *c, const sj_verification *v)
{
    json_t *out = json_pack("{s:{}}", "words");

    checks_each(v, check_json, out);
    (void) json_object_set_new(out, "verdict", json_string(verdict_name(v->verdict)));
    (void) json_object_set_new(json_object_get(out, "words"), "verdict",
                               json_text(sj_verdict_words(v->verdict)));
    (void) json_object_set_new(out, "status_age_ms",
                               v->status_age_ms < 0 ? json_null() : json_integer(v->status_age_ms));
    (void) json_object_set_new(out, "id", json_text(v->id));
    (void) json_object_set_new(out, "issuer_id", json_text(v->issuer_id));
    (void) json_object_set_new(out, "holder", json_text(v->holder));
    (void) json_object_set_new(out, "title", json_text(v->title));
    (void) json_object_set_new(out, "status_list_url", json_text(v->status_list_url));
    output_object(c, out);
}

static void
verification_print(const sj_verification *v)
{
    checks_each(v, check_print, NULL);
    fact_print("holder", v->holder);
    fact_print("title", v->title);
    fact_print("issued by", v->issuer_id);
    fact_print("id", v->id);
    if (v->status_age_ms >= 0)
        (void) printf("%-10s %lld min old\n", "list", (long long) v->status_age_ms / 60000);
    (void) printf("%-10s %s\n\n%s\n", "verdict", verdict_name(v->verdict),
                  sj_verdict_words(v->verdict));
}

/* Genuine, and as far as was asked for it stands. */
static bool
holds(const cli *c, sj_verdict verdict)
{
    return verdict == SJ_VERDICT_VALID ||
           (verdict == SJ_VERDICT_STATUS_UNCHECKED && arg_text(c, "status") == NULL);
}

static int
verify_run(cli *c)
{
    sj_verify_input in = { .now_ms = (int64_t) clock_wall_ms() };
    sj_verification out;
    uint64_t at;
    const char *words;
    char *texts[3] = { NULL };
    bool good;

    if (arg_text(c, "at") != NULL) {
        words = instant_read(arg_text(c, "at"), NULL, &at);
        if (words != NULL)
            return fail(c, EXIT_USAGE, "--at is '%s': %s", arg_text(c, "at"), words);
        in.now_ms = (int64_t) at;
    }
    if (sodium_init() < 0)
        return fail(c, EXIT_REFUSED, "libsodium cannot start");
    texts[0] = file_read(c, arg_operand(c, 0), SJ_VERIFY_TEXT_MAX, &in.certificate);
    good = texts[0] != NULL;
    if (good && arg_text(c, "did") != NULL)
        good = (texts[1] =
                    file_read(c, arg_text(c, "did"), SJ_VERIFY_TEXT_MAX, &in.did_document)) != NULL;
    if (good && arg_text(c, "status") != NULL)
        good = (texts[2] = file_read(c, arg_text(c, "status"), SJ_VERIFY_LIST_MAX,
                                     &in.status_list)) != NULL;
    if (good) {
        sj_verify(&in, &out);
        if (c->json)
            verification_json(c, &out);
        else
            verification_print(&out);
    }
    for (size_t i = 0; i < 3; i++)
        free(texts[i]);
    return !good ? EXIT_USAGE : holds(c, out.verdict) ? EXIT_DONE : EXIT_UNVERIFIED;
}

static const option verify_options[] = {
    { "did", "FILE", "the issuer's did.json, from its own host or a copy you trust", true },
    { "status", "FILE", "the issuer's signed status list; without it the status is unchecked",
      false },
    { "at", "TIME", "verify as of then (default: now)", false },
    { NULL, NULL, NULL, false },
};

const command verify_commands[] = {
    { "verify", "FILE", "check a certificate offline", verify_options, verify_run,
      "Asks nobody: the files are enough.  Each check is passed, failed (status: revoked) or "
      "unchecked.\n"
      "Exit 0 when it holds (the status may be unchecked when no --status is given), else 5." },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
