/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * openapi: the description of /v1/ as OpenAPI 3.1, made of the routes, the messages' descriptors
 * and the limits of the wire: what is said there is what is checked.
 */
#include "services/gateway/api/json.h"

/* False: out of memory. */
bool openapi_write(json_text *out);
