/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Take a certificate back for ever.  The reason is for people; a second try changes nothing, not
 * even the reason.
 */
#include "services/certificate/end.h"
#include "services/certificate/routes.h"
#include "services/core/identity.h"
#include "services/core/text.h"

static sj_status
answer(sj_txn *txn, sj_reply *reply, const certificate_row *row)
{
    Sijill__V1__CertificateReply out;

    sijill__v1__certificate_reply__init(&out);
    out.has_certificate_id = out.has_state = true;
    out.certificate_id = row->id;
    out.state = SIJILL__V1__CERTIFICATE_STATE__REVOKED;
    return sj_accept(txn, reply, &out.base);
}

sj_status
revoke_certificate(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__RevokeCertificate *in =
        sj_decode(txn, cmd, &sijill__v1__revoke_certificate__descriptor, reply);
    const char *reason = NULL;
    certificate_ref ref;
    certificate_row *row;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_certificate_id, in->certificate_id))
        return sj_refuse_field(txn, reply, "certificate_id", "16 octets name the certificate");
    sj_text_result clean = in->reason == NULL
                               ? SJ_TEXT_EMPTY
                               : sj_text_clean(txn, in->reason, REASON_POINTS_MAX, &reason);

    if (clean == SJ_TEXT_EMPTY)
        return sj_refuse_field(txn, reply, "reason", "say why it is revoked");
    if (reason == NULL)
        return sj_refuse_field(txn, reply, "reason", sj_text_words(clean));
    row = certificate_find(txn, cmd->org, in->certificate_id.data, &ref);
    if (row == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "no such certificate");
    sj_note_event(txn, ref.event_id);
    if (row->standing == SIJILL__CERTIFICATE__STANDING__REPLACED)
        return sj_refuse(txn, reply, SJ_PRECONDITION,
                         sj_words(txn, "it was superseded by %s: revoke that one",
                                  sj_hex(txn, row->superseded_by.data)));
    if (row->standing != SIJILL__CERTIFICATE__STANDING__WITHDRAWN)
        certificate_end(txn, &ref, row, reason, NULL);
    return answer(txn, reply, row);
}
