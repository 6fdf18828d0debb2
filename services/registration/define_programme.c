/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 101 DefineProgramme: a programme, network, project or series by its slug.  The same content
 * writes nothing.
 */
#include "services/registration/event_form.h"
#include "services/registration/form.h"
#include "services/registration/routes.h"
#include "services/registration/rows.h"

enum { RECORD_PROGRAMME = 131 };

static sj_status
answer(sj_txn *txn, sj_reply *reply, Sijill__V1__Outcome outcome)
{
    Sijill__V1__Defined out;

    sijill__v1__defined__init(&out);
    out.has_outcome = true;
    out.outcome = outcome;
    return sj_accept(txn, reply, &out.base);
}

static bool
programme_clean(sj_txn *txn, Sijill__V1__DefineProgramme *in, sj_reply *reply)
{
    if (in->slug == NULL || !form_slug(in->slug)) {
        (void) sj_refuse_field(txn, reply, "slug", "is made of a-z, 0-9 and inner hyphens");
        return false;
    }
    if (in->n_name == 0) {
        (void) sj_refuse_field(txn, reply, "name", "a programme needs a name");
        return false;
    }
    if (in->kind != NULL && !form_word(in->kind)) {
        (void) sj_refuse_field(txn, reply, "kind", "is made of a-z, 0-9, - and _");
        return false;
    }
    return texts_clean(txn, in->name, in->n_name, "name", reply) &&
           text_clean(txn, &in->code, "code", reply);
}

sj_status
define_programme(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__DefineProgramme *in =
        sj_decode(txn, cmd, &sijill__v1__define_programme__descriptor, reply);
    sj_key organisation = sj_key_org(cmd->org);
    sj_bytes stored, packed;

    if (in == NULL || !programme_clean(txn, in, reply))
        return reply->status;
    if (!sj_exists(txn, TABLE_ORGANISATION, &organisation))
        return sj_refuse(txn, reply, SJ_PRECONDITION, "define the organisation first");

    sj_key key = key_slug(cmd->org, in->slug);
    bool known = sj_get(txn, TABLE_PROGRAMME, &key, &stored);

    packed = sj_pack(txn, &in->base);
    if (known && sj_bytes_equal(stored, packed))
        return answer(txn, reply, SIJILL__V1__OUTCOME__UNCHANGED);
    sj_put(txn, TABLE_PROGRAMME, &key, packed);
    in->source_json = NULL;
    sj_emit_message(txn, RECORD_PROGRAMME, &in->base, NULL);
    return answer(txn, reply, known ? SIJILL__V1__OUTCOME__UPDATED : SIJILL__V1__OUTCOME__CREATED);
}
