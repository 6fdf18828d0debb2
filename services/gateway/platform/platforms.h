/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * platforms: one of each.  Only platform.c asks for it.
 */
#include "services/gateway/platform/platform.h"

extern const platform platform_zoom, platform_webex, platform_bbb, platform_teams, platform_jaas,
    platform_standard;
