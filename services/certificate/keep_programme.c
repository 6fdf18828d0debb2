/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Record 131: a programme's names.
 */
#include "services/certificate/fit.h"
#include "services/certificate/routes.h"

#include <string.h>

sj_status
certificate_keep_programme(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__DefineProgramme *in =
        certificate_record(txn, cmd, &sijill__v1__define_programme__descriptor, reply);
    sj_key key = sj_key_org(cmd->org);
    programme_row row;

    if (in == NULL)
        return reply->status;
    if (in->slug == NULL || in->slug[0] == '\0' || strlen(in->slug) > SJ_SLUG_MAX)
        return sj_refuse_field(txn, reply, "slug", "a programme has a slug of 1 to 96 octets");
    sj_key_add_text(&key, in->slug);
    sijill__certificate__programme_row__init(&row);
    row.name = in->name;
    row.n_name = fit_texts(in->name, in->n_name, NAMES_FIT);
    sj_row_put(txn, TABLE_PROGRAMME, &key, &row.base);
    return sj_accept(txn, reply, NULL);
}
