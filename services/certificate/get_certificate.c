/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One certificate, with its signed JSON once there is one.
 */
#include "services/certificate/intent.h"
#include "services/certificate/routes.h"
#include "services/certificate/view.h"

sj_status
get_certificate(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__GetCertificate *in =
        sj_decode(txn, cmd, &sijill__v1__get_certificate__descriptor, reply);
    sj_key own = sj_key_org(cmd->org);
    Sijill__V1__CertificateView view;
    certificate_ref ref;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_certificate_id, in->certificate_id))
        return sj_refuse_field(txn, reply, "certificate_id", "16 octets name the certificate");

    certificate_row *row = certificate_find(txn, cmd->org, in->certificate_id.data, &ref);

    if (row == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "no such certificate");
    certificate_view_fill(
        txn, &ref, row,
        sj_row_get(txn, TABLE_ISSUER, &own, &sijill__certificate__issuer_row__descriptor), &view);
    view.credential =
        (char *) (uintptr_t) intent_signed(txn, cmd->org, row->intent_seq, row->intent_n);
    return sj_accept(txn, reply, &view.base);
}
