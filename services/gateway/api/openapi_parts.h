/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * openapi_parts: what all operations of the description share.
 */
#include "services/gateway/api/routes.h"

#include <jansson.h>

/* The problems that a route may answer with, by status. */
void openapi_add_problems(json_t *responses, const api_route *route);
/* The document around paths and schemas, which it takes. */
json_t *openapi_document(json_t *paths, json_t *schemas);
