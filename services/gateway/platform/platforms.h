/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * platforms: one of each.  Only platform.c asks for it.
 */
#include "services/gateway/platform/platform.h"

extern const platform platform_zoom;
