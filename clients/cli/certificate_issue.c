/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certificate issue and eligible: who may have one, and giving it to them.
 */
#include "clients/cli/certificate.h"

#include "clients/c/clock.h"
#include "clients/cli/commands.h"
#include "clients/cli/json_of.h"

#include <stdlib.h>
#include <string.h>

/* One person's row; what it is now. */
typedef struct holder {
    uint8_t registration_id[SIJILL_ID_SIZE];
    uint8_t certificate_id[SIJILL_ID_SIZE];
    char *name;
    Sijill__V1__CertificateKind kind;
    Sijill__V1__CertificateState state;
    bool eligible; /* to be issued */
    bool has_certificate;
    bool existed;
    char reason[SIJILL_DETAIL_SIZE];
    uint32_t code;
} holder;

typedef struct holders {
    holder *at;
    size_t count;
    size_t room;
} holders;

static const column issue_columns[] = {
    { "id", "ID", 0, false },           { "name", "NAME", 36, false },
    { "kind", "KIND", 0, false },       { "state", "STATE", 0, false },
    { "reason", "WHY NOT", 60, false }, { "registration_id", NULL, 0, false },
    { "existing", NULL, 0, false },
};

static const column eligible_columns[] = {
    { "registration_id", "REGISTRATION", 0, false },
    { "name", "NAME", 36, false },
    { "kind", "KIND", 0, false },
    { "eligible", "ELIGIBLE", 0, false },
    { "reason", "WHY NOT", 60, false },
    { "certificate_id", NULL, 0, false },
};

/* Calls `each` for every row of 354. */
static int
eligible_each(cli *c, const uint8_t event_id[SIJILL_ID_SIZE],
              void (*each)(void *, const Sijill__V1__Eligible *), void *context)
{
    uint8_t after[SIJILL_ID_SIZE];
    Sijill__V1__ListEligible list;
    bool more = true;

    sijill__v1__list_eligible__init(&list);
    list.has_event_id = list.has_limit = true;
    list.event_id = id_data(event_id);
    list.limit = 200;
    while (more) {
        Sijill__V1__EligibleList *page = NULL;
        int outcome = ask(c, 354, &list.base, &sijill__v1__eligible_list__descriptor, &page);

        if (outcome != EXIT_DONE)
            return outcome;
        for (size_t i = 0; i < page->n_row; i++)
            each(context, page->row[i]);
        more = page->has_next && page->next.len == sizeof after;
        if (more)
            memcpy(after, page->next.data, sizeof after);
        list.has_after = more;
        list.after = id_data(after);
        sijill_free(page);
    }
    return EXIT_DONE;
}

static void
eligible_print(void *context, const Sijill__V1__Eligible *row)
{
    output_row(context, json_of(&row->base));
}

static int
eligible_run(cli *c)
{
    uint8_t event_id[SIJILL_ID_SIZE];
    int outcome = event_id_find(c, event_id);
    output *out;

    if (outcome == EXIT_DONE)
        outcome = catch_up(c, CERTIFICATE, event_id);
    if (outcome != EXIT_DONE)
        return outcome;
    out = output_open(c, eligible_columns, sizeof eligible_columns / sizeof eligible_columns[0],
                      "no registrations");
    outcome = eligible_each(c, event_id, eligible_print, out);
    output_close(&out);
    return outcome;
}

/* What is looked for among the eligible, and what was found. */
typedef struct search {
    holders *found;
    const uint8_t *registration_id; /* NULL: all */
    int kind;                       /* -1: each by their role */
} search;

static void
holder_add(void *context, const Sijill__V1__Eligible *row)
{
    search *s = context;
    holders *h = s->found;
    bool other_kind = s->kind >= 0 && (int) row->kind != s->kind;

    if (row->registration_id.len != SIJILL_ID_SIZE ||
        (s->registration_id != NULL &&
         memcmp(row->registration_id.data, s->registration_id, SIJILL_ID_SIZE) != 0) ||
        (s->registration_id == NULL && other_kind))
        return;
    if (h->count == h->room) {
        h->room = h->room == 0 ? 64 : 2 * h->room;
        h->at = realloc(h->at, h->room * sizeof *h->at);
        if (h->at == NULL)
            abort();
    }

    holder *one = &h->at[h->count++];

    memset(one, 0, sizeof *one);
    memcpy(one->registration_id, row->registration_id.data, SIJILL_ID_SIZE);
    one->name = strdup(row->name == NULL ? "" : row->name);
    one->kind = other_kind ? (Sijill__V1__CertificateKind) s->kind : row->kind;
    one->eligible = row->eligible || other_kind; /* of another kind: the service decides */
    one->has_certificate = !other_kind && row->certificate_id.len == SIJILL_ID_SIZE;
    one->existed = one->has_certificate;
    if (one->has_certificate) {
        memcpy(one->certificate_id, row->certificate_id.data, SIJILL_ID_SIZE);
        one->state = SIJILL__V1__CERTIFICATE_STATE__SIGNING; /* to be looked up */
    }
    if (!one->eligible && row->reason != NULL)
        (void) snprintf(one->reason, sizeof one->reason, "%s", row->reason);
}

static void
issued_take(holder *one, const sijill_reply *reply)
{
    Sijill__V1__Issued *out = NULL;

    one->code = reply->code;
    (void) snprintf(one->reason, sizeof one->reason, "%s", reply->detail);
    if (reply->code != SIJILL__V1__CODE__OK)
        return;
    out = sijill_unpack(reply, &sijill__v1__issued__descriptor);
    if (out != NULL && out->certificate_id.len == SIJILL_ID_SIZE) {
        memcpy(one->certificate_id, out->certificate_id.data, SIJILL_ID_SIZE);
        one->has_certificate = true;
        one->state = out->state;
        one->existed = out->existing == SIJILL__V1__EXISTING__ALREADY;
    }
    sijill_free(out);
}

static void
viewed_take(holder *one, const sijill_reply *reply)
{
    Sijill__V1__CertificateView *view =
        reply->code == SIJILL__V1__CODE__OK
            ? sijill_unpack(reply, &sijill__v1__certificate_view__descriptor)
            : NULL;

    if (view != NULL)
        one->state = view->state;
    else
        one->code = reply->code;
    sijill_free(view);
}

static void
issue_submit(cli *c, const uint8_t *event_id, holder *one)
{
    Sijill__V1__IssueCertificate in;
    sijill_request request = {
        .type = 300, .body = &in.base, .context = one, .dry_run = arg_flag(c, "dry-run")
    };

    sijill__v1__issue_certificate__init(&in);
    in.has_event_id = in.has_registration_id = in.has_kind = true;
    in.event_id = id_data(event_id);
    in.registration_id = id_data(one->registration_id);
    in.kind = one->kind;
    in.lang = (char *) (uintptr_t) arg_text(c, "lang");
    request.min_pos = c->min_pos[CERTIFICATE];
    (void) sijill_submit(service_of(c, CERTIFICATE), &request);
}

static void
view_submit(cli *c, holder *one)
{
    Sijill__V1__GetCertificate in;
    sijill_request request = { .type = 350, .body = &in.base, .context = one };

    sijill__v1__get_certificate__init(&in);
    in.has_certificate_id = true;
    in.certificate_id = id_data(one->certificate_id);
    (void) sijill_submit(service_of(c, CERTIFICATE), &request);
}

/* Ask for all that `wanted` says, many at a time; how many that were. */
static size_t
ask_all(cli *c, holders *h, const uint8_t *event_id, bool (*wanted)(const holder *))
{
    sijill *service = service_of(c, CERTIFICATE);
    size_t asked = 0;
    sijill_reply reply;

    for (size_t i = 0; i < h->count || sijill_outstanding(service) > 0;) {
        if (i < h->count && !wanted(&h->at[i])) {
            i++;
            continue;
        }
        if (i < h->count && sijill_outstanding(service) < SIJILL_OUTSTANDING_MAX) {
            if (event_id != NULL)
                issue_submit(c, event_id, &h->at[i]);
            else
                view_submit(c, &h->at[i]);
            i++;
            asked++;
            continue;
        }
        if (!sijill_wait(service, &reply, -1))
            break;
        if (event_id != NULL)
            issued_take(reply.context, &reply);
        else
            viewed_take(reply.context, &reply);
    }
    return asked;
}

static bool
to_issue(const holder *one)
{
    return one->eligible;
}

static bool
unsigned_yet(const holder *one)
{
    return one->has_certificate && one->state == SIJILL__V1__CERTIFICATE_STATE__SIGNING &&
           exit_of(one->code) != EXIT_UNREACHABLE;
}

static json_t *
holder_row(const holder *one)
{
    char id[2 * SIJILL_ID_SIZE + 1];
    char registration[2 * SIJILL_ID_SIZE + 1];
    char kind[64];
    char state[64] = "";

    sijill_hex(one->certificate_id, id);
    sijill_hex(one->registration_id, registration);
    if (one->has_certificate)
        (void) enum_name(&sijill__v1__certificate_state__descriptor, (int) one->state, state,
                         sizeof state);
    else
        (void) snprintf(state, sizeof state, "%s", one->code == 0 ? "not_eligible" : "refused");

    json_t *row = json_pack(
        "{s:s*, s:s, s:o, s:s, s:s, s:b, s:s}", "id", one->has_certificate ? id : NULL,
        "registration_id", registration, "name", json_text(one->name), "kind",
        enum_name(&sijill__v1__certificate_kind__descriptor, (int) one->kind, kind, sizeof kind),
        "state", state, "existing", (int) one->existed, "reason",
        one->has_certificate ? "" : one->reason);

    if (!one->has_certificate)
        (void) json_object_set_new(row, "id", json_null());
    return row;
}

static int
holders_print(cli *c, const holders *h)
{
    output *out = output_open(c, issue_columns, sizeof issue_columns / sizeof issue_columns[0],
                              "nobody to issue to");
    size_t good = 0;
    size_t waiting = 0;
    uint32_t unreachable = 0;

    for (size_t i = 0; i < h->count; i++) {
        const holder *one = &h->at[i];

        output_row(out, holder_row(one));
        good += one->has_certificate;
        waiting += one->has_certificate && one->state == SIJILL__V1__CERTIFICATE_STATE__SIGNING;
        if (exit_of(one->code) == EXIT_UNREACHABLE)
            unreachable = one->code;
    }
    output_close(&out);
    if (unreachable != 0)
        return fail(c, EXIT_UNREACHABLE,
                    "certificate did not answer for all (%s): issue again, none is issued twice",
                    sijill_code_name(unreachable));
    if (waiting > 0 && !arg_flag(c, "dry-run"))
        return fail(c, EXIT_UNREACHABLE,
                    "%zu are not signed yet: does the signer run? See `sijill status`", waiting);
    if (good == 0)
        return fail(c, EXIT_REFUSED, "nothing could be issued%s%s", h->count == 0 ? "" : ": ",
                    h->count == 0 ? "" : h->at[0].reason);
    return EXIT_DONE;
}

static int
issue_all(cli *c, const uint8_t *event_id, search *s)
{
    uint64_t until_ms;
    unsigned tries = 0;
    int outcome = catch_up(c, CERTIFICATE, event_id);

    if (outcome == EXIT_DONE)
        outcome = eligible_each(c, event_id, holder_add, s);
    if (outcome != EXIT_DONE)
        return outcome;
    (void) ask_all(c, s->found, event_id, to_issue);
    until_ms = clock_mono_ms() + SIGNING_WAIT_MS;
    while (!arg_flag(c, "dry-run") && ask_all(c, s->found, NULL, unsigned_yet) > 0 &&
           patience(&tries, until_ms))
        ;
    return holders_print(c, s->found);
}

static int
issue_run(cli *c)
{
    uint8_t event_id[SIJILL_ID_SIZE];
    Sijill__V1__RegistrationView *view = NULL;
    holders found = { NULL, 0, 0 };
    search s = { .found = &found };
    bool one = arg_text(c, "email") != NULL || arg_text(c, "id") != NULL;
    int outcome;

    if (!arg_enum(c, "kind", &sijill__v1__certificate_kind__descriptor, -1, &s.kind))
        return EXIT_USAGE;
    if (one && arg_flag(c, "all"))
        return fail(c, EXIT_USAGE, "to whom? Give --all, or --email E of one");
    outcome = event_id_find(c, event_id);
    if (outcome == EXIT_DONE && one)
        outcome = registration_find(c, event_id, &view);
    if (outcome == EXIT_DONE) {
        s.registration_id = view == NULL ? NULL : view->id.data;
        outcome = issue_all(c, event_id, &s);
    }
    for (size_t i = 0; i < found.count; i++)
        free(found.at[i].name);
    free(found.at);
    sijill_free(view);
    return outcome;
}

static const option issue_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { "all", NULL, "to everybody who is eligible (default)", false },
    { "email", "E", "to one", false },
    { "id", "ID", "to one, by registration", false },
    { "kind", "KIND", "attendance, training, speaking, organising (default: by role)", false },
    { "lang", "LANG", "of the certificate (default: the event's rule)", false },
    { "dry-run", NULL, "decide, write nothing", false },
    { NULL, NULL, NULL, false },
};

static const option eligible_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { NULL, NULL, NULL, false },
};

const command certificate_issue_commands[] = {
    { "certificate issue", NULL, "issue and sign certificates", issue_options, issue_run,
      "Who has one already keeps it.  Exit 3 when nothing could be issued; the rows say why." },
    { "certificate eligible", NULL, "who could be issued one now, and why others cannot",
      eligible_options, eligible_run, NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
