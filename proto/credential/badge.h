/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * badge: our certificates as Open Badges 3.0 and VC Data Model 2.0, and the status list credential,
 * canonical and unsigned: exactly the bytes that the signer hashes.
 *
 * Only terms of the two published contexts occur; a term they do not define would stay unsigned in
 * lax verifiers.  The facts are plain and frozen: what is written depends on them alone.
 *
 * Functions return NULL, or static words that say what is wrong.
 */
#include "proto/credential/did_web.h"
#include "proto/credential/status_list.h"

#define SJ_CONTEXT_CREDENTIALS "https://www.w3.org/ns/credentials/v2"
#define SJ_CONTEXT_BADGE "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

enum {
    SJ_CERTIFICATE_ID_BYTES = 16,
    SJ_SALT_BYTES = 16,
    SJ_BADGE_TITLES_MAX = 16,
    SJ_BADGE_TAGS_MAX = 16,
    SJ_BADGE_MAX = 16 * 1024,          /* bytes of an unsigned certificate */
    SJ_STATUS_DOCUMENT_MAX = 24 * 1024 /* bytes of an unsigned status list credential */
};

typedef enum {
    SJ_BADGE_ATTENDANCE = 1,
    SJ_BADGE_TRAINER = 2,
    SJ_BADGE_SPEAKER = 3,
    SJ_BADGE_ORGANISER = 4
} sj_badge_kind;

typedef struct {
    const char *language; /* BCP 47: ar en fr tr ru kk */
    const char *title;
} sj_badge_title;

/* NULL strings and times of 0 leave the member out, except where it says "required". */
typedef struct {
    sj_badge_kind kind; /* required */

    const char *issuer_did;  /* required: did:web, the controller of the key */
    const char *issuer_name; /* required */
    const char *issuer_url;  /* the organiser's site; default: the DID's own https base */

    uint8_t certificate_id[SJ_CERTIFICATE_ID_BYTES]; /* 128 random bits */
    bool id_as_urn;              /* id is urn:uuid:..., else sj_badge_certificate_url */
    uint8_t registration_id[16]; /* becomes credentialSubject.id, urn:uuid:... */
    uint8_t event_id[16];        /* names the achievement, with the kind */

    const char *holder_name;       /* required; as the person writes it */
    const char *holder_name_other; /* the name in a second script */
    const char *holder_email;      /* trimmed and in lower case; only its salted hash is written */
    uint8_t email_salt[SJ_SALT_BYTES]; /* random for each certificate, used with holder_email */

    const char *language;         /* required: the certificate's language */
    const sj_badge_title *titles; /* required: the one in language (else the first) is the name, */
    size_t title_count;           /* the others stand in the achievement's description */
    const char *description;      /* of the achievement; default: label and title */
    const char *criteria_url;     /* one of the two, or words by kind and language */
    const char *criteria_narrative;
    const char *narrative;   /* about this holder: hours, mode, partners */
    const char *const *tags; /* programmes, networks, development goals */
    size_t tag_count;

    int64_t valid_from_ms;  /* required; UTC milliseconds, written in seconds */
    int64_t valid_until_ms; /* after valid_from_ms; from this instant on it is expired */
    int64_t awarded_ms;     /* required */
    int64_t activity_start_ms;
    int64_t activity_end_ms;

    const char *status_list_url; /* statusListCredential; NULL: no credentialStatus */
    uint32_t status_index;       /* below SJ_STATUS_LIST_BITS, chosen at random */
} sj_badge;

/* Where a certificate lives: the DID's base, "/certificates/" and the id in 32 hexadecimal digits.
 * False: not a did:web DID. */
bool sj_badge_certificate_url(const char *did, const uint8_t id[16], char out[SJ_DID_URL_SIZE]);

/* Where the list of this number lives, whatever version of it: the DID's base, "/status/" and the
 * number in decimal.  False: not a did:web DID. */
bool sj_badge_status_list_url(const char *did, uint32_t list, char out[SJ_DID_URL_SIZE]);

/* A number in decimal, without leading zeros. */
enum { SJ_DECIMAL_SIZE = 11 };
void sj_decimal(uint32_t number, char out[SJ_DECIMAL_SIZE]);

enum {
    SJ_URN_UUID_SIZE = 46 /* "urn:uuid:", 36 characters, NUL */
};
void sj_urn_uuid(const uint8_t id[16], char out[SJ_URN_UUID_SIZE]);

/* OB 3.0 IdentityHash: "sha256$" and hex(SHA-256(identifier || salt)); salt is the text that
 * travels. */
enum { SJ_IDENTITY_HASH_SIZE = 72 };
void sj_identity_hash(const char *identifier, const char *salt, char out[SJ_IDENTITY_HASH_SIZE]);

/* The unsigned certificate. */
const char *sj_badge_write(const sj_badge *badge, char *buffer, size_t size, sj_span *document);

typedef struct {
    const char *issuer_did;
    const char *url;      /* sj_badge_status_list_url: where it is served, and its id */
    sj_span encoded_list; /* of sj_status_list_encode */
    int64_t valid_from_ms;
    int64_t valid_until_ms; /* bounds how stale a copy may be */
    int64_t ttl_ms;         /* as long as the Cache-Control says; 0: left out */
} sj_status_document;

/* The unsigned BitstringStatusListCredential, purpose "revocation". */
const char *sj_status_document_write(const sj_status_document *list, char *buffer, size_t size,
                                     sj_span *document);
