/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * sound: whether what was read can go on: each push within the limits of the wire, its texts as
 * the services themselves keep them.
 */
#include "services/gateway/platform/platform.h"

/* NULL: all is well; else what is not.  `scratch` is reset. */
const char *sound_items(const platform_items *items, sj_arena *scratch);
/* The same of an answer. */
const char *sound_answer(const platform_answer *answer);
