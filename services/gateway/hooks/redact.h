/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * redact: what came, without the hook's secrets, for those who may read it and not them.
 * Microsoft Teams sends the secret itself in each notice.
 */
#include "services/gateway/platform/platform.h"

/* The first `size` octets of the body into `copy`; octets of a secret of `in`, as it is or as a
 * string of JSON may write it, are asterisks.  How many there are. */
size_t redact_copy(const platform_delivery *in, char *copy, size_t size);
