/* SPDX-License-Identifier: Apache-2.0 */
/*
 * teams: webinars of Microsoft Teams, by change notifications of Microsoft Graph.
 *
 * Nothing is signed.  Each notice of a batch repeats the clientState that its subscription was made
 * with, the hook's secret; what it says is only where to ask: the answer of Graph is the proof.
 * Graph retries what is not answered with 2xx and then drops everything, so the answer is always
 * 202, and what has another clientState is left out.
 */
#include "services/gateway/platform/form.h"
#include "services/gateway/platform/graph_path.h"
#include "services/gateway/platform/mend.h"
#include "services/gateway/platform/platforms.h"
#include "services/gateway/platform/reading.h"
#include "services/gateway/platform/signature.h"
#include "services/gateway/platform/teams_report.h"

#include "proto/wire/check.h"

#include <stdio.h>
#include <string.h>

enum { TOKEN_MAX = 1024 };

static const char *const headers[] = { "content-type", NULL };

/* ---- check -------------------------------------------------------------------------------------
 */

/* The token comes back as it was, and renders as nothing but text. */
static void
answer_validation(sj_bytes token, platform_answer *out)
{
    if (token.size == 0 || token.size > TOKEN_MAX || !sj_utf8_valid(token.at, token.size) ||
        !sj_text_harmless(token.at, token.size)) {
        answer_refuse(out, 400, "bad_challenge");
        return;
    }
    *out = (platform_answer){
        .status = 200,
        .type = "text/plain; charset=utf-8",
        .body = token.at,
        .header = { { "X-Content-Type-Options", "nosniff" } },
        .header_count = 1,
        .outcome = "challenge",
    };
}

static bool
is_ours(const platform_delivery *in, const json_t *notice)
{
    const json_t *state = json_object_get(notice, "clientState");
    bool good = false;

    for (size_t i = 0; i < in->secret_count; i++)
        good = signature_same((sj_bytes){ json_string_value(state), json_string_length(state) },
                              in->secret[i]) ||
               good;
    return good;
}

static void
check(sj_arena *arena, const platform_delivery *in, platform_answer *out)
{
    sj_bytes token;
    form_found found = form_field(arena, signature_text(in->query), "validationToken", &token);
    json_error_t error;
    json_t *root;
    const json_t *notice;
    size_t i;

    if (found != FORM_NONE) {
        answer_validation(found == FORM_ONE ? token : (sj_bytes){ NULL, 0 }, out);
        return;
    }
    root = mend_json(arena, in->body, &error);
    answer_refuse(out, 202, root == NULL ? "unreadable" : "bad_signature");
    json_array_foreach(json_object_get(root, "value"), i, notice) if (is_ours(in, notice))
        answer_accept(out, 202);
    json_decref(root);
}

/* ---- read --------------------------------------------------------------------------------------
 */

/* What Microsoft says about a subscription and only a human can mend. */
static void
read_lifecycle(reading *r, const char *event)
{
    if (strcmp(event, "subscriptionRemoved") == 0)
        reading_words(r, "Microsoft ended a subscription: make it again");
    else if (strcmp(event, "missed") == 0)
        reading_words(r, "Microsoft dropped notices: compare with the report of the webinar");
}

static const char *
joined(reading *r, const char *path, const char *rest)
{
    size_t size = strlen(path) + strlen(rest) + 1;
    char *text = sj_arena_take(r->arena, size);

    if (text != NULL)
        (void) snprintf(text, size, "%s%s", path, rest);
    return text;
}

static void
read_notice(reading *r, const json_t *notice)
{
    const json_t *data = json_object_get(notice, "resourceData");
    const char *path = reading_string(data, "@odata.id");
    bool report;

    path = graph_path_clean(path[0] != '\0' ? path : reading_string(notice, "resource"));
    if (path == NULL) {
        reading_words(r, "a notice of Microsoft names nothing that can be asked for");
        return;
    }
    report = graph_path_id(r->arena, path, "attendanceReports") != NULL;
    if (!report && graph_path_id(r->arena, path, "registrations") == NULL)
        return;
    path = joined(r, path, report ? "?$expand=attendanceRecords" : "");
    if (path != NULL)
        reading_fetch(r, path);
}

static void
read_notices(reading *r, const json_t *root)
{
    const json_t *notices = json_object_get(root, "value"), *notice;
    bool any = false, spoilt = false;
    size_t i;

    json_array_foreach(notices, i, notice)
    {
        const char *lifecycle = reading_string(notice, "lifecycleEvent");

        spoilt = spoilt || !json_is_object(notice);
        if (!is_ours(r->in, notice))
            continue;
        any = true;
        if (lifecycle[0] != '\0')
            read_lifecycle(r, lifecycle);
        else if (json_object_get(notice, "encryptedContent") != NULL)
            reading_words(r, "a notice of Microsoft is encrypted: make the subscription without "
                             "includeResourceData");
        else
            read_notice(r, notice);
    }
    if (any && spoilt)
        reading_words(r, "a notice of Microsoft that came with others cannot be read");
    if (!any) /* at least one was ours when this was taken */
        reading_words(r, "the hook's secret was changed before this was read");
}

static void
read_delivery(sj_arena *arena, const platform_delivery *in, platform_items *out)
{
    reading r;
    json_t *root;

    reading_begin(&r, arena, in, platform_teams.name, out);
    root = reading_json(&r, in->body);
    if (root != NULL)
        read_notices(&r, root);
    json_decref(root);
}

const platform platform_teams = { .name = "teams",
                                  .headers = headers,
                                  .check = check,
                                  .read = read_delivery,
                                  .read_fetched = teams_read_fetched };
