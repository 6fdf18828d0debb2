/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One certificate, with its signed JSON once there is one.
 *
 * Its id is 128 bits of chance that its holder gives to whom he likes: who has it may see what the
 * signed JSON says anyway, and how the certificate stands.  Ours alone are who issued it, why it
 * ended (words about a person), and our ids of event and registration.
 */
#include "services/certificate/intent.h"
#include "services/certificate/routes.h"
#include "services/certificate/view.h"
#include "services/core/roles.h"

static bool
sees_all(const sj_command *cmd)
{
    return (SJ_ROLES_READ & 1u << cmd->role) != 0;
}

static void
show_stranger(Sijill__V1__CertificateView *view)
{
    view->has_event_id = view->has_registration_id = view->has_actor = false;
    view->event_id = view->registration_id = view->actor = (ProtobufCBinaryData){ 0, NULL };
    view->reason = NULL;
    if (view->credential == NULL) /* nothing is said of a person before it is signed */
        view->holder = NULL;
}

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
    if (!sees_all(cmd))
        show_stranger(&view);
    return sj_accept(txn, reply, &view.base);
}
