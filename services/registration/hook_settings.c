/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/hook_settings.h"

#include "services/registration/address.h"

#include <string.h>

enum { VALUES_MAX = 4 };

typedef struct known {
    const char *name;
    const char *values[VALUES_MAX]; /* none: a web address */
    bool private;                   /* ... that secrets are sent to */
} known;

static const known settings_known[] = {
    { .name = "bbb.callback_url" },
    { .name = "bbb.rule", .values = { "3.4.0", "2.x", "3.0.0", "bearer" } },
    { .name = "bbb.algorithm", .values = { "sha1", "sha256", "sha384", "sha512" } },
    { .name = "fetch.base_url", .private = true },
};

enum { KNOWN = sizeof settings_known / sizeof settings_known[0] };

static const known *
find(const char *name)
{
    for (size_t n = 0; n < KNOWN; n++)
        if (name != NULL && strcmp(settings_known[n].name, name) == 0)
            return &settings_known[n];
    return NULL;
}

/* NULL: the value may be. */
static const char *
value_wrong(sj_txn *txn, const known *setting, const char *value)
{
    if (setting->values[0] == NULL) {
        if (setting->private)
            return address_private(value)
                       ? NULL
                       : sj_words(txn, "%s is an https address, or http to this machine",
                                  setting->name);
        return address_plausible(value) ? NULL
                                        : sj_words(txn, "%s is a web address", setting->name);
    }
    for (size_t n = 0; n < VALUES_MAX; n++)
        if (strcmp(setting->values[n], value) == 0)
            return NULL;
    return sj_words(txn, "%s is one of %s %s %s %s", setting->name, setting->values[0],
                    setting->values[1], setting->values[2], setting->values[3]);
}

static bool
refuse(sj_txn *txn, sj_reply *reply, const char *field, const char *words)
{
    (void) sj_refuse_field(txn, reply, field, words);
    return false;
}

bool
hook_settings_clean(sj_txn *txn, Sijill__V1__HookSetting *const *settings, size_t count,
                    sj_reply *reply)
{
    bool seen[KNOWN] = { false };

    for (size_t n = 0; n < count; n++) {
        const known *setting = find(settings[n]->name);
        const char *wrong;

        if (setting == NULL)
            return refuse(txn, reply, "setting.name",
                          sj_words(txn, "the settings are %s %s %s %s", settings_known[0].name,
                                   settings_known[1].name, settings_known[2].name,
                                   settings_known[3].name));
        if (seen[setting - settings_known])
            return refuse(txn, reply, "setting.name",
                          sj_words(txn, "%s is set twice", setting->name));
        seen[setting - settings_known] = true;
        wrong = value_wrong(txn, setting, settings[n]->value == NULL ? "" : settings[n]->value);
        if (wrong != NULL)
            return refuse(txn, reply, "setting.value", wrong);
    }
    return true;
}
