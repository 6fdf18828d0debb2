/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Record 130: the organisation's names, which become the issuer's name, and its site.
 */
#include "services/certificate/fit.h"
#include "services/certificate/routes.h"

sj_status
certificate_keep_organisation(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__DefineOrganisation *in =
        certificate_record(txn, cmd, &sijill__v1__define_organisation__descriptor, reply);
    sj_key key = sj_key_org(cmd->org);
    organisation_row row;

    if (in == NULL)
        return reply->status;
    sijill__certificate__organisation_row__init(&row);
    row.name = in->name;
    row.n_name = fit_texts(in->name, in->n_name, NAMES_FIT);
    row.url = in->url;
    sj_row_put(txn, TABLE_ORGANISATION, &key, &row.base);
    return sj_accept(txn, reply, NULL);
}
