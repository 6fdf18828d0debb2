/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/c/verify/verify.h"

#include "clients/c/verify/document.h"
#include "clients/c/verify/proofs.h"
#include "clients/c/verify/status.h"

/* A text of the certificate, cut between two characters if it is too long. */
static void
fact_copy(char out[SJ_VERIFY_FACT_SIZE], const char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);
    size_t used = 0;

    while (used < length) {
        size_t step = sj_utf8_step(text + used, length - used);

        if (step == 0 || used + step >= SJ_VERIFY_FACT_SIZE)
            break;
        used += step;
    }
    if (used > 0)
        memcpy(out, text, used);
    out[used] = '\0';
}

static void
facts_copy(const json_t *certificate, sj_verification *out)
{
    const json_t *subject = json_object_get(certificate, "credentialSubject");

    fact_copy(out->id, member_text(certificate, "id"));
    fact_copy(out->issuer_id, document_issuer(certificate));
    fact_copy(out->holder, member_text(subject, "name"));
    fact_copy(out->title, member_text(json_object_get(subject, "achievement"), "name"));
    fact_copy(out->status_list_url, member_text(json_object_get(certificate, "credentialStatus"),
                                                "statusListCredential"));
}

/* The issuer's document; without it the issuer stays unchecked, and the words say how to get it. */
static json_t *
did_read(const json_t *certificate, const sj_verify_input *in, sj_check *issuer)
{
    const char *id = document_issuer(certificate);
    char url[SJ_DID_URL_SIZE];

    if (in->did_document.at != NULL)
        return document_read(in->did_document, SJ_VERIFY_TEXT_MAX,
                             "not checked: the issuer's did.json", issuer, SJ_CHECK_NOT_DONE);
    if (id != NULL && sj_did_web_url(sj_span_of(id), url))
        check_set(issuer, SJ_CHECK_NOT_DONE, "not checked: no did.json is at hand; fetch %s", url);
    else
        check_set(issuer, SJ_CHECK_NOT_DONE, "not checked: no did.json is at hand");
    return NULL;
}

/* What the dates alone would make of a genuine certificate. */
static sj_verdict
dates_check(const json_t *certificate, const sj_verify_input *in, sj_check *dates)
{
    switch (document_dates(certificate, in->now_ms)) {
    case DATES_GOOD:
        check_set(dates, SJ_CHECK_PASSED, "within its dates");
        return SJ_VERDICT_VALID;
    case DATES_EARLY:
        check_set(dates, SJ_CHECK_FAILED, "not valid before %s",
                  member_text(certificate, "validFrom"));
        return SJ_VERDICT_NOT_YET_VALID;
    case DATES_LATE:
        check_set(dates, SJ_CHECK_FAILED, "its time was over at %s",
                  member_text(certificate, "validUntil"));
        return SJ_VERDICT_EXPIRED;
    case DATES_MALFORMED:
        break;
    }
    check_set(dates, SJ_CHECK_FAILED, "its dates are malformed");
    return SJ_VERDICT_INVALID;
}

/* One word for all: what is not genuine first, then what the issuer took back, then time. */
static sj_verdict
judge(const sj_verification *out, sj_verdict by_dates)
{
    if (out->signature.result != SJ_CHECK_PASSED || out->issuer.result == SJ_CHECK_FAILED)
        return SJ_VERDICT_INVALID;
    if (by_dates == SJ_VERDICT_INVALID)
        return SJ_VERDICT_INVALID;
    if (out->issuer.result != SJ_CHECK_PASSED)
        return SJ_VERDICT_ISSUER_UNCHECKED;
    if (out->status.result == SJ_CHECK_FAILED)
        return SJ_VERDICT_REVOKED;
    if (by_dates != SJ_VERDICT_VALID)
        return by_dates;
    if (out->status.result != SJ_CHECK_PASSED)
        return SJ_VERDICT_STATUS_UNCHECKED;
    return SJ_VERDICT_VALID;
}

static void
certificate_check(const json_t *certificate, const sj_verify_input *in, sj_verification *out)
{
    json_t *did;

    if (!member_has(certificate, "type", "VerifiableCredential")) {
        check_set(&out->signature, SJ_CHECK_FAILED, "this JSON is not a verifiable credential");
        return;
    }
    if (member_has(certificate, "type", "BitstringStatusListCredential")) { /* signed as well */
        check_set(&out->signature, SJ_CHECK_FAILED, "this is a status list, not a certificate");
        return;
    }
    did = did_read(certificate, in, &out->issuer);
    proofs_check(certificate, in->certificate.length, did, in, &out->signature, &out->issuer);
    if (out->signature.result == SJ_CHECK_PASSED) {
        sj_verdict by_dates = dates_check(certificate, in, &out->dates);

        status_check(certificate, did, in, &out->status, &out->status_age_ms);
        out->verdict = judge(out, by_dates);
        if (out->verdict != SJ_VERDICT_INVALID)
            facts_copy(certificate, out);
    }
    json_decref(did);
}

void
sj_verify(const sj_verify_input *in, sj_verification *out)
{
    static const char nothing[] = "not checked: there is no valid signature";
    json_t *certificate;

    memset(out, 0, sizeof *out);
    out->verdict = SJ_VERDICT_INVALID;
    out->status_age_ms = -1;
    check_set(&out->issuer, SJ_CHECK_NOT_DONE, "%s", nothing);
    check_set(&out->status, SJ_CHECK_NOT_DONE, "%s", nothing);
    check_set(&out->dates, SJ_CHECK_NOT_DONE, "%s", nothing);
    check_set(&out->log, SJ_CHECK_NOT_DONE, "not checked: this certificate carries no log proof");
    certificate = document_read(in->certificate, SJ_VERIFY_TEXT_MAX, "the certificate",
                                &out->signature, SJ_CHECK_FAILED);
    if (certificate != NULL)
        certificate_check(certificate, in, out);
    json_decref(certificate);
}

const char *
sj_verdict_words(sj_verdict verdict)
{
    switch (verdict) {
    case SJ_VERDICT_VALID:
        return "valid: genuine, and it still stands";
    case SJ_VERDICT_REVOKED:
        return "revoked: genuine, but the issuer has taken it back or replaced it";
    case SJ_VERDICT_EXPIRED:
        return "expired: genuine, but its time is over";
    case SJ_VERDICT_NOT_YET_VALID:
        return "not yet valid: genuine, but its time has not come";
    case SJ_VERDICT_STATUS_UNCHECKED:
        return "genuine, but whether it was revoked could not be checked";
    case SJ_VERDICT_ISSUER_UNCHECKED:
        return "unchanged since it was signed, but who signed it could not be checked";
    case SJ_VERDICT_INVALID:
        return "invalid: forged, damaged or not a certificate";
    }
    return "unknown verdict";
}
