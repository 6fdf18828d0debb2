/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * upload_error: why the program of an upload ended, as it said on its standard error, as a problem
 * and as the last line of an answer.  It speaks to who runs the services: where these are, on this
 * machine, is no word for a caller of HTTP.
 */
#include "services/gateway/api/upload_words.h"

/* False: it said nothing that can be read, and *wrong says so. */
bool upload_error_read(const char *said, const upload_given *given, api_problem *wrong);
/* {"error":{...}} and a newline; its size. */
size_t upload_error_line(const api_problem *wrong, char *at, size_t size);
