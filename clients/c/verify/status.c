/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/c/verify/status.h"

#include <stdlib.h>

#include "clients/c/verify/proofs.h"
#include "proto/credential/timestamp.h"

enum {
    INDEX_DIGITS_MAX = 8, /* 8 x SJ_VERIFY_BITS_MAX has no more */
    MINUTE_MS = 60 * 1000
};

typedef struct {
    const char *url;
    uint32_t index;
} entry;

static bool
index_read(const char *text, uint32_t *index)
{
    size_t length = text == NULL ? 0 : strlen(text);

    *index = 0;
    if (length == 0 || length > INDEX_DIGITS_MAX || strspn(text, "0123456789") != length)
        return false;
    for (size_t i = 0; i < length; i++)
        *index = *index * 10 + (uint32_t) (text[i] - '0');
    return true;
}

static const char *
entry_read(const json_t *status, entry *out)
{
    if (!json_is_object(status))
        return "its status is not one object";
    if (!member_has(status, "type", "BitstringStatusListEntry"))
        return "its status is of a type that is not known here";
    if (!member_has(status, "statusPurpose", "revocation"))
        return "its status is not about revocation";
    out->url = member_text(status, "statusListCredential");
    if (out->url == NULL)
        return "its status does not say where the list is";
    if (!index_read(member_text(status, "statusListIndex"), &out->index))
        return "its place in the status list is not a number";
    return NULL;
}

/* What the list must be before its bits count, but for proof and dates. */
static const char *
list_form(const json_t *list, const json_t *certificate, const entry *at)
{
    const json_t *subject = json_object_get(list, "credentialSubject");
    const char *id = member_text(list, "id");
    const char *issuer = document_issuer(list);
    const char *theirs = document_issuer(certificate);
    int64_t from;

    if (!member_has(list, "type", "BitstringStatusListCredential") ||
        !member_has(subject, "type", "BitstringStatusList"))
        return "the status list is of another type";
    if (id == NULL || strcmp(id, at->url) != 0)
        return "the status list is not the one that the certificate names";
    if (issuer == NULL || theirs == NULL || strcmp(issuer, theirs) != 0)
        return "the status list is of another issuer";
    if (!member_has(subject, "statusPurpose", "revocation"))
        return "the status list is not about revocation";
    if (member_text(subject, "encodedList") == NULL)
        return "the status list holds no bits";
    if (member_text(list, "validFrom") == NULL ||
        !sj_timestamp_read(sj_span_of(member_text(list, "validFrom")), &from))
        return "the status list does not say when it was made";
    return NULL;
}

/* The bit; NULL, or words. */
static const char *
bit_read(const json_t *list, uint32_t index, bool *set)
{
    sj_span encoded =
        sj_span_of(member_text(json_object_get(list, "credentialSubject"), "encodedList"));
    size_t work_size = SJ_STATUS_LIST_DECODE_WORK + encoded.length;
    void *work = malloc(work_size);
    uint8_t *bits = malloc(SJ_VERIFY_BITS_MAX);
    const char *problem = "there is not enough memory";
    size_t bytes = 0;

    if (work != NULL && bits != NULL)
        problem = sj_status_list_decode(encoded, work, work_size, bits, SJ_VERIFY_BITS_MAX, &bytes);
    if (problem == NULL && index / 8 >= bytes)
        problem = "the certificate's place is outside the status list";
    if (problem == NULL)
        *set = sj_status_list_get(bits, bytes, index);
    free(work);
    free(bits);
    return problem;
}

/* Words, or NULL when the list is the issuer's own and unchanged. */
static const char *
list_proof(const json_t *list, const json_t *did, const sj_verify_input *in, sj_check *reason)
{
    sj_check issuer = { .result = SJ_CHECK_NOT_DONE };

    proofs_check(list, in->status_list.length, did, in, reason, &issuer);
    if (reason->result != SJ_CHECK_PASSED)
        return reason->words;
    *reason = issuer;
    return reason->result == SJ_CHECK_PASSED ? NULL : reason->words;
}

static void
list_check(const json_t *list, const json_t *certificate, const json_t *did,
           const sj_verify_input *in, const entry *at, sj_check *status, int64_t *age_ms)
{
    const char *problem = list_form(list, certificate, at);
    sj_check reason = { .result = SJ_CHECK_NOT_DONE };
    dates_result dates = document_dates(list, in->now_ms);
    int64_t from = 0;
    bool revoked = false;

    if (problem == NULL)
        problem = list_proof(list, did, in, &reason);
    if (problem == NULL)
        problem = bit_read(list, at->index, &revoked);
    if (problem != NULL) {
        check_set(status, SJ_CHECK_NOT_DONE, "not checked: status list: %s", problem);
        return;
    }
    (void) sj_timestamp_read(sj_span_of(member_text(list, "validFrom")), &from);
    *age_ms = in->now_ms > from ? in->now_ms - from : 0;
    if (revoked) /* final, so an old list is as good as a new one */
        check_set(status, SJ_CHECK_FAILED, "revoked by the issuer, or replaced by a newer one");
    else if (dates == DATES_LATE)
        check_set(status, SJ_CHECK_NOT_DONE,
                  "not checked: the status list has expired; fetch a new one");
    else if (dates != DATES_GOOD)
        check_set(status, SJ_CHECK_NOT_DONE,
                  "not checked: the status list is not valid yet; is the clock right?");
    else
        check_set(status, SJ_CHECK_PASSED, "not revoked, by a list that is %lld minutes old",
                  (long long) (*age_ms / MINUTE_MS));
}

void
status_check(const json_t *certificate, const json_t *did, const sj_verify_input *in,
             sj_check *status, int64_t *age_ms)
{
    const json_t *member = json_object_get(certificate, "credentialStatus");
    const char *problem;
    json_t *list;
    entry at;

    if (member == NULL) {
        check_set(status, SJ_CHECK_PASSED, "it carries no status: it cannot be revoked");
        return;
    }
    problem = entry_read(member, &at);
    if (problem == NULL && in->status_list.at == NULL)
        problem = "no status list is at hand";
    if (problem == NULL && did == NULL)
        problem = "without did.json nobody knows who signed the status list";
    if (problem != NULL) {
        check_set(status, SJ_CHECK_NOT_DONE, "not checked: %s", problem);
        return;
    }
    list = document_read(in->status_list, SJ_VERIFY_LIST_MAX, "not checked: the status list",
                         status, SJ_CHECK_NOT_DONE);
    if (list != NULL)
        list_check(list, certificate, did, in, &at, status, age_ms);
    json_decref(list);
}
