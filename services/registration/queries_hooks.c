/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 162, 163, 164: hooks, and the key that their secrets are sealed to.
 */
#include "services/registration/hooks.h"
#include "services/registration/org_list.h"
#include "services/registration/routes.h"

enum { LIST_USUAL = 50 };

sj_status
list_hooks(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ListHooks *in = sj_decode(txn, cmd, &sijill__v1__list_hooks__descriptor, reply);
    hook_row *items[PAGE_MAX], *hook;
    Sijill__V1__HookList out;
    org_list list;

    if (in == NULL)
        return reply->status;
    sijill__v1__hook_list__init(&out);
    org_list_begin(&list, page_begin(txn, in->has_limit, in->limit, LIST_USUAL), cmd->org,
                   TABLE_HOOK, &sijill__v1__hook__descriptor, in->has_after, in->after);
    while ((hook = org_list_next(&list)) != NULL) {
        hook->n_sealed_secret = 0;
        if (hook->removed)
            continue;
        if (!org_list_take(&list, &hook->base))
            break;
        items[out.n_hook++] = hook;
    }
    out.hook = items;
    out.has_next = org_list_rest(&list, &out.next);
    return sj_accept(txn, reply, &out.base);
}

sj_status
get_hook(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__GetHook *in = sj_decode(txn, cmd, &sijill__v1__get_hook__descriptor, reply);
    hook_row *hook;

    if (in == NULL)
        return reply->status;
    hook = hook_find(txn, cmd->org, in->has_id, in->id, reply);
    return hook == NULL ? reply->status : sj_accept(txn, reply, &hook->base);
}

sj_status
get_seal_key(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    const Sijill__V1__SealKey *known;
    Sijill__V1__SealKey none;

    if (sj_decode(txn, cmd, &sijill__v1__get_seal_key__descriptor, reply) == NULL)
        return reply->status;
    sijill__v1__seal_key__init(&none);
    known = seal_key_read(txn);
    return sj_accept(txn, reply, known == NULL ? &none.base : &known->base);
}
