/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * openapi_others: the addresses below /v1/ that are no single request of a service: files, the feed
 * and what became of deliveries.
 */
#include <jansson.h>

void openapi_add_others(json_t *paths);
