/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * scrub_platform: the part of scrub that is about hooks, links, held pushes and endpoints.
 */
#include "services/core/command.h"

sj_scrub platform_scrub;
