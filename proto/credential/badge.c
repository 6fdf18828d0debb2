/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/credential/badge.h"

#include <assert.h>
#include <sodium.h>

#include "proto/credential/badge_words.h"
#include "proto/credential/timestamp.h"

enum { ID_HEX_SIZE = 33 };

/* Fixed words for machines; what people read stands in the certificate's language. */
static const char *
role_of(sj_badge_kind kind)
{
    static const char *const roles[] = { "Participant", "Trainer", "Speaker", "Organiser" };

    return roles[kind - SJ_BADGE_ATTENDANCE];
}

static const char *
achievement_type_of(sj_badge_kind kind)
{
    static const char *const types[] = { "CertificateOfCompletion", "ext:Trainer", "ext:Speaker",
                                         "ext:Organiser" };

    return types[kind - SJ_BADGE_ATTENDANCE];
}

static void
id_hex(const uint8_t id[16], char out[ID_HEX_SIZE])
{
    sodium_bin2hex(out, ID_HEX_SIZE, id, 16);
}

bool
sj_badge_certificate_url(const char *did, const uint8_t id[16], char out[SJ_DID_URL_SIZE])
{
    char hex[ID_HEX_SIZE];

    id_hex(id, hex);
    return sj_did_web_below(sj_span_of(did), "/certificates/", hex, out);
}

void
sj_decimal(uint32_t number, char out[SJ_DECIMAL_SIZE])
{
    char digits[SJ_DECIMAL_SIZE];
    size_t at = sizeof digits - 1;

    digits[at] = '\0';
    do {
        digits[--at] = (char) ('0' + number % 10);
        number /= 10;
    } while (number > 0);
    memcpy(out, digits + at, sizeof digits - at);
}

bool
sj_badge_status_list_url(const char *did, uint32_t list, char out[SJ_DID_URL_SIZE])
{
    char number[SJ_DECIMAL_SIZE];

    sj_decimal(list, number);
    return sj_did_web_below(sj_span_of(did), "/status/", number, out);
}

void
sj_urn_uuid(const uint8_t id[16], char out[SJ_URN_UUID_SIZE])
{
    static const size_t groups[] = { 4, 2, 2, 2, 6 };
    size_t at = 9;
    size_t byte = 0;

    memcpy(out, "urn:uuid:", 9);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        if (i > 0)
            out[at++] = '-';
        sodium_bin2hex(out + at, groups[i] * 2 + 1, id + byte, groups[i]);
        at += groups[i] * 2;
        byte += groups[i];
    }
}

void
sj_identity_hash(const char *identifier, const char *salt, char out[SJ_IDENTITY_HASH_SIZE])
{
    crypto_hash_sha256_state state;
    uint8_t hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const uint8_t *) identifier, strlen(identifier));
    crypto_hash_sha256_update(&state, (const uint8_t *) salt, strlen(salt));
    crypto_hash_sha256_final(&state, hash);
    memcpy(out, "sha256$", 7);
    sodium_bin2hex(out + 7, SJ_IDENTITY_HASH_SIZE - 7, hash, sizeof hash);
}

/* A member whose text is optional. */
static void
member_if(sj_jcs *jcs, const char *name, const char *text)
{
    if (text != NULL)
        sj_jcs_member(jcs, name, text);
}

/* A member that is a time; 0 leaves it out.  The range was checked before. */
static void
member_time(sj_jcs *jcs, const char *name, int64_t unix_ms)
{
    char text[SJ_TIMESTAMP_SIZE];

    if (unix_ms == 0)
        return;
    bool fits = sj_timestamp_write(unix_ms, text);

    assert(fits);
    sj_jcs_member(jcs, name, text);
}

static void
member_list(sj_jcs *jcs, const char *name, const char *first, const char *second)
{
    sj_jcs_name(jcs, name);
    sj_jcs_array_begin(jcs);
    sj_jcs_string(jcs, first);
    if (second != NULL)
        sj_jcs_string(jcs, second);
    sj_jcs_array_end(jcs);
}

static const sj_badge_title *
main_title(const sj_badge *badge)
{
    for (size_t i = 0; i < badge->title_count; i++)
        if (strcmp(badge->titles[i].language, badge->language) == 0)
            return &badge->titles[i];
    return &badge->titles[0];
}

/* "Certificate of attendance: Title" and, a line each, the title in the other languages: the
 * contexts give a text one language only. */
static void
write_description(sj_jcs *jcs, const sj_badge *badge, const badge_words *words)
{
    const sj_badge_title *title = main_title(badge);

    sj_jcs_name(jcs, "description");
    sj_jcs_string_begin(jcs);
    if (badge->description != NULL) {
        sj_jcs_string_part(jcs, badge->description);
    } else {
        sj_jcs_string_part(jcs, words->label);
        sj_jcs_string_part(jcs, ": ");
        sj_jcs_string_part(jcs, title->title);
    }
    for (size_t i = 0; i < badge->title_count; i++) {
        if (&badge->titles[i] == title)
            continue;
        sj_jcs_string_part(jcs, "\n[");
        sj_jcs_string_part(jcs, badge->titles[i].language);
        sj_jcs_string_part(jcs, "] ");
        sj_jcs_string_part(jcs, badge->titles[i].title);
    }
    sj_jcs_string_end(jcs);
}

static void
write_criteria(sj_jcs *jcs, const sj_badge *badge, const badge_words *words)
{
    const char *narrative = badge->criteria_narrative;

    if (narrative == NULL && badge->criteria_url == NULL)
        narrative = words->criteria;
    sj_jcs_name(jcs, "criteria");
    sj_jcs_object_begin(jcs);
    member_if(jcs, "id", badge->criteria_url);
    member_if(jcs, "narrative", narrative);
    sj_jcs_object_end(jcs);
}

static void
write_achievement(sj_jcs *jcs, const sj_badge *badge, const badge_words *words)
{
    char base[SJ_DID_URL_SIZE];
    char event[ID_HEX_SIZE];

    (void) sj_did_web_base(sj_span_of(badge->issuer_did), base);
    id_hex(badge->event_id, event);
    sj_jcs_object_begin(jcs);
    sj_jcs_member(jcs, "achievementType", achievement_type_of(badge->kind));
    write_criteria(jcs, badge, words);
    write_description(jcs, badge, words);
    sj_jcs_name(jcs, "id");
    sj_jcs_string_begin(jcs);
    sj_jcs_string_part(jcs, base);
    sj_jcs_string_part(jcs, "/achievements/");
    sj_jcs_string_part(jcs, event);
    sj_jcs_string_part(jcs, "/");
    sj_jcs_string_part(jcs, role_of(badge->kind)); /* trainer and participant differ */
    sj_jcs_string_end(jcs);
    sj_jcs_member(jcs, "inLanguage", badge->language);
    sj_jcs_member(jcs, "name", main_title(badge)->title);
    if (badge->tag_count > 0) {
        sj_jcs_name(jcs, "tag");
        sj_jcs_array_begin(jcs);
        for (size_t i = 0; i < badge->tag_count; i++)
            sj_jcs_string(jcs, badge->tags[i]);
        sj_jcs_array_end(jcs);
    }
    member_list(jcs, "type", "Achievement", NULL);
    sj_jcs_object_end(jcs);
}

static void
write_identity(sj_jcs *jcs, const char *type, const char *identity, const char *salt)
{
    char hash[SJ_IDENTITY_HASH_SIZE];

    sj_jcs_object_begin(jcs);
    sj_jcs_name(jcs, "hashed");
    sj_jcs_bool(jcs, salt != NULL);
    if (salt != NULL)
        sj_identity_hash(identity, salt, hash);
    sj_jcs_member(jcs, "identityHash", salt != NULL ? hash : identity);
    sj_jcs_member(jcs, "identityType", type);
    member_if(jcs, "salt", salt);
    sj_jcs_member(jcs, "type", "IdentityObject");
    sj_jcs_object_end(jcs);
}

static void
write_subject(sj_jcs *jcs, const sj_badge *badge, const badge_words *words)
{
    char id[SJ_URN_UUID_SIZE];
    char salt[SJ_SALT_BYTES * 2 + 1];

    sj_urn_uuid(badge->registration_id, id);
    sodium_bin2hex(salt, sizeof salt, badge->email_salt, SJ_SALT_BYTES);
    sj_jcs_object_begin(jcs);
    sj_jcs_name(jcs, "achievement");
    write_achievement(jcs, badge, words);
    member_time(jcs, "activityEndDate", badge->activity_end_ms);
    member_time(jcs, "activityStartDate", badge->activity_start_ms);
    sj_jcs_member(jcs, "id", id);
    sj_jcs_name(jcs, "identifier");
    sj_jcs_array_begin(jcs);
    write_identity(jcs, "name", badge->holder_name, NULL);
    if (badge->holder_name_other != NULL)
        write_identity(jcs, "name", badge->holder_name_other, NULL);
    if (badge->holder_email != NULL)
        write_identity(jcs, "emailAddress", badge->holder_email, salt);
    sj_jcs_array_end(jcs);
    sj_jcs_member(jcs, "name", badge->holder_name);
    member_if(jcs, "narrative", badge->narrative);
    sj_jcs_member(jcs, "role", role_of(badge->kind));
    member_list(jcs, "type", "AchievementSubject", NULL);
    sj_jcs_object_end(jcs);
}

static void
write_issuer(sj_jcs *jcs, const sj_badge *badge)
{
    char base[SJ_DID_URL_SIZE];

    (void) sj_did_web_base(sj_span_of(badge->issuer_did), base);
    sj_jcs_object_begin(jcs);
    sj_jcs_member(jcs, "id", badge->issuer_did);
    sj_jcs_member(jcs, "name", badge->issuer_name);
    member_list(jcs, "type", "Profile", NULL);
    sj_jcs_member(jcs, "url", badge->issuer_url != NULL ? badge->issuer_url : base);
    sj_jcs_object_end(jcs);
}

/* One object, not an array: the badge schema allows a single entry. */
static void
write_status(sj_jcs *jcs, const sj_badge *badge)
{
    char index[SJ_DECIMAL_SIZE];

    sj_decimal(badge->status_index, index);
    sj_jcs_name(jcs, "credentialStatus");
    sj_jcs_object_begin(jcs);
    sj_jcs_member(jcs, "statusListCredential", badge->status_list_url);
    sj_jcs_member(jcs, "statusListIndex", index); /* a string, by the specification */
    sj_jcs_member(jcs, "statusPurpose", "revocation");
    sj_jcs_member(jcs, "type", "BitstringStatusListEntry");
    sj_jcs_object_end(jcs);
}

static bool
time_plausible(int64_t unix_ms)
{
    return unix_ms >= 0 && unix_ms <= SJ_TIMESTAMP_MAX_MS;
}

static const char *
times_check(const sj_badge *badge)
{
    const int64_t times[] = { badge->valid_from_ms, badge->valid_until_ms, badge->awarded_ms,
                              badge->activity_start_ms, badge->activity_end_ms };

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        if (!time_plausible(times[i]))
            return "a time is not between 1970 and 9999";
    if (badge->valid_from_ms == 0 || badge->awarded_ms == 0)
        return "a certificate needs validFrom and awardedDate";
    if (badge->valid_until_ms != 0 && badge->valid_until_ms <= badge->valid_from_ms)
        return "the certificate would end before it begins";
    if (badge->activity_end_ms != 0 && badge->activity_end_ms < badge->activity_start_ms)
        return "the activity ends before it begins";
    return NULL;
}

static bool
blank(const char *text)
{
    return text == NULL || text[0] == '\0';
}

static const char *
badge_check(const sj_badge *badge)
{
    const char *problem;

    if (badge->kind < SJ_BADGE_ATTENDANCE || badge->kind > SJ_BADGE_ORGANISER)
        return "unknown kind of certificate";
    if (blank(badge->issuer_did) || blank(badge->issuer_name))
        return "a certificate needs its issuer's DID and name";
    problem = sj_did_web_check(sj_span_of(badge->issuer_did));
    if (problem != NULL)
        return problem;
    if (blank(badge->holder_name))
        return "a certificate needs its holder's name";
    if (blank(badge->language))
        return "a certificate needs its language";
    if (badge->title_count == 0 || badge->title_count > SJ_BADGE_TITLES_MAX)
        return "a certificate needs 1 to 16 titles";
    for (size_t i = 0; i < badge->title_count; i++)
        if (blank(badge->titles[i].title) || blank(badge->titles[i].language))
            return "a title is empty or has no language";
    if (badge->tag_count > SJ_BADGE_TAGS_MAX)
        return "a certificate holds at most 16 tags";
    if (badge->status_list_url != NULL && badge->status_index >= SJ_STATUS_LIST_BITS)
        return "the status index is outside the list";
    return times_check(badge);
}

const char *
sj_badge_write(const sj_badge *badge, char *buffer, size_t size, sj_span *document)
{
    const char *problem = badge_check(badge);
    char id[SJ_DID_URL_SIZE];
    sj_jcs jcs;

    if (problem != NULL)
        return problem;
    const badge_words *words = sj_badge_words(badge->language, badge->kind);

    if (badge->id_as_urn)
        sj_urn_uuid(badge->certificate_id, id);
    else
        (void) sj_badge_certificate_url(badge->issuer_did, badge->certificate_id, id);
    sj_jcs_open(&jcs, buffer, size < SJ_BADGE_MAX ? size : SJ_BADGE_MAX);
    sj_jcs_object_begin(&jcs);
    member_list(&jcs, "@context", SJ_CONTEXT_CREDENTIALS, SJ_CONTEXT_BADGE);
    member_time(&jcs, "awardedDate", badge->awarded_ms);
    if (badge->status_list_url != NULL)
        write_status(&jcs, badge);
    sj_jcs_name(&jcs, "credentialSubject");
    write_subject(&jcs, badge, words);
    sj_jcs_member(&jcs, "id", id);
    sj_jcs_name(&jcs, "issuer");
    write_issuer(&jcs, badge);
    sj_jcs_name(&jcs, "name");
    sj_jcs_string_begin(&jcs);
    sj_jcs_string_part(&jcs, words->label);
    sj_jcs_string_part(&jcs, ": ");
    sj_jcs_string_part(&jcs, main_title(badge)->title);
    sj_jcs_string_end(&jcs);
    member_list(&jcs, "type", "VerifiableCredential", "OpenBadgeCredential");
    member_time(&jcs, "validFrom", badge->valid_from_ms);
    member_time(&jcs, "validUntil", badge->valid_until_ms);
    sj_jcs_object_end(&jcs);
    return sj_jcs_words(sj_jcs_close(&jcs, document));
}
