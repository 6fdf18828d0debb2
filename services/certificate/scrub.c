/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every cross-reference of the store, looked at from both ends.
 */
#include "services/certificate/scrub.h"

#include <string.h>

#include "proto/credential/proof.h"
#include "services/certificate/routes.h"
#include "services/core/identity.h"

void
scrub_tell(const scrub_report *report, const uint8_t id[SJ_ID_SIZE], const char *what)
{
    report->found(report->context,
                  sj_words(report->txn, "certificate %s: %s", sj_hex(report->txn, id), what));
}

void
scrub_table(const scrub_report *report, unsigned table, scrub_row *look)
{
    sj_key all = sj_key_empty();
    bool more = true;
    sj_scan scan;

    sj_scan_begin(&scan, report->txn, table, &all, NULL);
    while (more) {
        size_t mark = sj_arena_mark(sj_txn_arena(report->txn));

        more = sj_scan_next(&scan);
        if (more)
            look(report, scan.key, scan.value);
        sj_arena_release(sj_txn_arena(report->txn), mark);
    }
}

static bool
same_id(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == SJ_ID_SIZE && sj_bytes_equal(sj_data_bytes(a), sj_data_bytes(b));
}

/* A certificate that replaced, or was replaced by, another is named by that one. */
static void
look_at_chain(const scrub_report *report, const certificate_ref *ref, const certificate_row *row)
{
    certificate_ref other_ref;
    certificate_row *other;

    if (row->has_superseded_by) {
        other = certificate_find(report->txn, ref->org, row->superseded_by.data, &other_ref);
        if (other == NULL || !same_id(other->supersedes, row->id))
            scrub_tell(report, row->id.data, "the one that superseded it does not name it");
    }
    if (row->has_supersedes) {
        other = certificate_find(report->txn, ref->org, row->supersedes.data, &other_ref);
        if (other == NULL || !same_id(other->superseded_by, row->id))
            scrub_tell(report, row->id.data, "the one it superseded does not point to it");
    }
    if ((row->standing == SIJILL__CERTIFICATE__STANDING__REPLACED) != (row->has_superseded_by != 0))
        scrub_tell(report, row->id.data, "superseded without its successor, or the reverse");
}

/* The signature is there, awaited or refused; not two of these. */
static void
look_at_signature(const scrub_report *report, const certificate_ref *ref,
                  const certificate_row *row)
{
    sj_key at = certificate_intent_key(ref->org, row->intent_seq, row->intent_n);
    bool waits = sj_exists(report->txn, TABLE_TO_SIGN, &at);
    signature_row *signature;
    certificate_state state = certificate_state_of(report->txn, ref->org, row, &signature);

    if (!sj_exists(report->txn, TABLE_INTENT, &at))
        scrub_tell(report, row->id.data, "its intent is missing");
    if (state == SIJILL__V1__CERTIFICATE_STATE__SIGNING && !waits && signature == NULL)
        scrub_tell(report, row->id.data, "it awaits a signature and is not in the signer's line");
    if (waits && (signature != NULL || state != SIJILL__V1__CERTIFICATE_STATE__SIGNING))
        scrub_tell(report, row->id.data, "it is in the signer's line and awaits nothing");
    if (signature != NULL && signature->has_other)
        scrub_tell(report, row->id.data, "a second, different signature was offered for it");
}

static void
look_at_certificate(const scrub_report *report, sj_bytes key, sj_bytes value)
{
    certificate_ref ref = certificate_ref_of_key(key), found = { .org = 0 }, newest = ref;
    const certificate_row *row =
        sj_unpack(report->txn, &sijill__certificate__certificate_row__descriptor, value);
    const certificate_row *named;

    if (row == NULL)
        return;
    named = certificate_find(report->txn, ref.org, row->id.data, &found);
    if (named == NULL || found.kind != ref.kind || found.serial != ref.serial ||
        memcmp(found.event_id, ref.event_id, SJ_ID_SIZE) != 0 ||
        memcmp(found.registration_id, ref.registration_id, SJ_ID_SIZE) != 0)
        scrub_tell(report, row->id.data, "its id does not lead to it");
    (void) certificate_newest(report->txn, &newest);
    if (row->standing == SIJILL__CERTIFICATE__STANDING__IN_FORCE && newest.serial != ref.serial)
        scrub_tell(report, row->id.data, "in force beside a newer one of its kind");
    look_at_chain(report, &ref, row);
    look_at_signature(report, &ref, row);
}

static void
look_at_name(const scrub_report *report, sj_bytes key, sj_bytes value)
{
    const uint8_t *at = key.at;
    const named_row *named =
        sj_unpack(report->txn, &sijill__certificate__named_row__descriptor, value);
    certificate_ref ref;

    if (named == NULL || named->purpose != PURPOSE_CERTIFICATE)
        return;
    const certificate_row *row = certificate_find(report->txn, sj_read_u64(at), at + 8, &ref);

    if (row == NULL || memcmp(row->id.data, at + 8, SJ_ID_SIZE) != 0)
        scrub_tell(report, at + 8, "the id names no certificate");
}

static void
look_at_intent(const scrub_report *report, sj_bytes key, sj_bytes value)
{
    const uint8_t *at = key.at;
    const intent_row *intent =
        sj_unpack(report->txn, &sijill__certificate__intent_row__descriptor, value);

    if (intent == NULL)
        return;
    const named_row *named = certificate_named(report->txn, sj_read_u64(at), intent->id.data);

    if (named == NULL || named->intent_seq != sj_read_u64(at + 8) ||
        named->intent_n != sj_read_u32(at + 16))
        scrub_tell(report, intent->id.data, "an intent that its id does not name");
}

static void
look_at_line(const scrub_report *report, sj_bytes key, sj_bytes value)
{
    sj_key intent = sj_key_empty();

    (void) value;
    sj_key_add(&intent, key.at, key.size);
    if (!sj_exists(report->txn, TABLE_INTENT, &intent))
        report->found(report->context, "the signer's line holds an intent that is missing");
}

static void
look_at_signed(const scrub_report *report, sj_bytes key, sj_bytes value)
{
    const signature_row *signature =
        sj_unpack(report->txn, &sijill__certificate__signature_row__descriptor, value);
    sj_key intent = sj_key_empty();

    sj_key_add(&intent, key.at, key.size);
    if (!sj_exists(report->txn, TABLE_INTENT, &intent))
        report->found(report->context, "a signature without its intent");
    if (signature != NULL && signature->has_signature &&
        signature->signature.len != SJ_SIGNATURE_BYTES)
        report->found(report->context, "a signature that has not 64 octets");
}

/* A walk that is planned is the one that its event knows of. */
static void
look_at_release(const scrub_report *report, sj_bytes key, sj_bytes value)
{
    static const uint8_t nobody[SJ_ID_SIZE];
    const uint8_t *at = key.at;
    sj_key event_key = certificate_event_key(sj_read_u64(at), at + 16);

    (void) value;
    if (memcmp(at + 16 + SJ_ID_SIZE, nobody, SJ_ID_SIZE) != 0)
        return;
    const event_row *event = sj_row_get(report->txn, TABLE_EVENT, &event_key,
                                        &sijill__certificate__event_row__descriptor);

    if (event == NULL || !event->has_release_due_ms || event->release_due_ms != sj_read_u64(at + 8))
        report->found(report->context, "a release is planned that its event does not know");
}

void
certificate_scrub(sj_txn *txn, sj_scrub_found *found, void *context)
{
    scrub_report report = { txn, found, context };

    scrub_table(&report, TABLE_CERTIFICATE, look_at_certificate);
    scrub_table(&report, TABLE_NAMED, look_at_name);
    scrub_table(&report, TABLE_INTENT, look_at_intent);
    scrub_table(&report, TABLE_TO_SIGN, look_at_line);
    scrub_table(&report, TABLE_SIGNATURE, look_at_signed);
    scrub_table(&report, TABLE_RELEASE, look_at_release);
    scrub_status(&report);
}
