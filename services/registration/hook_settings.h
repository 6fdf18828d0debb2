/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * hook_settings: what may be set of a hook, and to what.  docs/webhooks.md says what each means.
 */
#include "services/core/command.h"
#include "sijill/v1/platform.pb-c.h"

/* False: *reply refuses, and its words say which names or values there are. */
bool hook_settings_clean(sj_txn *txn, Sijill__V1__HookSetting *const *settings, size_t count,
                         sj_reply *reply);
