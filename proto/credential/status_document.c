/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/credential/badge.h"
#include "proto/credential/timestamp.h"

static const char *
list_check(const sj_status_document *list)
{
    const char *problem = sj_did_web_check(sj_span_of(list->issuer_did));

    if (problem != NULL)
        return problem;
    if (list->encoded_list.length < 2 || list->encoded_list.at[0] != 'u')
        return "the encoded list is not base64url with the prefix u";
    if (list->valid_until_ms < list->valid_from_ms)
        return "the status list would end before it begins";
    if (list->ttl_ms < 0 || list->ttl_ms > SJ_JCS_INTEGER_MAX)
        return "the status list's time to live is not a number of milliseconds";
    return NULL;
}

static void
write_subject(sj_jcs *jcs, const sj_status_document *list)
{
    sj_jcs_object_begin(jcs);
    sj_jcs_name(jcs, "encodedList");
    sj_jcs_string_span(jcs, list->encoded_list);
    sj_jcs_name(jcs, "id"); /* of the list inside the credential, hence a fragment */
    sj_jcs_string_begin(jcs);
    sj_jcs_string_part(jcs, list->url);
    sj_jcs_string_part(jcs, "#list");
    sj_jcs_string_end(jcs);
    sj_jcs_member(jcs, "statusPurpose", "revocation");
    if (list->ttl_ms > 0) {
        sj_jcs_name(jcs, "ttl");
        sj_jcs_integer(jcs, list->ttl_ms);
    }
    sj_jcs_member(jcs, "type", "BitstringStatusList");
    sj_jcs_object_end(jcs);
}

const char *
sj_status_document_write(const sj_status_document *list, char *buffer, size_t size,
                         sj_span *document)
{
    const char *problem = list_check(list);
    char from[SJ_TIMESTAMP_SIZE];
    char until[SJ_TIMESTAMP_SIZE];
    sj_jcs jcs;

    if (problem != NULL)
        return problem;
    if (!sj_timestamp_write(list->valid_from_ms, from) ||
        !sj_timestamp_write(list->valid_until_ms, until))
        return "a time is not between 1970 and 9999";
    sj_jcs_open(&jcs, buffer, size < SJ_STATUS_DOCUMENT_MAX ? size : SJ_STATUS_DOCUMENT_MAX);
    sj_jcs_object_begin(&jcs);
    sj_jcs_name(&jcs, "@context");
    sj_jcs_array_begin(&jcs);
    sj_jcs_string(&jcs, SJ_CONTEXT_CREDENTIALS);
    sj_jcs_array_end(&jcs);
    sj_jcs_name(&jcs, "credentialSubject");
    write_subject(&jcs, list);
    sj_jcs_member(&jcs, "id", list->url);
    sj_jcs_member(&jcs, "issuer", list->issuer_did);
    sj_jcs_name(&jcs, "type");
    sj_jcs_array_begin(&jcs);
    sj_jcs_string(&jcs, "VerifiableCredential");
    sj_jcs_string(&jcs, "BitstringStatusListCredential");
    sj_jcs_array_end(&jcs);
    sj_jcs_member(&jcs, "validFrom", from);
    sj_jcs_member(&jcs, "validUntil", until);
    sj_jcs_object_end(&jcs);
    return sj_jcs_words(sj_jcs_close(&jcs, document));
}
