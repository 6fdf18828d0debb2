/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certificate list, show, revoke, reissue, eligible; did, status-list.
 */
#include <stdio.h>

#include "clients/cli/certificate.h"

#include "clients/c/clock.h"
#include "clients/cli/commands.h"
#include "clients/cli/json_of.h"
#include "clients/upload/times.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { AFTER_MAX = 64 };

bool
patience(unsigned *tries, uint64_t until_ms)
{
    unsigned ms = 20U << (*tries > 4 ? 4 : *tries);
    struct timespec pause = { .tv_nsec = (long) ms * 1000000 };

    (*tries)++;
    (void) nanosleep(&pause, NULL);
    return clock_mono_ms() < until_ms;
}

int
document_write(cli *c, const char *text)
{
    const char *path = arg_text(c, "out");
    FILE *to = path == NULL ? stdout : fopen(path, "wb");
    bool good;

    if (to == NULL)
        return fail(c, EXIT_USAGE, "cannot write %s: %s", path, strerror(errno));
    good = fputs(text, to) >= 0;
    if (path == NULL && text[strlen(text) - 1] != '\n')
        (void) fputc('\n', to);
    good = (path == NULL ? fflush(to) : fclose(to)) == 0 && good;
    return good ? EXIT_DONE
                : fail(c, EXIT_REFUSED, "writing %s failed: %s", path == NULL ? "stdout" : path,
                       strerror(errno));
}

json_t *
certificate_row(const Sijill__V1__CertificateView *view)
{
    json_t *row = json_of(&view->base);
    char at[INSTANT_SIZE];

    (void) json_object_del(row, "credential");
    if (view->has_issued_ms) {
        instant_write(view->issued_ms, NULL, at);
        (void) json_object_set_new(row, "issued_at", json_string(at));
    }
    if (view->has_revoked_ms && view->revoked_ms != 0) {
        instant_write(view->revoked_ms, NULL, at);
        (void) json_object_set_new(row, "revoked_at", json_string(at));
    }
    return row;
}

int
certificate_get(cli *c, const uint8_t id[SIJILL_ID_SIZE], bool signed_only,
                Sijill__V1__CertificateView **view)
{
    Sijill__V1__GetCertificate get;
    uint64_t until_ms = clock_mono_ms() + SIGNING_WAIT_MS;
    unsigned tries = 0;
    int outcome;

    sijill__v1__get_certificate__init(&get);
    get.has_certificate_id = true;
    get.certificate_id = id_data(id);
    for (;;) {
        outcome = ask(c, 350, &get.base, &sijill__v1__certificate_view__descriptor, view);
        if (outcome != EXIT_DONE || !signed_only ||
            (*view)->state != SIJILL__V1__CERTIFICATE_STATE__SIGNING)
            return outcome;
        sijill_free(*view);
        *view = NULL;
        if (!patience(&tries, until_ms))
            return fail(
                c, EXIT_UNREACHABLE,
                "the certificate is not signed yet: does the signer run? See `sijill status`");
    }
}

static const column list_columns[] = {
    { "id", "ID", 0, false },
    { "holder", "HOLDER", 36, false },
    { "kind", "KIND", 0, false },
    { "state", "STATE", 0, false },
    { "issued_at", "ISSUED", 0, false },
    { "reason", "REASON", 40, false },
    { "registration_id", NULL, 0, false },
    { "supersedes", NULL, 0, false },
    { "superseded_by", NULL, 0, false },
    { "url", NULL, 0, false },
};

static int
list_run(cli *c)
{
    uint8_t event_id[SIJILL_ID_SIZE];
    uint8_t after[AFTER_MAX];
    Sijill__V1__ListCertificates list;
    output *out = NULL;
    bool more = true;
    int state;
    int outcome;

    if (!arg_enum(c, "state", &sijill__v1__certificate_state__descriptor, 0, &state))
        return EXIT_USAGE;
    outcome = event_id_find(c, event_id);
    if (outcome == EXIT_DONE)
        outcome = catch_up(c, CERTIFICATE, event_id);
    sijill__v1__list_certificates__init(&list);
    list.has_event_id = list.has_limit = true;
    list.event_id = id_data(event_id);
    list.limit = 100;
    while (more && outcome == EXIT_DONE) {
        Sijill__V1__CertificateList *page = NULL;

        outcome = ask(c, 351, &list.base, &sijill__v1__certificate_list__descriptor, &page);
        if (outcome != EXIT_DONE)
            break;
        if (out == NULL)
            out = output_open(c, list_columns, sizeof list_columns / sizeof list_columns[0],
                              "no certificates: `sijill certificate issue --event EVENT --all`");
        for (size_t i = 0; i < page->n_certificate; i++)
            if (state == 0 || (int) page->certificate[i]->state == state)
                output_row(out, certificate_row(page->certificate[i]));
        more = page->has_next && page->next.len > 0 && page->next.len <= sizeof after;
        if (more)
            memcpy(after, page->next.data, page->next.len);
        list.has_after = more;
        list.after = (ProtobufCBinaryData){ page->next.len, after };
        sijill_free(page);
    }
    if (out != NULL)
        output_close(&out);
    return outcome;
}

static int
show_run(cli *c)
{
    const char *format = arg_text(c, "format");
    bool vc = format != NULL && strcmp(format, "vc") == 0;
    uint8_t id[SIJILL_ID_SIZE];
    Sijill__V1__CertificateView *view = NULL;
    int outcome;

    if (format != NULL && !vc && strcmp(format, "view") != 0)
        return fail(c, EXIT_USAGE, "--format is '%s': give vc (the signed JSON) or view", format);
    if (!id_read(c, "the certificate's id", arg_operand(c, 0), id))
        return EXIT_USAGE;
    outcome = certificate_get(c, id, vc, &view);
    if (outcome == EXIT_DONE && vc && (view->credential == NULL || view->credential[0] == '\0'))
        outcome = fail(c, EXIT_REFUSED, "the certificate has no signed JSON");
    else if (outcome == EXIT_DONE && vc)
        outcome = document_write(c, view->credential);
    else if (outcome == EXIT_DONE)
        output_object(c, certificate_row(view));
    sijill_free(view);
    return outcome;
}

static int
revoke_run(cli *c)
{
    Sijill__V1__RevokeCertificate in;
    Sijill__V1__CertificateReply *out = NULL;
    uint8_t id[SIJILL_ID_SIZE];
    int outcome;

    if (!id_read(c, "the certificate's id", arg_operand(c, 0), id))
        return EXIT_USAGE;
    sijill__v1__revoke_certificate__init(&in);
    in.has_certificate_id = true;
    in.certificate_id = id_data(id);
    in.reason = (char *) (uintptr_t) arg_text(c, "reason");
    outcome = ask_once(c, 301, &in.base, &sijill__v1__certificate_reply__descriptor, &out, NULL);
    if (outcome == EXIT_DONE) {
        json_t *row = json_of(&out->base);

        (void) json_object_set(row, "id", json_object_get(row, "certificate_id"));
        output_object(c, row);
    }
    sijill_free(out);
    return outcome;
}

static int
reissue_run(cli *c)
{
    Sijill__V1__ReissueCertificate in;
    Sijill__V1__Issued *out = NULL;
    Sijill__V1__CertificateView *view = NULL;
    uint8_t id[SIJILL_ID_SIZE];
    int outcome;

    if (!id_read(c, "the certificate's id", arg_operand(c, 0), id))
        return EXIT_USAGE;
    sijill__v1__reissue_certificate__init(&in);
    in.has_certificate_id = true;
    in.certificate_id = id_data(id);
    in.reason = (char *) (uintptr_t) arg_text(c, "reason");
    in.lang = (char *) (uintptr_t) arg_text(c, "lang");
    outcome = certificate_get(c, id, false, &view);
    if (outcome == EXIT_DONE)
        outcome = catch_up(c, CERTIFICATE, view->event_id.data);
    sijill_free(view);
    view = NULL;
    if (outcome == EXIT_DONE)
        outcome = ask_once(c, 302, &in.base, &sijill__v1__issued__descriptor, &out, NULL);
    if (outcome == EXIT_DONE && !arg_flag(c, "dry-run"))
        outcome = certificate_get(c, out->certificate_id.data, true, &view);
    if (outcome == EXIT_DONE)
        output_object(c, view == NULL ? json_of(&out->base) : certificate_row(view));
    sijill_free(view);
    sijill_free(out);
    return outcome;
}

static int
did_run(cli *c)
{
    Sijill__V1__GetDidDocument in;
    Sijill__V1__DidDocument *out = NULL;
    int outcome;

    sijill__v1__get_did_document__init(&in);
    outcome = ask(c, 353, &in.base, &sijill__v1__did_document__descriptor, &out);
    if (outcome == EXIT_DONE && (out->document == NULL || out->document[0] == '\0'))
        outcome = fail(c, EXIT_NOT_FOUND,
                       "the certificate service has no keys yet: does the signer run?");
    else if (outcome == EXIT_DONE)
        outcome = document_write(c, out->document);
    if (outcome == EXIT_DONE && out->url != NULL && isatty(STDERR_FILENO))
        note(c, "serve it at %s", out->url);
    sijill_free(out);
    return outcome;
}

/* Until the list that was asked for, or a newer one, is signed. */
static int
status_list_get(cli *c, Sijill__V1__GetStatusList *get, Sijill__V1__StatusListView **view)
{
    uint64_t until_ms = clock_mono_ms() + SIGNING_WAIT_MS;
    unsigned tries = 0;

    for (;;) {
        sijill_request request = { .type = 352, .body = &get->base };
        sijill_reply reply;

        if (sijill_call(service_of(c, CERTIFICATE), &request, &reply)) {
            *view = sijill_unpack(&reply, &sijill__v1__status_list_view__descriptor);
            return *view == NULL ? fail(c, EXIT_REFUSED, "certificate answered with something else")
                                 : EXIT_DONE;
        }
        if (reply.code != SIJILL__V1__CODE__NOT_FOUND || !get->has_list_id)
            return fail_reply(c, CERTIFICATE, &reply);
        if (!patience(&tries, until_ms))
            return fail(
                c, EXIT_UNREACHABLE,
                "the status list is not signed yet: does the signer run? See `sijill status`");
    }
}

static int
status_list_run(cli *c)
{
    Sijill__V1__RefreshStatusList in;
    Sijill__V1__StatusListReply *reply = NULL;
    Sijill__V1__GetStatusList get;
    Sijill__V1__StatusListView *view = NULL;
    uint64_t list;
    uint64_t days;
    int outcome = EXIT_DONE;

    if (!arg_number(c, "list", 0, UINT32_MAX, 0, &list) ||
        !arg_number(c, "validity-days", 1, 366, 30, &days))
        return EXIT_USAGE;
    sijill__v1__refresh_status_list__init(&in);
    sijill__v1__get_status_list__init(&get);
    in.has_validity_days = in.has_list = get.has_list = true;
    in.validity_days = (uint32_t) days;
    in.list = get.list = (uint32_t) list;
    if (!arg_flag(c, "current")) {
        outcome =
            ask_once(c, 305, &in.base, &sijill__v1__status_list_reply__descriptor, &reply, NULL);
        if (outcome == EXIT_DONE && reply->has_list_id) {
            get.has_list_id = true;
            get.list_id = reply->list_id;
        }
    }
    if (outcome == EXIT_DONE)
        outcome = status_list_get(c, &get, &view);
    if (outcome == EXIT_DONE &&
        (view == NULL || view->credential == NULL || view->credential[0] == '\0'))
        outcome = fail(c, EXIT_NOT_FOUND, "there is no signed status list %llu",
                       (unsigned long long) list);
    else if (outcome == EXIT_DONE)
        outcome = document_write(c, view->credential);
    sijill_free(view);
    sijill_free(reply);
    return outcome;
}

static const option list_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { "state", "STATE", "signing, valid, revoked, superseded", false },
    { NULL, NULL, NULL, false },
};

static const option show_options[] = {
    { "format", "vc|view", "vc: the signed JSON, as it is (default view)", false },
    { "out", "FILE", "write the signed JSON there", false },
    { NULL, NULL, NULL, false },
};

static const option revoke_options[] = {
    { "reason", "TEXT", "shown to who verifies", true },
    { "request-id", "ID", "a UUIDv7: the same one again has one effect", false },
    { "dry-run", NULL, "decide, write nothing", false },
    { NULL, NULL, NULL, false },
};

static const option reissue_options[] = {
    { "reason", "TEXT", "what was corrected", true },
    { "lang", "LANG", "of the new one (default: the event's rule)", false },
    { "request-id", "ID", "a UUIDv7: the same one again has one effect", false },
    { "dry-run", NULL, "decide, write nothing", false },
    { NULL, NULL, NULL, false },
};

static const option did_options[] = {
    { "out", "FILE", "write it there", false },
    { NULL, NULL, NULL, false },
};

static const option status_list_options[] = {
    { "out", "FILE", "write it there", false },
    { "list", "N", "number of the list (default 0)", false },
    { "validity-days", "N", "1 to 366 (default 30)", false },
    { "current", NULL, "the newest signed one as it is, without a new one", false },
    { NULL, NULL, NULL, false },
};

const command certificate_commands[] = {
    { "certificate list", NULL, "certificates of an event", list_options, list_run, NULL },
    { "certificate show", "ID", "one certificate, or its signed JSON", show_options, show_run,
      NULL },
    { "certificate revoke", "ID", "take it back, for good", revoke_options, revoke_run,
      "Who verifies sees it with the next status list: `sijill status-list`." },
    { "certificate reissue", "ID", "a corrected one takes its place", reissue_options, reissue_run,
      NULL },
    { "did", NULL, "the issuer's did.json: the keys that verify certificates", did_options, did_run,
      NULL },
    { "status-list", NULL, "a fresh signed list of what is revoked", status_list_options,
      status_list_run, NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
