/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/end.h"

#include "services/certificate/issue.h"
#include "services/certificate/status_index.h"

void
certificate_end(sj_txn *txn, const certificate_ref *ref, certificate_row *row, const char *reason,
                const uint8_t *superseded_by)
{
    sj_key key = certificate_key(ref);
    sj_key line = certificate_intent_key(ref->org, row->intent_seq, row->intent_n);

    row->has_standing = row->has_ended_ms = true;
    row->standing = superseded_by != NULL ? SIJILL__CERTIFICATE__STANDING__REPLACED
                                          : SIJILL__CERTIFICATE__STANDING__WITHDRAWN;
    row->ended_ms = sj_now(txn);
    row->reason = (char *) (uintptr_t) reason;
    row->has_superseded_by = superseded_by != NULL;
    if (superseded_by != NULL)
        row->superseded_by = sj_id_data(superseded_by);
    sj_row_put(txn, TABLE_CERTIFICATE, &key, &row->base);
    status_bit_set(txn, ref->org, (status_place){ row->status_list, row->status_index });
    if (sj_exists(txn, TABLE_TO_SIGN, &line))
        sj_delete(txn, TABLE_TO_SIGN, &line);
    certificate_changed(txn, ref, row->id.data,
                        superseded_by != NULL ? SIJILL__V1__CERTIFICATE_STATE__SUPERSEDED
                                              : SIJILL__V1__CERTIFICATE_STATE__REVOKED,
                        superseded_by);
}
