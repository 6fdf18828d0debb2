/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Put the state of revocation into a new version of a status list.  It is signed like a
 * certificate: intent first.
 */
#include "services/certificate/eligible.h"
#include "services/certificate/intent.h"
#include "services/certificate/routes.h"
#include "services/certificate/status_index.h"
#include "services/core/identity.h"

enum { VALIDITY_DAYS = 30, VALIDITY_DAYS_MAX = 366, TTL_MS = 5 * 60 * 1000 };

#define DAY_MS UINT64_C(86400000)

/* The arena's memory that one encoding needs at a time. */
typedef struct workshop {
    uint8_t bits[SJ_STATUS_LIST_BYTES];
    char encoded[SJ_STATUS_LIST_ENCODED_MAX];
    _Alignas(max_align_t) unsigned char work[SJ_STATUS_LIST_ENCODE_WORK];
} workshop;

static const char *
compose(workshop *shop, const sj_command *cmd, const issuer_row *issuer, uint32_t list,
        uint32_t days, intent_draft *draft)
{
    sj_status_document text = { .issuer_did = issuer->did,
                                .valid_from_ms = (int64_t) cmd->now_ms,
                                .valid_until_ms = (int64_t) (cmd->now_ms + days * DAY_MS),
                                .ttl_ms = TTL_MS };
    char url[SJ_DID_URL_SIZE];
    const char *problem;
    sj_span document;

    (void) sj_badge_status_list_url(issuer->did, list, url);
    text.url = url;
    problem = sj_status_list_encode(shop->bits, shop->work, shop->encoded, sizeof shop->encoded,
                                    &text.encoded_list);
    if (problem == NULL)
        problem =
            sj_status_document_write(&text, draft->document, sizeof draft->document, &document);
    if (problem != NULL)
        return problem;
    draft->document_size = document.length;
    return intent_seal(draft, issuer->did, cmd->now_ms);
}

static sj_status
write_version(sj_txn *txn, const sj_command *cmd, sj_reply *reply, uint32_t list, uint32_t days,
              const issuer_row *issuer)
{
    size_t mark = sj_arena_mark(sj_txn_arena(txn));
    workshop *shop = sj_arena_take(sj_txn_arena(txn), sizeof *shop);
    Sijill__V1__StatusListReply out;
    intent_draft draft = { .purpose = PURPOSE_STATUS_LIST };
    named_row named;

    if (shop == NULL) {
        sj_txn_fail(txn, SJ_FAULT_ARENA, "a status list does not fit the arena");
        return SJ_INTERNAL;
    }
    draft.key = certificate_current_key(issuer, PURPOSE_STATUS_LIST);
    sj_new_id(cmd, 0, draft.id);
    status_bits_read(txn, TABLE_STATUS_SET, cmd->org, list, shop->bits);

    const char *problem = compose(shop, cmd, issuer, list, days, &draft);

    if (problem != NULL)
        return sj_refuse(txn, reply, SJ_PRECONDITION, problem);
    sj_arena_release(sj_txn_arena(txn), mark);
    sijill__certificate__named_row__init(&named);
    named.has_list = true;
    named.list = list;
    intent_write(txn, cmd->org, 0, &draft, &named);

    sijill__v1__status_list_reply__init(&out);
    out.has_list_id = out.has_list = true;
    out.list_id = sj_id_data(draft.id);
    out.list = list;
    return sj_accept(txn, reply, &out.base);
}

sj_status
refresh_status_list(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__RefreshStatusList *in =
        sj_decode(txn, cmd, &sijill__v1__refresh_status_list__descriptor, reply);
    sj_key at = sj_key_org(cmd->org);
    uint32_t newest = 0;
    certificate_facts facts = { .org = cmd->org };
    const char *words = NULL;

    if (in == NULL)
        return reply->status;
    uint32_t days = in->has_validity_days ? in->validity_days : VALIDITY_DAYS;

    if (days == 0 || days > VALIDITY_DAYS_MAX)
        return sj_refuse_field(txn, reply, "validity_days", "a list is valid for 1 to 366 days");
    (void) status_list_newest(txn, cmd->org, &newest);
    if (in->list > newest)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "no certificate stands in this list");
    facts.issuer = sj_row_get(txn, TABLE_ISSUER, &at, &sijill__certificate__issuer_row__descriptor);
    sj_status status = certificate_issuer_obstacle(&facts, PURPOSE_STATUS_LIST, &words);

    if (status != SJ_OK)
        return sj_refuse(txn, reply, status, words);
    return write_version(txn, cmd, reply, in->list, days, facts.issuer);
}
