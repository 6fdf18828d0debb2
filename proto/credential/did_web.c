/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/credential/did_web.h"

#include <assert.h>

static const char prefix[] = "did:web:";

static bool
is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool
is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

/* The text up to the first separator; *rest begins behind it, or has at == NULL. */
static sj_span
cut(sj_span text, char separator, sj_span *rest)
{
    const char *found = text.length == 0 ? NULL : memchr(text.at, separator, text.length);

    *rest = (sj_span){ .at = NULL };
    if (found == NULL)
        return text;
    size_t length = (size_t) (found - text.at);

    *rest = (sj_span){ .at = found + 1, .length = text.length - length - 1 };
    return (sj_span){ .at = text.at, .length = length };
}

static bool
label_plausible(sj_span label)
{
    if (label.length == 0 || label.length > 63)
        return false;
    if (label.at[0] == '-' || label.at[label.length - 1] == '-')
        return false;
    for (size_t i = 0; i < label.length; i++)
        if (!is_digit(label.at[i]) && !is_lower(label.at[i]) && label.at[i] != '-')
            return false;
    return true;
}

static const char *
host_check(sj_span host)
{
    sj_span label = { .at = NULL };

    for (sj_span rest = host; rest.at != NULL;) {
        label = cut(rest, '.', &rest);
        if (!label_plausible(label))
            return "the DID's host is not a host name in lower case";
    }
    if (is_digit(label.at[0])) /* no top-level domain begins with a digit */
        return "the DID's host is an IP address; did:web needs a host name";
    return NULL;
}

static bool
port_plausible(sj_span port)
{
    unsigned number = 0;

    if (port.length == 0 || port.length > 5 || port.at[0] == '0')
        return false;
    for (size_t i = 0; i < port.length; i++) {
        if (!is_digit(port.at[i]))
            return false;
        number = number * 10 + (unsigned) (port.at[i] - '0');
    }
    return number <= 65535;
}

static bool
segment_plausible(sj_span segment)
{
    bool dots = true;

    for (size_t i = 0; i < segment.length; i++) {
        char byte = segment.at[i];
        bool upper = byte >= 'A' && byte <= 'Z';

        if (!is_digit(byte) && !is_lower(byte) && !upper && strchr("-._~", byte) == NULL)
            return false;
        if (byte == '\0')
            return false;
        dots = dots && byte == '.';
    }
    return !dots; /* neither empty nor "." nor ".." */
}

/* What follows the percent sign of the host part: "3A" and the port; *host is cut before it. */
static bool
port_cut(sj_span *host, sj_span *port)
{
    sj_span rest;

    *host = cut(*host, '%', &rest);
    *port = (sj_span){ .at = NULL };
    if (rest.at == NULL)
        return true;
    if (rest.length < 3 || memcmp(rest.at, "3A", 2) != 0)
        return false;
    *port = (sj_span){ .at = rest.at + 2, .length = rest.length - 2 };
    return port_plausible(*port);
}

static void
append(char out[SJ_DID_URL_SIZE], const char *bytes, size_t count)
{
    size_t length = strlen(out);

    memcpy(out + length, bytes, count);
    out[length + count] = '\0';
}

const char *
sj_did_web_check(sj_span did)
{
    size_t skip = sizeof prefix - 1;
    sj_span rest;
    sj_span port;

    if (did.length > SJ_DID_MAX)
        return "the DID is too long";
    if (did.length <= skip || memcmp(did.at, prefix, skip) != 0)
        return "the issuer is not a did:web DID";
    sj_span host = cut((sj_span){ did.at + skip, did.length - skip }, ':', &rest);

    if (!port_cut(&host, &port))
        return "the DID's port is not %3A and a number up to 65535";
    while (rest.at != NULL)
        if (!segment_plausible(cut(rest, ':', &rest)))
            return "the DID's path holds an empty segment or a character that is not allowed";
    return host_check(host);
}

bool
sj_did_web_base(sj_span did, char out[SJ_DID_URL_SIZE])
{
    size_t skip = sizeof prefix - 1;
    sj_span rest;
    sj_span port;

    out[0] = '\0';
    if (sj_did_web_check(did) != NULL)
        return false;
    sj_span host = cut((sj_span){ did.at + skip, did.length - skip }, ':', &rest);

    (void) port_cut(&host, &port);
    append(out, "https://", 8);
    append(out, host.at, host.length);
    if (port.at != NULL) {
        append(out, ":", 1);
        append(out, port.at, port.length);
    }
    while (rest.at != NULL) {
        sj_span segment = cut(rest, ':', &rest);

        append(out, "/", 1);
        append(out, segment.at, segment.length);
    }
    return true;
}

bool
sj_did_web_below(sj_span did, const char *folder, const char *name, char out[SJ_DID_URL_SIZE])
{
    assert(strlen(folder) + strlen(name) < SJ_DID_URL_SIZE - SJ_DID_MAX);
    if (!sj_did_web_base(did, out))
        return false;
    append(out, folder, strlen(folder));
    append(out, name, strlen(name));
    return true;
}

bool
sj_did_web_url(sj_span did, char out[SJ_DID_URL_SIZE])
{
    static const char at_root[] = "/.well-known/did.json";
    static const char in_path[] = "/did.json";
    size_t skip = sizeof prefix - 1;

    if (!sj_did_web_base(did, out))
        return false;
    if (memchr(did.at + skip, ':', did.length - skip) == NULL)
        append(out, at_root, sizeof at_root - 1);
    else
        append(out, in_path, sizeof in_path - 1);
    return true;
}

bool
sj_did_web_method(sj_span did, const uint8_t key[SJ_PUBLIC_KEY_BYTES], char out[SJ_DID_URL_SIZE])
{
    char multikey[SJ_MULTIKEY_SIZE];

    out[0] = '\0';
    if (sj_did_web_check(did) != NULL)
        return false;
    sj_multikey_encode(key, multikey);
    append(out, did.at, did.length);
    append(out, "#", 1);
    append(out, multikey, SJ_MULTIKEY_LENGTH);
    return true;
}

static void
write_method(sj_jcs *jcs, const char *did, const uint8_t key[SJ_PUBLIC_KEY_BYTES])
{
    char method[SJ_DID_URL_SIZE];
    char multikey[SJ_MULTIKEY_SIZE];

    (void) sj_did_web_method(sj_span_of(did), key, method);
    sj_multikey_encode(key, multikey);
    sj_jcs_object_begin(jcs);
    sj_jcs_member(jcs, "controller", did);
    sj_jcs_member(jcs, "id", method);
    sj_jcs_member(jcs, "publicKeyMultibase", multikey);
    sj_jcs_member(jcs, "type", "Multikey");
    sj_jcs_object_end(jcs);
}

const char *
sj_did_web_document(const char *did, const uint8_t (*keys)[SJ_PUBLIC_KEY_BYTES], size_t count,
                    char *buffer, size_t size, sj_span *document)
{
    const char *problem = sj_did_web_check(sj_span_of(did));
    sj_jcs jcs;

    if (problem != NULL)
        return problem;
    if (count == 0 || count > SJ_DID_KEYS_MAX)
        return "a DID document holds 1 to 64 keys";
    sj_jcs_open(&jcs, buffer, size);
    sj_jcs_object_begin(&jcs);
    sj_jcs_name(&jcs, "@context");
    sj_jcs_array_begin(&jcs);
    sj_jcs_string(&jcs, "https://www.w3.org/ns/did/v1");
    sj_jcs_string(&jcs, "https://w3id.org/security/multikey/v1");
    sj_jcs_array_end(&jcs);
    sj_jcs_name(&jcs, "assertionMethod");
    sj_jcs_array_begin(&jcs);
    for (size_t i = 0; i < count; i++) {
        char method[SJ_DID_URL_SIZE];

        (void) sj_did_web_method(sj_span_of(did), keys[i], method);
        sj_jcs_string(&jcs, method);
    }
    sj_jcs_array_end(&jcs);
    sj_jcs_member(&jcs, "id", did);
    sj_jcs_name(&jcs, "verificationMethod");
    sj_jcs_array_begin(&jcs);
    for (size_t i = 0; i < count; i++)
        write_method(&jcs, did, keys[i]);
    sj_jcs_array_end(&jcs);
    sj_jcs_object_end(&jcs);
    return sj_jcs_words(sj_jcs_close(&jcs, document));
}
