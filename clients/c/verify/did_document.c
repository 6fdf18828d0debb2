/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/c/verify/did_document.h"

#include "proto/credential/timestamp.h"

static const json_t *
method_find(const json_t *did, const char *method)
{
    const json_t *methods = json_object_get(did, "verificationMethod");

    for (size_t i = 0; i < json_array_size(methods); i++) {
        const json_t *row = json_array_get(methods, i);
        const char *id = member_text(row, "id");

        if (id != NULL && strcmp(id, method) == 0)
            return row;
    }
    return NULL;
}

bool
did_key(const json_t *did, const char *method, uint8_t key[SJ_PUBLIC_KEY_BYTES])
{
    const json_t *row = method_find(did, method);
    const char *fragment = strchr(method, '#');
    const char *multikey = row != NULL        ? member_text(row, "publicKeyMultibase")
                           : fragment != NULL ? fragment + 1
                                              : NULL;

    return multikey != NULL && sj_multikey_decode(sj_span_of(multikey), key);
}

/* True when a member names a time that has come; one that is malformed counts as come. */
static bool
has_passed(const json_t *method, const char *name, int64_t now_ms)
{
    const json_t *value = json_object_get(method, name);
    int64_t when;

    if (value == NULL)
        return false;
    return !json_is_string(value) ||
           !sj_timestamp_read(sj_span_of(json_string_value(value)), &when) || when <= now_ms;
}

const char *
did_check(const json_t *did, const char *method, const char *issuer, int64_t now_ms)
{
    const char *id = member_text(did, "id");
    const json_t *row = method_find(did, method);
    const char *controller = member_text(row, "controller");
    const char *type = member_text(row, "type");

    if (id == NULL)
        return "did.json has no id";
    if (issuer == NULL || strcmp(id, issuer) != 0)
        return "did.json belongs to another issuer than the certificate names";
    if (row == NULL)
        return "the issuer does not list the key that signed";
    if (controller == NULL || strcmp(controller, id) != 0)
        return "the key that signed is not under the issuer's control";
    if (type == NULL || strcmp(type, "Multikey") != 0)
        return "the key that signed is not a Multikey";
    if (!member_has(did, "assertionMethod", method))
        return "the issuer does not allow the key that signed to make certificates";
    if (has_passed(row, "revoked", now_ms))
        return "the issuer has revoked the key that signed";
    if (has_passed(row, "expires", now_ms))
        return "the key that signed has expired";
    return NULL;
}
