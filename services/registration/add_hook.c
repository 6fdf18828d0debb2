/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 142 AddHook: an address that a platform pushes to, by an id that its maker chose by chance.
 */
#include "services/registration/form.h"
#include "services/registration/hook_settings.h"
#include "services/registration/hooks.h"
#include "services/registration/routes.h"

#include <string.h>

static bool
platform_known(const char *platform)
{
    static const char *const known[] = { "zoom", "webex", "bbb", "teams", "jaas", "standard" };

    for (size_t n = 0; n < sizeof known / sizeof known[0]; n++)
        if (platform != NULL && strcmp(known[n], platform) == 0)
            return true;
    return false;
}

static bool
hook_clean(sj_txn *txn, uint64_t org, Sijill__V1__AddHook *in, sj_reply *reply)
{
    bool marks_dropped = false;
    const char *words;

    if (!sj_is_id(in->has_id, in->id)) {
        (void) sj_refuse_field(txn, reply, "id", "make 16 octets of chance");
        return false;
    }
    if (!platform_known(in->platform)) {
        (void) sj_refuse_field(txn, reply, "platform",
                               "is one of zoom webex bbb teams jaas standard");
        return false;
    }
    if (!form_text(txn, &in->label, FORM_TEXT_POINTS, &marks_dropped, &words)) {
        (void) sj_refuse_field(txn, reply, "label", words);
        return false;
    }
    if (in->has_event_id) {
        sj_key key = key_event(org, in->event_id.data);

        if (!sj_exists(txn, TABLE_EVENT, &key)) {
            (void) sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such event");
            return false;
        }
    }
    return hook_settings_clean(txn, in->setting, in->n_setting, reply) &&
           sealed_clean(txn, in->has_sealed_secret, in->sealed_secret, reply);
}

static bool
same_text(const char *a, const char *b)
{
    return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

static bool
same_data(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return sj_bytes_equal(sj_data_bytes(a), sj_data_bytes(b));
}

/* Whether the hook is as it was asked for; a secret that was rotated away is another content. */
static bool
same_hook(const hook_row *hook, const Sijill__V1__AddHook *in)
{
    bool secret = false;

    for (size_t n = 0; n < hook->n_sealed_secret; n++)
        secret = secret || same_data(hook->sealed_secret[n], in->sealed_secret);
    if (hook->removed || !secret || !same_text(hook->platform, in->platform) ||
        !same_text(hook->label, in->label) || hook->has_event_id != in->has_event_id ||
        !same_data(hook->event_id, in->event_id) || hook->n_setting != in->n_setting)
        return false;
    for (size_t n = 0; n < in->n_setting; n++)
        if (!same_text(hook->setting[n]->name, in->setting[n]->name) ||
            !same_text(hook->setting[n]->value, in->setting[n]->value))
            return false;
    return true;
}

sj_status
add_hook(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__AddHook *in = sj_decode(txn, cmd, &sijill__v1__add_hook__descriptor, reply);
    const hook_row *known;
    hook_row hook;

    if (in == NULL || !hook_clean(txn, cmd->org, in, reply))
        return reply->status;
    known = hook_read(txn, cmd->org, in->id.data);
    if (known != NULL && same_hook(known, in))
        return hook_answer(txn, reply, in->id, SIJILL__V1__OUTCOME__UNCHANGED);
    if (known != NULL)
        return sj_refuse(txn, reply, SJ_CONFLICT,
                         "there is another hook of this id; make a new id by chance");
    sijill__v1__hook__init(&hook);
    hook.has_id = hook.has_created_ms = true;
    hook.id = in->id;
    hook.platform = in->platform;
    hook.has_event_id = in->has_event_id;
    hook.event_id = in->event_id;
    hook.n_sealed_secret = 1;
    hook.sealed_secret = &in->sealed_secret;
    hook.label = in->label;
    hook.n_setting = in->n_setting;
    hook.setting = in->setting;
    hook.created_ms = cmd->now_ms;
    hook_write(txn, cmd->org, &hook);
    return hook_answer(txn, reply, in->id, SIJILL__V1__OUTCOME__CREATED);
}
