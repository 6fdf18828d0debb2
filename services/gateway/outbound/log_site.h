/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * log_site: GET /v1/deliveries?endpoint=ID: what became of the tries to tell an endpoint, newest
 * first. Who may see the endpoint may see this: registration is asked.
 */
#include "services/gateway/backend.h"
#include "services/gateway/http/http.h"
#include "services/gateway/outbound/endpoints.h"

enum { LOG_SITE_PAGE = 100 };

typedef struct log_site log_site;

log_site *log_site_open(endpoints *e, backend *b);
void log_site_close(log_site **s);
http_site log_site_http(log_site *s);
