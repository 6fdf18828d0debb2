/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/names.h"

#include "services/attendance/limits.h"
#include "services/core/identity.h"

#include <string.h>

static bool
given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* Keys of different sorts never meet: the sort comes first, and NUL is in no text. */
static void
hash_name(sj_txn *txn, char sort, const char *scope, const char *name, uint8_t key[SJ_ID_SIZE])
{
    size_t mark = sj_arena_mark(sj_txn_arena(txn));
    size_t scope_size = strlen(scope) + 1;
    size_t size = 1 + scope_size + strlen(name);
    char *text = sj_arena_take(sj_txn_arena(txn), size);

    memset(key, 0, SJ_ID_SIZE);
    if (text == NULL) {
        sj_txn_fail(txn, SJ_FAULT_ARENA, "the command needs more memory than a command may have");
        return;
    }
    text[0] = sort;
    memcpy(text + 1, scope, scope_size);
    memcpy(text + 1 + scope_size, name, size - 1 - scope_size);
    sj_hash_keyed(txn, (sj_bytes){ text, size }, key);
    sj_arena_release(sj_txn_arena(txn), mark);
}

bool
attendance_registrant_key(sj_txn *txn, const char *source, const char *external_id,
                          uint8_t key[SJ_ID_SIZE])
{
    if (!given(external_id))
        return false;
    hash_name(txn, 'r', source == NULL ? "" : source, external_id, key);
    return true;
}

bool
attendance_email_key(sj_txn *txn, const char *email, uint8_t key[SJ_ID_SIZE])
{
    size_t mark = sj_arena_mark(sj_txn_arena(txn));
    const char *normal = given(email) ? sj_email_normal(txn, email) : NULL;

    if (normal != NULL)
        hash_name(txn, 'e', "", normal, key);
    sj_arena_release(sj_txn_arena(txn), mark);
    return normal != NULL;
}

static bool
is_key(ProtobufCBinaryData own, const uint8_t key[SJ_ID_SIZE])
{
    return own.len == SJ_ID_SIZE && memcmp(own.data, key, SJ_ID_SIZE) == 0;
}

bool
attendance_has_key(const Sijill__V1__AttendanceRegistrationRow *row, const uint8_t key[SJ_ID_SIZE])
{
    return is_key(row->registrant_key, key) || is_key(row->email_key, key);
}

bool
attendance_had_key(const Sijill__V1__AttendanceRegistrationRow *row, const uint8_t key[SJ_ID_SIZE])
{
    bool had = attendance_has_key(row, key);

    for (size_t i = 0; i < row->n_former_key && !had; i++)
        had = is_key(row->former_key[i], key);
    return had;
}

void
attendance_connection_key(sj_txn *txn, const char *connection, uint8_t key[SJ_ID_SIZE])
{
    hash_name(txn, 'c', "", connection, key);
}

/* A platform's push is never refused for what people call themselves: what is no clean text is not
 * shown. */
static void
name_by_display(sj_txn *txn, const char *display_name, attendance_names *names)
{
    const char *clean = NULL;

    if (!given(display_name))
        return;
    (void) sj_text_clean(txn, display_name, SJ_TEXT_POINTS_MAX, &clean);
    names->display_name = clean;
    if (names->count > 0)
        return;
    hash_name(txn, 'n', names->platform == NULL ? "" : names->platform,
              clean == NULL ? display_name : clean, names->key[0]);
    names->count = 1;
}

/* Two telephones of one name are two. */
static void
hash_identity(sj_txn *txn, attendance_names *names)
{
    uint8_t keys[ATTENDANCE_KEYS_MAX + 1][SJ_ID_SIZE];
    size_t count = names->count;

    memcpy(keys, names->key, sizeof(names->key));
    if (names->by_connection)
        memcpy(keys[count++], names->connection, SJ_ID_SIZE);
    sj_hash_keyed(txn, (sj_bytes){ keys, count * SJ_ID_SIZE }, names->identity);
}

bool
attendance_names_of(sj_txn *txn, const Sijill__V1__Identity *identity, const char *connection,
                    attendance_names *names)
{
    memset(names, 0, sizeof(*names));
    names->platform = given(identity->platform) ? identity->platform : NULL;
    if (attendance_registrant_key(txn, identity->platform, identity->registrant_id,
                                  names->key[names->count])) {
        names->registrant_id = identity->registrant_id;
        names->count++;
    }
    if (attendance_email_key(txn, identity->email, names->key[names->count])) {
        names->email = identity->email;
        names->count++;
    }
    names->by_connection = names->count == 0 && connection != NULL;
    if (names->by_connection)
        attendance_connection_key(txn, connection, names->connection);
    name_by_display(txn, identity->display_name, names);
    hash_identity(txn, names);
    return names->count > 0 || names->by_connection;
}

bool
attendance_link_get(const attendance_scope *scope, const uint8_t key[SJ_ID_SIZE],
                    uint8_t registration[SJ_ID_SIZE])
{
    sj_key row = attendance_key_link(scope, key);
    sj_bytes value;

    if (!sj_get(scope->txn, ATTENDANCE_LINK, &row, &value) || value.size != SJ_ID_SIZE)
        return false;
    memcpy(registration, value.at, SJ_ID_SIZE);
    return true;
}

static bool
live(uint32_t state)
{
    return state == SIJILL__V1__REGISTRATION_STATE__PENDING ||
           state == SIJILL__V1__REGISTRATION_STATE__WAITLISTED ||
           state == SIJILL__V1__REGISTRATION_STATE__CONFIRMED;
}

/* Of several registrations with one key at most one is live; if none is, the latest.  former: of
 * those that had it before, not those that have it. */
static bool
registration_with(const attendance_scope *scope, const uint8_t key[SJ_ID_SIZE], bool former,
                  uint8_t registration[SJ_ID_SIZE])
{
    sj_key prefix = attendance_key_id(scope, key);
    bool found = false;
    size_t looked = 0;
    sj_scan scan;

    sj_scan_begin(&scan, scope->txn, ATTENDANCE_PERSON, &prefix, NULL);
    while (looked++ < ATTENDANCE_NAMESAKES_MAX && sj_scan_next(&scan)) {
        const uint8_t *candidate = attendance_key_part(scan.key, 1);
        const Sijill__V1__AttendanceRegistrationRow *row =
            attendance_registration_get(scope, candidate);

        if (row == NULL || former == attendance_has_key(row, key))
            continue;
        memcpy(registration, candidate, SJ_ID_SIZE);
        found = true;
        if (live(row->state))
            break;
    }
    return found;
}

bool
attendance_owner_by_names(const attendance_scope *scope,
                          const Sijill__V1__AttendanceBucketRow *bucket,
                          uint8_t registration[SJ_ID_SIZE], size_t *by)
{
    size_t mark = sj_arena_mark(sj_txn_arena(scope->txn));
    bool found = false;

    for (size_t i = 0; i < bucket->n_key && !found; i++) {
        const uint8_t *key = bucket->key[i].data;

        found = attendance_link_get(scope, key, registration) ||
                registration_with(scope, key, false, registration);
        if (found && by != NULL)
            *by = i;
    }
    for (size_t i = 0; i < bucket->n_key && !found; i++) {
        found = registration_with(scope, bucket->key[i].data, true, registration);
        if (found && by != NULL)
            *by = ATTENDANCE_KEYS_MAX + i;
    }
    sj_arena_release(sj_txn_arena(scope->txn), mark);
    return found;
}
