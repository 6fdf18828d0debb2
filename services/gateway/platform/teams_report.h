/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * teams_report: what Microsoft Graph answers about a registration, or about who attended.
 */
#include "services/gateway/platform/platform.h"

/* `fetch` is the path that was asked; behind a '#' stands how much of the answer was read before:
 * a report of more than PLATFORM_PUSHES_MAX intervals is asked for again, part by part. */
void teams_read_fetched(sj_arena *arena, const platform_delivery *in, const char *fetch,
                        sj_bytes json, platform_items *out);
