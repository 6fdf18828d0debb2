/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The status lists, made again from the certificates: which places are taken, by one each, and
 * which bits are set.
 */
#include "services/certificate/scrub.h"

#include <string.h>

#include "services/certificate/status_index.h"
#include "services/core/identity.h"

/* One list as the certificates say it is. */
typedef struct list_model {
    uint64_t org;
    uint32_t list;
    uint8_t taken[SJ_STATUS_LIST_BYTES];
    uint8_t set[SJ_STATUS_LIST_BYTES];
} list_model;

static void
model_add(const scrub_report *report, list_model *model, const certificate_row *row)
{
    if (row->status_index >= SJ_STATUS_LIST_BITS) {
        scrub_tell(report, row->id.data, "its place is outside its status list");
        return;
    }
    if (sj_status_list_get(model->taken, sizeof model->taken, row->status_index))
        scrub_tell(report, row->id.data, "it shares its place in the status list");
    sj_status_list_set(model->taken, row->status_index);
    if (row->standing != SIJILL__CERTIFICATE__STANDING__IN_FORCE)
        sj_status_list_set(model->set, row->status_index);
}

static void
model_fill(const scrub_report *report, list_model *model)
{
    sj_key own = sj_key_org(model->org);
    bool more = true;
    sj_scan scan;

    memset(model->taken, 0, sizeof model->taken);
    memset(model->set, 0, sizeof model->set);
    sj_scan_begin(&scan, report->txn, TABLE_CERTIFICATE, &own, NULL);
    while (more) {
        size_t mark = sj_arena_mark(sj_txn_arena(report->txn));

        more = sj_scan_next(&scan);
        const certificate_row *row =
            more ? sj_unpack(report->txn, &sijill__certificate__certificate_row__descriptor,
                             scan.value)
                 : NULL;

        if (row != NULL && row->status_list == model->list)
            model_add(report, model, row);
        sj_arena_release(sj_txn_arena(report->txn), mark);
    }
}

static uint32_t
count_bits(const uint8_t bits[SJ_STATUS_LIST_BYTES])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < SJ_STATUS_LIST_BITS; i++)
        count += sj_status_list_get(bits, SJ_STATUS_LIST_BYTES, i);
    return count;
}

static void
compare(const scrub_report *report, const list_model *model, unsigned table,
        const uint8_t expected[SJ_STATUS_LIST_BYTES], const char *what)
{
    uint8_t bits[SJ_STATUS_LIST_BYTES];

    status_bits_read(report->txn, table, model->org, model->list, bits);
    for (uint32_t i = 0; i < SJ_STATUS_LIST_BITS; i++) {
        bool is = sj_status_list_get(bits, sizeof bits, i);

        if (is != sj_status_list_get(expected, SJ_STATUS_LIST_BYTES, i))
            report->found(report->context,
                          sj_words(report->txn, "status list %u, index %u: %s is %s", model->list,
                                   i, what, is ? "set without reason" : "not set"));
    }
}

static void
look_at_list(const scrub_report *report, sj_bytes key, sj_bytes value)
{
    const uint8_t *at = key.at;
    const status_list_row *row =
        sj_unpack(report->txn, &sijill__certificate__status_list_row__descriptor, value);
    list_model *model = sj_arena_take(sj_txn_arena(report->txn), sizeof *model);

    if (model == NULL)
        sj_txn_fail(report->txn, SJ_FAULT_ARENA, "a status list does not fit the arena");
    if (row == NULL || model == NULL)
        return;
    model->org = sj_read_u64(at);
    model->list = UINT32_MAX - sj_read_u32(at + 8);
    model_fill(report, model);
    compare(report, model, TABLE_STATUS_TAKEN, model->taken, "the bit of places given away");
    compare(report, model, TABLE_STATUS_SET, model->set, "the bit of revocation");
    if (row->taken != count_bits(model->taken))
        report->found(report->context,
                      sj_words(report->txn, "status list %u says %u places are taken, not %u",
                               model->list, row->taken, count_bits(model->taken)));
}

/* A certificate in a list that was never opened would be looked at by nobody. */
static void
look_at_place(const scrub_report *report, sj_bytes key, sj_bytes value)
{
    const certificate_row *row =
        sj_unpack(report->txn, &sijill__certificate__certificate_row__descriptor, value);

    if (row != NULL && status_list_get(report->txn, sj_read_u64(key.at), row->status_list) == NULL)
        scrub_tell(report, row->id.data, "its status list is missing");
}

void
scrub_status(const scrub_report *report)
{
    scrub_table(report, TABLE_CERTIFICATE, look_at_place);
    scrub_table(report, TABLE_STATUS_LIST, look_at_list);
}
