/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * core: the certificate service as the runtime runs it.  What main() needs besides is in to_sign.h.
 */
#include "services/core/command.h"

extern const sj_core certificate_core;
