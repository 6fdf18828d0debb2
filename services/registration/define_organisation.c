/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 100 DefineOrganisation: the tenant's own name.  There is one row an organisation; the same
 * content writes nothing.
 */
#include "services/registration/event_form.h"
#include "services/registration/form.h"
#include "services/registration/routes.h"
#include "services/registration/rows.h"

enum { RECORD_ORGANISATION = 130 };

static sj_status
answer(sj_txn *txn, sj_reply *reply, Sijill__V1__Outcome outcome)
{
    Sijill__V1__Defined out;

    sijill__v1__defined__init(&out);
    out.has_outcome = true;
    out.outcome = outcome;
    return sj_accept(txn, reply, &out.base);
}

sj_status
define_organisation(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__DefineOrganisation *in =
        sj_decode(txn, cmd, &sijill__v1__define_organisation__descriptor, reply);
    sj_key key = sj_key_org(cmd->org);
    sj_bytes stored, packed;

    if (in == NULL)
        return reply->status;
    if (in->n_name == 0)
        return sj_refuse_field(txn, reply, "name", "an organisation needs a name");
    if (!texts_clean(txn, in->name, in->n_name, "name", reply) ||
        !text_clean(txn, &in->url, "url", reply))
        return reply->status;
    for (size_t n = 0; n < in->n_languages; n++)
        if (!form_lang(in->languages[n]))
            return sj_refuse_field(txn, reply, "languages", "is no language tag such as ar or en");

    bool known = sj_get(txn, TABLE_ORGANISATION, &key, &stored);

    packed = sj_pack(txn, &in->base);
    if (known && sj_bytes_equal(stored, packed))
        return answer(txn, reply, SIJILL__V1__OUTCOME__UNCHANGED);
    sj_put(txn, TABLE_ORGANISATION, &key, packed);
    sj_emit_message(txn, RECORD_ORGANISATION, &in->base, NULL);
    return answer(txn, reply, known ? SIJILL__V1__OUTCOME__UPDATED : SIJILL__V1__OUTCOME__CREATED);
}
