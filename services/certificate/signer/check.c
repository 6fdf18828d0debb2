/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/signer/check.h"

#include "proto/credential/jcs_scan.h"
#include "proto/credential/timestamp.h"

static const char certificate_contexts[] =
    "[\"" SJ_CONTEXT_CREDENTIALS "\",\"" SJ_CONTEXT_BADGE "\"]";
static const char certificate_types[] = "[\"VerifiableCredential\",\"OpenBadgeCredential\"]";
static const char status_contexts[] = "[\"" SJ_CONTEXT_CREDENTIALS "\"]";
static const char status_types[] = "[\"VerifiableCredential\",\"BitstringStatusListCredential\"]";

static bool
member_is(sj_span object, const char *name, const char *fragment)
{
    sj_span value;

    return sj_jcs_find(object, name, &value) && sj_span_equal(value, sj_span_of(fragment));
}

static bool
member_is_string(sj_span object, const char *name, const char *text)
{
    sj_span value;

    return sj_jcs_find(object, name, &value) && sj_jcs_is_string(value, text);
}

/* A string without its quotes; it may hold escapes, which no text compared with it does. */
static bool
member_string(sj_span object, const char *name, sj_span *text)
{
    if (!sj_jcs_find(object, name, text) || text->length < 2 || text->at[0] != '"')
        return false;
    *text = (sj_span){ .at = text->at + 1, .length = text->length - 2 };
    return true;
}

static const char *
certificate_check(const sign_item *item, const char *issuer)
{
    char url[SJ_DID_URL_SIZE];
    char urn[SJ_URN_UUID_SIZE];
    sj_span value;

    if (item->document.length > SJ_BADGE_MAX)
        return "the certificate is larger than 16 KiB";
    if (!member_is(item->document, "type", certificate_types))
        return "the document is not of the type OpenBadgeCredential that this key signs";
    if (!member_is(item->document, "@context", certificate_contexts))
        return "the certificate's @context is not the one that we issue";
    if (!sj_jcs_find_in(item->document, "issuer", "id", &value) || !sj_jcs_is_string(value, issuer))
        return "issuer.id is not this signer's issuer";
    sj_urn_uuid(item->id, urn);
    if (!sj_badge_certificate_url(issuer, item->id, url) ||
        (!member_is_string(item->document, "id", url) &&
         !member_is_string(item->document, "id", urn)))
        return "the document's id is not that of this certificate";
    return NULL;
}

/* The list's address: our own, and a plain number at its end. */
static bool
is_list_url(sj_span url, const char *issuer)
{
    char first[SJ_DID_URL_SIZE];
    size_t digits;

    if (!sj_badge_status_list_url(issuer, 0, first))
        return false;
    size_t fixed = strlen(first) - 1;

    if (url.length <= fixed || memcmp(url.at, first, fixed) != 0)
        return false;
    digits = url.length - fixed;
    for (size_t i = fixed; i < url.length; i++)
        if (url.at[i] < '0' || url.at[i] > '9')
            return false;
    return digits == 1 || (digits < SJ_DECIMAL_SIZE && url.at[fixed] != '0');
}

static const char *
status_list_check(const sign_item *item, const char *issuer)
{
    sj_span value;

    if (item->document.length > SJ_STATUS_DOCUMENT_MAX)
        return "the status list is larger than 24 KiB";
    if (!member_is(item->document, "type", status_types))
        return "the document is not of the type BitstringStatusListCredential that this key signs";
    if (!member_is(item->document, "@context", status_contexts))
        return "the status list's @context is not the one that we issue";
    if (!member_is_string(item->document, "issuer", issuer))
        return "issuer is not this signer's issuer";
    if (!member_string(item->document, "id", &value) || !is_list_url(value, issuer))
        return "the document's id is not the address of a status list of this issuer";
    if (!sj_jcs_find_in(item->document, "credentialSubject", "statusPurpose", &value) ||
        !sj_jcs_is_string(value, "revocation"))
        return "the status list's purpose is not revocation";
    return NULL;
}

/* Exactly the six members that the suite needs: what is not looked at is not signed. */
static const char *
options_check(const sign_item *item, const char *method)
{
    enum { MEMBERS = 6 };
    sj_jcs_cursor cursor;
    sj_span name;
    sj_span ours;
    sj_span theirs;
    int64_t created;
    size_t count = 0;

    if (item->options.length > SJ_PROOF_OPTIONS_MAX)
        return "the proof options are larger than 1024 bytes";
    if (!sj_jcs_canonical(item->options) || !sj_jcs_enter(item->options, &cursor) || !cursor.object)
        return "the proof options are not a canonical JSON object";
    while (sj_jcs_next(&cursor, &name, &theirs))
        count++;
    if (!sj_jcs_find(item->document, "@context", &ours) ||
        !sj_jcs_find(item->options, "@context", &theirs) || !sj_span_equal(ours, theirs))
        return "the proof's @context is not the document's";
    if (!member_string(item->options, "created", &theirs) || !sj_timestamp_read(theirs, &created))
        return "the proof's time of creation is missing or malformed";
    if (!member_is_string(item->options, "cryptosuite", SJ_PROOF_SUITE) ||
        !member_is_string(item->options, "type", SJ_PROOF_TYPE))
        return "the proof is not a DataIntegrityProof of the suite eddsa-jcs-2022";
    if (!member_is_string(item->options, "proofPurpose", SJ_PROOF_PURPOSE))
        return "the proof's purpose is not assertionMethod";
    if (!member_is_string(item->options, "verificationMethod", method))
        return "the verification method is not this issuer's key for this purpose";
    return count == MEMBERS ? NULL : "the proof options hold a member that is not expected";
}

const char *
check_item(const sign_item *item, const char *issuer, const char *method)
{
    const char *problem;
    sj_span value;

    if (item->document.length > SJ_STATUS_DOCUMENT_MAX || !sj_jcs_canonical(item->document))
        return "the document is too large or not canonical JSON";
    if (sj_jcs_find(item->document, "proof", &value))
        return "the document has a proof already";
    if (item->purpose == PURPOSE_CERTIFICATE)
        problem = certificate_check(item, issuer);
    else
        problem = status_list_check(item, issuer);
    return problem != NULL ? problem : options_check(item, method);
}
