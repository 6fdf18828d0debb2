/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * core: registration as the runtime sees it.
 */
#include "services/core/command.h"

extern const sj_core registration_core;
