/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/links.h"

#include "services/core/identity.h"
#include "services/core/text.h"
#include "services/registration/form.h"

#include <assert.h>
#include <string.h>

enum { RECORD_LINK = 137, PART_MAX = 128 };

/* Spaces, hyphens and no-break spaces are how people see the number, not part of it. */
static void
drop_separators(char *number)
{
    char *to = number;

    for (const char *at = number; *at != '\0'; at++) {
        if (*at == ' ' || *at == '-')
            continue;
        if ((unsigned char) at[0] == 0xc2 && (unsigned char) at[1] == 0xa0)
            at++;
        else
            *to++ = *at;
    }
    *to = '\0';
}

bool
webinar_normal(sj_txn *txn, char **platform, char **external_id)
{
    bool marks_dropped = false;
    const char *words;

    if (!form_text(txn, platform, PART_MAX, &marks_dropped, &words) ||
        !form_text(txn, external_id, PART_MAX, &marks_dropped, &words) || *platform == NULL ||
        *external_id == NULL)
        return false;
    if (strcmp(*platform, "zoom") == 0)
        drop_separators(*external_id);
    /* NFC may have made them longer than the wire allows */
    return **external_id != '\0' && strlen(*platform) <= PART_MAX &&
           strlen(*external_id) <= PART_MAX;
}

bool
webinar_clean(sj_txn *txn, char **platform, char **external_id, sj_reply *reply)
{
    if (*platform == NULL || !form_word(*platform)) {
        (void) sj_refuse_field(txn, reply, "platform",
                               "say zoom, webex, bbb, teams, jaas or the name of another platform, "
                               "made of a-z, 0-9, - and _");
        return false;
    }
    if (webinar_normal(txn, platform, external_id))
        return true;
    (void) sj_refuse_field(txn, reply, "external_id",
                           "give the platform's id of the webinar, at most 128 octets");
    return false;
}

void
webinar_hash(sj_txn *txn, const char *platform, const char *external_id, uint8_t hash[HASH_SIZE])
{
    char name[2 * PART_MAX + 1];
    size_t first = strlen(platform), second = strlen(external_id);

    assert(first <= PART_MAX && second <= PART_MAX);
    memcpy(name, platform, first);
    name[first] = '\0'; /* so that ("ab", "c") is not ("a", "bc") */
    memcpy(name + first + 1, external_id, second);
    sj_hash_keyed(txn, (sj_bytes){ name, first + 1 + second }, hash);
}

static sj_key
link_key(sj_txn *txn, uint64_t org, const char *platform, const char *external_id)
{
    uint8_t hash[HASH_SIZE];

    webinar_hash(txn, platform, external_id, hash);
    return key_in_org(org, hash);
}

link_row *
link_read(sj_txn *txn, uint64_t org, const char *platform, const char *external_id)
{
    sj_key key = link_key(txn, org, platform, external_id);
    link_row *row = sj_row_get(txn, TABLE_LINK, &key, &sijill__v1__link__descriptor);

    if (row == NULL || strcmp(row->platform, platform) != 0 ||
        strcmp(row->external_id, external_id) != 0)
        return NULL;
    return row;
}

void
link_write(sj_txn *txn, uint64_t org, link_row *row)
{
    sj_key key = link_key(txn, org, row->platform, row->external_id);

    if (row->removed)
        sj_delete(txn, TABLE_LINK, &key);
    else
        sj_row_put(txn, TABLE_LINK, &key, &row->base);
    sj_emit_message(txn, RECORD_LINK, &row->base, NULL);
}
