/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Record 230: what a person's presence amounts to.  Its event and registration may be unknown yet:
 * the two feeds have no common order.
 */
#include "services/certificate/release.h"
#include "services/certificate/routes.h"

sj_status
certificate_keep_verdict(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__VerdictChanged *in =
        certificate_record(txn, cmd, &sijill__v1__verdict_changed__descriptor, reply);
    verdict_row row;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_event_id, in->event_id) ||
        !sj_is_id(in->has_registration_id, in->registration_id))
        return sj_refuse_field(txn, reply, "registration_id",
                               "16 octets name the event and 16 the registration");
    if ((unsigned) in->value > SIJILL__V1__VERDICT_VALUE__VERDICT_EXCUSED)
        return sj_refuse_field(txn, reply, "value", "a verdict is unknown here");
    sj_key key = certificate_person_key(cmd->org, in->event_id.data, in->registration_id.data);

    sijill__certificate__verdict_row__init(&row);
    row.has_value = row.has_seconds = row.has_scheduled = row.has_share = true;
    row.has_threshold = row.has_rule_version = true;
    row.value = in->value;
    row.seconds = in->seconds;
    row.scheduled = in->scheduled;
    row.share = in->share;
    row.threshold = in->threshold;
    row.rule_version = in->rule_version;
    row.has_evidence_hash = in->has_evidence_hash;
    row.evidence_hash = in->evidence_hash;
    sj_row_put(txn, TABLE_VERDICT, &key, &row.base);
    if (in->value == SIJILL__V1__VERDICT_VALUE__ATTENDED)
        release_late(txn, cmd->org, in->event_id.data, in->registration_id.data);
    return sj_accept(txn, reply, NULL);
}
